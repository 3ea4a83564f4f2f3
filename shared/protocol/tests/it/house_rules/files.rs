//! How long a file may be, what it may be called and what may not stand in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{assert_none, root};

/// The folders of the workspace in which product code lies.
const HOUSE: &[&str] = &["api", "gateway", "shared", "standalone", "loadtest"];

/// Lines of one file, its tests aside: what a reader can hold in mind.
const FILE_LINES: usize = 400;

/// Names that say nothing about what is inside.
const DRAWERS: &[&str] = &[
    "util", "utils", "helper", "helpers", "manager", "common", "misc", "impl",
];

/// What clippy refuses as well, unless somebody tells it not to look. Comments may name them.
const REFUSED: &[(&str, &str)] = &[
    (
        ".unwrap()",
        "say what can go wrong, or `expect` with a lint reason why nothing can",
    ),
    (
        "[allow(",
        "`expect` with a reason, which tells when it is not needed any more",
    ),
    ("todo!(", "no stub is merged"),
    ("unimplemented!(", "no stub is merged"),
    (
        "clippy::too_many_lines",
        "cut the function into steps that have names",
    ),
    (
        "clippy::too_many_arguments",
        "give the arguments that belong together a type",
    ),
];

/// The part of a file that ships: all before its `mod tests`.
fn product_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut lines = text
        .lines()
        .zip(1..)
        .map(|(line, number)| (number, line))
        .peekable();
    std::iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let tests_follow = lines
            .peek()
            .is_some_and(|(_, next)| next.starts_with("mod tests"));
        (line != "#[cfg(test)]" || !tests_follow).then_some((number, line))
    })
}

fn offences(path: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let length = product_code(text).count();
    if length > FILE_LINES {
        found.push(format!(
            "{}: {length} lines, more than {FILE_LINES}",
            path.display()
        ));
    }
    if DRAWERS
        .iter()
        .any(|drawer| path.file_stem().is_some_and(|stem| stem == *drawer))
    {
        found.push(format!("{}: the name says nothing", path.display()));
    }
    for (number, line) in product_code(text).filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for (refused, instead) in REFUSED.iter().filter(|(refused, _)| line.contains(refused)) {
            found.push(format!("{}:{number}: `{refused}`: {instead}", path.display()));
        }
    }
    found
}

/// Every source file of the product below a folder; `tests.rs`, `tests/` and what a peer of the load test was built
/// into are none.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if !["tests", "target"].contains(&&*name) {
                found.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_file_keeps_the_rules() {
    let root = root();
    let files = HOUSE.iter().flat_map(|folder| sources(&root.join(folder)));
    let found = files.flat_map(|path| {
        offences(
            path.strip_prefix(&root).unwrap(),
            &fs::read_to_string(&path).unwrap(),
        )
    });
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn the_longest_file_passes_and_one_line_more_does_not() {
    let path = Path::new("chat/src/writer.rs");
    assert!(offences(path, &"line\n".repeat(FILE_LINES)).is_empty());
    assert_eq!(offences(path, &"line\n".repeat(FILE_LINES + 1)).len(), 1);
}

#[test]
fn the_tests_at_the_end_of_a_file_are_free() {
    let tests = "\n#[cfg(test)]\nmod tests {\n".to_owned() + &"    it.unwrap();\n".repeat(FILE_LINES);
    assert!(
        offences(
            Path::new("chat/src/writer.rs"),
            &("fn send() {}\n".to_owned() + &tests)
        )
        .is_empty()
    );
}

#[test]
fn a_test_fixture_at_the_top_does_not_free_what_follows() {
    let text = "#[cfg(test)]\nmod fixture;\n\nfn send() {\n    it.unwrap();\n}\n";
    assert_eq!(offences(Path::new("chat/src/writer.rs"), text).len(), 1);
}

#[test]
fn refused_words_and_names_are_found_outside_comments() {
    let text = "// todo!() in words\n#[allow(dead_code)]\nfn send() {\n    todo!()\n}\n";
    let found = offences(Path::new("chat/src/helpers.rs"), text);
    assert_eq!(found.len(), 3, "{found:?}");
}
