//! A user's own traffic: an access log, read one line at a time.
//!
//! Two formats, told apart line by line: a line that begins with `{` is JSON ([`json`]), any other is Common or Combined
//! Log Format ([`common`]). Every line becomes a [`LogLine`] or a [`Malformed`] that says what was wrong; blank lines are
//! passed over. Nothing is guessed: a field that cannot be read as its rule asks makes the whole line malformed.

mod common;
mod field;
mod json;
mod malformed;

use malformed::Flaw;
pub(crate) use malformed::Malformed;
use std::io::{self, BufRead, Read};

/// Longest line that is read, in bytes; of a longer one nothing is kept.
const LONGEST_LINE: u64 = 64 * 1_024;
const FIRST_FAILING_STATUS: u16 = 500;

/// Which version served a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arm {
    Control,
    Canary,
}

/// One request of the log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LogLine {
    /// Unix milliseconds, from 1970 to the year 9999.
    pub(crate) at_ms: u64,
    /// Who asked; never empty.
    pub(crate) unit: String,
    /// Who served, where the log says so.
    pub(crate) arm: Option<Arm>,
    /// The request's target, as the server wrote it.
    pub(crate) path: Option<String>,
    /// Whether the status is 500 or above.
    pub(crate) failed: bool,
    /// From 100 to 599.
    pub(crate) status: u16,
    /// Finite, from 0.
    pub(crate) latency_ms: Option<f64>,
}

/// Reads a log to its end; the first `io::Error` ends it too.
///
/// ```ignore
/// for entry in &mut AccessLog::new(reader) {
///     match entry? {
///         Ok(line) => judge(line),
///         Err(malformed) => report(malformed),
///     }
/// }
/// ```
#[derive(Debug)]
pub(crate) struct AccessLog<R> {
    reader: R,
    buffer: Vec<u8>,
    line: u64,
    bytes: u64,
    malformed: u64,
    ended: bool,
}

impl<R: BufRead> AccessLog<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), line: 0, bytes: 0, malformed: 0, ended: false }
    }

    /// Lines read so far, malformed and blank ones too.
    pub(crate) fn lines_read(&self) -> u64 {
        self.line
    }

    /// Bytes read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Malformed lines so far.
    pub(crate) fn malformed(&self) -> u64 {
        self.malformed
    }

    /// Fills the buffer with the next line, without its end; false at the end of the log.
    fn read_line(&mut self) -> io::Result<Option<Result<(), Flaw>>> {
        self.buffer.clear();
        let mut bounded = self.reader.by_ref().take(LONGEST_LINE.saturating_add(1));
        let mut bytes = bounded.read_until(b'\n', &mut self.buffer)?;
        if bytes == 0 {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        let complete = self.buffer.pop_if(|last| *last == b'\n').is_some();
        let too_long = !complete && u64::try_from(bytes).unwrap_or(u64::MAX) > LONGEST_LINE;
        if too_long {
            bytes = bytes.saturating_add(self.reader.skip_until(b'\n')?);
        }
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if too_long {
            return Ok(Some(Err(Flaw::new("line", "must be at most 64 KiB long", format!("{bytes} bytes")))));
        }
        Ok(Some(Ok(())))
    }

    /// The line in the buffer; none if it is blank.
    fn parse(&self) -> Option<Result<LogLine, Flaw>> {
        let bytes = match self.line {
            1 => self.buffer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.buffer), // a byte-order mark
            _ => &self.buffer,
        };
        let line = bytes.trim_ascii();
        if line.is_empty() {
            return None;
        }
        let wrong = |rule| Some(Err(Flaw::new("line", rule, String::from_utf8_lossy(line))));
        match str::from_utf8(line) {
            Err(_) => wrong("must be UTF-8"),
            Ok(text) if text.contains('\0') => wrong("must hold no NUL byte"),
            Ok(text) if text.starts_with('{') => Some(json::read(text)),
            Ok(text) => Some(common::read(text)),
        }
    }
}

