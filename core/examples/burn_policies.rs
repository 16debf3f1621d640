//! How the published alert policies fare on recorded incidents: the table of `core/spec/burn_rate.md`, and its picture.
//!
//!     cargo run --release -p rampgate --example burn_policies
//!     cargo run --release -p rampgate --example burn_policies -- picture > core/spec/burn_rate.svg

use rampgate::slo::Counter;
use rampgate::slo::burn_rate::{Alert, BudgetDrop, Policy, Preset, Severity};
use rampgate::slo::replay::{Incident, Outcome, ReplayOptions, Sample, replay};
use rampgate::{Objective, Span, Timestamp};
use std::error::Error;
use std::fmt::Write as _;

/// Name, objective, file. The objectives are about what the time without labels just meets.
const RECORDINGS: [(&str, &str, &str); 7] = [
    ("shop, high traffic", "99.9%", include_str!("../testdata/recordings/petshop-high.csv")),
    ("shop, low traffic", "99.7%", include_str!("../testdata/recordings/petshop-low.csv")),
    ("crashes 05", "99.7%", include_str!("../testdata/recordings/crashes-app2-05.csv")),
    ("crashes 09", "97%", include_str!("../testdata/recordings/crashes-app2-09.csv")),
    ("latency 01", "99%", include_str!("../testdata/recordings/latency-outbound-01.csv")),
    ("latency 03", "99%", include_str!("../testdata/recordings/latency-outbound-03.csv")),
    ("latency 05", "99%", include_str!("../testdata/recordings/latency-outbound-05.csv")),
];

struct Recording {
    samples: Vec<Sample>,
    incidents: Vec<Incident>,
}

fn at(seconds: u64) -> Result<Timestamp, rampgate::Error> {
    Timestamp::from_millis(seconds * 1_000)
}

impl Recording {
    /// Reads a file, and spreads each row evenly over its minutes.
    fn read(text: &str) -> Result<Self, Box<dyn Error>> {
        let (mut width, mut samples, mut incidents) = (60, Vec::new(), Vec::<Incident>::new());
        for line in text.lines() {
            if let Some(seconds) = line.strip_prefix("# width_s ") {
                width = seconds.parse()?;
            }
            if line.starts_with(['#', 's']) {
                continue;
            }
            let row = line.split(',').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
            let [start, good, bad, incident] = *row else { return Err(format!("not a row: {line}").into()) };
            let minutes = width / 60;
            for n in 0..minutes {
                let part = |whole: u64| (n + 1) * whole / minutes - n * whole / minutes;
                samples.push(Sample { at: at(start + n * 60)?, good: part(good), bad: part(bad) });
            }
            if incident == 1 {
                let (from, to) = (at(start)?, at(start + width)?);
                match incidents.last_mut().filter(|last| last.to == from) {
                    Some(last) => last.to = to,
                    None => incidents.push(Incident { from, to }),
                }
            }
        }
        Ok(Self { samples, incidents })
    }
}

/// All presets that can fire at the objective, and the four rows of the workbook with an absolute rule beside them.
fn policies(objective: Objective) -> Result<Vec<(String, Policy)>, rampgate::Error> {
    let policies = Preset::ALL.map(|preset| (preset.name().to_owned(), Policy::preset(preset, objective)));
    let mut all: Vec<_> =
        policies.into_iter().filter_map(|(name, policy)| Some((name, policy.ok()?))).collect();
    let drop = BudgetDrop::new("5%".parse()?, "6h".parse()?, Severity::Page);
    let beside = Policy::preset(Preset::Workbook4, objective)?.with_drop(drop)?;
    all.push(("workbook_4 and a drop of 5% in 6 h".to_owned(), beside));
    Ok(all)
}

/// An incident that spent at least this much of a month's budget is one that alerting on budgets is meant to find: 2%.
const HEAVY_PPM: u64 = 20_000;

/// What a policy did over several recordings.
#[derive(Default)]
struct Pool {
    alerts: u64,
    true_alerts: u64,
    incidents: u64,
    detected: u64,
    heavy: u64,
    heavy_detected: u64,
    detections: Vec<Span>,
    resets: Vec<Span>,
    spends: Vec<u64>,
}

impl Pool {
    /// `month` is the outcome of a policy of 30 days, whose budget says what is heavy.
    fn add(&mut self, outcome: &Outcome, month: &Outcome) {
        self.alerts += outcome.alerts;
        self.true_alerts += outcome.true_alerts;
        for (incident, weighed) in outcome.incidents.iter().zip(&month.incidents) {
            let (heavy, detected) = (weighed.spent_ppm >= HEAVY_PPM, incident.detected_after.is_some());
            self.incidents += 1;
            self.detected += u64::from(detected);
            self.heavy += u64::from(heavy);
            self.heavy_detected += u64::from(heavy && detected);
            self.detections.extend(incident.detected_after);
            self.resets.extend(incident.reset_after);
            self.spends.extend(incident.spent_before_detection_ppm);
        }
    }
}

