use super::bounds::most_at_least;
use super::member::PARTS;
use super::{Joint, Member};
use crate::error::{Error, Kind};
use crate::quantity::Objective;
use crate::slo::exact::Natural;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// When a composite is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Composite {
    /// When every member is: each is needed.
    Serial,
    /// When any member is: each can stand in for all.
    Parallel,
    /// When at least so many members are.
    KOfN(u32),
}

/// Whether the objective is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum CompositeState {
    /// It is, however the members' failures fell together.
    Met,
    /// It is not, however they did.
    Missed,
    /// That depends on which failed together, or on members of which nothing is known.
    Undecided,
    /// There was no event to judge by.
    InsufficientData,
}

/// The mean of the members' good shares by weight.
///
/// **Not** the share of time at which anything is good: a heuristic that lets a healthy member pay for a broken one. It says what the
/// budgets of independent teams come to, and no user's experience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Weighted {
    /// The mean where members without events count as wholly bad, in parts per billion, rounded down.
    pub least_good_ppb: u32,
    /// The mean where they count as wholly good, rounded up.
    pub most_good_ppb: u32,
    /// The mean of the members that have events, rounded down. None where none has.
    pub of_known_ppb: Option<u32>,
    /// The weight of the members that have events, and of all.
    pub known_weight: (u64, u64),
}

/// A composite's good share, as narrow as what is known allows.
///
/// Where it is known how often which members were good together, the share is exact: `least` and `most` differ by rounding alone. Where
/// only each member's own share is known, anything between the bounds is possible, from failures that always coincide to
/// failures that never do; multiplying the shares, as is often done, assumes that they are independent, and nothing here does.
/// A member without events may be anything between wholly bad and wholly good.
///
/// ```
/// use rampgate::slo::{Composite, CompositeReport, CompositeState, Joint, Member};
///
/// let members = [Member::new("api", 990, 10)?, Member::new("store", 980, 20)?];
/// let report = CompositeReport::of(Composite::Serial, "98%".parse()?, &members)?;
/// assert_eq!((report.least_good_ppb(), report.most_good_ppb()), (970_000_000, 980_000_000));
/// assert_eq!(report.state(), CompositeState::Undecided);
///
/// // The api failed only while the store did.
/// let joint = [Joint::new(&["api", "store"], 980)?, Joint::new(&["api"], 10)?, Joint::new(&[], 10)?];
/// let report = CompositeReport::of_joint(Composite::Serial, "98%".parse()?, &["api", "store"], &joint)?;
/// assert_eq!(report.exact(), Some((980, 20)));
/// assert_eq!(report.state(), CompositeState::Met);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct CompositeReport {
    state: CompositeState,
    composite: Composite,
    objective: Objective,
    least_good_ppb: u32,
    most_good_ppb: u32,
    exact: Option<(u64, u64)>,
    weighted: Weighted,
    unknown: Vec<String>,
    members: Vec<Member>,
}

/// Most members: their joint states are counted by a bit each.
const MOST: usize = 64;

impl CompositeReport {
    /// From each member's own events: the bounds of Fréchet, and between one and all members those of Rüger.
    ///
    /// With the shares q of bad events, at least n - k + 1 of n members must be bad for k not to be good; the most that can be is
    /// the least over r < n - k + 1 of the sum of the n - r smallest q, over n - k + 1 - r. The other bound is the same of the good
    /// shares.
    ///
    /// # Errors
    /// No members, more than 64, or two of one name; a k of 0 or of more than there are.
    pub fn of(composite: Composite, objective: Objective, members: &[Member]) -> Result<Self, Error> {
        let k = needed(composite, members)?;
        let (least_bad, most_bad): (Vec<u128>, Vec<u128>) = members.iter().map(Member::bad_parts).unzip();
        let good = |bad: &u128| PARTS - bad;
        let most_good = most_at_least(k, &least_bad.iter().map(good).collect::<Vec<_>>());
        let least_good = PARTS - most_at_least(members.len() - k + 1, &most_bad);
        let allowed = u128::from(objective.allowed_parts_per_billion()) * (PARTS / BILLION);
        let state = if !members.iter().any(Member::has_events) {
            CompositeState::InsufficientData
        } else if least_good >= PARTS - allowed {
            CompositeState::Met
        } else if most_good < PARTS - allowed {
            CompositeState::Missed
        } else {
            CompositeState::Undecided
        };
        let (least, most) = (least_good / (PARTS / BILLION), most_good.div_ceil(PARTS / BILLION));
        Ok(Self::with(composite, objective, members.to_vec(), state, (least, most), None))
    }

