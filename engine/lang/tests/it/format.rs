//! The layout of texts, compared with what `terraform fmt` made of them, recorded with Terraform 1.11.4.
//!
//! `recorded/fmt/*.txt` hold the texts and the answers; `recorded/fmt/cases.py` says how, `recorded/fmt/record.py` records
//! them anew, and `recorded/fmt/explore.py` looks for differences in texts that nobody has thought of.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use wpinfra_lang::expr::{Expr, ExprKind, TemplatePart};
use wpinfra_lang::format::format;
use wpinfra_lang::syntax::{Attribute, Body, Source, parse_body, parse_expression};

/// Where wpinfra means to differ from Terraform, with the reason.
const MEANT: [(&str, &str); 6] = [
    ("blocks: only a byte-order mark", "Terraform turns its bytes into spaces"),
    ("blocks: a label with a sign of templates", "Terraform loses such labels"),
    ("templates: alone with a comment before the value", "Terraform cannot read what it writes"),
    ("templates: alone with a comment in the middle", "Terraform cannot read what it writes"),
    (
        "templates: alone with parentheses at both ends that do not belong together",
        "Terraform cannot read what it writes",
    ),
    ("generated: seed 218", "the parser knows no line break after \"!\""),
];

/// How a place is written.
static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"Span \{ start: \d+, end: \d+ \}").expect("a constant"));

/// A text with Terraform's answers.
struct Case {
    name: String,
    text: String,
    /// What Terraform makes of it, unless it refuses it.
    first: Option<String>,
    /// What a second run makes of that, unless Terraform cannot read what it has written.
    second: Option<String>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/fmt");
    let mut cases = Vec::new();
    for file in files_below(&folder, "txt") {
        let topic = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut parts: Vec<(String, String)> = Vec::new();
        for line in std::fs::read_to_string(&file).expect("text").split_inclusive('\n') {
            if line.starts_with("=== ") && !parts.is_empty() {
                cases.push(case(&topic, std::mem::take(&mut parts)));
            }
            if line.starts_with("=== ") || line.starts_with("--- ") {
                parts.push((line[4..].trim_end().to_owned(), String::new()));
            } else {
                parts.last_mut().expect("a name before the text").1.push_str(line);
            }
        }
        cases.push(case(&topic, parts));
    }
    cases
}

/// Makes a case of its parts: the name with the text, and the answers.
fn case(topic: &str, parts: Vec<(String, String)>) -> Case {
    let mut parts = parts.into_iter().map(|(head, text)| (head, plain(&text)));
    let (name, text) = parts.next().expect("a name");
    let name = format!("{topic}: {name}");
    let first = match parts.next() {
        Some((how, answer)) if how == "terraform" => Some(answer),
        Some((how, _)) if how == "unchanged" => Some(text.clone()),
        Some((how, _)) if how == "refused" => None,
        other => panic!("{name} has no answer: {other:?}"),
    };
    let second = match parts.next() {
        None => first.clone(),
        Some((how, answer)) if how == "again" => Some(answer),
        Some((how, _)) => {
            assert_eq!(how, "again refused", "{name}");
            None
        }
    };
    Case { name, text, first, second }
}

/// Returns a text with the signs that its pictures stand for.
fn plain(text: &str) -> String {
    let signs = [("␄\n", ""), ("␍", "\r"), ("␉", "\t"), ("␠", " "), ("␂", "\u{feff}")];
    signs.iter().fold(text.to_owned(), |text, (picture, sign)| text.replace(picture, sign))
}

/// Returns the files below a folder with an ending, in order.
fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|other| other == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Formats a text; with errors there is none.
fn formatted(text: &str) -> Option<String> {
    format(&Source::new("main.tf", text)).0
}

/// Returns what a text says without regard to its layout, and to the older spellings that a layout brings up to date.
fn meaning(text: &str) -> String {
    let source = Source::new("main.tf", text);
    let (body, diagnostics) = parse_body(&source);
    let mut out = String::new();
    write_body(&body.unwrap_or_else(|| panic!("{diagnostics:?}\n{text}")), &[], &mut out);
    PLACE.replace_all(&out, "_").into_owned()
}

