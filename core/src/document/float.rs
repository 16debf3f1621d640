//! Decimal digits to the nearest double, exactly and without tables: those that make it faster take 6 to 10 KB of a module.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Digits that are looked at. What lies halfway between two doubles has at most 767, so the later ones cannot change on which side a number lies,
/// unless all that were looked at are those of a halfway point: then one digit stands for the rest.
const MOST_DIGITS: usize = 800;

/// Digits that a `u64` holds, whatever they are.
const FEW_DIGITS: usize = 19;

/// Beyond these powers of ten, a number that begins with `0.` and a digit above zero is more than the largest double, or less than half the least.
const POWERS: core::ops::RangeInclusive<i64> = -330..=310;

/// The double nearest to `decimal`, times 10^`exponent`; of two equally near the even one, as IEEE 754 has it. Infinite beyond the largest.
///
/// `decimal` is digits with at most one point. First 128 bits of the number, with a bound for their error; only where they leave open on which side
/// of a halfway point it lies, it is compared in full, as W. D. Clinger does (How to Read Floating Point Numbers Accurately, 1990).
pub(super) fn nearest(decimal: &str, exponent: i64) -> f64 {
    let point = decimal.bytes().position(|byte| byte == b'.').unwrap_or(decimal.len());
    if let Some(number) = exact(decimal, point, exponent) {
        return number;
    }
    let all = decimal.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    let zeros = all.clone().take_while(|digit| *digit == 0).count();
    let mut digits: Vec<u8> = all.clone().skip(zeros).take(MOST_DIGITS).collect();
    if all.skip(zeros).skip(MOST_DIGITS).any(|digit| digit != 0) {
        digits.push(1);
    }
    // the number is 0.d₁d₂d₃… · 10^power
    let power = exponent.saturating_add(signed(point)).saturating_sub(signed(zeros));
    if digits.is_empty() || power < *POWERS.start() {
        return 0.0;
    }
    if power > *POWERS.end() {
        return f64::INFINITY;
    }
    let few = digits.iter().take(FEW_DIGITS);
    let first = few.clone().fold(0, |sum, digit| sum * 10 + u64::from(*digit));
    let about = Wide::of(first).times(Wide::power_of_ten(power - signed(few.len())));
    // the power is off by less than 2^13, see there; a number that was cut is larger by less than 2^4 · 2^64, and twice that in the product
    let error = if digits.len() <= FEW_DIGITS { 1 << 14 } else { 1 << 70 };
    about.nearest(error, &|halfway| compare(&digits, power, halfway))
}

/// Few digits and a small power, as most numbers have: both are doubles, so that one operation rounds once. (Clinger's fast path.)
fn exact(decimal: &str, point: usize, exponent: i64) -> Option<f64> {
    if decimal.len() > FEW_DIGITS {
        return None;
    }
    let digits = decimal.bytes().filter(u8::is_ascii_digit).map(|digit| u64::from(digit - b'0'));
    let first = digits.fold(0, |sum, digit| sum * 10 + digit);
    let power = exponent.checked_sub(signed(decimal.len().saturating_sub(point + 1)))?;
    if first > 1 << 53 || power.unsigned_abs() > 22 {
        return None;
    }
    let first = first as f64; // no rounding: at most 2^53
    let tens = (0..power.unsigned_abs()).fold(1.0, |tens, _| tens * 10.0); // nor here, up to 10^22
    Some(if power < 0 { first / tens } else { first * tens })
}

/// A number `bits` · 2^`exponent`, whose highest bit is set.
#[derive(Clone, Copy)]
struct Wide {
    bits: u128,
    exponent: i32,
}

/// What lies halfway between two doubles: `odd` · 2^`exponent`.
struct Halfway {
    odd: u64,
    exponent: i32,
}

impl Wide {
    const TEN: Self = Self { bits: 10 << 124, exponent: -124 };
    /// Rounded up.
    const TENTH: Self = Self { bits: 0xCCCC_CCCC_CCCC_CCCC_CCCC_CCCC_CCCC_CCCD, exponent: -131 };

    fn of(number: u64) -> Self {
        Self { bits: u128::from(number), exponent: 0 }.normal()
    }

    /// By squaring. A product loses less than 6 of 2^127, and each squaring doubles what was lost before: 7 · 350 in all, and 6 for each of 9 products.
    fn power_of_ten(power: i64) -> Self {
        let mut base = if power < 0 { Self::TENTH } else { Self::TEN };
        let mut rest = power.unsigned_abs();
        let mut product = Self::of(1);
        while rest > 0 {
            if rest & 1 == 1 {
                product = product.times(base);
            }
            base = base.times(base);
            rest >>= 1;
        }
        product
    }

