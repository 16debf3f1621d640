use super::{RateTest, Wealth};
use crate::error::{Error, Kind};
use crate::math::{self, LogSum};
use crate::observe::Counts;
use crate::quantity::{Probability, shown};

/// Units and failures of both arms while one share was in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeCell {
    /// The canary's share of the analysed units, strictly between 0 and 1; a cell outside that is left out.
    pub rho: f64,
    /// The canary's units.
    pub canary: Counts,
    /// The control's units.
    pub control: Counts,
}

/// Evidence on the ratio of two failure rates that also uses the successes, for base rates above about 5%.
///
/// At high rates a success in the control says something too, which [`RateTest`] leaves out. Half of the money is on that test. The other half
/// is on bets about every unit. With R0 the bound, q the `reference` rate of the control, and q1 an alternative rate of the canary beyond R0 q, a
/// unit multiplies the wealth by
///
/// ```text
/// canary: failed q1 / (R0 p), else (1 - q1) / (1 - R0 p)          control: failed q / p, else (1 - q) / (1 - p)
/// ```
///
/// with p the rate for which (p, R0 p) is nearest to (q, q1) by Kullback and Leibler: the smaller root of
///
/// ```text
/// R0 p^2 - [R0 (rho + (1-rho) q) + rho q1 + 1 - rho] p + [rho q1 + (1-rho) q] = 0
/// ```
///
/// which is the estimate of Miettinen and Nurminen (1985). That it is the nearest makes the derivative of the expected factor along the bound
/// zero; as the expectation is linear in the rates it is exactly 1 on all of the bound, whatever the base rate, and since q1 >= R0 p it
/// falls with the canary's rate. So the test is exact at every ratio, 1 or another, for harm and for safety (reverse information projection: Grunwald,
/// de Heide and Koolen 2024; for two rates Turner, Ly and Grunwald 2024). For R0 = 1 it is the bet on two bins r = q1/q and (1-q1)/(1-q). The
/// alternatives are q1/(1-q1) = e^t R0 q/(1 - R0 q) on the grid of [`RateTest`].
///
/// A reference that is wrong costs power and never validity; at worst ln 2 is lost to the failures alone.
///
/// **Holds when** units were assigned by the stated share, each is counted once, outcomes of both arms are recorded alike, and the reference was
/// stated beforehand or taken from earlier epochs. Base rates may drift.
///
/// ```
/// use rampgate::canary::{HighRateTest, OutcomeCell};
/// use rampgate::{Probability, observe::Counts};
///
/// let cell = OutcomeCell { rho: 0.5, canary: Counts::new(10_000, 3_400)?, control: Counts::new(10_000, 3_000)? };
/// let test = HighRateTest::harm(1.0, Probability::new(0.3)?)?;
/// assert!(test.ln_evidence(&[cell]) > f64::ln(20.0));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HighRateTest {
    failures: RateTest,
    ratio: f64,
    reference: f64,
    side: f64,
}

/// The wealth of both halves of a [`HighRateTest`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HighRateWealth {
    failures: Wealth,
    outcomes: Wealth,
}

impl HighRateTest {
    /// Is the canary's rate more than `tolerated` times the control's, where that is about `reference`?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000, or one that would make the canary's rate 1 or more at the reference.
    pub fn harm(tolerated: f64, reference: Probability) -> Result<Self, Error> {
        Self::checked(RateTest::harm(tolerated)?, tolerated, reference, 1.0)
    }

    /// Is the canary's rate less than `margin` times the control's, where that is about `reference`?
    ///
    /// # Errors
    /// As [`harm`](Self::harm).
    pub fn safety(margin: f64, reference: Probability) -> Result<Self, Error> {
        Self::checked(RateTest::safety(margin)?, margin, reference, -1.0)
    }

    fn checked(failures: RateTest, ratio: f64, reference: Probability, side: f64) -> Result<Self, Error> {
        if ratio * reference.get() < 1.0 {
            Ok(Self { failures, ratio, reference: reference.get(), side })
        } else {
            let rule = alloc::format!("must be below 1 also when multiplied by the ratio ({})", shown(ratio));
            Err(Error::new("reference", Kind::Conflict, rule, shown(reference.get())))
        }
    }

    /// What the test's bets make of one cell.
    #[must_use]
    pub fn wealth(&self, cell: &OutcomeCell) -> HighRateWealth {
        let failing = super::Cell {
            rho: cell.rho,
            canary_failures: cell.canary.failures(),
            control_failures: cell.control.failures(),
        };
        if !failing.is_comparable() {
            return HighRateWealth::default();
        }
        HighRateWealth { failures: self.failures.wealth(&failing), outcomes: self.outcomes(cell) }
    }

    fn outcomes(&self, cell: &OutcomeCell) -> Wealth {
        let (rho, ratio, q) = (cell.rho, self.ratio, self.reference);
        let odds = ratio * q / (1.0 - ratio * q);
        let (x1, y1) = (math::count(cell.canary.failures()), math::count(cell.canary.successes()));
        let (x0, y0) = (math::count(cell.control.failures()), math::count(cell.control.successes()));
        Wealth::of(|step| {
            let moved = odds * (1.0 + if self.side > 0.0 { step.up } else { step.down });
            let (q1, miss1) = (moved / (1.0 + moved), 1.0 / (1.0 + moved));
            let failing = rho * q1 + (1.0 - rho) * q;
            let half = (ratio * (rho + (1.0 - rho) * q) + rho * q1 + (1.0 - rho)) / 2.0;
            let p = failing / (half + math::sqrt((half * half - ratio * failing).max(0.0)));
            x1 * math::ln(q1 / (ratio * p))
                + y1 * math::ln(miss1 / (1.0 - ratio * p))
                + x0 * math::ln(q / p)
                + y0 * math::ln((1.0 - q) / (1.0 - p))
        })
    }

