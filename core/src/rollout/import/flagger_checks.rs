use super::duration::go_duration;
use super::kubernetes::given;
use super::report::Report;
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::Share;
use alloc::format;
use alloc::string::String;

/// What Flagger asks on the way: metrics and webhooks.
pub(super) struct Checks {
    /// Whether anything is checked while the canary is exposed.
    pub(super) any: bool,
    /// Whether somebody is asked before each increase of traffic.
    pub(super) before_increases: bool,
    /// Whether somebody is asked before the promotion.
    pub(super) before_promotion: bool,
}

/// What a webhook is for.
#[derive(Clone, Copy)]
enum Hook {
    Check,
    Start,
    Before,
    Increase,
    Promotion,
    Abort,
    Notice,
}

const HOOKS: [(&str, Hook); 9] = [
    ("", Hook::Check),
    ("rollout", Hook::Check),
    ("confirm-rollout", Hook::Start),
    ("pre-rollout", Hook::Before),
    ("confirm-traffic-increase", Hook::Increase),
    ("confirm-promotion", Hook::Promotion),
    ("rollback", Hook::Abort),
    ("post-rollout", Hook::Notice),
    ("event", Hook::Notice),
];

/// Where a guardrail with a ceiling is more lenient than a threshold.
const OR: &str = "or where the canary's rate is shown to be less than `margin_ratio` times the control's, even if both are above it";

impl Checks {
    /// Reads `metrics` and `webhooks`.
    pub(super) fn read(fields: &mut Fields<'_>, report: &mut Report) -> Option<Self> {
        let mut checks = Self { any: false, before_increases: false, before_promotion: false };
        let (metrics, webhooks) = (given(fields, "metrics"), given(fields, "webhooks"));
        let mut sound = true;
        for metric in metrics.iter().flat_map(Field::list).flatten() {
            checks.any = true;
            sound &= read_metric(&metric, report).is_some();
        }
        for webhook in webhooks.iter().flat_map(Field::list).flatten() {
            sound &= checks.read_webhook(&webhook, report).is_some();
        }
        sound.then_some(checks)
    }

    fn read_webhook(&mut self, webhook: &Field<'_>, report: &mut Report) -> Option<()> {
        let hook = match given(&mut webhook.object()?, "type") {
            None => Hook::Check,
            Some(field) => field.choice(&HOOKS)?,
        };
        match hook {
            Hook::Check => {
                self.any = true;
                let why = "an outside check while the canary runs: the stages require `safe`, and this one's result has to reach the release as \
                           outcomes, or as an abort";
                report.dropped(webhook, why);
            }
            Hook::Start => {
                report.approximated(webhook, "nobody is exposed yet: starting the release is this approval");
            }
            Hook::Before => {
                report.dropped(webhook, "runs before anybody is exposed: run it before the release starts");
            }
            Hook::Increase => {
                self.before_increases = true;
                report.approximated(
                    webhook,
                    "is an `approval` on every stage of the analysis, and starting is the first of them: the host approves where the hook says yes",
                );
            }
            Hook::Promotion => {
                self.before_promotion = true;
                report.approximated(webhook, "is an `approval` on the last stage of the analysis: the host approves where the hook says yes");
            }
            Hook::Abort => report.dropped(
                webhook,
                "asks whether to roll back: the host aborts the release where the hook says yes",
            ),
            Hook::Notice => report.dropped(webhook, "notices are the host's: it has every decision"),
        }
        Some(())
    }
}

fn read_metric(metric: &Field<'_>, report: &mut Report) -> Option<()> {
    let mut fields = metric.object()?;
    let name = fields.required("name")?.name()?;
    if let Some(interval) = given(&mut fields, "interval") {
        go_duration(&interval)?;
    }
    let range = match given(&mut fields, "thresholdRange") {
        None => None,
        Some(range) => Some(range.object()?),
    };
    let (mut least, mut most) = (None, None);
    if let Some(mut range) = range {
        least = threshold(given(&mut range, "min"))?;
        most = threshold(given(&mut range, "max"))?;
    }
    let older = threshold(given(&mut fields, "threshold"))?;
    match name {
        "request-success-rate" => {
            let least = least.or(older);
            let ceiling = least.as_ref().and_then(|least| format!("{least}%").parse::<Share>().ok()).map(Share::complement);
            match ceiling.filter(|ceiling| *ceiling > Share::ZERO && *ceiling < Share::ALL) {
                Some(ceiling) => report.proposed(
                    metric,
                    format!(
                        "the share at one moment is not evidence; the guardrail counts requests that failed, and is safe where fewer than {ceiling} \
                         are shown to, {OR}"
                    ),
                    rate(name, ceiling),
                ),
                None => report.dropped(metric, "its threshold is none that a guardrail has: restate it as a guardrail of the release"),
            }
        }
        "request-duration" => match most.or(older) {
            // The query is the 99th percentile: it is above the threshold where more than 1% of requests are slower.
            Some(most) => report.proposed(
                metric,
                format!(
                    "the 99th percentile is above {most} ms where more than 1% of requests take longer; the guardrail counts those as failures, and is \
                     safe where fewer than 1% are shown to, {OR}. A `distribution` guardrail compares whole latencies with the control's, and has no \
                     fixed limit"
                ),
                rate(name, Share::clamped(10_000)),
            ),
            None => report.dropped(metric, "its threshold is none that a guardrail has: restate it as a guardrail of the release"),
        },
        _ => report.dropped(metric, "a query and its threshold are not evidence: restate them as a guardrail of the release"),
    }
    Some(())
}

/// The digits of a number that may be absent; `None` where it is none.
fn threshold(field: Option<Field<'_>>) -> Option<Option<String>> {
    let Some(field) = field else { return Some(None) };
    if !field.is_number() {
        field.refuse(Kind::Type, "must be a number");
        return None;
    }
    let shown = field.node().shown();
    Some(Some(shown.strip_suffix(".0").map_or_else(|| shown.clone(), String::from)))
}

fn rate(name: &str, ceiling: Share) -> String {
    format!(r#"{{"name":"{name}","measure":"rate","ceiling":"{ceiling}"}}"#)
}
