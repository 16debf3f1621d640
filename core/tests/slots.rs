//! Properties of who owns which slot: a rebalance moves the least there is to move and nobody else, runs stay few, and claims never meet.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::collection::vec;
use proptest::prelude::*;
use rampgate::bucketing::{Allocation, Layer, Target};
use rampgate::{ErrorKind, Share};
use std::collections::BTreeMap;
use std::ops::Range;

const SLOTS: usize = 1_000_000;

/// The owner of every slot, one by one.
fn owners(allocation: &Allocation) -> Vec<Option<usize>> {
    let mut owners = vec![None; SLOTS];
    for variant in 0..allocation.len() {
        for range in allocation.ranges(variant) {
            owners[range.start as usize..range.end as usize].fill(Some(variant));
        }
    }
    owners
}

fn runs(allocation: &Allocation) -> usize {
    (0..allocation.len()).map(|variant| allocation.ranges(variant).count()).sum::<usize>()
        + allocation.unowned_ranges().count()
}

/// What becomes of a variant: kept, removed, or kept with a new one before it; and with which weights.
type Fate = (u8, u32, u32);

/// Targets that are allowed, from anything.
fn targets(fates: &[Fate], nobody: Option<u32>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for (was, (fate, weight, other)) in fates.iter().enumerate() {
        match fate % 5 {
            0 => targets.push(Target::Remove { was }),
            1 => targets.extend([Target::New { weight: *other }, Target::Keep { was, weight: *weight }]),
            _ => targets.insert(*other as usize % (targets.len() + 1), Target::Keep { was, weight: *weight }),
        }
    }
    targets.extend(nobody.map(|weight| Target::Nobody { weight }));
    targets
}

