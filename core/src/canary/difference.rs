use super::wealth::mixture_over;
use super::{Interval, OutcomeCell};
use crate::error::{Error, Kind};
use crate::math::{self, LogSum, Point, crossing};
use crate::quantity::{Probability, shown};

/// Stakes: 22 of equal weight, from 0.001 by factors of 1.6.
const STAKES: usize = 22;
const LEAST_STAKE: f64 = 0.001;
const STAKE_FACTOR: f64 = 1.6;
/// The largest part of the wealth that one failing unit of the control may take.
const BOLDEST: f64 = 0.95;
/// Rates around which the bets are laid where no reference is given, and their weights: most rates of failure are small.
const CENTRES: [(f64, f64); 5] = [(0.0, 0.5), (0.25, 0.125), (0.5, 0.125), (0.75, 0.125), (1.0, 0.125)];

/// Evidence that the canary's failure rate exceeds the control's by more (harm) or less (safety) than a difference.
///
/// A unit that failed (Y = 1) or did not (Y = 0) multiplies the wealth by
///
/// ```text
/// canary: 1 + k (1 - rho) (Y - d - m)          control: 1 - k rho (Y - m)
/// ```
///
/// where d is the bound, m a rate around which the bet is laid, and k > 0 the stake. The expected factor is 1 + k rho (1 - rho) (p1 - p0 - d): exactly
/// 1 at the bound and below 1 on the safe side of it, whatever the base rate (betting on a bounded mean, Waudby-Smith and Ramdas 2024, on the contrast
/// that weighs each arm by its share). Stakes are k = 0.001 x 1.6^i, i = 0 to 21, of equal weight; k is cut where a failing control would take more than
/// 95% of the wealth, and a bet that a succeeding canary could ruin is not made. m is the reference, or half 0 and an eighth each 1/4, 1/2,
/// 3/4 and 1: a rate p loses (p - m)^2 / (p (1 - p)) of its information.
///
/// **Holds when** units were assigned by the stated share, each is counted once, outcomes of both arms are recorded alike, and the reference was stated
/// beforehand. Base rates may drift.
///
/// ```
/// use rampgate::canary::{DifferenceTest, OutcomeCell};
/// use rampgate::observe::Counts;
///
/// let cell = OutcomeCell { rho: 0.5, canary: Counts::new(20_000, 260)?, control: Counts::new(20_000, 100)? };
/// assert!(DifferenceTest::harm(0.002)?.ln_evidence(&[cell]) > f64::ln(20.0));
/// assert!(DifferenceTest::harm(0.008)?.ln_evidence(&[cell]) < 1.0);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferenceTest {
    bound: f64,
    is_harm: bool,
    reference: Option<Probability>,
}

impl DifferenceTest {
    /// Is the canary's rate more than `tolerated` above the control's?
    ///
    /// # Errors
    /// A difference that is not above -1 and below 1.
    pub fn harm(tolerated: f64) -> Result<Self, Error> {
        Self::checked(tolerated, true)
    }

    /// Is the canary's rate less than `margin` above the control's?
    ///
    /// # Errors
    /// A difference that is not above -1 and below 1.
    pub fn safety(margin: f64) -> Result<Self, Error> {
        Self::checked(margin, false)
    }

    fn checked(bound: f64, is_harm: bool) -> Result<Self, Error> {
        if bound > -1.0 && bound < 1.0 {
            Ok(Self { bound, is_harm, reference: None })
        } else {
            Err(Error::new("difference", Kind::Range, "must be above -1 and below 1", shown(bound)))
        }
    }

    /// The same test with its bets laid around a rate that was stated beforehand, which saves the search for one.
    #[must_use]
    pub fn with_reference(self, reference: Probability) -> Self {
        Self { reference: Some(reference), ..self }
    }

    /// ln of the e-value over cells.
    #[must_use]
    pub fn ln_evidence(&self, cells: &[OutcomeCell]) -> f64 {
        let bets = Bets { turned: !self.is_harm, reference: self.reference };
        bets.evidence(cells, if self.is_harm { self.bound } else { -self.bound }).value
    }
}

