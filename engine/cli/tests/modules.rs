#![expect(clippy::disallowed_methods, reason = "tests write files that nobody has to keep")]
//! Modules from elsewhere: repositories and servers are made by the tests, on this machine.

#[path = "harness/captured.rs"]
mod captured;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use tempfile::TempDir;
use wpinfra_cli::code_of;
use wpinfra_cli::environment::{Environment, Stream};

use captured::Captured;

/// A folder with a configuration, and a home without settings.
struct Folder {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

/// How a command ended.
struct Ended {
    code: u8,
    output: String,
    errors: String,
}

impl Folder {
    fn with(configuration: &str) -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        let home = directory.path().join("home").display().to_string();
        let folder = Self { directory, variables: BTreeMap::from([("HOME".to_owned(), home)]) };
        folder.write("main.tf", configuration);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// Runs a command whose words are separated by spaces.
    fn run(&self, line: &str) -> Ended {
        let (output, errors) = (Captured::default(), Captured::default());
        let environment = Environment {
            arguments: std::iter::once("wpinfra").chain(line.split(' ')).map(str::to_owned).collect(),
            variables: self.variables.clone(),
            directory: self.directory.path().to_owned(),
            now: "2030-01-01T00:00:00Z".parse().expect("a time"),
            process: 1,
            input: Arc::new(Mutex::new(Box::new(Cursor::new(String::new())))),
            output: Stream::new(output.clone()),
            errors: Stream::new(errors.clone()),
            can_ask: false,
            follows_signals: false,
        };
        let code = code_of(environment);
        Ended { code, output: output.text(), errors: errors.text() }
    }

    /// Runs a command that must end well, and returns its output.
    fn succeed(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, 0, "{line}: {}{}", ended.output, ended.errors);
        ended.output
    }

    /// Runs a command that must fail, and returns its errors.
    fn fail(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, 1, "{line}: {}{}", ended.output, ended.errors);
        ended.errors
    }

    /// Applies the configuration and returns its only output, `word`.
    fn word(&self) -> String {
        self.succeed("apply -auto-approve");
        self.succeed("output -raw word")
    }
}

/// A repository with the tag `v1`, a commit behind it on the main branch, and the branch `feature`.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.write(
            "sub/main.tf",
            "module \"top\" {\n  source = \"../\"\n}\noutput \"word\" {\n  value = \"sub of ${module.top.word}\"\n}\n",
        );
        repository.commit("v1");
        repository.git(&["tag", "v1"]);
        repository.commit("v2");
        repository.git(&["checkout", "--quiet", "-b", "feature"]);
        repository.commit("feature");
        repository.git(&["checkout", "--quiet", "main"]);
        repository
    }

    fn url(&self) -> String {
        format!("git::file://{}", self.0.path().display())
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    /// Commits a module whose output is the word.
    fn commit(&self, word: &str) {
        self.write("main.tf", &module(word));
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", word]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let settings = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        let output = Command::new("git")
            .args(settings)
            .args(arguments)
            .current_dir(self.0.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git is installed");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }
}

/// Returns a module whose output is the word.
fn module(word: &str) -> String {
    format!("output \"word\" {{\n  value = \"{word}\"\n}}\n")
}

/// Returns a configuration that passes on the output of a module.
fn calling(source: &str, more: &str) -> String {
    format!("module \"m\" {{\n  source = \"{source}\"\n{more}}}\noutput \"word\" {{\n  value = module.m.word\n}}\n")
}

/// A server on this machine, which ends with the test.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An answer: status, headers, text.
type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

impl Server {
    /// Starts a server that answers paths; of the headers it sees the authorization.
    fn start(answer: impl Fn(&str, Option<&str>) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                respond(stream, &answer, &seen);
            }
        });
        Self { address, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn respond(mut stream: TcpStream, answer: &impl Fn(&str, Option<&str>) -> Answer, seen: &Mutex<Vec<String>>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let is_secret = |line: &&str| line.to_ascii_lowercase().starts_with("authorization: ");
    let secret = head.lines().find(is_secret).map(|line| line["authorization: ".len()..].to_owned());
    seen.lock().expect("no panic").push(path.clone());
    let (status, headers, body) = answer(path.split('?').next().unwrap_or_default(), secret.as_deref());
    let mut text = format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").expect("a String takes everything");
    }
    // A client that has gone away is no fault of the server's.
    drop(stream.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| stream.write_all(&body)));
}

