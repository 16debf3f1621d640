use super::Fleet;
use crate::quantity::Share;
use serde::Serialize;

/// What an exposure comes to in whole replicas, and what those come to as an exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// The exposure that was asked for.
    pub declared: Share,
    /// Replicas of the new version.
    pub new: u32,
    /// Replicas of the old version: the rest of the fleet.
    pub old: u32,
    /// The exposure once these are ready, each with an equal share of the traffic.
    pub actual: Share,
    /// `actual` less `declared`, in parts per million: below 0 where fewer units are exposed than declared.
    pub difference_ppm: i32,
    /// The exposure while as many old ones are missing as the fleet allows. **Ask the error budget about this one**: it is the most that may be in force.
    pub largest: Share,
}

impl Counts {
    /// Whether the two exposures are further apart than `tolerance`.
    #[must_use]
    pub fn differ_by_more_than(&self, tolerance: Share) -> bool {
        self.difference_ppm.unsigned_abs() > tolerance.parts_per_million()
    }
}

impl Fleet {
    /// How many replicas of each version an exposure stands for.
    ///
    /// The new ones are the most whose share is not above the exposure, and at least one for any exposure above 0%. **An exposure is a ceiling**: the
    /// error budget has allowed that much and no more, so what is left over goes to the old version; Argo Rollouts takes the nearest number
    /// instead, and of 10 replicas exposes 40% at a weight of 35%. The one replica is the exception without which there would be no canary
    /// to judge. Below 100% an old one always stays, unless the fleet is a single replica: then any exposure above 0% is everybody.
    ///
    /// A share is taken in whole parts per million, rounded down, so `33.3333%` is one replica of three, and `66.6666%` two.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Fleet;
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 10}"#)?;
    /// let new = |exposure: &str| fleet.counts(exposure.parse().unwrap()).new;
    /// assert_eq!(["0%", "0.1%", "35%", "99.9%", "100%"].map(new), [0, 1, 3, 9, 10]);
    /// let counts = fleet.counts("0.1%".parse()?);
    /// assert_eq!((counts.actual.to_string(), counts.difference_ppm), ("10%".into(), 99_000));
    /// assert!(counts.differ_by_more_than("5%".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn counts(&self, exposure: Share) -> Counts {
        let new = self.below(exposure).max(u32::from(exposure > Share::ZERO));
        let actual = self.share(new);
        Counts {
            declared: exposure,
            new,
            old: self.replicas().saturating_sub(new),
            actual,
            difference_ppm: difference(actual, exposure),
            largest: share_of(new, self.least_ready().max(new)).unwrap_or(Share::ZERO),
        }
    }

    /// Every exposure that the fleet can bring into force, rising from 0% to 100%: one for each number of new replicas.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Fleet;
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 3}"#)?;
    /// let exposures: Vec<String> = fleet.exposures().map(|exposure| exposure.to_string()).collect();
    /// assert_eq!(exposures, ["0%", "33.3333%", "66.6666%", "100%"]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn exposures(&self) -> impl Iterator<Item = Share> + use<> {
        let fleet = *self;
        (0..=fleet.replicas()).map(move |new| fleet.share(new))
    }

    /// The nearest exposures that the fleet can bring into force: the one not above `exposure`, and the one not below it.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Fleet;
    ///
    /// let fleet = Fleet::from_json(r#"{"replicas": 8}"#)?;
    /// assert_eq!(fleet.around("30%".parse()?), ("25%".parse()?, "37.5%".parse()?));
    /// assert_eq!(fleet.around("25%".parse()?), ("25%".parse()?, "25%".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn around(&self, exposure: Share) -> (Share, Share) {
        let new = self.below(exposure);
        let below = self.share(new);
        let above = if below == exposure { below } else { self.share(new.saturating_add(1)) };
        (below, above)
    }

    /// The most replicas whose share is not above `exposure`: with N of them and e parts per million the largest k with ⌊10⁶ k / N⌋ ≤ e, which
    /// is the largest with 10⁶ k < (e + 1) N.
    fn below(&self, exposure: Share) -> u32 {
        let million = u64::from(Share::ALL.parts_per_million());
        let bound = (u64::from(exposure.parts_per_million()) + 1) * u64::from(self.replicas());
        u32::try_from(bound.div_ceil(million).saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn share(&self, new: u32) -> Share {
        share_of(new, self.replicas()).unwrap_or(Share::ZERO)
    }
}

/// The share that `new` replicas are of `all`, rounded down, yet never nobody where there is one; none of none.
pub(super) fn share_of(new: u32, all: u32) -> Option<Share> {
    let million = u64::from(Share::ALL.parts_per_million());
    let parts = (u64::from(new) * million).checked_div(u64::from(all))?.max(u64::from(new > 0));
    Some(Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX)))
}

/// `actual` less `declared` in parts per million.
pub(super) fn difference(actual: Share, declared: Share) -> i32 {
    let distance = actual.parts_per_million().abs_diff(declared.parts_per_million());
    let distance = i32::try_from(distance).unwrap_or(i32::MAX); // at most a million
    if actual < declared { -distance } else { distance }
}
