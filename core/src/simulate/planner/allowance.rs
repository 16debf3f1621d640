use crate::error::{Error, Kind};
use crate::quantity::Share;
use crate::slo::{Gate, GateReport, Reading};

/// What a release may spend of an error budget: its gate, what remains of the budget now, and two limits for the worst case.
///
/// Two, because two kinds of harm are met by two things. Harm that a release *brings along* is met by its first stage, so a small one keeps it cheap. Harm that *begins
/// later* (a cache that fills, a load that only more exposure brings) is met by whatever stage it begins in, and nothing that earlier stages have shown
/// speaks against it: there only the exposure itself is a limit. Set both alike and a ladder buys nothing, and the plan has one stage.
///
/// Spends are shares of the whole period's budget. What remains bounds what the gate allows, as in a release.
///
/// ```
/// use rampgate::simulate::planner::Allowance;
/// use rampgate::slo::{Gate, OnMissing};
///
/// let gate = Gate::new("99.9%".parse()?, "30d".parse()?, "15m".parse()?, OnMissing::FailClosed)?;
/// let allowance = Allowance::new(gate, "80%".parse()?, "2%".parse()?)?;
/// assert_eq!(allowance.spend(), "2%".parse()?);
/// assert_eq!(allowance.late_spend(), "20%".parse()?); // a quarter of what remains, as the gate has it
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    gate: Gate,
    remaining: Share,
    spend: Share,
    late_spend: Option<Share>,
}

impl Allowance {
    /// Of a budget of which `remaining` is left, a release that is harmful from its start may spend `spend`. Harm that begins later may spend what the gate lets one step
    /// risk.
    ///
    /// # Errors
    /// A spend of 0%.
    pub fn new(gate: Gate, remaining: Share, spend: Share) -> Result<Self, Error> {
        some("budget.spend", spend)?;
        Ok(Self { gate, remaining, spend, late_spend: None })
    }

    /// Sets what harm may spend that begins after the first stage.
    ///
    /// # Errors
    /// 0%.
    pub fn with_late_spend(self, late_spend: Share) -> Result<Self, Error> {
        some("budget.late_spend", late_spend)?;
        Ok(Self { late_spend: Some(late_spend), ..self })
    }

    /// The gate.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What remains of the budget.
    #[must_use]
    pub const fn remaining(&self) -> Share {
        self.remaining
    }

    /// What a release may spend that is harmful from its start.
    #[must_use]
    pub const fn spend(&self) -> Share {
        self.spend
    }

    /// What harm may spend that begins after the first stage: what was set, or what the gate lets one step risk of what remains.
    #[must_use]
    pub fn late_spend(&self) -> Share {
        self.late_spend.unwrap_or_else(|| {
            let risk = u64::from(self.remaining.parts_per_million())
                * u64::from(self.gate.risk().parts_per_million());
            Share::clamped(u32::try_from(risk / 1_000_000).unwrap_or(u32::MAX))
        })
    }

    /// What the gate says of a rise to `asked`, with the budget that remains.
    pub(super) fn ask(&self, asked: Share) -> Result<GateReport, Error> {
        // of 10^15 events, each part per million of the budget is as many bad ones as the objective allows in a billion
        let spent = u64::from(self.remaining.complement().parts_per_million());
        let bad = spent * u64::from(self.gate.objective().allowed_parts_per_billion());
        let period = self.gate.period();
        let reading = Reading::of(period, period, 1_000_000_000_000_000 - bad, bad)?;
        Ok(self.gate.ask(&reading, Share::ZERO, asked))
    }

    pub(super) fn with_gate(self, gate: Gate) -> Self {
        Self { gate, ..self }
    }

    pub(super) fn with_remaining(self, remaining: Share) -> Self {
        Self { remaining, ..self }
    }
}

fn some(path: &'static str, share: Share) -> Result<(), Error> {
    if share == Share::ZERO {
        return Err(Error::new(path, Kind::Range, "must be more than 0%", share));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slo::OnMissing;

    /// The reading that is made up leaves exactly what is said to remain.
    #[test]
    fn the_gate_sees_what_remains() {
        for target in ["99.9%", "50%", "99.9999999%"] {
            let gate = Gate::new(
                target.parse().unwrap(),
                "7d".parse().unwrap(),
                "10m".parse().unwrap(),
                OnMissing::FailClosed,
            )
            .unwrap();
            for remaining in ["100%", "99.9999%", "37.5%", "0.0001%", "0%"] {
                let remaining: Share = remaining.parse().unwrap();
                let allowance = Allowance::new(gate, remaining, "1%".parse().unwrap()).unwrap();
                let report = allowance.ask("1%".parse().unwrap()).unwrap();
                let left = report.budget().remaining_by_time_ppm();
                assert_eq!(left, Some(i64::from(remaining.parts_per_million())), "{target} {remaining}");
                assert_eq!(report.allowed_ppm(), u64::from(allowance.late_spend().parts_per_million()));
            }
        }
    }
}
