//! The house has floors: a room of `src` imports only from rooms below its own, tests included, and a file is about one noun.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// From the ground up. A room may import from floors below its own. On one floor it may import only from rooms of its own
/// *group*, to the left of it; the ground floor is one group, and every other room is a group of its own.
const FLOORS: [&[&[&str]]; 6] = [
    &[&["siphash", "order", "error", "quantity", "math", "document"]],
    &[&["bucketing"], &["observe"]],
    &[&["flag"], &["canary"], &["slo"]],
    &[&["rollout"]],
    &[&["release"]],
    &[&["simulate"], &["log"]],
];

/// Below, and still not to be imported: a rollout knows exposure and evidence, never who gets what.
const APART: [(&str, &str); 1] = [("rollout", "flag")];

/// Longer files hold more than one noun.
const LINES: usize = 450;

#[test]
fn rooms_import_only_from_rooms_below() -> io::Result<()> {
    let house = House::read()?;
    let complaints: Vec<String> = house.files.iter().flat_map(|file| house.complaints(file)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    Ok(())
}

#[test]
fn a_file_holds_one_noun() -> io::Result<()> {
    let long: Vec<String> = House::read()?
        .files
        .iter()
        .filter(|file| file.text.lines().count() > LINES)
        .map(|file| format!("core/{}: {} lines, at most {LINES}", file.name, file.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
    Ok(())
}

/// The whole source, and in which room each name lives that `lib.rs` re-exports.
struct House {
    files: Vec<File>,
    reexports: BTreeMap<String, String>,
}

struct File {
    name: String,
    text: String,
}

/// A path from the crate's root that a file names: `crate::canary::Verdict` is `["canary", "Verdict"]`.
#[derive(Debug, PartialEq)]
struct Import {
    line: usize,
    path: Vec<String>,
}

impl House {
    fn read() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        collect(&root.join("src"), &mut paths)?;
        paths.sort();
        assert!(!paths.is_empty(), "no source in {}", root.display());
        let files = paths.into_iter().map(|path| {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            Ok(File { name, text: fs::read_to_string(&path)? })
        });
        Ok(Self::of(files.collect::<io::Result<_>>()?))
    }

    fn of(files: Vec<File>) -> Self {
        let reexports =
            files.iter().find(|file| file.name == "src/lib.rs").map(reexports).unwrap_or_default();
        Self { files, reexports }
    }

    fn complaints(&self, file: &File) -> Vec<String> {
        let Some(room) = file.room() else { return Vec::new() }; // lib.rs ties the rooms
        let Some(own) = floor(&room) else {
            return vec![format!(
                "{}:1: room `{room}` has no floor, give it one in tests/floors.rs",
                file.name
            )];
        };
        let complain = |import: Import| {
            let shown = import.path.join("::");
            let first = import.path.first()?;
            let target = if floor(first).is_some() { Some(first) } else { self.reexports.get(first) };
            let rule = match target {
                Some(target) if *target == room => return None,
                None => "is no room and no re-export of one".to_owned(),
                Some(target) if APART.contains(&(room.as_str(), target.as_str())) => {
                    format!("`{room}` never imports `{target}`")
                }
                Some(target) if floor(target).is_some_and(|other| below(other, own)) => return None,
                Some(target) => format!("`{target}` is not below `{room}`"),
            };
            Some(format!("core/{}:{}: crate::{shown}: {rule}", file.name, import.line))
        };
        file.imports().into_iter().filter_map(complain).collect()
    }
}

/// Floor, group on that floor, place in that group.
fn floor(room: &str) -> Option<(usize, usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(floor, groups)| {
        groups
            .iter()
            .enumerate()
            .find_map(|(group, rooms)| Some((floor, group, rooms.iter().position(|name| *name == room)?)))
    })
}

fn below(other: (usize, usize, usize), own: (usize, usize, usize)) -> bool {
    other.0 < own.0 || (other.0 == own.0 && other.1 == own.1 && other.2 < own.2)
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    Ok(())
}

/// `pub use error::{Error, Kind as ErrorKind};` gives `Error` and `ErrorKind`, both in `error`.
fn reexports(lib: &File) -> BTreeMap<String, String> {
    let tokens = tokens(&lib.text);
    let mut found = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.text == "use" {
            let mut leaves = Vec::new();
            tree(&tokens, at + 1, &mut Vec::new(), &mut leaves);
            for leaf in leaves {
                if let [room, .., name] = leaf.path.as_slice() {
                    found.insert(name.clone(), room.clone());
                }
            }
        }
    }
    found
}

