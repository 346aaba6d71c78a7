//! A local AWS for one test at a time.

use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

/// Servers that no test holds.
static IDLE: Mutex<Vec<Server>> = Mutex::new(Vec::new());

/// The local AWS of `tests/aws`, empty, held by one test; `Drop` gives it to the next.
pub struct Cloud {
    server: Option<Server>,
}

struct Server {
    url: String,
    _process: Child,
    _folder: tempfile::TempDir,
}

impl Cloud {
    /// Takes an idle server, or starts one, and empties it.
    pub fn take() -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let cloud = Self { server: Some(idle.unwrap_or_else(Server::start)) };
        cloud.post("reset", "");
        cloud.post("latency?ms=0", "");
        cloud.post("lifecycle?s=0", "");
        cloud
    }

    /// Returns the address for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> &str {
        &self.server.as_ref().expect("the server is given back only by drop").url
    }

    /// Sends a control request of `tests/aws/README.md` that changes something.
    pub fn post(&self, request: &str, body: &str) -> Json {
        let url = format!("{}/_cloud/{request}", self.url());
        let answer = ureq::post(&url).send(body).unwrap_or_else(|problem| panic!("POST {url}: {problem}"));
        read(answer)
    }

    /// Sends a control request that asks.
    pub fn get(&self, request: &str) -> Json {
        let url = format!("{}/_cloud/{request}", self.url());
        let answer = ureq::get(&url).call().unwrap_or_else(|problem| panic!("GET {url}: {problem}"));
        read(answer)
    }

    /// Puts rules for faults in place of those in force.
    pub fn faults(&self, rules: &Json) {
        self.post("faults", &rules.to_string());
    }

    /// Returns how many calls the rules have hit.
    pub fn hits(&self) -> u64 {
        let rules = self.get("faults");
        rules.as_array().expect("rules are a list").iter().filter_map(|rule| rule["hits"].as_u64()).sum()
    }

    /// Returns what was created and not deleted, by kind.
    pub fn inventory(&self) -> Json {
        self.get("inventory")
    }

    /// Returns how many calls there were since the last `forget_calls`.
    pub fn calls(&self) -> u64 {
        self.get("calls")["total"].as_u64().expect("a count")
    }

    /// Starts counting calls at nothing.
    pub fn forget_calls(&self) {
        self.post("calls/reset", "");
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(server);
        }
    }
}

fn read(answer: ureq::http::Response<ureq::Body>) -> Json {
    let text = answer.into_body().read_to_string().expect("the local AWS answers in UTF-8");
    serde_json::from_str(&text).unwrap_or_else(|problem| panic!("{problem}: {text}"))
}

impl Server {
    /// Starts a server that ends with this process.
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (port, log) = (folder.path().join("port"), folder.path().join("log"));
        let log_file = std::fs::File::create(&log).expect("the folder is ours");
        let mut process = Command::new(crate::repository().join("tests/aws/start"))
            .args(["--port", "0", "--exit-with", &std::process::id().to_string(), "--port-file"])
            .arg(&port)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file)
            .spawn()
            .expect("tests/aws/start can be run: it needs python3");
        let number = wait_for(&port, &mut process, &log);
        Self { url: format!("http://127.0.0.1:{number}"), _process: process, _folder: folder }
    }
}

/// Waits until the server has written its port; the first start installs what it needs.
fn wait_for(port: &Path, process: &mut Child, log: &Path) -> String {
    loop {
        if let Ok(number) = std::fs::read_to_string(port)
            && !number.is_empty()
        {
            return number;
        }
        if process.try_wait().expect("our own child").is_some() {
            let said =
                std::fs::File::open(log).map(std::io::BufReader::new).map(|file| file.lines().collect::<Vec<_>>());
            panic!("the local AWS did not start: {said:?}");
        }
        std::thread::yield_now();
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "a process outside of our control gives no other sign that it is ready")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(20));
}
