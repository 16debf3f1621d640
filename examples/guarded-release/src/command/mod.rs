//! What each subcommand does.

pub(crate) mod replay;

use rampgate::release::Spec;
use std::error::Error;
use std::path::Path;

const BUILT_IN: &str = include_str!("../../data/release.json");

/// The spec of a file, or the one built in, with its text.
fn spec_of(file: Option<&Path>) -> Result<(Spec, String), Box<dyn Error>> {
    let (text, source) = match file {
        None => (BUILT_IN.to_owned(), "the built-in spec".to_owned()),
        Some(path) => (read(path)?, path.display().to_string()),
    };
    let spec = Spec::from_json(&text).map_err(|error| format!("{source}: {error}"))?;
    Ok((spec, text))
}

/// The text of a file; the error names it.
fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}
