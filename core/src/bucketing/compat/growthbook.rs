//! GrowthBook: FNV-1a, in two versions. Source: `growthbook/growthbook`, `packages/sdk-js/src/util.ts` and `core.ts`.
//!
//! - version 1: `n` = (fnv32(unit ‖ seed) mod 1000) / 1000, the default where a rule names no version;
//! - version 2: `n` = (fnv32(decimal(fnv32(seed ‖ unit))) mod 10000) / 10000.
//!
//! There is no separator, and the two versions put unit and seed in opposite orders. The seed of an experiment is its `seed`, else its
//! key; that of a rollout is the rule's `seed`, else the feature's key. A unit that JavaScript calls falsy is missing: the empty text here,
//! but also the number 0, which a host must not pass as `"0"`.

use super::Assign;
use super::check::{ordered, some};
use super::hash::Fnv1a;
use super::read::Read as _;
use super::text::Encoding;
use crate::document::Fields;
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

/// `hashVersion` of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 1,000 buckets; biased between experiments. What a rule without `hashVersion` uses.
    V1,
    /// 10,000 buckets.
    V2,
}

impl TryFrom<u32> for Version {
    type Error = Error;

    /// # Errors
    /// Any other number than 1 and 2: GrowthBook skips such a rule.
    fn try_from(number: u32) -> Result<Self, Error> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            _ => Err(Error::new("version", Kind::Version, "must be 1 or 2", number)),
        }
    }
}

/// The hash: a unit to a number in [0, 1).
///
/// ```
/// use rampgate::bucketing::compat::Encoding;
/// use rampgate::bucketing::compat::growthbook::{GrowthBook, Version};
///
/// let javascript = GrowthBook::new(Version::V2, Encoding::Utf16, "seed");
/// let go = GrowthBook::new(Version::V2, Encoding::Utf8, "seed");
/// assert_eq!(javascript.bucket("a"), 0.0505);
/// assert_eq!((javascript.bucket("zoë"), go.bucket("zoë")), (0.9207, 0.8807));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrowthBook {
    version: Version,
    encoding: Encoding,
    seed: Box<str>,
}

impl GrowthBook {
    /// The hash under `seed`, as the SDKs with this `encoding` compute it: UTF-16 in JavaScript and in
    /// Python since version 4, code points in Python before, UTF-8 in Go and Rust.
    #[must_use]
    pub fn new(version: Version, encoding: Encoding, seed: &str) -> Self {
        Self { version, encoding, seed: seed.into() }
    }

    /// The vendor's `n`: thousandths in version 1, ten thousandths in version 2, below 1. It is defined for the empty unit too.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        match self.version {
            Version::V1 => f64::from(self.fnv(unit, &self.seed) % 1000) / 1000.0,
            Version::V2 => f64::from(fnv_of_decimal(self.fnv(&self.seed, unit)) % 10_000) / 10_000.0,
        }
    }

    fn fnv(&self, first: &str, second: &str) -> u32 {
        let mut hasher = Fnv1a::new();
        self.encoding.each(first, |unit| hasher.push(unit));
        self.encoding.each(second, |unit| hasher.push(unit));
        hasher.finish()
    }
}

/// FNV-1a of the decimal digits of `number`, without leading zeros.
fn fnv_of_decimal(number: u32) -> u32 {
    let mut hasher = Fnv1a::new();
    let mut power = 10_u32.pow(number.checked_ilog10().unwrap_or(0));
    while power > 0 {
        hasher.push(u32::from(b'0') + number / power % 10);
        power /= 10;
    }
    hasher.finish()
}

/// What each of `count` variants weighs where no weights are given.
#[must_use]
pub fn equal_weights(count: usize) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 variants")]
    let weight = 1.0 / count as f64;
    vec![weight; count]
}

/// Where each variant begins and ends on [0, 1): the start is in, the end is not, and the first that holds a number takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges(Box<[(f64, f64)]>);

