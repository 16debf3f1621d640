//! SipHash-1-3, the one hash function of the crate: units to slots, salts to keys, checksums of messages.
//!
//! Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012), section 2, with one compression round a word and three
//! finalisation rounds; the 128-bit output is that of the authors' reference code. Integers only, no state between calls.
//!
//! Most inputs are ids of a few bytes, so what surrounds the rounds counts: whole words are read as words, and the odd bytes at the end by at
//! most two overlapping reads instead of a loop.

/// A function from bytes to 64 bits: SipHash-1-3 under a key of 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SipHash {
    k0: u64,
    k1: u64,
}

/// What the rounds turn.
#[derive(Clone, Copy, Debug)]
struct State {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
}

impl SipHash {
    /// The function that checksums use, whose key is zero.
    pub(crate) const UNKEYED: Self = Self::new(0, 0);

    /// The function of a key; `k0` is its first eight bytes, little-endian.
    pub(crate) const fn new(k0: u64, k1: u64) -> Self {
        Self { k0, k1 }
    }

    /// The 64-bit hash of `bytes`.
    #[inline]
    pub(crate) fn hash(self, bytes: &[u8]) -> u64 {
        let mut state = State::keyed(self);
        state.absorb_all(bytes, bytes.len());
        state.v2 ^= 0xff;
        state.finish()
    }

    /// Two words of hash of `tag` followed by `bytes`, under the zero key. The tag keeps what is hashed for one purpose apart from all others.
    pub(crate) fn derive(tag: u8, bytes: &[u8]) -> (u64, u64) {
        let mut state = State::keyed(Self::UNKEYED);
        state.v1 ^= 0xee;
        let length = bytes.len().wrapping_add(1);
        // The tag shifts everything by a byte: the first word ends after seven of `bytes`, if there are as many.
        if let Some((first, rest)) = bytes.split_first_chunk::<7>() {
            state.absorb(u64::from(tag) | (odd_bytes(first) << 8));
            state.absorb_all(rest, length);
        } else {
            state.absorb(u64::from(tag) | (odd_bytes(bytes) << 8) | length_byte(length));
        }
        state.v2 ^= 0xee;
        let first = state.finish();
        state.v1 ^= 0xdd;
        (first, state.finish())
    }
}

impl State {
    #[inline]
    const fn keyed(SipHash { k0, k1 }: SipHash) -> Self {
        Self {
            v0: k0 ^ 0x736f_6d65_7073_6575,
            v1: k1 ^ 0x646f_7261_6e64_6f6d,
            v2: k0 ^ 0x6c79_6765_6e65_7261,
            v3: k1 ^ 0x7465_6462_7974_6573,
        }
    }

    /// Takes in `bytes`, the end of a message of `length` bytes, and the last word, which tells that length.
    #[inline]
    fn absorb_all(&mut self, bytes: &[u8], length: usize) {
        let (words, odd) = bytes.as_chunks::<8>();
        for word in words {
            self.absorb(u64::from_le_bytes(*word));
        }
        self.absorb(odd_bytes(odd) | length_byte(length));
    }

    #[inline]
    fn absorb(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    #[inline]
    fn finish(&mut self) -> u64 {
        self.round();
        self.round();
        self.round();
        self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }

    #[inline]
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.rotate_left(32);
    }
}

/// The length modulo 256, in the highest byte of a word.
#[inline]
const fn length_byte(length: usize) -> u64 {
    (length as u64) << 56
}

/// Up to seven bytes as a little-endian number. Four and more are two reads of four that may overlap: what is in both is the same.
#[inline]
fn odd_bytes(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    if let (Some(low), Some(high)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let shift = length.wrapping_sub(4).wrapping_mul(8);
        return u64::from(u32::from_le_bytes(*low)) | (u64::from(u32::from_le_bytes(*high)) << (shift & 63));
    }
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use core::hash::Hasher as _;
    use proptest::prelude::*;
    use siphasher::{sip, sip128};

    /// The table of SipHash-1-3 in the tests of Rust's standard library: key 00 01 ... 0f, input 00 01 02 ...
    #[test]
    fn agrees_with_the_published_vectors() {
        let function = SipHash::new(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        for (length, expected) in [
            (0, 0xabac_0158_050f_c4dc),
            (1, 0xc9f4_9bf3_7d57_ca93),
            (7, 0xd392_7d98_9bb1_1140),
            (8, 0x3690_9511_8d29_9a8e),
            (15, 0xd320_d86d_2a51_9956),
            (63, 0x9d19_9062_b7bb_b3a8),
        ] {
            assert_eq!(function.hash(&(0..length).collect::<Vec<u8>>()), expected, "{length} bytes");
        }
    }

    fn agrees(k0: u64, k1: u64, tag: u8, bytes: &[u8]) {
        let expected = sip::SipHasher13::new_with_keys(k0, k1).hash(bytes);
        assert_eq!(SipHash::new(k0, k1).hash(bytes), expected, "{} bytes", bytes.len());
        let mut other = sip128::SipHasher13::new();
        other.write(&[tag]);
        other.write(bytes);
        let expected = sip128::Hasher128::finish128(&other);
        assert_eq!(SipHash::derive(tag, bytes), (expected.h1, expected.h2), "{} bytes", bytes.len());
    }

    #[test]
    fn agrees_with_the_siphasher_crate_at_every_length() {
        let bytes: Vec<u8> = (0..600_u32).map(|n| n.wrapping_mul(167).to_le_bytes()[0] ^ 0x5a).collect();
        (0..bytes.len()).for_each(|length| agrees(1, u64::MAX, 3, &bytes[..length]));
    }

    proptest! {
        #[test]
        fn agrees_with_the_siphasher_crate(
            k0: u64, k1: u64, tag: u8, bytes in proptest::collection::vec(any::<u8>(), 0..80)
        ) {
            agrees(k0, k1, tag, &bytes);
        }
    }
}
