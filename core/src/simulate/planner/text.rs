use crate::math;
use crate::quantity::shown;
use alloc::format;
use alloc::string::String;

/// A part of a budget as people read it: three digits, as a percentage.
pub(super) fn percent(part: f64) -> String {
    format!("{}%", shown(three_digits(100.0 * part)))
}

/// A number rounded up to three digits.
pub(super) fn three_digits(number: f64) -> f64 {
    if number <= 0.0 || !number.is_finite() {
        return number;
    }
    let digits = math::floor(math::ln(number) / core::f64::consts::LN_10);
    if digits >= 2.0 {
        let unit = math::pow(10.0, digits - 2.0);
        return math::ceil(number / unit) * unit;
    }
    // by a whole power of ten, so that decimals come out as they are written
    let unit = math::pow(10.0, 2.0 - digits);
    math::ceil(number * unit) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.012345, 0.5, 12.0, 0.099_99].map(percent), ["1.24%", "50%", "1200%", "10%"]);
        assert_eq!([1.0, 0.000_012_341, 1_234_567.0].map(three_digits), [1.0, 0.000_012_4, 1_240_000.0]);
    }
}
