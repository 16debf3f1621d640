use super::Counter;
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span};
use serde::{Deserialize, Serialize};

/// What was counted in one window, and how much of the window anybody was counting.
///
/// A reading never turns into a ratio by itself: no events is no ratio, neither 0% nor 100%.
///
/// ```
/// use rampgate::slo::Reading;
///
/// let reading = Reading::of("30d".parse()?, "3d".parse()?, 98_000, 2_000)?;
/// assert_eq!(reading.total(), 100_000);
/// assert_eq!(reading.coverage().to_string(), "10%");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Reading {
    pub(super) window: Span,
    pub(super) resolution: Span,
    pub(super) watched: Span,
    pub(super) good: u64,
    pub(super) bad: u64,
    pub(super) late: u64,
    pub(super) ahead: u64,
    pub(super) rejected: u64,
}

impl Reading {
    /// A reading of counts that come from elsewhere, such as a monitoring system.
    ///
    /// # Errors
    /// A window that is empty or longer than 30 days; more watched than the window; events, though nothing was watched.
    pub fn of(window: Span, watched: Span, good: u64, bad: u64) -> Result<Self, Error> {
        if window == Span::ZERO || window > Counter::LONGEST_WINDOW {
            return Err(Error::new(
                "window",
                Kind::Range,
                "must be more than nothing and at most 30d",
                window,
            ));
        }
        if watched > window {
            return Err(Error::new("watched", Kind::Conflict, "must be at most the window", watched));
        }
        if watched == Span::ZERO && (good > 0 || bad > 0) {
            return Err(Error::new(
                "watched",
                Kind::Conflict,
                "must be more than nothing with events",
                watched,
            ));
        }
        Ok(Self { window, resolution: Span::ZERO, watched, good, bad, late: 0, ahead: 0, rejected: 0 })
    }

    /// The window asked for.
    #[must_use]
    pub const fn window(&self) -> Span {
        self.window
    }

    /// Width of the buckets that were read: counts may reach that much beyond either end of the window.
    #[must_use]
    pub const fn resolution(&self) -> Span {
        self.resolution
    }

    /// How much of the window lies after the oldest event known, whose bucket counts from its start: at most the window.
    #[must_use]
    pub const fn watched(&self) -> Span {
        self.watched
    }

    /// The share of the window that was watched, rounded down.
    #[must_use]
    pub fn coverage(&self) -> Share {
        let parts =
            u128::from(self.watched.as_millis()) * 1_000_000 / u128::from(self.window.as_millis().max(1));
        Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// Good events.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.good
    }

    /// Bad events.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.bad
    }

    /// All events, held at `u64::MAX`.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.good.saturating_add(self.bad)
    }

    /// Events that the counter was given too late to count, over its whole life.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Events stamped later than the end of the window: not counted yet. More than a few say that a clock is wrong.
    #[must_use]
    pub const fn ahead(&self) -> u64 {
        self.ahead
    }

    /// Events stamped too far in the future to be held at all, over the counter's whole life.
    #[must_use]
    pub const fn rejected(&self) -> u64 {
        self.rejected
    }
}

/// A reading as it is written: with its coverage, which is read over and worked out again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    window: Span,
    resolution: Span,
    watched: Span,
    coverage: Share,
    good: u64,
    bad: u64,
    late: u64,
    ahead: u64,
    rejected: u64,
}

impl From<Reading> for Parts {
    fn from(reading: Reading) -> Self {
        let coverage = reading.coverage();
        let Reading { window, resolution, watched, good, bad, late, ahead, rejected } = reading;
        Self { window, resolution, watched, coverage, good, bad, late, ahead, rejected }
    }
}

impl TryFrom<Parts> for Reading {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        let Parts { window, resolution, watched, coverage: _, good, bad, late, ahead, rejected } = parts;
        Ok(Self { resolution, late, ahead, rejected, ..Self::of(window, watched, good, bad)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn refuses_what_cannot_be() {
        let span = |text: &str| text.parse::<Span>().unwrap();
        for (window, watched, path) in [
            ("0s", "0s", "window"),
            ("31d", "1d", "window"),
            ("1d", "2d", "watched"),
            ("1d", "0s", "watched"),
        ] {
            assert_eq!(Reading::of(span(window), span(watched), 1, 0).unwrap_err().path(), path);
        }
        assert!(Reading::of(span("1d"), Span::ZERO, 0, 0).is_ok());
    }

    #[test]
    fn json_carries_the_coverage_and_is_checked_on_the_way_back() {
        let reading = Reading::of("3d".parse().unwrap(), "1d".parse().unwrap(), 5, 1).unwrap();
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(
            text,
            r#"{"window":"3d","resolution":"0s","watched":"1d","coverage":"33.3333%","good":5,"bad":1,"late":0,"ahead":0,"rejected":0}"#
        );
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
        let error = serde_json::from_str::<Reading>(&text.replace("\"1d\"", "\"4d\"")).unwrap_err();
        assert!(error.to_string().contains("must be at most the window"), "{error}");
    }
}
