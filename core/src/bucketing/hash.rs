use super::Slot;
use crate::siphash::SipHash;

/// What a key is for. One salt gives a different function in each domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// Who is in at all.
    Exposure,
    /// Which variant a unit gets, once it is in.
    Variant,
    /// Where in a layer a unit stands.
    Layer,
    /// Who is held out of everything.
    Holdout,
}

impl Domain {
    /// The byte that stands before the salt. Zero is no domain, so that a forgotten byte is noticed.
    const fn byte(self) -> u8 {
        match self {
            Self::Exposure => 1,
            Self::Variant => 2,
            Self::Layer => 3,
            Self::Holdout => 4,
        }
    }
}

/// The identity that is bucketed (a user, a session, a device): any text that is not empty.
///
/// There is no empty unit, because every caller that forgot to fill in the id would land in the same slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unit<'a>(&'a str);

impl<'a> Unit<'a> {
    /// `None` for the empty text.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(Self(text))
    }

    /// The text, never empty.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// One hash function from units to slots: SipHash-1-3 under a key derived from a domain and a salt.
///
/// Deriving the key costs one hash and is done when a spec is loaded, not per decision. With a salt that users do not know,
/// nobody can choose an id that lands in a given slot.
///
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012); 1 compression and 3 finalisation rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    function: SipHash,
}

impl Key {
    /// The function of `domain` and `salt`. Two flags that share a salt share their slots; the empty salt is a salt like any other.
    #[must_use]
    pub fn new(domain: Domain, salt: &str) -> Self {
        let (k0, k1) = SipHash::derive(domain.byte(), salt.as_bytes());
        Self { function: SipHash::new(k0, k1) }
    }

    /// The 64-bit hash of a unit, for diagnostics; [`slot`](Self::slot) is what decides.
    #[must_use]
    #[inline]
    pub fn hash(&self, unit: Unit<'_>) -> u64 {
        self.function.hash(unit.as_str().as_bytes())
    }

    /// The slot of a unit: floor(hash * 1,000,000 / 2^64), so all slots are equally likely to one part in 10^13.
    #[must_use]
    #[inline]
    pub fn slot(&self, unit: Unit<'_>) -> Slot {
        Slot::of_hash(self.hash(unit))
    }
}
