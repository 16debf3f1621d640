use super::{Counts, Fleet, Observed, Orders};
use crate::quantity::Share;
use serde::Serialize;

/// One batch of a whole plan, for displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Batch {
    /// The stage that the batch works for, from 0.
    pub stage: u32,
    /// What the stage asks for.
    pub target: Counts,
    /// What is started and stopped.
    pub orders: Orders,
    /// New replicas once it is done.
    pub new: u32,
    /// Old replicas once it is done.
    pub old: u32,
}

/// The batches of a whole plan, made as they are asked for: there may be millions.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    fleet: Fleet,
    exposures: &'a [Share],
    stage: u32,
    there: Observed,
}

impl Fleet {
    /// The batches that a plan with these exposures takes, one stage after the other, from a fleet that is all old, if everything started becomes
    /// ready. A stage that the fleet cannot tell from the one before has none.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Fleet;
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 6, "max_surge": 1, "max_unavailable": 1}"#)?;
    /// let exposures = ["20%".parse()?, "50%".parse()?];
    /// let shown: Vec<String> = fleet.batches(&exposures).map(|batch| format!("{}: {}", batch.stage, batch.orders)).collect();
    /// assert_eq!(shown, [
    ///     "0: start 1 new, stop 1 old; then wait for 1 new to become ready, 1 to be gone",
    ///     "1: start 1 new, stop 1 old; then wait for 1 new to become ready, 1 to be gone",
    ///     "1: start 1 new, stop 1 old; then wait for 1 new to become ready, 1 to be gone",
    /// ]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn batches<'a>(&self, exposures: &'a [Share]) -> Batches<'a> {
        let there = Observed { ready_old: self.replicas(), ..Observed::default() };
        Batches { fleet: *self, exposures, stage: 0, there }
    }
}

impl Iterator for Batches<'_> {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        loop {
            let exposure = *self.exposures.get(usize::try_from(self.stage).ok()?)?;
            let orders = self.fleet.next(&self.there, exposure);
            // Where all are ready, no order means that the stage is reached.
            if orders.is_empty() {
                self.stage = self.stage.checked_add(1)?;
                continue;
            }
            self.there = self.there.after(&orders);
            return Some(Batch {
                stage: self.stage,
                target: self.fleet.counts(exposure),
                orders,
                new: self.there.ready_new,
                old: self.there.ready_old,
            });
        }
    }
}
