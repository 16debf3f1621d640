use super::report::Report;
use super::{Imported, Note, Source};
use crate::document::Field;
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span};
use crate::rollout::Plan;
use crate::rollout::stage::MOST_STAGES;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// The least dwell that a stage with a verdict can have.
const LEAST_DWELL_MILLIS: u64 = 1;

/// A plan in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) stages: Vec<DraftStage>,
    pub(super) bake: Span,
    /// Whether stages require a verdict.
    pub(super) monitored: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct DraftStage {
    pub(super) exposure: Share,
    pub(super) dwell: Span,
    pub(super) approval: bool,
    /// Whether it comes after all that is watched.
    pub(super) after: bool,
}

impl DraftStage {
    pub(super) fn new(exposure: Share) -> Self {
        Self { exposure, dwell: Span::ZERO, approval: false, after: false }
    }
}

impl Draft {
    /// Adds a stage for everybody where the last stage is short of it, which is how every one of these tools ends. Nothing is watched there
    /// any more, and with no control left little can be: after stages that were, it is enough that data comes and shows no harm.
    pub(super) fn promote(&mut self, at: &Field<'_>, report: &mut Report) {
        if self.stages.last().is_none_or(|last| last.exposure < Share::ALL) {
            let after = !self.stages.is_empty();
            self.stages.push(DraftStage { after, ..DraftStage::new(Share::ALL) });
            let why = "everybody gets the new version when all of this is done, which is a last stage of 100% here; give it a \
                       `min_dwell` or the plan a `bake` to watch it for longer";
            report.supplied(at, why);
        }
    }

    /// A verdict takes time, so a stage that has none named gets the least there is.
    pub(super) fn settle(&mut self, at: &Field<'_>, report: &mut Report) {
        let least = Span::clamped(LEAST_DWELL_MILLIS);
        let mut short = Vec::new();
        for stage in &mut self.stages {
            if self.monitored && stage.dwell == Span::ZERO {
                stage.dwell = least;
                short.push(stage.exposure);
            }
        }
        if !short.is_empty() {
            let mut why = String::from("names no time for ");
            for (position, exposure) in short.iter().enumerate() {
                let _ = write!(why, "{}{exposure}", if position == 0 { "" } else { ", " });
            }
            why.push_str(": `min_dwell` is the least there is, and the verdict alone decides when to go on");
            report.supplied(at, why);
        }
        if self.monitored && self.stages.last().is_some_and(|last| last.exposure == Share::ALL && !last.after)
        {
            let why = "requires `safe` of a stage of 100%, where no control is left: a release asks for a ceiling of its guardrails there, or for \
                       `no_harm` and `min_units` of the stage";
            report.supplied(at, why);
        }
        if !self.monitored {
            let why = "no analysis anywhere: the stages are `unmonitored`, time alone, and every decision will say so";
            report.supplied(at, why);
        }
    }

    /// Refuses what no plan can hold, at the place that asks for it.
    pub(super) fn fits(&self, at: &Field<'_>) -> bool {
        let fits = self.stages.len() <= MOST_STAGES;
        if !fits {
            let (count, most) = (self.stages.len(), MOST_STAGES);
            at.refuse(Kind::Range, format!("must come to at most {most} stages, and comes to {count}"));
        }
        fits
    }

    pub(super) fn finish(
        self,
        source: Source,
        notes: Vec<Note>,
        carried: Vec<String>,
    ) -> Result<Imported, Error> {
        let document = self.document();
        let plan = Plan::from_json(&document)?;
        Ok(Imported { source, name: self.name, plan, document, notes, carried })
    }

    fn document(&self) -> String {
        let mut text = String::from(r#"{"stages":["#);
        for (position, stage) in self.stages.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let DraftStage { exposure, dwell, approval, after } = stage;
            let _ = write!(text, r#"{comma}{{"exposure":"{exposure}","min_dwell":"{dwell}""#);
            if !self.monitored {
                text.push_str(r#","requires":"unmonitored""#);
            } else if *after {
                text.push_str(r#","min_units":1,"requires":"no_harm""#);
            }
            text.push_str(if *approval { r#","approval":true}"# } else { "}" });
        }
        text.push(']');
        if self.bake > Span::ZERO {
            let _ = write!(text, r#","bake":"{}""#, self.bake);
        }
        text.push('}');
        text
    }
}