fn ok(body: impl Into<Vec<u8>>) -> Answer {
    (200, Vec::new(), body.into())
}

fn not_found() -> Answer {
    (404, Vec::new(), b"nothing".to_vec())
}

/// Returns a tar archive of files.
fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().expect("a header").name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).expect("appended");
    }
    builder.into_inner().expect("an archive")
}

fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&tar(files)).expect("packed");
    packed.finish().expect("packed")
}

/// `pkg/main.tf`, whose output is `packed`, as `tar` and `xz` pack it.
const XZ: &str = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AIFdADgayRWcfG52XP+BKtnXOjPoRy1iQjG08ogWlWa5SaqRIUNq4B/GQCNMFwXvHOM7EVfevVj/UO9igbEKvseQZxsrK9AzPuU64E3Ahu08k/FA0TDI4SyS1wfe/VPfts3bYPIH6B5GGWO6MkJ2e3Ofonbg7YDXiKGJ6gXhd+jXghYiwgAAAAAxwMaKR8XBfwABnQGAUAAAe2Ao3rHEZ/sCAAAAAARZWg==";

/// Returns an archive with the module in `pkg`, by its path.
fn archive(path: &str) -> Option<Vec<u8>> {
    let text = module("packed");
    let files = [("pkg/main.tf", text.as_str()), ("top.tf", "")];
    Some(match path {
        "/a.tar" => tar(&files),
        "/a.tar.gz" | "/a.tgz" | "/no-ending" => tar_gz(&files),
        "/a.tar.bz2" | "/a.tbz2" => {
            let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            packed.write_all(&tar(&files)).expect("packed");
            packed.finish().expect("packed")
        }
        "/a.tar.xz" | "/a.txz" => base64::engine::general_purpose::STANDARD.decode(XZ).expect("base64"),
        "/a.zip" => {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (path, text) in files {
                writer.start_file(path, zip::write::SimpleFileOptions::default()).expect("a file");
                writer.write_all(text.as_bytes()).expect("written");
            }
            writer.finish().expect("an archive").into_inner()
        }
        _ => return None,
    })
}

/// A registry with the module `acme/word/test` in several versions, whose word is the version.
///
/// The namespace says how it behaves: `secret` wants a token, `git` sends on to a repository, and so on.
fn registry(repository: String) -> Server {
    let versions = ["0.9.0", "1.0.0", "1.1.0", "2.0.0", "2.1.0-beta1", "nonsense"];
    Server::start(move |path, secret| {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let json = |text: String| (200, vec![("Content-Type", "application/json".to_owned())], text.into_bytes());
        let at = |location: &str| (204, vec![("X-Terraform-Get", location.to_owned())], Vec::new());
        match parts[..] {
            ["v1", "secret", ..] if secret != Some("Bearer sesame") => (401, Vec::new(), Vec::new()),
            ["v1", "broken", ..] => (500, Vec::new(), b"oops".to_vec()),
            ["v1", "odd", "word", "test", "versions"] => json("no JSON".to_owned()),
            ["v1", _, "word", "test", "versions"] => {
                let versions: Vec<String> =
                    versions.iter().map(|version| format!("{{\"version\": \"{version}\"}}")).collect();
                json(format!("{{\"modules\": [{{\"versions\": [{}]}}]}}", versions.join(", ")))
            }
            ["v1", "silent", "word", "test", _, "download"] => (204, Vec::new(), Vec::new()),
            ["v1", "git", "word", "test", _, "download"] => at(&format!("{repository}?ref=v1")),
            ["v1", "body", "word", "test", version, "download"] => {
                json(format!("{{\"location\": \"/files/{version}.tar.gz//pkg\"}}"))
            }
            ["v1", "star", "word", "test", version, "download"] => {
                at(&format!("../../../../../files/{version}//*?archive=tar.gz"))
            }
            ["v1", _, "word", "test", version, "download"] => at(&format!("/files/{version}.tar.gz//pkg")),
            ["files", file] => {
                let text = module(file.trim_end_matches(".tar.gz"));
                ok(tar_gz(&[("pkg/main.tf", &text), ("pkg/deep/main.tf", &module("deep"))]))
            }
            _ => not_found(),
        }
    })
}

