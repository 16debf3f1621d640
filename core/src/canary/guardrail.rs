use super::RateTest;
use crate::document::Field;
use crate::error::{Error, Kind};
use crate::quantity::{Probability, Share, shown};
use alloc::boxed::Box;

/// A failure rate that a release must not make worse: which ratio is tolerated, which one is proof of safety.
#[derive(Clone, Debug, PartialEq)]
pub struct Guardrail {
    name: Box<str>,
    tolerated: f64,
    margin: f64,
    ceiling: Option<Probability>,
    weight: u32,
    required: bool,
}

impl Guardrail {
    /// A required guardrail with the default bounds: harm is any rise (tolerated ratio 1), safety is less than twice the
    /// control's rate (margin 2), weight 1, no ceiling.
    ///
    /// # Errors
    /// An empty name.
    pub fn new(name: &str) -> Result<Self, Error> {
        if name.is_empty() {
            return Err(Error::new("name", Kind::Range, "must not be empty", name));
        }
        Ok(Self { name: name.into(), tolerated: 1.0, margin: 2.0, ceiling: None, weight: 1, required: true })
    }

    /// Sets both ratios, canary over control: above `tolerated` is harm, below `margin` is safe.
    ///
    /// # Errors
    /// A ratio outside 0.001 to 1000, or a margin that does not exceed what is tolerated.
    pub fn with_ratios(self, tolerated: f64, margin: f64) -> Result<Self, Error> {
        RateTest::harm(tolerated).map_err(|error| error.at("tolerated_ratio"))?;
        RateTest::safety(margin).map_err(|error| error.at("margin_ratio"))?;
        if margin <= tolerated {
            let rule = alloc::format!("must exceed the tolerated ratio ({})", shown(tolerated));
            return Err(Error::new("margin_ratio", Kind::Conflict, rule, shown(margin)));
        }
        Ok(Self { tolerated, margin, ..self })
    }

    /// Lets an absolute failure rate count as safe too. Where hardly anything fails, a ratio cannot be proven and a ceiling can.
    #[must_use]
    pub fn with_ceiling(self, ceiling: Probability) -> Self {
        Self { ceiling: Some(ceiling), ..self }
    }

    /// Sets the guardrail's part of the harm evidence, relative to the others.
    ///
    /// # Errors
    /// A weight outside 1 to 1,000,000.
    pub fn with_weight(self, weight: u32) -> Result<Self, Error> {
        if !(1..=1_000_000).contains(&weight) {
            return Err(Error::new("weight", Kind::Range, "must be from 1 to 1000000", weight));
        }
        Ok(Self { weight, ..self })
    }

    /// Sets whether promotion needs proof of safety by this guardrail. Harm counts either way.
    #[must_use]
    pub fn with_required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// Reads `{"name"}` with the optional fields `tolerated_ratio`, `margin_ratio`, `ceiling`, `weight`, `required`.
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let mut ratio = |name, default| match fields.optional(name) {
            None => Some((default, None)),
            Some(field) => field.number(0.001..=1000.0).map(|number| (number, Some(field))),
        };
        let (tolerated, margin) = (ratio("tolerated_ratio", 1.0), ratio("margin_ratio", 2.0));
        let ceiling = fields.optional("ceiling").map(|field| {
            let share: Share = field.parse()?;
            Probability::new(share.fraction()).map_err(|error| field.refuse_with(&error)).ok()
        });
        let weight = fields.optional("weight").map_or(Some(1), |field| field.integer(1..=1_000_000));
        let required = fields.optional("required").map_or(Some(true), |field| field.bool());
        fields.finish();
        let ((tolerated, at_tolerated), (margin, at_margin)) = (tolerated?, margin?);
        let guardrail = Self::new(name?).ok()?.with_required(required?);
        let guardrail = guardrail.with_weight(u32::try_from(weight?).ok()?).ok()?;
        let guardrail = match guardrail.with_ratios(tolerated, margin) {
            Ok(guardrail) => guardrail,
            Err(error) => {
                at_margin.or(at_tolerated)?.refuse(Kind::Conflict, alloc::string::String::from(error.rule()));
                return None;
            }
        };
        match ceiling {
            None => Some(guardrail),
            Some(ceiling) => Some(guardrail.with_ceiling(ceiling?)),
        }
    }

    /// Name of the metric.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ratio of the canary's rate to the control's above which it is worse.
    #[must_use]
    pub fn tolerated(&self) -> f64 {
        self.tolerated
    }

    /// The ratio below which it is safe.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.margin
    }

    /// The absolute rate below which it is safe too.
    #[must_use]
    pub fn ceiling(&self) -> Option<Probability> {
        self.ceiling
    }

    /// Part of the harm evidence, relative to the other guardrails.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Whether promotion needs proof of safety by this guardrail.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Node;
    use crate::error::Problems;

    fn read(text: &str) -> Result<Guardrail, Error> {
        let node = Node::parse("guardrail", text)?;
        let problems = Problems::default();
        let guardrail = Guardrail::read(&Field::root(&node, &problems));
        problems.finish(guardrail)
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let guardrail = read(r#"{"name": "errors"}"#).unwrap();
        assert_eq!(guardrail, Guardrail::new("errors").unwrap());
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
        ] {
            assert_eq!(read(text).unwrap_err().path(), path, "{text}");
        }
    }
}
