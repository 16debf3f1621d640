use super::course::{Passed, Run, Step};
use super::planned::{Bound, PlannedStage};
use crate::math;
use crate::quantity::Span;
use alloc::string::String;
use alloc::vec::Vec;

/// Share of the releases that enter a stage and pass it.
pub(super) fn passes(runs: &[Run], stage: usize) -> f64 {
    let passed =
        |stage: usize| math::count(runs.iter().filter(|run| run.passed.len() > stage).count() as u64);
    let entered = match stage.checked_sub(1) {
        None => math::count(runs.len() as u64),
        Some(before) => passed(before),
    };
    if entered > 0.0 { passed(stage) / entered } else { 0.0 }
}

/// What good releases took in a stage.
pub(super) fn planned(
    runs: &[Run],
    stage: usize,
    step: &Step,
    (bound_by, why): (Bound, String),
) -> Option<PlannedStage> {
    let passed: Vec<&Passed> = runs.iter().filter_map(|run| run.passed.get(stage)).collect();
    let figures = |of: &dyn Fn(&Passed) -> u64| {
        let mut all: Vec<u64> = passed.iter().map(|passed| of(passed)).collect();
        all.sort_unstable();
        Some((whole(mean(all.iter().copied())), within(&all, 0.9)?))
    };
    let (_, p90_time) = figures(&|passed| passed.elapsed)?;
    let (units, p90_units) = figures(&|passed| passed.canary)?;
    let (analysed, p90_analysed) = figures(&|passed| passed.analysed)?;
    Some(PlannedStage {
        exposure: step.exposure,
        control_share: step.control,
        passes: passes(runs, stage),
        expected_time: mean_time(passed.iter().map(|passed| passed.elapsed)),
        p90_time: Span::clamped(p90_time),
        expected_units: units,
        p90_units,
        expected_analysed: analysed,
        p90_analysed,
        bound_by,
        why,
    })
}

/// The number that a share of the numbers, in ascending order, stays at or below.
pub(super) fn within<T: Copy>(ascending: &[T], share: f64) -> Option<T> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
    let rank = math::ceil(share * math::count(ascending.len() as u64)).max(1.0) as usize;
    ascending.get(rank - 1).copied()
}

/// The mean of numbers, 0 of none.
pub(super) fn mean(numbers: impl Iterator<Item = u64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for number in numbers {
        sum += math::count(number);
        count += 1;
    }
    if count == 0 { 0.0 } else { sum / math::count(count) }
}

/// The mean of times, to a second.
pub(super) fn mean_time(millis: impl Iterator<Item = u64>) -> Span {
    Span::clamped(whole(mean(millis) / 1_000.0) * 1_000)
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "means of times and units")]
pub(super) fn whole(x: f64) -> u64 {
    math::floor(x + 0.5) as u64
}
