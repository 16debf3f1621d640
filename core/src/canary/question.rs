use super::{Epoch, Guardrail, Judge, Look, Policy, Reference, Report};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problem, Problems};
use crate::observe::{Counts, Events, Fractions, Histogram, Measure, Moments, Series, Tally};
use crate::quantity::{Share, Span, Timestamp};
use alloc::format;
use alloc::vec::Vec;

/// Judging without a release: for whoever keeps counts of their own.
impl Judge {
    /// A judge from a document of `guardrails`, as a release's spec has them, and optionally a `policy`.
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("judge", text)?;
        let problems = Problems::default();
        let judge = Field::root(&node, &problems).object().and_then(|mut fields| {
            let policy = fields
                .optional("policy")
                .map_or_else(|| Some(Policy::default()), |field| Policy::read(&field));
            let field = fields.required("guardrails");
            fields.finish();
            let field = field?;
            let (guardrails, complete) = Guardrail::read_list(&field, &problems)?;
            Self::new(policy.filter(|_| complete)?, guardrails).map_err(|error| field.refuse_as(&error)).ok()
        });
        problems.finish(judge)
    }

    /// What the judge says of a look that is given as a document:
    ///
    /// | field | meaning | default |
    /// |---|---|---|
    /// | `stage` | the stage judged, from 0 | required |
    /// | `stages` | how many the plan has | required |
    /// | `segments` | into how many segments the plan cuts each stage, from 1 | none: the test for harm begins with stages alone |
    /// | `at`, `stale_after` | when the look is taken, and how old the newest outcome may be | nothing is stale |
    /// | `epochs` | `stage`, `segment` (0), `canary_share`, `control_share`, `canary`, `control`, `references` | required |
    ///
    /// An arm is `units`, optionally `newest`, and `metrics`: by guardrail, what its measure keeps. A rate `{"units", "failures"}`; a fraction the list of 17
    /// counts by sixteenths; a count `{"units", "events", "exposure"}`; a distribution `{"first", "counts"}`; a mean `{"units"}` and the sums as texts, `value`,
    /// `companion`, `value_squared`, `companion_squared`, `product`. A guardrail that is not named observed nothing. `references` are histograms by guardrail, of what was
    /// seen before the epoch began.
    ///
    /// ```
    /// use rampgate::canary::{Judge, Verdict};
    ///
    /// let judge = Judge::from_json(r#"{"guardrails": [{"name": "errors"}]}"#)?;
    /// let report = judge.judge_json(r#"{"stage": 0, "stages": 1, "epochs": [{
    ///     "stage": 0, "canary_share": "5%", "control_share": "95%",
    ///     "canary": {"units": 500, "metrics": {"errors": {"units": 500, "failures": 25}}},
    ///     "control": {"units": 9500, "metrics": {"errors": {"units": 9500, "failures": 95}}}
    /// }]}"#)?;
    /// assert_eq!(report.finding.verdict, Verdict::Harm);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn judge_json(&self, text: &str) -> Result<Report, Error> {
        let node = Node::parse("look", text)?;
        let problems = Problems::default();
        let question = Field::root(&node, &problems)
            .object()
            .and_then(|fields| Question::read(fields, self.guardrails(), &problems));
        let Question { epochs, stage, stages, segments, at, stale_after } = problems.finish(question)?;
        let epochs: Vec<Epoch<'_>> = epochs.iter().map(Seen::epoch).collect();
        Ok(self.judge(&Look { epochs: &epochs, stage, stages, segments: &segments, at, stale_after }))
    }
}

struct Question {
    epochs: Vec<Seen>,
    stage: u32,
    stages: u32,
    segments: Vec<u32>,
    at: Timestamp,
    stale_after: Span,
}

/// An epoch that owns what it holds.
struct Seen {
    stage: u32,
    segment: u32,
    canary_share: Share,
    control_share: Share,
    canary: Tally,
    control: Tally,
    references: Vec<Option<Reference>>,
}

