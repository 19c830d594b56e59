//! The worker's side of its stdout: one report a line.
//!
//! Invariant: a report is written whole, begins on a line of its own whatever a library printed before it, and is flushed.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use fantail::job::worker::{Device, HEARTBEAT, Report};

use crate::memory;

/// Where reports go.
pub struct Voice(Mutex<Box<dyn Write + Send>>);

impl Voice {
    /// A voice that writes to `out`.
    pub fn new(out: impl Write + Send + 'static) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Box::new(out))))
    }

    /// Says something. When nobody reads any more, the end of stdin tells so; here it is no error.
    pub fn say(&self, report: &Report) {
        let Ok(text) = serde_json::to_string(report) else { return };
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One write, so that other output of this process cannot fall into it.
        let _ = out.write_all(format!("\n{text}\n").as_bytes()).and_then(|()| out.flush());
    }

    /// Says `alive`, and how much memory is in use, from a thread of its own, as long as the voice is there.
    ///
    /// # Errors
    /// The system's reason when it gives no thread.
    pub fn beat(self: &Arc<Self>, device: Device) -> std::io::Result<()> {
        let voice: Weak<Self> = Arc::downgrade(self);
        let beat = move || {
            while let Some(voice) = voice.upgrade() {
                voice.say(&Report::Alive);
                if let Some((used, total)) = memory::in_use(&device) {
                    voice.say(&Report::Memory { used, total });
                }
                drop(voice);
                std::thread::sleep(HEARTBEAT);
            }
        };
        std::thread::Builder::new().name("heartbeat".into()).spawn(beat).map(|_| ())
    }
}
