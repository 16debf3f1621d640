//! Plans from other tools' documents, one way: [`import`] carries what a [`Plan`](super::Plan) can hold, and lists all the rest.
//!
//! An import that loses something without a word is worse than none, because a gate that was there is believed to be there
//! still. So each value of the document is in [`Imported::carried`] or under a [`Note`], and what the plan says beyond the
//! document is a note too. A document that cannot be a plan is an error with the path where it says so: a weight that falls,
//! a weight above the whole, a duration that is none, a strategy without exposures.
//!
//! What is not in these documents stays to be said: the flag, the guardrails, an error budget. Queries and thresholds of
//! other tools are not evidence, so an analysis becomes what a stage requires, `safe`, and its thresholds become notes,
//! with a guardrail proposed where one means the same.
//!
//! The text is JSON. A YAML parser gives the same values; a file of several documents becomes a list of them.
//!
//! ```
//! use rampgate::rollout::import::{Fate, Source, import};
//!
//! let imported = import(
//!     Source::ArgoRollouts,
//!     r#"{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "shop"},
//!         "spec": {"replicas": 5, "strategy": {"canary": {
//!             "analysis": {"templates": [{"templateName": "success-rate"}]},
//!             "steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {"duration": "1h"}}]}}}}"#,
//! )?;
//! assert_eq!(
//!     imported.document,
//!     r#"{"stages":[{"exposure":"20%","min_dwell":"1ms","approval":true},{"exposure":"60%","min_dwell":"1h"},"#.to_owned()
//!         + r#"{"exposure":"100%","min_dwell":"1ms","min_units":1,"requires":"no_harm"}]}"#
//! );
//! let lost: Vec<&str> =
//!     imported.notes.iter().filter(|note| note.fate == Fate::NotCarried).map(|note| note.path.as_str()).collect();
//! assert_eq!(lost, ["spec.replicas"]);
//! # Ok::<(), rampgate::Error>(())
//! ```

mod app_config;
mod argo;
mod argo_steps;
mod aws;
mod blue_green;
mod code_deploy;
mod draft;
mod duration;
mod flagger;
mod flagger_checks;
mod imported;
mod kubernetes;
mod report;
mod source;

pub use imported::{Fate, Imported, Note};
pub use source::Source;

use crate::document::{Field, Node};
use crate::error::{Error, Problems};

/// Reads a document of another tool and gives the plan that it comes to, with a list of what the plan does not carry.
///
/// The text is JSON, or the bare name of one of AWS's predefined strategies. See `spec/imports.md` for what becomes of every field.
///
/// # Errors
/// Text that is not JSON, a document of another kind or version, and all that cannot be carried into any plan, each with its
/// path in the document.
pub fn import(source: Source, text: &str) -> Result<Imported, Error> {
    let node = match source.predefined(text) {
        Some(name) => Node::Text(name.into()),
        None => Node::parse(source.name(), text)?,
    };
    let problems = Problems::default();
    let root = Field::root(&node, &problems);
    let mut report = report::Report::default();
    let draft = match source {
        Source::ArgoRollouts => argo::read(&root, &mut report),
        Source::Flagger => flagger::read(&root, &mut report),
        Source::AppConfig => app_config::read(&root, &mut report),
        Source::CodeDeploy => code_deploy::read(&root, &mut report),
    };
    let draft = problems.finish(draft)?;
    let unproblematic = Problems::default();
    let (notes, carried) = report.finish(&Field::root(&node, &unproblematic));
    draft.finish(source, notes, carried)
}
