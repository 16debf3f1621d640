use super::report::Report;
use crate::document::{Field, Fields};
use crate::error::Kind;
use alloc::format;
use alloc::string::String;

/// A Kubernetes object: its name and its specification.
pub(super) struct Resource<'a> {
    pub(super) name: Option<String>,
    pub(super) spec: Field<'a>,
}

/// Finds the one object of this kind in a document, or in a list of documents.
pub(super) fn resource<'a>(
    root: &Field<'a>,
    report: &mut Report,
    version: &'static str,
    kind: &'static str,
) -> Option<Resource<'a>> {
    if root.is_object() {
        return read(root, report, version, kind);
    }
    let mut found = None;
    for document in root.list()? {
        if document.is_null() {
            continue; // what YAML has after the last `---`
        }
        let own = document.object()?.optional("kind").and_then(|kind| kind.text());
        if own != Some(kind) {
            report.dropped(&document, beside(own.unwrap_or_default()));
        } else if found.is_some() {
            document.refuse(Kind::Conflict, format!("must be the only {kind}"));
        } else {
            found = Some(read(&document, report, version, kind)?);
        }
    }
    if found.is_none() {
        root.refuse(Kind::Missing, format!("must hold a {kind}"));
    }
    found
}

fn read<'a>(
    document: &Field<'a>,
    report: &mut Report,
    version: &'static str,
    kind: &'static str,
) -> Option<Resource<'a>> {
    let mut fields = document.object()?;
    let sound = [
        is(&mut fields, report, "kind", kind, Kind::Unknown),
        is(&mut fields, report, "apiVersion", version, Kind::Version),
    ];
    if sound.contains(&None) {
        return None;
    }
    let name = given(&mut fields, "metadata").and_then(|metadata| {
        let name = given(&mut metadata.object()?, "name")?;
        report.carried(&name);
        name.name().map(String::from)
    });
    Some(Resource { name, spec: fields.required("spec")? })
}

fn is(
    fields: &mut Fields<'_>,
    report: &mut Report,
    name: &'static str,
    word: &str,
    kind: Kind,
) -> Option<()> {
    let field = fields.required(name)?;
    if field.text()? != word {
        field.refuse(kind, format!("must be `{word}`"));
        return None;
    }
    report.carried(&field);
    Some(())
}

/// A field that is there and not null, which in these documents is the same as not being there.
pub(super) fn given<'a>(fields: &mut Fields<'a>, name: &'static str) -> Option<Field<'a>> {
    fields.optional(name).filter(|field| !field.is_null())
}

/// Why a document that stands beside is not carried.
fn beside(kind: &str) -> &'static str {
    match kind {
        "AnalysisTemplate" | "ClusterAnalysisTemplate" | "MetricTemplate" => {
            "its queries and conditions have to be restated as guardrails of the release, and the time that its measurements take as `min_dwell`"
        }
        _ => "is another document, and nothing of it is followed",
    }
}

/// Notes the fields of a table that are there.
pub(super) fn drop_known(
    fields: &mut Fields<'_>,
    report: &mut Report,
    table: &[(&'static str, &'static str)],
) {
    for (name, why) in table {
        if let Some(field) = given(fields, name) {
            report.dropped(&field, *why);
        }
    }
}