fn share(part: u64, whole: u64) -> String {
    (part * 100).checked_div(whole).map_or("-".to_owned(), |percent| format!("{percent}% ({part}/{whole})"))
}

fn median<T: Copy + Ord>(values: &[T], shown: impl Fn(T) -> String) -> String {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len().checked_sub(1).and_then(|last| values.get(last / 2));
    middle.map_or("-".to_owned(), |value| shown(*value))
}

fn tenths(ppm: u64) -> String {
    format!("{}.{}%", ppm / 10_000, ppm / 1_000 % 10)
}

/// One table of the policies over all recordings, and one of the recordings.
fn table() -> Result<(), Box<dyn Error>> {
    let mut pools: Vec<(String, Pool, Pool)> = Vec::new();
    let mut recordings = String::new();
    for (name, objective, text) in RECORDINGS {
        let Recording { samples, incidents } = Recording::read(text)?;
        let (names, known): (Vec<_>, Vec<_>) = policies(objective.parse()?)?.into_iter().unzip();
        let grace = ReplayOptions::default().with_grace("1h".parse()?);
        let pages = replay(&known, &samples, &incidents, grace.at_least(Severity::Page))?;
        let all = replay(&known, &samples, &incidents, grace)?;
        for ((name, page), any) in names.iter().zip(&pages).zip(&all) {
            if pools.iter().all(|(known, ..)| known != name) {
                pools.push((name.clone(), Pool::default(), Pool::default()));
            }
            if let Some((_, paged, told)) = pools.iter_mut().find(|(known, ..)| known == name) {
                let month = pages.first().ok_or("no policy")?; // the first preset is one
                paged.add(page, month);
                told.add(any, month);
            }
        }
        if let (Some(page), Some(any)) = (pages.get(1), all.get(1)) {
            let heavy = page.incidents.iter().filter(|one| one.spent_ppm >= HEAVY_PPM).count();
            let most = page.incidents.iter().map(|one| one.spent_ppm).max().unwrap_or(0);
            writeln!(
                recordings,
                "| {name} | {objective} | {} | {heavy} | {} | {} | {} | {} |",
                incidents.len(),
                tenths(page.spent_ppm),
                tenths(most),
                share(page.detected, incidents.len().try_into()?),
                share(any.detected, incidents.len().try_into()?),
            )?;
        }
    }
    println!(
        "| policy | pages | precision | recall | of the heavy | detected after | reset after | spent before | any alert: precision | recall | of the heavy |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (name, page, any) in &pools {
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            page.alerts,
            share(page.true_alerts, page.alerts),
            share(page.detected, page.incidents),
            share(page.heavy_detected, page.heavy),
            median(&page.detections, |span| span.to_string()),
            median(&page.resets, |span| span.to_string()),
            median(&page.spends, tenths),
            share(any.true_alerts, any.alerts),
            share(any.detected, any.incidents),
            share(any.heavy_detected, any.heavy),
        );
    }
    println!(
        "\n| recording | objective | incidents | heavy | spent in all | the worst spent | workbook_4 pages: recall | any alert: recall |"
    );
    println!("|---|---|---|---|---|---|---|---|\n{recordings}");
    Ok(())
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 150.0;
const PLOT: f64 = 300.0;

