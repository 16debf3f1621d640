//! Recorded traffic: counts for every five minutes, expanded to single requests the same way each time.

use core::fmt;
use core::hash::Hasher;
use siphasher::sip::SipHasher13;

/// Length of a slice.
pub(crate) const SLICE_MS: u64 = 300_000;
/// 9999-12-31, the last instant the core takes.
const LAST_SECOND: u64 = 253_402_300_799 - SLICE_MS / 1_000;
const HEADER: &str = "unix_s,requests,failures,canary_requests,canary_failures";
/// Key of the draws: the bytes of `rampgate` and `recorded`, so that no other hash of a unit can follow them.
const KEY: (u64, u64) = (u64::from_be_bytes(*b"rampgate"), u64::from_be_bytes(*b"recorded"));

/// A stretch of traffic as it was recorded, and as both versions of a service meet it.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    name: String,
    slices: Vec<Slice>,
}

/// Five minutes of a [`Recording`].
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    index: usize,
    start_ms: u64,
    control: Figures,
    canary: Figures,
}

/// Failures of requests; there is at least one request, and no more failures than requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) requests: u32,
    pub(crate) failures: u32,
}

/// One request: when it came, by which unit, and whether it fails on either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) at_ms: u64,
    pub(crate) unit: String,
    pub(crate) fails_on_control: bool,
    pub(crate) fails_on_canary: bool,
}

/// What was wrong with a recording, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordingError {
    name: String,
    line: usize,
    rule: &'static str,
    value: String,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, line, rule, value } = self;
        write!(f, "invalid recording `{name}`, line {line}: {rule}, got `{}`", rampgate::Escaped(value))
    }
}

impl core::error::Error for RecordingError {}

impl Recording {
    /// A release whose new version is as good as the old: 589 slices of normal running.
    pub(crate) fn healthy() -> Result<Self, RecordingError> {
        Self::parse("healthy", include_str!("../data/healthy.csv"))
    }

    /// A release whose new version starts to fail after five hours.
    pub(crate) fn faulty() -> Result<Self, RecordingError> {
        Self::parse("faulty", include_str!("../data/faulty.csv"))
    }

    /// Reads the format of `data/README.md`.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, RecordingError> {
        let mut slices: Vec<Slice> = Vec::new();
        let mut lines = text.lines().zip(1_usize..);
        let error = |line, rule, value: &str| RecordingError {
            name: name.to_owned(),
            line,
            rule,
            value: value.chars().take(120).collect(),
        };
        let header = lines.next().map_or("", |(header, _)| header);
        if header != HEADER {
            return Err(error(1, "must be the header `unix_s,requests,failures,…` of the format", header));
        }
        for (text, line) in lines {
            let slice = Slice::parse(text, slices.len()).map_err(|rule| error(line, rule, text))?;
            if slices.last().is_some_and(|last| slice.start_ms != last.start_ms.saturating_add(SLICE_MS)) {
                return Err(error(line, "must begin 300 s after the slice before", text));
            }
            slices.push(slice);
        }
        if slices.is_empty() {
            return Err(error(2, "must hold a slice", ""));
        }
        Ok(Self { name: name.to_owned(), slices })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    pub(crate) fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// All requests, in order of time.
    pub(crate) fn requests(&self) -> impl Iterator<Item = Request> + '_ {
        self.slices.iter().flat_map(Slice::requests)
    }

    /// How many [`requests`](Self::requests) there are.
    pub(crate) fn request_count(&self) -> u64 {
        self.slices.iter().map(|slice| u64::from(slice.control.requests)).sum()
    }

    /// When the recording begins, Unix milliseconds.
    #[cfg(test)]
    pub(crate) fn start_ms(&self) -> u64 {
        self.slices.first().map_or(0, |slice| slice.start_ms)
    }

    /// When the new version first meets other figures than the old one, Unix milliseconds; the recordings differ from
    /// there to their end.
    pub(crate) fn fault_begins_ms(&self) -> Option<u64> {
        self.slices.iter().find(|slice| slice.control != slice.canary).map(|slice| slice.start_ms)
    }
}

impl Slice {
    fn parse(text: &str, index: usize) -> Result<Self, &'static str> {
        let numbers = text
            .split(',')
            .map(str::parse)
            .collect::<Result<Vec<u64>, _>>()
            .map_err(|_| "must be whole numbers")?;
        let &[start_s, requests, failures, canary_requests, canary_failures] = numbers.as_slice() else {
            return Err("must be five numbers");
        };
        if start_s > LAST_SECOND {
            return Err("must begin before the year 10000");
        }
        Ok(Self {
            index,
            start_ms: start_s.saturating_mul(1_000),
            control: Figures::new(requests, failures)?,
            canary: Figures::new(canary_requests, canary_failures)?,
        })
    }

    /// When it begins, Unix milliseconds.
    #[cfg(test)]
    pub(crate) fn start_ms(&self) -> u64 {
        self.start_ms
    }

    /// What the old version meets.
    #[cfg(test)]
    pub(crate) fn control(&self) -> Figures {
        self.control
    }

    /// What the new version meets.
    #[cfg(test)]
    pub(crate) fn canary(&self) -> Figures {
        self.canary
    }

    /// As many requests as the old version's figures count, evenly spread.
    ///
    /// Request `i` of slice `s` is the unit `petsite-s-i`. One draw a request decides for both versions, so a request that
    /// fails on the better version fails on the worse one too.
    pub(crate) fn requests(&self) -> impl Iterator<Item = Request> + '_ {
        let count = u64::from(self.control.requests);
        (0..count).map(move |i| {
            let unit = format!("petsite-{}-{i}", self.index);
            let draw = draw(&unit);
            Request {
                at_ms: self
                    .start_ms
                    .saturating_add(SLICE_MS.saturating_mul(i).checked_div(count).unwrap_or(0)),
                fails_on_control: self.control.fails(draw),
                fails_on_canary: self.canary.fails(draw),
                unit,
            }
        })
    }
}

