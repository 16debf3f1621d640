use super::{Answer, Refusal, Request, Wish};
use crate::document::check_name;
use crate::error::{Error, Escaped, Kind};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// How a reservation stands. Amounts are parts per million of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It never got anything.
    Refused,
    /// Its release may spend up to this.
    Held(u64),
    /// It was given back.
    Released,
    /// It is over, and this was really spent.
    Settled(u64),
}

/// One reservation: whose it is, how it stands, and what was said last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub(super) release: String,
    pub(super) sequence: u64,
    pub(super) wish: Wish,
    pub(super) answer: Answer,
    pub(super) standing: Standing,
}

impl Entry {
    /// The release that spends.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// How the reservation stands.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        self.standing
    }
}

/// The one authority over an error budget that several releases spend from.
///
/// It holds a limit, such as what remains of the budget, in parts per million of it; what was really spent by the releases that
/// are over; and what is held for those that are not. A reservation is granted only if
///
/// > spent + held for others + asked ≤ limit,
///
/// or if it asks for no more than it has, so the promises never exceed the limit, whatever messages are repeated, lost or overtaken: an id's newest message counts,
/// the same message gets the same answer, and an id that was closed, even before its first message arrived, is never
/// granted anything. What a release really spends is booked as it is, also beyond what it had reserved: then
/// [`overspent`](Self::overspent) says by how much, and nothing is granted until the limit allows it.
///
/// A release that dies holds what it reserved. That is on purpose: nobody knows what it spent. Settle it for it.
///
/// Two authorities cannot be merged, for each may have granted what is free only once. Store the state before an answer
/// leaves; a successor resumes from it and [takes over](Self::take_over) with a higher term. Copies
/// [`follow`](Self::follow) the authority.
///
/// **Holds when** one authority of the highest term grants, and each of its states is stored before the answer is sent.
///
/// ```
/// use rampgate::slo::{Answer, Refusal, Request, Reservations, Wish};
///
/// let mut book = Reservations::new(500_000); // half of the budget is for releases
/// let checkout = Request::new("checkout-7", 1, "checkout", Wish::Reserve(300_000))?;
/// assert_eq!(book.apply(&checkout)?, Answer::Granted { held: 300_000, free: 500_000 });
/// assert_eq!(book.apply(&checkout)?, Answer::Granted { held: 300_000, free: 500_000 }); // heard twice, granted once
///
/// let search = Request::new("search-3", 1, "search", Wish::Reserve(300_000))?;
/// assert_eq!(book.apply(&search)?, Answer::Refused { refusal: Refusal::NotFree, held: 0, free: 200_000 });
///
/// let done = Request::new("checkout-7", 2, "checkout", Wish::Settle(20_000))?;
/// assert_eq!(book.apply(&done)?, Answer::Settled { spent: 20_000 });
/// assert_eq!((book.spent(), book.held(), book.free()), (20_000, 0, 480_000));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Reservations {
    pub(super) limit: u64,
    pub(super) term: u64,
    pub(super) version: u64,
    pub(super) entries: BTreeMap<String, Entry>,
}

impl Reservations {
    /// An authority over `limit` parts per million of a budget, that has granted nothing.
    #[must_use]
    pub const fn new(limit: u64) -> Self {
        Self { limit, term: 0, version: 0, entries: BTreeMap::new() }
    }

    /// Hears one message.
    ///
    /// # Errors
    /// A message that differs from the one of the same sequence before it, or is of another release: two senders share the
    /// id. Nothing changes.
    pub fn apply(&mut self, request: &Request) -> Result<Answer, Error> {
        let known = self.entries.get(&request.reservation);
        if let Some(entry) = known {
            if entry.release != request.release {
                let rule = format!("must be `{}`, which took this reservation", Escaped(&entry.release));
                return Err(Error::new("release", Kind::Conflict, rule, &request.release));
            }
            if request.sequence < entry.sequence {
                return Ok(Answer::Overtaken);
            }
            if request.sequence == entry.sequence {
                if entry.wish == request.wish {
                    return Ok(entry.answer);
                }
                let rule = "must say what it said with this sequence before";
                return Err(Error::new("sequence", Kind::Conflict, rule, request.sequence));
            }
        }
        let before = known.map_or(Standing::Refused, |entry| entry.standing);
        let (answer, standing) = self.answer(before, request.wish);
        let entry = Entry {
            release: request.release.clone(),
            sequence: request.sequence,
            wish: request.wish,
            answer,
            standing,
        };
        self.entries.insert(request.reservation.clone(), entry);
        self.version = self.version.saturating_add(1);
        Ok(answer)
    }

