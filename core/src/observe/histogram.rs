use super::Quantile;
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::Share;
use alloc::vec::Vec;

/// Bins an octave: each bin reaches 2^(1/64) times as far as the one below, 1.09% more.
const PER_OCTAVE: u32 = 64;
/// The first octave that is told apart begins at 2^10.
const FIRST_OCTAVE: u32 = 10;

/// 2^(63 + k/64), rounded up to a whole number: the edges of the bins of one octave. A value is scaled by a power of two into that
/// octave, so one table serves all of them and no float is involved.
const EDGES: [u64; 64] = [
    0x8000000000000000,
    0x8164d1f3bc030774,
    0x82cd8698ac2ba1d8,
    0x843a28c3acde4047,
    0x85aac367cc487b15,
    0x871f61969e8d1011,
    0x88980e8092da8528,
    0x8a14d575496efd9b,
    0x8b95c1e3ea8bd6e7,
    0x8d1adf5b7e5ba9e6,
    0x8ea4398b45cd53c1,
    0x9031dc431466b1dd,
    0x91c3d373ab11c337,
    0x935a2b2f13e6e92c,
    0x94f4efa8fef70962,
    0x96942d3720185a01,
    0x9837f0518db8a970,
    0x99e0459320b7fa65,
    0x9b8d39b9d54e5539,
    0x9d3ed9a72cffb751,
    0x9ef5326091a111ae,
    0xa0b0510fb9714fc3,
    0xa27043030c496819,
    0xa43515ae09e6809f,
    0xa5fed6a9b15138eb,
    0xa7cd93b4e965356a,
    0xa9a15ab4ea7c0ef9,
    0xab7a39b5a93ed338,
    0xad583eea42a14ac7,
    0xaf3b78ad690a4375,
    0xb123f581d2ac2590,
    0xb311c412a911248a,
    0xb504f333f9de6485,
    0xb6fd91e328d17792,
    0xb8fbaf4762fb9eea,
    0xbaff5ab2133e45fc,
    0xbd08a39f580c36bf,
    0xbf1799b67a731083,
    0xc12c4cca66709457,
    0xc346ccda24976408,
    0xc5672a115506dade,
    0xc78d74c8abb9b15d,
    0xc9b9bd866e2f27a3,
    0xcbec14fef2727c5d,
    0xce248c151f8480e4,
    0xd06333daef2b2595,
    0xd2a81d91f12ae45b,
    0xd4f35aabcfedfa20,
    0xd744fccad69d6af5,
    0xd99d15c278afd7b6,
    0xdbfbb797daf23756,
    0xde60f4825e0e9124,
    0xe0ccdeec2a94e112,
    0xe33f8972be8a5a52,
    0xe5b906e77c8348a9,
    0xe8396a503c4bdc69,
    0xeac0c6e7dd24392f,
    0xed4f301ed9942b85,
    0xefe4b99bdcdaf5cc,
    0xf281773c59ffb13a,
    0xf5257d152486cc2d,
    0xf7d0df730ad13bb9,
    0xfa83b2db722a033b,
    0xfd3e0c0cf486c175,
];

/// For the numbers of each highest byte from 128 on: how many edges the smallest of them has passed, and the next edge. Two edges are
/// further apart than these numbers are, so none passes more than that one.
#[expect(clippy::indexing_slicing, reason = "an index out of bounds would not compile")]
const PASSED: [(u64, u8); 128] = {
    let mut all = [(u64::MAX, 64); 128];
    let mut byte = 0;
    while byte < 128 {
        let smallest = ((byte as u64) + 128) << 56;
        let mut passed: u8 = 0;
        while (passed as usize) < EDGES.len() && EDGES[passed as usize] <= smallest {
            passed += 1;
        }
        if (passed as usize) < EDGES.len() {
            all[byte] = (EDGES[passed as usize], passed);
        }
        byte += 1;
    }
    all
};

/// How often values fell into each of 2,034 bins, the same ones everywhere, so that any two histograms merge exactly.
///
/// A value is a whole number of thousandths of the unit that its metric is thought of in: nanoseconds for a latency in microseconds,
/// thousandths of a byte for a size in bytes. Bin 0 holds all below 2^10 (one microsecond). From there each bin is 2^(1/64) = 1.0109 times
/// as wide as the one before, so the middle of a bin is within 0.55% of every value in it. The last bin holds all from 2^41.75 on (3,698 seconds).
///
/// ```
/// use rampgate::observe::Histogram;
///
/// let mut latency = Histogram::default();
/// for milliseconds in 1..=1_000_u64 {
///     latency.record(milliseconds * 1_000_000);
/// }
/// let p95 = latency.quantile("95%".parse()?).ok_or("it is not empty")?;
/// assert!(p95.at_least <= 950_000_000 && 950_000_000 < p95.below.ok_or("an hour is not reached")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    units: u64,
    /// The bin of the first count.
    first: usize,
    /// Counts of neighbouring bins; neither the first nor the last is zero.
    counts: Vec<u64>,
}

