use super::groups::MOST_GROUPS;
use super::shape::TAILS;
use crate::canary::Worse;
use crate::error::{Error, Kind};
use crate::math;
use crate::observe::Histogram;
use crate::quantity::Share;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Ranks at which the groups should end, in ten thousandths: finer towards both tails, because either may be the worse one.
const CUTS: [u32; MOST_GROUPS - 1] = [
    5, 10, 20, 50, 100, 200, 350, 500, 750, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000,
    5_500, 6_000, 6_500, 7_000, 7_500, 8_000, 8_500, 9_000, 9_250, 9_500, 9_650, 9_800, 9_900, 9_950, 9_980,
    9_990, 9_995,
];
const MEDIAN: u32 = 5_000;

/// A distribution stated by its quantiles is spread over the bins in whole billionths.
const STATED_UNITS: f64 = 1e9;

/// Where the bets of a [`DistributionTest`](super::DistributionTest) are placed: a past or expected distribution, cut into at most 36
/// groups of neighbouring bins by rank.
///
/// It takes part in no count. A reference that is wrong costs power, never validity, as long as it was chosen **before** the values
/// that are bet on were seen: the control's histogram of an earlier release, stage or epoch, or a profile stated by the user. Taken
/// from the data that it then judges, it would make the error rate meaningless.
///
/// ```
/// use rampgate::canary::Reference;
/// use rampgate::observe::Histogram;
///
/// let mut past = Histogram::default();
/// (1..=50_000_u64).for_each(|n| past.record(n * 10_000));
/// assert!(Reference::from_histogram(&past).is_some());
///
/// // 80 ms at the median and 300 ms at the 95th percentile, in nanoseconds
/// let stated = Reference::from_quantiles(&[("50%".parse()?, 80_000_000), ("95%".parse()?, 300_000_000)])?;
/// assert_ne!(Some(stated), Reference::from_histogram(&past));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Reference {
    /// The first bin of each group but the lowest, ascending.
    edges: Vec<u16>,
    /// Values in each group: one more than edges.
    counts: Vec<u64>,
}

/// A reference as it travels, before it is believed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    edges: Vec<u16>,
    counts: Vec<u64>,
}

impl TryFrom<Unchecked> for Reference {
    type Error = Error;

    fn try_from(Unchecked { edges, counts }: Unchecked) -> Result<Self, Error> {
        let refuse = |rule| Err(Error::absent("reference", Kind::Range, rule));
        let ascending = edges.iter().zip(edges.iter().skip(1)).all(|(edge, next)| edge < next);
        let inside = |edge: &u16| (1..Histogram::BINS).contains(&usize::from(*edge));
        if edges.is_empty() || edges.len() >= MOST_GROUPS || !ascending || !edges.iter().all(inside) {
            return refuse("must have 1 to 35 ascending edges from 1 to 2033");
        }
        if counts.len() != edges.len() + 1 {
            return refuse("must have one count more than edges");
        }
        match counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)) {
            Some(units) if units >= Self::FEWEST => Ok(Self { edges, counts }),
            _ => refuse("must count from 100 to 18446744073709551615 values"),
        }
    }
}

/// What the bets need of a reference, from the best group to the worst.
#[derive(Debug)]
pub(super) struct Placement {
    /// The share of each group.
    pub(super) masses: Vec<f64>,
    /// The share of all that is better than the middle of each group.
    pub(super) ranks: Vec<f64>,
    /// For each of [`TAILS`], the first group that belongs to it.
    pub(super) tails: [usize; TAILS.len()],
}

impl Reference {
    /// The fewest values that a reference is made of.
    pub const FEWEST: u64 = 100;

    /// The reference of a past histogram, or `None` if that holds fewer than [`FEWEST`](Self::FEWEST) values.
    #[must_use]
    pub fn from_histogram(past: &Histogram) -> Option<Self> {
        if past.units() < Self::FEWEST {
            return None;
        }
        let below = cumulative(past);
        let mut edges: Vec<u16> = Vec::with_capacity(CUTS.len());
        for cut in CUTS {
            let edge = nearest(&below, past.units(), cut);
            if edges.last().is_none_or(|last| *last < edge) {
                edges.push(edge);
            }
        }
        let at = |edge: &u16| below.get(usize::from(*edge) - 1).copied().unwrap_or(past.units());
        let starts = core::iter::once(0).chain(edges.iter().map(at));
        let ends = edges.iter().map(at).chain(core::iter::once(past.units()));
        let counts = starts.zip(ends).map(|(start, end)| end.saturating_sub(start)).collect();
        Some(Self { edges, counts })
    }

    /// The reference of a distribution of which at least two quantiles are known: pairs of a share and the value, in thousandths of the
    /// metric's unit (nanoseconds for a latency in microseconds), below which that share of all values lies.
    ///
    /// Between two quantiles, and beyond the outermost, the normal score of the rank is linear in the logarithm of the value: exact for
    /// a lognormal distribution, and near enough for others, since a wrong reference costs only power.
    ///
    /// # Errors
    /// Fewer than two quantiles or more than 32, shares of 0% or 100%, shares or values that do not ascend, values of 0.
    pub fn from_quantiles(quantiles: &[(Share, u64)]) -> Result<Self, Error> {
        Self::from_histogram(&Self::stated(quantiles)?)
            .ok_or_else(|| Error::absent("quantiles", Kind::Range, "must describe a distribution"))
    }

