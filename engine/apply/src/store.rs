//! Where the state lives: a snapshot that is replaced as a whole, and a journal beside it while an apply is going on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use wpinfra_core::state::State;
use wpinfra_core::{Class, Diagnostic, Diagnostics};

use crate::clock::Entropy;
use crate::journal::{self, Entry, Journal, Pending, Replayed};
use crate::lock::StateLock;
use crate::state_file::{self, StateFile};
use crate::verify::verify_file;

/// The files of one state.
#[derive(Clone, Debug)]
pub struct StatePaths {
    /// The snapshot that is read: `terraform.tfstate`.
    pub state: PathBuf,
    /// The snapshot that is written; mostly the same.
    pub state_out: PathBuf,
    /// The copy of the snapshot from before the first change of a run; `None` for none.
    pub backup: Option<PathBuf>,
    /// Where the state goes if the snapshot cannot be written at the end: `errored.tfstate` in the working directory.
    pub errored: PathBuf,
}

impl StatePaths {
    /// Returns the files of a snapshot, as they are without any options.
    pub fn beside(state: impl Into<PathBuf>, working_directory: &Path) -> Self {
        let state = state.into();
        let backup = Some(with_ending(&state, "backup"));
        Self { state_out: state.clone(), backup, errored: working_directory.join("errored.tfstate"), state }
    }

    /// Returns the journal: beside the snapshot that is written.
    pub fn journal(&self) -> PathBuf {
        with_ending(&self.state_out, "journal")
    }
}

/// A state that has been loaded, and can be saved.
#[derive(Debug)]
pub struct Store {
    paths: StatePaths,
    /// The snapshot as it stands on the disk.
    snapshot: StateFile,
    /// Its bytes, until they have been backed up.
    original: Option<Vec<u8>>,
    /// What the journal of an interrupted run adds to the snapshot; `None` if there is none.
    replayed: Option<Replayed>,
    /// What an interrupted run has left in the journal, until another one takes its place.
    entries: Vec<Entry>,
    /// Files that were read or written. Closing one would take the process's lock off it.
    open: Vec<File>,
    /// Whether each new snapshot is locked before it takes its place, so that the lock never has a gap.
    is_locked: bool,
}

