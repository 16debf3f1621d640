use super::aws::{ALARMS, growth, properties, spread};
use super::draft::Draft;
use super::duration::minutes;
use super::kubernetes::given;
use super::report::Report;
use crate::document::Field;
use crate::error::Kind;
use crate::quantity::{Share, Span};
use alloc::format;

/// Most minutes of a deployment and of a bake.
const MOST_MINUTES: u64 = 1_440;

/// How a strategy grows.
#[derive(Clone, Copy)]
enum Growth {
    Linear,
    Exponential,
}

/// A strategy.
#[derive(Clone, Copy)]
struct Strategy {
    by: Share,
    growth: Growth,
    duration: Span,
    bake: Span,
}

const fn predefined(percent: u32, growth: Growth, minutes: u64, bake_minutes: u64) -> Strategy {
    Strategy {
        by: Share::clamped(percent.saturating_mul(10_000)),
        growth,
        duration: Span::clamped(minutes.saturating_mul(60_000)),
        bake: Span::clamped(bake_minutes.saturating_mul(60_000)),
    }
}

const PREDEFINED: [(&str, Strategy); 4] = [
    ("AppConfig.Linear20PercentEvery6Minutes", predefined(20, Growth::Linear, 30, 30)),
    ("AppConfig.Canary10Percent20Minutes", predefined(10, Growth::Exponential, 20, 10)),
    ("AppConfig.AllAtOnce", predefined(100, Growth::Linear, 0, 10)),
    ("AppConfig.Linear50PercentEvery30Seconds", predefined(50, Growth::Linear, 1, 1)),
];

const FIRST: &str = "nobody has it before the first interval is over there; here the first stage is the first interval, and the last \
                     exposure lasts as long as the others before the bake";

/// Reads a deployment strategy.
pub(super) fn read(root: &Field<'_>, report: &mut Report) -> Option<Draft> {
    if !root.is_object() {
        let strategy = root.choice(&PREDEFINED)?;
        report.approximated(root, FIRST);
        return draft(&At { whole: root, growth: root, factor: root }, strategy, report);
    }
    let (whole, mut fields) = properties(root, "DeploymentStrategy")?;
    let duration_field = fields.required("DeploymentDurationInMinutes");
    let duration = duration_field.as_ref().and_then(|field| minutes(field, 0, MOST_MINUTES));
    let bake_field = given(&mut fields, "FinalBakeTimeInMinutes");
    let bake = match &bake_field {
        None => Some(Span::ZERO),
        Some(field) => minutes(field, 0, MOST_MINUTES),
    };
    let growth_field = given(&mut fields, "GrowthType");
    let growth = match &growth_field {
        None => Some(Growth::Linear),
        Some(field) => field.choice(&[("LINEAR", Growth::Linear), ("EXPONENTIAL", Growth::Exponential)]),
    };
    let factor = fields.required("GrowthFactor");
    let by = factor.as_ref().and_then(percent);
    for field in [&bake_field, &factor, &growth_field].into_iter().flatten() {
        report.carried(field);
    }
    report.approximated(&duration_field?, FIRST);
    let factor = factor?;
    let at = At { whole: &whole, growth: growth_field.as_ref().unwrap_or(&whole), factor: &factor };
    draft(&at, Strategy { by: by?, growth: growth?, duration: duration?, bake: bake? }, report)
}

/// Where notes and refusals belong.
struct At<'f, 'a> {
    whole: &'f Field<'a>,
    growth: &'f Field<'a>,
    factor: &'f Field<'a>,
}

fn draft(at: &At<'_, '_>, strategy: Strategy, report: &mut Report) -> Option<Draft> {
    let doubling = matches!(strategy.growth, Growth::Exponential);
    let stages = growth(strategy.by, doubling);
    let mut draft = Draft { stages, bake: strategy.bake, monitored: true, ..Draft::default() };
    if !draft.fits(at.factor) {
        return None;
    }
    if doubling {
        report.supplied(
            at.growth,
            "the shares are documented and the times between them are not: they are equal here",
        );
    }
    spread(&mut draft.stages, strategy.duration);
    report.supplied(at.whole, ALARMS);
    draft.settle(at.whole, report);
    Some(draft)
}

/// A percentage from 1 to 100, by its decimal digits.
fn percent(field: &Field<'_>) -> Option<Share> {
    field.number(1.0..=100.0)?;
    let digits = field.node().shown();
    let digits = digits.strip_suffix(".0").unwrap_or(&digits);
    let share = format!("{digits}%").parse::<Share>();
    if share.is_err() {
        field.refuse(Kind::Range, "must have at most four decimals");
    }
    share.ok()
}
