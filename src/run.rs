//! The loop: owns the terminal and every channel, feeds the state machine and performs its effects.
//!
//! Invariant: a frame is drawn only after something changed, and nothing wakes while nothing happens; the terminal is restored
//! however the program ends.

mod draft;
mod editor;
mod event;
mod findings;
mod frame;
mod graphics;
mod hangup;
mod input;
mod instance;
mod lane;
mod load;
mod perform;
mod picture;
mod reckon;
mod session;
mod signal;
mod start;
mod suspend;
mod synthesize;
mod task;
mod terminal;
mod train;
mod trial;
mod watch;
mod write;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;

use color_eyre::eyre::{Result, eyre};

pub use graphics::Protocol;
pub use start::Start;

use event::Sender;
use session::Session;
use signal_hook::consts::SIGHUP;

use crate::app::message::Message;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user quit.
    Quit,
    /// A signal asked for it.
    Signalled(i32),
}

/// Runs the terminal program until the user quits or a signal ends it.
///
/// # Errors
/// When the terminal cannot be used, or when a thread that everything hangs on broke.
pub fn run(start: Start) -> Result<Ended> {
    terminal::restore_on_panic();
    let (sender, events) = channel();
    let sender = Sender::new(sender);
    signal::listen(&sender)?;
    if let Err(cause) = hangup::listen(&sender) {
        sender.tell(Message::Warned(format!("a closed terminal may go unnoticed: {cause}")));
    }
    let mut session = Session::open(start, sender, events)?;
    let ended = catch_unwind(AssertUnwindSafe(|| session.run()))
        .unwrap_or_else(|_| Err(eyre!("fantail ran into a defect of its own and had to stop")));
    terminal::restore();
    session.close(matches!(ended, Ok(Ended::Quit)));
    if hangup::is_gone() {
        // Its drop shows the cursor, and panics where it can neither do nor tell that.
        std::mem::forget(session);
    }
    match ended {
        // Whatever failed first, it failed for that.
        Err(_) if hangup::is_gone() => Ok(Ended::Signalled(SIGHUP)),
        ended => ended,
    }
}

/// How the terminal says that it can show pictures; half-blocks where there is no terminal to ask.
#[must_use]
pub fn terminal_pictures() -> Protocol {
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() || terminal::raw().is_err() {
        return Protocol::HalfBlocks;
    }
    let protocol = Protocol::asked();
    terminal::cooked();
    protocol
}

/// Whether the terminal says that its ground is light. The ground is all that is asked for: some terminals tell no other colour.
///
/// # Errors
/// When there is no terminal, or it does not tell within `patience`.
pub fn is_terminal_light(patience: std::time::Duration) -> Result<bool, terminal_colorsaurus::Error> {
    let mut options = terminal_colorsaurus::QueryOptions::default();
    options.timeout = patience;
    terminal_colorsaurus::background_color(options).map(|ground| ground.perceived_lightness() > 0.5)
}

/// The terminal's size in columns and rows, where there is a terminal.
#[must_use]
pub fn terminal_size() -> Option<(u16, u16)> {
    crossterm::terminal::size().ok()
}
