//! Files of the configuration: from the disk, or from a saved plan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use wpinfra_lang::Files;

/// Files below a directory, which remembers the texts that were read.
pub(crate) struct DiskFiles {
    directory: PathBuf,
    texts: Mutex<BTreeMap<String, String>>,
}

impl DiskFiles {
    /// Returns the files; relative paths start at the directory.
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, texts: Mutex::default() }
    }

    /// Returns the texts that were read so far, by path.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let bytes = fs::read(self.directory.join(path)).map_err(|error| reason(&error))?;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
            texts.insert(path.to_owned(), text.to_owned());
        }
        Ok(bytes)
    }

    fn exists(&self, path: &str) -> bool {
        self.directory.join(path).is_file()
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        list_below(&self.directory.join(dir), "", &mut found).map_err(|error| reason(&error))?;
        found.sort();
        Ok(found)
    }

    fn names(&self, dir: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.directory.join(dir)).map_err(|error| reason(&error))? {
            let path = entry.map_err(|error| reason(&error))?.path();
            let name = path.file_name().and_then(std::ffi::OsStr::to_str).map(str::to_owned);
            found.extend(name.filter(|_| path.is_file()));
        }
        found.sort();
        Ok(found)
    }
}

fn reason(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "there is no such file or directory".to_owned()
    } else {
        error.to_string()
    }
}

fn list_below(directory: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        // A link to a directory could lead in circles: only links to files are followed.
        if entry.file_type()?.is_dir() {
            list_below(&entry.path(), &path, found)?;
        } else if entry.path().is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// The configuration as it was when a plan was made; what is not in it is read from the disk.
pub(crate) struct SavedFiles {
    sources: BTreeMap<String, String>,
    disk: DiskFiles,
}

impl SavedFiles {
    /// Returns the files of a saved plan.
    pub(crate) fn new(sources: BTreeMap<String, String>, directory: PathBuf) -> Self {
        Self { sources, disk: DiskFiles::new(directory) }
    }

    /// Returns the saved files below a directory, as paths from there.
    fn saved_below(&self, dir: &str) -> impl Iterator<Item = String> + '_ {
        let prefix = if dir == "." || dir.is_empty() { String::new() } else { format!("{dir}/") };
        self.sources.keys().filter_map(move |path| {
            let inside = path.strip_prefix(&prefix)?;
            (!inside.starts_with("../") && !inside.starts_with('/')).then(|| inside.to_owned())
        })
    }
}

/// Returns what is saved together with what the disk has beside it.
fn join(mut saved: BTreeSet<String>, disk: Result<Vec<String>, String>) -> Result<Vec<String>, String> {
    match disk {
        Ok(names) => saved.extend(names.into_iter().filter(|name| !is_configuration(name))),
        Err(why) if saved.is_empty() => return Err(why),
        // The directory of a module may be gone by now; its files are in the plan.
        Err(_) => {}
    }
    Ok(saved.into_iter().collect())
}

/// Tells whether a file holds blocks.
pub(crate) fn is_configuration_file(name: &str) -> bool {
    has_ending(name, &[".tf", ".tf.json"])
}

/// Tells whether a name ends so; the case of letters counts, as everywhere in the language.
pub(crate) fn has_ending(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| name.ends_with(ending))
}

/// Tells whether the file belongs to the configuration itself: the disk is not asked about it once the plan is made.
fn is_configuration(path: &str) -> bool {
    has_ending(path, &[".tf", ".tf.json", ".tfvars", ".tfvars.json"])
}

impl Files for SavedFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match self.sources.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None if is_configuration(path) => Err("it is not in the saved plan".to_owned()),
            None => self.disk.read(path),
        }
    }

    fn exists(&self, path: &str) -> bool {
        self.sources.contains_key(path) || (!is_configuration(path) && self.disk.exists(path))
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        join(self.saved_below(dir).collect(), self.disk.list(dir))
    }

    fn names(&self, dir: &str) -> Result<Vec<String>, String> {
        join(self.saved_below(dir).filter(|path| !path.contains('/')).collect(), self.disk.names(dir))
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write files that nobody has to keep")]
mod tests {
    use super::*;

    #[test]
    fn a_saved_configuration_hides_what_the_disk_has_by_now() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("main.tf", "new"), ("extra.tf", "new"), ("page.html", "page")] {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let sources = BTreeMap::from([("main.tf".to_owned(), "old".to_owned()), ("m/a.tf".to_owned(), "a".to_owned())]);
        let files = SavedFiles::new(sources, folder.path().to_owned());
        assert_eq!(files.read("main.tf"), Ok(b"old".to_vec()));
        assert_eq!(files.read("page.html"), Ok(b"page".to_vec()));
        assert!(files.read("extra.tf").is_err() && !files.exists("extra.tf"));
        assert_eq!(files.list("."), Ok(vec!["m/a.tf".to_owned(), "main.tf".to_owned(), "page.html".to_owned()]));
        assert_eq!(files.list("m"), Ok(vec!["a.tf".to_owned()]));
    }

    #[test]
    fn read_texts_are_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("main.tf"), "text").expect("written");
        let files = DiskFiles::new(folder.path().to_owned());
        assert_eq!(files.read("gone.tf"), Err("there is no such file or directory".to_owned()));
        assert_eq!(files.read("main.tf"), Ok(b"text".to_vec()));
        assert_eq!(files.texts(), BTreeMap::from([("main.tf".to_owned(), "text".to_owned())]));
    }
}
