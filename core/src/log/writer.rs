use super::line::{self, START};
use super::{Head, Subject, verify};
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use crate::rollout::{Event, Phase, State, step};
use alloc::string::String;

/// Writes a log: give it each event, and append the line that it gives to the file.
///
/// It applies each event as [`step`] does and refuses what [`step`] refuses, so that what is written can be replayed. It writes
/// nothing itself. A host that could not append a line drops the `Log` and [resumes](Self::resume) from the text that is there;
/// where a crash cut the last line short, cut the text after its last line feed first, and append that event anew.
///
/// ```
/// use rampgate::log::{Log, Subject, verify};
/// use rampgate::rollout::{Event, Phase};
///
/// let plan = r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#;
/// let (mut log, mut text) = Log::begin(Subject::of_plan("checkout v2", plan)?);
/// let events = Event::log_from_json(r#"[{"seq": 1, "at": 1795521600000, "kind": {"start": {"by": "ann"}}}]"#)?;
/// text += &log.append_all(&events)?;
/// assert_eq!(log.state().phase(), Phase::Ramping { stage: 0 });
///
/// let gap = Event { seq: 3, ..events[0].clone() };
/// assert_eq!(log.append(&gap).unwrap_err().path(), "event.seq");
/// assert_eq!(verify(&text)?.head(), log.head());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Log {
    subject: Subject,
    state: State,
    head: Head,
    closed: bool,
}

impl Log {
    /// A log without events, and its header line.
    #[must_use]
    pub fn begin(subject: Subject) -> (Self, String) {
        let (text, hash) =
            line::write(&START, &line::header(&subject.name, subject.fingerprint, &subject.sha256));
        let head = Head { seq: 0, hash };
        (Self { subject, state: State::new(), head, closed: false }, text)
    }

    /// Goes on after the end of `text`, which is verified and replayed.
    ///
    /// # Errors
    /// Whatever [`verify`] and [`Verified::replay`](super::Verified::replay) say.
    pub fn resume(subject: Subject, text: &str) -> Result<Self, Error> {
        let verified = verify(text)?;
        let (state, _) = verified.replay(&subject)?;
        Ok(Self { subject, state, head: verified.head(), closed: verified.is_closed() })
    }

    /// Goes on after a head without reading the log, for hosts that keep the rollout's state ([`Release::rollout`]) and the head.
    ///
    /// [`Release::rollout`]: crate::release::Release::rollout
    ///
    /// # Errors
    /// A state that cannot belong to the plan; a head that is not that of the state's last event.
    pub fn resume_at(subject: Subject, state: State, head: Head) -> Result<Self, Error> {
        state.check(subject.plan())?;
        if head.seq != state.seq() {
            let rule = alloc::format!("must be the head at the state's last event ({})", state.seq());
            return Err(Error::new("head", Kind::Conflict, rule, head.seq));
        }
        Ok(Self { subject, state, head, closed: false })
    }

    /// The line of one event, to be appended to the text.
    ///
    /// # Errors
    /// Whatever [`step`] says; an event that is in the log already; a log that is closed. Then nothing has changed.
    pub fn append(&mut self, event: &Event) -> Result<String, Error> {
        if self.closed {
            return Err(Error::absent("log", Kind::Conflict, "is closed: nothing comes after its last line"));
        }
        if event.seq != 0 && event.seq <= self.state.seq() {
            let rule = alloc::format!("must follow the last event ({})", self.state.seq());
            return Err(Error::new("event.seq", Kind::Order, rule, event.seq));
        }
        let (state, _) = step(self.subject.plan(), &self.state, event)?;
        let text = self.write(event.seq, &line::event(event)?);
        self.state = state;
        Ok(text)
    }

    /// The lines of several events, such as all of a [`Step`](crate::release::Step)'s: all of them or none.
    ///
    /// # Errors
    /// As for [`append`](Self::append), of the first event that is refused. Then nothing has changed.
    pub fn append_all(&mut self, events: &[Event]) -> Result<String, Error> {
        let mut ahead = self.clone();
        let mut text = String::new();
        for event in events {
            text += &ahead.append(event)?;
        }
        *self = ahead;
        Ok(text)
    }

    /// The closing line of a release that has ended, completed, rolled back or expired: nothing may come after it, not even a retry.
    ///
    /// # Errors
    /// A release that has not ended; a time before the last event's; a log that is closed.
    pub fn close(&mut self, at: Timestamp) -> Result<String, Error> {
        let phase = self.state.phase();
        if self.closed || !has_ended(phase) {
            let rule = "must be open, and its release completed, rolled back or expired";
            return Err(Error::new(
                "log",
                Kind::Conflict,
                rule,
                if self.closed { "closed" } else { "running" },
            ));
        }
        if at < self.state.at() {
            let rule = alloc::format!("must not come before the last event ({})", self.state.at());
            return Err(Error::new("at", Kind::Order, rule, at));
        }
        let seq = self.state.seq().saturating_add(1);
        let text = self.write(seq, &line::closed(seq, at, phase)?);
        self.closed = true;
        Ok(text)
    }

    fn write(&mut self, seq: u64, content: &str) -> String {
        let (text, hash) = line::write(&self.head.hash, content);
        self.head = Head { seq, hash };
        text
    }

    /// The end of the log: keep it elsewhere; see [`Head`].
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Where the rollout stands after the last event.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// What the log is about.
    #[must_use]
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Whether its closing line was written.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }
}

/// Whether nothing is under way any more.
pub(super) const fn has_ended(phase: Phase) -> bool {
    matches!(phase, Phase::Completed | Phase::RolledBack | Phase::Expired { .. })
}
