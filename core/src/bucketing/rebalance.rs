use super::allocation::{Allocation, check_count, slots_by_weight};
use super::partition::{Owner, Partition};
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::Share;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// What becomes of one variant, or of the slots that nobody owns, when an allocation is [rebalanced](Allocation::rebalance).
///
/// `was` is the variant's position before. The positions after are those of the list: its first `Keep` or `New` is variant 0, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A variant that goes on under this weight, which may be the old one or zero.
    Keep {
        /// Its position before.
        was: usize,
        /// Its weight after.
        weight: u32,
    },
    /// A variant that was not there before.
    New {
        /// Its weight.
        weight: u32,
    },
    /// A variant that ends: all of its slots go to others.
    Remove {
        /// Its position before.
        was: usize,
    },
    /// The part that nobody is to own.
    Nobody {
        /// Its weight; zero gives all of it to the variants.
        weight: u32,
    },
}

impl Target {
    /// The targets that turn the variants named `before`, in the order of the allocation, into those of `after`: a name in both lists is kept, one in
    /// `after` alone is new, one in `before` alone is removed.
    ///
    /// A variant that was renamed is a removed one and a new one, and all of its units move. If that is not meant, say [`Keep`](Self::Keep).
    ///
    /// # Errors
    /// A name that is twice in one list, at `before[i]` or `after[i]`.
    pub fn by_name(before: &[&str], after: &[(&str, u32)]) -> Result<Vec<Self>, Error> {
        let names: Vec<&str> = after.iter().map(|(name, _)| *name).collect();
        let problems = Problems::default();
        refuse_repeated("before", before, &problems);
        refuse_repeated("after", &names, &problems);
        let place_before = |name: &str| before.iter().position(|other| *other == name);
        let wanted = after.iter().map(|(name, weight)| match place_before(name) {
            Some(was) => Self::Keep { was, weight: *weight },
            None => Self::New { weight: *weight },
        });
        let ended = before.iter().enumerate().filter(|(_, name)| !names.contains(name));
        let targets = wanted.chain(ended.map(|(was, _)| Self::Remove { was })).collect();
        problems.finish(Some(targets))
    }
}

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

/// Everything that a [rebalance](Allocation::rebalance) moved. What is not in it stayed where it was.
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
}

impl Allocation {
    /// The allocation that meets the targets, and what moved on the way to it.
    ///
    /// Exactly half the sum of the absolute changes of all owners' slots moves, nobody counting as an owner. That is the minimum: whoever is to have
    /// more must be given it, and nobody gives up a slot who is not to have fewer. Who keeps or gains slots keeps every slot it had.
    ///
    /// The weights come to slots as in [`by_weights`](Self::by_weights), in the order of the list, so the shares after are those of a new allocation.
    /// Which slots move is part of the scheme (`spec/bucketing.md`) and the same everywhere. Slots move at a boundary where giver and taker meet if
    /// there is one, so runs stay few: an edit adds at most one run fewer than there are owners, and between two owners none. Over 20,000 random small
    /// edits in a row, n owners (3 to 10) never had more than 2 n^2 runs.
    ///
    /// ```
    /// use rampgate::bucketing::{Allocation, Target};
    ///
    /// let before = Allocation::by_weights(&[50, 50])?;
    /// let targets = Target::by_name(&["old", "new"], &[("old", 40), ("new", 40), ("bold", 20)])?;
    /// let (after, movement) = before.rebalance(&targets)?;
    /// assert_eq!(after.share(2), Some("20%".parse()?));
    /// assert_eq!(movement.total(), "20%".parse()?); // `by_weights` would have moved 30%
    /// assert_eq!(movement.between(Some(0), Some(2)), 100_000);
    /// assert_eq!(movement.between(Some(0), Some(1)), 0);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// At `targets[i]`: a variant that is not there or is named twice, a second `Nobody`, a weight above zero that is too small for a slot. At
    /// `targets`: somebody who owns slots and is not named (nobody included: nothing is given away because it was forgotten), weights that sum to
    /// zero, not 1 to 256 variants after.
    pub fn rebalance(&self, targets: &[Target]) -> Result<(Self, Movement), Error> {
        self.check(targets)?;
        let weights: Vec<u32> = targets.iter().map(Target::weight).collect();
        let mut surplus: Vec<i64> =
            slots_by_weight("targets", &weights)?.into_iter().map(|slots| -i64::from(slots)).collect();
        surplus.push(0); // nobody, where it is not among the targets: then it owns nothing before and after
        let party = |owner: Owner| {
            targets.iter().position(|one| one.names(owner.position())).unwrap_or(targets.len())
        };
        let mut transfer = Transfer { runs: Vec::new(), surplus };
        for (owner, slots) in self.partition.runs() {
            let (party, length) = (party(owner), slots.end - slots.start);
            transfer.change(party, i64::from(length));
            transfer.runs.push(Run { party, length });
        }
        while transfer.step() {}
        let mut variants = 0;
        let owners: Vec<Owner> = targets
            .iter()
            .map(|target| {
                let owner = if target.stays() { Owner::at(variants) } else { Owner::NOBODY };
                variants += usize::from(target.stays());
                owner
            })
            .collect();
        let owner = |party: usize| owners.get(party).copied().unwrap_or(Owner::NOBODY);
        let runs = transfer.runs.iter().map(|run| (owner(run.party), run.length));
        let after = Partition::of_runs(runs);
        let movement = Movement::between_partitions(&self.partition, &after, |before| owner(party(before)));
        Ok((Self::new(after, variants), movement))
    }

