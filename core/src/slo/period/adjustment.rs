use crate::document::check_name;
use crate::error::{Error, Escaped, Kind};
use crate::quantity::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A correction of the bad events by hand: who, why, when, how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    at: Timestamp,
    bad_events: i64,
    who: String,
    why: String,
}

impl Adjustment {
    /// Adds `bad_events` to those that were counted, at `at`: more than nothing spends, less gives back.
    ///
    /// # Errors
    /// A name or reason that is empty, longer than 200 bytes or with control characters.
    pub fn new(at: Timestamp, bad_events: i64, who: &str, why: &str) -> Result<Self, Error> {
        check_name("who", who)?;
        check_name("why", why)?;
        Ok(Self { at, bad_events, who: who.into(), why: why.into() })
    }

    /// The time it applies to: it belongs to the period that holds it.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// How many bad events more, or fewer.
    #[must_use]
    pub const fn bad_events(&self) -> i64 {
        self.bad_events
    }

    /// Who decided it.
    #[must_use]
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// What booking an adjustment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Booked {
    /// It was news, and counts from now on.
    Fresh,
    /// It was known: nothing changed.
    Known,
}

/// A ledger of adjustments, each under an id. Entries are added and never changed or removed: a mistake is taken back by
/// another one, so that both stay to be read.
///
/// Merging is the union, hence idempotent, commutative and associative.
///
/// ```
/// use rampgate::slo::{Adjustment, Adjustments, Booked};
///
/// let mut ledger = Adjustments::default();
/// let entry = Adjustment::new("2026-11-24T12:00:00Z".parse()?, -40, "mira", "load test by the vendor")?;
/// assert_eq!(ledger.book("INC-7", entry.clone())?, Booked::Fresh);
/// assert_eq!(ledger.book("INC-7", entry)?, Booked::Known);
/// assert_eq!(ledger.iter().count(), 1);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Adjustment>", into = "BTreeMap<String, Adjustment>")]
pub struct Adjustments(BTreeMap<String, Adjustment>);

impl Adjustments {
    /// Adds an entry.
    ///
    /// # Errors
    /// An id that is no name, or that another entry has.
    pub fn book(&mut self, id: &str, adjustment: Adjustment) -> Result<Booked, Error> {
        check_name("id", id)?;
        match self.0.get(id) {
            None => {
                self.0.insert(id.into(), adjustment);
                Ok(Booked::Fresh)
            }
            Some(known) if *known == adjustment => Ok(Booked::Known),
            Some(_) => Err(Error::new("id", Kind::Conflict, "must not be the id of another adjustment", id)),
        }
    }

    /// Adds the entries of `other`.
    ///
    /// # Errors
    /// An id that stands for two different entries; nothing changes.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let differs =
            |(id, theirs): &(&String, &Adjustment)| self.0.get(*id).is_some_and(|mine| mine != *theirs);
        if let Some((id, _)) = other.0.iter().find(differs) {
            return Err(Error::new("id", Kind::Conflict, "must not be the id of another adjustment", id));
        }
        self.0.extend(other.0.iter().map(|(id, entry)| (id.clone(), entry.clone())));
        Ok(())
    }

    /// Every entry by its id, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Adjustment)> {
        self.0.iter().map(|(id, entry)| (id.as_str(), entry))
    }
}

impl TryFrom<BTreeMap<String, Adjustment>> for Adjustments {
    type Error = Error;

    fn try_from(entries: BTreeMap<String, Adjustment>) -> Result<Self, Error> {
        for (id, entry) in &entries {
            let path = format!("adjustments[\"{}\"]", Escaped(id));
            check_name(&path, id)
                .and_then(|()| check_name(&path, &entry.who))
                .and_then(|()| check_name(&path, &entry.why))?;
        }
        Ok(Self(entries))
    }
}

impl From<Adjustments> for BTreeMap<String, Adjustment> {
    fn from(ledger: Adjustments) -> Self {
        ledger.0
    }
}
