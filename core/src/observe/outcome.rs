/// A metric by its position in the release's list of guardrails: 0 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric(u8);

impl Metric {
    /// Most metrics that one release observes.
    pub const MAX: usize = 32;

    /// `None` from 32 on.
    #[must_use]
    pub fn new(position: usize) -> Option<Self> {
        u8::try_from(position).ok().filter(|_| position < Self::MAX).map(Self)
    }

    /// Position in the list of guardrails.
    #[must_use]
    pub const fn position(self) -> usize {
        self.0 as usize
    }

    const fn bit(self) -> u32 {
        1 << self.0
    }
}

/// What became of one unit: for each metric good, failed, or not observed. Two words, copied, never allocated.
///
/// A metric that nobody mentions is good. That is right where one place sees all of them; where the source of one metric
/// was down, say so with [`missing`](Self::missing), or its silence counts as health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    failed: u32,
    missing: u32,
}

impl Outcome {
    /// Good by every metric.
    #[must_use]
    pub const fn good() -> Self {
        Self { failed: 0, missing: 0 }
    }

    /// The same, but failed by `metric`. A failure that was seen beats a note that nothing was.
    #[must_use]
    pub const fn failed(self, metric: Metric) -> Self {
        Self { failed: self.failed | metric.bit(), missing: self.missing & !metric.bit() }
    }

    /// The same, but not observed by `metric`.
    #[must_use]
    pub const fn missing(self, metric: Metric) -> Self {
        Self { failed: self.failed, missing: self.missing | (metric.bit() & !self.failed) }
    }

    /// Whether the unit failed by `metric`; `None` where it was not observed.
    #[must_use]
    pub const fn of(self, metric: Metric) -> Option<bool> {
        if self.missing & metric.bit() != 0 { None } else { Some(self.failed & metric.bit() != 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seen_failure_beats_a_missing_note_in_either_order() {
        let metric = Metric::new(31).unwrap();
        assert_eq!(Outcome::good().failed(metric).missing(metric).of(metric), Some(true));
        assert_eq!(Outcome::good().missing(metric).failed(metric).of(metric), Some(true));
        assert_eq!(Outcome::good().missing(metric).of(metric), None);
        assert_eq!(Outcome::good().failed(metric).of(Metric::new(0).unwrap()), Some(false));
        assert_eq!(Metric::new(32), None);
    }
}
