use super::budget::{WHOLE, period_rule};
use super::{Budget, BudgetState, Clearance, Counter, GateReport, GateRule, Reading};
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// What a gate does while there is nothing to judge the budget by: no event at all, or not one good one.
///
/// There is no default, because none is right: failing open lets a release go on blind, failing closed lets a broken
/// source of data stop every release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// Go on as if the whole budget were there; the exposure formula still caps the step.
    FailOpen,
    /// Allow no rise.
    FailClosed,
}

/// What a gate asks for once the budget is spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExhausted {
    /// Stay where the release is.
    #[default]
    Hold,
    /// Take the release back.
    RollBack,
}

/// Turns the error budget that is left into the largest exposure that a release may have.
///
/// Exposing a share x of the traffic, of which a share f fails in the worst case, for the d it takes to notice, spends
/// at most
///
/// > x f d / (b W)
///
/// of the budget of a period W whose objective allows the share b to fail. A step may risk the share k of the budget that
/// remains; solved for x, that is the largest exposure. Only a *rise* is gated: staying or going down is always
/// allowed, except that a spent budget may ask for a rollback. The formula takes the exposed share of units for their
/// share of traffic; measure it if your units differ much.
///
/// More failures never loosen an answer.
///
/// ```
/// use rampgate::slo::{Clearance, Gate, OnMissing, Reading};
/// use rampgate::Share;
///
/// let gate = Gate::new("99.9%".parse()?, "30d".parse()?, "15m".parse()?, OnMissing::FailClosed)?
///     .risking("2%".parse()?)?;
/// let untouched = Reading::of("30d".parse()?, "30d".parse()?, 1_000_000, 0)?;
/// let report = gate.ask(&untouched, "1%".parse()?, "50%".parse()?);
/// assert_eq!(report.answer(), Clearance::Cap("5.76%".parse()?));
/// assert_eq!(report.spend_ppm(), 173_612); // half of the users, failing for 15 minutes: 17% of the month
/// assert_eq!(report.allowed_ppm(), 20_000);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    objective: Objective,
    period: Span,
    assumed_failure: Share,
    detection_delay: Span,
    risk: Share,
    at_risk: Share,
    on_missing: OnMissing,
    on_exhausted: OnExhausted,
}

impl Gate {
    /// The share of the remaining budget that one step may risk unless another is asked for: 25%.
    pub const RISK: Share = Share::clamped(250_000);

    /// A gate that assumes the worst, that everybody exposed fails, and lets a step risk a quarter of what remains.
    ///
    /// `detection_delay` is the time from the first failure to exposure being back at zero: collecting, judging and
    /// rolling back, all of it.
    ///
    /// # Errors
    /// A period outside 1 hour to 30 days; a delay that is zero or longer than the period.
    pub fn new(
        objective: Objective,
        period: Span,
        detection_delay: Span,
        on_missing: OnMissing,
    ) -> Result<Self, Error> {
        period_rule(period).map_err(|rule| Error::new("period", Kind::Range, rule, period))?;
        delay_rule(detection_delay, Some(period))
            .map_err(|(kind, rule)| Error::new("detection_delay", kind, rule, detection_delay))?;
        Ok(Self {
            objective,
            period,
            assumed_failure: Share::ALL,
            detection_delay,
            risk: Self::RISK,
            at_risk: Budget::AT_RISK,
            on_missing,
            on_exhausted: OnExhausted::default(),
        })
    }

    /// Assumes that this share of the exposed fails in the worst case.
    ///
    /// # Errors
    /// 0%, with which nothing would ever be gated.
    pub fn assuming_failure(self, share: Share) -> Result<Self, Error> {
        some_rule(share).map_err(|rule| Error::new("assumed_failure", Kind::Range, rule, share))?;
        Ok(Self { assumed_failure: share, ..self })
    }

    /// Assumes that it takes so long from the first failure to exposure being back at zero.
    ///
    /// # Errors
    /// A delay that is zero or longer than the period.
    pub fn detecting_within(self, detection_delay: Span) -> Result<Self, Error> {
        delay_rule(detection_delay, Some(self.period))
            .map_err(|(kind, rule)| Error::new("detection_delay", kind, rule, detection_delay))?;
        Ok(Self { detection_delay, ..self })
    }

