use super::condition::{Condition, Names};
use super::split::Split;
use crate::bucketing::{Allocation, Salt};
use crate::document::{Field, Fields};
use crate::error::{Kind, Problems};
use crate::quantity::{Share, Timestamp};
use alloc::boxed::Box;
use alloc::vec;

/// When a flag or rule is on: always, or from the first instant until before the second.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule(Option<Box<(Option<Timestamp>, Option<Timestamp>)>>);

impl Schedule {
    /// Whether it is on; with bounds and no time to compare with, it is off.
    pub(super) fn is_on(&self, now: Option<Timestamp>) -> bool {
        let Some(bounds) = &self.0 else { return true };
        let (Some(now), (from, until)) = (now, **bounds) else { return false };
        from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
    }

    pub(super) fn is_always(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn until(&self) -> Option<Timestamp> {
        self.0.as_ref().and_then(|bounds| bounds.1)
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let from = fields.optional("from").map(|field| field.parse());
        let until_field = fields.optional("until");
        let until = until_field.as_ref().map(Field::parse);
        let (from, until) = (or_none(from)?, or_none(until)?);
        if from.zip(until).is_some_and(|(from, until)| until <= from) {
            until_field?.refuse(Kind::Conflict, "must be after `from`");
            return None;
        }
        let bounded = from.is_some() || until.is_some();
        Some(Self(bounded.then(|| Box::new((from, until)))))
    }
}

/// An absent field is `Some(None)`, one that could not be read `None`.
pub(super) fn or_none<T>(field: Option<Option<T>>) -> Option<Option<T>> {
    match field {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

/// One rule of a flag: when it applies, and what it serves then.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) when: Option<Condition>,
    pub(super) schedule: Schedule,
    pub(super) serve: Serve,
}

#[derive(Clone, Debug)]
pub(super) enum Serve {
    Variant(u32),
    /// A split whose allocation is over the variants of the flag, in their order.
    Split(Box<Split>),
}

/// The flag a rule belongs to, as far as its rules need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) key: &'a str,
    /// Of its splits, where they have none of their own.
    pub(super) salt: Option<&'a Salt>,
    pub(super) variants: &'a [&'a str],
}

impl Rule {
    /// Reads `{"serve": variant}`, or `{"weights": {variant: weight}}` or `{"slots": {variant: ranges}}` with the optional fields `exposure` and
    /// `salt`; all with the optional fields `name`, `when`, `from`, `until`.
    pub(super) fn read(field: &Field<'_>, owner: Owner<'_>, names: &impl Names) -> Option<Self> {
        let mut fields = field.object()?;
        let name = fields.optional("name").map(|field| field.name());
        let when = fields.optional("when").map(|field| Condition::read(&field, names));
        let schedule = Schedule::read(&mut fields);
        let serve = read_serve(&mut fields, owner, names.problems());
        fields.finish();
        or_none(name)?;
        Some(Self { when: or_none(when)?, schedule: schedule?, serve: serve? })
    }
}

fn read_serve(fields: &mut Fields<'_>, owner: Owner<'_>, problems: &Problems) -> Option<Serve> {
    let given = ["serve", "weights", "slots"].map(|name| fields.optional(name));
    let mut several = given.iter().flatten();
    if let (Some(_), Some(second)) = (several.next(), several.next()) {
        second.refuse(
            Kind::Conflict,
            "must not stand beside `serve`, `weights` or `slots`: a rule has one of them",
        );
        return None;
    }
    let allocation = match given {
        [Some(variant), _, _] => return position(&variant, owner.variants).map(Serve::Variant),
        [_, Some(weights), _] => read_weights(&weights, owner.variants),
        [_, _, Some(slots)] => Allocation::read(&slots, owner.variants, problems),
        [None, None, None] => {
            fields.refuse(Kind::Missing, "must hold `serve`, `weights` or `slots`");
            return None;
        }
    };
    let exposure = fields.optional("exposure").map_or(Some(Share::ALL), |field| field.parse());
    let salt = fields.optional("salt").map(|field| Salt::read(&field));
    let own = or_none(salt)?;
    let salt = own.as_ref().or(owner.salt);
    Some(Serve::Split(Split::new(owner.key, salt, exposure?, allocation?).into()))
}

fn read_weights(weights: &Field<'_>, variants: &[&str]) -> Option<Allocation> {
    let mut by_variant = vec![0_u32; variants.len()];
    let mut complete = true;
    for (name, weight) in weights.entries()? {
        let number = weight.integer(0..=u64::from(u32::MAX)).and_then(|number| u32::try_from(number).ok());
        let own = variants.iter().position(|variant| *variant == name);
        if own.is_none() {
            weight.refuse(Kind::Unknown, "must be under the name of a variant");
        }
        match own.and_then(|own| by_variant.get_mut(own)).zip(number) {
            Some((slot, number)) => *slot = number,
            None => complete = false,
        }
    }
    if !complete {
        return None;
    }
    Allocation::by_weights(&by_variant).map_err(|error| weights.refuse_with(&error)).ok()
}

/// Position of the variant that `field` names.
pub(super) fn position(field: &Field<'_>, names: &[&str]) -> Option<u32> {
    let name = field.text()?;
    let found =
        names.iter().position(|known| *known == name).and_then(|position| u32::try_from(position).ok());
    if found.is_none() {
        field.refuse(Kind::Unknown, "must be the name of a variant");
    }
    found
}
