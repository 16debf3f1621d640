use super::fleet::Fleet;
use super::ring::{position, read_stages};
use super::stage::or_default;
use super::{Calendar, Fallback, PlanBuilder, Requirement, Ring, Stage};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Share, Span, Timestamp};
use alloc::vec::Vec;

/// How old a finding may be, and how far two may lie apart, where the plan does not say: 15 minutes.
const STALE_AFTER_MILLIS: u64 = 15 * 60_000;

/// Shortest time after which the test for harm may begin anew: a minute.
const LEAST_RESTART_MILLIS: u64 = 60_000;

/// How a release goes from nobody to everybody it is meant for, and what it must show on the way.
///
/// ```
/// use rampgate::rollout::Plan;
///
/// let plan = Plan::from_json(r#"{
///     "stages": [
///         {"exposure": "5%", "min_dwell": "1h", "min_units": 1000},
///         {"exposure": "100%", "min_dwell": "2h", "deadline": "12h"}
///     ],
///     "bake": "30m"
/// }"#)?;
/// assert_eq!(plan.cap().to_string(), "100%");
///
/// let error = Plan::from_json(r#"{"stages": [{"exposure": "0%", "min_dwell": "0s"}]}"#).unwrap_err();
/// assert_eq!(error.problems().count(), 2);
/// assert_eq!(error.path(), "stages[0].exposure");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    rings: Vec<Ring>,
    stages: Vec<Stage>,
    calendar: Calendar,
    stale_after: Span,
    bake: Span,
    restart_every: Option<Span>,
    start: Option<Timestamp>,
    fleet: Option<Fleet>,
}

