use super::Histogram;

/// One unit's window of requests, of which one outcome is made: its first minutes, or its session.
///
/// Requests of one unit are alike: they come from one device over one network. A judge that takes each of them for independent
/// evidence rolls back healthy releases: measured, 29% of them at alpha 5%, where users sent several requests each and their rates
/// differed. So a unit is one bet, whatever it sent, and the bet is on a number of its whole window: the share of requests that
/// failed ([`Measured::Fraction`](super::Measured::Fraction)), or the worst or the typical latency ([`Measured::Value`](super::Measured::Value)).
/// Close a window by time or by the session's end, by the same rule in both arms, and never by what it has shown.
///
/// ```
/// use rampgate::observe::{Measured, Metric, Outcome, Session};
///
/// let [errors, slowest, typical] = [0, 1, 2].map(Metric::new);
/// let mut session = Session::default();
/// session.add(false, 80_000_000);
/// session.add(false, 320_000_000);
/// session.add(true, 160_000_000);
/// assert_eq!((session.failed(), session.requests(), session.worst()), (1, 3, Some(320_000_000)));
///
/// let mut outcome = Outcome::good();
/// if let (Some(worst), Some(mean)) = (session.worst(), session.geometric_mean()) {
///     assert!(mean <= 160_000_000 && 160_000_000 < mean + mean / 90);
///     let failures = Measured::Fraction { failed: session.failed(), requests: session.requests() };
///     outcome = outcome
///         .measured(errors.ok_or("position")?, failures)
///         .measured(slowest.ok_or("position")?, Measured::Value(worst))
///         .measured(typical.ok_or("position")?, Measured::Value(mean));
/// } // a window without requests measures nothing
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    failed: u64,
    requests: u64,
    worst: u64,
    /// Sum of the bins' numbers.
    bins: u128,
}

impl Session {
    /// Counts one request: whether it failed, and its latency (or size) in thousandths, as [`Histogram`] takes it.
    pub fn add(&mut self, failed: bool, latency: u64) {
        let Some(requests) = self.requests.checked_add(1) else { return };
        self.requests = requests;
        self.failed += u64::from(failed);
        self.worst = self.worst.max(latency);
        self.bins += Histogram::bin_of(latency) as u128;
    }

    /// Requests that failed.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.failed
    }

    /// Requests in all.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// The largest latency; `None` without requests.
    #[must_use]
    pub fn worst(&self) -> Option<u64> {
        (self.requests > 0).then_some(self.worst)
    }

    /// The geometric mean of the latencies; `None` without requests.
    ///
    /// Bins are as wide as their values are large, so the mean of logarithms is the mean of the bins' numbers: whole numbers, rounded to the
    /// nearest (halves up), the same everywhere and in any order. The result is the lower edge of that bin: at most 1.7% below the mean and
    /// 0.6% above, where no latency lies in the first or the last bin, which have no such width.
    #[must_use]
    pub fn geometric_mean(&self) -> Option<u64> {
        let doubled =
            (2 * self.bins + u128::from(self.requests)).checked_div(2 * u128::from(self.requests))?;
        usize::try_from(doubled).ok().map(Histogram::lower_edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(latencies: &[u64]) -> Session {
        let mut session = Session::default();
        latencies.iter().for_each(|latency| session.add(false, *latency));
        session
    }

    #[test]
    fn the_mean_is_geometric_and_stays_in_its_bin() {
        assert_eq!(of(&[]).geometric_mean(), None);
        assert_eq!(of(&[]).worst(), None);
        for bin in [0, 1, 64, 1_000, Histogram::BINS - 1] {
            let edge = Histogram::lower_edge(bin);
            assert_eq!(of(&[edge, edge, edge]).geometric_mean(), Some(edge));
        }
        let between = |a, b| Histogram::bin_of(of(&[a, b]).geometric_mean().unwrap());
        let edge = Histogram::lower_edge;
        assert_eq!((between(edge(10), edge(20)), between(edge(20), edge(11))), (15, 16));
        // a thousand to a million: the mean of the logarithms is that of 31,623
        let mean = of(&[1_000_000, 1_000_000_000]).geometric_mean().unwrap() as f64;
        assert!((0.983..1.006).contains(&(mean / 31_622_776.6)), "{mean}");
    }
}
