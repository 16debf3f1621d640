use super::Slot;
use crate::error::{Kind, Problem, Problems};
use crate::order;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Who a slot belongs to: somebody, known by a position, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(u16);

impl Owner {
    pub(super) const NOBODY: Self = Self(u16::MAX);

    /// The owner at `position`; nobody beyond 65,534, which no caller reaches.
    pub(super) fn at(position: usize) -> Self {
        u16::try_from(position).map_or(Self::NOBODY, Self)
    }

    #[inline]
    pub(super) fn position(self) -> Option<usize> {
        (self != Self::NOBODY).then_some(usize::from(self.0))
    }
}

/// All slots, each with its owner: a slot cannot have two, whatever is done to it.
///
/// Neighbouring runs differ in their owner and none is empty, so partitions that say the same are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    /// Ascending; the last ends at `Slot::COUNT`.
    runs: Box<[Run]>,
}

/// Slots from where the run before ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    end: u32,
    owner: Owner,
}

/// A partition from its first slot up to where it has come.
#[derive(Debug, Default)]
struct Unfinished {
    runs: Vec<Run>,
}

/// Slots that somebody claims, and which of the claims as they were given this is.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) owner: Owner,
    pub(super) slots: Range<u32>,
    pub(super) given: usize,
}

impl Partition {
    /// Runs in order, each with its length. What they leave is nobody's; what is too much is cut.
    pub(super) fn of_runs(runs: impl IntoIterator<Item = (Owner, u32)>) -> Self {
        let mut partition = Unfinished::default();
        for (owner, length) in runs {
            partition.push(owner, length);
        }
        partition.finish()
    }

    /// Pieces in any order. Each one that is empty, too long, or meets another is a problem at the path that `path` gives for it.
    pub(super) fn of_pieces(
        mut pieces: Vec<Piece>,
        path: impl Fn(usize) -> String,
        problems: &Problems,
    ) -> Option<Self> {
        order::sort_by_key(&mut pieces, |piece| (piece.slots.start, piece.slots.end, piece.given));
        let mut furthest: Option<Piece> = None;
        let (mut partition, mut end, mut sound) = (Unfinished::default(), 0, true);
        for piece in pieces {
            let Range { start, end: stop } = piece.slots;
            let mut refuse = |kind, rule: String| {
                sound = false;
                problems.push(Problem::new(path(piece.given), kind, rule, Some(format!("{start}..{stop}"))));
            };
            if start >= stop {
                refuse(Kind::Range, "must end after it starts".into());
                continue;
            }
            if stop > Slot::COUNT {
                refuse(Kind::Range, format!("must end at {} at most", Slot::COUNT));
                continue;
            }
            if let Some(other) = furthest.as_ref().filter(|other| other.slots.end > start) {
                let Range { start, end } = other.slots;
                refuse(Kind::Conflict, format!("must not meet `{}` ({start}..{end})", path(other.given)));
            }
            partition.push(Owner::NOBODY, start.saturating_sub(end));
            partition.push(piece.owner, stop - start);
            if stop > end {
                end = stop;
                furthest = Some(piece);
            }
        }
        sound.then(|| partition.finish())
    }

    /// The same, except that of the slots of `from`, counted upwards, those at the places `which` go to `to`.
    pub(super) fn transfer(&self, from: Owner, to: Owner, which: &Range<u32>) -> Self {
        let mut seen = 0;
        Self::of_runs(self.runs().flat_map(|(owner, slots)| {
            let length = slots.end - slots.start;
            if owner != from {
                return [(owner, length), (owner, 0), (owner, 0)];
            }
            let before = which.start.saturating_sub(seen).min(length);
            let moved = which.end.saturating_sub(seen).min(length) - before;
            seen += length;
            [(from, before), (to, moved), (from, length - before - moved)]
        }))
    }

    /// The same slots under other owners.
    pub(super) fn relabel(&self, to: impl Fn(Owner) -> Owner) -> Self {
        Self::of_runs(self.runs().map(|(owner, slots)| (to(owner), slots.end - slots.start)))
    }