/// Returns a folder whose settings name the registry as the host `reg.test`.
fn folder_with(registry: &Server, configuration: &str) -> Folder {
    let mut folder = Folder::with(configuration);
    let settings = format!(
        "host \"reg.test\" {{\n  services = {{ \"modules.v1\" = \"{}\" }}\n}}\nhost \"other.test\" {{\n  services = {{ \"providers.v1\" = \"http://127.0.0.1:1/\" }}\n}}\nhost \"down.test\" {{\n  services = {{ \"modules.v1\" = \"http://127.0.0.1:1/\" }}\n}}\n",
        registry.url("/v1/")
    );
    folder.write("home/settings.tfrc", &settings);
    folder.variables.insert("TF_CLI_CONFIG_FILE".to_owned(), folder.path("home/settings.tfrc").display().to_string());
    folder
}

#[test]
fn repositories_are_fetched_by_branch_tag_and_commit() {
    let repository = Repository::new();
    let commit = repository.git(&["rev-parse", "v1"]);
    let url = repository.url();
    for (source, word) in [
        (url.clone(), "v2"),
        (format!("{url}?ref=v1"), "v1"),
        (format!("{url}?ref=v1&depth=1"), "v1"),
        (format!("{url}?ref=feature"), "feature"),
        (format!("{url}?ref={commit}"), "v1"),
        (format!("{url}?ref={}", &commit[..8]), "v1"),
        (format!("{url}//sub?ref=v1"), "sub of v1"),
        (format!("{url}//s*?ref=feature"), "sub of feature"),
        (url.replace("file://", ""), "v2"),
    ] {
        let folder = Folder::with(&calling(&source, ""));
        assert_eq!(folder.word(), word, "{source}");
    }
}

#[test]
fn what_was_fetched_stays_and_is_not_fetched_again() {
    let repository = Repository::new();
    let folder = Folder::with(&calling(&format!("{}//sub", repository.url()), ""));
    let fetched = folder.run("validate");
    assert_eq!(fetched.code, 0, "{}", fetched.errors);
    assert!(fetched.errors.starts_with(&format!("Fetching {} for m …\n", repository.url())), "{}", fetched.errors);
    let manifest: serde_json::Value =
        serde_json::from_str(&folder.read(".wpinfra/modules/modules.json")).expect("JSON");
    let expected = serde_json::json!({"Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "m", "Source": format!("{}//sub", repository.url()), "Dir": ".wpinfra/modules/m/sub"},
    ]});
    assert_eq!(manifest, expected);
    assert!(!folder.path(".wpinfra/modules/m/.git").exists());
    assert_eq!(folder.read(".wpinfra/.gitignore"), "*\n");
    repository.commit("v3");
    assert_eq!(folder.word(), "sub of v2");
    assert_eq!(folder.succeed("get -update"), "- m in .wpinfra/modules/m/sub\n- m.top in .wpinfra/modules/m\n");
    assert_eq!(folder.word(), "sub of v3");
    drop(repository);
    assert_eq!(folder.run("validate").errors, "", "nothing is fetched");
    // What cannot be fetched again stays as it is.
    assert!(folder.fail("init -upgrade").contains("Error: Cannot fetch module"));
    assert_eq!(folder.word(), "sub of v3");
    // A list outlives what is deleted by hand.
    std::fs::remove_dir_all(folder.path(".wpinfra/modules/m")).expect("removed");
    assert!(folder.fail("validate").contains("Error: Cannot fetch module"));
}

