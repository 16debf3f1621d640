//! One decision: `decide/<row>/<who>`. `cargo test` checks that everyone gives the shares that the flags ask for.
//!
//! A crate looks its flag up by the key in every decision, as its callers do. `rampgate-held` has looked it up before,
//! as ours may.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rampgate::flag::Context;
use rampgate_benches::floor::Floor;
use rampgate_benches::party::{eppo::Eppo, rampgate::Rampgate};
use rampgate_benches::{Party, criterion, each_party, world};
use std::hint::black_box;

/// Different users take different branches; few enough to stay in the cache.
const USERS: u64 = 1_024;

const ROWS: [(&str, &str, &str); 3] =
    [("split", "split", "DE"), ("rule", "rule", "DE"), ("miss", "rule", "FR")];

/// Hands out one after the other, round and round.
struct Turn<'a, T>(&'a [T], usize);

impl<'a, T> Turn<'a, T> {
    fn next(&mut self) -> &'a T {
        self.1 = if self.1 + 1 == self.0.len() { 0 } else { self.1 + 1 }; // a division would be seen
        black_box(&self.0[self.1])
    }
}

fn two_flags() -> [world::Flag; 2] {
    [world::Flag::split("split"), world::Flag::rule("rule")]
}

fn users<P: Party>(units: &[String], country: &'static str) -> Vec<P::User> {
    units.iter().map(|unit| P::user(unit, &world::attributes(country))).collect()
}

/// What everyone can do.
fn party<P: Party>(c: &mut Criterion) {
    let units = world::units(USERS);
    let party = P::load(&P::document(&two_flags()));
    for (row, flag, country) in ROWS {
        let users = users::<P>(&units, country);
        let mut turn = Turn(&users, 0);
        c.bench_function(&format!("decide/{row}/{}", P::NAME), |b| {
            b.iter(|| party.decide(black_box(flag), turn.next(), |name| black_box(name.len())));
        });
    }
    let mut turn = Turn(&units, 0);
    c.bench_function(&format!("decide/context-and-rule/{}", P::NAME), |b| {
        b.iter(|| {
            let attributes = black_box(world::attributes("DE"));
            party.decide_anew(black_box("rule"), turn.next(), &attributes, |name| black_box(name.len()))
        });
    });
    let flags = world::Flag::rules(1_000);
    let party = P::load(&P::document(&flags));
    let users = users::<P>(&units, "DE");
    let mut turn = Turn(&users, 0);
    c.bench_function(&format!("decide/1000-flags/{}", P::NAME), |b| {
        b.iter_batched(
            || turn.next(),
            |user| {
                for flag in &flags {
                    party.decide(&flag.key, user, |name| black_box(name.len()));
                }
            },
            BatchSize::SmallInput,
        );
    });
}

/// What only we can do, and what it costs to be told why.
fn ours(c: &mut Criterion) {
    let units = world::units(USERS);
    let ours = Rampgate::load(&Rampgate::document(&two_flags()));
    for (row, flag, country) in ROWS {
        let users = users::<Rampgate>(&units, country);
        let held = ours.0.flag(flag).expect("a known flag");
        let mut turn = Turn(&users, 0);
        c.bench_function(&format!("decide/{row}/rampgate-held"), |b| {
            b.iter(|| black_box(held.evaluate(&turn.next().context()).variant().len()));
        });
    }
    let rule = ours.0.flag("rule").expect("a known flag");
    let mut turn = Turn(&units, 0);
    c.bench_function("decide/context-and-rule/rampgate-held", |b| {
        b.iter(|| {
            let [plan, country] = black_box(world::attributes("DE"));
            let attributes = [(plan.0, plan.1.into()), (country.0, country.1.into())];
            black_box(rule.evaluate(&Context::of(turn.next()).with(&attributes)).variant().len())
        });
    });
    let users_here = users::<Rampgate>(&units, "DE");
    let mut turn = Turn(&users_here, 0);
    c.bench_function("decide/explain/rampgate-held", |b| {
        b.iter(|| black_box(rule.explain(&turn.next().context()).steps.len()));
    });
    c.bench_function("decide/explain/rampgate-held-told", |b| {
        b.iter(|| {
            let each = |step| {
                black_box(step);
            };
            black_box(rule.explain_with(&turn.next().context(), each).variant().len())
        });
    });
    let set = Rampgate::load(&Rampgate::document(&world::Flag::rules(1_000)));
    c.bench_function("decide/1000-flags/rampgate-held", |b| {
        b.iter_batched(
            || turn.next().context(),
            |context| {
                for flag in set.0.flags() {
                    black_box(flag.evaluate(&context).variant().len());
                }
            },
            BatchSize::SmallInput,
        );
    });
    let eppo = Eppo::load(&Eppo::document(&two_flags()));
    let users = users::<Eppo>(&units, "DE");
    let mut turn = Turn(&users, 0);
    c.bench_function("decide/explain/eppo_core", |b| {
        b.iter(|| black_box(eppo.details(black_box("rule"), turn.next())));
    });
}

fn floor(c: &mut Criterion) {
    let units = world::units(USERS);
    let floor = black_box(Floor::default());
    let mut turn = Turn(&units, 0);
    c.bench_function("decide/split/floor", |b| b.iter(|| black_box(floor.split(turn.next()).len())));
    for (row, country) in [("rule", "DE"), ("miss", "FR")] {
        let users: Vec<_> = units.iter().map(|unit| (unit.clone(), world::attributes(country))).collect();
        let mut turn = Turn(&users, 0);
        c.bench_function(&format!("decide/{row}/floor"), |b| {
            b.iter(|| {
                let (unit, attributes) = turn.next();
                black_box(floor.rule(unit, attributes).len())
            });
        });
    }
    c.bench_function("decide/context-and-rule/floor", |b| {
        b.iter(|| {
            let attributes = black_box(world::attributes("DE"));
            black_box(floor.rule(turn.next(), &attributes).len())
        });
    });
    let floors: Vec<Floor> = (0..1_000).map(Floor::of).collect();
    c.bench_function("decide/1000-flags/floor", |b| {
        b.iter_batched(
            || turn.next(),
            |unit| {
                let attributes = black_box(world::attributes("DE"));
                for floor in &floors {
                    black_box(floor.rule(unit, &attributes).len());
                }
            },
            BatchSize::SmallInput,
        );
    });
}

fn all(c: &mut Criterion) {
    floor(c);
    ours(c);
    each_party!(party(c));
}

criterion_group!(name = benches; config = criterion(); targets = all);
criterion_main!(benches);
