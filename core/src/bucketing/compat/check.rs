//! What the constructors share: checked numbers, and cuts of a line.

use crate::error::{Error, Kind};
use alloc::format;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

/// A number within `range`; NaN is in none.
pub(super) fn within(path: &str, value: f64, range: RangeInclusive<f64>) -> Result<f64, Error> {
    if range.contains(&value) {
        return Ok(value);
    }
    let rule = format!("must be from {} to {}", range.start(), range.end());
    Err(Error::new(path, Kind::Range, rule, value))
}

/// A percentage, 0 to 100.
pub(super) fn percentage(path: &str, value: f64) -> Result<f64, Error> {
    within(path, value, 0.0..=100.0)
}

/// A list that holds something.
pub(super) fn some<'a, T>(path: &str, list: &'a [T]) -> Result<&'a [T], Error> {
    if list.is_empty() {
        return Err(Error::absent(path, Kind::Range, "must not be empty"));
    }
    Ok(list)
}

/// Percentages, at least one.
pub(super) fn percentages(path: &str, list: &[f64]) -> Result<Vec<f64>, Error> {
    let items = some(path, list)?.iter().enumerate();
    items.map(|(position, value)| percentage(&format!("{path}[{position}]"), *value)).collect()
}

/// A pair in order, neither of them NaN or infinite.
pub(super) fn ordered(path: &str, (start, end): (f64, f64)) -> Result<(f64, f64), Error> {
    if start.is_finite() && end.is_finite() && start <= end {
        return Ok((start, end));
    }
    Err(Error::new(path, Kind::Range, "must be two numbers, the smaller first", format!("{start} to {end}")))
}

/// Consecutive pieces of a line that begins at zero: a point belongs to the first piece that ends beyond it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cuts {
    /// Ascending, because they are running sums.
    ends: Vec<u64>,
}

impl Cuts {
    /// Pieces of these lengths, at least one.
    pub(super) fn new(path: &str, lengths: &[u32]) -> Result<Self, Error> {
        let sum = |end: &mut u64, length: &u32| {
            *end = end.saturating_add(u64::from(*length));
            Some(*end)
        };
        Ok(Self { ends: some(path, lengths)?.iter().scan(0, sum).collect() })
    }

    /// The same, refused where all lengths are zero.
    pub(super) fn positive(path: &str, lengths: &[u32]) -> Result<Self, Error> {
        let cuts = Self::new(path, lengths)?;
        if cuts.total() == 0 {
            return Err(Error::new(path, Kind::Range, "must not sum to zero", 0));
        }
        Ok(cuts)
    }

    pub(super) fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Position of the piece that holds `point`; none beyond the last.
    pub(super) fn at(&self, point: u64) -> Option<usize> {
        let position = self.ends.partition_point(|end| *end <= point);
        (position < self.ends.len()).then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_belongs_to_the_first_piece_that_ends_beyond_it() {
        let cuts = Cuts::new("weights", &[0, 3, 0, 2, 0]).unwrap();
        let at: Vec<_> = (0..6).map(|point| cuts.at(point)).collect();
        assert_eq!(at, [Some(1), Some(1), Some(1), Some(3), Some(3), None]);
    }

    #[test]
    fn what_is_no_number_is_named() {
        assert_eq!(percentage("p", f64::NAN).unwrap_err().value(), Some("NaN"));
        assert_eq!(percentages("p", &[1.0, 101.0]).unwrap_err().path(), "p[1]");
        assert_eq!(percentages("p", &[]).unwrap_err().path(), "p");
        assert_eq!(ordered("r", (0.5, f64::INFINITY)).unwrap_err().value(), Some("0.5 to inf"));
        assert_eq!(Cuts::positive("w", &[0, 0]).unwrap_err().path(), "w");
    }
}
