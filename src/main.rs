//! The `fantail` program: arguments in, command out, exit code by what went wrong.
//!
//! Invariant: an expected failure is one line on stderr; only an unexpected one is reported at length.

use std::io::{Write, stderr};
use std::process::ExitCode;

use fantail::cli;

fn main() -> ExitCode {
    let arguments = cli::parse();
    report_at_length();
    match cli::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            let code = cli::code(&report);
            match format!("{report:#}") {
                _ if code == 1 => say(&format!("fantail: {report:?}")),
                // Told already, as an event.
                words if words.is_empty() => {}
                words => say(&format!("fantail: {words}")),
            }
            ExitCode::from(code)
        }
    }
}

/// Makes panics and unexpected failures tell where they come from.
fn report_at_length() {
    let hooks = color_eyre::config::HookBuilder::default().display_env_section(false).try_into_hooks();
    let installed = hooks.and_then(|(panics, failures)| {
        std::panic::set_hook(Box::new(move |panic| say(&panics.panic_report(panic).to_string())));
        Ok(failures.install()?)
    });
    if let Err(error) = installed {
        say(&format!("fantail: {error}"));
    }
}

/// Writes to stderr, which may be a terminal that is gone: then nobody is there to be told.
fn say(words: &str) {
    let _ = writeln!(stderr(), "{words}");
}
