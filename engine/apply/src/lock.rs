//! The lock of a state: Terraform's own lock file and file lock, and a lease that a killed run cannot keep.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, fcntl_lock};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use wpinfra_core::{Class, Diagnostic};

use crate::clock::{Clock, Entropy};
use crate::interrupt::Interrupt;
use crate::store::{cannot_write, directory_of, replace};

/// How long a lock is good for without a sign of life.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often the holder gives one.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a lock that is held is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// What stands in the lock file: Terraform's fields, and ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LockInfo {
    /// Identity of the lock, for `force-unlock`.
    #[serde(rename = "ID")]
    pub id: String,
    /// What the holder does: `OperationTypeApply`.
    pub operation: String,
    /// Anything.
    pub info: String,
    /// The holder: `user@host`.
    pub who: String,
    /// The holder's version.
    pub version: String,
    /// Since when.
    pub created: String,
    /// What is locked.
    pub path: String,
    /// The holder's host; absent in Terraform's locks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The holder's process; absent in Terraform's locks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<u32>,
    /// Until when the lock is good; absent in Terraform's locks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expires: String,
}

/// Who wants a lock and how.
#[derive(Clone, Debug)]
pub struct LockRequest {
    /// What for: `OperationTypePlan`, `OperationTypeApply` …
    pub operation: String,
    /// `user@host`
    pub who: String,
    /// This host.
    pub host: String,
    /// This process.
    pub process: u32,
    /// Version of wpinfra.
    pub version: String,
    /// How long to wait while somebody else has it.
    pub timeout: Duration,
}

/// A lock that is held; it ends when this is dropped.
#[derive(Debug)]
#[must_use = "the lock ends when this is dropped"]
pub struct StateLock {
    state: PathBuf,
    info: LockInfo,
    /// Whether the state file was made only to be locked.
    has_made_file: bool,
    /// Locked as Terraform locks it. Closing it takes the lock off.
    _file: Option<File>,
    /// What should be told of a lock that was taken over.
    note: Option<String>,
    /// Gives signs of life; ends with this.
    heartbeat: JoinSet<()>,
}

impl StateLock {
    /// Takes the lock of a state, waiting for it if the request says so.
    pub async fn acquire(
        state: &Path,
        request: &LockRequest,
        clock: Arc<dyn Clock>,
        entropy: &Entropy,
        interrupt: &Interrupt,
    ) -> Result<Self, Box<Diagnostic>> {
        let started = clock.elapsed();
        loop {
            match Self::attempt(state, request, &*clock, entropy) {
                Ok(mut lock) => {
                    lock.keep_alive(clock, interrupt.clone());
                    return Ok(lock);
                }
                Err(Refusal::Held(info)) => {
                    let waited = clock.elapsed().saturating_sub(started);
                    if waited >= request.timeout || interrupt.urgency() != crate::interrupt::Urgency::None {
                        return Err(Box::new(held(state, &info, clock.now(), waited)));
                    }
                    clock.sleep(RETRY.min(request.timeout.saturating_sub(waited))).await;
                }
                Err(Refusal::Io(path, error)) => return Err(Box::new(cannot_write(&path, &error))),
            }
        }
    }

    /// Returns what should be told of a lock that was taken over.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Returns what stands in the lock file.
    pub fn info(&self) -> &LockInfo {
        &self.info
    }

    fn attempt(state: &Path, request: &LockRequest, clock: &dyn Clock, entropy: &Entropy) -> Result<Self, Refusal> {
        let had_file = state.exists();
        let io = |error| Refusal::Io(state.to_owned(), error);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(state).map_err(io)?;
        let has_made_file = !had_file;
        let before = read_info(state);
        let os_lock = fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive);
        let is_held = match (&before, os_lock) {
            (_, Err(error)) if error == rustix::io::Errno::AGAIN || error == rustix::io::Errno::ACCESS => true,
            // The system keeps a process from locking itself out; the lock file tells of it.
            (Some(info), Ok(())) => info.is_live_elsewhere(request, clock.now()) || info.is_of(request),
            // The file system has no locks: only the lock file counts.
            (Some(info), Err(_)) => info.is_live(request, clock.now()),
            (None, _) => false,
        };
        if is_held {
            return Err(Refusal::Held(Box::new(before.unwrap_or_default())));
        }
        let info = LockInfo {
            id: entropy.uuid(),
            operation: request.operation.clone(),
            info: String::new(),
            who: request.who.clone(),
            version: request.version.clone(),
            created: clock.now().to_string(),
            path: state.display().to_string(),
            host: request.host.clone(),
            process: Some(request.process),
            expires: expiry(clock),
        };
        write_info(state, &info).map_err(|error| Refusal::Io(info_path(state), error))?;
        let note = before.map(|before| taken_over(&before));
        Ok(Self { state: state.to_owned(), info, has_made_file, _file: Some(file), note, heartbeat: JoinSet::new() })
    }

    fn keep_alive(&mut self, clock: Arc<dyn Clock>, interrupt: Interrupt) {
        let (state, mut info) = (self.state.clone(), self.info.clone());
        self.heartbeat.spawn(async move {
            loop {
                clock.sleep(HEARTBEAT).await;
                if read_info(&state).is_none_or(|current| current.id != info.id) {
                    // Somebody has taken the lock, after this process slept for too long, or by force.
                    interrupt.signal();
                    return;
                }
                info.expires = expiry(&*clock);
                // A disk that is full for a while is no reason to stop: the lock lasts for several heartbeats.
                drop(write_info(&state, &info));
            }
        });
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        self.heartbeat.abort_all();
        if read_info(&self.state).is_some_and(|current| current.id == self.info.id) {
            // What cannot be removed expires.
            drop(fs::remove_file(info_path(&self.state)));
        }
        if self.has_made_file && fs::metadata(&self.state).is_ok_and(|metadata| metadata.len() == 0) {
            drop(fs::remove_file(&self.state));
        }
    }
}

