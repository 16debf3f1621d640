//! The page of a simulation: one HTML file that needs nothing else.

use super::bars::{Bar, Bars};
use crate::args::SimulateArgs;
use crate::page::{figure, head};
use crate::plot::{Axis, Frame, Plot, Point, Series, Tone, Unit};
use crate::text::{Escaped, count, duration, number, percent};
use core::fmt::{self, Display, Formatter};
use rampgate::release::Spec;
use rampgate::simulate::rollout::{Outcomes, Part, Scenario, Spread, Summary};

/// One scenario and what became of it.
#[derive(Debug)]
pub(crate) struct Chapter {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) scenario: Scenario,
    pub(crate) outcomes: Vec<Outcomes>,
}

/// The whole page; its `Display` is the HTML.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) spec: &'a Spec,
    pub(crate) args: &'a SimulateArgs,
    pub(crate) chapters: Vec<Chapter>,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (runs, seed) = (count(u64::from(self.args.runs)), self.args.seed);
        let set = if self.args.alone {
            String::new()
        } else {
            let rate = percent(self.args.false_rollbacks.get());
            format!(" Each controller was first set so that it rolls back {rate} of healthy releases.")
        };
        head(
            f,
            "Simulated releases",
            &format!("{runs} releases of {} in each scenario.{set}", self.spec.name()),
        )?;
        writeln!(f, "</header><main>")?;
        self.chapters.iter().zip(1..).try_for_each(|(chapter, number)| chapter.html(f, number))?;
        writeln!(f, "</main><footer>")?;
        let note = |f: &mut Formatter<'_>, heading: &str, text: &str| {
            writeln!(f, "<section><h2>{heading}</h2><p>{text}</p></section>")
        };
        note(
            f,
            "What is counted",
            "Hit: units of the canary that its fault could reach, to the end of the scenario; a release that was completed goes on to harm. Excess failures: those that there \
             would not have been without the fault. Detected: from the first unit that the fault met to the rollback.",
        )?;
        note(
            f,
            "What the others are",
            "Their documented rules on the same plan and the same traffic, with the settings named; not their software. They see the error rate of the canary, of both \
             arms where they compare.",
        )?;
        note(f, "Again", &format!("Seed {seed}: the same page on every machine."))?;
        f.write_str("</footer></body></html>\n")
    }
}