impl Plan {
    /// Reads a plan from JSON: `stages`, and optionally `rings`, `calendar`, `bake`, `stale_after`, `restart_every`, `start` and `fleet`.
    ///
    /// # Errors
    /// Everything that is wrong with the plan, each problem with its path; see `spec/rollout.md` for the rules.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_node(&Node::parse("plan", text)?)
    }

    /// A plan made of typed parts, by the same rules: see [`PlanBuilder`].
    pub fn builder() -> PlanBuilder {
        PlanBuilder::default()
    }

    pub(super) fn from_node(node: &Node<'_>) -> Result<Self, Error> {
        let problems = Problems::default();
        let plan = Field::root(node, &problems).object().and_then(|mut fields| {
            let plan = Self::read(&mut fields);
            fields.finish();
            plan
        });
        problems.finish(plan)
    }

    /// Takes the plan's fields out of an object that may hold others, such as a release spec.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let rings = or_default(fields.optional("rings"), Ring::read_all);
        let stages_field = fields.required("stages");
        let stages = stages_field.as_ref().and_then(|field| read_stages(field, rings.as_deref()));
        let cuts_over = stages_field.is_some_and(|field| field.peek("blue_green").is_some());
        let calendar = or_default(fields.optional("calendar"), Calendar::read);
        let bake = if cuts_over {
            fields.required("bake").and_then(|field| {
                let bake = field.parse()?;
                if bake == Span::ZERO {
                    field.refuse(Kind::Range, "must be above 0s: the old version stays ready that long");
                    return None;
                }
                Some(bake)
            })
        } else {
            or_default(fields.optional("bake"), |field| field.parse())
        };
        let stale_after = match fields.optional("stale_after") {
            None => Span::from_millis(STALE_AFTER_MILLIS).ok(),
            Some(field) => match field.parse() {
                Some(Span::ZERO) => {
                    field.refuse(Kind::Range, "must be above 0s");
                    None
                }
                span => span,
            },
        };
        let restart_every = or_default(fields.optional("restart_every"), |field| {
            let every: Span = field.parse()?;
            if every.as_millis() < LEAST_RESTART_MILLIS {
                field.refuse(Kind::Range, "must be at least 1m");
                return None;
            }
            Some(Some(every))
        });
        let start = or_default(fields.optional("start"), |field| field.parse().map(Some));
        let fleet = if cfg!(feature = "fleet") {
            or_default(fields.optional("fleet"), |field| {
                if rings.as_ref().is_none_or(|rings| !rings.is_empty()) {
                    field.refuse(
                        Kind::Conflict,
                        "must be left out beside `rings`: a load balancer knows no rings",
                    );
                    return None;
                }
                Fleet::read(field).map(Some)
            })
        } else {
            Some(None) // a field that nobody defined
        };
        Some(Self {
            rings: rings?,
            stages: stages?,
            calendar: calendar?,
            stale_after: stale_after?,
            bake: bake?,
            restart_every: restart_every?,
            start: start?,
            fleet: fleet?,
        })
    }

    /// The rings in the order in which they are released: 2 to 32, or none where all units are alike. A ring that no stage names stays at 0%.
    #[must_use]
    pub fn rings(&self) -> &[Ring] {
        &self.rings
    }

    /// The stages in order: 1 to 64, exposure strictly rising.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// When exposure may rise.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// A finding older than this says nothing, and a longer gap between two of them adds no dwell. 15 minutes unless
    /// the plan says otherwise. Set it to a few times the interval at which the host judges.
    #[must_use]
    pub const fn stale_after(&self) -> Span {
        self.stale_after
    }

    /// Time with evidence to wait after the last stage before the release is complete; may be 0s.
    #[must_use]
    pub const fn bake(&self) -> Span {
        self.bake
    }

    /// How often the test for harm begins anew *inside* a stage and the bake; none, as by default, if it does so with each stage alone.
    ///
    /// A test that has seen 200,000 good units must first lose what they told in the canary's favour. Twice an error rate of 0.5% after them, in the same
    /// stage, is found within 46,000 further units (the median), and within 18,000 if the test begins anew every 10,000. The price is paid by weak harm that is there from
    /// the start: 1.5 times the errors take 31,000 units instead of 29,000, or 32,000 instead of 27,000 in a plan of one stage. Worth it where a stage
    /// lasts longer than it takes to find harm; a twentieth of the stage is a good choice, and less gains nothing. Every restart is a cohort of its own in
    /// states and deltas; after 16 in a stage the next 16 come half as often, and so on, so that a release that hangs does not grow without end.
    ///
    /// **Holds when** it is fixed before the data is seen: the guarantees of the [judge](crate::canary::Judge) are as without. Safety, mismatches and intervals see each
    /// stage whole. Means join what was cut again, so that little traffic loses nothing; distributions get a newer reference with each restart.
    #[must_use]
    pub const fn restart_every(&self) -> Option<Span> {
        self.restart_every
    }

    /// The instant before which nothing starts.
    #[must_use]
    pub const fn start(&self) -> Option<Timestamp> {
        self.start
    }

    /// The replicas that bring the exposure about, where no hash of the unit does. Then a stage counts only while what the host reports of
    /// them is what its exposure asks for; see [`fleet`](super::fleet).
    #[must_use]
    pub const fn fleet(&self) -> Option<&Fleet> {
        if cfg!(feature = "fleet") { self.fleet.as_ref() } else { None }
    }

    /// The most that may be in force of a declared exposure, which is what the error budget is asked about: itself, or what the fleet makes of it
    /// while as many old replicas are missing as it allows ([`Counts::largest`](super::fleet::Counts::largest)).
    ///
    /// ```
    /// use rampgate::rollout::Plan;
    ///
    /// let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}], "fleet": {"replicas": 8}}"#)?;
    /// assert_eq!(plan.most_in_force("5%".parse()?), "12.5%".parse()?); // one of eight is the least
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn most_in_force(&self, exposure: Share) -> Share {
        self.fleet().map_or(exposure, |fleet| fleet.counts(exposure).largest)
    }

    /// What becomes of a declared exposure where the fleet is complete: itself without one.
    pub(crate) fn reached(&self, exposure: Share) -> Share {
        self.fleet().map_or(exposure, |fleet| fleet.counts(exposure).actual)
    }

    /// The largest exposure of the plan, which is the last stage's. No event raises exposure above it.
    #[must_use]
    pub fn cap(&self) -> Share {
        self.stages.last().map_or(Share::ZERO, Stage::exposure)
    }

    /// The stage with this number; they count from 0.
    pub(crate) fn stage(&self, number: u32) -> Option<Stage> {
        self.stages.get(usize::try_from(number).ok()?).copied()
    }

    pub(super) fn last(&self) -> u32 {
        u32::try_from(self.stages.len()).unwrap_or(u32::MAX).saturating_sub(1)
    }

    /// The ring with this name, by position.
    pub(crate) fn ring(&self, name: &str) -> Option<u32> {
        position(&self.rings, name)
    }

    /// The ring that a stage of this plan ramps.
    pub(crate) fn ring_of(&self, stage: &Stage) -> Option<&Ring> {
        self.rings.get(usize::try_from(stage.ring?).ok()?)
    }

    /// The ring that the stage with this number ramps, by position.
    pub(crate) fn ramped(&self, stage: u32) -> Option<u32> {
        self.stage(stage)?.ring
    }

    /// The exposure of a ring while the stage with this number is in force: that of the ring's last stage up to there.
    pub(crate) fn in_force(&self, ring: u32, stage: u32) -> Share {
        let so_far = (0..=stage).zip(&self.stages).filter(|(_, stage)| stage.ring == Some(ring));
        so_far.last().map_or(Share::ZERO, |(_, stage)| stage.within)
    }

    /// The rules of the bake, put as a stage: what the last stage asks for was earned there, so the bake asks for
    /// data without harm, over its own time, with the deadline counted from the end of that time.
    pub(super) fn baking(&self, last: Stage) -> Stage {
        Stage {
            min_dwell: self.bake,
            min_units: 0,
            requires: if last.is_monitored() { Requirement::NoHarm } else { Requirement::Unmonitored },
            approval: false,
            approval_limit: None,
            on_inconclusive: Fallback::Hold,
            deadline: last.deadline.map(|deadline| deadline.saturating_add(self.bake)),
            ..last
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn problems(text: &str) -> Vec<(alloc::string::String, Kind)> {
        let error = Plan::from_json(text).unwrap_err();
        error.problems().map(|problem| (problem.path().to_string(), problem.kind())).collect()
    }

    #[test]
    fn defaults_are_the_safe_choices() {
        let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#).unwrap();
        let stage = plan.stages()[0];
        assert_eq!(stage.requires(), Requirement::Safe);
        assert_eq!((stage.min_units(), stage.approval(), stage.deadline()), (0, false, None));
        assert_eq!((stage.on_inconclusive(), stage.on_no_data()), (Fallback::Hold, Fallback::Hold));
        assert_eq!(plan.stale_after().to_string(), "15m");
        assert_eq!((plan.bake(), plan.start()), (Span::ZERO, None));
    }

    #[test]
    fn all_problems_of_a_plan_are_reported_together() {
        let found = problems(
            r#"{"stages": [{"exposure": "25%", "min_dwell": "1h", "deadline": "30m"},
                           {"exposure": "10%", "min_dwell": "0s", "weight": 3},
                           {"exposure": "50%", "min_dwell": "0s", "requires": "unmonitored", "on_no_data": "rollback"}],
                "stale_after": "0s", "speed": "fast"}"#,
        );
        let expected = [
            ("stages[0].deadline", Kind::Conflict),
            ("stages[1].exposure", Kind::Conflict),
            ("stages[1].min_dwell", Kind::Conflict),
            ("stages[1].weight", Kind::Unknown),
            ("stages[2].on_no_data", Kind::Conflict),
            ("stale_after", Kind::Range),
            ("speed", Kind::Unknown),
        ];
        assert_eq!(found, expected.map(|(path, kind)| (path.to_string(), kind)));
    }

    #[test]
    fn a_bake_asks_for_data_without_harm_over_its_own_time() {
        let plan = Plan::from_json(
            r#"{"stages": [{"exposure": "5%", "min_dwell": "1h", "approval": true, "deadline": "2h"}], "bake": "3h"}"#,
        )
        .unwrap();
        let bake = plan.baking(plan.stages()[0]);
        assert_eq!((bake.requires, bake.min_dwell, bake.approval), (Requirement::NoHarm, plan.bake, false));
        assert_eq!(bake.deadline.unwrap().to_string(), "5h");
    }
}
