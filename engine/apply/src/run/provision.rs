//! Provisioners: commands on this machine after a create or before a destroy.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use wpinfra_core::desired::{ProvisionWhen, Provisioner};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, Marks, Severity, Value};
use wpinfra_plan::Change;

use super::Run;
use crate::observer::Event;

/// How commands are run.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Program and first arguments that a command follows, unless the provisioner names others: `["/bin/sh", "-c"]`.
    pub interpreter: Vec<String>,
    /// Directory in which they run, and from which others are counted.
    pub working_directory: PathBuf,
}

impl Shell {
    /// Returns the usual shell in a directory.
    pub fn in_directory(working_directory: PathBuf) -> Self {
        Self { interpreter: vec!["/bin/sh".to_owned(), "-c".to_owned()], working_directory }
    }
}

impl Run<'_> {
    /// Runs the provisioners of an object that has been created; its value must be known.
    pub(super) async fn run_creation_provisioners(&self, change: &Change) -> Diagnostics {
        let (provisioners, mut diagnostics) = {
            let shared = self.shared();
            self.desired.provisioners(&change.address, ProvisionWhen::Create, &shared.known)
        };
        if !diagnostics.has_errors() {
            diagnostics.extend(self.run_provisioners(&change.address, &provisioners).await);
        }
        diagnostics
    }

    /// Runs the provisioners of an object that is about to be destroyed.
    pub(super) async fn run_destruction_provisioners(&self, change: &Change, prior: &Value) -> Result<(), Diagnostics> {
        let (provisioners, mut diagnostics) = {
            let mut shared = self.shared();
            // They speak of the object that goes, not of one that may come in its place.
            let planned = shared.known.get(&change.address).cloned();
            shared.known.set(&change.address, prior.clone());
            let found = self.desired.provisioners(&change.address, ProvisionWhen::Destroy, &shared.known);
            match planned {
                Some(planned) => shared.known.set(&change.address, planned),
                None => {
                    if let Some(resource) = shared.known.resources.get_mut(&change.address.resource) {
                        resource.instances.remove(&change.address.key);
                    }
                }
            }
            found
        };
        if !diagnostics.has_errors() {
            diagnostics.extend(self.run_provisioners(&change.address, &provisioners).await);
        }
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        self.shared().warnings.extend(diagnostics);
        Ok(())
    }

    async fn run_provisioners(&self, address: &InstanceAddress, provisioners: &[Provisioner]) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for provisioner in provisioners {
            let _turn = self.provisioners.acquire().await.expect("nobody closes the semaphore");
            self.surroundings.observer.notice(&Event::ProvisionStarted { address, kind: &provisioner.kind });
            let result = self.run_one(address, provisioner).await;
            let (kind, failed) = (provisioner.kind.as_str(), result.is_err());
            self.surroundings.observer.notice(&Event::ProvisionFinished { address, kind, failed });
            let Err(why) = result else { continue };
            let detail = format!("The provisioner {:?} of {address} failed: {why}", provisioner.kind);
            let mut problem =
                Diagnostic::error("Provisioner failed", detail).at(provisioner.range.clone()).about(address);
            if provisioner.continue_on_failure {
                problem.severity = Severity::Warning;
                diagnostics.push(problem);
            } else {
                diagnostics.push(problem);
                break;
            }
        }
        diagnostics
    }

    async fn run_one(&self, address: &InstanceAddress, provisioner: &Provisioner) -> Result<(), String> {
        if provisioner.kind != "local-exec" {
            return Err(format!("wpinfra does not know the provisioner {:?}.", provisioner.kind));
        }
        // A line of the output may hold what the command was given.
        let marks = provisioner.config.deep_marks();
        let is_secret = marks != Marks::NONE;
        let config = provisioner.config.without_deep_marks();
        let is_quiet = config.get("quiet").and_then(|value| value.as_bool()).unwrap_or(false);
        let command = text(&config, "command").ok_or("it has no command.")?;
        let mut process = self.command(&config, &command);
        if !is_quiet {
            let shown = match hidden_by(marks) {
                Some(mark) => &format!("({mark} value)"),
                None => &command,
            };
            self.say(address, &format!("Executing: {shown}"));
        }
        let mut child = process.spawn().map_err(|error| format!("the command could not be started: {error}."))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let show = |line: &str| {
            if !is_secret {
                self.say(address, line);
            }
        };
        let mut last = String::new();
        let ((), tail, status) = tokio::join!(pass_on(stdout, &show), collect(stderr, &show), child.wait());
        last.push_str(&tail);
        if let Some(mark) = hidden_by(marks) {
            self.say(address, &format!("(output suppressed due to {mark} value in the configuration)"));
            last.clear();
        }
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!(
                "the command ended with {status}.{}",
                if last.is_empty() { last } else { format!(" Its output:\n{last}") }
            )),
            Err(error) => Err(format!("it is not known how the command ended: {error}.")),
        }
    }

    fn command(&self, config: &Value, command: &str) -> Command {
        let interpreter: Vec<String> =
            match config.get("interpreter").and_then(|value| value.elements().map(<[Value]>::to_vec)) {
                Some(elements) if !elements.is_empty() => {
                    elements.iter().filter_map(|part| part.as_str().map(str::to_owned)).collect()
                }
                _ => self.shell.interpreter.clone(),
            };
        let mut process = Command::new(interpreter.first().map_or("/bin/sh", String::as_str));
        process.args(interpreter.iter().skip(1)).arg(command);
        let directory = text(config, "working_dir").map(|directory| self.shell.working_directory.join(directory));
        process.current_dir(directory.as_ref().unwrap_or(&self.shell.working_directory));
        if let Some(environment) = config.get("environment") {
            for (name, value) in environment.mapping().into_iter().flatten() {
                if let Some(value) = value.as_str() {
                    process.env(&**name, value);
                }
            }
        }
        process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        process
    }

    fn say(&self, address: &InstanceAddress, line: &str) {
        self.surroundings.observer.notice(&Event::ProvisionOutput { address, kind: "local-exec", line });
    }
}

/// Returns the word for the mark that hides what a command says.
fn hidden_by(marks: Marks) -> Option<&'static str> {
    if marks.contains(Marks::SENSITIVE) {
        return Some("sensitive");
    }
    marks.contains(Marks::EPHEMERAL).then_some("ephemeral")
}

fn text(config: &Value, name: &str) -> Option<String> {
    config.get(name)?.as_str().map(str::to_owned)
}

async fn pass_on(output: Option<impl AsyncRead + Unpin>, show: &impl Fn(&str)) {
    collect(output, show).await;
}

/// Shows lines as they come and returns the last of them.
async fn collect(output: Option<impl AsyncRead + Unpin>, show: &impl Fn(&str)) -> String {
    let Some(output) = output else { return String::new() };
    let mut reader = BufReader::new(output);
    let (mut line, mut kept) = (Vec::new(), Vec::new());
    while matches!(reader.read_until(b'\n', &mut line).await, Ok(length) if length > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        show(&text);
        kept.push(text);
        if kept.len() > 20 {
            kept.remove(0);
        }
        line.clear();
    }
    kept.join("\n")
}
