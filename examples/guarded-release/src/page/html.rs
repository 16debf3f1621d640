//! Data to HTML.

use super::{DecisionRow, Fact, Note, Outcome, Page, ReleaseReport};
use crate::plot::{Frame, Key, Plot};
use crate::text::{Escaped, duration, percent};
use core::fmt::{self, Display, Formatter};
use jiff::Timestamp;

const STYLE: &str = include_str!("style.css");
/// Nothing may be loaded and no script run, whatever a log put into the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

impl Display for Page {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, &self.title, &self.intro)?;
        if self.releases.len() > 1 {
            writeln!(f, "<nav><ul>")?;
            for (release, number) in self.releases.iter().zip(1_usize..) {
                let (class, sign, words) = banner(release.outcome);
                let title = Escaped(&release.title);
                write!(
                    f,
                    r##"<li><a class="{class}" href="#release-{number}"><span aria-hidden="true">{sign}</span> "##
                )?;
                writeln!(f, "<span>{title}<b>{words}</b></span></a></li>")?;
            }
            writeln!(f, "</ul></nav>")?;
        }
        writeln!(f, "</header><main>")?;
        self.releases.iter().zip(1..).try_for_each(|(release, number)| release.html(f, number))?;
        writeln!(f, "</main><footer>")?;
        for Note { heading, text, link } in &self.notes {
            write!(f, "<section><h2>{}</h2><p>{}", Escaped(heading), Escaped(text))?;
            if let Some(link) = link.as_deref().filter(|link| link.starts_with("https://")) {
                write!(f, r#" <a href="{0}">{0}</a>"#, Escaped(link))?;
            }
            writeln!(f, "</p></section>")?;
        }
        f.write_str("</footer></body></html>\n")
    }
}

impl ReleaseReport {
    fn html(&self, f: &mut Formatter<'_>, number: usize) -> fmt::Result {
        let (class, sign, words) = banner(self.outcome);
        writeln!(f, r#"<article id="release-{number}"><h2>{}</h2>"#, Escaped(&self.title))?;
        writeln!(f, "<p>{}</p>", Escaped(&self.intro))?;
        write!(f, r#"<div class="banner {class}"><span aria-hidden="true">{sign}</span>"#)?;
        writeln!(f, "<p><b>{words}</b> {}</p></div>", Escaped(&self.headline))?;
        writeln!(f, r#"<dl class="facts">"#)?;
        for Fact { label, value, detail } in &self.facts {
            write!(f, "<div><dt>{}</dt><dd>{}", Escaped(label), Escaped(value))?;
            if !detail.is_empty() {
                write!(f, "<small>{}</small>", Escaped(detail))?;
            }
            writeln!(f, "</dd></div>")?;
        }
        writeln!(f, r#"</dl><div class="plots">"#)?;
        let frame = Frame { start_ms: self.start_ms, end_ms: self.end_ms, marks: &self.marks };
        for (plot, index) in self.plots.iter().zip(1_usize..) {
            figure(f, plot, frame, &format!("release-{number}-plot-{index}"))?;
        }
        writeln!(f, "</div>")?;
        self.table(f)?;
        writeln!(f, "</article>")
    }

    fn table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "<h3>Decisions</h3>")?;
        if self.decisions.is_empty() {
            return writeln!(f, "<p>None was taken.</p>");
        }
        writeln!(f, r#"<table><thead><tr><th scope="col">Time</th><th scope="col">Action</th>"#)?;
        writeln!(f, r#"<th scope="col">Exposure</th><th scope="col">Reasons</th></tr></thead><tbody>"#)?;
        for DecisionRow { at_ms, action, exposure, reasons } in &self.decisions {
            let after = match at_ms.saturating_sub(self.start_ms) {
                0 => "start".to_owned(),
                after => duration(after),
            };
            write!(f, r#"<tr><td data-label="Time">{after}<small>{}</small></td>"#, Utc(*at_ms))?;
            write!(f, r#"<td data-label="Action"><b>{}</b></td>"#, Escaped(action))?;
            write!(f, r#"<td data-label="Exposure" class="number">{}</td>"#, percent(*exposure))?;
            write!(f, r#"<td data-label="Reasons"><ul>"#)?;
            reasons.iter().try_for_each(|reason| write!(f, "<li>{}</li>", Escaped(reason)))?;
            writeln!(f, "</ul></td></tr>")?;
        }
        writeln!(f, "</tbody></table>")
    }
}

/// The beginning of a page, up to and into its header.
pub(crate) fn head(f: &mut Formatter<'_>, title: &str, intro: &str) -> fmt::Result {
    let title = Escaped(title);
    writeln!(f, r#"<!doctype html><html lang="en"><head><meta charset="utf-8">"#)?;
    writeln!(f, r#"<meta http-equiv="Content-Security-Policy" content="{POLICY}">"#)?;
    writeln!(f, r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#)?;
    writeln!(f, r#"<meta name="color-scheme" content="light dark">"#)?;
    writeln!(f, "<title>{title}</title><style>\n{STYLE}</style></head><body>")?;
    writeln!(f, "<header><h1>{title}</h1><p>{}</p>", Escaped(intro))
}

/// A plot with its title, key and caption. `id` is its own on the page.
pub(crate) fn figure(f: &mut Formatter<'_>, plot: &Plot, frame: Frame<'_>, id: &str) -> fmt::Result {
    writeln!(f, "<figure><figcaption><h3>{}</h3><ul>{}</ul></figcaption>", Escaped(&plot.title), Key(plot))?;
    writeln!(f, r#"<p class="axis-label">{}</p>"#, Escaped(&plot.y.label))?;
    writeln!(f, "{}", plot.drawing(frame, id))?;
    writeln!(f, r#"<p class="caption">{}</p></figure>"#, Escaped(&plot.caption))
}

/// Class, sign and words of an outcome: never colour alone.
fn banner(outcome: Outcome) -> (&'static str, &'static str, &'static str) {
    match outcome {
        Outcome::Completed => ("completed", "✓", "Completed."),
        Outcome::RolledBack => ("rolled-back", "↩", "Rolled back."),
        Outcome::Running => ("running", "…", "Still running."),
    }
}

/// `2023-09-05 14:00 UTC`, marked up as a time; nothing for what no calendar holds.
struct Utc(u64);

impl Display for Utc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let time = i64::try_from(self.0).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
        match time {
            Some(time) => {
                write!(f, r#"<time datetime="{time}">{}</time>"#, time.strftime("%Y-%m-%d %H:%M UTC"))
            }
            None => Ok(()),
        }
    }
}
