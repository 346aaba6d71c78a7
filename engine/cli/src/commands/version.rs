//! `version`, `completion`, `man`

use clap::CommandFactory;
use serde_json::{Map, json};
use wpinfra_core::{Class, Diagnostic};

use super::{Ended, SUCCESS};
use crate::arguments::{Arguments, VersionArguments};
use crate::session::Session;
use crate::show_json::TERRAFORM_VERSION;

/// Shows the version, and those of the providers.
pub(crate) fn run(session: &Session, arguments: &VersionArguments) -> u8 {
    let version = env!("CARGO_PKG_VERSION");
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let system = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let platform = format!("{system}_{architecture}");
    let providers = session.registry.providers().map(|provider| (provider.source().to_owned(), provider.version()));
    if arguments.json {
        let providers: Map<_, _> = providers.map(|(source, version)| (source, json!(version))).collect();
        let json = json!({
            "terraform_version": TERRAFORM_VERSION,
            "wpinfra_version": version,
            "platform": platform,
            "provider_selections": providers,
            "terraform_outdated": false,
        });
        session.print(&format!("{json:#}\n"));
    } else {
        let mut text =
            format!("wpinfra v{version}, with the language of Terraform {TERRAFORM_VERSION}\non {platform}\n");
        for (source, version) in providers.filter(|(source, _)| !source.starts_with("terraform.io/builtin/")) {
            append!(text, "+ provider {source} as of v{version}\n");
        }
        session.print(&text);
    }
    SUCCESS
}

/// Writes a script that completes commands in a shell.
pub(crate) fn completion(session: &Session, shell: clap_complete::Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "wpinfra", &mut script);
    session.print(&String::from_utf8_lossy(&script));
    SUCCESS
}

/// Writes the manual page.
pub(crate) fn manual(session: &Session) -> Ended {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(|error| {
        Diagnostic::error("Cannot write the manual page", format!("{error}.")).class(Class::Environment)
    })?;
    session.print(&String::from_utf8_lossy(&page));
    Ok(SUCCESS)
}
