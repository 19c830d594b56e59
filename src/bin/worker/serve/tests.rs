//! The worker's side of the protocol, with an engine that does what its settings say.
//!
//! Invariant: no libtorch in here, and no sleep: a test waits for reports.

use std::io::{PipeReader, PipeWriter};
use std::thread::JoinHandle;

use fantail::job::worker::{Device, Embed, Sample, Train};
use fantail::progress::Stage;

use super::*;

/// Trains for ever; its sampling panics, its embedding fails.
struct Double;

impl Engine for Double {
    fn device(&self) -> Device {
        Device { name: "double".into(), ..Device::default() }
    }

    fn train(&mut self, train: &Train, session: &Session) -> Result<Outcome, End> {
        for step in 0..train.settings.steps {
            session.go_on()?;
            session.progress(Stage::Train, step, step);
        }
        Ok(Outcome { set_aside: train.settings.steps, ..Outcome::default() })
    }

    fn sample(&mut self, _sample: &Sample, _session: &Session) -> Result<Outcome, End> {
        panic!("CUDA error: something\nException raised from here")
    }

    fn embed(&mut self, _embed: &Embed, _session: &Session) -> Result<Outcome, End> {
        Err(End::failed("no room", "make some"))
    }
}

/// A worker in a thread, and the two pipes to it.
struct Running {
    orders: Option<PipeWriter>,
    reports: BufReader<PipeReader>,
    thread: JoinHandle<ExitCode>,
}

impl Running {
    fn start() -> Self {
        let ((hears, orders), (reports, says)) = (std::io::pipe().unwrap(), std::io::pipe().unwrap());
        let open = |device: &str| match device {
            "auto" => Ok(Double),
            other => Err(Problem { message: format!("no {other}"), next: String::new() }),
        };
        let thread = std::thread::spawn(move || run(hears, says, open));
        Self { orders: Some(orders), reports: BufReader::new(reports), thread }
    }

    fn greeted() -> Self {
        let mut running = Self::start();
        running.order(&Order::Hello { protocol: PROTOCOL, version: String::new(), device: "auto".into() });
        assert!(matches!(running.next(|_| true), Report::Hello { protocol: PROTOCOL, .. }), "hello comes first");
        running
    }

    fn order(&mut self, order: &Order) {
        self.write(&serde_json::to_string(order).unwrap());
    }

    fn write(&mut self, line: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next report that is wanted.
    fn next(&mut self, wanted: impl Fn(&Report) -> bool) -> Report {
        loop {
            let mut line = String::new();
            assert!(self.reports.read_line(&mut line).unwrap() > 0, "the worker ended");
            match serde_json::from_str(&line) {
                Ok(report) if wanted(&report) => return report,
                Ok(_) => {}
                Err(error) => assert!(line.trim().is_empty(), "{error}: {line}"),
            }
        }
    }

    fn last(&mut self) -> Report {
        self.next(|report| report.ends().is_some())
    }

    /// Closes stdin; every report that still comes, and the exit code.
    fn end(mut self) -> (Vec<Report>, String) {
        self.orders = None;
        let mut text = String::new();
        self.reports.read_to_string(&mut text).unwrap();
        let rest = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        (rest, format!("{:?}", self.thread.join().unwrap()))
    }
}

fn train(task: u64, steps: u64) -> Order {
    let mut train = Train::default();
    train.settings.steps = steps;
    Order::Start { task, work: Work::Train(train) }
}

#[test]
fn a_panic_ends_its_task_and_no_other() {
    let mut worker = Running::greeted();
    worker.order(&Order::Start { task: 1, work: Work::Sample(Sample::default()) });
    let Report::Failed { task: 1, problem } = worker.last() else { panic!("a panic is a failure") };
    assert_eq!(problem.message, "a defect of the worker: CUDA error: something");
    worker.order(&Order::Start { task: 2, work: Work::Embed(Embed::default()) });
    let problem = Problem { message: "no room".into(), next: "make some".into() };
    assert_eq!(worker.last(), Report::Failed { task: 2, problem });
    worker.order(&train(3, 5));
    assert_eq!(worker.last(), Report::Finished { task: 3, outcome: Outcome { set_aside: 5, ..Outcome::default() } });
    assert!(worker.end().0.iter().all(|report| report.ends().is_none()), "one end a task");
}

#[test]
fn a_task_hears_cancel_even_in_a_pause_and_the_next_one_does_not() {
    let mut worker = Running::greeted();
    worker.order(&train(1, u64::MAX));
    worker.next(|report| matches!(report, Report::Progress { .. }));
    worker.write("this is no order");
    worker.order(&Order::Pause);
    worker.order(&Order::Cancel);
    assert_eq!(worker.last(), Report::Cancelled { task: 1 });
    worker.order(&train(2, 3));
    assert!(matches!(worker.last(), Report::Finished { task: 2, .. }));
}

#[test]
fn the_end_of_stdin_cancels_the_task_and_begins_no_other() {
    let mut worker = Running::greeted();
    worker.order(&train(1, u64::MAX));
    worker.next(|report| matches!(report, Report::Progress { .. }));
    worker.order(&train(2, 3));
    let (rest, _) = worker.end();
    let ends: Vec<_> = rest.iter().filter(|report| report.ends().is_some()).collect();
    assert_eq!(ends, [&Report::Cancelled { task: 1 }, &Report::Cancelled { task: 2 }]);
}

#[test]
fn what_is_no_greeting_of_this_protocol_is_refused() {
    for (line, said) in [
        (r#"{"order":"hello","protocol":2,"version":"9","device":"auto","new":[]}"#, "protocol 2"),
        (r#"{"order":"hello","protocol":1,"version":"9","device":"abacus"}"#, "no abacus"),
        (r#"{"order":"start","protocol":1}"#, "not hello"),
        ("hello?", "no order"),
    ] {
        let mut worker = Running::start();
        worker.write(line);
        let Report::Refused(problem) = worker.next(|_| true) else { panic!("{line}") };
        assert!(problem.message.contains(said), "{line}: {}", problem.message);
        assert_eq!(worker.end().1, format!("{:?}", ExitCode::from(REFUSED)));
    }
}