    /// Whether the targets say once, and only once, what becomes of everybody who is there.
    fn check(&self, targets: &[Target]) -> Result<(), Error> {
        let problems = Problems::default();
        let refuse = |path: String, kind, rule: String| problems.push(Problem::new(path, kind, rule, None));
        for (at, target) in targets.iter().enumerate() {
            let path = || format!("targets[{at}]");
            let Some(was) = target.was() else { continue };
            if was.is_some_and(|was| was >= self.len()) {
                refuse(path(), Kind::Unknown, format!("must be of a variant from 0 to {}", self.len() - 1));
            } else if targets.iter().take(at).any(|other| other.names(was)) {
                refuse(path(), Kind::Conflict, format!("must not speak of {} a second time", Party(was)));
            }
        }
        let everybody = (0..self.len()).map(Some).chain((self.unowned() > Share::ZERO).then_some(None));
        for was in everybody.filter(|was| !targets.iter().any(|target| target.names(*was))) {
            refuse("targets".into(), Kind::Missing, format!("must say what becomes of {}", Party(was)));
        }
        problems.finish(Some(()))?;
        let variants = targets.iter().filter(|target| target.stays()).count();
        check_count("targets", "must leave 1 to 256 variants", variants)
    }
}

impl Target {
    /// Of which owner before it speaks: of none, of a variant, or of nobody (`Some(None)`).
    fn was(&self) -> Option<Option<usize>> {
        match self {
            Self::Keep { was, .. } | Self::Remove { was } => Some(Some(*was)),
            Self::Nobody { .. } => Some(None),
            Self::New { .. } => None,
        }
    }

    fn names(&self, owner: Option<usize>) -> bool {
        self.was() == Some(owner)
    }

    /// Whether it is a variant after.
    fn stays(&self) -> bool {
        matches!(self, Self::Keep { .. } | Self::New { .. })
    }

    fn weight(&self) -> u32 {
        match self {
            Self::Keep { weight, .. } | Self::New { weight } | Self::Nobody { weight } => *weight,
            Self::Remove { .. } => 0,
        }
    }
}

/// An owner before, in an error's words.
struct Party(Option<usize>);

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(variant) => write!(f, "variant {variant}"),
            None => f.write_str("the slots that nobody owns"),
        }
    }
}

/// A run of slots of one party: the place of a target in the list.
#[derive(Clone, Copy)]
struct Run {
    party: usize,
    length: u32,
}

/// Runs on their way to the targets.
struct Transfer {
    /// In order of slots; neighbours are of different parties, and none is empty.
    runs: Vec<Run>,
    /// How many slots each party still has to give; below zero, to take. The sum is zero.
    surplus: Vec<i64>,
}

