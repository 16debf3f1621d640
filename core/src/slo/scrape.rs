use super::Counter;
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use serde::{Deserialize, Serialize};

/// What one source said it had counted since it began: running totals, as monitoring systems export them.
///
/// ```
/// use rampgate::slo::Scrape;
///
/// let scrape = Scrape::of_total("2026-11-24T12:00:00Z".parse()?, 1_000, 10)?;
/// assert_eq!((scrape.good(), scrape.bad()), (990, 10));
/// assert!(Scrape::of_total("2026-11-24T12:00:00Z".parse()?, 1_000, 1_001).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scrape {
    at: Timestamp,
    good: u64,
    bad: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<Timestamp>,
}

impl Scrape {
    /// Totals read at `at`.
    #[must_use]
    pub const fn new(at: Timestamp, good: u64, bad: u64) -> Self {
        Self { at, good, bad, started: None }
    }

    /// Totals of a source that counts all events and the bad ones among them.
    ///
    /// # Errors
    /// More bad events than events. The two were read at different times, or count different things.
    pub fn of_total(at: Timestamp, total: u64, bad: u64) -> Result<Self, Error> {
        let good = total
            .checked_sub(bad)
            .ok_or_else(|| Error::new("bad", Kind::Conflict, "must be at most the total", bad))?;
        Ok(Self::new(at, good, bad))
    }

    /// The same totals of a source that says when it began to count, which leaves no doubt about a restart.
    #[must_use]
    pub const fn started(self, started: Timestamp) -> Self {
        Self { started: Some(started), ..self }
    }

    /// When the totals were read.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Good events since the source began.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.good
    }

    /// Bad events since the source began.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.bad
    }
}

/// What a scrape added to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Scraped {
    /// The first one: its totals are where counting starts from. When those events happened is unknown, so they are not
    /// counted.
    Baseline,
    /// Events since the last scrape.
    Counted {
        /// Good events since then.
        good: u64,
        /// Bad events since then.
        bad: u64,
    },
    /// The source restarted, and these are its events since. What it counted between the last scrape and its end was
    /// never read: those events are lost, and no number stands for them.
    Reset {
        /// Good events since the restart.
        good: u64,
        /// Bad events since the restart.
        bad: u64,
    },
    /// The scrape that was read last, delivered again: nothing was counted.
    Repeated,
    /// Older than the one that was read last: nothing was counted, because the newer one covers it.
    Overtaken,
}

/// Turns the running totals of one source into events, counting each once and none below zero.
///
/// A source that restarts begins again at zero. Where both scrapes say when the source had [`started`](Scrape::started), a restart
/// is a changed start. Otherwise it is a total that fell, as Prometheus takes it: then a restart is missed if the new
/// totals have outgrown the old ones by the next scrape, and the events up to the old totals are lost. Keep one of these per
/// source; the sum of several sources falls whenever one of them goes.
///
/// ```
/// use rampgate::slo::{Counter, Scrape, Scraped, Scraper};
/// use rampgate::Timestamp;
///
/// let at = |second: u64| Timestamp::from_millis(1_795_521_600_000 + second * 1_000);
/// let (mut scraper, mut counter) = (Scraper::default(), Counter::new());
/// let mut read = |scrape| scraper.record(scrape, &mut counter);
/// assert_eq!(read(Scrape::new(at(0)?, 5_000, 7))?, Scraped::Baseline);
/// assert_eq!(read(Scrape::new(at(30)?, 5_100, 9))?, Scraped::Counted { good: 100, bad: 2 });
/// assert_eq!(read(Scrape::new(at(30)?, 5_100, 9))?, Scraped::Repeated);
/// assert_eq!(read(Scrape::new(at(60)?, 40, 1))?, Scraped::Reset { good: 40, bad: 1 });
/// assert_eq!(counter.read("1m".parse()?, at(60)?)?.bad(), 3);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scraper {
    last: Option<Scrape>,
    resets: u64,
}

impl Scraper {
    /// Reads one scrape and says what it adds.
    ///
    /// # Errors
    /// Totals that differ from those read at the same time, and totals that fell though the source says that it has not
    /// restarted. Either way two sources share a name, or events were taken back; nothing changes.
    pub fn read(&mut self, scrape: Scrape) -> Result<Scraped, Error> {
        let Some(last) = self.last else {
            self.last = Some(scrape);
            return Ok(Scraped::Baseline);
        };
        if scrape.at < last.at {
            return Ok(Scraped::Overtaken);
        }
        if scrape.at == last.at {
            if scrape == last {
                return Ok(Scraped::Repeated);
            }
            let rule = "must have the totals that were read at the same time before";
            return Err(Error::new("at", Kind::Conflict, rule, scrape.at));
        }
        let grown = scrape.good.checked_sub(last.good).zip(scrape.bad.checked_sub(last.bad));
        let starts = last.started.zip(scrape.started);
        let same_life = starts.map_or(grown.is_some(), |(before, now)| before == now);
        let scraped = match grown {
            Some((good, bad)) if same_life => Scraped::Counted { good, bad },
            None if same_life => {
                let (field, value) =
                    if scrape.good < last.good { ("good", scrape.good) } else { ("bad", scrape.bad) };
                let rule = "must not fall while the source has not restarted";
                return Err(Error::new(field, Kind::Conflict, rule, value));
            }
            _ => {
                self.resets = self.resets.saturating_add(1);
                Scraped::Reset { good: scrape.good, bad: scrape.bad }
            }
        };
        self.last = Some(scrape);
        Ok(scraped)
    }

    /// [`read`](Self::read), and counts what the scrape adds at the time of the scrape.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub fn record(&mut self, scrape: Scrape, counter: &mut Counter) -> Result<Scraped, Error> {
        let scraped = self.read(scrape)?;
        if let Scraped::Counted { good, bad } | Scraped::Reset { good, bad } = scraped {
            counter.record(scrape.at, good, bad);
        }
        Ok(scraped)
    }

    /// How often the source restarted. Each time, the events after its last scrape were lost.
    #[must_use]
    pub const fn resets(&self) -> u64 {
        self.resets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    #[test]
    fn a_source_that_names_its_start_is_believed() {
        let mut scraper = Scraper::default();
        let scrape = |second, good, start| Scrape::new(at(second), good, 0).started(at(start));
        assert_eq!(scraper.read(scrape(10, 5, 1)).unwrap(), Scraped::Baseline);
        // The new life has outgrown the old one: without the start this would read as 4 events, not as 9.
        assert_eq!(scraper.read(scrape(20, 9, 15)).unwrap(), Scraped::Reset { good: 9, bad: 0 });
        let before = scraper;
        let error = scraper.read(scrape(30, 8, 15)).unwrap_err();
        assert_eq!((error.path(), error.kind(), scraper), ("good", Kind::Conflict, before));
    }

    #[test]
    fn two_totals_of_one_moment_are_two_sources() {
        let mut scraper = Scraper::default();
        assert_eq!(scraper.read(Scrape::new(at(1), 5, 0)).unwrap(), Scraped::Baseline);
        assert_eq!(scraper.read(Scrape::new(at(1), 6, 0)).unwrap_err().path(), "at");
        assert_eq!(scraper.read(Scrape::new(at(0), 6, 0)).unwrap(), Scraped::Overtaken);
    }
}
