use super::budget::period_rule;
use super::gate::{delay_rule, some_rule};
use super::{Gate, OnExhausted, OnMissing};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::Share;

impl Gate {
    /// Reads a gate from JSON, in the form that a release spec has under `objective`.
    ///
    /// | field | holds | if absent |
    /// |---|---|---|
    /// | `target` | share of events that must be good, `"99.9%"` | error |
    /// | `period` | the budget's rolling period, `"1h"` to `"30d"` | error |
    /// | `detection_delay` | from the first failure to being back at zero, `"10m"`, at most the period | error |
    /// | `on_missing_data` | `"hold"`, or `"allow"` to go on as if the budget were whole | error |
    /// | `assumed_failure` | share of the exposed that fails in the worst case, more than 0% | `"100%"` |
    /// | `risk` | share of the remaining budget that one step may risk, more than 0% | `"25%"` |
    /// | `at_risk` | share of the budget at which it is called at risk | `"20%"` |
    /// | `on_exhausted` | `"hold"` or `"rollback"` | `"hold"` |
    ///
    /// ```
    /// use rampgate::slo::Gate;
    ///
    /// let gate = Gate::from_json(
    ///     r#"{"target": "99.9%", "period": "30d", "detection_delay": "10m", "on_missing_data": "hold"}"#,
    /// )?;
    /// assert_eq!(gate.period(), "30d".parse()?);
    ///
    /// let error = Gate::from_json(r#"{"target": "100%", "period": "30d", "on_missing_data": "hold"}"#).unwrap_err();
    /// assert_eq!(error.problems().map(|problem| problem.path()).collect::<Vec<_>>(), ["target", "detection_delay"]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("objective", text)?;
        let problems = Problems::default();
        let gate = Field::root(&node, &problems).object().and_then(|mut fields| {
            let gate = Self::from_fields(&mut fields);
            fields.finish();
            gate
        });
        problems.finish(gate)
    }

    /// Reads a gate from the fields of an object, which may hold others besides, and notes their problems.
    pub(crate) fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let target = fields.required("target").and_then(|field| field.parse());
        let period = fields.required("period").and_then(|field| {
            let period = field.parse()?;
            period_rule(period).map_err(|rule| field.refuse(Kind::Range, rule)).ok()?;
            Some(period)
        });
        let delay = fields.required("detection_delay").and_then(|field| {
            let delay = field.parse()?;
            delay_rule(delay, period).map_err(|(kind, rule)| field.refuse(kind, rule)).ok()?;
            Some(delay)
        });
        let on_missing = fields.required("on_missing_data").and_then(|field| {
            field.choice(&[("hold", OnMissing::FailClosed), ("allow", OnMissing::FailOpen)])
        });
        let some_share = |field: Field<'_>| {
            let share = field.parse()?;
            some_rule(share).map_err(|rule| field.refuse(Kind::Range, rule)).ok()?;
            Some(share)
        };
        let failure = fields.optional("assumed_failure").map_or(Some(Share::ALL), some_share);
        let risk = fields.optional("risk").map_or(Some(Self::RISK), some_share);
        let at_risk = fields.optional("at_risk").map_or(Some(super::Budget::AT_RISK), |field| field.parse());
        let on_exhausted = fields.optional("on_exhausted").map_or(Some(OnExhausted::default()), |field| {
            field.choice(&[("hold", OnExhausted::Hold), ("rollback", OnExhausted::RollBack)])
        });
        let gate = Self::new(target?, period?, delay?, on_missing?).ok()?;
        let gate = gate.assuming_failure(failure?).ok()?.risking(risk?).ok()?;
        Some(gate.with_at_risk(at_risk?).on_exhausted(on_exhausted?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_problem_is_reported_with_its_path() {
        let error = Gate::from_json(
            r#"{"target": "0%", "period": "31d", "detection_delay": "0s", "on_missing_data": "ignore",
                "assumed_failure": "0%", "risk": 25, "at_risk": "120%", "on_exhausted": "panic", "burn": 14.4}"#,
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "9 problems:\n  \
             invalid `target`: must lie strictly between 0% and 100%, got 0%\n  \
             invalid `period`: must be from 1h to 30d, got 31d\n  \
             invalid `detection_delay`: must be more than no time, got 0s\n  \
             invalid `on_missing_data`: must be one of `hold`, `allow`, got ignore\n  \
             invalid `assumed_failure`: must be more than 0%, got 0%\n  \
             invalid `risk`: must be a text, got 25\n  \
             invalid `at_risk`: must be from 0% to 100%, got 120%\n  \
             invalid `on_exhausted`: must be one of `hold`, `rollback`, got panic\n  \
             invalid `burn`: is not a field of this object, got 14.4"
        );
    }

    #[test]
    fn what_is_absent_is_the_cautious_choice_and_what_has_none_must_be_given() {
        let json =
            r#"{"target": "99%", "period": "1h", "detection_delay": "1h", "on_missing_data": "allow"}"#;
        let built = Gate::new(
            "99%".parse().unwrap(),
            "1h".parse().unwrap(),
            "1h".parse().unwrap(),
            OnMissing::FailOpen,
        );
        assert_eq!(Gate::from_json(json), built);
        assert_eq!(Gate::from_json("{}").unwrap_err().problems().count(), 4);
    }
}
