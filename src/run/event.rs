//! What wakes the loop, and threads that cannot die unnoticed.
//!
//! Invariant: a thread that panics says so once; the loop decides what that means.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::JoinHandle;

use super::terminal;
use crate::app::message::Message;

/// Something that wakes the loop.
pub(super) enum Event {
    /// The user did something; the next input is read when this is acknowledged.
    Input(Vec<Message>),
    /// Background work said something.
    Told(Message),
    /// A signal arrived.
    Signalled(i32),
    /// Somebody asks the program to stop until it is continued.
    Stopped,
    /// Somebody stopped the program without asking, and it goes on.
    Continued,
    /// A thread that everything hangs on broke; its last words.
    Broke(String),
}

/// Where events go.
#[derive(Clone)]
pub(super) struct Sender(mpsc::Sender<Event>);

impl Sender {
    pub(super) const fn new(sender: mpsc::Sender<Event>) -> Self {
        Self(sender)
    }

    /// Sends an event; false once the loop is gone.
    pub(super) fn send(&self, event: Event) -> bool {
        self.0.send(event).is_ok()
    }

    /// Sends a message of background work; once the loop is gone nobody cares for it.
    pub(super) fn tell(&self, message: Message) {
        self.send(Event::Told(message));
    }

    /// Runs a thread that must not end by itself while the program runs.
    pub(super) fn spawn(
        &self,
        name: &str,
        work: impl FnOnce(&Self) -> Result<(), String> + Send + 'static,
    ) -> std::io::Result<JoinHandle<()>> {
        let sender = self.clone();
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            if let Err(words) = caught(|| work(&sender)).and_then(|ended| ended) {
                sender.send(Event::Broke(words));
            }
        })
    }
}

/// Runs work whose panic is no more than its failure.
///
/// # Errors
/// The panic's message and place.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| terminal::last_panic())
}
