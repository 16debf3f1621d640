//! Numbers, times and names as people write them.

use crate::math;
use crate::quantity::{Span, Timestamp};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Odds above this are not told apart.
const MOST_ODDS: f64 = 1e6;

/// Slack for the rounding of exp(ln x), far above its error and far below a tenth.
const SLACK: f64 = 1e-9;

const SPANS: [(&str, u64); 5] =
    [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000), ("millisecond", 1)];

/// `1 unit`, `1,240 units`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// With commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The largest unit and the one below it: `1 hour 30 minutes`, `45 seconds`. What is left is dropped.
pub(super) fn lasting(span: Span) -> String {
    let millis = span.as_millis();
    let Some(first) = SPANS.iter().position(|(_, size)| millis >= *size) else { return "0 seconds".into() };
    let mut rest = millis;
    let mut parts = Vec::new();
    for (name, size) in SPANS.iter().skip(first).take(2) {
        if rest >= *size {
            parts.push(counted(rest / size, name));
        }
        rest %= size;
    }
    parts.join(" ")
}

/// `2026-11-24 12:00:00 UTC`.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_string().replace('T', " ").replace('Z', " UTC")
}

/// Evidence that was reached, as odds, rounded down: never shown as enough when it was not.
pub(super) fn odds_reached(ln: f64) -> String {
    let tenths = math::floor(tenths(ln) * (1.0 + SLACK));
    if tenths < 1.0 { "under 0.1 to 1".into() } else { decimal(tenths) + " to 1" }
}

/// Evidence that is needed, as odds to 1, rounded up.
pub(super) fn odds_needed(ln: f64) -> String {
    decimal(math::ceil(tenths(ln) * (1.0 - SLACK)))
}

fn tenths(ln: f64) -> f64 {
    math::exp(ln).min(MOST_ODDS * 2.0) * 10.0
}

fn decimal(tenths: f64) -> String {
    if tenths > MOST_ODDS * 10.0 {
        return "over 1,000,000".into();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, from 0 to 10 million"
    )]
    let tenths = tenths as u64;
    let (whole, tenth) = (grouped(tenths / 10), tenths % 10);
    if tenth == 0 { whole } else { format!("{whole}.{tenth}") }
}

/// A name or a reason in the host's words, on one line: what could break the line or hide what it says is escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        let hides = matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if character.is_control() || hides {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Who gave a command.
pub(super) fn who(by: &str) -> String {
    if by.is_empty() { "someone".into() } else { quoted(by) }
}

/// Why, in the host's words, without a full stop of its own.
pub(super) fn why(text: &str) -> String {
    let text = text.trim_end_matches('.');
    if text.is_empty() { "no reason was given".into() } else { quoted(text) }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_two_units_at_most() {
        for (span, words) in [
            ("0s", "0 seconds"),
            ("1ms", "1 millisecond"),
            ("59s999ms", "59 seconds 999 milliseconds"),
            ("1m", "1 minute"),
            ("1h30m", "1 hour 30 minutes"),
            ("1d5m", "1 day"),
            ("2d1h59m", "2 days 1 hour"),
            ("1000d", "1,000 days"),
        ] {
            assert_eq!(lasting(span.parse().unwrap()), words);
        }
    }

    #[test]
    fn odds_never_flatter() {
        let ln20 = math::ln(20.0);
        assert_eq!((odds_reached(ln20), odds_needed(ln20)), ("20 to 1".into(), "20".into()));
        assert_eq!(odds_reached(math::ln(19.999)), "19.9 to 1");
        assert_eq!(odds_needed(math::ln(19.01)), "19.1");
        assert_eq!(odds_reached(0.0), "1 to 1");
        assert_eq!(odds_reached(math::ln(1234.56)), "1,234.5 to 1");
        assert_eq!(odds_reached(-3.0), "under 0.1 to 1");
        assert_eq!(
            (odds_reached(f64::MAX), odds_needed(700.0)),
            ("over 1,000,000 to 1".into(), "over 1,000,000".into())
        );
        assert_eq!(odds_reached(f64::MIN), "under 0.1 to 1");
    }

    #[test]
    fn what_hosts_say_stays_on_its_line() {
        assert_eq!(quoted("bob\n2026-11-24 nothing happened"), "bob\\n2026-11-24 nothing happened");
        assert_eq!(quoted("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(
            (who(""), who("Zoë"), why(""), why("pager.")),
            ("someone".into(), "Zoë".into(), "no reason was given".into(), "pager".into())
        );
        let items: Vec<String> = ["a", "b", "c"].map(String::from).into();
        assert_eq!(
            (listed(&items[..1]), listed(&items[..2]), listed(&items)),
            ("a".into(), "a and b".into(), "a, b and c".into())
        );
        assert_eq!(
            (grouped(999), grouped(1_000), grouped(1_234_567)),
            ("999".into(), "1,000".into(), "1,234,567".into())
        );
    }
}
