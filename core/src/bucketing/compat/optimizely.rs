//! Optimizely: MurmurHash3, ten thousand buckets. Sources: `optimizely/go-sdk`, `pkg/decision/bucketer/murmurhashbucketer.go` and
//! `experiment_bucketer.go`; `optimizely/javascript-sdk`, `lib/core/bucketer/bucket_value_generator.ts`.
//!
//! `bucket` = floor(mm3(bucketing id ‖ entity id, seed 1) / 2^32 * 10000), 0 to 9,999, without a separator. The bucketing id is a reserved
//! attribute, else the user id: it is the unit here. The first entry of the traffic allocation with `bucket < endOfRange` wins.

use super::Assign;
use super::check::some;
use super::hash::Murmur3;
use super::read::Read as _;
use super::text::ByteEncoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;

/// The hash: a unit, under an experiment's or a group's id, to 0..9,999.
///
/// ```
/// use rampgate::bucketing::compat::ByteEncoding;
/// use rampgate::bucketing::compat::optimizely::Optimizely;
///
/// let experiment = Optimizely::new(ByteEncoding::Utf8, "1886780721");
/// assert_eq!(experiment.bucket("ppid1"), 5254);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optimizely {
    encoding: ByteEncoding,
    entity: Box<str>,
}

impl Optimizely {
    /// The hash of `entity`, an experiment's, rule's or group's id. All current SDKs take UTF-8; JavaScript's before version 5 took low bytes.
    #[must_use]
    pub fn new(encoding: ByteEncoding, entity: &str) -> Self {
        Self { encoding, entity: entity.into() }
    }

    /// The vendor's number, 0 to 9,999. In whole numbers: 32-bit floats once gave 10,000, and excluded those units from everything.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        let hash = Murmur3::of(1, self.encoding, &[unit, &self.entity]);
        let scaled = (u64::from(hash) * 10_000) >> 32;
        u32::try_from(scaled).unwrap_or(9_999) // below 10,000, so it never fails
    }
}

/// A traffic allocation: each entry's `endOfRange`, and whom it is for; `None` for an empty entity id, which is deliberately nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Traffic<T>(Box<[(u32, Option<T>)]>);

impl<T: Copy> Traffic<T> {
    fn new(path: &str, entries: &[(u32, Option<T>)]) -> Result<Self, Error> {
        for (position, (end, _)) in some(path, entries)?.iter().enumerate() {
            if *end > 10_000 {
                return Err(Error::new(
                    format!("{path}[{position}]"),
                    Kind::Range,
                    "must end at most at 10000",
                    end,
                ));
            }
        }
        Ok(Self(entries.into()))
    }

    fn at(&self, bucket: u32) -> Option<T> {
        self.0.iter().find(|(end, _)| bucket < *end)?.1
    }
}

/// An experiment, and the exclusion group that it may be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    hash: Optimizely,
    traffic: Traffic<usize>,
    group: Option<(Optimizely, Traffic<bool>)>,
}

impl Experiment {
    /// An experiment with its `trafficAllocation`: where each entry ends, and its variant, `None` where the entity id is empty.
    /// Entries are taken as they stand, the first that ends beyond the number.
    ///
    /// # Errors
    /// No entries, or an end above 10,000.
    pub fn new(hash: Optimizely, traffic: &[(u32, Option<usize>)]) -> Result<Self, Error> {
        Ok(Self { hash, traffic: Traffic::new("traffic", traffic)?, group: None })
    }

    /// Puts the experiment into an exclusion group of policy `random`: the unit's number under the group's id must fall to this
    /// experiment. `traffic` is the group's allocation, where each entry ends, and whether it is this experiment's.
    ///
    /// # Errors
    /// No entries, or an end above 10,000.
    pub fn in_group(mut self, group: &str, traffic: &[(u32, bool)]) -> Result<Self, Error> {
        let entries: Box<[_]> = traffic.iter().map(|(end, ours)| (*end, Some(*ours))).collect();
        let hash = Optimizely::new(self.hash.encoding, group);
        self.group = Some((hash, Traffic::new("group.traffic", &entries)?));
        Ok(self)
    }

    /// The vendor's number of the unit under the experiment's id.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> u32 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let encoding = fields.required("encoding").and_then(|field| field.choice(&ByteEncoding::WORDS));
        let entity = fields.required("entity").and_then(|field| field.text());
        let ends = fields.required("traffic").and_then(|field| field.wholes());
        let group = fields.optional("group").map(|field| {
            let mut fields = field.object()?;
            let id = fields.required("id").and_then(|field| field.text());
            let start = fields.required("start").and_then(|field| field.integer(0..=10_000));
            let end = fields.required("end").and_then(|field| field.integer(0..=10_000));
            fields.finish();
            Some((id?, u32::try_from(start?).ok()?, u32::try_from(end?).ok()?))
        });
        let hash = Optimizely::new(encoding?, entity?);
        let traffic: Box<[_]> =
            ends?.into_iter().zip(0..).map(|(end, variant)| (end, Some(variant))).collect();
        let experiment = Self::new(hash, &traffic).and_then(|experiment| match group {
            None => Ok(Some(experiment)),
            Some(None) => Ok(None),
            Some(Some((id, start, end))) => experiment.in_group(id, &[(start, false), (end, true)]).map(Some),
        });
        fields.checked(experiment)?
    }
}

impl Assign for Experiment {
    fn assign(&self, unit: &str) -> Option<usize> {
        let in_group =
            |(hash, traffic): &(Optimizely, Traffic<bool>)| traffic.at(hash.bucket(unit)) == Some(true);
        self.group.as_ref().is_none_or(in_group).then(|| self.traffic.at(self.bucket(unit)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_group_gives_each_experiment_its_own_units() {
        let traffic = [(5_000, Some(0)), (10_000, Some(1))];
        let experiment =
            |id: &str| Experiment::new(Optimizely::new(ByteEncoding::Utf8, id), &traffic).unwrap();
        let first = experiment("e1").in_group("g", &[(4_000, true), (8_000, false)]).unwrap();
        let second = experiment("e2").in_group("g", &[(4_000, false), (8_000, true)]).unwrap();
        let mut seen = [0; 3];
        for n in 0..3_000 {
            let unit = format!("u{n}");
            match (first.assign(&unit), second.assign(&unit)) {
                (Some(variant), None) => {
                    assert_eq!(Some(variant), experiment("e1").assign(&unit));
                    seen[0] += 1;
                }
                (None, Some(_)) => seen[1] += 1,
                (None, None) => seen[2] += 1,
                both => panic!("{unit}: {both:?}"),
            }
        }
        assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
    }

    #[test]
    fn an_empty_entity_is_nobody_and_the_first_entry_wins() {
        let hash = || Optimizely::new(ByteEncoding::Utf8, "e");
        assert_eq!(Experiment::new(hash(), &[(10_000, None)]).unwrap().assign("u"), None);
        assert_eq!(
            Experiment::new(hash(), &[(10_000, Some(3)), (10_000, Some(4))]).unwrap().assign("u"),
            Some(3)
        );
        assert_eq!(Experiment::new(hash(), &[(0, Some(0))]).unwrap().assign("u"), None);
        assert_eq!(Experiment::new(hash(), &[(1, None), (10_001, None)]).unwrap_err().path(), "traffic[1]");
        assert_eq!(Experiment::new(hash(), &[]).unwrap_err().path(), "traffic");
    }
}
