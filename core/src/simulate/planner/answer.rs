use super::Planned;
use super::attempt::Attempt;
use super::memory::Memory;
use super::refusal::{Refusal, Remedy};
use crate::error::Error;
use alloc::boxed::Box;
use alloc::vec::Vec;
use serde::Serialize;

/// A plan, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Answer {
    /// The plan that fulfils the goal.
    Plan(Box<Planned>),
    /// What stands in its way, and what would be enough.
    Refusal(Box<Refusal>),
}

impl Attempt<'_> {
    /// The plan, or a refusal whose every remedy was planned with.
    pub(super) fn answer(&self) -> Result<Answer, Error> {
        let mut memory = Memory::default();
        let stop = match self.plan(&mut memory)? {
            Ok(plan) => return Ok(Answer::Plan(Box::new(plan))),
            Err(stop) => stop,
        };
        let enough: Vec<Remedy> = stop
            .tries
            .iter()
            .filter_map(|tries| tries.iter().copied().find(|remedy| self.is_enough(remedy, &mut memory)))
            .collect();
        let refusal = Refusal { obstacle: stop.obstacle, reason: stop.reason, needs: stop.needs, enough };
        Ok(Answer::Refusal(Box::new(refusal)))
    }

    /// Whether there is a plan with this one change. A change that is none, such as a share beyond the whole, is not enough.
    fn is_enough(&self, remedy: &Remedy, memory: &mut Memory) -> bool {
        let Ok(goal) = self.goal.with_remedy(remedy) else { return false };
        let Ok(attempt) = Attempt::new(&goal) else { return false };
        let attempt = Attempt { is_trial: true, ..attempt };
        let plan = match memory.beside(remedy) {
            Some(mut other) => attempt.plan(&mut other),
            None => attempt.plan(memory),
        };
        plan.is_ok_and(|plan| plan.is_ok())
    }
}
