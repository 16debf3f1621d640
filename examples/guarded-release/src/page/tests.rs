//! A page from a recording and a toy release, and pages that try to break it.

use super::*;
use crate::plot::{Point, Rate, Series, Tone};
use crate::recording::Recording;
use crate::text::{count, duration, number, percent};

const STAGES: [(u64, f64); 5] = [(0, 0.01), (45, 0.05), (120, 0.25), (240, 0.5), (420, 1.0)]; // minutes, share

/// Replays `recording` with fixed stages and a bet that the canary fails at twice the control's rate; real enough to look at.
fn replayed(recording: &Recording, title: &str, outcome: Outcome) -> ReleaseReport {
    let start_ms = recording.start_ms();
    let needed = 20_f64.ln();
    let (mut exposure, mut evidence, mut budget) = (Vec::new(), Vec::new(), Vec::new());
    let mut rates: [Vec<Rate>; 2] = [Vec::new(), Vec::new()];
    let (mut counts, mut ln_harm, mut spent, mut share) = ([[0.0_f64; 2]; 2], 0.0, 0.0, 0.0);
    let (mut marks, mut decisions, mut end_ms) = (Vec::new(), Vec::new(), 0);
    for slice in recording.slices().iter().take(130) {
        let at_ms = slice.start_ms();
        let minutes = (at_ms - start_ms) / 60_000;
        let stage = STAGES.iter().rev().find(|stage| stage.0 <= minutes).unwrap().1;
        let harmed = ln_harm >= needed;
        let next = if harmed { 0.0 } else { stage };
        if (next - share).abs() > 1e-9 {
            share = next;
            let action = if harmed { "Roll back" } else { "Advance" };
            exposure.push(Point { at_ms, value: share });
            marks.push(Mark {
                at_ms,
                label: if harmed { "rolled back".into() } else { percent(share) },
                strong: harmed,
            });
            decisions.push(DecisionRow {
                at_ms,
                action: action.into(),
                exposure: share,
                reasons: vec![
                    format!("evidence of harm {} of {} needed", number(ln_harm), number(needed)),
                    format!(
                        "{} units of the canary since the start, budget left {}",
                        counts[1][0],
                        percent(1.0 - spent)
                    ),
                ],
            });
        }
        for (i, request) in slice.requests().enumerate() {
            let arm = usize::from((i as f64 * 0.618_033_988_7).fract() < share);
            let failed = [request.fails_on_control, request.fails_on_canary][arm];
            counts[arm][0] += 1.0;
            counts[arm][1] += f64::from(u8::from(failed));
            if failed && share > 0.0 {
                ln_harm += ([1.0, 2.0][arm] / (1.0 + share)).ln();
                spent += 0.002;
            }
            if i % 100 == 0 && !harmed {
                evidence.push(Point { at_ms: request.at_ms, value: ln_harm });
                budget.push(Point { at_ms: request.at_ms, value: 1.0 - spent });
            }
        }
        for (arm, rates) in rates.iter_mut().enumerate() {
            let [units, failures] = counts[arm];
            let rate = failures / units;
            let half = ((rate + 1.0 / units) * 12.0 / units).sqrt();
            rates.push(Rate { at_ms, rate, low: (rate - half).max(0.0), high: (rate + half).min(1.0) });
        }
        end_ms = at_ms;
    }
    let begins = recording.fault_begins_ms();
    marks.extend(begins.map(|at_ms| Mark { at_ms, label: "fault begins".into(), strong: true }));
    let fact =
        |label: &str, value: String, detail: &str| Fact { label: label.into(), value, detail: detail.into() };
    let mut exposure = Plot::exposure(exposure);
    exposure.series[0].name = "new version".into();
    ReleaseReport {
        title: title.into(),
        intro: "Recorded traffic of an online shop, replayed request by request through five stages.".into(),
        outcome,
        headline: "What happened in one sentence, with the number that decided it.".into(),
        facts: vec![
            fact("Requests replayed", count(recording.request_count()), "in 5-minute slices"),
            fact(
                "Time to detect",
                begins.map_or("–".into(), |b| duration(end_ms - b)),
                "from the fault's first request",
            ),
            fact("Units hit", counts[1][1].to_string(), "failures that the canary served"),
            fact("Budget spent", percent(spent), ""),
            fact("False alarms", "0".into(), ""),
        ],
        start_ms,
        end_ms,
        marks,
        plots: vec![
            exposure,
            Plot::evidence(evidence, needed),
            Plot::error_rates(0.95, &rates[0], &rates[1]),
            Plot::budget(budget),
        ],
        decisions,
    }
}

fn sample() -> Page {
    let note = |heading: &str, text: &str, link: Option<&str>| Note {
        heading: heading.into(),
        text: text.into(),
        link: link.map(str::to_owned),
    };
    Page {
        title: "A guarded release, replayed".into(),
        intro: "A sample of the page for its tests: the traffic is recorded, the release is a toy.".into(),
        releases: vec![
            replayed(&Recording::healthy().unwrap(), "The healthy release", Outcome::Completed),
            replayed(&Recording::faulty().unwrap(), "The faulty release", Outcome::RolledBack),
        ],
        notes: vec![
            note(
                "Data",
                "PetShop data set, CC BY 4.0.",
                Some("https://github.com/amazon-science/petshop-root-cause-analysis"),
            ),
            note(
                "What is guaranteed",
                "A release whose canary is no worse is rolled back with probability at most 5 %.",
                None,
            ),
        ],
    }
}

