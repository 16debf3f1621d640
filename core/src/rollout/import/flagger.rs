use super::draft::{Draft, DraftStage};
use super::duration::go_duration;
use super::flagger_checks::Checks;
use super::kubernetes::{drop_known, given, resource};
use super::report::Report;
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::{Share, Span};
use alloc::format;
use alloc::vec::Vec;

/// What Flagger takes for an interval that is not given, and the shortest it takes.
const INTERVAL_MILLIS: u64 = 60_000;
const LEAST_INTERVAL_MILLIS: u64 = 10_000;

/// What Flagger takes for `iterations` where the provider shifts no traffic.
const ITERATIONS: u64 = 10;

const BESIDE: [(&str, &str); 2] = [
    (
        "progressDeadlineSeconds",
        "is about pods that do not become ready: the host aborts the release then; the nearest thing here is the `deadline` of a stage",
    ),
    ("suspend", "is a state and no part of a plan: pause the release"),
];

const OF_ANALYSIS: [(&str, &str); 6] = [
    (
        "threshold",
        "failed checks are not counted here: harm rolls back as soon as the evidence proves it, and nothing advances without `safe`",
    ),
    ("alerts", "notices are the host's: it has every decision"),
    ("mirror", "copies of requests expose nobody, and are the host's"),
    ("mirrorWeight", "copies of requests expose nobody, and are the host's"),
    (
        "stepWeightPromotion",
        "after the promotion both sides run the new version, so nobody's exposure changes on the way back",
    ),
    ("sessionAffinity", "a unit that is exposed stays exposed here anyway"),
];

/// Reads a Canary.
pub(super) fn read(root: &Field<'_>, report: &mut Report) -> Option<Draft> {
    let canary = resource(root, report, "flagger.app/v1beta1", "Canary")?;
    let mut spec = canary.spec.object()?;
    drop_known(&mut spec, report, &BESIDE);
    if let Some(skip) = given(&mut spec, "skipAnalysis") {
        if skip.bool()? {
            report.dropped(&skip, "skips every gate at once; the analysis is carried as it stands, and who wants to skip it promotes");
        } else {
            report.carried(&skip);
        }
    }
    let analysis = match (given(&mut spec, "analysis"), given(&mut spec, "canaryAnalysis")) {
        (Some(analysis), None) | (None, Some(analysis)) => analysis,
        (Some(_), Some(older)) => {
            older.refuse(Kind::Conflict, "must not be given with `analysis`");
            return None;
        }
        (None, None) => {
            canary.spec.refuse(
                Kind::Missing,
                "must have an `analysis`: without one Flagger goes to 100% at once, unseen",
            );
            return None;
        }
    };
    let provider = given(&mut spec, "provider").filter(|field| field.text() == Some("kubernetes"));
    let draft = read_analysis(&analysis, provider.as_ref(), report)?;
    Some(Draft { name: canary.name, ..draft })
}

fn read_analysis(analysis: &Field<'_>, unshifting: Option<&Field<'_>>, report: &mut Report) -> Option<Draft> {
    let mut fields = analysis.object()?;
    drop_known(&mut fields, report, &OF_ANALYSIS);
    let interval = interval(&mut fields, analysis, report);
    let checks = Checks::read(&mut fields, report);
    let iterations = match given(&mut fields, "iterations") {
        None => None,
        Some(field) => Some((field.clone(), field.integer(0..=u64::from(u32::MAX))?)),
    };
    let iterations = match (iterations, unshifting) {
        (Some((field, count)), _) if count > 0 => {
            report.carried(&field);
            Some((field, count))
        }
        (given, Some(provider)) => {
            if let Some((field, _)) = given {
                report.dropped(&field, format!("Flagger takes {ITERATIONS} instead"));
            }
            report.supplied(
                provider,
                format!("shifts no traffic by weights, so Flagger takes `iterations` of {ITERATIONS}"),
            );
            Some((provider.clone(), ITERATIONS))
        }
        (given, None) => {
            if let Some((field, _)) = given {
                report.carried(&field);
            }
            None
        }
    };
    let (stages, at) = match iterations {
        Some((field, count)) => {
            (iterated(&mut fields, &field, count, interval?, unshifting.is_some(), report)?, field)
        }
        None => weighted(&mut fields, analysis, interval?, report)?,
    };
    let checks = checks?;
    let mut draft = Draft { stages, monitored: checks.any, ..Draft::default() };
    if !draft.fits(&at) {
        return None;
    }
    if checks.before_increases {
        draft.stages.iter_mut().for_each(|stage| stage.approval = true);
    }
    if checks.before_promotion
        && let Some(last) = draft.stages.last_mut()
    {
        last.approval = true;
    }
    draft.promote(analysis, report);
    draft.settle(analysis, report);
    draft.fits(&at).then_some(draft)
}