    /// From how often which members were good together: exact.
    ///
    /// # Errors
    /// Those of [`of`](Self::of), a name that no member has, and counts whose sum is above `u64::MAX`, which would not be exact.
    pub fn of_joint(
        composite: Composite,
        objective: Objective,
        names: &[&str],
        joint: &[Joint],
    ) -> Result<Self, Error> {
        let mut members = names.iter().map(|name| Member::new(name, 0, 0)).collect::<Result<Vec<_>, _>>()?;
        let k = needed(composite, &members)?;
        let (mut good, mut bad) = (0_u64, 0_u64);
        for (position, times) in joint.iter().enumerate() {
            if let Some(name) = times.good.iter().find(|name| !names.contains(&name.as_str())) {
                let path = format!("joint[{position}].good");
                return Err(Error::new(path, Kind::Unknown, "must name members", name));
            }
            let add = |sum: &mut u64| {
                *sum = sum.checked_add(times.count).ok_or_else(|| {
                    let path = format!("joint[{position}].count");
                    Error::new(path, Kind::Range, "must not add up to more than 2^64 - 1", times.count)
                })?;
                Ok::<(), Error>(())
            };
            for member in &mut members {
                let was_good = times.good.binary_search(&member.name).is_ok();
                add(if was_good { &mut member.good } else { &mut member.bad })?;
            }
            add(if times.good.len() >= k { &mut good } else { &mut bad })?;
        }
        let total = u128::from(good) + u128::from(bad);
        let parts = u128::from(good) * BILLION;
        let met = u128::from(bad) * BILLION <= total * u128::from(objective.allowed_parts_per_billion());
        let (state, share) = match (total, met) {
            (0, _) => (CompositeState::InsufficientData, (0, BILLION)),
            (_, true) => (CompositeState::Met, (parts / total, parts.div_ceil(total))),
            (_, false) => (CompositeState::Missed, (parts / total, parts.div_ceil(total))),
        };
        let exact = (total > 0).then_some((good, bad));
        Ok(Self::with(composite, objective, members, state, share, exact))
    }

    fn with(
        composite: Composite,
        objective: Objective,
        members: Vec<Member>,
        state: CompositeState,
        (least, most): (u128, u128),
        exact: Option<(u64, u64)>,
    ) -> Self {
        let unknown = members.iter().filter(|member| !member.has_events());
        let unknown = unknown.map(|member| member.name.clone()).collect();
        Self {
            state,
            composite,
            objective,
            least_good_ppb: ppb(least),
            most_good_ppb: ppb(most),
            exact,
            weighted: weighted(&members),
            unknown,
            members,
        }
    }

    /// Whether the objective is met. Both bounds are compared with it before they are rounded to parts per billion.
    pub const fn state(&self) -> CompositeState {
        self.state
    }

    /// The least that the good share can be, in parts per billion, rounded down.
    #[must_use]
    pub const fn least_good_ppb(&self) -> u32 {
        self.least_good_ppb
    }

    /// The most that it can be, rounded up.
    #[must_use]
    pub const fn most_good_ppb(&self) -> u32 {
        self.most_good_ppb
    }

    /// How often the composite was good and bad, where joint counts say so: what a budget is made of.
    #[must_use]
    pub const fn exact(&self) -> Option<(u64, u64)> {
        self.exact
    }

    /// The mean by weight.
    #[must_use]
    pub const fn weighted(&self) -> Weighted {
        self.weighted
    }

