use super::draft::{Draft, DraftStage};
use super::duration::seconds_or_duration;
use super::kubernetes::{drop_known, given};
use super::report::Report;
use crate::document::Field;
use crate::error::Kind;
use crate::quantity::{Share, Span};
use alloc::format;
use alloc::vec::Vec;

/// The kinds of steps.
const KINDS: [&str; 8] = [
    "setWeight",
    "pause",
    "analysis",
    "experiment",
    "setCanaryScale",
    "setHeaderRoute",
    "setMirrorRoute",
    "plugin",
];

const PODS: [(&str, &str); 7] = [
    ("maxSurge", "how pods are replaced is the host's"),
    ("maxUnavailable", "how pods are replaced is the host's"),
    ("dynamicStableScale", "how many pods there are is the host's"),
    ("minPodsPerReplicaSet", "how many pods there are is the host's"),
    (
        "scaleDownDelaySeconds",
        "how long the old version stays up for a way back is the host's; while it does, an abort reaches 0% at once",
    ),
    ("scaleDownDelayRevisionLimit", "how many old versions stay up is the host's"),
    ("abortScaleDownDelaySeconds", "how long the canary's pods stay up after an abort is the host's"),
];

const RESTATE: &str = "stages require `safe`; the queries, conditions and counts of the templates are not evidence, and have to be restated \
                       as guardrails of the release";

/// Reads `strategy.canary`.
pub(super) fn read(canary: &Field<'_>, report: &mut Report) -> Option<Draft> {
    let mut fields = canary.object()?;
    drop_known(&mut fields, report, &PODS);
    let background = given(&mut fields, "analysis");
    if let Some(analysis) = &background {
        analysis.object()?;
        report.approximated(analysis, RESTATE);
    }
    let whole = match given(&mut fields, "trafficRouting") {
        None => 100,
        Some(routing) => match given(&mut routing.object()?, "maxTrafficWeight") {
            None => 100,
            Some(field) => {
                report.carried(&field);
                field.integer(1..=u64::from(u32::MAX))?
            }
        },
    };
    let Some(steps) = given(&mut fields, "steps") else {
        let rule = "must have `steps`: a rolling update by pods has no exposures, and is not made into 100% at once here";
        canary.refuse(Kind::Missing, rule);
        return None;
    };
    let mut walk = Walk { whole, judged: background.is_some(), ..Walk::default() };
    let items = steps.list()?;
    let mut sound = true;
    for item in &items {
        sound &= walk.step(item, report).is_some();
    }
    if items.is_empty() {
        steps.refuse(Kind::Missing, "must hold a step: a rolling update by pods has no exposures");
    }
    if !sound || items.is_empty() {
        return None;
    }
    if walk.judged && background.is_none() {
        for leg in walk.legs.iter().filter(|leg| !leg.judged) {
            report.supplied(&leg.field, "has no analysis of its own; it requires `safe`, as the others do");
        }
    }
    let stages = walk.legs.into_iter().map(|leg| leg.stage).collect();
    let mut draft = Draft { stages, monitored: walk.judged, ..Draft::default() };
    draft.promote(&steps, report);
    draft.settle(&steps, report);
    draft.fits(&steps).then_some(draft)
}

/// The steps as they are walked.
#[derive(Default)]
struct Walk<'a> {
    /// The weight that is everybody.
    whole: u64,
    legs: Vec<Leg<'a>>,
    /// Whether anything is judged anywhere.
    judged: bool,
}

/// A stage, and the step that begins it.
struct Leg<'a> {
    field: Field<'a>,
    stage: DraftStage,
    judged: bool,
}

