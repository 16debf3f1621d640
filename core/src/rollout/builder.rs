use super::fleet::{Fleet, Limit};
use super::{Fallback, Overdue, Plan, Requirement, Stage, Unapproved};
use crate::document::Node;
use crate::error::Error;
use crate::quantity::{Share, Span, Timestamp};
use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt::Display;

type Entry = (Cow<'static, str>, Node<'static>);

/// A [`Plan`] in the making. It is checked by the rules of the document, and a problem has the path that it has there.
///
/// ```
/// use rampgate::Share;
/// use rampgate::rollout::{Plan, Stage, StageBuilder};
///
/// let rules = StageBuilder::rules().min_dwell("30m".parse()?).min_units(1_000);
/// let plan = Plan::builder().exponential("1%".parse()?, Share::ALL, 2_000, rules).bake("1h".parse()?).build()?;
/// assert_eq!(plan.stages().len(), 8); // 1, 2, 4, 8, 16, 32, 64 and 100%
///
/// let error = Plan::builder()
///     .stage(Stage::to("25%".parse()?).min_dwell("1h".parse()?))
///     .stage(Stage::to("10%".parse()?).min_dwell("1h".parse()?))
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid `stages[1].exposure`: must exceed the previous stage (25%), got 10%"
/// );
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PlanBuilder {
    rings: Vec<Node<'static>>,
    stages: Vec<Node<'static>>,
    growth: Option<Node<'static>>,
    deny: Vec<Node<'static>>,
    allow: Vec<Node<'static>>,
    fields: Vec<Entry>,
}

/// A [`Stage`] in the making, or what the stages of a growth have in common. See [`PlanBuilder`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct StageBuilder(Vec<Entry>);

impl Stage {
    /// A stage at this exposure, still without what it takes to leave it.
    pub fn to(exposure: Share) -> StageBuilder {
        StageBuilder::default().with("exposure", text(exposure))
    }
}

impl StageBuilder {
    /// What the stages of a growth have in common: the growth says the exposures.
    pub fn rules() -> Self {
        Self::default()
    }

    /// The ring in which the exposure is so large: see [`PlanBuilder::ring`].
    pub fn ring(self, name: &str) -> Self {
        self.with("ring", text(name))
    }

    /// The least time with evidence: see [`Stage::min_dwell`].
    pub fn min_dwell(self, span: Span) -> Self {
        self.with("min_dwell", text(span))
    }

    /// The least number of canary units with an outcome: see [`Stage::min_units`].
    pub fn min_units(self, units: u64) -> Self {
        self.with("min_units", Node::Number(units.into()))
    }

    /// The verdict that is needed; [`Requirement::Safe`] if not said.
    pub fn requires(self, requirement: Requirement) -> Self {
        self.with("requires", text(requirement))
    }

    /// A person has to approve leaving the stage, and may take any time.
    pub fn approval(self) -> Self {
        self.with("approval", Node::Bool(true))
    }

    /// A person has to approve leaving the stage in time: see [`ApprovalLimit`](super::ApprovalLimit).
    pub fn approval_within(self, within: Span, on_timeout: Unapproved) -> Self {
        let limit = Vec::from([entry("within", text(within)), entry("on_timeout", text(on_timeout))]);
        self.with("approval", Node::Object(limit))
    }

    /// See [`Stage::on_inconclusive`].
    pub fn on_inconclusive(self, fallback: Fallback) -> Self {
        self.with("on_inconclusive", text(fallback))
    }

    /// See [`Stage::on_no_data`].
    pub fn on_no_data(self, fallback: Fallback) -> Self {
        self.with("on_no_data", text(fallback))
    }

    /// See [`Stage::on_invalid`].
    pub fn on_invalid(self, fallback: Fallback) -> Self {
        self.with("on_invalid", text(fallback))
    }

    /// The longest time in the stage, and what happens then.
    pub fn deadline(self, deadline: Span, then: Overdue) -> Self {
        self.with("deadline", text(deadline)).with("on_deadline", text(then))
    }

    fn with(mut self, name: &'static str, value: Node<'static>) -> Self {
        put(&mut self.0, name, value);
        self
    }
}

