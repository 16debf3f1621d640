//! Machines that someone broke, after bugs that real products had. The witness must catch each of them.

use crate::play;
use crate::witness::{Breach, Stepped};
use crate::world::{self, Move, World};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rampgate::canary::Verdict;
use rampgate::rollout::{
    Action, Command, Decision, Event, EventKind, Hold, Phase, Plan, Reason, State, step,
};
use rampgate::slo::Clearance;
use rampgate::{Share, Span};
use serde_json::{Value, json};

/// Plays random moves on the machine that `mutate` makes for each world, until a law is broken.
fn caught(sequences: usize, mutate: impl Fn(&World, &Plan, &State, &Event) -> Stepped) -> Option<Breach> {
    caught_on(&(world::worlds(), world::moves()), sequences, mutate)
}

pub(crate) fn caught_on(
    plays: &impl Strategy<Value = (World, Vec<(u64, Move)>)>,
    sequences: usize,
    mutate: impl Fn(&World, &Plan, &State, &Event) -> Stepped,
) -> Option<Breach> {
    let mut runner = TestRunner::deterministic();
    (0..sequences).find_map(|_| {
        let (world, moves) = plays.new_tree(&mut runner).unwrap().current();
        play(&world, &|plan, state, event| mutate(&world, plan, state, event), &moves).err()
    })
}

/// The mutant breaks the law that begins with `law`, and no other before it.
fn expect(law: &str, mutate: impl Fn(&World, &Plan, &State, &Event) -> Stepped) {
    let breach = caught(4_000, mutate).expect("the mutant was not caught");
    assert!(breach.law.starts_with(law), "caught by another law: {}\n{}", breach.law, breach.how);
}

/// The state after `change` of its serialised form.
pub(crate) fn edited(state: &State, change: impl FnOnce(&mut Value)) -> State {
    let mut json = serde_json::to_value(state).unwrap();
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

/// The event with its finding changed.
fn rejudged(
    event: &Event,
    change: impl FnOnce(&mut u32, &mut u32, &mut rampgate::canary::Finding, &mut Clearance),
) -> Event {
    let mut event = event.clone();
    if let EventKind::Judged { attempt, stage, finding, clearance } = &mut event.kind {
        change(attempt, stage, finding, clearance);
    }
    event
}

pub(crate) fn instead(event: &Event, kind: EventKind) -> Event {
    Event { kind, ..event.clone() }
}

#[test]
fn the_machine_itself_is_not_caught() {
    let breach = caught(1_000, |_, plan, state, event| step(plan, state, event));
    assert!(breach.is_none(), "{breach:?}");
    let fleets = (world::fleet_worlds(), world::fleet_moves());
    let breach = caught_on(&fleets, 1_000, |_, plan, state, event| step(plan, state, event));
    assert!(breach.is_none(), "{breach:?}");
}

/// Argo Rollouts #4479: every measurement failed, and the run was reported successful.
#[test]
fn a_source_that_only_fails_is_reported_as_success() {
    expect("I1", |_, plan, state, event| {
        let event = rejudged(event, |_, _, finding, _| {
            if matches!(finding.verdict, Verdict::Insufficient(_)) {
                *finding = world::finding(Verdict::Safe, event.at.as_millis());
            }
        });
        step(plan, state, &event)
    });
}

/// go-feature-flag #4630: the percentage kept growing past its end, for want of a clamp.
#[test]
fn exposure_drifts_on_past_the_end() {
    expect("I3", |_, plan, state, event| {
        if state.phase() != Phase::Completed
            || event.kind != EventKind::Tick
            || state.exposure() == Share::ALL
        {
            return step(plan, state, event);
        }
        let drifted = Share::from_parts_per_million(state.exposure().parts_per_million() + 10_000)?;
        let (after, decisions) = step(plan, state, event)?;
        Ok((edited(&after, |json| json["exposure"] = json!(drifted)), decisions))
    });
}

/// The same drift in time: a deadline that nobody looks at.
#[test]
fn a_stage_goes_on_past_its_deadline() {
    expect("nothing goes on past its deadline", |world, plan, state, event| {
        let endless = world.altered(|json| {
            for stage in json["stages"].as_array_mut().unwrap() {
                let stage = stage.as_object_mut().unwrap();
                stage.remove("deadline");
                stage.remove("on_deadline");
            }
        });
        step(if *plan == world.plan { &endless } else { plan }, state, event)
    });
}

/// GrowthBook's catch-up: stages that became overdue while the evaluator was away are folded into one change.
#[test]
fn stages_are_folded_into_one_jump_after_downtime() {
    expect("I3 never two stages", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let away = event.at.since(state.at()) >= "1h".parse::<Span>()? && after.attempt() == state.attempt();
        let advanced = decisions.first().is_some_and(|decision| decision.action == Action::Advance);
        let (Some(stage), true, true) = (after.stage(), away && state.stage().is_some(), advanced) else {
            return Ok((after, decisions));
        };
        let Some(over) = plan.stages().get(stage as usize + 1) else { return Ok((after, decisions)) };
        let folded = edited(&after, |json| {
            json["place"] = json!({"stage": stage + 1});
            json["exposure"] = json!(over.exposure());
        });
        Ok((folded, decisions))
    });
}