impl Question {
    fn read(mut fields: Fields<'_>, guardrails: &[Guardrail], problems: &Problems) -> Option<Self> {
        let stages = fields.required("stages").and_then(|field| field.integer(1..=1_000));
        let last = stages.map_or(999, |stages| stages - 1);
        let stage = fields.required("stage").and_then(|field| field.integer(0..=last));
        let segments = fields.optional("segments").map_or(Some(Vec::new()), |field| {
            let read: Vec<_> = field.list()?.iter().map(|field| segment(field, 1)).collect();
            if usize::try_from(stages?) != Ok(read.len()) {
                field.refuse(Kind::Conflict, "must hold one number for each stage");
                return None;
            }
            read.into_iter().collect::<Option<Vec<_>>>()
        });
        let at = fields.optional("at").map_or(Some(Timestamp::EPOCH), |field| field.parse());
        let stale_after = fields.optional("stale_after").map_or(Some(Span::ZERO), |field| field.parse());
        let epochs = fields.required("epochs").and_then(|field| {
            let read = field
                .list()?
                .iter()
                .map(|field| Seen::read(field, guardrails, last, problems))
                .collect::<Vec<_>>();
            read.into_iter().collect::<Option<Vec<_>>>()
        });
        fields.finish();
        let number = |number: u64| u32::try_from(number).ok();
        Some(Self {
            epochs: epochs?,
            stage: number(stage?)?,
            stages: number(stages?)?,
            segments: segments?,
            at: at?,
            stale_after: stale_after?,
        })
    }
}

impl Seen {
    fn read(field: &Field<'_>, guardrails: &[Guardrail], last: u64, problems: &Problems) -> Option<Self> {
        let mut fields = field.object()?;
        let stage = fields.required("stage").and_then(|field| field.integer(0..=last));
        let segment = fields.optional("segment").map_or(Some(0), |field| segment(&field, 0));
        let canary_share: Option<Share> = fields.required("canary_share").and_then(|field| field.parse());
        let control_share: Option<Share> = fields.required("control_share").and_then(|field| field.parse());
        let canary = fields.required("canary").and_then(|field| arm(&field, guardrails));
        let control = fields.required("control").and_then(|field| arm(&field, guardrails));
        let references = fields
            .optional("references")
            .map_or_else(|| Some(Vec::new()), |field| references(&field, guardrails));
        fields.finish();
        let (canary_share, control_share) = (canary_share?, control_share?);
        if control_share > canary_share.complement() {
            let rule = format!("must be at most what the canary leaves ({})", canary_share.complement());
            let path = format!("{}.control_share", field.path());
            problems.push(Problem::new(path, Kind::Conflict, rule, Some(format!("{control_share}"))));
            return None;
        }
        Some(Self {
            stage: u32::try_from(stage?).ok()?,
            segment: segment?,
            canary_share,
            control_share,
            canary: canary?,
            control: control?,
            references: references?,
        })
    }

    fn epoch(&self) -> Epoch<'_> {
        Epoch {
            stage: self.stage,
            segment: self.segment,
            canary_share: self.canary_share,
            control_share: self.control_share,
            canary: &self.canary,
            control: &self.control,
            references: &self.references,
        }
    }
}

/// The number of a segment, or a number of segments.
fn segment(field: &Field<'_>, least: u64) -> Option<u32> {
    u32::try_from(field.integer(least..=1_000_000)?).ok()
}

/// What one arm saw.
fn arm(field: &Field<'_>, guardrails: &[Guardrail]) -> Option<Tally> {
    let mut fields = field.object()?;
    let units = fields.required("units").and_then(|field| field.integer(0..=u64::MAX));
    let newest = fields.optional("newest").map_or(Some(Timestamp::EPOCH), |field| field.parse());
    let metrics = fields.required("metrics").and_then(|field| {
        let unseen = guardrails.iter().map(|guardrail| Series::new(guardrail.measure()));
        by_guardrail(&field, guardrails, unseen.collect(), |field, guardrail| {
            series(field, guardrail.measure())
        })
    });
    fields.finish();
    Tally::from_series(units?, metrics?, newest?).map_err(|error| field.refuse_within(&error)).ok()
}

