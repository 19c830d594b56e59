//! Signals that end the program, stop it, or continue it.
//!
//! Invariant: the first one lets the loop end in order; a second one ends it at once, with the terminal restored, unless it is
//! a hang-up.

use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::event::{Event, Sender};
use super::terminal;

/// True while another program has the terminal: then an interrupt is meant for that one.
pub(super) static HANDED_OVER: AtomicBool = AtomicBool::new(false);

/// True while the terminal is given back and the whole process group is being stopped, or is stopped.
pub(super) static SUSPENDED: AtomicBool = AtomicBool::new(false);

/// Starts to listen.
pub(super) fn listen(sender: &Sender) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    sender.spawn("signals", move |sender| {
        let mut asked = false;
        for signal in &mut signals {
            if matches!(signal, SIGTSTP | SIGCONT) {
                stop_or_continue(signal, sender);
                continue;
            }
            let for_another = matches!(signal, SIGINT | SIGQUIT) && HANDED_OVER.load(Ordering::SeqCst);
            if for_another {
                continue;
            }
            // A closing terminal and the shell in it both say so: that is one end, not impatience.
            let again = asked && signal != SIGHUP;
            if again || !sender.send(Event::Signalled(signal)) {
                terminal::restore();
                let _ = emulate_default_handler(signal);
            }
            asked = true;
        }
        Ok(())
    })?;
    Ok(())
}

/// Stops at once where the terminal is not ours; else the loop gives it back first, and takes it again afterwards.
fn stop_or_continue(signal: i32, sender: &Sender) {
    let is_given_back = [&HANDED_OVER, &SUSPENDED].iter().any(|given| given.load(Ordering::SeqCst));
    match (signal, is_given_back) {
        (SIGTSTP, true) => {
            let _ = emulate_default_handler(SIGTSTP);
        }
        (SIGTSTP, false) => {
            sender.send(Event::Stopped);
        }
        (_, true) => {}
        (_, false) => {
            sender.send(Event::Continued);
        }
    }
}
