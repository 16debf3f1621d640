use super::condition::Condition;
use super::guard::Claim;
use super::rule::{Rule, Serve};
use super::set::{Definition, FlagSet};
use super::split::Split;
use super::test::Test;
use crate::bucketing::Allocation;
use crate::quantity::{Share, Timestamp};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// A suspicion about a document that is valid: most likely not what its author meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Where in the document.
    pub path: String,
    /// What it is.
    pub pitfall: Pitfall,
}

/// What a lint looks for. Each is something that a team was surprised by in production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Pitfall {
    /// No rule after this one is ever reached: it takes everyone.
    DeadRule {
        /// Position of the rule that takes everyone.
        taken_by: u32,
    },
    /// No rule, override or default gives this variant to anyone.
    StarvedVariant {
        /// Name of the variant.
        variant: Box<str>,
    },
    /// The split reaches nobody.
    NobodyExposed,
    /// A variant of the split gets under a thousandth of it: too few to learn from.
    TinyShare {
        /// Name of the variant.
        variant: Box<str>,
        /// Its share of the split.
        share: Share,
    },
    /// Two flags have splits under one salt and do not both say that they mean to, so the same units get the same slots in both, and neither can be told from the other.
    SharedSalt {
        /// The salt.
        salt: Box<str>,
        /// The other flag.
        with: Box<str>,
    },
    /// Two flags have the same claim of a layer, so the units of the one are the units of the other.
    SharedClaim {
        /// The other flag.
        with: Box<str>,
    },
    /// The salt was used by a run that was aborted: the same units would meet the new one first.
    RetiredSalt {
        /// The salt.
        salt: Box<str>,
    },
    /// Bounds that no value satisfies.
    NeverHolds,
    /// The schedule has ended.
    Over {
        /// When.
        until: Timestamp,
    },
    /// Nothing refers to the segment.
    UnusedSegment,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.pitfall)
    }
}

impl fmt::Display for Pitfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeadRule { taken_by } => write!(f, "is never reached: rules[{taken_by}] takes everyone"),
            Self::StarvedVariant { variant } => write!(f, "gives the variant `{variant}` to nobody"),
            Self::NobodyExposed => f.write_str("reaches nobody: its exposure is 0%"),
            Self::TinyShare { variant, share } => {
                write!(f, "gives `{variant}` only {share}: too few to learn from")
            }
            Self::SharedSalt { salt, with } => {
                write!(
                    f,
                    "shares the salt `{salt}` with the flag `{with}`: the same units get the same slots in both"
                )
            }
            Self::SharedClaim { with } => {
                write!(f, "is claimed by the flag `{with}` too: both see the same units")
            }
            Self::RetiredSalt { salt } => {
                write!(f, "uses the salt `{salt}` of an aborted run again: the same units would be first")
            }
            Self::NeverHolds => f.write_str("never holds: no value satisfies all of its bounds"),
            Self::Over { until } => write!(f, "is over since {until}"),
            Self::UnusedSegment => f.write_str("is not used"),
        }
    }
}

/// What a lint knows beyond the document.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintOptions<'a> {
    now: Option<Timestamp>,
    retired_salts: &'a [&'a str],
}

impl<'a> LintOptions<'a> {
    /// Lets the lint find schedules that are over at `now`.
    #[must_use]
    pub const fn at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// Lets the lint find salts of runs that were aborted.
    #[must_use]
    pub const fn retired_salts(self, salts: &'a [&'a str]) -> Self {
        Self { retired_salts: salts, ..self }
    }
}

/// Below this share of a split a variant is called tiny.
const TINY: Share = Share::clamped(1_000);

impl FlagSet {
    /// Looks for what is valid and most likely not meant. Findings are in the order of the document.
    ///
    /// ```
    /// use rampgate::flag::{FlagSet, LintOptions};
    ///
    /// let set = FlagSet::from_json(r#"{"rampgate_flags": 1, "version": 1, "flags": {
    ///     "f": {"variants": ["a", "b", "c"], "default": "a", "rules": [{"serve": "a"}, {"serve": "b"}]}
    /// }}"#)?;
    /// let findings: Vec<String> = set.lint(&LintOptions::default()).iter().map(|finding| finding.to_string()).collect();
    /// assert_eq!(findings, [
    ///     "`flags.f.rules[1]`: is never reached: rules[0] takes everyone",
    ///     "`flags.f.variants`: gives the variant `b` to nobody",
    ///     "`flags.f.variants`: gives the variant `c` to nobody",
    /// ]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn lint(&self, options: &LintOptions<'_>) -> Vec<Finding> {
        let mut lint = Lint { options, findings: Vec::new() };
        let mut used = Vec::new();
        let mut mark = |condition: &Condition| {
            condition.walk(&mut |part| {
                if let Condition::Segment(segment) = part {
                    used.push(*segment);
                }
            })
        };
        self.flags
            .iter()
            .flat_map(|flag| flag.rules.iter().filter_map(|rule| rule.when.as_ref()))
            .for_each(&mut mark);
        self.segments.iter().for_each(|segment| mark(&segment.when));
        for (position, segment) in (0_u32..).zip(&self.segments) {
            let path = format!("segments.{}", segment.name);
            lint.condition(&path, &segment.when);
            if !used.contains(&position) {
                lint.note(&path, Pitfall::UnusedSegment);
            }
        }
        let mut seen = Seen::default();
        for flag in &self.flags {
            lint.flag(flag, &mut seen);
        }
        lint.findings
    }
}

