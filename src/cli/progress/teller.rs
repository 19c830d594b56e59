//! How a command that runs a job tells on stderr how far it is: a bar on a terminal, plain lines elsewhere, or events as JSON.
//!
//! Invariant: with JSON, stderr holds one object a line and nothing else: `started` first, exactly one terminal event last.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::job::{Event, Failure};
use crate::number;
use crate::progress::{Observer, Stage};

/// The form of the events; one more with every change that readers must know of.
const VERSION: u32 = 1;
/// The least time between two reports: a bar's, an event's, a line's.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(100), Duration::from_secs(5)];
/// The cells of a bar.
const CELLS: usize = 24;

/// How progress is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressForm {
    /// A bar on a terminal, plain lines elsewhere.
    #[default]
    Auto,
    /// An event a line, as JSON.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bar,
    Json,
    Lines,
}

/// An event as it is written.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    #[serde(flatten)]
    event: &'a Event,
}

/// What was told last.
#[derive(Debug)]
struct Told {
    stage: Option<Stage>,
    /// When the stage began, and when it was told of.
    began: Instant,
    at: Option<Instant>,
    whole: bool,
    /// How far the stage was when it began: a job may go on from what is there.
    from: u64,
    /// The loss of training, as it was told last.
    loss: Option<f64>,
}

/// Tells the progress of one job.
#[derive(Debug)]
pub struct Teller {
    form: Form,
    told: Mutex<Told>,
    ended: AtomicBool,
}

impl Teller {
    /// Begins to tell of a job.
    #[must_use]
    pub fn begin(form: ProgressForm, job: &str, stages: &[Stage]) -> Self {
        let form = match form {
            ProgressForm::Json => Form::Json,
            ProgressForm::Auto if stderr().is_terminal() => Form::Bar,
            ProgressForm::Auto => Form::Lines,
        };
        let told = Told { stage: None, began: Instant::now(), at: None, whole: false, from: 0, loss: None };
        let teller = Self { form, told: Mutex::new(told), ended: AtomicBool::new(false) };
        teller.event(&Event::Started { job: job.to_owned(), stages: stages.to_vec() });
        teller
    }

    /// A line beside the progress.
    pub fn log(&self, line: &str) {
        match self.form {
            Form::Json => self.event(&Event::Log { line: line.to_owned() }),
            Form::Bar => say(&format!("\r\x1b[K{line}\n")),
            Form::Lines => say(&format!("{line}\n")),
        }
    }

    /// Tells what is known beside the progress: the device, a figure, a new picture.
    pub fn beside(&self, event: &Event) {
        match (self.form, event) {
            (Form::Json, _) => self.event(event),
            (_, Event::Measure { name, value, .. }) if name == "loss" => {
                if let Ok(mut told) = self.told.try_lock() {
                    told.loss = Some(*value);
                }
            }
            _ => {}
        }
    }

    /// Tells the last event, once; true when it was told in words that a program reads.
    pub fn end(&self, last: &Event) -> bool {
        if self.ended.swap(true, Ordering::AcqRel) {
            return false;
        }
        if self.form == Form::Bar {
            say("\r\x1b[K");
        }
        self.event(last);
        self.form == Form::Json
    }

    fn event(&self, event: &Event) {
        if self.form == Form::Json
            && let Ok(line) = serde_json::to_string(&Line { version: VERSION, event })
        {
            say(&format!("{line}\n"));
        }
    }
}

impl Observer for Teller {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        // Who finds another thread telling has nothing to add, unless a stage is over.
        let whole = total > 0 && done >= total;
        let held = if whole { self.told.lock().ok() } else { self.told.try_lock().ok() };
        let Some(mut told) = held else { return };
        if told.stage != Some(stage) {
            // Lines tell of a stage after a while, or at its end; the others at once.
            let at = (self.form == Form::Lines).then(Instant::now);
            *told = Told { stage: Some(stage), began: Instant::now(), at, whole: false, from: done, loss: None };
        }
        let due = told.at.is_none_or(|at| at.elapsed() >= PAUSES[self.form as usize]);
        if self.ended.load(Ordering::Acquire) || told.whole || !(due || whole) {
            return;
        }
        (told.at, told.whole) = (Some(Instant::now()), whole);
        match self.form {
            Form::Json => self.event(&Event::Progress { stage, done, total }),
            Form::Bar => say(&format!("\r\x1b[K{}{}", bar(stage, (done, total), &told), beside(stage, done, &told))),
            Form::Lines => say(&format!("{}{}\n", words(stage, (done, total)), beside(stage, done, &told))),
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if !self.ended.load(Ordering::Acquire) {
            let message = "the program ended before the job did".to_owned();
            self.end(&Event::Failed(Failure {
                message,
                next: "report it with the recipe".into(),
                exit_code: 1,
                unfinished: false,
            }));
        }
    }
}

/// `writing 45 % (299,384 of 665,298)`.
fn words(stage: Stage, (done, total): (u64, u64)) -> String {
    let far = number::count(done);
    if total == 0 {
        return format!("{} {far}", stage.label());
    }
    let share = number::rounded_share((done as f64 / total as f64).min(1.0));
    format!("{} {share} ({far} of {})", stage.label(), number::count(total))
}

/// `writing    ███████░░░░  45 % · 2 s left`.
fn bar(stage: Stage, (done, total): (u64, u64), told: &Told) -> String {
    if total == 0 {
        return format!("{:<11} {}", stage.label(), number::count(done));
    }
    let share = (done as f64 / total as f64).min(1.0);
    let full = (share * CELLS as f64) as usize;
    let track = format!("{}{}", "█".repeat(full), "░".repeat(CELLS - full));
    let left = total.saturating_sub(done) as f64 / pace(done, told);
    let left = if left.is_finite() && left >= 1.0 { format!(" · {left:.0} s left") } else { String::new() };
    format!("{:<11} {track} {}{left}", stage.label(), number::rounded_share(share))
}

/// Units a second since the stage began.
fn pace(done: u64, told: &Told) -> f64 {
    done.saturating_sub(told.from) as f64 / told.began.elapsed().as_secs_f64()
}

/// The worker's pace, and the loss where it trains.
fn beside(stage: Stage, done: u64, told: &Told) -> String {
    let unit = match stage {
        Stage::Train => "steps",
        Stage::Sample => "images",
        _ => return String::new(),
    };
    let pace = pace(done, told);
    let pace = if pace.is_finite() && pace > 0.0 { format!(" · {pace:.1} {unit}/s") } else { String::new() };
    let loss =
        told.loss.filter(|_| stage == Stage::Train).map_or_else(String::new, |loss| format!(" · loss {loss:.4}"));
    format!("{pace}{loss}")
}

/// A stderr that is gone is no reason to stop.
fn say(words: &str) {
    let _ = stderr().write_all(words.as_bytes());
}
