use super::super::Key;
use super::{Sample, decile, part, tally};
use crate::math;
use serde::Serialize;

/// Fewest units for the p-value of the tenths: five expected in each of a hundred cells (Cochran 1954).
const FEWEST: u64 = 500;

/// Whether where a unit stands under one key says anything about where it stands under another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Independence {
    /// How many units there are.
    pub units: u64,
    /// Units by their half of the slots: `halves[a][b]`, where a is the half under the first key and b that under the second.
    pub halves: [[u64; 2]; 2],
    /// Whether the halves go together: sqrt(n) times their correlation (the square root of Pearson's statistic of the table, with its sign), which
    /// is standard normal for independent keys. Above zero they meet more often than by chance. `None` where one half has no units.
    pub z: Option<f64>,
    /// Pearson's statistic of the table of tenths by tenths, 81 degrees of freedom: finds what the halves hide. `None` where a tenth has no units.
    pub chi_square: Option<f64>,
    /// The chance of a `chi_square` at least as large for independent keys. `None` for fewer than 500 units, for which the chi-square distribution
    /// is no good approximation.
    pub p_value: Option<f64>,
}

impl Independence {
    /// The chance of a `z` at least as far from zero, on either side, for independent keys.
    #[must_use]
    pub fn p_value_of_z(&self) -> Option<f64> {
        self.z.map(math::normal_tails)
    }
}

impl Sample<'_> {
    /// Whether two keys are independent on these units. A key is not independent of itself, nor are two flags that share a salt.
    #[must_use]
    pub fn independence(&self, first: &Key, second: &Key) -> Independence {
        let (mut halves, mut deciles) = ([[0; 2]; 2], [[0; 10]; 10]);
        for unit in &self.units {
            let (a, b) = (first.slot(*unit), second.slot(*unit));
            if let Some(row) = halves.get_mut(part(a, 2)) {
                tally(row, part(b, 2));
            }
            if let Some(row) = deciles.get_mut(decile(a)) {
                tally(row, decile(b));
            }
        }
        let units = self.units();
        let chi_square = contingency(&deciles, units);
        let p_value = chi_square.filter(|_| units >= FEWEST).map(|x| math::chi_square_tail(x, 81));
        Independence { units, halves, z: correlation(halves, units), chi_square, p_value }
    }
}

/// sqrt(n) (ad - bc) / sqrt((a+b)(c+d)(a+c)(b+d)).
fn correlation([[a, b], [c, d]]: [[u64; 2]; 2], units: u64) -> Option<f64> {
    let margins = [a + b, c + d, a + c, b + d];
    if margins.contains(&0) {
        return None;
    }
    let [a, b, c, d] = [a, b, c, d].map(math::count);
    let scale: f64 = margins.map(|margin| math::sqrt(math::count(margin))).iter().product();
    Some(math::sqrt(math::count(units)) * (a * d - b * c) / scale)
}

/// Pearson's statistic against the product of the margins.
fn contingency(cells: &[[u64; 10]; 10], units: u64) -> Option<f64> {
    let mut columns = [0; 10];
    for row in cells {
        columns.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
    }
    let units = math::count(units);
    math::chi_square(cells.iter().flat_map(|row| {
        let total = math::count(row.iter().sum());
        row.iter().zip(columns).map(move |(cell, column)| (*cell, total * math::count(column) / units))
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::Domain;
    use super::*;

    #[test]
    fn z_is_the_signed_root_of_pearsons_statistic() {
        let z = correlation([[30, 10], [20, 40]], 100).unwrap();
        let by_cells = 100.0 / 20.0 + 100.0 / 20.0 + 100.0 / 30.0 + 100.0 / 30.0; // each cell is 10 from what is expected
        assert!((z * z - by_cells).abs() < 1e-12 && z > 0.0, "{z}");
        assert_eq!(correlation([[20, 40], [30, 10]], 100), Some(-z));
        assert_eq!(correlation([[20, 0], [30, 0]], 50), None);
    }

    #[test]
    fn nothing_to_compare_is_none() {
        let key = Key::new(Domain::Exposure, "s");
        let report = Sample::new(["a", "b"]).independence(&key, &key);
        assert_eq!((report.chi_square, report.p_value), (None, None));
        assert_eq!(Sample::new([]).independence(&key, &key).z, None);
    }
}
