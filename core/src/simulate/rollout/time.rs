use crate::quantity::Span;

/// Milliseconds of a minute.
pub(super) const MINUTE: u64 = 60_000;

/// Whole minutes, rounded down.
pub(super) fn minutes(span: Span) -> u64 {
    span.as_millis() / MINUTE
}
