//! What the integration tests stand on: the repository, the program under test, and a local AWS.
//!
//! Nothing in here is shared between two tests that run at the same time: a [`Workspace`] is a folder of its own, and a
//! [`Cloud`] is a server that one test holds alone and finds empty.

mod cloud;
mod workspace;

use std::path::{Path, PathBuf};

pub use crate::cloud::Cloud;
pub use crate::workspace::{Outcome, Running, Workspace};

/// Returns the root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the repository")
}

/// Returns the program under test: the one that ships, built before the tests into the same profile.
///
/// # Panics
///
/// Panics if it has not been built.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.ancestors().nth(2).expect("tests are built into <profile>/deps");
    let program = profile.join("wpinfra");
    assert!(program.exists(), "there is no {}: run `cargo build --release -p wpinfra-cli` first", program.display());
    program
}

/// Returns all files below a folder, in order, without those that git does not track.
///
/// # Panics
///
/// Panics if git does not answer.
pub fn tracked_files(below: &str) -> Vec<PathBuf> {
    let listed = std::process::Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", below])
        .current_dir(repository())
        .output()
        .expect("the repository is a git checkout");
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let mut files: Vec<PathBuf> = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    files.retain(|file| repository().join(file).is_file());
    files.sort();
    files
}
