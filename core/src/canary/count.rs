use super::wealth::mixture_near;
use super::{Arms, Cell, Interval, RateTest, Wealth, ratio_interval};
use crate::error::Error;
use crate::math::{self, Point, crossing};
use crate::observe::Events;
use crate::quantity::Probability;

/// Rates looked at: e^-40 to e^40 events in the whole exposure.
const WIDEST_LN_EVENTS: f64 = 40.0;

/// Evidence that events by exposure are more (harm) or fewer (safety) in the canary than a bound times those in the control.
///
/// Given that an event happened, it is the canary's with probability rho R / (rho R + 1 - rho), where R is the ratio of the rates and rho
/// the canary's share of the exposure: the test is [`RateTest`] with events for failing units. The intensities cancel, so they may follow any daily cycle
/// (Przyborowski and Wilenski 1940; as a sequential test Lindon, Sanden and Shirikian 2022).
///
/// **Holds when** events are independent of each other given the past (a crash loop of one unit is one event, or use
/// [`FractionTest`](super::FractionTest)), and the canary's share of the exposure stays about the same within an epoch; both arms' exposure is
/// recorded alike.
///
/// ```
/// use rampgate::canary::{Arms, CountTest};
/// use rampgate::observe::Events;
///
/// let canary = Events { units: 500, events: 40, exposure: 9_000 };
/// let control = Events { units: 4_500, events: 120, exposure: 90_000 };
/// let evidence = CountTest::harm(1.0)?.ln_evidence(&[Arms { canary, control }]);
/// assert!(evidence > f64::ln(1.0 / 0.05), "{evidence}");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountTest(RateTest);

impl CountTest {
    /// Is the canary's rate more than `tolerated` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn harm(tolerated: f64) -> Result<Self, Error> {
        RateTest::harm(tolerated).map(Self)
    }

    /// Is the canary's rate less than `margin` times the control's?
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000.
    pub fn safety(margin: f64) -> Result<Self, Error> {
        RateTest::safety(margin).map(Self)
    }

    /// What the test's bets make of one epoch.
    #[must_use]
    pub fn wealth(&self, epoch: &Arms<Events>) -> Wealth {
        self.0.wealth(&cell(epoch))
    }

    /// ln of the e-value over epochs; 0 without events or where an arm had no exposure.
    #[must_use]
    pub fn ln_evidence(&self, epochs: &[Arms<Events>]) -> f64 {
        let mut wealth = Wealth::default();
        epochs.iter().for_each(|epoch| wealth.add(&self.wealth(epoch)));
        wealth.ln_evidence()
    }
}

fn cell(epoch: &Arms<Events>) -> Cell {
    let (canary, control) = (math::count(epoch.canary.exposure), math::count(epoch.control.exposure));
    let both = canary + control;
    Cell {
        rho: if both > 0.0 { canary / both } else { 0.0 },
        canary_failures: epoch.canary.events,
        control_failures: epoch.control.events,
    }
}

/// Where the ratio of the two rates lies; see [`ratio_interval`]. **Holds when** [`CountTest`] does and one ratio holds in all epochs.
#[must_use]
pub fn count_ratio_interval(epochs: &[Arms<Events>], alpha: Probability) -> Interval {
    let cells: alloc::vec::Vec<Cell> = epochs.iter().map(cell).collect();
    ratio_interval(&cells, alpha)
}

