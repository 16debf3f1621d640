use super::DistributionCell;
use crate::canary::Worse;
use crate::observe::Histogram;

/// Groups of neighbouring bins that a reference makes at most.
pub(super) const MOST_GROUPS: usize = 36;

const LAST: usize = Histogram::BINS - 1;

/// Adds up what both arms counted in each group, from the best group to the worst: (canary, control).
///
/// The canary's values are first made better by `shift` bins, which divides them by exactly 2^(shift/64) (or multiplies, where lower is worse).
/// What a shift takes beyond the bins is not told apart in *either* arm: control values that the shifted canary could not show are counted
/// as the outermost that it can. Both arms thus see one and the same monotone function of the value, and exactness survives the ends.
pub(super) fn grouped(
    cell: &DistributionCell<'_>,
    edges: &[u16],
    shift: usize,
    worse: Worse,
    into: &mut [(u64, u64)],
) {
    let shift = shift.min(LAST);
    let canary = |bin: usize| match worse {
        Worse::Higher => bin.saturating_sub(shift),
        Worse::Lower => (bin + shift).min(LAST),
    };
    let control = |bin: usize| match worse {
        Worse::Higher => bin.min(LAST - shift),
        Worse::Lower => bin.max(shift),
    };
    spread(cell.canary, edges, canary, |group, count| {
        if let Some((canary, _)) = into.get_mut(group) {
            *canary = canary.saturating_add(count);
        }
    });
    spread(cell.control, edges, control, |group, count| {
        if let Some((_, control)) = into.get_mut(group) {
            *control = control.saturating_add(count);
        }
    });
    if worse == Worse::Lower {
        into.reverse();
    }
}

/// Gives each count to the group of its bin, which `moved` never lets fall.
fn spread(
    histogram: &Histogram,
    edges: &[u16],
    moved: impl Fn(usize) -> usize,
    mut give: impl FnMut(usize, u64),
) {
    let (first, counts) = histogram.counts();
    let mut group = 0;
    for (bin, count) in (first..).zip(counts) {
        let bin = moved(bin);
        while edges.get(group).is_some_and(|edge| usize::from(*edge) <= bin) {
            group += 1;
        }
        give(group, *count);
    }
}
