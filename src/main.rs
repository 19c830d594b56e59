//! The `fantail` program: arguments in, command out, exit code by what went wrong.
//!
//! Invariant: an expected failure is one line on stderr; only an unexpected one is reported at length.

use std::process::ExitCode;

use clap::Parser;
use fantail::cli::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = color_eyre::config::HookBuilder::default().display_env_section(false).install() {
        eprintln!("fantail: {error}");
    }
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            let code = cli::code(&report);
            if code == 1 {
                eprintln!("fantail: {report:?}");
            } else {
                eprintln!("fantail: {report:#}");
            }
            ExitCode::from(code)
        }
    }
}
