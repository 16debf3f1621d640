//! Horizontal bars on a scale of powers of ten.

use crate::text::{Escaped, number};
use core::fmt::{self, Display, Formatter};

const WIDTH: f64 = 560.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 470.0;
const ROW: f64 = 40.0;
const TOP: f64 = 12.0;

/// One bar: whose it is, its length, and how far the middle eight of ten runs reach.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    pub(crate) class: &'static str,
    pub(crate) value: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The picture; `title` and `text` are for those who hear it.
#[derive(Debug)]
pub(crate) struct Bars<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) bars: &'a [Bar],
}

/// A power of ten in few letters.
fn short(value: f64) -> String {
    match value {
        ..1e3 => number(value),
        ..1e6 => format!("{} k", number(value / 1e3)),
        ..1e9 => format!("{} M", number(value / 1e6)),
        _ => format!("{} G", number(value / 1e9)),
    }
}

impl Display for Bars<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { id, title, bars } = self;
        let rows = f64::from(u32::try_from(bars.len()).unwrap_or(u32::MAX));
        let bottom = TOP + ROW * rows;
        let most = bars.iter().map(|bar| bar.value.max(bar.high)).fold(10.0_f64, f64::max);
        let decades = most.log10().ceil().max(1.0);
        let x = |value: f64| LEFT + (value.max(1.0).log10() / decades).min(1.0) * (RIGHT - LEFT);
        writeln!(
            f,
            r#"<svg viewBox="0 0 {WIDTH} {}" role="img" aria-labelledby="{id}-title {id}-text">"#,
            bottom + 30.0
        )?;
        writeln!(f, r#"<title id="{id}-title">{}</title><desc id="{id}-text">"#, Escaped(title))?;
        bars.iter().try_for_each(|bar| write!(f, "{}: {}. ", bar.name, number(bar.value)))?;
        writeln!(f, "</desc>")?;
        let mut power = 0.0;
        while power <= decades {
            let value = 10_f64.powf(power);
            let at = x(value);
            writeln!(f, r#"<path class="grid" d="M{at:.1} {TOP}V{bottom}"/>"#)?;
            writeln!(f, r#"<text class="tick x" x="{at:.1}" y="{}">{}</text>"#, bottom + 18.0, short(value))?;
            power += 1.0;
        }
        for (bar, row) in bars.iter().zip(0_u32..) {
            let y = TOP + ROW * f64::from(row) + 8.0;
            let middle = y + 12.0;
            writeln!(
                f,
                r#"<text class="name" x="{}" y="{}">{}</text>"#,
                LEFT - 10.0,
                middle + 4.5,
                bar.name
            )?;
            writeln!(
                f,
                r#"<rect class="bar {}" x="{LEFT}" y="{y}" width="{:.1}" height="24" rx="3" fill-opacity="0.85"/>"#,
                bar.class,
                x(bar.value) - LEFT
            )?;
            if bar.high > bar.low {
                let (low, high) = (x(bar.low), x(bar.high));
                writeln!(
                    f,
                    r#"<path class="axis" d="M{low:.1} {middle}H{high:.1}M{low:.1} {}v8M{high:.1} {}v8"/>"#,
                    middle - 4.0,
                    middle - 4.0
                )?;
            }
            let end = x(bar.value.max(bar.high)) + 8.0;
            writeln!(
                f,
                r#"<text class="value" x="{end:.1}" y="{}">{}</text>"#,
                middle + 4.5,
                number(bar.value)
            )?;
        }
        f.write_str("</svg>")
    }
}
