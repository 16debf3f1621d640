use super::{Baseline, Detection, Estimate, Runs, Stage, Trial};
use crate::canary::{Guardrail, Policy};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::observe::Histogram;
use crate::quantity::{Probability, Share};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

impl Trial {
    /// A trial from a document:
    ///
    /// | field | holds | if absent |
    /// |---|---|---|
    /// | `guardrail` | a guardrail, as in a release | error |
    /// | `baseline` | one of the forms below | error |
    /// | `stages` | a list of `canary`, `control` (shares) and `units` | error |
    /// | `policy` | `alpha`, `beta`, `srm_alpha`, as in a release | the defaults |
    /// | `look_every` | units between looks | 1,000, or a thousandth of all |
    /// | `onset` | good units before the effect | 0 |
    ///
    /// Baselines: `{"rate": 0.005}`, `{"fractions": [{"share": "25%", "chance": 0.02}]}`, `{"count": {"rate": 0.01, "exposure": 10}}`,
    /// `{"quantiles": [{"share": "50%", "value": 80000000}, …]}`, `{"histogram": {"first": 900, "counts": […]}}`, `{"mean": {"mean": 5000, "sd": 900}}`.
    /// Values are in thousandths of the metric's unit.
    ///
    /// ```
    /// use rampgate::simulate::power::{Runs, Trial};
    ///
    /// let trial = Trial::from_json(r#"{
    ///     "guardrail": {"name": "errors"}, "baseline": {"rate": 0.02},
    ///     "stages": [{"canary": "50%", "control": "50%", "units": 20000}]
    /// }"#)?;
    /// assert!(trial.detection(2.0, Runs::new(50, 3)?)?.found > 0.9);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included; and what [`Trial::new`] and its setters refuse.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("trial", text)?;
        let problems = Problems::default();
        let parts = Field::root(&node, &problems).object().and_then(|mut fields| {
            let parts = Parts::read(&mut fields);
            fields.finish();
            parts
        });
        problems.finish(parts)?.trial()
    }
}

/// Answers a question in JSON about a trial in JSON: the fields of [`Trial::from_json`], and
///
/// | field | holds | if absent |
/// |---|---|---|
/// | `runs`, `seed` | how often the release is played, and from where | 1,000 and 1 |
/// | `ask` | one of the questions below | error |
///
/// Questions: `{"detection": {"ratio": 1.5}}`, `{"safety": {"ratio": 1}}`, `{"units_needed": {"ratio": 1.5, "power": 0.8}}`,
/// `{"units_to_safety": {"ratio": 1, "power": 0.8}}`, `{"smallest_effect": {"power": 0.8}}`. The answer is a [`Detection`] or an
/// [`Estimate`](super::Estimate) as an object.
///
/// ```
/// let answer = rampgate::simulate::power::answer(r#"{
///     "guardrail": {"name": "errors"}, "baseline": {"rate": 0.02},
///     "stages": [{"canary": "50%", "control": "50%", "units": 20000}],
///     "runs": 50, "seed": 3, "ask": {"units_needed": {"ratio": 2, "power": 0.8}}
/// }"#)?;
/// assert!(answer.starts_with(r#"{"method":{"simulated":{"runs":50,"seed":3}},"value":"#), "{answer}");
/// # Ok::<(), rampgate::Error>(())
/// ```
///
/// A question is bounded, as documents may come from anywhere: the sum over looks of 4 + the stages so far, times 10 for distributions, times 12 for
/// `smallest_effect`, times the runs, must be at most 1,200,000,000. That is an hour of a core at most, and mostly minutes, because a run ends where the verdict is
/// given. Whoever has longer than that calls [`Trial`]'s own methods.
///
/// # Errors
/// Text that is not JSON, or all that is wrong with its fields, unknown ones included; what [`Trial`] refuses; and more `runs` than the bound allows.
pub fn answer(text: &str) -> Result<String, Error> {
    let node = Node::parse("question", text)?;
    let problems = Problems::default();
    let read = read(&Field::root(&node, &problems));
    let (parts, ask, runs) = problems.finish(read)?;
    let trial = parts.trial()?;
    ask.check(&trial, runs)?;
    let answer = ask.of(&trial, runs)?;
    serde_json::to_string(&answer).map_err(|_| Error::absent("answer", Kind::Range, "must be numbers"))
}

