//! Fetches all modules that are missing at once, and puts each into its place.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use futures_util::stream::{self, StreamExt};
use wpinfra_apply::interrupt::Urgency;
use wpinfra_core::{Diagnostic, Diagnostics};
use wpinfra_lang::config::module_source::{PackageSource, RegistrySource};
use wpinfra_lang::config::{InstalledModule, ModuleRequest, ModuleSource, Version};

use super::cli_configuration::CliConfiguration;
use super::http::Http;
use super::package::{Packages, directory, joined};
use super::registry::Registry;
use super::{FOLDER, Problem, manifest};
use crate::session::Session;

/// How many packages are fetched at once.
const AT_ONCE: usize = 8;
/// How the names of folders begin in which something is not complete.
const UNFINISHED: &str = ".fetching-";

/// Modules that were fetched, by the path of calls.
pub(crate) type Fetched = Vec<(String, InstalledModule)>;

/// Fetches modules and lists them in the manifest; `again` those too that another run has fetched meanwhile.
pub(crate) async fn fetch(session: &Session, requests: &[ModuleRequest], again: bool) -> Result<Fetched, Diagnostics> {
    let stopped = session.interrupt.reaches(Urgency::Stop);
    tokio::select! {
        biased;
        () = stopped => {
            let detail = "The modules were not fetched: the run was interrupted. What was complete by then is kept.";
            Err(Diagnostic::error("Interrupted", detail).into())
        }
        fetched = fetch_all(session, requests, again) => fetched,
    }
}

async fn fetch_all(session: &Session, requests: &[ModuleRequest], again: bool) -> Result<Fetched, Diagnostics> {
    let alone =
        |problem: Problem| Diagnostics::from(Diagnostic::error(problem.summary, problem.detail).class(problem.class));
    let folder = session.environment.directory.join(FOLDER);
    let _lock = lock(&folder).await.map_err(|error| alone(Problem::of_disk(&error)))?;
    sweep(&folder).map_err(|error| alone(Problem::of_disk(&error)))?;
    let mut fetched = Vec::new();
    let mut wanted = Vec::new();
    let there = manifest::installed(session);
    for request in requests {
        match there.find(&request.key(), &request.source, &request.constraints).filter(|_| !again) {
            Some(module) => fetched.push((request.key(), module.clone())),
            None => wanted.push(request),
        }
    }
    let unfinished = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(&folder);
    let unfinished = unfinished.map_err(|error| alone(Problem::of_disk(&error)))?;
    let settings = CliConfiguration::of(&session.environment)?;
    let fetcher = Fetcher { session, settings, http: Http::new(&session.environment), unfinished: unfinished.path() };
    let (packages, mut problems) = fetcher.packages(wanted).await;
    fetched.extend(place(session, &folder, &packages, &mut problems));
    // What goes into saved plans is what the last list said.
    drop(manifest::installed(session));
    if problems.has_errors() { Err(problems) } else { Ok(fetched) }
}

/// Waits until no other run fetches.
async fn lock(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    if let Some(parent) = folder.parent().filter(|parent| !parent.join(".gitignore").exists()) {
        // Nothing in here belongs into a repository.
        std::io::Write::write_all(&mut File::create(parent.join(".gitignore"))?, b"*\n")?;
    }
    let file = File::create(folder.join(".lock"))?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    locked.map_err(std::io::Error::other)?
}

/// Removes what runs have left behind that were cut off.
fn sweep(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// What is fetched once, however many calls want it: a package, or a version of a module in a registry.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Package {
    Elsewhere(PackageSource),
    Published(RegistrySource, Version),
}

/// A package that is there, with all that want it.
struct Complete<'r> {
    folder: PathBuf,
    /// The directory in it that its own address names.
    subdirectory: String,
    version: Option<String>,
    requests: Vec<&'r ModuleRequest>,
}

struct Fetcher<'a> {
    session: &'a Session,
    settings: CliConfiguration,
    http: Http,
    /// Where packages are put that may not be complete.
    unfinished: &'a Path,
}

