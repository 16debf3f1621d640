use super::{Gaps, Outliers};
use crate::document::{Field, check_name};
use crate::error::{Error, Kind};
use crate::quantity::shown;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Which difference is a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is worse, as for errors.
    Increase,
    /// Less is worse, as for throughput.
    Decrease,
    /// Any difference is.
    #[default]
    Either,
}

/// How large a difference is, whatever its significance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Mean of the canary over mean of the control; 1 is no effect. Undefined where either mean is 0.
    #[default]
    MeanRatio,
    /// Share of pairs in which the canary's point is larger, ties counted half; 0.5 is no effect (Vargha and Delaney 2000).
    Cles,
}

impl Measure {
    /// No effect.
    const fn neutral(self) -> f64 {
        match self {
            Self::MeanRatio => 1.0,
            Self::Cles => 0.5,
        }
    }

    /// The largest effect that a bound may name.
    const fn largest(self) -> f64 {
        match self {
            Self::MeanRatio => 1e6,
            Self::Cles => 1.0,
        }
    }
}

/// Effects that are small enough: a significant rise counts from `increase` on, a significant fall from `decrease` down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Effects {
    pub(super) increase: f64,
    pub(super) decrease: f64,
}

/// How one metric is judged. Defaults are Kayenta's.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub(super) name: Box<str>,
    pub(super) groups: Vec<Box<str>>,
    pub(super) direction: Direction,
    pub(super) gaps: Gaps,
    pub(super) outliers: Outliers,
    pub(super) measure: Measure,
    pub(super) allowed: Effects,
    pub(super) critical_from: Effects,
    pub(super) critical: bool,
    pub(super) must_have_data: bool,
    pub(super) muted: bool,
}

impl Metric {
    /// Either direction, gaps count as 0, outliers stay, mean ratio with both bounds at 1, nothing critical.
    ///
    /// # Errors
    /// No group, a group twice, or a name that is empty, longer than 200 bytes or holds control characters.
    pub fn new(name: &str, groups: &[&str]) -> Result<Self, Error> {
        check_name("name", name)?;
        if groups.is_empty() {
            return Err(Error::absent("groups", Kind::Missing, "must name a group"));
        }
        for (position, group) in groups.iter().enumerate() {
            let path = format!("groups[{position}]");
            check_name(&path, group)?;
            if groups.iter().take(position).any(|earlier| earlier == group) {
                return Err(Error::new(path, Kind::Conflict, "must not be there twice", group));
            }
        }
        let measure = Measure::default();
        let none = Effects { increase: measure.neutral(), decrease: measure.neutral() };
        Ok(Self {
            name: name.into(),
            groups: groups.iter().map(|group| (*group).into()).collect(),
            direction: Direction::default(),
            gaps: Gaps::default(),
            outliers: Outliers::default(),
            measure,
            allowed: none,
            critical_from: none,
            critical: false,
            must_have_data: false,
            muted: false,
        })
    }

    /// Sets which difference is a failure.
    #[must_use]
    pub fn with_direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// Sets what becomes of missing points.
    #[must_use]
    pub fn with_gaps(self, gaps: Gaps) -> Self {
        Self { gaps, ..self }
    }

    /// Sets what becomes of outliers.
    ///
    /// # Errors
    /// A factor that is not more than 0 and at most 1000.
    pub fn with_outliers(self, outliers: Outliers) -> Result<Self, Error> {
        if let Outliers::Remove { factor } = outliers
            && !(factor > 0.0 && factor <= 1000.0)
        {
            let rule = "must be more than 0 and at most 1000";
            return Err(Error::new("outlier_factor", Kind::Range, rule, shown(factor)));
        }
        Ok(Self { outliers, ..self })
    }

    /// Sets the measure of effect, and the effects below which a significant difference passes.
    ///
    /// # Errors
    /// `allowed_increase` outside 1 to 1e6 (cles: 0.5 to 1), `allowed_decrease` outside 0 to 1 (cles: 0 to 0.5).
    pub fn with_allowed(self, measure: Measure, increase: f64, decrease: f64) -> Result<Self, Error> {
        let allowed = effects(measure, "allowed", increase, decrease)?;
        let none = Effects { increase: measure.neutral(), decrease: measure.neutral() };
        let critical_from = if measure == self.measure { self.critical_from } else { none };
        Ok(Self { measure, allowed, critical_from, ..self })
    }