impl<R: BufRead> Iterator for AccessLog<R> {
    type Item = io::Result<Result<LogLine, Malformed>>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let parsed = match self.read_line() {
                Ok(Some(Ok(()))) => self.parse(),
                Ok(Some(Err(flaw))) => Some(Err(flaw)),
                Ok(None) => {
                    self.ended = true;
                    None
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            };
            if let Some(parsed) = parsed {
                self.malformed = self.malformed.saturating_add(u64::from(parsed.is_err()));
                return Some(Ok(parsed.map_err(|flaw| flaw.on_line(self.line))));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMON: &str = r#"10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326"#;
    const JSON: &str = r#"{"timestamp":971211336,"unit":"u","status":503}"#;

    fn read(log: &[u8]) -> (Vec<String>, AccessLog<&[u8]>) {
        let mut log = AccessLog::new(log);
        let entries = log.by_ref().map(|entry| match entry.unwrap() {
            Ok(line) => format!("{} {}", line.unit, line.status),
            Err(malformed) => malformed.to_string(),
        });
        (entries.collect(), log)
    }

    #[test]
    fn formats_may_be_mixed_and_blank_lines_count_as_lines_alone() {
        let text = format!("\u{feff}{COMMON}\r\n\r\n  \n{JSON}\nnonsense\n {JSON} ");
        let (entries, log) = read(text.as_bytes());
        assert_eq!(
            entries,
            [
                "10.0.0.1 200",
                "u 503",
                "line 5: invalid `time`: must stand in [brackets] after host, ident and user, got `nonsense`",
                "u 503"
            ]
        );
        assert_eq!((log.lines_read(), log.malformed()), (6, 1));
        assert_eq!(log.bytes_read(), u64::try_from(text.len()).unwrap());
    }

    #[test]
    fn bytes_that_are_no_text_are_malformed() {
        let (entries, _) = read(b"\xff\xfe\n\0\0\0\n{\"unit\":\"\0\"}\n\xf0\x9f\x92");
        assert_eq!(
            entries,
            [
                "line 1: invalid `line`: must be UTF-8, got `\u{fffd}\u{fffd}`",
                "line 2: invalid `line`: must hold no NUL byte, got `\\u{0}\\u{0}\\u{0}`",
                "line 3: invalid `line`: must hold no NUL byte, got `{\\\"unit\\\":\\\"\\u{0}\\\"}`",
                "line 4: invalid `line`: must be UTF-8, got `\u{fffd}`",
            ]
        );
    }

    #[test]
    fn a_line_is_bounded_and_the_next_one_is_read_all_the_same() {
        let limit = usize::try_from(LONGEST_LINE).unwrap();
        let padded = |length: usize| COMMON.to_owned() + &" ".repeat(length - COMMON.len());
        let text = [padded(limit), padded(limit + 1), "x".repeat(3 * limit), JSON.to_owned()].join("\n");
        let (entries, log) = read(text.as_bytes());
        assert_eq!(
            entries,
            [
                "10.0.0.1 200",
                "line 2: invalid `line`: must be at most 64 KiB long, got `65538 bytes`",
                "line 3: invalid `line`: must be at most 64 KiB long, got `196609 bytes`",
                "u 503",
            ]
        );
        assert_eq!(log.bytes_read(), u64::try_from(text.len()).unwrap());
        let (entries, _) = read("y".repeat(2 * limit).as_bytes());
        assert_eq!(entries.len(), 1);
        assert!(read(b"").0.is_empty());
    }

    #[test]
    fn a_wrong_value_is_cut_short() {
        let (entries, _) = read("ä".repeat(5_000).as_bytes());
        assert!(entries[0].ends_with(&format!("got `{}…`", "ä".repeat(80))));
    }

    #[test]
    fn a_reader_that_fails_ends_the_log() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut log = AccessLog::new(io::BufReader::new(COMMON.as_bytes().chain(&b"\n"[..]).chain(Broken)));
        assert!(log.next().unwrap().unwrap().is_ok());
        assert_eq!(log.next().unwrap().unwrap_err().to_string(), "gone");
        assert!(log.next().is_none());
    }

    #[test]
    fn no_prefix_or_mutation_of_a_good_line_panics() {
        for good in [COMMON, JSON] {
            for cut in 0..=good.len() {
                for byte in [b'"', b'\\', b'[', b' ', b'{', 0, 0xff, b'9'] {
                    let mut bytes = good.as_bytes().to_vec();
                    bytes.insert(cut, byte);
                    assert!(read(&bytes).0.len() <= 1);
                    bytes.truncate(cut);
                    assert!(read(&bytes).0.len() <= 1);
                }
            }
        }
    }
}
