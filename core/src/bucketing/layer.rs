use super::partition::{Owner, Partition, Piece};
use super::{Domain, Key, Salt, Slot, Unit, ranges};
use crate::document::{Field, Fields, Node, check_name};
use crate::error::{Error, Kind, Problems};
use crate::quantity::Share;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::ops::Range;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// A pool of slots from which flags claim their own, so that no unit is in two of them.
///
/// A layer hashes units under its own key. Every claim has a set of slots that nobody else has. What a claim gives back is free for the next, and
/// nobody's slots ever move: not when a neighbour grows, shrinks or ends. Store the layer's JSON form: it holds the sets, which no list of shares
/// could give back once a claim has ended.
///
/// Free slots are given from the lowest up, and a claim that shrinks gives back its highest, so the same calls give the same sets everywhere.
/// A new claim may get slots that an ended one had: those units have seen something before. Where that matters, leave the old claim
/// in place until its effect is over.
///
/// Shares are of all units. Where in the layer a unit stands says nothing about its exposure or variant in a flag, whose keys are others.
///
/// ```
/// use rampgate::bucketing::Layer;
///
/// let mut checkout = Layer::new("checkout")?;
/// checkout.claim("one-page", "30%".parse()?)?;
/// checkout.claim("express", "50%".parse()?)?;
/// assert_eq!(checkout.claim("wallets", "25%".parse()?).unwrap_err().path(), "share"); // 20% is free
///
/// checkout.release("one-page")?;
/// checkout.claim("wallets", "25%".parse()?)?;
/// assert!(checkout.ranges("wallets").eq([0..250_000]));
/// assert!(checkout.ranges("express").eq([300_000..800_000])); // as before
///
/// let json = serde_json::to_string(&checkout)?;
/// assert_eq!(Layer::from_json(&json)?, checkout);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    name: Box<str>,
    salt: Salt,
    key: Key,
    /// The owner at a position of the partition is the claim at that position.
    claims: Vec<Box<str>>,
    partition: Partition,
}

impl Layer {
    /// Most claims that one layer holds.
    pub const MAX_CLAIMS: usize = 10_000;

    /// A layer without claims, whose salt is its name.
    ///
    /// # Errors
    /// A name that is empty, longer than 200 bytes, or has control characters.
    pub fn new(name: &str) -> Result<Self, Error> {
        check_name("name", name)?;
        Ok(Self::of(name, Salt::own(name), Vec::new(), Partition::of_runs([])))
    }

    /// The layer under another salt: where every unit stands changes, who owns which slots does not.
    #[must_use]
    pub fn with_salt(self, salt: Salt) -> Self {
        Self::of(&self.name, salt, self.claims, self.partition)
    }