fn interval(fields: &mut Fields<'_>, analysis: &Field<'_>, report: &mut Report) -> Option<Span> {
    let Some(field) = given(fields, "interval") else {
        let span = Span::clamped(INTERVAL_MILLIS);
        report.supplied(analysis, format!("names no `interval`, so Flagger takes {span}"));
        return Some(span);
    };
    let (span, least) = (go_duration(&field)?, Span::clamped(LEAST_INTERVAL_MILLIS));
    if span < least {
        report.approximated(&field, format!("Flagger takes {} instead", least));
        return Some(least);
    }
    report.carried(&field);
    Some(span)
}

/// One stage for everybody, as long as the iterations take.
fn iterated(
    fields: &mut Fields<'_>,
    field: &Field<'_>,
    count: u64,
    interval: Span,
    unshifting: bool,
    report: &mut Report,
) -> Option<Vec<DraftStage>> {
    drop_known(
        fields,
        report,
        &[
            ("maxWeight", "has no effect in Flagger beside `iterations`"),
            ("stepWeight", "has no effect in Flagger beside `iterations`"),
            ("stepWeights", "has no effect in Flagger beside `iterations`"),
        ],
    );
    match given(fields, "match") {
        Some(conditions) if !unshifting && !conditions.list()?.is_empty() => report.approximated(
            &conditions,
            "whom the release is for is said by the flag's conditions, and exposure is a share of those; everybody else gets the new \
             version when you change the conditions, not when this plan is complete",
        ),
        rest => {
            if let Some(conditions) = rest {
                report.dropped(&conditions, "has no effect in Flagger here");
            }
            let why = "Flagger tests before anybody is exposed, and then exposes everybody; that time is spent at 100% here, so have stages of \
                       smaller exposures before it";
            report.approximated(field, why);
        }
    }
    let millis = interval.as_millis().checked_mul(count).and_then(|millis| Span::from_millis(millis).ok());
    let Some(dwell) = millis else {
        field.refuse(Kind::Range, "must come to at most 100 years");
        return None;
    };
    Some(Vec::from([DraftStage { dwell, ..DraftStage::new(Share::ALL) }]))
}

/// Stages of weights, an interval each, and the field that says how many.
fn weighted<'a>(
    fields: &mut Fields<'a>,
    analysis: &Field<'a>,
    interval: Span,
    report: &mut Report,
) -> Option<(Vec<DraftStage>, Field<'a>)> {
    drop_known(fields, report, &[("match", "has no effect in Flagger without `iterations`")]);
    let step = match given(fields, "stepWeight") {
        None => None,
        Some(field) => Some((percent(&field, 0)?, field)).filter(|(by, _)| *by > 0),
    };
    let (weights, at) = match (step, given(fields, "stepWeights")) {
        (Some((_, step)), Some(_)) => {
            step.refuse(Kind::Conflict, "must not be given with `stepWeights`");
            return None;
        }
        (Some((by, step)), None) => (by_step(fields, by, &step, report)?, step),
        (None, Some(list)) => {
            drop_known(fields, report, &[("maxWeight", "has no effect in Flagger beside `stepWeights`")]);
            (listed(&list, report)?, list)
        }
        (None, None) => {
            analysis.refuse(
                Kind::Missing,
                "must have `stepWeight`, `stepWeights` or `iterations`, or nothing ever rises",
            );
            return None;
        }
    };
    let stage = |weight: u32| DraftStage {
        dwell: interval,
        ..DraftStage::new(Share::clamped(weight.saturating_mul(10_000)))
    };
    Some((weights.into_iter().map(stage).collect(), at))
}

/// Weights that rise by the step for as long as they are below the greatest.
fn by_step(fields: &mut Fields<'_>, by: u32, step: &Field<'_>, report: &mut Report) -> Option<Vec<u32>> {
    report.carried(step);
    let greatest = given(fields, "maxWeight");
    let most = match &greatest {
        None => 100,
        Some(field) => match percent(field, 0)? {
            0 => 100,
            most => most,
        },
    };
    let (mut weights, mut weight) = (Vec::new(), 0_u32);
    while weight < most {
        weight = weight.saturating_add(by).min(100);
        weights.push(weight);
    }
    if let Some(field) = greatest {
        if weight == most {
            report.carried(&field);
        } else {
            report.approximated(
                &field,
                format!("the last step of Flagger goes beyond it, to {weight}%, and so does the last stage"),
            );
        }
    }
    Some(weights)
}

fn listed(list: &Field<'_>, report: &mut Report) -> Option<Vec<u32>> {
    let items = list.list()?;
    if items.is_empty() {
        list.refuse(Kind::Missing, "must hold a weight");
        return None;
    }
    let (mut weights, mut floor, mut sound) = (Vec::new(), 0, true);
    for item in &items {
        let Some(weight) = percent(item, 1) else {
            sound = false;
            continue;
        };
        if weight <= floor {
            item.refuse(Kind::Conflict, format!("must exceed the weight before ({floor})"));
            sound = false;
        }
        floor = floor.max(weight);
        weights.push(weight);
        report.carried(item);
    }
    sound.then_some(weights)
}

fn percent(field: &Field<'_>, least: u64) -> Option<u32> {
    field.integer(least..=100).and_then(|weight| u32::try_from(weight).ok())
}
