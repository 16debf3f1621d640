use super::Counter;
use super::tier::{Bucket, LAYOUTS, Layout, Tier};
use crate::error::{Error, Kind};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A counter as it is stored: per tier its buckets, oldest first, each as the distance to the one before it (the
/// first: to the Unix epoch, in widths of the tier), its good and its bad events.
#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    tiers: [Vec<(u32, u64, u64)>; 5],
    late: u64,
    rejected: u64,
}

impl From<Counter> for Wire {
    fn from(counter: Counter) -> Self {
        let distances = |tier: Tier| {
            let mut before = 0;
            let distance = |bucket: Bucket| {
                let distance = bucket.epoch.saturating_sub(before);
                before = bucket.epoch;
                (distance, bucket.good, bucket.bad)
            };
            tier.buckets().map(distance).collect()
        };
        Self { tiers: counter.settled().map(distances), late: counter.late, rejected: counter.rejected }
    }
}

impl TryFrom<Wire> for Counter {
    type Error = Error;

    fn try_from(wire: Wire) -> Result<Self, Error> {
        let mut tiers = Tier::all();
        for (position, ((tier, layout), stored)) in tiers.iter_mut().zip(LAYOUTS).zip(&wire.tiers).enumerate()
        {
            *tier = read(layout, stored).map_err(|(index, rule)| {
                Error::absent(format!("counter.tiers[{position}][{index}]"), Kind::Corrupt, rule)
            })?;
        }
        for (position, (fine, coarse)) in tiers.iter().zip(tiers.iter().skip(1)).enumerate() {
            if !agree(fine, coarse) {
                let path: String = format!("counter.tiers[{}]", position.saturating_add(1));
                let rule = "must hold the sums of the finer tier before it";
                return Err(Error::absent(path, Kind::Corrupt, rule));
            }
        }
        Ok(Self::of(tiers, wire.late, wire.rejected))
    }
}

fn read(layout: Layout, stored: &[(u32, u64, u64)]) -> Result<Tier, (usize, &'static str)> {
    if stored.len() > layout.capacity() {
        return Err((layout.capacity(), "is more than the tier holds"));
    }
    let mut buckets: Vec<Bucket> = Vec::with_capacity(stored.len());
    for (index, &(distance, good, bad)) in stored.iter().enumerate() {
        let epoch = match buckets.last() {
            None => Some(distance),
            Some(_) if distance == 0 => return Err((index, "must come after the bucket before it")),
            Some(before) => before.epoch.checked_add(distance),
        };
        let Some(epoch) = epoch.filter(|epoch| *epoch <= layout.last_epoch()) else {
            return Err((index, "must not start after the year 3331"));
        };
        if good == 0 && bad == 0 {
            return Err((index, "must hold an event"));
        }
        buckets.push(Bucket { epoch, good, bad });
    }
    Ok(Tier::holding(layout, &buckets))
}

