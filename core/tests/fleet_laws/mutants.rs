//! Rules that someone broke. The laws must catch each.

use crate::interleavings::explore;
use crate::witness::{Batch, Plain, check_rounds, orders};
use crate::{check_counts, everywhere, fleets, sights};
use rampgate::Share;
use rampgate::rollout::fleet::{Fleet, Observed};

/// The mutant breaks `law`, and no other is found before it.
fn breaks(law: &str, mutant: &Batch<'_>) {
    let how = everywhere(1..=4, mutant).unwrap_err();
    assert!(how.starts_with(law), "caught by another law: {how}");
}

/// A limit is broken in some order of events.
fn breaks_a_limit(mutant: &Batch<'_>) {
    breaks("F1", mutant);
    assert!(
        (1..=3).flat_map(fleets).any(|fleet| explore(&fleet, mutant).is_err()),
        "no interleaving shows it"
    );
}

#[test]
fn room_that_only_a_stop_will_make() {
    breaks_a_limit(&|fleet, seen, exposure| {
        let mut orders = orders(fleet, seen, exposure);
        let wanted = fleet.counts(exposure).new.saturating_sub(seen.all_new());
        let room = (fleet.most() + orders.stop_old + orders.stop_new)
            .saturating_sub(seen.total() + orders.start_old);
        if orders.stop_new == 0 {
            orders.start_new = wanted.min(room);
        }
        orders
    });
}

#[test]
fn stopping_replicas_forgotten() {
    breaks_a_limit(&|fleet, seen, exposure| {
        let mut orders = orders(fleet, &Observed { stopping: 0, ..*seen }, exposure);
        orders.gone += seen.stopping;
        orders
    });
}

#[test]
fn starts_counted_as_ready() {
    breaks_a_limit(&|fleet, seen, exposure| {
        let mut orders = orders(fleet, seen, exposure);
        let surplus = seen.all_old().saturating_sub(fleet.counts(exposure).old);
        let spare = (seen.all_new() + seen.ready_old).saturating_sub(fleet.least_ready() + orders.stop_new);
        let stop = orders.stop_old.max(surplus.min(seen.not_ready_old + spare));
        orders.gone += stop - orders.stop_old;
        orders.stop_old = stop;
        orders
    });
}

#[test]
fn old_ones_stopped_in_step_with_starts() {
    breaks_a_limit(&|fleet, seen, exposure| {
        let mut orders = orders(fleet, seen, exposure);
        let surplus = seen.all_old().saturating_sub(fleet.counts(exposure).old);
        let stop = orders.stop_old.max(orders.start_new.min(surplus));
        orders.gone += stop - orders.stop_old;
        orders.stop_old = stop;
        orders
    });
}

#[test]
fn all_at_once() {
    breaks_a_limit(&|fleet, seen, exposure| {
        let target = fleet.counts(exposure);
        Plain {
            start_new: target.new.saturating_sub(seen.all_new()),
            stop_old: seen.all_old().saturating_sub(target.old),
            ..orders(fleet, seen, exposure)
        }
    });
}

#[test]
fn nothing_done_and_nothing_said() {
    breaks("F2", &|fleet, seen, exposure| {
        let orders = orders(fleet, seen, exposure);
        if orders.moves() == 0 { Plain::default() } else { orders }
    });
}

#[test]
fn done_with_replicas_that_are_not_ready() {
    breaks("F2", &|fleet, seen, exposure| {
        let target = fleet.counts(exposure);
        if (seen.all_new(), seen.all_old(), seen.stopping) == (target.new, target.old, 0) {
            Plain::default()
        } else {
            orders(fleet, seen, exposure)
        }
    });
}

#[test]
fn one_too_many_of_the_new_version() {
    breaks("F3", &|fleet, seen, exposure| {
        let mut orders = orders(fleet, seen, exposure);
        if orders.stop_new == 0
            && exposure > Share::ZERO
            && seen.total() + orders.start_old + orders.start_new < fleet.most()
        {
            orders.start_new += 1;
            orders.ready_new += 1;
        }
        orders
    });
}

