use super::{
    Arms, Cell, Finding, Guardrail, GuardrailReport, Lack, Policy, RateTest, Report, Verdict,
    confidence_sequence, ln_evidence_below, ln_evidence_of_mismatch, ratio_interval, restart,
};
use crate::error::{Error, Kind};
use crate::math::{self, LogSum};
use crate::observe::{Counts, Metric, Tally};
use crate::quantity::{Probability, Share, Span, Timestamp};
use alloc::vec::Vec;

/// What both arms saw while one pair of shares was in force. Counts are never pooled over epochs of different shares.
#[derive(Clone, Copy, Debug)]
pub struct Epoch<'a> {
    /// The stage it belongs to, counted from 0.
    pub stage: u32,
    /// Share of all units that were in the canary.
    pub canary_share: Share,
    /// Share of all units that were in the control and analysed.
    pub control_share: Share,
    /// What the canary saw.
    pub canary: &'a Tally,
    /// What the control saw.
    pub control: &'a Tally,
}

impl Epoch<'_> {
    /// The canary's share of the analysed units; 0 or 1 where one arm was empty by plan, and nothing can be compared.
    fn rho(&self) -> f64 {
        let canary = f64::from(self.canary_share.parts_per_million());
        let both = canary + f64::from(self.control_share.parts_per_million());
        if both > 0.0 { canary / both } else { 0.0 }
    }

    fn is_comparable(&self) -> bool {
        self.canary_share > Share::ZERO && self.control_share > Share::ZERO
    }

    fn cell(&self, metric: Metric) -> Cell {
        Cell {
            rho: self.rho(),
            canary_failures: self.canary.counts(metric).failures(),
            control_failures: self.control.counts(metric).failures(),
        }
    }
}

/// One look: all epochs of the present attempt, and when it is taken.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The epochs of this attempt, of all stages so far. Those of other attempts are void and must be left out.
    pub epochs: &'a [Epoch<'a>],
    /// The stage to be judged.
    pub stage: u32,
    /// How many stages the plan has.
    pub stages: u32,
    /// When the look is taken.
    pub at: Timestamp,
    /// Outcomes older than this are [`Lack::Stale`].
    pub stale_after: Span,
}

/// Several guardrails, one verdict.
///
/// Rollback: the weighted mean of all guardrails' harm evidence, each a mixture over restarts, reaches 1/alpha. The mean of
/// e-values is an e-value whatever their dependence (Vovk and Wang 2021), so neither more guardrails nor more looks raise the error.
/// Safety: every required guardrail reaches 1/beta in the present stage (an intersection-union test, which needs no correction).
#[derive(Clone, Debug, PartialEq)]
pub struct Judge {
    policy: Policy,
    guardrails: Vec<Guardrail>,
}

impl Judge {
    /// # Errors
    /// No guardrail, more than 32, two of one name, or none that is required.
    pub fn new(policy: Policy, guardrails: Vec<Guardrail>) -> Result<Self, Error> {
        if guardrails.is_empty() || guardrails.len() > Metric::MAX {
            return Err(Error::new(
                "guardrails",
                Kind::Range,
                "must be 1 to 32 guardrails",
                guardrails.len(),
            ));
        }
        for (position, guardrail) in guardrails.iter().enumerate() {
            if guardrails.iter().take(position).any(|earlier| earlier.name() == guardrail.name()) {
                let path = alloc::format!("guardrails[{position}].name");
                return Err(Error::new(
                    path,
                    Kind::Conflict,
                    "must not repeat an earlier name",
                    guardrail.name(),
                ));
            }
        }
        if !guardrails.iter().any(Guardrail::is_required) {
            let rule = "must hold one that is required, or nothing would ever be shown to be safe";
            return Err(Error::absent("guardrails", Kind::Conflict, rule));
        }
        Ok(Self { policy, guardrails })
    }

    /// The guardrails, in the order of the spec: position `i` is [`Metric`] `i`.
    #[must_use]
    pub fn guardrails(&self) -> &[Guardrail] {
        &self.guardrails
    }

