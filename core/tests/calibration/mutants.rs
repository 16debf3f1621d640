//! Tests that are wrong in ways people get wrong, under the bounds of the tests that are right: a bound that passes them is none.

use crate::world::{FALSE_ALARMS, NEEDED, RAMP, Table, latency, profile, session, values};
use rampgate::canary::{
    Cell, Components, DistributionCell, DistributionTest, FractionCell, FractionTest, RateTest, Reference,
};
use rampgate::observe::{Fractions, Histogram, Series};
use rampgate::simulate::Dice;

/// Failures of both arms of a harmless release, look by look.
struct Failures<'a> {
    rho: &'a [f64],
    looks_a_stage: usize,
    units: u64,
    base: &'a (dyn Fn(usize) -> f64 + Sync),
}

impl Failures<'_> {
    /// Whether `alarm` is ever raised over the cells of the stages so far.
    fn ever(&self, dice: &mut Dice, alarm: impl Fn(&[Cell]) -> bool) -> bool {
        let mut cells: Vec<Cell> = Vec::new();
        for (stage, rho) in self.rho.iter().enumerate() {
            cells.push(Cell { rho: *rho, canary_failures: 0, control_failures: 0 });
            for look in 0..self.looks_a_stage {
                let base = (self.base)(stage * self.looks_a_stage + look);
                let canary = dice.binomial(self.units, *rho);
                let failures = [canary, self.units - canary].map(|units| dice.binomial(units, base));
                let cell = cells.last_mut().unwrap();
                cell.canary_failures += failures[0];
                cell.control_failures += failures[1];
                if alarm(&cells) {
                    return true;
                }
            }
        }
        false
    }
}

fn harm(cells: &[Cell]) -> f64 {
    RateTest::harm(1.0).unwrap().ln_evidence(cells)
}

/// The same failures, each arm seen as the other.
fn turned(cells: &[Cell]) -> Vec<Cell> {
    let turn = |cell: &Cell| Cell {
        rho: 1.0 - cell.rho,
        canary_failures: cell.control_failures,
        control_failures: cell.canary_failures,
    };
    cells.iter().map(turn).collect()
}

fn ln_sum(first: f64, second: f64) -> f64 {
    let largest = f64::max(first, second);
    largest + ((first - largest).exp() + (second - largest).exp()).ln()
}

#[test]
fn mistakes_with_rates_are_caught() {
    let mut table = Table::new("6-mutants-rates", FALSE_ALARMS);
    let half = &[0.5];
    let steady = |_| 0.005;
    let release = Failures { rho: half, looks_a_stage: 100, units: 2_000, base: &steady };
    table.at_most("the test itself, 100 looks", 1, 0.05, |dice| {
        release.ever(dice, |cells| harm(cells) >= NEEDED)
    });

    let stages = Failures { rho: &[0.5; 10], looks_a_stage: 10, units: 2_000, base: &steady };
    let restarted = |cells: &[Cell], weight: &dyn Fn(usize) -> f64| {
        let starts = (0..10).map(|start| {
            // a start that is still to come has the evidence 1
            weight(start)
                * cells.get(start..).filter(|left| !left.is_empty()).map_or(1.0, |left| harm(left).exp())
        });
        starts.sum::<f64>()
    };
    let weight = |start| if start == 0 { 0.5 } else { 0.5 / 9.0 };
    table.at_most("ten restarts, weighted", 8, 0.05, |dice| {
        stages.ever(dice, |cells| restarted(cells, &weight) >= 20.0)
    });
    table.above("drops the weights of its restarts", 8, 0.05, |dice| {
        stages.ever(dice, |cells| restarted(cells, &|_| 1.0) >= 20.0)
    });

    let seven_tenths = Failures { rho: &[0.7], ..release };
    table.above("forgets the share", 2, 0.05, |dice| {
        seven_tenths.ever(dice, |cells| harm(&[Cell { rho: 0.5, ..cells[0] }]) >= NEEDED)
    });

    // at level 50%, of which each side spends most; at 5% this release is too short for both to spend more than the bound
    let often = Failures { rho: half, looks_a_stage: 1_000, units: 20, base: &|_| 0.5 };
    let even = f64::ln(2.0);
    table.at_most("one side at 50%", 8, 0.5, |dice| often.ever(dice, |cells| harm(cells) >= even));
    table.above("one-sided bounds at 50% for both sides", 1, 0.5, |dice| {
        often.ever(dice, |cells| harm(cells) >= even || harm(&turned(cells)) >= even)
    });
    // valid, but half of the money bets on the other side: the comparison with peers shows what that costs
    table.at_most("a two-sided bound for one side, at 50%", 8, 0.5, |dice| {
        often.ever(dice, |cells| ln_sum(harm(cells), harm(&turned(cells))) - f64::ln(2.0) >= even)
    });

    table.above("peeks with a fixed-sample z-test", 1, 0.05, |dice| {
        release.ever(dice, |cells| {
            let (x1, x0) = (cells[0].canary_failures as f64, cells[0].control_failures as f64);
            (x1 - x0) / (x1 + x0).sqrt().max(1.0) >= 1.645
        })
    });

    // the rate rises with the share: pooled, the canary has seen more of the bad time
    let rhos: Vec<f64> =
        RAMP.iter().map(|(canary, control)| f64::from(*canary) / f64::from(canary + control)).collect();
    let rising = |look: usize| if look < 30 { 0.004 } else { 0.016 };
    let ramp = Failures { rho: &rhos, looks_a_stage: 10, units: 4_000, base: &rising };
    table.at_most("shares of 1% to 50% while the rate rises, kept apart", 2, 0.05, |dice| {
        ramp.ever(dice, |cells| harm(cells) >= NEEDED)
    });
    table.above("pools counts over epochs of different shares", 2, 0.05, |dice| {
        ramp.ever(dice, |cells| {
            let sum = |of: fn(&Cell) -> u64| cells.iter().map(of).sum();
            let rho = cells.iter().map(|cell| cell.rho).sum::<f64>() / cells.len() as f64;
            let pooled = Cell {
                rho,
                canary_failures: sum(|c| c.canary_failures),
                control_failures: sum(|c| c.control_failures),
            };
            harm(&[pooled]) >= NEEDED
        })
    });
    table.finish();
}

