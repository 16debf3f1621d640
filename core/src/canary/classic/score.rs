use super::{Class, Config, MetricReport};
use crate::math;
use crate::quantity::shown;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What the classic judge says of a canary. A closed set: only [`Pass`](Self::Pass) is a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Verdict {
    /// The score reaches the pass threshold.
    Pass,
    /// The score reaches the marginal threshold alone.
    Marginal,
    /// The score reaches neither, or a critical metric failed.
    Fail,
    /// Half of the metrics or more have no data. Kayenta says Fail, or Pass where gaps are replaced.
    Nodata,
    /// A metric could not be compared, and nothing else failed the canary. Kayenta does not count such metrics, and passes a canary made of
    /// nothing else.
    Error,
}

/// The score of one group of metrics.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupReport {
    /// Name of the group.
    pub name: Box<str>,
    /// Its part of the whole score, in percent.
    pub weight: f64,
    /// Percentage of its metrics that pass; `None` where none has data, which counts as 100.
    pub score: Option<f64>,
}

/// What the classic judge says, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What to do.
    pub verdict: Verdict,
    /// From 0 to 100. 0 where a critical metric failed, and for the verdicts `Nodata` and `Error`.
    pub score: f64,
    /// Why, with the numbers, for people.
    pub reason: String,
    /// The groups with a metric that is not muted, in the order in which the configuration first names them.
    pub groups: Vec<GroupReport>,
    /// Every metric, in the order of the configuration.
    pub metrics: Vec<MetricReport>,
}

impl Report {
    pub(super) fn of(config: &Config, metrics: Vec<MetricReport>) -> Self {
        let groups: Vec<GroupReport> = config
            .counted_groups()
            .into_iter()
            .map(|name| GroupReport {
                name: name.into(),
                weight: config.weight(name),
                score: group_score(config, &metrics, name),
            })
            .collect();
        let sum: f64 = groups.iter().map(|group| group.score.unwrap_or(100.0) * (group.weight / 100.0)).sum();
        let total = math::floor(sum * 100.0 + 0.5) / 100.0;
        let counted = || metrics.iter().filter(|metric| !metric.muted);
        let of_class = |class: Class| counted().filter(|metric| metric.class == class).count();
        let nodata = of_class(Class::Nodata);
        let (verdict, score, reason) = if let Some(metric) = counted().find(|metric| metric.critical) {
            (Verdict::Fail, 0.0, format!("the critical metric `{}` failed", metric.name))
        } else if 2 * nodata >= counted().count() {
            let all = counted().count();
            (Verdict::Nodata, 0.0, format!("{nodata} of {all} metrics have no data, half or more"))
        } else if total < config.marginal {
            let reason = format!("the score {} is below {}", shown(total), shown(config.marginal));
            (Verdict::Fail, total, reason)
        } else if let Some(metric) = counted().find(|metric| metric.class == Class::Error) {
            (Verdict::Error, 0.0, format!("the metric `{}` could not be compared", metric.name))
        } else if total >= config.pass {
            (Verdict::Pass, total, format!("the score {} reaches {}", shown(total), shown(config.pass)))
        } else {
            let (total_text, low, high) = (shown(total), shown(config.marginal), shown(config.pass));
            (Verdict::Marginal, total, format!("the score {total_text} reaches {low} and not {high}"))
        };
        Self { verdict, score, reason, groups, metrics }
    }
}

/// Percentage of passes among the metrics of the group that count.
fn group_score(config: &Config, reports: &[MetricReport], group: &str) -> Option<f64> {
    let (mut passed, mut all) = (0, 0);
    for (metric, report) in config.metrics.iter().zip(reports) {
        if !metric.muted && metric.groups.iter().any(|name| **name == *group) {
            passed += u64::from(report.class == Class::Pass);
            all += u64::from(!matches!(report.class, Class::Nodata | Class::Error));
        }
    }
    (all > 0).then(|| math::count(passed) / math::count(all) * 100.0)
}
