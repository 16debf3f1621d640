use crate::error::{Error, Kind};
use crate::math;
use serde::{Deserialize, Serialize};

/// Sums of a value and of its companion over units, from which means, variances and their covariance follow.
///
/// The value is what is judged. The companion is a covariate that was known before the exposure (for variance reduction), or the
/// denominator of a ratio over the unit's own requests; 0 where there is none. Both are whole numbers of thousandths of the unit
/// that the metric is thought of in, from -2^40 to 2^40, so the sums are exact: any order of recording and merging gives the same bits.
///
/// ```
/// use rampgate::observe::Moments;
///
/// let mut revenue = Moments::default();
/// revenue.record(12_500, 0)?;
/// revenue.record(7_500, 0)?;
/// assert_eq!(revenue.mean(), Some(10_000.0));
/// assert_eq!(revenue.variance(), Some(12_500_000.0));
/// assert!(revenue.record(i64::MAX, 0).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Moments {
    units: u64,
    value: i128,
    companion: i128,
    value_squared: i128,
    companion_squared: i128,
    product: i128,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    units: u64,
    value: i128,
    companion: i128,
    value_squared: i128,
    companion_squared: i128,
    product: i128,
}

/// Sums about the mean, in floats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) units: f64,
    pub(crate) mean: f64,
    pub(crate) companion_mean: f64,
    /// Sample variance of the value; divided by units - 1.
    pub(crate) variance: f64,
    pub(crate) companion_variance: f64,
    pub(crate) covariance: f64,
}

impl Moments {
    /// The largest absolute value: 2^40 thousandths.
    pub const LARGEST: i64 = 1 << 40;
    /// The most units: 2^46. Their sums stay within 128 bits.
    pub const MOST_UNITS: u64 = 1 << 46;

    /// Moments of values without companions, from their sums.
    #[cfg(feature = "simulate")]
    pub(crate) fn of_sums(units: u64, value: i128, value_squared: i128) -> Result<Self, Error> {
        let sums = Unchecked { units, value, companion: 0, value_squared, companion_squared: 0, product: 0 };
        Self::try_from(sums)
    }

    /// Refuses numbers beyond the bounds.
    #[inline]
    pub(super) fn check(value: i64, companion: i64) -> Result<(), Error> {
        let within = |number: i64| number.unsigned_abs() <= Self::LARGEST.unsigned_abs();
        match (within(value), within(companion)) {
            (true, true) => Ok(()),
            (false, _) => Err(beyond("value", value)),
            (true, false) => Err(beyond("companion", companion)),
        }
    }

    /// Refuses one more unit than there may be.
    #[inline]
    pub(super) fn has_room(&self) -> Result<(), Error> {
        if self.units < Self::MOST_UNITS { Ok(()) } else { Err(full(self.units)) }
    }

    pub(super) fn has_room_for(&self, more: &Self) -> Result<(), Error> {
        let units = self.units.saturating_add(more.units);
        if units <= Self::MOST_UNITS { Ok(()) } else { Err(full(units)) }
    }

    /// Moments from sums over `units` that were taken elsewhere: of the value, the companion, their squares, and their product.
    ///
    /// # Errors
    /// Sums that no values within the bounds have.
    pub fn from_sums(units: u64, sums: [i128; 5]) -> Result<Self, Error> {
        let [value, companion, value_squared, companion_squared, product] = sums;
        Unchecked { units, value, companion, value_squared, companion_squared, product }.try_into()
    }

    /// Counts one unit.
    ///
    /// # Errors
    /// A value or companion beyond [`LARGEST`](Self::LARGEST), or more than [`MOST_UNITS`](Self::MOST_UNITS). Then nothing was counted.
    pub fn record(&mut self, value: i64, companion: i64) -> Result<(), Error> {
        Self::check(value, companion)?;
        self.has_room()?;
        let (y, x) = (i128::from(value), i128::from(companion));
        self.units += 1;
        self.value += y;
        self.companion += x;
        self.value_squared += y * y;
        self.companion_squared += x * x;
        self.product += y * x;
        Ok(())
    }

