use super::phrases::stage;
use super::words::{lasting, listed};
use super::{Sentence, Severity, Topic};
use crate::quantity::{Share, Timestamp};
use crate::rollout::{Phase, State};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// How long the release stayed in each stage and in the bake.
#[derive(Debug, Default)]
pub(super) struct Stays(Vec<Stay>);

#[derive(Debug)]
struct Stay {
    attempt: u32,
    /// None for the bake.
    stage: Option<u32>,
    exposure: Share,
    entered: Timestamp,
    left: Option<Timestamp>,
}

impl Stays {
    /// Takes in the state after an event.
    pub(super) fn follow(&mut self, state: &State) {
        let stage = state.stage().filter(|_| state.phase() != Phase::Baking);
        let key = state.watch().map(|watch| (state.attempt(), stage, watch.entered()));
        if let Some(open) = self.0.last_mut().filter(|stay| stay.left.is_none()) {
            if key == Some((open.attempt, open.stage, open.entered)) {
                return;
            }
            open.left = Some(state.at());
        }
        self.0.extend(key.map(|(attempt, stage, entered)| Stay {
            attempt,
            stage,
            exposure: state.exposure(),
            entered,
            left: None,
        }));
    }

    /// The stage or bake that is going on: its name, and since when.
    pub(super) fn open(&self) -> Option<(String, Timestamp)> {
        let open = self.0.last().filter(|stay| stay.left.is_none())?;
        Some((open.name(), open.entered))
    }

    /// One sentence for each attempt.
    pub(super) fn told(&self, state: &State) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        for stays in self.0.chunk_by(|a, b| a.attempt == b.attempt) {
            let parts: Vec<String> = stays.iter().map(|stay| stay.told(state.at())).collect();
            let attempt = stays.first().map_or(1, |stay| stay.attempt);
            let of = if state.attempt() > 1 { format!(" in attempt {attempt}") } else { String::new() };
            sentences.push(Sentence {
                at: state.at(),
                seq: state.seq(),
                topic: Topic::Durations,
                severity: Severity::Info,
                text: format!("Time by stage{of}: {}.", listed(&parts)),
            });
        }
        sentences
    }
}

impl Stay {
    fn name(&self) -> String {
        self.stage.map_or_else(|| "the bake".into(), stage)
    }

    fn told(&self, now: Timestamp) -> String {
        let time = lasting(self.left.unwrap_or(now).since(self.entered));
        let so_far = if self.left.is_none() { " so far" } else { "" };
        format!("{time} in {} ({}){so_far}", self.name(), self.exposure)
    }
}
