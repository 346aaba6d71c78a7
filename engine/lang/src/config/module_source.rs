//! Addresses of modules: a directory, a registry, or something to be fetched from elsewhere.

use super::load::normal;

/// Host of the registry that an address without a host means.
pub const PUBLIC_REGISTRY: &str = "registry.terraform.io";

/// What a `source` argument says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// A directory: `./network` from the module that calls, or an absolute path.
    Local(String),
    /// A module of a registry, which has versions.
    Registry(RegistrySource),
    /// A package that is fetched as a whole.
    Package(PackageSource),
}

/// `app.terraform.io/example/vpc/aws//modules/endpoints`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RegistrySource {
    /// Host of the registry, with its port if it has one, in lower case.
    pub host: String,
    /// Who publishes the module.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The provider that it is mainly for.
    pub provider: String,
    /// The directory inside of the package, or nothing.
    pub subdirectory: String,
}

/// `git::https://example.com/network.git//modules/vpc?ref=v1.2.0`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageSource {
    /// How it is fetched.
    pub transport: Transport,
    /// The address alone, without the transport before it and the subdirectory in it.
    pub url: String,
    /// The directory inside of the package, or nothing; may hold `*`.
    pub subdirectory: String,
}

/// How a package is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// By the program `git`.
    Git,
    /// An archive at a URL, or a URL that tells another address.
    Http,
    /// An archive on this machine.
    File,
}

/// Why a text is no address of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    /// What is wrong, in sentences.
    pub detail: String,
    /// What may have been meant.
    pub help: Option<String>,
}

/// Endings of archives that can be unpacked, longest first; `?archive=` names them without the dot.
pub const ARCHIVE_ENDINGS: [&str; 8] = [".tar.bz2", ".tar.gz", ".tar.xz", ".tbz2", ".tgz", ".txz", ".tar", ".zip"];

/// Sites whose addresses mean Git repositories and never registries.
const GIT_SITES: [&str; 2] = ["github.com", "bitbucket.org"];

impl ModuleSource {
    /// Reads an address; with a version beside it, it can only be one of a registry.
    pub fn parse(text: &str, has_version: bool) -> Result<Self, SourceProblem> {
        if ["./", "../", ".\\", "..\\"].iter().any(|start| text.starts_with(start)) {
            if has_version {
                return Err(only_registries(text, "is a directory"));
            }
            return Ok(Self::Local(relative(&text.replace('\\', "/"))));
        }
        let (package, subdirectory) = split_subdirectory(text);
        let subdirectory = inside(&subdirectory)?;
        match RegistrySource::parse(&package, subdirectory.clone()) {
            Ok(source) => return Ok(Self::Registry(source)),
            Err(why) if has_version => return Err(only_registries(text, &why)),
            Err(_) => {}
        }
        PackageSource::parse(&package, &subdirectory)
    }

    /// Returns what `version` is for: the registry that has versions.
    pub fn registry(&self) -> Option<&RegistrySource> {
        match self {
            Self::Registry(source) => Some(source),
            Self::Local(_) | Self::Package(_) => None,
        }
    }
}

impl std::fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(path) if path.starts_with('/') => write!(f, "file://{path}"),
            Self::Local(path) => f.write_str(path),
            Self::Registry(source) => source.fmt(f),
            Self::Package(source) => source.fmt(f),
        }
    }
}

impl RegistrySource {
    /// Reads an address without its subdirectory; the error is the end of a sentence about it.
    fn parse(package: &str, subdirectory: String) -> Result<Self, String> {
        let parts: Vec<&str> = package.split('/').collect();
        let (host, [namespace, name, provider]) = match parts[..] {
            [namespace, name, provider] => (PUBLIC_REGISTRY.to_owned(), [namespace, name, provider]),
            [host, namespace, name, provider] => (registry_host(host)?, [namespace, name, provider]),
            _ => return Err("does not have three or four parts".to_owned()),
        };
        if GIT_SITES.contains(&host.as_str()) || GIT_SITES.contains(&namespace) {
            return Err("means a Git repository".to_owned());
        }
        for part in [namespace, name] {
            if !is_registry_name(part) {
                return Err(format!("has the part {part:?}, which cannot be a name in a registry"));
            }
        }
        if provider.is_empty() || !provider.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            return Err(format!("has the part {provider:?}, which cannot be the name of a provider"));
        }
        let [namespace, name, provider] = [namespace, name, provider].map(str::to_owned);
        Ok(Self { host, namespace, name, provider, subdirectory })
    }

    /// Returns the address of the package, without the subdirectory and without the public host.
    pub fn package(&self) -> String {
        let host = if self.host == PUBLIC_REGISTRY { String::new() } else { format!("{}/", self.host) };
        format!("{host}{}/{}/{}", self.namespace, self.name, self.provider)
    }
}

