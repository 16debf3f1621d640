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
        self.beside(self.ask(reading, current, asked), reservations.held_beside(reservation))
    }

    /// The answer that `gate` becomes where so much is held for others.
    pub(crate) fn beside(&self, gate: GateReport, held: u64) -> ReservedReport {
        let (current, asked) = (gate.current(), gate.asked());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Span;
    use crate::slo::{Counter, OnExhausted, OnMissing, Request, Wish};
    use proptest::prelude::*;

    /// How loose an answer is, for one and the same question.
    fn looseness(answer: Clearance) -> u64 {
        match answer {
            Clearance::RollBack => 0,
            Clearance::Hold => 1,
            Clearance::Cap(share) => 2 + u64::from(share.parts_per_million()),
            Clearance::Allow => u64::MAX,
        }
    }

    proptest! {
        #[test]
        fn reservations_of_others_never_loosen_an_answer_and_ones_own_change_nothing(
            open in any::<bool>(),
            back in any::<bool>(),
            (good, bad) in (0..1_000_000_u64, 0..2_000_u64),
            (current, asked) in (0..=1_000_000_u32, 0..=1_000_000_u32),
            (mine, theirs, more) in (0..500_000_u64, 0..1_000_000_u64, 0..1_000_000_u64),
        ) {
            let missing = if open { OnMissing::FailOpen } else { OnMissing::FailClosed };
            let exhausted = if back { OnExhausted::RollBack } else { OnExhausted::Hold };
            let gate = Gate::new("99.9%".parse().unwrap(), Counter::LONGEST_WINDOW, "1h".parse().unwrap(), missing)
                .unwrap()
                .on_exhausted(exhausted);
            let watched = if good + bad == 0 { Span::ZERO } else { Counter::LONGEST_WINDOW };
            let reading = Reading::of(Counter::LONGEST_WINDOW, watched, good, bad).unwrap();
            let (current, asked) = (Share::clamped(current), Share::clamped(asked));
            let ask = |mine: u64, theirs: u64| {
                let mut book = Reservations::new(u64::MAX);
                for (id, amount) in [("mine", mine), ("theirs", theirs)] {
                    let _ = book.apply(&Request::new(id, 1, id, Wish::Reserve(amount)).unwrap()).unwrap();
                }
                gate.ask_beside(&reading, current, asked, &book, "mine")
            };
            let plain = gate.ask(&reading, current, asked);
            prop_assert_eq!(ask(mine, 0).answer(), plain.answer());
            prop_assert_eq!(ask(mine, 0).allowed_ppm(), plain.allowed_ppm());
            let (less, report) = (ask(0, theirs), ask(mine, theirs.saturating_add(more)));
            prop_assert!(looseness(less.answer()) <= looseness(plain.answer()));
            prop_assert!(looseness(report.answer()) <= looseness(less.answer()));
            if report.answer() == Clearance::Allow && asked > current {
                prop_assert!(report.gate().spend_ppm() <= report.allowed_ppm());
            }
            if let Clearance::Cap(cap) = report.answer() {
                prop_assert!(current < cap && cap < asked && cap == report.largest());
            }
        }
    }
}
