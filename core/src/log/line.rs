//! A line of the log: its content, then the hash that chains it to the line before.

use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use crate::rollout::{Event, Phase};
use alloc::format;
use alloc::string::String;
use sha2::{Digest as _, Sha256};

/// The version of the format, which the header names.
pub(super) const VERSION: &str = "rampgate-log-1";

/// A SHA-256 value.
pub(super) type Hash = [u8; 32];

/// What comes before the first line.
pub(super) const START: Hash = [0; 32];

const BEFORE_HASH: &str = r#","hash":""#;
const AFTER_HASH: &str = r#""}"#;

/// Bytes of a line after its content.
const TAIL: usize = BEFORE_HASH.len() + 64 + AFTER_HASH.len();

/// How the content of each kind of line begins.
pub(super) const HEADER: &str = r#"{"header":"#;
pub(super) const EVENT: &str = r#"{"event":"#;
pub(super) const CLOSED: &str = r#"{"closed":"#;

/// The hash of a line: SHA-256 of the hash before it and its content, which begins with the opening brace and ends before `,"hash"`.
pub(super) fn chain(previous: &Hash, content: &str) -> Hash {
    Sha256::new().chain_update(previous).chain_update(content).finalize().into()
}

/// A whole line, with its line feed, and its hash.
pub(super) fn write(previous: &Hash, content: &str) -> (String, Hash) {
    let hash = chain(previous, content);
    (format!("{content}{BEFORE_HASH}{}{AFTER_HASH}\n", hexadecimal(&hash)), hash)
}

/// Content and hash of a line without its line feed, the hash in its digits; none if it does not end as every line does.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let (content, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    let digits = tail.strip_prefix(BEFORE_HASH)?.strip_suffix(AFTER_HASH)?;
    Some((content, digits))
}

/// The content of the header.
pub(super) fn header(release: &str, fingerprint: u64, sha256: &Hash) -> String {
    let (name, sha256) = (serde_json::Value::from(release), hexadecimal(sha256));
    format!(
        r#"{HEADER}{{"version":"{VERSION}","release":{name},"spec":"{fingerprint:016x}","sha256":"{sha256}"}}"#
    )
}

/// The content of an event's line.
pub(super) fn event(event: &Event) -> Result<String, Error> {
    let json = serde_json::to_string(event).map_err(|error| unwritable(&error))?;
    Ok(format!("{EVENT}{json}"))
}

/// The content of the closing line.
pub(super) fn closed(seq: u64, at: Timestamp, phase: Phase) -> Result<String, Error> {
    let phase = serde_json::to_string(&phase).map_err(|error| unwritable(&error))?;
    Ok(format!(r#"{CLOSED}{{"seq":{seq},"at":{},"phase":{phase}}}"#, at.as_millis()))
}

/// Of the serialiser, which has no reason to: what is written is plain data with texts for keys.
pub(super) fn unwritable(error: &serde_json::Error) -> Error {
    Error::absent("event", Kind::Type, format!("cannot be written as JSON: {error}"))
}

/// The number that a line says it has, without believing it; the header has none.
pub(super) fn seq(content: &str) -> Option<u64> {
    let rest = content.strip_prefix(EVENT).or_else(|| content.strip_prefix(CLOSED))?;
    let rest = rest.strip_prefix(r#"{"seq":"#)?;
    rest.split_once(',')?.0.parse().ok()
}

pub(super) fn hexadecimal(bytes: &Hash) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// 64 digits in lower case, so that a hash has one spelling.
pub(super) fn from_hexadecimal(text: &str) -> Option<Hash> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
    let mut hash = START;
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, the example of one block: SHA-256("abc").
    #[test]
    fn the_hash_is_the_standard_s() {
        let abc: Hash = Sha256::digest("abc").into();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hexadecimal(&abc), expected);
        assert_eq!(from_hexadecimal(expected), Some(abc));
    }

    #[test]
    fn a_line_has_one_spelling() {
        let (line, hash) = write(&START, r#"{"event":{"seq":1,"at":0,"kind":"tick"}"#);
        let line = line.strip_suffix('\n').unwrap();
        let (content, found) = split(line).unwrap();
        assert_eq!((found, chain(&START, content), seq(content)), (&*hexadecimal(&hash), hash, Some(1)));
        assert_ne!(chain(&[1; 32], content), hash);
        assert_eq!(from_hexadecimal(&hexadecimal(&hash).to_uppercase()), None);
        for bad in [&line[1..70], &line.replace("hash", "Hash"), &format!("{line}\r"), "", "ä"] {
            assert!(split(bad).is_none(), "{bad}");
        }
    }
}
