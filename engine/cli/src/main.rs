//! `wpinfra`: plans, applies, imports and destroys infrastructure written in the Terraform language.

use std::process::ExitCode;

fn main() -> ExitCode {
    wpinfra_cli::run(wpinfra_cli::environment::Environment::from_process())
}
