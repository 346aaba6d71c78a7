//! The list of modules that were fetched, in Terraform's format.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use wpinfra_lang::Files;
use wpinfra_lang::config::{InstalledModule, InstalledModules};

use super::{FOLDER, Problem};
use crate::session::Session;

/// Name of the list in its folder.
const NAME: &str = "modules.json";

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    #[serde(default)]
    modules: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    key: String,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    dir: String,
}

/// Returns the paths of the lists from the working directory: ours, then that of `terraform init`.
fn paths(session: &Session) -> [String; 2] {
    let data = session.environment.variable("TF_DATA_DIR").unwrap_or(".terraform");
    [format!("{FOLDER}/{NAME}"), format!("{data}/modules/{NAME}")]
}

/// Returns the modules that are there, whoever has fetched them.
pub(crate) fn installed(session: &Session) -> InstalledModules {
    // The texts go into saved plans with the files of the configuration.
    let texts = paths(session).map(|path| session.files.read(&path).unwrap_or_default());
    let mut installed = InstalledModules::default();
    for (key, module) in texts.iter().flat_map(|text| entries(text)) {
        // A list outlives what is deleted by hand.
        if session.environment.directory.join(&module.dir).is_dir() {
            installed.add(key, module);
        }
    }
    installed
}

/// Returns the modules as they were when a plan was saved with these texts.
pub(crate) fn installed_when_saved(session: &Session, sources: &BTreeMap<String, String>) -> InstalledModules {
    let mut installed = InstalledModules::default();
    for (key, module) in
        paths(session).iter().filter_map(|path| sources.get(path)).flat_map(|text| entries(text.as_bytes()))
    {
        installed.add(key, module);
    }
    installed
}

/// Returns the entries of a list that are about fetched modules; a list that cannot be read has none.
fn entries(text: &[u8]) -> Vec<(String, InstalledModule)> {
    let manifest: Manifest = serde_json::from_slice(text).unwrap_or_default();
    let is_local = |source: &str| source.is_empty() || source.starts_with('.');
    let entries = manifest.modules.into_iter().filter(|entry| !is_local(&entry.source));
    entries
        .map(|Entry { key, source, version, dir }| {
            (key, InstalledModule { source, version: version.filter(|version| !version.is_empty()), dir })
        })
        .collect()
}

/// Returns our own list.
pub(super) fn own(session: &Session) -> BTreeMap<String, InstalledModule> {
    let path = session.environment.directory.join(FOLDER).join(NAME);
    entries(&std::fs::read(path).unwrap_or_default()).into_iter().collect()
}

/// Replaces our own list.
pub(super) fn write(folder: &Path, modules: &BTreeMap<String, InstalledModule>) -> Result<(), Problem> {
    let root = Entry { key: String::new(), source: String::new(), version: None, dir: ".".to_owned() };
    let entry = |(key, module): (&String, &InstalledModule)| Entry {
        key: key.clone(),
        source: module.source.clone(),
        version: module.version.clone(),
        dir: module.dir.clone(),
    };
    let manifest = Manifest { modules: std::iter::once(root).chain(modules.iter().map(entry)).collect() };
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &manifest)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(folder.join(NAME))?;
        Ok(())
    };
    written().map_err(|error| Problem::of_disk(&error))
}