impl Ranges {
    /// Explicit `ranges` of a rule; they win over weights and coverage. They may overlap and leave gaps.
    ///
    /// # Errors
    /// No range, a number that is not finite, or an end before its start.
    pub fn new(ranges: &[(f64, f64)]) -> Result<Self, Error> {
        let items = some("ranges", ranges)?.iter().enumerate();
        items
            .map(|(position, range)| ordered(&format!("ranges[{position}]"), *range))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The ranges of `count` variants: variant i gets `[C, C + coverage * weight)`, where C is the sum of the *full* weights before
    /// it. Each has its gap after it, so a rise in coverage moves nobody from one variant to another.
    ///
    /// As the vendor has it, coverage is held to 0..1, and the weights are equal where they are missing, of the wrong number, or sum
    /// to less than 0.99 or more than 1.01: a wrong sum is not an error there, and so it is none here.
    ///
    /// # Errors
    /// No variants, or a number that is not finite.
    pub fn by_weights(count: usize, coverage: f64, weights: Option<&[f64]>) -> Result<Self, Error> {
        if count == 0 {
            return Err(Error::new("variants", Kind::Range, "must be at least one", count));
        }
        let finite = |path: &str, value: f64| match value.is_finite() {
            true => Ok(value),
            false => Err(Error::new(path, Kind::Range, "must be a finite number", value)),
        };
        let coverage = finite("coverage", coverage)?.clamp(0.0, 1.0);
        for (position, weight) in weights.unwrap_or_default().iter().enumerate() {
            finite(&format!("weights[{position}]"), *weight)?;
        }
        let usable = |weights: &&[f64]| {
            weights.len() == count
                && (0.99..=1.01).contains(&weights.iter().fold(0.0, |sum, weight| weight + sum))
        };
        let weights = weights.filter(usable).map_or_else(|| equal_weights(count), Vec::from);
        let mut cumulative = 0.0;
        let mut range = |weight: f64| {
            let start = cumulative;
            cumulative += weight;
            (start, start + coverage * weight)
        };
        Ok(Self(weights.into_iter().map(&mut range).collect()))
    }

    /// Position of the first range that holds `bucket`.
    #[must_use]
    pub fn choose(&self, bucket: f64) -> Option<usize> {
        self.0.iter().position(|(start, end)| bucket >= *start && bucket < *end)
    }

    /// The ranges, start and end, in the order of the variants.
    #[must_use]
    pub fn as_slice(&self) -> &[(f64, f64)] {
        &self.0
    }
}

/// A namespace, which keeps experiments apart: a unit is in where its number under the seed `__` ‖ id lies in `[start, end)`. Always version 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Namespace {
    hash: GrowthBook,
    range: (f64, f64),
}

impl Namespace {
    /// The namespace `id`, of which this experiment has `start` to `end`.
    ///
    /// # Errors
    /// A number that is not finite, or an end before its start.
    pub fn new(encoding: Encoding, id: &str, start: f64, end: f64) -> Result<Self, Error> {
        let range = ordered("namespace", (start, end))?;
        Ok(Self { hash: GrowthBook::new(Version::V1, encoding, &format!("__{id}")), range })
    }

    /// Whether the unit is in.
    #[must_use]
    pub fn includes(&self, unit: &str) -> bool {
        let bucket = self.hash.bucket(unit);
        bucket >= self.range.0 && bucket < self.range.1
    }
}

/// An experiment: who is in by namespace or filters, and which variant the ranges give.
///
/// ```
/// use rampgate::bucketing::compat::growthbook::{Experiment, GrowthBook, Ranges, Version};
/// use rampgate::bucketing::compat::{Assign, Encoding};
///
/// let hash = GrowthBook::new(Version::V1, Encoding::Utf16, "my-test");
/// let experiment = Experiment::new(hash, Ranges::by_weights(2, 1.0, None)?)?;
/// assert_eq!(experiment.assign("1"), Some(1));
/// assert_eq!(experiment.assign(""), None);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    hash: GrowthBook,
    ranges: Ranges,
    namespace: Option<Namespace>,
    filters: Vec<(GrowthBook, Ranges)>,
}