    /// Makes the metric critical: where it fails with an effect from `increase` on or from `decrease` down, the whole canary fails.
    /// So it does where the metric has no data or cannot be compared.
    ///
    /// # Errors
    /// `critical_increase` and `critical_decrease` as [`with_allowed`](Self::with_allowed), by the measure set before.
    pub fn with_critical(self, increase: f64, decrease: f64) -> Result<Self, Error> {
        let critical_from = effects(self.measure, "critical", increase, decrease)?;
        Ok(Self { critical: true, critical_from, ..self })
    }

    /// Sets whether an arm without data counts as a failure of this metric.
    #[must_use]
    pub fn with_must_have_data(self, must_have_data: bool) -> Self {
        Self { must_have_data, ..self }
    }

    /// Sets whether the metric is shown and never counted.
    #[must_use]
    pub fn with_muted(self, muted: bool) -> Self {
        Self { muted, ..self }
    }

    /// Name of the metric.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let groups = fields.required("groups").and_then(|field| {
            let names: Vec<Option<&str>> = field.list()?.iter().map(Field::name).collect();
            let names: Vec<&str> = names.into_iter().collect::<Option<_>>()?;
            match Self::new("metric", &names) {
                Ok(_) => Some(names),
                Err(error) => {
                    field.refuse(error.kind(), error.rule().to_string());
                    None
                }
            }
        });
        let direction = fields.optional("direction").map_or(Some(Direction::default()), |field| {
            field.choice(&[
                ("increase", Direction::Increase),
                ("decrease", Direction::Decrease),
                ("either", Direction::Either),
            ])
        });
        let gaps = fields.optional("nan_strategy").map_or(Some(Gaps::default()), |field| {
            field.choice(&[("replace", Gaps::Zero), ("remove", Gaps::Remove)])
        });
        let remove = fields
            .optional("outlier_strategy")
            .map_or(Some(false), |field| field.choice(&[("keep", false), ("remove", true)]));
        let factor = fields.optional("outlier_factor").map_or(Some(3.0), |field| {
            let factor = field.number(0.0..=1000.0)?;
            if factor == 0.0 {
                field.refuse(Kind::Range, "must be more than 0 and at most 1000");
                return None;
            }
            if remove == Some(false) {
                field.refuse(Kind::Conflict, "must stand beside `outlier_strategy` `remove`");
                return None;
            }
            Some(factor)
        });
        let measure = fields.optional("effect_measure").map_or(Some(Measure::default()), |field| {
            field.choice(&[("mean_ratio", Measure::MeanRatio), ("cles", Measure::Cles)])
        });
        let known = measure.unwrap_or_default();
        let mut bound = |name, low, high| {
            fields.optional(name).map_or(Some(known.neutral()), |field| field.number(low..=high))
        };
        let allowed = (
            bound("allowed_increase", known.neutral(), known.largest()),
            bound("allowed_decrease", 0.0, known.neutral()),
        );
        let critical_from = (
            bound("critical_increase", known.neutral(), known.largest()),
            bound("critical_decrease", 0.0, known.neutral()),
        );
        let mut flag = |name| fields.optional(name).map_or(Some(false), |field| field.bool());
        let (critical, must_have_data, muted) = (flag("critical"), flag("must_have_data"), flag("muted"));
        fields.finish();
        let outliers = if remove? { Outliers::Remove { factor: factor? } } else { Outliers::Keep };
        Some(Self {
            name: name?.into(),
            groups: groups?.into_iter().map(Into::into).collect(),
            direction: direction?,
            gaps: gaps?,
            outliers,
            measure: measure?,
            allowed: Effects { increase: allowed.0?, decrease: allowed.1? },
            critical_from: Effects { increase: critical_from.0?, decrease: critical_from.1? },
            critical: critical?,
            must_have_data: must_have_data?,
            muted: muted?,
        })
    }
}

fn effects(measure: Measure, what: &str, increase: f64, decrease: f64) -> Result<Effects, Error> {
    for (end, value, low, high) in [
        ("increase", increase, measure.neutral(), measure.largest()),
        ("decrease", decrease, 0.0, measure.neutral()),
    ] {
        if !(low..=high).contains(&value) {
            let rule = format!("must be from {} to {}", shown(low), shown(high));
            return Err(Error::new(format!("{what}_{end}"), Kind::Range, rule, shown(value)));
        }
    }
    Ok(Effects { increase, decrease })
}