#[test]
fn what_a_killed_run_left_behind_is_swept_away() {
    let repository = Repository::new();
    let folder = Folder::with(&calling(&repository.url(), ""));
    folder.write(".wpinfra/modules/.fetching-abc/0/main.tf", "half a module");
    // Moved to its place, but not listed yet.
    folder.write(".wpinfra/modules/m/main.tf", "an older module");
    assert_eq!(folder.word(), "v2");
    let names = std::fs::read_dir(folder.path(".wpinfra/modules")).expect("read");
    let mut names: Vec<_> = names.map(|entry| entry.expect("read").file_name()).collect();
    names.sort();
    assert_eq!(names, [".lock", "m", "modules.json"]);
}

#[test]
fn modules_that_terraform_has_fetched_are_used() {
    let folder = Folder::with(&calling("acme/word/test", "  version = \"~> 1.0\"\n"));
    folder.write(".terraform/modules/m/main.tf", &module("of terraform"));
    let manifest = |version: &str| {
        format!(
            "{{\"Modules\":[{{\"Key\":\"\",\"Source\":\"\",\"Dir\":\".\"}},{{\"Key\":\"m\",\"Source\":\"registry.terraform.io/acme/word/test\",\"Version\":\"{version}\",\"Dir\":\".terraform/modules/m\"}}]}}"
        )
    };
    folder.write(".terraform/modules/modules.json", &manifest("1.2.0"));
    assert_eq!(folder.word(), "of terraform");
    // It is no longer what is asked for.
    folder.write(".terraform/modules/modules.json", &manifest("2.0.0"));
    let errors = folder.fail("init -get=false");
    assert!(
        errors.contains("Error: Module not installed\n --> main.tf:1:1\n") && errors.contains("wpinfra get"),
        "{errors}"
    );
}

#[test]
fn registries_have_versions() {
    let repository = Repository::new();
    let registry = registry(repository.url());
    for (source, version, word) in [
        ("reg.test/acme/word/test", "", "2.0.0"),
        ("reg.test/acme/word/test", "~> 1.0", "1.1.0"),
        ("REG.test/acme/word/test", "< 1", "0.9.0"),
        ("reg.test/acme/word/test", "2.1.0-beta1", "2.1.0-beta1"),
        ("reg.test/acme/word/test//deep", "", "deep"),
        ("reg.test/star/word/test", "1.0.0", "1.0.0"),
        ("reg.test/body/word/test", "", "2.0.0"),
        ("reg.test/git/word/test", "", "v1"),
        ("reg.test/git/word/test//sub", "", "sub of v1"),
    ] {
        let version = if version.is_empty() { String::new() } else { format!("  version = \"{version}\"\n") };
        let folder = folder_with(&registry, &calling(source, &version));
        assert_eq!(folder.word(), word, "{source} {version}");
    }
}

#[test]
fn registries_get_their_tokens() {
    let registry = registry(String::new());
    let configuration = calling("reg.test/secret/word/test", "");
    let mut folder = folder_with(&registry, &configuration);
    let errors = folder.fail("validate");
    assert!(
        errors.contains("Error: Cannot access module registry") && errors.contains("TF_TOKEN_reg_test"),
        "{errors}"
    );
    folder.variables.insert("TF_TOKEN_reg_test".to_owned(), "sesame".to_owned());
    assert_eq!(folder.word(), "2.0.0");
    let folder = folder_with(&registry, &configuration);
    let settings = folder.read("home/settings.tfrc");
    folder.write("home/settings.tfrc", &format!("{settings}credentials \"reg.test\" {{\n  token = \"sesame\"\n}}\n"));
    assert_eq!(folder.word(), "2.0.0");
}

