//! The worker's side of the protocol: the handshake, then one task after the other.
//!
//! Invariant: every task that was started ends in exactly one terminal report, even when the engine panics; the end of stdin is an
//! order to stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use fantail::job::worker::{Order, Outcome, PROTOCOL, Problem, Report, Work};

use crate::ears::Ears;
use crate::engine::{End, Engine};
use crate::session::Session;
use crate::torch;
use crate::voice::Voice;

/// The exit status of a worker that cannot do what `hello` asked for, or was asked in another protocol.
const REFUSED: u8 = 5;

/// Serves until it is told to end. `open` makes the engine for a device.
pub fn run<E: Engine>(
    orders: impl Read + Send + 'static,
    out: impl Write + Send + 'static,
    open: impl FnOnce(&str) -> Result<E, Problem>,
) -> ExitCode {
    let voice = Voice::new(out);
    let mut orders = BufReader::new(orders);
    let device = match greeted(&mut orders) {
        Ok(device) => device,
        Err(problem) => return refuse(&voice, problem),
    };
    let engine = match caught(|| open(&device)).and_then(|opened| opened) {
        Ok(engine) => engine,
        Err(problem) => return refuse(&voice, problem),
    };
    voice.say(&Report::Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").into(),
        process: std::process::id(),
        libtorch: torch::version(),
        device: engine.device(),
    });
    let (ears, (sender, heard)) = (Arc::new(Ears::default()), channel());
    let ear = Arc::clone(&ears);
    let threads = voice
        .beat(engine.device())
        .and_then(|()| std::thread::Builder::new().name("ears".into()).spawn(move || hear(orders, &ear, &sender)));
    if let Err(cause) = threads {
        return refuse(&voice, Problem { message: format!("no thread to be had: {cause}"), next: String::new() });
    }
    work(engine, &heard, (&voice, &ears));
    ExitCode::SUCCESS
}

fn refuse(voice: &Voice, problem: Problem) -> ExitCode {
    eprintln!("fantail-worker: {}", problem.message);
    voice.say(&Report::Refused(problem));
    ExitCode::from(REFUSED)
}

/// Waits for `hello` and gives the device that it asks for.
fn greeted(orders: &mut impl BufRead) -> Result<String, Problem> {
    let mut line = String::new();
    let problem = |message: String| Problem { message, next: "start fantail, which starts the worker itself".into() };
    orders.read_line(&mut line).map_err(|cause| problem(format!("cannot read the first order: {cause}")))?;
    // Another version may say more or other things; where the number stands is the same in all.
    let said: serde_json::Value =
        serde_json::from_str(&line).map_err(|_| problem("the first line is no order".into()))?;
    let protocol = said.get("protocol").and_then(serde_json::Value::as_u64);
    if protocol != Some(u64::from(PROTOCOL)) {
        let theirs = protocol.map_or_else(|| "no protocol".into(), |number| format!("protocol {number}"));
        return Err(Problem {
            message: format!("the client speaks {theirs}, this worker protocol {PROTOCOL}"),
            next: "use fantail and fantail-worker of the same build".into(),
        });
    }
    match serde_json::from_value(said) {
        Ok(Order::Hello { device, .. }) => Ok(device),
        _ => Err(problem("the first order is not hello".into())),
    }
}

/// Hears orders. What concerns the running task acts at once, the rest waits for its turn.
fn hear(orders: impl BufRead, ears: &Ears, sender: &Sender<Order>) {
    for line in orders.lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<Order>(&line) {
            Ok(Order::Pause) => ears.pause(),
            Ok(Order::Resume) => ears.resume(),
            Ok(Order::Cancel) => ears.cancel(),
            Ok(Order::Shutdown) => break,
            Ok(order) => {
                if sender.send(order).is_err() {
                    return;
                }
            }
            Err(error) => eprintln!("fantail-worker: not an order: {error}"),
        }
    }
    // Dropping the sender ends the loop once the task has.
    ears.close();
}

fn work<E: Engine>(mut engine: E, heard: &Receiver<Order>, (voice, ears): (&Arc<Voice>, &Arc<Ears>)) {
    while let Ok(order) = heard.recv() {
        let Order::Start { task, work } = order else { continue };
        ears.clear();
        let session = Session::new(task, voice, ears);
        let ended = caught(|| match &work {
            Work::Train(train) => engine.train(train, &session),
            Work::Sample(sample) => engine.sample(sample, &session),
            Work::Embed(embed) => engine.embed(embed, &session),
            Work::Cluster(cluster) => engine.cluster(cluster, &session),
        });
        voice.say(&last_report(task, ended));
    }
}

fn last_report(task: u64, ended: Result<Result<Outcome, End>, Problem>) -> Report {
    match ended {
        Ok(Ok(outcome)) => Report::Finished { task, outcome },
        Ok(Err(End::Cancelled)) => Report::Cancelled { task },
        Ok(Err(End::Failed(problem))) | Err(problem) => Report::Failed { task, problem },
    }
}

/// Does something that may panic: `tch` turns C++ exceptions into panics.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let first = text.and_then(|text| text.lines().next()).unwrap_or("no message");
        Problem {
            message: format!("a defect of the worker: {first}"),
            next: "the log has more of it; report it with the recipe".into(),
        }
    })
}

#[cfg(test)]
mod tests;