    /// The metric of a guardrail's name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.guardrails.iter().position(|guardrail| guardrail.name() == name).and_then(Metric::new)
    }

    /// The verdict with the numbers that a rollout acts on. Pure: the same look gives the same finding, bit for bit, on every
    /// platform.
    #[must_use]
    pub fn find(&self, look: &Look<'_>) -> Finding {
        self.finding(look, &self.evidence(look), ln_mismatch(look))
    }

    /// The finding with everything that explains it: counts, rates, intervals, culprits. Costs two to three times [`find`](Self::find).
    #[must_use]
    pub fn judge(&self, look: &Look<'_>) -> Report {
        let evidence = self.evidence(look);
        let ln_mismatch = ln_mismatch(look);
        let finding = self.finding(look, &evidence, ln_mismatch);
        let culprits = culprits(&evidence, finding.ln_harm_needed);
        let guardrails =
            (0..).map_while(Metric::new).zip(&self.guardrails).zip(evidence.iter().zip(culprits));
        let units = |arm: fn(&Epoch<'_>) -> u64| look.epochs.iter().map(arm).fold(0, u64::saturating_add);
        Report {
            finding,
            units: Arms {
                canary: units(|epoch| epoch.canary.units()),
                control: units(|epoch| epoch.control.units()),
            },
            ln_mismatch,
            ln_mismatch_needed: needed(self.policy.srm_alpha),
            guardrails: guardrails
                .map(|((metric, guardrail), (evidence, culprit))| {
                    self.explain(look, metric, guardrail, *evidence, culprit)
                })
                .collect(),
        }
    }

    fn evidence(&self, look: &Look<'_>) -> Vec<Evidence> {
        let guardrails = (0..).map_while(Metric::new).zip(&self.guardrails);
        guardrails.map(|(metric, guardrail)| Evidence::of(look, metric, guardrail)).collect()
    }

    fn finding(&self, look: &Look<'_>, evidence: &[Evidence], ln_mismatch: f64) -> Finding {
        let ln_harm = ln_mean(evidence.iter().map(|evidence| (evidence.weight, evidence.ln_harm)));
        let ln_harm_needed = needed(self.policy.alpha);
        let required = self.guardrails.iter().zip(evidence).filter(|(guardrail, _)| guardrail.is_required());
        let ln_safety = required.map(|(_, evidence)| evidence.ln_safety).fold(f64::INFINITY, f64::min);
        let ln_safety_needed = needed(self.policy.beta);
        let verdict = if ln_harm >= ln_harm_needed {
            Verdict::Harm
        } else if ln_mismatch >= needed(self.policy.srm_alpha) {
            Verdict::Invalid
        } else if let Some(lack) = self.lack(look) {
            Verdict::Insufficient(lack)
        } else if ln_safety >= ln_safety_needed {
            Verdict::Safe
        } else {
            Verdict::Inconclusive
        };
        Finding { verdict, units: stage_units(look), ln_harm, ln_harm_needed, ln_safety, ln_safety_needed }
    }

    fn explain(
        &self,
        look: &Look<'_>,
        metric: Metric,
        guardrail: &Guardrail,
        evidence: Evidence,
        culprit: bool,
    ) -> GuardrailReport {
        let counts = Arms {
            canary: merged(look.epochs.iter().map(|epoch| epoch.canary.counts(metric))),
            control: merged(look.epochs.iter().map(|epoch| epoch.control.counts(metric))),
        };
        let interval = |counts| confidence_sequence(counts, self.policy.alpha);
        GuardrailReport {
            name: guardrail.name().into(),
            counts,
            rates: Arms { canary: counts.canary.rate(), control: counts.control.rate() },
            rate_intervals: Arms { canary: interval(counts.canary), control: interval(counts.control) },
            ratio_interval: ratio_interval(&cells(look, metric, |_| true), self.policy.alpha),
            ln_harm: evidence.ln_harm,
            ln_safety: evidence.ln_safety,
            culprit,
        }
    }

    /// What is missing in the stage judged, if anything.
    fn lack(&self, look: &Look<'_>) -> Option<Lack> {
        let stage: Vec<&Epoch<'_>> = look.epochs.iter().filter(|epoch| epoch.stage == look.stage).collect();
        let Some(newest) = stage.iter().filter_map(|epoch| epoch.canary.newest()).max() else {
            return Some(Lack::NoData);
        };
        if look.at.since(newest) > look.stale_after {
            return Some(Lack::Stale);
        }
        let observed = |metric: Metric| stage.iter().any(|epoch| epoch.canary.counts(metric).units() > 0);
        let required = (0..).map_while(Metric::new).zip(&self.guardrails).filter(|(_, g)| g.is_required());
        required.map(|(metric, _)| metric).any(|metric| !observed(metric)).then_some(Lack::MissingMetric)
    }
}

