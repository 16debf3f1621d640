use crate::quantity::Share;
use alloc::vec;
use alloc::vec::Vec;

/// Steps of exposure within a decade.
const DECADE: [u32; 6] = [10, 15, 20, 30, 50, 70];
/// The smallest exposure that the planner thinks of: 0.01%.
const SMALLEST: u32 = 100;

/// An exposure that a stage may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) exposure: Share,
    /// Units of all traffic within which a good release is shown to be safe here with the power asked for; none where it never is.
    pub(super) units: Option<u64>,
    /// Canary units that nine in ten good releases have by then at least.
    pub(super) least: u64,
    /// What a stage costs: `units`, or what comes in its least time, if that is more.
    pub(super) cost: f64,
}

/// Exposures from 0.01% to `last`, ascending: 1, 1.5, 2, 3, 5, 7 times the powers of ten, and those that are asked for.
pub(super) fn exposures(first: Option<Share>, last: Share) -> Vec<Share> {
    let powers = (0..).map_while(|power| 10_u32.checked_pow(power)).take(5);
    let mut all: Vec<Share> = powers
        .flat_map(|power| DECADE.map(|step| Share::clamped(step * SMALLEST / 10 * power)))
        .chain(first)
        .filter(|share| *share < last)
        .collect();
    all.push(last);
    all.sort_unstable();
    all.dedup();
    all
}

/// What a ladder must keep to; positions are those of the candidates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    /// The first stage is at least and at most here.
    pub(super) first: (usize, usize),
    /// No stage after the first is beyond this one, but the last.
    pub(super) late: usize,
    pub(super) growth: f64,
    pub(super) most_stages: usize,
}

/// The ladder up to the last candidate that costs least, and of those that cost the same the one with the fewest stages.
///
/// By dynamic programming (Bellman 1957) over the number of stages and the exposure of the last of them: the cost of a stage depends on its own exposure alone, since safety is earned anew in each,
/// and what may follow on its exposure alone.
pub(super) fn cheapest(candidates: &[Candidate], limits: &Limits) -> Option<Vec<usize>> {
    let last = candidates.len().checked_sub(1)?;
    let usable = |at: usize| candidates.get(at).filter(|candidate| candidate.units.is_some());
    // for each number of stages, the best way to each candidate: its cost, and where it comes from
    let mut ways: Vec<Vec<Option<(f64, usize)>>> = Vec::new();
    let first = (0..=last).map(|at| {
        let within = (limits.first.0..=limits.first.1).contains(&at);
        usable(at).filter(|_| within).map(|candidate| (candidate.cost, at))
    });
    ways.push(first.collect());
    for _ in 1..limits.most_stages {
        let before = ways.last()?;
        let mut way = vec![None; candidates.len()];
        for (at, best) in way.iter_mut().enumerate() {
            let Some(candidate) = usable(at).filter(|_| at <= limits.late || at == last) else { continue };
            for (from, earlier) in candidates.iter().enumerate().take(at) {
                let rise = candidate.exposure.fraction() / earlier.exposure.fraction();
                let Some(Some((cost, _))) = before.get(from).filter(|_| rise <= limits.growth * (1.0 + 1e-9))
                else {
                    continue;
                };
                let cost = cost + candidate.cost;
                if best.is_none_or(|(least, _)| cost < least) {
                    *best = Some((cost, from));
                }
            }
        }
        ways.push(way);
    }
    let cost = |stages: &usize| ways.get(*stages)?.get(last).copied().flatten().map(|(cost, _)| cost);
    let mut best: Option<(usize, f64)> = None;
    for stages in 0..ways.len() {
        if let Some(cost) = cost(&stages)
            && best.is_none_or(|(_, least)| cost < least)
        {
            best = Some((stages, cost));
        }
    }
    let (mut stages, _) = best?;
    let mut ladder = vec![last];
    let mut at = last;
    while stages > 0 {
        (_, at) = (*ways.get(stages)?.get(at)?)?;
        ladder.push(at);
        stages -= 1;
    }
    ladder.reverse();
    Some(ladder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn candidates(costs: &[(u32, f64)]) -> Vec<Candidate> {
        let candidate = |(percent, cost): &(u32, f64)| Candidate {
            exposure: Share::clamped(percent * 10_000),
            units: Some(1),
            least: 1,
            cost: *cost,
        };
        costs.iter().map(candidate).collect()
    }

    #[test]
    fn exposures_are_round_numbers_and_those_asked_for() {
        let shown: Vec<_> = exposures(Some(Share::clamped(40_000)), Share::clamped(125_000))
            .iter()
            .map(ToString::to_string)
            .collect();
        let tail = ["1%", "1.5%", "2%", "3%", "4%", "5%", "7%", "10%", "12.5%"];
        assert_eq!(shown[12..], tail);
        assert_eq!(shown[..2], ["0.01%", "0.015%"]);
        assert_eq!(exposures(None, Share::clamped(3)), [Share::clamped(3)]);
        assert_eq!(exposures(None, Share::ALL).len(), 25);
    }

    /// Against every ladder there is.
    #[test]
    fn no_ladder_is_cheaper() {
        let mut dice = crate::simulate::Dice::new(5, 0);
        for _ in 0..300 {
            let list: Vec<(u32, f64)> =
                (0..8).map(|n| ([1, 2, 3, 5, 10, 20, 50, 100][n], f64::from(dice.below(20)))).collect();
            let mut candidates = candidates(&list);
            candidates[usize::try_from(dice.below(7)).unwrap()].units = None;
            let limits = Limits {
                first: (0, usize::try_from(dice.below(8)).unwrap()),
                late: usize::try_from(dice.below(8)).unwrap(),
                growth: 2.0 + f64::from(dice.below(9)),
                most_stages: 1 + usize::try_from(dice.below(5)).unwrap(),
            };
            let mut best: Option<(f64, usize)> = None;
            for chosen in (0..128_u32).map(|set| set | 128) {
                let ladder: Vec<usize> = (0..8).filter(|at| chosen >> at & 1 == 1).collect();
                let sound = ladder.len() <= limits.most_stages
                    && ladder[0] <= limits.first.1
                    && ladder.iter().all(|at| candidates[*at].units.is_some())
                    && ladder.iter().skip(1).all(|at| *at <= limits.late || *at == 7)
                    && ladder
                        .windows(2)
                        .all(|two| f64::from(list[two[1]].0) <= limits.growth * f64::from(list[two[0]].0));
                let cost: f64 = ladder.iter().map(|at| candidates[*at].cost).sum();
                if sound && best.is_none_or(|best| (cost, ladder.len()) < best) {
                    best = Some((cost, ladder.len()));
                }
            }
            let found = cheapest(&candidates, &limits)
                .map(|ladder| (ladder.iter().map(|at| candidates[*at].cost).sum::<f64>(), ladder.len()));
            assert_eq!(found, best, "{list:?} {limits:?}");
        }
    }
}
