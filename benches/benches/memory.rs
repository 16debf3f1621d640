//! Allocations a decision, and heap a flag: counted, not timed, so criterion has no part in it.

use rampgate_benches::{Party, each_party, world};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const FLAGS: usize = 10_000;
const DECISIONS: u64 = 1_000;

fn party<P: Party>() {
    let party = P::load(&P::document(&[world::Flag::split("split"), world::Flag::rule("rule")]));
    let users: Vec<P::User> =
        world::units(DECISIONS).iter().map(|unit| P::user(unit, &world::attributes("DE"))).collect();
    let allocations = |flag: &str| {
        party.decide(flag, &users[0], |name| black_box(name.len())); // whatever is made once
        let region = Region::new(GLOBAL);
        for user in &users {
            party.decide(flag, user, |name| black_box(name.len()));
        }
        let change = region.change();
        (change.allocations + change.reallocations) as f64 / DECISIONS as f64
    };
    let (split, rule) = (allocations("split"), allocations("rule"));

    let document = P::document(&world::Flag::rules(FLAGS));
    let region = Region::new(GLOBAL);
    let party = P::load(&document);
    let change = region.change();
    drop(party);
    let held = change.bytes_allocated - change.bytes_deallocated;
    println!("{:14} {split:12.1} {rule:12.1} {:12}", P::NAME, held / FLAGS);
}

fn main() {
    println!("{:14} {:>12} {:>12} {:>12}", "", "split", "rule", "bytes a flag");
    each_party!(party());
}