/// Where the events by exposure of one arm lie, one-sided at level `alpha` at each end, at every moment at once; an arm without
/// exposure has none.
///
/// All rates against which the mixture of Poisson likelihood ratios exp(x t - m (e^t - 1)), m the events expected, |t| half-normal with
/// standard deviation ln 2, stays below 1/`alpha`: the limit of [`RateTest`] for a control that is known. It does not depend on the
/// unit of the exposure (Robbins 1970).
///
/// **Holds when** events are independent given the past and the arm's rate is constant.
///
/// ```
/// use rampgate::canary::count_interval;
/// use rampgate::{Probability, observe::Events};
///
/// let interval = count_interval(Events { units: 100, events: 30, exposure: 600 }, Probability::ONE_IN_TWENTY);
/// assert!(interval.contains(0.05) && !interval.contains(0.1));
/// ```
#[must_use]
pub fn count_interval(events: Events, alpha: Probability) -> Interval {
    if events.exposure == 0 {
        return Interval { lower: None, upper: None };
    }
    let needed = -math::ln(alpha.get());
    let (seen, exposure) = (math::count(events.events), math::count(events.exposure));
    let estimate = math::ln(seen.max(0.5));
    let spread = math::sqrt(2.0 * (needed + 1.0) / seen.max(0.5));
    let rate = |ln_expected: f64| math::exp(ln_expected) / exposure;
    let low = |ln_expected: f64| {
        let expected = math::exp(ln_expected);
        let mixed = mixture_near(estimate - ln_expected, |step| Point {
            value: seen * step.size - expected * step.up,
            slope: -expected * step.up,
        });
        Point { value: mixed.value - needed, slope: mixed.slope }
    };
    // turned round, so that it falls as well
    let high = |negated: f64| {
        let expected = math::exp(-negated);
        let mixed = mixture_near(-negated - estimate, |step| Point {
            value: -seen * step.size - expected * step.down,
            slope: expected * step.down,
        });
        Point { value: mixed.value - needed, slope: mixed.slope }
    };
    let lower = crossing(-WIDEST_LN_EVENTS, WIDEST_LN_EVENTS, estimate - spread, low);
    let upper = -crossing(-WIDEST_LN_EVENTS, WIDEST_LN_EVENTS, -estimate - spread, high);
    Interval {
        lower: Some(if seen > 0.0 && lower > -WIDEST_LN_EVENTS { rate(lower) } else { 0.0 }),
        upper: Some(rate(upper)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(events: u64, exposure: u64) -> Events {
        Events { units: exposure, events, exposure }
    }

    #[test]
    fn the_evidence_is_the_rate_tests_with_the_share_of_exposure() {
        let epochs = [
            Arms { canary: events(12, 1_000), control: events(60, 9_000) },
            Arms { canary: events(50, 5_000), control: events(30, 5_000) },
            Arms { canary: events(50, 5_000), control: events(30, 0) },
        ];
        let cells = [
            Cell { rho: 0.1, canary_failures: 12, control_failures: 60 },
            Cell { rho: 0.5, canary_failures: 50, control_failures: 30 },
        ];
        let (count, rate) = (CountTest::harm(1.1).unwrap(), RateTest::harm(1.1).unwrap());
        assert_eq!(count.ln_evidence(&epochs), rate.ln_evidence(&cells));
        let (count, rate) = (CountTest::safety(2.0).unwrap(), RateTest::safety(2.0).unwrap());
        assert_eq!(count.ln_evidence(&epochs), rate.ln_evidence(&cells));
        assert_eq!(
            count_ratio_interval(&epochs, Probability::ONE_IN_TWENTY),
            ratio_interval(&cells, Probability::ONE_IN_TWENTY)
        );
        assert_eq!(count.ln_evidence(&[]), 0.0);
    }

    /// Against an arm whose rate is known the rate test becomes this one: a control with a million times the exposure.
    #[test]
    fn the_interval_is_the_limit_of_the_ratio_to_a_known_rate() {
        for seen in [6_u64, 40, 900] {
            let own = count_interval(events(seen, 1_000), Probability::ONE_IN_TWENTY);
            let control = events(1_000_000_000, 1_000_000_000);
            let ratio = count_ratio_interval(
                &[Arms { canary: events(seen, 1_000), control }],
                Probability::ONE_IN_TWENTY,
            );
            for (own, ratio) in [(own.lower, ratio.lower), (own.upper, ratio.upper)] {
                assert!((own.unwrap() / ratio.unwrap() - 1.0).abs() < 1e-4, "{seen}: {own:?} {ratio:?}");
            }
        }
    }

    #[test]
    fn no_events_leave_an_upper_end_and_no_exposure_nothing() {
        let none = count_interval(events(0, 1_000), Probability::ONE_IN_TWENTY);
        assert_eq!(none.lower, Some(0.0));
        // the mixture of exp(m (1 - e^-t)) reaches 20 between 4 and 10 expected events
        assert!(none.upper.is_some_and(|upper| upper > 0.004 && upper < 0.01), "{none:?}");
        let unexposed = count_interval(events(3, 0), Probability::ONE_IN_TWENTY);
        assert_eq!(unexposed, Interval { lower: None, upper: None });
    }
}
