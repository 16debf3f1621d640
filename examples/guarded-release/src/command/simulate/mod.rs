//! Releases played many times: the tables, and the page.

mod bars;
mod page;
mod scenarios;

use super::{read, spec_of};
use crate::args::SimulateArgs;
use crate::progress::{Progress, Style};
use page::{Chapter, Page};
use rampgate::simulate::Runs;
use rampgate::simulate::rollout::{
    Argo, Controller, Flagger, Kayenta, Outcomes, Scenario, Simulation, Table, Weights,
};
use scenarios::Named;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Mutex;

const SPEC: &str = include_str!("../../../data/simulation.json");

/// Plays the scenarios, prints a table of each, and writes the page.
///
/// # Errors
/// A file that cannot be read or written, a spec or a scenario that is refused.
pub(crate) fn run(args: &SimulateArgs) -> Result<ExitCode, Box<dyn Error>> {
    let spec = spec_of(args.spec.as_deref(), SPEC)?.spec;
    let scenarios = match args.scenario.as_slice() {
        [] => scenarios::built_in()?,
        paths => paths.iter().map(|path| own(path)).collect::<Result<Vec<_>, _>>()?,
    };
    let runs = Runs::new(args.runs, args.seed)?;
    let style = Style::detect(args.quiet);
    let mut chapters = Vec::new();
    let mut led: Option<(Scenario, Vec<Controller>)> = None;
    for Named { title, text, scenario } in scenarios {
        let simulation = Simulation::new(spec.clone(), scenario.clone(), runs)?;
        // what was set by one scenario's healthy releases holds for others with the same ones
        let healthy = scenario.clone().healthy();
        let controllers = match &led {
            Some((same, controllers)) if *same == healthy => controllers.clone(),
            _ => set(args, &simulation, style)?,
        };
        led = Some((healthy, controllers.clone()));
        let mut outcomes = Vec::new();
        let progress = Shared::new(&title, u64::from(args.runs) * controllers.len() as u64, style);
        for (controller, before) in controllers.iter().zip(0_u64..) {
            let from = before * u64::from(args.runs);
            outcomes.push(simulation.run_with(controller, &|done| progress.advance(from + u64::from(done)))?);
        }
        progress.say(&title)?;
        progress.say(&Table::new(outcomes.iter().map(Outcomes::summary)))?;
        chapters.push(Chapter { title, text, scenario, outcomes });
    }
    let page = Page { spec: &spec, args, chapters };
    std::fs::write(&args.out, page.to_string())
        .map_err(|error| format!("{}: {error}", args.out.display()))?;
    Progress::new("", "", None, Style::Quiet)
        .say(&format_args!("page with pictures: {}", args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The controllers, each set to the rate of false rollbacks that was asked for.
fn set(
    args: &SimulateArgs,
    simulation: &Simulation,
    style: Style,
) -> Result<Vec<Controller>, Box<dyn Error>> {
    if args.alone {
        return Ok(vec![Controller::Rampgate(None)]);
    }
    // a small share is not told from others by a few runs
    let simulation = simulation.clone().with_runs(Runs::new(args.runs.max(400), args.seed.wrapping_add(1))?);
    let progress = Shared::new("healthy releases", 0, style);
    let mut set = Vec::new();
    for controller in all()? {
        let found = simulation.calibrate(&controller, args.false_rollbacks, &|_| progress.step())?;
        let share = crate::text::percent(found.false_rollbacks.share);
        let short = if found.reached { "" } else { ", which is not what was asked for" };
        let (name, settings) = (found.controller.name(), found.controller.settings());
        progress.say(&format_args!("{name} ({settings}) rolls {share} of healthy releases back{short}"))?;
        set.push(found.controller);
    }
    progress.say(&"")?;
    Ok(set)
}

/// Each controller at the knobs that did best in the daily service of `core/spec/simulation.md`; what is set by healthy releases comes on top.
fn all() -> Result<Vec<Controller>, rampgate::Error> {
    let (half, hour) = ("30m".parse()?, "1h".parse()?);
    Ok(vec![
        Controller::Rampgate(None),
        Controller::Argo(Argo::new(1.0)?.every(half, hour)?.failing(5).relative()),
        Controller::Flagger(
            Flagger::new(1.0)?.every("5m".parse()?, half)?.failing(20)?.rising(Weights::Linear).relative(),
        ),
        Controller::Kayenta(Kayenta::new(1.0)?.every("15m".parse()?, "2m".parse()?)?.over(hour)?),
        Controller::Schedule,
    ])
}

fn own(path: &std::path::Path) -> Result<Named, Box<dyn Error>> {
    let scenario =
        Scenario::from_json(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let title =
        path.file_stem().map_or_else(|| "Your scenario".into(), |stem| stem.to_string_lossy().into_owned());
    Ok(Named { title, text: format!("The scenario of {}.", path.display()), scenario })
}

/// Progress that several threads tell of.
struct Shared(Mutex<(Progress, u64)>);

impl Shared {
    fn new(label: &str, total: u64, style: Style) -> Self {
        Self(Mutex::new((Progress::new(label, "releases", (total > 0).then_some(total), style), 0)))
    }

    /// So many are done in all, unless more are already.
    fn advance(&self, done: u64) {
        if let Ok(mut shared) = self.0.lock() {
            shared.1 = shared.1.max(done);
            let done = shared.1;
            let _ = shared.0.advance(done); // what cannot be shown is no reason to stop
        }
    }

    fn step(&self) {
        if let Ok(mut shared) = self.0.lock() {
            shared.1 = shared.1.saturating_add(1);
            let done = shared.1;
            let _ = shared.0.advance(done);
        }
    }

    fn say(&self, line: &dyn std::fmt::Display) -> std::io::Result<()> {
        self.0.lock().map_or(Ok(()), |shared| shared.0.say(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Args, Command};
    use clap::Parser;

    #[test]
    fn the_page_needs_nothing_else_and_hides_nothing() {
        let args = Args::try_parse_from(["guarded-release", "simulate", "--runs", "3"]).unwrap();
        let Some(Command::Simulate(args)) = args.command else { panic!() };
        let spec = spec_of(None, SPEC).unwrap().spec;
        let runs = Runs::new(3, 1).unwrap();
        let mut chapters = Vec::new();
        for Named { title, scenario, .. } in scenarios::built_in().unwrap().into_iter().skip(3).take(2) {
            let simulation = Simulation::new(spec.clone(), scenario.clone(), runs).unwrap();
            let outcomes =
                all().unwrap().iter().map(|controller| simulation.run(controller).unwrap()).collect();
            chapters.push(Chapter { title, text: "<b>&".to_owned(), scenario, outcomes });
        }
        let page = Page { spec: &spec, args: &args, chapters }.to_string();
        assert!(page.contains("&lt;b&gt;&amp;") && !page.contains("<b>&<"), "escaped");
        for outside in ["<script", "src=", "url(", "@import", "NaN"] {
            assert!(!page.contains(outside), "{outside}");
        }
        for word in ["rampgate", "argo", "flagger", "kayenta", "schedule", "A slow leak", "A crash loop"] {
            assert!(page.contains(word), "{word}");
        }
        let tags = |tag: &str| {
            (page.matches(&format!("<{tag}")).count(), page.matches(&format!("</{tag}>")).count())
        };
        for tag in ["svg", "table", "figure", "article", "tbody"] {
            let (open, closed) = tags(tag);
            assert!(open == closed && open > 0, "{tag}: {open} {closed}");
        }
    }
}
