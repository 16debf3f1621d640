use super::super::{Allocation, Domain, Key, Unit};
use super::Sample;
use crate::math;
use crate::quantity::Share;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::Serialize;

/// The salt that splits a sample best among the candidates.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FoundSalt {
    /// The salt.
    pub salt: String,
    /// How far its split is from balance: the largest |z| of any variant's number of units and of its mean of any past outcome.
    pub imbalance: f64,
    /// The same of the first candidate, which is the base itself.
    pub base_imbalance: f64,
    /// How many salts were tried.
    pub candidates: u32,
}

impl Sample<'_> {
    /// Adds what is known of the units from before, for [`find_salt`](Self::find_salt) to balance: spending, errors, visits. `value` gives it for a unit, if there
    /// is one; a value that is not finite is none. May be called for each outcome.
    #[must_use]
    pub fn with_past(mut self, value: impl Fn(&str) -> Option<f64>) -> Self {
        self.past.extend(PastOutcome::of(&self.units, value));
        self
    }

    /// The salt, of `candidates` many, under which `split` treats these units most alike: the variants have their shares of the units, and
    /// what is known of the units [from before](Self::with_past) is the same in all of them. `None` without units or candidates.
    ///
    /// The candidates are `base`, `base-1`, `base-2` and so on; the balance is that of variants ([`Domain::Variant`]). The least imbalance wins, among equals
    /// the first candidate. Everything is a function of the arguments, so whoever repeats the search finds the same salt.
    ///
    /// For each variant with the share s of the slots, n units in all, of which m are the variant's:
    ///
    /// ```text
    /// z of its number     (m - n s) / sqrt(n s (1 - s))
    /// z of a mean         (mean there - mean of all) / (sd sqrt(1/m - 1/n)), over the units that have a value
    /// ```
    ///
    /// Source: Morgan and Rubin, "Rerandomization to improve covariate balance in experiments" (2012). As there, a test that
    /// ignores the search is a little too careful afterwards, never too bold. Search before the experiment starts: a salt that was chosen with what
    /// came out is no random split.
    ///
    /// ```
    /// use rampgate::bucketing::{Allocation, diagnostics::Sample};
    ///
    /// let ids: Vec<String> = (0..500).map(|n| format!("user-{n}")).collect();
    /// let spent = |id: &str| id.strip_prefix("user-")?.parse::<f64>().ok();
    /// let sample = Sample::new(ids.iter().map(String::as_str)).with_past(spent);
    /// let found = sample.find_salt("checkout", 100, &Allocation::by_weights(&[1, 1])?).ok_or("no units")?;
    /// assert!(found.imbalance < 0.2 && found.imbalance < found.base_imbalance);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn find_salt(&self, base: &str, candidates: u32, split: &Allocation) -> Option<FoundSalt> {
        let mut best: Option<FoundSalt> = None;
        for number in 0..candidates {
            let salt = if number == 0 { base.into() } else { format!("{base}-{number}") };
            let imbalance = self.imbalance(&Key::new(Domain::Variant, &salt), split)?;
            let base_imbalance = best.as_ref().map_or(imbalance, |found| found.base_imbalance);
            if best.as_ref().is_none_or(|found| imbalance < found.imbalance) {
                best = Some(FoundSalt { salt, imbalance, base_imbalance, candidates });
            }
        }
        best
    }

    fn imbalance(&self, key: &Key, split: &Allocation) -> Option<f64> {
        if self.units.is_empty() {
            return None;
        }
        // one group a variant, and one for the units that nobody owns
        let groups: Vec<usize> =
            self.units.iter().map(|unit| split.variant(key.slot(*unit)).unwrap_or(split.len())).collect();
        let mut sizes = vec![0_u64; split.len() + 1];
        groups.iter().for_each(|group| super::tally(&mut sizes, *group));
        let n = math::count(self.units());
        let mut worst = 0.0_f64;
        for (group, size) in sizes.iter().enumerate() {
            let share = split.share(group).unwrap_or_else(|| split.unowned());
            if share != Share::ZERO && share != Share::ALL {
                let s = share.fraction();
                let z = (math::count(*size) - n * s) / math::sqrt(n * s * (1.0 - s));
                worst = worst.max(z.abs());
            }
        }
        let largest = |worst: f64, outcome: &PastOutcome| worst.max(outcome.imbalance(&groups, sizes.len()));
        Some(self.past.iter().fold(worst, largest))
    }
}

