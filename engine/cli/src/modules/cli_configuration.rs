//! The configuration file of the command line: hosts whose services are told, and tokens.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use wpinfra_core::{Class, Diagnostic, Diagnostics, json as value_json};
use wpinfra_lang::eval::evaluate;
use wpinfra_lang::scope::NoScope;
use wpinfra_lang::syntax::{Source, parse_body};

use crate::environment::Environment;
use crate::files::has_ending;

/// What the files say about hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CliConfiguration {
    /// Addresses of services by host and name of the service; a host that is in here is not asked.
    services: BTreeMap<String, BTreeMap<String, String>>,
    /// Tokens by host.
    tokens: BTreeMap<String, String>,
}

impl CliConfiguration {
    /// Reads the files that the environment names, and the variables with tokens.
    pub(super) fn of(environment: &Environment) -> Result<Self, Diagnostics> {
        let mut configuration = Self::default();
        for path in files(environment) {
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let detail = format!("The configuration file \"{}\" cannot be read: {error}.", path.display());
                    return Err(Diagnostic::error("Cannot read file", detail).class(Class::Environment).into());
                }
            };
            configuration.add(&path, &text)?;
        }
        for (name, token) in &environment.variables {
            if let Some(host) = name.strip_prefix("TF_TOKEN_").filter(|_| !token.is_empty()) {
                // Names of variables can hold neither dots nor, in most shells, dashes.
                configuration.tokens.insert(host.replace("__", "-").replace('_', ".").to_lowercase(), token.clone());
            }
        }
        Ok(configuration)
    }

    /// Returns the addresses of the services of a host, if the files tell them.
    pub(super) fn services(&self, host: &str) -> Option<&BTreeMap<String, String>> {
        self.services.get(host)
    }

    /// Returns the token for a host.
    pub(super) fn token(&self, host: &str) -> Option<&str> {
        self.tokens.get(host).map(String::as_str)
    }

    fn add(&mut self, path: &Path, text: &str) -> Result<(), Diagnostics> {
        if path.extension().is_some_and(|extension| extension == "json") {
            let json: Json = serde_json::from_str(text).map_err(|error| {
                let detail = format!("\"{}\" is no JSON: {error}.", path.display());
                Diagnostics::from(Diagnostic::error("Invalid configuration file", detail))
            })?;
            for kind in ["host", "credentials"] {
                for (host, fields) in json[kind].as_object().into_iter().flatten() {
                    self.add_host(kind, host, fields);
                }
            }
            return Ok(());
        }
        let (body, problems) = parse_body(&Source::new(path.display().to_string(), text));
        if problems.has_errors() {
            return Err(problems);
        }
        for block in body.iter().flat_map(|body| &body.blocks) {
            let Some(host) = block.label(0).filter(|_| ["host", "credentials"].contains(&&*block.kind)) else {
                continue;
            };
            let mut fields = serde_json::Map::new();
            for (name, attribute) in &block.body.attributes {
                let (value, problems) = evaluate(&attribute.expression(), &NoScope);
                if problems.has_errors() {
                    return Err(problems);
                }
                fields.insert(name.to_string(), value_json::to_json(&value));
            }
            self.add_host(&block.kind, host, &Json::Object(fields));
        }
        Ok(())
    }

    fn add_host(&mut self, kind: &str, host: &str, fields: &Json) {
        let host = host.to_lowercase();
        if kind == "credentials" {
            self.tokens.extend(fields["token"].as_str().map(|token| (host, token.to_owned())));
            return;
        }
        let services = fields["services"].as_object().into_iter().flatten();
        let services = services.filter_map(|(name, address)| Some((name.clone(), address.as_str()?.to_owned())));
        self.services.insert(host, services.collect());
    }
}

/// Returns the files in which settings may stand, weakest first.
fn files(environment: &Environment) -> Vec<PathBuf> {
    let named = environment.variable("TF_CLI_CONFIG_FILE").or_else(|| environment.variable("TERRAFORM_CONFIG"));
    if let Some(path) = named {
        return vec![environment.resolve(Path::new(path))];
    }
    let Some(home) = environment.variable("HOME").map(PathBuf::from) else { return Vec::new() };
    let is_settings = |path: &PathBuf| path.to_str().is_some_and(|path| has_ending(path, &[".tfrc", ".tfrc.json"]));
    let inside = std::fs::read_dir(home.join(".terraform.d")).into_iter().flatten();
    let mut found: Vec<PathBuf> = inside.filter_map(|entry| Some(entry.ok()?.path())).filter(is_settings).collect();
    found.sort();
    found.insert(0, home.join(".terraformrc"));
    found
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write files that nobody has to keep")]
mod tests {
    use super::*;

    #[test]
    fn settings_come_from_files_and_variables() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".terraform.d")).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("written");
        write(
            ".terraformrc",
            "plugin_cache_dir = \"x\"\ncredentials \"App.example.com\" {\n  token = \"file\"\n}\nhost \"reg.test\" {\n  services = { \"modules.v1\" = \"http://h/\" }\n}\n",
        );
        write(".terraform.d/credentials.tfrc.json", r#"{"credentials": {"other.example.com": {"token": "json"}}}"#);
        let mut environment = Environment::for_tests(&[]);
        environment.variables = BTreeMap::from([
            ("HOME".to_owned(), home.path().display().to_string()),
            ("TF_TOKEN_my__reg_example_com".to_owned(), "variable".to_owned()),
        ]);
        let configuration = CliConfiguration::of(&environment).expect("sound");
        for (host, token) in [
            ("app.example.com", Some("file")),
            ("other.example.com", Some("json")),
            ("my-reg.example.com", Some("variable")),
            ("elsewhere.example.com", None),
        ] {
            assert_eq!(configuration.token(host), token, "{host}");
        }
        let services = BTreeMap::from([("modules.v1".to_owned(), "http://h/".to_owned())]);
        assert_eq!(configuration.services("reg.test"), Some(&services));
        assert_eq!(configuration.services("app.example.com"), None);
        write(".terraformrc", "credentials {");
        assert!(CliConfiguration::of(&environment).is_err());
    }
}