/// Where the difference of two failure rates, canary less control, lies: one-sided at level `alpha` at each end, so both ends hold at
/// every moment at once with probability 1 - 2 `alpha`.
///
/// The ends are the differences at which the evidence of [`DifferenceTest`] reaches 1/`alpha`; -1 and 1 where nothing is known.
///
/// **Holds when** [`DifferenceTest`] does and one difference holds in all cells; the rates may drift.
///
/// ```
/// use rampgate::canary::{OutcomeCell, difference_interval};
/// use rampgate::{Probability, observe::Counts};
///
/// let cell = OutcomeCell { rho: 0.5, canary: Counts::new(20_000, 260)?, control: Counts::new(20_000, 100)? };
/// let interval = difference_interval(&[cell], None, Probability::ONE_IN_TWENTY);
/// assert!(interval.contains(0.008) && !interval.contains(0.004) && !interval.contains(0.012));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[must_use]
pub fn difference_interval(
    cells: &[OutcomeCell],
    reference: Option<Probability>,
    alpha: Probability,
) -> Interval {
    let needed = -math::ln(alpha.get());
    let rate = |units: fn(&OutcomeCell) -> crate::observe::Counts| {
        let (all, failed) = cells.iter().map(units).fold((0.0, 0.0), |(all, failed), counts| {
            (all + math::count(counts.units()), failed + math::count(counts.failures()))
        });
        (failed + 0.5) / (all + 1.0)
    };
    let (canary, control) = (rate(|cell| cell.canary), rate(|cell| cell.control));
    let estimate = canary - control;
    let information: f64 = cells
        .iter()
        .map(|cell| {
            let units = math::count(cell.canary.units()) + math::count(cell.control.units());
            units * cell.rho * (1.0 - cell.rho)
        })
        .sum();
    let pooled = (canary + control) / 2.0;
    let reach = math::sqrt(2.0 * (needed + 2.0) * pooled * (1.0 - pooled) / information.max(1.0));
    let end = |turned: bool, estimate: f64| {
        let bets = Bets { turned, reference };
        crossing(-1.0, 1.0, estimate - reach, |difference| {
            let Point { value, slope } = bets.evidence(cells, difference);
            Point { value: value - needed, slope }
        })
    };
    Interval { lower: Some(end(false, estimate)), upper: Some(-end(true, -estimate)) }
}

/// The bets that the first arm's rate exceeds the second's: canary and control, or the other way round.
struct Bets {
    turned: bool,
    reference: Option<Probability>,
}

/// How one stake changes the wealth with the four outcomes, and how often each came.
struct Stake {
    first: (f64, f64),
    second: (f64, f64),
    share: f64,
}

impl Bets {
    /// ln of the evidence against a difference, and its derivative by the difference.
    fn evidence(&self, cells: &[OutcomeCell], difference: f64) -> Point {
        let cells_of = || {
            cells.iter().filter(|cell| cell.rho > 0.0 && cell.rho < 1.0).map(|cell| {
                let counts =
                    |of: crate::observe::Counts| (math::count(of.failures()), math::count(of.successes()));
                let (canary, control) = (counts(cell.canary), counts(cell.control));
                if self.turned {
                    Stake { first: control, second: canary, share: 1.0 - cell.rho }
                } else {
                    Stake { first: canary, second: control, share: cell.rho }
                }
            })
        };
        let reference = self.reference.map(|rate| [(rate.get(), 1.0)]);
        let centres: &[(f64, f64)] = reference.as_ref().map_or(&CENTRES, |one| one);
        let (mut sum, mut slope) = (LogSum::new(), LogSum::new());
        for (centre, weight) in centres {
            let mixed = mixture_over(
                (0..STAKES).scan(LEAST_STAKE, |next, _| {
                    let stake = *next;
                    *next *= STAKE_FACTOR;
                    Some(stake)
                }),
                |stake| made(cells_of(), stake, *centre, difference),
            );
            let ln_wealth = mixed.value + math::ln(*weight);
            sum.add(ln_wealth);
            // every bet loses as the bound rises, so the slopes are of one sign
            slope.add(ln_wealth + math::ln(-mixed.slope));
        }
        let stakes = math::count(u64::try_from(STAKES).unwrap_or(u64::MAX));
        Point { value: sum.ln() - math::ln(stakes), slope: -math::exp(slope.ln() - sum.ln()) }
    }
}

/// ln wealth of one bet over all cells, and its derivative by the difference; nothing is left of one that could be ruined.
fn made(cells: impl Iterator<Item = Stake>, stake: f64, centre: f64, difference: f64) -> Point {
    let mut sum = Point { value: 0.0, slope: 0.0 };
    for Stake { first, second, share } in cells {
        let stake = stake.min(BOLDEST / (share * (1.0 - centre)));
        let (on_first, on_second) = (stake * (1.0 - share), stake * share);
        let excess = difference + centre;
        let (failed, passed) = (on_first * (1.0 - excess), -on_first * excess);
        if failed <= -1.0 || passed <= -1.0 {
            return Point { value: f64::NEG_INFINITY, slope: 0.0 };
        }
        sum.value += part(first.0, failed) + part(first.1, passed);
        sum.value += part(second.0, -on_second * (1.0 - centre)) + part(second.1, on_second * centre);
        sum.slope -= on_first * (first.0 / (1.0 + failed) + first.1 / (1.0 + passed));
    }
    sum
}

