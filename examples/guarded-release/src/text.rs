//! Text for readers: escaped, and numbers with as many digits as a reader can use.

use core::fmt;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Any text inside HTML or SVG, in content and in quoted attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\n' | '\t' => f.write_str(" "),
            c if c.is_control() => f.write_str("\u{fffd}"),
            c => write!(f, "{c}"),
        })
    }
}

/// Three significant digits and no zeros behind them; `–` for what is not a number.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let size = value.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-6) {
        return format!("{value:.1e}").replace('-', "−");
    }
    let (mut scaled, mut decimals) = (size, 0_usize);
    while scaled < 99.95 && decimals < 9 && scaled > 0.0 {
        scaled *= 10.0;
        decimals = decimals.saturating_add(1);
    }
    fixed(value, decimals)
}

/// At most `decimals` digits behind the point, thousands apart, a true minus sign.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", grouped(whole))
}

/// A share of one as a percentage: 0.034 is `3.4 %`.
pub(crate) fn percent(share: f64) -> String {
    if share.is_nan() { number(share) } else { number(share * 100.0) + " %" }
}

/// A whole number, thousands apart.
pub(crate) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// A length of time in its two largest units: `5 h 12 min`.
pub(crate) fn duration(millis: u64) -> String {
    let two = |large: u64, name: &str, small: u64, small_name: &str| {
        let (first, second) = (millis / large, millis % large / small);
        if second == 0 { format!("{first} {name}") } else { format!("{first} {name} {second} {small_name}") }
    };
    match millis {
        DAY.. => two(DAY, "d", HOUR, "h"),
        HOUR.. => two(HOUR, "h", MINUTE, "min"),
        MINUTE.. => two(MINUTE, "min", SECOND, "s"),
        SECOND.. => two(SECOND, "s", 1, "ms"),
        _ => format!("{millis} ms"),
    }
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (digit, left) in digits.chars().zip((0..digits.len()).rev()) {
        text.push(digit);
        if left > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            Escaped("<script a=\"1\" b='2'>&\0\n").to_string(),
            "&lt;script a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\u{fffd} "
        );
        assert_eq!(Escaped("Größe 5 €").to_string(), "Größe 5 €");
    }

    #[test]
    fn numbers_have_three_digits_that_mean_something() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (2.9957, "3"),
            (3.1449, "3.14"),
            (-12.345, "−12.3"),
            (99.96, "100"),
            (1_234.5, "1,234"),
            (406_226.0, "406,226"),
            (0.000_896, "0.000896"),
            (1.23e-9, "1.2e−9"),
            (f64::NAN, "–"),
            (f64::INFINITY, "∞"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
        assert_eq!(percent(0.000_896), "0.0896 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(f64::NAN), "–");
        assert_eq!(fixed(-0.001, 2), "0");
        assert_eq!(count(1_234_567), "1,234,567");
    }

    #[test]
    fn times_have_two_units() {
        for (millis, text) in [
            (0, "0 ms"),
            (1_500, "1 s 500 ms"),
            (60_000, "1 min"),
            (18_725_000, "5 h 12 min"),
            (86_400_000, "1 d"),
            (180_000_000, "2 d 2 h"),
        ] {
            assert_eq!(duration(millis), text);
        }
        assert_eq!(duration(u64::MAX), "213503982334 d 14 h");
    }
}