impl std::fmt::Display for RegistrySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}/{}", self.host, self.namespace, self.name, self.provider)?;
        if self.subdirectory.is_empty() { Ok(()) } else { write!(f, "//{}", self.subdirectory) }
    }
}

/// Returns the host in lower case if it can be that of a registry.
fn registry_host(text: &str) -> Result<String, String> {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let is_label = |label: &str| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(is_letter) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_host = name.contains('.') && name.split('.').all(is_label) && !name.starts_with("xn--");
    if is_host && port.is_none_or(|port| port.parse::<u16>().is_ok()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("begins with {text:?}, which cannot be the host of a registry"))
    }
}

fn is_registry_name(text: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    is_edge(text.chars().next())
        && is_edge(text.chars().last())
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

impl PackageSource {
    fn parse(package: &str, subdirectory: &str) -> Result<ModuleSource, SourceProblem> {
        let (forced, address) = forced_transport(package);
        let (detected, url) = detect(address)?;
        let (url, deeper) = split_subdirectory(&url);
        let deeper = inside(&deeper)?;
        let subdirectory = match (deeper.is_empty(), subdirectory.is_empty()) {
            (true, _) => subdirectory.to_owned(),
            (false, true) => deeper,
            (false, false) => format!("{deeper}/{subdirectory}"),
        };
        let scheme = url.split_once("://").map_or(url.split(':').next().unwrap_or_default(), |(scheme, _)| scheme);
        let transport = match forced.or(detected).unwrap_or(scheme) {
            "git" => Transport::Git,
            "http" | "https" => Transport::Http,
            "file" => Transport::File,
            other => return Err(not_supported(package, other)),
        };
        let path = url.strip_prefix("file://").filter(|_| transport == Transport::File);
        Ok(match path {
            Some(path) if archive_ending(&url).is_none() => {
                ModuleSource::Local(normal(&format!("{path}/{subdirectory}")))
            }
            _ => ModuleSource::Package(Self { transport, url, subdirectory }),
        })
    }

    /// Returns the address of the package, without the subdirectory.
    pub fn package(&self) -> String {
        Self { subdirectory: String::new(), ..self.clone() }.to_string()
    }

    /// Reads an address that a server answered with: never one of a registry, nor of a file of this machine.
    pub fn parse_answer(text: &str) -> Option<Self> {
        let (package, subdirectory) = split_subdirectory(text);
        match Self::parse(&package, &inside(&subdirectory).ok()?) {
            Ok(ModuleSource::Package(source)) if source.transport != Transport::File => Some(source),
            Ok(_) | Err(_) => None,
        }
    }
}

impl std::fmt::Display for PackageSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.transport == Transport::Git {
            f.write_str("git::")?;
        }
        let (path, query) =
            self.url.split_once('?').map_or((self.url.as_str(), None), |(path, query)| (path, Some(query)));
        f.write_str(path)?;
        if !self.subdirectory.is_empty() {
            write!(f, "//{}", self.subdirectory)?;
        }
        query.map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

/// Returns the ending of the archive that a URL leads to: what `?archive=` says, else that of the path.
pub fn archive_ending(url: &str) -> Option<&'static str> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let said = query.split('&').find_map(|part| part.strip_prefix("archive="));
    ARCHIVE_ENDINGS.into_iter().find(|ending| match said {
        Some(said) => said == &ending[1..],
        None => path.ends_with(ending),
    })
}

/// Splits `git` off `git::https://…`.
fn forced_transport(package: &str) -> (Option<&str>, &str) {
    match package.split_once("::") {
        Some((word, address)) if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric()) => {
            (Some(word), address)
        }
        _ => (None, package),
    }
}

