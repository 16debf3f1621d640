use super::epoch::rho;
use super::evidence::{Gains, Question, ln_mean};
use super::guardrail::{Pair, Tests};
use super::judge::needed;
use super::restart::Starts;
use super::{
    Cell, Epoch, Guardrail, Judge, Look, RateTest, Verdict, Wealth, ln_evidence_below,
    ln_evidence_of_mismatch,
};
use crate::math::{self, UNIT_INTERVAL};
use crate::observe::{Counts, Metric, Tally};
use crate::quantity::{Probability, Share, Span, Timestamp};
use alloc::vec::Vec;

/// Evidence that is nearer than this to what is needed, as a part of itself, is left to the judge: sums in another order may differ by a few of its last bits.
const NEAR: f64 = 1e-6;

/// Verdicts on a stage of one epoch, of a judge with one guardrail, for those who look very often: what does not change from look to look is worked out once, and what the
/// best bet has gained bounds the mixture of all of them.
///
/// Gives the judge's verdict or none, where only the judge's own sums tell.
#[derive(Clone, Debug)]
pub(crate) struct Screen<'a> {
    judge: &'a Judge,
    guardrail: &'a Guardrail,
    rho: f64,
    /// Of harm and of safety, where the bets are on failures at a share that stays.
    losses: Option<Pair<(RateTest, Wealth)>>,
    ceiling: Option<Ceiling>,
    needed: Needed,
}

#[derive(Clone, Copy, Debug)]
struct Needed {
    harm: f64,
    safety: f64,
    mismatch: f64,
}

/// What an epoch leaves behind for those after it: none where nothing could be compared.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    gains: Option<Gains>,
    ln_mismatch: f64,
}

/// What the last look at a stage said, by the failures of both arms that it saw: bets on failures hear nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    failures: Option<(u64, u64)>,
    is_harm: Option<bool>,
    is_safe: Option<bool>,
}

impl<'a> Screen<'a> {
    /// For epochs of these shares; none for a judge of several guardrails, or of means, on which there are no bets.
    pub(crate) fn of(judge: &'a Judge, (canary, control): (Share, Share)) -> Option<Self> {
        let [guardrail] = judge.guardrails() else { return None };
        let rho = rho(canary, control);
        let losses = match guardrail.tests() {
            Tests::Mean(_) => return None,
            Tests::Rate(pair) if rho > 0.0 && rho < 1.0 => {
                let of = |test: RateTest| (test, test.losses(rho));
                Some(Pair { harm: of(pair.harm), safety: of(pair.safety) })
            }
            _ => None,
        };
        let policy = judge.policy();
        let needed = Needed {
            harm: needed(policy.alpha),
            safety: needed(policy.beta),
            mismatch: needed(policy.srm_alpha),
        };
        let ceiling = guardrail.ceiling().map(Ceiling::of);
        Some(Self { judge, guardrail, rho, losses, ceiling, needed })
    }

    /// What is left of an epoch of these shares that is over.
    pub(crate) fn past(&self, epoch: &Epoch<'_>) -> Past {
        let gains = epoch.is_comparable().then(|| self.gains(epoch, Question::Harm));
        let ln_mismatch = ln_evidence_of_mismatch(self.rho, epoch.canary.units(), epoch.control.units());
        Past { gains, ln_mismatch }
    }

    /// The verdict on the stage of `present`, of so many, after one epoch of each stage before it. `said` is kept from look to look within the stage.
    pub(crate) fn verdict(
        &self,
        said: &mut Said,
        past: &[&Past],
        present: &Epoch<'_>,
        stages: u32,
    ) -> Option<Verdict> {
        let failures = self.losses.is_some().then(|| {
            let counts = |tally: &Tally| Metric::new(0).map_or(0, |metric| tally.counts(metric).failures());
            (counts(present.canary), counts(present.control))
        });
        if failures.is_none() || failures != said.failures {
            *said = Said { failures, is_harm: self.is_harm(past, present, stages), is_safe: None };
        }
        if said.is_harm? {
            return Some(Verdict::Harm);
        }
        if self.is_mismatched(past, present)? {
            return Some(Verdict::Invalid);
        }
        let epochs = [*present];
        let look = look(&epochs, present.stage, stages);
        if let Some(lack) = self.judge.lack(&look) {
            return Some(Verdict::Insufficient(lack));
        }
        // a ceiling hears of successes too
        if said.is_safe.is_none() || self.ceiling.is_some() {
            said.is_safe = self.is_safe(present);
        }
        let is_safe = said.is_safe?;
        Some(if is_safe { Verdict::Safe } else { Verdict::Inconclusive })
    }

