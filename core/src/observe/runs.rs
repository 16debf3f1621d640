//! A histogram in documents and in bytes.
//!
//! In a document it is its first bin and the counts from there. In bytes it is the first bin and a text of variable-length numbers (LEB128),
//! which go from count to count, beginning at zero: n below 16 is n + 1 more bins of the same count; 15 + z is one bin whose
//! count differs by the z-th of -1, 1, -2, 2, …. A byte stands for 16 bins at most, so a short message cannot fill a memory.

use super::Histogram;
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Error as _, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most bins that one number repeats.
const LONGEST_RUN: u8 = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Histogram")]
struct Plain {
    first: usize,
    counts: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(rename = "Histogram")]
struct Packed {
    first: u64,
    runs: Runs,
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (first, counts) = self.counts();
        let plain = serializer.is_human_readable();
        let mut fields = serializer.serialize_struct("Histogram", 2)?;
        if plain {
            fields.serialize_field("first", &first)?;
            fields.serialize_field("counts", counts)?;
        } else {
            fields.serialize_field("first", &(first as u64))?;
            fields.serialize_field("runs", &Bytes(&packed(counts)))?;
        }
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (first, counts) = if deserializer.is_human_readable() {
            let Plain { first, counts } = Plain::deserialize(deserializer)?;
            (first, counts)
        } else {
            let Packed { first, runs } = Packed::deserialize(deserializer)?;
            (usize::try_from(first).unwrap_or(usize::MAX), runs.0)
        };
        Self::from_counts(first, &counts).map_err(D::Error::custom)
    }
}

struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// The counts of a text of runs.
struct Runs(Vec<u64>);

impl<'de> Deserialize<'de> for Runs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfBytes;
        impl Visitor<'_> for OfBytes {
            type Value = Runs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("counts as runs")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Runs, E> {
                unpacked(bytes).map(Runs).ok_or_else(|| E::custom("must be counts as runs"))
            }
        }
        deserializer.deserialize_bytes(OfBytes)
    }
}

fn packed(counts: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(counts.len());
    let (mut before, mut rest) = (0_u64, counts);
    while let Some((count, behind)) = rest.split_first() {
        let same = rest.iter().take(usize::from(LONGEST_RUN)).take_while(|count| **count == before).count();
        if same > 0 {
            put(&mut bytes, same as u128 - 1);
            rest = rest.get(same..).unwrap_or_default();
        } else {
            let change = i128::from(*count) - i128::from(before);
            let zigzag = (change.unsigned_abs() * 2) - u128::from(change < 0);
            put(&mut bytes, zigzag + u128::from(LONGEST_RUN) - 1);
            (before, rest) = (*count, behind);
        }
    }
    bytes
}

/// `None` for numbers that are cut short or too long, counts beyond 64 bits, or more of them than there are bins.
fn unpacked(bytes: &[u8]) -> Option<Vec<u64>> {
    let mut counts = Vec::new();
    let (mut count, mut rest) = (0_u64, bytes);
    while !rest.is_empty() {
        let (number, behind) = take(rest)?;
        rest = behind;
        let repeats = match u8::try_from(number).ok().filter(|repeats| *repeats < LONGEST_RUN) {
            Some(more) => usize::from(more) + 1,
            None => {
                let zigzag = number - (u128::from(LONGEST_RUN) - 1);
                let size = i128::try_from(zigzag.div_ceil(2)).ok()?;
                let change = if zigzag % 2 == 1 { -size } else { size };
                count = u64::try_from(i128::from(count) + change).ok()?;
                1
            }
        };
        if repeats > Histogram::BINS - counts.len() {
            return None;
        }
        counts.resize(counts.len() + repeats, count);
    }
    Some(counts)
}

fn put(bytes: &mut Vec<u8>, mut number: u128) {
    loop {
        let low = number.to_le_bytes()[0] & 127;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 128);
    }
}

/// The number at the front, below 2^70, and what follows it.
fn take(bytes: &[u8]) -> Option<(u128, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        number |= u128::from(byte & 127) << (7 * place);
        if byte & 128 == 0 {
            return Some((number, bytes.get(place + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn counts_come_back_whatever_they_are() {
        let largest = [0, u64::MAX, 0, u64::MAX, u64::MAX, 1];
        let alike = vec![7; Histogram::BINS];
        for counts in [&[] as &[u64], &[1], &[56], &[57, 1], &[1, 0, 0, 5], &largest, &alike] {
            assert_eq!(unpacked(&packed(counts)).as_deref(), Some(counts));
        }
        assert_eq!(packed(&[1, 1, 1, 0, 300]), [17, 1, 16, 0xE7, 4]);
        assert_eq!(packed(&alike).len(), 1 + 2_033_usize.div_ceil(16));
    }

    #[test]
    fn what_cannot_be_counts_is_refused() {
        let long = [0x0F; 128]; // 16 bins each, 2,048 in all
        let below_zero = [16_u8];
        for bytes in [&below_zero as &[u8], &[0x80], &[0xFF; 11], &[0x80; 10], &long] {
            assert_eq!(unpacked(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn documents_have_plain_counts() {
        let histogram = Histogram::from_counts(3, &[2, 0, 1]).unwrap();
        let text = serde_json::to_string(&histogram).unwrap();
        assert_eq!(text, r#"{"first":3,"counts":[2,0,1]}"#);
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        let bytes = postcard::to_allocvec(&histogram).unwrap();
        assert_eq!(bytes, [3, 3, 19, 18, 17]);
        assert_eq!(postcard::from_bytes::<Histogram>(&bytes).unwrap(), histogram);
        for wrong in [r#"{"first":2033,"counts":[1,1]}"#, r#"{"first":0,"counts":[18446744073709551615,1]}"#]
        {
            assert!(serde_json::from_str::<Histogram>(wrong).is_err(), "{wrong}");
        }
        assert!(postcard::from_bytes::<Histogram>(&[0xF1, 0x0F, 2, 17, 17]).is_err(), "beyond the last bin");
    }
}
