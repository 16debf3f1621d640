use super::{Fleet, Observed};
use crate::quantity::Share;
use core::fmt;
use serde::Serialize;

/// The next batch: what to start and what to stop, and what has to happen before there is more to do.
///
/// Carry it out in any order or at once; **of a version that is to stop, stop those first that are not ready.** Then observe, and ask again: when something
/// became ready or is gone, or after a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct Orders {
    /// Replicas of the new version to start.
    pub start_new: u32,
    /// Replicas of the new version to stop.
    pub stop_new: u32,
    /// Replicas of the old version to start.
    pub start_old: u32,
    /// Replicas of the old version to stop.
    pub stop_old: u32,
    /// What has to happen next. Nothing, and nothing ordered, means that the target is reached.
    pub waits_for: Waits,
}

/// What the batch after the next waits for. Without orders it is the reason why there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Waits {
    /// So many of the new version to become ready.
    pub ready_new: u32,
    /// So many of the old version to become ready.
    pub ready_old: u32,
    /// So many of either version to be gone.
    pub gone: u32,
}

impl Orders {
    /// Whether the target is reached: nothing to order, and nothing to wait for.
    #[must_use]
    pub fn is_done(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is ordered. Then either the target is reached, or [`waits_for`](Self::waits_for) says what it takes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Self { waits_for: Waits::default(), ..*self }.is_done()
    }
}

impl fmt::Display for Orders {
    /// `start 2 new, stop 1 old; then wait for 2 new to become ready, 1 to be gone`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders = [
            ("start", self.start_new, "new"),
            ("stop", self.stop_new, "new"),
            ("start", self.start_old, "old"),
            ("stop", self.stop_old, "old"),
        ];
        let waits = [
            (self.waits_for.ready_new, "new to become ready"),
            (self.waits_for.ready_old, "old to become ready"),
            (self.waits_for.gone, "to be gone"),
        ];
        let mut before = "";
        for (verb, count, version) in orders.into_iter().filter(|(_, count, _)| *count > 0) {
            write!(f, "{before}{verb} {count} {version}")?;
            before = ", ";
        }
        before = if before.is_empty() { "wait for " } else { "; then wait for " };
        for (count, what) in waits.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{before}{count} {what}")?;
            before = ", ";
        }
        if self.is_done() { f.write_str("done") } else { Ok(()) }
    }
}

impl Fleet {
    /// The next batch from what is there toward what `exposure` asks for; 0% is a rollback.
    ///
    /// However its parts interleave with replicas that become ready, and before any of them does: the replicas that are there never come to more than
    /// [`most`](Self::most), since a start is ordered only into room that is free already; and the ready ones never come to fewer than
    /// [`least_ready`](Self::least_ready), since a start counts once it is ready and not before. Where more are there, or fewer ready, no order
    /// makes it worse. What is not ready and not wanted is always stopped, so a new version that never becomes ready cannot block the way back,
    /// nor can an old one that is broken block its replacement.
    ///
    /// From replicas that are all ready, to start or stop m of a version takes at most 2 ⌈m / (surge + unavailable)⌉ batches, if what
    /// starts becomes ready; from any others one more.
    ///
    /// ```
    /// use rampgate::Share;
    /// use rampgate::rollout::fleet::{Fleet, Observed};
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 4, "max_surge": 1, "max_unavailable": 0}"#)?;
    /// // One new replica came up, the next does not.
    /// let stuck = Observed { ready_new: 1, not_ready_new: 1, ready_old: 3, ..Observed::default() };
    /// assert_eq!(fleet.next(&stuck, "50%".parse()?).to_string(), "wait for 1 new to become ready");
    /// // The way back does not wait for it.
    /// let orders = fleet.next(&stuck, Share::ZERO);
    /// assert_eq!((orders.stop_new, orders.start_old), (1, 0));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn next(&self, observed: &Observed, exposure: Share) -> Orders {
        let target = self.counts(exposure);
        let (new, old) = (observed.all_new(), observed.all_old());

        // What is ready and more than the least may stop, the new version first: it is the one that may do harm.
        let mut spare = observed.ready().saturating_sub(self.least_ready());
        let mut stop = |there: u32, not_ready: u32, wanted: u32| {
            let surplus = there.saturating_sub(wanted);
            let idle = surplus.min(not_ready);
            let serving = surplus.saturating_sub(idle).min(spare);
            spare = spare.saturating_sub(serving);
            (idle, idle.saturating_add(serving))
        };
        let (idle_new, stop_new) = stop(new, observed.not_ready_new, target.new);
        let (idle_old, stop_old) = stop(old, observed.not_ready_old, target.old);

        // What stops now still takes up room. The old version starts first: it is the one that is known to work.
        let room = self.most().saturating_sub(observed.total());
        let start_old = target.old.saturating_sub(old).min(room);
        let start_new = target.new.saturating_sub(new).min(room.saturating_sub(start_old));

        let to_come =
            |not_ready: u32, idle: u32, start: u32| not_ready.saturating_sub(idle).saturating_add(start);
        let waits_for = Waits {
            ready_new: to_come(observed.not_ready_new, idle_new, start_new),
            ready_old: to_come(observed.not_ready_old, idle_old, start_old),
            gone: observed.stopping.saturating_add(stop_new).saturating_add(stop_old),
        };
        Orders { start_new, stop_new, start_old, stop_old, waits_for }
    }
}
