//! Draws a plot.

use super::axis::{Scale, Tick, time_ticks};
use super::{Interval, Mark, Plot, Point, Series, Unit};
use crate::text::{Escaped, duration, number, percent};
use core::fmt::{self, Display, Formatter};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 284.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 548.0;
const TOP: f64 = 42.0;
const BOTTOM: f64 = 250.0;
/// Height of a row of labels above the plot.
const LABEL_ROW: f64 = 15.0;
/// Room that a letter of a label takes, at most.
const LETTER: f64 = 7.5;
/// A line of more points than this is thinned to its extremes in each column of pixels.
const MOST_POINTS: usize = 1_500;

/// What all plots of a release share: the time axis and the moments marked on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
    pub(crate) marks: &'a [Mark],
}

impl Frame<'_> {
    fn span(&self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms).max(1)
    }

    /// The place across of a time; none outside the frame.
    fn x(&self, at_ms: u64) -> Option<f64> {
        let after = at_ms.checked_sub(self.start_ms).filter(|after| *after <= self.span())?;
        Some(LEFT + after as f64 / self.span() as f64 * (RIGHT - LEFT))
    }
}

/// A plot as an `svg` element. `id` is its own on the page.
#[derive(Debug)]
pub(crate) struct Drawing<'a> {
    plot: &'a Plot,
    frame: Frame<'a>,
    id: &'a str,
    scale: Scale,
}

/// A plot's series with their last values, as list items.
#[derive(Debug)]
pub(crate) struct Key<'a>(pub(crate) &'a Plot);

impl Plot {
    pub(crate) fn drawing<'a>(&'a self, frame: Frame<'a>, id: &'a str) -> Drawing<'a> {
        let points = self.series.iter().flat_map(|series| series.points.iter().map(|point| point.value));
        let highs = self.series.iter().flat_map(|series| series.band.iter().map(|band| band.high));
        let others = self.levels.iter().map(|level| level.value).chain(self.y.shows.iter().copied());
        let floor = self.y.lowest.unwrap_or(f64::NEG_INFINITY);
        let values = points.chain(highs).chain(others).map(|value| if value < floor { floor } else { value });
        let scale = if self.y.log { Scale::log_share(values) } else { Scale::linear(values) };
        Drawing { plot: self, frame, id, scale }
    }
}

impl Display for Drawing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { plot, id, .. } = self;
        writeln!(
            f,
            r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{id}-title {id}-text">"#
        )?;
        writeln!(f, r#"<title id="{id}-title">{}</title>"#, Escaped(&plot.title))?;
        writeln!(f, r#"<desc id="{id}-text">{}{}</desc>"#, Escaped(&plot.caption), Told(plot))?;
        self.grid(f)?;
        self.marks(f)?;
        plot.series.iter().try_for_each(|series| self.band(f, series))?;
        self.levels(f)?;
        plot.series.iter().try_for_each(|series| self.line(f, series))?;
        f.write_str("</svg>")
    }
}

