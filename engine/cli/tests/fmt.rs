#![expect(clippy::disallowed_methods, reason = "tests write files that nobody has to keep")]
//! What `fmt` says and does, compared with what `terraform fmt` did, recorded with Terraform 1.11.4.
//!
//! `recorded/fmt.txt` holds the files and the commands with what became of them; `recorded/fmt.py` records them anew.

#[path = "harness/captured.rs"]
mod captured;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Cursor;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};

use wpinfra_cli::code_of;
use wpinfra_cli::environment::{Environment, Stream};

use captured::Captured;

/// Runs a command in a folder; returns code, output and errors.
fn run(folder: &Path, words: &str, input: &str) -> (u8, String, String) {
    let (output, errors) = (Captured::default(), Captured::default());
    let code = code_of(Environment {
        arguments: std::iter::once("wpinfra").chain(words.split(' ')).map(str::to_owned).collect(),
        variables: BTreeMap::new(),
        directory: folder.to_owned(),
        now: "2030-01-01T00:00:00Z".parse().expect("a time"),
        process: 1,
        input: Arc::new(Mutex::new(Box::new(Cursor::new(input.to_owned())))),
        output: Stream::new(output.clone()),
        errors: Stream::new(errors.clone()),
        can_ask: false,
        follows_signals: false,
    });
    (code, output.text(), errors.text())
}

/// Texts by their names, in the order of the recording.
type Named = Vec<(String, String)>;

/// Returns the recorded files, and the commands with the lines of what became of them.
fn recorded() -> (Named, Named) {
    let (mut files, mut commands) = (Named::new(), Named::new());
    for line in include_str!("recorded/fmt.txt").split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("== ") {
            files.push((path.trim_end().to_owned(), String::new()));
        } else if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.trim_end().to_owned(), String::new()));
        } else {
            let last = commands.last_mut().or(files.last_mut()).expect("a path comes first");
            last.1.push_str(line);
        }
    }
    for (_, text) in &mut files {
        *text = text.replace("␄\n", "").replace('␍', "\r").replace('␉', "\t");
    }
    (files, commands)
}

/// Returns what becomes of a command, in the lines of the recording.
fn became_of(command: &str, files: &[(String, String)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let (words, source) = command.split_once(" < ").unwrap_or((command, ""));
    let input = files.iter().find(|(path, _)| path == source).map_or("", |(_, text)| text);
    let (code, output, errors) = run(folder.path(), words, input);
    let mut out = String::new();
    for line in output.replace('\r', "␍").replace('\t', "␉").lines() {
        let _ = writeln!(out, "> {line}");
    }
    let places: Vec<&str> = errors.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    for place in &places {
        let _ = writeln!(out, "! {}", place.rsplit_once(':').expect("line and column").0);
    }
    if places.is_empty() && !errors.is_empty() {
        out.push_str("!\n");
    }
    for (path, text) in files {
        if std::fs::read_to_string(folder.path().join(path)).expect("text") != *text {
            let _ = writeln!(out, "~ {path}");
        }
    }
    let _ = writeln!(out, "= {code}");
    out
}

#[test]
fn commands_do_what_terraform_does() {
    let (files, commands) = recorded();
    assert!(commands.len() >= 50, "only {} commands", commands.len());
    let mut differences = String::new();
    for (command, expected) in &commands {
        let found = became_of(command, &files);
        if found != *expected {
            let _ = writeln!(differences, "$ {command}\nexpected:\n{expected}found:\n{found}");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn links_and_permissions_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("main.tf"), "a=1\n").expect("written");
    std::fs::set_permissions(path("main.tf"), std::fs::Permissions::from_mode(0o640)).expect("set");
    symlink("main.tf", path("link.tf")).expect("linked");
    let (code, output, errors) = run(folder.path(), "fmt link.tf", "");
    assert_eq!((code, output.as_str(), errors.as_str()), (0, "link.tf\n", ""));
    assert!(path("link.tf").symlink_metadata().expect("there").is_symlink());
    assert_eq!(std::fs::read_to_string(path("main.tf")).expect("text"), "a = 1\n");
    assert_eq!(path("main.tf").metadata().expect("there").permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing else is left");
}

#[test]
fn links_to_directories_are_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("sub")).expect("made");
    std::fs::write(folder.path().join("sub/a.tf"), "a=1\n").expect("written");
    symlink(".", folder.path().join("circle")).expect("linked");
    let (code, output, _) = run(folder.path(), "fmt -recursive", "");
    assert_eq!((code, output.as_str()), (0, "sub/a.tf\n"));
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_others_are_laid_out() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.tf"), b"a=\"\xe9\"\n").expect("written");
    symlink("nowhere", folder.path().join("b.tf")).expect("linked");
    std::fs::write(folder.path().join("c.tf"), "a=1\n").expect("written");
    let (code, output, errors) = run(folder.path(), "fmt", "");
    assert_eq!((code, output.as_str()), (2, "c.tf\n"));
    assert!(errors.contains("\"a.tf\" cannot be read: it is not UTF-8 text."), "{errors}");
    assert!(errors.contains("\"b.tf\" cannot be read"), "{errors}");
}

#[test]
fn another_directory_can_be_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("sub")).expect("made");
    std::fs::write(folder.path().join("sub/a.tf"), "a=1\n").expect("written");
    let full = format!("fmt {}/sub/../sub/a.tf", folder.path().display());
    assert_eq!(run(folder.path(), &format!("{full} -write=false"), "").1, "sub/a.tf\n");
    let (code, output, _) = run(folder.path(), "-chdir=sub fmt", "");
    assert_eq!((code, output.as_str()), (0, "a.tf\n"));
}