/// An edit of an allocation of as many variants as there are fates; the first is always kept, so that somebody is.
fn edits() -> impl Strategy<Value = (Vec<u32>, Vec<Vec<Fate>>, Vec<u32>)> {
    let weight = prop_oneof![1..2_000_u32, 1..100_u32, Just(0_u32)];
    let fate = (any::<u8>(), weight.clone(), weight);
    (vec(1..2_000_u32, 1..7), vec(vec(fate, 12), 1..6), vec(0..500_u32, 6))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The minimum: half the sum of absolute changes, nobody and the removed counting as owners; whoever does not lose keeps every slot.
    #[test]
    fn a_rebalance_moves_the_least_there_is_and_nobody_else((weights, rounds, nobody) in edits()) {
        let mut before = Allocation::by_weights(&weights).unwrap();
        for (round, nobody) in rounds.iter().zip(nobody) {
            let mut fates = round[..before.len().min(12)].to_vec();
            fates[0] = (2, fates[0].1 + 1, fates[0].2);
            if before.len() > 12 {
                break;
            }
            let targets = targets(&fates, Some(nobody));
            let (after, movement) = before.rebalance(&targets).unwrap();
            let (old, new) = (owners(&before), owners(&after));

            // positions after, by position before
            let mut onwards: BTreeMap<Option<usize>, Option<Option<usize>>> = BTreeMap::from([(None, Some(None))]);
            let mut next = 0;
            for target in &targets {
                match target {
                    Target::Keep { was, .. } => { onwards.insert(Some(*was), Some(Some(next))); next += 1; }
                    Target::New { .. } => next += 1,
                    Target::Remove { was } => { onwards.insert(Some(*was), None); }
                    Target::Nobody { .. } => {}
                }
            }
            let count = |owners: &[Option<usize>], who| i64::try_from(owners.iter().filter(|o| **o == who).count()).unwrap();
            let mut changes = 0;
            for (was, is) in &onwards {
                changes += (is.map_or(0, |is| count(&new, is)) - count(&old, *was)).abs();
            }
            for is in (0..next).filter(|is| !onwards.values().any(|value| *value == Some(Some(*is)))) {
                changes += count(&new, Some(is));
            }
            let mut moved: BTreeMap<_, u32> = BTreeMap::new();
            for (from, to) in old.iter().zip(&new).filter(|(from, to)| onwards[*from] != Some(**to)) {
                *moved.entry((*from, *to)).or_default() += 1;
            }
            prop_assert_eq!(i64::from(moved.values().sum::<u32>()) * 2, changes);
            let reported: BTreeMap<_, u32> = movement.moves().iter().map(|m| ((m.from, m.to), m.slots)).collect();
            prop_assert_eq!(&reported, &moved);
            prop_assert_eq!(movement.total().parts_per_million(), moved.values().sum::<u32>());

            // the shares are those of a new allocation
            let weights: Vec<u32> = targets.iter().map(|target| match target {
                Target::Keep { weight, .. } | Target::New { weight } | Target::Nobody { weight } => *weight,
                Target::Remove { .. } => 0,
            }).collect();
            let fresh = Allocation::by_weights(&weights).unwrap();
            let shares: Vec<_> = targets.iter().enumerate()
                .filter(|(_, target)| matches!(target, Target::Keep { .. } | Target::New { .. }))
                .map(|(at, _)| fresh.share(at)).collect();
            prop_assert_eq!(shares, (0..after.len()).map(|variant| after.share(variant)).collect::<Vec<_>>());

            // and an edit adds fewer runs than there are owners
            prop_assert!(runs(&after) < runs(&before) + targets.len() + 1);
            before = after;
        }
    }

    #[test]
    fn ranges_are_taken_if_and_only_if_they_are_sound(given in vec((0..4_usize, 0..60_u32, 0..60_u32), 0..6)) {
        let ranges = || given.iter().map(|(variant, start, length)| (*variant, *start * 20_000..(*start + *length % 4) * 20_000));
        let mut seen = [false; 64];
        let sound = !given.is_empty() && ranges().all(|(variant, Range { start, end })| {
            let cells = &mut seen[start as usize / 20_000..end as usize / 20_000];
            let free = !cells.iter().any(|cell| *cell);
            cells.fill(true);
            variant < 3 && start < end && end <= 1_000_000 && free
        });
        match Allocation::from_ranges(3, ranges()) {
            Ok(allocation) => {
                prop_assert!(sound);
                let again = (0..3).flat_map(|variant| allocation.ranges(variant).map(move |range| (variant, range)));
                prop_assert_eq!(&Allocation::from_ranges(3, again).unwrap(), &allocation);
                let shares = (0..3).map(|variant| allocation.share(variant).unwrap().parts_per_million()).sum::<u32>();
                prop_assert_eq!(shares + allocation.unowned().parts_per_million(), 1_000_000);
            }
            Err(error) => {
                prop_assert!(!sound);
                prop_assert!(error.problems().all(|problem| problem.path().starts_with("ranges")));
            }
        }
    }
}

/// The claims of a layer, with their ranges.
fn sets(layer: &Layer) -> BTreeMap<String, Vec<Range<u32>>> {
    layer.claims().map(|name| (name.to_owned(), layer.ranges(name).collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn claims_never_meet_and_neighbours_never_move(calls in vec((0..3_u8, 0..8_u8, 0..500_000_u32), 1..60)) {
        let mut layer = Layer::new("layer").unwrap();
        for (call, name, parts) in calls {
            let (name, share) = (format!("claim-{name}"), Share::from_parts_per_million(parts).unwrap());
            let (before, free) = (sets(&layer), layer.free());
            let had = layer.share(&name);
            let result = match call {
                0 => layer.claim(&name, share),
                1 => layer.resize(&name, share),
                _ => layer.release(&name),
            };
            let after = sets(&layer);
            let most = free.parts_per_million() + had.map_or(0, Share::parts_per_million);
            let possible = (call == 0) != had.is_some() && (call == 2 || (share > Share::ZERO && parts <= most));
            prop_assert_eq!(result.is_ok(), possible, "{:?}", result);
            if let Err(error) = result {
                let expected = if (call == 0) == had.is_some() { "name" } else { "share" };
                prop_assert_eq!(error.path(), expected);
                prop_assert_eq!(&after, &before);
                continue;
            }
            prop_assert_eq!(layer.share(&name), (call != 2).then_some(share));
            for (other, ranges) in before.iter().filter(|(other, _)| **other != name) {
                prop_assert_eq!(&after[other], ranges);
            }
            // everything is somebody's or free, and nothing twice
            let mut all: Vec<Range<u32>> = after.into_values().flatten().chain(layer.free_ranges()).collect();
            all.sort_by_key(|range| range.start);
            let mut end = 0;
            for range in all {
                prop_assert!(range.start == end && range.end > end);
                end = range.end;
            }
            prop_assert_eq!(end, 1_000_000);
            prop_assert_eq!(&Layer::from_json(&serde_json::to_string(&layer).unwrap()).unwrap(), &layer);
        }
    }

    #[test]
    fn a_claim_that_shrinks_and_grows_again_is_as_before(parts in 2..900_000_u32, less in 1..900_000_u32) {
        let share = |parts| Share::from_parts_per_million(parts).unwrap();
        let mut layer = Layer::new("layer").unwrap();
        layer.claim("a", share(parts)).unwrap();
        let before = layer.clone();
        layer.resize("a", share(less.min(parts))).unwrap();
        layer.resize("a", share(parts)).unwrap();
        prop_assert_eq!(layer, before);
    }

    #[test]
    fn any_text_is_a_layer_or_an_error_with_a_path(text in r#"(\{|\[|"name"|"claims"|"slots"|:|,|"a"|[0-9]{1,7}|\]|\}){0,24}"#) {
        if let Err(error) = Layer::from_json(&text) {
            prop_assert!(error.problems().all(|problem| !problem.path().is_empty()));
        }
    }
}

/// A generator of random numbers that needs no crate: Lehmer's, modulo 2^31 - 1.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u32) -> u32 {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        u32::try_from(self.0 % u64::from(below)).unwrap()
    }
}

