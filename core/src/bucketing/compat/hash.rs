//! The hash functions of other vendors, each over a stream of parts, so that nothing is concatenated.

use super::text::ByteEncoding;
use sha1::Digest as _;

/// MurmurHash3, x86, 32 bits. Austin Appleby, `MurmurHash3.cpp` (public domain), `MurmurHash3_x86_32`.
#[derive(Clone, Debug)]
pub(super) struct Murmur3 {
    hash: u32,
    /// Up to three bytes that do not make a block yet, the first one lowest.
    block: u32,
    length: u32,
}

impl Murmur3 {
    pub(super) const fn new(seed: u32) -> Self {
        Self { hash: seed, block: 0, length: 0 }
    }

    /// The hash of the parts, one after the other, under `seed`.
    pub(super) fn of(seed: u32, encoding: ByteEncoding, parts: &[&str]) -> u32 {
        let mut hasher = Self::new(seed);
        for part in parts {
            encoding.each(part, |byte| hasher.push(u16::from(byte)));
        }
        hasher.finish()
    }

    /// Takes the next unit: a byte, or all 16 bits of a wider one, which then overlaps its neighbours.
    pub(super) fn push(&mut self, unit: u16) {
        self.block ^= u32::from(unit).rotate_left(8 * (self.length % 4));
        self.length = self.length.wrapping_add(1);
        if self.length.is_multiple_of(4) {
            self.hash ^= Self::scrambled(self.block);
            self.hash = self.hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
            self.block = 0;
        }
    }

    pub(super) const fn finish(self) -> u32 {
        // An empty block scrambles to zero, so a length that is a multiple of four needs no case of its own. The top bit is never set by
        // bytes; where wide units set it, the one library that takes them reads a negative number and drops the block.
        let rest = if self.block.leading_zeros() > 0 { Self::scrambled(self.block) } else { 0 };
        let mut hash = self.hash ^ rest ^ self.length;
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }

    const fn scrambled(block: u32) -> u32 {
        block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
    }
}

/// FNV-1a, 32 bits. Fowler, Noll, Vo, RFC 9923. A unit wider than a byte is XORed as a whole, as JavaScript does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fnv1a(u32);

impl Fnv1a {
    pub(super) const fn new() -> Self {
        Self(0x811c_9dc5)
    }

    pub(super) const fn push(&mut self, unit: u32) {
        self.0 = (self.0 ^ unit).wrapping_mul(16_777_619);
    }

    pub(super) const fn finish(self) -> u32 {
        self.0
    }
}

/// CRC-32 (IEEE 802.3) of the parts.
pub(super) fn crc32(parts: &[&str]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    parts.iter().for_each(|part| hasher.update(part.as_bytes()));
    hasher.finalize()
}

/// MD5 of the parts as one integer of 128 bits, most significant byte first.
pub(super) fn md5(parts: &[&str]) -> u128 {
    md5_of(parts.iter().copied())
}

/// [`md5`] of parts that are not in one place.
pub(super) fn md5_of<'a>(parts: impl Iterator<Item = &'a str>) -> u128 {
    let mut hasher = md5::Md5::new();
    parts.for_each(|part| hasher.update(part));
    u128::from_be_bytes(hasher.finalize().into())
}

/// The first 15 hexadecimal digits, that is 60 bits, of the SHA-1 of the parts.
pub(super) fn sha1_60(parts: &[&str]) -> u64 {
    sha1_head(parts) >> 4
}

/// The first 7 hexadecimal digits, that is 28 bits, of the SHA-1 of the parts.
pub(super) fn sha1_28(parts: &[&str]) -> u64 {
    sha1_head(parts) >> 36
}

/// SHA-256 of the parts.
pub(super) fn sha256(parts: &[&str]) -> [u8; 32] {
    let mut hasher = sha2::Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The first 64 bits of the SHA-1 of the parts, most significant byte first.
fn sha1_head(parts: &[&str]) -> u64 {
    let mut hasher = sha1::Sha1::new();
    parts.iter().for_each(|part| hasher.update(part));
    let digest: [u8; 20] = hasher.finalize().into();
    digest.first_chunk().map_or(0, |head| u64::from_be_bytes(*head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn murmur(seed: u32, text: &str) -> u32 {
        Murmur3::of(seed, ByteEncoding::Utf8, &[text])
    }

    #[test]
    fn murmur3_gives_the_published_values() {
        // the vectors that go with the algorithm, see stackoverflow.com/a/31929528
        for (seed, bytes, expected) in [
            (0_u32, &[][..], 0_u32),
            (1, &[], 0x514e_28b7),
            (0xffff_ffff, &[], 0x81f1_6f39),
            (0, &[0xff, 0xff, 0xff, 0xff], 0x7629_3b50),
            (0, &[0x21, 0x43, 0x65, 0x87], 0xf55b_516b),
            (0x5082_edee, &[0x21, 0x43, 0x65, 0x87], 0x2362_f9de),
            (0, &[0x21, 0x43, 0x65], 0x7e4a_8634),
            (0, &[0x21, 0x43], 0xa0f7_b07a),
            (0, &[0x21], 0x7266_1cf4),
            (0, &[0, 0, 0, 0], 0x2362_f9de),
            (0, &[0, 0, 0], 0x85f0_b427),
            (0, &[0, 0], 0x30f4_c306),
            (0, &[0], 0x514e_28b7),
        ] {
            let mut hasher = Murmur3::new(seed);
            bytes.iter().for_each(|byte: &u8| hasher.push(u16::from(*byte)));
            assert_eq!(hasher.finish(), expected, "{seed} {bytes:x?}");
        }
        assert_eq!(murmur(0x9747_b28c, "aaaa"), 0x5a97_808a);
        assert_eq!(murmur(0x9747_b28c, "Hello, world!"), 0x2488_4cba);
        assert_eq!(murmur(0x9747_b28c, "ππππππππ"), 0xd580_63c1);
        assert_eq!(murmur(0x9747_b28c, "The quick brown fox jumps over the lazy dog"), 0x2fa8_26cd);
    }

    #[test]
    fn fnv1a_gives_the_published_values() {
        // RFC 9923, and the test suite of the authors' own code
        for (text, expected) in [("", 0x811c_9dc5), ("a", 0xe40c_292c), ("foobar", 0xbf9c_f968)] {
            let mut hasher = Fnv1a::new();
            text.bytes().for_each(|byte| hasher.push(u32::from(byte)));
            assert_eq!(hasher.finish(), expected, "{text}");
        }
    }

    #[test]
    fn digests_read_their_first_bytes_as_big_endian() {
        assert_eq!(crc32(&["1234", "56789"]), 0xcbf4_3926); // the check value of the CRC catalogue
        assert_eq!(md5(&["a", "bc"]), 0x9001_5098_3cd2_4fb0_d696_3f7d_28e1_7f72); // RFC 1321
        assert_eq!(sha1_60(&["ab", "c"]), 0xa99_93e3_6470_6816); // FIPS 180, `abc`
        assert_eq!(sha1_28(&["abc"]), 0x0a99_93e3);
        assert_eq!(sha256(&["abc"]).first_chunk(), Some(&[0xba, 0x78, 0x16, 0xbf])); // FIPS 180
    }
}
