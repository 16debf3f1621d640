use super::line::Hash;
use crate::document::{Node, check_name};
use crate::error::Error;
use crate::observe::fingerprint;
use crate::release::Spec;
use crate::rollout::Plan;
use alloc::boxed::Box;
use sha2::{Digest as _, Sha256};

/// What a log is about: a plan, the name of its release, and two numbers for the document that it was read from.
///
/// Keep the document's bytes as they are beside the log: the log names their SHA-256, and is refused beside any others.
///
/// ```
/// use rampgate::log::Subject;
///
/// let plan = r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#;
/// let subject = Subject::of_plan("checkout v2", plan)?;
/// assert_eq!(subject.name(), "checkout v2");
/// assert_eq!(subject.sha256()[..2], [0xe1, 0xc4]); // as `sha256sum` prints it
/// assert!(Subject::of_plan("", plan).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub(super) name: Box<str>,
    pub(super) fingerprint: u64,
    pub(super) sha256: Hash,
    plan: Plan,
}

impl Subject {
    /// The release of a [`Spec`]'s document.
    ///
    /// # Errors
    /// Whatever [`Spec::from_json`] says.
    pub fn of_release(spec: &str) -> Result<Self, Error> {
        let read = Spec::from_json(spec)?;
        Self::new(read.name(), "spec", spec, read.plan().clone())
    }

    /// A [`Plan`]'s document, for rollouts without a spec; `name` is 1 to 200 bytes without control characters.
    ///
    /// # Errors
    /// Whatever [`Plan::from_json`] says; a name out of its range.
    pub fn of_plan(name: &str, plan: &str) -> Result<Self, Error> {
        check_name("name", name)?;
        Self::new(name, "plan", plan, Plan::from_json(plan)?)
    }

    fn new(name: &str, what: &str, text: &str, plan: Plan) -> Result<Self, Error> {
        let fingerprint = fingerprint(&Node::parse(what, text)?);
        Ok(Self { name: name.into(), fingerprint, sha256: Sha256::digest(text).into(), plan })
    }

    /// Name of the release.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stages and the calendar.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// A number for the document's content, the same whatever the layout; deltas and states of the release carry it too.
    #[must_use]
    pub const fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// SHA-256 (FIPS 180-4) of the document's bytes.
    #[must_use]
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}
