//! Releases that are played look by look, and how often something happens in them.

use rampgate::canary::{Epoch, Guardrail, Judge, Look, Policy, Verdict};
use rampgate::observe::{Counts, Events, Fractions, Histogram, Moments, Series, Session, Tally};
use rampgate::simulate::{Cells, Dice};
use rampgate::{Share, Span, Timestamp};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// ln(1/0.05).
pub(crate) const NEEDED: f64 = 2.995_732_273_553_991;

/// Runs of a cell: `RAMPGATE_RUNS`, or 2,000 divided by what the cell costs beside the cheapest.
pub(crate) fn runs(cost: u64) -> u64 {
    stated_runs().unwrap_or(2_000 / cost)
}

fn stated_runs() -> Option<u64> {
    std::env::var("RAMPGATE_RUNS").ok().map(|runs| runs.parse().unwrap())
}

/// Largest frequency that `runs` runs of an event of chance `p` show with probability 0.999.
pub(crate) fn at_most(p: f64, runs: u64) -> f64 {
    p + 3.1 * (p * (1.0 - p) / runs as f64).sqrt()
}

/// What every run gives, in no order. Runs are shared out among the processors, and each has its own numbers.
fn play<T: Send>(runs: u64, of: impl Fn(&mut Dice) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let work = || {
        let mine = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        mine.take_while(|run| *run < runs).map(|run| of(&mut Dice::new(2026, run))).collect::<Vec<T>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(1, usize::from))
            .map(|_| scope.spawn(work))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// How many runs of a kind are an event.
fn count(runs: u64, event: impl Fn(&mut Dice) -> bool + Sync) -> u64 {
    play(runs, event).into_iter().map(u64::from).sum()
}

/// The units within which half and four fifths of the runs find something; never is infinitely late.
pub(crate) fn times(runs: u64, found: impl Fn(&mut Dice) -> Option<u64> + Sync) -> [u64; 2] {
    let mut times: Vec<u64> = play(runs, |dice| found(dice).unwrap_or(u64::MAX));
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 4 / 5]]
}

/// Rows of one table, kept in `target/calibration` when the runs were stated.
pub(crate) struct Table {
    name: &'static str,
    text: String,
    broken: Vec<String>,
}

impl Table {
    pub(crate) fn new(name: &'static str, head: &str) -> Self {
        let rule = "|---".repeat(head.matches('|').count() - 1);
        Self { name, text: format!("{head}\n{rule}|\n"), broken: Vec::new() }
    }

    pub(crate) fn row(&mut self, row: &str) {
        println!("{row}");
        writeln!(self.text, "{row}").unwrap();
    }

    /// A cell whose event may have the chance `p` at most.
    pub(crate) fn at_most(
        &mut self,
        cell: &str,
        cost: u64,
        p: f64,
        event: impl Fn(&mut Dice) -> bool + Sync,
    ) {
        let (share, bound) = self.cell(cell, cost, p, event);
        if share > bound {
            self.broken.push(format!("{cell}: {share} is above {bound}"));
        }
    }

    /// A cell of a wrong test, whose event must be seen to have a larger chance than `p`.
    pub(crate) fn above(&mut self, cell: &str, cost: u64, p: f64, event: impl Fn(&mut Dice) -> bool + Sync) {
        let (share, bound) = self.cell(cell, cost, p, event);
        if share <= bound {
            self.broken
                .push(format!("{cell}: {share} is within {bound}, so a mistake of this kind would pass"));
        }
    }

    fn cell(
        &mut self,
        cell: &str,
        cost: u64,
        p: f64,
        event: impl Fn(&mut Dice) -> bool + Sync,
    ) -> (f64, f64) {
        let runs = runs(cost);
        let hits = count(runs, event);
        let (share, bound) = (hits as f64 / runs as f64, at_most(p, runs));
        self.row(&format!("| {cell} | {runs} | {hits} | {:.2}% | {:.2}% |", 100.0 * share, 100.0 * bound));
        (share, bound)
    }

