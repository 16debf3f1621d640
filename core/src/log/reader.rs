use super::line::{self, CLOSED, EVENT, HEADER, Hash, START, VERSION};
use super::writer::has_ended;
use super::{Head, Story, Subject, usual};
use crate::document::{Field, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::Timestamp;
use crate::rollout::{Decision, Event, State, step};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Reads a log and checks everything that can be checked from inside: the chain of hashes, the numbers and times of the events, and that each line is
/// spelled as `spec/log.md` has it.
///
/// So a text that passes is a log as it was written, or its beginning, or one that somebody wrote anew from some line on. The latter two only
/// [`verify_against`] can tell.
///
/// ```
/// use rampgate::log::{Log, Subject, verify};
///
/// let plan = r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#;
/// let (_, text) = Log::begin(Subject::of_plan("checkout v2", plan)?);
/// assert!(verify(&text)?.events().is_empty());
///
/// let error = verify(&text.replace("v2", "v3")).unwrap_err();
/// assert_eq!(error.kind(), rampgate::ErrorKind::Corrupt);
/// assert_eq!(error.path(), "log:1");
/// # Ok::<(), rampgate::Error>(())
/// ```
///
/// # Errors
/// The first line that is wrong, as `log:` and its number from 1:
/// [`Corrupt`](crate::ErrorKind::Corrupt) where it was altered or is cut short, [`Order`](crate::ErrorKind::Order) where lines are repeated, missing or in
/// another order, [`Version`](crate::ErrorKind::Version) where the log is of a version that this build does not read; another kind, with the field, where
/// the chain holds and the line says what cannot be.
pub fn verify(text: &str) -> Result<Verified, Error> {
    read(text, None)
}

/// [`verify`], and whether the log is the one that `head` was taken from, and still has all that it had then. It may have gone on since.
///
/// # Errors
/// As for [`verify`]; [`Corrupt`](crate::ErrorKind::Corrupt) where the log ends before the head, or has another line in its place.
pub fn verify_against(text: &str, head: &Head) -> Result<Verified, Error> {
    read(text, Some(head))
}

/// A log that was verified: its events, and what they are about.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Verified {
    release: Box<str>,
    fingerprint: u64,
    sha256: Hash,
    events: Vec<Event>,
    closed: Option<Closed>,
    head: Head,
}

#[derive(Clone, Debug, PartialEq)]
struct Closed {
    at: Timestamp,
    /// The phase in JSON.
    phase: Box<str>,
}

impl Verified {
    /// Name of the release.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The events, numbered from 1 without gaps, in the order of their times.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The end of the log.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Whether the log ends with its closing line.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// When the log was closed, if it was.
    #[must_use]
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.closed.as_ref().map(|closed| closed.at)
    }

    /// Runs the events from the beginning: the state that they lead to, bit for bit that of the live release, and every decision.
    ///
    /// # Errors
    /// [`Conflict`](crate::ErrorKind::Conflict) where the log is about another document; whatever [`step`] says of an event, by its line, such as
    /// `log:18.event.kind`; a closing line that names another phase.
    pub fn replay(&self, subject: &Subject) -> Result<(State, Vec<Decision>), Error> {
        self.check_subject(subject)?;
        let (mut state, mut decisions) = (State::new(), Vec::new());
        for event in &self.events {
            let (next, decided) =
                step(subject.plan(), &state, event).map_err(|error| within(number(event.seq), &error))?;
            state = next;
            decisions.extend(decided);
        }
        if let Some(closed) = &self.closed {
            let phase = serde_json::to_string(&state.phase()).map_err(|error| line::unwritable(&error))?;
            if phase != *closed.phase || !has_ended(state.phase()) {
                let path = format!("log:{}.closed.phase", number(self.head.seq));
                let rule =
                    format!("must be how the release ended ({phase}), of which only an end can be closed");
                return Err(Error::new(path, Kind::Conflict, rule, &closed.phase));
            }
        }
        Ok((state, decisions))
    }

    /// Tells the release in plain sentences; see [`Story`].
    ///
    /// # Errors
    /// As for [`replay`](Self::replay).
    pub fn explain(&self, subject: &Subject) -> Result<Story, Error> {
        let _ = self.replay(subject)?;
        super::teller::tell(subject, &self.events)
    }

    fn check_subject(&self, subject: &Subject) -> Result<(), Error> {
        let wrong = |field, rule: &'static str, found: String| {
            Err(Error::new(format!("log:1.header.{field}"), Kind::Conflict, rule, found))
        };
        if self.fingerprint != subject.fingerprint {
            return wrong(
                "spec",
                "must be that of this document: the log is about another",
                format!("{:016x}", self.fingerprint),
            );
        }
        if self.sha256 != subject.sha256 {
            let rule =
                "must be that of this document's bytes: the content is the same, and was written another way";
            return wrong("sha256", rule, line::hexadecimal(&self.sha256));
        }
        if self.release != subject.name {
            return wrong("release", "must be the name of this release", (*self.release).into());
        }
        Ok(())
    }
}

