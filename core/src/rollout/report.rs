use super::fleet::{Actual, Fleet, Observed};
use super::machine::Turn;
use super::state::Place;
use super::{Action, Event, EventKind, Hold, Plan, Reason, State};
use crate::error::{Error, Kind};
use crate::quantity::{Share, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// What the host last said of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    at: Timestamp,
    observed: Observed,
    /// When the first was made of the reports in a row, about one declared exposure and none too long after the last, that show this actual one.
    since: Timestamp,
    /// Whether that was since the present exposure was declared, in the present attempt.
    current: bool,
}

/// The same bytes of a state without a fleet, for builds that know none.
#[cfg(not(feature = "fleet"))]
pub(super) mod absent {
    use super::Report;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    struct Unknown;

    impl<'de> Deserialize<'de> for Unknown {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Err(D::Error::custom("a fleet needs the feature `fleet`"))
        }
    }

    pub(crate) fn serialize<S: Serializer>(_: &Option<Report>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Report>, D::Error> {
        Ok(Option::<Unknown>::deserialize(deserializer)?.and(None))
    }
}

/// Whether the declared exposure is in force at one moment, and how it is told.
pub(super) enum Force {
    /// A plan without a fleet: a hash of the unit is in force at once.
    Unasked,
    Reached(Reason),
    Lacking(Hold, Reason),
}

impl Force {
    const fn holds(&self) -> bool {
        !matches!(self, Self::Lacking(..))
    }

    fn into_reason(self) -> Option<Reason> {
        match self {
            Self::Unasked => None,
            Self::Reached(reason) | Self::Lacking(_, reason) => Some(reason),
        }
    }
}

impl State {
    /// When the host last counted the replicas of the plan's fleet, and what there was.
    #[must_use]
    pub fn replicas(&self) -> Option<(Timestamp, &Observed)> {
        self.fleet.as_ref().map(|report| (report.at, &report.observed))
    }

    /// The share of the traffic that met the new version when the replicas of the plan's fleet were last counted, whatever is declared; none before that, and
    /// where no replica was ready.
    #[must_use]
    pub fn actual(&self) -> Option<Share> {
        self.fleet.and_then(|report| report.observed.share())
    }

    /// The exposure by which the units of the present cohort are compared: the declared one. With a fleet the actual one, once it is steady: in force, or for longer
    /// than [`stale_after`](Plan::stale_after) the same in all reports about the present exposure, which follow each other within that time. Before that 0, by which nothing is compared:
    /// while replicas move, the share changes between two reports, and one that did not hold would read as a sample-ratio mismatch, or as harm.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Observed;
    /// use rampgate::rollout::{Event, EventKind, Plan, State, step};
    ///
    /// let plan = Plan::from_json(r#"{"stages": [{"exposure": "25%", "min_dwell": "1h"}], "fleet": {"replicas": 8}}"#)?;
    /// let observed = Observed { ready_new: 1, ready_old: 7, ..Observed::default() };
    /// let report = Event { seq: 1, at: "2026-11-24T12:00:00Z".parse()?, kind: EventKind::Fleet(observed) };
    /// let (state, decisions) = step(&plan, &State::new(), &report)?;
    /// assert_eq!((state.actual(), state.compared(&plan)), (Some("12.5%".parse()?), "0%".parse()?));
    /// assert_eq!(decisions[0].reasons[0].to_string(), "declared 0%, actual 12.5%: 1 new replicas are there, and at most 0 should be");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn compared(&self, plan: &Plan) -> Share {
        let Some(fleet) = plan.fleet() else { return self.exposure };
        let steady = self.fleet.filter(|report| {
            report.current
                && (report.at.since(report.since) > plan.stale_after()
                    || fleet.actual(&report.observed, self.exposure).is_in_force())
        });
        steady.and_then(|report| report.observed.share()).unwrap_or(Share::ZERO)
    }

    /// Whether the declared exposure is known to be in force at `now`: at once without a fleet; else while the last report, made since it was declared and
    /// at most [`stale_after`](Plan::stale_after) old, shows no [gap](super::fleet::Gap).
    #[must_use]
    pub fn is_in_force(&self, plan: &Plan, now: Timestamp) -> bool {
        self.force(plan, now).holds()
    }

    pub(super) fn force(&self, plan: &Plan, now: Timestamp) -> Force {
        let Some(fleet) = plan.fleet() else { return Force::Unasked };
        let declared = self.exposure;
        let unreported = |silent| Force::Lacking(Hold::Unreported, Reason::Unreported { declared, silent });
        match self.fleet.filter(|report| report.current) {
            None => unreported(None),
            Some(report) if now.since(report.at) > plan.stale_after() => {
                unreported(Some(now.since(report.at)))
            }
            Some(report) => compared(fleet, &report.observed, declared),
        }
    }

    /// Whether the exposure was in force from the last event until `event`, as far as anybody can know: a report that something lacks tells of
    /// the time before it, too.
    pub(super) fn stayed_in_force(&self, plan: &Plan, event: &Event) -> bool {
        self.is_in_force(plan, event.at)
            && match (&event.kind, plan.fleet()) {
                (EventKind::Fleet(observed), Some(fleet)) => compared(fleet, observed, self.exposure).holds(),
                _ => true,
            }
    }

    /// What was reported is about what was asked for until now.
    pub(super) fn void_report(&mut self) {
        if let Some(report) = &mut self.fleet {
            report.current = false;
        }
    }

    /// Whether replicas of the new version were there when they were last counted, ready or not.
    pub(super) fn has_new_replicas(&self) -> bool {
        self.fleet.is_some_and(|report| report.observed.all_new() > 0)
    }

    pub(super) fn check_report(&self, plan: &Plan) -> Result<(), Error> {
        let broken = |path: &'static str, rule: &'static str| Err(Error::absent(path, Kind::Corrupt, rule));
        if self
            .fleet
            .is_some_and(|report| plan.fleet().is_none() || report.at > self.at || report.since > report.at)
        {
            return broken("state.fleet", "must be of a plan with a fleet, from before the last event");
        }
        if plan.fleet().is_none() && matches!(self.hold, Some(Hold::Unreported | Hold::NotInForce(_))) {
            return broken("state.hold", "must fit the plan");
        }
        let Some(watch) = &self.watch else { return Ok(()) };
        if plan.fleet().is_none() && watch.lacking > Span::ZERO {
            return broken("state.watch.lacking", "must be 0 without a fleet");
        }
        if watch.mark.is_some() && !self.is_in_force(plan, self.at) {
            return broken("state.watch.mark", "must be of a time in which the exposure was in force");
        }
        Ok(())
    }
}

