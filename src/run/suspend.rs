//! Hands the terminal to the shell and takes it over again when the shell continues us.
//!
//! Invariant: the whole process group stops, so that a shell that started us through another program is asked, too; and only where
//! there is a shell that can continue us.

use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;

use super::frame::Painter;
use super::signal::SUSPENDED;
use super::terminal;

/// Stops until continued.
pub(super) fn suspend(painter: &mut Painter) -> std::io::Result<()> {
    if !has_shell() {
        return Ok(());
    }
    terminal::restore();
    // From here on the thread that hears of signals stops the program at once.
    SUSPENDED.store(true, Ordering::SeqCst);
    let mut stop = Command::new("sh");
    stop.args(["-c", "kill -TSTP 0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let stopped = if stop.status().is_err() { emulate_default_handler(SIGTSTP) } else { Ok(()) };
    SUSPENDED.store(false, Ordering::SeqCst);
    stopped.and_then(|()| painter.reopen())
}

/// Takes the terminal over again, whatever state it is in.
pub(super) fn resume(painter: &mut Painter) -> std::io::Result<()> {
    // Its modes first: in the background this stops us before anything is written to what is the shell's.
    terminal::cooked();
    terminal::restore();
    painter.reopen()
}

/// Whether a process of our session and not of our group is above us: without one nobody continues us, and the system itself does
/// not stop who asks for it. Where the system does not tell, there is one.
fn has_shell() -> bool {
    let Some(own) = Ancestry::of("self") else { return true };
    let mut next = own.parent.clone();
    while let Some(above) = Ancestry::of(&next) {
        if above.session != own.session {
            return false;
        }
        if above.group != own.group {
            return true;
        }
        next = above.parent;
    }
    next != "0"
}

/// Where a process stands among the others, as numbers in text.
struct Ancestry {
    parent: String,
    group: String,
    session: String,
}

impl Ancestry {
    fn of(process: &str) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// Reads a line of proc(5): the name in parentheses may hold anything, the state and these three follow it.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.rsplit_once(')')?.1.split_whitespace().skip(1).map(str::to_owned);
        Some(Self { parent: fields.next()?, group: fields.next()?, session: fields.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_it_is_called() {
        let read = Ancestry::parse("71 (a) b (c)) S 7 70 3 34816 70 4194304").unwrap();
        assert_eq!([read.parent, read.group, read.session], ["7", "70", "3"]);
        assert!(Ancestry::parse("71 (a").is_none());
    }
}
