//! Plots over time, drawn as SVG: no script, no colour alone, no number too many.

mod axis;
mod figures;
mod svg;

pub(crate) use axis::Unit;
pub(crate) use svg::{Frame, Key};

/// One plot: series over time against a vertical axis.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) title: String,
    /// What the reader sees, in a sentence or two.
    pub(crate) caption: String,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    pub(crate) levels: Vec<Level>,
}

/// The vertical axis; it always holds all series and levels, unless an end is given.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) unit: Unit,
    /// Powers of ten, for shares above 0; one that is 0 is drawn on the lower edge.
    pub(crate) log: bool,
    /// Values that are on the axis even if no series reaches them.
    pub(crate) shows: Vec<f64>,
    /// What lies below is drawn on the lower edge.
    pub(crate) lowest: Option<f64>,
}

/// A line, perhaps inside a band. Points are in order of time; a value that is no number leaves a gap.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) tone: Tone,
    /// The value holds until the next point, and the last one to the end.
    pub(crate) steps: bool,
    pub(crate) points: Vec<Point>,
    pub(crate) band: Vec<Interval>,
}

/// A value at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) at_ms: u64,
    pub(crate) value: f64,
}

/// A range of values at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) at_ms: u64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// An arm's error rate at a time, between the ends of its confidence sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) at_ms: u64,
    pub(crate) rate: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// A horizontal line with its meaning.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// A moment that every plot of a release shows as a vertical line.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) at_ms: u64,
    pub(crate) label: String,
    /// An event that the reader looks for (a fault, a rollback), rather than a boundary.
    pub(crate) strong: bool,
}

/// Colour and dash of a series: the two arms differ in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Control,
    Canary,
    /// What is the release's own: exposure, budget.
    Release,
    /// A second line beside it.
    Beside,
}

impl Tone {
    /// The class that the style sheet knows.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Canary => "canary",
            Self::Release => "release",
            Self::Beside => "beside",
        }
    }
}
