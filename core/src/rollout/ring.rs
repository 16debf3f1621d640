use super::growth;
use super::stage::{MOST_STAGES, Stage};
use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::quantity::Share;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// Most rings of a plan.
const MOST_RINGS: usize = 32;

/// Parts per million in a whole.
const MILLION: u64 = 1_000_000;

/// Users whom a release reaches before those of the next ring: the company itself, then the beta, then everyone else.
///
/// Who is in which ring the host knows, and says so when it [assigns](crate::release::Release::assign_in). The plan knows how many they are.
///
/// ```
/// use rampgate::rollout::Plan;
///
/// let plan = Plan::from_json(r#"{
///     "rings": [{"name": "beta", "share": "10%"}, {"name": "everyone", "share": "90%"}],
///     "stages": [
///         {"ring": "beta", "exposure": "50%", "min_dwell": "1h"},
///         {"ring": "everyone", "exposure": "20%", "min_dwell": "1d"}
///     ]
/// }"#)?;
/// assert_eq!(plan.rings()[1].name(), "everyone");
/// let last = plan.stages()[1];
/// assert_eq!((last.ring(), last.exposure_in_ring().to_string()), (Some(1), "20%".into()));
/// assert_eq!(last.exposure().to_string(), "23%"); // of all: half of the beta, and a fifth of the rest
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    name: Box<str>,
    share: Share,
}

impl Ring {
    /// The ring's name: 1 to 200 bytes, and no other ring's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ring's part of all units, above 0%; those of all rings are 100% together.
    ///
    /// It is stated, not measured, and the error budget is asked by it: state what the ring's part of the traffic is.
    #[must_use]
    pub const fn share(&self) -> Share {
        self.share
    }

    /// Reads `rings`.
    pub(super) fn read_all(field: &Field<'_>) -> Option<Vec<Self>> {
        let items = field.list()?;
        let (mut rings, mut together, mut sound) = (Vec::new(), 0, true);
        for item in items.iter().take(MOST_RINGS + 1) {
            let ring = item.object().and_then(|fields| Self::read(fields, &rings));
            sound &= ring.is_some();
            together += ring.as_ref().map_or(0, |ring| ring.share.parts_per_million());
            rings.extend(ring);
        }
        let whole = together == Share::ALL.parts_per_million();
        if sound && !(whole && (2..=MOST_RINGS).contains(&rings.len())) {
            field.refuse(Kind::Conflict, "must be 2 to 32 rings whose shares are 100% together");
            return None;
        }
        sound.then_some(rings)
    }

    fn read(mut fields: Fields<'_>, earlier: &[Self]) -> Option<Self> {
        let name = fields.required("name").and_then(|field| {
            let name = field.name()?;
            if position(earlier, name).is_some() {
                field.refuse(Kind::Conflict, "must not repeat the name of another ring");
                return None;
            }
            Some(name)
        });
        let share = fields.required("share").and_then(|field| above_nothing(&field));
        fields.finish();
        Some(Self { name: name?.into(), share: share? })
    }
}

/// A share above 0%.
pub(super) fn above_nothing(field: &Field<'_>) -> Option<Share> {
    let share = field.parse::<Share>()?;
    if share == Share::ZERO {
        field.refuse(Kind::Conflict, "must be above 0%");
        return None;
    }
    Some(share)
}

/// The position of the ring with this name.
pub(super) fn position(rings: &[Ring], name: &str) -> Option<u32> {
    (0..).zip(rings).find(|(_, ring)| *ring.name == *name).map(|(position, _)| position)
}

/// Reads `stages`. `rings` is empty where the plan has none, and missing where they could not be read.
pub(super) fn read_stages(field: &Field<'_>, rings: Option<&[Ring]>) -> Option<Vec<Stage>> {
    if field.is_object() {
        if rings.is_none_or(|rings| !rings.is_empty()) {
            field.refuse(Kind::Conflict, "must be a list beside `rings`");
            return None;
        }
        return growth::read(field);
    }
    let items = field.list()?;
    if items.is_empty() || items.len() > MOST_STAGES {
        field.refuse(Kind::Range, format!("must hold 1 to {MOST_STAGES} stages"));
        return None;
    }
    let mut climb = Climb {
        rest: rings,
        present: None,
        ring: None,
        within: Share::ZERO,
        before: 0,
        overall: Share::ZERO,
    };
    let read: Vec<Option<Stage>> = items.iter().map(|item| Stage::read(item, &mut climb)).collect();
    read.into_iter().collect()
}

