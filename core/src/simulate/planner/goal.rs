use super::attempt::Attempt;
use super::refusal::Remedy;
use super::{Allowance, Answer, Traffic};
use crate::canary::{Guardrail, Judge, Policy};
use crate::error::{Error, Kind};
use crate::observe::Measure;
use crate::quantity::{Probability, Share, Span, shown};
use crate::release::ControlPool;
use crate::rollout::Requirement;
use crate::simulate::power::{Baseline, Runs, Stage, Trial};
use alloc::vec::Vec;
use serde::Serialize;

/// How likely a release that is as good as the control has to get through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Through each stage, within the stage's deadline.
    Stage(Probability),
    /// Through the whole plan.
    Plan(Probability),
}

impl Power {
    /// The probability.
    #[must_use]
    pub const fn get(self) -> f64 {
        match self {
            Self::Stage(power) | Self::Plan(power) => power.get(),
        }
    }

    pub(super) const fn with(self, power: Probability) -> Self {
        match self {
            Self::Stage(_) => Self::Stage(power),
            Self::Plan(_) => Self::Plan(power),
        }
    }
}

/// What a release is to fulfil: [`plan`](Self::plan) gives the plan that does, or says what would be enough.
///
/// | option | is | unless set |
/// |---|---|---|
/// | [`with_policy`](Self::with_policy) | alpha and beta of the judge | 0.05 each |
/// | [`with_control`](Self::with_control) | whom the canary is compared with | all others |
/// | [`with_power`](Self::with_power) | chance that a good release gets through | 0.9, through the whole plan |
/// | [`with_confidence`](Self::with_confidence) | chance that a good release is done by the deadline | the power |
/// | [`with_looks`](Self::with_looks) | time between two looks | 5 minutes |
/// | [`with_first`](Self::with_first) | exposure of the first stage | the planner chooses |
/// | [`with_last`](Self::with_last) | exposure of the last stage | 100% where that can be judged, else 50% |
/// | [`with_full`](Self::with_full) | what a stage without a control requires | `safe`, by the guardrail's ceiling |
/// | [`with_most_stages`](Self::with_most_stages) | most stages | 8 |
/// | [`with_growth`](Self::with_growth) | most times by which one rise multiplies the exposure | 10 |
/// | [`with_min_dwell`](Self::with_min_dwell) | least time with evidence in a stage | the time between looks |
/// | [`with_bake`](Self::with_bake) | time with evidence after the last stage | the planner chooses |
/// | [`with_runs`](Self::with_runs) | how often the plan is played, and from which seed | 400 (60 for distributions, which take longer), from 1 |
///
/// **Holds when** traffic and baseline are as stated, units are independent of each other, each is a unit of assignment and an event of the budget, outcomes are known at
/// the next look, and the host looks as often as stated. Figures are those of the judge itself, with the error of the number of runs.
///
/// ```
/// use rampgate::canary::Guardrail;
/// use rampgate::simulate::planner::{Allowance, Answer, Goal, Traffic};
/// use rampgate::simulate::power::Baseline;
/// use rampgate::slo::{Gate, OnMissing};
///
/// let gate = Gate::new("99%".parse()?, "30d".parse()?, "15m".parse()?, OnMissing::FailClosed)?;
/// let allowance = Allowance::new(gate, "90%".parse()?, "1%".parse()?)?;
/// let baseline = Baseline::rate(0.005.try_into()?);
/// let goal = Goal::new(Traffic::constant(20_000)?, Guardrail::new("errors")?, baseline, allowance, "1d".parse()?)?;
/// let Answer::Plan(plan) = goal.plan()? else { panic!("refused") };
/// assert!(plan.stages.last().is_some_and(|stage| stage.exposure.to_string() == "50%"));
/// assert!(plan.early.spend <= 0.01 && plan.by_deadline >= 0.9);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    pub(super) traffic: Traffic,
    pub(super) guardrail: Guardrail,
    pub(super) baseline: Baseline,
    pub(super) allowance: Allowance,
    pub(super) deadline: Span,
    pub(super) policy: Policy,
    pub(super) judge: Judge,
    pub(super) control: ControlPool,
    pub(super) power: Power,
    pub(super) confidence: Option<Probability>,
    pub(super) look: Span,
    pub(super) first: Option<Share>,
    pub(super) last: Option<Share>,
    pub(super) full: Option<Requirement>,
    pub(super) most_stages: usize,
    pub(super) growth: f64,
    pub(super) min_dwell: Option<Span>,
    pub(super) bake: Option<Span>,
    pub(super) runs: Runs,
}

