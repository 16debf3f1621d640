/// A metric by its position in the release's list of guardrails: 0 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric(u8);

impl Metric {
    /// Most metrics that one release observes.
    pub const MAX: usize = 32;

    pub(super) const FIRST: Self = Self(0);

    /// `None` from 32 on.
    #[must_use]
    pub fn new(position: usize) -> Option<Self> {
        u8::try_from(position).ok().filter(|_| position < Self::MAX).map(Self)
    }

    /// Position in the list of guardrails.
    #[must_use]
    #[inline]
    pub const fn position(self) -> usize {
        self.0 as usize
    }

    /// The metric of the lowest bit of a set; `None` for the empty set.
    #[inline]
    pub(super) fn of_lowest(set: u32) -> Option<Self> {
        u8::try_from(set.trailing_zeros()).ok().filter(|position| *position < 32).map(Self)
    }

    #[inline]
    pub(super) const fn bit(self) -> u32 {
        1 << self.0
    }
}