#[test]
fn a_bet_a_request_is_caught() {
    let mut table = Table::new("7-mutants-users", FALSE_ALARMS);
    for rho in [0.5, 0.1] {
        let play = |dice: &mut Dice, alarm: &dyn Fn(&[Fractions; 2], &[u64; 2]) -> bool| {
            let (mut users, mut failures) = ([Fractions::default(); 2], [0; 2]);
            (0..20).any(|_| {
                for _ in 0..300 {
                    let arm = usize::from(dice.uniform() >= rho);
                    let session = session(dice, 1.0);
                    users[arm].record(session.failed(), session.requests()).unwrap();
                    failures[arm] += session.failed();
                }
                alarm(&users, &failures)
            })
        };
        let by_user = |[canary, control]: &[Fractions; 2], _: &[u64; 2]| {
            let cell = FractionCell { rho, canary: *canary, control: *control };
            FractionTest::harm(1.0).unwrap().ln_evidence(&[cell]) >= NEEDED
        };
        let by_request = |_: &[Fractions; 2], [canary, control]: &[u64; 2]| {
            harm(&[Cell { rho, canary_failures: *canary, control_failures: *control }]) >= NEEDED
        };
        let share = 100.0 * rho;
        table.at_most(&format!("a bet a user, {share}%"), 4, 0.05, |dice| play(dice, &by_user));
        table.above(&format!("a bet a request, {share}%"), 4, 0.05, |dice| play(dice, &by_request));
    }
    table.finish();
}

#[test]
fn a_reference_of_the_values_that_are_bet_on_is_caught() {
    let mut table = Table::new("8-mutants-latency", FALSE_ALARMS);
    let usual = latency(1.0, 0.0, 0.0);
    let known = profile(&usual);
    let test = DistributionTest::harm(1.0).unwrap();
    // short epochs, each with a reference: what a bet gains unfairly in one of them adds up
    for (rho, units) in [(0.5, 300), (0.9, 1_200)] {
        let play = |dice: &mut Dice, reference: &dyn Fn(&Histogram) -> Option<Reference>| {
            let mut sum = Components::default();
            (0..30).any(|_| {
                let in_canary = dice.binomial(units, rho);
                let [canary, control] = [in_canary, units - in_canary].map(|units| {
                    let Series::Distribution(values) = values(dice, units, &usual) else { unreachable!() };
                    values
                });
                let reference = reference(&control);
                let cell = DistributionCell {
                    rho,
                    canary: &canary,
                    control: &control,
                    reference: reference.as_ref(),
                };
                sum.add(&test.components(&cell));
                sum.ln_evidence() >= NEEDED
            })
        };
        let share = 100.0 * rho;
        let frozen = |_: &Histogram| Some(known.clone());
        table.at_most(&format!("a frozen reference, {share}%"), 4, 0.05, |dice| play(dice, &frozen));
        let own = Reference::from_histogram;
        table.above(&format!("a reference of the control that is judged, {share}%"), 4, 0.05, |dice| {
            play(dice, &own)
        });
    }
    table.finish();
}
