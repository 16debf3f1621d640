use crate::error::Error;
use crate::math;
use crate::observe::{Counts, Events, Fractions, Histogram, Moments, Series};
use crate::simulate::{Cells, Dice};
use alloc::vec;

/// What the units of one arm are drawn from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::simulate) enum Law {
    Rate(f64),
    Fraction(Cells),
    Count { rate: f64, exposure: u64 },
    Distribution(Cells),
    Mean { mean: f64, sd: f64 },
}

impl Law {
    /// What is kept of so many units.
    pub(super) fn draw(&self, dice: &mut Dice, units: u64) -> Result<Series, Error> {
        Ok(match self {
            Self::Rate(chance) => Series::Rate(Counts::new(units, dice.binomial(units, *chance))?),
            Self::Fraction(cells) => {
                let mut counts = [0; 17];
                cells.draw(dice, units, &mut counts);
                Series::Fraction(Fractions::of_counts(counts))
            }
            Self::Count { rate, exposure } => {
                let exposure = units.saturating_mul(*exposure);
                let events = dice.poisson(rate * math::count(exposure));
                Series::Count(Events { units, events, exposure })
            }
            Self::Distribution(cells) => {
                let mut counts = vec![0; Histogram::BINS];
                cells.draw(dice, units, &mut counts);
                Series::Distribution(Histogram::from_counts(0, &counts)?)
            }
            Self::Mean { mean, sd } => Series::Mean(normal_moments(dice, units, *mean, *sd)?),
        })
    }
}

/// The moments of so many normal values. Their sum is normal, and the sum of the squares of their deviations from its mean is chi-square with a degree of
/// freedom less, independent of it (Fisher 1925): two draws give what all values would, up to rounding to whole thousandths.
fn normal_moments(dice: &mut Dice, units: u64, mean: f64, sd: f64) -> Result<Moments, Error> {
    if units == 0 {
        return Ok(Moments::default());
    }
    let n = math::count(units);
    let sum = whole(n * mean + math::sqrt(n) * sd * dice.normal());
    let deviations = 2.0 * dice.gamma((n - 1.0) / 2.0) * sd * sd;
    // sum^2 / n = n y^2 + 2 y r + r^2 / n, where r is what is left of the sum beside n times y
    let units_wide = i128::from(units);
    let y = sum / units_wide;
    let r = sum - units_wide * y;
    let squares = units_wide * y * y + 2 * y * r + r * r / units_wide + whole(deviations) + 1;
    Moments::of_sums(units, sum, squares.max(sum.abs()))
}

#[expect(clippy::cast_possible_truncation, reason = "far below 2^127: units, mean and deviation have bounds")]
fn whole(x: f64) -> i128 {
    math::floor(x + 0.5) as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_normal_values_are_those_of_single_draws() {
        let (mean, sd, units) = (5_000.0, 900.0, 400);
        let mut of_means = [(0.0, 0.0); 2];
        let mut dice = Dice::new(11, 0);
        for _ in 0..2_000 {
            let drawn = normal_moments(&mut dice, units, mean, sd).unwrap();
            let mut single = Moments::default();
            for _ in 0..units {
                let value = i64::try_from(whole(mean + sd * dice.normal())).unwrap();
                single.record(value, 0).unwrap();
            }
            for (sums, moments) in of_means.iter_mut().zip([drawn, single]) {
                sums.0 += moments.mean().unwrap() / 2_000.0;
                sums.1 += moments.variance().unwrap() / 2_000.0;
            }
        }
        for (found, variance) in of_means {
            // standard errors: 900 / sqrt(400 x 2,000) = 1.0, and 810,000 sqrt(2 / (400 x 2,000)) = 1,281
            assert!((found - mean).abs() < 4.0, "{found}");
            assert!((variance - sd * sd).abs() < 4.5 * 1_281.0, "{variance}");
        }
    }

    #[test]
    fn few_and_flat_values_are_possible_ones() {
        let mut dice = Dice::new(2, 2);
        for units in 0..50 {
            for (mean, sd) in [(1.0, 1.0), (3.4, 1.5), (2.7e11, 1.0), (1.0, 6.8e10)] {
                let moments = normal_moments(&mut dice, units, mean, sd).unwrap();
                assert_eq!(moments.units(), units);
            }
        }
    }
}
