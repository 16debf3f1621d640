//! From text to what decides, and its release: `load/rules/<who>/10000`.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rampgate_benches::{Party, criterion, each_party, floor, party::rampgate::Rampgate, world};
use std::hint::black_box;

const FLAGS: usize = 10_000;

fn party<P: Party>(c: &mut Criterion, flags: &[world::Flag]) {
    let document = P::document(flags);
    let mut group = c.benchmark_group("load/rules");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new(P::NAME, flags.len()), |b| {
        b.iter(|| drop(black_box(P::load(&document))));
    });
}

fn all(c: &mut Criterion) {
    let flags = world::Flag::rules(FLAGS);
    let document = Rampgate::document(&flags);
    let mut group = c.benchmark_group("load/rules");
    group.sample_size(10);
    group.bench_function(BenchmarkId::new("floor", FLAGS), |b| {
        b.iter(|| drop(black_box(floor::load(&document))));
    });
    group.finish();
    each_party!(party(c, &flags));
}

criterion_group!(name = benches; config = criterion(); targets = all);
criterion_main!(benches);