impl Experiment {
    /// # Errors
    /// Fewer than two variants: GrowthBook puts nobody into such an experiment.
    pub fn new(hash: GrowthBook, ranges: Ranges) -> Result<Self, Error> {
        if ranges.0.len() < 2 {
            return Err(Error::new("variants", Kind::Range, "must be at least two", ranges.0.len()));
        }
        Ok(Self { hash, ranges, namespace: None, filters: Vec::new() })
    }

    /// Only units of the namespace are in; without effect where there are filters.
    #[must_use]
    pub fn within(mut self, namespace: Namespace) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Only units that some of `ranges` holds under `hash` are in. All filters must let a unit pass, and they replace the namespace.
    /// A filter without a `hashVersion` is of version 2, unlike an experiment.
    #[must_use]
    pub fn filtered(mut self, hash: GrowthBook, ranges: Ranges) -> Self {
        self.filters.push((hash, ranges));
        self
    }

    /// The vendor's number of the unit.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let coverage =
            fields.optional("coverage").map_or(Some(1.0), |field| field.number(f64::MIN..=f64::MAX));
        let count = fields.optional("variants").map(|field| field.integer(2..=256));
        let weights = fields.optional("weights").map(|field| field.numbers());
        let ranges = fields.optional("ranges").map(|field| field.pairs());
        let namespace = fields.optional("namespace").map(|field| {
            let mut fields = field.object()?;
            let id = fields.required("id").and_then(|field| field.text());
            let start = fields.required("start").and_then(|field| field.number(0.0..=1.0));
            let end = fields.required("end").and_then(|field| field.number(0.0..=1.0));
            fields.finish();
            Some((id?, start?, end?))
        });
        let (hash, coverage) = (hash?, coverage?);
        let ranges = match (ranges, weights) {
            (Some(ranges), _) => Ranges::new(&ranges?),
            (None, Some(weights)) => {
                let weights = weights?;
                let count = count.map_or(Some(weights.len()), |count| usize::try_from(count?).ok())?;
                Ranges::by_weights(count, coverage, Some(&weights))
            }
            (None, None) => {
                Ranges::by_weights(usize::try_from(count.unwrap_or(Some(0))?).ok()?, coverage, None)
            }
        };
        let encoding = hash.encoding;
        let experiment =
            ranges.and_then(|ranges| Self::new(hash, ranges)).and_then(|experiment| match namespace {
                None => Ok(Some(experiment)),
                Some(None) => Ok(None),
                Some(Some((id, start, end))) => {
                    Ok(Some(experiment.within(Namespace::new(encoding, id, start, end)?)))
                }
            });
        fields.checked(experiment)?
    }
}

impl Assign for Experiment {
    fn assign(&self, unit: &str) -> Option<usize> {
        let in_filters =
            || self.filters.iter().all(|(hash, ranges)| ranges.choose(hash.bucket(unit)).is_some());
        let in_namespace = || self.namespace.as_ref().is_none_or(|namespace| namespace.includes(unit));
        let is_in = !unit.is_empty() && if self.filters.is_empty() { in_namespace() } else { in_filters() };
        is_in.then(|| self.ranges.choose(self.hash.bucket(unit)))?
    }
}

/// A rollout (`force`) rule: in, as variant 0, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    hash: GrowthBook,
    reach: Reach,
}

#[derive(Clone, Debug, PartialEq)]
enum Reach {
    Coverage(f64),
    Range(f64, f64),
}

impl Rollout {
    /// In where `n <= coverage`: the end belongs to it, unlike that of a range, so 10% of version 1 admits 101 of 1,000 buckets. A coverage
    /// of zero, alone, admits nobody.
    ///
    /// # Errors
    /// A coverage outside 0 to 1.
    pub fn by_coverage(hash: GrowthBook, coverage: f64) -> Result<Self, Error> {
        Ok(Self { hash, reach: Reach::Coverage(super::check::within("coverage", coverage, 0.0..=1.0)?) })
    }

    /// In where `start <= n < end`.
    ///
    /// # Errors
    /// A number that is not finite, or an end before its start.
    pub fn by_range(hash: GrowthBook, start: f64, end: f64) -> Result<Self, Error> {
        let (start, end) = ordered("range", (start, end))?;
        Ok(Self { hash, reach: Reach::Range(start, end) })
    }

