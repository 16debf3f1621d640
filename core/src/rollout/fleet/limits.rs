use crate::document::{Field, Node, Scalar};
use crate::error::{Error, Kind, Problems};
use crate::quantity::Share;
use alloc::format;
use core::fmt;
use serde::Serialize;

/// Most replicas of a fleet: as many as there are parts in a million, so that each replica has a share of its own.
const MOST_REPLICAS: u32 = 1_000_000;

/// A number of replicas, as such or as a share of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Limit {
    /// So many replicas: 0 to 1,000,000.
    Count(u32),
    /// This share of the fleet's replicas.
    Percentage(Share),
}

impl Limit {
    /// How many replicas this is of a fleet of `replicas`, with the millionths that are left over.
    fn of(self, replicas: u32) -> (u32, bool) {
        match self {
            Self::Count(count) => (count, false),
            Self::Percentage(share) => {
                let parts = u64::from(replicas) * u64::from(share.parts_per_million());
                let whole = parts / u64::from(MOST_REPLICAS);
                (u32::try_from(whole).unwrap_or(u32::MAX), !parts.is_multiple_of(u64::from(MOST_REPLICAS)))
            }
        }
    }

    fn check(self, path: &str) -> Result<(), Error> {
        match self {
            Self::Count(count) if count > MOST_REPLICAS => {
                Err(Error::new(path, Kind::Range, count_rule(0), count))
            }
            _ => Ok(()),
        }
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        match field.scalar()? {
            Scalar::Number(_) => count(field, 0).map(Self::Count),
            Scalar::Text(_) => field.parse().map(Self::Percentage),
            Scalar::Bool(_) => {
                field.refuse(Kind::Type, "must be a number of replicas or a percentage");
                None
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percentage(share) => share.fmt(f),
        }
    }
}

/// A number of replicas that serve behind one load balancer, and how far it may stray while they are replaced.
///
/// With N replicas: never more than N + `max_surge` are there, and no batch takes the ready ones below N - `max_unavailable`. A percentage of
/// `max_surge` is rounded up and one of `max_unavailable` down, as Kubernetes does.
///
/// ```
/// use rampgate::rollout::fleet::{Fleet, Limit};
///
/// let fleet = Fleet::from_json(r#"{"replicas": 10, "max_surge": "25%", "max_unavailable": "25%"}"#)?;
/// assert_eq!((fleet.most(), fleet.least_ready()), (13, 8));
/// let quarter = Limit::Percentage("25%".parse()?);
/// assert_eq!(fleet, Fleet::new(10, quarter, quarter)?);
///
/// let stuck = Fleet::new(3, Limit::Count(0), quarter).unwrap_err(); // 25% of 3 is less than one
/// assert_eq!(stuck.to_string(), "invalid `max_surge`: must be above 0 where `max_unavailable` (25%) comes to no replica, got 0");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fleet {
    replicas: u32,
    max_surge: Limit,
    max_unavailable: Limit,
}

impl Fleet {
    /// The surge where the document does not say: a quarter of the fleet, at least one replica.
    pub const SURGE: Limit = Limit::Percentage(Share::clamped(250_000));
    /// The unavailability where the document does not say: none, so that a release never costs capacity unless somebody asked for that.
    pub const UNAVAILABLE: Limit = Limit::Count(0);

    /// A fleet of `replicas`, 1 to 1,000,000.
    ///
    /// # Errors
    /// `replicas`, `max_surge` or `max_unavailable` outside its range; `max_surge` where both come to no replica, so that nothing could ever be replaced.
    pub fn new(replicas: u32, max_surge: Limit, max_unavailable: Limit) -> Result<Self, Error> {
        if !(1..=MOST_REPLICAS).contains(&replicas) {
            return Err(Error::new("replicas", Kind::Range, count_rule(1), replicas));
        }
        max_surge.check("max_surge")?;
        max_unavailable.check("max_unavailable")?;
        let fleet = Self { replicas, max_surge, max_unavailable };
        if fleet.moves() == 0 {
            return Err(Error::new("max_surge", Kind::Conflict, stuck_rule(max_unavailable), max_surge));
        }
        Ok(fleet)
    }

