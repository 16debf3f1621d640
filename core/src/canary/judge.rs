use super::epoch::Joined;
use super::evidence::{Evidence, Needed, culprits, ln_mean};
use super::{
    Arms, Epoch, Finding, Guardrail, GuardrailReport, Lack, Look, Policy, Report, Verdict,
    ln_evidence_of_mismatch,
};
use crate::error::{Error, Kind};
use crate::math;
use crate::observe::{Metric, Series, Tally};
use crate::quantity::Probability;
use alloc::vec::Vec;

/// Several guardrails, one verdict.
///
/// Rollback: the weighted mean of all guardrails' harm evidence, each a mixture over restarts, reaches 1/alpha. The mean of
/// e-values is an e-value whatever their dependence (Vovk and Wang 2021), so neither more guardrails nor more looks raise the error.
/// Safety: every required guardrail reaches 1/beta in the present stage (an intersection-union test, which needs no correction).
///
/// **Holds when** each of its guardrails' tests does: units are assigned by the shares that the epochs state, each is counted once, outcomes of both arms are
/// recorded alike, references were frozen before the epoch that they judge; and when guardrails, weights, margins, the number of stages and of their segments are fixed before the
/// data is seen. A new segment may begin at any time, whatever was seen before. Looks may be taken at any time, and base rates may drift. A guardrail on a mean holds asymptotically, and a judge with one of them no
/// better. Alpha is spent by a release that is no worse than tolerated at *every* moment; beta by one that is beyond the margin throughout the *stage*.
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

    /// How often it may be wrong.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
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
        let joined = look.joined();
        let epochs: Vec<Epoch<'_>> = joined.iter().map(Joined::epoch).collect();
        let whole = Look { epochs: &epochs, ..*look };
        self.finding(&whole, &self.evidence(look, &whole, false), ln_mismatch(&whole))
    }

    /// The finding with everything that explains it: counts, rates, intervals, culprits. Costs two to three times [`find`](Self::find).
    #[must_use]
    pub fn judge(&self, look: &Look<'_>) -> Report {
        let joined = look.joined();
        let epochs: Vec<Epoch<'_>> = joined.iter().map(Joined::epoch).collect();
        let (cut, look) = (look, &Look { epochs: &epochs, ..*look });
        let evidence = self.evidence(cut, look, true);
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
                    GuardrailReport::of(look, metric, guardrail, evidence, culprit, self.policy.alpha)
                })
                .collect(),
        }
    }

    /// `look` is what the test for harm sees, and `whole` the same without restarts inside stages.
    fn evidence(&self, look: &Look<'_>, whole: &Look<'_>, forecast: bool) -> Vec<Evidence> {
        let total: f64 = self.guardrails.iter().map(|guardrail| f64::from(guardrail.weight())).sum();
        let guardrails = (0..).map_while(Metric::new).zip(&self.guardrails);
        guardrails
            .map(|(metric, guardrail)| {
                let needed = forecast.then(|| Needed {
                    harm: needed(self.policy.alpha) + math::ln(total / f64::from(guardrail.weight())),
                    safety: needed(self.policy.beta),
                });
                Evidence::of(look, whole, (metric, guardrail), needed)
            })
            .collect()
    }

    fn finding(&self, look: &Look<'_>, evidence: &[Evidence], ln_mismatch: f64) -> Finding {
        let by_weight: Vec<_> = evidence.iter().map(|evidence| (evidence.weight, evidence.ln_harm)).collect();
        let ln_harm = ln_mean(&by_weight);
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
        Finding { verdict, units: look.stage_units(), ln_harm, ln_harm_needed, ln_safety, ln_safety_needed }
    }

    /// What is missing in the stage judged, if anything.
    pub(super) fn lack(&self, look: &Look<'_>) -> Option<Lack> {
        let Some(newest) = look.present().filter_map(|epoch| epoch.canary.newest()).max() else {
            return Some(Lack::NoData);
        };
        if look.at.since(newest) > look.stale_after {
            return Some(Lack::Stale);
        }
        // what of an arm's units a metric observed: less than half of the part that it observed of the control's, and failures were lost with the rest
        let observed = |metric: Metric| {
            let sum = |of: &dyn Fn(&Epoch<'_>) -> u64| {
                u128::from(look.present().map(of).fold(0, u64::saturating_add))
            };
            let seen = |tally: &Tally| tally.series(metric).map_or(0, Series::units);
            let canary = sum(&|epoch| seen(epoch.canary));
            let twice = canary.saturating_mul(2).saturating_mul(sum(&|epoch| epoch.control.units()));
            canary > 0 && twice >= sum(&|epoch| seen(epoch.control)) * sum(&|epoch| epoch.canary.units())
        };
        let required = (0..).map_while(Metric::new).zip(&self.guardrails).filter(|(_, g)| g.is_required());
        required.map(|(metric, _)| metric).any(|metric| !observed(metric)).then_some(Lack::MissingMetric)
    }
}

/// The evidence at which a test of this level decides, as ln of an e-value: ln(1/level) (Ville 1939).
pub(super) fn needed(level: Probability) -> f64 {
    -math::ln(level.get())
}

