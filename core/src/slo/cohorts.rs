use super::budget::{PPM_OF_BILLIONTHS, period_rule};
use super::exact::{Natural, signed_up};
use super::{Counter, Reading};
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Whose events they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// Those who have the release.
    Canary,
    /// Those who do not.
    Control,
}

/// The events of canary and control apart, so that a spend can be laid to the release that caused it.
///
/// ```
/// use rampgate::slo::{Cohort, Cohorts};
///
/// // 1% of the traffic fails every tenth event, the rest one in two thousand.
/// let noon = "2026-11-24T12:00:00Z".parse()?;
/// let mut cohorts = Cohorts::default();
/// cohorts.record(Cohort::Canary, noon, 900, 100);
/// cohorts.record(Cohort::Control, noon, 98_950, 50);
/// let report = cohorts.report("99.9%".parse()?, "1h".parse()?, noon)?;
/// assert_eq!(report.traffic().map(|share| share.to_string()).as_deref(), Some("1%"));
/// // Of 100 failures 99.5 are the release's own, of the 100 that 100,000 events allow.
/// assert_eq!(report.incremental_by_events_ppm(), Some(994_950));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohorts {
    canary: Counter,
    control: Counter,
}

impl Cohorts {
    /// Counts events of one cohort.
    pub fn record(&mut self, cohort: Cohort, at: Timestamp, good: u64, bad: u64) {
        match cohort {
            Cohort::Canary => self.canary.record(at, good, bad),
            Cohort::Control => self.control.record(at, good, bad),
        }
    }

    /// Adds what `other` counted: commutative and associative, and not idempotent, as for [`Counter::merge`].
    pub fn merge(&mut self, other: &Self) {
        self.canary.merge(&other.canary);
        self.control.merge(&other.control);
    }

    /// The events of everybody: what the budget of the service is spent by.
    #[must_use]
    pub fn together(&self) -> Counter {
        let mut all = self.canary.clone();
        all.merge(&self.control);
        all
    }

    /// What each spent of the budget of the period that ends at `now`.
    ///
    /// # Errors
    /// A period outside 1 hour to 30 days.
    pub fn report(&self, objective: Objective, period: Span, now: Timestamp) -> Result<CohortReport, Error> {
        period_rule(period).map_err(|rule| Error::new("period", Kind::Range, rule, period))?;
        let (canary, control) = (self.canary.reading(period, now), self.control.reading(period, now));
        Ok(CohortReport::from_checked(objective, period, canary, control))
    }
}

/// What the canary's failures cost, and what they cost beyond those that the control's rate explains.
///
/// With bad events B of events T, 1 for the canary and 0 for the control, b the allowed failure, w of the period W watched by
/// either:
///
/// > incremental spend = (B₁ - T₁ B₀ / T₀) / (b (T₁ + T₀)), by events; times w / W, by time
///
/// It is negative where the canary fails less. Both are worked out in whole numbers and rounded once, up: never less is
/// laid to the release than it spent.
///
/// **Holds when** canary and control share what fails them beside the release, which random assignment gives, and the canary's
/// share of the traffic was about the same all through the window; else an incident while the share was small is laid to the
/// control. Report each stage of a rollout as a window of its own, and add the spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct CohortReport {
    objective: Objective,
    period: Span,
    traffic: Option<Share>,
    canary_by_events_ppm: Option<i64>,
    control_by_events_ppm: Option<i64>,
    incremental_by_events_ppm: Option<i64>,
    incremental_by_time_ppm: Option<i64>,
    incremental_bad_events: Option<i64>,
    canary: Reading,
    control: Reading,
}

impl CohortReport {
    /// The report on two readings of the same period.
    ///
    /// ```
    /// use rampgate::slo::{CohortReport, Reading};
    ///
    /// let (day, month) = ("1d".parse()?, "30d".parse()?);
    /// let (canary, control) = (Reading::of(month, day, 990, 10)?, Reading::of(month, day, 98_901, 99)?);
    /// let report = CohortReport::of("99.9%".parse()?, month, canary, control)?;
    /// // Nine failures more than at the control's rate, of the hundred that 100,000 events allow, for a day of thirty.
    /// assert_eq!(report.incremental_bad_events(), Some(9));
    /// assert_eq!((report.incremental_by_events_ppm(), report.incremental_by_time_ppm()), (Some(90_000), Some(3_000)));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A period outside 1 hour to 30 days; readings of two different windows.
    pub fn of(objective: Objective, period: Span, canary: Reading, control: Reading) -> Result<Self, Error> {
        period_rule(period).map_err(|rule| Error::new("period", Kind::Range, rule, period))?;
        if canary.window != control.window {
            let rule = "must have the window of the canary's reading";
            return Err(Error::new("control.window", Kind::Conflict, rule, control.window));
        }
        Ok(Self::from_checked(objective, period, canary, control))
    }