/// Flagger's step weights: a weight that is not in the list any more jumps to everything that is left.
#[test]
fn a_weight_missing_from_the_list_jumps_to_full_traffic() {
    expect("a state of another plan is refused", |_, plan, state, event| {
        step(plan, state, event).or_else(|error| {
            if error.path().starts_with("state.") { jump(plan, state, event) } else { Err(error) }
        })
    });
}

fn jump(plan: &Plan, state: &State, event: &Event) -> Stepped {
    let full = edited(state, |json| {
        json["seq"] = json!(event.seq);
        json["at"] = json!(event.at);
        json["place"] = json!({"stage": plan.stages().len() - 1});
        json["exposure"] = json!(plan.cap());
    });
    Ok((full, Vec::new()))
}

/// Argo Rollouts #2824: a verdict of the attempt before ends, or lets through, the present one.
#[test]
fn a_stale_verdict_counts() {
    expect("I1", |_, plan, state, event| {
        let event = rejudged(event, |attempt, stage, _, _| {
            if let Some(now) = state.judging() {
                (*attempt, *stage) = now;
            }
        });
        step(plan, state, &event)
    });
}

/// Argo Rollouts #4461: an abort is ignored once a full promotion was asked for.
#[test]
fn abort_loses_to_a_pending_promote() {
    expect("I2", |_, plan, state, event| {
        let promoted = state.watch().is_some_and(|watch| watch.promoted_by().is_some());
        let deaf = promoted && matches!(event.kind, EventKind::Command(Command::Abort { .. }));
        step(plan, state, &if deaf { instead(event, EventKind::Tick) } else { event.clone() })
    });
}

/// Argo Rollouts #3756 and Flagger's `suspend`: a paused release cannot be aborted, or is not judged.
#[test]
fn a_pause_stops_aborts_and_evidence() {
    let deaf = |heard: fn(&EventKind) -> bool| {
        move |_: &World, plan: &Plan, state: &State, event: &Event| {
            let drop = state.is_paused() && !heard(&event.kind);
            step(plan, state, &if drop { instead(event, EventKind::Tick) } else { event.clone() })
        }
    };
    expect("I2", deaf(|kind| !matches!(kind, EventKind::Command(Command::Abort { .. }))));
    expect("harm and a spent budget", deaf(|kind| !matches!(kind, EventKind::Judged { .. })));
}

#[test]
fn harm_goes_unheard_after_expiry_and_in_the_bake() {
    for phase in ["expired", "baking", "completed"] {
        expect("harm and a spent budget", |_, plan, state, event| {
            let here = serde_json::to_string(&state.phase()).unwrap().contains(phase);
            let deaf = here && matches!(event.kind, EventKind::Judged { .. });
            step(plan, state, &if deaf { instead(event, EventKind::Tick) } else { event.clone() })
        });
    }
}

#[test]
fn a_promote_waives_the_verdict() {
    expect("I4 no evidence", |_, plan, state, event| {
        let last = state.stage().is_some_and(|stage| stage as usize + 1 == plan.stages().len());
        let promoted = last && state.watch().is_some_and(|watch| watch.promoted_by().is_some());
        let event = rejudged(event, |_, _, finding, _| {
            if promoted && finding.verdict != Verdict::Harm {
                finding.verdict = Verdict::Safe;
            }
        });
        step(plan, state, &event)
    });
}

