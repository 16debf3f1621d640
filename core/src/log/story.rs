use super::words::{instant, quoted};
use crate::quantity::Timestamp;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// A release told in plain sentences, for those who look back on it: what happened, when, by whom, by which numbers, and what is left to do.
///
/// The same log gives the same bytes everywhere. Times are UTC; stages count from 1; evidence is put as odds, rounded so that it never looks enough
/// when it was not; looks and ticks that changed nothing are counted and not told. The words may be improved in a later version: programs should read
/// [`Sentence::topic`], or the decisions themselves ([`Verified::replay`](super::Verified::replay)).
///
/// Its `Display` is the whole story, one sentence a line, with time and number of the event before each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Story {
    /// Name of the release.
    pub release: Box<str>,
    /// How it stands at the end of the log, in one or two sentences.
    pub summary: String,
    /// What happened, in order.
    pub sentences: Vec<Sentence>,
}

/// One sentence or two about one event, or about some that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sentence {
    /// When.
    pub at: Timestamp,
    /// Number of the event; of several, that of the last.
    pub seq: u64,
    /// What it is about.
    pub topic: Topic,
    /// How much it asks for attention.
    pub severity: Severity,
    /// The words.
    pub text: String,
}

/// What a [`Sentence`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// The release or an attempt was started.
    Start,
    /// Exposure rose.
    Rise,
    /// Something stands in the way, or does no longer.
    Hold,
    /// Someone paused or resumed, approved, waived, or asked for what could not be.
    Command,
    /// The replicas of a fleet came or went: another actual exposure, or the declared one in force, or no longer.
    Fleet,
    /// The error budget changed its answer.
    Budget,
    /// The bake began, or the release was complete.
    End,
    /// Exposure was taken back, or the release was cancelled, or its deadline passed.
    Rollback,
    /// The host says whether the rollback is in force.
    Confirmation,
    /// Looks and ticks that changed nothing.
    Quiet,
    /// How long each stage took.
    Durations,
    /// What the log leaves open.
    Undone,
}

/// How much a [`Sentence`] asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As planned.
    Info,
    /// Something stood in the way, or was given up.
    Warning,
    /// Users were harmed, or may be still.
    Critical,
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}\n", quoted(&self.release), self.summary)?;
        self.sentences.iter().try_for_each(|sentence| writeln!(f, "{sentence}"))
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  #{}  {}", instant(self.at), self.seq, self.text)
    }
}