    /// The owner of a slot: a binary search over the ends of the runs.
    #[inline]
    pub(super) fn owner(&self, slot: Slot) -> Owner {
        let run = self.runs.partition_point(|run| run.end <= slot.get());
        self.runs.get(run).map_or(Owner::NOBODY, |run| run.owner)
    }

    /// Every run in order, with its owner.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Owner, Range<u32>)> {
        let starts = core::iter::once(0).chain(self.runs.iter().map(|run| run.end));
        self.runs.iter().zip(starts).map(|(run, start)| (run.owner, start..run.end))
    }

    /// The slots of one owner, in order.
    pub(super) fn ranges(&self, of: Owner) -> impl Iterator<Item = Range<u32>> {
        self.runs().filter(move |(owner, _)| *owner == of).map(|(_, slots)| slots)
    }

    /// How many slots an owner has.
    pub(super) fn count(&self, of: Owner) -> u32 {
        self.ranges(of).map(|slots| slots.end - slots.start).sum()
    }
}

impl Unfinished {
    /// Adds a run after the last one. Merges it with that one if the owner is the same.
    fn push(&mut self, owner: Owner, length: u32) {
        let start = self.runs.last().map_or(0, |last| last.end);
        let end = start.saturating_add(length).min(Slot::COUNT);
        if end == start {
            return;
        }
        match self.runs.last_mut().filter(|last| last.owner == owner) {
            Some(last) => last.end = end,
            None => self.runs.push(Run { end, owner }),
        }
    }

    /// What is left is nobody's.
    fn finish(mut self) -> Partition {
        self.push(Owner::NOBODY, Slot::COUNT);
        Partition { runs: self.runs.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const A: Owner = Owner(0);
    const B: Owner = Owner(1);

    fn runs(partition: &Partition) -> Vec<(Owner, Range<u32>)> {
        partition.runs().collect()
    }

    #[test]
    fn what_says_the_same_is_equal() {
        let whole = Partition::of_runs([(A, 10), (B, 20)]);
        let parts = Partition::of_runs([(A, 4), (A, 6), (B, 0), (B, 20), (Owner::NOBODY, 7)]);
        assert_eq!(whole, parts);
        assert_eq!(runs(&whole), [(A, 0..10), (B, 10..30), (Owner::NOBODY, 30..1_000_000)]);
        assert_eq!(runs(&Partition::of_runs([])), [(Owner::NOBODY, 0..1_000_000)]);
    }

    #[test]
    fn a_transfer_counts_the_slots_of_the_giver_alone() {
        let before = Partition::of_runs([(A, 10), (B, 5), (A, 10)]);
        let after = before.transfer(A, B, &(8..13));
        assert_eq!(runs(&after)[..3], [(A, 0..8), (B, 8..18), (A, 18..25)]);
        assert_eq!(before.transfer(A, B, &(0..0)), before);
        assert_eq!((after.count(A), after.count(B)), (15, 10));
    }

    #[test]
    fn pieces_that_meet_are_named_both() {
        let piece = |given, owner, slots| Piece { owner, slots, given };
        let problems = Problems::default();
        let pieces = vec![
            piece(0, A, 0..100),
            piece(1, B, 20..30),
            piece(2, B, 99..120),
            piece(3, A, 120..121),
            piece(4, A, 7..7),
            piece(5, A, 999_999..1_000_001),
        ];
        assert_eq!(Partition::of_pieces(pieces, |given| format!("p[{given}]"), &problems), None);
        let error = problems.finish(Some(())).unwrap_err();
        let paths: Vec<&str> = error.problems().map(Problem::path).collect();
        assert_eq!(paths, ["p[4]", "p[1]", "p[2]", "p[5]"]);
        assert_eq!(
            error.problems().nth(1).unwrap().rule(),
            "must not meet `p[0]` (0..100)",
            "the one that reaches furthest is named"
        );
    }
}
