use super::draft::DraftStage;
use super::kubernetes::given;
use crate::document::{Field, Fields};
use crate::quantity::{Share, Span};
use alloc::vec::Vec;

/// Why stages of both services require a verdict.
pub(super) const ALARMS: &str = "alarms are named elsewhere, so whether anything watches is not said here; the stages require `safe`, and the alarms have to \
                                 be restated as guardrails of the release";

/// The fields of a description of its own, or of a resource of `CloudFormation`.
pub(super) fn properties<'a>(root: &Field<'a>, wrapper: &'static str) -> Option<(Field<'a>, Fields<'a>)> {
    for within in ["Properties", wrapper] {
        if let Some(field) = given(&mut root.object()?, within) {
            let fields = field.object()?;
            return Some((field, fields));
        }
    }
    Some((root.clone(), root.object()?))
}

/// Shares that rise to everybody by `by`, each by the same or by twice as much as before.
pub(super) fn growth(by: Share, doubling: bool) -> Vec<DraftStage> {
    let (mut stages, mut exposure, mut step) = (Vec::new(), 0_u32, by.parts_per_million());
    while exposure < Share::ALL.parts_per_million() {
        // A step of no size would never arrive.
        exposure = exposure.saturating_add(step.max(1));
        stages.push(DraftStage::new(Share::clamped(exposure)));
        if doubling {
            step = exposure;
        }
    }
    stages
}

/// Divides a span over the stages, so that the parts come to exactly the whole.
pub(super) fn spread(stages: &mut [DraftStage], whole: Span) {
    let count = u64::try_from(stages.len()).unwrap_or(u64::MAX).max(1);
    let mut until = 0;
    for (number, stage) in (1_u64..).zip(stages) {
        let end = whole.as_millis().saturating_mul(number) / count;
        stage.dwell = Span::clamped(end.saturating_sub(until));
        until = end;
    }
}