impl Store {
    /// Loads a state: snapshot and journal, both verified. Neither has to be there.
    pub fn open(paths: StatePaths) -> Result<Self, Diagnostics> {
        let mut open = Vec::new();
        let original = read_if_there(&paths.state, &mut open).map_err(|error| cannot_read(&paths.state, &error))?;
        let file = paths.state.display().to_string();
        let text = String::from_utf8_lossy(original.as_deref().unwrap_or_default()).into_owned();
        let snapshot = state_file::parse(&text, &file).map_err(|problem| *problem)?;
        let journal_path = paths.journal();
        let bytes = read_if_there(&journal_path, &mut open).map_err(|error| cannot_read(&journal_path, &error))?;
        let entries = journal::parse(&bytes.unwrap_or_default(), &journal_path.display().to_string())
            .map_err(|problem| *problem)?;
        let replayed = join(&snapshot.state, &entries, &paths)?;
        let problems = verify_file(replayed.as_ref().map_or(&snapshot.state, |replayed| &replayed.state), &file);
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Self { paths, snapshot, original, replayed, entries, open, is_locked: false })
    }

    /// Goes on with the lock that this process holds on the snapshot, whenever another file takes its place.
    pub fn hold_lock(&mut self, _lock: &StateLock) {
        self.is_locked = true;
    }

    /// Returns what is recorded.
    pub fn state(&self) -> &State {
        self.replayed.as_ref().map_or(&self.snapshot.state, |replayed| &replayed.state)
    }

    /// Returns the effects of an interrupted apply of which the outcome is not known.
    pub fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.replayed.iter().flat_map(|replayed| replayed.pending.values())
    }

    /// Returns the files.
    pub fn paths(&self) -> &StatePaths {
        &self.paths
    }

    /// Returns the objects that an interrupted apply has created, with instance and provider configuration.
    ///
    /// What is done once for all new objects at the end of an apply has not been done for them.
    pub fn created_before(&self) -> Vec<(String, String, String)> {
        let creations = self.entries.iter();
        let creations =
            creations.filter_map(|entry| if let Entry::Created { step, id } = entry { Some((step, id)) } else { None });
        let begun = |step: &usize| {
            let begun = self
                .entries
                .iter()
                .filter_map(|entry| if let Entry::Begun(begun) = entry { Some(begun) } else { None });
            begun
                .filter(|begun| begun.step == *step)
                .map(|begun| (begun.address.clone(), begun.provider.clone()))
                .next_back()
        };
        creations
            .filter_map(|(step, id)| begun(step).map(|(address, provider)| (address, provider, id.clone())))
            .collect()
    }

    /// Writes a state as the new snapshot, with a serial of its own, if it says anything else than the one on the disk.
    ///
    /// What an interrupted apply has left open stays open. Returns whether there was something to write.
    pub fn save(&mut self, state: &State, entropy: &Entropy) -> Result<bool, Box<Diagnostic>> {
        let wrote = self.write_snapshot(state, entropy)?;
        let pending = self.replayed.take().map(|replayed| replayed.pending).unwrap_or_default();
        self.settle(pending)?;
        Ok(wrote)
    }

    /// Writes a state in which everything that was open has found its end.
    pub fn save_recovered(&mut self, state: &State, entropy: &Entropy) -> Result<(), Box<Diagnostic>> {
        self.write_snapshot(state, entropy)?;
        self.settle(BTreeMap::new())
    }

    /// Makes the journal say only what is still open; without that it goes.
    fn settle(&mut self, pending: BTreeMap<usize, Pending>) -> Result<(), Box<Diagnostic>> {
        let path = self.paths.journal();
        self.replayed = None;
        if pending.is_empty() {
            self.entries.clear();
            return remove_if_there(&path).map_err(|error| Box::new(cannot_write(&path, &error)));
        }
        let replayed = Replayed { state: self.snapshot.state.clone(), pending, closed: None };
        let (_, entries) = journal::compact(&replayed);
        Journal::create(&path, &entries).map_err(|error| Box::new(cannot_write(&path, &error)))?;
        (self.replayed, self.entries) = (Some(replayed), entries);
        Ok(())
    }

    /// Says in the journal of an interrupted run that the snapshot to come holds all that it has finished.
    fn close_old_journal(&mut self, serial: u64) -> io::Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        self.entries.retain(|entry| !matches!(entry, Entry::Closed { .. }));
        self.entries.push(Entry::Closed { serial });
        Journal::create(&self.paths.journal(), &self.entries).map(drop)
    }

    /// Starts the journal of an apply, after writing the state that it starts from.
    pub fn begin(&mut self, prior: &State, entropy: &Entropy) -> Result<Journal, Box<Diagnostic>> {
        if let Some(open) = self.pending().next() {
            let detail = format!("{} is still open from an interrupted apply.", open.begun.address);
            return Err(Box::new(Diagnostic::bug("Apply before recovery", detail)));
        }
        if !prior.resources.is_empty() || self.original.is_some() {
            self.write_snapshot(prior, entropy)?;
        }
        if self.snapshot.state.lineage.is_empty() {
            self.snapshot.state.lineage = if prior.lineage.is_empty() { entropy.uuid() } else { prior.lineage.clone() };
        }
        let State { lineage, serial, .. } = &self.snapshot.state;
        let header = Entry::Header { format: journal::FORMAT_VERSION, lineage: lineage.clone(), serial: *serial };
        let path = self.paths.journal();
        let journal = Journal::create(&path, &[header]).map_err(|error| Box::new(cannot_write(&path, &error)))?;
        self.replayed = None;
        self.entries.clear();
        Ok(journal)
    }

    /// Ends the journal of an apply: the snapshot is written, and the journal goes or shrinks to what is still open.
    ///
    /// `state` is what the run knows, which is what the journal says unless that could not be written.
    pub async fn finish(&mut self, state: &State, journal: Journal, entropy: &Entropy) -> Result<(), Box<Diagnostic>> {
        let pending = journal.pending();
        let serial = self.serial_after(state);
        // From here on the snapshot with that serial holds everything that is finished.
        if let Ok(number) = journal.append(&Entry::Closed { serial }) {
            // A journal that cannot be written is no reason not to try the snapshot.
            drop(journal.sync(number).await);
        }
        drop(journal);
        self.write_snapshot(state, entropy)?;
        self.settle(pending)
    }

    /// Writes a state that could not be saved into the working directory; returns where.
    ///
    /// # Errors
    ///
    /// Returns the text of the state, for the last resort: to be shown.
    pub fn save_elsewhere(&self, state: &State) -> Result<PathBuf, String> {
        let mut file = StateFile { state: state.clone(), extras: self.snapshot.extras.clone() };
        file.state.lineage.clone_from(&self.snapshot.state.lineage);
        file.state.serial = self.serial_after(state);
        let text = state_file::print(&file);
        match replace(&self.paths.errored, text.as_bytes()) {
            Ok(()) => Ok(self.paths.errored.clone()),
            Err(_) => Err(text),
        }
    }

    fn serial_after(&self, state: &State) -> u64 {
        if self.says_the_same(state) { self.snapshot.state.serial } else { self.snapshot.state.serial + 1 }
    }

    fn says_the_same(&self, state: &State) -> bool {
        let on_disk = &self.snapshot.state;
        on_disk.resources == state.resources
            && on_disk.outputs == state.outputs
            && on_disk.check_results == state.check_results
    }

    fn write_snapshot(&mut self, state: &State, entropy: &Entropy) -> Result<bool, Box<Diagnostic>> {
        let same_place = self.paths.state == self.paths.state_out;
        if self.says_the_same(state) && same_place {
            return Ok(false);
        }
        let path = self.paths.state_out.clone();
        let mut file = StateFile { state: state.clone(), extras: self.snapshot.extras.clone() };
        file.state.serial = self.serial_after(state);
        file.state.lineage.clone_from(&self.snapshot.state.lineage);
        if file.state.lineage.is_empty() {
            file.state.lineage = if state.lineage.is_empty() { entropy.uuid() } else { state.lineage.clone() };
        }
        let problems = verify_file(&file.state, &path.display().to_string());
        if let Some(problem) = problems.into_iter().next() {
            return Err(Box::new(Diagnostic::bug(problem.summary, problem.detail)));
        }
        self.close_old_journal(file.state.serial)
            .map_err(|error| Box::new(cannot_write(&self.paths.journal(), &error)))?;
        self.back_up()
            .map_err(|error| Box::new(cannot_write(self.paths.backup.as_deref().unwrap_or(&path), &error)))?;
        let written = replace_and_keep(&path, state_file::print(&file).as_bytes(), self.is_locked);
        self.open.push(written.map_err(|error| Box::new(cannot_write(&path, &error)))?);
        self.snapshot = file;
        self.paths.state = path;
        Ok(true)
    }

    /// Copies what stood on the disk before this run, once.
    fn back_up(&mut self) -> io::Result<()> {
        match (&self.paths.backup, &self.original) {
            (Some(backup), Some(original)) if !original.is_empty() => replace(backup, original)?,
            _ => {}
        }
        self.original = self.original.take().map(|_| Vec::new());
        Ok(())
    }
}

