//! One JSON object a line.

use super::field::{latency_of_json, status_of_json, time_of_json};
use super::malformed::Flaw;
use super::{Arm, FIRST_FAILING_STATUS, LogLine};
use serde::Deserialize;
use serde_json::Value;

/// The fields we read, each still as it came; others are ignored, and one that is there twice is refused.
#[derive(Deserialize)]
struct Fields {
    timestamp: Option<Value>,
    unit: Option<Value>,
    arm: Option<Value>,
    path: Option<Value>,
    status: Option<Value>,
    latency: Option<Value>,
}

/// `{"timestamp": …, "unit": …, "status": …}`, optionally with `arm`, `path` and `latency` (milliseconds).
pub(super) fn read(line: &str) -> Result<LogLine, Flaw> {
    let fields: Fields = serde_json::from_str(line)
        .map_err(|error| Flaw::new("line", format!("must be a JSON object ({error})"), line))?;
    let status = status_of_json(&fields.status.ok_or_else(|| Flaw::missing("status"))?)?;
    Ok(LogLine {
        at_ms: time_of_json(&fields.timestamp.ok_or_else(|| Flaw::missing("timestamp"))?)?,
        unit: unit(fields.unit.ok_or_else(|| Flaw::missing("unit"))?)?,
        arm: fields.arm.map(arm).transpose()?,
        path: fields.path.map(path).transpose()?,
        failed: status >= FIRST_FAILING_STATUS,
        status,
        latency_ms: fields.latency.as_ref().map(latency_of_json).transpose()?,
    })
}

/// Text, or a whole number, which then is its digits.
fn unit(value: Value) -> Result<String, Flaw> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        other => Err(Flaw::new("unit", "must be text that is not empty, or a whole number", other)),
    }
}

fn arm(value: Value) -> Result<Arm, Flaw> {
    match value.as_str() {
        Some("control") => Ok(Arm::Control),
        Some("canary") => Ok(Arm::Canary),
        _ => Err(Flaw::new("arm", "must be \"control\" or \"canary\"", value)),
    }
}

fn path(value: Value) -> Result<String, Flaw> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Flaw::new("path", "must be text", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_line_and_a_short_one() {
        let full = r#"{"timestamp":"2026-11-24T12:00:00+01:00","unit":"u-1","arm":"canary","path":"/cart","status":502,"latency":12.5,"more":[{}]}"#;
        let expected = LogLine {
            at_ms: 1_795_518_000_000,
            unit: "u-1".to_owned(),
            arm: Some(Arm::Canary),
            path: Some("/cart".to_owned()),
            failed: true,
            status: 502,
            latency_ms: Some(12.5),
        };
        assert_eq!(read(full), Ok(expected));
        let short =
            read(r#"{"unit":7,"status":499,"timestamp":1700000000,"arm":null,"latency":null}"#).unwrap();
        assert_eq!(
            (short.unit.as_str(), short.arm, short.failed, short.latency_ms),
            ("7", None, false, None)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (change, message) in [
            (r#""timestamp":0"#, "invalid `line`: must be a JSON object (duplicate field `timestamp`"),
            (r#""unit":"#, "invalid `line`: must be a JSON object (expected value"),
            (r#""latency":NaN"#, "invalid `line`: must be a JSON object (expected value"),
            (r#""latency":1e999"#, "invalid `line`: must be a JSON object (number out of range"),
            (r#""latency":-1"#, "invalid `latency`: must be a number of milliseconds from 0, got `-1`"),
            (
                r#""latency":"5""#,
                "invalid `latency`: must be a number of milliseconds from 0, got `\\\"5\\\"`",
            ),
            (r#""unit":"""#, "invalid `unit`: must be text that is not empty, or a whole number, got"),
            (r#""unit":1.5"#, "invalid `unit`: must be text that is not empty, or a whole number, got `1.5`"),
            (r#""unit":null"#, "invalid `unit`: must be given"),
            (
                r#""unit":"u","status":99"#,
                "invalid `status`: must be a whole number from 100 to 599, got `99`",
            ),
            (
                r#""unit":"u","status":200.0"#,
                "invalid `status`: must be a whole number from 100 to 599, got `200.0`",
            ),
            (r#""unit":"u","status":"200""#, "invalid `status`: must be a whole number from 100 to 599, got"),
            (
                r#""unit":"u","status":65736"#,
                "invalid `status`: must be a whole number from 100 to 599, got `65736`",
            ),
            (r#""unit":"u","arm":"baseline""#, "invalid `arm`: must be \"control\" or \"canary\", got"),
            (r#""unit":"u","path":{}"#, "invalid `path`: must be text, got `{}`"),
        ] {
            let mut rest = String::new();
            for (name, usual) in [("unit", r#","unit":"u""#), ("status", r#","status":200"#)] {
                if !change.contains(name) {
                    rest += usual;
                }
            }
            let line = format!(r#"{{"timestamp":1700000000,{change}{rest}}}"#);
            let got = read(&line).unwrap_err().to_string();
            assert!(got.starts_with(message), "{line}\n{got}");
        }
        for bad in ["{", "{}", "{]", "{\"a\":", &"{\"unit\":".repeat(5_000), &"[".repeat(50_000)] {
            assert!(read(bad).is_err());
        }
    }
}