/// Moves up to `most` slots from one variant to another.
fn small_edit(allocation: &Allocation, dice: &mut Dice, most: u32) -> Allocation {
    let variants = u32::try_from(allocation.len()).unwrap();
    let from = dice.throw(variants);
    let to = (from + 1 + dice.throw(variants - 1)) % variants;
    let slots = |variant: u32| allocation.share(variant as usize).unwrap().parts_per_million();
    let moved = (1 + dice.throw(most)).min(slots(from));
    let targets: Vec<Target> = (0..variants)
        .map(|variant| {
            let weight = slots(variant) - if variant == from { moved } else { 0 }
                + if variant == to { moved } else { 0 };
            Target::Keep { was: variant as usize, weight }
        })
        .collect();
    let (after, movement) = allocation.rebalance(&targets).unwrap();
    assert_eq!(movement.total().parts_per_million(), moved);
    after
}

#[test]
fn small_edits_do_not_fragment() {
    for (variants, most) in [(2, 1_000), (3, 1_000), (4, 1), (6, 1_000), (10, 1_000)] {
        let mut allocation = Allocation::by_weights(&vec![1; variants]).unwrap();
        let (mut dice, mut largest) = (Dice(20_260_101), 0);
        for _ in 0..20_000 {
            allocation = small_edit(&allocation, &mut dice, most);
            largest = largest.max(runs(&allocation));
        }
        let bound = if variants == 2 { 2 } else { 2 * variants * variants };
        assert!(largest <= bound, "{largest} runs of {variants} variants");
    }
}

/// The edits that break a rule which takes the last slots of the giver: ever smaller ones, to and fro.
#[test]
fn to_and_fro_leaves_two_runs() {
    let mut allocation = Allocation::by_weights(&[1, 1]).unwrap();
    for step in 0..2_000_u32 {
        let change = 200_000 - step * 100;
        let first = if step % 2 == 0 { 500_000 + change } else { 500_000 - change };
        let targets =
            [Target::Keep { was: 0, weight: first }, Target::Keep { was: 1, weight: 1_000_000 - first }];
        allocation = allocation.rebalance(&targets).unwrap().0;
        assert_eq!(runs(&allocation), 2);
    }
}

#[test]
fn a_layer_can_be_given_out_to_the_last_slot() {
    let mut layer = Layer::new("layer").unwrap();
    let one = Share::from_parts_per_million(100).unwrap();
    for n in 0..10_000 {
        layer.claim(&format!("claim-{n}"), one).unwrap();
    }
    assert_eq!(layer.free(), Share::ZERO);
    assert_eq!(layer.claim("one more", one).unwrap_err().kind(), ErrorKind::Range);
}