/// What a fleet makes of the declared exposure.
fn compared(fleet: &Fleet, observed: &Observed, declared: Share) -> Force {
    let Actual { actual, gaps, .. } = fleet.actual(observed, declared);
    match gaps.first() {
        None => Force::Reached(Reason::InForce { declared, actual }),
        Some(gap) => {
            let hold = Hold::NotInForce(gap.name());
            Force::Lacking(hold, Reason::NotInForce { declared, actual, gaps })
        }
    }
}

impl Turn<'_> {
    /// Takes in what the host has counted. News is another actual exposure, or that the declared one came into force, or no longer is, by
    /// what was reported: that nobody reported for a while is not.
    pub(super) fn replicas(&mut self, observed: Observed) -> Option<Action> {
        let (plan, now, before) = (self.plan, self.event.at, self.before);
        plan.fleet()?; // the event was refused without one
        let same = before.fleet.filter(|last| {
            let fresh = now.since(last.at) <= plan.stale_after();
            last.current && fresh && last.observed.share() == observed.share()
        });
        let since = same.map_or(now, |last| last.since);
        self.state.fleet = Some(Report { at: now, observed, since, current: true });
        let force = self.state.force(plan, now);
        let was = before.is_in_force(plan, before.fleet.map_or(before.at, |report| report.at));
        let news = self.state.actual() != before.actual() || force.holds() != was;
        let action = self.settle(None).or(news.then_some(Action::Observe));
        let reason = force.into_reason().filter(|reason| news && !self.reasons.contains(reason));
        self.reasons.extend(reason);
        action
    }

    /// The host says that exposure 0 is in force; where a fleet is reported, it has to have been seen.
    pub(super) fn confirm(&mut self) -> Option<Action> {
        if !matches!(self.state.place, Place::RollingBack | Place::RollbackFailed) {
            return self.not_applicable();
        }
        if let Force::Lacking(_, reason) = self.state.force(self.plan, self.event.at) {
            return self.ignore(reason);
        }
        self.reasons.push(Reason::Confirmed);
        self.move_to(Place::RolledBack, Share::ZERO);
        Some(Action::ConfirmRollback)
    }

    pub(super) fn rollback_failed(&mut self, why: &str) -> Option<Action> {
        if !matches!(self.state.place, Place::RollingBack | Place::RollbackFailed) {
            return self.not_applicable();
        }
        self.reasons.push(Reason::RollbackFailed { why: why.into() });
        self.move_to(Place::RollbackFailed, Share::ZERO);
        Some(Action::FailRollback)
    }
}
