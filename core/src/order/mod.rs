//! Sorting, with one algorithm in the machine code for all types, and a table of what is sorted.
//!
//! The standard library's sorts are compiled anew for each type, at 2 to 4 KB each, and a module for the browser has a dozen of them. What is
//! sorted here are the parts of documents, once as they are read: size counts, and not the last third of the time.

mod table;

pub(crate) use table::Table;

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Sorts in place, without memory of its own; equal items come in any order. At most about 2 n log n comparisons, whatever the items.
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let count = items.len();
    heap_sort(&mut Items { items, compare }, count);
}

/// The same by a key.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

/// The same by the items' own order.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// The same, in which equal items keep their order: their places are noted beside them, and go where they go.
pub(crate) fn sort_stably_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let count = items.len();
    heap_sort(&mut Placed { items, places: (0..count).collect(), compare }, count);
}

/// What a sort asks of a list.
trait Sortable {
    fn is_before(&self, one: usize, other: usize) -> bool;
    fn swap(&mut self, one: usize, other: usize);
}

struct Items<'i, T, F> {
    items: &'i mut [T],
    compare: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Sortable for Items<'_, T, F> {
    fn is_before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (self.items.get(one), self.items.get(other));
        one.zip(other).is_some_and(|(one, other)| (self.compare)(one, other).is_lt())
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.items.swap(one, other);
    }
}

struct Placed<'i, T, F> {
    items: &'i mut [T],
    places: Vec<usize>,
    compare: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Sortable for Placed<'_, T, F> {
    fn is_before(&self, one: usize, other: usize) -> bool {
        let places = || self.places.get(one).cmp(&self.places.get(other));
        let items = self.items.get(one).zip(self.items.get(other));
        items.is_some_and(|(one, other)| (self.compare)(one, other).then_with(places).is_lt())
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.items.swap(one, other);
        self.places.swap(one, other);
    }
}

/// J. W. J. Williams, 1964, as R. W. Floyd builds the heap: below position `n` in it are `2n + 1` and `2n + 2`, and neither comes after it.
fn heap_sort(items: &mut dyn Sortable, count: usize) {
    for top in (0..count / 2).rev() {
        sink(items, top, count);
    }
    for end in (1..count).rev() {
        items.swap(0, end);
        sink(items, 0, end);
    }
}

fn sink(items: &mut dyn Sortable, mut top: usize, end: usize) {
    loop {
        let mut below = 2 * top + 1; // a list in memory has fewer than half as many items as a `usize` can count
        if below + 1 < end && items.is_before(below, below + 1) {
            below += 1;
        }
        if below >= end || !items.is_before(top, below) {
            return;
        }
        items.swap(top, below);
        top = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siphash::SipHash;

    #[test]
    fn any_list_comes_out_as_the_standard_library_sorts_it() {
        for count in (0..40).chain([1_000]) {
            for range in [1, 3, 1_000_000] {
                let number = |n: u32| SipHash::UNKEYED.hash(&n.to_le_bytes()) % range;
                let mut items: Vec<u64> = (0..count).map(number).collect();
                let mut expected = items.clone();
                expected.sort_unstable();
                sort(&mut items);
                assert_eq!(items, expected);
                sort(&mut items);
                assert_eq!(items, expected);
                items.reverse();
                sort(&mut items);
                assert_eq!(items, expected);
            }
        }
    }

    #[test]
    fn comparisons_are_few_whatever_the_order() {
        let counted = core::cell::Cell::new(0);
        for start in [0, 1, 512] {
            let mut items: Vec<u32> = (0..1_024).map(|n| (n * start) % 1_024).collect();
            sort_by(&mut items, |one, other| {
                counted.set(counted.get() + 1);
                one.cmp(other)
            });
            assert!(items.is_sorted());
            assert!(counted.take() <= 2 * 1_024 * 11);
        }
    }

    #[test]
    fn equal_items_keep_their_order_where_that_is_asked() {
        for count in [0, 1, 2, 7, 100, 999] {
            let mut items: Vec<(u64, u32)> =
                (0..count).map(|n: u32| (SipHash::UNKEYED.hash(&n.to_le_bytes()) % 5, n)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_stably_by(&mut items, |one, other| one.0.cmp(&other.0));
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn a_key_is_enough() {
        let mut words = ["one", "three", "to"];
        sort_by_key(&mut words, |word| word.len());
        assert_eq!(words, ["to", "one", "three"]);
    }
}
