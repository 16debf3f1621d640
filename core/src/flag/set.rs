use super::condition::Condition;
use super::explain::{Silent, Told, Trace};
use super::guard::Guard;
use super::index::Index;
use super::rule::{Rule, Schedule, Serve};
use super::split::{Place, Split};
use super::{Context, Explanation, Outcome, Reason, Step};
use crate::bucketing::{Holdouts, Layer, Unit};
use crate::error::{Error, Kind};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// All flags of a program in their loaded form: names resolved, prerequisites free of circles, keys derived.
///
/// [`flag`](Self::flag) looks a flag up once; [`FlagRef::evaluate`] then decides without allocating.
#[derive(Clone, Debug)]
pub struct FlagSet {
    pub(super) version: u64,
    pub(super) index: Index,
    pub(super) flags: Box<[Definition]>,
    pub(super) segments: Box<[Segment]>,
    pub(super) holdouts: Holdouts,
    pub(super) layers: Box<[Layer]>,
}

#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) name: Box<str>,
    pub(super) when: Condition,
}

#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) key: Box<str>,
    pub(super) enabled: bool,
    pub(super) schedule: Schedule,
    /// Never empty; whatever points to a variant was resolved against it.
    /// Shared by the flags of the set that have the same.
    pub(super) variants: Variants,
    pub(super) default: u32,
    /// Sorted by unit.
    pub(super) overrides: Box<[(Box<str>, u32)]>,
    /// None before most flags.
    pub(super) guard: Option<Box<Guard>>,
    pub(super) requires: Box<[Condition]>,
    pub(super) rules: Box<[Rule]>,
}

/// Steps that an explanation has room for from the start: a rule or two with their conditions.
const FEW_STEPS: usize = 8;

/// Names of variants.
pub(super) type Variants = Arc<[Box<str>]>;

/// A flag of a set, found once and evaluated often.
#[derive(Clone, Copy, Debug)]
pub struct FlagRef<'s> {
    set: &'s FlagSet,
    definition: &'s Definition,
}