impl Drawing<'_> {
    fn y(&self, value: f64) -> f64 {
        BOTTOM - self.scale.place(value) * (BOTTOM - TOP)
    }

    fn grid(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for Tick { place, label } in self.scale.ticks(self.plot.y.unit) {
            let y = BOTTOM - place * (BOTTOM - TOP);
            writeln!(f, r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/>"#)?;
            writeln!(f, r#"<text class="tick y" x="{}" y="{:.1}">{label}</text>"#, LEFT - 7.0, y + 4.0)?;
        }
        for Tick { place, label } in time_ticks(self.frame.span()) {
            let x = LEFT + place * (RIGHT - LEFT);
            writeln!(f, r#"<path class="axis" d="M{x:.1} {BOTTOM}v5"/>"#)?;
            writeln!(f, r#"<text class="tick x" x="{x:.1}" y="{}">{label}</text>"#, BOTTOM + 20.0)?;
        }
        writeln!(f, r#"<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>"#)
    }

    /// Vertical lines. The strong ones get their labels first, in two rows; the others where the lower row has room left.
    fn marks(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for strong in [true, false] {
            let (class, rows) = if strong { ("mark strong", [0.0, LABEL_ROW]) } else { ("mark", [0.0; 2]) };
            for mark in self.frame.marks.iter().filter(|mark| mark.strong == strong) {
                let Some(x) = self.frame.x(mark.at_ms) else { continue };
                writeln!(f, r#"<path class="{class}" d="M{x:.1} {}V{BOTTOM}"/>"#, TOP - 6.0)?;
                let letters = u32::try_from(mark.label.chars().count()).unwrap_or(u32::MAX);
                let half = (f64::from(letters) + 1.0) * LETTER / 2.0;
                if half * 2.0 > RIGHT - LEFT {
                    continue;
                }
                let middle = x.min(RIGHT - half).max(LEFT + half);
                let free = |row: &f64| {
                    let apart = |(low, high): (f64, f64)| middle + half < low || middle - half > high;
                    taken.iter().all(|(other, low, high)| (other - row).abs() > 0.5 || apart((*low, *high)))
                };
                if let Some(row) = rows.into_iter().find(free) {
                    taken.push((row, middle - half, middle + half));
                    let (label, y) = (Escaped(&mark.label), TOP - 11.0 - row);
                    writeln!(f, r#"<text class="{class}" x="{middle:.1}" y="{y}">{label}</text>"#)?;
                }
            }
        }
        Ok(())
    }

    fn levels(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for level in self.plot.levels.iter().filter(|level| level.value.is_finite()) {
            let y = self.y(level.value);
            let label_y = if y - TOP < 20.0 { y + 15.0 } else { y - 6.0 };
            let value = shown(level.value, self.plot.y.unit);
            writeln!(f, r#"<path class="level" d="M{LEFT} {y:.1}H{RIGHT}"/>"#)?;
            let label = Escaped(&level.label);
            writeln!(
                f,
                r#"<text class="level" x="{}" y="{label_y:.1}">{label} at {value}</text>"#,
                LEFT + 6.0
            )?;
        }
        Ok(())
    }

    fn band(&self, f: &mut Formatter<'_>, series: &Series) -> fmt::Result {
        let place = |interval: &Interval| -> Option<(f64, f64, f64)> {
            let Interval { at_ms, low, high } = *interval;
            (low <= high).then(|| Some((self.frame.x(at_ms)?, self.y(low), self.y(high))))?
        };
        let edges: Vec<Option<(f64, f64, f64)>> = series.band.iter().map(place).collect();
        for run in edges.split(Option::is_none) {
            let run: Vec<(f64, f64, f64)> = run.iter().copied().flatten().collect();
            let upper = thinned(run.iter().map(|(x, _, high)| (*x, *high)).collect());
            let mut lower = thinned(run.iter().map(|(x, low, _)| (*x, *low)).collect());
            lower.reverse();
            if run.len() > 1 {
                let area = Path { runs: &[[upper, lower].concat()], closed: true };
                writeln!(f, r#"<path class="band {}" d="{area}"/>"#, series.tone.class())?;
            }
        }
        Ok(())
    }

    fn line(&self, f: &mut Formatter<'_>, series: &Series) -> fmt::Result {
        let place = |point: &Point| -> Option<(f64, f64)> {
            (!point.value.is_nan()).then(|| Some((self.frame.x(point.at_ms)?, self.y(point.value))))?
        };
        let places: Vec<Option<(f64, f64)>> = series.points.iter().map(place).collect();
        let mut runs: Vec<Vec<(f64, f64)>> = places
            .split(Option::is_none)
            .map(|run| run.iter().copied().flatten().collect())
            .filter(|run: &Vec<_>| !run.is_empty())
            .collect();
        if series.steps {
            runs = runs.iter().map(|run| stepped(run)).collect();
            if let Some((_, y)) = places.last().copied().flatten()
                && let Some(run) = runs.last_mut()
            {
                run.push((RIGHT, y));
            }
        }
        let runs: Vec<_> = runs.into_iter().map(thinned).collect();
        let class = series.tone.class();
        if !runs.is_empty() {
            writeln!(f, r#"<path class="line {class}" d="{}"/>"#, Path { runs: &runs, closed: false })?;
        }
        match runs.last().and_then(|run| run.last()) {
            Some((x, y)) => writeln!(f, r#"<circle class="end {class}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#),
            None => Ok(()),
        }
    }
}

impl Display for Key<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for series in &self.0.series {
            let class = series.tone.class();
            let sample = r#"<svg viewBox="0 0 28 10" aria-hidden="true">"#;
            write!(
                f,
                r#"<li>{sample}<path class="line {class}" d="M1 5H27"/></svg>{}"#,
                Escaped(&series.name)
            )?;
            if let Some(last) = series.points.last() {
                write!(f, r#" <b>{}</b>"#, shown(last.value, self.0.y.unit))?;
            }
            writeln!(f, "</li>")?;
        }
        Ok(())
    }
}

/// What the plot shows, for those who hear it.
struct Told<'a>(&'a Plot);

impl Display for Told<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for Series { name, points, .. } in &self.0.series {
            match (points.first(), points.last()) {
                (Some(first), Some(last)) => {
                    let [begin, end] = [first, last].map(|point| shown(point.value, self.0.y.unit));
                    let after = duration(last.at_ms.saturating_sub(first.at_ms));
                    write!(f, " {}: from {begin} to {end} after {after}.", Escaped(name))?;
                }
                _ => write!(f, " {}: no data.", Escaped(name))?,
            }
        }
        Ok(())
    }
}

/// Lines through places, each beginning anew; what rounds to the place before it is left out.
struct Path<'a> {
    runs: &'a [Vec<(f64, f64)>],
    closed: bool,
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for run in self.runs {
            let mut last = String::new();
            for (x, y) in run {
                let place = format!("{x:.1} {y:.1}");
                if place != last {
                    write!(f, "{}{place}", if last.is_empty() { 'M' } else { 'L' })?;
                    last = place;
                }
            }
            f.write_str(if self.closed { "Z" } else { "h0" })?; // a run of one place shows as a dot
        }
        Ok(())
    }
}

/// Adds the corners of a line whose value holds until the next.
fn stepped(run: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (x, y) in run {
        corners.extend(corners.last().map(|(_, before)| (*x, *before)));
        corners.push((*x, *y));
    }
    corners
}

/// A line of many points as its first, least, greatest and last of each column of pixels: it looks the same.
fn thinned(run: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if run.len() <= MOST_POINTS {
        return run;
    }
    let mut kept = Vec::new();
    for column in run.chunk_by(|a, b| (a.0.floor() - b.0.floor()).abs() < 0.5) {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let extremes = [column.iter().min_by(by_height), column.iter().max_by(by_height)];
        let mut points: Vec<_> =
            [column.first(), extremes[0], extremes[1], column.last()].into_iter().flatten().collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        kept.extend(points);
    }
    kept
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => percent(value),
        Unit::Plain => number(value),
    }
}