/// All tags that are opened are closed, in order.
fn assert_well_formed(html: &str) {
    let void = ["meta", "!doctype", "path", "circle"];
    let (mut open, mut rest) = (Vec::new(), html);
    while let Some((_, tail)) = rest.split_once('<') {
        let (tag, after) = tail.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !void.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// With `SAMPLE_PAGE=/tmp/page.html` in the environment the page is written there, to look at.
#[test]
fn a_page_is_well_formed_and_needs_nothing_else() {
    let html = sample().to_string();
    assert_well_formed(&html);
    for outside in ["<script", "src=", "url(", "@import", "<link", "NaN", "inf\""] {
        assert!(!html.contains(outside), "{outside}");
    }
    for (id, times) in [("release-1-plot-1-title", 2), ("release-2-plot-4-text", 2)] {
        assert_eq!(html.matches(id).count(), times, "{id}");
    }
    assert!(html.len() < 250_000, "{}", html.len());
    if let Some(path) = std::env::var_os("SAMPLE_PAGE") {
        std::fs::write(path, html).unwrap();
    }
}

#[test]
fn text_cannot_become_markup() {
    let evil = "</title></style><script>alert(1)</script>\" onload='x' &amp;\0";
    let mut page = sample();
    let release = &mut page.releases[0];
    for text in
        [&mut page.title, &mut page.intro, &mut release.title, &mut release.intro, &mut release.headline]
    {
        *text = evil.into();
    }
    release.marks[0].label = evil.into();
    release.facts[0] = Fact { label: evil.into(), value: evil.into(), detail: evil.into() };
    release.decisions[0].action = evil.into();
    release.decisions[0].reasons = vec![evil.into()];
    let plot = &mut release.plots[1];
    plot.title = evil.into();
    plot.caption = evil.into();
    plot.y.label = evil.into();
    plot.series[0].name = evil.into();
    plot.levels[0].label = evil.into();
    page.notes[0] = Note { heading: evil.into(), text: evil.into(), link: Some(format!("https://{evil}")) };
    page.notes[1].link = Some("javascript:alert(1)".into());
    let html = page.to_string();
    assert_well_formed(&html);
    assert!(!html.contains("<script") && !html.contains("onload='") && !html.contains("javascript:"));
    assert!(html.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn odd_numbers_and_empty_series_do_not_break_a_page() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e300, -1e300, 1e-300, 1.0];
    let points = |range: &[u64]| -> Vec<Point> {
        range.iter().flat_map(|at_ms| odd.map(|value| Point { at_ms: *at_ms, value })).collect()
    };
    let rates: Vec<Rate> =
        odd.iter().flat_map(|low| odd.map(|high| Rate { at_ms: 5, rate: *low, low: *low, high })).collect();
    let mut plots = vec![
        Plot::exposure(Vec::new()),
        Plot::evidence(Vec::new(), f64::NAN),
        Plot::error_rates(f64::NAN, &[], &[]),
        Plot::budget(Vec::new()),
        Plot::exposure(points(&[0, 5, u64::MAX])),
        Plot::evidence(points(&[5, 1, 0]), f64::INFINITY),
        Plot::error_rates(2.0, &rates, &rates[..1]),
        Plot::budget(points(&[u64::MAX])),
    ];
    plots[0].series.push(Series::line("second", Tone::Beside, points(&[3])));
    plots[1].series.clear();
    for (start_ms, end_ms) in [(0, 10), (0, 0), (10, 0), (0, u64::MAX), (u64::MAX, u64::MAX)] {
        let mut page = sample();
        let release = &mut page.releases[1];
        (release.start_ms, release.end_ms) = (start_ms, end_ms);
        release.plots = plots.clone();
        release.decisions = vec![DecisionRow {
            at_ms: u64::MAX,
            action: String::new(),
            exposure: f64::NAN,
            reasons: Vec::new(),
        }];
        let html = page.to_string();
        assert_well_formed(&html);
        assert!(!html.contains("NaN") && !html.contains("inf"), "{start_ms} {end_ms}");
    }
    let empty = Page { title: String::new(), intro: String::new(), releases: Vec::new(), notes: Vec::new() };
    assert_well_formed(&empty.to_string());
}

#[test]
fn a_long_series_is_thinned_and_keeps_its_extremes() {
    let long = |index: u64| Point { at_ms: index, value: if index == 77_777 { 9.0 } else { 1.0 } };
    let plot = Plot::evidence((0..200_000).map(long).collect(), 3.0);
    let frame = crate::plot::Frame { start_ms: 0, end_ms: 200_000, marks: &[] };
    let svg = plot.drawing(frame, "long").to_string();
    assert!(svg.len() < 40_000, "{}", svg.len());
    let top = svg.matches(" 62.8L").count(); // 9 on an axis from 0 to 10
    assert!(top >= 1, "{svg}");
}
