use super::{BudgetingMethod, Indicator, OpenSloObjective, OpenSloWindow};
use crate::document::{Field, Fields, Node};
use crate::error::{Error, Kind, Problems};
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// A part of a document that nothing here follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unhonoured {
    /// Where it stands.
    pub path: String,
    /// What stands there; lists and objects by their size.
    pub value: String,
    /// Why it is not followed.
    pub why: String,
}

/// One SLO of a document, in our terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenSloBudget {
    /// Its name.
    pub name: String,
    /// The service it belongs to.
    pub service: Option<String>,
    /// What is counted. None where that cannot be honoured.
    pub indicator: Option<Indicator>,
    /// The period. None where the document has none, or one that cannot be honoured.
    pub window: Option<OpenSloWindow>,
    /// How it is counted.
    pub method: BudgetingMethod,
    /// The objectives, each with a budget of its own.
    pub objectives: Vec<OpenSloObjective>,
}

/// What an `OpenSLO` v1 document comes to: the budgets that can be kept, and everything in it that is not followed.
///
/// Honoured are objectives (`target`, `targetPercent`), rolling and calendar windows, the three budgeting methods with their slices, and ratio
/// metrics by the names of their sources. Everything else is listed with its path and the reason, for a promise that is
/// silently not kept is worse than none. What contradicts itself is an error.
///
/// The text is JSON: one document, or a list of them, as `---` separates them in YAML. A YAML parser gives the same
/// values; a time such as `startTime` must reach us as text. The standard is at <https://github.com/OpenSLO/OpenSLO>, `README.md`.
///
/// ```
/// use rampgate::slo::{BudgetingMethod, OpenSlo, OpenSloWindow};
///
/// let read = OpenSlo::from_json(
///     r#"{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "checkout"},
///         "spec": {"service": "shop", "indicatorRef": "checkout-errors", "budgetingMethod": "Occurrences",
///                  "timeWindow": [{"duration": "4w", "isRolling": true}],
///                  "objectives": [{"targetPercent": 99.95}], "alertPolicies": [{"alertPolicyRef": "page"}]}}"#,
/// )?;
/// let budget = &read.budgets[0];
/// assert_eq!(budget.objectives[0].target, "99.95%".parse()?);
/// assert_eq!(budget.window, Some(OpenSloWindow::Rolling("28d".parse()?)));
/// assert_eq!(read.unhonoured[0].path, "spec.alertPolicies");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OpenSlo {
    /// The SLOs, in their order.
    pub budgets: Vec<OpenSloBudget>,
    /// What is not followed.
    pub unhonoured: Vec<Unhonoured>,
}

impl OpenSlo {
    /// Reads JSON text.
    ///
    /// # Errors
    /// Text that is not JSON; another version; and all that is missing, mistyped or contradictory, each with its path.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let node = Node::parse("openslo", text)?;
        let problems = Problems::default();
        let read = Self::read(&Field::root(&node, &problems));
        problems.finish(read)
    }

    pub(in crate::slo) fn read(field: &Field<'_>) -> Option<Self> {
        let documents = if field.is_list() { field.list()? } else { [field.clone()].into() };
        let (mut notes, mut slos, mut indicators) = (Notes::default(), Vec::new(), Vec::new());
        for document in &documents {
            match kind(document) {
                Some("SLO") => slos.push(document),
                Some("SLI") => indicators.push(document),
                Some(
                    "DataSource" | "AlertPolicy" | "AlertCondition" | "AlertNotificationTarget" | "Service",
                ) => {
                    notes.note(document, "is for the host: only SLO and SLI are followed");
                }
                _ => {}
            }
        }
        let mut known: Vec<(String, Option<Indicator>)> = Vec::new();
        for document in &indicators {
            let name = document.peek("metadata").and_then(|metadata| metadata.peek_text("name"));
            let Some(name) = name.map(String::from) else {
                document.refuse(Kind::Missing, "must have a `metadata.name`");
                continue;
            };
            if known.iter().any(|(earlier, _)| *earlier == name) {
                document.refuse(Kind::Conflict, "must not have the name of another indicator");
            }
            known.push((name, Indicator::read(document, &mut notes)));
        }
        let read = |document: &&Field<'_>| OpenSloBudget::read(document, &known, &mut notes);
        let budgets: Vec<Option<OpenSloBudget>> = slos.iter().map(read).collect();
        for document in indicators {
            let name = document.peek("metadata").and_then(|metadata| metadata.peek_text("name"));
            let refers =
                |slo: &&Field<'_>| slo.peek("spec").and_then(|spec| spec.peek_text("indicatorRef")) == name;
            if name.is_some() && !slos.iter().any(refers) {
                notes.note(document, "is followed only where the `spec.indicatorRef` of an SLO names it");
            }
        }
        if budgets.is_empty() {
            field.refuse(Kind::Missing, "must hold an SLO");
        }
        Some(Self { budgets: budgets.into_iter().collect::<Option<_>>()?, unhonoured: notes.0 })
    }
}

