use super::{Boundary, Comparison, Design, Futility, Looks, Shape, Sides, Spec, Spending};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Probability, Share};
use alloc::vec::Vec;

impl Design {
    /// Reads a design from JSON and computes it.
    ///
    /// | field | holds | if absent |
    /// |---|---|---|
    /// | `alpha` | error of all looks together, 1e-10 to 0.5 | error |
    /// | `sides` | 1 or 2 | 1 |
    /// | `spending` | `"obrien_fleming"`, `"pocock"`, `{"power": {"rho": 2}}` or `{"hwang_shih_de_cani": {"gamma": -4}}` | `shape` must be there |
    /// | `shape` | `"obrien_fleming"`, `"pocock"` or `{"wang_tsiatis": {"delta": 0.25}}` | `spending` must be there |
    /// | `looks` | shares of information, ascending, the last 1; or a number of equal steps | error |
    /// | `futility` | `spending` as above; `power` or `drift`; `binding`, `false` if absent | none |
    ///
    /// ```
    /// use rampgate::canary::group_sequential::Design;
    ///
    /// let design = Design::from_json(
    ///     r#"{"alpha": 0.025, "spending": {"power": {"rho": 2}}, "looks": [0.3, 0.7, 1],
    ///         "futility": {"spending": "obrien_fleming", "power": 0.9}}"#,
    /// )?;
    /// assert_eq!(design.looks().len(), 3);
    ///
    /// let error = Design::from_json(r#"{"alpha": 0.025, "spending": "pocock", "looks": [0.5, 0.4, 1]}"#).unwrap_err();
    /// assert_eq!(error.path(), "looks[1]");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included; and what [`Spec::design`] refuses.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read(text, "design", Spec::read)?.design()
    }
}

impl Comparison {
    /// Reads a comparison from JSON: `{"rates": {"control": 0.01, "canary": 0.02}}`, `{"rates": {"control": 0.01, "ratio": 2}}` or
    /// `{"means": {"difference": 0.1, "sd": 1}}`, and `share`, the canary's share of the units, `"50%"` if absent.
    ///
    /// ```
    /// use rampgate::canary::group_sequential::Comparison;
    ///
    /// assert!(Comparison::from_json(r#"{"rates": {"control": 0.01, "ratio": 2}, "share": "10%"}"#).is_ok());
    /// let error = Comparison::from_json(r#"{"means": {"difference": 0, "sd": 1}}"#).unwrap_err();
    /// assert_eq!(error.path(), "means.difference");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, or all that is wrong with its fields, unknown ones included.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read(text, "comparison", Self::read)
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let share = fields.optional("share").map(|field| {
            let share: Share = field.parse()?;
            let inside = share != Share::ZERO && share != Share::ALL;
            if !inside {
                field.refuse(Kind::Range, "must lie strictly between 0% and 100%");
            }
            inside.then_some(share)
        });
        let (rates, means) = (fields.optional("rates"), fields.optional("means"));
        let comparison = match (rates, means) {
            (Some(rates), None) => Self::read_rates(&rates),
            (None, Some(means)) => Self::read_means(&means),
            _ => {
                fields.refuse(Kind::Conflict, "must have one of `rates` and `means`");
                None
            }
        };
        match share {
            None => comparison,
            Some(share) => comparison?.with_share(share?).ok(),
        }
    }

    fn read_rates(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let control = fields.required("control").and_then(|field| field.probability());
        let (canary, ratio) = (fields.optional("canary"), fields.optional("ratio"));
        let comparison = match (canary, ratio) {
            (Some(field), None) => field.probability().zip(control).and_then(|(canary, control)| {
                Self::rates(control, canary).map_err(|error| field.refuse_with(&error)).ok()
            }),
            (None, Some(field)) => field.number(0.0..=f64::MAX).zip(control).and_then(|(ratio, control)| {
                Self::rate_ratio(control, ratio).map_err(|error| field.refuse_with(&error)).ok()
            }),
            _ => {
                fields.refuse(Kind::Conflict, "must have one of `canary` and `ratio`");
                None
            }
        };
        fields.finish();
        comparison
    }

    fn read_means(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let any = f64::MIN..=f64::MAX;
        let difference = fields.required("difference").and_then(|field| Some((field.number(any)?, field)));
        let sd = fields.required("sd").and_then(|field| Some((field.number(1e-100..=1e100)?, field)));
        fields.finish();
        let ((difference, at_difference), (sd, _)) = (difference?, sd?);
        Self::means(difference, sd).map_err(|error| at_difference.refuse_with(&error)).ok()
    }
}

