use super::super::Key;
use super::{Sample, decile, tally};
use crate::math;
use serde::Serialize;

/// Fewest units for a p-value: five expected in every tenth (Cochran 1954).
const FEWEST: u64 = 50;

/// How evenly a key spreads a sample over its slots.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Uniformity {
    /// How many units there are.
    pub units: u64,
    /// How many of them stand in each tenth of the slots.
    pub deciles: [u64; 10],
    /// Pearson's statistic against a tenth in each, 9 degrees of freedom. `None` without units.
    pub chi_square: Option<f64>,
    /// The chance of a statistic at least as large if every slot is equally likely, from the chi-square distribution. `None` for fewer than 50
    /// units, for which that is no good approximation.
    pub p_value: Option<f64>,
}

impl Sample<'_> {
    /// Whether a key spreads these units evenly.
    #[must_use]
    pub fn uniformity(&self, key: &Key) -> Uniformity {
        let mut deciles = [0; 10];
        for unit in &self.units {
            tally(&mut deciles, decile(key.slot(*unit)));
        }
        let units = self.units();
        let expected = math::count(units) / 10.0;
        let chi_square = math::chi_square(deciles.map(|observed| (observed, expected)));
        let p_value = chi_square.filter(|_| units >= FEWEST).map(|x| math::chi_square_tail(x, 9));
        Uniformity { units, deciles, chi_square, p_value }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Domain;
    use super::*;

    #[test]
    fn too_few_units_have_no_p_value_and_none_have_no_statistic() {
        let key = Key::new(Domain::Exposure, "s");
        let nobody = Sample::new([]).uniformity(&key);
        assert_eq!((nobody.units, nobody.chi_square, nobody.p_value), (0, None, None));
        let one = Sample::new(["a", "a", ""]).uniformity(&key);
        assert_eq!((one.units, one.p_value), (1, None));
        assert!((one.chi_square.unwrap() - 9.0).abs() < 1e-12); // (1 - 0.1)^2 / 0.1 + 9 * 0.1^2 / 0.1
        assert!(serde_json::to_string(&nobody).unwrap().ends_with(r#""chi_square":null,"p_value":null}"#));
    }
}