/// What flags have taken so far: salts, with whether they mean to share them, and claims.
#[derive(Default)]
struct Seen<'s> {
    salts: BTreeMap<&'s str, (&'s Definition, bool)>,
    claims: BTreeMap<Claim, &'s Definition>,
}

struct Lint<'a> {
    options: &'a LintOptions<'a>,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn note(&mut self, path: &str, pitfall: Pitfall) {
        self.findings.push(Finding { path: path.into(), pitfall });
    }

    fn flag<'s>(&mut self, flag: &'s Definition, seen: &mut Seen<'s>) {
        let path = format!("flags.{}", flag.key);
        self.schedule(&path, flag.schedule.until());
        self.claim(&path, flag, seen);
        let taken_by =
            flag.rules.iter().position(takes_everyone).and_then(|position| u32::try_from(position).ok());
        for (position, rule) in (0_u32..).zip(&flag.rules) {
            let path = format!("{path}.rules[{position}]");
            if let Some(taken_by) = taken_by.filter(|taken_by| *taken_by < position) {
                self.note(&path, Pitfall::DeadRule { taken_by });
            }
            self.schedule(&path, rule.schedule.until());
            if let Some(condition) = &rule.when {
                self.condition(&format!("{path}.when"), condition);
            }
            if let Serve::Split(split) = &rule.serve {
                self.salt(&path, flag, split, seen);
                if split.exposure() == Share::ZERO {
                    self.note(&path, Pitfall::NobodyExposed);
                }
                self.shares(&path, flag, split.allocation());
            }
        }
        let reached = taken_by.map_or(u32::MAX, |taken_by| taken_by.saturating_add(1));
        for (position, variant) in flag.variants.iter().enumerate() {
            if !flag.can_give(position, reached) {
                self.note(&format!("{path}.variants"), Pitfall::StarvedVariant { variant: variant.clone() });
            }
        }
    }

    fn schedule(&mut self, path: &str, until: Option<Timestamp>) {
        if let Some((now, until)) = self.options.now.zip(until)
            && until <= now
        {
            self.note(path, Pitfall::Over { until });
        }
    }

    fn salt<'s>(&mut self, path: &str, flag: &'s Definition, split: &'s Split, seen: &mut Seen<'s>) {
        let salt = split.salt(&flag.key);
        if self.options.retired_salts.contains(&salt) {
            self.note(path, Pitfall::RetiredSalt { salt: salt.into() });
        }
        let (first, shared) = *seen.salts.entry(salt).or_insert((flag, split.shares_salt()));
        if first.key != flag.key && !(shared && split.shares_salt()) {
            self.note(path, Pitfall::SharedSalt { salt: salt.into(), with: first.key.clone() });
        }
    }

    fn claim<'s>(&mut self, path: &str, flag: &'s Definition, seen: &mut Seen<'s>) {
        let Some(claim) = flag.guard.as_ref().and_then(|guard| guard.claim) else { return };
        let first = *seen.claims.entry(claim).or_insert(flag);
        if first.key != flag.key {
            self.note(&format!("{path}.layer"), Pitfall::SharedClaim { with: first.key.clone() });
        }
    }

    fn shares(&mut self, path: &str, flag: &Definition, allocation: &Allocation) {
        for (position, variant) in flag.variants.iter().enumerate() {
            let share = allocation.share(position).unwrap_or_default();
            if share > Share::ZERO && share < TINY {
                self.note(path, Pitfall::TinyShare { variant: variant.clone(), share });
            }
        }
    }

    fn condition(&mut self, path: &str, condition: &Condition) {
        let mut contradictory = false;
        condition.walk(&mut |part| {
            contradictory |= matches!(part, Condition::Attribute { test, .. } if test.is_contradictory());
        });
        if contradictory {
            self.note(path, Pitfall::NeverHolds);
        }
    }
}

/// Whether no unit gets past the rule. A split leaves units without an id to the next, so only a served variant takes everyone.
fn takes_everyone(rule: &Rule) -> bool {
    rule.when.is_none() && rule.schedule.is_always() && matches!(rule.serve, Serve::Variant(_))
}

impl Definition {
    /// Whether the default, an override, or one of the first `reached` rules can give the variant.
    fn can_give(&self, position: usize, reached: u32) -> bool {
        let is = |variant: u32| usize::try_from(variant) == Ok(position);
        let rules = (0_u32..).zip(&self.rules).take_while(|(number, _)| *number < reached);
        // the default is reached unless a rule takes everyone; it is what a switched-off flag gives all the same
        is(self.default)
            || self.overrides.iter().any(|(_, variant)| is(*variant))
            || rules.map(|(_, rule)| rule).any(|rule| match &rule.serve {
                Serve::Variant(variant) => is(*variant),
                Serve::Split(split) => {
                    split.allocation().share(position).is_some_and(|share| share > Share::ZERO)
                }
            })
    }
}