    /// Reads `{"replicas": 20, "max_surge": "25%", "max_unavailable": 0}`; the latter two are these where they are left out.
    ///
    /// # Errors
    /// Everything that is wrong with it, each problem with its path; the rules are those of [`new`](Self::new).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("fleet", text)?;
        let problems = Problems::default();
        let fleet = Self::read(&Field::root(&node, &problems));
        problems.finish(fleet)
    }

    pub(in crate::rollout) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let replicas = fields.required("replicas").and_then(|field| count(&field, 1));
        let surge = fields.optional("max_surge");
        let max_surge = surge.as_ref().map_or(Some(Self::SURGE), Limit::read);
        let unavailable = fields.optional("max_unavailable");
        let max_unavailable = unavailable.as_ref().map_or(Some(Self::UNAVAILABLE), Limit::read);
        fields.finish();
        let fleet = Self { replicas: replicas?, max_surge: max_surge?, max_unavailable: max_unavailable? };
        if let Some(surge) = surge.filter(|_| fleet.moves() == 0) {
            surge.refuse(Kind::Conflict, stuck_rule(fleet.max_unavailable)); // the surge that is meant by default is never 0
            return None;
        }
        Some(fleet)
    }

    /// How many replicas serve when nothing is being replaced, N.
    #[must_use]
    pub const fn replicas(&self) -> u32 {
        self.replicas
    }

    /// How many more there may be meanwhile, as it was written.
    #[must_use]
    pub const fn max_surge(&self) -> Limit {
        self.max_surge
    }

    /// How many of them may be missing meanwhile, as it was written.
    #[must_use]
    pub const fn max_unavailable(&self) -> Limit {
        self.max_unavailable
    }

    /// Most replicas that may be there at once, whatever they do: N and the surge.
    #[must_use]
    pub fn most(&self) -> u32 {
        self.replicas.saturating_add(self.surge())
    }

    /// Fewest replicas that have to be ready: N less those that may be unavailable; 0 where that is all of them.
    #[must_use]
    pub fn least_ready(&self) -> u32 {
        self.replicas.saturating_sub(self.unavailable())
    }

    fn surge(&self) -> u32 {
        let (whole, rest) = self.max_surge.of(self.replicas);
        whole.saturating_add(u32::from(rest))
    }

    fn unavailable(&self) -> u32 {
        self.max_unavailable.of(self.replicas).0.min(self.replicas)
    }

    /// How many replicas two batches can replace.
    fn moves(&self) -> u32 {
        self.surge().saturating_add(self.unavailable())
    }
}

fn count(field: &Field<'_>, least: u32) -> Option<u32> {
    let count = field.integer(u64::from(least)..=u64::from(MOST_REPLICAS))?;
    u32::try_from(count).ok()
}

fn count_rule(least: u32) -> alloc::string::String {
    format!("must be a whole number from {least} to {MOST_REPLICAS}")
}

fn stuck_rule(unavailable: Limit) -> alloc::string::String {
    format!("must be above 0 where `max_unavailable` ({unavailable}) comes to no replica")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_document_and_the_constructor_refuse_the_same() {
        let percentage = |text: &str| Limit::Percentage(text.parse().unwrap());
        let cases = [
            (0, Limit::Count(1), Limit::Count(0)),
            (1_000_001, Limit::Count(1), Limit::Count(0)),
            (5, Limit::Count(1_000_001), Limit::Count(0)),
            (5, Limit::Count(1), Limit::Count(1_000_001)),
            (5, Limit::Count(0), percentage("19.9999%")),
            (5, percentage("0%"), Limit::Count(0)),
        ];
        for (replicas, surge, unavailable) in cases {
            let json = |limit: Limit| serde_json::to_string(&limit).unwrap();
            let text = format!(
                r#"{{"replicas": {replicas}, "max_surge": {}, "max_unavailable": {}}}"#,
                json(surge),
                json(unavailable)
            );
            let typed = Fleet::new(replicas, surge, unavailable).unwrap_err();
            assert_eq!(Fleet::from_json(&text).unwrap_err(), typed, "{text}");
        }
    }

    #[test]
    fn all_problems_are_reported_together_and_the_default_is_never_stuck() {
        let error =
            Fleet::from_json(r#"{"replicas": 0, "max_surge": true, "max_unavailable": "x", "zone": 1}"#);
        let paths: alloc::vec::Vec<_> =
            error.unwrap_err().problems().map(|problem| problem.path().to_string()).collect();
        assert_eq!(paths, ["replicas", "max_surge", "max_unavailable", "zone"]);
        let one = Fleet::from_json(r#"{"replicas": 1}"#).unwrap();
        assert_eq!((one.most(), one.least_ready()), (2, 1));
    }
}
