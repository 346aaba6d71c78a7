//! A working directory in which the program under test runs with an environment of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;

use crate::Cloud;

/// A temporary folder with a configuration, and the environment for commands in it.
pub struct Workspace {
    folder: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

/// What a command of the program did.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; -1 if it was killed.
    pub code: i32,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
}

/// A command that still runs; killed when dropped.
pub struct Running {
    child: Child,
}

impl Workspace {
    /// Makes an empty folder; without a cloud.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("work")).expect("the folder is ours");
        #[expect(
            clippy::disallowed_methods,
            reason = "the programs that tests start are found on the path of the test run"
        )]
        let path = std::env::var_os("PATH").unwrap_or_default().to_string_lossy().into_owned();
        let environment = [
            ("PATH", path.as_str()),
            ("HOME", folder.path().to_str().expect("temporary folders have plain names")),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("NO_COLOR", "1"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { folder, environment }
    }

    /// Makes an empty folder whose commands reach the cloud.
    pub fn on(cloud: &Cloud) -> Self {
        Self::new()
            .with("AWS_ENDPOINT_URL", cloud.url())
            .with("AWS_ACCESS_KEY_ID", "test")
            .with("AWS_SECRET_ACCESS_KEY", "test")
            .with("AWS_REGION", "ap-northeast-1")
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes an environment variable away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Adds `main.tf`.
    #[must_use]
    pub fn main(self, text: &str) -> Self {
        self.write("main.tf", text);
        self
    }

    /// Adds the `.tf` files of a folder of the repository.
    #[must_use]
    pub fn copy_of(self, folder: &str) -> Self {
        for entry in std::fs::read_dir(crate::repository().join(folder)).expect("the folder exists") {
            let path = entry.expect("the folder can be read").path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                std::fs::copy(&path, self.path(path.file_name().expect("a file has a name")))
                    .expect("the folder is ours");
            }
        }
        self
    }

    /// Returns the path of a file in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Writes a file into the folder.
    #[expect(clippy::disallowed_methods, reason = "configurations of tests need not survive a loss of power")]
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it is below the folder")).expect("the folder is ours");
        std::fs::write(path, text).expect("the folder is ours");
    }

    /// Reads a file of the folder; `None` if it is not there.
    pub fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(name)).ok()
    }

    /// Returns the state file; null if there is none.
    pub fn state(&self) -> Json {
        self.read("terraform.tfstate").map_or(Json::Null, |text| serde_json::from_str(&text).expect("a state is JSON"))
    }

    /// Returns the names of the files in the folder.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("")).expect("the folder exists");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().expect("the program can be started");
        Outcome::of(&output)
    }

    /// Runs the program, which must exit with 0, and returns its standard output.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, 0, "{arguments:?} failed:\n{}", outcome.text());
        outcome.stdout
    }

    /// Runs `plan`, and returns it as `show -json` has it.
    pub fn plan(&self, arguments: &[&str]) -> Json {
        self.succeed(&[&["plan", "-input=false", "-out=test.tfplan"], arguments].concat());
        serde_json::from_str(&self.succeed(&["show", "-json", "test.tfplan"])).expect("show -json prints JSON")
    }

    /// Runs `apply -auto-approve`, which must succeed.
    pub fn apply(&self, arguments: &[&str]) -> String {
        self.succeed(&[&["apply", "-input=false", "-auto-approve"], arguments].concat())
    }

    /// Checks that a plan is empty.
    pub fn must_be_settled(&self, arguments: &[&str]) {
        let outcome = self.run(&[&["plan", "-input=false", "-detailed-exitcode"], arguments].concat());
        assert_eq!(outcome.code, 0, "the plan should be empty:\n{}", outcome.text());
    }

    /// Runs `destroy -auto-approve`, which must succeed.
    pub fn destroy(&self, arguments: &[&str]) -> String {
        self.succeed(&[&["destroy", "-input=false", "-auto-approve"], arguments].concat())
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running { child: self.piped(self.command(arguments)) }
    }

    /// Starts a shell command in which `$WPINFRA` is the program.
    pub fn shell(&self, script: &str) -> Outcome {
        let mut command = Command::new("bash");
        command.args(["-c", script]).env("WPINFRA", crate::program());
        Outcome::of(&self.settle(command).output().expect("bash can be started"))
    }

    fn piped(&self, mut command: Command) -> Child {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|problem| panic!("{}: {problem}", self.folder.path().display()))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::program());
        command.args(arguments);
        self.settle(command)
    }

    /// Gives a command the folder and the environment.
    fn settle(&self, mut command: Command) -> Command {
        let own = command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        let own: Vec<_> = own.collect();
        command.current_dir(self.path("")).stdin(Stdio::null()).env_clear().envs(&self.environment).envs(own);
        command
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Outcome {
    fn of(output: &std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns both outputs.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Returns both outputs in one line, frames and line breaks being one space, so that wrapped sentences can be found.
    pub fn flat(&self) -> String {
        let is_frame = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c) || c == '|';
        self.text().split(is_frame).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Checks that every text occurs in the output; line breaks and frames do not count.
    pub fn must_say(&self, texts: &[&str]) {
        let flat = self.flat();
        for text in texts {
            assert!(flat.contains(text), "{text:?} should occur in:\n{}", self.text());
        }
    }
}

impl Running {
    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("our own child").is_some()
    }

    /// Waits for the end.
    pub fn wait(mut self) -> Outcome {
        let read = |stream: Option<Box<dyn std::io::Read + Send>>| {
            std::thread::spawn(move || {
                let mut text = String::new();
                if let Some(mut stream) = stream {
                    std::io::Read::read_to_string(&mut stream, &mut text).expect("the program prints UTF-8");
                }
                text
            })
        };
        let stdout = read(self.child.stdout.take().map(|stream| Box::new(stream) as _));
        let stderr = read(self.child.stderr.take().map(|stream| Box::new(stream) as _));
        let status = self.child.wait().expect("our own child");
        Outcome {
            code: status.code().unwrap_or(-1),
            stdout: stdout.join().expect("reading does not panic"),
            stderr: stderr.join().expect("reading does not panic"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test failed before it could wait.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
