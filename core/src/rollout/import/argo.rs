use super::draft::Draft;
use super::kubernetes::{drop_known, given, resource};
use super::report::Report;
use super::{argo_steps, blue_green};
use crate::document::Field;
use crate::error::Kind;

/// Fields of a Rollout whose loss has more to say than that a plan has no such thing.
const BESIDE: [(&str, &str); 5] = [
    (
        "progressDeadlineSeconds",
        "is about pods that do not become ready, which the host sees; the nearest thing here is the `deadline` of a stage",
    ),
    (
        "progressDeadlineAbort",
        "is about pods that do not become ready: the host aborts the release then; the nearest thing here is the `deadline` of a \
         stage",
    ),
    ("paused", "is a state and no part of a plan: pause the release"),
    ("rollbackWindow", "a way past the stages for a recent version is not in a plan"),
    ("minReadySeconds", "is about pods, which the host sees"),
];

/// Reads a Rollout.
pub(super) fn read(root: &Field<'_>, report: &mut Report) -> Option<Draft> {
    let rollout = resource(root, report, "argoproj.io/v1alpha1", "Rollout")?;
    let mut spec = rollout.spec.object()?;
    drop_known(&mut spec, report, &BESIDE);
    let strategy_field = spec.required("strategy")?;
    let mut strategy = strategy_field.object()?;
    let draft = match (given(&mut strategy, "canary"), given(&mut strategy, "blueGreen")) {
        (Some(canary), None) => argo_steps::read(&canary, report)?,
        (None, Some(blue_green)) => blue_green::read(&blue_green, report)?,
        (Some(_), Some(other)) => {
            other.refuse(Kind::Conflict, "must not be given with `canary`");
            return None;
        }
        (None, None) => {
            strategy_field.refuse(Kind::Missing, "must have `canary` or `blueGreen`");
            return None;
        }
    };
    Some(Draft { name: rollout.name, ..draft })
}