impl Transfer {
    /// Moves slots once, as the page on bucketing says: at a boundary where a giver meets a taker, if there is one. Whether anything was left to do.
    fn step(&mut self) -> bool {
        let boundaries =
            self.runs.windows(2).enumerate().flat_map(|(left, _)| [(left, left + 1), (left + 1, left)]);
        let meeting = boundaries
            .filter_map(|(giver, taker)| Some((self.giver(giver)?, giver, taker)))
            .filter(|(_, _, taker)| self.runs.get(*taker).is_some_and(|run| self.surplus(run.party) < 0))
            .min();
        if let Some((_, giver, taker)) = meeting {
            let Some(to) = self.runs.get(taker).map(|run| run.party) else { return false };
            let moved = self.settle(giver, to);
            if let Some(run) = self.runs.get_mut(taker) {
                run.length += moved;
            }
            self.tidy();
            return true;
        }
        let shortest = (0..self.runs.len()).filter_map(|place| Some((self.giver(place)?, place))).min();
        let taker = self.surplus.iter().position(|surplus| *surplus < 0);
        let (Some((_, giver)), Some(party)) = (shortest, taker) else { return false };
        let length = self.settle(giver, party);
        self.runs.insert(giver + 1, Run { party, length });
        self.tidy();
        true
    }

    /// Length of a run whose party has slots to give.
    fn giver(&self, place: usize) -> Option<u32> {
        self.runs.get(place).filter(|run| self.surplus(run.party) > 0).map(|run| run.length)
    }

    fn surplus(&self, party: usize) -> i64 {
        self.surplus.get(party).copied().unwrap_or(0)
    }

    fn change(&mut self, party: usize, by: i64) {
        if let Some(surplus) = self.surplus.get_mut(party) {
            *surplus += by;
        }
    }

    /// Takes from the run at `giver` as much as it has, may give, and `taker` lacks.
    fn settle(&mut self, giver: usize, taker: usize) -> u32 {
        let Some(run) = self.runs.get(giver).copied() else { return 0 };
        let most = self.surplus(run.party).min(-self.surplus(taker));
        let moved = u32::try_from(most).unwrap_or(0).min(run.length);
        self.change(run.party, -i64::from(moved));
        self.change(taker, i64::from(moved));
        if let Some(run) = self.runs.get_mut(giver) {
            run.length -= moved;
        }
        moved
    }

    /// Drops empty runs and joins neighbours of one party.
    fn tidy(&mut self) {
        self.runs.retain(|run| run.length > 0);
        self.runs.dedup_by(|next, run| {
            let same = next.party == run.party;
            if same {
                run.length += next.length;
            }
            same
        });
    }
}