fn references(field: &Field<'_>, guardrails: &[Guardrail]) -> Option<Vec<Option<Reference>>> {
    let none = guardrails.iter().map(|_| None).collect();
    by_guardrail(field, guardrails, none, |field, guardrail| {
        if guardrail.measure() != Measure::Distribution {
            field.refuse(Kind::Conflict, "is for distributions alone");
            return None;
        }
        histogram(field).map(|histogram| Reference::from_histogram(&histogram))
    })
}

/// Values by guardrail, over those that are there already.
fn by_guardrail<T>(
    field: &Field<'_>,
    guardrails: &[Guardrail],
    mut values: Vec<T>,
    read: impl Fn(&Field<'_>, &Guardrail) -> Option<T>,
) -> Option<Vec<T>> {
    let mut sound = true;
    for (name, field) in field.entries()? {
        let Some(position) = guardrails.iter().position(|guardrail| guardrail.name() == name) else {
            field.refuse(Kind::Unknown, "must be the name of a guardrail");
            sound = false;
            continue;
        };
        let value = guardrails.get(position).and_then(|guardrail| read(&field, guardrail));
        match (value, values.get_mut(position)) {
            (Some(value), Some(place)) => *place = value,
            _ => sound = false,
        }
    }
    sound.then_some(values)
}

fn series(field: &Field<'_>, measure: Measure) -> Option<Series> {
    match measure {
        Measure::Rate => {
            let [units, failures] = integers(field, ["units", "failures"])?;
            Counts::new(units, failures).map(Series::Rate).map_err(|error| field.refuse_within(&error)).ok()
        }
        Measure::Fraction => {
            let counts = counts(field)?;
            let made = Fractions::from_counts(&counts);
            made.map(Series::Fraction).map_err(|error| field.refuse_with(&error)).ok()
        }
        Measure::Count => {
            let [units, events, exposure] = integers(field, ["units", "events", "exposure"])?;
            Some(Series::Count(Events { units, events, exposure }))
        }
        Measure::Distribution => histogram(field).map(Series::Distribution),
        Measure::Mean => {
            let mut fields = field.object()?;
            let units = fields.required("units").and_then(|field| field.integer(0..=Moments::MOST_UNITS));
            let sums = ["value", "companion", "value_squared", "companion_squared", "product"]
                .map(|name| fields.required(name).and_then(|field| sum(&field)));
            fields.finish();
            let [Some(a), Some(b), Some(c), Some(d), Some(e)] = sums else { return None };
            let made = Moments::from_sums(units?, [a, b, c, d, e]);
            made.map(Series::Mean).map_err(|error| field.refuse_within(&error)).ok()
        }
    }
}

fn integers<const N: usize>(field: &Field<'_>, names: [&'static str; N]) -> Option<[u64; N]> {
    let mut fields = field.object()?;
    let read = names.map(|name| fields.required(name).and_then(|field| field.integer(0..=u64::MAX)));
    fields.finish();
    read.iter().all(Option::is_some).then(|| read.map(Option::unwrap_or_default))
}

fn counts(field: &Field<'_>) -> Option<Vec<u64>> {
    let read: Vec<Option<u64>> = field.list()?.iter().map(|field| field.integer(0..=u64::MAX)).collect();
    read.into_iter().collect()
}

fn histogram(field: &Field<'_>) -> Option<Histogram> {
    let mut fields = field.object()?;
    let first = fields.required("first").and_then(|field| field.integer(0..=2_033));
    let counts = fields.required("counts").and_then(|field| counts(&field));
    fields.finish();
    let made = Histogram::from_counts(usize::try_from(first?).ok()?, &counts?);
    made.map_err(|error| field.refuse_within(&error)).ok()
}

/// A sum beyond what a JSON number holds exactly, as a text.
fn sum(field: &Field<'_>) -> Option<i128> {
    let sum = field.text()?.parse::<i128>();
    sum.map_err(|_| field.refuse(Kind::Type, "must be a whole number as a text")).ok()
}
