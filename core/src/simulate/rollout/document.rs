use super::time::MINUTE;
use super::{Background, Fault, Onset, Recording, Scenario, Traffic};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::Span;
use alloc::vec::Vec;

impl Scenario {
    /// Reads a scenario.
    ///
    /// | field | holds | if absent |
    /// |---|---|---|
    /// | `traffic` | `units_per_minute` (0.001 to 10^8); optionally `daily` and `surges` | that of the `recording` |
    /// | `background` | `rate` (above 0, below 1); optionally `daily` | that of the `recording` |
    /// | `recording` | `minutes`, a list of `[good, bad]`; optionally `minutes_each` (1), how long each is | none |
    /// | `guardrails` | of each guardrail of the spec after the first, by name, a background as above | none |
    /// | `faults` | a list of the faults below | none |
    /// | `horizon` | how long it is looked at, 1 minute to 60 days | `2d` |
    ///
    /// `daily` has `swing` (0 to 0.99) and `peak` (a time after 00:00 UTC, `14h`); a surge has `from`, `lasting` and `factor` (0 to 1000).
    ///
    /// Faults, each with optional `from` and `lasting`: `{"errors": {"times": 2}}`, `{"more_errors": {"chance": 0.01}}`, `{"leak": {"times_an_hour": 0.5}}`,
    /// `{"crash": {"share": "90%"}}`, `{"vanish": {"share": "50%"}}`, `{"redirect": {"share": "5%"}}`, `{"outage": {"reported": true}}` (true if absent),
    /// `{"incident": {"times": 5}}`. Those that make outcomes bad, rather than taking units or all outcomes away, may name the `guardrail` that they are of, if it is not the first. `from` is a time after the start (`2h`), or `{"exposure": "50%", "then": "30m"}`.
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included, each with its path: `faults[2].errors.times`.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("scenario", text)?;
        let problems = Problems::default();
        let scenario = Self::read(&Field::root(&node, &problems));
        problems.finish(scenario)
    }

    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let recording = fields.optional("recording").map(|field| read_recording(&field));
        let has_recording = recording.is_some();
        let traffic = given(&mut fields, "traffic", has_recording).and_then(|field| match field {
            Some(field) => read_traffic(&field),
            None => recording.clone().flatten().map(Traffic::recorded),
        });
        let background = given(&mut fields, "background", has_recording).and_then(|field| match field {
            Some(field) => read_background(&field),
            None => recording.clone().flatten().map(Background::recorded),
        });
        let further = fields.optional("guardrails").map_or(Some(Vec::new()), |field| read_further(&field));
        let faults = fields.optional("faults").map_or(Some(Vec::new()), |field| all(&field, read_fault));
        let horizon = fields.optional("horizon").map_or(Some(Self::HORIZON), |field| {
            let span = field.parse()?;
            let checked = Self::new(traffic.clone()?, background.clone()?).until(span);
            checked.map_err(|error| field.refuse_with(&error)).ok().map(|_| span)
        });
        fields.finish();
        let scenario = Self::new(traffic?, background?).until(horizon?).ok()?;
        let (further, faults) = (further?, faults?);
        let scenario = made(
            field,
            further
                .into_iter()
                .try_fold(scenario, |scenario, (name, background)| scenario.measuring(name, background)),
        )?;
        faults.into_iter().try_fold(scenario, |scenario, (fault, of)| match of {
            None => made(field, scenario.with(fault)),
            Some(of) => {
                let name = of.text()?;
                scenario.with_in(name, fault).map_err(|error| of.refuse_with(&error)).ok()
            }
        })
    }
}

fn read_further<'a>(field: &Field<'a>) -> Option<Vec<(&'a str, Background)>> {
    let read = |(name, field): (&'a str, Field<'a>)| Some((name, read_background(&field)?));
    let all: Vec<_> = field.entries()?.into_iter().map(read).collect();
    all.into_iter().collect()
}

/// What a constructor made of a field's parts, or its complaint, which names the part.
fn made<T>(field: &Field<'_>, made: Result<T, Error>) -> Option<T> {
    made.map_err(|error| field.refuse_within(&error)).ok()
}

/// A field that must be given, unless a recording says the same.
fn given<'a>(fields: &mut Fields<'a>, name: &'static str, recorded: bool) -> Option<Option<Field<'a>>> {
    if recorded { Some(fields.optional(name)) } else { fields.required(name).map(Some) }
}

fn read_recording(field: &Field<'_>) -> Option<Recording> {
    let mut fields = field.object()?;
    let pair = |field: &Field<'_>| {
        let items = field.list()?;
        let [good, bad] = items.as_slice() else {
            field.refuse(Kind::Type, "must be two numbers, good and bad");
            return None;
        };
        let (good, bad) = (good.integer(0..=u64::MAX), bad.integer(0..=u64::MAX));
        Some((good?, bad?))
    };
    let minutes = fields.required("minutes").and_then(|field| all(&field, pair));
    let each = fields.optional("minutes_each").map_or(Some(1), |field| field.integer(1..=1_440));
    fields.finish();
    made(field, Recording::of_rows(&minutes?, u32::try_from(each?).ok()?))
}

