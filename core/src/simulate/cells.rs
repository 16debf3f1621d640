use super::Dice;
use crate::error::{Error, Kind};
use crate::quantity::shown;
use alloc::vec::Vec;

/// So few units are placed one by one where draws are made at once.
const FEW: u64 = 8;

/// Ordered cells with a chance each, into which units fall: the bins of a histogram, the sixteenths of a failing share.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// The chance of all cells before the one at this position; one more than there are cells.
    before: Vec<f64>,
}

impl Cells {
    /// Cells of these chances, up to a common factor.
    ///
    /// # Errors
    /// A chance that is negative or not finite, or none above 0.
    ///
    /// ```
    /// use rampgate::simulate::{Cells, Dice};
    ///
    /// let cells = Cells::new(&[1.0, 0.0, 3.0])?;
    /// let mut counts = [0; 3];
    /// cells.draw(&mut Dice::new(1, 0), 1_000, &mut counts);
    /// assert_eq!((counts[0] + counts[2], counts[1]), (1_000, 0));
    /// assert!(Cells::new(&[0.0, f64::NAN]).is_err());
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn new(chances: &[f64]) -> Result<Self, Error> {
        if let Some((position, chance)) =
            chances.iter().enumerate().find(|(_, chance)| !(0.0..=f64::MAX).contains(*chance))
        {
            let path = alloc::format!("chances[{position}]");
            return Err(Error::new(path, Kind::Range, "must be 0 or a number above it", shown(*chance)));
        }
        let mut sum = 0.0;
        let mut before = Vec::with_capacity(chances.len() + 1);
        before.push(0.0);
        for chance in chances {
            sum += chance;
            before.push(sum);
        }
        if sum > 0.0 && sum < f64::INFINITY {
            Ok(Self { before })
        } else {
            Err(Error::new("chances", Kind::Range, "must add up to a number above 0", shown(sum)))
        }
    }

    /// How many of `units` fall into each cell, on top of what `into` holds. One multinomial draw, by halving the cells: a binomial draw says how many fall into
    /// the lower half of them, and so on, which costs a few bits a unit however many cells there are.
    pub fn draw(&self, dice: &mut Dice, units: u64, into: &mut [u64]) {
        self.halve(dice, units, (0, self.before.len() - 1), into);
    }

    /// The cell that one unit falls into, of those from the first to below the second.
    fn one(&self, dice: &mut Dice, (from, to): (usize, usize)) -> Option<usize> {
        let before = self.before.get(from..to)?;
        let (first, end) = (before.first()?, self.before.get(to)?);
        let at = first + dice.uniform() * (end - first);
        // at is at least the first, unless rounding has it below
        Some(from + before.partition_point(|before| *before <= at).max(1) - 1)
    }

    fn halve(&self, dice: &mut Dice, units: u64, (from, to): (usize, usize), into: &mut [u64]) {
        if units == 0 {
            return;
        }
        if to - from <= 1 {
            if let Some(count) = into.get_mut(from) {
                *count = count.saturating_add(units);
            }
            return;
        }
        if dice.draws_at_once() && units <= FEW {
            for _ in 0..units {
                if let Some(count) = self.one(dice, (from, to)).and_then(|cell| into.get_mut(cell)) {
                    *count = count.saturating_add(1);
                }
            }
            return;
        }
        let at = |cell: usize| self.before.get(cell).copied().unwrap_or(0.0);
        let middle = usize::midpoint(from, to);
        let lower = dice.binomial(units, (at(middle) - at(from)) / (at(to) - at(from)));
        self.halve(dice, lower, (from, middle), into);
        self.halve(dice, units - lower, (middle, to), into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    #[test]
    fn counts_follow_the_chances() {
        follow(Dice::new, (200, 5_000));
        follow(Dice::at_once, (200, 5_000));
        follow(Dice::at_once, (100_000, 10));
    }

    fn follow(dice: impl Fn(u64, u64) -> Dice, (runs, units): (u64, u64)) {
        let chances: Vec<f64> = (0..37).map(|n| f64::from(n % 7) + 0.25 * f64::from(n % 2)).collect();
        let total: f64 = chances.iter().sum();
        let cells = Cells::new(&chances).unwrap();
        let mut counts = [0; 37];
        (0..runs).for_each(|run| cells.draw(&mut dice(4, run), units, &mut counts));
        assert_eq!(counts.iter().sum::<u64>(), runs * units);
        let mut chi_square = 0.0;
        for (count, chance) in counts.iter().zip(&chances) {
            let expected = math::count(runs * units) * chance / total;
            if *chance > 0.0 {
                chi_square += (math::count(*count) - expected) * (math::count(*count) - expected) / expected;
            } else {
                assert_eq!(*count, 0);
            }
        }
        // 33 cells of some chance: 32 degrees of freedom, of which the 99.9th percentile is 62
        assert!(chi_square < 62.5, "{chi_square}");
    }

    #[test]
    fn impossible_chances_are_refused() {
        for chances in [&[][..], &[0.0], &[1.0, -0.5], &[f64::INFINITY], &[f64::MAX, f64::MAX]] {
            assert!(Cells::new(chances).is_err(), "{chances:?}");
        }
    }
}
