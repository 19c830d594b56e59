//! The terminal's modes: taken over as a whole, given back as a whole.
//!
//! Invariant: whatever was switched on is switched off again: at the end, on a panic, on a signal, for an editor, for the shell.

use std::io::{Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// True while the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// The last panic of a thread that is not the loop's.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Takes the terminal over.
///
/// # Errors
/// When it is none, or does not obey; it is given back then.
pub(super) fn take() -> std::io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let switched = enable_raw_mode()
        .and_then(|()| execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide));
    if switched.is_err() {
        restore();
    }
    switched
}

/// Makes the terminal hand on what it says at once, without showing it.
pub(super) fn raw() -> std::io::Result<()> {
    enable_raw_mode()
}

/// The opposite of [`raw`].
pub(super) fn cooked() {
    let _ = disable_raw_mode();
}

/// Gives the terminal back, if it is ours; may be called from anywhere, any number of times.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    super::graphics::remove_all(&mut stdout());
    write_restoring(&mut stdout());
    // A terminal that is gone cannot be restored, and nobody is there to be told.
    let _ = disable_raw_mode();
}

/// Writes what undoes every sequence of [`take`].
fn write_restoring(out: &mut impl Write) {
    let _ =
        execute!(out, EndSynchronizedUpdate, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
}

/// Makes a panic of this thread restore the terminal before it is reported, and one of another thread wait for its report.
pub(super) fn restore_on_panic() {
    let own = std::thread::current().id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == own {
            restore();
            report(panic);
        } else {
            *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
        }
    }));
}

/// What the last panic of another thread said.
pub(super) fn last_panic() -> String {
    std::mem::take(&mut *PANIC.lock().unwrap_or_else(PoisonError::into_inner)).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restoring_undoes_what_taking_did() {
        let mut written = Vec::new();
        write_restoring(&mut written);
        let written = String::from_utf8(written).unwrap();
        for sequence in ["\x1b[?2004l", "\x1b[?1000l", "\x1b[?1006l", "\x1b[?1049l", "\x1b[?25h"] {
            assert!(written.contains(sequence), "{sequence:?} is missing in {written:?}");
        }
    }

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_reported() {
        static TAKEN_AT_REPORT: AtomicBool = AtomicBool::new(true);
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| TAKEN_AT_REPORT.store(TAKEN.load(Ordering::SeqCst), Ordering::SeqCst)));
        restore_on_panic();
        TAKEN.store(true, Ordering::SeqCst);
        let other = std::thread::spawn(|| panic!("in the background")).join();
        let words_of_other = last_panic();
        let taken_after_other = TAKEN.load(Ordering::SeqCst);
        let own = std::panic::catch_unwind(|| panic!("in the loop"));
        std::panic::set_hook(hook);
        assert!(other.is_err() && own.is_err());
        assert!(words_of_other.contains("in the background"), "{words_of_other}");
        assert!(taken_after_other, "a background panic left the screen alone");
        assert!(!TAKEN_AT_REPORT.load(Ordering::SeqCst), "the report came before the terminal was back");
    }
}
