//! How often a harmless release is rolled back, a harmful one passes, and a correct split is called wrong.

use crate::world::{
    FALSE_ALARMS, FIVE_HALVES, HALF, RAMP, Table, World, errors, events, judge, latency, profile, rate,
    revenue, users, values,
};
use rampgate::Probability;
use rampgate::canary::{Guardrail, Judge, Verdict, Worse, ln_evidence_of_mismatch};
use rampgate::observe::{Counts, Measure, Series};
use rampgate::simulate::Dice;

const ALPHA: f64 = 0.05;

fn alarms(table: &mut Table, cell: &str, cost: u64, judge: &Judge, world: &World<'_>) {
    table.at_most(cell, cost, ALPHA, |dice| world.ever(judge, Verdict::Harm, dice));
}

#[test]
fn a_release_no_worse_is_rolled_back_no_more_often_than_alpha_by_rates() {
    let mut table = Table::new("1-rates", FALSE_ALARMS);
    let judge = errors();
    for (base, units) in [(1e-4, 50_000), (1e-3, 10_000), (0.01, 1_000), (0.1, 400), (0.5, 200)] {
        let draw = |dice: &mut Dice, _, _, units| vec![rate(dice, units, base)];
        let world = World { shares: HALF, looks_a_stage: 60, units, draw: &draw };
        alarms(&mut table, &format!("base rate {}%, half and half", 100.0 * base), 1, &judge, &world);
    }
    for share in [10_000, 50_000, 200_000] {
        let draw = |dice: &mut Dice, _, _, units| vec![rate(dice, units, 0.005)];
        let shares = &[(share, 1_000_000 - share)];
        let world = World { shares, looks_a_stage: 60, units: 4_000, draw: &draw };
        alarms(&mut table, &format!("base rate 0.5%, canary {}%", share / 10_000), 1, &judge, &world);
    }
    let daily = |look: usize| 0.004 + 0.0035 * (look as f64 / 4.0).sin();
    let spikes = |look: usize| if look % 11 < 2 { 0.03 } else { 0.002 };
    let falling = |look: usize| if look < 10 { 0.02 } else { 0.002 };
    type Base<'a> = &'a (dyn Fn(usize) -> f64 + Sync);
    let ramps: [(&str, Base<'_>, f64); 4] = [
        ("1%, 5%, 25%, 50%, a daily cycle", &daily, 1.0),
        ("1%, 5%, 25%, 50%, spikes of 15 times the rate", &spikes, 1.0),
        ("1%, 5%, 25%, 50%, the rate falls to a tenth", &falling, 1.0),
        ("1%, 5%, 25%, 50%, a canary that fails 20% less", &daily, 0.8),
    ];
    for (cell, base, ratio) in ramps {
        let draw = |dice: &mut Dice, look, arm, units| {
            vec![rate(dice, units, base(look) * if arm == 0 { ratio } else { 1.0 })]
        };
        alarms(
            &mut table,
            cell,
            2,
            &judge,
            &World { shares: RAMP, looks_a_stage: 10, units: 4_000, draw: &draw },
        );
    }
    let draw = |dice: &mut Dice, _, _, units| vec![rate(dice, units, 0.005)];
    let world = World { shares: FIVE_HALVES, looks_a_stage: 12, units: 2_000, draw: &draw };
    alarms(&mut table, "base rate 0.5%, five stages half and half", 2, &judge, &world);

    let begins_anew = "the test begins anew inside stages:";
    let mut cut = |cell: &str, every, world: &World<'_>| {
        table.at_most(&format!("{begins_anew} {cell}"), 8, ALPHA, |dice| {
            world.ever_cut(&judge, Verdict::Harm, dice, every)
        });
    };
    let world = World { shares: HALF, looks_a_stage: 60, units: 4_000, draw: &draw };
    cut("base rate 0.5%, half and half, 20 segments", 3, &world);
    let draw = |dice: &mut Dice, look, _, units| vec![rate(dice, units, daily(look))];
    let world = World { shares: RAMP, looks_a_stage: 12, units: 4_000, draw: &draw };
    cut("1%, 5%, 25%, 50%, a daily cycle, each of 6 segments", 2, &world);
    table.finish();
}

