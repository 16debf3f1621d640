/// The units into which a text falls before a hash that takes whole units: FNV-1a, and Java's string hash.
///
/// For ASCII all are the same. Beyond it a vendor's own SDKs disagree, so take the one of the SDK that served your users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth way that an SDK takes")]
pub enum Encoding {
    /// UTF-16 code units: JavaScript, Java, C#, and GrowthBook's Python SDK since version 4.
    Utf16,
    /// Unicode code points: Python otherwise.
    CodePoint,
    /// UTF-8 bytes: Go, Rust, PHP.
    Utf8,
}

impl Encoding {
    pub(super) const WORDS: [(&str, Self); 3] =
        [("utf16", Self::Utf16), ("code_point", Self::CodePoint), ("utf8", Self::Utf8)];

    pub(super) fn each(self, text: &str, mut take: impl FnMut(u32)) {
        match self {
            Self::Utf16 => text.encode_utf16().for_each(|unit| take(u32::from(unit))),
            Self::CodePoint => text.chars().for_each(|point| take(u32::from(point))),
            Self::Utf8 => text.bytes().for_each(|byte| take(u32::from(byte))),
        }
    }
}

/// The bytes that a text becomes before a hash of bytes: MurmurHash3.
///
/// For ASCII both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way that an SDK takes")]
pub enum ByteEncoding {
    /// The low byte of each UTF-16 code unit, the high one dropped: JavaScript's older libraries (`charCode & 0xff`).
    LowByte,
    /// UTF-8: everyone else.
    Utf8,
}

impl ByteEncoding {
    pub(super) const WORDS: [(&str, Self); 2] = [("low_byte", Self::LowByte), ("utf8", Self::Utf8)];

    pub(super) fn each(self, text: &str, mut take: impl FnMut(u8)) {
        match self {
            Self::LowByte => text.encode_utf16().for_each(|unit| {
                let [low, _] = unit.to_le_bytes();
                take(low);
            }),
            Self::Utf8 => text.bytes().for_each(take),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn each_encoding_sees_its_own_units() {
        let units = |encoding: Encoding| {
            let mut seen = Vec::new();
            encoding.each("ë😀", |unit| seen.push(unit));
            seen
        };
        assert_eq!(units(Encoding::Utf16), [0xeb, 0xd83d, 0xde00]);
        assert_eq!(units(Encoding::CodePoint), [0xeb, 0x1_f600]);
        assert_eq!(units(Encoding::Utf8), [0xc3, 0xab, 0xf0, 0x9f, 0x98, 0x80]);
        let mut low = vec![];
        ByteEncoding::LowByte.each("ë😀", |byte| low.push(byte));
        assert_eq!(low, [0xeb, 0x3d, 0x00]);
    }
}
