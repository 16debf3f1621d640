use super::ring::Climb;
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::{Share, Span};
use alloc::format;
use serde::{Deserialize, Serialize};

/// Most stages of a plan.
pub(super) const MOST_STAGES: usize = 64;

/// What a stage must show before the release may leave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// Proof, in this stage, that every required guardrail is within its margin. The default.
    #[default]
    Safe,
    /// The planned sample (`min_units`) without proof of harm. It proves less than [`Requirement::Safe`]: harm that the
    /// sample is too small to show passes.
    NoHarm,
    /// No verdict at all: time alone. Each decision about such a stage says so. Proof of harm still rolls back, if
    /// someone judges.
    Unmonitored,
}

/// What to do with a stage that has met its minimums and still has no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fallback {
    /// Wait; the deadline, if there is one, decides. The default.
    #[default]
    Hold,
    /// Roll the release back.
    RollBack,
}

/// What to do with a stage whose deadline has come. Neither choice raises exposure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overdue {
    /// Roll the release back. The default.
    #[default]
    RollBack,
    /// Keep the exposure as it is, for good: [`Phase::Expired`](super::Phase::Expired).
    Expire,
}

/// What to do when nobody approves in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unapproved {
    /// Roll the release back. The default.
    #[default]
    RollBack,
    /// Keep the exposure as it is, for good: [`Phase::Expired`](super::Phase::Expired).
    Expire,
    /// The request lapses: no approval counts until someone [asks again](super::Command::Request).
    Hold,
}

/// How long a person has to approve, and what happens if nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalLimit {
    pub(super) within: Span,
    pub(super) on_timeout: Unapproved,
}

impl ApprovalLimit {
    /// The time, above 0s, during which the approval alone stands in the way: from the moment when everything else in the stage is met,
    /// pauses not counted.
    #[must_use]
    pub const fn within(&self) -> Span {
        self.within
    }

    /// What happens when that time is over.
    #[must_use]
    pub const fn on_timeout(&self) -> Unapproved {
        self.on_timeout
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let within = fields.required("within").and_then(|field| {
            let within = field.parse::<Span>()?;
            if within == Span::ZERO {
                field.refuse(Kind::Range, "must be above 0s");
                return None;
            }
            Some(within)
        });
        let on_timeout = or_default(fields.optional("on_timeout"), |field| {
            field.choice(&[
                ("rollback", Unapproved::RollBack),
                ("expire", Unapproved::Expire),
                ("hold", Unapproved::Hold),
            ])
        });
        fields.finish();
        Some(Self { within: within?, on_timeout: on_timeout? })
    }
}

/// One step of the ramp: an exposure, and what it takes to go on from there.
///
/// ```
/// use rampgate::rollout::{Plan, Requirement};
///
/// let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#)?;
/// let stage = plan.stages()[0];
/// assert_eq!(stage.exposure().to_string(), "5%");
/// assert_eq!(stage.requires(), Requirement::Safe);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub(super) exposure: Share,
    pub(super) ring: Option<u32>,
    pub(super) within: Share,
    pub(super) min_dwell: Span,
    pub(super) min_units: u64,
    pub(super) requires: Requirement,
    pub(super) approval: bool,
    pub(super) approval_limit: Option<ApprovalLimit>,
    pub(super) on_inconclusive: Fallback,
    pub(super) on_no_data: Fallback,
    pub(super) on_invalid: Fallback,
    pub(super) deadline: Option<Span>,
    pub(super) on_deadline: Overdue,
}

impl Stage {
    /// The share of all units that see the new version in this stage: above 0%, and above the stage before.
    ///
    /// In a plan with rings it is what the rings come to together, rounded up to a part per million: of this one [so much](Self::exposure_in_ring), of
    /// each one before it what its last stage had.
    #[must_use]
    pub const fn exposure(&self) -> Share {
        self.exposure
    }

    /// The position in [`Plan::rings`](super::Plan::rings) of the ring that this stage ramps; none in a plan without rings.
    #[must_use]
    pub const fn ring(&self) -> Option<u32> {
        self.ring
    }

    /// The share of the ring's units that see the new version in this stage; without rings the [exposure](Self::exposure).
    #[must_use]
    pub const fn exposure_in_ring(&self) -> Share {
        self.within
    }

    /// The least time with evidence. Not wall time: see [`Watch::dwell`](super::Watch::dwell).
    #[must_use]
    pub const fn min_dwell(&self) -> Span {
        self.min_dwell
    }

    /// The least number of canary units with an outcome in this stage.
    #[must_use]
    pub const fn min_units(&self) -> u64 {
        self.min_units
    }

    /// The verdict this stage needs.
    #[must_use]
    pub const fn requires(&self) -> Requirement {
        self.requires
    }

    /// Whether a person has to approve leaving this stage.
    #[must_use]
    pub const fn approval(&self) -> bool {
        self.approval
    }

    /// How long a person has to approve; none where they may take any time, or need not approve.
    #[must_use]
    pub const fn approval_limit(&self) -> Option<ApprovalLimit> {
        self.approval_limit
    }

    /// What happens when the minimums are met and the verdict is inconclusive.
    #[must_use]
    pub const fn on_inconclusive(&self) -> Fallback {
        self.on_inconclusive
    }

    /// What happens when the stage has lasted `min_dwell` and no data has come for longer than the plan's `stale_after`.
    #[must_use]
    pub const fn on_no_data(&self) -> Fallback {
        self.on_no_data
    }

