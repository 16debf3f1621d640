use super::read::{instant, intervals, within};
use super::{at_risk, keyed, some};
use crate::document::Field;
use crate::quantity::Timestamp;
use crate::slo::{Account, Adjustment, Adjustments, Calendar, Exclusion, Offset, Period, Terms, Treatment};
use alloc::vec::Vec;

pub(super) fn account(field: &Field<'_>) -> Option<Account> {
    let mut fields = field.object()?;
    let now = fields.required("now").and_then(|field| instant(&field));
    let period = fields.required("period").and_then(|field| period_at(&field, now?));
    let objectives = fields.required("objectives").and_then(|field| some(&field, field.list()?));
    let exclusions = fields.optional("exclusions").map_or(Some(Vec::new()), |field| field.list());
    let adjustments =
        fields.optional("adjustments").map_or(Some(Adjustments::default()), |field| adjustments(&field));
    let at_risk = at_risk(&mut fields);
    let events = fields.required("intervals").and_then(|field| intervals(&field));
    fields.finish();
    let mut terms = terms(period?, &objectives?)?;
    for item in exclusions? {
        terms = within(&item, terms.excluding(exclusion(&item)?))?;
    }
    within(field, terms.with_at_risk(at_risk?).account(&events?, &adjustments?, now?))
}

/// A period by itself, as `period`.
pub(super) fn period(field: &Field<'_>) -> Option<Period> {
    let mut fields = field.object()?;
    let now = fields.required("now").and_then(|field| instant(&field));
    let of = fields.required("of").and_then(|field| period_at(&field, now?));
    fields.finish();
    of
}

/// `{"from", "to"}`, `{"rolling"}`, or `{"calendar", "offsets"}`.
fn period_at(field: &Field<'_>, now: Timestamp) -> Option<Period> {
    let mut fields = field.object()?;
    let period = if let Some(window) = fields.optional("rolling") {
        window.parse().and_then(|window| within(field, Period::rolling(window, now)))
    } else if let Some(unit) = fields.optional("calendar") {
        let unit = unit.choice(&[
            ("day", Calendar::Day),
            ("week", Calendar::Week),
            ("month", Calendar::Month),
            ("quarter", Calendar::Quarter),
            ("year", Calendar::Year),
        ]);
        let offsets = fields
            .optional("offsets")
            .map_or(Some(Vec::new()), |field| field.list()?.iter().map(offset).collect::<Option<Vec<_>>>());
        unit.zip(offsets).and_then(|(unit, offsets)| within(field, Period::calendar(unit, &offsets, now)))
    } else {
        let from = fields.required("from").and_then(|field| instant(&field));
        let to = fields.required("to").and_then(|field| instant(&field));
        from.zip(to).and_then(|(from, to)| within(field, Period::between(from, to)))
    };
    fields.finish();
    period
}

fn offset(field: &Field<'_>) -> Option<Offset> {
    let mut fields = field.object()?;
    let since = fields.required("since").and_then(|field| instant(&field));
    let minutes = fields.required("minutes").and_then(|field| {
        // what does not fit is out of range anyway, and refused with the others
        field.signed().map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX))
    });
    fields.finish();
    Some(Offset { since: since?, minutes: minutes? })
}

/// A list of `{"target", "since"}`; the first holds from the start of the period, and has no `since`.
fn terms(period: Period, items: &[Field<'_>]) -> Option<Terms> {
    let mut terms: Option<Terms> = None;
    for item in items {
        let mut fields = item.object()?;
        let target = fields.required("target").and_then(|field| field.parse());
        let next = match terms {
            None => Terms::new(period, target?),
            Some(terms) => {
                let since = fields.required("since").and_then(|field| instant(&field));
                within(item, terms.then(since?, target?))?
            }
        };
        fields.finish();
        terms = Some(next);
    }
    terms
}

fn exclusion(field: &Field<'_>) -> Option<Exclusion> {
    let mut fields = field.object()?;
    let from = fields.required("from").and_then(|field| instant(&field));
    let to = fields.required("to").and_then(|field| instant(&field));
    let treatment = fields.required("treatment").and_then(|field| {
        field.choice(&[
            ("drop", Treatment::Drop),
            ("count_as_good", Treatment::CountAsGood),
            ("freeze", Treatment::Freeze),
        ])
    });
    let why = fields.required("why").and_then(|field| field.name());
    fields.finish();
    let (period, treatment, why) = (within(field, Period::between(from?, to?))?, treatment?, why?);
    within(field, Exclusion::new(period, treatment, why))
}

fn adjustments(field: &Field<'_>) -> Option<Adjustments> {
    let mut ledger = Adjustments::default();
    for (id, entry) in field.entries()? {
        let mut fields = entry.object()?;
        let at = fields.required("at").and_then(|field| instant(&field));
        let bad_events = fields.required("bad_events").and_then(|field| field.signed());
        let who = fields.required("who").and_then(|field| field.name());
        let why = fields.required("why").and_then(|field| field.name());
        fields.finish();
        let adjustment = within(&entry, Adjustment::new(at?, bad_events?, who?, why?))?;
        let booked = ledger.book(id, adjustment).map_err(|error| error.at(&keyed(&field.path(), id)));
        let _ = booked.map_err(|error| field.refuse_as(&error)).ok()?;
    }
    Some(ledger)
}
