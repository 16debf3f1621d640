use super::line::{Hash, from_hexadecimal, hexadecimal};
use crate::error::{Error, Kind};
use core::fmt;
use core::str::FromStr;

/// The end of a log: the number of its last line and that line's hash, which stands for the whole log up to there.
///
/// A log cannot tell from inside that its end was cut off, or that somebody wrote all of it anew. So keep the head where the log's
/// writer cannot change it (another system, a ticket, a signed commit), and compare with
/// [`verify_against`](super::verify_against).
///
/// The text form is the number, a colon and 64 hexadecimal digits.
///
/// ```
/// use rampgate::log::Head;
///
/// let text = "8:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// let head: Head = text.parse()?;
/// assert_eq!((head.seq(), head.hash()[0]), (8, 0x9f));
/// assert_eq!(head.to_string(), text);
/// assert!("8:9F86".parse::<Head>().is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

impl Head {
    /// Number of the last line: 0 for the header, that of the event, or of a closing line one more than the last event's.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Hash of the last line.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hexadecimal(&self.hash))
    }
}

impl FromStr for Head {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            let (seq, hash) = text.split_once(':')?;
            let head = Self { seq: seq.parse().ok()?, hash: from_hexadecimal(hash)? };
            (seq == alloc::format!("{}", head.seq)).then_some(head)
        };
        let rule = "must be a number, a colon and 64 hexadecimal digits in lower case";
        read().ok_or_else(|| Error::new("head", Kind::Syntax, rule, text))
    }
}
