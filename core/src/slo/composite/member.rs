use crate::document::check_name;
use crate::error::{Error, Kind};
use crate::order;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// A service that a composite is made of: its events, and what it weighs where weights are asked for.
///
/// ```
/// use rampgate::slo::Member;
///
/// let checkout = Member::new("checkout", 999, 1)?.weighing(3)?;
/// assert_eq!(checkout.name(), "checkout");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    pub(super) name: String,
    pub(super) good: u64,
    pub(super) bad: u64,
    pub(super) weight: u32,
}

impl Member {
    /// A member with weight 1. Without events nothing is known of it: it may be wholly good or wholly bad.
    ///
    /// # Errors
    /// A name that is empty, longer than 200 bytes or with control characters.
    pub fn new(name: &str, good: u64, bad: u64) -> Result<Self, Error> {
        check_name("name", name)?;
        Ok(Self { name: name.into(), good, bad, weight: 1 })
    }

    /// The same member with this weight among the others.
    ///
    /// # Errors
    /// No weight: leave the member out instead.
    pub fn weighing(self, weight: u32) -> Result<Self, Error> {
        if weight == 0 {
            return Err(Error::new("weight", Kind::Range, "must be more than 0", weight));
        }
        Ok(Self { weight, ..self })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bad share in 10^18 parts, from the least to the most that it can be: rounded outwards, and everything without events.
    pub(super) fn bad_parts(&self) -> (u128, u128) {
        let total = u128::from(self.good) + u128::from(self.bad);
        if total == 0 {
            return (0, PARTS);
        }
        let bad = u128::from(self.bad) * PARTS; // below 2^124
        (bad / total, bad.div_ceil(total))
    }

    pub(super) fn has_events(&self) -> bool {
        self.good > 0 || self.bad > 0
    }
}

/// Parts that shares are worked out in.
pub(super) const PARTS: u128 = 1_000_000_000_000_000_000;

/// How often which members were good together: of `count` requests, or slices, exactly these members were good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Joint {
    pub(super) good: Vec<String>,
    pub(super) count: u64,
}

impl Joint {
    /// `count` times the members named in `good` were good and all others bad.
    ///
    /// # Errors
    /// A name that is there twice.
    pub fn new(good: &[&str], count: u64) -> Result<Self, Error> {
        let mut names: Vec<String> = good.iter().map(|name| String::from(*name)).collect();
        order::sort(&mut names);
        if let Some([name, _]) = names.array_windows().find(|[one, next]| one == next) {
            return Err(Error::new("good", Kind::Conflict, "must name each member once", name));
        }
        Ok(Self { good: names, count })
    }
}
