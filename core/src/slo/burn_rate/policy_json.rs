use super::condition::Frame;
use super::policy::period_rule;
use super::row::Level;
use super::{BudgetDrop, Policy, Preset, Row, Scale, Severity};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Objective, Probability, Share, Span};
use alloc::vec::Vec;

impl Policy {
    /// Reads a policy from JSON.
    ///
    /// | field | holds | if absent |
    /// |---|---|---|
    /// | `target` | share of events that must be good, `"99.9%"` | error |
    /// | `preset` | the name of a [`Preset`] | `rows` |
    /// | `rows` | 1 to 16 rows | `preset` |
    /// | `period` | the budget's period, `"1h"` to `"366d"` | error with `rows`; the preset's own |
    /// | `scale` | `"windows"` or `"factors"`, what grows with the period | error where a preset is given another period than its own |
    /// | `drops` | up to 16 absolute rules: `spends`, `window`, `severity` | none |
    /// | `reset` | part of the factor below which a row resets, more than 0% | `"100%"` |
    /// | `min_coverage` | share of a window that must have been watched | `"50%"` |
    /// | `min_hold` | how long an alert fires at least | `"0s"` |
    /// | `evidence` | error probability of a page, between 0 and 1 | pages need none |
    ///
    /// A row has `long`, `short`, `severity` (`"page"` or `"ticket"`), either `spends`, a share of the budget, or `factor`, a burn rate as
    /// text such as `"14.4"`, and perhaps `for`, how long it must burn before it fires.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::from_json(
    ///     r#"{"target": "99.9%", "period": "30d", "rows": [
    ///         {"spends": "2%", "long": "1h", "short": "5m", "severity": "page"},
    ///         {"factor": "6", "long": "6h", "short": "30m", "severity": "page"},
    ///         {"spends": "10%", "long": "3d", "short": "6h", "severity": "ticket"}]}"#,
    /// )?;
    /// assert_eq!(policy, Policy::preset(Preset::Workbook3, "99.9%".parse()?)?);
    ///
    /// let week = Policy::from_json(r#"{"target": "99.9%", "preset": "pyrra", "period": "7d"}"#);
    /// assert_eq!(week.unwrap_err().path(), "scale"); // not said, so not guessed
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::of_node(&Node::parse("policy", text)?)
    }

    /// The same as a part of a larger document.
    pub(in crate::slo) fn read(field: &Field<'_>) -> Option<Self> {
        Self::of_node(field.node()).map_err(|error| field.refuse_within(&error)).ok()
    }

    fn of_node(node: &Node<'_>) -> Result<Self, Error> {
        let problems = Problems::default();
        let policy = Field::root(node, &problems).object().and_then(|mut fields| {
            let policy = Self::from_fields(&mut fields, &problems);
            fields.finish();
            policy
        });
        problems.finish(policy)
    }

    fn from_fields(fields: &mut Fields<'_>, problems: &Problems) -> Option<Self> {
        let target: Option<Objective> = fields.required("target").and_then(|field| field.parse());
        let preset = fields.optional("preset");
        let period = if preset.is_some() { fields.optional("period") } else { fields.required("period") };
        let period_given = period.is_some();
        let period: Option<Span> = period.and_then(|field| {
            let period = field.parse()?;
            period_rule(period).map_err(|rule| field.refuse(Kind::Range, rule)).ok()?;
            Some(period)
        });
        let reset = fields.optional("reset").map_or(Some(Share::ALL), |field| {
            let share = field.parse()?;
            if share == Share::ZERO {
                field.refuse(Kind::Range, "must be more than 0%");
                return None;
            }
            Some(share)
        });
        let policy = match preset {
            Some(preset) => {
                if let Some(rows) = fields.optional("rows") {
                    rows.refuse(Kind::Conflict, "must not be given beside a preset");
                }
                let preset: Option<Preset> = preset.choice(&Preset::WORDS);
                let scaled = preset.is_some_and(|preset| period_given && period != Some(preset.period()));
                let scale = if scaled { fields.required("scale") } else { fields.optional("scale") };
                let scale = scale
                    .map(|field| field.choice(&[("windows", Scale::Windows), ("factors", Scale::Factors)]));
                Self::of_preset(target, preset, (period_given, period), scale, problems)
            }
            None => {
                let rows: Option<Vec<Option<Row>>> = fields
                    .required("rows")
                    .and_then(|field| field.list())
                    .map(|rows| rows.iter().map(row).collect());
                let frame = target.zip(period).map(|(objective, period)| Frame { objective, period });
                frame.zip(rows).and_then(|(frame, rows)| Self::checked(frame, &rows, Share::ALL, problems))
            }
        };
        let drops: Option<Vec<BudgetDrop>> = fields.optional("drops").map_or(Some(Vec::new()), |field| {
            let drops: Vec<Option<BudgetDrop>> = field.list()?.iter().map(drop).collect();
            drops.into_iter().collect()
        });
        let min_coverage = fields.optional("min_coverage").map_or(Some(Self::MIN_COVERAGE), |f| f.parse());
        let min_hold = fields.optional("min_hold").map_or(Some(Span::ZERO), |field| field.parse());
        let evidence: Option<Option<Probability>> =
            fields.optional("evidence").map_or(Some(None), |field| field.probability().map(Some));
        let policy = Self {
            min_coverage: min_coverage?,
            min_hold: min_hold?,
            evidence: evidence?,
            ..policy?.resetting_below(reset?).ok()?
        };
        let drops = drops?;
        for (n, drop) in drops.iter().enumerate() {
            drop.check(&alloc::format!("drops[{n}]"), policy.frame(), problems);
        }
        drops
            .into_iter()
            .try_fold(policy, Self::with_drop)
            .map_err(|error| {
                if error.path() == "drops" {
                    problems.extend(&error)
                }
            })
            .ok()
    }

    fn of_preset(
        target: Option<Objective>,
        preset: Option<Preset>,
        (period_given, period): (bool, Option<Span>),
        scale: Option<Option<Scale>>,
        problems: &Problems,
    ) -> Option<Self> {
        let (target, preset) = (target?, preset?);
        let period = if period_given { period? } else { preset.period() };
        let policy = if period == preset.period() {
            Self::preset(preset, target)
        } else {
            let scale = scale??;
            // A row may be out of reach at the preset's own period and within it at the new one.
            Self::preset_at(preset, target, period, scale)
        };
        policy.map_err(|error| problems.extend(&error)).ok()
    }

    /// A preset at another period, where its rows need not be within reach at its own.
    ///
    /// # Errors
    /// As for [`scaled`](Self::scaled).
    pub fn preset_at(
        preset: Preset,
        objective: Objective,
        period: Span,
        scale: Scale,
    ) -> Result<Self, Error> {
        let strict = Objective::from_allowed_parts_per_billion(1)?; // at which everything is within reach
        let scaled = Self::preset(preset, strict)?.scaled(period, scale)?;
        let row = |condition: &super::Condition| Row {
            level: Level::Burns(condition.factor),
            long: condition.long,
            short: condition.short,
            severity: condition.severity,
            pending: condition.pending,
        };
        let rows: Vec<Row> = scaled.conditions.iter().map(row).collect();
        Self::new(objective, period, &rows)
    }
}

