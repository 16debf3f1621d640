//! Compares controllers of releases that are equally often wrong about healthy ones: the table of `spec/simulation.md`.
//!
//! `cargo run --release -p rampgate --features parallel --example release_scenarios -- [runs] [environment] [controller]`

use rampgate::release::Spec;
use rampgate::simulate::Runs;
use rampgate::simulate::rollout::{
    Argo, Controller, Flagger, Kayenta, Scenario, Simulation, Summary, Weights,
};
use rampgate::{Probability, Span};
use std::error::Error;
use std::io::Write;

/// The plan that all follow.
const SPEC: &str = r#"{
  "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
  "stages": [
    {"exposure": "1%", "min_dwell": "2h", "deadline": "1d"},
    {"exposure": "5%", "min_dwell": "2h", "deadline": "12h"},
    {"exposure": "25%", "min_dwell": "2h", "deadline": "12h"},
    {"exposure": "50%", "min_dwell": "4h", "deadline": "12h"}
  ],
  "bake": "1h",
  "guardrails": [{"name": "errors"}]
}"#;

/// The same plan for this library, which the others know nothing of: the test for harm begins anew every 20 minutes, which does not divide the 90 after
/// which the late fault begins, and a mismatch rolls back.
fn guarded() -> String {
    SPEC.replace(r#""bake": "1h","#, r#""bake": "1h", "restart_every": "20m","#)
        .replace(r#""deadline""#, r#""on_invalid": "rollback", "deadline""#)
}

const FAULTS: [(&str, &str); 11] = [
    ("healthy", "[]"),
    ("1.5x from the start", r#"[{"errors": {"times": 1.5}}]"#),
    ("2x from the start", r#"[{"errors": {"times": 2}}]"#),
    ("5x from the start", r#"[{"errors": {"times": 5}}]"#),
    ("2x late, at 50%", r#"[{"errors": {"times": 2, "from": {"exposure": "50%", "then": "90m"}}}]"#),
    ("slow leak", r#"[{"leak": {"times_an_hour": 0.25}}]"#),
    ("crash of 90%", r#"[{"crash": {"share": "90%"}}]"#),
    ("half vanish", r#"[{"vanish": {"share": "50%"}}]"#),
    ("10% redirected", r#"[{"redirect": {"share": "10%"}}]"#),
    ("source out 45m", r#"[{"outage": {"from": "3h", "lasting": "45m"}}]"#),
    ("incident in both", r#"[{"incident": {"times": 5, "from": "3h", "lasting": "30m"}}]"#),
];
/// By which the best configuration of each is chosen.
const SEARCHED: [&str; 3] = ["2x from the start", "2x late, at 50%", "slow leak"];

const ENVIRONMENTS: [(&str, &str); 2] = [
    ("steady", r#""traffic": {"units_per_minute": 1000}, "background": {"rate": 0.005}"#),
    (
        "daily",
        r#""traffic": {"units_per_minute": 1000, "daily": {"swing": 0.6, "peak": "14h"}}, "background": {"rate": 0.005, "daily": {"swing": 0.5, "peak": "20h"}}"#,
    ),
];

fn scenario(environment: &str, faults: &str) -> Result<Scenario, rampgate::Error> {
    Scenario::from_json(&format!(r#"{{{environment}, "faults": {faults}, "horizon": "2d"}}"#))
}

fn searched() -> impl Iterator<Item = (&'static str, &'static str)> {
    FAULTS.into_iter().filter(|(name, _)| SEARCHED.contains(name))
}

fn minutes(n: u64) -> Span {
    Span::from_millis(60_000 * n).unwrap_or(Span::ZERO)
}

/// The knobs that each tool's documentation has, beside the one that is calibrated; and the plan of this library.
fn families() -> Result<Vec<Vec<(String, Controller)>>, rampgate::Error> {
    let (mut argo, mut flagger, mut kayenta) = (Vec::new(), Vec::new(), Vec::new());
    for relative in [false, true] {
        for (interval, window) in [(5, 5), (5, 30), (15, 60), (30, 60), (60, 60), (30, 120)] {
            for failures in [0, 5, 10, 20] {
                let made = Argo::new(1.0)?.every(minutes(interval), minutes(window))?.failing(failures);
                argo.push((SPEC.into(), Controller::Argo(if relative { made.relative() } else { made })));
            }
        }
        for (interval, window, weights) in [
            (5, 30, Weights::Linear),
            (15, 60, Weights::Linear),
            (30, 60, Weights::Linear),
            (60, 60, Weights::Plan),
            (120, 120, Weights::Plan),
        ] {
            for threshold in [1, 5, 10, 20] {
                let made = Flagger::new(1.0)?.every(minutes(interval), minutes(window))?;
                let made = made.failing(threshold)?.rising(weights);
                flagger
                    .push((SPEC.into(), Controller::Flagger(if relative { made.relative() } else { made })));
            }
        }
    }
    for (interval, step, lookback) in [
        (60, 5, None),
        (60, 10, None),
        (30, 5, Some(120)),
        (60, 10, Some(240)),
        (15, 5, Some(60)),
        (15, 1, Some(60)),
        (30, 10, Some(120)),
        (15, 2, Some(60)),
    ] {
        let made = Kayenta::new(1.0)?.every(minutes(interval), minutes(step))?;
        kayenta.push((
            SPEC.into(),
            Controller::Kayenta(match lookback {
                None => made,
                Some(lookback) => made.over(minutes(lookback))?,
            }),
        ));
    }
    let ours = vec![(guarded(), Controller::Rampgate(None))];
    Ok(vec![ours, argo, flagger, kayenta, vec![(SPEC.into(), Controller::Schedule)]])
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let runs: u32 = args.next().map_or(Ok(1_000), |n| n.parse())?;
    let (only, led_by) = (args.next(), args.next());
    let rate = Probability::ONE_IN_A_HUNDRED;
    let quiet = |_: u32| {};
    for (name, environment) in ENVIRONMENTS {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let simulation = |spec: &str, faults: &str, runs: Runs| {
            Simulation::new(Spec::from_json(spec)?, scenario(environment, faults)?, runs)
        };
        println!("environment {name}");
        for family in families()? {
            let name = family.first().map(|(_, controller)| controller.name());
            if led_by.is_some() && name != led_by.as_deref() {
                continue;
            }
            let mut best: Option<(f64, &String, Controller)> = None;
            let mut each = [const { None::<(f64, String)> }; SEARCHED.len()];
            for (spec, candidate) in &family {
                // 600 runs tell good configurations from bad ones; the best is calibrated anew
                let found = simulation(spec, "[]", Runs::new(600, 7)?)?.calibrate(candidate, rate, &quiet)?;
                let mut score = 0.0;
                for ((_, faults), best) in searched().zip(&mut each) {
                    let hit = simulation(spec, faults, Runs::new(200, 8)?)?
                        .run(&found.controller)?
                        .summary()
                        .units_hit
                        .map_or(0.0, |hit| hit.mean);
                    score += hit.max(1.0).ln();
                    if best.as_ref().is_none_or(|(least, _)| hit < *least) {
                        *best = Some((hit, found.controller.settings()));
                    }
                }
                if family.len() > 1 && std::env::var("VERBOSE").is_ok() {
                    eprintln!(
                        "  {score:.2} fr {:.2}% {}",
                        100.0 * found.false_rollbacks.share,
                        found.controller.settings()
                    );
                }
                if best.as_ref().is_none_or(|(least, ..)| score < *least) {
                    best = Some((score, spec, candidate.clone()));
                }
            }
            let Some((_, spec, controller)) = best else { continue };
            let found =
                simulation(spec, "[]", Runs::new(2 * runs, 1)?)?.calibrate(&controller, rate, &quiet)?;
            println!(
                "{} ({}), {} configurations: {:.2}% of {} healthy releases{}",
                controller.name(),
                found.controller.settings(),
                family.len(),
                100.0 * found.false_rollbacks.share,
                2 * runs,
                if found.reached { "" } else { ", not 1%" }
            );
            for (best, (fault, _)) in each.iter().zip(searched()) {
                if let Some((hit, settings)) = best {
                    println!("    best by {}: {hit:.0} by {settings}", fault);
                }
            }
            for (fault, faults) in FAULTS {
                row(fault, &simulation(spec, faults, Runs::new(runs, 2)?)?.run(&found.controller)?.summary());
            }
            std::io::stdout().flush()?;
        }
    }
    Ok(())
}

fn row(fault: &str, summary: &Summary) {
    let percent = |part: rampgate::simulate::rollout::Part| 100.0 * part.share;
    let hit = summary.units_hit;
    println!(
        "  {fault:20} back {:5.1}% false {:5.1}% promoted wrongly {:5.1}% open {:5.1}% hit {:8.0} +-{:6.0} median {:8.0} excess {:7.0} detect {:6.0} done {:6.0}",
        percent(summary.rolled_back),
        percent(summary.false_rollbacks),
        percent(summary.false_promotions),
        percent(summary.open),
        hit.map_or(0.0, |hit| hit.mean),
        hit.map_or(0.0, |hit| hit.error),
        hit.map_or(0.0, |hit| hit.median),
        summary.excess_failures.map_or(0.0, |excess| excess.mean),
        summary.minutes_to_detect.map_or(f64::NAN, |minutes| minutes.median),
        summary.minutes_to_complete.map_or(f64::NAN, |minutes| minutes.median),
    );
}