impl FlagSet {
    /// The document's own version: a host refuses one that is older than what it has.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many flags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// A flag by its key.
    ///
    /// # Errors
    /// A key that is not in the set: an unknown flag is a slip, and has no default.
    pub fn flag(&self, key: &str) -> Result<FlagRef<'_>, Error> {
        let key_at = |position| Some(&*self.definition(position)?.key);
        let found = self.index.find(key, key_at).and_then(|position| self.definition(position));
        let definition =
            found.ok_or_else(|| Error::new("flag", Kind::Unknown, "must be the key of a flag", key))?;
        Ok(FlagRef { set: self, definition })
    }

    /// All flags, in the order of the document.
    #[must_use]
    pub fn flags(&self) -> impl ExactSizeIterator<Item = FlagRef<'_>> {
        self.flags.iter().map(|definition| FlagRef { set: self, definition })
    }

    /// A flag by its position in the document: what a host that looked its keys up before asks with.
    #[must_use]
    pub fn flag_at(&self, position: u32) -> Option<FlagRef<'_>> {
        self.definition(position).map(|definition| FlagRef { set: self, definition })
    }

    fn definition(&self, position: u32) -> Option<&Definition> {
        self.flags.get(usize::try_from(position).ok()?)
    }

    /// Whether a condition holds. What cannot be told (a missing attribute, one of another type) does not hold.
    fn holds<'s>(
        &'s self,
        condition: &'s Condition,
        context: &Context<'_>,
        trace: &mut impl Trace<'s>,
    ) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.holds(part, context, trace)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part, context, trace)),
            Condition::Not(part) => !self.holds(part, context, trace),
            Condition::Segment(position) => {
                let segment =
                    usize::try_from(*position).ok().and_then(|position| self.segments.get(position));
                let Some(segment) = segment else { return false };
                let holds = self.holds(&segment.when, context, trace);
                trace.note(Step::Segment { name: &segment.name, holds });
                holds
            }
            Condition::Flag { flag, variants } => {
                let Some(definition) = self.definition(*flag) else { return false };
                let outcome = self.decide(definition, context, trace);
                let holds = variants.contains(&outcome.index);
                trace.note(Step::Flag { flag: &definition.key, variant: outcome.variant(), holds });
                holds
            }
            Condition::Attribute { name, test } => {
                let value = context.find(name);
                let holds = match (test, value) {
                    (super::test::Test::Exists(wanted), value) => Some(value.is_some() == *wanted),
                    (_, None) => None,
                    (test, Some(value)) => test.holds(value),
                };
                trace.note(Step::Attribute { name, known: value.is_some(), holds });
                holds == Some(true)
            }
        }
    }

    /// Whether the unit gets past the holdouts and the layer.
    fn pass<'s>(
        &'s self,
        guard: &'s Guard,
        context: &Context<'_>,
        trace: &mut impl Trace<'s>,
    ) -> Result<(), Reason> {
        let Some(unit) = Unit::new(context.unit) else {
            return if guard.claim.is_some() { Err(Reason::Unassigned) } else { Ok(()) };
        };
        for position in &guard.holdouts {
            let holdout =
                usize::try_from(*position).ok().and_then(|position| self.holdouts.iter().nth(position));
            let Some(holdout) = holdout else { continue };
            let holds = holdout.holds(unit);
            trace.note(Step::Holdout { name: holdout.name(), holds });
            if holds {
                return Err(Reason::HeldOut);
            }
        }
        let Some(claim) = guard.claim else { return Ok(()) };
        let layer = usize::try_from(claim.layer).ok().and_then(|position| self.layers.get(position));
        let Some(layer) = layer else { return Ok(()) };
        let slot = layer.slot(unit);
        let owner = layer.owner_position(slot);
        let holds = owner.and_then(|owner| u32::try_from(owner).ok()) == Some(claim.claim);
        trace.note(Step::Layer { name: layer.name(), owner: layer.owner(slot), holds });
        if holds { Ok(()) } else { Err(Reason::NotInLayer { slot }) }
    }

    fn decide<'s>(
        &'s self,
        flag: &'s Definition,
        context: &Context<'_>,
        trace: &mut impl Trace<'s>,
    ) -> Outcome<'s> {
        let outcome = self.decide_quietly(flag, context, trace);
        trace.note(Step::Decided { flag: &flag.key, variant: outcome.variant(), reason: outcome.reason });
        outcome
    }

    fn decide_quietly<'s>(
        &'s self,
        flag: &'s Definition,
        context: &Context<'_>,
        trace: &mut impl Trace<'s>,
    ) -> Outcome<'s> {
        if !flag.enabled {
            return flag.defaulted(None, Reason::Off);
        }
        if !flag.schedule.is_on(context.now) {
            return flag.defaulted(None, Reason::NotScheduled);
        }
        if let Some(index) = flag.overridden(context.unit) {
            return Outcome { flag, index, rule: None, reason: Reason::Override, split: None };
        }
        if let Some(guard) = &flag.guard
            && let Err(reason) = self.pass(guard, context, trace)
        {
            return flag.defaulted(None, reason);
        }
        if !flag.requires.iter().all(|required| self.holds(required, context, trace)) {
            return flag.defaulted(None, Reason::Prerequisite);
        }
        let mut missed = None;
        for (position, rule) in (0_u32..).zip(&flag.rules) {
            trace.note(Step::Rule { flag: &flag.key, rule: position });
            if !rule.schedule.is_on(context.now) {
                trace.note(Step::NotScheduled);
                continue;
            }
            if !rule.when.as_ref().is_none_or(|when| self.holds(when, context, trace)) {
                continue;
            }
            let split = match &rule.serve {
                Serve::Variant(_) => None,
                Serve::Split(split) => Some(&**split),
            };
            match flag.serve(&rule.serve, context) {
                Ok((index, reason)) => return Outcome { flag, index, rule: Some(position), reason, split },
                Err(reason) => missed = missed.or(Some((position, reason))),
            }
        }
        match missed {
            Some((rule, reason)) => flag.defaulted(Some(rule), reason),
            None => flag.defaulted(None, Reason::NoRule),
        }
    }
}