    fn from_checked(objective: Objective, period: Span, canary: Reading, control: Reading) -> Self {
        let sum = |reading: &Reading| u128::from(reading.good) + u128::from(reading.bad);
        let (of_canary, of_control) = (sum(&canary), sum(&control));
        let all = of_canary + of_control; // below 2^66
        let allowed = Natural::of(all).times(u128::from(objective.allowed_parts_per_billion()));
        let spent = |reading: &Reading| {
            (all > 0).then(|| Natural::of(u128::from(reading.bad)).times(PPM_OF_BILLIONTHS).over_up(allowed))
        };
        // B_c T_0 - T_c B_0: the incremental failures, times T_0
        let excess = Natural::of(u128::from(canary.bad))
            .times(of_control)
            .minus(Natural::of(of_canary).times(u128::from(control.bad)));
        let comparable = of_canary > 0 && of_control > 0;
        let scaled = |by: u128, divisor: Natural| {
            comparable.then(|| signed_up((excess.0.times(by), excess.1), divisor.times(of_control)))
        };
        let watched = u128::from(canary.watched.max(control.watched).min(period).as_millis());
        let whole = allowed.times(u128::from(period.as_millis()));
        let traffic = (all > 0).then(|| {
            let parts = Natural::of(of_canary).times(1_000_000).over(Natural::of(all));
            Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX))
        });
        Self {
            objective,
            period,
            traffic,
            canary_by_events_ppm: spent(&canary),
            control_by_events_ppm: spent(&control),
            incremental_by_events_ppm: scaled(PPM_OF_BILLIONTHS, allowed),
            incremental_by_time_ppm: scaled(PPM_OF_BILLIONTHS * watched, whole),
            incremental_bad_events: scaled(1, Natural::of(1)),
            canary,
            control,
        }
    }

    /// The canary's share of all events, rounded down: measured, not configured. None without events.
    #[must_use]
    pub const fn traffic(&self) -> Option<Share> {
        self.traffic
    }

    /// What the canary's failures spend of the budget of everybody, in parts per million, rounded up. None without events.
    #[must_use]
    pub const fn canary_by_events_ppm(&self) -> Option<i64> {
        self.canary_by_events_ppm
    }

    /// What the control's failures spend, likewise.
    #[must_use]
    pub const fn control_by_events_ppm(&self) -> Option<i64> {
        self.control_by_events_ppm
    }

    /// What the canary spends beyond what it would at the control's rate, in parts per million of the budget, rounded up;
    /// negative where it spends less. None unless both had events: silence is no rate.
    #[must_use]
    pub const fn incremental_by_events_ppm(&self) -> Option<i64> {
        self.incremental_by_events_ppm
    }

    /// The same of the budget of the whole period, where what was not watched is taken to be as dense as what was.
    #[must_use]
    pub const fn incremental_by_time_ppm(&self) -> Option<i64> {
        self.incremental_by_time_ppm
    }

    /// The canary's failures beyond those at the control's rate, rounded up to whole ones.
    #[must_use]
    pub const fn incremental_bad_events(&self) -> Option<i64> {
        self.incremental_bad_events
    }

    /// The canary's events.
    #[must_use]
    pub const fn canary(&self) -> &Reading {
        &self.canary
    }

    /// The control's events.
    #[must_use]
    pub const fn control(&self) -> &Reading {
        &self.control
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(good: u64, bad: u64) -> Reading {
        let month = Counter::LONGEST_WINDOW;
        let watched = if good == 0 && bad == 0 { Span::ZERO } else { month };
        Reading::of(month, watched, good, bad).unwrap()
    }

    fn report(canary: (u64, u64), control: (u64, u64)) -> CohortReport {
        let (canary, control) = (reading(canary.0, canary.1), reading(control.0, control.1));
        CohortReport::of("99.9%".parse().unwrap(), Counter::LONGEST_WINDOW, canary, control).unwrap()
    }

    #[test]
    fn a_cohort_without_events_has_no_rate_to_compare() {
        for (canary, control) in [((0, 0), (9, 1)), ((9, 1), (0, 0)), ((0, 0), (0, 0))] {
            let report = report(canary, control);
            assert_eq!(report.incremental_by_events_ppm(), None);
            assert_eq!(report.incremental_bad_events(), None);
        }
        assert_eq!(report((0, 0), (0, 0)).canary_by_events_ppm(), None);
    }

    #[test]
    fn the_same_rate_costs_nothing_and_a_lower_one_less_than_nothing() {
        assert_eq!(report((99, 1), (9_900, 100)).incremental_by_time_ppm(), Some(0));
        assert_eq!(report((100, 0), (9_900, 100)).incremental_bad_events(), Some(-1));
        let total_outage_of_control = report((100, 0), (0, 100));
        assert_eq!(total_outage_of_control.incremental_by_events_ppm(), Some(-500_000_000));
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let report = report((0, u64::MAX), (u64::MAX, u64::MAX));
        assert_eq!(report.incremental_bad_events(), Some(i64::MAX)); // 2^63 and a half
        assert_eq!(report.canary_by_events_ppm(), Some(333_333_334));
    }
}