    fn answer(&self, before: Standing, wish: Wish) -> (Answer, Standing) {
        let held = if let Standing::Held(amount) = before { amount } else { 0 };
        let others = self.held().saturating_sub(held);
        let free = self.limit.saturating_sub(self.spent()).saturating_sub(others);
        match (wish, before) {
            (Wish::Reserve(_), Standing::Released | Standing::Settled(_)) => {
                (Answer::Refused { refusal: Refusal::Closed, held: 0, free }, before)
            }
            (Wish::Reserve(amount), _) if amount <= free.max(held) => {
                (Answer::Granted { held: amount, free }, Standing::Held(amount))
            }
            (Wish::Reserve(_), _) => (Answer::Refused { refusal: Refusal::NotFree, held, free }, before),
            (Wish::Release, Standing::Settled(spent)) => (Answer::Settled { spent }, before),
            (Wish::Release, _) => (Answer::Released, Standing::Released),
            (Wish::Settle(spent), _) => (Answer::Settled { spent }, Standing::Settled(spent)),
        }
    }

    /// Changes the limit, as the budget that remains changes. What is held stays held: a lower limit stops new grants, and
    /// [`overspent`](Self::overspent) says what the promises exceed it by.
    ///
    /// ```
    /// use rampgate::slo::{Request, Reservations, Wish};
    ///
    /// let mut book = Reservations::new(500_000);
    /// let _ = book.apply(&Request::new("checkout-7", 1, "checkout", Wish::Reserve(300_000))?)?;
    /// book.set_limit(200_000);
    /// assert_eq!((book.held(), book.free(), book.overspent()), (300_000, 0, 100_000));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn set_limit(&mut self, limit: u64) {
        if limit != self.limit {
            self.limit = limit;
            self.version = self.version.saturating_add(1);
        }
    }

    /// Makes this the state of a new authority, over every state of the one before it.
    pub fn take_over(&mut self) {
        self.term = self.term.saturating_add(1);
        self.version = self.version.saturating_add(1);
    }

    /// Takes `other`'s state if it is newer: of a higher term, or a higher version of the same. Whether it was. Idempotent,
    /// and in any order the newest state wins.
    ///
    /// ```
    /// use rampgate::slo::{Request, Reservations, Wish};
    ///
    /// let mut authority = Reservations::new(500_000);
    /// let mut copy = authority.clone();
    /// let _ = authority.apply(&Request::new("checkout-7", 1, "checkout", Wish::Reserve(300_000))?)?;
    /// assert!(copy.follow(&authority)? && !copy.follow(&authority)?);
    /// copy.take_over(); // the authority is gone
    /// assert!(authority.follow(&copy)?);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A different state of the same term and version: two authorities granted at once.
    pub fn follow(&mut self, other: &Self) -> Result<bool, Error> {
        let (mine, theirs) = ((self.term, self.version), (other.term, other.version));
        if mine == theirs && self != other {
            let rule = "must be the state that is known of this term and version";
            return Err(Error::new("version", Kind::Conflict, rule, other.version));
        }
        let newer = theirs > mine;
        if newer {
            self.clone_from(other);
        }
        Ok(newer)
    }

    /// What may be granted in all, in parts per million of the budget.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// What the releases that are over have really spent. Held at `u64::MAX`.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.sum(|standing| if let Standing::Settled(spent) = standing { spent } else { 0 })
    }

    /// What is held for releases that may still spend it. Held at `u64::MAX`.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.sum(|standing| if let Standing::Held(amount) = standing { amount } else { 0 })
    }

    /// What is held for reservations other than this one.
    #[must_use]
    pub fn held_beside(&self, reservation: &str) -> u64 {
        let own = match self.entries.get(reservation).map(Entry::standing) {
            Some(Standing::Held(amount)) => amount,
            _ => 0,
        };
        self.held().saturating_sub(own)
    }

    /// What this message's answer left held: nothing unless the message was heard, and none of its reservation after it.
    ///
    /// A release counts on nothing else. What a copy shows for an older message may be gone by the time that newer ones arrive.
    ///
    /// ```
    /// use rampgate::slo::{Request, Reservations, Wish};
    ///
    /// let mut book = Reservations::new(500_000);
    /// let more = Request::new("checkout-7", 1, "checkout", Wish::Reserve(300_000))?;
    /// assert_eq!(book.granted(&more), 0); // not heard yet
    /// let _ = book.apply(&more)?;
    /// assert_eq!(book.granted(&more), 300_000);
    /// let less = Request::new("checkout-7", 2, "checkout", Wish::Reserve(0))?;
    /// assert_eq!(book.granted(&less), 0); // on its way: from now on the 300,000 are not to be counted on
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn granted(&self, newest: &Request) -> u64 {
        match self.entries.get(&newest.reservation) {
            Some(Entry { release, sequence, wish, standing: Standing::Held(amount), .. })
                if (release, *sequence, *wish) == (&newest.release, newest.sequence, newest.wish) =>
            {
                *amount
            }
            _ => 0,
        }
    }

    /// What may still be granted.
    #[must_use]
    pub fn free(&self) -> u64 {
        self.limit.saturating_sub(self.spent()).saturating_sub(self.held())
    }

    /// By how much that which is spent and held exceeds the limit: a release spent more than it had reserved, or the limit fell.
    #[must_use]
    pub fn overspent(&self) -> u64 {
        self.spent().saturating_add(self.held()).saturating_sub(self.limit)
    }

    /// The reservation of an id.
    #[must_use]
    pub fn get(&self, reservation: &str) -> Option<&Entry> {
        self.entries.get(reservation)
    }

    /// Every reservation by its id, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(id, entry)| (id.as_str(), entry))
    }

    fn sum(&self, of: impl Fn(Standing) -> u64) -> u64 {
        self.entries.values().fold(0, |sum, entry| sum.saturating_add(of(entry.standing)))
    }
}