/// Values of an outcome less their mean, in units of the largest, so that no sum overflows.
#[derive(Clone, Debug)]
pub(super) struct PastOutcome {
    /// By unit; none where it is not known.
    excess: Vec<Option<f64>>,
    known: f64,
    deviation: f64,
}

impl PastOutcome {
    /// `None` where fewer than two units have a value, or all have the same: then no split can be unbalanced. A value that is not finite is none.
    fn of(units: &[Unit<'_>], value: impl Fn(&str) -> Option<f64>) -> Option<Self> {
        let mut excess: Vec<Option<f64>> =
            units.iter().map(|unit| value(unit.as_str()).filter(|value| value.is_finite())).collect();
        let largest = excess.iter().flatten().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let known = math::count(u64::try_from(excess.iter().flatten().count()).unwrap_or(u64::MAX));
        if largest == 0.0 || known < 2.0 {
            return None;
        }
        excess.iter_mut().flatten().for_each(|value| *value /= largest);
        let mean = excess.iter().flatten().sum::<f64>() / known;
        excess.iter_mut().flatten().for_each(|value| *value -= mean);
        let squares: f64 = excess.iter().flatten().map(|value| value * value).sum();
        let deviation = math::sqrt(squares / (known - 1.0));
        (deviation > 0.0).then_some(Self { excess, known, deviation })
    }

    /// The largest |z| of a group's mean. A group without a value has none, and neither has one with all of them.
    fn imbalance(&self, group_of: &[usize], groups: usize) -> f64 {
        let mut sums = vec![(0.0_f64, 0_u64); groups];
        for (excess, group) in self.excess.iter().zip(group_of) {
            if let (Some(excess), Some((sum, members))) = (excess, sums.get_mut(*group)) {
                *sum += excess;
                *members += 1;
            }
        }
        sums.iter()
            .map(|(sum, members)| (sum, math::count(*members)))
            .filter(|(_, members)| *members > 0.0 && *members < self.known)
            .map(|(sum, members)| {
                let error = self.deviation * math::sqrt(1.0 / members - 1.0 / self.known);
                (sum / members / error).abs()
            })
            .fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(ids: &[String]) -> Sample<'_> {
        Sample::new(ids.iter().map(String::as_str))
    }

    fn ids(n: u32) -> Vec<String> {
        (0..n).map(|n| format!("user-{n}")).collect()
    }

    #[test]
    fn a_search_is_a_function_of_its_arguments() {
        let (ids, split) = (ids(300), Allocation::by_weights(&[2, 1, 1]).unwrap());
        let mut reversed = ids.clone();
        reversed.reverse();
        let past = |id: &str| id.bytes().last().map(f64::from);
        let found = sample(&ids).with_past(past).find_salt("s", 50, &split);
        assert_eq!(sample(&reversed).with_past(past).find_salt("s", 50, &split), found);
        let found = found.unwrap();
        assert!(found.imbalance < 0.7 && found.imbalance <= found.base_imbalance, "{found:?}");
        let one = sample(&ids).with_past(past).find_salt("s", 1, &split).unwrap();
        assert_eq!((&*one.salt, one.imbalance), ("s", found.base_imbalance));
    }

    #[test]
    fn it_looks_at_outcomes_as_well_as_at_numbers() {
        let (ids, split) = (ids(40), Allocation::by_weights(&[1, 1]).unwrap());
        let past = |id: &str| Some(if id == "user-7" { 1e308 } else { -1e308 });
        let numbers = sample(&ids).find_salt("s", 200, &split).unwrap();
        let both = sample(&ids).with_past(past).find_salt("s", 200, &split).unwrap();
        assert_eq!(numbers.imbalance, 0.0, "half of forty is a whole number");
        // one unit differs, and wherever it is, the means do: by |z| = 1 between halves, by less if it is in the larger part
        assert!((0.85..1.0).contains(&both.imbalance), "{both:?}");
    }

    #[test]
    fn what_says_nothing_is_left_out_and_no_units_find_no_salt() {
        let (ids, split) = (ids(40), Allocation::by_weights(&[1, 1]).unwrap());
        let plain = sample(&ids).find_salt("s", 20, &split);
        let odd = sample(&ids)
            .with_past(|_| None)
            .with_past(|_| Some(f64::NAN))
            .with_past(|_| Some(2.0))
            .with_past(|id| (id == "user-1").then_some(3.0));
        assert_eq!(odd.find_salt("s", 20, &split), plain);
        assert_eq!(Sample::new([]).with_past(|_| Some(1.0)).find_salt("s", 20, &split), None);
        assert_eq!(sample(&ids).find_salt("s", 0, &split), None);
    }
}