/// The burn rates around one incident, and when each preset fires: the longest one of `latency 03`, and a few hours on either side.
fn picture() -> Result<(), Box<dyn Error>> {
    let [.., (name, objective, text), _] = RECORDINGS;
    let recording = Recording::read(text)?;
    let longest = |incident: &&Incident| incident.to.since(incident.from);
    let incident = recording.incidents.iter().max_by_key(longest).ok_or("no incident")?;
    let margin: Span = "8h".parse()?;
    let (from, to) = (incident.from.saturating_sub(margin), incident.to.saturating_add(margin));
    let policies = policies(objective.parse()?)?;

    let mut counter = Counter::new();
    let mut states: Vec<_> = policies.iter().map(|(_, policy)| policy.start()).collect();
    let mut lines = [const { Vec::<(Timestamp, f64)>::new() }; 4];
    let mut fired = vec![Vec::<(Timestamp, Alert)>::new(); policies.len()];
    for sample in &recording.samples {
        let now = sample.at.saturating_add("1m".parse()?);
        counter.record(sample.at, sample.good, sample.bad);
        for (n, ((_, policy), state)) in policies.iter().zip(&mut states).enumerate() {
            let decision = policy.evaluate(&counter, now, state)?;
            if !(from..to).contains(&now) {
                continue;
            }
            if matches!(decision.alert(), Alert::Page | Alert::Ticket)
                && let Some(fired) = fired.get_mut(n)
            {
                fired.push((now, decision.alert()));
            }
            if n == 1 && now.as_millis().is_multiple_of(300_000) {
                // the second preset has the windows that are drawn
                let windows = decision.rows().iter().take(2).flat_map(|row| [&row.short, &row.long]);
                for (line, window) in lines.iter_mut().zip(windows) {
                    let burn =
                        f64::from(u32::try_from(window.burn_rate_ppm().unwrap_or(0) / 1_000)?) / 1_000.0;
                    line.push((now, burn));
                }
            }
        }
    }

    let seconds = |span: Span| f64::from(u32::try_from(span.as_millis() / 1_000).unwrap_or(u32::MAX));
    let x = |time: Timestamp| {
        LEFT + (WIDTH - LEFT - 20.0) * seconds(time.since(from)) / seconds(to.since(from)).max(1.0)
    };
    let y = |burn: f64| PLOT - 20.0 - (PLOT - 60.0) * (burn.clamp(0.1, 100.0).log10() + 1.0) / 3.0;
    let height = PLOT + 40.0 + 22.0 * f64::from(u32::try_from(policies.len())?);
    let mut svg = String::new();
    write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12"><title>Burn rates around one incident of {name}, objective {objective}, and when each policy fires</title><rect width="100%" height="100%" fill="#fff"/><rect x="{:.1}" y="20" width="{:.1}" height="{:.1}" fill="#f3e3c3"/><text x="{:.1}" y="34">labelled incident</text>"##,
        x(incident.from),
        x(incident.to) - x(incident.from),
        height - 40.0,
        x(incident.from) + 4.0
    )?;
    for (burn, label) in [(0.1, "0.1"), (1.0, "1"), (6.0, "6"), (14.4, "14.4"), (100.0, "100")] {
        let (y, end) = (y(burn), WIDTH - 20.0);
        write!(
            svg,
            r##"<path d="M{LEFT} {y:.1}H{end}" stroke="#bbb" stroke-dasharray="3 3"/><text x="{}" y="{:.1}" text-anchor="end">{label}</text>"##,
            LEFT - 6.0,
            y + 4.0
        )?;
    }
    write!(svg, r#"<text x="10" y="34">burn rate of</text>"#)?;
    let styles = [
        ("5 m", "#c0392b", ""),
        ("1 h", "#c0392b", "7 4"),
        ("30 m", "#1f4e8c", ""),
        ("6 h", "#1f4e8c", "7 4"),
    ];
    for ((n, (label, colour, dash)), line) in styles.into_iter().enumerate().zip(&lines) {
        let mut path = String::new();
        for (time, burn) in line {
            write!(path, "{}{:.1} {:.1}", if path.is_empty() { 'M' } else { 'L' }, x(*time), y(*burn))?;
        }
        let key = 56.0 + 20.0 * f64::from(u32::try_from(n)?);
        write!(
            svg,
            r##"<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash}"/><path d="M10 {key}h30" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash}"/><text x="46" y="{}">{label}</text>"##,
            key + 4.0
        )?;
    }
    for ((n, (name, _)), fired) in policies.iter().enumerate().zip(&fired) {
        let top = PLOT + 10.0 + 22.0 * f64::from(u32::try_from(n)?);
        let name = if name.contains(' ') { "workbook_4 and drop" } else { name };
        write!(svg, r#"<text x="10" y="{}">{name}</text>"#, top + 12.0)?;
        // one bar for each stretch of the same alert
        let mut rest = fired.iter().peekable();
        while let Some((start, alert)) = rest.next() {
            let mut end = *start;
            while let Some((time, _)) =
                rest.next_if(|(time, next)| next == alert && time.since(end).as_millis() <= 60_000)
            {
                end = *time;
            }
            let (height, colour, drop) =
                if *alert == Alert::Page { (14, "#c0392b", 0.0) } else { (6, "#777", 4.0) };
            write!(
                svg,
                r##"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{height}" fill="{colour}"/>"##,
                x(*start),
                top + drop,
                (x(end) - x(*start)).max(1.0)
            )?;
        }
    }
    println!(
        r#"{svg}<text x="{LEFT}" y="{}">tall: a page fires; low: a ticket; {} to {}</text></svg>"#,
        height - 8.0,
        from,
        to
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("picture") { picture() } else { table() }
}