impl Fetcher<'_> {
    /// Fetches all packages that are wanted, some at once.
    async fn packages<'r>(&self, requests: Vec<&'r ModuleRequest>) -> (Vec<Complete<'r>>, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut wanted: BTreeMap<Package, Vec<&ModuleRequest>> = BTreeMap::new();
        let mut published: BTreeMap<RegistrySource, Vec<&ModuleRequest>> = BTreeMap::new();
        for request in requests {
            match &request.source {
                ModuleSource::Registry(source) => {
                    published
                        .entry(RegistrySource { subdirectory: String::new(), ..source.clone() })
                        .or_default()
                        .push(request);
                }
                ModuleSource::Package(source) => {
                    let package = PackageSource { subdirectory: String::new(), ..source.clone() };
                    wanted.entry(Package::Elsewhere(package)).or_default().push(request);
                }
                // They are where they are.
                ModuleSource::Local(_) => {}
            }
        }
        let listed = stream::iter(published).map(|(source, requests)| async move {
            let versions = self.versions(&source).await;
            (source, requests, versions)
        });
        let listed: Vec<_> = listed.buffered(AT_ONCE).collect().await;
        for (source, requests, versions) in listed {
            for request in requests {
                match versions.clone().and_then(|versions| choose(request, &source, &versions)) {
                    Ok(version) => wanted.entry(Package::Published(source.clone(), version)).or_default().push(request),
                    Err(problem) => problems.push(problem.diagnostic(request)),
                }
            }
        }
        let fetched = stream::iter(wanted.into_iter().enumerate()).map(|(number, (package, requests))| async move {
            let folder = self.unfinished.join(number.to_string());
            let subdirectory = self.package(&package, &requests, &folder).await;
            let version = match &package {
                Package::Elsewhere(_) => None,
                Package::Published(_, version) => Some(version.to_string()),
            };
            (folder, subdirectory, version, requests)
        });
        let mut complete = Vec::new();
        for (folder, subdirectory, version, requests) in fetched.buffered(AT_ONCE).collect::<Vec<_>>().await {
            match subdirectory {
                Ok(subdirectory) => complete.push(Complete { folder, subdirectory, version, requests }),
                Err(problem) => requests.iter().for_each(|request| problems.push(problem.clone().diagnostic(request))),
            }
        }
        (complete, problems)
    }

    async fn versions(&self, source: &RegistrySource) -> Result<Vec<Version>, Problem> {
        Registry::discover(&self.http, &self.settings, &source.host).await?.versions(source).await
    }

    /// Fetches a package into a folder; returns the directory in it that its own address names.
    async fn package(&self, package: &Package, requests: &[&ModuleRequest], folder: &Path) -> Result<String, Problem> {
        let packages = Packages { environment: &self.session.environment, http: &self.http };
        let keys: Vec<String> = requests.iter().map(|request| request.key()).collect();
        match package {
            Package::Elsewhere(source) => {
                self.tell(&source.package(), &keys);
                packages.fetch(source, folder).await
            }
            Package::Published(source, version) => {
                self.tell(&format!("{} {version}", source.package()), &keys);
                let registry = Registry::discover(&self.http, &self.settings, &source.host).await?;
                let location = registry.location(source, version).await?;
                let found = PackageSource::parse_answer(&location).ok_or_else(|| {
                    let detail = format!(
                        "the registry {} sends us on to {location:?}, from where nothing can be fetched.",
                        source.host
                    );
                    Problem::of_user("Cannot access module registry", detail)
                })?;
                packages.fetch(&found, folder).await
            }
        }
    }

    fn tell(&self, what: &str, keys: &[String]) {
        if !self.session.speaks_json() {
            self.session.environment.errors.write(&format!("Fetching {what} for {} …\n", keys.join(", ")));
        }
    }
}

/// Returns the newest version that a call takes.
fn choose(request: &ModuleRequest, source: &RegistrySource, versions: &[Version]) -> Result<Version, Problem> {
    if let Some(version) = request.constraints.newest(versions) {
        return Ok(version.clone());
    }
    let mut newest: Vec<&Version> = versions.iter().collect();
    newest.sort();
    let shown: Vec<String> = newest.iter().rev().take(10).map(ToString::to_string).collect();
    let detail = if shown.is_empty() {
        format!("the registry {} has no version of {}.", source.host, source.package())
    } else {
        let more = if newest.len() > shown.len() { " and older ones" } else { "" };
        let wanted = match request.constraints.as_str() {
            "" => "is none but a pre-release, which must be asked for by its name".to_owned(),
            text => format!("satisfies {text:?}"),
        };
        format!("no version of {} {wanted}. There are {}{more}.", source.package(), shown.join(", "))
    };
    Err(Problem::of_user("No suitable module version", detail))
}

/// Moves packages to where the calls look for them, and lists them.
fn place(session: &Session, folder: &Path, packages: &[Complete<'_>], problems: &mut Diagnostics) -> Fetched {
    let mut placed = Vec::new();
    let mut list = manifest::own(session);
    for package in packages {
        for request in &package.requests {
            match place_one(folder, package, request, &mut list) {
                Ok(module) => placed.push((request.key(), module)),
                Err(problem) => problems.push(problem.diagnostic(request)),
            }
        }
    }
    list.extend(placed.iter().cloned());
    if let Err(problem) = manifest::write(folder, &list) {
        problems.push(Diagnostic::error(problem.summary, problem.detail).class(problem.class));
    }
    placed
}

fn place_one(
    folder: &Path,
    package: &Complete<'_>,
    request: &ModuleRequest,
    list: &mut BTreeMap<String, InstalledModule>,
) -> Result<InstalledModule, Problem> {
    let of_disk = |error: std::io::Error| Problem::of_disk(&error);
    let wanted = match &request.source {
        ModuleSource::Registry(source) => &source.subdirectory,
        ModuleSource::Package(source) => &source.subdirectory,
        ModuleSource::Local(path) => path,
    };
    let inside = directory(&package.folder, &joined(&package.subdirectory, wanted))?;
    let key = request.key();
    let target = folder.join(&key);
    // A copy, so that each call has a folder of its own name, as in Terraform.
    let copy = package.folder.with_extension("copy");
    copy_directory(&package.folder, &copy).map_err(of_disk)?;
    if target.exists() {
        // Between two lists, a folder must not be taken for what the old one says.
        if list.remove(&key).is_some() {
            manifest::write(folder, list)?;
        }
        fs::rename(&target, package.folder.with_extension(format!("old-{key}"))).map_err(of_disk)?;
    }
    fs::rename(&copy, &target).map_err(of_disk)?;
    let dir = joined(&format!("{FOLDER}/{key}"), &inside);
    Ok(InstalledModule { source: request.source.to_string(), version: package.version.clone(), dir })
}

/// Copies a directory with all that is in it; links stay links.
fn copy_directory(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_directory(&source, &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