#[test]
fn a_release_no_worse_is_rolled_back_no_more_often_than_alpha_by_other_measures() {
    let mut table = Table::new("2-measures", FALSE_ALARMS);
    let of = |measure| Guardrail::of("guardrail", measure).unwrap();
    let one = |guardrail| judge(vec![guardrail]);
    let high =
        one(Guardrail::new("errors").unwrap().with_reference_rate(Probability::new(0.3).unwrap()).unwrap());
    let draw = |dice: &mut Dice, look: usize, _, units| {
        vec![rate(dice, units, 0.3 + 0.2 * (look as f64 / 4.0).sin())]
    };
    for (cell, shares) in [("high rates 10% to 50%, half and half", HALF), ("high rates, 1% to 50%", RAMP)] {
        let world = World { shares, looks_a_stage: 40 / shares.len(), units: 1_000, draw: &draw };
        alarms(&mut table, cell, 2, &high, &world);
    }

    let by_user = one(of(Measure::Fraction));
    let draw = |dice: &mut Dice, _, _, units| vec![users(dice, units, 1.0)];
    for (cell, shares) in [
        ("users with many requests, half and half", HALF),
        ("users with many requests, 5%", &[(50_000, 950_000)]),
        ("users with many requests, 1% to 50%", RAMP),
    ] {
        let world = World { shares, looks_a_stage: 20 / shares.len(), units: 300, draw: &draw };
        alarms(&mut table, cell, 4, &by_user, &world);
    }

    let by_count = one(of(Measure::Count));
    let draw = |dice: &mut Dice, look: usize, _, units| {
        vec![events(dice, units, 10, 0.002 * (1.0 + 0.9 * (look as f64 / 4.0).sin()))]
    };
    for (cell, shares) in
        [("events by exposure, half and half", HALF), ("events by exposure, 1% to 50%", RAMP)]
    {
        let world = World { shares, looks_a_stage: 40 / shares.len(), units: 1_000, draw: &draw };
        alarms(&mut table, cell, 2, &by_count, &world);
    }

    let usual = latency(1.0, 0.0, 0.0);
    let (slow, fast) = (latency(1.4, 0.0, 0.0), latency(0.9, 0.0, 0.0));
    let known = one(of(Measure::Distribution).with_reference(profile(&usual)).unwrap());
    let unknown = one(of(Measure::Distribution));
    let wrong = one(of(Measure::Distribution).with_reference(profile(&slow)).unwrap());
    let steady = |dice: &mut Dice, _, _, units| vec![values(dice, units, &usual)];
    let drifting = |dice: &mut Dice, look: usize, _, units| {
        vec![values(dice, units, if look % 8 < 4 { &usual } else { &slow })]
    };
    let faster =
        |dice: &mut Dice, _, arm, units| vec![values(dice, units, if arm == 0 { &fast } else { &usual })];
    let world = |shares: &'static [(u32, u32)], draw| World {
        shares,
        looks_a_stage: 20 / shares.len(),
        units: 500,
        draw,
    };
    alarms(&mut table, "latency, half and half", 4, &known, &world(HALF, &steady));
    alarms(&mut table, "latency, 5%", 4, &known, &world(&[(50_000, 950_000)], &steady));
    alarms(&mut table, "latency, no reference", 4, &unknown, &world(HALF, &steady));
    alarms(&mut table, "latency, 1% to 50%, drifting, a wrong reference", 8, &wrong, &world(RAMP, &drifting));
    alarms(&mut table, "latency, 1% to 50%, drifting, no reference", 8, &unknown, &world(RAMP, &drifting));
    alarms(&mut table, "latency, a canary that is 10% faster", 4, &known, &world(HALF, &faster));

    let by_mean = one(of(Measure::Mean));
    let lower = one(of(Measure::Mean).with_worse(Worse::Lower).unwrap());
    let draw = |dice: &mut Dice, look: usize, _, units| {
        vec![revenue(dice, units, 1.0 + 0.5 * (look as f64 / 4.0).sin())]
    };
    for (cell, judge, shares) in [
        ("means of skewed values, half and half", &by_mean, HALF),
        ("the same, lower is worse", &lower, HALF),
        ("the same, 20%, 50%", &lower, &[(200_000, 800_000), (500_000, 500_000)]),
    ] {
        let world = World { shares, looks_a_stage: 20 / shares.len(), units: 1_000, draw: &draw };
        alarms(&mut table, cell, 8, judge, &world);
    }
    table.finish();
}

