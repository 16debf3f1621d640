use super::detection::{Method, Times};
use super::play::Play;
use super::{Baseline, Detection, Estimate, Runs, Stage};
use crate::canary::{Companion, Guardrail, Judge, Policy, Verdict};
use crate::error::{Error, Kind};
use crate::quantity::{Probability, Share};
use crate::simulate::Dice;
use alloc::format;
use alloc::vec::Vec;

/// A release that is played to see what its judge makes of it.
///
/// It has one guardrail. Of n guardrails of equal weight each decides alone at n times the evidence: give the policy alpha/n.
///
/// **Holds when** the release that is planned is like the trial: units independent of each other, the same baseline all along, looks as often. The figures are those of the
/// judge itself, with the error of the number of runs; nothing is approximated beside what [`Baseline`] says of its distributions.
///
/// ```
/// use rampgate::canary::{Guardrail, Policy};
/// use rampgate::simulate::power::{Baseline, Runs, Stage, Trial};
/// use rampgate::Probability;
///
/// // Twice the errors, from the moment on at which 30,000 good units have passed.
/// let [five, all] = ["5%".parse()?, "95%".parse()?];
/// let half = "50%".parse()?;
/// let stages = vec![
///     Stage { canary: five, control: all, units: 30_000 },
///     Stage { canary: half, control: half, units: 30_000 },
/// ];
/// let trial = Trial::new(Guardrail::new("errors")?, Baseline::rate(Probability::new(0.01)?), stages)?
///     .with_looks(2_000)?
///     .with_onset(30_000)?;
/// let late = trial.detection(2.0, Runs::new(100, 1)?)?;
/// assert!(late.median.is_some_and(|units| units < 15_000));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    judge: Judge,
    guardrail: Guardrail,
    baseline: Baseline,
    stages: Vec<Stage>,
    look_every: u64,
    restart_every: Option<u64>,
    onset: u64,
}

/// Most looks in a run.
const MOST_LOOKS: u64 = 100_000;
/// Most restarts inside the stages of a run.
const MOST_RESTARTS: u64 = 1_000;
/// Most units in a run: 2^40.
const MOST_UNITS: u64 = 1 << 40;
/// Most steps of a question in a document. One takes 0.3 to 3.2 microseconds of a core, by measure and stages, so all take an hour at most.
const MOST_STEPS: u64 = 1_200_000_000;

impl Trial {
    /// A trial with the default policy, a look every 1,000 units (or as many as make 1,000 looks, if that is more), and an effect from the first unit on.
    ///
    /// # Errors
    /// A baseline of another measure than the guardrail's, a guardrail that is not required or whose values have companions; no stage or more than
    /// 100; a share of 0%, shares above 100% together; a stage of no units, or more than 2^40 in all. The error's path is the argument's:
    /// `stages[2].units`.
    pub fn new(guardrail: Guardrail, baseline: Baseline, stages: Vec<Stage>) -> Result<Self, Error> {
        if guardrail.measure() != baseline.measure() {
            let rule = format!("must be of a {}, as the guardrail is", guardrail.measure().name());
            return Err(Error::new("baseline", Kind::Conflict, rule, baseline.measure().name()));
        }
        if guardrail.companion() != Companion::Ignored {
            let rule = "must be ignored, as nothing is known of companions";
            return Err(Error::absent("guardrail.companion", Kind::Conflict, rule));
        }
        check(&stages)?;
        let units = total(&stages);
        let judge = Judge::new(Policy::default(), Vec::from([guardrail.clone()]))
            .map_err(|error| error.at("guardrail"))?;
        let look_every = u64::max(1_000, units / 1_000);
        Ok(Self { judge, guardrail, baseline, stages, look_every, restart_every: None, onset: 0 })
    }

    /// The same trial under another policy.
    ///
    /// # Errors
    /// As for [`Judge::new`].
    pub fn with_policy(self, policy: Policy) -> Result<Self, Error> {
        Ok(Self { judge: Judge::new(policy, Vec::from([self.guardrail.clone()]))?, ..self })
    }

    /// Sets how many units pass between two looks. Stages end with a look of their own. Rare looks find an effect later; they err less.
    ///
    /// # Errors
    /// No units, or more than 100,000 looks in a run.
    pub fn with_looks(self, every: u64) -> Result<Self, Error> {
        if every == 0 || total(&self.stages) / every > MOST_LOOKS {
            let rule = "must be at least 1 and make at most 100000 looks";
            return Err(Error::new("look_every", Kind::Range, rule, every));
        }
        Ok(Self { look_every: every, ..self })
    }