/// The line that has this number: the header is line 1, and has number 0.
const fn number(seq: u64) -> u64 {
    seq.saturating_add(1)
}

fn within(line: u64, error: &Error) -> Error {
    error.clone().at(&format!("log:{line}.{}", error.path()))
}

fn corrupt(line: u64, rule: impl Into<alloc::borrow::Cow<'static, str>>) -> Error {
    Error::absent(format!("log:{line}"), Kind::Corrupt, rule)
}

fn read(text: &str, head: Option<&Head>) -> Result<Verified, Error> {
    let mut lines = text.split_inclusive('\n');
    let first =
        lines.next().ok_or_else(|| Error::absent("log", Kind::Missing, "must begin with a header line"))?;
    let mut log = read_header(first)?;
    check_head(&log, head)?;
    while let Some(raw) = lines.next() {
        let line = number(log.head.seq).saturating_add(1);
        let (content, digits) = parts(raw, line)?;
        if log.is_closed() {
            let rule = "must not be there: the log was closed in the line before";
            return Err(Error::absent(format!("log:{line}"), Kind::Order, rule));
        }
        check_order(&log, content, line, lines.clone())?;
        let hash = check_chain(&log.head.hash, content, digits, line)?;
        if let Some(json) = content.strip_prefix(EVENT) {
            let event = read_event(json, line)?;
            check_time(&log, event.at, line, "event")?;
            log.events.push(event);
        } else {
            let (closed, at) = (read_closed(content, line)?, line);
            check_time(&log, closed.at, at, "closed")?;
            log.closed = Some(closed);
        }
        log.head = Head { seq: log.head.seq.saturating_add(1), hash };
        check_head(&log, head)?;
    }
    match head {
        Some(head) if head.seq > log.head.seq => {
            let rule = format!("must go on to number {}, as the head says: the end is missing", head.seq);
            Err(Error::new("log", Kind::Corrupt, rule, format!("an end at number {}", log.head.seq)))
        }
        _ => Ok(log),
    }
}

/// Content and hash of a line.
fn parts(raw: &str, line: u64) -> Result<(&str, &str), Error> {
    let whole =
        raw.strip_suffix('\n').ok_or_else(|| corrupt(line, "is cut short: must end with a line feed"))?;
    let rule = r#"was altered: must end with `,"hash":"`, 64 hexadecimal digits in lower case and `"}`"#;
    line::split(whole).ok_or_else(|| corrupt(line, rule))
}

fn check_chain(previous: &Hash, content: &str, digits: &str, line: u64) -> Result<Hash, Error> {
    let hash = line::chain(previous, content);
    if line::hexadecimal(&hash) == digits {
        return Ok(hash);
    }
    Err(corrupt(line, "was altered: its hash is not that of its content after the line before"))
}

/// Looks at the number before the hash, to tell lines that were moved from lines that were changed.
fn check_order<'a>(
    log: &Verified,
    content: &str,
    line: u64,
    mut later: impl Iterator<Item = &'a str>,
) -> Result<(), Error> {
    let expected = log.head.seq.saturating_add(1);
    if content.starts_with(HEADER) {
        return Err(Error::absent(
            format!("log:{line}"),
            Kind::Order,
            "must not be a header: there is one already",
        ));
    }
    let seq = line::seq(content).ok_or_else(|| {
        corrupt(line, "was altered: must be an event or the closing line, and begin with its number")
    })?;
    let rule = if seq == expected {
        return Ok(());
    } else if seq < expected {
        format!("must be number {expected}: number {seq} is repeated, and is in line {} already", number(seq))
    } else if later.any(|line| line::seq(line) == Some(expected)) {
        format!("must be number {expected}, which comes later: the lines were put in another order")
    } else {
        format!("must be number {expected}: {} missing", missing(expected, seq))
    };
    Err(Error::new(format!("log:{line}"), Kind::Order, rule, seq))
}

fn missing(from: u64, until: u64) -> String {
    let last = until.saturating_sub(1);
    if from == last {
        format!("line {} is", number(from))
    } else {
        format!("lines {} to {} are", number(from), number(last))
    }
}

