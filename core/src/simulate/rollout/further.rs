use super::arm::Arm;
use crate::observe::Counts;
use crate::simulate::Dice;

/// What one minute brought of a guardrail after the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Further {
    /// Outcomes that whoever leads the release is told of: of the canary, the control, and of units that are in neither.
    pub(super) arms: [Counts; 3],
    /// Its failures, told or not.
    pub(super) failures: u64,
    /// Those of them that there would not have been without the canary's faults.
    pub(super) excess: u64,
}

impl Further {
    /// Draws for the units of each arm: each fails with the chance `fails`, and each of the canary that is fine with the chance `harm`. Units that are gone have failed.
    pub(super) fn draw(dice: &mut Dice, arms: [u64; 3], gone: u64, fails: f64, harm: f64) -> Self {
        let [mut canary, control, others] = arms.map(|units| Arm::draw(dice, units, fails));
        let excess = canary.fail(dice, harm);
        let arms = [canary, control, others];
        let failures = arms.iter().map(|arm| arm.failed).sum::<u64>() + gone;
        Self { arms: arms.map(Arm::counts), failures, excess }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;
    use crate::quantity::Timestamp;
    use crate::simulate::rollout::Scenario;
    use crate::simulate::rollout::minute::{Minute, Split, Weather};
    use std::vec::Vec;

    const MINUTES: u64 = 2_000;

    /// 80,000 units, 30% of them in the canary and 50% in the control; a tenth fails the first guardrail, a fifth the second, a twentieth the third.
    fn played(faults: &str) -> Vec<Minute> {
        let scenario = Scenario::from_json(&std::format!(
            r#"{{"traffic": {{"units_per_minute": 40}}, "background": {{"rate": 0.1}}, "guardrails": {{"b": {{"rate": 0.2}}, "c": {{"rate": 0.05}}}},
                "faults": [{faults}]}}"#
        ))
        .unwrap();
        let split = Split { canary: "30%".parse().unwrap(), control: "50%".parse().unwrap() };
        let mut weather = Weather::new(&scenario, 5, 0, Timestamp::EPOCH);
        (0..MINUTES).map(|minute| weather.minute(minute, Timestamp::EPOCH, split)).collect()
    }

    fn sum(minutes: &[Minute], of: impl Fn(&Minute) -> u64) -> f64 {
        math::count(minutes.iter().map(of).sum())
    }

    /// Failures of the canary, the control and the others, and how many of them there would not have been.
    fn failures(minutes: &[Minute], guardrail: usize) -> [f64; 4] {
        let arm = |arm: usize| sum(minutes, |met| met.further[guardrail].arms[arm].failures());
        [arm(0), arm(1), arm(2), sum(minutes, |met| met.further[guardrail].excess)]
    }

    fn close(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 5.0 * math::sqrt(*expected), "{found} {expected}");
        }
    }

    #[test]
    fn every_guardrail_has_the_same_units_and_failures_of_its_own() {
        let healthy = played("");
        for met in &healthy {
            for further in &met.further {
                assert_eq!(
                    further.arms.map(Counts::units),
                    [met.canary, met.control, met.others].map(Counts::units)
                );
            }
        }
        close(&failures(&healthy, 0), &[4_800.0, 8_000.0, 3_200.0, 0.0]);
        close(&failures(&healthy, 1), &[1_200.0, 2_000.0, 800.0, 0.0]);
        // what one fails says nothing of the other: counts of the minutes do not go together, beyond the number of units
        let pairs = healthy.iter().map(|met| {
            let left = |counts: Counts, rate: f64| {
                math::count(counts.failures()) - rate * math::count(counts.units())
            };
            left(met.canary, 0.1) * left(met.further[0].arms[0], 0.2)
        });
        let covariance = pairs.sum::<f64>() / math::count(MINUTES);
        assert!(
            covariance.abs() < 5.0 * math::sqrt(12.0 * 0.09 * 12.0 * 0.16 / math::count(MINUTES)),
            "{covariance}"
        );
    }

    #[test]
    fn a_fault_fails_the_outcomes_of_its_guardrail_alone() {
        let healthy = played("");
        let met = played(
            r#"{"errors": {"times": 2, "guardrail": "b"}}, {"incident": {"times": 3, "guardrail": "c", "lasting": "1000m"}}"#,
        );
        close(&failures(&met, 0), &[9_600.0, 8_000.0, 3_200.0, 4_800.0]);
        close(&failures(&met, 1), &[2_400.0, 4_000.0, 1_600.0, 0.0]);
        for (met, healthy) in met.iter().zip(&healthy) {
            assert_eq!(
                (met.canary, met.control, met.others),
                (healthy.canary, healthy.control, healthy.others)
            );
            assert_eq!(met.truth.hit, met.canary.units());
            assert_eq!(met.truth.excess, met.further[0].excess);
            assert!(met.truth.harmful);
        }
        let first = played(r#"{"errors": {"times": 2}}"#);
        close(&failures(&first, 0), &failures(&healthy, 0));
    }

    #[test]
    fn units_that_are_gone_or_moved_are_so_for_every_guardrail() {
        let gone = played(r#"{"vanish": {"share": "50%"}}"#);
        close(&failures(&gone, 0), &[2_400.0, 8_000.0, 3_200.0, 0.0]);
        let expected = 2_400.0 + 8_000.0 + 3_200.0 + 12_000.0;
        close(&[sum(&gone, |met| met.of(1).1)], &[expected]);
        let moved =
            played(r#"{"redirect": {"share": "50%"}}, {"crash": {"share": "100%", "guardrail": "b"}}"#);
        close(&failures(&moved, 0), &[12_000.0, 10_400.0, 3_200.0, 9_600.0]);
        let out = played(r#"{"outage": {}}"#);
        assert_eq!(failures(&out, 0), [0.0; 4]);
        close(&[sum(&out, |met| met.of(1).1)], &[16_000.0]);
    }
}