/// Joins a snapshot with its journal.
fn join(snapshot: &State, entries: &[Entry], paths: &StatePaths) -> Result<Option<Replayed>, Diagnostics> {
    let Some(Entry::Header { lineage, serial, .. }) = entries.first() else {
        return Ok(None);
    };
    let is_same_line = snapshot.lineage == *lineage || (snapshot.lineage.is_empty() && *serial == 0);
    let path = paths.journal();
    if is_same_line && snapshot.serial == *serial {
        let replayed = journal::replay(snapshot.clone(), entries);
        return replayed.map(Some).map_err(|why| senseless(&path, &why).into());
    }
    // The run came as far as writing the new snapshot, but not to the removal of the journal.
    let closed =
        entries.iter().find_map(|entry| if let Entry::Closed { serial } = entry { Some(*serial) } else { None });
    if is_same_line && closed == Some(snapshot.serial) {
        let mut pending = BTreeMap::new();
        for entry in entries {
            journal::follow(&mut pending, entry);
        }
        return Ok(Some(Replayed { state: snapshot.clone(), pending, closed }));
    }
    Err(foreign_journal(snapshot, lineage, *serial, paths).into())
}

fn foreign_journal(snapshot: &State, lineage: &str, serial: u64, paths: &StatePaths) -> Diagnostic {
    let (state, journal) = (paths.state.display(), paths.journal());
    let journal = journal.display();
    let difference = if snapshot.lineage == lineage {
        format!("it belongs to serial {serial} of the state, but \"{state}\" has serial {}", snapshot.serial)
    } else {
        format!("it belongs to a state with lineage {lineage:?}, but \"{state}\" has lineage {:?}", snapshot.lineage)
    };
    let detail = format!(
        "An apply was interrupted and left the journal \"{journal}\", which holds what it had done. It does not fit the state: \
         {difference}. The state was written by something else in between. Nothing was changed.\n\nPut back the state that the \
         journal belongs to; or, if what is in the journal is not needed, move the journal to another place."
    );
    Diagnostic::error("Journal does not fit the state", detail).class(Class::Environment)
}