/// How far the stages have come that were read so far.
pub(super) struct Climb<'r> {
    /// The rings that no stage was in yet.
    rest: Option<&'r [Ring]>,
    /// The ring of the last stage, its position, and that stage's exposure in it.
    present: Option<&'r Ring>,
    ring: Option<u32>,
    within: Share,
    /// What the rings before that one come to, in millionths of a part per million.
    before: u64,
    /// The last stage's share of all units.
    overall: Share,
}

impl Climb<'_> {
    /// Reads `ring`, if there are any, and `exposure`. Gives the stage's ring, its exposure there, and the exposure that this is of all units.
    pub(super) fn rise(&mut self, fields: &mut Fields<'_>) -> Option<(Option<u32>, Share, Share)> {
        let entered = match (self.rest, self.present) {
            (Some([]), None) => Some(()),
            _ => fields.required("ring").and_then(|field| self.enter(&field)),
        };
        if entered.is_none() {
            // in which ring? so nothing is known that it, or what it comes to, has to exceed
            (self.within, self.overall) = (Share::ZERO, Share::ZERO);
        }
        let field = fields.required("exposure")?;
        let within = field.parse::<Share>()?;
        if within <= self.within {
            let rule = match self.within {
                Share::ZERO => "must be above 0%".into(),
                floor => format!("must exceed the previous stage ({floor})"),
            };
            field.refuse(Kind::Conflict, rule);
            return None;
        }
        self.within = within;
        entered?;
        let overall = match self.present {
            None => within,
            Some(ring) => {
                // rounded up: nobody is exposed for whom the budget was not asked
                let parts = self.before.saturating_add(product(ring.share, within)).div_ceil(MILLION);
                Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX))
            }
        };
        if overall <= self.overall {
            field.refuse(Kind::Conflict, "must come to more of all units than the previous stage");
            return None;
        }
        self.overall = overall;
        Some((self.ring, within, overall))
    }

    /// Goes on in the ring that the field names: the present one or the one after it.
    fn enter(&mut self, field: &Field<'_>) -> Option<()> {
        let name = field.text()?;
        if self.present.is_some_and(|ring| *ring.name == *name) {
            return Some(());
        }
        match self.rest?.split_first() {
            Some((next, rest)) if *next.name == *name => {
                let left = self.present.map_or(0, |ring| product(ring.share, self.within));
                self.before = self.before.saturating_add(left);
                (self.present, self.rest) = (Some(next), Some(rest));
                self.ring = Some(self.ring.map_or(0, |ring| ring.saturating_add(1)));
                self.within = Share::ZERO;
                Some(())
            }
            _ => {
                field.refuse(
                    Kind::Conflict,
                    "must be the previous stage's ring or the next of `rings`, beginning with the first",
                );
                None
            }
        }
    }
}

/// In millionths of a part per million.
fn product(a: Share, b: Share) -> u64 {
    u64::from(a.parts_per_million()).saturating_mul(u64::from(b.parts_per_million()))
}

#[cfg(test)]
mod tests {
    use super::super::Plan;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use serde_json::{Value, json};

    fn stage(ring: &str, exposure: &str) -> Value {
        json!({"ring": ring, "exposure": exposure, "min_dwell": "1h"})
    }

    fn document() -> Value {
        let rings = json!([{"name": "a", "share": "0.5%"}, {"name": "b", "share": "29.5%"}, {"name": "c", "share": "70%"}]);
        let stages = [
            stage("a", "10%"),
            stage("a", "40%"),
            stage("b", "33.3333%"),
            stage("b", "100%"),
            stage("c", "0.0001%"),
        ];
        json!({"rings": rings, "stages": stages})
    }

    fn read(document: &Value) -> Plan {
        Plan::from_json(&document.to_string()).unwrap()
    }

    #[test]
    fn the_overall_exposure_is_that_of_all_rings_rounded_up() {
        let plan = read(&document());
        let overall: Vec<u32> =
            plan.stages().iter().map(|stage| stage.exposure().parts_per_million()).collect();
        // 5,000 · 0.1; 5,000 · 0.4; then 2,000 and 295,000 · 0.333333 = 98,333.2…; 295,000; 700,000 millionths
        assert_eq!(overall, [500, 2_000, 100_334, 297_000, 297_001]);
        assert_eq!(plan.cap().parts_per_million(), 297_001);
        let at = |ring, stage| plan.in_force(ring, stage).to_string();
        assert_eq!(
            [at(0, 0), at(1, 0), at(0, 2), at(1, 2), at(2, 2)],
            ["10%", "0%", "40%", "33.3333%", "0%"]
        );
        assert_eq!([at(0, 4), at(1, 4), at(2, 4)], ["40%", "100%", "0.0001%"]);
    }