fn check_time(log: &Verified, at: Timestamp, line: u64, what: &str) -> Result<(), Error> {
    match log.events.last() {
        Some(last) if at < last.at => {
            let rule = format!("must not come before the last event ({})", last.at);
            Err(Error::new(format!("log:{line}.{what}.at"), Kind::Order, rule, at))
        }
        _ => Ok(()),
    }
}

fn check_head(log: &Verified, head: Option<&Head>) -> Result<(), Error> {
    match head {
        Some(head) if head.seq == log.head.seq && head.hash != log.head.hash => {
            Err(corrupt(number(head.seq), "is another line than the head's: the log was written anew"))
        }
        _ => Ok(()),
    }
}

fn read_header(raw: &str) -> Result<Verified, Error> {
    // before all else, since another version may spell its lines another way
    if let Some(rest) = raw.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix(r#"{"version":""#))
        && let Some((version, _)) = rest.split_once('"')
        && version != VERSION
    {
        let rule = format!("must be `{VERSION}`");
        return Err(Error::new("log:1.header.version", Kind::Version, rule, version));
    }
    let (content, digits) = parts(raw, 1)?;
    let json = content.strip_prefix(HEADER).ok_or_else(|| {
        Error::absent("log:1", Kind::Missing, "must be the header: the beginning of the log is missing")
    })?;
    let hash = check_chain(&START, content, digits, 1)?;
    let log = parsed("log:1.header", json, |field| {
        let mut fields = field.object()?;
        let _ = fields.required("version");
        let release = fields.required("release").and_then(|field| field.name());
        let fingerprint = fields.required("spec").and_then(|field| {
            let digits = field.text()?;
            let number =
                u64::from_str_radix(digits, 16).ok().filter(|number| *digits == format!("{number:016x}"));
            if number.is_none() {
                field.refuse(Kind::Syntax, "must be 16 hexadecimal digits");
            }
            number
        });
        let sha256 = fields.required("sha256").and_then(|field| {
            let hash = line::from_hexadecimal(field.text()?);
            if hash.is_none() {
                field.refuse(Kind::Syntax, "must be 64 hexadecimal digits");
            }
            hash
        });
        fields.finish();
        Some(Verified {
            release: release?.into(),
            fingerprint: fingerprint?,
            sha256: sha256?,
            events: Vec::new(),
            closed: None,
            head: Head { seq: 0, hash },
        })
    })?;
    let canonical = line::header(&log.release, log.fingerprint, &log.sha256);
    check_spelling(content == canonical, 1)?;
    Ok(log)
}

fn read_event(json: &str, line: u64) -> Result<Event, Error> {
    if let Some(event) = usual::look(json).filter(|event| spelled(event).is_ok_and(|text| text == json)) {
        return Ok(event);
    }
    let event = parsed(&format!("log:{line}.event"), json, Event::read)?;
    check_spelling(json == spelled(&event)?, line)?;
    Ok(event)
}

fn spelled(event: &Event) -> Result<String, Error> {
    serde_json::to_string(event).map_err(|error| line::unwritable(&error))
}

fn read_closed(content: &str, line: u64) -> Result<Closed, Error> {
    let json = content.strip_prefix(CLOSED).unwrap_or_default();
    let (at, phase) = parsed(&format!("log:{line}.closed"), json, |field| {
        let mut fields = field.object()?;
        let _ = fields.required("seq");
        let at = fields.required("at").and_then(|field| field.integer(0..=Timestamp::MAX.as_millis()));
        let phase = fields.required("phase");
        fields.finish();
        phase?;
        Timestamp::from_millis(at?).ok().zip(json.split_once(r#""phase":"#))
    })
    .map(|(at, (_, phase))| (at, phase.strip_suffix('}').unwrap_or_default()))?;
    let seq = line.saturating_sub(1);
    check_spelling(json == format!(r#"{{"seq":{seq},"at":{},"phase":{phase}}}"#, at.as_millis()), line)?;
    Ok(Closed { at, phase: phase.into() })
}

fn check_spelling(same: bool, line: u64) -> Result<(), Error> {
    let rule = "must be spelled as the library writes it: no white space, each field once and in order, numbers in their shortest form";
    if same { Ok(()) } else { Err(Error::absent(format!("log:{line}"), Kind::Syntax, rule)) }
}

fn parsed<'a, T>(path: &str, json: &'a str, read: impl FnOnce(&Field<'_>) -> Option<T>) -> Result<T, Error>
where
    T: 'a,
{
    let node = Node::parse(path, json)?;
    let problems = Problems::default();
    let value = read(&Field::named(path, &node, &problems));
    problems.finish(value)
}
