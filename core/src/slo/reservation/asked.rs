use super::Reservations;
use crate::quantity::Share;
use crate::slo::{Clearance, Gate, GateReport, GateRule, Reading};
use serde::Serialize;

/// A gate's answer where other releases have reserved from the same budget, with the arithmetic of both.
///
/// What others hold is taken off the budget that remains before the share at risk is worked out, as if they had spent it.
/// What a release spent of its reservation so far is in the reading too, and so counted twice until it is settled: that
/// errs on the safe side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct ReservedReport {
    answer: Clearance,
    rule: GateRule,
    held_by_others_ppm: u64,
    largest: Share,
    allowed_ppm: u64,
    gate: GateReport,
}

impl ReservedReport {
    /// What the release may do.
    pub const fn answer(&self) -> Clearance {
        self.answer
    }

    /// The rule that decided.
    #[must_use]
    pub const fn rule(&self) -> GateRule {
        self.rule
    }

    /// What is held for others, in parts per million of the budget.
    #[must_use]
    pub const fn held_by_others_ppm(&self) -> u64 {
        self.held_by_others_ppm
    }

    /// The largest exposure whose worst-case spend is allowed, rounded down.
    #[must_use]
    pub const fn largest(&self) -> Share {
        self.largest
    }

    /// What the step may spend: the share at risk of what remains beside the reservations of others.
    #[must_use]
    pub const fn allowed_ppm(&self) -> u64 {
        self.allowed_ppm
    }

    /// The answer there would be if nobody else had reserved anything.
    pub const fn gate(&self) -> &GateReport {
        &self.gate
    }
}

impl Gate {
    /// [`ask`](Self::ask), where other releases have reserved from the same budget.
    ///
    /// `reservation` is the asking release's own id; what it holds itself is not taken off. Never looser than without the
    /// reservations. To be safe against another release that asks at the same time, reserve the
    /// [spend](GateReport::spend_ppm) before the exposure rises.
    ///
    /// ```
    /// use rampgate::slo::{Clearance, Gate, OnMissing, Reading, Request, Reservations, Wish};
    ///
    /// let gate = Gate::new("99.9%".parse()?, "30d".parse()?, "15m".parse()?, OnMissing::FailClosed)?;
    /// let untouched = Reading::of("30d".parse()?, "30d".parse()?, 1_000_000, 0)?;
    /// let mut book = Reservations::new(1_000_000);
    /// let _ = book.apply(&Request::new("search-3", 1, "search", Wish::Reserve(600_000))?)?;
    ///
    /// let report = gate.ask_beside(&untouched, "1%".parse()?, "50%".parse()?, &book, "checkout-7");
    /// assert_eq!(report.gate().answer(), Clearance::Allow); // a quarter of the whole budget pays for it
    /// assert_eq!(report.allowed_ppm(), 100_000); // a quarter of the 40% that nobody holds does not
    /// assert_eq!(report.answer(), Clearance::Cap("28.8%".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn ask_beside(
        &self,
        reading: &Reading,
        current: Share,
        asked: Share,
        reservations: &Reservations,
        reservation: &str,
    ) -> ReservedReport {
        let held = reservations.held_beside(reservation);
        let gate = self.ask(reading, current, asked);
        let allowed_ppm = self.allowed_beside(&gate, held);
        let largest = self.largest_exposure(allowed_ppm);
        let (answer, rule) = match gate.answer() {
            Clearance::Allow | Clearance::Cap(_) if gate.rule() != GateRule::NoRise && asked > largest => {
                let answer = if largest > current { Clearance::Cap(largest) } else { Clearance::Hold };
                (answer, GateRule::BeyondRisk)
            }
            answer => (answer, gate.rule()),
        };
        ReservedReport { answer, rule, held_by_others_ppm: held, largest, allowed_ppm, gate }
    }
}