/// Evidence that units did not fall into the arms as assigned, over all epochs: factors multiply.
fn ln_mismatch(look: &Look<'_>) -> f64 {
    let epochs = look.comparable();
    epochs
        .map(|epoch| ln_evidence_of_mismatch(epoch.rho(), epoch.canary.units(), epoch.control.units()))
        .fold(0.0, |sum, ln_evidence| sum + ln_evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Counts, Measure, Outcome};
    use crate::quantity::{Share, Span, Timestamp};
    use alloc::string::ToString;
    use alloc::vec;

    const AT: Timestamp = Timestamp::EPOCH;

    fn tally(units: u64, failures: &[u64]) -> Tally {
        let mut tally = Tally::new(&vec![Measure::Rate; failures.len()]);
        for unit in 0..units {
            let failed = |outcome: Outcome, (position, failures): (usize, &u64)| {
                if unit < *failures { outcome.failed(Metric::new(position).unwrap()) } else { outcome }
            };
            tally.record(AT, &failures.iter().enumerate().fold(Outcome::good(), failed)).unwrap();
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
        Epoch {
            stage,
            segment: 0,
            canary_share: half(),
            control_share: half(),
            canary,
            control,
            references: &[],
        }
    }

    fn verdict(judge: &Judge, epochs: &[Epoch<'_>]) -> Report {
        let stage = epochs.last().map_or(0, |epoch| epoch.stage);
        judge.judge(&Look { epochs, stage, stages: 3, segments: &[], at: AT, stale_after: Span::ZERO })
    }

    #[test]
    fn harm_names_its_culprit_and_only_it() {
        let (canary, control) = (tally(2_000, &[60, 10, 0]), tally(2_000, &[20, 10, 0]));
        let report = verdict(&judge(&["errors", "timeouts", "refunds"]), &[epoch(0, &canary, &control)]);
        assert_eq!(report.finding.verdict, Verdict::Harm);
        let culprits: Vec<bool> = report.guardrails.iter().map(|guardrail| guardrail.culprit).collect();
        assert_eq!(culprits, [true, false, false]);
        assert!(report.guardrails[0].comparison.unwrap().ratio_interval.lower.unwrap() > 1.0);
    }

    #[test]
    fn silence_is_neither_a_pass_nor_a_failure() {
        let judge = judge(&["errors", "timeouts"]);
        assert_eq!(verdict(&judge, &[]).finding.verdict, Verdict::Insufficient(Lack::NoData));
        let (nothing, control) = (Tally::new(&[Measure::Rate; 2]), tally(50_000, &[50, 50]));
        let report = verdict(&judge, &[epoch(0, &nothing, &nothing)]);
        assert_eq!(report.finding.verdict, Verdict::Insufficient(Lack::NoData));
        // a control that flows while the canary is silent is a broken split
        assert_eq!(verdict(&judge, &[epoch(0, &nothing, &control)]).finding.verdict, Verdict::Invalid);
        let mut unseen = Tally::new(&[Measure::Rate; 2]);
        for _ in 0..100 {
            unseen.record(AT, &Outcome::good().missing(Metric::new(1).unwrap())).unwrap();
        }
        let report = verdict(&judge, &[epoch(0, &unseen, &tally(100, &[0, 0]))]);
        assert_eq!(report.finding.verdict, Verdict::Insufficient(Lack::MissingMetric));
    }

    /// A canary that loses most of its outcomes loses failures: few failures of few outcomes are not safety.
    #[test]
    fn a_metric_that_the_canary_mostly_lost_is_missing() {
        let of = |observed: u64, failures: u64| {
            Tally::from_counts(20_000, &[Counts::new(observed, failures).unwrap()], AT).unwrap()
        };
        let control = of(20_000, 200);
        let judged = |canary: &Tally, control: &Tally| {
            verdict(&judge(&["errors"]), &[epoch(0, canary, control)]).finding.verdict
        };
        let missing = Verdict::Insufficient(Lack::MissingMetric);
        assert_eq!(judged(&of(200, 0), &control), missing);
        assert_eq!(judged(&of(9_999, 100), &control), missing);
        assert_eq!(judged(&of(10_000, 100), &control), Verdict::Safe);
        // where both arms observe few, nothing was lost by one alone
        assert_eq!(judged(&of(4_000, 200), &of(4_000, 200)), Verdict::Safe);
        // and harm that was seen is harm
        assert_eq!(judged(&of(2_000, 900), &control), Verdict::Harm);
    }

    #[test]
    fn old_outcomes_are_stale() {
        let (canary, control) = (tally(100, &[0]), tally(100, &[0]));
        let epochs = [epoch(0, &canary, &control)];
        let late = Timestamp::from_millis(60_001).unwrap();
        let look = Look {
            epochs: &epochs,
            stage: 0,
            stages: 1,
            segments: &[],
            at: late,
            stale_after: "1m".parse().unwrap(),
        };
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
        let guardrail =
            Guardrail::new("errors").unwrap().with_ceiling(Probability::new(0.01).unwrap()).unwrap();
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