/// Most looks between a release's start and its deadline.
const MOST_LOOKS: u64 = 20_000;

impl Goal {
    /// Time between two looks unless another is set: 5 minutes.
    pub const LOOK: Span = Span::clamped(5 * 60_000);
    /// Most times by which one rise multiplies the exposure unless another is set.
    pub const GROWTH: f64 = 10.0;
    /// Most stages of a plan.
    pub const MOST_STAGES: usize = 16;

    /// A release through `traffic`, guarded by `guardrail`, whose control is like `baseline`, within `allowance`, done by `deadline`.
    ///
    /// # Errors
    /// A baseline of another measure than the guardrail's, a guardrail that is not required or whose values have companions; a deadline below a second.
    ///
    /// Where the deadline is shorter than 5 minutes, or longer than 20,000 times that, the time between looks is another to begin with.
    pub fn new(
        traffic: Traffic,
        guardrail: Guardrail,
        baseline: Baseline,
        allowance: Allowance,
        deadline: Span,
    ) -> Result<Self, Error> {
        let half = Share::clamped(500_000);
        let stage = Stage { canary: half, control: half, units: 1 };
        Trial::new(guardrail.clone(), baseline.clone(), Vec::from([stage]))?;
        let policy = Policy::default();
        let judge = Judge::new(policy, Vec::from([guardrail.clone()]))?;
        let power = Power::Plan(Probability::new(0.9)?);
        let runs = if guardrail.measure() == Measure::Distribution { 60 } else { 400 };
        let goal = Self {
            traffic,
            guardrail,
            baseline,
            allowance,
            deadline,
            policy,
            judge,
            control: ControlPool::default(),
            power,
            confidence: None,
            look: Self::LOOK,
            first: None,
            last: None,
            full: None,
            most_stages: 8,
            growth: Self::GROWTH,
            min_dwell: None,
            bake: None,
            runs: Runs::new(runs, 1)?,
        };
        // whole seconds, at most the deadline and at least a twenty-thousandth of it
        let millis = deadline.as_millis();
        let least = millis.div_ceil(MOST_LOOKS).div_ceil(1_000) * 1_000;
        let look = Span::clamped(Self::LOOK.as_millis().max(least).min(millis.max(1_000)));
        Self { look, ..goal }.with_deadline(deadline)
    }

    pub(super) const fn runs(&self) -> Runs {
        self.runs
    }

    fn with_deadline(self, deadline: Span) -> Result<Self, Error> {
        let looks = deadline.as_millis() / self.look.as_millis();
        if !(1..=MOST_LOOKS).contains(&looks) {
            let rule = alloc::format!(
                "must be from 1 to {MOST_LOOKS} times the time between two looks ({})",
                self.look
            );
            return Err(Error::new("deadline", Kind::Conflict, rule, deadline));
        }
        Ok(Self { deadline, ..self })
    }

    /// Sets alpha and beta of the judge.
    ///
    /// # Errors
    /// As for [`Judge::new`].
    pub fn with_policy(self, policy: Policy) -> Result<Self, Error> {
        let judge = Judge::new(policy, Vec::from([self.guardrail.clone()]))?;
        Ok(Self { policy, judge, ..self })
    }