/// The evidence at which a test of this level decides, as ln of an e-value: ln(1/level) (Ville 1939).
fn needed(level: Probability) -> f64 {
    -math::ln(level.get())
}

/// Units of the canary in the stage judged.
fn stage_units(look: &Look<'_>) -> u64 {
    let stage = look.epochs.iter().filter(|epoch| epoch.stage == look.stage);
    stage.map(|epoch| epoch.canary.units()).fold(0, u64::saturating_add)
}

/// What one guardrail says, in logarithms of e-values.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Evidence {
    weight: f64,
    ln_harm: f64,
    ln_safety: f64,
}

impl Evidence {
    fn of(look: &Look<'_>, metric: Metric, guardrail: &Guardrail) -> Self {
        Self {
            weight: guardrail.weight().into(),
            ln_harm: ln_harm(look, metric, guardrail),
            ln_safety: ln_safety(look, metric, guardrail),
        }
    }
}

/// The counts that one rate test sees, of the stages wanted.
fn cells(look: &Look<'_>, metric: Metric, wanted: impl Fn(u32) -> bool) -> Vec<Cell> {
    let epochs = look.epochs.iter().filter(|epoch| epoch.is_comparable() && wanted(epoch.stage));
    epochs.map(|epoch| epoch.cell(metric)).collect()
}

/// The mixture over restarts: the test that starts with stage j sees that stage and the later ones, and counts 1 before.
fn ln_harm(look: &Look<'_>, metric: Metric, guardrail: &Guardrail) -> f64 {
    let Ok(test) = RateTest::harm(guardrail.tolerated()) else { return 0.0 };
    ln_mean((0..look.stages.max(1)).map(|start| {
        let seen = |stage| stage >= start;
        let ln_evidence = if start > look.stage { 0.0 } else { test.ln_evidence(&cells(look, metric, seen)) };
        (restart::weight(start, look.stages), ln_evidence)
    }))
}

/// By the ratio, by the ceiling, or by the mean of the two where both can speak: then the claim that is tested is that the canary
/// is both beyond the margin and above the ceiling.
fn ln_safety(look: &Look<'_>, metric: Metric, guardrail: &Guardrail) -> f64 {
    let cells = cells(look, metric, |stage| stage == look.stage);
    let relative = RateTest::safety(guardrail.margin()).ok().filter(|_| !cells.is_empty());
    let ln_relative = relative.map(|test| test.ln_evidence(&cells));
    let ln_absolute = guardrail.ceiling().map(|ceiling| {
        let stage = look.epochs.iter().filter(|epoch| epoch.stage == look.stage);
        ln_evidence_below(ceiling, merged(stage.map(|epoch| epoch.canary.counts(metric))))
    });
    match (ln_relative, ln_absolute) {
        (Some(relative), Some(absolute)) => ln_mean([(1.0, relative), (1.0, absolute)]),
        (Some(evidence), None) | (None, Some(evidence)) => evidence,
        (None, None) => 0.0,
    }
}

