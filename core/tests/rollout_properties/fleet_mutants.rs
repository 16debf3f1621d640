//! Machines that someone broke on fleets: each shows only where replicas bring the exposure about.

use crate::mutants::{caught_on, edited, instead};
use crate::witness::Stepped;
use crate::world::{self, World};
use rampgate::rollout::{Action, Command, Event, EventKind, Phase, Plan, State, step};
use serde_json::{Value, json};

/// Whoever is deaf to replicas compares by a share that does not hold.
const COMPARED: &str = "units are compared by what was seen";

/// The mutant breaks one of these laws, and no other before it.
fn expect(laws: &[&str], mutate: impl Fn(&World, &Plan, &State, &Event) -> Stepped) {
    let plays = (world::fleet_worlds(), world::fleet_moves());
    let breach = caught_on(&plays, 4_000, mutate).expect("the mutant was not caught");
    let known = laws.iter().any(|law| breach.law.starts_with(law));
    assert!(known, "caught by another law: {}\n{}", breach.law, breach.how);
}

#[test]
fn time_counts_while_replicas_are_missing() {
    // Deaf to whatever leaves the shares as they are, such as replicas that crash before they serve.
    expect(&["I1", COMPARED], |world, plan, state, event| {
        let EventKind::Fleet(observed) = &event.kind else { return step(plan, state, event) };
        let gap = !world::fleet().actual(observed, state.exposure()).is_in_force();
        let same = observed.share() == state.actual();
        let deaf = *plan == world.plan && gap && same && state.stage().is_some();
        step(plan, state, &if deaf { instead(event, EventKind::Tick) } else { event.clone() })
    });
    // The same of dwell alone: what was missing is forgotten as soon as it is back.
    expect(&["I1 a rise needs"], |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let (Some(before), Some(watch)) = (state.watch(), after.watch()) else {
            return Ok((after, decisions));
        };
        let back = watch.lacking() > before.lacking() && after.is_in_force(plan, after.at());
        let whole = |json: &mut Value| {
            json["watch"]["dwell"] = json["watch"]["elapsed"].clone();
            json["watch"]["lacking"] = json!("0s");
        };
        Ok((if back { edited(&after, whole) } else { after }, decisions))
    });
}

/// Kubernetes and those upon it: the rollback is reported done while replicas of the bad version still serve.
#[test]
fn a_rollback_is_over_while_new_replicas_are_left() {
    expect(&["a rollback is over once"], |_, plan, state, event| {
        let (after, mut decisions) = step(plan, state, event)?;
        if event.kind != EventKind::Command(Command::Confirm)
            || !matches!(after.phase(), Phase::RollingBack | Phase::RollbackFailed)
        {
            return Ok((after, decisions));
        }
        for decision in &mut decisions {
            (decision.action, decision.phase) = (Action::ConfirmRollback, Phase::RolledBack);
        }
        Ok((edited(&after, |json| json["place"] = json!("rolled_back")), decisions))
    });
}

#[test]
fn a_cohort_goes_on_under_another_actual_exposure() {
    expect(&["cohorts"], |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let kept = matches!(event.kind, EventKind::Fleet(_)) && after.exposure() == state.exposure();
        let same = |json: &mut Value| json["cohort"] = json!(state.cohort());
        Ok((if kept { edited(&after, same) } else { after }, decisions))
    });
}

#[test]
fn a_report_counts_for_another_exposure_or_for_ever() {
    expect(&["I1", COMPARED], |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let current = |json: &mut Value| json["fleet"]["current"] = json!(true);
        Ok((if after.replicas().is_some() { edited(&after, current) } else { after }, decisions))
    });
    expect(&["I1", COMPARED], |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let fresh = |json: &mut Value| json["fleet"]["at"] = json["at"].clone();
        let kept = after.replicas().is_some() && after.stage().is_some();
        Ok((if kept { edited(&after, fresh) } else { after }, decisions))
    });
}