    /// Sets whom the canary is compared with.
    #[must_use]
    pub fn with_control(self, control: ControlPool) -> Self {
        Self { control, ..self }
    }

    /// Sets how likely a release that is as good as the control has to get through.
    #[must_use]
    pub fn with_power(self, power: Power) -> Self {
        Self { power, ..self }
    }

    /// Sets how likely a release that is as good as the control has to be done by the deadline.
    #[must_use]
    pub fn with_confidence(self, confidence: Probability) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// Sets the time between two looks.
    ///
    /// # Errors
    /// Less than a second, longer than the deadline, or so short that more than 20,000 looks come before it.
    pub fn with_looks(self, every: Span) -> Result<Self, Error> {
        let looks = self.deadline.as_millis().checked_div(every.as_millis()).unwrap_or(0);
        if every.as_millis() < 1_000 || !(1..=MOST_LOOKS).contains(&looks) {
            let rule = alloc::format!(
                "must be at least 1s, and from once to {MOST_LOOKS} times in the deadline ({})",
                self.deadline
            );
            return Err(Error::new("look_every", Kind::Conflict, rule, every));
        }
        Ok(Self { look: every, ..self })
    }

    /// Sets the exposure of the first stage.
    ///
    /// # Errors
    /// 0%.
    pub fn with_first(self, first: Share) -> Result<Self, Error> {
        Ok(Self { first: Some(above_zero("first", first)?), ..self })
    }

    /// Sets the exposure of the last stage.
    ///
    /// # Errors
    /// 0%.
    pub fn with_last(self, last: Share) -> Result<Self, Error> {
        Ok(Self { last: Some(above_zero("last", last)?), ..self })
    }

    /// Sets what a stage requires in which everybody has the canary, so that nothing is left to compare with.
    #[must_use]
    pub fn with_full(self, requires: Requirement) -> Self {
        Self { full: Some(requires), ..self }
    }

    /// Sets the most stages that the plan may have.
    ///
    /// # Errors
    /// None, or more than [`MOST_STAGES`](Self::MOST_STAGES).
    pub fn with_most_stages(self, most_stages: usize) -> Result<Self, Error> {
        if (1..=Self::MOST_STAGES).contains(&most_stages) {
            return Ok(Self { most_stages, ..self });
        }
        Err(Error::new("most_stages", Kind::Range, "must be from 1 to 16", most_stages))
    }

    /// Sets by how much one rise may multiply the exposure. Harm that comes with exposure is then met at no more than so many times the exposure that brings it.
    ///
    /// # Errors
    /// A number that is not from 1.5 to 1,000,000.
    pub fn with_growth(self, growth: f64) -> Result<Self, Error> {
        if (1.5..=1e6).contains(&growth) {
            return Ok(Self { growth, ..self });
        }
        Err(Error::new("growth", Kind::Range, "must be from 1.5 to 1000000", shown(growth)))
    }

    /// Sets the least time with evidence in each stage.
    ///
    /// # Errors
    /// No time.
    pub fn with_min_dwell(self, min_dwell: Span) -> Result<Self, Error> {
        if min_dwell == Span::ZERO {
            return Err(Error::new("min_dwell", Kind::Range, "must be above 0s", min_dwell));
        }
        Ok(Self { min_dwell: Some(min_dwell), ..self })
    }

    /// Sets the time with evidence after the last stage; 0s for none.
    #[must_use]
    pub fn with_bake(self, bake: Span) -> Self {
        Self { bake: Some(bake), ..self }
    }

    /// Sets how often the plan is played, and from which seed.
    #[must_use]
    pub fn with_runs(self, runs: Runs) -> Self {
        Self { runs, ..self }
    }