    /// Units counted.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Mean of the values, in thousandths; `None` without units.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.units > 0).then(|| float(self.value) / math::count(self.units))
    }

    /// Mean of the companions, in thousandths; `None` without units.
    #[must_use]
    pub fn companion_mean(&self) -> Option<f64> {
        (self.units > 0).then(|| float(self.companion) / math::count(self.units))
    }

    /// Sample variance of the values, in thousandths squared; `None` with fewer than two units, or more than [`MOST_UNITS`](Self::MOST_UNITS).
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        self.spread().map(|spread| spread.variance)
    }

    /// Means and second moments about them; `None` with fewer than two units.
    ///
    /// The sums are first taken about a whole number next to the mean, exactly, so nothing is left to cancel in floats.
    pub(crate) fn spread(&self) -> Option<Spread> {
        if self.units < 2 || self.units > Self::MOST_UNITS {
            return None; // beyond the most, the sums were cut
        }
        let n = i128::from(self.units);
        let (y, x) = (self.value / n, self.companion / n);
        // what is left of the sums about (y, x), each smaller than n
        let (left_y, left_x) = (self.value - n * y, self.companion - n * x);
        let about = |products: i128, a: i128, sum_a: i128, b: i128, sum_b: i128| {
            // sum (A - a)(B - b) = sum AB - a sum B - b sum A + n a b, which is at most what the sums are
            products
                .wrapping_sub(a.wrapping_mul(sum_b))
                .wrapping_sub(b.wrapping_mul(sum_a))
                .wrapping_add(n.wrapping_mul(a).wrapping_mul(b))
        };
        let units = math::count(self.units);
        let second = |products: i128, left_a: i128, left_b: i128| {
            (float(products) - float(left_a) * float(left_b) / units) / (units - 1.0)
        };
        Some(Spread {
            units,
            mean: float(self.value) / units,
            companion_mean: float(self.companion) / units,
            variance: second(about(self.value_squared, y, self.value, y, self.value), left_y, left_y)
                .max(0.0),
            companion_variance: second(
                about(self.companion_squared, x, self.companion, x, self.companion),
                left_x,
                left_x,
            )
            .max(0.0),
            covariance: second(about(self.product, y, self.value, x, self.companion), left_y, left_x),
        })
    }

    /// Adds `other`: commutative and associative, with `default()` as identity, up to [`MOST_UNITS`](Self::MOST_UNITS) in all.
    pub fn merge(&mut self, other: &Self) {
        self.units = self.units.saturating_add(other.units);
        self.value = self.value.saturating_add(other.value);
        self.companion = self.companion.saturating_add(other.companion);
        self.value_squared = self.value_squared.saturating_add(other.value_squared);
        self.companion_squared = self.companion_squared.saturating_add(other.companion_squared);
        self.product = self.product.saturating_add(other.product);
    }

    /// Whether this can be a later state of `earlier`: what came between is a possible sum itself.
    pub(super) fn covers(&self, earlier: &Self) -> bool {
        self.units >= earlier.units
            && Unchecked {
                units: self.units - earlier.units,
                value: self.value.wrapping_sub(earlier.value),
                companion: self.companion.wrapping_sub(earlier.companion),
                value_squared: self.value_squared.wrapping_sub(earlier.value_squared),
                companion_squared: self.companion_squared.wrapping_sub(earlier.companion_squared),
                product: self.product.wrapping_sub(earlier.product),
            }
            .is_possible()
    }
}

#[cold]
fn beyond(name: &str, number: i64) -> Error {
    Error::new(name, Kind::Range, "must be from -1099511627776 to 1099511627776 thousandths", number)
}

#[cold]
fn full(units: u64) -> Error {
    Error::new("units", Kind::Range, "must be at most 70368744177664", units.saturating_add(1))
}

