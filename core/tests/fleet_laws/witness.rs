//! Whether one batch, or a run of them, keeps the laws. Written from the laws, not from the rule that makes the batches.

use rampgate::Share;
use rampgate::rollout::fleet::{Fleet, Observed, Orders};

/// A rule that makes batches: the library's, or a mutant's.
pub(crate) type Batch<'a> = dyn Fn(&Fleet, &Observed, Share) -> Plain + 'a;

/// The orders and waits of a batch, which a mutant can make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Plain {
    pub(crate) start_new: u32,
    pub(crate) stop_new: u32,
    pub(crate) start_old: u32,
    pub(crate) stop_old: u32,
    pub(crate) ready_new: u32,
    pub(crate) ready_old: u32,
    pub(crate) gone: u32,
}

/// The library's rule.
pub(crate) fn orders(fleet: &Fleet, seen: &Observed, exposure: Share) -> Plain {
    plain(&fleet.next(seen, exposure))
}

fn plain(orders: &Orders) -> Plain {
    Plain {
        start_new: orders.start_new,
        stop_new: orders.stop_new,
        start_old: orders.start_old,
        stop_old: orders.stop_old,
        ready_new: orders.waits_for.ready_new,
        ready_old: orders.waits_for.ready_old,
        gone: orders.waits_for.gone,
    }
}

impl Plain {
    pub(crate) fn moves(&self) -> u32 {
        self.start_new + self.stop_new + self.start_old + self.stop_old
    }

    fn waits(&self) -> u32 {
        self.ready_new + self.ready_old + self.gone
    }

    /// Of those that stop, how many serve, if the others go first.
    pub(crate) fn serving(&self, seen: &Observed) -> u32 {
        self.stop_new.saturating_sub(seen.not_ready_new) + self.stop_old.saturating_sub(seen.not_ready_old)
    }
}

/// F1 to F5 for one batch.
pub(crate) fn check(
    fleet: &Fleet,
    seen: &Observed,
    exposure: Share,
    batch: &Batch<'_>,
) -> Result<(), String> {
    let target = fleet.counts(exposure);
    let orders = batch(fleet, seen, exposure);
    let law = |law: &str, kept: bool| {
        if kept { Ok(()) } else { Err(format!("{law}: {orders:?} of {seen:?} to {target:?} in {fleet:?}")) }
    };
    let keeps = |orders: &Plain| {
        let starts = orders.start_new + orders.start_old;
        let total = starts == 0 || seen.total() + starts <= fleet.most();
        let serving = orders.serving(seen);
        total && (serving == 0 || seen.ready() >= fleet.least_ready() + serving)
    };
    let fits = |orders: &Plain| {
        let (new, old) = (seen.all_new(), seen.all_old());
        (orders.start_new == 0 || new + orders.start_new <= target.new)
            && (orders.start_old == 0 || old + orders.start_old <= target.old)
            && (orders.stop_new == 0 || new >= target.new + orders.stop_new)
            && (orders.stop_old == 0 || old >= target.old + orders.stop_old)
    };
    law("F1", keeps(&orders))?;

    let reached = *seen == Observed { ready_new: target.new, ready_old: target.old, ..Observed::default() };
    law("F2", reached == (orders.moves() + orders.waits() == 0))?;
    law("F2", orders.start_new == 0 || orders.stop_new == 0)?;
    law("F2", orders.start_old == 0 || orders.stop_old == 0)?;
    // What is waited for can happen: it is there, or was ordered.
    law("F2", orders.ready_new <= seen.not_ready_new + orders.start_new)?;
    law("F2", orders.ready_old <= seen.not_ready_old + orders.start_old)?;
    law("F2", orders.gone == seen.stopping + orders.stop_new + orders.stop_old)?;

    law("F3", fits(&orders))?;

    let idle = |there: u32, not_ready: u32, wanted: u32| there.saturating_sub(wanted).min(not_ready);
    law("F4", orders.stop_new >= idle(seen.all_new(), seen.not_ready_new, target.new))?;
    law("F4", orders.stop_old >= idle(seen.all_old(), seen.not_ready_old, target.old))?;

    let more = [
        Plain { start_new: orders.start_new + 1, ..orders },
        Plain { stop_new: orders.stop_new + 1, ..orders },
        Plain { start_old: orders.start_old + 1, ..orders },
        Plain { stop_old: orders.stop_old + 1, ..orders },
    ];
    law("F5", !more.iter().any(|more| keeps(more) && fits(more)))
}

/// F6: how many batches it takes if what starts becomes ready and what stops is gone.
pub(crate) fn check_rounds(
    fleet: &Fleet,
    seen: Observed,
    exposure: Share,
    batch: &Batch<'_>,
) -> Result<(), String> {
    let target = fleet.counts(exposure);
    let starts = target.new.saturating_sub(seen.all_new()) + target.old.saturating_sub(seen.all_old());
    let stops = seen.all_new().saturating_sub(target.new) + seen.all_old().saturating_sub(target.old);
    let step = (fleet.most() - fleet.replicas()) + (fleet.replicas() - fleet.least_ready());
    let settled = seen.not_ready_new + seen.not_ready_old + seen.stopping == 0;
    let bound = 2 * starts.max(stops).div_ceil(step) + u32::from(!settled);
    let mut there = seen;
    for _ in 0..=bound {
        let orders = batch(fleet, &there, exposure);
        if orders.moves() + orders.waits() == 0 {
            return Ok(());
        }
        there = Observed {
            ready_new: there.all_new() + orders.start_new - orders.stop_new,
            ready_old: there.all_old() + orders.start_old - orders.stop_old,
            ..Observed::default()
        };
    }
    Err(format!("F6: not reached after {bound} batches, from {seen:?} to {target:?} in {fleet:?}"))
}