#[test]
fn dwell_counts_time_without_new_units() {
    expect("I1", |_, plan, state, event| {
        let event = rejudged(event, |_, _, finding, _| {
            if finding.units > 0 {
                finding.units = event.at.as_millis();
            }
        });
        step(plan, state, &event)
    });
}

#[test]
fn an_approval_counts_for_whatever_stage_is_present() {
    expect("I1", |_, plan, state, event| match (&event.kind, state.stage()) {
        (EventKind::Command(Command::Approve { by, .. }), Some(stage)) => step(
            plan,
            state,
            &instead(event, EventKind::Command(Command::Approve { by: by.clone(), stage: Some(stage) })),
        ),
        _ => step(plan, state, event),
    });
}

#[test]
fn the_budget_is_not_asked() {
    expect("I1 the budget", |_, plan, state, event| {
        let event = rejudged(event, |_, _, _, clearance| {
            if *clearance != Clearance::RollBack {
                *clearance = Clearance::Allow;
            }
        });
        step(plan, state, &event)
    });
}

#[test]
fn the_calendar_is_not_asked() {
    expect("I1 exposure never rises in a freeze", |world, plan, state, event| {
        let open = world.altered(|json| json["calendar"] = json!({}));
        step(if *plan == world.plan { &open } else { plan }, state, event)
    });
}

#[test]
fn a_freeze_blocks_a_decrease() {
    expect("I8", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        if plan.calendar().freeze(event.at).is_none() || after.exposure() >= state.exposure() {
            return Ok((after, decisions));
        }
        // A command or a verdict that is not followed breaks another law first.
        if matches!(event.kind, EventKind::Command(Command::Abort { .. }) | EventKind::Judged { .. }) {
            return Ok((after, decisions));
        }
        Ok((
            edited(state, |json| {
                json["seq"] = json!(event.seq);
                json["at"] = json!(event.at);
            }),
            Vec::new(),
        ))
    });
}

#[test]
fn the_log_counts_an_event_twice_or_out_of_order() {
    expect("I5 duplicates", |_, plan, state, event| {
        let seq = if event.seq <= state.seq() { state.seq() + 1 } else { event.seq };
        step(plan, state, &Event { seq, ..event.clone() })
    });
    expect("I5 reordered", |_, plan, state, event| {
        step(plan, state, &Event { at: event.at.max(state.at()), ..event.clone() })
    });
    expect("I5 reordered", |_, plan, state, event| {
        step(plan, state, &Event { seq: event.seq.min(state.seq() + 1), ..event.clone() })
    });
}

#[test]
fn decisions_lose_their_reasons_or_get_lost() {
    expect("I9 every decision has a reason", |_, plan, state, event| {
        let (after, mut decisions) = step(plan, state, event)?;
        decisions.iter_mut().for_each(|decision| decision.reasons.clear());
        Ok((after, decisions))
    });
    expect("I9 each change is a decision", |_, plan, state, event| {
        Ok((step(plan, state, event)?.0, Vec::new()))
    });
}

#[test]
fn a_stage_without_a_verdict_does_not_say_so() {
    expect("I4", |_, plan, state, event| {
        let (after, mut decisions) = step(plan, state, event)?;
        for decision in &mut decisions {
            decision.reasons.retain(|reason| !matches!(reason, Reason::Unmonitored { .. }));
        }
        Ok((after, decisions))
    });
}

#[test]
fn an_attempt_keeps_the_cohort_of_the_last() {
    expect("cohorts", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let same = after.exposure() == state.exposure()
            || matches!(event.kind, EventKind::Command(Command::Retry { .. }));
        Ok((
            if same { edited(&after, |json| json["cohort"] = json!(state.cohort())) } else { after },
            decisions,
        ))
    });
}

