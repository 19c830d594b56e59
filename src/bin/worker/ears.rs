//! What the client has said that a running task must hear: hold, go on, stop.
//!
//! Invariant: who is told to stop is never left waiting in a pause.

use std::sync::{Condvar, Mutex, PoisonError};

/// What the running task is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wish {
    /// Nobody wants anything of it.
    #[default]
    GoOn,
    /// It is to wait.
    Hold,
    /// It is to stop.
    Stop,
    /// It is to stop, and nothing begins any more.
    Close,
}

/// What the running task hears.
#[derive(Debug, Default)]
pub struct Ears {
    wish: Mutex<Wish>,
    changed: Condvar,
}

impl Ears {
    /// Before a task: nothing was said about it yet.
    pub fn clear(&self) {
        self.set(Wish::GoOn);
    }

    /// Hold.
    pub fn pause(&self) {
        self.set_unless_stopped(Wish::Hold);
    }

    /// Go on.
    pub fn resume(&self) {
        self.set_unless_stopped(Wish::GoOn);
    }

    /// Stop.
    pub fn cancel(&self) {
        self.set(Wish::Stop);
    }

    /// Stop, and begin nothing any more.
    pub fn close(&self) {
        self.set(Wish::Close);
    }

    /// Waits while it is to hold; false when it is to stop.
    pub fn may_go_on(&self) -> bool {
        let wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        let wish = self.changed.wait_while(wish, |wish| *wish == Wish::Hold).unwrap_or_else(PoisonError::into_inner);
        !matches!(*wish, Wish::Stop | Wish::Close)
    }

    fn set(&self, next: Wish) {
        let mut wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        if *wish != Wish::Close {
            *wish = next;
        }
        self.changed.notify_all();
    }

    fn set_unless_stopped(&self, next: Wish) {
        let mut wish = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*wish, Wish::GoOn | Wish::Hold) {
            *wish = next;
        }
        self.changed.notify_all();
    }
}
