use crate::document::{Field, check_name};
use crate::error::Error;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What a release wants of the budget, in parts per million of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// May I spend up to this? A later one of the same reservation changes the amount, up or down.
    Reserve(u64),
    /// I spent nothing, and will not.
    Release,
    /// It is over, and this was really spent; it may be more than was reserved. A later one corrects it.
    Settle(u64),
}

impl Wish {
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let (word, rest) = field.case()?;
        let amount = |rest: &Field<'_>| rest.integer(0..=u64::MAX);
        match (word, &rest) {
            ("release", None) => Some(Self::Release),
            ("reserve", Some(rest)) => amount(rest).map(Self::Reserve),
            ("settle", Some(rest)) => amount(rest).map(Self::Settle),
            _ => field.refuse_case(),
        }
    }
}

/// A message of a release to the authority that grants.
///
/// The release chooses a reservation's id, once and for no other, and numbers its messages about it from 1 up. It may
/// send a message again as often as it likes, and the answer is the same; it may send the next one without waiting. So
/// messages may be repeated, lost and overtaken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub(super) reservation: String,
    pub(super) sequence: u64,
    pub(super) release: String,
    pub(super) wish: Wish,
}

impl Request {
    /// A message of `release` about one of its reservations.
    ///
    /// # Errors
    /// A name that is empty, longer than 200 bytes or with control characters.
    pub fn new(reservation: &str, sequence: u64, release: &str, wish: Wish) -> Result<Self, Error> {
        check_name("reservation", reservation)?;
        check_name("release", release)?;
        Ok(Self { reservation: reservation.into(), sequence, release: release.into(), wish })
    }

    /// The reservation that it is about.
    #[must_use]
    pub fn reservation(&self) -> &str {
        &self.reservation
    }

    pub(in crate::slo) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = |field: Field<'_>| field.name().map(String::from);
        let reservation = fields.required("reservation").and_then(name);
        let sequence = fields.required("sequence").and_then(|field| field.integer(0..=u64::MAX));
        let release = fields.required("release").and_then(name);
        let wish = fields.required("wish").and_then(|field| Wish::read(&field));
        fields.finish();
        Some(Self { reservation: reservation?, sequence: sequence?, release: release?, wish: wish? })
    }
}

/// Why a reservation was not granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// More than is free.
    NotFree,
    /// The reservation was released or settled. Take a new id.
    Closed,
}

/// What the authority did, with the arithmetic behind it. Amounts are parts per million of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Answer {
    /// The release may spend up to this.
    Granted {
        /// What is held for the reservation now.
        held: u64,
        /// What was free for it: the limit, less what was spent, less what is held for others.
        free: u64,
    },
    /// The release may not spend what it asked for.
    Refused {
        /// Why not.
        refusal: Refusal,
        /// What is still held for the reservation: what it had before it asked for more.
        held: u64,
        /// What was free for it.
        free: u64,
    },
    /// Nothing is held any more.
    Released,
    /// Nothing is held any more, and this was booked as spent.
    Settled {
        /// What was really spent.
        spent: u64,
    },
    /// A newer message of the reservation was there first; nothing changed.
    Overtaken,
}
