//! Decimal text to a scaled integer, exactly: no float on the way. And floats as text, for messages.

use alloc::string::{String, ToString};

/// Reads plain decimal digits with at most one point into an integer scaled by 10^`places`.
///
/// `None` where the text is anything else: empty, signed, with an exponent, with non-zero digits beyond
/// `places`, or too large.
pub(crate) fn scaled(text: &str, places: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || (text.contains('.') && fraction.is_empty()) || !plain(whole) || !plain(fraction) {
        return None;
    }
    let mut value = whole.parse::<u64>().ok()?;
    let mut digits = fraction.bytes();
    for _ in 0..places {
        let digit = digits.next().unwrap_or(b'0') - b'0';
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    digits.all(|b| b == b'0').then_some(value)
}

/// Writes what [`scaled`] reads, without trailing zeros.
pub(super) fn write(f: &mut core::fmt::Formatter<'_>, value: u64, places: u32) -> core::fmt::Result {
    let unit = 10_u64.pow(places);
    let (whole, mut fraction) = (value / unit, value % unit);
    write!(f, "{whole}")?;
    if fraction == 0 {
        return Ok(());
    }
    let mut width = places as usize;
    while fraction % 10 == 0 {
        fraction /= 10;
        width -= 1;
    }
    write!(f, ".{fraction:0width$}")
}

/// A number as JSON prints it, a whole one without its `.0`.
///
/// One printer of floats is enough: the formatter's own would add 7 KB to a module.
pub(crate) fn shown(number: f64) -> String {
    match serde_json::Number::from_f64(number) {
        Some(number) => without_fraction(&number),
        None if number.is_nan() => "NaN".into(),
        None => if number > 0.0 { "inf" } else { "-inf" }.into(),
    }
}

/// A number as it is printed, a whole one without its `.0`: JavaScript has one type of number, and writes the `2.0` that it read as `2`.
pub(crate) fn without_fraction(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.strip_suffix(".0") {
        Some("-0") => "0".into(),
        Some(whole) => whole.into(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn reads_exactly_or_not_at_all() {
        assert_eq!(scaled("12.5", 4), Some(125_000));
        assert_eq!(scaled("0.00010", 4), Some(1));
        assert_eq!(scaled("007", 0), Some(7));
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1.00001", "99999999999999999999", "１"] {
            assert_eq!(scaled(bad, 4), None, "{bad}");
        }
    }
}
