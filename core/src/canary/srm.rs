use crate::math;

/// Weight of the prior, in units: how sure the test is beforehand that the split is near the stated one.
const PRIOR_UNITS: f64 = 100.0;

/// Evidence, as ln of an e-value, that units did not fall into the arms by the stated share `rho` (sample-ratio mismatch).
///
/// ln B(k rho + canary, k (1-rho) + control) - ln B(k rho, k (1-rho)) - canary ln rho - control ln(1-rho), with k = 100: the
/// two-arm Dirichlet-multinomial test of Lindon and Malek (2022). Two-sided. Zero where `rho` is not strictly between 0 and 1.
///
/// **Holds when** each unit is counted once. It says nothing of harm: it says that the arms cannot be compared.
///
/// ```
/// use rampgate::canary::ln_evidence_of_mismatch;
///
/// let alarm = f64::ln(1000.0);
/// assert!(ln_evidence_of_mismatch(0.5, 5_000, 5_100) < alarm);
/// assert!(ln_evidence_of_mismatch(0.5, 5_000, 5_600) > alarm);
/// ```
#[must_use]
pub fn ln_evidence_of_mismatch(rho: f64, canary_units: u64, control_units: u64) -> f64 {
    if !(rho > 0.0 && rho < 1.0) {
        return 0.0;
    }
    let (prior_canary, prior_control) = (PRIOR_UNITS * rho, PRIOR_UNITS * (1.0 - rho));
    math::ln_beta_binomial_odds(canary_units, control_units, prior_canary, prior_control, rho)
}
