use crate::document::Field;
use crate::error::Kind;
use crate::quantity::Span;

/// Nanoseconds of Go's units, `time.ParseDuration`.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads a duration as Go writes it: decimal numbers with units, in any order, such as `1h30m` or `1.5h`.
pub(super) fn go_duration(field: &Field<'_>) -> Option<Span> {
    span(field, nanoseconds(field.text()?))
}

/// Reads a whole number of seconds, or a text that is one, or a duration as Go writes it.
pub(super) fn seconds_or_duration(field: &Field<'_>) -> Option<Span> {
    if field.is_number() {
        return seconds(field);
    }
    let text = field.text()?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let nanos = if plain {
        text.parse::<u128>().ok().and_then(|seconds| seconds.checked_mul(1_000_000_000))
    } else {
        nanoseconds(text)
    };
    span(field, nanos)
}

/// Reads a whole number of seconds.
pub(super) fn seconds(field: &Field<'_>) -> Option<Span> {
    let seconds = field.integer(0..=Span::MAX.as_millis() / 1_000)?;
    Some(Span::clamped(seconds.saturating_mul(1_000)))
}

/// Reads a whole number of minutes, up to `most`.
pub(super) fn minutes(field: &Field<'_>, least: u64, most: u64) -> Option<Span> {
    let minutes = field.integer(least..=most)?;
    Some(Span::clamped(minutes.saturating_mul(60_000)))
}

fn span(field: &Field<'_>, nanos: Option<u128>) -> Option<Span> {
    let Some(nanos) = nanos else {
        field.refuse(Kind::Syntax, "must be a duration such as 30s, 5m or 1h30m");
        return None;
    };
    if nanos % 1_000_000 != 0 {
        field.refuse(Kind::Range, "must be whole milliseconds");
        return None;
    }
    let span = u64::try_from(nanos / 1_000_000).ok().and_then(|millis| Span::from_millis(millis).ok());
    if span.is_none() {
        field.refuse(Kind::Range, "must be at most 100 years");
    }
    span
}

/// `None` where the text is none, finer than a nanosecond, or negative, or longer than can be counted.
fn nanoseconds(text: &str) -> Option<u128> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(number)?;
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || fraction.contains('.') {
            return None;
        }
        let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let scaled = digits.parse::<u128>().ok()?.checked_mul(*nanos)?;
        if scaled % scale != 0 {
            return None;
        }
        total = total.checked_add(scaled / scale)?;
        rest = tail;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let cases: [(&str, Option<u128>); 16] = [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("15s", Some(15_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            (".5m", Some(30_000_000_000)),
            ("1m1h", Some(3_660_000_000_000)),
            ("1m1m", Some(120_000_000_000)),
            ("10\u{b5}s", Some(10_000)),
            ("+5s", Some(5_000_000_000)),
            ("", None),
            ("-5s", None),
            ("5", None),
            ("5 s", None),
            ("1.2.3s", None),
            ("1d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
    }
}
