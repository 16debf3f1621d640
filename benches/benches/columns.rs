//! A column of ids, laid out as Arrow does it: `columns/<row>/<who>/65536`, with the time of a row in the throughput.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rampgate::bucketing::{Allocation, Domain, Key, Unit};
use rampgate_benches::{criterion, floor, world};
use std::hint::black_box;

const ROWS: u32 = 65_536;

/// Texts one behind the other, and where each ends.
struct Column {
    texts: String,
    ends: Vec<usize>,
}

impl Column {
    fn of(ids: &[String]) -> Self {
        let ends = ids.iter().scan(0, |end, id| {
            *end += id.len();
            Some(*end)
        });
        Self { ends: ends.collect(), texts: ids.concat() }
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.texts[*start..*end])
    }
}

fn all(c: &mut Criterion) {
    let column = Column::of(&world::units(ROWS.into()));
    let key = Key::new(Domain::Variant, "experiment");
    let thirds = Allocation::by_weights(&[1, 1, 1]).expect("an allocation");
    let slot = |id| Unit::new(id).map(|unit| key.slot(unit));

    let mut group = c.benchmark_group("columns/slots");
    group.throughput(Throughput::Elements(ROWS.into()));
    group.bench_function(BenchmarkId::new("rampgate", ROWS), |b| {
        b.iter(|| black_box(&column).ids().map(|id| slot(id).map(|slot| slot.get())).collect::<Vec<_>>());
    });
    group.bench_function(BenchmarkId::new("floor", ROWS), |b| {
        b.iter(|| black_box(&column).ids().map(|id| floor::slot((1, 2), id)).collect::<Vec<_>>());
    });
    group.finish();

    let mut group = c.benchmark_group("columns/variants");
    group.throughput(Throughput::Elements(ROWS.into()));
    group.bench_function(BenchmarkId::new("rampgate", ROWS), |b| {
        b.iter(|| {
            let variant =
                |id| slot(id).and_then(|slot| thirds.variant(slot)).map_or(u8::MAX, |variant| variant as u8);
            black_box(&column).ids().map(variant).collect::<Vec<_>>()
        });
    });
    group.bench_function(BenchmarkId::new("floor", ROWS), |b| {
        b.iter(|| {
            let variant = |id| {
                let slot = floor::slot((1, 2), id);
                u8::from(slot >= 333_333) + u8::from(slot >= 666_666)
            };
            black_box(&column).ids().map(variant).collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(name = benches; config = criterion(); targets = all);
criterion_main!(benches);
