use super::ControlPool;
use crate::canary::{Guardrail, Judge, Policy};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problem, Problems};
use crate::flag::Flag;
use crate::observe::{Measure, Metric, Outcome, fingerprint};
use crate::quantity::Share;
use crate::rollout::{Plan, Requirement};
use crate::slo::Gate;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// The version of the document, which its field `rampgate` names.
const VERSION: u64 = 1;

/// Most flags that one release may guard.
const MOST_FLAGS: usize = 32;

/// A release spec, read and checked as a whole: the flag, the plan, the guardrails, the objective.
#[derive(Clone, Debug)]
pub struct Spec {
    name: Box<str>,
    flag: Flag,
    others: Vec<Flag>,
    control: ControlPool,
    bets: Bets,
    plan: Plan,
    judge: Judge,
    measures: Vec<Measure>,
    objective: Option<BudgetRule>,
    fingerprint: u64,
}

/// What one outcome stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bets {
    /// One outcome a unit: its first window or session, closed. The guarantee is exact.
    #[default]
    Unit,
    /// One outcome a request, where requests are what is assigned. A host that counts several requests of a user who was assigned once
    /// breaks the guarantee: measured, 29% false rollbacks at alpha 5%.
    Request,
}

/// The error budget that a release may spend, and the metric that spends it.
#[derive(Clone, Debug)]
pub(super) struct BudgetRule {
    pub(super) metric: Metric,
    pub(super) gate: Gate,
}

impl Spec {
    /// Reads and checks a release spec.
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_node(&Node::parse("spec", text)?)
    }

    /// The same of a document that is part of another; paths begin at its own root.
    pub(crate) fn from_node(node: &Node<'_>) -> Result<Self, Error> {
        let problems = Problems::default();
        let spec = Field::root(node, &problems)
            .object()
            .and_then(|fields| Self::read(fields, fingerprint(node), &problems));
        problems.finish(spec)
    }

    fn read(mut fields: Fields<'_>, fingerprint: u64, problems: &Problems) -> Option<Self> {
        let version = fields.required("rampgate").and_then(|field| {
            let known = field.integer(0..=u64::MAX)? == VERSION;
            if !known {
                field.refuse(Kind::Version, "must be 1, the version of this document");
            }
            known.then_some(())
        });
        let name = fields.required("name").and_then(|field| field.name());
        let flags = read_flags(&mut fields);
        let control = fields.optional("control").map_or(Some(ControlPool::default()), |field| {
            field.choice(&[("rest", ControlPool::Rest), ("matched", ControlPool::Matched)])
        });
        let bets = fields.optional("bets").map_or(Some(Bets::default()), |field| {
            field.choice(&[("unit", Bets::Unit), ("request", Bets::Request)])
        });
        let plan = Plan::read(&mut fields);
        let policy =
            fields.optional("policy").map_or_else(|| Some(Policy::default()), |field| Policy::read(&field));
        let guardrails_field = fields.required("guardrails");
        let (guardrails, complete) =
            guardrails_field.as_ref().and_then(|field| read_guardrails(field, problems)).unwrap_or_default();
        let objective = fields.optional("objective").map(|field| {
            BudgetRule::read(&field, |name| {
                let position = guardrails.iter().position(|guardrail| guardrail.name() == name);
                let measure = position.and_then(|position| guardrails.get(position)).map(Guardrail::measure);
                (position.and_then(Metric::new).zip(measure), complete)
            })
        });
        let judge = guardrails_field.filter(|_| complete).and_then(|field| {
            Judge::new(policy?, guardrails.clone()).map_err(|error| field.refuse_as(&error)).ok()
        });
        fields.finish();
        version?;
        let (control, plan, judge) = (control?, plan?, judge?);
        if control == ControlPool::Matched && plan.fleet().is_some() {
            let rule = "must be `rest` with a fleet: no load balancer sets units apart";
            problems.push(Problem::new("control", Kind::Conflict, rule, Some("matched".into())));
            return None;
        }
        let (flag, others) = flags?;
        let provable = refuse_unprovable_stages(problems, control, &plan, &judge);
        let affordable = match objective.as_ref() {
            Some(Some(rule)) => refuse_unaffordable_stages(problems, &plan, &rule.gate),
            _ => Some(()),
        };
        provable.and(affordable)?;
        Some(Self {
            name: name?.into(),
            flag,
            others,
            control,
            bets: bets?,
            plan,
            measures: judge.guardrails().iter().map(Guardrail::measure).collect(),
            judge,
            objective: match objective {
                None => None,
                Some(objective) => Some(objective?),
            },
            fingerprint,
        })
    }

    /// Name of the release.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The flag that says who gets which version; the first, where there are several.
    #[must_use]
    pub fn flag(&self) -> &Flag {
        &self.flag
    }

    /// All flags, in the order of the document.
    pub fn flags(&self) -> impl Iterator<Item = &Flag> {
        core::iter::once(&self.flag).chain(&self.others)
    }

    pub(super) fn other_flags(&self) -> &[Flag] {
        &self.others
    }

    /// Which units the canary is compared with.
    #[must_use]
    pub fn control(&self) -> ControlPool {
        self.control
    }

    /// What one outcome stands for.
    #[must_use]
    pub fn bets(&self) -> Bets {
        self.bets
    }

    /// The stages and the calendar.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The guardrails and their policy.
    #[must_use]
    pub fn judge(&self) -> &Judge {
        &self.judge
    }

    /// The same with another chance of a false rollback.
    #[cfg(feature = "simulate")]
    pub(crate) fn with_alpha(&self, alpha: crate::Probability) -> Result<Self, Error> {
        let policy = Policy { alpha, ..self.judge.policy() };
        let judge = Judge::new(policy, self.judge.guardrails().to_vec())?;
        Ok(Self { judge, ..self.clone() })
    }

    /// What each guardrail's metric observes of a unit, by position.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// The gate that the error budget keeps, where the spec has an objective.
    #[must_use]
    pub fn gate(&self) -> Option<&Gate> {
        self.objective.as_ref().map(|objective| &objective.gate)
    }

    /// The metric whose failures spend the budget.
    pub(crate) fn spends(&self) -> Option<Metric> {
        self.objective.as_ref().map(|rule| rule.metric)
    }

    pub(super) fn budget_rule(&self) -> Option<&BudgetRule> {
        self.objective.as_ref()
    }

    /// A number for the document's content, which every message about the release carries.
    pub(super) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