impl Histogram {
    /// How many bins there are.
    pub const BINS: usize = 2_034;

    /// The bin of a value.
    #[must_use]
    #[inline]
    pub fn bin_of(value: u64) -> usize {
        let zeros = value.leading_zeros();
        let Some(octave) = (63 - FIRST_OCTAVE).checked_sub(zeros) else { return 0 };
        let scaled = value << (zeros & 63);
        let (edge, passed) = PASSED.get((scaled >> 56) as usize & 127).copied().unwrap_or((u64::MAX, 64));
        let within = usize::from(passed) + usize::from(edge <= scaled);
        (octave as usize * PER_OCTAVE as usize + within).min(Self::BINS - 1)
    }

    /// The smallest value of a bin; bins beyond the last count as the last.
    #[must_use]
    pub fn lower_edge(bin: usize) -> u64 {
        let Some(above) = bin.min(Self::BINS - 1).checked_sub(1) else { return 0 };
        let octave = FIRST_OCTAVE as usize + above / PER_OCTAVE as usize;
        let edge = EDGES.get(above % PER_OCTAVE as usize).copied().unwrap_or(u64::MAX);
        edge.div_ceil(1 << (63 - octave.min(63)))
    }

    /// By how many whole bins a value rises at most that is multiplied by `ratio`, a number from 1 to 2^63, and whether something of the ratio is
    /// left over. No float is rounded: the bits of the ratio are held against the table of edges.
    pub(crate) fn bins_in(ratio: f64) -> (usize, bool) {
        let bits = ratio.max(1.0).to_bits();
        let octave = (bits >> 52).saturating_sub(1_023).min(63) as usize;
        let mantissa = bits << 12;
        let scaled = (mantissa >> 1) | (1 << 63);
        let within = EDGES.partition_point(|edge| *edge <= scaled).saturating_sub(1);
        // of all 2^(k/64) only powers of two are floats, so only they leave nothing
        (octave * PER_OCTAVE as usize + within, mantissa != 0)
    }

    /// The factor between two values that are `bins` apart: 2^(bins/64), for fewer than 4,096 bins.
    pub(crate) fn ratio_of(bins: usize) -> f64 {
        let edge = EDGES.get(bins % PER_OCTAVE as usize).copied().unwrap_or(u64::MAX);
        let octave = bins / PER_OCTAVE as usize;
        math::count(edge) / math::count(1 << (63 - octave.min(63)))
    }

    /// A histogram from counts of neighbouring bins, the first of which is bin `first`.
    ///
    /// # Errors
    /// Counts beyond the last bin, or more than `u64::MAX` in all.
    pub fn from_counts(first: usize, counts: &[u64]) -> Result<Self, Error> {
        if first.saturating_add(counts.len()) > Self::BINS {
            let rule = alloc::format!("must end at bin {}, the last", Self::BINS - 1);
            return Err(Error::new("counts", Kind::Range, rule, first.saturating_add(counts.len())));
        }
        let units = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let Some(units) = units else {
            return Err(Error::absent("counts", Kind::Range, "must add up to at most 18446744073709551615"));
        };
        let leading = counts.iter().take_while(|count| **count == 0).count();
        let trailing = counts.iter().rev().take_while(|count| **count == 0).count();
        let inner =
            counts.get(leading..counts.len() - trailing.min(counts.len() - leading)).unwrap_or_default();
        let first = if inner.is_empty() { 0 } else { first + leading };
        Ok(Self { units, first, counts: inner.into() })
    }

    /// Counts one value. Beyond `u64::MAX` values in all, nothing more is counted.
    #[inline]
    pub fn record(&mut self, value: u64) {
        let bin = Self::bin_of(value);
        match self.counts.get_mut(bin.wrapping_sub(self.first)) {
            Some(count) if self.units < u64::MAX => {
                *count += 1; // is at most the sum of all
                self.units += 1;
            }
            _ => self.add(bin, 1),
        }
    }

    /// Counts a value `times` times. Beyond `u64::MAX` values in all, nothing more is counted.
    pub fn record_many(&mut self, value: u64, times: u64) {
        self.add(Self::bin_of(value), times);
    }

