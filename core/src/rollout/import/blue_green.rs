use super::draft::Draft;
use super::duration::seconds;
use super::kubernetes::{drop_known, given};
use super::report::Report;
use crate::document::Field;

const SERVICES: [(&str, &str); 3] = [
    (
        "scaleDownDelaySeconds",
        "how long the old version stays up for a way back is the host's; while it does, an abort reaches 0% at once",
    ),
    ("abortScaleDownDelaySeconds", "how long the new version's pods stay up after an abort is the host's"),
    ("previewReplicaCount", "how many pods there are is the host's"),
];

/// Reads `strategy.blueGreen`: a single stage for everybody.
pub(super) fn read(field: &Field<'_>, report: &mut Report) -> Option<Draft> {
    let mut fields = field.object()?;
    drop_known(&mut fields, report, &SERVICES);
    let by_itself = match given(&mut fields, "autoPromotionEnabled") {
        None => true,
        Some(field) => {
            let by_itself = field.bool()?;
            if by_itself {
                report.carried(&field);
            } else {
                report.approximated(
                    &field,
                    "nobody is exposed before the switch: starting the release is this approval",
                );
            }
            by_itself
        }
    };
    if let Some(field) = given(&mut fields, "autoPromotionSeconds") {
        seconds(&field)?;
        report.dropped(
            &field,
            if by_itself {
                "nobody is exposed before the switch: a plan begins with its first exposure, `start` at the earliest"
            } else {
                "has no effect there without `autoPromotionEnabled`"
            },
        );
    }
    let mut draft = Draft::default();
    if let Some(field) = given(&mut fields, "prePromotionAnalysis") {
        field.object()?;
        draft.monitored = true;
        report.dropped(
            &field,
            "runs before anybody is exposed: run it before the release starts; the stage requires `safe` for its part",
        );
    }
    if let Some(field) = given(&mut fields, "postPromotionAnalysis") {
        field.object()?;
        draft.monitored = true;
        report.approximated(
            &field,
            "the stage requires `safe`; the queries, conditions and counts of the templates are not evidence, and have to be restated as \
             guardrails of the release",
        );
    }
    draft.promote(field, report);
    draft.settle(field, report);
    Some(draft)
}
