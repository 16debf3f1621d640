use super::{Metric, MetricReport, Report, Series};
use crate::document::{Field, Node};
use crate::error::{Error, Escaped, Kind, Problems};
use crate::quantity::shown;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// The classic judge: its metrics, the weights of their groups, and the scores that pass.
///
/// **Holds when** the points of a series are independent and alike, as those of a time series seldom are, and when one look is taken: the level is that of one
/// metric's interval at one look. Scores have no error rate, and neither metrics nor further looks are corrected for.
///
/// ```
/// use rampgate::canary::classic::{Config, Verdict};
///
/// let judge = Config::from_json(
///     r#"{"metrics": [{"name": "errors", "groups": ["health"], "direction": "increase"}]}"#,
/// )?;
/// let report = judge.judge_json(
///     r#"{"metrics": [{"name": "errors", "canary": [9, 8, 9, 7, null, 9], "control": [1, 2, 1, 0, 1, 2]}]}"#,
/// )?;
/// assert_eq!(report.verdict, Verdict::Pass); // the gap counts as 0, and 6 points are few
/// assert!(report.metrics[0].reason.starts_with("pass: the interval"));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub(super) metrics: Vec<Metric>,
    weights: Vec<(Box<str>, f64)>,
    pub(super) pass: f64,
    pub(super) marginal: f64,
}

impl Config {
    /// All groups weigh the same; pass from 95, marginal from 75.
    ///
    /// # Errors
    /// No metric that is not muted, or a name twice: `metrics[2].name`.
    pub fn new(metrics: Vec<Metric>) -> Result<Self, Error> {
        if metrics.iter().all(|metric| metric.muted) {
            return Err(Error::absent("metrics", Kind::Missing, "must hold one that is not muted"));
        }
        let names: Vec<&str> = metrics.iter().map(Metric::name).collect();
        if let Some((position, name)) = repeated(&names) {
            let path = format!("metrics[{position}].name");
            return Err(Error::new(path, Kind::Conflict, "must not be there twice", name));
        }
        Ok(Self { metrics, weights: Vec::new(), pass: 95.0, marginal: 75.0 })
    }

    /// Sets the weights of groups, in percent; the groups that are not named share the rest evenly.
    ///
    /// # Errors
    /// `group_weights.name` for a group twice, one without a metric that counts, and a weight outside 0 to 100; `group_weights` for a sum above
    /// 100, and for another sum than 100 where every group is named.
    pub fn with_group_weights(self, weights: &[(&str, f64)]) -> Result<Self, Error> {
        let counted = self.counted_groups();
        let names: Vec<&str> = weights.iter().map(|(name, _)| *name).collect();
        if let Some((_, name)) = repeated(&names) {
            return Err(Error::new(weight_path(name), Kind::Conflict, "must not be there twice", name));
        }
        for (name, weight) in weights {
            if !counted.contains(name) {
                let rule = "must be a group with a metric that is not muted";
                return Err(Error::new(weight_path(name), Kind::Unknown, rule, name));
            }
            if !(0.0..=100.0).contains(weight) {
                let rule = "must be from 0 to 100";
                return Err(Error::new(weight_path(name), Kind::Range, rule, shown(*weight)));
            }
        }
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let all_named = names.len() == counted.len();
        if sum > 100.0 + 1e-9 || (all_named && sum < 100.0 - 1e-9) {
            let rule = "must sum to at most 100, and to 100 where every group has one";
            return Err(Error::new("group_weights", Kind::Conflict, rule, shown(sum)));
        }
        let weights = weights.iter().map(|(name, weight)| ((*name).into(), *weight)).collect();
        Ok(Self { weights, ..self })
    }

    /// Sets the scores from which a canary passes, and from which it is marginal.
    ///
    /// # Errors
    /// `pass` or `marginal` that is not more than 0 and at most 100 (a score of 0 must never pass), `marginal` above `pass`.
    pub fn with_thresholds(self, pass: f64, marginal: f64) -> Result<Self, Error> {
        for (path, value) in [("pass", pass), ("marginal", marginal)] {
            if !(value > 0.0 && value <= 100.0) {
                return Err(Error::new(
                    path,
                    Kind::Range,
                    "must be more than 0 and at most 100",
                    shown(value),
                ));
            }
        }
        if marginal > pass {
            let rule = format!("must not exceed `pass` ({})", shown(pass));
            return Err(Error::new("marginal", Kind::Conflict, rule, shown(marginal)));
        }
        Ok(Self { pass, marginal, ..self })
    }

