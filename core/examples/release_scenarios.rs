//! Timing.
use rampgate::release::Spec;
use rampgate::simulate::Runs;
use rampgate::simulate::rollout::{Argo, Controller, Flagger, Kayenta, Scenario, Simulation};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spec = Spec::from_json(SPEC)?;
    let runs = Runs::new(std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(200), 1)?;
    for (name, faults) in SCENARIOS.into_iter().take(std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(99)) {
        let text = format!(
            r#"{{"traffic": {{"units_per_minute": 1000}}, "background": {{"rate": 0.005}}, "faults": {faults}}}"#
        );
        let scenario = Scenario::from_json(&text)?;
        for controller in [
            Controller::Rampgate(None),
            Controller::Argo(Argo::new(0.02)?.failing(2)),
            Controller::Flagger(Flagger::new(0.02)?.every("1h".parse()?, "1h".parse()?)?),
            Controller::Kayenta(Kayenta::new(1.2)?),
            Controller::Schedule,
        ] {
            let began = std::time::Instant::now();
            let outcomes = Simulation::new(spec.clone(), scenario.clone(), runs)?.run(&controller)?;
            let took = began.elapsed();
            let s = outcomes.summary();
            let units: u64 = outcomes.runs().iter().map(|r| r.units).sum();
            let minutes: u64 = outcomes.runs().iter().map(|r| r.ended_after.as_millis() / 60_000).sum();
            println!(
                "{name:20} {:9} fr {:5.1}% fp {:5.1}% rb {:5.1}% open {:4.1}% hit {:8.0} det {:6.1} done {:6.1} {:.2?} units/run {} us/minute {:.2} {:?}",
                s.controller,
                100. * s.false_rollbacks.share,
                100. * s.false_promotions.share,
                100. * s.rolled_back.share,
                100. * s.open.share,
                s.units_hit.map_or(0., |u| u.mean),
                s.minutes_to_detect.map_or(f64::NAN, |m| m.mean),
                s.minutes_to_complete.map_or(f64::NAN, |m| m.mean),
                took,
                units / outcomes.runs().len() as u64,
                took.as_secs_f64() * 1e6 / minutes as f64,
                s.ended.first().map(|e| (&e.reason, e.runs))
            );
        }
    }
    Ok(())
}
const SPEC: &str = r#"{
  "rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
  "stages": [
    {"exposure": "1%", "min_dwell": "2h"}, {"exposure": "5%", "min_dwell": "2h"}, {"exposure": "25%", "min_dwell": "2h"}, {"exposure": "50%", "min_dwell": "4h"}
  ],
  "guardrails": [{"name": "errors"}],
  "bake": "1h"
}"#;
const SCENARIOS: [(&str, &str); 10] = [
    ("healthy", "[]"),
    ("2x from the start", r#"[{"errors": {"times": 2}}]"#),
    ("2x late", r#"[{"errors": {"times": 2, "from": {"exposure": "50%", "then": "1h"}}}]"#),
    ("1.5x late", r#"[{"errors": {"times": 1.5, "from": {"exposure": "50%", "then": "1h"}}}]"#),
    ("leak", r#"[{"leak": {"times_an_hour": 0.25}}]"#),
    ("crash", r#"[{"crash": {"share": "90%"}}]"#),
    ("vanish", r#"[{"vanish": {"share": "50%"}}]"#),
    ("redirect", r#"[{"redirect": {"share": "10%"}}]"#),
    ("outage", r#"[{"outage": {"from": "3h", "lasting": "45m"}}]"#),
    ("incident", r#"[{"incident": {"times": 5, "from": "3h", "lasting": "30m"}}]"#),
];
