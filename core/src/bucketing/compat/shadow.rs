use super::Assign;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Two schemes side by side over a list of units: what would move if the one replaced the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow<'u> {
    units: u64,
    cells: BTreeMap<(Option<usize>, Option<usize>), u64>,
    moves: Vec<Move<'u>>,
}

/// One unit that the two schemes treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Move<'u> {
    /// The unit.
    pub unit: &'u str,
    /// Position of its variant under the first scheme; `None`: it has none.
    pub from: Option<usize>,
    /// Position of its variant under the second.
    pub to: Option<usize>,
}

/// Compares two schemes over `units`, and keeps the first `limit` units that move by name. The counts are over all units; one that is in the
/// list twice counts twice.
///
/// ```
/// use rampgate::bucketing::compat::flagd::{Encoding, Flagd, Version};
/// use rampgate::bucketing::compat::shadow;
///
/// let old = Flagd::new(Version::V1, Encoding::Utf8, Some("banner"), &[50, 50])?;
/// let new = Flagd::new(Version::V2, Encoding::Utf8, Some("banner"), &[50, 50])?;
/// let names: Vec<String> = (0..1000).map(|n| format!("user-{n}")).collect();
/// let shadow = shadow(&old, &new, names.iter().map(String::as_str), 3);
/// assert_eq!(shadow.units(), 1000);
/// assert_eq!(shadow.moved(), shadow.count(Some(0), Some(1)) + shadow.count(Some(1), Some(0)));
/// assert_eq!(shadow.moves().len(), 3);
/// assert!(shadow.moved() > 400, "these versions agree by chance only");
/// # Ok::<(), rampgate::Error>(())
/// ```
pub fn shadow<'u, Old, New>(
    old: &Old,
    new: &New,
    units: impl IntoIterator<Item = &'u str>,
    limit: usize,
) -> Shadow<'u>
where
    Old: Assign + ?Sized,
    New: Assign + ?Sized,
{
    let mut shadow = Shadow { units: 0, cells: BTreeMap::new(), moves: Vec::new() };
    for unit in units {
        let (from, to) = (old.assign(unit), new.assign(unit));
        shadow.units += 1;
        *shadow.cells.entry((from, to)).or_default() += 1;
        if from != to && shadow.moves.len() < limit {
            shadow.moves.push(Move { unit, from, to });
        }
    }
    shadow
}

impl<'u> Shadow<'u> {
    /// How many units were compared.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    /// How many of them move.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.cells().filter(|(from, to, _)| from != to).map(|(_, _, count)| count).sum()
    }

    /// How many go from one position to the other; those that stay, where the two are the same.
    #[must_use]
    pub fn count(&self, from: Option<usize>, to: Option<usize>) -> u64 {
        self.cells.get(&(from, to)).copied().unwrap_or(0)
    }

    /// The cells of the matrix that are not zero: from, to and how many, in ascending order, no variant first.
    pub fn cells(&self) -> impl Iterator<Item = (Option<usize>, Option<usize>, u64)> {
        self.cells.iter().map(|((from, to), count)| (*from, *to, *count))
    }

    /// The first units that move, as many as were asked for.
    #[must_use]
    pub fn moves(&self) -> &[Move<'u>] {
        &self.moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_everyone_and_names_the_first_that_move() {
        let old = |unit: &str| (unit != "a").then_some(unit.len());
        let new = |unit: &str| (unit != "dd").then_some(1);
        let shadow = shadow(&old, &new, ["a", "b", "cc", "dd", "cc"], 2);
        let cells: Vec<_> = shadow.cells().collect();
        let expected = [(None, Some(1), 1), (Some(1), Some(1), 1), (Some(2), None, 1), (Some(2), Some(1), 2)];
        assert_eq!(cells, expected);
        assert_eq!((shadow.units(), shadow.moved(), shadow.count(Some(9), None)), (5, 4, 0));
        let first = |unit, from, to| Move { unit, from, to };
        assert_eq!(shadow.moves(), [first("a", None, Some(1)), first("cc", Some(2), Some(1))]);
    }

    #[test]
    fn nothing_moves_where_nothing_is_asked() {
        let shadow = shadow(&|_: &str| None, &|_: &str| Some(0), [], 5);
        assert_eq!((shadow.units(), shadow.moved(), shadow.moves().len()), (0, 0, 0));
    }
}