#[test]
fn a_package_is_fetched_once_for_all_calls() {
    let registry = registry(String::new());
    let mut configuration = String::new();
    for (name, more) in [("a", ""), ("b", "//deep"), ("c", "")] {
        write!(
            configuration,
            "module \"{name}\" {{\n  source = \"reg.test/acme/word/test{more}\"\n  version = \"1.1.0\"\n}}\n"
        )
        .expect("a String takes everything");
    }
    let folder = folder_with(&registry, &configuration);
    let listed = "- a 1.1.0 in .wpinfra/modules/a/pkg\n- b 1.1.0 in .wpinfra/modules/b/pkg/deep\n- c 1.1.0 in .wpinfra/modules/c/pkg\n";
    assert_eq!(folder.succeed("get"), listed);
    let expected = ["/v1/acme/word/test/versions", "/v1/acme/word/test/1.1.0/download", "/files/1.1.0.tar.gz"];
    assert_eq!(registry.requests(), expected);
    assert_eq!(folder.succeed("get"), listed);
    assert_eq!(folder.succeed("init"), format!("Providers are built in, and all modules are there:\n{listed}"));
    assert_eq!(registry.requests(), expected, "nothing more was asked");
    folder.write("main.tf", &configuration.replace("1.1.0", "~> 1.0, != 1.1.0"));
    assert!(folder.succeed("get").contains("- b 1.0.0 in"));
}

#[test]
fn archives_of_all_kinds_are_unpacked() {
    let server = Server::start(|path, _| archive(path).map_or_else(not_found, ok));
    for path in ["/a.tar", "/a.tar.gz", "/a.tgz", "/a.tar.bz2", "/a.tbz2", "/a.tar.xz", "/a.txz", "/a.zip"] {
        let folder = Folder::with(&calling(&server.url(&format!("{path}//pkg")), ""));
        assert_eq!(folder.word(), "packed", "{path}");
    }
    let folder = Folder::with(&calling(&server.url("/no-ending//pkg?archive=tgz"), ""));
    assert_eq!(folder.word(), "packed");
    let folder = Folder::with("");
    std::fs::write(folder.path("local.zip"), archive("/a.zip").expect("an archive")).expect("written");
    folder.write("main.tf", &calling(&format!("{}//pkg", folder.path("local.zip").display()), ""));
    assert_eq!(folder.word(), "packed", "a file of this machine");
}

#[test]
fn addresses_may_lead_elsewhere() {
    let repository = Repository::new();
    let url = repository.url();
    let server = Server::start(move |path, _| match path {
        "/header" => (200, vec![("X-Terraform-Get", format!("{url}//sub?ref=v1"))], Vec::new()),
        "/relative" => (200, vec![("X-Terraform-Get", "./a.zip//pkg".to_owned())], Vec::new()),
        "/page" => ok(format!("<html><head><meta name=\"terraform-get\" content=\"{url}?ref=v1\"></head></html>")),
        "/moved" => (302, vec![("Location", "/header".to_owned())], Vec::new()),
        "/moved.zip" => (302, vec![("Location", "/a.zip".to_owned())], Vec::new()),
        "/circle" => (200, vec![("X-Terraform-Get", "/circle".to_owned())], Vec::new()),
        "/around" => (302, vec![("Location", "/around".to_owned())], Vec::new()),
        _ => archive(path).map_or_else(not_found, ok),
    });
    for (path, word) in [
        ("/header", "sub of v1"),
        ("/relative", "packed"),
        ("/page", "v1"),
        ("/page//sub", "sub of v1"),
        ("/moved", "sub of v1"),
        ("/moved.zip//pkg", "packed"),
    ] {
        assert_eq!(Folder::with(&calling(&server.url(path), "")).word(), word, "{path}");
    }
    for (path, why) in [("/circle", "from address to address"), ("/around", "on and on")] {
        let errors = Folder::with(&calling(&server.url(path), "")).fail("validate");
        assert!(flat(&errors).contains(why), "{path}: {errors}");
    }
}