/// Argo Rollouts #1690: a new revision goes on from where the old one stood, with its verdict.
#[test]
fn a_revision_keeps_the_verdict_of_the_old_version() {
    expect("a revision begins anew", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let running =
            state.watch().is_some() && matches!(state.phase(), Phase::Ramping { .. } | Phase::Holding { .. });
        if !running || after.revision() == state.revision() {
            return Ok((after, decisions));
        }
        let kept = edited(state, |json| {
            json["seq"] = json!(event.seq);
            json["at"] = json!(event.at);
            json["attempt"] = json!(after.attempt());
            json["cohort"] = json!(after.cohort());
            json["revision"] = json!(after.revision());
        });
        Ok((kept, decisions))
    });
}

/// Argo Rollouts #2048: a new revision during a rollback, and nobody knows any more that it never was confirmed.
#[test]
fn a_revision_hides_a_rollback_that_is_not_confirmed() {
    expect("a revision hides no rollback", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        let hides = after.phase() == Phase::RollingBack && after.revision() != state.revision();
        Ok((
            if hides { edited(&after, |json| json["place"] = json!("rolled_back")) } else { after },
            decisions,
        ))
    });
}

#[test]
fn a_revision_is_forgotten() {
    expect("the state knows the revision", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        Ok((edited(&after, |json| json["revision"] = json!(state.revision())), decisions))
    });
}

/// Flagger #1450: the wait for an approval has no end.
#[test]
fn an_approval_is_waited_for_without_end() {
    expect("nothing goes on without the approval in time", |world, plan, state, event| {
        let endless = world.altered(|json| {
            for stage in json["stages"].as_array_mut().unwrap() {
                // a time beyond the deadline would be refused
                if stage["approval"].is_object() && stage["deadline"].is_null() {
                    stage["approval"]["within"] = json!("30d");
                }
            }
        });
        step(if *plan == world.plan { &endless } else { plan }, state, event)
    });
}

#[test]
fn an_approval_that_lapsed_counts() {
    expect("I1", |_, plan, state, event| {
        let lapsed = state.hold() == Some(Hold::ApprovalLapsed);
        match &event.kind {
            EventKind::Command(Command::Approve { by, .. }) if lapsed => {
                step(plan, state, &instead(event, EventKind::Command(Command::Promote { by: by.clone() })))
            }
            _ => step(plan, state, event),
        }
    });
}

/// The machine where a restart is not what it should be.
fn restarting(
    change: impl Fn(&State, State, &mut Vec<Decision>) -> State,
) -> impl Fn(&World, &Plan, &State, &Event) -> Stepped {
    move |_, plan, state, event| {
        let (after, mut decisions) = step(plan, state, event)?;
        let anew = after.segment() > state.segment();
        Ok((if anew { change(state, after, &mut decisions) } else { after }, decisions))
    }
}

#[test]
fn a_restart_goes_wrong() {
    // outcomes of before and after would be one epoch
    expect(
        "cohorts",
        restarting(|state, after, _| edited(&after, |json| json["cohort"] = json!(state.cohort()))),
    );
    expect(
        "the test begins anew in time",
        restarting(|_, after, _| edited(&after, |json| json["segment"] = json!(after.segment() + 1))),
    );
    expect(
        "the test begins anew in time",
        restarting(|_, after, _| edited(&after, |json| json["watch"]["renewed"] = json!("0s"))),
    );
    expect(
        "I9 a restart is told",
        restarting(|_, after, decisions| {
            decisions.clear();
            after
        }),
    );
}

#[test]
fn restarts_come_while_the_release_is_paused() {
    expect("the test begins anew in time", |_, plan, state, event| {
        let (after, decisions) = step(plan, state, event)?;
        if !state.is_paused()
            || !after.is_paused()
            || plan.restart_every().is_none()
            || after.watch().is_none()
        {
            return Ok((after, decisions));
        }
        Ok((
            edited(&after, |json| {
                json["segment"] = json!(after.segment() + 1);
                json["cohort"] = json!(after.cohort() + 1);
            }),
            decisions,
        ))
    });
}

#[test]
fn a_mismatch_only_holds() {
    expect("a mismatch rolls back", |world, plan, state, event| {
        let holds = world.altered(|json| {
            for stage in json["stages"].as_array_mut().unwrap() {
                stage["on_invalid"] = json!("hold");
            }
        });
        step(if *plan == world.plan { &holds } else { plan }, state, event)
    });
}