    /// The same goal with what a [`Refusal`](super::Refusal) says would be enough.
    ///
    /// # Errors
    /// What the option that it sets refuses.
    pub fn with_remedy(&self, remedy: &Remedy) -> Result<Self, Error> {
        let goal = self.clone();
        let allowance = self.allowance;
        Ok(match *remedy {
            Remedy::Deadline(deadline) => goal.with_deadline(deadline)?,
            Remedy::TrafficTimes(factor) => {
                let traffic = self.traffic.times(factor).ok_or_else(|| {
                    Error::new(
                        "traffic",
                        Kind::Range,
                        "must stay within 1000000000 units an hour",
                        shown(factor),
                    )
                })?;
                Self { traffic, ..goal }
            }
            Remedy::Margin(margin) => {
                let guardrail = self.guardrail.clone().with_ratios(self.guardrail.tolerated(), margin)?;
                Self { guardrail, ..goal }.with_policy(self.policy)?
            }
            Remedy::Remaining(remaining) => Self { allowance: allowance.with_remaining(remaining), ..goal },
            Remedy::AssumedFailure(share) => {
                Self { allowance: allowance.with_gate(allowance.gate().assuming_failure(share)?), ..goal }
            }
            Remedy::DetectionDelay(delay) => {
                Self { allowance: allowance.with_gate(allowance.gate().detecting_within(delay)?), ..goal }
            }
            Remedy::Spend(spend) => {
                let changed = Allowance::new(*allowance.gate(), allowance.remaining(), spend)?;
                Self { allowance: changed.with_late_spend(allowance.late_spend())?, ..goal }
            }
            Remedy::LateSpend(spend) => Self { allowance: allowance.with_late_spend(spend)?, ..goal },
            Remedy::Last(last) => goal.with_last(last)?,
            Remedy::LookEvery(every) => goal.with_looks(every)?,
            Remedy::MostStages(most_stages) => goal.with_most_stages(most_stages)?,
            Remedy::Power(power) => {
                let power = Probability::new(power)?;
                Self { power: self.power.with(power), confidence: self.confidence.map(|_| power), ..goal }
            }
            Remedy::Alpha(alpha) => {
                let mut policy = self.policy;
                policy.alpha = Probability::new(alpha)?;
                goal.with_policy(policy)?
            }
        })
    }

    /// The plan, or what stands in its way and what would be enough.
    ///
    /// # Errors
    /// What can never be planned, whatever the numbers: a first exposure above the last, a last stage with nothing left to be judged by, a share that leaves the matched control
    /// empty.
    pub fn plan(&self) -> Result<Answer, Error> {
        Attempt::new(self)?.answer()
    }

    pub(super) fn confidence(&self) -> f64 {
        self.confidence.map_or(self.power.get(), Probability::get)
    }

    /// The exposure of the last stage, and what it requires if it leaves no control.
    pub(super) fn end(&self) -> Result<(Share, Option<Requirement>), Error> {
        let ceiling = self.guardrail.ceiling().is_some();
        let default = if ceiling || self.full.is_some() { Share::ALL } else { Share::clamped(500_000) };
        let last = self.last.unwrap_or(default);
        if let Some(first) = self.first.filter(|first| *first > last) {
            let rule = alloc::format!("must be at most the last exposure ({last})");
            return Err(Error::new("first", Kind::Conflict, rule, first));
        }
        if self.control.share(last) > Share::ZERO {
            return Ok((last, None));
        }
        match self.full {
            None if !ceiling => {
                let rule = "leaves no control to compare with: give the guardrail a ceiling, or choose what `at_full` requires";
                Err(Error::new("last", Kind::Conflict, rule, last))
            }
            Some(Requirement::Safe) if !ceiling => {
                let rule = "cannot be `safe` with no control left: the guardrail has no ceiling";
                Err(Error::absent("at_full", Kind::Conflict, rule))
            }
            full => Ok((last, Some(full.unwrap_or(Requirement::Safe)))),
        }
    }
}

fn above_zero(path: &'static str, share: Share) -> Result<Share, Error> {
    if share == Share::ZERO {
        Err(Error::new(path, Kind::Range, "must be above 0%", share))
    } else {
        Ok(share)
    }
}