    #[cold]
    fn add(&mut self, bin: usize, times: u64) {
        let times = times.min(u64::MAX - self.units);
        if times == 0 {
            return;
        }
        self.reach(bin, bin + 1);
        if let Some(count) = self.counts.get_mut(bin - self.first) {
            *count += times;
            self.units += times;
        }
    }

    /// Makes room for the bins from `from` to below `to`.
    fn reach(&mut self, from: usize, to: usize) {
        if self.counts.is_empty() {
            self.first = from;
        }
        if from < self.first {
            let missing = self.first - from;
            let mut counts = Vec::with_capacity(missing + self.counts.len());
            counts.resize(missing, 0);
            counts.extend_from_slice(&self.counts);
            self.counts = counts;
            self.first = from;
        }
        if self.counts.len() < to - self.first {
            self.counts.resize(to - self.first, 0);
        }
    }

    /// Values counted.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// How many values fell into a bin.
    #[must_use]
    pub fn count(&self, bin: usize) -> u64 {
        bin.checked_sub(self.first).and_then(|position| self.counts.get(position)).copied().unwrap_or(0)
    }

    /// The first bin that holds anything, and the counts from there to the last one that does; empty where nothing was counted.
    #[must_use]
    pub fn counts(&self) -> (usize, &[u64]) {
        (self.first, &self.counts)
    }

    /// Values in bins below `bin`.
    #[must_use]
    pub fn below(&self, bin: usize) -> u64 {
        let below = self.counts.iter().take(bin.saturating_sub(self.first));
        below.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The bin of the value of rank ceil(`share` * units), counted from the smallest: between its two edges lies the quantile of
    /// everything recorded. `None` where nothing was.
    #[must_use]
    pub fn quantile(&self, share: Share) -> Option<Quantile> {
        let wanted = u128::from(self.units) * u128::from(share.parts_per_million());
        let rank = u64::try_from(wanted.div_ceil(1_000_000).max(1)).ok()?; // at most all of them
        let mut seen = 0_u64;
        let position = self.counts.iter().position(|count| {
            seen = seen.saturating_add(*count);
            seen >= rank
        })?;
        Some(Quantile::of_bin(self.first + position))
    }

    /// Adds `other`, bin by bin: commutative and associative, with an empty histogram as identity, as long as there are fewer than 2^64 values in all.
    /// Above that each bin is held at `u64::MAX`.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.reach(other.first, other.first + other.counts.len());
        let offset = other.first - self.first;
        let places = self.counts.iter_mut().skip(offset).zip(&other.counts);
        match self.units.checked_add(other.units) {
            // no bin can overflow where the sum of all does not
            Some(units) => {
                places.for_each(|(count, more)| *count = count.wrapping_add(*more));
                self.units = units;
            }
            None => {
                places.for_each(|(count, more)| *count = count.saturating_add(*more));
                self.units = u64::MAX;
            }
        }
    }

    /// Whether this can be a later state of `earlier`: nothing was taken back.
    pub(super) fn covers(&self, earlier: &Self) -> bool {
        (earlier.first..).zip(&earlier.counts).all(|(bin, count)| self.count(bin) >= *count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_the_smallest_value_of_its_bin() {
        for bin in 1..Histogram::BINS {
            let edge = Histogram::lower_edge(bin);
            assert_eq!(Histogram::bin_of(edge), bin, "{edge}");
            assert_eq!(Histogram::bin_of(edge - 1), bin - 1, "{edge} - 1");
            // libm's power is right to an ulp, far below the distance of two edges
            let exact = libm::exp2(10.0 + f64::from(u32::try_from(bin - 1).unwrap()) / 64.0);
            assert!((edge as f64 - exact).abs() <= 1.0 + 1e-9, "{bin}: {edge} {exact}");
        }
        assert_eq!((Histogram::bin_of(0), Histogram::bin_of(1_023), Histogram::bin_of(1_024)), (0, 0, 1));
        assert_eq!(Histogram::bin_of(u64::MAX), Histogram::BINS - 1);
        assert!(Histogram::lower_edge(Histogram::BINS - 1) > 3_600_000_000_000);
    }

    #[test]
    fn quantiles_are_bounded_by_their_bin() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(Share::ALL), None);
        (1..=100).for_each(|n| histogram.record(n * 1_000_000));
        for (percent, value) in [("0%", 1), ("1%", 1), ("50%", 50), ("99%", 99), ("100%", 100)] {
            let quantile = histogram.quantile(percent.parse().unwrap()).unwrap();
            assert!(
                quantile.at_least <= value * 1_000_000 && value * 1_000_000 < quantile.below.unwrap(),
                "{percent}"
            );
        }
        histogram.record(u64::MAX);
        assert_eq!(histogram.quantile(Share::ALL).unwrap().below, None);
    }
}