impl BudgetRule {
    /// `metric` looks a guardrail's name up, and says whether it knows all of them: one that is wrong itself may be the one meant.
    fn read(field: &Field<'_>, metric: impl Fn(&str) -> (Option<(Metric, Measure)>, bool)) -> Option<Self> {
        let mut fields = field.object()?;
        let metric = fields.required("metric").and_then(|field| {
            let (metric, complete) = metric(field.name()?);
            match metric {
                None if complete => field.refuse(Kind::Unknown, "must be the name of a guardrail"),
                Some((_, measure)) if !matches!(measure, Measure::Rate | Measure::Fraction) => {
                    field
                        .refuse(Kind::Conflict, "must be a guardrail whose units fail: a rate or a fraction");
                    return None;
                }
                _ => {}
            }
            metric.map(|(metric, _)| metric)
        });
        let gate = Gate::from_fields(&mut fields);
        fields.finish();
        Some(Self { metric: metric?, gate: gate? })
    }
}

/// Refuses stages that could never be passed: where everyone has the canary there is no control, so no ratio can be shown to be
/// safe, and a guardrail needs a ceiling to be shown so by.
fn refuse_unprovable_stages(
    problems: &Problems,
    control: ControlPool,
    plan: &Plan,
    judge: &Judge,
) -> Option<()> {
    let without =
        judge.guardrails().iter().find(|guardrail| guardrail.is_required() && guardrail.ceiling().is_none());
    let Some(guardrail) = without else { return Some(()) };
    let alone = plan.stages().iter().position(|stage| {
        let alone = match stage.ring() {
            Some(_) => stage.exposure_in_ring(),
            None => plan.reached(stage.exposure()),
        };
        stage.requires() == Requirement::Safe && control.share(alone) == Share::ZERO
    });
    let Some(position) = alone else { return Some(()) };
    let rule = format!(
        "cannot be `safe` with no control left: give the guardrail `{}` a ceiling, or require `no_harm`",
        guardrail.name()
    );
    problems.push(Problem::new(format!("stages[{position}].requires"), Kind::Conflict, rule, None));
    None
}

/// Refuses stages that the budget can never pay for, however whole it is: a release would wait before them for ever.
fn refuse_unaffordable_stages(problems: &Problems, plan: &Plan, gate: &Gate) -> Option<()> {
    let largest = gate.largest_ever();
    let beyond = plan.stages().iter().position(|stage| plan.most_in_force(stage.exposure()) > largest);
    let Some(position) = beyond else { return Some(()) };
    let exposure = plan.most_in_force(plan.stages().get(position)?.exposure());
    let rule = format!(
        "must be at most {largest} of all units, the most that a whole budget lets a step risk: see `objective.risk`, `detection_delay` and `assumed_failure`"
    );
    problems.push(Problem::new(
        format!("stages[{position}].exposure"),
        Kind::Conflict,
        rule,
        Some(exposure.to_string()),
    ));
    None
}

