//! A thread that answers one kind of request, the newest first and only.
//!
//! Invariant: a request that a newer one replaced is not begun, and its work can see that it is not wanted any more; a panic in the
//! work loses that answer, not the lane.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use super::event::{Sender, caught};
use crate::app::message::Message;
use crate::progress::{Observer, Stage};

/// A lane for requests.
pub(super) struct Lane<R> {
    requests: mpsc::Sender<(u64, R)>,
    newest: Arc<AtomicU64>,
}

impl<R: Send + 'static> Lane<R> {
    /// Opens a lane. `work` answers a request through the sender.
    pub(super) fn open(
        name: &'static str,
        sender: &Sender,
        mut work: impl FnMut(R, &Wanted, &Sender) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, asked) = mpsc::channel::<(u64, R)>();
        let newest = Arc::new(AtomicU64::new(0));
        let current = Arc::clone(&newest);
        sender.spawn(name, move |sender| {
            while let Ok(first) = asked.recv() {
                let (generation, request) = asked.try_iter().last().unwrap_or(first);
                let wanted = Wanted { generation, newest: Arc::clone(&current) };
                if let Err(words) = caught(|| work(request, &wanted, sender)) {
                    sender.tell(Message::Warned(format!("{name}: a defect of the program: {words}")));
                }
            }
            Ok(())
        })?;
        Ok(Self { requests, newest })
    }

    /// Asks; whatever was asked before is not wanted any more.
    pub(super) fn ask(&self, generation: u64, request: R) {
        self.newest.store(generation, Ordering::Release);
        // The lane outlives the loop only while the program ends.
        let _ = self.requests.send((generation, request));
    }
}

/// Whether an answer is still wanted.
pub(super) struct Wanted {
    generation: u64,
    newest: Arc<AtomicU64>,
}

impl Wanted {
    /// Which request is answered.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }
}

impl Observer for Wanted {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.newest.load(Ordering::Acquire) != self.generation
    }
}
