use super::PlanOut;
use crate::bucketing::compat::Assign;
use crate::bucketing::compat::read::Read as _;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// How many segments a namespace hashes into: versions disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segments {
    /// As many as it has: version 0.6 and later.
    Exact,
    /// One more than it has, whose units are in no experiment: before, and in the ports made then.
    OneMore,
}

/// A namespace: experiments that exclude each other, each with its own sample of segments.
///
/// A new experiment takes a pseudo-random sample of the free segments, in ascending order as a Python set of them has it; removing one
/// returns its segments, and its neighbours keep theirs. The salt of an experiment's own parameters is `namespace.experiment`.
///
/// ```
/// use rampgate::bucketing::compat::Assign;
/// use rampgate::bucketing::compat::planout::{Namespace, Segments};
///
/// let mut namespace = Namespace::new("page", 100, Segments::Exact)?;
/// let first = namespace.add("first", 60)?;
/// let second = namespace.add("second", 40)?;
/// assert_eq!(namespace.assign("alice"), Some(first));
/// namespace.remove(first)?;
/// assert_eq!(namespace.assign("alice"), None);
/// # let _ = second;
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Namespace {
    name: Box<str>,
    hash: PlanOut,
    modulus: u64,
    /// Of each segment the experiment that has it.
    owners: Vec<Option<usize>>,
    /// Of each experiment its name, until it is removed.
    experiments: Vec<Option<Box<str>>>,
}

impl Namespace {
    /// Most segments that a namespace holds.
    pub const MAX_SEGMENTS: u32 = 1_000_000;

    /// A namespace whose segments are all free.
    ///
    /// # Errors
    /// A name that is not ASCII, no segments, or more than a million.
    pub fn new(name: &str, segments: u32, range: Segments) -> Result<Self, Error> {
        if segments == 0 || segments > Self::MAX_SEGMENTS {
            return Err(Error::new("segments", Kind::Range, "must be from 1 to 1000000", segments));
        }
        let owners = vec![None; usize::try_from(segments).unwrap_or(0)];
        let modulus = u64::from(segments) + u64::from(range == Segments::OneMore);
        let hash = PlanOut::new(ascii("name", name)?, "segment");
        Ok(Self { name: name.into(), hash, modulus, owners, experiments: Vec::new() })
    }

    /// The vendor's number of the unit, below the number of segments (or that number, with [`Segments::OneMore`]); none where the unit is not ASCII.
    #[must_use]
    pub fn segment(&self, unit: &str) -> Option<u64> {
        self.hash.hash(unit)?.checked_rem(self.modulus)
    }

    /// Gives a new experiment a sample of the free segments, by a shuffle that its name drives; its position is what units are assigned.
    ///
    /// # Errors
    /// A name that is not ASCII or is there already, or fewer free segments than asked for.
    pub fn add(&mut self, experiment: &str, segments: u32) -> Result<usize, Error> {
        ascii("experiment", experiment)?;
        if self.experiments.iter().flatten().any(|name| **name == *experiment) {
            return Err(Error::new(
                "experiment",
                Kind::Conflict,
                "must not be in the namespace already",
                experiment,
            ));
        }
        let mut free: Vec<usize> = self
            .owners
            .iter()
            .enumerate()
            .filter(|(_, owner)| owner.is_none())
            .map(|(segment, _)| segment)
            .collect();
        let draws = usize::try_from(segments).unwrap_or(usize::MAX);
        if draws > free.len() {
            let rule = format!("must be at most the free segments ({})", free.len());
            return Err(Error::new("segments", Kind::Range, rule, segments));
        }
        // Fisher and Yates, from the end, as `Sample` of ops/random.py does it
        let hash = PlanOut::new(&self.name, "sampled_segments");
        for last in (1..free.len()).rev() {
            let drawn = hash.hash(&format!("{experiment}.{last}")).unwrap_or(0) % (last as u64 + 1);
            free.swap(last, usize::try_from(drawn).unwrap_or(0));
        }
        let position = self.experiments.len();
        for segment in free.into_iter().take(draws) {
            if let Some(owner) = self.owners.get_mut(segment) {
                *owner = Some(position);
            }
        }
        self.experiments.push(Some(experiment.into()));
        Ok(position)
    }

