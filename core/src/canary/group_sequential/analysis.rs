use super::Design;
use super::bounds::{Bounds, Look, bracketed, quantile};
use super::spec::Sides;
use crate::canary::Interval;
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::shown;
use alloc::format;
use alloc::vec::Vec;
use serde::Serialize;

/// A statistic beyond this is a mistake: no trial of a few thousand units reaches it.
const LARGEST_Z: f64 = 100.0;

/// What a look says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The effect is shown: stop. In a two-sided design the sign of the statistic says which way.
    Efficacy,
    /// The effect will hardly be shown, or was not at the last look: stop.
    Futility,
    /// Go on to the next look.
    Continue,
}

/// What a look says, with what is known about the effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// Which look this is, from 1.
    pub look: usize,
    /// Its share of the planned information.
    pub information: f64,
    /// Its statistic.
    pub z: f64,
    /// What to do.
    pub decision: Decision,
    /// The drift lies in all of these intervals of all looks, whether the trial stops or not, with probability 1 - alpha in a
    /// two-sided design and 1 - 2 alpha in a one-sided one: (z -+ bound) / sqrt(t) (Jennison and Turnbull 1989).
    pub repeated_interval: Interval,
    /// The inference after the end, once the trial has ended.
    pub conclusion: Option<Conclusion>,
}

/// Inference after a trial with looks has ended, by the stagewise ordering: to have ended higher at an earlier look is more extreme.
///
/// The p-value is that of no drift. The estimate is the drift at which the p-value is 1/2, so that it is too high as often as too low; the ordinary
/// estimate z / sqrt(t) is too high, for the trial stopped because it was high. The ends of the interval are the drifts at which it is alpha and
/// 1 - alpha (half of alpha each in a two-sided design). Divide by the square root of the full information to have the effect itself.
/// Sources: Siegmund (1978); Tsiatis, Rosner and Mehta (1984); Jennison and Turnbull (2000), sections 8.2 to 8.5.
///
/// **Holds when** what holds for the [`Design`] does, and the trial ended by its efficacy bounds or a plan that ignored the results. Futility bounds
/// that are not binding are left out of the ordering, which makes the p-value larger and the interval lower.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Conclusion {
    /// The p-value, with as many sides as the design.
    pub p_value: f64,
    /// The median-unbiased estimate of the drift.
    pub estimate: f64,
    /// The interval of the drift.
    pub interval: Interval,
}

impl Design {
    /// Reads the statistics of the looks so far, the last of which is the present one.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::canary::group_sequential::{Decision, Looks, Spec, Spending};
    ///
    /// let alpha = Probability::new(0.025)?;
    /// let design = Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(4)?).design()?;
    /// assert_eq!(design.analyse(&[1.4])?.decision, Decision::Continue);
    ///
    /// let second = design.analyse(&[1.4, 3.2])?;
    /// assert_eq!(second.decision, Decision::Efficacy);
    /// let conclusion = second.conclusion.expect("the trial has ended");
    /// assert!(conclusion.p_value < 0.001);
    /// assert!(conclusion.estimate < 3.2 / f64::sqrt(0.5), "less than it seems");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// No statistic or more than there are looks; one outside -100 to 100; one that comes after the trial has ended. An end for futility that does not bind may be passed over.
    pub fn analyse(&self, statistics: &[f64]) -> Result<Analysis, Error> {
        let count = statistics.len();
        if count == 0 || count > self.looks().len() {
            let rule = format!("must have 1 to {} statistics, one a look", self.looks().len());
            return Err(Error::new("z", Kind::Range, rule, count));
        }
        let binding = self.spec.futility.is_some_and(|futility| futility.binding);
        let mut ended = None;
        let mut present = None;
        for (position, (bound, z)) in self.looks().iter().zip(statistics).enumerate() {
            if !(-LARGEST_Z..=LARGEST_Z).contains(z) {
                return Err(Error::new(
                    format!("z[{position}]"),
                    Kind::Range,
                    "must be from -100 to 100",
                    shown(*z),
                ));
            }
            if let Some(look) = ended {
                let rule = format!("must not come after the trial ended at look {look}");
                return Err(Error::new(format!("z[{position}]"), Kind::Order, rule, shown(*z)));
            }
            let last = self.ends && position + 1 == self.looks().len();
            let decision = if bound.efficacy.is_some_and(|efficacy| self.evidence(*z) >= efficacy) {
                Decision::Efficacy
            } else if last || bound.futility.is_some_and(|futility| *z <= futility) {
                Decision::Futility
            } else {
                Decision::Continue
            };
            if decision == Decision::Efficacy || (binding && decision == Decision::Futility) {
                ended = Some(position + 1);
            }
            present = Some((bound, *z, decision));
        }
        let Some((bound, z, decision)) = present else {
            return Err(Error::absent("z", Kind::Missing, "must be given"));
        };
        let root = math::sqrt(bound.information);
        let conclusion = match decision {
            Decision::Continue => None,
            Decision::Efficacy | Decision::Futility => Some(self.conclude(count, z, binding)?),
        };
        Ok(Analysis {
            look: count,
            information: bound.information,
            z,
            decision,
            repeated_interval: Interval {
                lower: bound.efficacy.map(|height| (z - height) / root),
                upper: bound.efficacy.map(|height| (z + height) / root),
            },
            conclusion,
        })
    }

    /// How far the statistic is in a direction that the design looks for.
    fn evidence(&self, z: f64) -> f64 {
        if self.sides() == Sides::Two { z.abs() } else { z }
    }

    fn conclude(&self, count: usize, z: f64, binding: bool) -> Result<Conclusion, Error> {
        let two = self.sides() == Sides::Two;
        // the paths at least as extreme are those that this look would stop if its bound were where the trial has ended
        let mut looks: Vec<Look> = self.bounds.looks.iter().take(count).copied().collect();
        let (mut root, mut centre) = (1.0, 0.0);
        if let Some(last) = looks.last_mut() {
            root = math::sqrt(last.information);
            last.upper = z * root;
            centre = z / root;
        }
        let tail = |drift| Bounds::stops(&looks, drift, two || binding).above.iter().sum::<f64>().min(1.0);
        let unsolved = || {
            Error::new(
                format!("z[{}]", count.saturating_sub(1)),
                Kind::Range,
                "is too extreme for an estimate",
                shown(z),
            )
        };
        let drift_at = |probability: f64| {
            let wanted = quantile(probability);
            let excess = |drift: f64| quantile(tail(drift)) - wanted;
            // without earlier looks the quantile rises by the root of the information
            let here = excess(centre);
            let step = (here.abs() / root * 1.01).max(1e-9);
            if here <= 0.0 {
                bracketed((centre, here), step, excess)
            } else {
                bracketed((-centre, -here), step, |mirrored| -excess(-mirrored)).map(|mirrored| -mirrored)
            }
            .ok_or_else(unsolved)
        };
        let one_sided = tail(0.0);
        let side = self.alpha().get() / self.sides().count();
        Ok(Conclusion {
            p_value: if two { (2.0 * one_sided.min(1.0 - one_sided)).clamp(0.0, 1.0) } else { one_sided },
            estimate: drift_at(0.5)?,
            interval: Interval { lower: Some(drift_at(side)?), upper: Some(drift_at(1.0 - side)?) },
        })
    }
}