impl PlanBuilder {
    /// One more [ring](super::Ring), after those before it. Every stage then has to name its own.
    ///
    /// ```
    /// use rampgate::Share;
    /// use rampgate::rollout::{Plan, Stage};
    ///
    /// let plan = Plan::builder()
    ///     .ring("beta", "10%".parse()?)
    ///     .ring("everyone", "90%".parse()?)
    ///     .stage(Stage::to("50%".parse()?).ring("beta").min_dwell("1h".parse()?))
    ///     .stage(Stage::to(Share::ALL).ring("beta").min_dwell("1h".parse()?))
    ///     .build()?;
    /// assert_eq!(plan.to_string().lines().next(), Some("stages[0] 50% of ring `beta`, 5% of all: safe for 1h"));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn ring(mut self, name: &str, share: Share) -> Self {
        self.rings.push(Node::Object(Vec::from([entry("name", text(name)), entry("share", text(share))])));
        self
    }

    /// One more stage.
    pub fn stage(mut self, stage: StageBuilder) -> Self {
        self.stages.push(Node::Object(stage.0));
        self
    }

    /// All stages: `steps` at even distances, each exposure rounded down to a part per million.
    pub fn linear(self, from: Share, to: Share, steps: u32, rules: StageBuilder) -> Self {
        let rules = rules.with("from", text(from)).with("to", text(to));
        self.growing("linear", rules.with("steps", Node::Number(steps.into())))
    }

    /// All stages: each reaches `thousandths` / 1000 times as many as the one before, rounded down to a part per million, and the last `to`.
    pub fn exponential(self, from: Share, to: Share, thousandths: u32, rules: StageBuilder) -> Self {
        let rules = rules.with("from", text(from)).with("to", text(to));
        let factor = alloc::format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        self.growing("exponential", rules.with("factor", text(factor)))
    }

    /// One stage for everybody at once. The [bake](Self::bake), for which the old version stays ready, must be above 0s.
    pub fn blue_green(self, rules: StageBuilder) -> Self {
        self.growing("blue_green", rules)
    }

    /// Time with evidence after the last stage: see [`Plan::bake`].
    pub fn bake(self, span: Span) -> Self {
        self.with("bake", text(span))
    }

    /// See [`Plan::stale_after`].
    pub fn stale_after(self, span: Span) -> Self {
        self.with("stale_after", text(span))
    }

    /// How often the test for harm begins anew inside a stage: see [`Plan::restart_every`].
    pub fn restart_every(self, span: Span) -> Self {
        self.with("restart_every", text(span))
    }

    /// See [`Plan::start`].
    pub fn start(self, at: Timestamp) -> Self {
        self.with("start", text(at))
    }

    /// See [`Plan::fleet`].
    pub fn fleet(self, fleet: Fleet) -> Self {
        let limit = |limit: Limit| match limit {
            Limit::Count(count) => Node::Number(count.into()),
            Limit::Percentage(share) => text(share),
        };
        let entries = Vec::from([
            entry("replicas", Node::Number(fleet.replicas().into())),
            entry("max_surge", limit(fleet.max_surge())),
            entry("max_unavailable", limit(fleet.max_unavailable())),
        ]);
        self.with("fleet", Node::Object(entries))
    }

    /// A window in which exposure must not rise, and why.
    pub fn deny(mut self, from: Timestamp, until: Timestamp, why: &str) -> Self {
        let mut window = bounds(from, until);
        window.push(entry("why", text(why)));
        self.deny.push(Node::Object(window));
        self
    }

    /// A window in which exposure may rise; with any such window it may rise in no other time.
    pub fn allow(mut self, from: Timestamp, until: Timestamp) -> Self {
        self.allow.push(Node::Object(bounds(from, until)));
        self
    }

    /// The plan.
    ///
    /// # Errors
    /// As for [`Plan::from_json`].
    pub fn build(self) -> Result<Plan, Error> {
        let mut fields = self.fields;
        if !self.rings.is_empty() {
            put(&mut fields, "rings", Node::List(self.rings));
        }
        put(&mut fields, "stages", self.growth.unwrap_or(Node::List(self.stages)));
        let calendar =
            Vec::from([entry("deny", Node::List(self.deny)), entry("allow", Node::List(self.allow))]);
        put(&mut fields, "calendar", Node::Object(calendar));
        Plan::from_node(&Node::Object(fields))
    }

    fn growing(mut self, name: &'static str, rules: StageBuilder) -> Self {
        self.growth = Some(Node::Object(Vec::from([entry(name, Node::Object(rules.0))])));
        self
    }

    fn with(mut self, name: &'static str, value: Node<'static>) -> Self {
        put(&mut self.fields, name, value);
        self
    }
}

fn bounds(from: Timestamp, until: Timestamp) -> Vec<Entry> {
    Vec::from([entry("from", text(from)), entry("until", text(until))])
}

fn entry(name: &'static str, value: Node<'static>) -> Entry {
    (Cow::Borrowed(name), value)
}

/// Sets a field; what was said last counts.
fn put(fields: &mut Vec<Entry>, name: &'static str, value: Node<'static>) {
    fields.retain(|(known, _)| known != name);
    fields.push(entry(name, value));
}

fn text(value: impl Display) -> Node<'static> {
    Node::Text(Cow::Owned(value.to_string()))
}