    fn gains(&self, epoch: &Epoch<'_>, question: Question) -> Gains {
        let metric = Metric::new(0);
        match (&self.losses, metric) {
            (Some(pair), Some(metric)) => {
                let (test, losses) = question.of(pair);
                let counts = epoch.counts(metric);
                let cell = Cell {
                    rho: self.rho,
                    canary_failures: counts.canary.failures(),
                    control_failures: counts.control.failures(),
                };
                Gains::Failures(test.made(losses, &cell))
            }
            (None, Some(metric)) => Gains::of(epoch, metric, self.guardrail, question),
            (_, None) => Gains::none(self.guardrail.tests()),
        }
    }

    fn is_harm(&self, past: &[&Past], present: &Epoch<'_>, stages: u32) -> Option<bool> {
        let mut since = if present.is_comparable() {
            self.gains(present, Question::Harm)
        } else {
            Gains::none(self.guardrail.tests())
        };
        // a start has all gains since it; of starts still to come there is none
        let mut most = f64::max(0.0, since.most());
        let mut starts = Vec::new();
        for past in past.iter().rev() {
            starts.push(since.clone());
            if let Some(gains) = &past.gains {
                since.add(gains);
                most = most.max(since.most());
            }
        }
        if most < self.needed.harm * (1.0 - NEAR) {
            return Some(false);
        }
        starts.push(since);
        let stage = present.stage;
        let weights = Starts::of(&look(&[], stage, stages));
        let evidence = (0..stages.max(1)).map(|start| {
            let started = stage.checked_sub(start).and_then(|back| starts.get(usize::try_from(back).ok()?));
            (weights.weight(start, 1.0), started.map_or(0.0, |gains| gains.ln_evidence(1.0)))
        });
        plain(ln_mean(&evidence.collect::<Vec<_>>()), self.needed.harm)
    }

    fn is_mismatched(&self, past: &[&Past], present: &Epoch<'_>) -> Option<bool> {
        let before = past.iter().fold(0.0, |sum, past| sum + past.ln_mismatch);
        if !(self.rho > 0.0 && self.rho < 1.0) {
            return plain(before, self.needed.mismatch);
        }
        let (canary, control) = (present.canary.units(), present.control.units());
        // no mixture has more than the best chance, and that not more than chi-square: ln x <= x - 1
        let units = math::count(canary) + math::count(control);
        let excess = math::count(canary) - units * self.rho;
        let chi_square = excess * excess / (units.max(1.0) * self.rho * (1.0 - self.rho));
        if before + chi_square < self.needed.mismatch * (1.0 - NEAR) {
            return Some(false);
        }
        plain(before + ln_evidence_of_mismatch(self.rho, canary, control), self.needed.mismatch)
    }

    fn is_safe(&self, present: &Epoch<'_>) -> Option<bool> {
        let stage = present.is_comparable().then(|| self.gains(present, Question::Safety));
        let counts = Metric::new(0).map_or_else(Counts::default, |metric| present.canary.counts(metric));
        let of_stage = stage.as_ref().map(Gains::most);
        let of_ceiling = self.ceiling.as_ref().map(|ceiling| ceiling.most(counts));
        let most = of_stage.into_iter().chain(of_ceiling).fold(0.0, f64::max);
        if most < self.needed.safety * (1.0 - NEAR) {
            return Some(false);
        }
        let ceiling = self.guardrail.ceiling().map(|ceiling| ln_evidence_below(ceiling, counts));
        let ln_evidence = match (stage.map(|stage| stage.ln_evidence(1.0)), ceiling) {
            (Some(stage), Some(ceiling)) => ln_mean(&[(1.0, stage), (1.0, ceiling)]),
            (Some(alone), None) | (None, Some(alone)) => alone,
            (None, None) => 0.0,
        };
        plain(ln_evidence, self.needed.safety)
    }
}

/// Whether evidence is what is needed, if that is plain.
fn plain(ln_evidence: f64, needed: f64) -> Option<bool> {
    let off = ln_evidence - needed;
    (off.abs() > NEAR * f64::max(1.0, needed)).then_some(off > 0.0)
}

/// The bets against a ceiling, without their weights: ln of what a failure and what a success multiplies each with.
#[derive(Clone, Debug)]
struct Ceiling([(f64, f64); UNIT_INTERVAL.len()]);

impl Ceiling {
    fn of(ceiling: Probability) -> Self {
        let c = ceiling.get();
        Self(UNIT_INTERVAL.map(|(node, _)| (math::ln(node), math::ln_1p(c * (1.0 - node) / (1.0 - c)))))
    }

    fn most(&self, counts: Counts) -> f64 {
        let (failures, successes) = (math::count(counts.failures()), math::count(counts.successes()));
        let made = |(failed, spared): &(f64, f64)| failures * failed + successes * spared;
        self.0.iter().map(made).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// A look at a release whose stages are not cut.
fn look<'a>(epochs: &'a [Epoch<'a>], stage: u32, stages: u32) -> Look<'a> {
    Look { epochs, stage, stages, segments: &[], at: Timestamp::EPOCH, stale_after: Span::ZERO }
}
