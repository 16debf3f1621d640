use super::Severity;
use super::phrases::{held_for, stage};
use super::words::{instant, lasting, quoted};
use crate::quantity::{Share, Timestamp};
use crate::rollout::{Hold, Phase, Plan, State};
use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

/// What a teller has to remember of a release to say how long things took, and how it stands in the end.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Since when the present hold stands.
    pub(super) held_since: Timestamp,
    pub(super) paused_by: String,
    /// When the present attempt was begun.
    pub(super) begun: Timestamp,
    /// When the release was complete, or its attempt expired.
    pub(super) ended: Timestamp,
    /// Who aborted last, and why.
    pub(super) aborted: String,
    /// The attempt's rollback.
    pub(super) ordered: Option<Order>,
}

#[derive(Debug)]
pub(super) struct Order {
    at: Timestamp,
    from: Share,
    why: String,
    confirmed: Option<Timestamp>,
}

/// `stage 2 of 3`, with the ring where there are rings, or the bake.
pub(super) fn place(plan: &Plan, state: &State) -> String {
    match state.stage() {
        Some(number) if state.phase() != Phase::Baking => {
            let place = format!("{} of {}", stage(number), plan.stages().len());
            match plan.stage(number).and_then(|stage| plan.ring_of(&stage).zip(Some(stage))) {
                None => place,
                Some((ring, stage)) => {
                    format!("{place}, {} of ring {}", stage.exposure_in_ring(), quoted(ring.name()))
                }
            }
        }
        _ => "the bake".into(),
    }
}

impl Course {
    pub(super) fn order(&mut self, at: Timestamp, from: Share, because: &str) {
        let why = if because.is_empty() { self.aborted.clone() } else { because.to_owned() };
        self.ordered = Some(Order { at, from, why, confirmed: None });
    }

    pub(super) fn confirm(&mut self, at: Timestamp) {
        if let Some(order) = &mut self.ordered {
            order.confirmed = Some(at);
        }
    }

    /// `, 3 minutes after the rollback`.
    pub(super) fn since_order(&self, at: Timestamp) -> String {
        let since = |order: &Order| format!(", {} after the rollback", lasting(at.since(order.at)));
        self.ordered.as_ref().map(since).unwrap_or_default()
    }

    /// How long the hold lasted that ends here; of a pause its end tells.
    pub(super) fn hold_before(&self, before: &State, now: Timestamp) -> String {
        match before.hold() {
            Some(hold) if hold != Hold::Paused => {
                format!(
                    " Until then it was held for {}{}.",
                    lasting(now.since(self.held_since)),
                    held_for(hold)
                )
            }
            _ => String::new(),
        }
    }

    /// What the log leaves for somebody to do.
    pub(super) fn undone(&self, state: &State) -> Option<(Severity, String)> {
        let ordered = |order: &Order| format!("; the rollback was ordered at {}", instant(order.at));
        let since = self.ordered.as_ref().map(ordered).unwrap_or_default();
        Some(match state.phase() {
            Phase::RollingBack => {
                let text = format!("Left undone: nobody has confirmed that exposure 0% is in force{since}.");
                (Severity::Critical, text)
            }
            Phase::RollbackFailed => {
                (Severity::Critical, format!("Left undone: exposure 0% is not in force{since}."))
            }
            Phase::Expired { .. } => {
                let exposure = state.exposure();
                let text = format!(
                    "Left undone: exposure {exposure} is still in force, until someone aborts or retries."
                );
                (Severity::Warning, text)
            }
            _ if state.is_paused() => {
                let (by, since) = (&self.paused_by, instant(self.held_since));
                (
                    Severity::Warning,
                    format!("Left undone: the release is still paused, by {by} since {since}."),
                )
            }
            _ => return None,
        })
    }

    pub(super) fn summary(&self, plan: &Plan, state: &State) -> String {
        let exposure = state.exposure();
        let mut text = match state.phase() {
            Phase::Draft => "not started.".into(),
            Phase::Scheduled => "started, and nobody has the new version yet.".into(),
            Phase::Completed => {
                format!("complete at {exposure}, {} after the start.", self.since_start(self.ended))
            }
            Phase::RollingBack | Phase::RollbackFailed | Phase::RolledBack => {
                self.summary_of_rollback(state.phase())
            }
            Phase::Expired { .. } => {
                format!("expired in {}, with exposure {exposure} still in force.", place(plan, state))
            }
            _ => format!(
                "at {exposure}, in {}, {} after the start.",
                place(plan, state),
                self.since_start(state.at())
            ),
        };
        if state.attempt() > 1 {
            text += &format!(" This is attempt {}.", state.attempt());
        }
        text
    }

    fn summary_of_rollback(&self, phase: Phase) -> String {
        let Some(order) = &self.ordered else { return "cancelled before anyone had the new version.".into() };
        let end = match (phase, order.confirmed) {
            (Phase::RolledBack, Some(confirmed)) => {
                format!("It was confirmed {} later.", lasting(confirmed.since(order.at)))
            }
            (Phase::RollbackFailed, _) => "It could not be brought into force.".into(),
            _ => "Nobody has confirmed that it is in force.".into(),
        };
        let after = self.since_start(order.at);
        format!("rolled back from {}, {after} after the start: {}. {end}", order.from, order.why)
    }

    fn since_start(&self, at: Timestamp) -> String {
        lasting(at.since(self.begun))
    }
}
