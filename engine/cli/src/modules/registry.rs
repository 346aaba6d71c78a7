//! The protocol of module registries: which versions there are, and where the package of one is.

use serde_json::Value as Json;
use url::Url;
use wpinfra_lang::config::module_source::RegistrySource;
use wpinfra_lang::config::{ANNOUNCED_VERSION, Version};

use super::Problem;
use super::cli_configuration::CliConfiguration;
use super::http::{Answer, Http, shown};

/// Name of the service for modules.
const SERVICE: &str = "modules.v1";
/// The registry cannot be asked, or its answer makes no sense.
const NO_ACCESS: &str = "Cannot access module registry";

/// A registry as far as it is known.
pub(super) struct Registry<'a> {
    http: &'a Http,
    host: &'a str,
    token: Option<&'a str>,
    /// Where the service for modules is.
    base: Url,
}

impl<'a> Registry<'a> {
    /// Finds the service of a host: in the configuration file, else by asking the host.
    pub(super) async fn discover(
        http: &'a Http,
        settings: &'a CliConfiguration,
        host: &'a str,
    ) -> Result<Self, Problem> {
        let token = settings.token(host);
        let no_service = || {
            Problem::of_user(
                NO_ACCESS,
                format!("the host {host} has no registry of modules: it does not name the service {SERVICE}."),
            )
        };
        let root = Url::parse(&format!("https://{host}/.well-known/terraform.json"))
            .map_err(|error| Problem::of_user(NO_ACCESS, format!("{host:?} can be no host: {error}.")))?;
        let (origin, address) = if let Some(services) = settings.services(host) {
            (root, services.get(SERVICE).cloned())
        } else {
            let answer = http.get(&root, token, &[("accept", "application/json")]).await?;
            let services = json_of(&answer, "which services it has")?;
            (answer.url, services[SERVICE].as_str().map(str::to_owned))
        };
        let address = address.ok_or_else(no_service)?;
        let address = if address.ends_with('/') { address } else { format!("{address}/") };
        let base = origin.join(&address).map_err(|error| {
            Problem::of_user(
                NO_ACCESS,
                format!("the host {host} names {address:?} as its registry, which is no URL: {error}."),
            )
        })?;
        Ok(Self { http, host, token, base })
    }

    /// Returns the versions of a module that are versions at all.
    pub(super) async fn versions(&self, module: &RegistrySource) -> Result<Vec<Version>, Problem> {
        let answer = self.get(&format!("{}/versions", path_of(module))).await?;
        if answer.status == http::StatusCode::NOT_FOUND {
            let detail = format!("the registry {} has no module {}.", self.host, module.package());
            return Err(Problem::of_user("Module not found", detail));
        }
        let json = json_of(&answer, "which versions there are")?;
        let versions = json["modules"][0]["versions"].as_array().cloned().unwrap_or_default();
        Ok(versions.iter().filter_map(|version| Version::parse(version["version"].as_str()?).ok()).collect())
    }

    /// Returns the address of the package of a version.
    pub(super) async fn location(&self, module: &RegistrySource, version: &Version) -> Result<String, Problem> {
        let answer = self.get(&format!("{}/{version}/download", path_of(module))).await?;
        let from_body = || {
            let json: Json = serde_json::from_slice(&answer.body).ok()?;
            json["location"].as_str().filter(|location| !location.is_empty()).map(str::to_owned)
        };
        let location = if answer.status.is_success() {
            answer.header("x-terraform-get").map(str::to_owned).or_else(from_body)
        } else {
            None
        };
        let Some(location) = location else {
            let detail = format!(
                "the registry {} does not tell where {} {version} is to be had: {} answers {}.",
                self.host,
                module.package(),
                shown(&answer.url),
                answer.status
            );
            return Err(Problem::of_environment(NO_ACCESS, detail));
        };
        Ok(absolute(&location, &answer.url))
    }

    async fn get(&self, path: &str) -> Result<Answer, Problem> {
        let url = self.base.join(path).map_err(|error| {
            Problem::of_user(NO_ACCESS, format!("{path:?} behind {} makes no URL: {error}.", self.base))
        })?;
        let answer = self
            .http
            .get(&url, self.token, &[("accept", "application/json"), ("x-terraform-version", ANNOUNCED_VERSION)])
            .await?;
        if [http::StatusCode::UNAUTHORIZED, http::StatusCode::FORBIDDEN].contains(&answer.status) {
            let variable = self.host.replace('-', "__").replace('.', "_");
            let advice = if self.token.is_some() { "Check the token for it." } else { "It wants a token." };
            let detail = format!(
                "the registry {} answers {}. {advice} A token is given in the environment variable TF_TOKEN_{variable}, or in a \"credentials\" block of the configuration file.",
                self.host, answer.status
            );
            return Err(Problem::of_environment(NO_ACCESS, detail));
        }
        Ok(answer)
    }
}

fn path_of(module: &RegistrySource) -> String {
    format!("{}/{}/{}", module.namespace, module.name, module.provider)
}

fn json_of(answer: &Answer, what: &str) -> Result<Json, Problem> {
    let refused = |why: String| {
        Problem::of_environment(NO_ACCESS, format!("{} does not tell {what}: {why}.", shown(&answer.url)))
    };
    if !answer.status.is_success() {
        return Err(refused(format!("it answers {}", answer.status)));
    }
    serde_json::from_slice(&answer.body).map_err(|error| refused(format!("the answer is no JSON ({error})")))
}

/// Returns an address that may be written relative to the URL that told it.
pub(super) fn absolute(location: &str, told_by: &Url) -> String {
    let is_relative = ["/", "./", "../"].iter().any(|start| location.starts_with(start));
    if !is_relative {
        return location.to_owned();
    }
    // The double slash of a subdirectory would be lost in a URL.
    let (package, subdirectory) = wpinfra_lang::config::module_source::split_subdirectory(location);
    let Ok(url) = told_by.join(&package) else { return location.to_owned() };
    if subdirectory.is_empty() {
        return url.to_string();
    }
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut path = url.clone();
    path.set_query(None);
    format!("{path}//{subdirectory}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_may_be_relative() {
        let told_by = Url::parse("https://h:8/v1/modules/a/b/c/1.0.0/download").expect("a URL");
        for (location, expected) in [
            ("https://other/x.zip//sub", "https://other/x.zip//sub"),
            ("git::https://other/x.git?ref=1", "git::https://other/x.git?ref=1"),
            ("/x.zip", "https://h:8/x.zip"),
            ("/x.zip//sub?archive=zip", "https://h:8/x.zip//sub?archive=zip"),
            ("./x.tgz//sub", "https://h:8/v1/modules/a/b/c/1.0.0/x.tgz//sub"),
            ("../../y?archive=tgz", "https://h:8/v1/modules/a/b/y?archive=tgz"),
        ] {
            assert_eq!(absolute(location, &told_by), expected);
        }
    }
}
