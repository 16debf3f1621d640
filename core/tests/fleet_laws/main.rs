//! The laws of rolling batches (numbers of `spec/fleet.md`): on every state of fleets up to 8 replicas, in every interleaving of small ones, and against
//! batches that someone broke.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod interleavings;
mod mutants;
mod witness;

use proptest::prelude::*;
use rampgate::Share;
use rampgate::rollout::fleet::{Fleet, Limit, Observed};
use witness::{Batch, check, check_rounds, orders};

/// All fleets of `replicas` whose limits are at most the fleet itself.
fn fleets(replicas: u32) -> impl Iterator<Item = Fleet> {
    (0..=replicas).flat_map(move |surge| {
        (0..=replicas).filter_map(move |unavailable| {
            Fleet::new(replicas, Limit::Count(surge), Limit::Count(unavailable)).ok()
        })
    })
}

/// All that may be seen of up to `most` replicas.
fn sights(most: u32) -> impl Iterator<Item = Observed> {
    let left = move |taken: u32| 0..=most - taken;
    left(0).flat_map(move |ready_new| {
        left(ready_new).flat_map(move |not_ready_new| {
            let new = ready_new + not_ready_new;
            left(new).flat_map(move |ready_old| {
                left(new + ready_old).flat_map(move |not_ready_old| {
                    left(new + ready_old + not_ready_old).map(move |stopping| Observed {
                        ready_new,
                        not_ready_new,
                        ready_old,
                        not_ready_old,
                        stopping,
                    })
                })
            })
        })
    })
}

/// Every state of every fleet of `sizes`, one replica beyond its limit included.
fn everywhere(sizes: std::ops::RangeInclusive<u32>, batch: &Batch<'_>) -> Result<(), String> {
    for fleet in sizes.flat_map(fleets) {
        let exposures: Vec<Share> = fleet.exposures().collect();
        for seen in sights(fleet.most() + 1) {
            exposures.iter().try_for_each(|exposure| check(&fleet, &seen, *exposure, batch))?;
        }
    }
    Ok(())
}

#[test]
fn each_batch_keeps_the_laws_on_every_state() {
    assert_eq!(everywhere(1..=8, &orders), Ok(()));
}

#[test]
fn the_target_is_reached_within_the_stated_number_of_batches() {
    for fleet in (1..=5).flat_map(fleets) {
        let exposures: Vec<Share> = fleet.exposures().collect();
        for seen in sights(fleet.most() + 1) {
            for exposure in &exposures {
                assert_eq!(check_rounds(&fleet, seen, *exposure, &orders), Ok(()));
            }
        }
    }
    for fleet in (6..=8).flat_map(fleets) {
        for seen in (0..=fleet.most()).flat_map(|new| {
            (0..=fleet.most() - new).map(move |old| Observed {
                ready_new: new,
                ready_old: old,
                ..Observed::default()
            })
        }) {
            for exposure in fleet.exposures() {
                assert_eq!(check_rounds(&fleet, seen, exposure, &orders), Ok(()));
            }
        }
    }
}

/// F7, and the page's definition of the counts, put as it is there: how many new replicas a rule makes of each exposure.
fn check_counts(rule: impl Fn(&Fleet, Share) -> u32) -> Result<(), String> {
    for fleet in (1..=64).flat_map(|replicas| Fleet::new(replicas, Fleet::SURGE, Fleet::UNAVAILABLE)) {
        let reachable: Vec<Share> = fleet.exposures().collect();
        let law = |exposure: Share, kept: bool| {
            let new = rule(&fleet, exposure);
            if kept { Ok(()) } else { Err(format!("F7: {new} new of {} at {exposure}", fleet.replicas())) }
        };
        for (new, exposure) in (0..).zip(&reachable) {
            law(*exposure, rule(&fleet, *exposure) == new)?;
        }
        let mut before = 0;
        for parts in (0..=1_000_000).step_by(1_009).chain([999_999, 1_000_000]) {
            let exposure = Share::from_parts_per_million(parts).unwrap();
            let new = rule(&fleet, exposure);
            let fits = reachable.iter().filter(|reached| **reached <= exposure).count() - 1;
            law(exposure, new == u32::try_from(fits).unwrap().max(u32::from(parts > 0)))?;
            law(exposure, new >= before)?;
            law(exposure, new < fleet.replicas() || parts == 1_000_000 || fleet.replicas() == 1)?;
            before = new;
        }
    }
    Ok(())
}

