//! A histogram in documents and in bytes.
//!
//! In a document it is its first bin and the counts from there. In bytes it is the first bin, how many counts there are, and bits. A count is
//! likely to be near the one before, by about its square root, which says how many bits their difference takes: a Golomb-Rice code
//! (Rice 1979, "Some practical universal noiseless coding techniques") whose parameter follows from what was read. A count
//! takes at least one bit, so a short message cannot fill a memory.

use super::Histogram;
use alloc::vec::Vec;
use serde::de::Error as _;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// After so many ones a count is written as it is.
const MOST_ONES: u32 = 10;
/// Bits that say how many bits such a count has: 0 to 64.
const LENGTH_BITS: u32 = 7;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Histogram")]
struct Plain {
    first: usize,
    counts: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(rename = "Histogram")]
struct Packed<'a> {
    first: u16,
    length: u16,
    #[serde(borrow)]
    bits: &'a [u8],
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (first, counts) = self.counts();
        let plain = serializer.is_human_readable();
        let mut fields = serializer.serialize_struct("Histogram", if plain { 2 } else { 3 })?;
        if plain {
            fields.serialize_field("first", &first)?;
            fields.serialize_field("counts", counts)?;
        } else {
            fields.serialize_field("first", &first)?;
            fields.serialize_field("length", &counts.len())?;
            fields.serialize_field("bits", &Bits::of(counts).bytes[..])?;
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
            let Packed { first, length, bits } = Packed::deserialize(deserializer)?;
            let counts = counts(usize::from(length), bits);
            (usize::from(first), counts.ok_or_else(|| D::Error::custom("must be the bits of counts"))?)
        };
        Self::from_counts(first, &counts).map_err(D::Error::custom)
    }
}

/// The parameter of the code for the count that follows `before`: the difference has its lowest bits as they are, the rest as ones.
fn parameter(before: u64) -> u32 {
    before.checked_ilog2().map_or(0, |octave| octave / 2 + 1)
}

/// Bits, from the lowest of the first byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn of(counts: &[u64]) -> Self {
        let mut bits = Self::default();
        let mut before = 0;
        for count in counts {
            bits.put_count(before, *count);
            before = *count;
        }
        bits
    }

    fn put_count(&mut self, before: u64, count: u64) {
        let low = parameter(before);
        let difference = u128::from(count.abs_diff(before));
        // 0, then +1, -1, +2, -2, …
        let number = (2 * difference).saturating_sub(u128::from(count > before));
        let ones = number >> low;
        if ones < u128::from(MOST_ONES) {
            (0..ones).for_each(|_| self.put(1, 1));
            self.put(0, 1);
            self.put(number, low);
        } else {
            let length = count.checked_ilog2().map_or(0, |octave| octave + 1);
            self.put(u128::MAX, MOST_ONES);
            self.put(length.into(), LENGTH_BITS);
            self.put(count.into(), length);
        }
    }

    /// Appends the lowest `length` bits of `number`.
    fn put(&mut self, number: u128, length: u32) {
        for place in 0..length {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(number >> place & 1 == 1) << (self.used % 8);
            }
            self.used = (self.used + 1) % 8;
        }
    }
}

/// So many counts of bits; `None` where there are too few bits or more than the rest of a byte, and for counts below zero or beyond 64 bits.
fn counts(length: usize, bytes: &[u8]) -> Option<Vec<u64>> {
    let mut bits = bytes.iter().flat_map(|byte| (0..8).map(move |place| byte >> place & 1 == 1));
    let mut counts = Vec::new();
    let mut before = 0;
    for _ in 0..length {
        before = take_count(&mut bits, before)?;
        counts.push(before);
    }
    let left = bits.try_fold(0, |left, bit| if bit { None } else { Some(left + 1) })?;
    (left < 8).then_some(counts)
}

fn take_count(bits: &mut impl Iterator<Item = bool>, before: u64) -> Option<u64> {
    let mut ones = 0;
    while ones < MOST_ONES && bits.next()? {
        ones += 1;
    }
    if ones == MOST_ONES {
        let length = u32::try_from(take(bits, LENGTH_BITS)?).ok()?;
        return if length <= 64 { u64::try_from(take(bits, length)?).ok() } else { None };
    }
    let low = parameter(before);
    let number = u128::from(ones) << low | take(bits, low)?;
    let difference = u64::try_from(number.div_ceil(2)).ok()?;
    if number % 2 == 1 { before.checked_add(difference) } else { before.checked_sub(difference) }
}

fn take(bits: &mut impl Iterator<Item = bool>, length: u32) -> Option<u128> {
    (0..length).try_fold(0, |number, place| Some(number | u128::from(bits.next()?) << place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn packed(counts: &[u64]) -> Vec<u8> {
        Bits::of(counts).bytes
    }

    #[test]
    fn counts_come_back_whatever_they_are() {
        let largest = [0, u64::MAX, 0, u64::MAX, u64::MAX - 1, 1, 1 << 40];
        let alike = vec![7; Histogram::BINS];
        for list in [&[] as &[u64], &[1], &[9], &[10, 1], &[1, 0, 0, 5], &largest, &alike] {
            assert_eq!(counts(list.len(), &packed(list)).as_deref(), Some(list));
        }
        // 0 to 1: number 1, written 1 0. The same: 0, and its lowest bit 0. 1 to 0: number 2, written 1 0, and 0. Twelve: after ten ones,
        // length four as 0 0 1 0 0 0 0, and 0 0 1 1
        assert_eq!(packed(&[1, 1, 0, 12]), [0b1001_0001, 0b1111_1111, 0b0000_1001, 0b0000_1100]);
    }

    #[test]
    fn what_cannot_be_counts_is_refused() {
        let sound = packed(&[1, 1, 0, 12]);
        assert_eq!(counts(4, &sound[..3]), None, "cut short");
        assert_eq!(counts(3, &sound), None, "bits left over");
        assert_eq!(counts(4, &[&sound[..], &[0]].concat()), None, "a byte left over");
        assert_eq!(counts(1, &[0b011]), None, "below zero");
        assert_eq!(counts(1, &[0xFF, 0b0000_0111, 0b0000_0001, 0, 0, 0, 0, 0, 0, 0, 0]), None, "65 bits");
    }

    #[test]
    fn documents_have_plain_counts() {
        let histogram = Histogram::from_counts(3, &[2, 0, 1]).unwrap();
        let text = serde_json::to_string(&histogram).unwrap();
        assert_eq!(text, r#"{"first":3,"counts":[2,0,1]}"#);
        assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), histogram);
        let bytes = postcard::to_allocvec(&histogram).unwrap();
        assert_eq!(bytes, [3, 3, 2, 0b0011_0111, 0b01]);
        assert_eq!(postcard::from_bytes::<Histogram>(&bytes).unwrap(), histogram);
        for wrong in [r#"{"first":2033,"counts":[1,1]}"#, r#"{"first":0,"counts":[18446744073709551615,1]}"#]
        {
            assert!(serde_json::from_str::<Histogram>(wrong).is_err(), "{wrong}");
        }
        assert!(
            postcard::from_bytes::<Histogram>(&[0xF1, 0x0F, 2, 1, 0b0001]).is_err(),
            "beyond the last bin"
        );
    }
}
