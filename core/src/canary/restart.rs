use super::Look;

/// Of the money for restarts inside the stages, the part for those beyond what the plan has: what is planned may last longer.
const LATER: f64 = 0.25;

/// How the money is spread over the starts of the test for harm. The weights sum to 1, so the weighted mean of the restarted tests is a
/// valid test (Vovk and Wang 2021), and it costs at most ln(1/weight) of the evidence of the one that matters.
///
/// A test that has run through a long healthy stretch must first lose the evidence of health it gathered; one that restarts
/// has none to lose.
///
/// Half is for the first start. The other half is spread evenly over the stages' starts; where stages are cut into segments, half of it is spread
/// evenly over the restarts inside the stages that the plan has time for, the later ones of a stage growing lighter as 1/k^2.
pub(super) struct Starts<'a> {
    stages: u32,
    segments: &'a [u32],
    inside: f64,
    planned: f64,
}

impl<'a> Starts<'a> {
    pub(super) fn of(look: &Look<'a>) -> Self {
        let inside = match (look.segments.is_empty(), look.stages) {
            (true, _) => 0.0,
            (false, 0 | 1) => 0.5,
            (false, _) => 0.25,
        };
        let mut starts = Self { stages: look.stages, segments: look.segments, inside, planned: 0.0 };
        starts.planned = (0..look.segments.len()).map(|stage| starts.planned_in(stage)).sum();
        starts
    }

    /// Restarts inside a stage that the plan has time for; at least one, as a stage may last longer.
    fn planned_in(&self, stage: usize) -> f64 {
        f64::from(self.segments.get(stage).map_or(1, |segments| segments.saturating_sub(1)).max(1))
    }

    /// The weight of a stage's first `begun` starts together; of all that it may ever have, if that is infinite.
    pub(super) fn weight(&self, stage: u32, begun: f64) -> f64 {
        if begun < 1.0 {
            return 0.0;
        }
        let own = match (stage, self.stages) {
            (0, 0 | 1) => 1.0 - self.inside,
            (0, _) => 0.5,
            (_, stages) if stage < stages => (0.5 - self.inside) / f64::from(stages - 1),
            _ => 0.0,
        };
        if self.inside <= 0.0 {
            return own;
        }
        let (restarts, planned) =
            (begun - 1.0, self.planned_in(usize::try_from(stage).unwrap_or(usize::MAX)));
        let part = if restarts <= planned {
            (1.0 - LATER) * restarts / planned
        } else {
            1.0 - LATER * planned / restarts
        };
        own + self.inside * planned / self.planned * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{Span, Timestamp};

    fn starts(stages: u32, segments: &[u32]) -> Starts<'_> {
        let (at, stale_after) = (Timestamp::EPOCH, Span::ZERO);
        Starts::of(&Look { epochs: &[], stage: 0, stages, segments, at, stale_after })
    }

    #[test]
    fn the_weights_of_a_plan_sum_to_one() {
        for stages in 1..=64 {
            let sum: f64 = (0..stages).map(|stage| starts(stages, &[]).weight(stage, 1.0)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{stages} stages: {sum}");
            let segments: alloc::vec::Vec<u32> = (0..stages).map(|stage| 1 + 7 * stage % 30).collect();
            let cut = starts(stages, &segments);
            let sum: f64 = (0..stages).map(|stage| cut.weight(stage, f64::INFINITY)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{stages} stages, cut: {sum}");
        }
    }

    #[test]
    fn the_weights_of_a_stage_are_what_the_first_starts_add_up_to() {
        let cut = starts(2, &[7, 13]);
        for stage in 0..2 {
            let each =
                |begun: u32| cut.weight(stage, begun.into()) - cut.weight(stage, f64::from(begun) - 1.0);
            assert!((1..100).all(|begun| each(begun) > 0.0));
            assert!((2..100).all(|begun| each(begun + 1) <= each(begun) + 1e-15));
            let left = cut.weight(stage, f64::INFINITY) - cut.weight(stage, 1e9);
            assert!((0.0..1e-8).contains(&left), "{left}");
        }
        assert_eq!(cut.weight(0, 1.0), 0.5);
        assert_eq!(cut.weight(1, 1.0), 0.25);
    }
}
