use super::{Row, Severity};
use crate::error::Error;
use crate::quantity::{Share, Span};
use alloc::vec::Vec;

/// Policies that others published, by name.
///
/// | name | period | long / short windows | told as |
/// |---|---|---|---|
/// | `workbook_3` | 30 d | 1 h / 5 m, 6 h / 30 m, 3 d / 6 h | 2%, 5%, 10% of the budget |
/// | `workbook_4` | 30 d | and 1 d / 2 h | and 10% |
/// | `sloth_28`, `sloth_30` | 28 d, 30 d | those of `workbook_4` | 2%, 5%, 10%, 10% |
/// | `pyrra` | 28 d | 1 h / 5 m, 6 h / 30 m, 1 d / 2 h, 4 d / 6 h | factors 14, 7, 2, 1, pending for 2 m, 15 m, 1 h, 3 h |
/// | `datadog_7` | 7 d | 1 h / 5 m, 6 h / 30 m, 1 d / 2 h | 10%, 20%, 40% |
/// | `datadog_30` | 30 d | the same | 2%, 5%, 10% |
/// | `datadog_90` | 90 d | the same | 1%, 3%, 5% |
///
/// Sources: *The Site Reliability Workbook*, "Alerting on SLOs", table 5-8 (three rows) and its code listing (four); slok/sloth
/// `internal/alert/windows`; pyrra-dev/pyrra `slo/slo.go`; Datadog's documentation of burn-rate alerts, which names no severity: here its
/// two fast rows page. For another period say how it is to be reached: [`Policy::scaled`](super::Policy::scaled).
///
/// ```
/// use rampgate::slo::burn_rate::{Policy, Preset};
///
/// let slow = |preset| Policy::preset(preset, "99.9%".parse()?).map(|policy| policy.conditions()[3].factor().to_string());
/// assert_eq!((slow(Preset::Sloth30)?, slow(Preset::Sloth28)?), ("1".into(), "14/15".into()));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// Table 5-8 of the workbook.
    Workbook3,
    /// The code listing of the workbook.
    Workbook4,
    /// sloth's catalogue for 28 days.
    Sloth28,
    /// sloth's catalogue for 30 days.
    Sloth30,
    /// pyrra, which scales windows to other periods.
    Pyrra,
    /// Datadog's table for 7 days.
    Datadog7,
    /// Datadog's table for 30 days.
    Datadog30,
    /// Datadog's table for 90 days.
    Datadog90,
}

impl Preset {
    /// All presets, in the order of their table.
    pub const ALL: [Self; 8] = [
        Self::Workbook3,
        Self::Workbook4,
        Self::Sloth28,
        Self::Sloth30,
        Self::Pyrra,
        Self::Datadog7,
        Self::Datadog30,
        Self::Datadog90,
    ];

    pub(super) const WORDS: [(&'static str, Self); 8] = {
        let [a, b, c, d, e, f, g, h] = Self::ALL;
        [
            (a.name(), a),
            (b.name(), b),
            (c.name(), c),
            (d.name(), d),
            (e.name(), e),
            (f.name(), f),
            (g.name(), g),
            (h.name(), h),
        ]
    };

    /// The name that a document gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workbook3 => "workbook_3",
            Self::Workbook4 => "workbook_4",
            Self::Sloth28 => "sloth_28",
            Self::Sloth30 => "sloth_30",
            Self::Pyrra => "pyrra",
            Self::Datadog7 => "datadog_7",
            Self::Datadog30 => "datadog_30",
            Self::Datadog90 => "datadog_90",
        }
    }

    /// The period that it was published for.
    #[must_use]
    pub const fn period(self) -> Span {
        let days = match self {
            Self::Datadog7 => 7,
            Self::Sloth28 | Self::Pyrra => 28,
            Self::Workbook3 | Self::Workbook4 | Self::Sloth30 | Self::Datadog30 => 30,
            Self::Datadog90 => 90,
        };
        Span::clamped(days * 1_440 * MINUTE)
    }

    pub(super) fn rows(self) -> Result<Vec<Row>, Error> {
        use Severity::{Page, Ticket};
        let shares = |shares: &[u32]| -> Vec<Row> {
            let windows = [(60, 5, Page), (360, 30, Page), (1_440, 120, Ticket), (4_320, 360, Ticket)];
            let row = |(percent, (long, short, severity)): (&u32, (u64, u64, Severity))| {
                Row::spending(Share::clamped(percent * 10_000), minutes(long), minutes(short), severity)
            };
            shares.iter().zip(windows).map(row).collect()
        };
        Ok(match self {
            Self::Workbook3 => {
                let mut rows = shares(&[2, 5, 10, 10]);
                rows.remove(2);
                rows
            }
            Self::Workbook4 | Self::Sloth28 | Self::Sloth30 => shares(&[2, 5, 10, 10]),
            Self::Datadog7 => shares(&[10, 20, 40]),
            Self::Datadog30 => shares(&[2, 5, 10]),
            Self::Datadog90 => shares(&[1, 3, 5]),
            Self::Pyrra => {
                let row = |factor: &str, long, short, pending, severity| {
                    let row = Row::burning(factor.parse()?, minutes(long), minutes(short), severity);
                    Ok(row.pending_for(minutes(pending)))
                };
                [
                    row("14", 60, 5, 2, Page),
                    row("7", 360, 30, 15, Page),
                    row("2", 1_440, 120, 60, Ticket),
                    row("1", 5_760, 360, 180, Ticket),
                ]
                .into_iter()
                .collect::<Result<_, Error>>()?
            }
        })
    }
}

const MINUTE: u64 = 60_000;

const fn minutes(count: u64) -> Span {
    Span::clamped(count * MINUTE)
}
