//! The targets of tests/fuzz for a moment: texts of the repository with changes that follow from a fixed seed.

#[path = "../../../../tests/fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "the targets are a module of another program as well")]
mod targets;

use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Changed texts for each target.
const ROUNDS: usize = 600;
/// Longer texts are cut.
const LONGEST: usize = 1_500;

fn texts(folder: &Path, endings: &[&str], found: &mut Vec<String>) {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            texts(&path, endings, found);
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            // Some of the texts that Terraform rejects are no texts.
            found.extend(String::from_utf8(std::fs::read(&path).expect("a file")));
        }
    }
}

fn repository(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

fn lines(table: &str, mark: &str) -> Vec<String> {
    table.lines().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
}

fn expressions() -> Vec<String> {
    let mut all = lines(include_str!("../data/functions.txt"), "> ");
    all.extend(lines(include_str!("../recorded/expressions.txt"), "> "));
    all.extend(lines(include_str!("../data/syntax.txt"), "> = "));
    all
}

/// Pieces that mean something somewhere.
const PIECES: [&str; 40] = [
    "\"",
    "${",
    "%{",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "\n",
    "<<EOT\n",
    "\nEOT\n",
    "<<-E\n",
    "~}",
    "${~",
    "for x in ",
    " : ",
    " if ",
    "...",
    "?",
    "=>",
    "==",
    "!",
    "-",
    ".",
    "[*]",
    ".*",
    "::",
    "#",
    "/*",
    "*/",
    "\\u00e",
    "1e9",
    "%{ if ",
    "%{ endif }",
    "\u{feff}",
    "é",
    "\0",
    "null",
    "=",
];

/// Changes a text in a few places.
fn changed(text: &str, other: &str, chance: &mut StdRng) -> String {
    let mut characters: Vec<char> = text.chars().take(LONGEST).collect();
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    for _ in 0..chance.random_range(1..6) {
        let at = chance.random_range(0..=characters.len());
        let end = (at + chance.random_range(0..20)).min(characters.len());
        match chance.random_range(0..6) {
            0 => drop(characters.drain(at..end)),
            1 => {
                let piece = PIECES[chance.random_range(0..PIECES.len())];
                characters.splice(at..at, piece.chars());
            }
            2 => {
                let copy = characters[at..end].repeat(chance.random_range(1..40));
                characters.splice(at..at, copy);
            }
            3 if !other.is_empty() => {
                let from = chance.random_range(0..other.len());
                let until = (from + chance.random_range(0..40)).min(other.len());
                characters.splice(at..end, other[from..until].iter().copied());
            }
            4 => characters.truncate(at),
            _ => {
                if let Some(character) = characters.get_mut(at) {
                    *character = char::from(chance.random_range(0..128_u8));
                }
            }
        }
    }
    characters.into_iter().collect()
}

fn run(target: fn(&str), corpus: &[String], seed: u64) {
    assert!(corpus.len() > 5, "the corpus is there");
    for text in corpus {
        target(text);
    }
    let mut chance = StdRng::seed_from_u64(seed);
    for _ in 0..ROUNDS {
        let one = &corpus[chance.random_range(0..corpus.len())];
        let other = &corpus[chance.random_range(0..corpus.len())];
        target(&changed(one, other, &mut chance));
    }
}

fn configurations() -> Vec<String> {
    let mut corpus = Vec::new();
    for folder in ["configs", "tests/cases", "tests/variants"] {
        texts(&repository(folder), &[".tf"], &mut corpus);
    }
    corpus
}

#[test]
fn any_configuration() {
    run(targets::parse, &configurations(), 1);
}

#[test]
fn any_expression() {
    run(targets::expression, &expressions(), 2);
}

#[test]
fn any_template() {
    let quoted = expressions().into_iter().filter(|text| text.contains("${") || text.contains("%{"));
    run(targets::template, &quoted.collect::<Vec<_>>(), 3);
}

#[test]
fn any_value() {
    let decoded = expressions().into_iter().filter(|text| text.contains("decode(\""));
    let corpus: Vec<String> = decoded
        .filter_map(|text| text.split_once('"').map(|(_, text)| text.replace("\\n", "\n").replace("\\\"", "\"")))
        .collect();
    run(targets::values, &corpus, 4);
}

#[test]
fn any_file_of_variables() {
    run(targets::variables, &expressions().iter().map(|text| format!("a = {text}\n")).collect::<Vec<_>>(), 5);
}

#[test]
fn any_json() {
    let corpus = [
        r#"{"resource":{"a":{"b":{"x":"${1}","y":[1,null,{"z":"%{if true}a%{endif}"}]}}}}"#,
        r#"{"resource":[{"a":{"b":[{"x":1e9},{}]}}],"//":"c","locals":{"é":"\u00e9\ud83d\ude00"}}"#,
        "{}",
        "[]",
        "null",
        "\u{feff}{\"a\":-0.5E+3}",
    ];
    run(targets::json, &corpus.map(str::to_owned), 6);
}

#[test]
fn any_address() {
    let corpus = [
        "aws_vpc.main",
        "module.a[\"x\"].module.b[0].data.aws_region.here[\"a.b\\\"\"]",
        "module.a",
        "ephemeral.a.b",
        "provider[\"registry.terraform.io/hashicorp/aws\"].west",
        "hashicorp/aws",
        "aws_vpc.main[0]",
        "resource.a.b",
    ];
    run(targets::address, &corpus.map(str::to_owned), 7);
}
