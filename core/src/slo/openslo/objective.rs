use super::document::Notes;
use super::duration::{shorthand, span};
use crate::document::Field;
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Span};
use alloc::format;
use alloc::string::String;
use core::str::FromStr;
use serde::Serialize;

/// How a budget is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetingMethod {
    /// By events.
    Occurrences,
    /// By good and bad slices.
    Timeslices,
    /// By the mean of the slices' ratios.
    RatioTimeslices,
}

/// One objective of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenSloObjective {
    /// What people call it.
    pub display_name: Option<String>,
    /// The share that must be good, as it was written: exact.
    pub target: Objective,
    /// The width of a slice, with either method of slices. With [`slice_target`](Self::slice_target) it makes a
    /// [`Slicing`](crate::slo::Slicing), once you have chosen what an idle slice is.
    pub slice_width: Option<Span>,
    /// The share of a slice's events that must be good, by good and bad slices.
    pub slice_target: Option<Share>,
}

impl OpenSloObjective {
    pub(super) fn read(
        field: &Field<'_>,
        method: Option<BudgetingMethod>,
        notes: &mut Notes,
    ) -> Option<Self> {
        let mut fields = field.object()?;
        let display_name = fields.optional("displayName").and_then(|field| field.text()).map(String::from);
        let fraction = fields.optional("target");
        let percent = fields.optional("targetPercent");
        let target = match (fraction, percent) {
            (Some(_), Some(percent)) => {
                percent.refuse(Kind::Conflict, "must not be given with `target`");
                None
            }
            (Some(fraction), None) => {
                fraction.digits().and_then(|digits| objective(&fraction, &hundredfold(&digits)))
            }
            (None, Some(percent)) => percent.digits().and_then(|digits| objective(&percent, &digits)),
            (None, None) => {
                field.refuse(Kind::Missing, "must have a `target` or a `targetPercent`");
                None
            }
        };
        let (width, slice_target) = (fields.optional("timeSliceWindow"), fields.optional("timeSliceTarget"));
        let sliced = matches!(method, Some(BudgetingMethod::Timeslices | BudgetingMethod::RatioTimeslices));
        let binary = method == Some(BudgetingMethod::Timeslices);
        let needs = |name: &str| field.refuse(Kind::Missing, format!("must have a `{name}` with slices"));
        if sliced && width.is_none() {
            needs("timeSliceWindow");
        }
        if binary && slice_target.is_none() {
            needs("timeSliceTarget");
        }
        let slice_width =
            width.and_then(|field| used(field, sliced, notes)).and_then(|field| slice_width(&field));
        let slice_target =
            slice_target.and_then(|field| used(field, binary, notes)).and_then(|field| share(&field));
        notes.rest(fields, "has no meaning for a ratio of events, or is for composites");
        Some(Self { display_name, target: target?, slice_width, slice_target })
    }
}

/// The field, if the method has a use for it; noted otherwise.
fn used<'a>(field: Field<'a>, used: bool, notes: &mut Notes) -> Option<Field<'a>> {
    if !used {
        notes.note(&field, "has no meaning with this budgeting method");
    }
    used.then_some(field)
}

/// Minutes as a number, or a duration.
fn slice_width(field: &Field<'_>) -> Option<Span> {
    if field.is_number() {
        let minutes = field.integer(1..=u64::from(u32::MAX))?;
        return Span::from_millis(minutes * 60_000).map_err(|error| field.refuse_with(&error)).ok();
    }
    let (number, unit) = shorthand(field)?;
    let width = span(number, unit);
    if width.is_none() {
        field.refuse(Kind::Range, "must be in minutes, hours, days or weeks");
    }
    width
}

fn objective(field: &Field<'_>, percent: &str) -> Option<Objective> {
    parsed(field, &format!("{percent}%"))
}

fn share(field: &Field<'_>) -> Option<Share> {
    let share: Share = parsed(field, &format!("{}%", hundredfold(&field.digits()?)))?;
    if share == Share::ZERO {
        field.refuse(Kind::Range, "must be more than 0");
        return None;
    }
    Some(share)
}

/// A quantity of this text, refused as the number that stands in the document.
fn parsed<T: FromStr<Err = Error>>(field: &Field<'_>, text: &str) -> Option<T> {
    text.parse().map_err(|error: Error| field.refuse(error.kind(), String::from(error.rule()))).ok()
}

/// A plain decimal times a hundred, by its digits; anything else as it is, for whoever reads it next to refuse.
fn hundredfold(decimal: &str) -> String {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return decimal.into();
    }
    let moved = fraction.get(..2).unwrap_or(fraction);
    let rest = fraction.get(2..).unwrap_or_default();
    let point = if rest.is_empty() { "" } else { "." };
    format!("{whole}{moved:0<2}{point}{rest}")
}

#[cfg(test)]
mod tests {
    use super::hundredfold;

    #[test]
    fn a_fraction_becomes_a_percentage_digit_by_digit() {
        for (fraction, percent) in [
            ("0.9995", "099.95"),
            ("0.9", "090"),
            ("0.99", "099"),
            ("1", "100"),
            ("0", "000"),
            ("1e-7", "1e-7"),
            ("-0.5", "-0.5"),
        ] {
            assert_eq!(hundredfold(fraction), percent);
        }
    }
}
