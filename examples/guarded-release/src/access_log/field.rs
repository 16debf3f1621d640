//! Fields that both formats have.

use super::malformed::Flaw;
use core::time::Duration;
use jiff::Timestamp;
use serde_json::{Number, Value};

/// A number from here on counts milliseconds, a smaller one seconds: the year 5138 in seconds, March 1973 in milliseconds.
const FIRST_MILLIS: f64 = 1e11;
/// The last second of the year 9999.
const LAST_MILLIS: u64 = 253_402_300_799_999;

const STATUS_RULE: &str = "must be a whole number from 100 to 599";
const TIME_RULE: &str = "must be from 1970 to 9999";

pub(super) fn status_of_text(text: &str) -> Result<u16, Flaw> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let status = text.parse().ok().filter(|status| digits && (100..=599).contains(status));
    status.ok_or_else(|| Flaw::new("status", STATUS_RULE, text))
}

pub(super) fn status_of_json(value: &Value) -> Result<u16, Flaw> {
    let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
    status
        .filter(|status| (100..=599).contains(status))
        .ok_or_else(|| Flaw::new("status", STATUS_RULE, value))
}

/// `10/Oct/2000:13:55:36 -0700`; a leap second reads as the second before it.
pub(super) fn time_of_common_log(text: &str) -> Result<u64, Flaw> {
    let rule = "must be a time such as 10/Oct/2000:13:55:36 -0700";
    let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).and_then(|parts| parts.to_timestamp());
    millis(time.map_err(|_| Flaw::new("time", rule, text))?, "time", text)
}

/// RFC 3339 with an offset, or a number of Unix seconds or milliseconds.
pub(super) fn time_of_json(value: &Value) -> Result<u64, Flaw> {
    let rule = "must be a time with an offset such as 2026-11-24T12:00:00Z, or Unix seconds or milliseconds";
    let wrong = || Flaw::new("timestamp", rule, value);
    match value {
        Value::String(text) => millis(text.parse().map_err(|_| wrong())?, "timestamp", text),
        Value::Number(number) => unix_millis(number).ok_or_else(|| Flaw::new("timestamp", TIME_RULE, value)),
        _ => Err(wrong()),
    }
}

/// Milliseconds, not negative.
pub(super) fn latency_of_json(value: &Value) -> Result<f64, Flaw> {
    let latency = value.as_f64().filter(|latency| latency.is_finite() && *latency >= 0.0);
    latency.ok_or_else(|| Flaw::new("latency", "must be a number of milliseconds from 0", value))
}

fn millis(time: Timestamp, field: &'static str, text: &str) -> Result<u64, Flaw> {
    let millis = u64::try_from(time.as_millisecond()).ok().filter(|millis| *millis <= LAST_MILLIS);
    millis.filter(|_| time >= Timestamp::UNIX_EPOCH).ok_or_else(|| Flaw::new(field, TIME_RULE, text))
}

fn unix_millis(number: &Number) -> Option<u64> {
    let float = number.as_f64()?;
    let whole = number.as_u64();
    let millis = match whole {
        Some(millis) if float >= FIRST_MILLIS => millis,
        Some(seconds) => seconds.checked_mul(1_000)?,
        None => {
            let seconds = if float >= FIRST_MILLIS { float / 1_000.0 } else { float };
            let nearest =
                Duration::try_from_secs_f64(seconds).ok()?.checked_add(Duration::from_micros(500))?;
            u64::try_from(nearest.as_millis()).ok()?
        }
    };
    (millis <= LAST_MILLIS).then_some(millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_seconds_or_milliseconds_by_their_size() {
        for (number, millis) in [
            (json!(0), 0),
            (json!(1_700_000_000), 1_700_000_000_000),
            (json!(1_700_000_000.123), 1_700_000_000_123),
            (json!(1_700_000_000_123_u64), 1_700_000_000_123),
            (json!(1_700_000_000_123.4), 1_700_000_000_123),
            (json!(99_999_999_999_u64), 99_999_999_999_000),
            (json!(100_000_000_000_u64), 100_000_000_000),
            (json!(253_402_300_799_999_u64), 253_402_300_799_999),
        ] {
            assert_eq!(time_of_json(&number), Ok(millis), "{number}");
        }
        for number in [json!(-1), json!(-0.5), json!(253_402_300_800_000_u64), json!(u64::MAX), json!(1e300)]
        {
            assert!(time_of_json(&number).is_err(), "{number}");
        }
    }

    #[test]
    fn text_needs_an_offset() {
        for (text, millis) in [
            ("2000-10-10T13:55:36-07:00", 971_211_336_000),
            ("2000-10-10T20:55:36.5Z", 971_211_336_500),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(time_of_json(&json!(text)), Ok(millis), "{text}");
        }
        for text in [
            "2000-10-10T13:55:36",
            "1969-12-31T23:59:59.9999Z",
            "",
            "now",
            "1700000000",
            "2000-02-30T00:00:00Z",
        ] {
            assert!(time_of_json(&json!(text)).is_err(), "{text}");
        }
        for value in [json!(null), json!([1]), json!({}), json!(true)] {
            assert!(time_of_json(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn common_log_times() {
        for (text, millis) in [
            ("10/Oct/2000:13:55:36 -0700", 971_211_336_000),
            ("11/Oct/2000:02:25:36 +0530", 971_211_336_000),
            ("31/Dec/2016:23:59:60 +0000", 1_483_228_799_000),
            ("29/Feb/2024:00:00:00 +0000", 1_709_164_800_000),
        ] {
            assert_eq!(time_of_common_log(text), Ok(millis), "{text}");
        }
        for text in [
            "",
            "10/Oct/2000:13:55:36",
            "10/Okt/2000:13:55:36 -0700",
            "29/Feb/2023:00:00:00 +0000",
            "10/Oct/2000:25:55:36 -0700",
            "31/Dec/1969:23:59:59 +0000",
            "10/Oct/2000:13:55:36 -0700 x",
        ] {
            assert!(time_of_common_log(text).is_err(), "{text}");
        }
    }
}