/// Whether both tiers can have seen the same events: where the finer one is complete, its sums are the coarser buckets;
/// before that, they are at most those; and no fine bucket lacks a coarse one that should be there.
fn agree(fine: &Tier, coarse: &Tier) -> bool {
    let covers = coarse.layout().over(fine.layout());
    let mut sums: Vec<Bucket> = Vec::new();
    for bucket in fine.buckets() {
        let epoch = bucket.epoch / covers;
        match sums.last_mut() {
            Some(sum) if sum.epoch == epoch => sum.add(bucket.good, bucket.bad),
            _ => sums.push(Bucket { epoch, ..bucket }),
        }
    }
    let coarse_buckets: Vec<Bucket> = coarse.buckets().collect();
    let held = |sum: &Bucket| {
        coarse.start(sum.epoch) < coarse.complete_since()
            || coarse_buckets.binary_search_by_key(&sum.epoch, |bucket| bucket.epoch).is_ok()
    };
    let adds_up = |bucket: &Bucket| {
        let sum = sums.binary_search_by_key(&bucket.epoch, |sum| sum.epoch).ok().and_then(|at| sums.get(at));
        let (good, bad) = sum.map_or((0, 0), |sum| (sum.good, sum.bad));
        if coarse.start(bucket.epoch) >= fine.complete_since() {
            good == bucket.good && bad == bucket.bad
        } else {
            good <= bucket.good && bad <= bucket.bad
        }
    };
    sums.iter().all(held) && coarse_buckets.iter().all(adds_up)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Timestamp;
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn counter(events: &[(u64, u64, u64)]) -> Counter {
        let mut counter = Counter::new();
        for &(time, good, bad) in events {
            counter.record(Timestamp::from_millis(time).unwrap(), good, bad);
        }
        counter
    }

    fn events() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
        let every = prop_oneof![Just(10_000_u64), Just(90_000), Just(1_000_000), Just(7_200_000)];
        let count = prop_oneof![8 => 0..50_u64, 1 => Just(u64::MAX)];
        let odd = proptest::collection::vec((0..=Timestamp::MAX.as_millis(), count.clone(), count), 0..8);
        (odd, every, 0..900_u64, 0..1_000_000_000_000_u64).prop_map(|(mut events, every, count, first)| {
            events.extend((0..count).map(|n| (first + n * every, n % 3, n % 2)));
            events
        })
    }

    #[test]
    fn the_bytes_are_those_of_the_spec() {
        let counter = counter(&[(25_000, 3, 0), (61_000, 200, 1)]);
        let bytes = postcard::to_allocvec(&counter).unwrap();
        let tiers: [&[u8]; 5] = [
            &[2, 2, 3, 0, 4, 200, 1, 1], // ten-second buckets 2 and 6
            &[2, 0, 3, 0, 1, 200, 1, 1], // minutes 0 and 1
            &[1, 0, 203, 1, 1],
            &[1, 0, 203, 1, 1],
            &[1, 0, 203, 1, 1],
        ];
        assert_eq!(bytes, [&tiers.concat()[..], &[0, 0]].concat());
    }

    #[test]
    fn altered_counters_are_refused() {
        let good = Wire::from(counter(&[(25_000, 3, 0), (61_000, 200, 1)]));
        let refused = |change: fn(&mut Wire), path: &str, rule: &str| {
            let mut wire = Wire { tiers: good.tiers.clone(), ..good };
            change(&mut wire);
            let error = Counter::try_from(wire).unwrap_err();
            assert_eq!((error.path(), error.kind()), (path, Kind::Corrupt));
            assert!(error.to_string().contains(rule), "{error}");
        };
        refused(|w| w.tiers[0][1].0 = 0, "counter.tiers[0][1]", "after the bucket before");
        refused(|w| w.tiers[0][1].0 = u32::MAX, "counter.tiers[0][1]", "year 3331");
        refused(|w| w.tiers[1][1].0 = u32::MAX / 6 + 1, "counter.tiers[1][1]", "year 3331");
        refused(|w| w.tiers[4][0] = (0, 0, 0), "counter.tiers[4][0]", "hold an event");
        refused(|w| w.tiers[3] = (0..200).map(|_| (1, 1, 1)).collect(), "counter.tiers[3][161]", "more than");
        refused(|w| w.tiers[2][0].2 = 0, "counter.tiers[2]", "sums");
        refused(|w| w.tiers[2].clear(), "counter.tiers[2]", "sums");
        refused(|w| w.tiers[0].clear(), "counter.tiers[1]", "sums");
    }

    #[test]
    fn a_bucket_that_a_full_tier_covers_in_part_is_at_least_what_is_left_there() {
        let every_ten_seconds: Vec<_> = (0..400).map(|n| (n * 10_000, 1, 0)).collect();
        let mut wire = Wire::from(counter(&every_ten_seconds));
        assert_eq!(wire.tiers[1][3], (1, 6, 0)); // of its six tens of seconds, one is left in the finer tier
        wire.tiers[1][3] = (1, 0, 6);
        assert_eq!(Counter::try_from(wire).unwrap_err().path(), "counter.tiers[1]");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_counter_and_every_sum_of_counters_round_trips(a in events(), b in events()) {
            let (a, b) = (counter(&a), counter(&b));
            let mut sum = a.clone();
            sum.merge(&b);
            for counter in [a, b, sum] {
                let bytes = postcard::to_allocvec(&counter).unwrap();
                prop_assert_eq!(&postcard::from_bytes::<Counter>(&bytes).unwrap(), &counter);
                let text = serde_json::to_string(&counter).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Counter>(&text).unwrap(), &counter);
            }
        }

        #[test]
        fn any_bytes_are_a_counter_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(counter) = postcard::from_bytes::<Counter>(&bytes) {
                let again = postcard::to_allocvec(&counter).unwrap();
                prop_assert_eq!(postcard::from_bytes::<Counter>(&again).unwrap(), counter);
            }
        }
    }
}
