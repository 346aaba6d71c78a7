//! Every ban of `clippy.toml` and every lint of `Cargo.toml` is proven by a planted violation: a ban on a path that does not
//! resolve, or a lint that was renamed, would otherwise hold nothing and say nothing.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value as Json;
use wpinfra_tests::{Workspace, repository};

/// Violations, each in a function of its own. Lints of the compiler and of clippy that are set in `Cargo.toml`, and paths of
/// `clippy.toml`.
const PLANTED: &[(&str, &str)] = &[
    ("unsafe_code", "fn v() { unsafe {} }"),
    ("unreachable_pub", "mod hidden { pub fn v() {} }"),
    ("missing_docs", "pub fn v() {}"),
    ("unused_must_use", "fn v() { std::fs::remove_file(\"x\"); }"),
    ("clippy::pedantic", "fn v(x: Option<u8>) -> u8 { match x { Some(x) => x, None => { let y = 1_u64 as u8; y } } }"),
    ("clippy::allow_attributes", "#[allow(unused_variables, reason = \"r\")] fn v() { let x = 1; }"),
    ("clippy::allow_attributes_without_reason", "#[expect(unused_variables)] fn v() { let x = 1; }"),
    ("clippy::dbg_macro", "fn v() { dbg!(1); }"),
    ("clippy::exit", "fn v() { std::process::exit(1) }"),
    ("clippy::get_unwrap", "fn v(x: &[u8]) -> u8 { *x.get(0).unwrap() }"),
    ("clippy::iter_over_hash_type", "fn v(x: &std::collections::HashMap<u8, u8>) { for _ in x {} }"),
    ("clippy::print_stderr", "fn v() { eprintln!(\"x\"); }"),
    ("clippy::print_stdout", "fn v() { println!(\"x\"); }"),
    ("clippy::todo", "fn v() { todo!() }"),
    ("clippy::unimplemented", "fn v() { unimplemented!() }"),
    ("clippy::unwrap_used", "fn v(x: Option<u8>) -> u8 { x.unwrap() }"),
    ("clippy::use_self", "struct S; impl S { fn v() -> S { S } }"),
    ("clippy::wildcard_enum_match_arm", "enum E { A, B, C } fn v(x: E) -> u8 { match x { E::A => 1, _ => 2 } }"),
    ("std::env::var", "fn v() { drop(std::env::var(\"X\")); }"),
    ("std::env::var_os", "fn v() { drop(std::env::var_os(\"X\")); }"),
    ("std::env::vars", "fn v() { drop(std::env::vars()); }"),
    ("std::env::current_dir", "fn v() { drop(std::env::current_dir()); }"),
    ("std::time::SystemTime::now", "fn v() { let _x = std::time::SystemTime::now(); }"),
    ("std::time::Instant::now", "fn v() { let _x = std::time::Instant::now(); }"),
    ("std::thread::sleep", "fn v() { std::thread::sleep(std::time::Duration::ZERO); }"),
    ("tokio::time::sleep", "async fn v() { tokio::time::sleep(std::time::Duration::ZERO).await; }"),
    ("tokio::spawn", "fn v() { drop(tokio::spawn(async {})); }"),
    ("std::fs::write", "fn v() { drop(std::fs::write(\"x\", \"y\")); }"),
    ("std::process::exit", "fn v() { std::process::exit(1) }"),
    ("std::collections::HashMap", "fn v(_x: std::collections::HashMap<u8, u8>) {}"),
    ("std::collections::HashSet", "fn v(_x: std::collections::HashSet<u8>) {}"),
];

/// Pedantic lint that the sample for the group breaks.
const PEDANTIC: &str = "clippy::cast_possible_truncation";

fn read(file: &str) -> String {
    std::fs::read_to_string(repository().join(file)).unwrap_or_else(|problem| panic!("{file}: {problem}"))
}

