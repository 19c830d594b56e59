//! The background job: started, and its events told as messages.
//!
//! Invariant: nothing is started where a file would be replaced without the user's word.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::event::Sender;
use crate::app::message::{Failure, JobReport, Message};
use crate::app::model::Loaded;
use crate::job::{self, ApplyJob, Event, Handle, Summary};
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
pub(super) fn start(request: Request, sender: &Sender) -> Option<Handle> {
    let Request { generation, loaded, recipe, folder, overwrite } = request;
    let sender = sender.clone();
    let tell = move |report| sender.tell(Message::JobReported { generation, report });
    let occupied = manifest::occupied(&loaded.dataset, &recipe, &folder);
    if !overwrite && !occupied.is_empty() {
        tell(JobReport::Occupied(occupied));
        return None;
    }
    let target = Target { force: overwrite, resume: true, ..Target::new(&folder) };
    let job = ApplyJob { data: loaded, recipe, target, shard: Shard::WHOLE, synthesis: None };
    let began = Instant::now();
    let failed = tell.clone();
    match job::start(job, move |event| reports(event, began).into_iter().for_each(&tell)) {
        Ok(handle) => Some(handle),
        Err(cause) => {
            let next = "close other programs and start again".to_owned();
            failed(JobReport::Failed(Failure { title: "no job was started".into(), cause: cause.to_string(), next }));
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
        Event::Finished(summary) => vec![finished(summary)],
        Event::Cancelled => vec![JobReport::Cancelled],
        Event::Failed(failure) => vec![JobReport::Failed(Failure {
            title: "the job failed".into(),
            cause: failure.message,
            next: failure.next,
        })],
    }
}

fn finished(summary: Summary) -> JobReport {
    let tally = summary.tally;
    let kept = format!(
        "{} of {} instances kept, {} records written",
        number::count(tally.kept),
        number::count(tally.instances),
        number::count(tally.after)
    );
    let mut lines = vec![kept];
    if summary.set_aside > 0 {
        lines.push(format!("{} records of the source could not be used", number::count(summary.set_aside)));
    }
    lines.extend(summary.files.iter().map(|file| {
        let rows = if file.rows > 0 { format!(", {} records", number::count(file.rows)) } else { String::new() };
        format!("{} · {}{rows}", file.path.display(), number::bytes(file.bytes))
    }));
    JobReport::Finished { summary: lines, command: summary.command }
}
