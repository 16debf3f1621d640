use super::Interval;
use crate::math::{self, LogSum, Point, UNIT_INTERVAL, crossing};
use crate::observe::Counts;
use crate::quantity::Probability;

/// Rates looked at: from e^-100, which no count of 64 bits comes near, ...
const LEAST_LN_RATE: f64 = -100.0;
/// ... to the largest binary64 below 1, by its negated logarithm.
const NEAREST_TO_ONE: f64 = 1.2e-16;

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
    let needed = -math::ln(alpha.get());
    let (failures, successes) = (counts.failures(), counts.successes());
    if counts.units() == 0 {
        Interval { lower: None, upper: None }
    } else if failures <= successes {
        let (lower, upper) = ends(failures, successes, needed);
        Interval { lower: Some(lower), upper: Some(upper) }
    } else {
        let (lower, upper) = ends(successes, failures, needed);
        Interval { lower: Some(1.0 - upper), upper: Some(1.0 - lower) }
    }
}

/// Both ends for hits that are no more than the misses, sought by the logarithm of the rate.
fn ends(hits: u64, misses: u64, needed: f64) -> (f64, f64) {
    let (x, y) = (math::count(hits), math::count(misses));
    let left = |p: f64| {
        let value = math::ln_beta_binomial_odds(hits, misses, 0.5, 0.5, p) - needed;
        // by ln p
        Point { value, slope: y * p / (1.0 - p) - x }
    };
    let estimate = x / (x + y);
    let nats = needed + 0.5 * math::ln_1p(x + y);
    let lower = if hits == 0 {
        0.0
    } else {
        let start = math::ln(estimate) - math::sqrt(2.0 * nats / x);
        math::exp(crossing(LEAST_LN_RATE, math::ln(estimate), start, |ln_p| left(math::exp(ln_p))))
    };
    // the rate falls as its negated logarithm rises
    let right = |negated: f64| {
        let Point { value, slope } = left(math::exp(-negated));
        Point { value, slope: -slope }
    };
    let widest = -math::ln(estimate.max(math::exp(LEAST_LN_RATE)));
    let start =
        -math::ln((estimate + math::sqrt(2.0 * nats * estimate / (x + y)) + nats / (x + y)).min(0.99));
    (lower, math::exp(-crossing(NEAREST_TO_ONE, widest, start, right)))
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

    /// The ends are where the mixture against them is 1/alpha, and all p between them are kept.
    #[test]
    fn the_evidence_at_the_ends_is_what_is_needed() {
        let alpha = Probability::new(0.01).unwrap();
        for (units, failures) in [
            (1, 0),
            (1, 1),
            (7, 3),
            (1_000, 0),
            (1_000, 1),
            (1_000, 500),
            (1_000, 999),
            (1_000_000_000, 3),
            (4_000_000_000, 2_000_000_001),
        ] {
            let counts = counts(units, failures);
            let found = confidence_sequence(counts, alpha);
            for end in [found.lower.unwrap(), found.upper.unwrap()] {
                let inside = end > 0.0 && end < 1.0;
                let off =
                    |p| math::ln_beta_binomial_odds(failures, units - failures, 0.5, 0.5, p) - f64::ln(100.0);
                assert!(!inside || off(end).abs() < 1e-5, "{units}/{failures}: {} at {end}", off(end));
                assert!(inside || failures == 0 || failures == units, "{units}/{failures}: {end}");
            }
            assert!(found.contains(counts.rate().unwrap()), "{units}/{failures}: {found:?}");
        }
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