    /// Reads a layer, `{"name", "claims": [{"name", "slots": [[start, end]]}]}` with the optional field `salt` (see [`Salt`]; the name, if not given).
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path; slots that two claims have are at the range that begins later.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("layer", text)?;
        let problems = Problems::default();
        let layer = Self::read(&Field::root(&node, &problems), &problems);
        problems.finish(layer)
    }

    pub(crate) fn read(field: &Field<'_>, problems: &Problems) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.required("name").and_then(|field| field.name());
        let salt = fields.optional("salt").map(|field| Salt::read(&field));
        let claims = fields.required("claims").and_then(|field| read_claims(&field, problems));
        fields.finish();
        let (claims, partition) = claims?;
        let salt = salt.unwrap_or_else(|| name.map(Salt::own))?;
        Some(Self::of(name?, salt, claims, partition))
    }

    fn of(name: &str, salt: Salt, claims: Vec<Box<str>>, partition: Partition) -> Self {
        Self { name: name.into(), key: salt.key(Domain::Layer), salt, claims, partition }
    }

    /// Gives a new claim a share of all slots, the lowest that are free.
    ///
    /// # Errors
    /// At `name`: one that is no name, or a claim already. At `share`: nothing, or more than is free; then nothing has changed.
    pub fn claim(&mut self, name: &str, share: Share) -> Result<(), Error> {
        check_name("name", name)?;
        if self.position(name).is_some() {
            return Err(Error::new("name", Kind::Conflict, "must not be a claim already", name));
        }
        if self.claims.len() >= Self::MAX_CLAIMS {
            return Err(Error::new("name", Kind::Range, "must be one of 10000 claims at most", name));
        }
        self.check(share, self.free())?;
        let owner = Owner::at(self.claims.len());
        self.partition = self.partition.transfer(Owner::NOBODY, owner, &(0..share.parts_per_million()));
        self.claims.push(name.into());
        Ok(())
    }

    /// Grows or shrinks a claim to a share of all slots: the lowest that are free come to it, or its own highest go. What it keeps, it keeps in place.
    ///
    /// # Errors
    /// At `name`: one that is no claim. At `share`: nothing, or more than it has and is free; then nothing has changed.
    pub fn resize(&mut self, name: &str, share: Share) -> Result<(), Error> {
        let owner = self.owner_named(name)?;
        let (has, wants) = (self.partition.count(owner), share.parts_per_million());
        let free = self.free().parts_per_million();
        self.check(share, Share::clamped(has + free))?;
        self.partition = if wants > has {
            self.partition.transfer(Owner::NOBODY, owner, &(0..wants - has))
        } else {
            self.partition.transfer(owner, Owner::NOBODY, &(wants..has))
        };
        Ok(())
    }

    /// Ends a claim; all of its slots are free again. The positions of later claims go down by one.
    ///
    /// # Errors
    /// At `name`: one that is no claim.
    pub fn release(&mut self, name: &str) -> Result<(), Error> {
        let released = self.owner_named(name)?;
        let Some(at) = released.position() else { return Ok(()) };
        self.partition = self.partition.relabel(|owner| match owner.position() {
            Some(position) if position == at => Owner::NOBODY,
            Some(position) if position > at => Owner::at(position - 1),
            _ => owner,
        });
        self.claims.remove(at);
        Ok(())
    }

    /// The layer's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The layer's salt.
    #[must_use]
    pub fn salt(&self) -> &Salt {
        &self.salt
    }

    /// Names of the claims, by position.
    #[must_use]
    pub fn claims(&self) -> impl ExactSizeIterator<Item = &str> {
        self.claims.iter().map(|name| &**name)
    }

    /// Position of a claim, for comparing with [`owner_position`](Self::owner_position) instead of names. It holds until a claim is released.
    #[must_use]
    pub fn position(&self, claim: &str) -> Option<usize> {
        self.claims.iter().position(|name| **name == *claim)
    }

    /// Where in the layer a unit stands.
    #[must_use]
    #[inline]
    pub fn slot(&self, unit: Unit<'_>) -> Slot {
        self.key.slot(unit)
    }

    /// Name of the claim that has the slot; none where it is free.
    #[must_use]
    pub fn owner(&self, slot: Slot) -> Option<&str> {
        self.owner_position(slot).and_then(|position| self.claims.get(position)).map(|name| &**name)
    }

    /// Position of the claim that has the slot; none where it is free.
    #[must_use]
    #[inline]
    pub fn owner_position(&self, slot: Slot) -> Option<usize> {
        self.partition.owner(slot).position()
    }

    /// The slots of a claim as half-open ranges in order, as few as there can be. None for a name that is no claim.
    pub fn ranges(&self, claim: &str) -> impl Iterator<Item = Range<u32>> {
        self.position(claim).into_iter().flat_map(|position| self.partition.ranges(Owner::at(position)))
    }

    /// The share of all slots that a claim has; `None` where there is no such claim.
    #[must_use]
    pub fn share(&self, claim: &str) -> Option<Share> {
        let position = self.position(claim)?;
        Some(Share::clamped(self.partition.count(Owner::at(position))))
    }

    /// The share of all slots that is free.
    #[must_use]
    pub fn free(&self) -> Share {
        Share::clamped(self.partition.count(Owner::NOBODY))
    }

    /// The free slots as half-open ranges in order.
    pub fn free_ranges(&self) -> impl Iterator<Item = Range<u32>> {
        self.partition.ranges(Owner::NOBODY)
    }

    fn owner_named(&self, name: &str) -> Result<Owner, Error> {
        let unknown =
            || Error::new("name", Kind::Unknown, format!("must be a claim of layer `{}`", self.name), name);
        self.position(name).map(Owner::at).ok_or_else(unknown)
    }

    fn check(&self, share: Share, most: Share) -> Result<(), Error> {
        if share == Share::ZERO {
            return Err(Error::new("share", Kind::Range, "must be above 0%", share));
        }
        if share > most {
            let rule = format!("must be at most {most}, which is what layer `{}` can give", self.name);
            return Err(Error::new("share", Kind::Conflict, rule, share));
        }
        Ok(())
    }
}

fn read_claims(field: &Field<'_>, problems: &Problems) -> Option<(Vec<Box<str>>, Partition)> {
    let items = field.list()?;
    if items.len() > Layer::MAX_CLAIMS {
        field.refuse(Kind::Range, "must hold 10000 claims at most");
        return None;
    }
    let (mut names, mut known, mut pieces, mut paths) = (Vec::new(), BTreeSet::new(), Vec::new(), Vec::new());
    let mut complete = true;
    for (position, item) in items.iter().enumerate() {
        let claim = item.object().and_then(|fields| read_claim(fields, &mut known));
        let Some((name, ranges)) = claim else {
            complete = false;
            continue;
        };
        names.push(name.into());
        for ranges::Given { path, slots } in ranges {
            pieces.push(Piece { owner: Owner::at(position), slots, given: paths.len() });
            paths.push(path);
        }
    }
    let partition =
        Partition::of_pieces(pieces, |given| paths.get(given).cloned().unwrap_or_default(), problems);
    partition.filter(|_| complete).map(|partition| (names, partition))
}