/// The flag, or the flags that are released together: they share the slots of the first, so only that one has a salt.
fn read_flags(fields: &mut Fields<'_>) -> Option<(Flag, Vec<Flag>)> {
    let Some(list) = fields.optional("flags") else {
        return fields
            .required("flag")
            .and_then(|field| Flag::read_guarded(&field))
            .map(|flag| (flag, Vec::new()));
    };
    if fields.optional("flag").is_some() {
        list.refuse(Kind::Conflict, "must not stand beside `flag`");
        return None;
    }
    let items = list.list()?;
    if items.is_empty() || items.len() > MOST_FLAGS {
        list.refuse(Kind::Range, format!("must hold 1 to {MOST_FLAGS} flags"));
        return None;
    }
    let (mut flags, mut complete): (Vec<Flag>, bool) = (Vec::new(), true);
    for (position, item) in items.iter().enumerate() {
        if position > 0 && item.peek("salt").is_some() {
            item.refuse_in(
                "salt",
                Kind::Conflict,
                "must be the first flag's alone, whose slots all flags share",
            );
            complete = false;
        }
        let Some(flag) = Flag::read_guarded(item) else {
            complete = false;
            continue;
        };
        if flags.iter().any(|earlier| earlier.key() == flag.key()) {
            item.refuse_in("key", Kind::Conflict, "must not repeat the key of another flag");
            complete = false;
        }
        flags.push(flag);
    }
    if !complete {
        return None;
    }
    let mut flags = flags.into_iter();
    Some((flags.next()?, flags.collect()))
}

/// The guardrails that could be read, and whether those are all.
fn read_guardrails(field: &Field<'_>, problems: &Problems) -> Option<(Vec<Guardrail>, bool)> {
    let (guardrails, complete) = Guardrail::read_list(field, problems)?;
    let measured = guardrails.iter().filter(|guardrail| guardrail.measure() != Measure::Rate).count();
    if measured > Outcome::MOST_MEASURED {
        field.refuse(Kind::Range, "must hold at most 8 guardrails that are not rates");
        return None;
    }
    Some((guardrails, complete))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    const SPEC: &str = r#"{
        "rampgate": 1, "name": "n", "flag": {"key": "k", "control": "a", "canary": "b"},
        "stages": [{"exposure": "5%", "min_dwell": "1h"}, {"exposure": "100%", "min_dwell": "1h", "min_units": 9, "requires": "no_harm"}],
        "guardrails": [{"name": "errors"}],
        "objective": {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "5m", "risk": "50%", "on_missing_data": "hold"}
    }"#;

    fn problems(from: &str, to: &str) -> Vec<String> {
        assert!(SPEC.contains(from), "{from}");
        let error = Spec::from_json(&SPEC.replacen(from, to, 1)).unwrap_err();
        error.problems().map(|problem| problem.path().to_string()).collect()
    }

    #[test]
    fn a_sound_spec_is_read() {
        let spec = Spec::from_json(SPEC).unwrap();
        assert_eq!((spec.name(), spec.control(), spec.bets()), ("n", ControlPool::Rest, Bets::Unit));
        assert!(spec.gate().is_some());
    }

    #[test]
    fn each_wrong_field_is_named() {
        for (from, to, paths) in [
            (r#""rampgate": 1"#, r#""rampgate": 2"#, &["rampgate"] as &[&str]),
            (r#""rampgate": 1,"#, "", &["rampgate"]),
            (r#""flag":"#, r#""flags": [], "flag":"#, &["flags"]),
            (r#""flag": {"key": "k", "control": "a", "canary": "b"},"#, r#""flags": [],"#, &["flags"]),
            (
                r#""flag": {"key": "k", "control": "a", "canary": "b"},"#,
                r#""flags": [{"key": "k", "control": "a", "canary": "b", "salt": "s"}, {"key": "k", "control": "a", "canary": "b"},
                             {"key": "l", "control": "a", "canary": "a", "salt": "s"}],"#,
                &["flags[1].key", "flags[2].salt", "flags[2].canary"],
            ),
            (r#""canary": "b""#, r#""canary": "a""#, &["flag.canary"]),
            (r#""name": "n""#, r#""name": "n", "bets": "session""#, &["bets"]),
            (r#""name": "n""#, r#""name": "n", "control": "all", "speed": 1"#, &["control", "speed"]),
            (r#"[{"name": "errors"}]"#, "[]", &["objective.metric", "guardrails"]),
            (
                r#"[{"name": "errors"}]"#,
                r#"[{"name": "errors"}, {"name": "errors"}]"#,
                &["guardrails[1].name"],
            ),
            (r#"[{"name": "errors"}]"#, r#"[{"name": "errors", "weight": 0}]"#, &["guardrails[0].weight"]),
            (r#"[{"name": "errors"}]"#, r#"[{"name": "errors", "required": false}]"#, &["guardrails"]),
            (r#""metric": "errors""#, r#""metric": "error""#, &["objective.metric"]),
            (r#""target": "99%""#, r#""target": "100%""#, &["objective.target"]),
            (r#", "requires": "no_harm""#, "", &["stages[1].requires"]),
            (r#""risk": "50%""#, r#""risk": "25%""#, &["stages[1].exposure"]),
        ] {
            assert_eq!(problems(from, to), paths, "{to}");
        }
    }

    #[test]
    fn a_guardrail_with_a_ceiling_can_be_safe_without_a_control() {
        let spec = SPEC
            .replace(r#", "requires": "no_harm""#, "")
            .replace(r#""errors"}]"#, r#""errors", "ceiling": "1%"}]"#);
        assert!(Spec::from_json(&spec).is_ok());
    }
}
