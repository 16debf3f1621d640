//! What happened in one release, as it is told at the end: the summary, and the page's series.

use crate::page::{DecisionRow, Fact, Outcome, ReleaseReport};
use crate::plot::{Mark, Plot, Point, Rate, Series, Tone};
use crate::text::{count, duration, percent};
use rampgate::canary::{GuardrailReport, Interval};
use rampgate::release::{Spec, Step};
use rampgate::rollout::{Action, Phase};
use rampgate::{Share, Timestamp};

/// Evidence of safety is drawn up to this many times what is needed: it grows without bound, and would flatten the plot.
const SAFETY_SHOWN: f64 = 2.0;

/// Gathers the numbers of one replay.
#[derive(Debug)]
pub(crate) struct Story {
    title: String,
    intro: String,
    name: String,
    canary: String,
    /// When the new version begins to fail, where that is known; `None` inside where it never does.
    fault: Option<Option<Timestamp>>,
    start: Timestamp,
    end: Timestamp,
    phase: Phase,
    requests: u64,
    /// Requests that the new version served, and those of them that failed; all, and since the fault.
    served: Served,
    served_since_fault: Served,
    rolled_back: Option<Timestamp>,
    budget_left_ppm: Option<i64>,
    exposure: Vec<Point>,
    harm: Vec<Point>,
    safety: Vec<Point>,
    needed: f64,
    rates: [Vec<Rate>; 2],
    budget: Vec<Point>,
    marks: Vec<Mark>,
    decisions: Vec<DecisionRow>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Served {
    requests: u64,
    failures: u64,
}

impl Served {
    fn add(&mut self, failed: bool) {
        self.requests = self.requests.saturating_add(1);
        self.failures = self.failures.saturating_add(u64::from(failed));
    }
}

impl Story {
    /// `fault` is `None` where nobody knows whether the new version is bad, as with a user's own log.
    pub(crate) fn new(title: &str, intro: &str, spec: &Spec, fault: Option<Option<Timestamp>>) -> Self {
        Self {
            title: title.to_owned(),
            intro: intro.to_owned(),
            name: spec.name().to_owned(),
            canary: spec.flag().variants().nth(1).unwrap_or_default().to_owned(),
            fault,
            start: Timestamp::EPOCH,
            end: Timestamp::EPOCH,
            phase: Phase::Draft,
            requests: 0,
            served: Served::default(),
            served_since_fault: Served::default(),
            rolled_back: None,
            budget_left_ppm: None,
            exposure: Vec::new(),
            harm: Vec::new(),
            safety: Vec::new(),
            needed: f64::NAN,
            rates: [Vec::new(), Vec::new()],
            budget: Vec::new(),
            marks: Vec::new(),
            decisions: Vec::new(),
        }
    }

    /// Name of the release.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Name of the new version.
    pub(crate) fn canary(&self) -> &str {
        &self.canary
    }

    pub(crate) fn begin(&mut self, at: Timestamp) {
        self.start = at;
        self.end = at;
    }

    pub(crate) fn served(&mut self, at: Timestamp, canary: bool, failed: bool) {
        self.requests = self.requests.saturating_add(1);
        if canary {
            self.served.add(failed);
            if self.fault.flatten().is_some_and(|fault| at >= fault) {
                self.served_since_fault.add(failed);
            }
        }
    }

    pub(crate) fn looked(&mut self, at: Timestamp, exposure: Share, step: &Step) {
        self.end = self.end.max(at);
        let at_ms = at.as_millis();
        if let Some(report) = &step.report {
            self.needed = report.finding.ln_harm_needed;
            self.harm.push(Point { at_ms, value: report.finding.ln_harm });
            let highest = SAFETY_SHOWN * report.finding.ln_safety_needed;
            self.safety.push(Point { at_ms, value: report.finding.ln_safety.min(highest) });
            if let Some(guardrail) = report.guardrails.first() {
                self.push_rates(at_ms, guardrail);
            }
        }
        if let Some(left) = step.gate.as_ref().and_then(|gate| gate.budget().remaining_by_time_ppm()) {
            self.budget_left_ppm = Some(left);
            self.budget.push(Point { at_ms, value: millionths(left) });
        }
        for decision in &step.decisions {
            let label = match decision.action {
                Action::Advance => Some((percent(exposure.fraction()), false)),
                Action::Bake => Some(("bake".to_owned(), false)),
                Action::Complete => Some(("complete".to_owned(), false)),
                Action::RollBack => Some(("rolled back".to_owned(), true)),
                _ => None,
            };
            self.marks.extend(label.map(|(label, strong)| Mark { at_ms, label, strong }));
            if decision.action == Action::RollBack {
                self.rolled_back = Some(at);
            }
            self.decisions.push(DecisionRow {
                at_ms,
                action: decision.action.to_string(),
                exposure: decision.exposure.fraction(),
                reasons: decision.reasons.iter().map(ToString::to_string).collect(),
            });
        }
        let value = exposure.fraction();
        if self.exposure.last().is_none_or(|last| last.value.total_cmp(&value).is_ne()) {
            self.exposure.push(Point { at_ms, value });
        }
    }

