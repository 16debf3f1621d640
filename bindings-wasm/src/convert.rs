//! JavaScript's types to the core's and back.

use crate::error::Thrown;
#[cfg(any(
    feature = "release",
    feature = "flags",
    feature = "analysis",
    feature = "log",
    feature = "slo"
))]
use rampgate::Timestamp;
#[cfg(any(feature = "release", feature = "analysis"))]
use rampgate::observe::{Measured, Metric, Outcome};
#[cfg(feature = "release")]
use rampgate::release::{Arm, Placement};
use serde::Serialize;

/// Unix milliseconds. `js/convert.js` has checked that they are whole and in range; the cast is total and would saturate.
#[cfg(any(feature = "release", feature = "flags", feature = "analysis", feature = "log", feature = "slo"))]
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
    crate::json::written(value).ok_or_else(|| Thrown::syntax("json", "cannot be written"))
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

/// An outcome from two sets of metrics, in which bit n is the guardrail at position n, and measurements of six words each, as
/// `js/measured.js` writes them: the guardrail's position, its measure by its place in [`Measure`](rampgate::observe::Measure), and two numbers of
/// 64 bits, the low half first.
#[cfg(any(feature = "release", feature = "analysis"))]
#[expect(clippy::needless_pass_by_value, reason = "nothing is copied where there are no measurements")]
pub(crate) fn outcome(failed: u32, missing: u32, measured: Option<Vec<u32>>) -> Outcome {
    let metrics = |set: u32| (0..Metric::MAX).filter(move |n| set >> n & 1 == 1).filter_map(Metric::new);
    let outcome = metrics(failed).fold(Outcome::good(), Outcome::failed);
    let outcome = metrics(missing).fold(outcome, Outcome::missing);
    let measured = measured.as_deref().unwrap_or_default().as_chunks().0;
    measured.iter().filter_map(measurement).fold(outcome, |all, (metric, one)| all.measured(metric, one))
}

#[cfg(any(feature = "release", feature = "analysis"))]
fn measurement(words: &[u32; 6]) -> Option<(Metric, Measured)> {
    let [position, measure, low, high, second_low, second_high] = *words;
    let number = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
    let (first, second) = (number(low, high), number(second_low, second_high));
    let measured = match measure {
        1 => Measured::Fraction { failed: first, requests: second },
        2 => Measured::Count { events: first, exposure: second },
        3 => Measured::Value(first),
        4 => Measured::Pair { value: first.cast_signed(), companion: second.cast_signed() },
        _ => return None,
    };
    Some((Metric::new(position as usize)?, measured))
}