/// Removes a lock by force.
///
/// # Errors
///
/// Says so if there is no lock, or it has another id.
pub fn force_unlock(state: &Path, id: &str) -> Result<LockInfo, Box<Diagnostic>> {
    let Some(info) = read_info(state) else {
        let detail = format!("The state \"{}\" is not locked.", state.display());
        return Err(Box::new(Diagnostic::error("Nothing to unlock", detail)));
    };
    if info.id != id {
        let detail =
            format!("The lock of \"{}\" has the id {:?}, not {id:?}. {}", state.display(), info.id, info.holder());
        return Err(Box::new(Diagnostic::error("Lock has another id", detail)));
    }
    let path = info_path(state);
    fs::remove_file(&path).map_err(|error| Box::new(cannot_write(&path, &error)))?;
    Ok(info)
}

/// Why a lock was not given.
enum Refusal {
    Held(Box<LockInfo>),
    Io(PathBuf, io::Error),
}

impl LockInfo {
    /// Tells whether the lock is of the very process that asks.
    fn is_of(&self, request: &LockRequest) -> bool {
        self.host == request.host && self.process == Some(request.process)
    }

    /// Tells whether the lock is of another host and has not expired: the file lock of this host says nothing of it.
    fn is_live_elsewhere(&self, request: &LockRequest, now: Timestamp) -> bool {
        !self.host.is_empty() && self.host != request.host && !self.has_expired(now)
    }

    /// Tells whether the lock counts where there are no file locks.
    fn is_live(&self, request: &LockRequest, now: Timestamp) -> bool {
        match self.process {
            Some(process) if self.host == request.host => is_alive(process),
            // Terraform's locks do not expire.
            _ => !self.has_expired(now),
        }
    }

    fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.parse::<Timestamp>().is_ok_and(|expires| expires < now)
    }

    fn holder(&self) -> String {
        let known = |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
        let process = self.process.map(|process| format!(", process {process}")).unwrap_or_default();
        format!(
            "{}{process} holds it for {}.",
            known(&self.who, "Somebody"),
            known(&operation_in_words(&self.operation), "something")
        )
    }
}

fn operation_in_words(operation: &str) -> String {
    operation
        .strip_prefix("OperationType")
        .map_or_else(|| operation.to_owned(), |rest| format!("\"{}\"", rest.to_lowercase()))
}

fn held(state: &Path, info: &LockInfo, now: Timestamp, waited: Duration) -> Diagnostic {
    let since = match info.created.parse::<Timestamp>() {
        Ok(created) => {
            let age = now.duration_since(created).as_secs().max(0).unsigned_abs();
            format!(" It has done so since {} ({} ago).", info.created, crate::wait::in_words(Duration::from_secs(age)))
        }
        Err(_) => String::new(),
    };
    let waited = if waited.is_zero() {
        String::new()
    } else {
        format!(" This run has waited {}.", crate::wait::in_words(waited))
    };
    let id = if info.id.is_empty() { String::new() } else { format!("\nLock id: {}", info.id) };
    let detail = format!(
        "The state \"{}\" is locked. {}{since}{waited}\n\nWait until it has ended, or let this command wait: \
         -lock-timeout=5m. If it has crashed on another machine the lock expires by itself within a minute.{id}",
        state.display(),
        info.holder()
    );
    Diagnostic::error("State is locked", detail).class(Class::Environment)
}

fn taken_over(before: &LockInfo) -> String {
    let who = if before.who.is_empty() { "somebody" } else { &before.who };
    format!("Took over the lock that {who} left behind: its process has ended.")
}

fn expiry(clock: &dyn Clock) -> String {
    clock.now().checked_add(LEASE).unwrap_or(Timestamp::MAX).to_string()
}

/// Returns the lock file of a state: `.terraform.tfstate.lock.info`.
fn info_path(state: &Path) -> PathBuf {
    let name = state.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    directory_of(state).join(format!(".{name}.lock.info"))
}

fn read_info(state: &Path) -> Option<LockInfo> {
    let bytes = fs::read(info_path(state)).ok()?;
    // A lock file that nobody can read is a lock nevertheless.
    Some(serde_json::from_slice(&bytes).unwrap_or_default())
}

fn write_info(state: &Path, info: &LockInfo) -> io::Result<()> {
    let json = serde_json::to_vec(info).map_err(io::Error::other)?;
    replace(&info_path(state), &json)
}

fn is_alive(process: u32) -> bool {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    process.is_some_and(|process| match rustix::process::test_kill_process(process) {
        Ok(()) => true,
        Err(error) => error == rustix::io::Errno::PERM,
    })
}

#[cfg(test)]
mod tests;
