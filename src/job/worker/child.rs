//! The child process: started, heard on two pipes, spoken to, ended.
//!
//! Invariant: what waits to be read is bounded, so that a worker that says more than is read waits itself; no child outlives its
//! owner by more than the time it is given to end.

use std::io::{BufReader, Read, Write};
use std::process::{Child as Process, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::error::WorkerError;
use super::find::Launch;
use super::line::{Line, LineReader};
use super::protocol::Order;

/// How many lines may wait to be taken.
const WAITING: usize = 256;
/// How often an ending child is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Something that was heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// A line of stdout.
    Said(Line),
    /// A line of stderr.
    Noise(Line),
}

/// A child process.
#[derive(Debug)]
pub(super) struct Child {
    process: Process,
    orders: Option<ChildStdin>,
    heard: Receiver<Heard>,
}

impl Child {
    pub(super) fn start(launch: &Launch) -> Result<Self, WorkerError> {
        use std::os::unix::process::CommandExt;
        let not_started =
            |cause: std::io::Error| WorkerError::NotStarted { command: launch.to_string(), cause: cause.to_string() };
        let mut process = std::process::Command::new(&launch.program)
            .args(&launch.arguments)
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A key that interrupts this program is this program's to answer.
            .process_group(0)
            .spawn()
            .map_err(not_started)?;
        let (sender, heard) = sync_channel(WAITING);
        let (orders, out, error) = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let mut child = Self { process, orders, heard };
        let listening = out
            .map_or(Ok(()), |out| listen(out, sender.clone(), Heard::Said))
            .and_then(|()| error.map_or(Ok(()), |error| listen(error, sender, Heard::Noise)));
        if let Err(cause) = listening {
            child.kill();
            return Err(not_started(cause));
        }
        Ok(child)
    }

    /// Gives an order; false when the child does not take any more.
    pub(super) fn order(&mut self, order: &Order) -> bool {
        let Ok(mut text) = serde_json::to_string(order) else { return false };
        text.push('\n');
        self.orders
            .as_mut()
            .is_some_and(|orders| orders.write_all(text.as_bytes()).and_then(|()| orders.flush()).is_ok())
    }

    /// The next line; `None` when there is none in time.
    ///
    /// # Errors
    /// Both pipes are closed.
    pub(super) fn hear(&self, patience: Duration) -> Result<Option<Heard>, Closed> {
        match self.heard.recv_timeout(patience) {
            Ok(heard) => Ok(Some(heard)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Closed),
        }
    }

    /// Closes its stdin and waits for its end; one that does not end in time is killed.
    pub(super) fn end(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.orders = None;
        let began = Instant::now();
        loop {
            // Who waits in a full pipe could not end otherwise.
            while self.heard.try_recv().is_ok() {}
            match self.process.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if began.elapsed() < patience => std::thread::sleep(LOOK),
                Ok(None) => return self.kill(),
                Err(_) => return None,
            }
        }
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) -> Option<ExitStatus> {
        self.orders = None;
        // It may have ended by itself in the meantime; then there is nothing to kill.
        let _ = self.process.kill();
        self.process.wait().ok()
    }
}

/// Both pipes of a child are closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed;

/// Reads lines on a thread of its own until the pipe or the listener is gone.
fn listen(pipe: impl Read + Send + 'static, sender: SyncSender<Heard>, wrap: fn(Line) -> Heard) -> std::io::Result<()> {
    let read = move || {
        let mut lines = LineReader::new(BufReader::new(pipe));
        while let Ok(Some(line)) = lines.read() {
            if sender.send(wrap(line)).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("hearing the worker".into()).spawn(read).map(|_| ())
}

/// An end in words: `exit status 1`, `signal 9 (killed)`.
pub(super) fn words(status: Option<ExitStatus>) -> String {
    use std::os::unix::process::ExitStatusExt;
    let Some(status) = status else { return "nobody knows how".into() };
    if let Some(code) = status.code() {
        return format!("exit status {code}");
    }
    let Some(signal) = status.signal() else { return status.to_string() };
    let name = match signal {
        4 => " (illegal instruction: a libtorch for another processor?)",
        6 => " (aborted itself)",
        7 | 11 => " (invalid memory access)",
        9 => " (killed)",
        15 => " (asked to end)",
        _ => "",
    };
    format!("signal {signal}{name}")
}