    fn normal(self) -> Self {
        let room = self.bits.leading_zeros();
        let exponent = self.exponent.saturating_sub_unsigned(room);
        Self { bits: self.bits.checked_shl(room).unwrap_or_default(), exponent }
    }

    /// The upper half of the product, up to 3 too small.
    fn times(self, other: Self) -> Self {
        const LOW: u128 = u64::MAX as u128;
        let (high, low) = (self.bits >> 64, self.bits & LOW);
        let (other_high, other_low) = (other.bits >> 64, other.bits & LOW);
        let bits = high * other_high + ((high * other_low) >> 64) + ((low * other_high) >> 64);
        Self { bits, exponent: self.exponent + other.exponent + 128 }.normal()
    }

    /// Rounded to a double. `side` tells how the exact number compares to a halfway point, and is asked where an error of `error` leaves it open.
    fn nearest(self, error: u128, side: &dyn Fn(&Halfway) -> Ordering) -> f64 {
        let highest = self.exponent + 127;
        let kept = 53 + (highest + 1022).min(0); // the least doubles have fewer bits
        let (whole, order) = match u32::try_from(128 - kept) {
            Ok(dropped @ 75..128) => {
                let half = 1 << (dropped - 1);
                let whole = u64::try_from(self.bits >> dropped).unwrap_or_default(); // at most 53 bits
                let rest = self.bits & (half - 1 + half);
                let halfway = Halfway { odd: whole * 2 + 1, exponent: highest - kept };
                (whole, if rest.abs_diff(half) > error { rest.cmp(&half) } else { side(&halfway) })
            }
            Ok(128 | 129) => (0, side(&Halfway { odd: 1, exponent: -1075 })), // about half of the least
            _ => return 0.0,
        };
        let up = order.is_gt() || (order.is_eq() && whole % 2 == 1);
        // a carry goes on into the exponent, and from the largest into infinity
        let biased = u64::try_from(highest + 1022).unwrap_or_default();
        let exponent = if kept == 53 { biased << 52 } else { 0 };
        if biased > 2045 { f64::INFINITY } else { f64::from_bits(exponent + whole + u64::from(up)) }
    }
}

/// How 0.d₁d₂d₃… · 10^`power` compares to a halfway point.
fn compare(digits: &[u8], power: i64, halfway: &Halfway) -> Ordering {
    let (mut number, mut point) = (Large(Vec::new()), Large(Vec::new()));
    digits.iter().for_each(|digit| number.multiply_add(10, u32::from(*digit)));
    for word in [halfway.odd >> 32, halfway.odd & u64::from(u32::MAX)] {
        point.multiply_add(1 << 16, 0);
        point.multiply_add(1 << 16, u32::try_from(word).unwrap_or_default());
    }
    let tens = power - signed(digits.len());
    let scaled = if tens < 0 { &mut point } else { &mut number };
    scaled.multiply_power(10, tens.unsigned_abs(), 9);
    let scaled = if halfway.exponent < 0 { &mut number } else { &mut point };
    scaled.multiply_power(2, halfway.exponent.unsigned_abs().into(), 31);
    number.0.len().cmp(&point.0.len()).then_with(|| number.0.iter().rev().cmp(point.0.iter().rev()))
}

/// A whole number of any size: its words, the lowest first and the highest not zero.
struct Large(Vec<u32>);