    /// ln of the e-value over cells.
    #[must_use]
    pub fn ln_evidence(&self, cells: &[OutcomeCell]) -> f64 {
        let mut wealth = HighRateWealth::default();
        cells.iter().for_each(|cell| wealth.add(&self.wealth(cell)));
        wealth.ln_evidence()
    }
}

impl HighRateWealth {
    /// Puts what `other` has made on top.
    pub fn add(&mut self, other: &Self) {
        self.failures.add(&other.failures);
        self.outcomes.add(&other.outcomes);
    }

    /// What the best of the bets has made: the mixture has made no more.
    #[cfg(feature = "simulate")]
    pub(super) fn most(&self) -> f64 {
        f64::max(self.failures.most(), self.outcomes.most())
    }

    pub(super) fn times(&self, times: f64) -> Self {
        Self { failures: self.failures.times(times), outcomes: self.outcomes.times(times) }
    }

    /// ln of the e-value: the mean of both halves.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        let mut sum = LogSum::new();
        sum.add(self.failures.ln_evidence());
        sum.add(self.outcomes.ln_evidence());
        sum.ln() - core::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn counts(units: u64, failures: u64) -> Counts {
        Counts::new(units, failures).unwrap()
    }

    fn probability(p: f64) -> Probability {
        Probability::new(p).unwrap()
    }

    /// The expected factor of a unit, over its four outcomes.
    fn expected(test: &HighRateTest, rho: f64, control: f64, canary: f64) -> f64 {
        let none = counts(0, 0);
        let one = |canary, control| math::exp(test.ln_evidence(&[OutcomeCell { rho, canary, control }]));
        let (fails, passes) = (counts(1, 1), counts(1, 0));
        rho * (canary * one(fails, none) + (1.0 - canary) * one(passes, none))
            + (1.0 - rho) * (control * one(none, fails) + (1.0 - control) * one(none, passes))
    }

    #[test]
    fn a_unit_is_a_fair_bet_at_the_bound_whatever_the_base_rate_and_the_reference() {
        for (rho, ratio, reference) in
            [(0.5, 1.0, 0.3), (0.05, 1.0, 0.9), (0.3, 1.5, 0.2), (0.7, 0.6, 0.5), (0.1, 1.1, 0.05)]
        {
            let harm = HighRateTest::harm(ratio, probability(reference)).unwrap();
            let safety = HighRateTest::safety(ratio, probability(reference)).unwrap();
            for base in [0.001, 0.05, 0.3, 0.6] {
                for (test, side) in [(harm, 1.0), (safety, -1.0)] {
                    let fair = expected(&test, rho, base, ratio * base);
                    assert!((fair - 1.0).abs() < 1e-14, "{rho} {ratio} {reference} {base}: {fair}");
                    let inside = expected(&test, rho, base, ratio * base * (1.0 - side * 0.1));
                    assert!(inside < 1.0 - 1e-6, "{rho} {ratio} {reference} {base}: {inside}");
                }
            }
        }
    }

    /// One unit that failed in the canary, worked by hand for one share: at R0 = 1 the nearest rate is the pooled one.
    #[test]
    fn the_nearest_rate_at_the_ratio_one_is_the_pooled_rate() {
        let test = HighRateTest::harm(1.0, probability(0.3)).unwrap();
        let cell = OutcomeCell { rho: 0.2, canary: counts(1, 1), control: counts(0, 0) };
        let by_hand = Wealth::of(|step| {
            let odds = 0.3 / 0.7 * math::exp(step.size);
            let q1 = odds / (1.0 + odds);
            math::ln(q1 / (0.2 * q1 + 0.8 * 0.3))
        });
        assert!((test.outcomes(&cell).ln_evidence() - by_hand.ln_evidence()).abs() < 1e-14);
    }

    #[test]
    fn safety_needs_less_where_successes_are_heard() {
        let cell = OutcomeCell { rho: 0.5, canary: counts(20_000, 6_000), control: counts(20_000, 6_000) };
        let all = HighRateTest::safety(1.1, probability(0.3)).unwrap().ln_evidence(&[cell]);
        let failures = RateTest::safety(1.1).unwrap().ln_evidence(&[super::super::Cell {
            rho: 0.5,
            canary_failures: 6_000,
            control_failures: 6_000,
        }]);
        assert!(all > failures + 3.0, "{all} {failures}");
    }

    #[test]
    fn impossible_references_are_refused_and_nothing_is_no_evidence() {
        let error = HighRateTest::harm(2.0, probability(0.5)).unwrap_err();
        assert!(error.to_string().contains("`reference`"), "{error}");
        let test = HighRateTest::harm(1.0, probability(0.5)).unwrap();
        assert_eq!(test.ln_evidence(&[]), 0.0);
        let alone = OutcomeCell { rho: 1.0, canary: counts(9, 9), control: counts(0, 0) };
        assert_eq!(test.ln_evidence(&[alone]), 0.0);
        for units in [u64::MAX, 1 << 60] {
            let huge =
                OutcomeCell { rho: 0.5, canary: counts(units, units / 2), control: counts(units, units / 3) };
            assert!(!test.ln_evidence(&[huge]).is_nan());
        }
    }
}