    /// What happens when the verdict is [`Invalid`](crate::canary::Verdict::Invalid): the arms were not filled as assigned, so nothing that is
    /// compared can be trusted. A canary that loses or redirects its units looks like that. To roll back adds the policy's `srm_alpha` to the chance
    /// that a harmless release is rolled back.
    #[must_use]
    pub const fn on_invalid(&self) -> Fallback {
        self.on_invalid
    }

    /// The longest time in this stage, pauses not counted.
    #[must_use]
    pub const fn deadline(&self) -> Option<Span> {
        self.deadline
    }

    /// What happens at the deadline.
    #[must_use]
    pub const fn on_deadline(&self) -> Overdue {
        self.on_deadline
    }

    pub(super) const fn is_monitored(&self) -> bool {
        !matches!(self.requires, Requirement::Unmonitored)
    }

    /// Reads one entry of `stages`, the next after those that `climb` has seen.
    pub(super) fn read(field: &Field<'_>, climb: &mut Climb<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let risen = climb.rise(&mut fields);
        let rules = Self::read_rules(&mut fields);
        fields.finish();
        let (ring, within, exposure) = risen?;
        Some(Self { exposure, ring, within, ..rules? })
    }

    /// The same rules at another exposure, without rings.
    pub(super) const fn at(self, exposure: Share) -> Self {
        Self { exposure, within: exposure, ..self }
    }

    /// Reads all fields but the exposure, which is left at 0% here.
    pub(super) fn read_rules(fields: &mut Fields<'_>) -> Option<Self> {
        let requires = match fields.optional("requires") {
            None => Some(Requirement::default()),
            Some(field) => field.choice(&[
                ("safe", Requirement::Safe),
                ("no_harm", Requirement::NoHarm),
                ("unmonitored", Requirement::Unmonitored),
            ]),
        };
        let min_dwell = fields.required("min_dwell").and_then(|field| {
            let dwell = field.parse::<Span>()?;
            if dwell == Span::ZERO && matches!(requires, Some(Requirement::Safe | Requirement::NoHarm)) {
                field.refuse(Kind::Conflict, "must be above 0s where a verdict is required");
                return None;
            }
            Some(dwell)
        });
        let min_units = if requires == Some(Requirement::NoHarm) {
            // The sample is all that such a stage asks for, so it has to be planned.
            fields.required("min_units").and_then(|field| field.integer(1..=u64::MAX))
        } else {
            or_default(fields.optional("min_units"), |field| field.integer(0..=u64::MAX))
        };
        let approval_field = fields.optional("approval");
        let approval = or_default(approval_field.clone(), |field| {
            if field.is_object() {
                return ApprovalLimit::read(field).map(|limit| (true, Some(limit)));
            }
            field.bool().map(|asked| (asked, None))
        });

        let fallback = |field: &Field<'_>, works: bool| {
            let chosen = field.choice(&[("hold", Fallback::Hold), ("rollback", Fallback::RollBack)])?;
            if chosen == Fallback::RollBack && !works {
                field.refuse(Kind::Conflict, "has no effect with what this stage requires");
                return None;
            }
            Some(chosen)
        };
        let on_inconclusive = or_default(fields.optional("on_inconclusive"), |field| {
            fallback(field, matches!(requires, None | Some(Requirement::Safe)))
        });
        let [on_no_data, on_invalid] = ["on_no_data", "on_invalid"].map(|name| {
            or_default(fields.optional(name), |field| {
                fallback(field, requires != Some(Requirement::Unmonitored))
            })
        });

        let deadline = or_default(fields.optional("deadline"), |field| {
            let deadline = field.parse::<Span>()?;
            if let Some(dwell) = min_dwell
                && deadline <= dwell
            {
                field.refuse(Kind::Conflict, format!("must be longer than `min_dwell` ({dwell})"));
                return None;
            }
            Some(Some(deadline))
        });
        if let (Some(field), Some((_, Some(limit))), Some(Some(deadline)), Some(dwell)) =
            (approval_field, approval, deadline, min_dwell)
            && dwell.saturating_add(limit.within) >= deadline
        {
            let rule =
                format!("must be over before the `deadline` ({deadline}), `min_dwell` ({dwell}) included");
            field.refuse_in("within", Kind::Conflict, rule);
            return None;
        }
        let on_deadline = or_default(fields.optional("on_deadline"), |field| {
            let chosen = field.choice(&[("rollback", Overdue::RollBack), ("expire", Overdue::Expire)])?;
            if chosen == Overdue::Expire && deadline == Some(None) {
                field.refuse(Kind::Conflict, "has no effect without a `deadline`");
                return None;
            }
            Some(chosen)
        });
        Some(Self {
            exposure: Share::ZERO,
            ring: None,
            within: Share::ZERO,
            min_dwell: min_dwell?,
            min_units: min_units?,
            requires: requires?,
            approval: approval?.0,
            approval_limit: approval?.1,
            on_inconclusive: on_inconclusive?,
            on_no_data: on_no_data?,
            on_invalid: on_invalid?,
            deadline: deadline?,
            on_deadline: on_deadline?,
        })
    }
}

/// The value of a field that may be left out; `None` only where `read` noted a problem.
pub(super) fn or_default<'a, T: Default>(
    field: Option<Field<'a>>,
    read: impl FnOnce(&Field<'a>) -> Option<T>,
) -> Option<T> {
    field.map_or_else(|| Some(T::default()), |field| read(&field))
}