impl Test {
    /// Whether the bounds exclude each other.
    fn is_contradictory(&self) -> bool {
        match self {
            Self::Number(bounds) => contradictory(bounds, |a, b| a.partial_cmp(b)),
            Self::Version(bounds) => contradictory(bounds, |a, b| a.compare(b)),
            Self::Time(bounds) => contradictory(bounds, |a, b| Some(a.cmp(b))),
            _ => false,
        }
    }
}

/// Whether some lower bound lies above some upper bound, or meets it where one of the two excludes its end.
fn contradictory<T>(
    bounds: &[(super::test::Relation, T)],
    compare: impl Fn(&T, &T) -> Option<core::cmp::Ordering>,
) -> bool {
    bounds.iter().filter(|(relation, _)| relation.is_lower()).any(|(lower, low)| {
        bounds.iter().filter(|(relation, _)| relation.is_upper()).any(|(upper, high)| {
            match compare(low, high) {
                Some(order) => {
                    order.is_gt() || (order.is_eq() && (lower.excludes_its_end() || upper.excludes_its_end()))
                }
                None => true,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn lint(flags: &str, options: &LintOptions<'_>) -> Vec<String> {
        let document = format!(r#"{{"rampgate_flags": 1, "version": 1, {flags}}}"#);
        FlagSet::from_json(&document).unwrap().lint(options).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_clean_document_has_no_findings() {
        let clean = r#""segments": {"s": {"attribute": "a", "exists": true}}, "flags": {
            "f": {"variants": ["a", "b"], "default": "a", "rules": [
                {"when": {"segment": "s"}, "exposure": "10%", "weights": {"a": 1, "b": 1}}, {"weights": {"b": 1}}]},
            "g": {"variants": ["a", "b"], "default": "a", "rules": [{"weights": {"a": 999, "b": 1}}]}}"#;
        assert_eq!(lint(clean, &LintOptions::default()), Vec::<String>::new());
    }

    #[test]
    fn each_pitfall_is_found_and_named_by_its_path() {
        let retired = ["old-run"];
        let options =
            LintOptions::default().at("2026-06-01T00:00:00Z".parse().unwrap()).retired_salts(&retired);
        let found = lint(
            r#""segments": {"s": {"attribute": "a", "number": {"greater": 2, "less": 1}}}, "flags": {
            "f": {"variants": ["a", "b", "c"], "default": "a", "until": "2026-05-01T00:00:00Z", "rules": [
                {"exposure": "0%", "weights": {"b": 1}, "salt": "shared"},
                {"when": {"attribute": "v", "version": {"at_least": "2.0.0", "less": "2.0.0"}}, "serve": "b"},
                {"weights": {"a": 100000, "b": 1}, "salt": "old-run"},
                {"serve": "a"},
                {"serve": "c"}]},
            "g": {"variants": ["a", "b"], "default": "a", "rules": [{"weights": {"b": 1}, "salt": "shared"}]}}"#,
            &options,
        );
        assert_eq!(
            found,
            [
                "`segments.s`: never holds: no value satisfies all of its bounds",
                "`segments.s`: is not used",
                "`flags.f`: is over since 2026-05-01T00:00:00Z",
                "`flags.f.rules[0]`: reaches nobody: its exposure is 0%",
                "`flags.f.rules[1].when`: never holds: no value satisfies all of its bounds",
                "`flags.f.rules[2]`: uses the salt `old-run` of an aborted run again: the same units would be first",
                "`flags.f.rules[2]`: gives `b` only 0.001%: too few to learn from",
                "`flags.f.rules[4]`: is never reached: rules[3] takes everyone",
                "`flags.f.variants`: gives the variant `c` to nobody",
                "`flags.g.rules[0]`: shares the salt `shared` with the flag `f`: the same units get the same slots in both",
            ]
        );
    }

    #[test]
    fn sharing_on_purpose_is_no_finding_and_one_sided_sharing_is() {
        let both = |second: &str| {
            format!(
                r#""layers": [{{"name": "l", "claims": [{{"name": "c", "slots": [[0, 10]]}}]}}], "flags": {{
                "f": {{"variants": ["a", "b"], "default": "a", "salt": {{"shared": "s"}}, "rules": [{{"weights": {{"b": 1}}}}]}},
                "g": {{"variants": ["a", "b"], "default": "a", "salt": {second}, "rules": [{{"weights": {{"b": 1}}}}],
                      "layer": {{"name": "l", "claim": "c"}}}},
                "h": {{"variants": ["a"], "default": "a", "layer": {{"name": "l", "claim": "c"}}}}}}"#
            )
        };
        let options = LintOptions::default();
        let claim = "`flags.h.layer`: is claimed by the flag `g` too: both see the same units";
        assert_eq!(lint(&both(r#"{"shared": "s"}"#), &options), [claim]);
        assert_eq!(lint(&both(r#""s""#), &options).len(), 2);
    }
}
