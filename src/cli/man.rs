//! `fantail man`: the manual page on stdout.
//!
//! Invariant: made from the arguments themselves, so they cannot disagree.

use clap::CommandFactory;

/// Writes the manual page: the program, then each subcommand.
///
/// # Errors
/// A stdout that cannot be written.
pub fn run() -> color_eyre::Result<()> {
    let mut command = super::Arguments::command();
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let page = clap_mangen::Man::new(subcommand.clone());
        text.extend_from_slice(format!(".SH {}\n", subcommand.get_name().to_uppercase()).as_bytes());
        page.render_synopsis_section(&mut text)?;
        page.render_description_section(&mut text)?;
        page.render_options_section(&mut text)?;
    }
    super::write_out(&text)
}
