use super::super::Interval;
use super::{exact, points, shift};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::Probability;
use alloc::vec::Vec;
use serde::Serialize;

/// An arm of this many points or more has no exact distribution here: R's limit for its default.
const EXACT_BELOW: usize = 50;

/// What the test would find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Alternative {
    /// The canary's points lie elsewhere.
    #[default]
    TwoSided,
    /// The canary's points are smaller.
    Less,
    /// The canary's points are larger.
    Greater,
}

/// How chances are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Normal approximation, variance corrected for ties, U moved by 1/2 towards its mean. What Kayenta uses.
    #[default]
    NormalCorrected,
    /// The same without the 1/2.
    Normal,
    /// All arrangements are counted: no ties, and fewer than 50 points an arm.
    Exact,
}

/// Two arms of measurements, compared by rank: the test of Mann and Whitney (1947), also called Wilcoxon's rank-sum test.
///
/// Memory grows with the points, not with the pairs; each number takes at most 64 passes over both arms.
///
/// **Holds when** all points are independent and, while nothing is wrong, both arms have one distribution; when the number of points
/// was fixed beforehand; when it is read once. Points of a time series are rarely independent, and a canary is rarely read once: see
/// [the module](super) for what that costs.
///
/// ```
/// use rampgate::canary::classic::{Alternative, MannWhitney, Method};
///
/// let test = MannWhitney::new(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// assert_eq!(test.u(), 0.0);
/// assert_eq!(test.estimate(), -3.0);
/// assert!((test.p_value(Alternative::TwoSided, Method::Exact)? - 0.1).abs() < 1e-15);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MannWhitney {
    canary: Vec<f64>,
    control: Vec<f64>,
}

/// All that a [`MannWhitney`] test says at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Pairs in which the canary's point is larger, ties counted half.
    pub u: f64,
    /// Chance of a U at least as extreme while the arms are alike.
    pub p_value: f64,
    /// The median difference; see [`MannWhitney::estimate`].
    pub estimate: f64,
    /// Shifts that the test does not exclude; see [`MannWhitney::interval`].
    pub interval: Interval,
    /// The share of pairs in which the canary's point is larger; see [`MannWhitney::cles`].
    pub cles: f64,
}

impl MannWhitney {
    /// # Errors
    /// An empty arm, more than 100,000 points, a point that is NaN or beyond 1e300 in magnitude: `canary[17]`.
    pub fn new(canary: &[f64], control: &[f64]) -> Result<Self, Error> {
        for (path, arm) in [("canary", canary), ("control", control)] {
            points::check(path, arm, false)?;
            if arm.is_empty() {
                return Err(Error::absent(path, Kind::Missing, "must hold a point"));
            }
        }
        Ok(Self {
            canary: points::ascending(canary.iter().copied()),
            control: points::ascending(control.iter().copied()),
        })
    }

    /// For arms that are checked, sorted and not empty.
    pub(super) fn of_sorted(canary: Vec<f64>, control: Vec<f64>) -> Self {
        Self { canary, control }
    }

    /// The statistic: pairs in which the canary's point is larger, ties counted half.
    #[must_use]
    pub fn u(&self) -> f64 {
        let larger = shift::pairs_where(&self.canary, &self.control, |d| d > 0.0);
        let not_smaller = shift::pairs_where(&self.canary, &self.control, |d| d >= 0.0);
        math::count(larger + not_smaller) / 2.0
    }

    /// Common-language effect size: the share of pairs in which the canary's point is larger, ties counted half. 0.5 says no effect
    /// (Vargha and Delaney 2000).
    #[must_use]
    pub fn cles(&self) -> f64 {
        self.u() / math::count(shift::pairs(&self.canary, &self.control))
    }