/// What `count` units make of a stake that each gains `gain`.
fn part(count: f64, gain: f64) -> f64 {
    if gain == 0.0 || count == 0.0 { 0.0 } else { count * math::ln_1p(gain) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Counts;

    fn counts(units: u64, failures: u64) -> Counts {
        Counts::new(units, failures).unwrap()
    }

    #[test]
    fn a_unit_is_a_fair_bet_at_the_bound_whatever_the_base_rate() {
        let none = counts(0, 0);
        for (rho, bound) in [(0.5, 0.0), (0.05, 0.01), (0.3, -0.1), (0.9, 0.3)] {
            for reference in [None, Some(Probability::new(0.2).unwrap())] {
                let harm = DifferenceTest { reference, ..DifferenceTest::harm(bound).unwrap() };
                let safety = DifferenceTest { reference, ..DifferenceTest::safety(bound).unwrap() };
                for (test, side) in [(harm, 1.0), (safety, -1.0)] {
                    let one = |canary, control| {
                        math::exp(test.ln_evidence(&[OutcomeCell { rho, canary, control }]))
                    };
                    let (fails, passes) = (counts(1, 1), counts(1, 0));
                    let expected = |base: f64, canary: f64| {
                        rho * (canary * one(fails, none) + (1.0 - canary) * one(passes, none))
                            + (1.0 - rho) * (base * one(none, fails) + (1.0 - base) * one(none, passes))
                    };
                    for base in [0.1_f64, 0.3, 0.69] {
                        let fair = expected(base, base + bound);
                        // bets that could be ruined are not made, and keep nothing
                        assert!(fair <= 1.0 + 1e-14 && fair > 0.5, "{rho} {bound} {base}: {fair}");
                        let inside = expected(base, base + bound - side * 0.01);
                        assert!(inside < fair - 1e-6, "{rho} {bound} {base}: {inside} {fair}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_evidence_at_the_ends_is_what_is_needed() {
        let cases: [&[OutcomeCell]; 4] = [
            &[OutcomeCell { rho: 0.5, canary: counts(20_000, 260), control: counts(20_000, 100) }],
            &[OutcomeCell { rho: 0.05, canary: counts(5_000, 1_500), control: counts(95_000, 28_000) }],
            &[
                OutcomeCell { rho: 0.01, canary: counts(1_000, 2), control: counts(99_000, 110) },
                OutcomeCell { rho: 0.5, canary: counts(40_000, 400), control: counts(40_100, 390) },
            ],
            &[OutcomeCell { rho: 0.5, canary: counts(900, 890), control: counts(900, 899) }],
        ];
        for cells in cases {
            let alpha = Probability::new(0.01).unwrap();
            let interval = difference_interval(cells, None, alpha);
            let (lower, upper) = (interval.lower.unwrap(), interval.upper.unwrap());
            for test in [DifferenceTest::harm(lower).unwrap(), DifferenceTest::safety(upper).unwrap()] {
                let off = test.ln_evidence(cells) + math::ln(0.01);
                assert!(off.abs() < 1e-8, "{test:?}: {off}");
            }
        }
    }

    /// A wide look at the evidence over the bounds: it never rises, so what lies beyond an end is excluded.
    #[test]
    fn the_evidence_falls_as_the_bound_rises() {
        let cells = [
            OutcomeCell { rho: 0.1, canary: counts(300, 40), control: counts(2_700, 300) },
            OutcomeCell { rho: 0.6, canary: counts(600, 300), control: counts(400, 180) },
        ];
        let mut last = f64::INFINITY;
        for n in -99..100 {
            let evidence = DifferenceTest::harm(f64::from(n) / 100.0).unwrap().ln_evidence(&cells);
            assert!(evidence <= last + 1e-12, "{n}: {evidence} {last}");
            last = evidence;
        }
        let nothing = difference_interval(&[], None, Probability::ONE_IN_TWENTY);
        assert_eq!(nothing, Interval { lower: Some(-1.0), upper: Some(1.0) });
    }

    #[test]
    fn extreme_inputs_give_ends_within_their_range() {
        let huge = u64::MAX;
        for rho in [f64::NAN, -1.0, 0.0, 1e-300, 1e-9, 0.5, 1.0 - 1e-16, 1.0, f64::INFINITY] {
            for (canary, control) in [
                ((huge, huge), (huge, 0)),
                ((huge, 0), (huge, huge)),
                ((huge, 3), (1, 1)),
                ((0, 0), (huge, 9)),
            ] {
                let cell = OutcomeCell {
                    rho,
                    canary: counts(canary.0, canary.1),
                    control: counts(control.0, control.1),
                };
                let found = difference_interval(&[cell], None, Probability::ONE_IN_TWENTY);
                for end in [found.lower.unwrap(), found.upper.unwrap()] {
                    assert!((-1.0..=1.0).contains(&end), "{cell:?}: {end}");
                }
                assert!(!DifferenceTest::harm(0.0).unwrap().ln_evidence(&[cell]).is_nan(), "{cell:?}");
            }
        }
        for bad in [-1.0, 1.0, f64::NAN] {
            assert!(DifferenceTest::harm(bad).is_err() && DifferenceTest::safety(bad).is_err());
        }
    }
}