    /// Sets after how many units the test for harm begins anew inside a stage, and again and again; without it, tests begin with stages alone. In a release
    /// it is the plan's [`restart_every`](crate::rollout::Plan::restart_every), a time.
    ///
    /// ```
    /// use rampgate::canary::Guardrail;
    /// use rampgate::simulate::power::{Baseline, Runs, Stage, Trial};
    ///
    /// let half = "50%".parse()?;
    /// let stages = vec![Stage { canary: half, control: half, units: 300_000 }];
    /// let late = Trial::new(Guardrail::new("errors")?, Baseline::rate(0.005.try_into()?), stages)?.with_onset(200_000)?;
    /// let runs = Runs::new(100, 1)?;
    /// let once = late.detection(2.0, runs)?.median;
    /// let anew = late.with_restarts(10_000)?.detection(2.0, runs)?.median;
    /// assert!(anew < Some(25_000) && once > Some(40_000), "{anew:?} {once:?}");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// No units, or more than 1,000 restarts in a run.
    pub fn with_restarts(self, every: u64) -> Result<Self, Error> {
        if every == 0 || total(&self.stages) / every > MOST_RESTARTS {
            let rule = "must be at least 1 and make at most 1000 restarts";
            return Err(Error::new("restart_every", Kind::Range, rule, every));
        }
        Ok(Self { restart_every: Some(every), ..self })
    }

    /// Sets after how many units the effect begins. Before, the canary is like the control, and a run that finds harm there has found nothing.
    ///
    /// # Errors
    /// As many units as the trial has, or more.
    pub fn with_onset(self, units: u64) -> Result<Self, Error> {
        let all = total(&self.stages);
        if units >= all {
            let rule = format!("must be below the units of all stages ({all})");
            return Err(Error::new("onset", Kind::Conflict, rule, units));
        }
        Ok(Self { onset: units, ..self })
    }

    /// How often and how soon a canary that is `ratio` times worse is found to be harmful. A ratio that is tolerated gives the rate of false alarms.
    ///
    /// # Errors
    /// A ratio that is not from 0.001 to 1000, or that the baseline cannot be multiplied by.
    pub fn detection(&self, ratio: f64, runs: Runs) -> Result<Detection, Error> {
        Ok(self.harm(ratio, runs)?.detection(ratio))
    }