    /// A billion values that are spread as the quantiles say.
    pub(crate) fn stated(quantiles: &[(Share, u64)]) -> Result<Histogram, Error> {
        let refuse = |position: usize, kind, rule: &'static str, value: &dyn core::fmt::Display| {
            Err(Error::new(alloc::format!("quantiles[{position}]"), kind, rule, value))
        };
        if !(2..=32).contains(&quantiles.len()) {
            return Err(Error::new("quantiles", Kind::Range, "must be 2 to 32 quantiles", quantiles.len()));
        }
        let mut points: Vec<(f64, f64)> = Vec::with_capacity(quantiles.len());
        let mut earlier = (Share::ZERO, 0);
        for (position, (share, value)) in quantiles.iter().enumerate() {
            if *share <= earlier.0 || *share == Share::ALL {
                return refuse(
                    position,
                    Kind::Range,
                    "must have a share above the one before and below 100%",
                    share,
                );
            }
            if *value <= earlier.1 {
                return refuse(position, Kind::Range, "must have a value above the one before", value);
            }
            earlier = (*share, *value);
            points.push((math::ln(math::count(*value)), math::normal_quantile(share.fraction())));
        }
        let mut seen = 0;
        let counts: Vec<u64> = (1..=Histogram::BINS)
            .map(|edge| {
                let below = if edge == Histogram::BINS {
                    STATED_UNITS
                } else {
                    let ln_value = math::ln(math::count(Histogram::lower_edge(edge)));
                    STATED_UNITS * math::normal_cdf(interpolated(&points, ln_value))
                };
                let below = whole(below).max(seen);
                let count = below - seen;
                seen = below;
                count
            })
            .collect();
        Histogram::from_counts(0, &counts)
    }

    /// The first bin of each group but the lowest.
    pub(super) fn edges(&self) -> &[u16] {
        &self.edges
    }

    /// Half a value is added to each group, so that a group which the past never reached has a finite score.
    pub(super) fn placement(&self, worse: Worse) -> Placement {
        let mut counts = self.counts.clone();
        if worse == Worse::Lower {
            counts.reverse();
        }
        let units: u64 = counts.iter().fold(0, |sum, count| sum.saturating_add(*count));
        let total = math::count(units) + 0.5 * math::count(counts.len() as u64);
        let masses: Vec<f64> = counts.iter().map(|count| (math::count(*count) + 0.5) / total).collect();
        let mut better = 0.0;
        let ranks = masses
            .iter()
            .map(|mass| {
                let rank = better + mass / 2.0;
                better += mass;
                rank
            })
            .collect();
        Placement { masses, ranks, tails: TAILS.map(|tail| first_of_tail(&counts, units, tail)) }
    }
}

/// The group at which the worst `tail` parts per million begin: after the boundary that is nearest in rank, the better one of two.
fn first_of_tail(counts: &[u64], units: u64, tail: u32) -> usize {
    let wanted = u128::from(units) * u128::from(1_000_000 - tail);
    let mut better = 0_u128;
    let mut best = (u128::MAX, 1);
    for (group, count) in (1..counts.len()).zip(counts) {
        better += u128::from(*count) * 1_000_000;
        let distance = better.abs_diff(wanted);
        if distance < best.0 {
            best = (distance, group);
        }
    }
    best.1
}

/// For each edge between two bins the values below it: first those in bin 0.
fn cumulative(histogram: &Histogram) -> Vec<u64> {
    let mut seen = 0_u64;
    let upto = |bin| {
        seen = seen.saturating_add(histogram.count(bin));
        seen
    };
    (0..Histogram::BINS - 1).map(upto).collect()
}

/// The bin whose lower edge is nearest to a rank. Of equally near ranks the one nearer to the median (to the median itself the lower one), and
/// of edges that share a rank again the one nearest to it, so that groups are cut where the data ends and not where an empty stretch does.
fn nearest(below: &[u64], units: u64, cut: u32) -> u16 {
    let wanted = u128::from(units) * u128::from(cut);
    let scaled = |below: &u64| u128::from(*below) * 10_000;
    let split = below.partition_point(|below| scaled(below) < wanted);
    let lower = split.checked_sub(1).and_then(|edge| below.get(edge));
    let rank = match (lower, below.get(split)) {
        (Some(lower), Some(upper)) => {
            let (down, up) = (scaled(lower).abs_diff(wanted), scaled(upper).abs_diff(wanted));
            if down < up || (down == up && cut >= MEDIAN) { lower } else { upper }
        }
        (Some(rank), None) | (None, Some(rank)) => rank,
        (None, None) => return 1,
    };
    let edge = if cut <= MEDIAN {
        below.partition_point(|below| below <= rank)
    } else {
        below.partition_point(|below| below < rank) + 1
    };
    u16::try_from(edge).unwrap_or(1)
}

/// The line through the two points around `x`, or through the outermost two.
fn interpolated(points: &[(f64, f64)], x: f64) -> f64 {
    let pairs = points.iter().zip(points.iter().skip(1));
    let mut y = 0.0;
    for (position, ((x0, y0), (x1, y1))) in pairs.enumerate() {
        if position == 0 || x >= *x0 {
            y = y0 + (x - x0) * ((y1 - y0) / (x1 - x0));
        }
    }
    y
}

/// The nearest whole number to a float from 0 to a billion.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 1e9 by construction; a cast saturates"
)]
fn whole(x: f64) -> u64 {
    (x + 0.5) as u64
}