impl Definition {
    fn defaulted(&self, rule: Option<u32>, reason: Reason) -> Outcome<'_> {
        Outcome { flag: self, index: self.default, rule, reason, split: None }
    }

    fn overridden(&self, unit: &str) -> Option<u32> {
        if self.overrides.is_empty() {
            return None;
        }
        let position = self.overrides.binary_search_by(|(known, _)| (**known).cmp(unit)).ok()?;
        self.overrides.get(position).map(|(_, variant)| *variant)
    }

    /// What a rule that applies gives the unit, or why it does not reach it.
    #[inline(always)] // a reason that crosses a call is copied through memory, which costs as much as a hash
    fn serve(&self, serve: &Serve, context: &Context<'_>) -> Result<(u32, Reason), Reason> {
        let split: &Split = match serve {
            Serve::Variant(variant) => return Ok((*variant, Reason::Served)),
            Serve::Split(split) => split,
        };
        let unit = Unit::new(context.unit).ok_or(Reason::Unassigned)?;
        if let Some(variant) = self.remembered(split, context) {
            return Ok((variant, Reason::Sticky));
        }
        match split.place(unit, split.exposure()) {
            Place::Beyond { slot } => Err(Reason::NotExposed { slot }),
            Place::Within { slot, variant_slot, variant } => {
                match variant.and_then(|variant| u32::try_from(variant).ok()) {
                    Some(variant) => Ok((variant, Reason::Allocated { slot, variant_slot })),
                    None => Err(Reason::NotAllocated { slot, variant_slot }),
                }
            }
        }
    }

    /// The variant that the unit had under the split's salt, if the flag still has it.
    fn remembered(&self, split: &Split, context: &Context<'_>) -> Option<u32> {
        if context.sticky.is_empty() {
            return None;
        }
        let salt = split.salt(&self.key);
        let (_, name) = context.sticky.iter().find(|(token, _)| *token == salt)?;
        let position = self.variants.iter().position(|variant| &**variant == *name)?;
        u32::try_from(position).ok()
    }
}

impl<'s> FlagRef<'s> {
    /// The flag's key.
    #[must_use]
    pub fn key(&self) -> &'s str {
        &self.definition.key
    }

    /// The variants' names, in the order of the document.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = &'s str> + use<'s> {
        self.definition.variants.iter().map(|name| &**name)
    }

    /// The variant for this context.
    ///
    /// Order: switched off, outside its schedule, overridden, held out, not in its layer, a prerequisite that is not met; then the rules one by one, the first that applies and
    /// reaches the unit; then the default. A rule that applies and does not reach the unit (it is not exposed) leaves it to the next.
    pub fn evaluate(&self, context: &Context<'_>) -> Outcome<'s> {
        self.set.decide(self.definition, context, &mut Silent)
    }

    /// The same answer from the same code, with every step.
    pub fn explain(&self, context: &Context<'_>) -> Explanation<'s> {
        let mut steps = Vec::with_capacity(FEW_STEPS);
        let outcome = self.explain_with(context, |step| steps.push(step));
        Explanation { outcome, steps }
    }

    /// The same answer, where `each` is called with every step as it happens: an explanation that allocates nothing.
    ///
    /// ```
    /// use rampgate::flag::{Context, FlagSet, Step};
    ///
    /// let set = FlagSet::from_json(r#"{
    ///     "rampgate_flags": 1, "version": 1,
    ///     "flags": {"dark": {"variants": ["off", "on"], "default": "off", "rules": [
    ///         {"when": {"attribute": "plan", "one_of": ["pro"]}, "serve": "on"}
    ///     ]}}
    /// }"#)?;
    /// let mut missing = Vec::new();
    /// let outcome = set.flag("dark")?.explain_with(&Context::of("user-1"), |step| {
    ///     if let Step::Attribute { name, known: false, .. } = step {
    ///         missing.push(name);
    ///     }
    /// });
    /// assert_eq!((outcome.variant(), missing), ("off", vec!["plan"]));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn explain_with(&self, context: &Context<'_>, each: impl FnMut(Step<'s>)) -> Outcome<'s> {
        self.set.decide(self.definition, context, &mut Told(each))
    }
}