#[test]
fn a_release_no_worse_is_rolled_back_no_more_often_than_alpha_by_many_guardrails() {
    let mut table = Table::new("3-many", FALSE_ALARMS);
    let rates = |n: usize| judge((0..n).map(|n| Guardrail::new(&format!("errors {n}")).unwrap()).collect());
    let apart = |n| {
        move |dice: &mut Dice, _: usize, _: usize, units| (0..n).map(|_| rate(dice, units, 0.02)).collect()
    };
    // what fails by one guardrail fails by nearly all of them
    let together = |n| {
        move |dice: &mut Dice, _: usize, _: usize, units| {
            let Series::Rate(first) = rate(dice, units, 0.02) else { unreachable!() };
            let others = (1..n)
                .map(|_| Series::Rate(Counts::new(units, dice.binomial(first.failures(), 0.95)).unwrap()));
            std::iter::once(Series::Rate(first)).chain(others).collect::<Vec<_>>()
        }
    };
    for n in [10, 20] {
        let (apart, together) = (apart(n), together(n));
        let draws: [(&str, crate::world::Draw<'_>); 2] =
            [("independent", &apart), ("that fail together", &together)];
        for (how, draw) in draws {
            let world = World { shares: &RAMP[1..], looks_a_stage: 7, units: 2_000, draw };
            alarms(&mut table, &format!("{n} guardrails {how}"), 8, &rates(n), &world);
        }
    }
    let usual = latency(1.0, 0.0, 0.0);
    let mut guardrails: Vec<Guardrail> =
        (0..7).map(|n| Guardrail::new(&format!("errors {n}")).unwrap()).collect();
    guardrails.extend((0..3).map(|n| {
        let latency = Guardrail::of(&format!("latency {n}"), Measure::Distribution).unwrap();
        latency.with_reference(profile(&usual)).unwrap()
    }));
    let mixed = judge(guardrails);
    let draw = |dice: &mut Dice, _, _, units| {
        let mut series: Vec<Series> = (0..7).map(|_| rate(dice, units, 0.02)).collect();
        series.extend((0..3).map(|_| values(dice, units, &usual)));
        series
    };
    let world = World { shares: &RAMP[1..], looks_a_stage: 4, units: 800, draw: &draw };
    alarms(&mut table, "7 rates and 3 latencies", 16, &mixed, &world);
    table.finish();
}

#[test]
fn a_release_at_its_margin_passes_no_more_often_than_beta() {
    let mut table = Table::new("4-margin", "| cell | runs | passes | share | bound |");
    let mut passes = |cell: &str, cost, guardrail: Guardrail, world: &World<'_>| {
        let judge = judge(vec![guardrail]);
        // harm outranks safety, and a canary at its margin is found to be harmful: so nothing is tolerated less than the margin here
        table.at_most(cell, cost, 0.05, |dice| world.ever(&judge, Verdict::Safe, dice));
    };
    let twice = |arm| if arm == 0 { 2.0 } else { 1.0 };
    let of = |measure, tolerated, margin| {
        Guardrail::of("guardrail", measure).unwrap().with_ratios(tolerated, margin).unwrap()
    };
    let draw = |dice: &mut Dice, _, arm, units| vec![rate(dice, units, 0.005 * twice(arm))];
    let world = |shares: &'static [(u32, u32)], units, draw| World { shares, looks_a_stage: 40, units, draw };
    let fifth: &[(u32, u32)] = &[(200_000, 800_000)];
    passes("rates, half and half", 1, of(Measure::Rate, 1.99, 2.0), &world(HALF, 2_000, &draw));
    passes("rates, 20%", 1, of(Measure::Rate, 1.99, 2.0), &world(fifth, 2_000, &draw));
    let ceiling = of(Measure::Rate, 1.99, 2.0).with_ceiling(Probability::new(0.01).unwrap()).unwrap();
    passes("rates, at the ceiling too", 1, ceiling, &world(fifth, 2_000, &draw));
    let high = of(Measure::Rate, 1.09, 1.1).with_reference_rate(Probability::new(0.3).unwrap()).unwrap();
    let draw = |dice: &mut Dice, _, arm, units| vec![rate(dice, units, if arm == 0 { 0.33 } else { 0.3 })];
    passes("high rates", 1, high, &world(HALF, 1_000, &draw));
    let draw = |dice: &mut Dice, _, arm, units| {
        let failing = rate(dice, units, 0.05 * twice(arm));
        let Series::Rate(counts) = failing else { unreachable!() };
        let mut users = rampgate::observe::Fractions::default();
        (0..counts.successes()).for_each(|_| users.record(0, 4).unwrap());
        (0..counts.failures()).for_each(|_| users.record(u64::from(1 + dice.below(3)), 4).unwrap());
        vec![Series::Fraction(users)]
    };
    passes("failing shares", 2, of(Measure::Fraction, 1.99, 2.0), &world(HALF, 300, &draw));
    let draw = |dice: &mut Dice, _, arm, units| vec![events(dice, units, 10, 0.002 * twice(arm))];
    passes("events by exposure", 1, of(Measure::Count, 1.99, 2.0), &world(fifth, 1_000, &draw));
    let bins = 2_f64.powf(8.0 / 64.0);
    let (usual, slower) = (latency(1.0, 0.0, 0.0), latency(bins, 0.0, 0.0));
    let draw =
        |dice: &mut Dice, _, arm, units| vec![values(dice, units, if arm == 0 { &slower } else { &usual })];
    let known = of(Measure::Distribution, 1.07, 1.1).with_reference(profile(&usual)).unwrap();
    passes("latency", 8, known, &world(HALF, 400, &draw));
    passes("latency, no reference", 8, of(Measure::Distribution, 1.07, 1.1), &world(fifth, 400, &draw));
    let draw = |dice: &mut Dice, _, arm, units| vec![revenue(dice, units, if arm == 0 { 1.1 } else { 1.0 })];
    passes("means of skewed values", 16, of(Measure::Mean, 1.09, 1.1), &world(HALF, 1_000, &draw));
    table.finish();
}

#[test]
fn a_correct_split_is_seldom_called_wrong_and_a_wrong_one_is() {
    let mut table = Table::new("5-split", FALSE_ALARMS);
    let alarm = |rho: f64, in_canary: f64| {
        move |dice: &mut Dice| {
            let (mut canary, mut control) = (0, 0);
            (0..200).any(|_| {
                let hits = dice.binomial(1_000, in_canary);
                (canary, control) = (canary + hits, control + 1_000 - hits);
                ln_evidence_of_mismatch(rho, canary, control) >= f64::ln(1_000.0)
            })
        }
    };
    for rho in [0.5, 0.2, 0.01] {
        table.at_most(&format!("split {}%", 100.0 * rho), 1, 0.001, alarm(rho, rho));
    }
    table.above("split 20%, in truth 21%", 20, 0.9, alarm(0.2, 0.21));
    table.finish();
}