impl OpenSloBudget {
    fn read(document: &Field<'_>, known: &[(String, Option<Indicator>)], notes: &mut Notes) -> Option<Self> {
        let mut fields = document.object()?;
        for checked in ["apiVersion", "kind"] {
            let _ = fields.optional(checked);
        }
        let name = fields.required("metadata").and_then(|metadata| {
            let mut fields = metadata.object()?;
            let name = fields.required("name").and_then(|field| field.name());
            notes.rest(fields, "is for people");
            name
        });
        let spec = fields.required("spec");
        notes.rest(fields, "is not part of a document");
        let spec_field = spec?;
        let mut spec = spec_field.object()?;
        let service = spec.optional("service").and_then(|field| field.name()).map(String::from);
        let (inline, named) = (spec.optional("indicator"), spec.optional("indicatorRef"));
        let objectives = spec.required("objectives").and_then(|field| {
            let items = field.list()?;
            if items.is_empty() {
                field.refuse(Kind::Missing, "must have an objective");
            }
            Some(items)
        });
        let own = |objective: &Field<'_>| {
            ["indicator", "indicatorRef"].iter().any(|name| objective.peek(name).is_some())
        };
        let composite = objectives.iter().flatten().any(own);
        let indicator = match (inline, named) {
            (Some(_), Some(named)) => {
                named.refuse(Kind::Conflict, "must not be given with `indicator`");
                None
            }
            (Some(given), None) | (None, Some(given)) if composite => {
                given.refuse(
                    Kind::Conflict,
                    "must not be given where objectives have indicators of their own",
                );
                None
            }
            (Some(inline), None) => Indicator::read(&inline, notes),
            (None, Some(named)) => named.name().and_then(|name| {
                let defined = known.iter().find(|(other, _)| other == name);
                defined
                    .map_or_else(|| Some(Indicator::Named(name.into())), |(_, indicator)| indicator.clone())
            }),
            (None, None) => {
                if !composite {
                    spec_field.refuse(Kind::Missing, "must have an `indicator` or an `indicatorRef`");
                }
                None
            }
        };
        let method = spec.required("budgetingMethod").and_then(|field| {
            field.choice(&[
                ("Occurrences", BudgetingMethod::Occurrences),
                ("Timeslices", BudgetingMethod::Timeslices),
                ("RatioTimeslices", BudgetingMethod::RatioTimeslices),
            ])
        });
        let window = spec.optional("timeWindow").and_then(|field| OpenSloWindow::read(&field, notes));
        let objectives = objectives.map(|items| {
            let read = |item: &Field<'_>| OpenSloObjective::read(item, method, notes);
            items.iter().map(read).collect::<Vec<_>>()
        });
        notes.rest(spec, "is not followed: alerts and notices are the host's");
        Some(Self {
            name: name?.into(),
            service,
            indicator,
            window,
            method: method?,
            objectives: objectives?.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// The kind of a document of version 1, or none where it is refused.
fn kind<'a>(document: &Field<'a>) -> Option<&'a str> {
    if !document.is_object() {
        let _ = document.object(); // notes that it is none
        return None;
    }
    let shown = |name| document.peek(name).map_or_else(String::new, |field| field.shown());
    if document.peek_text("apiVersion") != Some("openslo/v1") {
        document.refuse_part("apiVersion", Kind::Version, "must be `openslo/v1`", shown("apiVersion"));
        return None;
    }
    let kind = document.peek_text("kind");
    let known =
        ["SLO", "SLI", "DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget", "Service"];
    if !kind.is_some_and(|kind| known.contains(&kind)) {
        document.refuse_part(
            "kind",
            Kind::Unknown,
            "must be a kind of the standard, such as SLO",
            shown("kind"),
        );
    }
    kind
}

/// What is not followed, as it is found.
#[derive(Default)]
pub(super) struct Notes(Vec<Unhonoured>);

impl Notes {
    pub(super) fn note(&mut self, field: &Field<'_>, why: &str) {
        self.0.push(Unhonoured { path: field.path(), value: field.shown(), why: why.into() });
    }

    /// Notes every field that nobody asked for.
    pub(super) fn rest(&mut self, fields: Fields<'_>, why: &str) {
        for field in fields.rest() {
            self.note(&field, why);
        }
    }
}