/// Returns the URL that a short form stands for, with the transport that goes with it.
fn detect(address: &str) -> Result<(Option<&'static str>, String), SourceProblem> {
    if has_scheme(address) {
        return Ok((None, address.to_owned()));
    }
    let wrong = |detail: String| SourceProblem { detail, help: None };
    let (path, query) =
        address.split_once('?').map_or((address, String::new()), |(path, query)| (path, format!("?{query}")));
    if let Some(repository) = path.strip_prefix("github.com/") {
        let parts: Vec<&str> = repository.split('/').filter(|part| !part.is_empty()).collect();
        let [owner, name, rest @ ..] = &parts[..] else {
            return Err(wrong(format!(
                "A repository at GitHub has an owner and a name, as in github.com/owner/name; the source is {address:?}."
            )));
        };
        let rest = if rest.is_empty() { String::new() } else { format!("//{}", rest.join("/")) };
        return Ok((
            Some("git"),
            format!("https://github.com/{owner}/{}.git{rest}{query}", name.trim_end_matches(".git")),
        ));
    }
    if path.starts_with("bitbucket.org/") {
        let path = path.trim_end_matches('/').trim_end_matches(".git");
        return Ok((Some("git"), format!("https://{path}.git{query}")));
    }
    if let Some((host, path)) = path.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
        return Ok((Some("git"), format!("ssh://git@{host}/{}{query}", path.trim_start_matches('/'))));
    }
    if path.starts_with('/') {
        return Ok((Some("file"), format!("file://{address}")));
    }
    for (part, transport) in [(".amazonaws.com/", "s3"), ("googleapis.com/", "gcs")] {
        if path.contains(part) {
            return Err(not_supported(address, transport));
        }
    }
    Err(SourceProblem {
        detail: format!(
            "{address:?} is neither a directory, which begins with ./ or ../, nor an address in a registry such as namespace/name/provider, nor one that begins with a transport such as git:: or https://."
        ),
        help: Some(format!("for a directory beside this module, write \"./{address}\"")),
    })
}

/// Tells whether something like `https:` stands in front.
fn has_scheme(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Splits the directory behind `//` off an address; a query stays with the address.
pub fn split_subdirectory(text: &str) -> (String, String) {
    let end = text.find('?').unwrap_or(text.len());
    let from = text[..end].find("://").map_or(0, |at| at + 3);
    match text[from..end].find("//") {
        Some(at) => {
            let at = from + at;
            (format!("{}{}", &text[..at], &text[end..]), text[at + 2..end].to_owned())
        }
        None => (text.to_owned(), String::new()),
    }
}

/// Returns a subdirectory without detours, unless it leads out of the package.
fn inside(subdirectory: &str) -> Result<String, SourceProblem> {
    let cleaned = normal(subdirectory.trim_start_matches('/'));
    if cleaned == ".." || cleaned.starts_with("../") {
        let detail = format!("The directory {subdirectory:?} after // leads out of the package that the source names.");
        return Err(SourceProblem { detail, help: None });
    }
    Ok(if cleaned == "." { String::new() } else { cleaned })
}

/// Returns a relative path without detours that still begins with a dot.
fn relative(path: &str) -> String {
    let cleaned = normal(path);
    if cleaned == ".." || cleaned.starts_with("../") { cleaned } else { format!("./{cleaned}") }
}

fn not_supported(address: &str, transport: &str) -> SourceProblem {
    let detail = format!(
        "The source {address:?} would have to be fetched by {transport:?}, which wpinfra cannot do. It fetches from registries, by Git (git::https://…, git::ssh://…, github.com/owner/name), and archives from http:// and https:// addresses ({}).",
        ARCHIVE_ENDINGS.join(", ")
    );
    SourceProblem { detail, help: None }
}

fn only_registries(text: &str, why: &str) -> SourceProblem {
    let detail = format!(
        "Only modules of a registry have versions, so with \"version\" the source must be one of the form namespace/name/provider; but {text:?} {why}."
    );
    let help = "for a Git repository, choose the version in the source: ?ref=v1.2.0";
    SourceProblem { detail, help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Terraform 1.11.4; `record_modules.py` asks for them.
    const ANSWERS: &str = include_str!("../../tests/recorded/module_sources.tsv");

    #[test]
    fn addresses_mean_what_they_mean_to_terraform() {
        let mut compared = 0;
        for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
            let [text, version, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line:?} has three columns");
            };
            let found = match ModuleSource::parse(text, !version.is_empty()) {
                Ok(ModuleSource::Registry(_)) => "registry".to_owned(),
                Ok(ModuleSource::Package(source)) => source.package(),
                Ok(local) => local.to_string(),
                Err(problem) if problem.detail.contains("wpinfra cannot do") => "unsupported".to_owned(),
                Err(_) => "error".to_owned(),
            };
            assert_eq!(found, expected, "{text:?} with the version {version:?}");
            compared += 1;
        }
        assert!(compared > 80, "{compared} answers");
    }

    #[test]
    fn a_path_without_dots_gets_a_suggestion() {
        let problem = ModuleSource::parse("modules/network", false).expect_err("no address");
        assert_eq!(problem.help.as_deref(), Some("for a directory beside this module, write \"./modules/network\""));
    }

    #[test]
    fn archives_are_told_by_ending_or_by_request() {
        for (url, ending) in [
            ("https://a/b.tar.gz", Some(".tar.gz")),
            ("https://a/b.tar.gz?x=1", Some(".tar.gz")),
            ("https://a/b?archive=zip", Some(".zip")),
            ("https://a/b.zip?archive=false", None),
            ("https://a/b", None),
        ] {
            assert_eq!(archive_ending(url), ending, "{url}");
        }
    }
}
