use super::partition::{Owner, Partition};
use crate::quantity::Share;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::Serialize;

/// How many slots went from one owner to another. A variant is known by its position: before in `from`, after in `to`; `None` is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// Who gave them up.
    pub from: Option<usize>,
    /// Who has them now.
    pub to: Option<usize>,
    /// How many, 1 to 1,000,000: as many units in a million change their variant this way.
    pub slots: u32,
}

/// Everything that a [rebalance](super::Allocation::rebalance) moved. What is not in it stayed where it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Movement {
    moves: Vec<Move>,
}

impl Movement {
    /// From where to where, by `from` and then `to`, nobody first; each pair once and only if slots moved.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// How many slots went from one owner to another; zero if none did.
    #[must_use]
    pub fn between(&self, from: Option<usize>, to: Option<usize>) -> u32 {
        self.moves.iter().find(|one| one.from == from && one.to == to).map_or(0, |one| one.slots)
    }

    /// The share of slots that changed owner.
    #[must_use]
    pub fn total(&self) -> Share {
        Share::clamped(self.moves.iter().map(|one| one.slots).sum())
    }

    /// What differs; `stayed` tells whether an owner before and one after are the same.
    pub(super) fn between_partitions(
        before: &Partition,
        after: &Partition,
        stayed: impl Fn(Owner, Owner) -> bool,
    ) -> Self {
        let mut slots: BTreeMap<(Option<usize>, Option<usize>), u32> = BTreeMap::new();
        let mut rest = after.runs().peekable();
        for (from, run) in before.runs() {
            let mut start = run.start;
            while let Some((to, until)) =
                rest.peek().map(|(to, run)| (*to, run.end)).filter(|_| start < run.end)
            {
                let end = until.min(run.end);
                if !stayed(from, to) {
                    *slots.entry((from.position(), to.position())).or_default() += end - start;
                }
                start = end;
                if until == end {
                    rest.next();
                }
            }
        }
        let moves = slots.into_iter().map(|((from, to), slots)| Move { from, to, slots }).collect();
        Self { moves }
    }
}