    /// Lets one step risk this share of the budget that remains.
    ///
    /// # Errors
    /// 0%, with which nothing would ever rise.
    pub fn risking(self, share: Share) -> Result<Self, Error> {
        some_rule(share).map_err(|rule| Error::new("risk", Kind::Range, rule, share))?;
        Ok(Self { risk: share, ..self })
    }

    /// Calls the budget at risk once no more than this share of it remains. It is said in the report, and gates nothing.
    #[must_use]
    pub fn with_at_risk(self, share: Share) -> Self {
        Self { at_risk: share, ..self }
    }

    /// Says what to ask for once the budget is spent.
    #[must_use]
    pub fn on_exhausted(self, on_exhausted: OnExhausted) -> Self {
        Self { on_exhausted, ..self }
    }

    /// The period of the budget.
    #[must_use]
    pub const fn period(&self) -> Span {
        self.period
    }

    /// The objective whose budget is guarded.
    #[must_use]
    pub const fn objective(&self) -> Objective {
        self.objective
    }

    /// The share of the exposed that is assumed to fail in the worst case.
    #[must_use]
    pub const fn assumed_failure(&self) -> Share {
        self.assumed_failure
    }

    /// The time from the first failure to exposure being back at zero.
    #[must_use]
    pub const fn detection_delay(&self) -> Span {
        self.detection_delay
    }

    /// The share of the remaining budget that one step may risk.
    #[must_use]
    pub const fn risk(&self) -> Share {
        self.risk
    }

    /// The reading that [`ask`](Self::ask) wants: the gate's whole period up to `now`.
    #[must_use]
    pub fn read(&self, counter: &Counter, now: Timestamp) -> Reading {
        counter.reading(self.period, now)
    }

    /// The budget of the gate's objective and period, after what `reading` saw.
    #[must_use]
    pub fn budget(&self, reading: &Reading) -> Budget {
        Budget::from_checked(self.objective, self.period, reading, self.at_risk)
    }

    /// The largest exposure that a whole budget allows: what is beyond it is never allowed.
    #[must_use]
    pub fn largest_ever(&self) -> Share {
        self.largest_exposure(self.allowed_ppm(WHOLE))
    }

    /// May a release that is exposed to the share `current` be exposed to `asked`?
    pub fn ask(&self, reading: &Reading, current: Share, asked: Share) -> GateReport {
        let budget = self.budget(reading);
        let exhausted = budget.state() == BudgetState::Exhausted;
        // A first failure must not pass for data where silence would have held, so only a good event counts as such.
        let missing = reading.good() == 0 && !exhausted;
        let closed = missing && self.on_missing == OnMissing::FailClosed;
        let presumed_whole = !closed && budget.state() == BudgetState::InsufficientData;
        let remaining = if closed { 0 } else { budget.remaining_by_time_ppm().unwrap_or(WHOLE) };
        let allowed = self.allowed_ppm(remaining);
        let largest = self.largest_exposure(allowed);
        let (answer, rule) =
            if exhausted && self.on_exhausted == OnExhausted::RollBack && current > Share::ZERO {
                (Clearance::RollBack, GateRule::Exhausted)
            } else if asked <= current {
                (Clearance::Allow, GateRule::NoRise)
            } else if exhausted {
                (Clearance::Hold, GateRule::Exhausted)
            } else if closed {
                (Clearance::Hold, GateRule::MissingData)
            } else if asked <= largest {
                (Clearance::Allow, GateRule::WithinRisk)
            } else if largest > current {
                (Clearance::Cap(largest), GateRule::BeyondRisk)
            } else {
                (Clearance::Hold, GateRule::BeyondRisk)
            };
        GateReport {
            answer,
            rule,
            current,
            asked,
            largest,
            spend_ppm: self.spend_ppm(asked),
            allowed_ppm: allowed,
            presumed_whole,
            assumed_failure: self.assumed_failure,
            detection_delay: self.detection_delay,
            risk: self.risk,
            budget,
        }
    }

    /// What `exposure` may spend at most before it is noticed, in parts per million of the whole budget, rounded up.
    ///
    /// x f d / (b W) with x and f in millionths and b in billionths; the product is below 2^82.
    pub(crate) fn spend_ppm(&self, exposure: Share) -> u64 {
        let spend = u128::from(exposure.parts_per_million()) * self.failing_millis();
        u64::try_from(spend.div_ceil(self.budget_millis())).unwrap_or(u64::MAX)
    }