    /// How often and how soon a canary that is `ratio` times worse is shown to be safe, in a last stage played alone: safety is earned anew in each stage. The onset does not
    /// apply.
    ///
    /// # Errors
    /// As for [`detection`](Self::detection).
    ///
    /// ```
    /// use rampgate::canary::Guardrail;
    /// use rampgate::simulate::power::{Baseline, Runs, Stage, Trial};
    ///
    /// let half = "50%".parse()?;
    /// let stages = vec![Stage { canary: half, control: half, units: 100_000 }];
    /// let trial = Trial::new(Guardrail::new("errors")?, Baseline::rate(0.01.try_into()?), stages)?;
    /// let runs = Runs::new(100, 1)?;
    /// assert!(trial.safety(1.0, runs)?.found > 0.9);
    /// // at the margin it may be in one run of twenty
    /// assert!(trial.safety(2.0, runs)?.found < 0.1);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn safety(&self, ratio: f64, runs: Runs) -> Result<Detection, Error> {
        Ok(self.safe(ratio, runs)?.detection(ratio))
    }

    /// Units within which a canary that is `ratio` times worse is found with probability `power`.
    ///
    /// # Errors
    /// As for [`detection`](Self::detection).
    pub fn units_needed(&self, ratio: f64, power: Probability, runs: Runs) -> Result<Estimate<u64>, Error> {
        Ok(self.harm(ratio, runs)?.units_for(power))
    }

    /// Units within which a canary that is `ratio` times worse is shown to be safe with probability `power`, in a last stage played alone.
    ///
    /// # Errors
    /// As for [`detection`](Self::detection).
    pub fn units_to_safety(
        &self,
        ratio: f64,
        power: Probability,
        runs: Runs,
    ) -> Result<Estimate<u64>, Error> {
        Ok(self.safe(ratio, runs)?.units_for(power))
    }

    /// The smallest ratio that is found within the trial's units with probability `power`, to two parts in a hundred of its excess over what is tolerated. Every ratio is
    /// played with the same seed.
    ///
    /// # Errors
    /// As for [`detection`](Self::detection).
    ///
    /// ```
    /// use rampgate::canary::Guardrail;
    /// use rampgate::simulate::power::{Baseline, Runs, Stage, Trial};
    /// use rampgate::Probability;
    ///
    /// let half = "50%".parse()?;
    /// let stages = vec![Stage { canary: half, control: half, units: 20_000 }];
    /// let trial = Trial::new(Guardrail::new("errors")?, Baseline::rate(0.01.try_into()?), stages)?;
    /// let found = trial.smallest_effect(Probability::new(0.8)?, Runs::new(100, 1)?)?;
    /// assert!(found.value.is_some_and(|ratio| (1.3..1.7).contains(&ratio)));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn smallest_effect(&self, power: Probability, runs: Runs) -> Result<Estimate<f64>, Error> {
        let tolerated = self.guardrail.tolerated();
        let is_found = |excess: f64| -> Result<bool, Error> {
            Ok(self.harm(tolerated + excess, runs)?.within(power.get()).is_some())
        };
        let most = self.baseline.largest_ratio(self.guardrail.worse()) - tolerated;
        let (mut short, mut enough) = (0.0, f64::min(0.25 * tolerated, most));
        while !is_found(enough)? {
            if enough >= most {
                return Ok(Estimate { method: Method::Simulated(runs), value: None });
            }
            (short, enough) = (enough, f64::min(2.0 * enough, most));
        }
        while enough - short > 0.02 * enough {
            let middle = f64::midpoint(short, enough);
            if is_found(middle)? {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Ok(Estimate { method: Method::Simulated(runs), value: Some(tolerated + enough) })
    }

    /// Whether a question that plays the stages from `first` on so many `times` can be answered within [`MOST_STEPS`].
    pub(super) fn check_steps(&self, first: usize, times: u64, runs: Runs) -> Result<(), Error> {
        // a look costs a draw, and the evidence of each epoch so far
        let looks = (5_u64..).zip(self.stages.iter().skip(first));
        let steps = looks.fold(0_u64, |sum, (step, stage)| {
            sum.saturating_add((stage.units / self.look_every).saturating_add(1).saturating_mul(step))
        });
        let run = steps.saturating_mul(self.baseline.steps()).saturating_mul(times);
        let most = MOST_STEPS / run.max(1);
        if u64::from(runs.count()) > most {
            let rule =
                format!("must be at most {most} with these stages and looks, or the answer takes hours");
            return Err(Error::new("runs", Kind::Range, rule, runs.count()));
        }
        Ok(())
    }

    /// The stage that is judged for safety.
    pub(super) fn last_stage(&self) -> usize {
        self.stages.len().saturating_sub(1)
    }

    fn harm(&self, ratio: f64, runs: Runs) -> Result<Times, Error> {
        self.times(ratio, runs, 0, self.onset, Verdict::Harm)
    }

    fn safe(&self, ratio: f64, runs: Runs) -> Result<Times, Error> {
        self.times(ratio, runs, self.last_stage(), 0, Verdict::Safe)
    }

    fn times(
        &self,
        ratio: f64,
        runs: Runs,
        first: usize,
        onset: u64,
        until: Verdict,
    ) -> Result<Times, Error> {
        let worse = self.guardrail.worse();
        let play = Play {
            judge: &self.judge,
            stages: &self.stages,
            first,
            look_every: self.look_every,
            restart_every: self.restart_every,
            control: &self.baseline.law(1.0, worse)?,
            canary: &self.baseline.law(ratio, worse)?,
            onset,
            until,
        };
        let mut found = Vec::new();
        for run in 0..u64::from(runs.count()) {
            found.extend(play.run(&mut Dice::new(runs.seed(), run))?);
        }
        Ok(Times::new(runs, found, play.units().saturating_sub(onset)))
    }
}

fn total(stages: &[Stage]) -> u64 {
    stages.iter().fold(0, |sum, stage| sum.saturating_add(stage.units))
}

fn check(stages: &[Stage]) -> Result<(), Error> {
    if !(1..=100).contains(&stages.len()) {
        return Err(Error::new("stages", Kind::Range, "must be 1 to 100 stages", stages.len()));
    }
    for (position, stage) in stages.iter().enumerate() {
        for (field, share) in [("canary", stage.canary), ("control", stage.control)] {
            if share == Share::ZERO {
                let path = format!("stages[{position}].{field}");
                return Err(Error::new(path, Kind::Range, "must be above 0%", share));
            }
        }
        if stage.canary > stage.control.complement() {
            let (path, rule) =
                (format!("stages[{position}].canary"), "must leave room for the control's share");
            return Err(Error::new(path, Kind::Conflict, rule, stage.canary));
        }
        if stage.units == 0 {
            let path = format!("stages[{position}].units");
            return Err(Error::new(path, Kind::Range, "must be at least 1", stage.units));
        }
    }
    if total(stages) > MOST_UNITS {
        let rule = "must have at most 1099511627776 units together";
        return Err(Error::new("stages", Kind::Range, rule, total(stages)));
    }
    Ok(())
}
