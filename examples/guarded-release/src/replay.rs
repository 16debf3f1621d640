//! Drives one release with a stream of requests: assign, record, look once a minute.

use crate::event_log::EventLog;
use crate::progress::Progress;
use crate::story::Story;
use crate::traffic::{Fate, Request};
use crate::window::{Closed, Windows};
use rampgate::observe::{Metric, Outcome};
use rampgate::release::{Arm, Bets, Placement, Release, Signal, Step};
use rampgate::rollout::{Action, Command, Phase};
use rampgate::{Span, Timestamp};
use std::error::Error;
use std::io::Write;

/// The metric that a request's failure counts for.
const METRIC: &str = "errors";
/// Looks that are taken while nothing arrives, at most: a log may have a gap of years.
const LOOKS_IN_A_GAP: u64 = 60;

/// How a replay is run.
pub(crate) struct Settings<'a> {
    /// Time between two looks, in the time of the traffic.
    pub(crate) every: Span,
    /// Length of a unit's window, where the spec bets once a unit.
    pub(crate) window: Span,
    /// Where each decision goes, one JSON object a line.
    pub(crate) decisions: Option<&'a mut dyn Write>,
    /// Where each event goes.
    pub(crate) events: Option<EventLog>,
    /// Whether decisions are printed.
    pub(crate) say: bool,
}

/// One release under way.
pub(crate) struct Replay<'a> {
    release: Release,
    errors: Metric,
    settings: Settings<'a>,
    windows: Option<Windows>,
    next_look: Timestamp,
    started: bool,
    story: Story,
}

impl<'a> Replay<'a> {
    /// # Errors
    /// A spec whose guardrails are others than `errors`: nothing in this traffic would feed them.
    pub(crate) fn new(
        release: Release,
        settings: Settings<'a>,
        story: Story,
    ) -> Result<Self, rampgate::Error> {
        let errors = release.metric(METRIC)?;
        let windows = (release.spec().bets() == Bets::Unit).then(|| Windows::new(settings.window));
        let next_look = Timestamp::EPOCH;
        Ok(Self { release, errors, settings, windows, next_look, started: false, story })
    }

    /// Takes one request in. Whether the release goes on: one that completed, or was rolled back, has nothing more to learn.
    pub(crate) fn take(&mut self, request: &Request, progress: &Progress) -> Result<bool, Box<dyn Error>> {
        if !self.started {
            self.started = true;
            self.story.begin(request.at);
            self.step(request.at, Command::Start { by: "the operator".into() }.into(), progress)?;
            self.next_look = request.at.saturating_add(self.settings.every);
        }
        self.look_until(request.at, progress)?;
        self.serve(request)?;
        Ok(!self.is_over())
    }

    /// The end of the traffic: closes what is open, and looks once more.
    pub(crate) fn finish(mut self, progress: &Progress) -> Result<Story, Box<dyn Error>> {
        if self.started && !self.is_over() {
            let end = self.next_look.saturating_add(self.settings.window);
            self.close_windows(end)?;
            self.step(self.next_look, Signal::Tick, progress)?;
        }
        if let Some(log) = self.settings.events.take() {
            let over_at = self.is_over().then(|| self.release.rollout().at());
            progress.say(&log.finish(over_at)?)?;
        }
        self.story.end(self.release.phase());
        Ok(self.story)
    }

    fn is_over(&self) -> bool {
        matches!(self.release.phase(), Phase::Completed | Phase::RolledBack | Phase::Expired { .. })
    }

    fn look_until(&mut self, at: Timestamp, progress: &Progress) -> Result<(), Box<dyn Error>> {
        let gap = at.since(self.next_look).as_millis() / LOOKS_IN_A_GAP;
        let every = self.settings.every.max(Span::from_millis(gap)?);
        while self.next_look <= at && !self.is_over() {
            self.close_windows(self.next_look)?;
            self.step(self.next_look, Signal::Tick, progress)?;
            self.next_look = self.next_look.saturating_add(every);
        }
        Ok(())
    }

    fn serve(&mut self, request: &Request) -> Result<(), rampgate::Error> {
        let assignment = self.release.assign(&request.unit);
        let mut placement = assignment.placement;
        let mut canary = assignment.variant == self.story.canary();
        if let Some(kept) = self.windows.as_ref().and_then(|windows| windows.placement(&request.unit)) {
            placement = kept;
            canary = kept.arm == Some(Arm::Canary);
        }
        let failed = match request.fate {
            Fate::Open { on_control, on_canary } => {
                if canary {
                    on_canary
                } else {
                    on_control
                }
            }
            Fate::Served { arm, failed } => {
                placement.arm = Some(arm);
                canary = arm == Arm::Canary;
                failed
            }
        };
        self.story.served(request.at, canary, failed);
        match &mut self.windows {
            None => self.release.record(placement, request.at, self.outcome(failed)),
            Some(windows) => {
                windows.note(&request.unit, request.at, placement, failed);
                self.release.record_requests(request.at, u64::from(!failed), u64::from(failed));
                Ok(())
            }
        }
    }

    fn close_windows(&mut self, now: Timestamp) -> Result<(), rampgate::Error> {
        while let Some(Closed { at, placement, failed }) =
            self.windows.as_mut().and_then(|windows| windows.close(now))
        {
            self.record_outcome(placement, at, failed)?;
        }
        Ok(())
    }

    fn record_outcome(
        &mut self,
        placement: Placement,
        at: Timestamp,
        failed: bool,
    ) -> Result<(), rampgate::Error> {
        let outcome = self.outcome(failed);
        self.release.record_outcome(placement, at, outcome)
    }

    fn outcome(&self, failed: bool) -> Outcome {
        if failed { Outcome::good().failed(self.errors) } else { Outcome::good() }
    }

    fn step(&mut self, at: Timestamp, signal: Signal, progress: &Progress) -> Result<(), Box<dyn Error>> {
        let step = self.release.step(at, signal)?;
        if let Some(log) = &mut self.settings.events {
            log.append(&step.events)?;
        }
        self.publish(at, &step, progress)?;
        // The flag of this example is the release itself, so exposure 0 is in force as soon as it is decided.
        if step.decisions.iter().any(|decision| decision.action == Action::RollBack) {
            self.step(at, Command::Confirm.into(), progress)?;
        }
        Ok(())
    }

    fn publish(&mut self, at: Timestamp, step: &Step, progress: &Progress) -> Result<(), Box<dyn Error>> {
        for decision in &step.decisions {
            if self.settings.say {
                progress.say(&format_args!("  {decision}"))?;
            }
            if let Some(file) = &mut self.settings.decisions {
                let line = serde_json::json!({ "release": self.story.name(), "decision": decision });
                writeln!(file, "{line}")?;
            }
        }
        self.story.looked(at, self.release.exposure(), step);
        Ok(())
    }
}
