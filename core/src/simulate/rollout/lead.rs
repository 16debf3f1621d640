use super::minute::{Minute, Split};
use crate::error::Error;
use crate::quantity::Share;
use crate::rollout::Phase;
use alloc::boxed::Box;

/// What somebody who leads a release does with each minute.
pub(super) trait Lead {
    /// How units are split now.
    fn split(&self) -> Split;

    /// Where the release stands.
    fn phase(&self) -> Phase;

    /// Hears of a minute, and decides at its end. Why, where that ended it.
    fn hear(&mut self, minute: &Minute) -> Result<Option<Why>, Error>;
}

/// Why a release ended, in a word that stays the same over versions.
pub(super) type Why = Box<str>;

/// The canary, and everybody else.
pub(super) const fn split(canary: Share) -> Split {
    Split { canary, control: canary.complement() }
}
