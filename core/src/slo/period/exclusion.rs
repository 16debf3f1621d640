use super::Period;
use crate::document::check_name;
use crate::error::Error;
use crate::quantity::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What becomes of the events and the time of an exclusion.
///
/// | | bad events | good events | its time |
/// |---|---|---|---|
/// | drop | not counted | not counted | is no part of the period, which is so much shorter |
/// | count as good | counted as good | counted | is watched |
/// | freeze | not counted | not counted | is a part of the period that was not watched |
///
/// Dropping 1 day of 7 turns 60 bad minutes of the others from 0.595% into 0.694%; counted as good they stay 0.595%. Frozen, they
/// are 0.694% of the events, and by time spend as much of the week's budget as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// As if the time did not exist.
    Drop,
    /// As if everything had gone well.
    CountAsGood,
    /// As if nobody had looked.
    Freeze,
}

/// A stretch of time that is not judged like the rest, such as announced maintenance, and why.
///
/// ```
/// use rampgate::slo::{Exclusion, Period, Treatment};
///
/// let night = Period::between("2026-11-24T02:00:00Z".parse()?, "2026-11-24T04:00:00Z".parse()?)?;
/// let exclusion = Exclusion::new(night, Treatment::Drop, "database upgrade, announced on the 10th")?;
/// assert_eq!(exclusion.period().length().to_string(), "2h");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    period: Period,
    treatment: Treatment,
    why: String,
}

impl Exclusion {
    /// Excludes `period`.
    ///
    /// # Errors
    /// A reason that is empty, longer than 200 bytes or with control characters.
    pub fn new(period: Period, treatment: Treatment, why: &str) -> Result<Self, Error> {
        check_name("why", why)?;
        Ok(Self { period, treatment, why: why.into() })
    }

    /// The time that is excluded.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// What becomes of it.
    #[must_use]
    pub const fn treatment(&self) -> Treatment {
        self.treatment
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// Milliseconds of it between two instants.
    pub(super) fn within(&self, from: Timestamp, to: Timestamp) -> u64 {
        let end = self.period.to().min(to).as_millis();
        end.saturating_sub(self.period.from().max(from).as_millis())
    }
}