fn read_traffic(field: &Field<'_>) -> Option<Traffic> {
    let mut fields = field.object()?;
    let units = fields.required("units_per_minute").and_then(|field| field.number(0.001..=1e8));
    let daily = fields.optional("daily").map_or(Some(None), |field| read_daily(&field).map(Some));
    let surges = fields.optional("surges").map_or(Some(Vec::new()), |field| all(&field, read_surge));
    fields.finish();
    let mut traffic = made(field, Traffic::constant(units?))?;
    if let Some((swing, peak)) = daily? {
        traffic = made(field, traffic.daily(swing, peak))?;
    }
    surges?.into_iter().try_fold(traffic, |traffic, (from, lasting, factor)| {
        made(field, traffic.surge(from, lasting, factor))
    })
}

fn read_background(field: &Field<'_>) -> Option<Background> {
    let mut fields = field.object()?;
    let rate = fields.required("rate").and_then(|field| field.probability());
    let daily = fields.optional("daily").map_or(Some(None), |field| read_daily(&field).map(Some));
    fields.finish();
    let background = Background::constant(rate?);
    match daily? {
        None => Some(background),
        Some((swing, peak)) => made(field, background.daily(swing, peak)),
    }
}

fn read_daily(field: &Field<'_>) -> Option<(f64, Span)> {
    let mut fields = field.object()?;
    let swing = fields.required("swing").and_then(|field| field.number(0.0..=0.99));
    let peak = fields.required("peak").and_then(|field| {
        let peak = field.parse::<Span>()?;
        if peak.as_millis() >= 86_400_000 {
            field.refuse(Kind::Range, "must be below 24h");
            return None;
        }
        Some(peak)
    });
    fields.finish();
    Some((swing?, peak?))
}

fn read_surge(field: &Field<'_>) -> Option<(Span, Span, f64)> {
    let mut fields = field.object()?;
    let from = fields.required("from").and_then(|field| field.parse());
    let lasting = fields.required("lasting").and_then(|field| read_lasting(&field));
    let factor = fields.required("factor").and_then(|field| field.number(0.0..=1_000.0));
    fields.finish();
    Some((from?, lasting?, factor?))
}

fn read_lasting(field: &Field<'_>) -> Option<Span> {
    let span = field.parse::<Span>()?;
    if span.as_millis() < MINUTE {
        field.refuse(Kind::Range, "must be at least 1m");
        return None;
    }
    Some(span)
}

/// A fault, and the field that names its guardrail.
fn read_fault<'a>(field: &Field<'a>) -> Option<(Fault, Option<Field<'a>>)> {
    let (word, rest) = field.case()?;
    let Some(rest) = rest else { return field.refuse_case() };
    let mut fields = rest.object()?;
    let mut number = |name, range| fields.required(name).and_then(|field| field.number(range));
    let fault = match word {
        "errors" => number("times", 1.0..=1_000.0).map(Fault::errors),
        "incident" => number("times", 1.0..=1_000.0).map(Fault::incident),
        "leak" => number("times_an_hour", 0.001..=1_000.0).map(Fault::leak),
        "more_errors" => {
            let chance = fields.required("chance").and_then(|field| field.probability());
            chance.map(|chance| Ok(Fault::more_errors(chance)))
        }
        "crash" | "vanish" | "redirect" => {
            let share = fields.required("share").and_then(|field| field.parse());
            share.map(|share| {
                Ok(match word {
                    "crash" => Fault::crash(share),
                    "vanish" => Fault::vanish(share),
                    _ => Fault::redirect(share),
                })
            })
        }
        "outage" => {
            let reported = fields.optional("reported").map_or(Some(true), |field| field.bool());
            reported.map(|reported| Ok(Fault::outage(reported)))
        }
        _ => return field.refuse_case(),
    };
    let onset = fields.optional("from").map_or(Some(Onset::After(Span::ZERO)), |field| read_onset(&field));
    let lasting = fields.optional("lasting").map_or(Some(None), |field| read_lasting(&field).map(Some));
    let guardrail = fields.optional("guardrail");
    fields.finish();
    let fault = made(&rest, fault?)?.from(onset?);
    match lasting? {
        None => Some((fault, guardrail)),
        Some(span) => Some((made(&rest, fault.lasting(span))?, guardrail)),
    }
}

fn read_onset(field: &Field<'_>) -> Option<Onset> {
    if !field.is_object() {
        return field.parse().map(Onset::After);
    }
    let mut fields = field.object()?;
    let share = fields.required("exposure").and_then(|field| field.parse());
    let then = fields.optional("then").map_or(Some(Span::ZERO), |field| field.parse());
    fields.finish();
    Some(Onset::Exposure { share: share?, then: then? })
}

/// All items of a list, each read, so that the problems of all are noted.
pub(super) fn all<'a, T>(field: &Field<'a>, read: impl Fn(&Field<'a>) -> Option<T>) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = field.list()?.iter().map(read).collect();
    items.into_iter().collect()
}
