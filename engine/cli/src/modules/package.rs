//! Puts the files of a package into a folder, however they are to be had.

use std::path::{Path, PathBuf};

use sha1::Digest as _;
use url::Url;
use wpinfra_lang::config::module_source::{PackageSource, Transport, archive_ending};

use super::http::{Answer, Http, shown};
use super::registry::absolute;
use super::{Problem, archive, git};
use crate::environment::Environment;

/// What could not be done.
const SUMMARY: &str = "Cannot fetch module";
/// How often an address may lead to another.
const DETOURS: usize = 10;

/// Fetches packages.
pub(super) struct Packages<'a> {
    pub(super) environment: &'a Environment,
    pub(super) http: &'a Http,
}

impl Packages<'_> {
    /// Fetches a package into a folder that is still to be made; returns the subdirectories that its address names.
    pub(super) async fn fetch(&self, source: &PackageSource, folder: &Path) -> Result<String, Problem> {
        let mut source = source.clone();
        let mut subdirectory = String::new();
        for _ in 0..DETOURS {
            // What a detour adds lies deeper than what led there.
            subdirectory = joined(&source.subdirectory, &subdirectory);
            match self.once(&source, folder).await? {
                Outcome::There => return Ok(subdirectory),
                Outcome::Elsewhere(next) => source = next,
            }
        }
        Err(Problem::of_user(SUMMARY, format!("{} leads from address to address.", source.package())))
    }

    async fn once(&self, source: &PackageSource, folder: &Path) -> Result<Outcome, Problem> {
        std::fs::create_dir_all(folder).map_err(|error| Problem::of_disk(&error))?;
        match source.transport {
            Transport::Git => git::fetch(self.environment, &source.url, folder).await.map(|()| Outcome::There),
            Transport::File => {
                let (path, wanted) = plain(&source.url)?;
                let path = path.strip_prefix("file://").unwrap_or(&path).to_owned();
                let bytes = std::fs::read(&path).map_err(|error| {
                    Problem::of_environment(SUMMARY, format!("the archive {path} cannot be read: {error}."))
                })?;
                unpack(bytes, source, &wanted, folder).await
            }
            Transport::Http => {
                let (text, wanted) = plain(&source.url)?;
                let mut url = Url::parse(&text)
                    .map_err(|error| Problem::of_user(SUMMARY, format!("{text:?} is no URL: {error}.")))?;
                if archive_ending(&source.url).is_some() {
                    let answer = self.get(&url).await?;
                    return unpack(answer.body, source, &wanted, folder).await;
                }
                url.query_pairs_mut().append_pair("terraform-get", "1");
                let answer = self.get(&url).await?;
                elsewhere(&answer)
            }
        }
    }

    async fn get(&self, url: &Url) -> Result<Answer, Problem> {
        let answer = self.http.get(url, None, &[]).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let detail = format!("{} cannot be read: the server answers {}.", shown(&answer.url), answer.status);
        Err(Problem::of_environment(SUMMARY, detail))
    }
}

/// What became of an address.
enum Outcome {
    There,
    Elsewhere(PackageSource),
}

async fn unpack(bytes: Vec<u8>, source: &PackageSource, wanted: &[String], folder: &Path) -> Result<Outcome, Problem> {
    for sum in wanted {
        verify(&bytes, sum)?;
    }
    let ending = archive_ending(&source.url).unwrap_or(".tar");
    let folder = folder.to_owned();
    // The request to stop must be heard meanwhile.
    let unpacked = tokio::task::spawn_blocking(move || archive::unpack(&bytes, ending, &folder)).await;
    let unpacked = unpacked.unwrap_or_else(|error| Err(Problem::of_environment(SUMMARY, error.to_string())));
    unpacked
        .map(|()| Outcome::There)
        .map_err(|problem| Problem { detail: format!("{}: {}", source.package(), problem.detail), ..problem })
}

/// Returns where a server says that the package is.
fn elsewhere(answer: &Answer) -> Result<Outcome, Problem> {
    let location = answer.header("x-terraform-get").map(str::to_owned).or_else(|| meta(&answer.body));
    let Some(location) = location else {
        let detail = format!(
            "{} is neither an archive nor does it tell where one is. The address of an archive ends in .zip, .tar.gz or the like, or says ?archive=zip.",
            shown(&answer.url)
        );
        return Err(Problem::of_user(SUMMARY, detail));
    };
    PackageSource::parse_answer(&absolute(&location, &answer.url)).map(Outcome::Elsewhere).ok_or_else(|| {
        let detail = format!("{} sends us on to {location:?}, from where nothing can be fetched.", shown(&answer.url));
        Problem::of_user(SUMMARY, detail)
    })
}

/// Returns the content of `<meta name="terraform-get" content="…">`.
fn meta(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(body);
    let tags = page.split('<').filter(|tag| tag.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("meta")));
    let attribute = |tag: &str, name: &str| {
        let at = tag.find(&format!("{name}="))? + name.len() + 1;
        let quote = tag[at..].chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        let text = &tag[at + 1..];
        Some(text[..text.find(quote)?].replace("&amp;", "&"))
    };
    tags.into_iter()
        .find(|tag| attribute(tag, "name").as_deref() == Some("terraform-get"))
        .and_then(|tag| attribute(tag, "content"))
}