impl Figures {
    fn new(requests: u64, failures: u64) -> Result<Self, &'static str> {
        let [requests, failures] = [requests, failures].map(u32::try_from);
        match (requests, failures) {
            (Ok(requests @ 1..), Ok(failures)) if failures <= requests => Ok(Self { requests, failures }),
            (Ok(requests), Ok(failures)) if failures > requests => {
                Err("must have no more failures than requests")
            }
            _ => Err("must have from 1 to 4294967295 requests"),
        }
    }

    /// Whether a request with this draw fails: draw / 2^64 < failures / requests.
    fn fails(self, draw: u64) -> bool {
        u128::from(draw) * u128::from(self.requests) < u128::from(self.failures) << 64
    }
}

/// A uniform draw from 0 to 2^64 - 1 that is always the same for a unit: SipHash-1-3 of its UTF-8 bytes under [`KEY`].
fn draw(unit: &str) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(KEY.0, KEY.1);
    hasher.write(unit.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(rows: &str) -> Result<Recording, RecordingError> {
        Recording::parse("test", &format!("{HEADER}\n{rows}"))
    }

    #[test]
    fn the_embedded_recordings_have_the_figures_their_readme_states() {
        let healthy = Recording::healthy().unwrap();
        assert_eq!((healthy.slices().len(), healthy.request_count()), (589, 406_226));
        assert_eq!(healthy.slices().iter().map(|s| s.control().failures).sum::<u32>(), 364);
        assert_eq!(healthy.fault_begins_ms(), None);

        let faulty = Recording::faulty().unwrap();
        assert_eq!((faulty.slices().len(), faulty.request_count()), (68, 47_162));
        let begins = faulty.fault_begins_ms().unwrap();
        assert_eq!(begins - faulty.start_ms(), 5 * 3_600_000);
        let during: Vec<_> = faulty.slices().iter().filter(|s| s.start_ms() >= begins).collect();
        let total = |count: fn(Figures) -> u32| during.iter().map(|s| count(s.canary())).sum::<u32>();
        assert_eq!((total(|f| f.requests), total(|f| f.failures)), (5_390, 181));
        assert!(during.iter().all(|s| s.control() != s.canary()));
    }

    #[test]
    fn requests_are_spread_evenly_and_in_order() {
        let one = recording("60,4,0,4,0\n360,3,0,3,0").unwrap();
        let times: Vec<u64> = one.requests().map(|r| r.at_ms).collect();
        assert_eq!(times, [60_000, 135_000, 210_000, 285_000, 360_000, 460_000, 560_000]);
        let units: Vec<String> = one.requests().map(|r| r.unit).collect();
        assert_eq!((units[3].as_str(), units[4].as_str()), ("petsite-0-3", "petsite-1-0"));
    }

    #[test]
    fn a_rate_of_none_or_all_is_exact_and_others_come_close() {
        let extremes = recording("0,2000,0,1,1").unwrap();
        assert!(extremes.requests().all(|r| !r.fails_on_control && r.fails_on_canary));
        let faulty = Recording::faulty().unwrap();
        let begins = faulty.fault_begins_ms().unwrap();
        let during: Vec<Request> = faulty.requests().filter(|r| r.at_ms >= begins).collect();
        let failing = during.iter().filter(|r| r.fails_on_canary).count();
        assert_eq!(during.len(), 5_540);
        assert!((150..=220).contains(&failing), "{failing}"); // 186 expected, three standard deviations are 40
        assert!(during.iter().all(|r| r.fails_on_canary || !r.fails_on_control));
    }

    #[test]
    fn a_draw_never_changes() {
        assert_eq!(draw("petsite-0-0"), 18_294_105_168_252_406_724);
    }

    #[test]
    fn wrong_rows_are_refused_with_their_line() {
        for (rows, message) in [
            ("", "line 2: must hold a slice, got ``"),
            ("0,1,0,1", "line 2: must be five numbers, got `0,1,0,1`"),
            ("0,1,0,1,x", "line 2: must be whole numbers, got `0,1,0,1,x`"),
            ("0,1,0,1,-1", "line 2: must be whole numbers, got `0,1,0,1,-1`"),
            ("0,1,2,1,0", "line 2: must have no more failures than requests, got `0,1,2,1,0`"),
            ("0,0,0,1,0", "line 2: must have from 1 to 4294967295 requests, got `0,0,0,1,0`"),
            ("0,1,0,1,0\n301,1,0,1,0", "line 3: must begin 300 s after the slice before, got `301,1,0,1,0`"),
            ("253402300799,1,0,1,0", "line 2: must begin before the year 10000, got `253402300799,1,0,1,0`"),
        ] {
            assert_eq!(
                recording(rows).unwrap_err().to_string(),
                format!("invalid recording `test`, {message}")
            );
        }
        assert!(Recording::parse("test", "").is_err());
    }
}
