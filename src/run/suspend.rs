//! Hands the terminal to the shell and takes it over again when the shell continues us.
//!
//! Invariant: the whole process group stops, so that a shell that started us through another program is asked, too.

use std::process::{Command, Stdio};

use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::frame::Painter;
use super::terminal;

/// Stops until continued.
pub(super) fn suspend(painter: &mut Painter) -> std::io::Result<()> {
    terminal::restore();
    let mut stop = Command::new("sh");
    stop.args(["-c", "kill -TSTP 0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if stop.status().is_err() {
        emulate_default_handler(SIGTSTP)?;
    }
    painter.reopen()
}
