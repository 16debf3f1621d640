use super::attempt::Played;
use super::course::Step;
use super::effort::Effort;
use super::goal::Goal;
use super::planned::{Harm, Onset};
use super::refusal::Remedy;
use crate::canary::Verdict;
use crate::error::Error;
use crate::quantity::Share;
use crate::simulate::power::Law;
use alloc::vec::Vec;

/// What was played, for further attempts at goals of the same traffic, guardrail, judge and looks: the draws of a run are those of its number, so that the same plan
/// would be played the same way again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    efforts: Vec<(Exertion, Effort)>,
    scenes: Vec<Scene>,
}

/// What an effort depends on beside the goal: the exposure, from how many units on, until which verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Exertion {
    exposure: Share,
    from: u64,
    until: Verdict,
}

/// A plan, and what was played of it so far.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) steps: Vec<Step>,
    pub(super) bake: u64,
    /// What the worst harm from the start spends, by a few runs.
    pub(super) glance: Option<f64>,
    pub(super) early: Option<Vec<Harm>>,
    pub(super) good: Played,
    pub(super) late: Vec<(Onset, Vec<Harm>)>,
}

impl Memory {
    /// The scene of a plan, to be given back by [`keep`](Self::keep).
    pub(super) fn take(&mut self, steps: &[Step], bake: u64) -> Scene {
        match self.scenes.iter().position(|scene| scene.bake == bake && scene.steps == steps) {
            Some(at) => self.scenes.swap_remove(at),
            None => Scene {
                steps: steps.into(),
                bake,
                glance: None,
                early: None,
                good: Played::of_stages(steps.len()),
                late: Vec::new(),
            },
        }
    }

    pub(super) fn keep(&mut self, scene: Scene) {
        self.scenes.push(scene);
    }

    /// [`Effort::of`], played once.
    pub(super) fn effort(
        &mut self,
        goal: &Goal,
        exposure: Share,
        laws: (&Law, &Law),
        until: Verdict,
        from: u64,
    ) -> Result<Effort, Error> {
        let exertion = Exertion { exposure, from, until };
        if let Some((_, effort)) = self.efforts.iter().find(|(of, _)| *of == exertion) {
            return Ok(effort.clone());
        }
        let effort = Effort::of(goal, exposure, laws, until, from)?;
        self.efforts.push((exertion, effort.clone()));
        Ok(effort)
    }

    /// What is still true with a remedy that changes what is played; none for those that change nothing but what is asked of it.
    pub(super) fn beside(&self, remedy: &Remedy) -> Option<Self> {
        match remedy {
            Remedy::Deadline(_)
            | Remedy::Remaining(_)
            | Remedy::DetectionDelay(_)
            | Remedy::Spend(_)
            | Remedy::LateSpend(_)
            | Remedy::Last(_)
            | Remedy::MostStages(_)
            | Remedy::Power(_) => None,
            // units are what efforts count
            Remedy::TrafficTimes(_) | Remedy::LookEvery(_) | Remedy::AssumedFailure(_) => {
                Some(Self { efforts: self.efforts.clone(), scenes: Vec::new() })
            }
            Remedy::Margin(_) | Remedy::Alpha(_) => Some(Self::default()),
        }
    }
}