fn read<T>(text: &str, what: &str, of: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, Error> {
    let node = Node::parse(what, text)?;
    let problems = Problems::default();
    let value = Field::root(&node, &problems).object().and_then(|mut fields| {
        let value = of(&mut fields);
        fields.finish();
        value
    });
    problems.finish(value)
}

impl Spec {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let alpha = fields
            .required("alpha")
            .and_then(|field| field.number(1e-10..=0.5).and_then(|alpha| Probability::new(alpha).ok()));
        let sides =
            fields.optional("sides").map_or(Some(Sides::One), |field| match field.integer(1..=2)? {
                1 => Some(Sides::One),
                _ => Some(Sides::Two),
            });
        let boundary = match (fields.optional("spending"), fields.optional("shape")) {
            (Some(field), None) => Spending::read(&field).map(Boundary::from),
            (None, Some(field)) => Shape::read(&field).map(Boundary::from),
            _ => {
                fields.refuse(Kind::Conflict, "must have one of `spending` and `shape`");
                None
            }
        };
        let looks = fields.required("looks").and_then(|field| Looks::read(&field));
        let futility = fields.optional("futility").map(|field| Futility::read(&field));
        let spec = Self::new(alpha?, boundary?, looks?).with_sides(sides?);
        Some(match futility {
            None => spec,
            Some(futility) => spec.with_futility(futility?),
        })
    }
}

impl Spending {
    fn read(field: &Field<'_>) -> Option<Self> {
        let (word, rest) = field.case()?;
        match (word, rest) {
            ("obrien_fleming", None) => Some(Self::OBRIEN_FLEMING),
            ("pocock", None) => Some(Self::POCOCK),
            ("power", Some(rest)) => parameter(&rest, "rho", Self::power),
            ("hwang_shih_de_cani", Some(rest)) => parameter(&rest, "gamma", Self::hwang_shih_de_cani),
            _ => field.refuse_case(),
        }
    }
}

impl Shape {
    fn read(field: &Field<'_>) -> Option<Self> {
        let (word, rest) = field.case()?;
        match (word, rest) {
            ("obrien_fleming", None) => Some(Self::OBRIEN_FLEMING),
            ("pocock", None) => Some(Self::POCOCK),
            ("wang_tsiatis", Some(rest)) => parameter(&rest, "delta", Self::wang_tsiatis),
            _ => field.refuse_case(),
        }
    }
}

fn parameter<T>(field: &Field<'_>, name: &'static str, make: fn(f64) -> Result<T, Error>) -> Option<T> {
    let mut fields = field.object()?;
    let value = fields.required(name).and_then(|field| {
        let number = field.number(f64::MIN..=f64::MAX)?;
        make(number).map_err(|error| field.refuse_with(&error)).ok()
    });
    fields.finish();
    value
}

impl Looks {
    fn read(field: &Field<'_>) -> Option<Self> {
        if field.is_number() {
            let count = field.integer(1..=100)?;
            return Self::equal(u32::try_from(count).ok()?).ok();
        }
        let fractions: Vec<_> = field.list()?.iter().map(|item| item.number(f64::MIN..=f64::MAX)).collect();
        let fractions: Vec<f64> = fractions.into_iter().collect::<Option<_>>()?;
        Self::new(&fractions).map_err(|error| field.refuse_as(&error)).ok()
    }
}

impl Futility {
    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let spending = fields.required("spending").and_then(|field| Spending::read(&field));
        let (power, drift) = (fields.optional("power"), fields.optional("drift"));
        let futility = match (power, drift) {
            (Some(field), None) => {
                field.probability().zip(spending).map(|(power, spending)| Self::with_power(spending, power))
            }
            (None, Some(field)) => {
                field.number(f64::MIN..=f64::MAX).zip(spending).and_then(|(drift, spending)| {
                    Self::with_drift(spending, drift).map_err(|error| field.refuse_with(&error)).ok()
                })
            }
            _ => {
                fields.refuse(Kind::Conflict, "must have one of `power` and `drift`");
                None
            }
        };
        let binding = fields.optional("binding").map_or(Some(false), |field| field.bool());
        fields.finish();
        Some(if binding? { futility?.binding() } else { futility? })
    }
}
