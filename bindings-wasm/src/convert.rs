//! JavaScript's types to the core's and back.

use crate::error::Thrown;
#[cfg(any(feature = "release", feature = "flags"))]
use rampgate::Timestamp;
#[cfg(feature = "release")]
use rampgate::observe::{Metric, Outcome};
#[cfg(feature = "release")]
use rampgate::release::{Arm, Placement};
use serde::Serialize;

/// Unix milliseconds. `js/convert.js` has checked that they are whole and in range; the cast is total and would saturate.
#[cfg(any(feature = "release", feature = "flags"))]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in range"
)]
pub(crate) fn instant(millis: f64) -> Result<Timestamp, Thrown> {
    Ok(Timestamp::from_millis(millis as u64)?)
}

/// The core's own JSON, the same bytes in every language. Its types have nothing that JSON cannot hold; Serde's words for that would be 1 KB of a module.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Thrown> {
    serde_json::to_string(value).map_err(|_| Thrown::syntax("json", "cannot be written"))
}

/// An arm as a number: 0 none, 1 canary, 2 control.
#[cfg(feature = "release")]
pub(crate) const fn arm_code(arm: Option<Arm>) -> u32 {
    match arm {
        None => 0,
        Some(Arm::Canary) => 1,
        Some(Arm::Control) => 2,
    }
}

/// The placement in a cohort, with the arm as [`arm_code`] gives it.
#[cfg(feature = "release")]
pub(crate) fn placement(cohort: u32, arm: u32) -> Placement {
    let arm = match arm {
        1 => Some(Arm::Canary),
        2 => Some(Arm::Control),
        _ => None,
    };
    Placement { cohort, arm }
}

/// An outcome from two sets of metrics: bit n is the guardrail at position n.
#[cfg(feature = "release")]
pub(crate) fn outcome(failed: u32, missing: u32) -> Outcome {
    let metrics = |set: u32| (0..Metric::MAX).filter(move |n| set >> n & 1 == 1).filter_map(Metric::new);
    let outcome = metrics(failed).fold(Outcome::good(), Outcome::failed);
    metrics(missing).fold(outcome, Outcome::missing)
}
