use super::{Allowance, Goal, Power, Traffic};
use crate::canary::{Guardrail, Policy};
use crate::document::{Field, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Probability, Share, Span};
use crate::release::ControlPool;
use crate::rollout::Requirement;
use crate::simulate::power::{Baseline, Runs, read_baseline};
use crate::slo::Gate;
use alloc::string::String;
use alloc::vec::Vec;

/// Answers a goal in JSON with `{"plan": …}` or `{"refusal": …}`: a [`Planned`](super::Planned) or a [`Refusal`](super::Refusal) as an object.
///
/// | field | holds | if absent |
/// |---|---|---|
/// | `traffic` | units an hour, or `{"hours": […], "start_hour": 9}` | error |
/// | `guardrail` | a guardrail, as in a release | error |
/// | `baseline` | as for [`power::answer`](crate::simulate::power::answer) | error |
/// | `budget` | the fields of the gate, as in a release's `objective` but for `metric`, and `remaining`, `spend`, `late_spend` (shares of the budget) | error; `late_spend`: what the gate lets one step risk |
/// | `deadline` | when a good release is to be done, such as `1d` | error |
/// | `policy` | `alpha`, `beta`, `srm_alpha`, as in a release | the defaults |
/// | `control` | `rest` or `matched` | `rest` |
/// | `power` | `{"plan": 0.9}` or `{"stage": 0.9}` | `{"plan": 0.9}` |
/// | `confidence` | chance to be done by the deadline | the power |
/// | `look_every` | time between looks | `5m` |
/// | `first`, `last` | exposures | chosen |
/// | `at_full` | what a stage without a control requires: `safe`, `no_harm`, `unmonitored` | `safe` with a ceiling |
/// | `most_stages`, `growth` | most stages, most times a rise may multiply the exposure | 8, 10 |
/// | `min_dwell`, `bake` | spans | `look_every`, chosen |
/// | `runs`, `seed` | how often the plan is played, and from where | 400 (60 for distributions) and 1 |
///
/// ```
/// let answer = rampgate::simulate::planner::answer(r#"{
///     "traffic": 20000, "guardrail": {"name": "errors"}, "baseline": {"rate": 0.005}, "deadline": "1d",
///     "budget": {"target": "99%", "period": "30d", "detection_delay": "15m", "on_missing_data": "hold",
///                "remaining": "90%", "spend": "1%"}, "runs": 50
/// }"#)?;
/// assert!(answer.starts_with(r#"{"plan":{"method":{"simulated":{"runs":50,"seed":1}},"document":{"stages":[{"exposure":"50%","#), "{answer}");
/// # Ok::<(), rampgate::Error>(())
/// ```
///
/// # Errors
/// Text that is not JSON, or all that is wrong with its fields, unknown ones included; and what [`Goal`] refuses.
pub fn answer(text: &str) -> Result<String, Error> {
    let node = Node::parse("goal", text)?;
    let problems = Problems::default();
    let goal = read(&Field::root(&node, &problems));
    let goal = problems.finish(goal)?;
    serde_json::to_string(&goal.plan()?).map_err(|_| Error::absent("answer", Kind::Range, "must be numbers"))
}

/// The fields that all goals have.
struct Core {
    traffic: Traffic,
    guardrail: Guardrail,
    baseline: Baseline,
    allowance: Allowance,
    deadline: Span,
}

/// Options, each as it was written; those left out stay as they are.
#[derive(Default)]
struct Options {
    policy: Option<Policy>,
    control: Option<ControlPool>,
    power: Option<Power>,
    confidence: Option<Probability>,
    look: Option<Span>,
    first: Option<Share>,
    last: Option<Share>,
    full: Option<Requirement>,
    most_stages: Option<u64>,
    growth: Option<f64>,
    min_dwell: Option<Span>,
    bake: Option<Span>,
    runs: Option<u64>,
    seed: Option<u64>,
}

fn read(field: &Field<'_>) -> Option<Goal> {
    let mut fields = field.object()?;
    let traffic = fields.required("traffic").and_then(|field| read_traffic(&field));
    let guardrail = fields.required("guardrail").and_then(|field| Guardrail::read(&field));
    let baseline = fields.required("baseline").and_then(|field| read_baseline(&field));
    let allowance = fields.required("budget").and_then(|field| read_allowance(&field));
    let deadline = fields.required("deadline").and_then(|field| field.parse());

    let mut sound = true;
    let mut options = Options::default();
    let mut read = |name, of: &mut dyn FnMut(&Field<'_>) -> bool| {
        if let Some(field) = fields.optional(name) {
            sound &= of(&field);
        }
    };
    read("policy", &mut |field| set(&mut options.policy, Policy::read(field)));
    let pools = [("rest", ControlPool::Rest), ("matched", ControlPool::Matched)];
    read("control", &mut |field| set(&mut options.control, field.choice(&pools)));
    read("power", &mut |field| set(&mut options.power, read_power(field)));
    read("confidence", &mut |field| set(&mut options.confidence, field.probability()));
    read("look_every", &mut |field| set(&mut options.look, field.parse()));
    read("first", &mut |field| set(&mut options.first, field.parse()));
    read("last", &mut |field| set(&mut options.last, field.parse()));
    let requirements = [
        ("safe", Requirement::Safe),
        ("no_harm", Requirement::NoHarm),
        ("unmonitored", Requirement::Unmonitored),
    ];
    read("at_full", &mut |field| set(&mut options.full, field.choice(&requirements)));
    read("most_stages", &mut |field| set(&mut options.most_stages, field.integer(1..=16)));
    read("growth", &mut |field| set(&mut options.growth, field.number(1.5..=1e6)));
    read("min_dwell", &mut |field| set(&mut options.min_dwell, field.parse()));
    read("bake", &mut |field| set(&mut options.bake, field.parse()));
    read("runs", &mut |field| set(&mut options.runs, field.integer(1..=MOST_RUNS)));
    read("seed", &mut |field| set(&mut options.seed, field.integer(0..=u64::MAX)));
    fields.finish();
    let core = Core {
        traffic: traffic?,
        guardrail: guardrail?,
        baseline: baseline?,
        allowance: allowance?,
        deadline: deadline?,
    };
    if !sound {
        return None;
    }
    // constructors name their arguments as the document does
    made(core, &options).map_err(|error| field.refuse_as(&error)).ok()
}

