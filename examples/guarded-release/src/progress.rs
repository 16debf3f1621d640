//! How far we are: a bar where somebody watches, now and then a line where nobody does.

use core::fmt::Display;
use core::time::Duration;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};

/// Without a known end the first plain line comes after this much, and then each time the work has doubled.
const FIRST_UNBOUNDED: u64 = 10_000;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A bar that is redrawn in place on standard error.
    Bar,
    /// A line on standard error each 10 %.
    Plain,
    /// Nothing.
    Quiet,
}

impl Style {
    /// A bar if both standard output and standard error are a terminal, so that no line lands inside the bar.
    pub(crate) fn detect(quiet: bool) -> Self {
        match (quiet, io::stdout().is_terminal() && io::stderr().is_terminal()) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Bar,
            (false, false) => Self::Plain,
        }
    }
}

/// Shows the progress of one piece of work, and lets lines be printed meanwhile.
#[derive(Debug)]
pub(crate) struct Progress {
    label: String,
    unit: &'static str,
    view: View,
}

#[derive(Debug)]
enum View {
    Bar(ProgressBar),
    Plain(Milestones),
    Quiet,
}

impl Progress {
    /// `total` in `unit` (such as "requests"), where it is known.
    pub(crate) fn new(label: &str, unit: &'static str, total: Option<u64>, style: Style) -> Self {
        let view = match style {
            Style::Bar => View::Bar(bar(label, unit, total)),
            Style::Plain => View::Plain(Milestones::new(total)),
            Style::Quiet => View::Quiet,
        };
        Self { label: label.to_owned(), unit, view }
    }

    /// `done` of the total so far.
    ///
    /// # Errors
    /// Standard error cannot be written.
    pub(crate) fn advance(&mut self, done: u64) -> io::Result<()> {
        match &mut self.view {
            View::Bar(bar) => bar.set_position(done),
            View::Plain(milestones) => {
                if let Some(reached) = milestones.reach(done) {
                    let (label, unit) = (&self.label, self.unit);
                    match reached {
                        Reached::Percent(percent) => writeln!(io::stderr(), "{label}: {percent} %")?,
                        Reached::Count(count) => writeln!(io::stderr(), "{label}: {count} {unit}")?,
                    }
                }
            }
            View::Quiet => {}
        }
        Ok(())
    }

    /// Prints a line on standard output, above the bar if there is one.
    ///
    /// # Errors
    /// Standard output cannot be written; a pipe that was closed is an error like any other, and no panic.
    pub(crate) fn say(&self, line: &dyn Display) -> io::Result<()> {
        let print = || writeln!(io::stdout(), "{line}");
        match &self.view {
            View::Bar(bar) => bar.suspend(print),
            View::Plain(_) | View::Quiet => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
    }
}

fn bar(label: &str, unit: &str, total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "{msg} {bar:32.cyan/blue} {percent:>3} %  {human_pos} of {human_len} {prefix}  {eta} left",
        None => "{msg} {spinner} {human_pos} {prefix}  {elapsed}",
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
        .with_style(style.progress_chars("━━─"))
        .with_message(label.to_owned())
        .with_prefix(unit.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Decides when a plain line is due.
#[derive(Debug)]
enum Milestones {
    Tenths { total: u64, next: u64 },
    Doublings { next: u64 },
}

#[derive(Debug, PartialEq, Eq)]
enum Reached {
    Percent(u64),
    Count(u64),
}

impl Milestones {
    fn new(total: Option<u64>) -> Self {
        match total {
            Some(total @ 1..) => Self::Tenths { total, next: 1 },
            _ => Self::Doublings { next: FIRST_UNBOUNDED },
        }
    }

    fn reach(&mut self, done: u64) -> Option<Reached> {
        match self {
            Self::Tenths { total, next } => {
                let tenths = u128::from(done) * 10 / u128::from(*total).max(1);
                let tenths = u64::try_from(tenths).unwrap_or(u64::MAX).min(10);
                (tenths >= *next).then(|| {
                    *next = tenths.saturating_add(1);
                    Reached::Percent(tenths.saturating_mul(10))
                })
            }
            Self::Doublings { next } => (done >= *next).then(|| {
                while *next <= done && *next < u64::MAX {
                    *next = next.saturating_mul(2);
                }
                Reached::Count(done)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(total: Option<u64>, steps: impl Iterator<Item = u64>) -> Vec<Reached> {
        let mut milestones = Milestones::new(total);
        steps.filter_map(|done| milestones.reach(done)).collect()
    }

    #[test]
    fn one_line_each_tenth_at_most() {
        let all: Vec<_> = (1..=10).map(|tenth| Reached::Percent(tenth * 10)).collect();
        assert_eq!(lines(Some(1_000), 0..=1_000), all);
        assert_eq!(
            lines(Some(3), 0..=3),
            [Reached::Percent(30), Reached::Percent(60), Reached::Percent(100)]
        );
        assert_eq!(lines(Some(10), [0, 55, 55, u64::MAX].into_iter()), [Reached::Percent(100)]);
    }

    #[test]
    fn without_a_total_a_line_each_doubling() {
        let counts = lines(None, (0..=50_000).step_by(5_000));
        assert_eq!(counts, [10_000, 20_000, 40_000].map(Reached::Count));
        assert_eq!(lines(Some(0), [u64::MAX, u64::MAX].into_iter()).len(), 2);
    }

    #[test]
    fn every_style_takes_lines_and_steps() {
        for style in [Style::Bar, Style::Plain, Style::Quiet] {
            let mut progress = Progress::new("test", "steps", Some(3), style);
            progress.advance(0).unwrap();
            progress.say(&"a line").unwrap();
        }
    }
}