/// Flagger #1588: stuck in the middle, and no way back.
#[test]
fn a_rollback_that_waits_for_the_new_version() {
    breaks("F4", &|fleet, seen, exposure| {
        if exposure == Share::ZERO && seen.not_ready_new > 0 {
            return Plain { ready_new: seen.not_ready_new, gone: seen.stopping, ..Plain::default() };
        }
        orders(fleet, seen, exposure)
    });
}

/// Argo Rollouts #1774: stuck because the old version itself is broken.
#[test]
fn a_broken_old_version_that_is_kept() {
    breaks("F4", &|fleet, seen, exposure| {
        let mut orders = orders(fleet, seen, exposure);
        if seen.ready() < fleet.least_ready() {
            orders.gone -= orders.stop_old;
            orders.stop_old = 0;
        }
        orders
    });
}

#[test]
fn a_rollback_one_by_one() {
    let mutant = |fleet: &Fleet, seen: &Observed, exposure: Share| {
        let mut orders = orders(fleet, seen, exposure);
        let serving = orders.stop_new.saturating_sub(seen.not_ready_new);
        if exposure == Share::ZERO && serving > 1 {
            orders.stop_new -= serving - 1;
            orders.gone -= serving - 1;
        }
        orders
    };
    breaks("F5", &mutant);
}

#[test]
fn every_second_batch_turns_back() {
    let mutant = |fleet: &Fleet, seen: &Observed, exposure: Share| {
        let target = fleet.counts(exposure);
        if seen.ready_new > 0 && seen.ready_new < target.new && seen.ready() > fleet.least_ready() {
            return Plain { stop_new: 1, gone: seen.stopping + 1, ..Plain::default() };
        }
        orders(fleet, seen, exposure)
    };
    breaks("F3", &mutant);
    let late = (1..=4).flat_map(fleets).any(|fleet| {
        sights(fleet.most()).any(|seen| {
            fleet.exposures().any(|exposure| check_rounds(&fleet, seen, exposure, &mutant).is_err())
        })
    });
    assert!(late, "it must not arrive in time either");
}

/// What keeps the limits and is sure to arrive, and takes half of the room that is there: too slow by F6 as well as F5.
#[test]
fn half_batches() {
    let mutant = |fleet: &Fleet, seen: &Observed, exposure: Share| {
        let whole = orders(fleet, seen, exposure);
        let half = whole.start_new.div_ceil(2);
        let less = whole.start_new - half;
        Plain { start_new: half, ready_new: whole.ready_new - less, ..whole }
    };
    breaks("F5", &mutant);
    let late = (1..=5).flat_map(fleets).any(|fleet| {
        let seen = Observed { ready_old: fleet.replicas(), ..Observed::default() };
        check_rounds(&fleet, seen, Share::ALL, &mutant).is_err()
    });
    assert!(late, "half batches arrived in time");
}

/// Roundings that other tools have, or that come first to mind.
#[test]
fn other_roundings() {
    let parts = |fleet: &Fleet, exposure: Share| {
        u64::from(fleet.replicas()) * u64::from(exposure.parts_per_million())
    };
    let whole = |number: u64| u32::try_from(number).unwrap();
    let some = |new: u32, exposure: Share| new.max(u32::from(exposure > Share::ZERO));
    let nearest = |fleet: &Fleet, exposure: Share| {
        some(whole((parts(fleet, exposure) + 500_000) / 1_000_000), exposure)
    };
    let up = |fleet: &Fleet, exposure: Share| whole(parts(fleet, exposure).div_ceil(1_000_000));
    let down = |fleet: &Fleet, exposure: Share| some(whole(parts(fleet, exposure) / 1_000_000), exposure);
    let nobody = |fleet: &Fleet, exposure: Share| {
        let new = fleet.counts(exposure).new;
        if fleet.exposures().nth(1).is_some_and(|first| exposure < first) { 0 } else { new }
    };
    assert!(check_counts(nearest).is_err(), "more than declared");
    assert!(check_counts(up).is_err(), "more than declared");
    assert!(check_counts(down).is_err(), "`28.5714%` of 7 is two");
    assert!(check_counts(nobody).is_err(), "no canary at all");
}
