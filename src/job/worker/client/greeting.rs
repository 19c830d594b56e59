//! The handshake: the answer to `hello`, or what came in its place.
//!
//! Invariant: whoever sees another protocol than its own says both numbers and ends.

use std::time::Instant;

use super::{Client, LOOK, Sense};
use crate::job::worker::child::Closed;
use crate::job::worker::error::{STARTING, WorkerError};
use crate::job::worker::protocol::{PROTOCOL, Report};

/// How many lines that are no report are borne where the greeting is due.
const BORNE_BEFORE_GREETING: u64 = 200;

/// What was said that is no report.
#[derive(Default)]
struct Strays {
    count: u64,
    first: Option<String>,
}

impl Client {
    /// Waits for the answer to `hello`.
    pub(super) fn greeting(&mut self) -> Result<(), WorkerError> {
        let began = Instant::now();
        let mut strays = Strays::default();
        loop {
            match self.child.hear(LOOK) {
                Err(Closed) => return Err(self.died(STARTING)),
                Ok(None) if began.elapsed() > self.patience.greeting => {
                    return Err(self.silent(STARTING, self.patience.greeting));
                }
                Ok(None) => {}
                Ok(Some(heard)) => match self.sense(heard) {
                    Sense::Report(report) => {
                        if self.greeted(report)? {
                            return Ok(());
                        }
                    }
                    Sense::Stray(text) => self.bear(text, &mut strays)?,
                },
            }
        }
    }

    /// Takes the answer in; false when it was none yet.
    fn greeted(&mut self, report: Report) -> Result<bool, WorkerError> {
        match report {
            Report::Hello { protocol, version, .. } if protocol != PROTOCOL => {
                Err(self.ended_for(WorkerError::OtherProtocol { protocol: u64::from(protocol), version }))
            }
            Report::Hello { version, libtorch, device, .. } => {
                (self.version, self.libtorch, self.device) = (version, libtorch, device);
                Ok(true)
            }
            Report::Refused(problem) => Err(self.ended_for(WorkerError::Refused(problem))),
            _ => Ok(false),
        }
    }

    /// Bears a line that is no report: a login message, or the greeting of another version.
    fn bear(&mut self, text: String, strays: &mut Strays) -> Result<(), WorkerError> {
        if let Some((protocol, version)) = foreign_greeting(&text) {
            return Err(self.ended_for(WorkerError::OtherProtocol { protocol, version }));
        }
        strays.count += u64::from(!text.trim().is_empty());
        let said = strays.first.get_or_insert(text).clone();
        if strays.count > BORNE_BEFORE_GREETING {
            let command = self.command.clone();
            return Err(self.ended_for(WorkerError::NoGreeting { command, said }));
        }
        Ok(())
    }
}

/// The protocol and version of a greeting that this version cannot read otherwise.
fn foreign_greeting(text: &str) -> Option<(u64, String)> {
    let said: serde_json::Value = serde_json::from_str(text).ok()?;
    let protocol = said.get("protocol")?.as_u64().filter(|protocol| *protocol != u64::from(PROTOCOL))?;
    let version = said.get("version").and_then(serde_json::Value::as_str).unwrap_or("of an unknown version");
    Some((protocol, version.to_owned()))
}