impl Chapter {
    fn html(&self, f: &mut Formatter<'_>, number: usize) -> fmt::Result {
        writeln!(f, r#"<article id="scenario-{number}"><h2>{}</h2>"#, Escaped(&self.title))?;
        writeln!(f, "<p>{}</p>", Escaped(&self.text))?;
        let summaries: Vec<Summary> = self.outcomes.iter().map(Outcomes::summary).collect();
        writeln!(f, r#"<div class="plots">"#)?;
        let plot = self.rolled_back();
        let end_ms = self.scenario.horizon().as_millis();
        figure(f, &plot, Frame { start_ms: 0, end_ms, marks: &[] }, &format!("scenario-{number}-back"))?;
        if self.scenario.is_harmful() {
            bars(f, "Units hit", "units of the canary, mean over all releases", &summaries, number, |s| {
                s.units_hit
            })?;
        } else {
            bars(
                f,
                "Time to completion",
                "minutes, mean over the releases that were completed",
                &summaries,
                number,
                |s| s.minutes_to_complete,
            )?;
        }
        writeln!(f, "</div>")?;
        table(f, &summaries)?;
        writeln!(f, "</article>")
    }

    /// Which share of the releases had been rolled back by when.
    fn rolled_back(&self) -> Plot {
        let series = self.outcomes.iter().filter_map(|outcomes| {
            let name = outcomes.controller().name();
            let mut ends: Vec<u64> = outcomes
                .runs()
                .iter()
                .filter(|run| run.is_rolled_back())
                .map(|run| run.ended_after.as_millis())
                .collect();
            ends.sort_unstable();
            let all = outcomes.runs().len().max(1) as f64;
            let mut points = vec![Point { at_ms: 0, value: 0.0 }];
            points.extend(
                ends.iter().zip(1_u32..).map(|(at, n)| Point { at_ms: *at, value: f64::from(n) / all }),
            );
            let line = Series::line(name, tone(name)?, points);
            Some(Series { steps: true, ..line })
        });
        Plot {
            title: "Rolled back so far".to_owned(),
            caption: "Share of the releases that had been rolled back, by time since the start.".to_owned(),
            y: Axis {
                label: "share of releases".to_owned(),
                unit: Unit::Percent,
                log: false,
                shows: vec![0.0, 1.0],
                lowest: None,
            },
            series: series.collect(),
            levels: Vec::new(),
        }
    }
}

/// Colour and dash of a controller that may roll back.
fn tone(controller: &str) -> Option<Tone> {
    match controller {
        "rampgate" => Some(Tone::Release),
        "argo" => Some(Tone::Control),
        "flagger" => Some(Tone::Canary),
        "kayenta" => Some(Tone::Beside),
        _ => None,
    }
}

fn bars(
    f: &mut Formatter<'_>,
    title: &str,
    unit: &str,
    summaries: &[Summary],
    number: usize,
    of: impl Fn(&Summary) -> Option<Spread>,
) -> fmt::Result {
    let bar = |summary: &Summary| {
        let Spread { mean, p10, p90, .. } = of(summary)?;
        let class = tone(summary.controller).map_or("nobody", Tone::class);
        Some(Bar { name: summary.controller, class, value: mean, low: p10, high: p90 })
    };
    let bars: Vec<Bar> = summaries.iter().filter_map(bar).collect();
    writeln!(f, "<figure><figcaption><h3>{title}</h3></figcaption>")?;
    writeln!(f, r#"<p class="axis-label">{unit}</p>"#)?;
    writeln!(f, "{}", Bars { id: &format!("scenario-{number}-bars"), title, bars: &bars })?;
    writeln!(
        f,
        r#"<p class="caption">A power of ten from line to line. The thin line holds eight of ten releases.</p></figure>"#
    )
}

fn table(f: &mut Formatter<'_>, summaries: &[Summary]) -> fmt::Result {
    writeln!(f, r#"<div class="wide"><table><thead><tr>"#)?;
    for heading in [
        "Controller",
        "Rolled back",
        "Falsely",
        "Promoted wrongly",
        "Open",
        "Units hit",
        "Excess failures",
        "Detected after",
        "Completed after",
        "Budget spent",
    ] {
        write!(f, r#"<th scope="col">{heading}</th>"#)?;
    }
    writeln!(f, "</tr></thead><tbody>")?;
    let share = |part: Part| percent(part.share);
    let mean = |spread: Option<Spread>| spread.map_or_else(|| "–".to_owned(), |spread| number(spread.mean));
    let after = |spread: Option<Spread>| {
        spread.map_or_else(|| "–".to_owned(), |spread| duration(to_ms(spread.median)))
    };
    for summary in summaries {
        let (controller, settings) = (Escaped(summary.controller), Escaped(&summary.settings));
        write!(f, r#"<tr><td data-label="Controller"><b>{controller}</b><small>{settings}</small></td>"#)?;
        let cells = [
            ("Rolled back", share(summary.rolled_back)),
            ("Falsely", share(summary.false_rollbacks)),
            ("Wrongly", share(summary.false_promotions)),
            ("Open", share(summary.open)),
            ("Units hit", mean(summary.units_hit)),
            ("Excess", mean(summary.excess_failures)),
            ("Detected", after(summary.minutes_to_detect)),
            ("Completed", after(summary.minutes_to_complete)),
            (
                "Budget",
                summary
                    .budget_spent_percent
                    .map_or_else(|| "–".to_owned(), |spread| percent(spread.mean / 100.0)),
            ),
        ];
        for (heading, cell) in cells {
            write!(f, r#"<td data-label="{heading}">{cell}</td>"#)?;
        }
        writeln!(f, "</tr>")?;
    }
    writeln!(f, "</tbody></table></div>")
}

/// Minutes as milliseconds.
fn to_ms(minutes: f64) -> u64 {
    // at most 60 days, so exact
    core::time::Duration::try_from_secs_f64(60.0 * minutes)
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
