use crate::document::Field;
use crate::error::{Error, Kind};
use crate::quantity::Timestamp;
use crate::slo::{Interval, Reading};
use alloc::vec::Vec;

/// What a constructor made of the fields of `field`, or its complaint, whose path is that of one of them.
pub(super) fn within<T>(field: &Field<'_>, made: Result<T, Error>) -> Option<T> {
    made.map_err(|error| field.refuse_within(&error)).ok()
}

/// Unix milliseconds, or a text.
pub(in crate::slo) fn instant(field: &Field<'_>) -> Option<Timestamp> {
    if !field.is_number() {
        return field.parse();
    }
    let millis = field.integer(0..=Timestamp::MAX.as_millis())?;
    Timestamp::from_millis(millis).map_err(|error| field.refuse_with(&error)).ok()
}

/// A list of instants.
pub(super) fn instants(field: &Field<'_>) -> Option<Vec<Timestamp>> {
    field.list()?.iter().map(instant).collect()
}

/// A number of events.
pub(super) fn count(field: &Field<'_>) -> Option<u64> {
    field.integer(0..=u64::MAX)
}

/// A list of `[from, to, good, bad]`.
pub(super) fn intervals(field: &Field<'_>) -> Option<Vec<Interval>> {
    field.list()?.iter().map(interval).collect()
}

fn interval(field: &Field<'_>) -> Option<Interval> {
    let items = field.list()?;
    let [from, to, good, bad] = items.as_slice() else {
        field.refuse(Kind::Type, "must be a list of four: from, to, good, bad");
        return None;
    };
    let (start, end, good, bad) = (instant(from)?, instant(to)?, count(good)?, count(bad)?);
    Interval::new(start, end, good, bad).map_err(|error| to.refuse_with(&error)).ok()
}

/// `window`, `watched`, `good` and `bad`.
pub(super) fn reading(field: &Field<'_>) -> Option<Reading> {
    let mut fields = field.object()?;
    let window = fields.required("window").and_then(|field| field.parse());
    let watched = fields.required("watched").and_then(|field| field.parse());
    let good = fields.required("good").and_then(|field| field.integer(0..=u64::MAX));
    let bad = fields.required("bad").and_then(|field| field.integer(0..=u64::MAX));
    fields.finish();
    within(field, Reading::of(window?, watched?, good?, bad?))
}
