mod reader;
mod writer;

use crate::document::{Node, canonical};
use crate::error::{Error, Kind};
use crate::siphash::SipHash;
use alloc::vec::Vec;
use reader::Reader;
use serde::Serialize;
use serde::de::DeserializeOwned;
use writer::Writer;

const MAGIC: [u8; 4] = *b"RGT1";
const HEADER: usize = 4 + 1 + 8;
const CHECKSUM: usize = 8;

/// A kind of message: `RGT1`, a byte for the kind, the fingerprint of the spec it belongs to, a postcard body, and a checksum.
///
/// The last byte of the magic is the format's version. The checksum finds damage, not forgery: who may send a message is for
/// the host to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    /// What the message is, in errors.
    pub(crate) name: &'static str,
    pub(crate) kind: u8,
}

impl Wire {
    pub(crate) fn encode(self, fingerprint: u64, body: &impl Serialize) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::from(MAGIC);
        bytes.push(self.kind);
        bytes.extend(fingerprint.to_le_bytes());
        body.serialize(&mut Writer(&mut bytes))
            .map_err(|_| Error::absent(self.name, Kind::Corrupt, "cannot be encoded"))?;
        let checksum = checksum(&bytes);
        bytes.extend(checksum.to_le_bytes());
        Ok(bytes)
    }

    pub(crate) fn decode<T: DeserializeOwned>(self, fingerprint: u64, bytes: &[u8]) -> Result<T, Error> {
        let refuse = |kind, rule: &'static str| Error::new(self.name, kind, rule, Excerpt(bytes));
        let (content, sum) = bytes
            .split_last_chunk::<CHECKSUM>()
            .filter(|(content, _)| content.len() >= HEADER)
            .ok_or_else(|| refuse(Kind::Corrupt, "is too short"))?;
        let (magic, rest) =
            content.split_first_chunk::<4>().ok_or_else(|| refuse(Kind::Corrupt, "is too short"))?;
        if magic.get(..3) != MAGIC.get(..3) {
            return Err(refuse(Kind::Corrupt, "must begin with `RGT1`"));
        }
        if *magic != MAGIC {
            return Err(refuse(Kind::Version, "is of a format version that this build does not read"));
        }
        if checksum(content) != u64::from_le_bytes(*sum) {
            return Err(refuse(Kind::Corrupt, "does not match its checksum"));
        }
        let (kind, rest) = rest.split_first().ok_or_else(|| refuse(Kind::Corrupt, "is too short"))?;
        if *kind != self.kind {
            return Err(refuse(Kind::Type, "is another kind of message"));
        }
        let (spec, body) =
            rest.split_first_chunk::<8>().ok_or_else(|| refuse(Kind::Corrupt, "is too short"))?;
        if u64::from_le_bytes(*spec) != fingerprint {
            return Err(refuse(Kind::Conflict, "belongs to another spec"));
        }
        let mut reader = Reader::new(body);
        let value = T::deserialize(&mut reader);
        match (reader.finish(), value) {
            (Ok([]), Ok(value)) => Ok(value),
            (Ok(_), Ok(_)) => Err(refuse(Kind::Corrupt, "has bytes left over")),
            _ => Err(refuse(Kind::Corrupt, "holds values that cannot be")),
        }
    }
}

/// The first bytes of a message, in hexadecimal.
struct Excerpt<'a>(&'a [u8]);

impl core::fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}-bytes", self.0.len())?;
        self.0.iter().take(8).enumerate().try_for_each(|(position, byte)| {
            let separator = if position == 0 { ":" } else { "" };
            write!(f, "{separator}{byte:02x}")
        })
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    SipHash::UNKEYED.hash(bytes)
}

/// A number for a document's content: the same whatever the white space and the order of keys.
pub(crate) fn fingerprint(document: &Node) -> u64 {
    SipHash::UNKEYED.hash(&canonical(document))
}

#[cfg(test)]
mod tests;