    /// Members without events, in the order given.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The members, with their own events.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

const BILLION: u128 = 1_000_000_000;

fn ppb(parts: u128) -> u32 {
    u32::try_from(parts.min(BILLION)).unwrap_or(u32::MAX)
}

/// How many members must be good.
fn needed(composite: Composite, members: &[Member]) -> Result<usize, Error> {
    if members.is_empty() || members.len() > MOST {
        return Err(Error::new("members", Kind::Range, "must be from 1 to 64", members.len()));
    }
    for (position, member) in members.iter().enumerate() {
        if members.iter().take(position).any(|earlier| earlier.name == member.name) {
            let path = format!("members[{position}].name");
            return Err(Error::new(
                path,
                Kind::Conflict,
                "must not be the name of another member",
                &member.name,
            ));
        }
    }
    match composite {
        Composite::Serial => Ok(members.len()),
        Composite::Parallel => Ok(1),
        Composite::KOfN(k) => {
            let within = usize::try_from(k).ok().filter(|k| (1..=members.len()).contains(k));
            within.ok_or_else(|| {
                Error::new("k_of_n", Kind::Range, "must be from 1 to the number of members", k)
            })
        }
    }
}

fn weighted(members: &[Member]) -> Weighted {
    let weight =
        |of: &mut dyn Iterator<Item = &Member>| of.fold(0_u64, |sum, member| sum + u64::from(member.weight));
    let known: Vec<&Member> = members.iter().filter(|member| member.has_events()).collect();
    let (of_known, of_all) = (weight(&mut known.iter().copied()), weight(&mut members.iter()));
    // Σ weight × good share in 10^18 parts, rounded down and up: below 2^38 × 2^60
    let sum = |good: fn(&Member) -> u128| {
        known.iter().fold(Natural::ZERO, |sum, member| {
            sum.plus(Natural::of(good(member)).times(u128::from(member.weight)))
        })
    };
    let (down, up) = (sum(|member| PARTS - member.bad_parts().1), sum(|member| PARTS - member.bad_parts().0));
    let scale = |weight: u64| Natural::of(PARTS / BILLION).times(u128::from(weight));
    let missing = Natural::of(PARTS).times(u128::from(of_all - of_known));
    let of = |parts: i64| ppb(u128::from(parts.unsigned_abs()));
    Weighted {
        least_good_ppb: of(down.over(scale(of_all))),
        most_good_ppb: of(up.plus(missing).over_up(scale(of_all))),
        of_known_ppb: (of_known > 0).then(|| of(down.over(scale(of_known)))),
        known_weight: (of_known, of_all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(counts: &[(u64, u64)]) -> Vec<Member> {
        let names = ["a", "b", "c", "d"];
        names.iter().zip(counts).map(|(name, (good, bad))| Member::new(name, *good, *bad).unwrap()).collect()
    }

    fn of(composite: Composite, objective: &str, counts: &[(u64, u64)]) -> CompositeReport {
        CompositeReport::of(composite, objective.parse().unwrap(), &members(counts)).unwrap()
    }

    #[test]
    fn silence_is_never_met() {
        for composite in [Composite::Serial, Composite::Parallel, Composite::KOfN(2)] {
            assert_eq!(of(composite, "50%", &[(0, 0), (0, 0)]).state(), CompositeState::InsufficientData);
        }
        let half_silent = of(Composite::Serial, "50%", &[(100, 0), (0, 0)]);
        assert_eq!((half_silent.state(), half_silent.least_good_ppb()), (CompositeState::Undecided, 0));
        assert_eq!(half_silent.unknown(), ["b"]);
        // One that is wholly good is enough, whatever the other did.
        assert_eq!(of(Composite::Parallel, "99.9999%", &[(100, 0), (0, 0)]).state(), CompositeState::Met);
    }

    #[test]
    fn the_comparison_is_exact_on_the_edge() {
        assert_eq!(of(Composite::Serial, "99.9999%", &[(999_999, 1)]).state(), CompositeState::Met);
        assert_eq!(of(Composite::Serial, "99.9999%", &[(999_998, 1)]).state(), CompositeState::Missed);
        assert_eq!(of(Composite::Serial, "50%", &[(3, 1), (3, 1)]).state(), CompositeState::Met);
        assert_eq!(of(Composite::Serial, "50%", &[(300, 101), (3, 1)]).state(), CompositeState::Undecided);
    }

    #[test]
    fn refuses_what_is_no_composite() {
        let objective: Objective = "99%".parse().unwrap();
        let two = members(&[(1, 0), (1, 0)]);
        for (composite, members, path) in [
            (Composite::Serial, &two[..0], "members"),
            (Composite::KOfN(0), &two[..], "k_of_n"),
            (Composite::KOfN(3), &two[..], "k_of_n"),
            (Composite::Serial, &[two[0].clone(), two[0].clone()][..], "members[1].name"),
        ] {
            assert_eq!(CompositeReport::of(composite, objective, members).unwrap_err().path(), path);
        }
        let joint = [Joint::new(&["z"], 1).unwrap()];
        let error = CompositeReport::of_joint(Composite::Serial, objective, &["a"], &joint).unwrap_err();
        assert_eq!(error.path(), "joint[0].good");
        assert!(Joint::new(&["a", "a"], 1).is_err());
    }
}
