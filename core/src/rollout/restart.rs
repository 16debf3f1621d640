//! The test for harm begins anew inside a stage: when, and how often a plan has time for it.

use super::{Plan, Stage, State};
use crate::quantity::Span;
use alloc::vec::Vec;

/// After so many restarts in a stage, and again after each further so many, the next ones come half as often.
const RESTARTS_A_SPACING: u32 = 16;

impl State {
    /// Begins a new segment, and with it the test for harm, where the present segment has lasted. Whatever was missed, once an event.
    pub(super) fn restart(&mut self, plan: &Plan) -> bool {
        let Some((watch, lasts)) = self.watch.as_mut().zip(plan.segment(self.segment)) else { return false };
        let lasted = watch.elapsed.as_millis().saturating_sub(watch.renewed.as_millis());
        let anew = lasted >= lasts.as_millis();
        if anew {
            watch.renewed = watch.elapsed;
            self.segment = self.segment.saturating_add(1);
        }
        anew
    }
}

impl Plan {
    /// How long the segment of a stage lasts that begins with this restart, from 0 for the stage's start; none where tests begin with stages alone.
    fn segment(&self, number: u32) -> Option<Span> {
        let doublings = (number / RESTARTS_A_SPACING).min(63);
        let millis = self.restart_every()?.as_millis().saturating_mul(1 << doublings);
        Some(Span::clamped(millis))
    }

    /// Into how many segments each stage is cut within its least time, the bake included; empty where none is.
    pub(crate) fn segments(&self) -> Vec<u32> {
        let of = |(number, stage): (u32, &Stage)| {
            let bake = if number == self.last() { self.bake() } else { Span::ZERO };
            let mut left = stage.min_dwell.saturating_add(bake).as_millis();
            let mut segments = 1_u32;
            while let Some(span) = self.segment(segments - 1).filter(|span| span.as_millis() < left) {
                left = left.saturating_sub(span.as_millis());
                segments = segments.saturating_add(1);
            }
            segments
        };
        if self.restart_every().is_none() {
            return Vec::new();
        }
        (0..).zip(self.stages()).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(more: &str) -> Vec<u32> {
        let stages = r#"[{"exposure": "5%", "min_dwell": "10m"}, {"exposure": "20%", "min_dwell": "61m"}, {"exposure": "50%", "min_dwell": "4h"}]"#;
        Plan::from_json(&alloc::format!(r#"{{"stages": {stages}, "bake": "1h" {more}}}"#)).unwrap().segments()
    }

    #[test]
    fn a_stage_is_cut_as_often_as_its_time_allows() {
        assert!(segments("").is_empty());
        assert_eq!(segments(r#", "restart_every": "20m""#), [1, 4, 15]);
        // sixteen of a minute each, sixteen of two, sixteen of four, ...
        assert_eq!(segments(r#", "restart_every": "1m""#), [10, 16 + 16 + 4, 64 + 4]);
        assert_eq!(segments(r#", "restart_every": "36500d""#), [1, 1, 1]);
    }
}