/// What was read, before it is checked as a whole.
struct Parts {
    guardrail: Guardrail,
    baseline: Baseline,
    stages: Vec<Stage>,
    policy: Policy,
    look_every: Option<u64>,
    onset: u64,
}

impl Parts {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let guardrail = fields.required("guardrail").and_then(|field| Guardrail::read(&field));
        let baseline = fields.required("baseline").and_then(|field| read_baseline(&field));
        let stages = fields.required("stages").and_then(|field| all(&field, read_stage));
        let policy = fields.optional("policy").map_or(Some(Policy::default()), |field| Policy::read(&field));
        let look_every = fields.optional("look_every").map(|field| field.integer(1..=u64::MAX));
        let onset = fields.optional("onset").map_or(Some(0), |field| field.integer(0..=u64::MAX));
        let look_every = match look_every {
            Some(every) => Some(every?),
            None => None,
        };
        Some(Self {
            guardrail: guardrail?,
            baseline: baseline?,
            stages: stages?,
            policy: policy?,
            look_every,
            onset: onset?,
        })
    }

    fn trial(self) -> Result<Trial, Error> {
        let trial = Trial::new(self.guardrail, self.baseline, self.stages)?.with_policy(self.policy)?;
        let trial = match self.look_every {
            Some(every) => trial.with_looks(every)?,
            None => trial,
        };
        trial.with_onset(self.onset)
    }
}

#[derive(Clone, Copy)]
enum Ask {
    Detection { ratio: f64 },
    Safety { ratio: f64 },
    UnitsNeeded { ratio: f64, power: Probability },
    UnitsToSafety { ratio: f64, power: Probability },
    SmallestEffect { power: Probability },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Detection(Detection),
    Units(Estimate<u64>),
    Ratio(Estimate<f64>),
}

/// How often a search plays its stages: seldom more often to the end.
const SEARCH: u64 = 12;

impl Ask {
    fn check(self, trial: &Trial, runs: Runs) -> Result<(), Error> {
        match self {
            Self::Detection { .. } | Self::UnitsNeeded { .. } => trial.check_steps(0, 1, runs),
            Self::Safety { .. } | Self::UnitsToSafety { .. } => {
                trial.check_steps(trial.last_stage(), 1, runs)
            }
            Self::SmallestEffect { .. } => trial.check_steps(0, SEARCH, runs),
        }
    }

    fn of(self, trial: &Trial, runs: Runs) -> Result<Answer, Error> {
        Ok(match self {
            Self::Detection { ratio } => Answer::Detection(trial.detection(ratio, runs)?),
            Self::Safety { ratio } => Answer::Detection(trial.safety(ratio, runs)?),
            Self::UnitsNeeded { ratio, power } => Answer::Units(trial.units_needed(ratio, power, runs)?),
            Self::UnitsToSafety { ratio, power } => Answer::Units(trial.units_to_safety(ratio, power, runs)?),
            Self::SmallestEffect { power } => Answer::Ratio(trial.smallest_effect(power, runs)?),
        })
    }
}

fn read(field: &Field<'_>) -> Option<(Parts, Ask, Runs)> {
    let mut fields = field.object()?;
    let parts = Parts::read(&mut fields);
    let runs = fields.optional("runs").map_or(Some(1_000), |field| field.integer(1..=Runs::MOST.into()));
    let seed = fields.optional("seed").map_or(Some(1), |field| field.integer(0..=u64::MAX));
    let ask = fields.required("ask").and_then(|field| read_ask(&field));
    fields.finish();
    let runs = Runs::new(u32::try_from(runs?).ok()?, seed?).ok()?;
    Some((parts?, ask?, runs))
}

