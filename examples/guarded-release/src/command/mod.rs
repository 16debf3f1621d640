//! What each subcommand does.

pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod simulate;

use crate::args::Input;
use rampgate::release::Spec;
use std::error::Error;
use std::path::Path;

/// A release spec as it was written, and as it was read.
struct Document {
    text: String,
    spec: Spec,
}

/// The spec of a file, or the built-in one.
fn spec_of(file: Option<&Path>, built_in: &str) -> Result<Document, Box<dyn Error>> {
    let (text, source) = match file {
        None => (built_in.to_owned(), "the built-in spec".to_owned()),
        Some(path) => (read(path)?, path.display().to_string()),
    };
    let spec = Spec::from_json(&text).map_err(|error| format!("{source}: {error}"))?;
    Ok(Document { text, spec })
}

/// The text of a file; the error names it.
fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The text of a file or of standard input; the error names it.
fn input(input: &Input) -> Result<String, Box<dyn Error>> {
    match input {
        Input::Stdin => {
            Ok(std::io::read_to_string(std::io::stdin()).map_err(|error| format!("{input}: {error}"))?)
        }
        Input::File(path) => read(path),
    }
}