/// Returns a text without the places where its lines were broken.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_cannot_be_fetched_is_told_at_its_call() {
    let repository = Repository::new();
    let registry = registry(repository.url());
    let server = Server::start(|path, _| match path {
        "/evil.tar.gz" => ok(tar_gz(&[("main.tf", ""), ("../evil.tf", "")])),
        "/broken.zip" => ok("<html>"),
        "/empty.tgz" => ok(tar_gz(&[])),
        "/plain" => ok("hello"),
        _ => archive(path).map_or_else(not_found, ok),
    });
    let git = repository.url();
    let http = |path: &str| server.url(path);
    // Where Terraform 1.11.4 names a line, it is that of the block for what fails on the way, and that of the argument for what is wrong in it.
    let cases: Vec<(String, &str, usize, &str, &str)> = vec![
        (format!("{git}?ref=nope"), "", 2, "No such version in the repository", "\"nope\""),
        (format!("{git}-gone"), "", 2, "Cannot fetch module", "git says:"),
        (format!("{git}//gone"), "", 2, "Module directory not found", "there are only sub"),
        (http("/gone.zip"), "", 2, "Cannot fetch module", "404"),
        (http("/gone"), "", 2, "Cannot fetch module", "404"),
        (http("/plain"), "", 2, "Cannot fetch module", "neither an archive nor"),
        (http("/broken.zip"), "", 2, "Cannot unpack module", "cannot be unpacked"),
        (http("/empty.tgz"), "", 2, "Cannot unpack module", "empty"),
        (http("/evil.tar.gz"), "", 2, "Cannot unpack module", "leads out"),
        (http("/a.zip//gone"), "", 2, "Module directory not found", "there are only pkg"),
        (http("/a.zip?checksum=md5:00000000000000000000000000000000"), "", 2, "Checksum does not match", "checksum is"),
        ("http://127.0.0.1:1/a.zip".to_owned(), "", 2, "Cannot fetch module", "refused"),
        ("reg.test/acme/gone/test".to_owned(), "", 2, "Module not found", "has no module"),
        (
            "reg.test/acme/word/test".to_owned(),
            ">= 3",
            2,
            "No suitable module version",
            "There are 2.1.0-beta1, 2.0.0, 1.1.0, 1.0.0, 0.9.0.",
        ),
        ("reg.test/acme/word/test//gone".to_owned(), "", 2, "Module directory not found", "there are only deep"),
        ("reg.test/broken/word/test".to_owned(), "", 2, "Cannot access module registry", "500"),
        ("reg.test/odd/word/test".to_owned(), "", 2, "Cannot access module registry", "no JSON"),
        ("reg.test/silent/word/test".to_owned(), "", 2, "Cannot access module registry", "204"),
        ("other.test/acme/word/test".to_owned(), "", 2, "Cannot access module registry", "modules.v1"),
        ("down.test/acme/word/test".to_owned(), "", 2, "Cannot fetch module", "refused"),
        ("sub/module".to_owned(), "", 3, "Invalid module source address", "./sub/module"),
        ("./sub".to_owned(), "1.0", 3, "Invalid module source address", "is a directory"),
        (
            "s3::https://s3.amazonaws.com/bucket/a.zip".to_owned(),
            "",
            3,
            "Invalid module source address",
            "git::https://",
        ),
        ("reg.test/acme/word/test".to_owned(), "latest", 4, "Invalid version constraint", "latest"),
    ];
    for (source, version, line, summary, detail) in cases {
        let version = if version.is_empty() { String::new() } else { format!("  version = \"{version}\"\n") };
        let folder = folder_with(&registry, &format!("\n{}", calling(&source, &version)));
        let errors = folder.fail("validate");
        let at = format!("Error: {summary}\n --> main.tf:{line}:");
        assert!(errors.contains(&at) && flat(&errors).contains(detail), "{source} {version}: {errors}");
        assert_eq!(errors.matches("Error: ").count(), 1, "{source} {version}: {errors}");
        let names = std::fs::read_dir(folder.path(".wpinfra/modules")).into_iter().flatten();
        let left: Vec<String> =
            names.map(|entry| entry.expect("read").file_name().to_string_lossy().into_owned()).collect();
        assert!(left.iter().all(|name| name == ".lock" || name == "modules.json"), "{source}: {left:?}");
        assert!(!folder.path("evil.tf").exists() && !folder.path(".wpinfra/evil.tf").exists());
    }
}

