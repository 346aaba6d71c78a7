//! The command line of wpinfra: arguments, rendering, and the wiring of language, planner, executor and providers.
//!
//! The only crate that prints, reads the environment or looks at the clock.

/// Writes formatted text to the end of a string.
macro_rules! append {
    ($text:expr, $($arguments:tt)*) => {
        std::fmt::Write::write_fmt(&mut $text, format_args!($($arguments)*)).expect("a String takes everything")
    };
}

mod arguments;
mod commands;
pub mod environment;
mod events;
mod files;
mod inputs;
mod modules;
mod progress;
mod registry;
mod render;
mod schema_json;
mod session;
mod show_json;
mod signals;

use std::process::ExitCode;

use crate::arguments::NotParsed;
use crate::environment::Environment;
use crate::session::Session;

/// Runs what the arguments ask for and returns the exit code: 0, 1, or 2 for changes with `-detailed-exitcode`.
pub fn run(environment: Environment) -> ExitCode {
    ExitCode::from(code_of(environment))
}

/// As [`run`], with the number of the exit code.
pub fn code_of(mut environment: Environment) -> u8 {
    let parsed = match arguments::parse(&environment) {
        Ok(parsed) => parsed,
        Err(NotParsed::Shown(text)) => {
            environment.output.write(&text);
            return commands::SUCCESS;
        }
        Err(NotParsed::Wrong(text)) => {
            environment.errors.write(&text);
            return commands::FAILURE;
        }
    };
    let started_in = environment.directory.clone();
    if let Some(directory) = &parsed.arguments.chdir {
        environment.directory = environment.resolve(directory);
        if !environment.directory.is_dir() {
            let named = directory.display();
            environment.errors.write(&format!("Error: No such directory\n\n-chdir={named} names no directory.\n"));
            return commands::FAILURE;
        }
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            environment
                .errors
                .write(&format!("Error: Cannot start\n\nThe operating system refuses what a run needs: {error}.\n"));
            return commands::FAILURE;
        }
    };
    let follows_signals = environment.follows_signals;
    let speech = commands::speech(&parsed);
    runtime.block_on(async {
        // The clock of a session belongs to the runtime.
        let session = Session::new(environment, started_in, speech);
        let command = Box::pin(commands::run(&session, parsed));
        if follows_signals { signals::following(&session, command).await } else { command.await }
    })
}
