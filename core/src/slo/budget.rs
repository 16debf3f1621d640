use super::{Counter, Reading};
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Span};
use serde::{Deserialize, Serialize};

/// The whole budget, in the parts per million that spends are told in.
pub(super) const WHOLE: i64 = 1_000_000;

/// How an error budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum BudgetState {
    /// More remains than the share at which the budget is called at risk.
    Ok,
    /// Something remains, and no more than that share.
    AtRisk,
    /// Nothing remains: the failures seen are all that the period allows, or more.
    Exhausted,
    /// No event was seen, so nothing can be said: neither met nor exhausted.
    InsufficientData,
}

/// What a reading spent of an error budget, exactly: integers, each rounded towards spending more.
///
/// With b the allowed failure of the objective, B of T events bad, over w watched out of the period W:
///
/// | measure | consumed | it takes the traffic that was not seen |
/// |---|---|---|
/// | by events | B / (b T) | to fail as the traffic seen did |
/// | by time | B / (b T) × w / W | to be as dense as the traffic seen, and free of failures |
///
/// They agree once the whole period was watched. In a young counter they are far apart: one failure among its first
/// hundred events spends ten budgets of 99.9% by events, and next to nothing of the month by time. The state, and the
/// [`Gate`](super::Gate), go by time, as the spend of an exposure is a share of the whole period too. Neither measure is
/// held at the whole budget: a budget that was overspent threefold says so.
///
/// (Google, *The Site Reliability Workbook*, "Alerting on SLOs": budget consumed = burn rate × time / period.)
///
/// ```
/// use rampgate::slo::{Budget, BudgetState, Reading};
///
/// // An hour in which 1.44% of events failed spends 2% of a month at 99.9%.
/// let hour = Reading::of("1h".parse()?, "1h".parse()?, 98_560, 1_440)?;
/// let budget = Budget::of("99.9%".parse()?, "30d".parse()?, &hour)?;
/// assert_eq!(budget.consumed_by_time_ppm(), Some(20_000));
/// assert_eq!(budget.remaining_by_time_ppm(), Some(980_000));
/// assert_eq!(budget.consumed_by_events_ppm(), Some(14_400_000));
/// assert_eq!(budget.state(), BudgetState::Ok);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Budget {
    state: BudgetState,
    objective: Objective,
    period: Span,
    at_risk: Share,
    consumed_by_events_ppm: Option<i64>,
    remaining_by_events_ppm: Option<i64>,
    consumed_by_time_ppm: Option<i64>,
    remaining_by_time_ppm: Option<i64>,
    reading: Reading,
}

impl Budget {
    /// The share of the budget at which it is called at risk unless another is asked for: 20%.
    pub const AT_RISK: Share = Share::clamped(200_000);

    /// The budget of `objective` over `period`, after what `reading` saw.
    ///
    /// The window of the reading is usually the period. A shorter one gives what that window spent of the period's budget.
    ///
    /// # Errors
    /// A period outside 1 hour to 30 days.
    pub fn of(objective: Objective, period: Span, reading: &Reading) -> Result<Self, Error> {
        period_rule(period).map_err(|rule| Error::new("period", Kind::Range, rule, period))?;
        Ok(Self::from_checked(objective, period, reading, Self::AT_RISK))
    }

    /// The same budget, called at risk once no more than the share `at_risk` of it remains.
    #[must_use]
    pub fn with_at_risk(self, at_risk: Share) -> Self {
        Self::from_checked(self.objective, self.period, &self.reading, at_risk)
    }

