/// Weight of the test that restarts when stage `start` of `stages` begins: half for the first, half spread evenly over the
/// later ones. The weights sum to 1, so the weighted mean of the restarted tests is a valid test (Vovk and Wang 2021), and
/// it costs at most ln(1/weight) of the evidence of the one that matters.
///
/// A test that has run through a long healthy stretch must first lose the evidence of health it gathered; one that restarts
/// has none to lose.
pub(super) fn weight(start: u32, stages: u32) -> f64 {
    match (start, stages) {
        (0, 0 | 1) => 1.0,
        (0, _) => 0.5,
        (_, stages) if start < stages => 0.5 / f64::from(stages - 1),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn the_weights_of_a_plan_sum_to_one() {
        for stages in 1..=64 {
            let sum: f64 = (0..stages).map(|start| weight(start, stages)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{stages} stages: {sum}");
        }
    }
}