fn senseless(journal: &Path, (entry, why): &(usize, String)) -> Diagnostic {
    let detail = format!(
        "Line {} of the journal \"{}\" makes no sense: {why}. Nothing was changed.",
        entry + 1,
        journal.display()
    );
    Diagnostic::bug("Journal is inconsistent", detail)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the standard library adds kinds of errors")]
fn cannot_read(path: &Path, error: &io::Error) -> Diagnostic {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => "Run wpinfra as a user who may read it, or change its permissions.",
        io::ErrorKind::IsADirectory => "It is a directory; name a file.",
        _ => "See that the disk is there and in order.",
    };
    let detail = format!("\"{}\" cannot be read: {error}. {remedy}", path.display());
    Diagnostic::error("Cannot read state", detail).class(Class::Environment)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the standard library adds kinds of errors")]
pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Diagnostic {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "Make room on the disk and run the command again.",
        io::ErrorKind::PermissionDenied => "Run wpinfra as a user who may write there, or change the permissions.",
        io::ErrorKind::ReadOnlyFilesystem => {
            "The file system is read-only; mount it for writing or keep the state elsewhere."
        }
        io::ErrorKind::NotFound => "Create the directory first.",
        _ => "See that the disk is there and in order.",
    };
    let detail = format!("\"{}\" cannot be written: {error}. {remedy}", path.display());
    Diagnostic::error("Cannot write state", detail).class(Class::Environment)
}

fn read_if_there(path: &Path, open: &mut Vec<File>) -> io::Result<Option<Vec<u8>>> {
    match File::open(path) {
        Ok(mut file) => {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            open.push(file);
            Ok(Some(bytes))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_directory(directory_of(path)),
    }
}

/// Replaces a file as a whole: whoever reads it sees the old bytes or the new ones, also after a crash.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_and_keep(path, bytes, false).map(drop)
}

/// Replaces a file, which may be locked before it is visible, and returns it open.
fn replace_and_keep(path: &Path, bytes: &[u8], is_locked: bool) -> io::Result<File> {
    // The file that a link leads to is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = directory_of(&path);
    let mut file = tempfile::Builder::new().prefix(".wpinfra-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    if let Ok(metadata) = fs::metadata(&path) {
        if metadata.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    if is_locked {
        fcntl_lock(file.as_file(), FlockOperation::NonBlockingLockExclusive)?;
    }
    let file = file.persist(&path).map_err(|error| error.error)?;
    sync_directory(directory)?;
    Ok(file)
}

/// Returns the directory of a file.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes sure that the names in a directory are on the disk.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