impl<'a> Walk<'a> {
    fn step(&mut self, step: &Field<'a>, report: &mut Report) -> Option<()> {
        let mut fields = step.object()?;
        let mut given: Vec<(&str, Field<'a>)> =
            KINDS.iter().filter_map(|kind| Some((*kind, given(&mut fields, kind)?))).collect();
        let Some((kind, field)) = given.pop() else {
            step.refuse(
                Kind::Unknown,
                "must be a step that is known: `setWeight`, `pause`, `analysis`, `experiment`, `setCanaryScale`, `setHeaderRoute`, \
                 `setMirrorRoute` or `plugin`",
            );
            return None;
        };
        if !given.is_empty() {
            step.refuse(Kind::Conflict, "must be one step, and is several");
            return None;
        }
        match kind {
            "setWeight" => self.weight(field, report)?,
            "pause" => self.pause(&field, report)?,
            "analysis" => {
                field.object()?;
                self.judge(&field, RESTATE, report);
            }
            "experiment" => self.experiment(&field, report)?,
            "setCanaryScale" => report.dropped(&field, "how many pods there are is the host's"),
            "setHeaderRoute" => report.dropped(
                &field,
                "exposes whoever sends a header, beside the weights: that is a rule or an override of the flag",
            ),
            "setMirrorRoute" => report.dropped(&field, "copies of requests expose nobody, and are the host's"),
            _ => {
                self.mark();
                let why = "a plugin may have been a gate: restate it, as a guardrail, an `approval` or the host's own check; stages require `safe`";
                report.dropped(&field, why);
            }
        }
        Some(())
    }

    fn weight(&mut self, field: Field<'a>, report: &mut Report) -> Option<()> {
        let weight = field.integer(0..=self.whole)?;
        let scaled = weight.saturating_mul(1_000_000); // at most 2^32 x 10^6
        let parts = scaled.checked_div(self.whole).and_then(|parts| u32::try_from(parts).ok())?;
        let exposure = Share::clamped(parts);
        if weight > 0 && exposure == Share::ZERO {
            field.refuse(Kind::Range, "must be at least one in a million of `maxTrafficWeight`");
            return None;
        }
        if scaled.checked_rem(self.whole) == Some(0) {
            report.carried(&field);
        } else {
            report.approximated(&field, format!("is {exposure} here, rounded down"));
        }
        let present = self.legs.last().map_or(Share::ZERO, |leg| leg.stage.exposure);
        if exposure < present {
            field.refuse(Kind::Conflict, format!("must not fall: the steps before reach {present}"));
            return None;
        }
        if exposure > present {
            self.legs.push(Leg { field, stage: DraftStage::new(exposure), judged: false });
        }
        Some(())
    }

    fn pause(&mut self, pause: &Field<'a>, report: &mut Report) -> Option<()> {
        let mut fields = pause.object()?;
        let duration = given(&mut fields, "duration");
        let span = match &duration {
            None => None,
            Some(field) => Some((field, seconds_or_duration(field)?)),
        };
        let Some(Leg { stage, .. }) = self.legs.last_mut() else {
            match span {
                None => {
                    report.approximated(pause, "nobody is exposed yet: starting the release is this approval")
                }
                Some((field, _)) => {
                    report.dropped(field, "nobody is exposed yet: a plan begins with its first exposure, `start` at the earliest");
                }
            }
            return Some(());
        };
        match span {
            None if stage.approval => {
                report.approximated(pause, "one approval is asked for in a stage, not two")
            }
            None => {
                stage.approval = true;
                report.carried(pause);
            }
            Some((field, span)) => {
                if stage.approval && span > Span::ZERO {
                    let why = "`min_dwell` counts from the beginning of the stage, and the approval may come within it";
                    report.approximated(field, why);
                } else {
                    report.carried(field);
                }
                stage.dwell = stage.dwell.saturating_add(span);
            }
        }
        Some(())
    }

    fn experiment(&mut self, field: &Field<'a>, report: &mut Report) -> Option<()> {
        let mut fields = field.object()?;
        let span = match given(&mut fields, "duration") {
            None => Span::ZERO,
            Some(duration) => seconds_or_duration(&duration)?,
        };
        let analyses = match given(&mut fields, "analyses") {
            None => false,
            Some(analyses) => !analyses.list()?.is_empty(),
        };
        if analyses {
            self.mark();
        }
        let why = match self.legs.last_mut() {
            None => "runs before anybody is exposed: a plan begins with its first exposure",
            Some(leg) => {
                leg.stage.dwell = leg.stage.dwell.saturating_add(span);
                "its duration is part of `min_dwell`, and if it has analyses stages require `safe`; its own pods and weights are not carried, and \
                 the analyses' conditions have to be restated as guardrails"
            }
        };
        if self.legs.is_empty() {
            report.dropped(field, why);
        } else {
            report.approximated(field, why);
        }
        Some(())
    }

    fn judge(&mut self, field: &Field<'a>, why: &'static str, report: &mut Report) {
        self.mark();
        if self.legs.is_empty() {
            report.dropped(field, "runs before anybody is exposed: a plan begins with its first exposure, and its stages require `safe`");
        } else {
            report.approximated(field, why);
        }
    }

    /// Something is judged in the present stage.
    fn mark(&mut self) {
        self.judged = true;
        if let Some(leg) = self.legs.last_mut() {
            leg.judged = true;
        }
    }
}
