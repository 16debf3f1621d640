//! Decimal text to a scaled integer, exactly: no float on the way.

/// Reads plain decimal digits with at most one point into an integer scaled by 10^`places`.
///
/// `None` where the text is anything else: empty, signed, with an exponent, with non-zero digits beyond
/// `places`, or too large.
pub(super) fn scaled(text: &str, places: u32) -> Option<u64> {
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