    /// The budget over a period that was checked: at least 1 hour, at most 30 days.
    pub(super) fn from_checked(
        objective: Objective,
        period: Span,
        reading: &Reading,
        at_risk: Share,
    ) -> Self {
        let spend = Spend::of(objective, period, reading);
        let consumed_by_events_ppm = spend.map(Spend::by_events_ppm);
        let consumed_by_time_ppm = spend.map(Spend::by_time_ppm);
        let left = |consumed: i64| WHOLE.saturating_sub(consumed);
        let remaining_by_time_ppm = consumed_by_time_ppm.map(left);
        let state = match (spend, remaining_by_time_ppm) {
            (Some(spend), _) if spend.is_whole_budget() => BudgetState::Exhausted,
            (Some(_), Some(left)) if left <= i64::from(at_risk.parts_per_million()) => BudgetState::AtRisk,
            (Some(_), Some(_)) => BudgetState::Ok,
            _ => BudgetState::InsufficientData,
        };
        Self {
            state,
            objective,
            period,
            at_risk,
            consumed_by_events_ppm,
            remaining_by_events_ppm: consumed_by_events_ppm.map(left),
            consumed_by_time_ppm,
            remaining_by_time_ppm,
            reading: *reading,
        }
    }

    /// How the budget stands, by time.
    pub const fn state(&self) -> BudgetState {
        self.state
    }

    /// The objective whose budget this is.
    #[must_use]
    pub const fn objective(&self) -> Objective {
        self.objective
    }

    /// The period that the budget is for.
    #[must_use]
    pub const fn period(&self) -> Span {
        self.period
    }

    /// The share at which, and below which, what remains is called at risk.
    #[must_use]
    pub const fn at_risk(&self) -> Share {
        self.at_risk
    }

    /// What the budget was worked out from.
    #[must_use]
    pub const fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Consumed by events, in parts per million of the budget, rounded up: 0 to 10^15. None without events.
    #[must_use]
    pub const fn consumed_by_events_ppm(&self) -> Option<i64> {
        self.consumed_by_events_ppm
    }

    /// What that leaves: negative once overspent, rounded down. None without events.
    #[must_use]
    pub const fn remaining_by_events_ppm(&self) -> Option<i64> {
        self.remaining_by_events_ppm
    }

    /// Consumed by time, in parts per million of the budget, rounded up: 0 to 10^15. None without events.
    #[must_use]
    pub const fn consumed_by_time_ppm(&self) -> Option<i64> {
        self.consumed_by_time_ppm
    }

    /// What that leaves: negative once overspent, rounded down. None without events.
    #[must_use]
    pub const fn remaining_by_time_ppm(&self) -> Option<i64> {
        self.remaining_by_time_ppm
    }
}

/// What is wrong with a period, if anything: it must be long enough to speak of a budget, and be held by a counter.
pub(super) fn period_rule(period: Span) -> Result<(), &'static str> {
    if period.as_millis() < 3_600_000 || period > Counter::LONGEST_WINDOW {
        return Err("must be from 1h to 30d");
    }
    Ok(())
}

/// A spend as the two exact fractions it is: bad / allowed by events, times watched / period by time.
///
/// Bounds, which keep every product below within `u128`: `bad` < 2^64, `allowed` (parts per billion × events) < 2^95,
/// `watched` ≤ `period` < 2^31.3 ms (30 days), and `allowed × period` < 2^126.3, as events < 2^65 and parts < 2^29.9.
#[derive(Clone, Copy)]
struct Spend {
    bad: u128,
    allowed: u128,
    watched: u128,
    period: u128,
}

impl Spend {
    /// None without events.
    fn of(objective: Objective, period: Span, reading: &Reading) -> Option<Self> {
        let total = u128::from(reading.good()) + u128::from(reading.bad());
        (total > 0).then(|| Self {
            bad: u128::from(reading.bad()),
            allowed: u128::from(objective.allowed_parts_per_billion()) * total,
            watched: u128::from(reading.watched().min(period).as_millis()),
            period: u128::from(period.as_millis()),
        })
    }

    /// bad × 10^9 / allowed, in parts per million, rounded up. The product is below 2^114.
    fn by_events_ppm(self) -> i64 {
        saturated((self.bad * PPM_OF_BILLIONTHS).div_ceil(self.allowed))
    }

    /// bad × 10^9 × watched / (allowed × period), in parts per million, rounded up once, at the end.
    ///
    /// The plain product would need 157 bits, so it is divided in two steps with both remainders kept:
    /// n × w / (a × p) with n = q a + r and q w = s p + t is s + (t a + r w) / (a p), and t a, r w < a p.
    fn by_time_ppm(self) -> i64 {
        let scaled = self.bad * PPM_OF_BILLIONTHS;
        let (quotient, remainder) = (scaled / self.allowed, scaled % self.allowed);
        let product = quotient * self.watched;
        let (whole, part) = (product / self.period, product % self.period);
        let rest = part * self.allowed + remainder * self.watched;
        saturated(whole + rest.div_ceil(self.allowed * self.period))
    }