    /// The vendor's number of the unit.
    #[must_use]
    pub fn bucket(&self, unit: &str) -> f64 {
        self.hash.bucket(unit)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let hash = read_hash(fields);
        let coverage = fields.required("coverage").and_then(|field| field.number(0.0..=1.0));
        fields.checked(Self::by_coverage(hash?, coverage?))
    }
}

impl Assign for Rollout {
    fn assign(&self, unit: &str) -> Option<usize> {
        let bucket = self.hash.bucket(unit);
        let is_in = match self.reach {
            Reach::Coverage(coverage) => coverage > 0.0 && bucket <= coverage,
            Reach::Range(start, end) => bucket >= start && bucket < end,
        };
        (is_in && !unit.is_empty()).then_some(0)
    }
}

fn read_hash(fields: &mut Fields<'_>) -> Option<GrowthBook> {
    let version = fields.required("version").and_then(|field| field.whole());
    let encoding = fields.required("encoding").and_then(|field| field.choice(&Encoding::WORDS));
    let seed = fields.required("seed").and_then(|field| field.text());
    let version = fields.checked(Version::try_from(version?));
    Some(GrowthBook::new(version?, encoding?, seed?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_number_are_hashed_without_leading_zeros() {
        for (number, digits) in
            [(0, "0"), (7, "7"), (10, "10"), (1_000_000, "1000000"), (u32::MAX, "4294967295")]
        {
            let mut hasher = Fnv1a::new();
            digits.bytes().for_each(|digit| hasher.push(u32::from(digit)));
            assert_eq!(fnv_of_decimal(number), hasher.finish(), "{digits}");
        }
    }

    #[test]
    fn a_coverage_includes_its_end_and_a_range_does_not() {
        let hash = |seed: &str| GrowthBook::new(Version::V1, Encoding::Utf16, seed);
        let at_the_end = hash("a").bucket("b"); // some number above zero
        assert!(at_the_end > 0.0);
        assert_eq!(Rollout::by_coverage(hash("a"), at_the_end).unwrap().assign("b"), Some(0));
        assert_eq!(Rollout::by_range(hash("a"), 0.0, at_the_end).unwrap().assign("b"), None);
        assert_eq!(Rollout::by_coverage(hash("a"), 0.0).unwrap().assign("b"), None);
        assert_eq!(Rollout::by_coverage(hash("a"), 1.0).unwrap().assign(""), None);
    }

    #[test]
    fn filters_replace_the_namespace() {
        let hash = GrowthBook::new(Version::V2, Encoding::Utf16, "s");
        let experiment = Experiment::new(hash.clone(), Ranges::by_weights(2, 1.0, None).unwrap()).unwrap();
        let nobody = Namespace::new(Encoding::Utf16, "n", 0.0, 0.0).unwrap();
        let closed = experiment.clone().within(nobody);
        assert_eq!(closed.assign("a"), None);
        let all = Ranges::new(&[(0.0, 0.2), (0.2, 1.0)]).unwrap();
        assert_eq!(closed.clone().filtered(hash.clone(), all).assign("a"), experiment.assign("a"));
        assert_eq!(experiment.filtered(hash, Ranges::new(&[(0.0, 0.0)]).unwrap()).assign("a"), None);
    }

    #[test]
    fn what_the_vendor_would_skip_is_an_error() {
        assert_eq!(Version::try_from(99).unwrap_err().path(), "version");
        assert_eq!(Ranges::by_weights(2, f64::NAN, None).unwrap_err().path(), "coverage");
        assert_eq!(Ranges::by_weights(2, 1.0, Some(&[0.5, f64::NAN])).unwrap_err().path(), "weights[1]");
        assert_eq!(Ranges::new(&[(0.5, 0.4)]).unwrap_err().path(), "ranges[0]");
        let hash = GrowthBook::new(Version::V2, Encoding::Utf16, "s");
        assert!(Experiment::new(hash, Ranges::by_weights(1, 1.0, None).unwrap()).is_err());
    }
}
