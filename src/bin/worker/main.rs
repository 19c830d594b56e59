//! `fantail-worker`: does on libtorch what `fantail` asks for, over its stdin and stdout.
//!
//! Invariant: nothing but reports is written to stdout by this program's own code; stderr is for people.

mod ears;
mod engine;
mod memory;
mod pictures;
mod serve;
mod session;
mod torch;
mod voice;

use std::process::ExitCode;

use fantail::job::worker::PROTOCOL;

/// What is said to who starts it by hand.
const ABOUT: &str = "fantail-worker trains and samples for fantail, which starts it and speaks to it over stdin and stdout.\n\n\
    fantail-worker            serve; `fantail doctor` does so to ask for the device\n\
    fantail-worker --version  its version, that of its protocol, and libtorch's\n\
    fantail-worker proof | bench | check | stability   measurements";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => serve::run(std::io::stdin(), std::io::stdout(), torch::open),
        ["--version"] => {
            println!(
                "fantail-worker {}, protocol {PROTOCOL}, libtorch {}",
                env!("CARGO_PKG_VERSION"),
                torch::version()
            );
            ExitCode::SUCCESS
        }
        ["--help" | "-h"] => {
            println!("{ABOUT}");
            ExitCode::SUCCESS
        }
        [name, ..] => measure(name, &arguments[1..]),
    }
}

/// The commands that measure, for people.
fn measure(name: &str, arguments: &[String]) -> ExitCode {
    match torch::prove(name, arguments) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("fantail-worker: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("{ABOUT}");
            ExitCode::from(2)
        }
    }
}