    /// The share at risk of what `report` found to remain once `held` is taken off it, in the same unit.
    pub(super) fn allowed_beside(&self, report: &GateReport, held: u64) -> u64 {
        if report.allowed_ppm == 0 {
            return 0; // nothing remains or is known
        }
        let remaining = report.budget.remaining_by_time_ppm().unwrap_or(WHOLE).min(WHOLE);
        self.allowed_ppm(remaining.saturating_sub(i64::try_from(held).unwrap_or(i64::MAX)))
    }

    /// The share at risk of what remains, in parts per million of the whole budget, rounded down.
    fn allowed_ppm(&self, remaining_ppm: i64) -> u64 {
        let remaining = u64::try_from(remaining_ppm.clamp(0, WHOLE)).unwrap_or(0);
        remaining * u64::from(self.risk.parts_per_million()) / 1_000_000
    }

    /// The largest exposure whose spend, rounded up, is at most `allowed_ppm`. The product is below 2^126.
    pub(crate) fn largest_exposure(&self, allowed_ppm: u64) -> Share {
        let parts = u128::from(allowed_ppm) * self.budget_millis() / self.failing_millis();
        Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// f d, scaled so that exposure in millionths times this, over [`budget_millis`](Self::budget_millis), is a spend in
    /// millionths: 10^-6 x × 10^-6 f × d / (10^-9 b × W) is 10^-6 × (x × 10^3 f d / (b W)).
    fn failing_millis(&self) -> u128 {
        u128::from(self.assumed_failure.parts_per_million())
            * u128::from(self.detection_delay.as_millis())
            * 1_000
    }

    /// b W.
    fn budget_millis(&self) -> u128 {
        u128::from(self.objective.allowed_parts_per_billion()) * u128::from(self.period.as_millis())
    }
}

/// What is wrong with a detection delay, if anything; `period` where it is known.
pub(super) fn delay_rule(delay: Span, period: Option<Span>) -> Result<(), (Kind, &'static str)> {
    if delay == Span::ZERO {
        return Err((Kind::Range, "must be more than no time"));
    }
    if period.is_some_and(|period| delay > period) {
        return Err((Kind::Conflict, "must be at most the period"));
    }
    Ok(())
}

/// What is wrong with a share that must not be nothing, if anything.
pub(super) fn some_rule(share: Share) -> Result<(), &'static str> {
    if share == Share::ZERO { Err("must be more than 0%") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gate(on_missing: OnMissing, on_exhausted: OnExhausted) -> Gate {
        let (target, period, delay) = ("99.9%".parse(), "30d".parse(), "10m".parse());
        Gate::new(target.unwrap(), period.unwrap(), delay.unwrap(), on_missing)
            .unwrap()
            .on_exhausted(on_exhausted)
    }

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    fn reading(good: u64, bad: u64) -> Reading {
        let watched = if good == 0 && bad == 0 { Span::ZERO } else { Counter::LONGEST_WINDOW };
        Reading::of(Counter::LONGEST_WINDOW, watched, good, bad).unwrap()
    }

    #[test]
    fn a_spent_budget_holds_or_rolls_back_and_never_stands_in_the_way_of_a_decrease() {
        let spent = reading(0, 1_000);
        for on_missing in [OnMissing::FailOpen, OnMissing::FailClosed] {
            let hold = gate(on_missing, OnExhausted::Hold);
            let back = gate(on_missing, OnExhausted::RollBack);
            let ask = |gate: &Gate, from, to| {
                let report = gate.ask(&spent, share(from), share(to));
                (report.answer(), report.rule())
            };
            assert_eq!(ask(&hold, "5%", "10%"), (Clearance::Hold, GateRule::Exhausted));
            assert_eq!(ask(&hold, "5%", "5%"), (Clearance::Allow, GateRule::NoRise));
            assert_eq!(ask(&back, "5%", "10%"), (Clearance::RollBack, GateRule::Exhausted));
            assert_eq!(ask(&back, "5%", "0%"), (Clearance::RollBack, GateRule::Exhausted));
            assert_eq!(ask(&back, "0%", "1%"), (Clearance::Hold, GateRule::Exhausted));
            assert_eq!(ask(&back, "0%", "0%"), (Clearance::Allow, GateRule::NoRise));
        }
    }

    #[test]
    fn silence_is_never_health() {
        let closed = gate(OnMissing::FailClosed, OnExhausted::Hold);
        let report = closed.ask(&reading(0, 0), Share::ZERO, share("1%"));
        assert_eq!((report.answer(), report.rule()), (Clearance::Hold, GateRule::MissingData));
        assert_eq!((report.largest(), report.presumed_whole()), (Share::ZERO, false));

        let open = gate(OnMissing::FailOpen, OnExhausted::Hold);
        let report = open.ask(&reading(0, 0), Share::ZERO, share("1%"));
        assert_eq!((report.answer(), report.rule()), (Clearance::Allow, GateRule::WithinRisk));
        assert!(report.presumed_whole());
        assert_eq!(report.budget().state(), BudgetState::InsufficientData);
    }

    #[test]
    fn a_lone_failure_opens_no_gate_that_silence_kept_shut() {
        let closed = gate(OnMissing::FailClosed, OnExhausted::RollBack);
        let ten_seconds = Reading::of(Counter::LONGEST_WINDOW, Counter::SHORTEST_WINDOW, 0, 1).unwrap();
        let report = closed.ask(&ten_seconds, Share::ZERO, share("1%"));
        assert_eq!((report.answer(), report.rule()), (Clearance::Hold, GateRule::MissingData));
    }

    /// How loose an answer is, for one and the same question.
    fn looseness(answer: Clearance) -> u64 {
        match answer {
            Clearance::RollBack => 0,
            Clearance::Hold => 1,
            Clearance::Cap(share) => 2 + u64::from(share.parts_per_million()),
            Clearance::Allow => u64::MAX,
        }
    }

    fn gates() -> impl Strategy<Value = Gate> {
        let missing = prop_oneof![Just(OnMissing::FailOpen), Just(OnMissing::FailClosed)];
        let exhausted = prop_oneof![Just(OnExhausted::Hold), Just(OnExhausted::RollBack)];
        let allowed = prop_oneof![Just(1_000_000_u32), 1..1_000_000_000_u32];
        let shares = (1..=1_000_000_u32, 1..=1_000_000_u32);
        (allowed, 3_600_000..=2_592_000_000_u64, 1..=1_000_u64, shares, missing, exhausted).prop_map(
            |(allowed, period, delay, (failure, risk), missing, exhausted)| {
                let objective = Objective::from_allowed_parts_per_billion(allowed).unwrap();
                let (period, delay) = (Span::clamped(period), Span::clamped(period * delay / 1_000));
                let gate = Gate::new(objective, period, delay, missing).unwrap().on_exhausted(exhausted);
                gate.assuming_failure(Share::clamped(failure)).unwrap().risking(Share::clamped(risk)).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn more_failures_never_loosen_an_answer(
            gate in gates(),
            good in prop_oneof![0..5_u64, 0..100_000_u64],
            bad in prop_oneof![0..5_u64, 0..1_000_u64],
            watched in prop_oneof![1..=600_000_u64, 1..=2_592_000_000_u64],
            current in 0..=1_000_000_u32,
            asked in 0..=1_000_000_u32,
        ) {
            let ask = |good, bad| {
                let reading = Reading::of(Counter::LONGEST_WINDOW, Span::clamped(watched), good, bad).unwrap();
                gate.ask(&reading, Share::clamped(current), Share::clamped(asked))
            };
            let before = looseness(ask(good, bad).answer());
            prop_assert!(looseness(ask(good, bad + 1).answer()) <= before);
            prop_assert!(looseness(ask(good.saturating_sub(1), bad + 1).answer()) <= before);
        }

        #[test]
        fn an_answer_agrees_with_its_arithmetic(
            gate in gates(),
            (good, bad) in (1..100_000_u64, 0..200_u64),
            current in 0..=1_000_000_u32,
            asked in 0..=1_000_000_u32,
        ) {
            let report = gate.ask(&reading(good, bad), Share::clamped(current), Share::clamped(asked));
            prop_assert_eq!(report.spend_ppm() <= report.allowed_ppm(), report.asked() <= report.largest());
            prop_assert!(gate.spend_ppm(report.largest()) <= report.allowed_ppm());
            let more = Share::clamped(report.largest().parts_per_million() + 1);
            prop_assert!(more == report.largest() || gate.spend_ppm(more) > report.allowed_ppm());
            if let Clearance::Cap(cap) = report.answer() {
                prop_assert!(report.current() < cap && cap < report.asked());
            }
            if asked <= current {
                prop_assert!(matches!(report.answer(), Clearance::Allow | Clearance::RollBack));
            }
        }
    }
}
