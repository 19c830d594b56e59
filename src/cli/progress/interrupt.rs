//! A command that runs a job: its progress on stderr, whether the user interrupted it, and how it ended.
//!
//! Invariant: an interrupt asks the job to stop; a second one ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::code;
use super::super::exit_code::Expected;
use super::{ProgressForm, Teller};
use crate::job::{Event, Failure, Summary};
use crate::progress::{Observer, Stage};

/// Progress on stderr, and whether the user interrupted.
pub struct Interrupt {
    teller: Teller,
    came: Arc<AtomicBool>,
}

impl Interrupt {
    /// The stages of a command that opens a dataset and writes: those of loading, then those of the job.
    pub const STAGES: [Stage; 5] = [Stage::Read, Stage::Extract, Stage::Index, Stage::Plan, Stage::Write];

    /// Listens for signals while a job of a name works on these stages.
    ///
    /// # Errors
    /// The system's when it takes no handler.
    pub fn listen((form, job): (ProgressForm, &str), stages: &[Stage]) -> std::io::Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&came))?;
            signal_hook::flag::register(signal, Arc::clone(&came))?;
        }
        Ok(Self { teller: Teller::begin(form, job, stages), came })
    }

    /// A line beside the progress.
    pub fn log(&self, line: &str) {
        self.teller.log(line);
    }

    /// What the job tells beside its progress.
    pub fn beside(&self, event: &Event) {
        self.teller.beside(event);
    }

    /// Tells how the job ended. An error that was told as an event is not told again in words.
    ///
    /// # Errors
    /// That of the job.
    pub fn ended(&self, outcome: color_eyre::Result<Summary>) -> color_eyre::Result<Summary> {
        let last = match &outcome {
            Ok(summary) => Event::Finished(summary.clone()),
            Err(report) if code(report) == 6 => Event::Cancelled,
            Err(report) => Event::Failed(failure(report)),
        };
        let told = self.teller.end(&last);
        outcome.map_err(
            |report| if told { Expected { message: String::new(), code: code(&report) }.into() } else { report },
        )
    }
}

fn failure(report: &color_eyre::Report) -> Failure {
    let known = report.downcast_ref::<Failure>().cloned();
    known.unwrap_or_else(|| Failure {
        message: format!("{report:#}"),
        next: String::new(),
        exit_code: code(report),
        unfinished: false,
    })
}

impl Observer for Interrupt {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        self.teller.advanced(stage, done, total);
    }

    fn noted(&self, line: &str) {
        self.log(line);
    }

    fn cancelled(&self) -> bool {
        self.came.load(Ordering::Acquire)
    }
}
