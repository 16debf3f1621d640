use super::Interval;
use crate::math::{self, LogSum, UNIT_INTERVAL};
use crate::observe::Counts;
use crate::quantity::Probability;

/// Evidence, as ln of an e-value, that a failure rate is below `ceiling`.
///
/// The mixture, over rates p uniform on (0, ceiling) at the 48 Gauss-Legendre points, of (p/c)^failures ((1-p)/(1-c))^successes: a
/// test martingale of Robbins (1970). With no failures it passes 20 to 1 after about 4.5/c units.
///
/// **Holds when** the chance of failure, given the past, is never below the ceiling while the claim is wrong; units need not be alike.
#[must_use]
pub fn ln_evidence_below(ceiling: Probability, counts: Counts) -> f64 {
    let c = ceiling.get();
    let (failures, successes) = (math::count(counts.failures()), math::count(counts.successes()));
    let mut mixture = LogSum::new();
    let mut total_weight = LogSum::new();
    for (node, weight) in UNIT_INTERVAL {
        let ln_weight = math::ln(weight);
        total_weight.add(ln_weight);
        // (1-p)/(1-c) with p = c node
        let spared = math::ln_1p(c * (1.0 - node) / (1.0 - c));
        mixture.add(ln_weight + failures * math::ln(node) + successes * spared);
    }
    mixture.ln() - total_weight.ln()
}

/// Where the failure rate of one arm lies, at every moment at once with probability 1 - `alpha`; an arm without units has none.
///
/// All p for which the mixture over Beta(1/2, 1/2) against p stays below 1/alpha (Robbins 1970).
///
/// **Holds when** the arm's rate is constant. Where it drifts, the sequence covers no single number: compare the arms by their
/// ratio instead, which needs no constant rate.
#[must_use]
pub fn confidence_sequence(counts: Counts, alpha: Probability) -> Interval {
    let Some(estimate) = counts.rate() else { return Interval { lower: None, upper: None } };
    let needed = -math::ln(alpha.get());
    let excluded = |p: f64| {
        let (hits, misses) = (counts.failures(), counts.successes());
        !(p > 0.0 && p < 1.0) || math::ln_beta_binomial_odds(hits, misses, 0.5, 0.5, p) >= needed
    };
    let lower = if counts.failures() == 0 { 0.0 } else { math::last_true(0.0, estimate, excluded) };
    let upper = if counts.successes() == 0 {
        1.0
    } else {
        1.0 - math::last_true(0.0, 1.0 - estimate, |x| excluded(1.0 - x))
    };
    Interval { lower: Some(lower), upper: Some(upper) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(units: u64, failures: u64) -> Counts {
        Counts::new(units, failures).unwrap()
    }

    #[test]
    fn clean_units_prove_a_ceiling_and_failures_take_the_proof_away() {
        let ceiling = Probability::new(0.01).unwrap();
        let needed = f64::ln(20.0);
        assert!(ln_evidence_below(ceiling, counts(440, 0)) < needed);
        assert!(ln_evidence_below(ceiling, counts(460, 0)) > needed);
        assert!(ln_evidence_below(ceiling, counts(460, 3)) < needed);
        assert!(ln_evidence_below(ceiling, counts(10_000, 200)) < 0.0);
        assert_eq!(ln_evidence_below(ceiling, counts(0, 0)), 0.0);
    }

    /// With no failures the integral is (((1/(1-c))^(n+1) - 1) (1-c)) / (c (n+1)).
    #[test]
    fn agrees_with_the_integral_without_failures() {
        let (c, n) = (0.02, 300_u32);
        let exact =
            libm::log((libm::pow(1.0 - c, -f64::from(n + 1)) - 1.0) * (1.0 - c) / (c * f64::from(n + 1)));
        let found = ln_evidence_below(Probability::new(c).unwrap(), counts(n.into(), 0));
        assert!((found - exact).abs() < 1e-12, "{found} {exact}");
    }

    #[test]
    fn the_sequence_covers_its_estimate_and_narrows() {
        let alpha = Probability::new(0.05).unwrap();
        let wide = confidence_sequence(counts(1_000, 5), alpha);
        let narrow = confidence_sequence(counts(100_000, 500), alpha);
        let ends = |i: Interval| (i.lower.unwrap(), i.upper.unwrap());
        assert!(ends(wide).0 < 0.005 && 0.005 < ends(wide).1);
        assert!(ends(wide).0 < ends(narrow).0 && ends(narrow).1 < ends(wide).1);
        assert_eq!(confidence_sequence(counts(0, 0), alpha), Interval { lower: None, upper: None });
        assert_eq!(ends(confidence_sequence(counts(10, 0), alpha)).0, 0.0);
        assert_eq!(ends(confidence_sequence(counts(10, 10), alpha)).1, 1.0);
    }
}
