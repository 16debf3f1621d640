use super::allocation::{Allocation, check_count};
use crate::error::{Error, Kind, Problem, Problems};
use crate::quantity::Share;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

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

    /// Refuses targets that do not say once, and only once, what becomes of everybody who is there before.
    pub(super) fn check(targets: &[Self], before: &Allocation) -> Result<(), Error> {
        let problems = Problems::default();
        let refuse = |path: String, kind, rule: String| problems.push(Problem::new(path, kind, rule, None));
        for (at, target) in targets.iter().enumerate() {
            let path = || format!("targets[{at}]");
            let Some(was) = target.was() else { continue };
            if was.is_some_and(|was| was >= before.len()) {
                refuse(path(), Kind::Unknown, format!("must be of a variant from 0 to {}", before.len() - 1));
            } else if targets.iter().take(at).any(|other| other.names(was)) {
                refuse(path(), Kind::Conflict, format!("must not speak of {} a second time", Party(was)));
            }
        }
        let everybody = (0..before.len()).map(Some).chain((before.unowned() > Share::ZERO).then_some(None));
        for was in everybody.filter(|was| !targets.iter().any(|target| target.names(*was))) {
            refuse("targets".into(), Kind::Missing, format!("must say what becomes of {}", Party(was)));
        }
        problems.finish(Some(()))?;
        let variants = targets.iter().filter(|target| target.stays()).count();
        check_count("targets", "must leave 1 to 256 variants", variants)
    }

    /// Of which owner before it speaks: of none, of a variant, or of nobody (`Some(None)`).
    pub(super) fn was(&self) -> Option<Option<usize>> {
        match self {
            Self::Keep { was, .. } | Self::Remove { was } => Some(Some(*was)),
            Self::Nobody { .. } => Some(None),
            Self::New { .. } => None,
        }
    }

    pub(super) fn names(&self, owner: Option<usize>) -> bool {
        self.was() == Some(owner)
    }

    /// Whether it is a variant after.
    pub(super) fn stays(&self) -> bool {
        matches!(self, Self::Keep { .. } | Self::New { .. })
    }

    pub(super) fn weight(&self) -> u32 {
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