fn read_stage(field: &Field<'_>) -> Option<Stage> {
    let mut fields = field.object()?;
    let canary = fields.required("canary").and_then(|field| field.parse());
    let control = fields.required("control").and_then(|field| field.parse());
    let units = fields.required("units").and_then(|field| field.integer(1..=u64::MAX));
    fields.finish();
    Some(Stage { canary: canary?, control: control?, units: units? })
}

fn read_ask(field: &Field<'_>) -> Option<Ask> {
    let (word, rest) = field.case()?;
    let Some(rest) = rest else { return field.refuse_case() };
    let mut fields = rest.object()?;
    let mut ratio = || fields.required("ratio").and_then(|field| field.number(0.001..=1000.0));
    let ask = match word {
        "detection" => ratio().map(|ratio| Ask::Detection { ratio }),
        "safety" => ratio().map(|ratio| Ask::Safety { ratio }),
        "units_needed" | "units_to_safety" => {
            let ratio = ratio();
            let power = fields.required("power").and_then(|field| field.probability());
            ratio.zip(power).map(|(ratio, power)| match word {
                "units_needed" => Ask::UnitsNeeded { ratio, power },
                _ => Ask::UnitsToSafety { ratio, power },
            })
        }
        "smallest_effect" => {
            let power = fields.required("power").and_then(|field| field.probability());
            power.map(|power| Ask::SmallestEffect { power })
        }
        _ => return field.refuse_case(),
    };
    fields.finish();
    ask
}

pub(in crate::simulate) fn read_baseline(field: &Field<'_>) -> Option<Baseline> {
    let (word, rest) = field.case()?;
    let Some(rest) = rest else { return field.refuse_case() };
    let made = match word {
        "rate" => return rest.probability().map(Baseline::rate),
        "fractions" => Baseline::fractions(&all(&rest, |field| {
            read_pair(field, "chance", |field| field.number(0.0..=1.0))
        })?),
        "quantiles" => Baseline::quantiles(&all(&rest, |field| {
            read_pair(field, "value", |field| field.integer(1..=u64::MAX))
        })?),
        "count" => {
            let mut fields = rest.object()?;
            let rate = fields.required("rate").and_then(|field| field.number(0.0..=f64::MAX));
            let exposure = fields.required("exposure").and_then(|field| field.integer(1..=1_000_000));
            fields.finish();
            Baseline::count(rate?, exposure?)
        }
        "mean" => {
            let mut fields = rest.object()?;
            let mean = fields.required("mean").and_then(|field| field.number(0.0..=f64::MAX));
            let sd = fields.required("sd").and_then(|field| field.number(0.0..=f64::MAX));
            fields.finish();
            Baseline::mean(mean?, sd?)
        }
        "histogram" => {
            let mut fields = rest.object()?;
            let first = fields.required("first").and_then(|field| field.integer(0..=u64::from(u16::MAX)));
            let counts =
                fields.required("counts").and_then(|field| all(&field, |field| field.integer(0..=u64::MAX)));
            fields.finish();
            Histogram::from_counts(usize::try_from(first?).ok()?, &counts?)
                .and_then(|histogram| Baseline::histogram(&histogram))
        }
        _ => return field.refuse_case(),
    };
    // a constructor names the argument; the document's path is what the reader has
    made.map_err(|error| {
        rest.refuse(error.kind(), alloc::format!("has a `{}` that {}", error.path(), error.rule()))
    })
    .ok()
}

fn read_pair<T>(
    field: &Field<'_>,
    name: &'static str,
    of: impl FnOnce(&Field<'_>) -> Option<T>,
) -> Option<(Share, T)> {
    let mut fields = field.object()?;
    let share = fields.required("share").and_then(|field| field.parse());
    let value = fields.required(name).and_then(|field| of(&field));
    fields.finish();
    Some((share?, value?))
}

/// All items of a list, each read, so that the problems of all are noted.
fn all<T>(field: &Field<'_>, read: impl Fn(&Field<'_>) -> Option<T>) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = field.list()?.iter().map(read).collect();
    items.into_iter().collect()
}