fn write_body(body: &Body, around: &[&str], out: &mut String) {
    for attribute in body.attributes.values() {
        let is_type = around == ["variable"] && &*attribute.name == "type";
        let _ = writeln!(
            out,
            "{} = {}",
            attribute.name,
            if is_type { type_of(attribute) } else { value_of(&attribute.value) }
        );
    }
    for block in &body.blocks {
        let labels: Vec<&str> = block.labels.iter().map(|(label, _)| &**label).collect();
        let _ = writeln!(out, "{} {labels:?} {{", block.kind);
        write_body(&block.body, &[around, &[&*block.kind]].concat(), out);
        out.push_str("}\n");
    }
}

fn type_of(attribute: &Attribute) -> String {
    let today = match attribute.source.text_of(attribute.value.span) {
        "\"string\"" => "string",
        "\"list\"" => "list(string)",
        "\"map\"" => "map(string)",
        "list" => "list(any)",
        "map" => "map(any)",
        "set" => "set(any)",
        _ => return value_of(&attribute.value),
    };
    value_of(&parse_expression(&Source::new("type", today)).expect("a type").expr)
}

/// Writes a value: an interpolation alone and parentheses around it all do not count.
fn value_of(expr: &Expr) -> String {
    if let ExprKind::Parenthesis(inner) = &expr.kind {
        value_of(inner)
    } else if let ExprKind::Template(parts) = &expr.kind
        && let [TemplatePart::Interpolation(inner)] = parts.as_slice()
    {
        value_of(inner)
    } else {
        format!("{expr:?}")
    }
}

#[test]
fn texts_have_the_layout_that_terraform_gives_them() {
    let cases = cases();
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    let mut differences = String::new();
    let mut count = 0;
    for case in &cases {
        let found = formatted(&case.text);
        let is_meant = MEANT.iter().any(|(name, _)| *name == case.name);
        if (found == case.first) == is_meant {
            count += 1;
            let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "refused".to_owned());
            let _ = writeln!(
                differences,
                "=== {}\n{}--- expected\n{}--- found\n{}",
                case.name,
                case.text,
                shown(&case.first),
                shown(&found)
            );
        }
    }
    assert!(differences.is_empty(), "{count} of {} differ:\n{differences}", cases.len());
    for (name, reason) in MEANT {
        assert!(cases.iter().any(|case| case.name == name), "{name} ({reason}) is no case");
    }
}

#[test]
fn a_second_run_changes_what_terraform_changes_and_no_more() {
    for case in cases() {
        let Some(once) = formatted(&case.text) else { continue };
        let twice = formatted(&once);
        // Terraform takes one pair of quotes at a time off interpolations that are inside of each other.
        let expected = if case.first.as_ref() == Some(&once) { case.second } else { Some(once) };
        assert_eq!(twice, expected, "{}", case.name);
    }
}

#[test]
fn a_layout_changes_no_meaning() {
    for case in cases() {
        if let Some(found) = formatted(&case.text) {
            assert_eq!(meaning(&found), meaning(&case.text), "{}", case.name);
        }
    }
}

#[test]
fn the_configurations_of_the_repository_can_be_laid_out() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files: Vec<PathBuf> =
        ["configs", "tests/cases"].iter().flat_map(|folder| files_below(&repository.join(folder), "tf")).collect();
    assert!(files.len() >= 100, "only {} files", files.len());
    // Many of the cases that Terraform rejects have no syntax to be laid out.
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("/rejected-")) {
        let text = std::fs::read_to_string(file).expect("text");
        let found = formatted(&text).unwrap_or_else(|| panic!("{} is refused", file.display()));
        assert_eq!(formatted(&found).as_ref(), Some(&found), "{}", file.display());
        assert_eq!(meaning(&found), meaning(&text), "{}", file.display());
    }
}