    pub(crate) fn expect(&mut self, holds: bool, what: &str) {
        if !holds {
            self.broken.push(what.to_owned());
        }
    }

    /// Fails with all that was broken.
    pub(crate) fn finish(self) {
        if stated_runs().is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/calibration");
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(format!("{folder}/{}.md", self.name), &self.text).unwrap();
        }
        assert!(self.broken.is_empty(), "\n{}\n", self.broken.join("\n"));
    }
}

pub(crate) const FALSE_ALARMS: &str = "| cell | runs | alarms | share | bound |";

/// What an arm's units are in a look; the canary is arm 0.
pub(crate) type Draw<'a> = &'a (dyn Fn(&mut Dice, usize, usize, u64) -> Vec<Series> + Sync);

/// A release: its stages, its looks, and what its units do.
pub(crate) struct World<'a> {
    /// Shares of canary and control in parts per million, by stage.
    pub(crate) shares: &'a [(u32, u32)],
    pub(crate) looks_a_stage: usize,
    /// Units of both arms between two looks.
    pub(crate) units: u64,
    pub(crate) draw: Draw<'a>,
}

pub(crate) const HALF: &[(u32, u32)] = &[(500_000, 500_000)];
pub(crate) const FIVE_HALVES: &[(u32, u32)] = &[(500_000, 500_000); 5];
/// 1%, 5%, 25% and 50% against all others.
pub(crate) const RAMP: &[(u32, u32)] =
    &[(10_000, 990_000), (50_000, 950_000), (250_000, 750_000), (500_000, 500_000)];

impl World<'_> {
    /// Whether the judge ever says `verdict`.
    pub(crate) fn ever(&self, judge: &Judge, verdict: Verdict, dice: &mut Dice) -> bool {
        self.when(judge, verdict, dice).is_some()
    }

    /// The same where the test for harm begins anew inside each stage after every so many looks.
    pub(crate) fn ever_cut(&self, judge: &Judge, verdict: Verdict, dice: &mut Dice, every: usize) -> bool {
        self.play(judge, verdict, dice, Some(every)).is_some()
    }

    /// After how many looks the judge first says `verdict`.
    pub(crate) fn when(&self, judge: &Judge, verdict: Verdict, dice: &mut Dice) -> Option<u64> {
        self.play(judge, verdict, dice, None)
    }

    fn play(&self, judge: &Judge, verdict: Verdict, dice: &mut Dice, every: Option<usize>) -> Option<u64> {
        let mut seen: Vec<(usize, usize, [Tally; 2])> = Vec::new();
        let segments = every.map(|every| vec![self.looks_a_stage.div_ceil(every) as u32; self.shares.len()]);
        for (stage, (canary, control)) in self.shares.iter().enumerate() {
            let rho = f64::from(*canary) / f64::from(canary + control);
            for look in 0..self.looks_a_stage {
                if look % every.unwrap_or(self.looks_a_stage) == 0 {
                    let segment = every.map_or(0, |every| look / every);
                    seen.push((stage, segment, [Tally::default(), Tally::default()]));
                }
                let in_canary = dice.binomial(self.units, rho);
                for (arm, units) in [in_canary, self.units - in_canary].into_iter().enumerate() {
                    let series = (self.draw)(dice, stage * self.looks_a_stage + look, arm, units);
                    let more = Tally::from_series(units, series, Timestamp::EPOCH).unwrap();
                    seen.last_mut().unwrap().2[arm].merge(&more).unwrap();
                }
                if self.judged(judge, &seen, segments.as_deref().unwrap_or_default()) == verdict {
                    return Some((stage * self.looks_a_stage + look + 1) as u64);
                }
            }
        }
        None
    }

    fn judged(&self, judge: &Judge, seen: &[(usize, usize, [Tally; 2])], segments: &[u32]) -> Verdict {
        let share = |ppm: u32| Share::from_parts_per_million(ppm).unwrap();
        let epochs: Vec<Epoch<'_>> = seen
            .iter()
            .map(|(stage, segment, [canary, control])| Epoch {
                stage: *stage as u32,
                segment: *segment as u32,
                canary_share: share(self.shares[*stage].0),
                control_share: share(self.shares[*stage].1),
                canary,
                control,
                references: &[],
            })
            .collect();
        let (stage, stages) = (seen.last().unwrap().0 as u32, self.shares.len() as u32);
        let (at, stale_after) = (Timestamp::EPOCH, Span::ZERO);
        judge.find(&Look { epochs: &epochs, stage, stages, segments, at, stale_after }).verdict
    }
}