/// Most runs that a document may ask for: a plan is played some thirty times as often.
const MOST_RUNS: u64 = 10_000;

fn made(core: Core, options: &Options) -> Result<Goal, Error> {
    let Core { traffic, guardrail, baseline, allowance, deadline } = core;
    let goal = Goal::new(traffic, guardrail, baseline, allowance, deadline)?;
    let goal = apply(goal, options.look, Goal::with_looks)?;
    let goal = apply(goal, options.policy, Goal::with_policy)?;
    let goal = apply(goal, options.control, |goal, control| Ok(goal.with_control(control)))?;
    let goal = apply(goal, options.power, |goal, power| Ok(goal.with_power(power)))?;
    let goal = apply(goal, options.confidence, |goal, confidence| Ok(goal.with_confidence(confidence)))?;
    let goal = apply(goal, options.first, Goal::with_first)?;
    let goal = apply(goal, options.last, Goal::with_last)?;
    let goal = apply(goal, options.full, |goal, full| Ok(goal.with_full(full)))?;
    let most_stages = options.most_stages.and_then(|stages| usize::try_from(stages).ok());
    let goal = apply(goal, most_stages, Goal::with_most_stages)?;
    let goal = apply(goal, options.growth, Goal::with_growth)?;
    let goal = apply(goal, options.min_dwell, Goal::with_min_dwell)?;
    let goal = apply(goal, options.bake, |goal, bake| Ok(goal.with_bake(bake)))?;
    let runs = options.runs.and_then(|runs| u32::try_from(runs).ok()).unwrap_or(goal.runs().count());
    Ok(goal.with_runs(Runs::new(runs, options.seed.unwrap_or(1))?))
}

fn apply<T>(
    goal: Goal,
    value: Option<T>,
    with: impl FnOnce(Goal, T) -> Result<Goal, Error>,
) -> Result<Goal, Error> {
    match value {
        None => Ok(goal),
        Some(value) => with(goal, value),
    }
}

/// Whether there was a value to set.
fn set<T>(into: &mut Option<T>, value: Option<T>) -> bool {
    *into = value;
    into.is_some()
}

fn read_traffic(field: &Field<'_>) -> Option<Traffic> {
    let made = if field.is_object() {
        let mut fields = field.object()?;
        let hours = fields.required("hours").and_then(|field| {
            let items: Vec<Option<u64>> =
                field.list()?.iter().map(|item| item.integer(0..=Traffic::MOST)).collect();
            items.into_iter().collect::<Option<Vec<u64>>>()
        });
        let start = fields
            .optional("start_hour")
            .map_or(Some(0), |field| field.integer(0..=Traffic::MOST_HOURS as u64 - 1));
        fields.finish();
        Traffic::profile(hours?, usize::try_from(start?).ok()?)
    } else {
        Traffic::constant(field.integer(1..=Traffic::MOST)?)
    };
    made.map_err(|error| field.refuse_as(&error)).ok()
}

fn read_allowance(field: &Field<'_>) -> Option<Allowance> {
    let mut fields = field.object()?;
    let gate = Gate::from_fields(&mut fields);
    let remaining = fields.required("remaining").and_then(|field| field.parse());
    let spend = fields.required("spend").and_then(|field| field.parse());
    let late = fields.optional("late_spend").map(|field| field.parse::<Share>());
    fields.finish();
    let made = Allowance::new(gate?, remaining?, spend?).and_then(|allowance| match late {
        Some(Some(late)) => allowance.with_late_spend(late),
        _ => Ok(allowance),
    });
    let allowance = made.map_err(|error| field.refuse_as(&error)).ok()?;
    (late != Some(None)).then_some(allowance)
}

fn read_power(field: &Field<'_>) -> Option<Power> {
    match field.case()? {
        ("stage", Some(rest)) => rest.probability().map(Power::Stage),
        ("plan", Some(rest)) => rest.probability().map(Power::Plan),
        _ => field.refuse_case(),
    }
}
