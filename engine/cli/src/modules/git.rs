//! Packages that are Git repositories, by the program `git`.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::Problem;
use crate::environment::Environment;

/// What could not be done.
const SUMMARY: &str = "Cannot fetch module";
/// How repositories may be reached; others could run programs.
const PROTOCOLS: &str = "file:git:http:https:ssh";

/// Puts the files of a repository into a folder that is still to be made; without history, and without its submodules.
pub(super) async fn fetch(environment: &Environment, url: &str, folder: &Path) -> Result<(), Problem> {
    let Address { url, reference } = Address::parse(url)?;
    let git = Git { environment, folder };
    let wanted = reference.as_deref().unwrap_or("HEAD");
    git.run(&["init", "--quiet", "."]).await?;
    // Only what is wanted, if the server gives it away by that name.
    let mut outcome = git.run(&["fetch", "--quiet", "--no-tags", "--depth=1", "--", &url, wanted]).await;
    let mut commit = "FETCH_HEAD";
    if outcome.is_err() && reference.is_some() {
        let everything = ["fetch", "--quiet", "--tags", "--", &url, "+refs/heads/*:refs/remotes/origin/*"];
        outcome = git.run(&everything).await;
        commit = wanted;
    }
    outcome.map_err(|problem| Problem {
        detail: format!("the repository {url} cannot be fetched: {}", problem.detail),
        ..problem
    })?;
    if git.run(&["-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit]).await.is_err() {
        let detail = format!("the repository {url} has no branch, tag or commit {wanted:?}.");
        return Err(Problem::of_user("No such version in the repository", detail));
    }
    std::fs::remove_dir_all(folder.join(".git")).map_err(|error| Problem::of_disk(&error))
}

/// Where a repository is, and what of it is wanted.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    url: String,
    reference: Option<String>,
}

impl Address {
    /// Takes what is meant for us out of the query of a URL.
    fn parse(text: &str) -> Result<Self, Problem> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut reference, mut rest) = (None, Vec::new());
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=').unwrap_or((part, "")) {
                ("ref", value) => reference = Some(decoded(value)).filter(|value| !value.is_empty()),
                // No more than the one commit is fetched in any case.
                ("depth", _) => {}
                ("sshkey", _) => {
                    let detail = "wpinfra takes no SSH keys from sources, where everybody can read them. Let an SSH agent or ~/.ssh/config provide the key.";
                    return Err(Problem::of_user("Unsupported module source", detail));
                }
                _ => rest.push(part),
            }
        }
        if let Some(reference) = reference.as_ref().filter(|reference| reference.starts_with('-')) {
            let detail = format!("{reference:?} can be neither a branch nor a tag nor a commit.");
            return Err(Problem::of_user("No such version in the repository", detail));
        }
        let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
        Ok(Self { url: format!("{path}{query}"), reference })
    }
}

/// Returns a part of a query as it is meant.
fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("x={text}").as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(_, value)| value.into_owned())
}

struct Git<'a> {
    environment: &'a Environment,
    folder: &'a Path,
}

impl Git<'_> {
    async fn run(&self, arguments: &[&str]) -> Result<(), Problem> {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.folder).envs(&self.environment.variables);
        // A hook, or a Git that runs wpinfra, must not turn it to another repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        if self.environment.variable("GIT_ALLOW_PROTOCOL").is_none() {
            command.env("GIT_ALLOW_PROTOCOL", PROTOCOLS);
        }
        if !self.environment.can_ask {
            command.env("GIT_TERMINAL_PROMPT", "0");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = command.output().await.map_err(|error| {
            let why = if error.kind() == std::io::ErrorKind::NotFound {
                "it is not installed, or not in PATH".to_owned()
            } else {
                error.to_string()
            };
            Problem::of_environment(SUMMARY, format!("the program git cannot be run: {why}."))
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        Err(Problem::of_environment(SUMMARY, format!("git says: {said}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_tell_what_is_wanted() {
        for (text, url, reference) in [
            ("https://h/r.git", "https://h/r.git", None),
            ("https://h/r.git?ref=v1&depth=1", "https://h/r.git", Some("v1")),
            ("https://h/r.git?token=x&ref=a%2Fb", "https://h/r.git?token=x", Some("a/b")),
            ("ssh://git@h/r?ref=", "ssh://git@h/r", None),
        ] {
            let expected = Address { url: url.to_owned(), reference: reference.map(str::to_owned) };
            assert_eq!(Address::parse(text), Ok(expected), "{text}");
        }
        assert!(Address::parse("https://h/r?ref=--upload-pack=x").is_err());
        assert!(Address::parse("https://h/r?sshkey=YQ").is_err());
    }
}
