use crate::error::{Error, Kind};
use crate::order::Table;
use serde::{Deserialize, Serialize};

/// The name of one life of one process that records: two that share a name overwrite each other.
///
/// Draw it at random at each start, or count it up in a store. A process that restarts takes a new one, because it may have
/// sent more than the state it starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReplicaId(pub u64);

/// State that only grows, and merges by a sum: what a [`Ledger`] keeps per replica.
pub trait Cumulative: Clone + Default {
    /// Adds `other`. Must be commutative and associative, with `default()` as identity.
    fn merge(&mut self, other: &Self);

    /// Whether this can be a later state of `earlier`. A state that took something back is refused.
    fn covers(&self, earlier: &Self) -> bool;
}

/// A replica's cumulative state, numbered by the replica.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry<T> {
    /// Whose state.
    pub replica: ReplicaId,
    /// The replica's own number of this state: higher is newer.
    pub sequence: u64,
    /// Everything the replica has seen since its life began.
    pub value: T,
}

/// What joining an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Joined {
    /// The entry was news, and counts from now on.
    Fresh,
    /// A delivery that was known or overtaken: nothing changed.
    Known,
    /// News from a replica that was sealed: nothing changed, and what it saw after the seal is not counted.
    AfterSeal,
}

/// Every replica's newest state, and the sum of those that have ended.
///
/// Joining takes the newer of two entries, so it is idempotent, commutative and associative: a delivery may be repeated,
/// overtaken, or lost and made good by any later one.
///
/// ```
/// use rampgate::observe::{Cumulative, Entry, Joined, Ledger, ReplicaId};
///
/// #[derive(Clone, Default)]
/// struct Seen(u64);
///
/// impl Cumulative for Seen {
///     fn merge(&mut self, other: &Self) { self.0 += other.0 }
///     fn covers(&self, earlier: &Self) -> bool { self.0 >= earlier.0 }
/// }
///
/// let mut ledger = Ledger::default();
/// let entry = |sequence, seen| Entry { replica: ReplicaId(7), sequence, value: Seen(seen) };
/// assert_eq!(ledger.join(entry(2, 90))?, Joined::Fresh);
/// assert_eq!(ledger.join(entry(1, 40))?, Joined::Known);
/// assert_eq!(ledger.join(entry(2, 90))?, Joined::Known);
/// assert_eq!(ledger.total().0, 90);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger<T> {
    /// The sum of the sealed replicas.
    base: T,
    /// The last sequence of each sealed replica, so that its late deliveries are not counted again.
    sealed: Table<ReplicaId, u64>,
    live: Table<ReplicaId, (u64, T)>,
}

impl<T: Cumulative> Ledger<T> {
    /// Takes an entry in, if it is newer than what is known of its replica.
    ///
    /// # Errors
    /// A newer entry that takes back what an older one had counted: two lives share the replica's name, or its counters
    /// were reset.
    pub fn join(&mut self, entry: Entry<T>) -> Result<Joined, Error> {
        let Entry { replica, sequence, value } = entry;
        if let Some(last) = self.sealed.get(&replica) {
            return Ok(if sequence > *last { Joined::AfterSeal } else { Joined::Known });
        }
        if let Some((have, known)) = self.live.get(&replica) {
            if sequence <= *have {
                return Ok(Joined::Known);
            }
            if !value.covers(known) {
                let rule = "must not take back what an earlier state of this replica had counted";
                return Err(Error::new("replica", Kind::Conflict, rule, replica.0));
            }
        }
        self.live.insert(replica, (sequence, value));
        Ok(Joined::Fresh)
    }

    /// Folds a replica that has ended into the base, which bounds the ledger's size. What it delivers afterwards is
    /// reported as [`Joined::AfterSeal`], so seal only after the longest delay of a delivery. Whether it was known.
    pub fn seal(&mut self, replica: ReplicaId) -> bool {
        let Some((sequence, value)) = self.live.remove(&replica) else { return false };
        self.base.merge(&value);
        self.sealed.insert(replica, sequence);
        true
    }

    /// The sum over all replicas, sealed ones included.
    #[must_use]
    pub fn total(&self) -> T {
        let mut total = self.base.clone();
        self.live.values().for_each(|(_, value)| total.merge(value));
        total
    }

    /// Whether the ledger has heard of the replica, sealed or not.
    #[must_use]
    pub fn knows(&self, replica: ReplicaId) -> bool {
        self.live.get(&replica).is_some() || self.sealed.get(&replica).is_some()
    }

    /// Every state in the ledger, for checks of what was decoded.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        core::iter::once(&self.base).chain(self.live.values().map(|(_, value)| value))
    }
}