#[test]
fn all_that_cannot_be_fetched_is_told_at_once_and_the_rest_is_kept() {
    let repository = Repository::new();
    let url = repository.url();
    let folder = Folder::with(&format!(
        "module \"a\" {{\n  source = \"{url}?ref=x\"\n}}\nmodule \"b\" {{\n  source = \"{url}\"\n}}\nmodule \"c\" {{\n  source = \"{url}?ref=y\"\n}}\n"
    ));
    let errors = folder.fail("validate");
    for at in ["main.tf:1:", "main.tf:7:"] {
        assert!(errors.contains(&format!("Error: No such version in the repository\n --> {at}")), "{errors}");
    }
    assert!(folder.read(".wpinfra/modules/modules.json").contains("\"Key\":\"b\""));
}

#[test]
fn paths_cannot_leave_a_package() {
    let repository = Repository::new();
    repository.write("main.tf", "module \"out\" {\n  source = \"../../../other\"\n}\n");
    repository.git(&["commit", "--quiet", "--all", "--message", "out"]);
    let folder = Folder::with(&calling(&repository.url(), "").replace("module.m.word", "1"));
    folder.write("other/main.tf", "");
    let errors = folder.fail("validate");
    assert!(
        errors.contains("Error: Module path leads out of its package\n --> .wpinfra/modules/m/main.tf:2:12\n"),
        "{errors}"
    );
}

#[test]
fn sources_and_versions_can_be_made_of_variables() {
    let repository = Repository::new();
    let folder = Folder::with(&format!(
        "variable \"stage\" {{\n  default = \"one\"\n}}\nlocals {{\n  folder = \"./${{var.stage}}\"\n}}\nmodule \"m\" {{\n  source     = local.folder\n  repository = \"{}\"\n}}\noutput \"word\" {{\n  value = module.m.word\n}}\n",
        repository.url()
    ));
    let inner = "variable \"repository\" {}\nvariable \"tag\" {\n  default = \"v1\"\n}\nmodule \"inner\" {\n  source = \"${var.repository}?ref=${var.tag}\"\n}\noutput \"word\" {\n  value = module.inner.word\n}\n";
    folder.write("one/main.tf", inner);
    folder.write("two/main.tf", &inner.replace("\"v1\"", "\"feature\""));
    assert_eq!(folder.word(), "v1");
    folder.write("terraform.tfvars", "stage = \"two\"\n");
    assert_eq!(folder.word(), "feature");
    folder.succeed("apply -auto-approve -var stage=one");
    assert_eq!(folder.succeed("output -raw word"), "v1");
    for (source, summary, at) in [
        ("terraform_data.x.output", "Module argument is not known", "11:12"),
        ("var.missing", "Module argument is not known", "11:12"),
        ("var.hidden", "Unsuitable value type", "11:12"),
        ("[1]", "Unsuitable value type", "11:12"),
        ("local.circle", "Module argument is not known", "8:12"),
    ] {
        let configuration = format!(
            "variable \"missing\" {{}}\nvariable \"hidden\" {{\n  default   = \"./one\"\n  sensitive = true\n}}\nresource \"terraform_data\" \"x\" {{}}\nlocals {{\n  circle = local.circle\n}}\nmodule \"m\" {{\n  source = {source}\n}}\n"
        );
        let folder = Folder::with(&configuration);
        let errors = folder.fail("validate");
        assert!(flat(&errors).contains(&format!("Error: {summary} --> main.tf:{at} ")), "{source}: {errors}");
    }
}

#[test]
fn saved_plans_hold_the_modules() {
    let repository = Repository::new();
    let folder = Folder::with(&calling(&format!("{}//sub?ref=v1", repository.url()), ""));
    folder.succeed("plan -out=p");
    drop(repository);
    std::fs::remove_dir_all(folder.path(".wpinfra")).expect("removed");
    let json: serde_json::Value = serde_json::from_str(&folder.succeed("show -json p")).expect("JSON");
    let call = &json["configuration"]["root_module"]["module_calls"]["m"];
    assert!(call["source"].as_str().is_some_and(|source| source.ends_with("//sub?ref=v1")), "{call}");
    assert_eq!(
        call["module"]["module_calls"]["top"]["module"]["outputs"]["word"]["expression"]["constant_value"],
        "v1"
    );
    folder.succeed("apply p");
    assert_eq!(folder.succeed("output -raw word"), "sub of v1");
}

