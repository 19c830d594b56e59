//! `fantail completions SHELL`: completions on stdout.
//!
//! Invariant: made from the arguments themselves, so they cannot disagree.

use clap::CommandFactory;

/// Writes a shell's completions.
///
/// # Errors
/// A stdout that cannot be written.
pub fn run(shell: clap_complete::Shell) -> color_eyre::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut super::Arguments::command(), "fantail", &mut text);
    super::write_out(&text)
}
