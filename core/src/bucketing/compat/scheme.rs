use super::read;
use super::{Assign, Native};
use super::{
    configcat, eppo, featurevisor, firebase, flagd, flagsmith, flipt, go_feature_flag, growthbook,
    launchdarkly, microsoft, optimizely, planout, posthog, split, statsig, unleash,
};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Problems};
use alloc::sync::Arc;
use core::fmt;

/// Reads the fields of one scheme, after its name.
type Reader = fn(&mut Fields<'_>) -> Option<Arc<dyn Assign + Send + Sync>>;

/// Every scheme by the name that documents give it.
const SCHEMES: [(&str, Reader); 29] = [
    ("rampgate-1", |fields| read::shared(Native::read(fields))),
    ("growthbook", |fields| read::shared(growthbook::Experiment::read(fields))),
    ("growthbook-rollout", |fields| read::shared(growthbook::Rollout::read(fields))),
    ("unleash", |fields| read::shared(unleash::Rollout::read(fields))),
    ("unleash-variants", |fields| read::shared(unleash::Variants::read(fields))),
    ("launchdarkly", |fields| read::shared(launchdarkly::Rollout::read(fields))),
    ("launchdarkly-segment", |fields| read::shared(launchdarkly::Segment::read(fields))),
    ("optimizely", |fields| read::shared(optimizely::Experiment::read(fields))),
    ("split", |fields| read::shared(split::Experiment::read(fields))),
    ("statsig", |fields| read::shared(statsig::PassPercentage::read(fields))),
    ("statsig-buckets", |fields| read::shared(statsig::UserBuckets::read(fields))),
    ("eppo", |fields| read::shared(eppo::Allocation::read(fields))),
    ("eppo-legacy", |fields| read::shared(eppo::Legacy::read(fields))),
    ("posthog", |fields| read::shared(posthog::Experiment::read(fields))),
    ("flagd", |fields| read::shared(flagd::Flagd::read(fields))),
    ("flipt", |fields| read::shared(flipt::Variants::read(fields))),
    ("flipt-threshold", |fields| read::shared(flipt::Threshold::read(fields))),
    ("flagsmith", |fields| read::shared(flagsmith::Variants::read(fields))),
    ("flagsmith-segment", |fields| read::shared(flagsmith::Segment::read(fields))),
    ("configcat", |fields| read::shared(configcat::ConfigCat::read(fields))),
    ("firebase", |fields| read::shared(firebase::Firebase::read(fields))),
    ("planout-choice", |fields| read::shared(planout::Choice::read(fields))),
    ("planout-weighted-choice", |fields| read::shared(planout::WeightedChoice::read(fields))),
    ("planout-bernoulli", |fields| read::shared(planout::Bernoulli::read(fields))),
    ("planout-namespace", |fields| read::shared(planout::Namespace::read(fields))),
    ("go-feature-flag", |fields| read::shared(go_feature_flag::Percentages::read(fields))),
    ("go-feature-flag-progressive", |fields| read::shared(go_feature_flag::Progressive::read(fields))),
    ("microsoft", |fields| read::shared(microsoft::Microsoft::read(fields))),
    ("featurevisor", |fields| read::shared(featurevisor::Featurevisor::read(fields))),
];

/// Any configured scheme, read from a small document; cheap to clone.
///
/// ```
/// use rampgate::bucketing::compat::{Assign, Scheme, shadow};
///
/// let old = Scheme::from_json(
///     r#"{"scheme": "growthbook", "version": 2, "encoding": "utf16", "seed": "exp", "weights": [0.5, 0.5]}"#,
/// )?;
/// let new = Scheme::from_json(r#"{"scheme": "rampgate-1", "salt": "exp", "weights": [1, 1]}"#)?;
/// assert_eq!(old.name(), "growthbook");
/// assert_eq!(shadow(&old, &new, ["a", "b", "c"], 10).units(), 3);
///
/// let error = Scheme::from_json(r#"{"scheme": "flagd", "version": 3, "encoding": "utf8", "weight": [1]}"#).unwrap_err();
/// assert_eq!(error.problems().count(), 3);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone)]
pub struct Scheme {
    name: &'static str,
    assign: Arc<dyn Assign + Send + Sync>,
}

impl Scheme {
    /// Reads `{"scheme": name, ...}`; `spec/compat.md` lists the names and the fields of each.
    ///
    /// # Errors
    /// One error that lists every problem of the document with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("scheme", text)?;
        let problems = Problems::default();
        let scheme = Field::root(&node, &problems).object().and_then(|mut fields| {
            let words = SCHEMES.map(|(name, reader)| (name, (name, reader)));
            // without its name no field of it can be judged
            let (name, reader) = fields.required("scheme")?.choice(&words)?;
            let assign = reader(&mut fields);
            fields.finish();
            Some(Self { name, assign: assign? })
        });
        problems.finish(scheme)
    }

    /// The scheme's name in documents.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The names of all schemes that this build reads.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SCHEMES.iter().map(|(name, _)| *name)
    }
}

impl Assign for Scheme {
    fn assign(&self, unit: &str) -> Option<usize> {
        self.assign.assign(unit)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.name).finish_non_exhaustive()
    }
}