/// Evidence that units did not fall into the arms as assigned, over all epochs: factors multiply.
fn ln_mismatch(look: &Look<'_>) -> f64 {
    let epochs = look.epochs.iter().filter(|epoch| epoch.is_comparable());
    epochs
        .map(|epoch| ln_evidence_of_mismatch(epoch.rho(), epoch.canary.units(), epoch.control.units()))
        .sum()
}

fn merged(counts: impl Iterator<Item = Counts>) -> Counts {
    counts.fold(Counts::default(), Counts::merged)
}

/// ln of the weighted mean of e-values that are given by their logarithms.
fn ln_mean(weighted: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut total) = (LogSum::new(), 0.0);
    for (weight, ln_evidence) in weighted {
        if weight > 0.0 {
            sum.add(math::ln(weight) + ln_evidence);
            total += weight;
        }
    }
    sum.ln() - math::ln(total)
}

/// Which guardrails a closed test names: those for which the weighted mean over *every* set that contains them reaches the
/// threshold (Marcus, Peritz and Gabriel 1976; e-values by Vovk and Wang 2021). The worst set adds the others from the
/// smallest evidence up, so it is enough to look at those.
fn culprits(evidence: &[Evidence], needed: f64) -> Vec<bool> {
    let mut ascending: Vec<(usize, f64, f64)> = Vec::with_capacity(evidence.len());
    for (position, e) in evidence.iter().enumerate() {
        let place = ascending.partition_point(|(.., ln_harm)| ln_harm.total_cmp(&e.ln_harm).is_le());
        ascending.insert(place, (position, e.weight, e.ln_harm));
    }
    let named = |(position, own): (usize, &Evidence)| {
        let mut set = Vec::from([(own.weight, own.ln_harm)]);
        let mut holds = own.ln_harm >= needed;
        for (_, weight, ln_harm) in ascending.iter().filter(|(other, ..)| *other != position) {
            set.push((*weight, *ln_harm));
            holds &= ln_mean(set.iter().copied()) >= needed;
        }
        holds
    };
    evidence.iter().enumerate().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Outcome;
    use alloc::string::ToString;
    use alloc::vec;

    const AT: Timestamp = Timestamp::EPOCH;

    fn tally(units: u64, failures: &[u64]) -> Tally {
        let mut tally = Tally::new(failures.len());
        for unit in 0..units {
            let failed = |outcome: Outcome, (position, failures): (usize, &u64)| {
                if unit < *failures { outcome.failed(Metric::new(position).unwrap()) } else { outcome }
            };
            tally.record(AT, failures.iter().enumerate().fold(Outcome::good(), failed));
        }
        tally
    }

    fn judge(names: &[&str]) -> Judge {
        let guardrails = names.iter().map(|name| Guardrail::new(name).unwrap()).collect();
        Judge::new(Policy::default(), guardrails).unwrap()
    }

    fn half() -> Share {
        "50%".parse().unwrap()
    }

    fn epoch<'a>(stage: u32, canary: &'a Tally, control: &'a Tally) -> Epoch<'a> {
        Epoch { stage, canary_share: half(), control_share: half(), canary, control }
    }

    fn verdict(judge: &Judge, epochs: &[Epoch<'_>]) -> Report {
        let stage = epochs.last().map_or(0, |epoch| epoch.stage);
        judge.judge(&Look { epochs, stage, stages: 3, at: AT, stale_after: Span::ZERO })
    }

    #[test]
    fn harm_names_its_culprit_and_only_it() {
        let (canary, control) = (tally(2_000, &[60, 10, 0]), tally(2_000, &[20, 10, 0]));
        let report = verdict(&judge(&["errors", "timeouts", "refunds"]), &[epoch(0, &canary, &control)]);
        assert_eq!(report.finding.verdict, Verdict::Harm);
        let culprits: Vec<bool> = report.guardrails.iter().map(|guardrail| guardrail.culprit).collect();
        assert_eq!(culprits, [true, false, false]);
        assert!(report.guardrails[0].ratio_interval.lower.unwrap() > 1.0);
    }

    #[test]
    fn silence_is_neither_a_pass_nor_a_failure() {
        let judge = judge(&["errors", "timeouts"]);
        assert_eq!(verdict(&judge, &[]).finding.verdict, Verdict::Insufficient(Lack::NoData));
        let (nothing, control) = (Tally::new(2), tally(50_000, &[50, 50]));
        let report = verdict(&judge, &[epoch(0, &nothing, &nothing)]);
        assert_eq!(report.finding.verdict, Verdict::Insufficient(Lack::NoData));
        // a control that flows while the canary is silent is a broken split
        assert_eq!(verdict(&judge, &[epoch(0, &nothing, &control)]).finding.verdict, Verdict::Invalid);
        let mut unseen = Tally::new(2);
        for _ in 0..100 {
            unseen.record(AT, Outcome::good().missing(Metric::new(1).unwrap()));
        }
        let report = verdict(&judge, &[epoch(0, &unseen, &tally(100, &[0, 0]))]);
        assert_eq!(report.finding.verdict, Verdict::Insufficient(Lack::MissingMetric));
    }

    #[test]
    fn old_outcomes_are_stale() {
        let (canary, control) = (tally(100, &[0]), tally(100, &[0]));
        let epochs = [epoch(0, &canary, &control)];
        let late = Timestamp::from_millis(60_001).unwrap();
        let look =
            Look { epochs: &epochs, stage: 0, stages: 1, at: late, stale_after: "1m".parse().unwrap() };
        assert_eq!(judge(&["errors"]).judge(&look).finding.verdict, Verdict::Insufficient(Lack::Stale));
    }

    #[test]
    fn safety_is_earned_anew_in_each_stage() {
        let (good, few) = (tally(20_000, &[200]), tally(500, &[5]));
        let judge = judge(&["errors"]);
        assert_eq!(verdict(&judge, &[epoch(0, &good, &good)]).finding.verdict, Verdict::Safe);
        let report = verdict(&judge, &[epoch(0, &good, &good), epoch(1, &few, &few)]);
        assert_eq!(report.finding.verdict, Verdict::Inconclusive);
        assert_eq!((report.finding.units, report.units.canary), (500, 20_500));
    }

    #[test]
    fn a_ceiling_proves_safety_where_nothing_fails() {
        let clean = tally(1_000, &[0]);
        let epochs = [epoch(0, &clean, &clean)];
        assert_eq!(verdict(&judge(&["errors"]), &epochs).finding.verdict, Verdict::Inconclusive);
        let guardrail = Guardrail::new("errors").unwrap().with_ceiling(Probability::new(0.01).unwrap());
        let judge = Judge::new(Policy::default(), vec![guardrail]).unwrap();
        assert_eq!(verdict(&judge, &epochs).finding.verdict, Verdict::Safe);
        let alone = [Epoch { canary_share: Share::ALL, control_share: Share::ZERO, ..epochs[0] }];
        assert_eq!(verdict(&judge, &alone).finding.verdict, Verdict::Safe);
    }

    #[test]
    fn a_late_regression_is_found_by_the_restart() {
        let (long, bad, control) = (tally(100_000, &[500]), tally(8_000, &[90]), tally(8_000, &[40]));
        let judge = judge(&["errors"]);
        let late = [epoch(0, &long, &long), epoch(1, &bad, &control)];
        assert_eq!(verdict(&judge, &late).finding.verdict, Verdict::Harm);
        let never_restarted = [epoch(0, &long, &long), epoch(0, &bad, &control)];
        assert_ne!(verdict(&judge, &never_restarted).finding.verdict, Verdict::Harm);
    }

    #[test]
    fn impossible_lists_of_guardrails_are_refused() {
        let errors = || Guardrail::new("errors").unwrap();
        let refused = |guardrails| Judge::new(Policy::default(), guardrails).unwrap_err().to_string();
        assert!(refused(vec![]).contains("`guardrails`"));
        assert!(refused(vec![errors(), errors()]).contains("`guardrails[1].name`"));
        assert!(refused(vec![errors().with_required(false)]).contains("one that is required"));
    }
}
