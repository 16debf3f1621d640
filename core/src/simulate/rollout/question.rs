use super::document::all;
use super::{
    Argo, Calibrated, Controller, Flagger, Kayenta, Part, Progress, Run, Scenario, Simulation, Summary,
    Weights,
};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Probability, Span, Timestamp};
use crate::release::Spec;
use crate::simulate::Runs;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// Answers a question in JSON: what becomes of releases of a spec in a scenario, under one controller or several.
///
/// | field | holds | if absent |
/// |---|---|---|
/// | `spec` | the release document | error |
/// | `scenario` | a scenario, see [`Scenario::from_json`] | error |
/// | `controllers` | a list of those below | `["rampgate"]` |
/// | `runs`, `seed` | how often each is played, and from where | 1,000 and 1 |
/// | `start` | when releases begin | the plan's `start`, or `2026-01-05T00:00:00Z` |
/// | `calibrate` | a chance: each controller is first set so that it rolls so many healthy releases back | as they are given |
/// | `each_run` | whether each run is told of | false |
///
/// Controllers: `"rampgate"` or `{"rampgate": {"alpha": 0.01}}`; `{"argo": {"limit": 0.02, "interval": "5m", "window": "5m", "failures": 0, "errors": 4,
/// "relative": false}}`; `{"flagger": {"limit": 0.02, "interval": "1m", "window": "1m", "threshold": 5, "relative": false, "weights": "plan"}}` (or `linear`);
/// `{"kayenta": {"allowed": 1, "interval": "1h", "step": "1m", "lookback": "2h"}}` (all points if absent); `"schedule"`. All but `limit` may be left out.
///
/// The answer has `scenario_harmful` (whether something is wrong with the canary) and `controllers`: of each its [`Summary`], what calibration came to, and its [`Run`]s where
/// they were asked for.
///
/// ```
/// let answer = rampgate::simulate::rollout::answer(r#"{
///     "spec": {
///         "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
///         "stages": [{"exposure": "20%", "min_dwell": "1h"}], "guardrails": [{"name": "errors"}]
///     },
///     "scenario": {"traffic": {"units_per_minute": 500}, "background": {"rate": 0.01}, "faults": [{"crash": {"share": "90%"}}]},
///     "controllers": ["rampgate", "schedule"], "runs": 10
/// }"#)?;
/// assert!(answer.contains(r#""settings":"no checks""#), "{answer}");
/// # Ok::<(), rampgate::Error>(())
/// ```
///
/// # Errors
/// Text that is not JSON, or all that is wrong with its fields, unknown ones included; and what [`Simulation::new`] refuses.
pub fn answer(text: &str) -> Result<String, Error> {
    answer_with(text, &|_| {})
}

/// The same, telling after every run how many are done of the present controller, calibration included.
///
/// # Errors
/// As for [`answer`].
pub fn answer_with(text: &str, progress: Progress<'_>) -> Result<String, Error> {
    let node = Node::parse("question", text)?;
    let problems = Problems::default();
    let question = Question::read(&Field::root(&node, &problems));
    let question = problems.finish(question)?;
    let answer = question.answer(progress)?;
    serde_json::to_string(&answer).map_err(|_| Error::absent("answer", Kind::Range, "must be numbers"))
}

/// What was read, each part sound.
struct Question {
    spec: Spec,
    scenario: Scenario,
    controllers: Vec<Controller>,
    runs: Runs,
    start: Option<Timestamp>,
    calibrate: Option<Probability>,
    each_run: bool,
}

#[derive(Serialize)]
struct Answer {
    scenario_harmful: bool,
    controllers: Vec<Led>,
}

/// What one controller made of it.
#[derive(Serialize)]
struct Led {
    #[serde(flatten)]
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    calibrated: Option<Reached>,
    #[serde(skip_serializing_if = "Option::is_none")]
    each_run: Option<Vec<Run>>,
}

#[derive(Serialize)]
struct Reached {
    /// Alpha, the limit, or the allowed increase.
    setting: Option<f64>,
    false_rollbacks: Part,
    reached: bool,
}

impl Question {
    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let spec = fields.required("spec").and_then(|field| {
            Spec::from_node(field.node()).map_err(|error| field.refuse_within(&error)).ok()
        });
        let scenario = fields.required("scenario").and_then(|field| Scenario::read(&field));
        let controllers = fields.optional("controllers").map_or_else(
            || Some(Vec::from([Controller::Rampgate(None)])),
            |field| all(&field, read_controller),
        );
        let runs = fields.optional("runs").map_or(Some(1_000), |field| field.integer(1..=Runs::MOST.into()));
        let seed = fields.optional("seed").map_or(Some(1), |field| field.integer(0..=u64::MAX));
        let start = fields.optional("start").map_or(Some(None), |field| field.parse().map(Some));
        let calibrate =
            fields.optional("calibrate").map_or(Some(None), |field| field.probability().map(Some));
        let each_run = fields.optional("each_run").map_or(Some(false), |field| field.bool());
        fields.finish();
        Some(Self {
            spec: spec?,
            scenario: scenario?,
            controllers: controllers?,
            runs: Runs::new(u32::try_from(runs?).ok()?, seed?).ok()?,
            start: start?,
            calibrate: calibrate?,
            each_run: each_run?,
        })
    }

    fn answer(self, progress: Progress<'_>) -> Result<Answer, Error> {
        let mut simulation = Simulation::new(self.spec, self.scenario, self.runs)?;
        if let Some(start) = self.start {
            simulation = simulation.starting(start);
        }
        let led = |controller: &Controller| {
            let (controller, calibrated) = match self.calibrate {
                None => (controller.clone(), None),
                Some(rate) => {
                    let Calibrated { controller, false_rollbacks, reached } =
                        simulation.calibrate(controller, rate, progress)?;
                    let setting = controller.setting();
                    (controller, Some(Reached { setting, false_rollbacks, reached }))
                }
            };
            let outcomes = simulation.run_with(&controller, progress)?;
            let each_run = self.each_run.then(|| outcomes.runs().to_vec());
            Ok(Led { summary: outcomes.summary(), calibrated, each_run })
        };
        let controllers: Result<Vec<Led>, Error> = self.controllers.iter().map(led).collect();
        Ok(Answer { scenario_harmful: simulation.scenario().is_harmful(), controllers: controllers? })
    }
}

