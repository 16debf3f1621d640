//! The only door to floating-point functions: the same bits natively, in WASM and in Python.
//!
//! Rust's own `f64::ln` and friends call the platform's library and differ between targets in the last bit; the `libm`
//! crate is plain Rust and does not. The crate is `no_std`, so the platform's functions are out of reach by
//! construction, and every sum is taken in a fixed order.

mod gamma;
mod half_normal;
mod log_sum;
mod normal;
mod quadrature;
mod root;
mod tail;
mod zero;

pub(crate) use gamma::ln_beta_binomial_odds;
#[cfg(feature = "simulate")]
pub(crate) use gamma::stirling_remainder;
pub(crate) use half_normal::{HALF_NORMAL, Step};
pub(crate) use log_sum::LogSum;
pub(crate) use normal::{ln_normal_cdf, normal_cdf, normal_density, normal_quantile};
pub(crate) use quadrature::UNIT_INTERVAL;
pub(crate) use root::{Point, crossing, last_true};
pub(crate) use tail::{chi_square, chi_square_tail, normal_tails};
pub(crate) use zero::zero;

/// Natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), accurate near zero.
pub(crate) fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// e to the power x.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e to the power x, minus 1, accurate near zero.
pub(crate) fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// The cosine of an angle in radians.
#[cfg(feature = "simulate")]
pub(crate) fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The square root.
pub(crate) fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// The largest whole number that is not above x.
pub(crate) fn floor(x: f64) -> f64 {
    libm::floor(x)
}

/// x to the power y.
pub(crate) fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The next whole number, upwards.
pub(crate) fn ceil(x: f64) -> f64 {
    libm::ceil(x)
}

/// A count as a float: exact up to 2^53, above that rounded to the nearest representable value.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 lose at most one part in 10^16")]
pub(crate) const fn count(n: u64) -> f64 {
    n as f64
}
