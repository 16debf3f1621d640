//! The laws of the rollout machine (numbers of `spec/rollout.md`) on random plans and events, on every short sequence of
//! events over small plans, and against machines that someone broke.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod fleet_mutants;
mod mutants;
mod walk;
mod witness;
mod world;

use proptest::prelude::*;
use rampgate::rollout::{Event, Plan, State, replay, step};
use witness::{Breach, Machine, Witness};
use world::{Move, World};

/// Plays `moves` on `machine` under the eyes of a witness: the events that were applied, and where they led.
fn play(world: &World, machine: &Machine<'_>, moves: &[(u64, Move)]) -> Result<(Vec<Event>, State), Breach> {
    let (mut state, mut witness, mut units) = (State::new(), Witness::default(), 0);
    let mut applied: Vec<Event> = Vec::new();
    for (minutes, one) in moves {
        let event = one.event(&state, *minutes, applied.last(), &mut units);
        if let Some((after, _)) = witness.observe(world, machine, &state, &event)? {
            if after.stage() != state.stage() {
                units = 0;
            }
            state = after;
            applied.push(event);
        }
    }
    Ok((applied, state))
}

/// A million events as they come, sound or not, on plans of every kind: nothing panics, and what is applied leaves a possible state.
#[test]
fn a_million_random_events_are_applied_or_refused() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut applied, mut refused) = (0_u32, 0_u32);
    while applied + refused < 1_000_000 {
        let world = proptest::strategy::ValueTree::current(&world::worlds().new_tree(&mut runner).unwrap());
        let moves = proptest::strategy::ValueTree::current(&world::moves().new_tree(&mut runner).unwrap());
        let (mut state, mut units, mut last) = (State::new(), 0, None);
        // Round and round, since a million sequences would take longer to draw than to play.
        for (minutes, one) in moves.iter().cycle().take(2_000) {
            let event = one.event(&state, *minutes, last.as_ref(), &mut units);
            match step(&world.plan, &state, &event) {
                Ok((after, _)) => {
                    assert!(after.check(&world.plan).is_ok(), "{after:?}");
                    applied += 1;
                    state = after;
                    last = Some(event);
                }
                Err(error) => {
                    assert!(error.path().starts_with("event."), "{error}");
                    refused += 1;
                }
            }
        }
    }
    println!("{applied} applied, {refused} refused");
    assert!(applied > 500_000 && refused > 1_000, "{applied} applied, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_law_holds(world in world::worlds(), moves in world::moves()) {
        if let Err(Breach { law, how }) = play(&world, &step, &moves) {
            prop_assert!(false, "{law}: {how}");
        }
    }

    #[test]
    fn every_law_holds_on_a_fleet(world in world::fleet_worlds(), moves in world::fleet_moves()) {
        if let Err(Breach { law, how }) = play(&world, &step, &moves) {
            prop_assert!(false, "{law}: {how}");
        }
    }

    #[test]
    fn replaying_the_log_gives_the_live_state((world, moves) in world::either()) {
        let (events, live) = play(&world, &step, &moves).unwrap();
        let text = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&text).unwrap();
        let (replayed, decisions) = replay(&world.plan, &read).unwrap();
        prop_assert_eq!(&replayed, &live);
        // Each line delivered twice makes no difference either.
        let twice: Vec<&Event> = read.iter().flat_map(|event| [event, event]).collect();
        prop_assert_eq!(replay(&world.plan, twice).unwrap(), (replayed, decisions));
    }

    /// Two plans that differ only in what comes after the next exposure do the same until they get there.
    #[test]
    fn what_comes_later_is_not_looked_at((world, moves) in world::either(), other in world::worlds()) {
        let (events, _) = play(&world, &step, &moves).unwrap();
        let mut state = State::new();
        for event in &events {
            let (after, _) = step(&world.plan, &state, event).unwrap();
            let present = after.stage().into_iter().chain(state.stage()).max().map_or(0, |stage| stage as usize);
            if let Some(changed) = world.changed_after(present, &other) {
                prop_assert_eq!(&step(&changed, &state, event).unwrap().0, &after);
            }
            state = after;
        }
    }

    #[test]
    fn a_state_survives_being_stored((world, moves) in world::either()) {
        let (_, state) = play(&world, &step, &moves).unwrap();
        let bytes = postcard::to_allocvec(&state).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<State>(&bytes).unwrap(), &state);
        let text = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<State>(&text).unwrap(), &state);
    }

    #[test]
    fn a_corrupt_state_is_refused_or_possible(
        (world, moves) in world::either(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (events, state) = play(&world, &step, &moves).unwrap();
        let mut bytes = postcard::to_allocvec(&state).unwrap();
        for (place, flip) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let Ok(corrupt) = postcard::from_bytes::<State>(&bytes) else { return Ok(()) };
        let next = |state: &State| Event { seq: state.seq().saturating_add(1), at: state.at(), ..events[0].clone() };
        match (corrupt.check(&world.plan), step(&world.plan, &corrupt, &next(&corrupt))) {
            (Ok(()), Ok((after, _))) => prop_assert!(after.check(&world.plan).is_ok()),
            (Ok(()), Err(error)) => prop_assert_eq!(error.path(), "event.seq"), // the very last number was taken
            (Err(error), stepped) => {
                prop_assert!(error.path().starts_with("state."), "{}", error);
                prop_assert_eq!(stepped.unwrap_err(), error);
            }
        }
    }

    #[test]
    fn no_text_makes_the_plan_reader_panic(
        world in world::worlds(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "\\PC|[0-9{}\\[\\]\",%-]"), 0..4),
    ) {
        let mut text: Vec<char> = world.text().chars().collect();
        for (place, edit) in edits {
            let place = place.index(text.len());
            text.splice(place..place, edit.chars());
        }
        if let Err(error) = Plan::from_json(&text.into_iter().collect::<String>()) {
            prop_assert!(error.problems().all(|problem| !problem.path().is_empty() && !problem.rule().is_empty()));
        }
    }
}
