//! The four plots of a guarded release.

use super::{Axis, Interval, Level, Plot, Point, Rate, Series, Tone, Unit};
use crate::text::{number, percent};

impl Plot {
    /// Share of units that the new version may serve, from 0 to 1; one point a change.
    pub(crate) fn exposure(steps: Vec<Point>) -> Self {
        Self {
            title: "Exposure".to_owned(),
            caption: "Share of units that may meet the new version.".to_owned(),
            y: Axis::new("share of units", Unit::Percent, &[0.0, 1.0]),
            series: vec![Series { steps: true, ..Series::line("exposure", Tone::Release, steps) }],
            levels: Vec::new(),
        }
    }

    /// Evidence that the canary is worse, as the natural logarithm of an e-value, and the evidence at which it is rolled
    /// back.
    pub(crate) fn evidence(harm: Vec<Point>, needed: f64) -> Self {
        let lowest = if needed.is_finite() { -needed.abs() } else { -3.0 };
        Self {
            title: "Evidence of harm".to_owned(),
            caption: format!(
                "Logarithm of what a stake of 1 has become by betting on “the canary is worse”: 0 says nothing, 3 is twentyfold. \
                 At the threshold the release is rolled back. Below {} it is drawn on the edge.",
                number(lowest)
            ),
            y: Axis {
                lowest: Some(lowest),
                ..Axis::new("ln of evidence", Unit::Plain, &[0.0, needed * 1.2])
            },
            series: vec![Series::line("evidence of harm", Tone::Canary, harm)],
            levels: vec![Level { value: needed, label: "roll back".to_owned() }],
        }
    }

    /// Error rates of both arms, each inside its confidence sequence, which holds with probability `confidence`.
    pub(crate) fn error_rates(confidence: f64, control: &[Rate], canary: &[Rate]) -> Self {
        Self {
            title: "Error rates".to_owned(),
            caption: format!(
                "Share of units with a failure so far, each inside its confidence sequence: with probability {} the band \
                 holds a steady true rate at every moment at once. A rate of 0 is drawn on the lower edge.",
                percent(confidence)
            ),
            y: Axis { log: true, ..Axis::new("failures per unit", Unit::Percent, &[]) },
            series: vec![
                Series::rates("control", Tone::Control, control),
                Series::rates("canary", Tone::Canary, canary),
            ],
            levels: Vec::new(),
        }
    }

    /// Share of the error budget that is left: 1 untouched, 0 spent, below 0 overspent.
    pub(crate) fn budget(remaining: Vec<Point>) -> Self {
        Self {
            title: "Error budget left".to_owned(),
            caption: "100 % is untouched; at 0 % the objective's allowance is spent.".to_owned(),
            y: Axis::new("share of the budget", Unit::Percent, &[0.0, 1.0]),
            series: vec![Series::line("budget left", Tone::Release, remaining)],
            levels: vec![Level { value: 0.0, label: "spent".to_owned() }],
        }
    }
}

impl Axis {
    fn new(label: &str, unit: Unit, shows: &[f64]) -> Self {
        Self { label: label.to_owned(), unit, log: false, shows: shows.to_vec(), lowest: None }
    }
}

impl Series {
    pub(crate) fn line(name: &str, tone: Tone, points: Vec<Point>) -> Self {
        Self { name: name.to_owned(), tone, steps: false, points, band: Vec::new() }
    }

    fn rates(name: &str, tone: Tone, rates: &[Rate]) -> Self {
        let band = rates.iter().map(|r| Interval { at_ms: r.at_ms, low: r.low, high: r.high }).collect();
        let points = rates.iter().map(|r| Point { at_ms: r.at_ms, value: r.rate }).collect();
        Self { band, ..Self::line(name, tone, points) }
    }
}
