//! The page that a run leaves behind: one HTML file that needs nothing else.

mod html;

pub(crate) use html::{figure, head};

use crate::plot::{Mark, Plot};

/// The whole page; its `Display` is the HTML.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) intro: String,
    pub(crate) releases: Vec<ReleaseReport>,
    pub(crate) notes: Vec<Note>,
}

/// One release: how it ended, its numbers, plots and decisions.
#[derive(Clone, Debug)]
pub(crate) struct ReleaseReport {
    pub(crate) title: String,
    pub(crate) intro: String,
    pub(crate) outcome: Outcome,
    /// The outcome in one sentence.
    pub(crate) headline: String,
    pub(crate) facts: Vec<Fact>,
    /// The time axis of all plots, and the zero of all relative times.
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
    pub(crate) marks: Vec<Mark>,
    pub(crate) plots: Vec<Plot>,
    pub(crate) decisions: Vec<DecisionRow>,
}

/// How a release ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    RolledBack,
    Running,
}

/// A number of the summary, with what it means if the label does not say it all.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) detail: String,
}

/// A line of the decision table.
#[derive(Clone, Debug)]
pub(crate) struct DecisionRow {
    pub(crate) at_ms: u64,
    pub(crate) action: String,
    /// Share of units from now on, from 0 to 1.
    pub(crate) exposure: f64,
    pub(crate) reasons: Vec<String>,
}

/// A paragraph at the foot of the page; a link is shown where it begins with `https://`.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) heading: String,
    pub(crate) text: String,
    pub(crate) link: Option<String>,
}

#[cfg(test)]
mod tests;
