//! Rules about the repository itself that no compiler and no lint holds.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_tests::{repository, tracked_files};

/// Longest file, in lines.
const LONGEST: usize = 800;

/// Returns the path as text and the content of every text file that people write.
fn sources() -> Vec<(String, String)> {
    let written = |path: &str| {
        [".rs", ".toml", ".py", ".md", ".tf"].iter().any(|end| path.ends_with(end))
            || path.ends_with("/run")
            || path.ends_with("/start")
    };
    let files = tracked_files(".").into_iter().map(|path| path.to_string_lossy().into_owned());
    files.filter(|path| written(path)).map(|path| (path.clone(), read(&path))).collect()
}

fn read(path: &str) -> String {
    // A case of what Terraform rejects is no text.
    let bytes = std::fs::read(repository().join(path)).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Fails with one line for each offence.
fn none(offences: &[String], rule: &str) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

/// Tells whether the path has one of the endings; all of ours are written small.
fn ends_in(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

/// Returns a text that this file can look for without holding it.
fn word(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn files_are_short_enough_to_be_read() {
    let long = sources().into_iter().filter(|(path, text)| {
        // Lists are not read from top to bottom.
        let is_code = ends_in(path, &[".rs", ".py"]);
        is_code && text.lines().count() > LONGEST && !path.ends_with("pet_words.rs")
    });
    let long: Vec<String> = long.map(|(path, text)| format!("{path}: {} lines", text.lines().count())).collect();
    none(&long, &format!("files have at most {LONGEST} lines; split by topic"));
}

#[test]
fn nothing_is_left_for_later_or_silenced() {
    let forbidden = [
        (word(&["TO", "DO"]), "do it, or open an issue"),
        (word(&["FIX", "ME"]), "fix it, or open an issue"),
        (word(&["todo", "!("]), "do it"),
        (word(&["unimplemented", "!("]), "do it"),
        (word(&["#[all", "ow("]), "use #[expect(…, reason = …)]"),
        (word(&["#![all", "ow("]), "use #![expect(…, reason = …)]"),
        (word(&["#[ign", "ore"]), "a test that does not run is none"),
        (word(&["reason = \"being ", "built\""]), "it is built now"),
    ];
    let mut offences = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| ends_in(path, &[".rs", ".py"])) {
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in forbidden.iter().filter(|(word, _)| line.contains(word.as_str())) {
                // The test of the lints plants what they forbid.
                if !path.ends_with("it/lints.rs") {
                    offences.push(format!("{path}:{}: {word}: {instead}", number + 1));
                }
            }
        }
    }
    none(&offences, "nothing is left for later or silenced");
}

#[test]
fn no_path_of_a_machine_is_in_the_repository() {
    let forbidden = [word(&["/wo", "rk/"]), word(&["../sh", "ared"]), word(&["/home", "/"]), word(&["/ro", "ot/"])];
    let mut offences = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            // Made-up homes in tests are nobody's.
            let line = line.replace("/home/user", "");
            for word in forbidden.iter().filter(|word| line.contains(word.as_str())) {
                offences.push(format!("{path}:{}: {word}", number + 1));
            }
        }
    }
    none(&offences, "no path of a machine is in the repository");
}

/// What each crate may see of the others. Everything else is forbidden, also for tests, but for what the second list adds.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("engine/core", &[], &[]),
    ("engine/lang", &["core"], &[]),
    ("engine/plan", &["core"], &[]),
    ("engine/apply", &["core", "plan"], &["lang", "fake", "std"]),
    ("engine/cli", &["core", "lang", "plan", "apply", "aws", "std"], &["fake"]),
    ("providers/schema-derive", &[], &["core"]),
    ("providers/aws", &["core", "schema-derive"], &[]),
    ("providers/std", &["core", "schema-derive"], &[]),
    ("providers/fake", &["core", "schema-derive"], &[]),
    ("tests", &[], &["core", "lang", "plan", "apply", "cli", "aws", "std", "fake"]),
];

/// Crates from outside that only some crates may use, with what goes wrong elsewhere.
const CONFINED: &[(&str, &[&str], &str)] = &[
    ("tokio", &["engine/apply", "engine/cli", "providers/aws", "providers/fake"], "planning and the language do no IO"),
    ("aws-", &["providers/aws"], "the engine's tests build in seconds"),
    ("hcl-edit", &["engine/lang"], "one crate knows the syntax"),
    ("clap", &["engine/cli"], "one crate knows the command line"),
    ("reqwest", &[], "there is one HTTP stack"),
    ("serde_yaml", &[], "nobody maintains it"),
    ("anyhow", &[], "errors are types"),
];

