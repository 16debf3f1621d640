use serde::{Deserialize, Serialize};

/// Events and the exposure in which they happened: crashes and session minutes, retries and calls. Both are sums over units.
///
/// ```
/// use rampgate::observe::Events;
///
/// let crashes = Events { units: 100, events: 3, exposure: 600 };
/// assert_eq!(crashes.rate(), Some(0.005));
/// assert_eq!(Events::default().rate(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Units that were observed.
    pub units: u64,
    /// Events of all of them.
    pub events: u64,
    /// Exposure of all of them, in whatever is counted: minutes, calls.
    pub exposure: u64,
}

impl Events {
    /// Events by exposure; `None` where there was no exposure.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.exposure > 0).then(|| crate::math::count(self.events) / crate::math::count(self.exposure))
    }

    /// The sum of both, held at `u64::MAX`: commutative, associative, and `default()` is its identity.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            events: self.events.saturating_add(other.events),
            exposure: self.exposure.saturating_add(other.exposure),
        }
    }

    /// Whether these can be a later state of `earlier`: nothing was taken back.
    pub(super) fn covers(self, earlier: Self) -> bool {
        self.units >= earlier.units && self.events >= earlier.events && self.exposure >= earlier.exposure
    }
}
