use super::attempt::{Attempt, Played, Stop};
use super::goal::Power;
use super::ladder::{Candidate, Limits, cheapest, exposures};
use super::planned::Bound;
use super::refusal::{Obstacle, Remedy};
use super::stages;
use super::text::{percent, three_digits};
use crate::math;
use crate::quantity::{Share, Span, shown};
use crate::slo::GateReport;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Why attempts end, with the changes that may help.
impl Attempt<'_> {
    pub(super) fn gate_stop(&self, report: &GateReport) -> Stop {
        let gate = self.goal.allowance.gate();
        let (last, delay) = (self.last, gate.detection_delay());
        let reason = format!(
            "the gate forbids {last}: {} of the exposed failing for {delay} spend {} of the budget, and {} of the {} that remains may be risked; {} is the most it allows",
            gate.assumed_failure(),
            percent(math::count(report.spend_ppm()) / 1e6),
            percent(math::count(report.allowed_ppm()) / 1e6),
            self.goal.allowance.remaining(),
            report.largest(),
        );
        // the gate's inequality, x f d 1000 <= allowed b W, solved for one after the other
        let budget = u128::from(report.allowed_ppm())
            * u128::from(gate.objective().allowed_parts_per_billion())
            * u128::from(gate.period().as_millis())
            / 1_000;
        let x = u128::from(last.parts_per_million());
        let failure = u128::from(gate.assumed_failure().parts_per_million());
        let remaining = (u128::from(report.spend_ppm()) * 1_000_000)
            .div_ceil(u128::from(gate.risk().parts_per_million()));
        let most_failing = budget / (x * u128::from(delay.as_millis()));
        let longest = budget / (x * failure);
        let share = |parts: u128| {
            u32::try_from(parts).ok().and_then(|parts| Share::from_parts_per_million(parts).ok())
        };
        let some = |share: &Share| *share > Share::ZERO;
        let delay = u64::try_from(longest).ok().map(Span::clamped).filter(|delay| *delay > Span::ZERO);
        self.stop(
            Obstacle::Gate,
            reason,
            vec![
                share(remaining).map(Remedy::Remaining).into_iter().collect(),
                share(most_failing).filter(some).map(Remedy::AssumedFailure).into_iter().collect(),
                delay.map(Remedy::DetectionDelay).into_iter().collect(),
                self.smaller_lasts(report.largest()),
            ],
        )
    }

    /// Harm from the start spends too much in the smallest first stage there is.
    pub(super) fn first_stop(&self, exposure: Share, spend: f64) -> Stop {
        let which = if self.goal.first.is_some() {
            "the first exposure that was asked for"
        } else {
            "the smallest first exposure that there is time for"
        };
        let reason = format!(
            "harm from the start may spend {} of the budget at {exposure}, {which}; {} is allowed",
            percent(spend),
            self.goal.allowance.spend(),
        );
        let share = |factor| Some(Remedy::Spend(share_of(spend * factor)?));
        self.stop(
            Obstacle::Allowance,
            reason,
            vec![
                [1.0, 1.2, 1.5].into_iter().filter_map(share).collect(),
                self.shorter_looks(self.allowed() / spend),
            ],
        )
    }

    pub(super) fn early_stop(&self, candidates: &[Candidate], ladder: &[usize], spend: f64) -> Stop {
        let first = ladder.first().and_then(|at| candidates.get(*at));
        self.first_stop(first.map_or(self.last, |candidate| candidate.exposure), spend)
    }

    /// Harm that begins late spends too much in the last stage.
    pub(super) fn late_stop(&self, spend: f64) -> Stop {
        let reason = format!(
            "harm that begins at {}, the last exposure, may spend {} of the budget; {} is allowed",
            self.last,
            percent(spend),
            self.goal.allowance.late_spend(),
        );
        let share = |factor| Some(Remedy::LateSpend(share_of(spend * factor)?));
        let fits = self.last.fraction() * self.late_allowed() / spend;
        self.stop(
            Obstacle::Allowance,
            reason,
            vec![
                [1.0, 1.2, 1.5].into_iter().filter_map(share).collect(),
                self.shorter_looks(self.late_allowed() / spend),
                share_of(fits).map_or_else(Vec::new, |fits| self.smaller_lasts(fits)),
            ],
        )
    }

    /// No ladder leads to the last exposure.
    pub(super) fn ladder_stop(&self, candidates: &[Candidate], limits: &Limits) -> Stop {
        let with = |limits: &Limits| cheapest(candidates, limits);
        let shares = (limits.first.1, limits.late);
        let at = |at: usize| candidates.get(at).map_or(Share::ZERO, |candidate| candidate.exposure);
        let more = limits.most_stages..=super::Goal::MOST_STAGES;
        if let Some(ladder) =
            more.into_iter().find_map(|most_stages| with(&Limits { most_stages, ..*limits }))
        {
            let reason = format!(
                "{} stages are needed from at most {} to {} in rises of at most {} times; {} are allowed",
                ladder.len(),
                at(shares.0),
                self.last,
                shown(self.goal.growth),
                self.goal.most_stages,
            );
            return self.stop(Obstacle::Stages, reason, vec![vec![Remedy::MostStages(ladder.len())]]);
        }
        if let Some(ladder) = with(&Limits { late: candidates.len(), ..*limits }) {
            let beyond = ladder.iter().rev().nth(1).map_or(self.last, |stage| at(*stage));
            return self.late_stop(self.one_look(beyond));
        }
        self.endless_stop()
    }

    /// A good release never gets its proof.
    pub(super) fn endless_stop(&self) -> Stop {
        let reason = String::from(
            "a release as good as the control is not shown to be so within 2^40 units: failures are too rare for the margin, or the ceiling is too near to them",
        );
        self.stop(Obstacle::Power, reason, vec![self.looser_margins(1.5)])
    }

    /// It would take several times the deadline, which was not played.
    pub(super) fn slow_stop(&self, about: Span) -> Stop {
        let reason = format!(
            "a release as good as the control would take about {about}; {} is the deadline",
            self.goal.deadline
        );
        self.slow(reason, about, &[1.0, 1.3, 1.8, 3.0])
    }

    pub(super) fn time_stop(&self, needs: Span, played: &Played) -> Stop {
        let in_time = played.done.iter().filter(|ended| **ended <= self.goal.deadline.as_millis()).count();
        let reason = format!(
            "a release as good as the control is done within {} with probability {}, where {} is asked for; that takes {needs}",
            self.goal.deadline,
            shown(three_digits(math::count(in_time as u64) / math::count(played.runs.len() as u64))),
            shown(self.goal.confidence()),
        );
        self.slow(reason, needs, &[1.0])
    }

    fn slow(&self, reason: String, needs: Span, deadlines: &[f64]) -> Stop {
        let look = self.goal.look.as_millis();
        let longer = |factor: &f64| {
            let millis = stages::whole(math::count(needs.as_millis()) * factor).div_ceil(look) * look;
            Remedy::Deadline(Span::clamped(millis))
        };
        let short = math::count(needs.as_millis()) / math::count(self.goal.deadline.as_millis());
        let fixed = [self.goal.min_dwell, self.goal.bake]
            .into_iter()
            .flatten()
            .fold(Span::ZERO, Span::saturating_add);
        if fixed >= self.goal.deadline {
            // neither more units nor fewer to show would help
            let stop = self.stop(Obstacle::Deadline, reason, vec![deadlines.iter().map(longer).collect()]);
            return Stop { needs: Some(needs), ..stop };
        }
        let more = |factor: f64| Remedy::TrafficTimes(three_digits(short * factor));
        let stop = self.stop(
            Obstacle::Deadline,
            reason,
            vec![
                deadlines.iter().map(longer).collect(),
                [1.1, 1.5, 2.2, 4.0].map(more).into(),
                self.looser_margins(short),
            ],
        );
        Stop { needs: Some(needs), ..stop }
    }

    /// A good release gets through too rarely.
    pub(super) fn power_stop(&self, played: &Played) -> Stop {
        let runs = math::count(played.runs.len() as u64);
        let reached = match self.goal.power {
            Power::Plan(_) => math::count(played.done.len() as u64) / runs,
            Power::Stage(_) => {
                let stages = played.runs.iter().map(|run| run.passed.len()).max().unwrap_or(0).max(1);
                (0..stages).map(|stage| stages::passes(&played.runs, stage)).fold(1.0, f64::min)
            }
        };
        let alpha = self.goal.policy.alpha.get();
        let reason = format!(
            "a release as good as the control gets through with probability {} however long it takes, where {} is asked for: it may be rolled back by chance, with probability up to {}",
            shown(three_digits(reached)),
            shown(f64::max(self.goal.power.get(), self.goal.confidence())),
            shown(alpha),
        );
        let less = |by: f64| Remedy::Power(math::floor(100.0 * (reached - by)) / 100.0);
        self.stop(
            Obstacle::Power,
            reason,
            vec![
                [0.0, 0.02, 0.05].map(less).into(),
                [0.5, 0.2, 0.1].map(|part| Remedy::Alpha(alpha * part)).into(),
            ],
        )
    }

    /// Of a trial, whose reason nobody asks for.
    pub(super) fn unsaid_stop(&self) -> Stop {
        self.stop(Obstacle::Deadline, String::new(), Vec::new())
    }

    fn stop(&self, obstacle: Obstacle, reason: String, tries: Vec<Vec<Remedy>>) -> Stop {
        Stop { obstacle, reason, needs: None, tries }
    }

    fn shorter_looks(&self, part: f64) -> Vec<Remedy> {
        let look = math::count(self.goal.look.as_millis()) / 1_000.0;
        let shorter = |factor: f64| Span::clamped(stages::whole(math::floor(look * part * factor)) * 1_000);
        let spans = [1.0, 0.7, 0.4].map(shorter);
        spans
            .into_iter()
            .filter(|span| *span > Span::ZERO && *span < self.goal.look)
            .map(Remedy::LookEvery)
            .collect()
    }

    /// Last exposures among the round ones that are at most `most`, the largest first.
    fn smaller_lasts(&self, most: Share) -> Vec<Remedy> {
        let least = self.goal.first.unwrap_or(Share::ZERO);
        let round = exposures(None, Share::ALL).into_iter().rev();
        let fit = round.filter(|share| *share <= most && *share < self.last && *share >= least);
        fit.take(3).map(Remedy::Last).collect()
    }

    /// Margins that ask for about `times` less, and looser ones: what has to be shown goes about with the square of the margin's excess.
    fn looser_margins(&self, times: f64) -> Vec<Remedy> {
        let tolerated = self.goal.guardrail.tolerated();
        let excess = self.goal.guardrail.margin() - tolerated;
        let looser =
            |factor: f64| Remedy::Margin(three_digits(tolerated + excess * math::sqrt(times) * factor));
        [1.2, 1.6, 2.5, 4.0].map(looser).into()
    }

    /// What binds the exposure of a stage, and the same in a sentence.
    pub(super) fn bound(
        &self,
        candidates: &[Candidate],
        limits: &Limits,
        ladder: &[usize],
        stage: usize,
    ) -> (Bound, String) {
        let place = |stage: usize| ladder.get(stage).copied().unwrap_or(0);
        let at = place(stage);
        let exposure = |at: usize| candidates.get(at).map_or(self.last, |candidate| candidate.exposure);
        let (here, next) = (exposure(at), exposure(at + 1));
        let over = |allowed: Share, kind: &str| {
            let spend = percent(self.one_look(next));
            if self.one_look(next) > allowed.fraction() {
                format!(
                    "at {next} {kind} may spend {spend} of the budget until the first look in the busiest hour; {allowed} is allowed"
                )
            } else {
                format!(
                    "beyond {here} {kind} was seen to spend more than the {allowed} of the budget that is allowed"
                )
            }
        };
        if at + 1 == candidates.len() {
            let rises = format!("{here} is the last exposure");
            return (Bound::Asked, rises);
        }
        if stage == 0 && limits.first.0 == limits.first.1 && self.goal.first.is_some() {
            return (Bound::Asked, format!("{here} is the first exposure that was asked for"));
        }
        if stage == 0 && at == limits.first.1 {
            return (Bound::Spend, over(self.goal.allowance.spend(), "harm from the start"));
        }
        if stage > 0 && at == limits.late {
            return (Bound::LateSpend, over(self.goal.allowance.late_spend(), "harm that begins then"));
        }
        if stage > 0 {
            let before = exposure(place(stage - 1));
            if next.fraction() / before.fraction() > self.goal.growth * (1.0 + 1e-9) {
                let growth = shown(self.goal.growth);
                return (
                    Bound::Growth,
                    format!("one rise from {before} may multiply the exposure by at most {growth}"),
                );
            }
        }
        (Bound::Time, format!("a larger exposure than {here} would finish no earlier"))
    }
}

/// A part of the budget as a share, rounded up to three digits; none of more than the whole.
fn share_of(part: f64) -> Option<Share> {
    let parts = math::ceil(1e6 * three_digits(part) - 1e-6);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1 to a million")]
    let share = (1.0..=1e6).contains(&parts).then_some(parts as u32)?;
    Share::from_parts_per_million(share).ok()
}