/// Returns the names of the crates in the sections of a Cargo.toml whose name ends so.
fn dependencies(manifest: &str, is_wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut section = "";
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if is_wanted(section)
            && let Some((name, _)) = line.split_once(['.', '=', ' '])
            && !name.starts_with('#')
        {
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn arrows_between_crates_point_one_way() {
    let mut offences = Vec::new();
    for (folder, allowed, allowed_in_tests) in ARROWS {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let ours = |names: BTreeSet<String>| -> BTreeSet<String> {
            names.iter().filter_map(|name| name.strip_prefix("wpinfra-").map(str::to_owned)).collect()
        };
        let normal = ours(dependencies(&manifest, |section| matches!(section, "dependencies" | "build-dependencies")));
        let testing = ours(dependencies(&manifest, |section| section == "dev-dependencies"));
        for name in normal.iter().filter(|name| !allowed.contains(&name.as_str())) {
            offences.push(format!("{folder} must not see {name}"));
        }
        for name in testing
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()) && !allowed_in_tests.contains(&name.as_str()))
        {
            offences.push(format!("the tests of {folder} must not see {name}"));
        }
        let all = dependencies(&manifest, |section| section == "dependencies");
        for (confined, _, reason) in CONFINED.iter().filter(|(_, homes, _)| !homes.contains(folder)) {
            for name in
                all.iter().filter(|name| *name == confined || confined.ends_with('-') && name.starts_with(confined))
            {
                offences.push(format!("{folder} must not use {name}: {reason}"));
            }
        }
    }
    none(&offences, "arrows between crates point one way");
}

#[test]
fn every_member_has_its_arrows_its_lints_and_its_tests() {
    let manifest = read("Cargo.toml");
    let members = manifest.split_once("members = [").expect("a workspace").1.split_once(']').expect("a list").0;
    let members: BTreeSet<&str> = members.split('"').skip(1).step_by(2).collect();
    let listed: BTreeSet<&str> = ARROWS.iter().map(|(folder, ..)| *folder).collect();
    assert_eq!(members, listed, "every member of the workspace is in the list of arrows, and no other");
    let run = read("tests/run");
    let mut offences = Vec::new();
    for member in members {
        let own = read(&format!("{member}/Cargo.toml"));
        if !own.contains("[lints]\nworkspace = true") {
            offences.push(format!("{member} does not take the lints of the workspace"));
        }
        let package = own.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name").trim_matches('"');
        if !run.contains(&format!("-p {package}")) {
            offences.push(format!("tests/run leaves out {package}"));
        }
    }
    none(&offences, "every member is linted and tested");
}

#[test]
fn every_resource_type_and_data_source_has_a_file() {
    let provider = wpinfra_aws::provider();
    let files: BTreeMap<String, String> = tracked_files("providers/aws/src")
        .into_iter()
        .map(|path| path.to_string_lossy().into_owned())
        .map(|path| (path.clone(), read(&path)))
        .collect();
    let holds = |folder: &str, name: &str| {
        let (derived, written) = (format!("name = \"{name}\""), format!("NAME: &'static str = \"{name}\""));
        files
            .iter()
            .any(|(path, text)| path.starts_with(folder) && (text.contains(&derived) || text.contains(&written)))
    };
    let resources = provider.resources().keys().filter(|name| !holds("providers/aws/src/resources/", name));
    let sources = provider.data_sources().keys().filter(|name| !holds("providers/aws/src/data/", name));
    none(&resources.chain(sources).map(|name| (*name).to_owned()).collect::<Vec<_>>(), "one file, one type");
}

#[test]
fn no_test_file_is_forgotten() {
    let mut offences = Vec::new();
    for path in tracked_files("tests/it") {
        let file = path.strip_prefix("tests/it").expect("listed below it");
        let module = file.with_extension("");
        let name = module.file_name().expect("a file").to_string_lossy().into_owned();
        let folder = module.parent().expect("a file");
        let owner = match (folder.to_string_lossy().as_ref(), name.as_str()) {
            ("", "main") | (_, "mod") => continue,
            ("", _) => "tests/it/main.rs".to_owned(),
            (folder, _) => format!("tests/it/{folder}/mod.rs"),
        };
        if !read(&owner).contains(&format!("mod {name};")) {
            offences.push(format!("{} is no module of {owner}", path.display()));
        }
    }
    none(&offences, "no test file is forgotten");
}

#[test]
fn what_people_read_first_is_there() {
    let mut offences = Vec::new();
    for file in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "engine/README.md",
        "providers/README.md",
        "configs/wordpress/README.md",
    ] {
        if std::fs::read_to_string(repository().join(file)).unwrap_or_default().trim().len() < 200 {
            offences.push(format!("{file} is missing or empty"));
        }
    }
    none(&offences, "what people read first is there");
    let changes = read("CHANGELOG.md");
    assert!(changes.lines().any(|line| line.starts_with("- ")), "CHANGELOG.md names what a user notices");
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:\s]+)(#[^)]*)?\)").expect("a constant");
    let mut offences = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| ends_in(path, &[".md"])) {
        let folder = std::path::Path::new(&path).parent().expect("a file").to_owned();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if !repository().join(&folder).join(&target).exists() {
                offences.push(format!("{path}: {target}"));
            }
        }
    }
    none(&offences, "links of the documents lead somewhere");
}