/// A claim's name, new among the `known`, and its ranges with their paths.
fn read_claim<'a>(
    mut fields: Fields<'a>,
    known: &mut BTreeSet<&'a str>,
) -> Option<(&'a str, Vec<ranges::Given>)> {
    let name = fields.required("name").and_then(|field| {
        let name = field.name()?;
        let new = known.insert(name);
        if !new {
            field.refuse(Kind::Conflict, "must not repeat the name of another claim");
        }
        new.then_some(name)
    });
    let slots = fields.required("slots").and_then(|field| ranges::read(&field));
    fields.finish();
    Some((name?, slots?))
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Claim<'a> {
            name: &'a str,
            slots: Vec<[u32; 2]>,
        }
        let claims: Vec<Claim<'_>> = self
            .claims
            .iter()
            .enumerate()
            .map(|(at, name)| Claim { name, slots: ranges::pairs(self.partition.ranges(Owner::at(at))) })
            .collect();
        let mut layer = serializer.serialize_struct("Layer", 3)?;
        layer.serialize_field("name", &self.name)?;
        layer.serialize_field("salt", &self.salt)?;
        layer.serialize_field("claims", &claims)?;
        layer.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    fn sets(layer: &Layer) -> Vec<(&str, Vec<[u32; 2]>)> {
        layer.claims().map(|name| (name, ranges::pairs(layer.ranges(name)))).collect()
    }

    #[test]
    fn neighbours_stay_where_they_are() {
        let mut layer = Layer::new("l").unwrap();
        for name in ["a", "b", "c"] {
            layer.claim(name, share("20%")).unwrap();
        }
        layer.resize("a", share("10%")).unwrap();
        layer.resize("c", share("35%")).unwrap();
        layer.release("b").unwrap();
        layer.claim("d", share("30%")).unwrap();
        assert_eq!(
            sets(&layer),
            [
                ("a", [[0, 100_000]].to_vec()),
                ("c", [[100_000, 200_000], [400_000, 650_000]].to_vec()),
                ("d", [[200_000, 400_000], [650_000, 750_000]].to_vec()),
            ]
        );
        assert_eq!(ranges::pairs(layer.free_ranges()), [[750_000, 1_000_000]]);
        assert_eq!(layer.owner(Slot::of_hash(0)), Some("a"));
        assert_eq!((layer.owner(Slot::of_hash(u64::MAX)), layer.position("d")), (None, Some(2)));
    }

    #[test]
    fn what_cannot_be_met_says_what_is_free_and_changes_nothing() {
        let mut layer = Layer::new("l").unwrap();
        layer.claim("a", share("60%")).unwrap();
        let before = layer.clone();
        let error = layer.claim("b", share("50%")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid `share`: must be at most 40%, which is what layer `l` can give, got 50%"
        );
        assert!(layer.claim("b", Share::ZERO).is_err() && layer.resize("a", Share::ZERO).is_err());
        assert_eq!(layer.claim("a", share("1%")).unwrap_err().path(), "name");
        assert_eq!(layer.claim("", share("1%")).unwrap_err().path(), "name");
        assert_eq!(layer.release("z").unwrap_err().kind(), Kind::Unknown);
        assert_eq!(layer, before);
        layer.resize("a", Share::ALL).unwrap();
        assert_eq!(layer.free(), Share::ZERO);
    }

    #[test]
    fn every_problem_of_a_document_is_named() {
        let bad = r#"{"name": "l", "salt": {"shared": 1}, "claims": [
            {"name": "a", "slots": [[0, 100], [90, 120]]},
            {"name": "a", "slots": [[200, 300]]},
            {"name": "c", "slots": [[250, 251], [5], [7, 1000001]]},
            {"name": "d", "slots": []},
            {"name": "e", "slots": [[110, 130], [130, 130]], "share": "1%"}]}"#;
        let error = Layer::from_json(bad).unwrap_err();
        let paths: Vec<&str> = error.problems().map(|problem| problem.path()).collect();
        let expected = [
            "salt.shared",
            "claims[1].name",
            "claims[2].slots[1]",
            "claims[2].slots[2][1]",
            "claims[3].slots",
            "claims[4].share",
            "claims[0].slots[1]",
            "claims[4].slots[0]",
            "claims[4].slots[1]",
        ];
        assert_eq!(paths, expected, "{error}");
    }

    #[test]
    fn a_salt_moves_the_units_and_not_the_slots() {
        let mut layer = Layer::new("l").unwrap();
        layer.claim("a", share("30%")).unwrap();
        let moved = layer.clone().with_salt(Salt::shared("other"));
        assert_eq!(sets(&layer), sets(&moved));
        let unit = Unit::new("user-1").unwrap();
        assert_ne!(layer.slot(unit), moved.slot(unit));
        let text = serde_json::to_string(&moved).unwrap();
        assert_eq!(
            text,
            r#"{"name":"l","salt":{"shared":"other"},"claims":[{"name":"a","slots":[[0,300000]]}]}"#
        );
        assert_eq!(Layer::from_json(&text).unwrap(), moved);
    }
}
