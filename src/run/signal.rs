//! Signals that end the program.
//!
//! Invariant: the first one lets the loop end in order; a second one ends it at once, with the terminal restored, unless it is
//! a hang-up.

use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::event::{Event, Sender};
use super::terminal;

/// True while another program has the terminal: then an interrupt is meant for that one.
pub(super) static HANDED_OVER: AtomicBool = AtomicBool::new(false);

/// Starts to listen.
pub(super) fn listen(sender: &Sender) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT])?;
    sender.spawn("signals", move |sender| {
        let mut asked = false;
        for signal in &mut signals {
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