    /// Whether the spend by time is the whole budget or more, with no rounding at all.
    fn is_whole_budget(self) -> bool {
        self.bad * BILLION * self.watched >= self.allowed * self.period
    }
}

pub(super) const BILLION: u128 = 1_000_000_000;
/// Parts per million in one, times the billionths that objectives are told in.
pub(super) const PPM_OF_BILLIONTHS: u128 = 1_000_000 * BILLION;

fn saturated(parts: u128) -> i64 {
    i64::try_from(parts).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading(watched: u64, good: u64, bad: u64) -> Reading {
        Reading::of(Counter::LONGEST_WINDOW, Span::clamped(watched), good, bad).unwrap()
    }

    fn budget(objective: &str, watched: u64, good: u64, bad: u64) -> Budget {
        let reading = reading(watched, good, bad);
        Budget::of(objective.parse().unwrap(), Counter::LONGEST_WINDOW, &reading).unwrap()
    }

    const MONTH: u64 = 30 * 86_400_000;

    #[test]
    fn no_traffic_is_neither_met_nor_exhausted() {
        let budget = budget("99.9%", 0, 0, 0);
        assert_eq!(budget.state(), BudgetState::InsufficientData);
        assert_eq!((budget.consumed_by_events_ppm(), budget.remaining_by_time_ppm()), (None, None));
    }

    #[test]
    fn exhausted_is_exact_where_parts_per_million_are_not() {
        // 999,999.000001 parts per million are not all of it, though they are shown as 1,000,000.
        let just_short = budget("99.9%", MONTH, 999_000_000_001_000, 999_999_999_999);
        assert_eq!(just_short.consumed_by_time_ppm(), Some(1_000_000));
        assert_eq!(just_short.state(), BudgetState::AtRisk);
        let just_spent = budget("99.9%", MONTH, 999, 1);
        assert_eq!(
            (just_spent.state(), just_spent.remaining_by_events_ppm()),
            (BudgetState::Exhausted, Some(0))
        );
    }

    #[test]
    fn the_extremes_neither_overflow_nor_saturate() {
        let worst = budget("99.9999999%", MONTH, 0, u64::MAX);
        assert_eq!(worst.consumed_by_time_ppm(), Some(1_000_000_000_000_000));
        let even = budget("99.9999999%", MONTH, u64::MAX, u64::MAX);
        assert_eq!(even.consumed_by_time_ppm(), Some(500_000_000_000_000));
        let lax = budget("0.0000001%", MONTH - 1, u64::MAX, u64::MAX);
        assert_eq!(lax.consumed_by_time_ppm(), Some(500_001));
    }

    proptest! {
        #[test]
        fn a_failure_more_never_spends_less(
            allowed in 1..1_000_000_000_u32,
            watched in 1..=MONTH,
            good in any::<u64>(),
            bad in any::<u64>(),
        ) {
            let objective = Objective::from_allowed_parts_per_billion(allowed).unwrap();
            let of = |good, bad| Budget::of(objective, Counter::LONGEST_WINDOW, &reading(watched, good, bad)).unwrap();
            let before = of(good, bad);
            for after in [of(good, bad.saturating_add(1)), of(good.saturating_sub(1), bad.saturating_add(1))] {
                prop_assert!(after.consumed_by_events_ppm() >= before.consumed_by_events_ppm());
                prop_assert!(after.consumed_by_time_ppm() >= before.consumed_by_time_ppm());
            }
            prop_assert!(before.consumed_by_time_ppm() <= before.consumed_by_events_ppm());
            let (exhausted, consumed) = (before.state() == BudgetState::Exhausted, before.consumed_by_time_ppm());
            prop_assert!(!exhausted || consumed >= Some(WHOLE));
            prop_assert!(exhausted || consumed <= Some(WHOLE));
        }
    }
}
