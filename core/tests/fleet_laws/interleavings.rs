//! F1 in every order of events: each replica of a batch starts and stops by itself, between replicas that become ready and are gone, and the exposure
//! may change whenever a batch is carried out.

use crate::fleets;
use crate::witness::{Batch, Plain, orders};
use rampgate::Share;
use rampgate::rollout::fleet::{Fleet, Observed};
use std::collections::HashSet;

/// What is there, and what of the last batch is still to be carried out.
type Moment = (Observed, Plain);

/// All moments that follow one, each by one event.
fn following(fleet: &Fleet, (seen, rest): Moment, exposures: &[Share], batch: &Batch<'_>) -> Vec<Moment> {
    let mut next = Vec::new();
    if seen.not_ready_new > 0 {
        next.push((
            Observed { ready_new: seen.ready_new + 1, not_ready_new: seen.not_ready_new - 1, ..seen },
            rest,
        ));
    }
    if seen.not_ready_old > 0 {
        next.push((
            Observed { ready_old: seen.ready_old + 1, not_ready_old: seen.not_ready_old - 1, ..seen },
            rest,
        ));
    }
    if seen.stopping > 0 {
        next.push((Observed { stopping: seen.stopping - 1, ..seen }, rest));
    }
    if rest.moves() == 0 {
        for exposure in exposures {
            let Plain { start_new, stop_new, start_old, stop_old, .. } = batch(fleet, &seen, *exposure);
            next.push((seen, Plain { start_new, stop_new, start_old, stop_old, ..Plain::default() }));
        }
    }
    if rest.start_new > 0 {
        let more = Observed { not_ready_new: seen.not_ready_new + 1, ..seen };
        next.push((more, Plain { start_new: rest.start_new - 1, ..rest }));
    }
    if rest.start_old > 0 {
        let more = Observed { not_ready_old: seen.not_ready_old + 1, ..seen };
        next.push((more, Plain { start_old: rest.start_old - 1, ..rest }));
    }
    // Those first that are not ready, by what the host sees when it stops them.
    if rest.stop_new > 0 && seen.all_new() > 0 {
        let idle = u32::from(seen.not_ready_new > 0);
        let less = Observed {
            ready_new: seen.ready_new - (1 - idle),
            not_ready_new: seen.not_ready_new - idle,
            stopping: seen.stopping + 1,
            ..seen
        };
        next.push((less, Plain { stop_new: rest.stop_new - 1, ..rest }));
    }
    if rest.stop_old > 0 && seen.all_old() > 0 {
        let idle = u32::from(seen.not_ready_old > 0);
        let less = Observed {
            ready_old: seen.ready_old - (1 - idle),
            not_ready_old: seen.not_ready_old - idle,
            stopping: seen.stopping + 1,
            ..seen
        };
        next.push((less, Plain { stop_old: rest.stop_old - 1, ..rest }));
    }
    next
}

/// How many moments there are, or the first that breaks a limit.
pub(crate) fn explore(fleet: &Fleet, batch: &Batch<'_>) -> Result<usize, String> {
    let exposures: Vec<Share> = fleet.exposures().collect();
    let begin = (Observed { ready_old: fleet.replicas(), ..Observed::default() }, Plain::default());
    let (mut known, mut open) = (HashSet::from([begin]), vec![begin]);
    while let Some(moment) = open.pop() {
        let seen = moment.0;
        if seen.total() > fleet.most() || seen.ready() < fleet.least_ready() {
            return Err(format!("F1: {seen:?} in {fleet:?}"));
        }
        for next in following(fleet, moment, &exposures, batch) {
            if known.insert(next) {
                open.push(next);
            }
        }
    }
    Ok(known.len())
}

#[test]
fn no_interleaving_breaks_a_limit() {
    let moments: usize = (1..=4).flat_map(fleets).map(|fleet| explore(&fleet, &orders).unwrap()).sum();
    assert!(moments > 10_000, "{moments}");
}