impl Large {
    fn multiply_add(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// By `base`^`power`, of which a word holds `base`^`step`.
    fn multiply_power(&mut self, base: u32, power: u64, step: u32) {
        let (steps, rest) = (power / u64::from(step), power % u64::from(step));
        (0..steps).for_each(|_| self.multiply_add(base.pow(step), 0));
        self.multiply_add(base.pow(low(rest)), 0);
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::{String, ToString};
    use proptest::prelude::*;

    /// The standard library's reader is another algorithm, by D. Lemire.
    fn agrees(decimal: &str, exponent: i64) {
        let expected: f64 = format!("{decimal}e{exponent}").parse().unwrap();
        let own = nearest(decimal, exponent);
        assert_eq!(own.to_bits(), expected.to_bits(), "{decimal}e{exponent}: {own:e}, not {expected:e}");
    }

    #[test]
    fn every_power_of_ten_is_read() {
        for exponent in -400..=400 {
            for decimal in [
                "1",
                "9",
                "1.5",
                "0.001",
                "9007199254740993",
                "18446744073709551615",
                "123456789012345678901",
            ] {
                agrees(decimal, exponent);
            }
        }
    }

    #[test]
    fn limits_are_where_they_are() {
        for (decimal, exponent) in [
            ("", 0),
            ("0", 0),
            ("0.0", 999),
            ("00000", -5),
            ("1.7976931348623157", 308),
            ("1.7976931348623158", 308),
            ("1.7976931348623159", 308),
            ("4.9406564584124654", -324),
            ("2.4703282292062327", -324),
            ("2.4703282292062328", -324),
            ("2.2250738585072011", -308),
            ("2.2250738585072014", -308),
            (
                "2.225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523908135087914149158913039621106870086438694594645527657207407820621743379988141063267329253552286881372149012981122451451889849057222307285255133155755015914397476397983411801999323962548289017107081850690630666655994938275772572015763062690663332647565300009245888316433037779791869612049497390377829704905051080609940730262937128958950003583799967207254304360284078895771796150945516748243471030702609144621572289880258182545180325707018860872113128079512233426288368622321503775666622503982534335974568884423900265498198385487948292206894721689831099698365846814022854243330660339850886445804001034933970427567186443383770486037861622771738545623065874679014086723327636718751234567890123456789012345678901",
                -308,
            ),
        ] {
            if decimal.is_empty() {
                assert_eq!(nearest(decimal, exponent), 0.0);
            } else {
                agrees(decimal, exponent);
            }
        }
        assert_eq!(nearest("1", i64::MAX), f64::INFINITY);
        assert_eq!(nearest("1", i64::MIN), 0.0);
    }

    /// The exact decimal digits of what lies halfway between the double and its upper neighbour, as a whole number and a power of ten.
    fn halfway(bits: u64) -> (Large, i64) {
        let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52).cast_signed());
        let (whole, exponent) =
            if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        let mut large = Large(Vec::new());
        for word in [(whole * 2 + 1) >> 32, (whole * 2 + 1) & u64::from(u32::MAX)] {
            large.multiply_power(2, 32, 31);
            large.multiply_add(1, low(word));
        }
        let exponent = exponent - 1;
        // n · 2^-k is n · 5^k · 10^-k
        if exponent < 0 {
            large.multiply_power(5, exponent.unsigned_abs(), 13)
        } else {
            large.multiply_power(2, exponent.unsigned_abs(), 31)
        }
        (large, exponent.min(0))
    }

    fn written(mut large: Large) -> String {
        let mut digits = Vec::new();
        while !large.0.is_empty() {
            let mut rest = 0_u64;
            for word in large.0.iter_mut().rev() {
                let number = rest << 32 | u64::from(*word);
                *word = low(number / 10);
                rest = number % 10;
            }
            while large.0.last() == Some(&0) {
                large.0.pop();
            }
            digits.push(char::from_digit(low(rest), 10).unwrap());
        }
        digits.iter().rev().collect()
    }

    proptest! {
        #[test]
        fn short_and_long_numbers_are_read_as_the_standard_library_reads_them(
            decimal in "[0-9]{1,25}(\\.[0-9]{1,25})?", exponent in -400..400_i64
        ) {
            agrees(&decimal, exponent);
        }

        #[test]
        fn a_double_comes_back_from_its_digits(bits in 0..0x7FF0_0000_0000_0000_u64) {
            let number = f64::from_bits(bits);
            prop_assert_eq!(nearest(&number.to_string(), 0), number);
        }

        #[test]
        fn halfway_and_a_digit_beside_it_are_told_apart(bits in 0..0x7FE0_0000_0000_0000_u64, few in 0..64_usize, short: bool) {
            // of those with few bits, the halfway points have few digits
            let bits = if short { 0x3FF0_0000_0000_0000 + ((few as u64) << 52) } else { bits };
            let (large, exponent) = halfway(bits);
            let digits = written(large);
            agrees(&digits, exponent);
            agrees(&format!("{digits}.{}1", "0".repeat(few)), exponent);
            let significant = digits.trim_end_matches('0');
            let exponent = exponent + signed(digits.len() - significant.len());
            let mut below = String::from(significant).into_bytes();
            let last = below.pop().unwrap();
            below.extend([last - 1, b'9']);
            agrees(&String::from_utf8(below).unwrap(), exponent - 1);
        }
    }
}
