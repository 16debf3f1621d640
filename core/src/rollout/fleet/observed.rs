use super::Orders;
use super::counts::share_of;
use crate::document::{Field, Node};
use crate::error::{Error, Problems};
use crate::quantity::Share;
use serde::{Deserialize, Serialize};

/// What is there at one moment, as the host counts it. What is left out of JSON is 0.
///
/// A replica is *ready* while the load balancer sends it traffic. One that starts, fails its checks or crashed is *not ready*. One that was told to stop
/// is *stopping* until it is gone, and nothing else: it gets no new traffic, and still takes up room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Observed {
    /// Replicas of the new version that serve.
    pub ready_new: u32,
    /// Replicas of the new version that are there and do not serve.
    pub not_ready_new: u32,
    /// Replicas of the old version that serve.
    pub ready_old: u32,
    /// Replicas of the old version that are there and do not serve.
    pub not_ready_old: u32,
    /// Replicas of either version that were told to stop and are not gone yet.
    pub stopping: u32,
}

// Sums stop at the largest number: a fleet that is said to be larger is given no start, and no stop that could be too many.
impl Observed {
    /// Reads `{"ready_new": 2, "ready_old": 18}`.
    ///
    /// # Errors
    /// A field that is no whole number of 32 bits, or none of these; each problem with its path.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Observed;
    ///
    /// let observed = Observed::from_json(r#"{"ready_new": 2, "ready_old": 18}"#)?;
    /// assert_eq!((observed.ready(), observed.total()), (20, 20));
    /// let error = Observed::from_json(r#"{"ready_new": -1, "redy_old": 1}"#).unwrap_err();
    /// assert_eq!(error.problems().map(|problem| problem.path()).collect::<Vec<_>>(), ["ready_new", "redy_old"]);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("observed", text)?;
        let problems = Problems::default();
        let observed = Self::read(&Field::root(&node, &problems));
        problems.finish(observed)
    }

    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let mut count = |name| fields.optional(name).map_or(Some(0), |field| field.u32());
        let [ready_new, not_ready_new, ready_old, not_ready_old, stopping] =
            ["ready_new", "not_ready_new", "ready_old", "not_ready_old", "stopping"].map(&mut count);
        fields.finish();
        Some(Self {
            ready_new: ready_new?,
            not_ready_new: not_ready_new?,
            ready_old: ready_old?,
            not_ready_old: not_ready_old?,
            stopping: stopping?,
        })
    }

    /// The new version's share of the ready replicas, and so of the traffic: rounded down to a part per million, yet never 0% while one is ready; none
    /// while no replica is.
    ///
    /// ```
    /// use rampgate::rollout::fleet::Observed;
    ///
    /// let observed = Observed { ready_new: 1, not_ready_new: 3, ready_old: 7, ..Observed::default() };
    /// assert_eq!(observed.share(), Some("12.5%".parse()?));
    /// assert_eq!(Observed::default().share(), None);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        share_of(self.ready_new, self.ready())
    }

    /// All that take up room.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.all_new().saturating_add(self.all_old()).saturating_add(self.stopping)
    }

    /// All that serve.
    #[must_use]
    pub const fn ready(&self) -> u32 {
        self.ready_new.saturating_add(self.ready_old)
    }

    /// Those of the new version that are not stopping.
    #[must_use]
    pub const fn all_new(&self) -> u32 {
        self.ready_new.saturating_add(self.not_ready_new)
    }

    /// Those of the old version that are not stopping.
    #[must_use]
    pub const fn all_old(&self) -> u32 {
        self.ready_old.saturating_add(self.not_ready_old)
    }

    /// What there will be once everything ordered has been carried out, what starts is ready and what stops is gone.
    #[must_use]
    pub const fn after(&self, orders: &Orders) -> Self {
        let new = self.all_new().saturating_add(orders.start_new).saturating_sub(orders.stop_new);
        let old = self.all_old().saturating_add(orders.start_old).saturating_sub(orders.stop_old);
        Self { ready_new: new, not_ready_new: 0, ready_old: old, not_ready_old: 0, stopping: 0 }
    }
}
