//! The background job: started, and its events told as messages.
//!
//! Invariant: nothing is started where a file would be replaced without the user's word.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::event::Sender;
use super::picture;
use crate::app::action::Action;
use crate::app::message::{Failure, JobReport, Message};
use crate::app::model::Sample;
use crate::job::worker::Choice;
use crate::job::{self, ApplyJob, Event, Handle, Job, Summary};
use crate::load::Loaded;
use crate::manifest::{self, Shard, Target};
use crate::number;
use crate::recipe::Recipe;

/// What to write, and where.
pub(super) struct Request {
    pub(super) generation: u64,
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Recipe,
    pub(super) folder: PathBuf,
    pub(super) overwrite: bool,
}

/// Starts the job, or says why not.
pub(super) fn start(request: Request, worker: &Choice, sender: &Sender) -> Option<Handle> {
    let Request { generation, loaded, recipe, folder, overwrite } = request;
    let occupied = manifest::occupied(&loaded.dataset, &recipe, &folder);
    if !overwrite && !occupied.is_empty() {
        sender.tell(Message::JobReported { generation, report: JobReport::Occupied(occupied) });
        return None;
    }
    let target = Target { force: overwrite, resume: true, ..Target::new(&folder) };
    let (shard, worker) = (Shard::WHOLE, worker.clone());
    let job = ApplyJob { data: loaded, recipe, target, shard, synthesis: None, worker, counts: Vec::new() };
    begin(job, generation, sender)
}

/// Starts any job and tells its events, or why it did not start.
pub(super) fn begin(job: impl Job, generation: u64, sender: &Sender) -> Option<Handle> {
    let sender = sender.clone();
    let tell = move |report| sender.tell(Message::JobReported { generation, report });
    let began = Instant::now();
    let failed = tell.clone();
    match job::start(job, move |event| reports(event, began).into_iter().for_each(&tell)) {
        Ok(handle) => Some(handle),
        Err(cause) => {
            let next = "close other programs and start again".to_owned();
            failed(JobReport::Failed(
                Failure { title: "no job was started".into(), cause: cause.to_string(), next },
                None,
            ));
            None
        }
    }
}

fn reports(event: Event, began: Instant) -> Vec<JobReport> {
    let elapsed = began.elapsed();
    let progressed = |step: &str, done, total| JobReport::Progressed { step: step.to_owned(), done, total, elapsed };
    match event {
        Event::Started { job, stages } => {
            let steps = stages.iter().map(|stage| progressed(stage.label(), 0, 0));
            steps.chain([JobReport::Logged(format!("started: {job}"))]).collect()
        }
        Event::Progress { stage, done, total } => vec![progressed(stage.label(), done, total)],
        Event::Log { line } => vec![JobReport::Logged(line)],
        Event::Device(device) => vec![JobReport::Placed(format!("{} · {}", device.name, device.model))],
        Event::Memory { used, total } => vec![JobReport::Filled { used, total }],
        Event::Measure { name, at, value } => vec![JobReport::Measured { name, at, value }],
        // Decoded here, on the job's thread: a few a second at most, and small.
        Event::Picture { path, seed, caption } => match picture::from_file(&path) {
            Ok(made) => {
                let seed = seed.and_then(|seed| picture::from_file(&seed).ok()).map(Arc::new);
                vec![JobReport::Pictured(Sample { made: Arc::new(made), seed, caption })]
            }
            Err(reason) => vec![JobReport::Logged(format!("{caption}: {reason}"))],
        },
        Event::Finished(summary) => vec![finished(summary)],
        Event::Cancelled => vec![JobReport::Cancelled],
        Event::Failed(failure) => {
            let remedy = remedy(&failure);
            let (title, cause, next) = ("the job failed".to_owned(), failure.message, failure.next);
            vec![JobReport::Failed(Failure { title, cause, next }, remedy)]
        }
    }
}

/// The action that mends a failure, where there is one: what is wrong with the dataset is read anew, what was begun is gone on with.
const fn remedy(failure: &job::Failure) -> Option<Action> {
    match failure {
        job::Failure { exit_code: 3, .. } => Some(Action::Reload),
        job::Failure { unfinished: true, .. } => Some(Action::StartJob),
        _ => None,
    }
}

fn finished(summary: Summary) -> JobReport {
    let tally = summary.tally;
    let mut lines = Vec::new();
    if tally.instances > 0 {
        let synthetic = if tally.synthetic > 0 {
            format!(", {} of them made for the tail", number::count(tally.synthetic))
        } else {
            String::new()
        };
        lines.push(format!(
            "{} of {} kept, {} written{synthetic}",
            number::count(tally.kept),
            number::counted(tally.instances, "instance"),
            number::counted(tally.after + tally.synthetic, "record")
        ));
    }
    if summary.set_aside > 0 {
        lines.push(format!("{} of the source could not be used", number::counted(summary.set_aside, "record")));
    }
    lines.extend(summary.figures.iter().map(|(name, value)| format!("{} {value:.4}", name.replace('_', " "))));
    lines.extend(summary.files.iter().map(|file| {
        let rows = if file.rows > 0 { format!(", {}", number::counted(file.rows, "record")) } else { String::new() };
        format!("{} · {}{rows}", file.path.display(), number::bytes(file.bytes))
    }));
    JobReport::Finished { summary: lines, command: summary.command }
}
