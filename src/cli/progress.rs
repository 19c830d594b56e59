//! A line of progress on stderr while a command works.
//!
//! Invariant: writes only to a terminal, a few times a second, and leaves no line behind.

mod interrupt;
mod teller;

pub use interrupt::Interrupt;
pub use teller::{ProgressForm, Teller};

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::number;
use crate::progress::{Observer, Stage};

const INTERVAL: Duration = Duration::from_millis(100);

/// Draws the last stage that advanced.
#[derive(Debug)]
pub struct ProgressLine {
    terminal: bool,
    drawn: Mutex<Option<Instant>>,
}

impl ProgressLine {
    /// A line on stderr, when stderr is a terminal.
    #[must_use]
    pub fn on_stderr() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), drawn: Mutex::new(None) }
    }
}

impl Observer for ProgressLine {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        if !self.terminal {
            return;
        }
        // Who finds another thread drawing has nothing to add.
        let Ok(mut drawn) = self.drawn.try_lock() else { return };
        if drawn.is_some_and(|drawn| drawn.elapsed() < INTERVAL) {
            return;
        }
        let far = match total {
            0 => number::count(done),
            _ => number::rounded_share(done as f64 / total as f64),
        };
        // A terminal that is gone is no reason to stop.
        let _ = write!(std::io::stderr(), "\r\x1b[K{} {far}", stage.label());
        *drawn = Some(Instant::now());
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
