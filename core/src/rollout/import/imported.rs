use super::Source;
use crate::rollout::Plan;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What became of a value of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fate {
    /// The plan has something that comes near it; the note says how they differ.
    Approximated,
    /// The plan has nothing of it.
    NotCarried,
    /// The plan says something here that the document does not.
    Supplied,
}

/// What became of one value of the document, where that is not simply that the plan has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// Where the value stands in the document. The note is about all that it holds, unless its fate is [`Fate::Supplied`].
    pub path: String,
    /// What stands there; lists and objects by their size.
    pub value: String,
    /// What became of it.
    pub fate: Fate,
    /// Why, and what to do about it.
    pub why: String,
    /// A guardrail for the release's document that means the same or nearly so, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardrail: Option<String>,
}

/// A plan made of another tool's document, and an account of everything in that document.
///
/// ```
/// use rampgate::rollout::import::{Source, import};
///
/// let imported = import(Source::AppConfig, "AppConfig.Linear20PercentEvery6Minutes")?;
/// let stages: Vec<String> = imported
///     .plan
///     .stages()
///     .iter()
///     .map(|stage| format!("{} for {}", stage.exposure(), stage.min_dwell()))
///     .collect();
/// assert_eq!(stages, ["20% for 6m", "40% for 6m", "60% for 6m", "80% for 6m", "100% for 6m"]);
/// assert_eq!(imported.plan.bake().to_string(), "30m");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Whose document it was.
    pub source: Source,
    /// Its name, for the release's document; a plan has none.
    pub name: Option<String>,
    /// The plan.
    pub plan: Plan,
    /// The plan as JSON: what [`Plan::from_json`] reads, and what a release's document holds among its other fields.
    pub document: String,
    /// What is not carried as it is, in the order of the source.
    pub notes: Vec<Note>,
    /// The paths of all values that are, in the order of the source.
    pub carried: Vec<String>,
}

impl Imported {
    /// The whole as JSON: `source`, `name`, `plan`, `notes`, `carried`. Each note is an object of `path`, `value`, `fate`, `why` and, if
    /// there is one, `guardrail`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::from(r#"{"source":""#);
        text.push_str(self.source.name());
        text.push_str(r#"","name":"#);
        text.push_str(&json(&self.name));
        text.push_str(r#","plan":"#);
        text.push_str(&self.document);
        text.push_str(r#","notes":["#);
        for (position, note) in self.notes.iter().enumerate() {
            text.push_str(if position == 0 { r#"{"path":"# } else { r#",{"path":"# });
            text.push_str(&json(&note.path));
            text.push_str(r#","value":"#);
            text.push_str(&json(&note.value));
            text.push_str(r#","fate":"#);
            text.push_str(&json(&note.fate));
            text.push_str(r#","why":"#);
            text.push_str(&json(&note.why));
            if let Some(guardrail) = &note.guardrail {
                text.push_str(r#","guardrail":"#);
                text.push_str(guardrail);
            }
            text.push('}');
        }
        text.push_str(r#"],"carried":"#);
        text.push_str(&json(&self.carried));
        text.push('}');
        text
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default() // texts, and lists of them, are always written
}