    /// The median of all differences canary - control (Hodges and Lehmann 1963): the shift at which the statistic is balanced.
    ///
    /// Where the number of pairs is even the statistic is balanced on a whole stretch. R and Kayenta report the point of it where their
    /// solver stopped; this is its middle.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        shift::median(&self.canary, &self.control)
    }

    /// The shifts of the canary that the two-sided test of level 1 - `level` does not exclude; both ends are differences of two points.
    ///
    /// Normal: the steps at which the statistic of canary - shift against control passes the normal quantile, as R's `wilcox.test` with
    /// `exact = FALSE` and Kayenta seek them; their solvers stop within 1e-4, this is the step itself. Exact: by the ranks of Bauer
    /// (1972), as R with `exact = TRUE`.
    ///
    /// # Errors
    /// For [`Method::Exact`]: an arm of 50 points or more, or ties.
    pub fn interval(&self, level: Probability, method: Method) -> Result<Interval, Error> {
        let (x, y) = (&self.canary, &self.control);
        let tail = (1.0 - level.get()) / 2.0;
        let (lower, upper) = match method {
            Method::Exact => {
                self.check_exact()?;
                let rank = exact::lower_quantile(x.len(), y.len(), tail);
                (shift::ranked(x, y, rank), -shift::ranked(y, x, rank) + 0.0)
            }
            Method::Normal | Method::NormalCorrected => {
                let (z, correction) = (-math::normal_quantile(tail), correction(method));
                // the upper end is the lower one of the arms exchanged, negated
                (shift::lower_end(x, y, z, correction), -shift::lower_end(y, x, z, correction) + 0.0)
            }
        };
        Ok(Interval { lower: Some(lower), upper: Some(upper) })
    }

    /// The chance of a U at least as extreme as this one, while both arms have one distribution. 1 where all points are equal.
    ///
    /// # Errors
    /// For [`Method::Exact`]: an arm of 50 points or more, or ties.
    pub fn p_value(&self, alternative: Alternative, method: Method) -> Result<f64, Error> {
        let (x, y) = (&self.canary, &self.control);
        let larger = shift::pairs_where(x, y, |d| d > 0.0);
        let smaller = shift::pairs_where(y, x, |d| d > 0.0);
        let (extreme, sides) = match alternative {
            Alternative::TwoSided => (larger.max(smaller), 2.0),
            Alternative::Less => (smaller, 1.0),
            Alternative::Greater => (larger, 1.0),
        };
        let tail = if method == Method::Exact {
            self.check_exact()?;
            exact::upper_tail(x.len(), y.len(), extreme)
        } else {
            let pairs = shift::pairs(x, y);
            let tied = pairs - larger - smaller;
            let sigma = shift::sigma(x.len(), y.len(), self.ties());
            if sigma == 0.0 {
                return Ok(1.0);
            }
            let u = math::count(extreme) + math::count(tied) / 2.0;
            math::normal_cdf(-(u - math::count(pairs) / 2.0 - correction(method)) / sigma)
        };
        Ok((sides * tail).min(1.0))
    }

    /// Everything at once.
    ///
    /// # Errors
    /// As [`p_value`](Self::p_value).
    pub fn compare(
        &self,
        alternative: Alternative,
        method: Method,
        level: Probability,
    ) -> Result<Comparison, Error> {
        Ok(Comparison {
            u: self.u(),
            p_value: self.p_value(alternative, method)?,
            estimate: self.estimate(),
            interval: self.interval(level, method)?,
            cles: self.cles(),
        })
    }

    fn check_exact(&self) -> Result<(), Error> {
        for (path, arm) in [("canary", &self.canary), ("control", &self.control)] {
            if arm.len() >= EXACT_BELOW {
                let rule = "must hold fewer than 50 points for the exact method";
                return Err(Error::new(path, Kind::Range, rule, arm.len()));
            }
        }
        if self.ties() > 0.0 {
            return Err(Error::new(
                "method",
                Kind::Conflict,
                "must be a normal one, because points are tied",
                "exact",
            ));
        }
        Ok(())
    }

    /// The sum of t^3 - t over the groups of equal points of both arms together.
    fn ties(&self) -> f64 {
        shift::ties(&points::ascending(self.canary.iter().chain(&self.control).copied()))
    }
}

fn correction(method: Method) -> f64 {
    if method == Method::NormalCorrected { 0.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_that_cannot_be_compared_are_refused_with_their_path() {
        let path = |canary: &[f64], control: &[f64]| {
            alloc::string::String::from(MannWhitney::new(canary, control).unwrap_err().path())
        };
        assert_eq!(path(&[], &[1.0]), "canary");
        assert_eq!(path(&[1.0], &[]), "control");
        assert_eq!(path(&[1.0, f64::NAN], &[1.0]), "canary[1]");
        assert_eq!(path(&[1.0], &[1.0, 2.0, f64::INFINITY]), "control[2]");
        assert_eq!(path(&alloc::vec![0.0; 100_001], &[1.0]), "canary");
        let tied = MannWhitney::new(&[1.0, 1.0], &[2.0]).unwrap();
        assert_eq!(tied.p_value(Alternative::Less, Method::Exact).unwrap_err().path(), "method");
        let long = MannWhitney::new(&[1.0], &alloc::vec![0.0; 50]).unwrap();
        assert_eq!(long.p_value(Alternative::Less, Method::Exact).unwrap_err().path(), "control");
    }

    #[test]
    fn exchanging_the_arms_mirrors_everything() {
        let (one, other) = ([1.0, 2.5, 4.0, 4.0, 9.0], [0.5, 2.0, 4.0, 8.0]);
        let there = MannWhitney::new(&one, &other).unwrap();
        let back = MannWhitney::new(&other, &one).unwrap();
        assert_eq!(there.u() + back.u(), 20.0);
        assert_eq!(there.estimate(), -back.estimate());
        let method = Method::NormalCorrected;
        assert_eq!(
            there.p_value(Alternative::Less, method).unwrap(),
            back.p_value(Alternative::Greater, method).unwrap()
        );
        let level = Probability::new(0.8).unwrap();
        let (there, back) = (there.interval(level, method).unwrap(), back.interval(level, method).unwrap());
        assert_eq!(there.lower.unwrap(), -back.upper.unwrap());
        assert_eq!(there.upper.unwrap(), -back.lower.unwrap());
    }

    #[test]
    fn equal_points_say_nothing_and_large_arms_need_no_table_of_pairs() {
        let equal = MannWhitney::new(&[3.0; 4], &[3.0; 2]).unwrap();
        assert_eq!(equal.p_value(Alternative::TwoSided, Method::NormalCorrected).unwrap(), 1.0);
        let large: Vec<f64> = (0..100_000).map(|n| f64::from(n * 7919 % 100_003)).collect();
        let moved: Vec<f64> = large.iter().map(|x| x + 250.0).collect();
        assert_eq!(MannWhitney::new(&moved, &large).unwrap().estimate(), 250.0);
    }
}
