use super::*;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use proptest::prelude::*;
use serde::Deserialize;

const WIRE: Wire = Wire { name: "message", kind: b'm' };

#[test]
fn any_damage_is_an_error_and_none_a_guess() {
    let body = (7_u64, String::from("abc"));
    let bytes = WIRE.encode(5, &body).unwrap();
    assert_eq!(WIRE.decode::<(u64, String)>(5, &bytes).unwrap(), body);
    for length in 0..bytes.len() {
        assert!(WIRE.decode::<(u64, String)>(5, &bytes[..length]).is_err(), "cut at {length}");
    }
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1 << bit;
            assert!(WIRE.decode::<(u64, String)>(5, &damaged).is_err(), "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn version_kind_spec_and_leftovers_are_told_apart() {
    let bytes = WIRE.encode(5, &1_u8).unwrap();
    let mut later = bytes.clone();
    later[3] = b'2';
    assert_eq!(WIRE.decode::<u8>(5, &later).unwrap_err().kind(), Kind::Version);
    assert_eq!(WIRE.decode::<u8>(6, &bytes).unwrap_err().kind(), Kind::Conflict);
    assert_eq!(Wire { kind: b'x', ..WIRE }.decode::<u8>(5, &bytes).unwrap_err().kind(), Kind::Type);
    let longer = WIRE.encode(5, &(1_u8, 2_u8)).unwrap();
    assert_eq!(WIRE.decode::<u8>(5, &longer).unwrap_err().kind(), Kind::Corrupt);
    assert!(
        WIRE.decode::<u8>(5, &longer)
            .unwrap_err()
            .to_string()
            .starts_with("invalid `message`: has bytes left over")
    );
}

/// Every form that a value can have here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    flag: bool,
    small: (u8, u16, u32, u64, u128),
    signed: (i8, i16, i32, i64, i128),
    real: (f32, f64),
    text: String,
    letter: char,
    maybe: Option<u32>,
    list: Vec<Option<String>>,
    table: BTreeMap<u32, Vec<u8>>,
    nothing: (),
    forms: Vec<Form>,
    fixed: [u64; 3],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Form {
    Unit,
    One(u64),
    Two(u8, i16),
    Named { at: u64, by: String },
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<(T, usize)> {
    let mut reader = Reader::new(bytes);
    let value = T::deserialize(&mut reader).ok()?;
    reader.finish().ok().map(|rest| (value, rest.len()))
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Unit),
        any::<u64>().prop_map(Form::One),
        any::<(u8, i16)>().prop_map(|(one, two)| Form::Two(one, two)),
        any::<(u64, String)>().prop_map(|(at, by)| Form::Named { at, by }),
    ]
}

prop_compose! {
    fn sample()(
        (flag, small, signed, real) in any::<(bool, (u8, u16, u32, u64, u128), (i8, i16, i32, i64, i128), (f32, f64))>(),
        (text, letter, maybe, list) in any::<(String, char, Option<u32>, Vec<Option<String>>)>(),
        table in proptest::collection::btree_map(any::<u32>(), any::<Vec<u8>>(), 0..5),
        forms in proptest::collection::vec(form(), 0..6),
        fixed in any::<[u64; 3]>(),
    ) -> Sample {
        Sample { flag, small, signed, real, text, letter, maybe, list, table, nothing: (), forms, fixed }
    }
}

proptest! {
    #[test]
    fn what_is_written_and_read_is_what_postcard_writes_and_reads(sample in sample(), damage in any::<(u16, u8)>(), cut in any::<u16>()) {
        let mut bytes = Vec::new();
        sample.serialize(&mut Writer(&mut bytes)).unwrap();
        prop_assert_eq!(&bytes, &postcard::to_allocvec(&sample).unwrap());
        prop_assert_eq!(read::<Sample>(&bytes), Some((sample, 0)));

        let (place, bits) = (usize::from(damage.0) % bytes.len(), damage.1);
        bytes[place] ^= bits;
        bytes.truncate(bytes.len() - usize::from(cut) % 3);
        let theirs = postcard::take_from_bytes::<Sample>(&bytes).ok().map(|(value, rest)| (value, rest.len()));
        prop_assert_eq!(format!("{:?}", read::<Sample>(&bytes)), format!("{theirs:?}"));
    }

    #[test]
    fn any_bytes_are_read_as_postcard_reads_them(bytes in any::<Vec<u8>>()) {
        fn both<T: DeserializeOwned + core::fmt::Debug>(bytes: &[u8]) -> Result<(), TestCaseError> {
            let theirs = postcard::take_from_bytes::<T>(bytes).ok().map(|(value, rest)| (value, rest.len()));
            prop_assert_eq!(format!("{:?}", read::<T>(bytes)), format!("{theirs:?}"));
            Ok(())
        }
        both::<(u16, i16)>(&bytes)?;
        both::<(u32, i32)>(&bytes)?;
        both::<(u64, i64)>(&bytes)?;
        both::<u128>(&bytes)?;
        both::<(i128, bool)>(&bytes)?;
        both::<Vec<Form>>(&bytes)?;
        both::<Option<String>>(&bytes)?;
        both::<(char, f64)>(&bytes)?;
        both::<BTreeMap<u8, u8>>(&bytes)?;
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    for (bytes, most) in [
        ([0xFF, 0xFF, 3].as_slice(), u128::from(u16::MAX)),
        (&[0xFF, 0xFF, 0xFF, 0xFF, 15], u32::MAX.into()),
        (&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], u64::MAX.into()),
        (
            &[255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 3],
            u128::MAX,
        ),
    ] {
        let as_it_fits = |bytes: &[u8]| match bytes.len() {
            3 => read::<u16>(bytes).map(|(number, _)| number.into()),
            5 => read::<u32>(bytes).map(|(number, _)| number.into()),
            10 => read::<u64>(bytes).map(|(number, _)| number.into()),
            _ => read::<u128>(bytes).map(|(number, _)| number),
        };
        assert_eq!(as_it_fits(bytes), Some(most));
        let (mut beyond, mut endless) = (bytes.to_vec(), bytes.to_vec());
        *beyond.last_mut().unwrap() += 1;
        *endless.last_mut().unwrap() |= 0x80;
        assert_eq!(as_it_fits(&beyond), None);
        endless.push(0);
        assert_eq!(read::<Vec<u8>>(&endless), None);
    }
    assert_eq!(read::<Vec<u64>>(&[5, 1, 1]), None, "a list longer than its bytes");
    assert_eq!(read::<Form>(&[4, 0]), None, "a variant that is none");
}