impl Movement {
    /// What differs; `onwards` gives the owner after that an owner before goes on as.
    fn between_partitions(before: &Partition, after: &Partition, onwards: impl Fn(Owner) -> Owner) -> Self {
        let mut slots: BTreeMap<(Option<usize>, Option<usize>), u32> = BTreeMap::new();
        let mut rest = after.runs().peekable();
        for (from, run) in before.runs() {
            let mut start = run.start;
            while let Some((to, until)) =
                rest.peek().map(|(to, run)| (*to, run.end)).filter(|_| start < run.end)
            {
                let end = until.min(run.end);
                if to != onwards(from) {
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

fn refuse_repeated(list: &str, names: &[&str], problems: &Problems) {
    for (at, name) in names.iter().enumerate().filter(|(at, name)| names.iter().take(*at).any(|n| n == *name))
    {
        let path = format!("{list}[{at}]");
        problems.push(Problem::new(path, Kind::Conflict, "must not be there twice", Some((*name).into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn keep(was: usize, weight: u32) -> Target {
        Target::Keep { was, weight }
    }

    fn ranges(allocation: &Allocation, variant: usize) -> Vec<[u32; 2]> {
        super::super::ranges::pairs(allocation.ranges(variant))
    }

    #[test]
    fn slots_move_where_giver_and_taker_meet() {
        let before = Allocation::by_weights(&[50, 50]).unwrap();
        let (after, movement) = before.rebalance(&[keep(0, 30), keep(1, 70)]).unwrap();
        assert_eq!(ranges(&after, 1), [[300_000, 1_000_000]]);
        assert_eq!(movement.moves(), [Move { from: Some(0), to: Some(1), slots: 200_000 }]);
        let (again, _) = after.rebalance(&[keep(0, 50), keep(1, 50)]).unwrap();
        assert_eq!(again, before, "two variants never have more than a run each");
    }

    #[test]
    fn a_variant_that_ends_gives_to_those_that_gain() {
        let before = Allocation::by_weights(&[40, 20, 40]).unwrap();
        let (after, movement) =
            before.rebalance(&[keep(2, 40), Target::Remove { was: 1 }, keep(0, 60)]).unwrap();
        assert_eq!(ranges(&after, 0), [[600_000, 1_000_000]], "was variant 2");
        assert_eq!(ranges(&after, 1), [[0, 600_000]], "was variant 0");
        assert_eq!(movement.moves(), [Move { from: Some(1), to: Some(1), slots: 200_000 }]);
    }

    #[test]
    fn nobody_is_a_party_like_any_other() {
        let before = Allocation::from_ranges(1, [(0, 0..100_000)]).unwrap();
        let targets = [keep(0, 5), Target::New { weight: 5 }, Target::Nobody { weight: 90 }];
        let (after, movement) = before.rebalance(&targets).unwrap();
        assert_eq!(after.unowned(), "90%".parse().unwrap());
        assert_eq!(movement.moves(), [Move { from: Some(0), to: Some(1), slots: 50_000 }]);
        assert_eq!(ranges(&after, 1), [[50_000, 100_000]]);
        let (whole, movement) =
            after.rebalance(&[keep(0, 1), keep(1, 1), Target::Nobody { weight: 0 }]).unwrap();
        assert_eq!(movement.total(), "90%".parse().unwrap());
        assert_eq!(movement.between(None, Some(0)), 450_000);
        assert_eq!(whole.unowned(), Share::ZERO);
    }

    #[test]
    fn the_same_weights_move_nobody() {
        let before = Allocation::by_weights(&[3, 0, 1, 7]).unwrap();
        let (after, movement) = before.rebalance(&[keep(0, 3), keep(1, 0), keep(2, 1), keep(3, 7)]).unwrap();
        assert_eq!((after, movement), (before, Movement::default()));
    }

    #[test]
    fn nobody_is_forgotten_or_named_twice() {
        let before = Allocation::from_ranges(3, [(0, 0..10), (1, 20..30)]).unwrap();
        let twice = Target::Remove { was: 0 };
        let error = before.rebalance(&[keep(0, 1), keep(7, 1), twice]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "5 problems:\n  \
             invalid `targets[1]`: must be of a variant from 0 to 2\n  \
             invalid `targets[2]`: must not speak of variant 0 a second time\n  \
             invalid `targets`: must say what becomes of variant 1\n  \
             invalid `targets`: must say what becomes of variant 2\n  \
             invalid `targets`: must say what becomes of the slots that nobody owns"
        );
        let whole = Allocation::by_weights(&[1]).unwrap();
        let path = |targets: &[Target]| whole.rebalance(targets).unwrap_err().path().to_string();
        assert_eq!(path(&[Target::Remove { was: 0 }, Target::Nobody { weight: 1 }]), "targets");
        assert_eq!(path(&[keep(0, 0)]), "targets");
        assert_eq!(path(&[Target::New { weight: 1 }, keep(0, u32::MAX)]), "targets[0]");
    }

    #[test]
    fn names_say_who_stays_comes_and_goes() {
        let targets = Target::by_name(&["a", "b"], &[("c", 1), ("a", 2)]).unwrap();
        assert_eq!(targets, [Target::New { weight: 1 }, keep(0, 2), Target::Remove { was: 1 }]);
        assert_eq!(Target::by_name(&["a", "a"], &[]).unwrap_err().path(), "before[1]");
        assert_eq!(Target::by_name(&["a"], &[("b", 1), ("b", 2)]).unwrap_err().path(), "after[1]");
    }
}
