use super::Stage;
use super::ring::above_nothing;
use super::stage::MOST_STAGES;
use crate::document::Field;
use crate::error::Kind;
use crate::quantity::{Share, scaled};
use alloc::format;
use alloc::vec::Vec;

/// Reads `stages` where it is an object: a short form that stands for a list, by whole numbers alone.
pub(super) fn read(field: &Field<'_>) -> Option<Vec<Stage>> {
    match field.case()? {
        ("linear", Some(rest)) => linear(&rest),
        ("exponential", Some(rest)) => exponential(&rest),
        ("blue_green", Some(rest)) => {
            let mut fields = rest.object()?;
            let template = Stage::read_rules(&mut fields);
            fields.finish();
            Some(Vec::from([template?.at(Share::ALL)]))
        }
        _ => field.refuse_case(),
    }
}

/// `from` and `to`: above 0%, and rising.
fn ends(from: Option<Field<'_>>, to: Option<Field<'_>>) -> Option<(u32, u32)> {
    let from = from.and_then(|field| above_nothing(&field));
    let to = to.and_then(|field| {
        let share = field.parse::<Share>()?;
        if let Some(from) = from
            && share <= from
        {
            field.refuse(Kind::Conflict, format!("must exceed `from` ({from})"));
            return None;
        }
        Some(share)
    });
    Some((from?.parts_per_million(), to?.parts_per_million()))
}

/// `steps` stages at even distances, each rounded down to a part per million.
fn linear(field: &Field<'_>) -> Option<Vec<Stage>> {
    let mut fields = field.object()?;
    let (from, to) = (fields.required("from"), fields.required("to"));
    let ends = ends(from, to);
    let steps_field = fields.required("steps");
    let most = u64::try_from(MOST_STAGES).unwrap_or(u64::MAX);
    let steps = steps_field.as_ref().and_then(|field| field.integer(2..=most));
    let template = Stage::read_rules(&mut fields);
    fields.finish();
    let ((from, to), steps) = (ends?, steps?);
    let (rise, last) = (u64::from(to.saturating_sub(from)), steps.saturating_sub(1));
    if rise < last {
        let rule =
            format!("must be at most {}: two stages would have the same exposure", rise.saturating_add(1));
        steps_field?.refuse(Kind::Conflict, rule);
        return None;
    }
    let risen = |step: u64| u32::try_from(rise.saturating_mul(step).checked_div(last)?).ok();
    (0..steps).map(|step| Some(template?.at(Share::clamped(from.saturating_add(risen(step)?))))).collect()
}

/// From stage to stage `factor` times as many, rounded down to a part per million, until `to`.
fn exponential(field: &Field<'_>) -> Option<Vec<Stage>> {
    let mut fields = field.object()?;
    let (from, to) = (fields.required("from"), fields.required("to"));
    let ends = ends(from, to);
    let factor_field = fields.required("factor");
    let factor = factor_field.as_ref().and_then(factor_of);
    let template = Stage::read_rules(&mut fields);
    fields.finish();
    let ((from, to), factor, factor_field) = (ends?, factor?, factor_field?);
    let mut exposures = Vec::from([from]);
    let mut last = from;
    while last < to {
        let grown = u64::from(last).saturating_mul(factor) / 1_000;
        let next = u32::try_from(grown).unwrap_or(to).min(to);
        if next <= last {
            let rule =
                format!("must be larger: two stages would have the same exposure ({})", Share::clamped(last));
            factor_field.refuse(Kind::Conflict, rule);
            return None;
        }
        if exposures.len() == MOST_STAGES {
            factor_field.refuse(Kind::Conflict, format!("must reach `to` within {MOST_STAGES} stages"));
            return None;
        }
        exposures.push(next);
        last = next;
    }
    exposures.into_iter().map(|exposure| Some(template?.at(Share::clamped(exposure)))).collect()
}

/// A factor in thousandths: a whole number, or a text with at most three decimals.
fn factor_of(field: &Field<'_>) -> Option<u64> {
    if field.is_number() {
        return field.integer(2..=1_000_000).map(|whole| whole.saturating_mul(1_000));
    }
    let factor = scaled(field.text()?, 3).filter(|factor| (1_001..=1_000_000_000).contains(factor));
    if factor.is_none() {
        field.refuse(Kind::Range, "must be a number such as `1.5`, above 1, with at most three decimals");
    }
    factor
}
