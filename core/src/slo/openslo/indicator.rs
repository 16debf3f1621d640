use super::document::Notes;
use crate::document::Field;
use crate::error::Kind;
use alloc::string::String;
use serde::Serialize;

/// Which events a ratio counts beside all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Numerator {
    /// Good ones.
    Good,
    /// Bad ones.
    Bad,
}

/// Where the host finds a metric: names, that mean something to it alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MetricSource {
    /// The data source that is referred to.
    pub reference: Option<String>,
    /// The type of the source, such as `Prometheus`.
    pub kind: Option<String>,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// An indicator that no document given here defines: its name.
    Named(String),
    /// Good or bad events, of all.
    Ratio {
        /// The indicator's own name, if it has one.
        name: Option<String>,
        /// Whether the metrics are running totals, which [`Scraper`](crate::slo::Scraper) turns into events. None if nothing is said.
        counter: Option<bool>,
        /// Which events the numerator counts.
        numerator: Numerator,
        /// Where the host finds them.
        numerator_source: MetricSource,
        /// Where it finds all events.
        total_source: MetricSource,
    },
}

impl Indicator {
    /// A whole indicator, inline or a document of its own: `metadata` and `spec`. None where it cannot be honoured, which is noted.
    pub(super) fn read(field: &Field<'_>, notes: &mut Notes) -> Option<Self> {
        let mut fields = field.object()?;
        for known in ["apiVersion", "kind"] {
            let _ = fields.optional(known); // checked where documents are told apart
        }
        let name = fields.optional("metadata").and_then(|metadata| {
            let mut fields = metadata.object()?;
            let name = fields.optional("name").and_then(|field| field.name());
            notes.rest(fields, "is for people");
            name
        });
        let spec = fields.required("spec").and_then(|field| field.object());
        notes.rest(fields, "is not part of an indicator");
        let mut spec = spec?;
        let ratio = spec.optional("ratioMetric");
        let threshold = spec.optional("thresholdMetric");
        notes.rest(spec, "is for people");
        match (ratio, threshold) {
            (Some(ratio), None) => Self::ratio(name.map(String::from), &ratio, notes),
            (None, Some(threshold)) => {
                notes.note(
                    &threshold,
                    "a threshold on a metric is compared by the host: count events that pass it",
                );
                None
            }
            (Some(_), Some(threshold)) => {
                threshold.refuse(Kind::Conflict, "must not be given with `ratioMetric`");
                None
            }
            (None, None) => {
                field.refuse(Kind::Missing, "must have a `ratioMetric` or a `thresholdMetric`");
                None
            }
        }
    }

    fn ratio(name: Option<String>, field: &Field<'_>, notes: &mut Notes) -> Option<Self> {
        let mut fields = field.object()?;
        let counter = fields.optional("counter").and_then(|field| field.bool());
        let (good, bad) = (fields.optional("good"), fields.optional("bad"));
        let (total, raw) = (fields.optional("total"), fields.optional("raw"));
        let raw_type = fields.optional("rawType");
        notes.rest(fields, "is not part of a ratio");
        if let Some(raw) = raw {
            if let Some(other) = good.or(bad).or(total) {
                other.refuse(Kind::Conflict, "must not be given with `raw`");
            } else if raw_type.is_none() {
                field.refuse(Kind::Missing, "must have a `rawType` with `raw`");
            }
            notes.note(&raw, "a ratio that was worked out before has no counts, so it can neither be added up nor budgeted");
            return None;
        }
        if let Some(raw_type) = raw_type {
            raw_type.refuse(Kind::Conflict, "must not be given without `raw`");
        }
        let (numerator, part) = match (good, bad) {
            (Some(good), None) => (Numerator::Good, good),
            (None, Some(bad)) => (Numerator::Bad, bad),
            (Some(_), Some(bad)) => {
                bad.refuse(Kind::Conflict, "must not be given with `good`");
                return None;
            }
            (None, None) => {
                field.refuse(Kind::Missing, "must have `good` or `bad`");
                return None;
            }
        };
        let Some(total) = total else {
            field.refuse(Kind::Missing, "must have a `total`");
            return None;
        };
        let (numerator_source, total_source) =
            (MetricSource::read(&part, notes)?, MetricSource::read(&total, notes)?);
        Some(Self::Ratio { name, counter, numerator, numerator_source, total_source })
    }
}

impl MetricSource {
    fn read(field: &Field<'_>, notes: &mut Notes) -> Option<Self> {
        let mut fields = field.object()?;
        let source = fields.required("metricSource").and_then(|field| field.object());
        notes.rest(fields, "is not part of a metric");
        let mut source = source?;
        let text = |field: Option<Field<'_>>| field.and_then(|field| field.name()).map(String::from);
        let reference = text(source.optional("metricSourceRef"));
        let kind = text(source.optional("type"));
        notes.rest(source, "is for the host, which runs the query");
        Some(Self { reference, kind })
    }
}
