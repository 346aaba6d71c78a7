//! Appending to a journal, many steps sharing one fsync.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::replay::{Pending, follow};
use super::{Entry, to_line};

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Arc<File>,
    progress: Mutex<Progress>,
    synced: Notify,
}

/// A journal could not be written.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot write to \"{}\": {cause}", path.display())]
pub struct JournalError {
    path: PathBuf,
    cause: Arc<io::Error>,
}

#[derive(Debug, Default)]
struct Progress {
    /// Lines written.
    written: u64,
    /// Bytes written.
    length: u64,
    /// Lines of which it is certain that they are on the disk.
    durable: u64,
    /// Whether somebody is syncing right now.
    is_syncing: bool,
    /// Why nothing can be written any more.
    failure: Option<JournalError>,
    /// Effects of which the end has not been written.
    pending: BTreeMap<usize, Pending>,
}

impl Journal {
    /// Makes a journal with these entries, durable; one that stands at the path is replaced.
    ///
    /// # Errors
    ///
    /// Returns what the file system says; the caller knows what it means.
    pub fn create(path: &Path, entries: &[Entry]) -> io::Result<Self> {
        let directory = crate::store::directory_of(path);
        let mut file = tempfile::Builder::new().prefix(".wpinfra-journal-").tempfile_in(directory)?;
        let text: String = entries.iter().enumerate().map(|(index, entry)| to_line(index as u64, entry)).collect();
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        crate::store::sync_directory(directory)?;
        let file = Arc::new(OpenOptions::new().append(true).open(path)?);
        let lines = entries.len() as u64;
        let progress = Progress { written: lines, durable: lines, length: text.len() as u64, ..Progress::default() };
        Ok(Self { path: path.to_owned(), file, progress: Mutex::new(progress), synced: Notify::new() })
    }

    /// Writes an entry, which is then safe from a crash of the program, and returns its number for [`Self::sync`].
    ///
    /// # Errors
    ///
    /// After the first error nothing more is written, so that the journal stays readable up to there.
    pub fn append(&self, entry: &Entry) -> Result<u64, JournalError> {
        let mut progress = self.progress();
        if let Some(failure) = &progress.failure {
            return Err(failure.clone());
        }
        let line = to_line(progress.written, entry);
        if let Err(cause) = (&*self.file).write_all(line.as_bytes()) {
            // Takes away what has been written of the line; if that fails too it is a torn last line.
            let cause = self.file.set_len(progress.length).err().unwrap_or(cause);
            return Err(self.fail(&mut progress, cause));
        }
        progress.length += line.len() as u64;
        progress.written += 1;
        follow(&mut progress.pending, entry);
        Ok(progress.written)
    }

    /// Waits until the entry and all before it are on the disk; whoever comes while a sync is going on shares the next.
    ///
    /// # Errors
    ///
    /// Returns why that could not be brought about.
    pub async fn sync(&self, number: u64) -> Result<(), JournalError> {
        loop {
            let mut woken = std::pin::pin!(self.synced.notified());
            let target = {
                let mut progress = self.progress();
                if progress.durable >= number {
                    return Ok(());
                }
                if let Some(failure) = &progress.failure {
                    return Err(failure.clone());
                }
                woken.as_mut().enable();
                if progress.is_syncing {
                    None
                } else {
                    progress.is_syncing = true;
                    Some(progress.written)
                }
            };
            match target {
                None => woken.await,
                Some(target) => self.sync_to(target).await,
            }
        }
    }

    async fn sync_to(&self, target: u64) {
        let _turn = Turn(self);
        let file = Arc::clone(&self.file);
        let result = tokio::task::spawn_blocking(move || file.sync_data()).await;
        let mut progress = self.progress();
        match result {
            Ok(Ok(())) => progress.durable = progress.durable.max(target),
            Ok(Err(cause)) => drop(self.fail(&mut progress, cause)),
            Err(error) => drop(self.fail(&mut progress, io::Error::other(error.to_string()))),
        }
    }

    /// Returns the effects of which the end has not been written.
    pub fn pending(&self) -> BTreeMap<usize, Pending> {
        self.progress().pending.clone()
    }

    /// Returns the path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn fail(&self, progress: &mut Progress, cause: io::Error) -> JournalError {
        let failure = JournalError { path: self.path.clone(), cause: Arc::new(cause) };
        progress.failure.get_or_insert(failure).clone()
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of the one who syncs; ends also when the future is dropped.
struct Turn<'a>(&'a Journal);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.progress().is_syncing = false;
        self.0.synced.notify_waiters();
    }
}

impl JournalError {
    /// Returns the journal.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what the file system said.
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }
}