    /// Removes the experiment at `position` and frees its segments. The positions of the others stay.
    ///
    /// # Errors
    /// No experiment is there, or no longer.
    pub fn remove(&mut self, position: usize) -> Result<(), Error> {
        let Some(name @ Some(_)) = self.experiments.get_mut(position) else {
            return Err(Error::new(
                "position",
                Kind::Unknown,
                "must be an experiment of the namespace",
                position,
            ));
        };
        *name = None;
        self.owners.iter_mut().filter(|owner| **owner == Some(position)).for_each(|owner| *owner = None);
        Ok(())
    }

    /// The hash of a parameter of the experiment at `position`: its salt is the namespace's and the experiment's name, joined by a point.
    #[must_use]
    pub fn parameter(&self, position: usize, salt: &str) -> Option<PlanOut> {
        let experiment = self.experiments.get(position)?.as_ref()?;
        Some(PlanOut::new(&format!("{}.{experiment}", self.name), salt))
    }

    pub(in crate::bucketing::compat) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let words = [("exact", Segments::Exact), ("one_more", Segments::OneMore)];
        let name = fields.required("name").and_then(|field| field.text());
        let segments = fields.required("segments").and_then(|field| field.whole());
        let range = fields.optional("range").map_or(Some(Segments::Exact), |field| field.choice(&words));
        let experiments = fields.required("experiments").and_then(|field| field.list());
        let mut namespace = fields.checked(Self::new(name?, segments?, range?))?;
        for experiment in experiments? {
            let mut fields = experiment.object()?;
            let name = fields.required("name").and_then(|field| field.text());
            let segments = fields.required("segments").and_then(|field| field.whole());
            fields.finish();
            namespace.add(name?, segments?).map_err(|error| experiment.refuse_with(&error)).ok()?;
        }
        Some(namespace)
    }
}

impl Assign for Namespace {
    /// Position of the experiment whose segments hold the unit.
    fn assign(&self, unit: &str) -> Option<usize> {
        self.owners.get(usize::try_from(self.segment(unit)?).ok()?).copied()?
    }
}

fn ascii<'a>(path: &str, text: &'a str) -> Result<&'a str, Error> {
    if text.is_ascii() { Ok(text) } else { Err(Error::new(path, Kind::Range, "must be ASCII", text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_keep_their_segments() {
        let mut namespace = Namespace::new("n", 50, Segments::Exact).unwrap();
        let [first, second] = ["a", "b"].map(|name| namespace.add(name, 20).unwrap());
        let before = namespace.owners.clone();
        namespace.remove(first).unwrap();
        let third = namespace.add("c", 30).unwrap();
        for (segment, owner) in before.iter().enumerate() {
            let now = namespace.owners[segment];
            if *owner == Some(second) { assert_eq!(now, Some(second)) } else { assert_eq!(now, Some(third)) }
        }
        assert_eq!(namespace.remove(first).unwrap_err().path(), "position");
        assert_eq!(namespace.add("b", 0).unwrap_err().path(), "experiment");
        assert_eq!(namespace.add("ë", 0).unwrap_err().path(), "experiment");
        assert_eq!(namespace.add("d", 1).unwrap_err().path(), "segments");
        assert_eq!(namespace.parameter(first, "x"), None);
        assert_eq!(namespace.parameter(third, "x"), Some(PlanOut::new("n.c", "x")));
    }

    #[test]
    fn the_old_range_has_one_segment_that_nobody_owns() {
        let mut namespace = Namespace::new("n", 1, Segments::OneMore).unwrap();
        namespace.add("all", 1).unwrap();
        let seen: Vec<_> = (0..40).map(|n| namespace.assign(&format!("{n}"))).collect();
        assert!(seen.contains(&None) && seen.contains(&Some(0)));
        assert_eq!(Namespace::new("n", 0, Segments::Exact).unwrap_err().path(), "segments");
        assert_eq!(Namespace::new("ë", 1, Segments::Exact).unwrap_err().path(), "name");
    }
}