pub(crate) fn judge(guardrails: Vec<Guardrail>) -> Judge {
    Judge::new(Policy::default(), guardrails).unwrap()
}

pub(crate) fn errors() -> Judge {
    judge(vec![Guardrail::new("errors").unwrap()])
}

pub(crate) fn rate(dice: &mut Dice, units: u64, p: f64) -> Series {
    Series::Rate(Counts::new(units, dice.binomial(units, p)).unwrap())
}

pub(crate) fn events(dice: &mut Dice, units: u64, exposure: u64, rate: f64) -> Series {
    let exposure = units * exposure;
    Series::Count(Events { units, events: dice.poisson(rate * exposure as f64), exposure })
}

pub(crate) fn values(dice: &mut Dice, units: u64, cells: &Cells) -> Series {
    let mut counts = vec![0; Histogram::BINS];
    cells.draw(dice, units, &mut counts);
    Series::Distribution(Histogram::from_counts(0, &counts).unwrap())
}

/// Lognormal values around 80 ms with sigma 0.8, `slower` times as slow, a share of which takes so many milliseconds more.
pub(crate) fn latency(slower: f64, share: f64, more: f64) -> Cells {
    let below = |ms: f64| libm::erfc(-(ms.max(1e-9) / (80.0 * slower)).ln() / (0.8 * 2_f64.sqrt())) / 2.0;
    let mixed = |ms: f64| (1.0 - share) * below(ms) + share * below(ms - more);
    let upper = |bin: usize| {
        if bin + 1 == Histogram::BINS { 1.0 } else { mixed(Histogram::lower_edge(bin + 1) as f64 / 1e6) }
    };
    let chances: Vec<f64> =
        (0..Histogram::BINS).map(|bin| upper(bin) - if bin == 0 { 0.0 } else { upper(bin - 1) }).collect();
    Cells::new(&chances).unwrap()
}

/// What 200,000 past values of the control were like.
pub(crate) fn profile(cells: &Cells) -> rampgate::canary::Reference {
    let Series::Distribution(past) = values(&mut Dice::new(7, 0), 200_000, cells) else { unreachable!() };
    rampgate::canary::Reference::from_histogram(&past).unwrap()
}

/// Lognormal values of sigma 1 (skewness 6) and mean 1 unit, in thousandths.
pub(crate) fn revenue(dice: &mut Dice, units: u64, level: f64) -> Series {
    let mut moments = Moments::default();
    for _ in 0..units {
        moments.record((1_000.0 * level * (dice.normal() - 0.5).exp()) as i64, 0).unwrap();
    }
    Series::Mean(moments)
}

/// One user's window: heavy users send many requests, and a tenth of the users sees most of the failures.
pub(crate) fn session(dice: &mut Dice, factor: f64) -> Session {
    let requests = 1 + (5.0 * dice.exponential()) as u64;
    let chance = if dice.uniform() < 0.1 { 0.4 * factor } else { 0.005 * factor };
    let mut session = Session::default();
    (0..requests).for_each(|_| session.add(dice.uniform() < chance, 1));
    session
}

pub(crate) fn users(dice: &mut Dice, units: u64, factor: f64) -> Series {
    let mut users = Fractions::default();
    for _ in 0..units {
        let session = session(dice, factor);
        users.record(session.failed(), session.requests()).unwrap();
    }
    Series::Fraction(users)
}
