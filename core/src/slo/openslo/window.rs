use super::document::Notes;
use super::duration::{shorthand, span};
use crate::document::{Field, check_name};
use crate::error::Kind;
use crate::quantity::{Span, Timestamp};
use alloc::format;
use alloc::string::String;
use serde::Serialize;

/// What a calendar window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarUnit {
    /// `d`
    Day,
    /// `w`
    Week,
    /// `M`
    Month,
    /// `Q`
    Quarter,
    /// `Y`
    Year,
}

/// The period of a budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenSloWindow {
    /// So long, up to now.
    Rolling(Span),
    /// One after another, by local clocks. The host works out their instants with its database of zones, and gives them to
    /// [`Period::between`](crate::slo::Period::between).
    Calendar {
        /// How many units one window has.
        count: u32,
        /// The unit.
        unit: CalendarUnit,
        /// When the first one started by local clocks, as it stood in the document: `2022-01-01 12:00:00`.
        start_time: String,
        /// The zone of the clocks, such as `America/New_York`. Whether there is such a zone is not checked.
        time_zone: String,
    },
}

impl OpenSloWindow {
    /// The only item of the list `timeWindow`; none where it cannot be honoured, which is then noted.
    pub(super) fn read(field: &Field<'_>, notes: &mut Notes) -> Option<Self> {
        let items = field.list()?;
        let [item] = items.as_slice() else {
            field.refuse(Kind::Range, "must have exactly one item");
            return None;
        };
        let mut fields = item.object()?;
        let duration = fields.required("duration").and_then(|field| Some((shorthand(&field)?, field)));
        let rolling = fields.optional("isRolling").map(|field| (field.bool(), field));
        let calendar = fields.optional("calendar");
        notes.rest(fields, "is not part of a time window");
        let is_rolling = rolling.as_ref().and_then(|(value, _)| *value).unwrap_or(calendar.is_none());
        match (is_rolling, calendar) {
            (true, Some(calendar)) => {
                calendar.refuse(Kind::Conflict, "must not be given with a rolling window");
                None
            }
            (false, None) => {
                item.refuse(Kind::Conflict, "must have a `calendar`, or be rolling");
                None
            }
            (true, None) => {
                let ((number, unit), field) = duration?;
                let window = span(number, unit);
                if window.is_none() {
                    notes.note(
                        &field,
                        "months, quarters and years differ in length, so none can roll: give days or weeks",
                    );
                }
                window.map(Self::Rolling)
            }
            (false, Some(calendar)) => Self::read_calendar(duration?, &calendar, notes),
        }
    }

    fn read_calendar(
        ((count, unit), field): ((u32, char), Field<'_>),
        calendar: &Field<'_>,
        notes: &mut Notes,
    ) -> Option<Self> {
        let unit = match unit {
            'd' => Some(CalendarUnit::Day),
            'w' => Some(CalendarUnit::Week),
            'M' => Some(CalendarUnit::Month),
            'Q' => Some(CalendarUnit::Quarter),
            'Y' => Some(CalendarUnit::Year),
            _ => {
                field.refuse(
                    Kind::Conflict,
                    "must count d, w, M, Q or Y by the calendar: m are minutes, M months",
                );
                None
            }
        };
        let mut fields = calendar.object()?;
        let start_time = fields.required("startTime").and_then(|field| {
            let text = field.text()?;
            // The format has no zone, and none is meant here: only whether there is such a date and time is checked.
            let sound =
                text.len() == 19 && format!("{}Z", text.replacen(' ', "T", 1)).parse::<Timestamp>().is_ok();
            if !sound {
                field.refuse(Kind::Syntax, "must be a local time such as 2022-01-01 12:00:00");
            }
            sound.then(|| String::from(text))
        });
        let time_zone = fields.required("timeZone").and_then(|field| {
            let text = field.text()?;
            check_name("", text).map_err(|error| field.refuse_with(&error)).ok()?;
            Some(String::from(text))
        });
        notes.rest(fields, "is not part of a calendar");
        Some(Self::Calendar { count, unit: unit?, start_time: start_time?, time_zone: time_zone? })
    }
}