    fn push_rates(&mut self, at_ms: u64, guardrail: &GuardrailReport) {
        let rate = |rate: Option<f64>, interval: Interval| {
            Some(Rate { at_ms, rate: rate?, low: interval.lower?, high: interval.upper? })
        };
        let Some(found) = guardrail.comparison else { return };
        let [control, canary] = &mut self.rates;
        control.extend(rate(found.estimates.control, found.intervals.control));
        canary.extend(rate(found.estimates.canary, found.intervals.canary));
    }

    pub(crate) fn end(&mut self, phase: Phase) {
        self.phase = phase;
        if let Some(fault) = self.fault.flatten().filter(|fault| *fault <= self.end) {
            self.marks.push(Mark {
                at_ms: fault.as_millis(),
                label: "fault begins".to_owned(),
                strong: true,
            });
        }
    }

    /// Where the release stood when the traffic ended.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.phase {
            Phase::Completed => Outcome::Completed,
            Phase::RollingBack | Phase::RollbackFailed | Phase::RolledBack => Outcome::RolledBack,
            _ => Outcome::Running,
        }
    }

    /// What the outcome means, in one sentence that does not repeat it.
    fn headline(&self) -> String {
        let after = |at: Timestamp| duration(at.since(self.start).as_millis());
        match (self.outcome(), self.rolled_back, self.fault.flatten()) {
            (Outcome::RolledBack, Some(at), Some(fault)) if at >= fault => format!(
                "{} after the new version began to fail; {} of its requests failed until then.",
                duration(at.since(fault).as_millis()),
                count(self.served_since_fault.failures),
            ),
            (Outcome::RolledBack, Some(at), _) => format!("{} after the start.", after(at)),
            (Outcome::RolledBack, None, _) => "Cancelled before anyone was exposed.".to_owned(),
            (Outcome::Completed, ..) => {
                format!("Everyone has the new version, {} after the start.", after(self.end))
            }
            (Outcome::Running, ..) => {
                format!("The traffic ended after {} while the release was {}.", after(self.end), self.phase)
            }
        }
    }

    /// The outcome and the headline, for the terminal.
    pub(crate) fn closing_line(&self) -> String {
        let outcome = match self.outcome() {
            Outcome::Completed => "Completed",
            Outcome::RolledBack => "Rolled back",
            Outcome::Running => "Still running",
        };
        format!("{outcome}. {}", self.headline())
    }

    /// The summary, for the terminal and the page.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let fact = |label: &str, value: String, detail: &str| Fact {
            label: label.to_owned(),
            value,
            detail: detail.to_owned(),
        };
        let mut facts = vec![fact("Outcome", self.phase.to_string(), "")];
        let detection = match (self.fault, self.rolled_back) {
            (Some(Some(fault)), Some(at)) if at >= fault => duration(at.since(fault).as_millis()),
            (Some(Some(_)), _) => "not detected".to_owned(),
            (Some(None), _) => "nothing to detect".to_owned(),
            (None, _) => "unknown: nobody marked a fault in this traffic".to_owned(),
        };
        facts.push(fact("Time to detect", detection, "from the first moment of the fault to exposure 0"));
        let hit = if self.fault.flatten().is_some() { self.served_since_fault } else { self.served };
        let since = if self.fault.flatten().is_some() { "since the fault began" } else { "in all" };
        let units = format!("{} of {} served", count(hit.failures), count(hit.requests));
        facts.push(fact(
            "Units hit",
            units,
            &format!("failures among requests that the new version served, {since}"),
        ));
        let spent = self
            .budget_left_ppm
            .map_or_else(|| "no objective".to_owned(), |left| percent(1.0 - millionths(left)));
        facts.push(fact("Budget spent", spent, "by the whole service, share of the period's error budget"));
        let alarms = match (self.fault, self.rolled_back) {
            (None, _) => "unknown".to_owned(),
            (Some(fault), Some(at)) if fault.is_none_or(|fault| at < fault) => "1".to_owned(),
            _ => "0".to_owned(),
        };
        facts.push(fact("False alarms", alarms, "rollbacks of a version that was not worse"));
        facts.push(fact("Requests replayed", count(self.requests), ""));
        facts
    }

    /// The release's part of the page.
    pub(crate) fn into_report(self) -> ReleaseReport {
        let (outcome, headline, facts) = (self.outcome(), self.headline(), self.facts());
        let [control, canary] = &self.rates;
        let mut evidence = Plot::evidence(self.harm, self.needed);
        evidence.series.push(Series::line("evidence of safety in the stage, cut", Tone::Beside, self.safety));
        let mut plots =
            vec![Plot::exposure(self.exposure), evidence, Plot::error_rates(0.95, control, canary)];
        if !self.budget.is_empty() {
            plots.push(Plot::budget(self.budget));
        }
        ReleaseReport {
            title: self.title,
            intro: self.intro,
            outcome,
            headline,
            facts,
            start_ms: self.start.as_millis(),
            end_ms: self.end.as_millis(),
            marks: self.marks,
            plots,
            decisions: self.decisions,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a budget in millionths, for showing")]
fn millionths(parts: i64) -> f64 {
    parts as f64 / 1e6
}
