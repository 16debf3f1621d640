use super::guardrail::default_margin;
use super::{Companion, Guardrail, Reference, Worse};
use crate::document::{Field, Fields};
use crate::error::{Error, Kind, Problem, Problems};
use crate::observe::Measure;
use crate::quantity::{Probability, Share};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Guardrail {
    /// The guardrails of a list that could be read, and whether those are all. Names that are repeated are refused.
    pub(crate) fn read_list(field: &Field<'_>, problems: &Problems) -> Option<(Vec<Self>, bool)> {
        let items = field.list()?;
        let mut guardrails: Vec<Self> = Vec::with_capacity(items.len());
        for item in &items {
            let Some(guardrail) = Self::read(item) else { continue };
            if guardrails.iter().any(|earlier| earlier.name() == guardrail.name()) {
                let path = format!("{}.name", item.path());
                let name = Some(guardrail.name().into());
                problems.push(Problem::new(path, Kind::Conflict, "must not repeat an earlier name", name));
            } else {
                guardrails.push(guardrail);
            }
        }
        let complete = guardrails.len() == items.len();
        Some((guardrails, complete))
    }

    /// Reads `{"name"}` with the optional fields `measure`, `tolerated_ratio`, `margin_ratio`, `weight`, `required`, and those that its
    /// measure knows.
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let measure = fields.optional("measure").map_or(Some(Measure::Rate), |field| {
            let words = Measure::ALL.map(|measure| (measure.name(), measure));
            field.choice(&words)
        });
        let mut ratio = |name| fields.optional(name).map(|field| (field.number(0.001..=1000.0), field));
        let (tolerated, margin) = (ratio("tolerated_ratio"), ratio("margin_ratio"));
        let weight = fields.optional("weight").map_or(Some(1), |field| field.integer(1..=1_000_000));
        let required = fields.optional("required").map_or(Some(true), |field| field.bool());
        // the fields of the wrong measure are left, so that they are refused as unknown
        let extras = measure.map(|measure| Extras::read(&mut fields, measure));
        fields.finish();

        let plain = Self::of(name?, measure?).ok()?.with_required(required?);
        let plain = plain.with_weight(u32::try_from(weight?).ok()?).ok()?;
        let bound = |stated: &Option<(Option<f64>, Field<'_>)>, default| match stated {
            None => Some(default),
            Some((number, _)) => *number,
        };
        let extras = extras??;
        let default = default_margin(plain.measure(), extras.reference_rate);
        let (least, most) = (bound(&tolerated, 1.0)?, bound(&margin, default)?);
        let made = extras.apply(plain).and_then(|guardrail| guardrail.with_ratios(least, most));
        made.map_err(|error| {
            let at = [("tolerated_ratio", &tolerated), ("margin_ratio", &margin)];
            let stated = |(_, stated): &(&str, &Option<(Option<f64>, Field<'_>)>)| stated.is_some();
            let named = at.iter().filter(|at| stated(at)).find(|(name, _)| error.path().ends_with(name));
            let other = || at.iter().rev().find(|at| stated(at));
            let at = match named.or_else(other) {
                Some((_, Some((_, stated)))) => stated,
                _ => field,
            };
            at.refuse(error.kind(), String::from(error.rule()));
        })
        .ok()
    }
}

/// The fields that only some measures have.
#[derive(Default)]
struct Extras {
    ceiling: Option<Probability>,
    reference_rate: Option<Probability>,
    reference: Option<Reference>,
    worse: Option<Worse>,
    companion: Option<Companion>,
}

impl Extras {
    fn read(fields: &mut Fields<'_>, measure: Measure) -> Option<Self> {
        let mut extras = Self::default();
        let mut sound = true;
        if measure == Measure::Rate {
            extras.ceiling = read(fields, "ceiling", percentage, &mut sound);
            extras.reference_rate = read(fields, "reference_rate", percentage, &mut sound);
        }
        if measure == Measure::Distribution {
            extras.reference = read(fields, "reference", quantiles, &mut sound);
        }
        if matches!(measure, Measure::Distribution | Measure::Mean) {
            let words = [("higher", Worse::Higher), ("lower", Worse::Lower)];
            extras.worse = read(fields, "worse", |field| field.choice(&words), &mut sound);
        }
        if measure == Measure::Mean {
            let words = [
                ("ignored", Companion::Ignored),
                ("covariate", Companion::Covariate),
                ("denominator", Companion::Denominator),
            ];
            extras.companion = read(fields, "companion", |field| field.choice(&words), &mut sound);
        }
        sound.then_some(extras)
    }

    fn apply(self, guardrail: Guardrail) -> Result<Guardrail, Error> {
        let guardrail = fold(guardrail, self.ceiling, Guardrail::with_ceiling)?;
        let guardrail = fold(guardrail, self.reference_rate, Guardrail::with_reference_rate)?;
        let guardrail = fold(guardrail, self.reference, Guardrail::with_reference)?;
        let guardrail = fold(guardrail, self.worse, Guardrail::with_worse)?;
        fold(guardrail, self.companion, Guardrail::with_companion)
    }
}

fn fold<T>(
    guardrail: Guardrail,
    value: Option<T>,
    set: impl FnOnce(Guardrail, T) -> Result<Guardrail, Error>,
) -> Result<Guardrail, Error> {
    match value {
        None => Ok(guardrail),
        Some(value) => set(guardrail, value),
    }
}

/// An optional field; one that is there and wrong spoils what it belongs to.
fn read<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    value: impl FnOnce(&Field<'_>) -> Option<T>,
    sound: &mut bool,
) -> Option<T> {
    let field = fields.optional(name)?;
    let value = value(&field);
    *sound &= value.is_some();
    value
}

fn percentage(field: &Field<'_>) -> Option<Probability> {
    let share: Share = field.parse()?;
    Probability::new(share.fraction()).map_err(|error| field.refuse_with(&error)).ok()
}

/// `{"50%": 80000000, "99%": 400000000}`: quantiles of the values, in thousandths of the metric's unit. In any order, as JSON has none.
fn quantiles(field: &Field<'_>) -> Option<Reference> {
    let mut points: Vec<(Share, u64)> = Vec::new();
    let mut sound = true;
    for (level, value) in field.entries()? {
        match (level.parse::<Share>(), value.integer(1..=u64::MAX)) {
            (Ok(level), Some(value)) => {
                let place = points.partition_point(|(earlier, _)| *earlier <= level);
                points.insert(place, (level, value));
            }
            (Err(error), _) => {
                value.refuse(Kind::Range, String::from(error.rule()));
                sound = false;
            }
            (Ok(_), None) => sound = false,
        }
    }
    if !sound {
        return None;
    }
    Reference::from_quantiles(&points)
        .map_err(|error| field.refuse(error.kind(), String::from(error.rule())))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Node;

    fn parse(text: &str) -> Result<Guardrail, Error> {
        let node = Node::parse("guardrail", text)?;
        let problems = Problems::default();
        let guardrail = Guardrail::read(&Field::root(&node, &problems));
        problems.finish(guardrail)
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        assert_eq!(parse(r#"{"name": "errors"}"#).unwrap(), Guardrail::new("errors").unwrap());
        for (text, tolerated, margin) in [
            (r#"{"name": "e", "measure": "rate"}"#, 1.0, 2.0),
            (r#"{"name": "e", "measure": "rate", "reference_rate": "30%"}"#, 1.0, 1.1),
            (r#"{"name": "e", "measure": "rate", "reference_rate": "1%"}"#, 1.0, 2.0),
            (r#"{"name": "e", "measure": "rate", "reference_rate": "30%", "margin_ratio": 1.5}"#, 1.0, 1.5),
            (r#"{"name": "e", "measure": "fraction", "tolerated_ratio": 0.5}"#, 0.5, 2.0),
            (r#"{"name": "e", "measure": "count", "margin_ratio": 3}"#, 1.0, 3.0),
            (
                r#"{"name": "e", "measure": "distribution", "worse": "lower", "reference": {"99%": 900, "50%": 100}}"#,
                1.0,
                1.1,
            ),
            (r#"{"name": "e", "measure": "mean", "worse": "lower", "companion": "denominator"}"#, 1.0, 1.1),
        ] {
            let guardrail = parse(text).unwrap();
            assert_eq!((guardrail.tolerated(), guardrail.margin()), (tolerated, margin), "{text}");
        }
    }

    #[test]
    fn a_bad_field_is_named() {
        for (text, path) in [
            (r#"{"name": ""}"#, "name"),
            (r#"{"name": "e", "margin_ratio": 1}"#, "margin_ratio"),
            (r#"{"name": "e", "tolerated_ratio": 3}"#, "tolerated_ratio"),
            (r#"{"name": "e", "tolerated_ratio": 0}"#, "tolerated_ratio"),
            (r#"{"name": "e", "ceiling": "0%"}"#, "ceiling"),
            (r#"{"name": "e", "ceiling": 0.01}"#, "ceiling"),
            (r#"{"name": "e", "weight": 0}"#, "weight"),
            (r#"{"name": "e", "margin": 2}"#, "margin"),
            (r#"{}"#, "name"),
            (r#"{"name": "e", "measure": "median"}"#, "measure"),
            (r#"{"name": "e", "measure": "count", "ceiling": "1%"}"#, "ceiling"),
            (r#"{"name": "e", "worse": "lower"}"#, "worse"),
            (r#"{"name": "e", "measure": "mean", "worse": "down"}"#, "worse"),
            (r#"{"name": "e", "measure": "mean", "tolerated_ratio": 0.5}"#, "tolerated_ratio"),
            (r#"{"name": "e", "measure": "distribution", "margin_ratio": 1.005}"#, "margin_ratio"),
            (
                r#"{"name": "e", "measure": "distribution", "tolerated_ratio": 1.1, "margin_ratio": 1.105}"#,
                "margin_ratio",
            ),
            (r#"{"name": "e", "measure": "distribution", "reference": {"50%": 80}}"#, "reference"),
            (r#"{"name": "e", "measure": "distribution", "reference": {"50%": 80, "99%": 70}}"#, "reference"),
            (
                r#"{"name": "e", "measure": "distribution", "reference": {"half": 80, "99%": 90}}"#,
                "reference.half",
            ),
            (
                r#"{"name": "e", "measure": "distribution", "reference": {"50%": 0, "99%": 90}}"#,
                r#"reference["50%"]"#,
            ),
            (r#"{"name": "e", "reference_rate": "60%", "margin_ratio": 1.8}"#, "margin_ratio"),
        ] {
            assert_eq!(parse(text).unwrap_err().path(), path, "{text}");
        }
    }
}