#[test]
fn commands_that_need_only_the_state_fetch_nothing() {
    let folder =
        Folder::with(&format!("terraform {{\n  backend \"local\" {{}}\n}}\n{}", calling("git::file:///gone", "")));
    assert!(folder.succeed("output").contains("No outputs found"));
    assert_eq!(folder.succeed("state list"), "");
    assert!(!folder.path(".wpinfra").exists());
}

#[test]
fn modules_and_their_providers_are_shown() {
    let repository = Repository::new();
    let url = repository.url();
    let folder = Folder::with(&format!(
        "terraform {{\n  required_providers {{\n    random = {{\n      source  = \"hashicorp/random\"\n      version = \"~> 3.0, >= 3.1\"\n    }}\n  }}\n}}\nmodule \"b\" {{\n  source = \"./b\"\n}}\nmodule \"a\" {{\n  source = \"{url}//sub\"\n}}\n"
    ));
    folder.write("b/main.tf", "resource \"terraform_data\" \"x\" {}\n");
    // What Terraform 1.11.4 prints, but that it brings calls in no particular order.
    let tree = "\nProviders required by configuration:\n.\n├── provider[registry.terraform.io/hashicorp/random] ~> 3.0, >= 3.1.0\n├── module.a\n│   └── module.top\n└── module.b\n    └── provider[terraform.io/builtin/terraform]\n\n";
    assert_eq!(folder.succeed("providers").replace('\u{a0}', " "), tree);
    let modules = folder.succeed("modules").replace('\u{a0}', " ");
    assert!(
        modules.ends_with(&format!(".\n├── \"a\"[{url}//sub]\n│   └── \"top\"[../]\n└── \"b\"[./b]\n")),
        "{modules}"
    );
    let json: serde_json::Value = serde_json::from_str(&folder.succeed("modules -json")).expect("JSON");
    assert_eq!(json["modules"][2], serde_json::json!({"key": "b", "source": "./b", "version": ""}));
    folder.write("main.tf", &module("nothing"));
    folder.write("terraform.tfstate", "{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":1,\"lineage\":\"a\",\"outputs\":{},\"resources\":[{\"mode\":\"managed\",\"type\":\"terraform_data\",\"name\":\"x\",\"provider\":\"provider[\\\"terraform.io/builtin/terraform\\\"]\",\"instances\":[{\"schema_version\":0,\"attributes\":{\"id\":\"a\",\"input\":null,\"output\":null,\"triggers_replace\":null}}]}],\"check_results\":null}");
    assert!(
        folder
            .succeed("providers")
            .ends_with("Providers required by state:\n\n    provider[terraform.io/builtin/terraform]\n\n")
    );
}

#[test]
fn init_takes_what_terraform_takes() {
    let folder = Folder::with(&module("alone"));
    let flags = "-backend=false -input=false -reconfigure -lockfile=readonly -plugin-dir=x -upgrade=false -lock=false -lock-timeout=1s -force-copy -migrate-state -ignore-remote-version -test-directory=t -backend-config=a=b -no-color";
    assert!(folder.succeed(&format!("init {flags}")).starts_with("Nothing to initialize"));
    assert!(folder.fail("init -from-module=x").contains("Error: Unsupported flag"));
    std::fs::remove_file(folder.path("main.tf")).expect("removed");
    assert!(folder.succeed("init").starts_with("Nothing to initialize"));
    assert_eq!(folder.succeed("get"), "");
}

#[test]
fn directories_elsewhere_are_used_where_they_are() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(elsewhere.path().join("m")).expect("a folder");
    let write = |path: &Path, word: &str| std::fs::write(path, module(word)).expect("written");
    write(&elsewhere.path().join("m/main.tf"), "elsewhere");
    let folder = Folder::with(&calling(&format!("{}//m", elsewhere.path().display()), ""));
    assert_eq!(folder.word(), "elsewhere");
    write(&elsewhere.path().join("m/main.tf"), "changed");
    assert_eq!(folder.word(), "changed");
    assert!(!folder.path(".wpinfra").exists());
}