#[test]
fn counts_are_the_most_replicas_that_the_exposure_allows() {
    assert_eq!(check_counts(|fleet, exposure| fleet.counts(exposure).new), Ok(()));
    let whole = Fleet::new(7, Fleet::SURGE, Fleet::UNAVAILABLE).unwrap().counts("30%".parse().unwrap());
    assert_eq!((whole.new, whole.old, whole.difference_ppm), (2, 5, -14_286));
}

#[test]
fn what_is_in_force_is_what_was_reached() {
    for fleet in (1..=6).flat_map(fleets) {
        for exposure in fleet.exposures() {
            for seen in sights(fleet.most()) {
                let done = fleet.next(&seen, exposure).is_done();
                let actual = fleet.actual(&seen, exposure);
                assert!(!done || actual.is_in_force(), "{fleet:?} {seen:?} {exposure}");
                if actual.is_in_force() && exposure == Share::ZERO {
                    assert_eq!((seen.ready_new, seen.not_ready_new), (0, 0), "{fleet:?} {seen:?}");
                }
                if actual.is_in_force() {
                    assert!(
                        actual.actual.is_none_or(|share| share <= fleet.counts(exposure).largest),
                        "{fleet:?} {seen:?}"
                    );
                }
                if done {
                    assert_eq!(actual.actual, Some(exposure));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Replicas that become ready, crash and are gone as they please: the laws hold at each batch, and once the crashes end, so does the rollout.
    #[test]
    fn large_fleets_keep_the_laws_and_arrive(
        replicas in 1_u32..=2_000,
        (surge, unavailable) in (0_u32..=1_000_000, 0_u32..=1_000_000),
        exposures in prop::collection::vec(0_u32..=1_000_000, 1..5),
        luck in prop::collection::vec((0_u32..=100, 0_u32..=100, 0_u32..=100), 0..20),
    ) {
        let limit = |parts| Limit::Percentage(Share::from_parts_per_million(parts).unwrap());
        let surge = if surge + unavailable < 1_000 { Limit::Count(1) } else { limit(surge) };
        let Ok(fleet) = Fleet::new(replicas, surge, limit(unavailable)) else { return Ok(()) };
        let mut seen = Observed { ready_old: replicas, ..Observed::default() };
        for parts in exposures {
            let exposure = Share::from_parts_per_million(parts).unwrap();
            for (ready, crash, gone) in &luck {
                prop_assert_eq!(check(&fleet, &seen, exposure, &orders), Ok(()));
                seen = carried_out(seen, &fleet.next(&seen, exposure));
                let part = |of: u32, percent: u32| u32::try_from(u64::from(of) * u64::from(percent) / 100).unwrap();
                let (new, old) = (part(seen.not_ready_new, *ready), part(seen.not_ready_old, *ready));
                let (lost_new, lost_old) = (part(seen.ready_new, *crash / 10), part(seen.ready_old, *crash / 10));
                seen = Observed {
                    ready_new: seen.ready_new + new - lost_new,
                    not_ready_new: seen.not_ready_new - new + lost_new,
                    ready_old: seen.ready_old + old - lost_old,
                    not_ready_old: seen.not_ready_old - old + lost_old,
                    stopping: seen.stopping - part(seen.stopping, *gone),
                };
                prop_assert!(seen.total() <= fleet.most());
            }
            prop_assert_eq!(check_rounds(&fleet, seen, exposure, &orders), Ok(()));
        }
    }
}

/// What is there once a host has carried `orders` out and nothing else has happened: what starts is not ready, and what stops is not gone.
fn carried_out(seen: Observed, orders: &rampgate::rollout::fleet::Orders) -> Observed {
    let idle_new = orders.stop_new.min(seen.not_ready_new);
    let idle_old = orders.stop_old.min(seen.not_ready_old);
    Observed {
        ready_new: seen.ready_new - (orders.stop_new - idle_new),
        not_ready_new: seen.not_ready_new - idle_new + orders.start_new,
        ready_old: seen.ready_old - (orders.stop_old - idle_old),
        not_ready_old: seen.not_ready_old - idle_old + orders.start_old,
        stopping: seen.stopping + orders.stop_new + orders.stop_old,
    }
}