/// An authority as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    limit: u64,
    term: u64,
    version: u64,
    reservations: BTreeMap<String, Entry>,
}

impl From<Reservations> for Stored {
    fn from(book: Reservations) -> Self {
        let Reservations { limit, term, version, entries } = book;
        Self { limit, term, version, reservations: entries }
    }
}

impl TryFrom<Stored> for Reservations {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        let Stored { limit, term, version, reservations } = stored;
        for (id, entry) in &reservations {
            let path = format!("reservations[\"{}\"]", Escaped(id));
            check_name(&path, id).and_then(|()| check_name(&path, &entry.release))?;
            if !entry.agrees() {
                return Err(Error::absent(path, Kind::Corrupt, Entry::AGREES));
            }
        }
        Ok(Self { limit, term, version, entries: reservations })
    }
}

impl Entry {
    /// The rule that [`agrees`](Self::agrees) holds an entry to.
    pub(super) const AGREES: &str = "must stand as its last message left it";

    /// Whether message, answer and standing can belong together.
    pub(super) fn agrees(&self) -> bool {
        match (self.wish, self.answer, self.standing) {
            (Wish::Reserve(asked), Answer::Granted { held, .. }, Standing::Held(now)) => {
                asked == held && held == now
            }
            (Wish::Reserve(asked), Answer::Refused { refusal, held, free }, standing) => match standing {
                Standing::Refused => refusal == Refusal::NotFree && held == 0 && asked > free,
                Standing::Held(now) => refusal == Refusal::NotFree && held == now && asked > free,
                Standing::Released | Standing::Settled(_) => refusal == Refusal::Closed && held == 0,
            },
            (Wish::Release, Answer::Released, Standing::Released) => true,
            (Wish::Release, Answer::Settled { spent }, Standing::Settled(booked)) => spent == booked,
            (Wish::Settle(said), Answer::Settled { spent }, Standing::Settled(booked)) => {
                said == spent && spent == booked
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: &str, sequence: u64, wish: Wish) -> Request {
        Request::new(id, sequence, "checkout", wish).unwrap()
    }

    #[test]
    fn a_reservation_whose_end_arrives_first_is_never_granted() {
        let mut book = Reservations::new(100);
        assert_eq!(book.apply(&request("a", 2, Wish::Release)).unwrap(), Answer::Released);
        assert_eq!(book.apply(&request("a", 1, Wish::Reserve(60))).unwrap(), Answer::Overtaken);
        let again = book.apply(&request("a", 3, Wish::Reserve(60))).unwrap();
        assert_eq!(again, Answer::Refused { refusal: Refusal::Closed, held: 0, free: 100 });
        assert_eq!(book.held(), 0);
    }

    #[test]
    fn what_was_really_spent_is_booked_and_corrected_and_never_clipped() {
        let mut book = Reservations::new(100);
        let _ = book.apply(&request("a", 1, Wish::Reserve(60))).unwrap();
        let _ = book.apply(&request("a", 2, Wish::Settle(250))).unwrap();
        assert_eq!((book.spent(), book.free(), book.overspent()), (250, 0, 150));
        let refused = book.apply(&request("b", 1, Wish::Reserve(0))).unwrap();
        assert_eq!(refused, Answer::Granted { held: 0, free: 0 }); // nothing may always be promised
        let _ = book.apply(&request("a", 3, Wish::Settle(70))).unwrap();
        assert_eq!((book.spent(), book.free(), book.overspent()), (70, 30, 0));
        assert_eq!(book.apply(&request("a", 4, Wish::Release)).unwrap(), Answer::Settled { spent: 70 });
    }

    #[test]
    fn a_larger_wish_that_is_refused_leaves_what_was_held() {
        let mut book = Reservations::new(100);
        let _ = book.apply(&request("a", 1, Wish::Reserve(40))).unwrap();
        let _ = book.apply(&request("b", 1, Wish::Reserve(50))).unwrap();
        let more = book.apply(&request("a", 2, Wish::Reserve(51))).unwrap();
        assert_eq!(more, Answer::Refused { refusal: Refusal::NotFree, held: 40, free: 50 });
        assert_eq!((book.held_beside("a"), book.held_beside("c"), book.held()), (50, 90, 90));
        book.set_limit(80);
        assert_eq!((book.overspent(), book.free()), (10, 0));
        let kept = book.apply(&request("a", 3, Wish::Reserve(40))).unwrap();
        assert_eq!(kept, Answer::Granted { held: 40, free: 30 });
        let less = book.apply(&request("a", 4, Wish::Reserve(20))).unwrap();
        assert_eq!(less, Answer::Granted { held: 20, free: 30 });
    }

    #[test]
    fn two_senders_of_one_id_are_told() {
        let mut book = Reservations::new(100);
        let _ = book.apply(&request("a", 1, Wish::Reserve(40))).unwrap();
        assert_eq!(book.apply(&request("a", 1, Wish::Reserve(41))).unwrap_err().path(), "sequence");
        let other = Request::new("a", 2, "search", Wish::Release).unwrap();
        assert_eq!(book.apply(&other).unwrap_err().path(), "release");
        assert_eq!(book.held(), 40);
    }

    #[test]
    fn copies_follow_the_newest_state_and_tell_two_authorities_apart() {
        let mut first = Reservations::new(100);
        let _ = first.apply(&request("a", 1, Wish::Reserve(40))).unwrap();
        let (old, mut copy) = (first.clone(), Reservations::new(100));
        assert!(copy.follow(&first).unwrap());
        assert!(!copy.follow(&first).unwrap());
        let mut second = first.clone();
        let _ = first.apply(&request("b", 1, Wish::Reserve(60))).unwrap();
        let _ = second.apply(&request("c", 1, Wish::Reserve(60))).unwrap();
        assert!(copy.follow(&first).unwrap());
        assert_eq!(copy.follow(&second).unwrap_err().path(), "version");
        second.take_over();
        assert!(copy.follow(&second).unwrap());
        assert!(!copy.follow(&first).unwrap() && !copy.follow(&old).unwrap());
        assert_eq!(copy, second);
    }

    #[test]
    fn the_stored_form_is_checked() {
        let mut book = Reservations::new(100);
        let _ = book.apply(&request("a", 1, Wish::Reserve(40))).unwrap();
        let text = serde_json::to_string(&book).unwrap();
        assert_eq!(
            text,
            r#"{"limit":100,"term":0,"version":1,"reservations":{"a":{"release":"checkout","sequence":1,"wish":{"reserve":40},"answer":{"granted":{"held":40,"free":100}},"standing":{"held":40}}}}"#
        );
        assert_eq!(serde_json::from_str::<Reservations>(&text).unwrap(), book);
        let bytes = postcard::to_allocvec(&book).unwrap();
        assert_eq!(postcard::from_bytes::<Reservations>(&bytes).unwrap(), book);
        for (sound, altered) in
            [(r#""standing":{"held":40}"#, r#""standing":{"held":4}"#), (r#"{"a":"#, r#"{"":"#)]
        {
            assert!(
                serde_json::from_str::<Reservations>(&text.replace(sound, altered)).is_err(),
                "{altered}"
            );
        }
    }
}
