use super::attempt::{Attempt, Chosen, Played, STALE};
use super::course::{End, Step};
use super::harms::worst;
use super::ladder::{Candidate, Limits};
use super::planned::{Document, DocumentStage, Harm, Onset, Planned, PlannedStage, Worst};
use super::{stages, text};
use crate::math;
use crate::quantity::{Share, Span};
use crate::simulate::power::Method;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// What is said of a plan that was found.
impl Attempt<'_> {
    pub(super) fn planned(
        &self,
        candidates: &[Candidate],
        limits: &Limits,
        (chosen, bake): (&Chosen, u64),
        (played, harms): (&Played, Vec<Harm>),
    ) -> Planned {
        let runs = math::count(played.runs.len() as u64);
        let share = |count: usize| math::count(count as u64) / runs;
        let stages: Vec<PlannedStage> = (0..chosen.steps.len())
            .filter_map(|stage| {
                let (bound_by, why) = self.bound(candidates, limits, &chosen.ladder, stage);
                stages::planned(&played.runs, stage, chosen.steps.get(stage)?, (bound_by, why))
            })
            .collect();
        let document_stage = |step: &Step| DocumentStage {
            exposure: step.exposure,
            min_dwell: Span::clamped(step.min_dwell),
            min_units: step.min_units,
            requires: step.requires,
            deadline: Span::clamped(step.deadline),
        };
        let document = Document {
            stages: chosen.steps.iter().map(document_stage).collect(),
            bake: Span::clamped(bake),
            stale_after: Span::clamped(u64::max(STALE, 3 * self.goal.look.as_millis())),
        };
        let worst_of = |kind: &dyn Fn(&Harm) -> bool, allowed: f64| {
            let of_kind: Vec<Harm> = harms.iter().copied().filter(kind).collect();
            let (harm, spend) = worst(&of_kind)?;
            Some(Worst { ratio: harm.ratio, onset: harm.onset, spend, allowed })
        };
        let early = worst_of(&|harm| harm.onset == Onset::Start, self.allowed());
        let no_worst = Worst { ratio: 1.0, onset: Onset::Start, spend: 0.0, allowed: self.allowed() };
        let late = worst_of(&|harm| harm.onset != Onset::Start && harm.compared, self.late_allowed());
        let without_control =
            worst_of(&|harm| !harm.compared && harm.onset != Onset::Start, self.late_allowed());
        let in_time = played.done.iter().filter(|ended| **ended <= self.goal.deadline.as_millis()).count();
        Planned {
            method: Method::Simulated(self.goal.runs),
            notes: self.notes(&chosen.steps, without_control.as_ref(), &harms),
            document,
            stages,
            expected: stages::mean_time(played.done.iter().copied()),
            done_within: self.done_within(played).unwrap_or(Span::MAX),
            gets_through: share(played.done.len()),
            by_deadline: share(in_time),
            false_rollback: share(played.runs.iter().filter(|run| run.end == End::Harm).count()),
            early: early.unwrap_or(no_worst),
            late,
            without_control,
            harms,
        }
    }

    fn notes(&self, steps: &[Step], without_control: Option<&Worst>, harms: &[Harm]) -> Vec<String> {
        let mut notes = Vec::new();
        if self.goal.last.is_none() && self.full.is_none() && self.last < Share::ALL {
            notes.push(format!(
                "the plan ends at {}: the guardrail has no ceiling, so a stage at 100%, with no control left, could not be judged; choose what it requires to go on",
                self.last
            ));
        }
        if let Some(worst) = without_control {
            let deadline = steps.last().map_or(Span::ZERO, |step| Span::clamped(step.deadline));
            notes.push(format!(
                "nothing is compared once everybody has the canary: harm that begins there may spend {} of the budget within the stage's deadline ({deadline}); the plan counts on the gate's \
                 detection delay ({}) there, which has to come from elsewhere",
                text::percent(worst.spend),
                self.goal.allowance.gate().detection_delay()
            ));
        }
        let gate = self.goal.allowance.gate();
        let (assumed, delay) = (gate.assumed_failure().fraction(), gate.detection_delay());
        let is_assumed = |harm: &&Harm| {
            let failing =
                self.goal.baseline.failing().is_some_and(|failing| harm.ratio * failing >= assumed - 1e-9);
            failing && harm.compared && harm.p95_time > delay
        };
        if let Some(harm) = harms.iter().filter(is_assumed).max_by_key(|harm| harm.p95_time) {
            notes.push(format!(
                "the gate counts on {} of the exposed failing for no longer than {delay}; looks every {} take up to {} to find that",
                gate.assumed_failure(),
                self.goal.look,
                harm.p95_time,
            ));
        }
        notes
    }
}