fn row(field: &Field<'_>) -> Option<Row> {
    let mut fields = field.object()?;
    let spends = fields.optional("spends").map(|field| field.parse().map(Level::Spends));
    let factor = fields.optional("factor").map(|field| field.parse().map(Level::Burns));
    let level = match (spends, factor) {
        (Some(level), None) | (None, Some(level)) => level,
        (None, None) => {
            fields.refuse(Kind::Missing, "must have `spends` or `factor`");
            None
        }
        (Some(_), Some(_)) => {
            fields.refuse(Kind::Conflict, "must have either `spends` or `factor`");
            None
        }
    };
    let long = fields.required("long").and_then(|field| field.parse());
    let short = fields.required("short").and_then(|field| field.parse());
    let severity = fields.required("severity").and_then(|field| field.choice(&Severity::WORDS));
    let pending = fields.optional("for").map_or(Some(Span::ZERO), |field| field.parse());
    fields.finish();
    Some(Row { level: level?, long: long?, short: short?, severity: severity?, pending: pending? })
}

fn drop(field: &Field<'_>) -> Option<BudgetDrop> {
    let mut fields = field.object()?;
    let spends = fields.required("spends").and_then(|field| field.parse());
    let window = fields.required("window").and_then(|field| field.parse());
    let severity = fields.required("severity").and_then(|field| field.choice(&Severity::WORDS));
    fields.finish();
    Some(BudgetDrop { spends: spends?, window: window?, severity: severity? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_problem_is_reported_with_its_path() {
        let error = Policy::from_json(
            r#"{"target": "90%", "period": "7d", "reset": "0%", "min_coverage": "half", "min_hold": 1, "evidence": 2,
                "rows": [
                  {"spends": "2%", "long": "1h", "short": "5s", "severity": "page"},
                  {"spends": "50%", "long": "1h", "short": "5m", "severity": "page"},
                  {"spends": "0%", "long": "0s", "short": "5m", "severity": "page"},
                  {"spends": "2%", "factor": "2", "long": "1h", "short": "5m", "severity": "loud"},
                  {"long": "8d", "short": "5m", "severity": "ticket", "since": "1h"},
                  {"factor": "2", "long": "8d", "short": "5m", "severity": "ticket"},
                  {"factor": "2", "long": "1h", "short": "2h", "severity": "ticket"},
                  {"factor": "0", "long": "1h", "short": "2h", "severity": "ticket"},
                  7],
                "drops": [{"spends": "1%", "window": "1d"}], "scale": "windows"}"#,
        )
        .unwrap_err();
        let lines: Vec<_> = error.problems().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "invalid `reset`: must be more than 0%, got 0%",
                "invalid `rows[3]`: must have either `spends` or `factor`",
                "invalid `rows[3].severity`: must be one of `page`, `ticket`, got loud",
                "invalid `rows[4]`: must have `spends` or `factor`",
                "invalid `rows[4].since`: is not a field of this object, got 1h",
                "invalid `rows[7].factor`: must be more than 0, got 0",
                "invalid `rows[8]`: must be an object, got 7",
                "invalid `rows[0].short`: is below the resolution of a counter, must be at least 10s, got 5s",
                "invalid `rows[1].spends`: can never fire: 84 times what 90% allows to fail is more than everything, got 50%",
                "invalid `rows[2].long`: must be more than no time, got 0s",
                "invalid `rows[5].long`: must be at most the period (7d), got 8d",
                "invalid `rows[6].short`: must be at most the long window (1h), got 2h",
                "invalid `drops[0].severity`: must be given",
                "invalid `min_coverage`: must be a percentage such as 12.5%, got half",
                "invalid `min_hold`: must be a text, got 1",
                "invalid `evidence`: must be from 0 to 1, got 2",
                "invalid `scale`: is not a field of this object, got windows",
            ]
        );
    }

    #[test]
    fn a_preset_takes_no_rows_and_another_period_only_with_a_scale() {
        let paths = |json: &str| -> Vec<alloc::string::String> {
            let error = Policy::from_json(json).unwrap_err();
            error.problems().map(|problem| problem.path().into()).collect()
        };
        assert_eq!(paths(r#"{"target": "99.9%", "preset": "workbook_3", "rows": []}"#), ["rows"]);
        assert_eq!(paths(r#"{"target": "99.9%", "preset": "workbook"}"#), ["preset"]);
        assert_eq!(paths(r#"{"target": "99.9%", "preset": "workbook_3", "period": "7d"}"#), ["scale"]);
        assert_eq!(paths(r#"{"target": "99.9%", "rows": []}"#), ["period"]);
        assert_eq!(paths(r#"{"target": "99.9%", "period": "1d", "rows": []}"#), ["rows"]);
        // the five minutes of a month are no whole minute of 12 hours
        let short = r#"{"target": "99.9%", "preset": "pyrra", "period": "12h", "scale": "windows"}"#;
        assert_eq!(paths(short), ["rows[0].short"]);
    }

    #[test]
    fn a_preset_may_come_within_reach_at_another_period() {
        let json = |period: &str| {
            alloc::format!(
                r#"{{"target": "90%", "preset": "workbook_3", "period": "{period}", "scale": "factors"}}"#
            )
        };
        assert_eq!(Policy::from_json(&json("30d")).unwrap_err().path(), "rows[0].spends");
        assert_eq!(Policy::from_json(&json("7d")).unwrap().conditions()[0].factor().to_string(), "3.36");
    }

    #[test]
    fn drops_are_held_to_their_rules() {
        let with = |drop: &str| {
            Policy::from_json(&alloc::format!(
                r#"{{"target": "99.9%", "preset": "workbook_3", "drops": [{drop}]}}"#
            ))
        };
        assert!(with(r#"{"spends": "10%", "window": "1d", "severity": "page"}"#).is_ok());
        for (drop, path) in [
            (r#"{"spends": "0%", "window": "1d", "severity": "page"}"#, "drops[0].spends"),
            (r#"{"spends": "10%", "window": "5s", "severity": "page"}"#, "drops[0].window"),
            // all of 4m19.2s failing is 10% of 43m12s, and more than that never comes
            (r#"{"spends": "10%", "window": "4m19s200ms", "severity": "page"}"#, "drops[0].spends"),
        ] {
            assert_eq!(with(drop).unwrap_err().path(), path);
        }
        assert!(with(r#"{"spends": "10%", "window": "4m19s201ms", "severity": "page"}"#).is_ok());
    }
}
