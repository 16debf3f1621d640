use super::Metric;
use super::points;
use crate::document::{Field, check_name};
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What both arms measured of one metric. NaN is a point that is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    name: Box<str>,
    canary: Vec<f64>,
    control: Vec<f64>,
}

impl Series {
    /// Points of the canary and of the control, in any order; an arm may be empty.
    ///
    /// ```
    /// use rampgate::canary::classic::Series;
    ///
    /// let error = Series::new("latency", &[1.0, f64::INFINITY], &[]).unwrap_err();
    /// assert_eq!(error.path(), "canary[1]");
    /// ```
    ///
    /// # Errors
    /// A name that is empty, too long or holds control characters, more than 100,000 points in an arm, a point beyond 1e300 in magnitude:
    /// `canary[17]`.
    pub fn new(name: &str, canary: &[f64], control: &[f64]) -> Result<Self, Error> {
        check_name("name", name)?;
        points::check("canary", canary, true)?;
        points::check("control", control, true)?;
        Ok(Self { name: name.into(), canary: canary.into(), control: control.into() })
    }

    /// Reads `{"name", "canary", "control"}`; null is a point that is missing.
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let canary = fields.required("canary").and_then(|field| read_points(&field, true));
        let control = fields.required("control").and_then(|field| read_points(&field, true));
        fields.finish();
        Some(Self { name: name?.into(), canary: canary?, control: control? })
    }

    /// Name of the metric.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Both arms, canary first, as the metric wants them: gaps filled or dropped, outliers dropped, in ascending order.
    pub(super) fn prepared(&self, metric: &Metric) -> (Vec<f64>, Vec<f64>) {
        let arm = |points: &[f64]| {
            let points = points.iter().copied();
            match metric.gaps {
                Gaps::Zero => metric.outliers.kept(points.map(|x| if x.is_nan() { 0.0 } else { x })),
                Gaps::Remove => metric.outliers.kept(points.filter(|x| !x.is_nan())),
            }
        };
        (arm(&self.canary), arm(&self.control))
    }
}

/// What becomes of points that are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gaps {
    /// They count as 0: right for counts of rare events, whose series have gaps where nothing happened.
    #[default]
    Zero,
    /// They are dropped.
    Remove,
}

/// A list of numbers, and of nulls where there may be gaps.
pub(super) fn read_points(field: &Field<'_>, gaps: bool) -> Option<Vec<f64>> {
    let items = field.list()?;
    if items.len() > points::MOST {
        field.refuse(Kind::Range, points::LENGTH_RULE);
        return None;
    }
    let point = |item: &Field<'_>| {
        if gaps && item.is_null() { Some(f64::NAN) } else { item.number(-points::LARGEST..=points::LARGEST) }
    };
    let read: Vec<Option<f64>> = items.iter().map(point).collect(); // all of them, so that all problems are noted
    read.into_iter().collect()
}