impl File {
    /// `src/canary/judge.rs` is in `canary`, and so is `src/canary.rs`; `src/lib.rs` is in none.
    fn room(&self) -> Option<String> {
        self.module().into_iter().next()
    }

    /// The module that the file is: `src/canary/judge.rs` is `["canary", "judge"]`.
    fn module(&self) -> Vec<String> {
        let path = self.name.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|part| !matches!(*part, "lib" | "mod")).map(str::to_owned).collect()
    }

    /// Every path in code that starts at `crate`, `self` or `super`, resolved; in comments and strings there are none.
    fn imports(&self) -> Vec<Import> {
        let tokens = tokens(&self.text);
        let mut module = self.module();
        let mut braces = Vec::new(); // for each open brace: does it open a module?
        let mut found = Vec::new();
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", text);
            match token.text.as_str() {
                "{" => {
                    let opens = at >= 2 && text(at - 2) == "mod";
                    if opens {
                        module.push(before.to_owned());
                    }
                    braces.push(opens);
                }
                "}" if braces.pop() == Some(true) => {
                    module.pop();
                }
                "crate" | "self" | "super" if before != "::" && text(at + 1) == "::" => {
                    let mut base = if token.text == "crate" { Vec::new() } else { module.clone() };
                    let mut next = at;
                    while matches!(text(next), "crate" | "self" | "super") && text(next + 1) == "::" {
                        if text(next) == "super" {
                            base.pop();
                        }
                        next += 2;
                    }
                    tree(&tokens, next, &mut base, &mut found);
                }
                _ => {}
            }
        }
        found
    }
}

/// Reads a use tree or a path from `at`, adds its leaves with `prefix` before them, and gives the place after it.
fn tree(tokens: &[Token], at: usize, prefix: &mut Vec<String>, leaves: &mut Vec<Import>) -> usize {
    let depth = prefix.len();
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let line = |at: usize| tokens.get(at).map_or(0, |token| token.line);
    let mut at = at;
    loop {
        if text(at) == "{" {
            at += 1;
            while at < tokens.len() && text(at) != "}" {
                at = tree(tokens, at, prefix, leaves).max(at + 1);
                if text(at) == "," {
                    at += 1;
                }
            }
            at += 1;
            break;
        }
        if text(at) != "self" || prefix.is_empty() {
            prefix.push(text(at).to_owned());
        }
        if text(at + 1) == "::" && (text(at + 2) == "{" || is_name(text(at + 2)) || text(at + 2) == "*") {
            at += 2;
            continue;
        }
        let mut path = prefix.clone();
        at += 1;
        if text(at) == "as" {
            path.push(text(at + 1).to_owned());
            at += 2;
        }
        leaves.push(Import { line: line(at - 1), path });
        break;
    }
    prefix.truncate(depth);
    at
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

#[derive(Debug)]
struct Token {
    line: usize,
    text: String,
}

/// Names, `::` and single characters, without comments and literals. Enough of Rust to find paths.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest) {
            length
        } else {
            let length = match first {
                _ if is_name(rest) => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
                }
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            if !first.is_whitespace() {
                found.push(Token { line, text: rest.split_at(length).0.to_owned() });
            }
            length
        };
        let (passed, left) = rest.split_at(length);
        line += passed.matches('\n').count();
        rest = left;
    }
    found
}

/// Length of a block comment, which nests.
fn block_comment(source: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at.min(source.len())
}