fn read_controller(field: &Field<'_>) -> Option<Controller> {
    let (word, rest) = field.case()?;
    let Some(rest) = rest else {
        return match word {
            "rampgate" => Some(Controller::Rampgate(None)),
            "schedule" => Some(Controller::Schedule),
            _ => field.refuse_case(),
        };
    };
    let mut fields = rest.object()?;
    let made = match word {
        "rampgate" => {
            let alpha = fields.optional("alpha").map_or(Some(None), |field| field.probability().map(Some));
            alpha.map(|alpha| Ok(Controller::Rampgate(alpha)))
        }
        "argo" => read_argo(&mut fields).map(|made| made.map(Controller::Argo)),
        "flagger" => read_flagger(&mut fields).map(|made| made.map(Controller::Flagger)),
        "kayenta" => read_kayenta(&mut fields).map(|made| made.map(Controller::Kayenta)),
        _ => return field.refuse_case(),
    };
    fields.finish();
    made?.map_err(|error| rest.refuse_within(&error)).ok()
}

/// `interval` and the time that goes with it.
fn read_times(fields: &mut Fields<'_>, other: &'static str, default: [u64; 2]) -> Option<[Span; 2]> {
    let [interval, second] = default.map(|minutes| Span::clamped(60_000 * minutes));
    let interval = fields.optional("interval").map_or(Some(interval), |field| field.parse());
    let second = fields.optional(other).map_or(Some(second), |field| field.parse());
    Some([interval?, second?])
}

fn read_limit(fields: &mut Fields<'_>) -> Option<f64> {
    fields.required("limit").and_then(|field| field.number(0.0..=1_000.0))
}

fn read_count(fields: &mut Fields<'_>, name: &'static str, default: u32) -> Option<u32> {
    fields.optional(name).map_or(Some(default), |field| field.u32())
}

fn read_argo(fields: &mut Fields<'_>) -> Option<Result<Argo, Error>> {
    let limit = read_limit(fields);
    let times = read_times(fields, "window", [5, 5]);
    let (failures, errors) = (read_count(fields, "failures", 0), read_count(fields, "errors", 4));
    let relative = fields.optional("relative").map_or(Some(false), |field| field.bool());
    let (limit, [interval, window], failures, errors, relative) =
        (limit?, times?, failures?, errors?, relative?);
    let made = Argo::new(limit).and_then(|argo| argo.every(interval, window));
    Some(
        made.map(|argo| argo.failing(failures).erring(errors))
            .map(|argo| if relative { argo.relative() } else { argo }),
    )
}

fn read_flagger(fields: &mut Fields<'_>) -> Option<Result<Flagger, Error>> {
    let limit = read_limit(fields);
    let times = read_times(fields, "window", [1, 1]);
    let threshold = read_count(fields, "threshold", 5);
    let relative = fields.optional("relative").map_or(Some(false), |field| field.bool());
    let weights = fields.optional("weights").map_or(Some(Weights::Plan), |field| {
        field.choice(&[("plan", Weights::Plan), ("linear", Weights::Linear)])
    });
    let (limit, [interval, window], threshold) = (limit?, times?, threshold?);
    let (relative, weights) = (relative?, weights?);
    let made = Flagger::new(limit)
        .and_then(|flagger| flagger.every(interval, window))
        .and_then(|flagger| flagger.failing(threshold));
    Some(made.map(|flagger| flagger.rising(weights)).map(
        |flagger| {
            if relative { flagger.relative() } else { flagger }
        },
    ))
}

fn read_kayenta(fields: &mut Fields<'_>) -> Option<Result<Kayenta, Error>> {
    let allowed = fields.optional("allowed").map_or(Some(1.0), |field| field.number(1.0..=1e6));
    let times = read_times(fields, "step", [60, 1]);
    let lookback = fields.optional("lookback").map_or(Some(None), |field| field.parse().map(Some));
    let (allowed, [interval, step], lookback) = (allowed?, times?, lookback?);
    let made = Kayenta::new(allowed).and_then(|kayenta| kayenta.every(interval, step));
    Some(made.and_then(|kayenta| match lookback {
        None => Ok(kayenta),
        Some(lookback) => kayenta.over(lookback),
    }))
}
