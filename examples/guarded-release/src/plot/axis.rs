//! Where the ticks go, and what they say.

use crate::text::{fixed, number, percent};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Steps of a time axis that people read at a glance.
const TIME_STEPS: [u64; 21] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    30 * DAY,
    100 * DAY,
];
const MOST_TIME_TICKS: u64 = 8;
const MOST_VALUE_TICKS: f64 = 6.0;

/// A place on an axis, from 0 to 1, and its label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) place: f64,
    pub(super) label: String,
}

/// What the numbers of an axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Shares of one, shown as percentages.
    Percent,
    /// Numbers without a unit.
    Plain,
}

/// A vertical axis whose ends are fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    Linear {
        low: f64,
        high: f64,
        step: f64,
    },
    /// Powers of ten.
    Log {
        low: i32,
        high: i32,
    },
}

impl Scale {
    /// Holds all of `values` between round numbers.
    pub(super) fn linear(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite() && value.abs() < 1e100)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = match (low <= high, high - low > 1e-9 * high.abs().max(1e-9)) {
            (false, _) => (0.0, 1.0),
            (true, true) => (low, high),
            (true, false) => (low - low.abs().max(1.0) * 0.5, high + high.abs().max(1.0) * 0.5),
        };
        let step = round_step((high - low) / MOST_VALUE_TICKS);
        Self::Linear { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Holds all of `values` that are above 0 between powers of ten, from 10^-6 up to 1 at most.
    pub(super) fn log_share(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let high = (-4..0).find(|power| high <= 10_f64.powi(*power)).unwrap_or(0);
        let low = (-5..high).rev().find(|power| 10_f64.powi(*power) <= low).unwrap_or(-6);
        Self::Log { low: if low > high.saturating_sub(2) { high.saturating_sub(2) } else { low }, high }
    }

    /// From 0 at the lower end to 1 at the upper; what lies outside is put on the end.
    pub(super) fn place(self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { low, high, .. } => (value - low) / (high - low),
            Self::Log { low, high } => {
                (value.max(1e-300).log10() - f64::from(low)) / f64::from(high.saturating_sub(low))
            }
        };
        place.clamp(0.0, 1.0)
    }

    pub(super) fn ticks(self, unit: Unit) -> Vec<Tick> {
        match self {
            Self::Linear { low, high, step } => {
                let mut ticks = Vec::new();
                let mut value = low;
                while value <= high + step * 0.5 && ticks.len() < 20 {
                    ticks.push(Tick { place: self.place(value), label: label(value, step, unit) });
                    value += step;
                }
                ticks
            }
            Self::Log { low, high } => (low..=high)
                .map(|power| {
                    let value = 10_f64.powi(power);
                    let label = if unit == Unit::Percent { percent(value) } else { number(value) };
                    Tick { place: self.place(value), label }
                })
                .collect(),
        }
    }
}

/// Ticks of the time since the start, in one unit.
pub(super) fn time_ticks(span_ms: u64) -> Vec<Tick> {
    let fits = |step: &&u64| span_ms / **step < MOST_TIME_TICKS;
    let last = 100 * DAY;
    let step = TIME_STEPS.iter().find(fits).copied().unwrap_or_else(|| {
        let times = span_ms / last / MOST_TIME_TICKS;
        last.saturating_mul(times.saturating_add(1))
    });
    let (unit, name) = match step {
        DAY.. => (DAY, "d"),
        HOUR.. => (HOUR, "h"),
        MINUTE.. => (MINUTE, "min"),
        _ => (SECOND, "s"),
    };
    (0..=span_ms.checked_div(step).unwrap_or(0))
        .map(|tick| {
            let at = tick.saturating_mul(step);
            Tick { place: at as f64 / span_ms.max(1) as f64, label: format!("{} {name}", at / unit) }
        })
        .collect()
}

fn label(value: f64, step: f64, unit: Unit) -> String {
    let (value, step, suffix) = match unit {
        Unit::Percent => (value * 100.0, step * 100.0, " %"),
        Unit::Plain => (value, step, ""),
    };
    if value.abs() >= 1e9 {
        return format!("{value:.1e}{suffix}");
    }
    let decimals = (0..9_i32).find(|decimals| step * 10_f64.powi(*decimals) >= 0.999).unwrap_or(9);
    fixed(value, usize::try_from(decimals).unwrap_or(0)) + suffix
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 2.5, 5.0].into_iter().find(|times| times * power >= least).unwrap_or(10.0);
    times * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_ends_and_ticks_are_round() {
        let scale = Scale::linear([0.0, 1.0].into_iter());
        assert_eq!(labels(&scale.ticks(Unit::Percent)), ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]);
        let scale = Scale::linear([-1.2, 4.3, f64::NAN, f64::INFINITY].into_iter());
        assert_eq!(labels(&scale.ticks(Unit::Plain)), ["−2", "−1", "0", "1", "2", "3", "4", "5"]);
        let scale = Scale::linear([0.0, 0.034].into_iter());
        assert_eq!(labels(&scale.ticks(Unit::Percent)), ["0 %", "1 %", "2 %", "3 %", "4 %"]);
    }

    #[test]
    fn no_values_one_value_and_huge_ones_still_make_an_axis() {
        for values in
            [vec![], vec![f64::NAN], vec![3.0], vec![0.0, 0.0], vec![1e99, -1e99], vec![1e-30], vec![1e300]]
        {
            for scale in [Scale::linear(values.iter().copied()), Scale::log_share(values.iter().copied())] {
                let ticks = scale.ticks(Unit::Plain);
                assert!(ticks.len() >= 2 && ticks.len() <= 20, "{values:?} {scale:?}");
                assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.place)), "{values:?}");
            }
        }
    }

    #[test]
    fn shares_on_a_log_axis() {
        let scale = Scale::log_share([0.0009, 0.0, 0.034, 1.0].into_iter());
        assert_eq!(labels(&scale.ticks(Unit::Percent)), ["0.01 %", "0.1 %", "1 %", "10 %", "100 %"]);
        assert_eq!((scale.place(0.0), scale.place(0.01), scale.place(5.0)), (0.0, 0.5, 1.0));
        assert_eq!(Scale::log_share([0.5].into_iter()), Scale::Log { low: -2, high: 0 });
        assert_eq!(Scale::log_share([1e-20, 0.02].into_iter()), Scale::Log { low: -6, high: -1 });
    }

    #[test]
    fn times_since_the_start() {
        assert_eq!(labels(&time_ticks(5 * HOUR + 40 * MINUTE)), ["0 h", "1 h", "2 h", "3 h", "4 h", "5 h"]);
        assert_eq!(labels(&time_ticks(49 * HOUR)), ["0 h", "12 h", "24 h", "36 h", "48 h"]);
        assert_eq!(
            labels(&time_ticks(25 * MINUTE)),
            ["0 min", "5 min", "10 min", "15 min", "20 min", "25 min"]
        );
        assert_eq!(labels(&time_ticks(0)), ["0 s"]);
        assert!(time_ticks(u64::MAX).len() <= 8);
    }
}