    /// Reads a configuration from JSON: `metrics`, and optionally `group_weights` (group to percent), `pass`, `marginal`.
    ///
    /// A metric has `name` and `groups`, and optionally `direction` (`either`), `nan_strategy` (`replace` or `remove`), `outlier_strategy` (`keep`
    /// or `remove`), `outlier_factor` (3), `effect_measure` (`mean_ratio` or `cles`), `allowed_increase`, `allowed_decrease`,
    /// `critical_increase`, `critical_decrease`, `critical`, `must_have_data`, `muted`.
    ///
    /// # Errors
    /// Text that is not JSON, or what is wrong with its fields: `metrics[2].critical_increase`.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("config", text)?;
        let problems = Problems::default();
        let config = Self::read(&Field::root(&node, &problems));
        problems.finish(config)
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let metrics = fields.required("metrics").and_then(|field| {
            let read: Vec<Option<Metric>> = field.list()?.iter().map(Metric::read).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        });
        let weights = fields.optional("group_weights").map_or(Some(Vec::new()), |field| {
            let weight =
                |(name, field): (_, Field<'_>)| field.number(0.0..=100.0).map(|weight| (name, weight));
            let read: Vec<Option<(&str, f64)>> = field.entries()?.into_iter().map(weight).collect();
            read.into_iter().collect()
        });
        let mut score =
            |name, default| fields.optional(name).map_or(Some(default), |field| field.number(0.0..=100.0));
        let (pass, marginal) = (score("pass", 95.0), score("marginal", 75.0));
        fields.finish();
        let (metrics, weights, pass, marginal) = (metrics?, weights?, pass?, marginal?);
        let made = Self::new(metrics)
            .and_then(
                |config| if weights.is_empty() { Ok(config) } else { config.with_group_weights(&weights) },
            )
            .and_then(|config| config.with_thresholds(pass, marginal));
        made.map_err(|error| field.refuse_as(&error)).ok()
    }

    /// Judges what both arms measured: one series for each metric, in any order.
    ///
    /// # Errors
    /// `metrics[2].name` for a series of no metric or of one that has been given, `metrics` for a metric without a series. Where a metric has no
    /// data, give empty arms: that is a finding, and it never passes unnoticed.
    pub fn judge(&self, series: &[Series]) -> Result<Report, Error> {
        let names: Vec<&str> = series.iter().map(Series::name).collect();
        if let Some((position, name)) = repeated(&names) {
            let path = format!("metrics[{position}].name");
            return Err(Error::new(path, Kind::Conflict, "must not be there twice", name));
        }
        if let Some(position) =
            names.iter().position(|name| self.metrics.iter().all(|metric| metric.name() != *name))
        {
            let path = format!("metrics[{position}].name");
            let name = names.get(position).copied().unwrap_or_default();
            return Err(Error::new(path, Kind::Unknown, "must be a metric of the configuration", name));
        }
        let find = |metric: &Metric| {
            let found = series.iter().find(|series| series.name() == metric.name());
            let rule = "must hold a series for each metric of the configuration, this one too";
            found.ok_or_else(|| Error::new("metrics", Kind::Missing, rule, metric.name()))
        };
        let report = |metric: &Metric| Ok(MetricReport::of(metric, find(metric)?));
        let metrics: Result<Vec<MetricReport>, Error> = self.metrics.iter().map(report).collect();
        Ok(Report::of(self, metrics?))
    }

    /// Reads `{"metrics": [{"name", "canary", "control"}]}`, where null is a point that is missing, and judges it.
    ///
    /// # Errors
    /// Text that is not JSON, what is wrong with its fields (`metrics[0].canary[17]`), and as [`judge`](Self::judge).
    pub fn judge_json(&self, text: &str) -> Result<Report, Error> {
        let node = Node::parse("data", text)?;
        let problems = Problems::default();
        let series = Field::root(&node, &problems).object().and_then(|mut fields| {
            let list = fields.required("metrics").and_then(|field| field.list());
            fields.finish();
            let read: Vec<Option<Series>> = list?.iter().map(Series::read).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        });
        self.judge(&problems.finish(series)?)
    }

    /// Groups with a metric that is not muted, in the order in which they are first named.
    pub(super) fn counted_groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for group in self.metrics.iter().filter(|metric| !metric.muted).flat_map(|metric| &metric.groups) {
            if !groups.contains(&&**group) {
                groups.push(group);
            }
        }
        groups
    }

    /// A group's part of the score, in percent.
    pub(super) fn weight(&self, group: &str) -> f64 {
        if let Some((_, weight)) = self.weights.iter().find(|(name, _)| **name == *group) {
            return *weight;
        }
        let named: f64 = self.weights.iter().map(|(_, weight)| weight).sum();
        let others = self.counted_groups().len().saturating_sub(self.weights.len());
        (100.0 - named).max(0.0) / crate::math::count(others.max(1) as u64)
    }
}

fn weight_path(group: &str) -> alloc::string::String {
    let plain = !group.is_empty() && group.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain { format!("group_weights.{group}") } else { format!("group_weights[\"{}\"]", Escaped(group)) }
}

/// The first name that was there before, with its place.
fn repeated<'a>(names: &[&'a str]) -> Option<(usize, &'a str)> {
    let seen =
        |(position, name): &(usize, &'a str)| names.iter().take(*position).any(|earlier| earlier == name);
    names.iter().copied().enumerate().find(seen)
}