/// Returns a URL without the part of its query that is for us, and the checksums that it asks for.
fn plain(url: &str) -> Result<(String, Vec<String>), Problem> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut sums = Vec::new();
    let mut rest = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        match part.split_once('=').unwrap_or((part, "")) {
            ("archive", _) => {}
            ("checksum", sum) if sum.starts_with("file:") => {
                let detail = "wpinfra reads no files of checksums; write the checksum itself: ?checksum=sha256:….";
                return Err(Problem::of_user("Unsupported module source", detail));
            }
            ("checksum", sum) => sums.push(sum.to_owned()),
            _ => rest.push(part),
        }
    }
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    Ok((format!("{path}{query}"), sums))
}

/// Compares the checksum of an archive with `sha256:…`, or with one that its length tells the kind of.
fn verify(bytes: &[u8], sum: &str) -> Result<(), Problem> {
    let (kind, expected) = sum.split_once(':').unwrap_or(("", sum));
    let found = match (kind, expected.len()) {
        ("md5", _) | ("", 32) => hex(&md5::Md5::digest(bytes)),
        ("sha1", _) | ("", 40) => hex(&sha1::Sha1::digest(bytes)),
        ("sha256", _) | ("", 64) => hex(&sha2::Sha256::digest(bytes)),
        ("sha512", _) | ("", 128) => hex(&sha2::Sha512::digest(bytes)),
        _ => {
            let detail = format!("{sum:?} is no checksum; write it as sha256:….");
            return Err(Problem::of_user("Invalid checksum", detail));
        }
    };
    if found.eq_ignore_ascii_case(expected) {
        return Ok(());
    }
    let detail = format!("the archive is another than expected: its checksum is {found}, not {expected}.");
    Err(Problem::of_user("Checksum does not match", detail))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        append!(text, "{byte:02x}");
    }
    text
}

/// Returns one subdirectory behind the other.
pub(super) fn joined(outer: &str, inner: &str) -> String {
    match (outer.is_empty(), inner.is_empty()) {
        (true, _) => inner.to_owned(),
        (_, true) => outer.to_owned(),
        (false, false) => format!("{outer}/{inner}"),
    }
}

/// Returns the directory in a package that a subdirectory means, each `*` in it standing for the one name that there is.
pub(super) fn directory(package: &Path, subdirectory: &str) -> Result<String, Problem> {
    let mut path = PathBuf::new();
    for part in subdirectory.split('/').filter(|part| !part.is_empty()) {
        let found = names(&package.join(&path));
        let is_pattern = part.contains('*');
        let suits = |name: &&String| if is_pattern { matches(part, name) } else { name.as_str() == part };
        let mut suitable = found.iter().filter(suits);
        match (suitable.next(), suitable.next()) {
            (Some(name), None) => path.push(name),
            (first, _) => {
                let why = match first {
                    Some(_) => "there are several that it could mean".to_owned(),
                    None if found.is_empty() => "there are no directories in it".to_owned(),
                    None => format!("there are only {}", found.join(", ")),
                };
                let detail = format!("the package has no directory {subdirectory:?}: for {part:?}, {why}.");
                return Err(Problem::of_user("Module directory not found", detail));
            }
        }
    }
    Ok(path.to_string_lossy().into_owned())
}

/// Returns the names of the directories in a directory, in order.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let directories = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = directories.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Tells whether a name is one that a pattern with `*` means.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_tell_where_packages_are() {
        let page = br#"<html><META name="terraform-get" content="https://h/x.zip?a=1&amp;b=2"/></html>"#;
        assert_eq!(meta(page).as_deref(), Some("https://h/x.zip?a=1&b=2"));
        assert_eq!(meta(b"<meta name='terraform-get' content='x'>").as_deref(), Some("x"));
        assert_eq!(meta(b"<meta name=\"other\" content=\"x\"> <p>"), None);
    }

    #[test]
    fn checksums_are_compared() {
        let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        for (sum, is_right) in [
            ("md5:5d41402abc4b2a76b9719d911017c592", true),
            ("5d41402abc4b2a76b9719d911017c592", true),
            ("sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", true),
            (sha256, true),
            (&sha256.to_uppercase(), true),
            (&format!("sha256:{}", &sha256[1..]), false),
            ("crc:1", false),
        ] {
            assert_eq!(verify(b"hello", sum).is_ok(), is_right, "{sum}");
        }
    }

    #[test]
    fn stars_stand_for_the_one_directory_that_there_is() {
        let package = tempfile::tempdir().expect("a folder");
        for path in ["one-abc/modules/vpc", "one-abc/modules/subnet"] {
            std::fs::create_dir_all(package.path().join(path)).expect("a folder");
        }
        let found = |subdirectory: &str| directory(package.path(), subdirectory);
        assert_eq!(found(""), Ok(String::new()));
        assert_eq!(found("*"), Ok("one-abc".to_owned()));
        assert_eq!(found("one-*c/modules/v*"), Ok("one-abc/modules/vpc".to_owned()));
        for (wrong, why) in
            [("*/modules/*", "several"), ("*/modules/rds", "only subnet, vpc"), ("*/modules/vpc/x", "no directories")]
        {
            assert!(found(wrong).expect_err(wrong).detail.contains(why), "{wrong}");
        }
    }
}