/// Length of a string, raw string or character at the start; a lifetime is none.
fn literal(source: &str) -> Option<usize> {
    let bare = source.trim_start_matches(['b', 'c']);
    let prefix = source.len() - bare.len();
    if prefix > 1 {
        return None;
    }
    if let Some(raw) = bare.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let quoted = raw.get(hashes..)?.strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(prefix + 1 + hashes + 1 + quoted.find(&end)? + end.len());
    }
    let quote = bare.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut inside = bare.char_indices().skip(1);
    while let Some((at, character)) = inside.next() {
        if character == '\\' {
            inside.next();
            continue;
        }
        if character == quote {
            return (at > 1 || quote == '"').then_some(prefix + at + 1);
        }
        // one character and no closing quote after it: a lifetime
        if quote == '\''
            && !bare.get(at + character.len_utf8()..)?.starts_with('\'')
            && !bare.starts_with("'\\")
        {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod the_check_itself {
    use super::{File, House, tokens};

    const LIB: &str = "mod error;\npub mod slo;\npub use error::{Error, Kind as ErrorKind};\npub use slo::clearance::Clearance;\n";

    fn complaints(name: &str, text: &str) -> Vec<String> {
        let file = |name: &str, text: &str| File { name: name.to_owned(), text: text.to_owned() };
        let house = House::of(vec![file("src/lib.rs", LIB), file(name, text)]);
        house.files.iter().flat_map(|file| house.complaints(file)).collect()
    }

    #[test]
    fn passes_what_goes_down() {
        let text = "use crate::{error::{Error, Problem}, bucketing};\nuse crate::ErrorKind;\nuse super::judge;\nuse alloc::vec::Vec;";
        assert_eq!(complaints("src/canary/rate.rs", text), [""; 0]);
        assert_eq!(complaints("src/document/node.rs", "use crate::quantity::Share;"), [""; 0]);
        assert_eq!(complaints("src/release/mod.rs", "use crate::{flag, rollout, slo};"), [""; 0]);
    }

    #[test]
    fn finds_what_goes_up_or_sideways_with_its_line() {
        let at = |name, text| complaints(name, text).concat();
        assert_eq!(
            at("src/canary/rate.rs", "\n\nuse crate::slo::Budget;"),
            "core/src/canary/rate.rs:3: crate::slo::Budget: `slo` is not below `canary`"
        );
        assert!(
            at("src/observe/mod.rs", "use crate::bucketing::Slot;")
                .contains("`bucketing` is not below `observe`")
        );
        assert!(
            at("src/quantity/mod.rs", "use crate::document::Node;")
                .contains("`document` is not below `quantity`")
        );
        assert!(at("src/rollout/plan.rs", "use crate::flag;").contains("`rollout` never imports `flag`"));
    }

    #[test]
    fn finds_it_in_groups_paths_and_tests() {
        assert_eq!(
            complaints(
                "src/math/mod.rs",
                "use crate::{\n    error::Error,\n    slo::{Budget, budget::*},\n    canary,\n};"
            )
            .len(),
            3
        );
        assert_eq!(
            complaints("src/math/gamma.rs", "fn f(x: crate::slo::Budget) -> crate::Clearance { x }").len(),
            2
        );
        assert_eq!(
            complaints("src/math/gamma.rs", "#[cfg(test)]\nmod tests {\n    use crate::rollout::Plan;\n}")
                .len(),
            1
        );
    }

    #[test]
    fn finds_it_through_super() {
        assert_eq!(complaints("src/math/gamma.rs", "use super::super::slo::Budget;").len(), 1);
        assert_eq!(complaints("src/math/mod.rs", "use super::slo::Budget;").len(), 1);
        assert_eq!(
            complaints("src/math/mod.rs", "mod tests { use super::gamma; use super::*; }\nuse super::slo;")
                .len(),
            1
        );
    }

    #[test]
    fn finds_names_of_the_root_that_it_cannot_place() {
        assert!(complaints("src/math/mod.rs", "use crate::Mystery;").concat().contains("no room"));
        assert!(complaints("src/math/mod.rs", "use crate::*;").concat().contains("no room"));
        assert!(complaints("src/attic/mod.rs", "").concat().contains("has no floor"));
    }

    #[test]
    fn looks_past_comments_and_literals() {
        let text = "//! [`crate::slo`]\n/* use crate::slo; /* nested */ use crate::slo; */\nconst A: &str = \"crate::slo \\\" crate::slo\";\n\
            const B: &str = r#\"\"crate::slo\"\"#; const C: char = '\"'; const D: &[u8] = b\"crate::slo\"; const E: char = '\\'';\n\
            fn f<'a>(x: &'a str) -> &'a str { x } // crate::slo\npub(crate) fn g() {}";
        assert_eq!(complaints("src/math/mod.rs", text), [""; 0]);
        assert_eq!(complaints("src/math/mod.rs", &format!("{text}\nuse crate::slo;")).len(), 1);
        assert_eq!(tokens("a\n'b'\nc").iter().map(|token| token.line).collect::<Vec<_>>(), [1, 3]);
    }
}
