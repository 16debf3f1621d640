use super::{Part, Spread, Summary};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Summaries side by side as plain text, a line each: means over runs, medians of times.
///
/// ```
/// use rampgate::release::Spec;
/// use rampgate::simulate::Runs;
/// use rampgate::simulate::rollout::{Controller, Scenario, Simulation, Table};
///
/// # let spec = Spec::from_json(r#"{
/// #     "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
/// #     "stages": [{"exposure": "10%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]
/// # }"#)?;
/// let scenario = Scenario::from_json(r#"{"traffic": {"units_per_minute": 100}, "background": {"rate": 0.01}}"#)?;
/// let simulation = Simulation::new(spec, scenario, Runs::new(5, 1)?)?;
/// let table = Table::new([simulation.run(&Controller::Schedule)?.summary()]).to_string();
/// assert_eq!(table.lines().count(), 2);
/// assert!(table.starts_with("controller"), "{table}");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    rows: Vec<[String; COLUMNS]>,
}

const COLUMNS: usize = 10;

const HEADINGS: [&str; COLUMNS] = [
    "controller",
    "rolled back",
    "falsely",
    "promoted wrongly",
    "open",
    "units hit",
    "excess failures",
    "minutes to detect",
    "to complete",
    "settings",
];

impl Table {
    /// A line for each summary.
    #[must_use]
    pub fn new(summaries: impl IntoIterator<Item = Summary>) -> Self {
        Self { rows: summaries.into_iter().map(|summary| row(&summary)).collect() }
    }
}

fn row(summary: &Summary) -> [String; COLUMNS] {
    let percent = |part: Part| format!("{:.1}%", 100.0 * part.share);
    let mean =
        |spread: Option<Spread>| spread.map_or_else(|| "-".into(), |spread| format!("{:.0}", spread.mean));
    let median =
        |spread: Option<Spread>| spread.map_or_else(|| "-".into(), |spread| format!("{:.0}", spread.median));
    [
        summary.controller.into(),
        percent(summary.rolled_back),
        percent(summary.false_rollbacks),
        percent(summary.false_promotions),
        percent(summary.open),
        mean(summary.units_hit),
        mean(summary.excess_failures),
        median(summary.minutes_to_detect),
        median(summary.minutes_to_complete),
        summary.settings.clone(),
    ]
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = HEADINGS.map(|heading| heading.chars().count());
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut line = |cells: &[String; COLUMNS]| -> fmt::Result {
            for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
                match place {
                    0 => write!(f, "{cell:width$}")?,
                    9 => write!(f, "  {cell}")?, // nothing follows the last one
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)
        };
        line(&HEADINGS.map(String::from))?;
        self.rows.iter().try_for_each(line)
    }
}