/// Returns the `[workspace.lints]` tables of the workspace as those of a single crate.
fn lint_tables() -> String {
    let manifest = read("Cargo.toml");
    let tables = manifest.split_once("[workspace.lints.rust]").expect("the workspace sets lints").1;
    let end = tables.find("\n[profile").expect("profiles stand behind the lints");
    format!("[workspace.lints.rust]{}", &tables[..end]).replace("[workspace.lints.", "[lints.")
}

/// Returns the names of what is set in the tables, but for what is switched off.
fn lints_set() -> BTreeSet<String> {
    let mut prefix = "";
    let mut found = BTreeSet::new();
    for line in lint_tables().lines() {
        match line {
            "[lints.rust]" => prefix = "",
            "[lints.clippy]" => prefix = "clippy::",
            _ => {
                if let Some((name, level)) = line.split_once(" = ")
                    && !level.starts_with("\"allow\"")
                {
                    found.insert(format!("{prefix}{name}"));
                }
            }
        }
    }
    found
}

/// Returns the paths that `clippy.toml` bans.
fn bans() -> BTreeSet<String> {
    let text = read("clippy.toml");
    text.split("path = \"")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("split gives one part").to_owned())
        .collect()
}

#[test]
fn every_ban_and_every_lint_has_a_planted_violation() {
    let planted: BTreeSet<String> = PLANTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let banned: BTreeSet<String> = lints_set().union(&bans()).cloned().collect();
    assert_eq!(planted, banned, "planted, and set in Cargo.toml or clippy.toml");
}

#[test]
fn clippy_reports_every_planted_violation() {
    let workspace = Workspace::new();
    let manifest = format!(
        "[package]\nname = \"planted\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ntokio = {{ version = \"1\", features = [\"rt\", \"time\"] }}\n\n{}\n[workspace]\n",
        lint_tables()
    );
    workspace.write("Cargo.toml", &manifest);
    // The versions of the workspace are on this machine already.
    workspace.write("Cargo.lock", &read("Cargo.lock"));
    workspace.write("clippy.toml", &read("clippy.toml"));
    let functions = PLANTED.iter().enumerate().map(|(number, (_, text))| format!("mod m{number} {{ {text} }}\n"));
    // Documented and reachable, so that only what is planted is missing.
    let documented = "//! Planted.\n#![expect(dead_code, reason = \"nobody calls violations\")]\n";
    let source: String = std::iter::once(documented.to_owned()).chain(functions).collect();
    workspace.write("src/lib.rs", &source.replace("mod m2 {", "pub mod m2 {"));

    #[expect(clippy::disallowed_methods, reason = "cargo tells its tests by a variable which cargo they run under")]
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["clippy", "--offline", "--quiet", "--message-format=json"])
        .current_dir(workspace.path(""))
        .env("CARGO_TARGET_DIR", workspace.path("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("clippy is installed");
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let reported: Vec<(String, String, u64)> = messages.lines().filter_map(report).collect();
    assert!(!reported.is_empty(), "clippy reports nothing:\n{}", String::from_utf8_lossy(&output.stderr));
    let mut missed = Vec::new();
    for (number, (name, text)) in PLANTED.iter().enumerate() {
        let line = number as u64 + 3;
        let wanted = |(code, message, at): &&(String, String, u64)| match *name {
            "clippy::pedantic" => *at == line && code == PEDANTIC,
            name if bans().contains(name) => {
                *at == line && code.starts_with("clippy::disallowed_") && message.contains(&format!("`{name}`"))
            }
            name => *at == line && code == name,
        };
        if !reported.iter().any(|found| wanted(&found)) {
            missed.push(format!("{name}: {text}"));
        }
    }
    assert!(missed.is_empty(), "clippy does not report:\n{}\n\nbut:\n{reported:#?}", missed.join("\n"));
}

/// Returns lint, message and line of a line of cargo's JSON.
fn report(line: &str) -> Option<(String, String, u64)> {
    let line: Json = serde_json::from_str(line).ok()?;
    let message = line.get("message")?;
    let code = message["code"]["code"].as_str()?.to_owned();
    let text = message["message"].as_str()?.to_owned();
    let at = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?["line_start"].as_u64()?;
    Some((code, text, at))
}