impl Unchecked {
    /// Whether any values give these sums: within the bounds of each, and no negative variance (Cauchy and Schwarz).
    fn is_possible(&self) -> bool {
        let n = i128::from(self.units);
        let largest = i128::from(Moments::LARGEST);
        let sum = |total: i128| total.unsigned_abs() <= (n * largest).unsigned_abs();
        let square = |total: i128| (0..=n * largest * largest).contains(&total);
        self.units <= Moments::MOST_UNITS
            && sum(self.value)
            && sum(self.companion)
            && square(self.value_squared)
            && square(self.companion_squared)
            // no sum of (value +- companion)^2 is negative
            && self.product.unsigned_abs()
                <= (self.value_squared.unsigned_abs() + self.companion_squared.unsigned_abs()) / 2
            // whole numbers: a sum of squares is at least the sum, and at least as large as their mean allows
            && self.value_squared >= self.value.abs()
            && self.companion_squared >= self.companion.abs()
            && spans(n, self.value, self.value_squared)
            && spans(n, self.companion, self.companion_squared)
    }
}

/// `sum`^2 <= n `squares`, without leaving 128 bits: compares sum * (sum / n) and the remainder.
fn spans(n: i128, sum: i128, squares: i128) -> bool {
    if n == 0 {
        return sum == 0 && squares == 0;
    }
    let sum = sum.abs();
    let (whole, rest) = (sum / n, sum % n);
    // sum^2 / n = sum * whole + sum * rest / n, and sum * rest / n = whole * rest + rest^2 / n
    let least = sum.wrapping_mul(whole).saturating_add(whole.wrapping_mul(rest));
    squares.saturating_sub(least) >= (rest * rest).saturating_add(n - 1) / n
}

impl TryFrom<Unchecked> for Moments {
    type Error = Error;

    fn try_from(sums: Unchecked) -> Result<Self, Error> {
        if !sums.is_possible() {
            return Err(Error::new(
                "moments",
                Kind::Corrupt,
                "must be the sums of possible values",
                sums.units,
            ));
        }
        let Unchecked { units, value, companion, value_squared, companion_squared, product } = sums;
        Ok(Self { units, value, companion, value_squared, companion_squared, product })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sum is rounded once, to the nearest float")]
fn float(sum: i128) -> f64 {
    sum as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(i64, i64)]) -> Moments {
        let mut moments = Moments::default();
        pairs.iter().for_each(|(value, companion)| moments.record(*value, *companion).unwrap());
        moments
    }

    #[test]
    fn second_moments_do_not_cancel() {
        let far = Moments::LARGEST - 10;
        let spread = of(&[(far, -far), (far + 1, -far), (far + 5, -far - 3)]).spread().unwrap();
        assert_eq!(spread.variance, 7.0);
        assert_eq!(spread.companion_variance, 3.0);
        assert_eq!(spread.covariance, -4.5);
        assert_eq!(of(&[(3, 4)]).spread(), None);
        assert_eq!(of(&[(3, 4)]).mean(), Some(3.0));
    }

    #[test]
    fn impossible_sums_are_refused() {
        let json = |text: &str| serde_json::from_str::<Moments>(text);
        let sums = |n, y, yy| {
            alloc::format!(
                r#"{{"units":{n},"value":{y},"companion":0,"value_squared":{yy},"companion_squared":0,"product":0}}"#
            )
        };
        assert!(json(&sums(2, 10, 50)).is_ok());
        assert!(json(&sums(2, 10, 49)).is_err());
        assert!(json(&sums(0, 1, 1)).is_err());
        assert!(json(&sums(1, 0, -1)).is_err());
        assert!(json(&sums(1, i128::MAX, i128::MAX)).is_err());
        assert!(json(&sums(u64::MAX, 0, 0)).is_err());
        let both = |product| {
            alloc::format!(
                r#"{{"units":2,"value":2,"companion":2,"value_squared":2,"companion_squared":2,"product":{product}}}"#
            )
        };
        assert!(json(&both(2)).is_ok() && json(&both(3)).is_err() && json(&both(i128::MIN)).is_err());
    }

    #[test]
    fn a_later_state_covers_an_earlier_one_alone() {
        let (early, late) = (of(&[(5, 1)]), of(&[(5, 1), (-7, 2)]));
        assert!(late.covers(&early) && late.covers(&late) && late.covers(&Moments::default()));
        assert!(!early.covers(&late) && !of(&[(0, 1), (1, 0)]).covers(&early));
    }
}