    #[test]
    fn everyone_in_every_ring_is_everyone() {
        let mut document = document();
        document["stages"] = json!([stage("a", "100%"), stage("b", "100%"), stage("c", "100%")]);
        assert_eq!(read(&document).cap(), crate::Share::ALL);
    }

    #[test]
    fn later_rings_may_be_left_at_nothing() {
        let mut document = document();
        document["stages"] = json!([stage("a", "100%")]);
        assert_eq!(read(&document).cap().to_string(), "0.5%");
    }

    #[test]
    fn a_plan_with_rings_is_written_and_shown_and_read_again() {
        let mut document = document();
        document["rings"][2]["name"] = json!("the \"rest\" \u{200b}");
        document["stages"][4]["ring"] = document["rings"][2]["name"].clone();
        let plan = read(&document);
        let text = plan.to_json();
        assert!(
            text.starts_with(r#"{"rings":[{"name":"a","share":"0.5%"},{"name":"b","share":"29.5%"},"#),
            "{text}"
        );
        assert_eq!(Plan::from_json(&text).unwrap(), plan);
        let shown = plan.to_string();
        assert_eq!(
            shown.lines().nth(2),
            Some("stages[2] 33.3333% of ring `b`, 10.0334% of all: safe for 1h")
        );
        assert!(shown.contains(r#"of ring `the \"rest\" \u{200b}`, 29.7001% of all"#), "{shown}");
    }

    fn problems(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut document = document();
        change(&mut document);
        let error = Plan::from_json(&document.to_string()).unwrap_err();
        error.problems().map(ToString::to_string).collect()
    }

    #[test]
    fn whatever_is_wrong_is_named() {
        let set = |at: &'static str, value: Value| {
            problems(move |document| match document.pointer_mut(at) {
                Some(place) => *place = value.clone(),
                None => {
                    let (parent, name) = at.rsplit_once('/').unwrap();
                    document.pointer_mut(parent).unwrap()[name] = value.clone();
                }
            })
        };
        let one = |at, value, message: &str| assert_eq!(set(at, value), [message], "{at}");
        one(
            "/rings",
            json!([]),
            "invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 0`",
        );
        one(
            "/rings",
            json!([{"name": "a", "share": "100%"}]),
            "invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 1`",
        );
        one(
            "/fleet",
            json!({"replicas": 4}),
            "invalid `fleet`: must be left out beside `rings`: a load balancer knows no rings, got `an object of 1 fields`",
        );
        one("/rings", json!("a"), "invalid `rings`: must be a list, got a");
        one(
            "/rings/1/name",
            json!("a"),
            "invalid `rings[1].name`: must not repeat the name of another ring, got a",
        );
        one(
            "/rings/0/name",
            json!(""),
            "invalid `rings[0].name`: must be 1 to 200 bytes without control characters, got ``",
        );
        one("/rings/0/share", json!("0%"), "invalid `rings[0].share`: must be above 0%, got 0%");
        one(
            "/rings/2/share",
            json!("69%"),
            "invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 3`",
        );
        one("/rings/1/weight", json!(1), "invalid `rings[1].weight`: is not a field of this object, got 1");
        let order = "must be the previous stage's ring or the next of `rings`, beginning with the first";
        one("/stages/0/ring", json!("d"), &alloc::format!("invalid `stages[0].ring`: {order}, got d"));
        one("/stages/0/ring", json!("b"), &alloc::format!("invalid `stages[0].ring`: {order}, got b"));
        one("/stages/3/ring", json!("a"), &alloc::format!("invalid `stages[3].ring`: {order}, got a"));
        one(
            "/stages/1/exposure",
            json!("10%"),
            "invalid `stages[1].exposure`: must exceed the previous stage (10%), got 10%",
        );
        one("/stages/2/exposure", json!("0%"), "invalid `stages[2].exposure`: must be above 0%, got 0%");
        one(
            "/stages/1/exposure",
            json!("10.0001%"),
            "invalid `stages[4].exposure`: must come to more of all units than the previous stage, got 0.0001%",
        );
    }
}
