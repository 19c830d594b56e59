//! The background job: started, watched, cancelled.
//!
//! Invariant: at most one job runs; a report of an earlier one is dropped.

mod hold;

pub(super) use hold::pause;

use std::sync::Arc;
use std::time::Duration;

use super::remedy::mended;
use super::step::Step;
use super::{next_generation, overlay, rebalance, show, tell};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::message::{Failure, JobReport};
use crate::app::model::{Data, Job, JobKind, JobState, JobStep, Level, Model, Overlay, Screen};
use crate::load::Loaded;

/// The most lines of a job's log that are kept.
const LOG_LINES: usize = 1000;
/// The most synthetic images that are kept for the screen.
const SAMPLES: usize = 16;

/// Writes the manifests in the background.
pub(super) fn start(model: &mut Model, overwrite: bool) -> Vec<Effect> {
    let loaded = match ready(model) {
        Ok(loaded) => loaded,
        Err(instead) => return instead,
    };
    if model.recipe.export.formats.is_empty() {
        tell(model, Level::Warning, "no manifest format is chosen");
        return Vec::new();
    }
    let generation = begin(model, JobKind::default());
    let (recipe, folder) = (Box::new(model.recipe.clone()), model.export.folder.clone());
    let mut effects = show(model, Screen::Run);
    effects.push(Effect::StartJob { generation, loaded, recipe, folder, overwrite });
    effects
}

/// Trains the diffusion model in the background, by the entities whose tail the recipe fills.
pub(super) fn train(model: &mut Model) -> Vec<Effect> {
    let loaded = match ready(model) {
        Ok(loaded) => loaded,
        Err(instead) => return instead,
    };
    let generation = begin(model, JobKind::Train);
    let (recipe, folder) = (Box::new(model.recipe.clone()), model.export.synthesis());
    let mut effects = show(model, Screen::Run);
    effects.push(Effect::TrainModel { generation, loaded, recipe, folder });
    effects
}

/// The dataset that a job can begin on now; else what happens instead.
fn ready(model: &mut Model) -> Result<Arc<Loaded>, Vec<Effect>> {
    let Data::Ready(loaded) = &model.data else {
        tell(model, Level::Info, "the dataset is not loaded yet");
        return Err(Vec::new());
    };
    let loaded = Arc::clone(loaded);
    if model.job.active() {
        tell(model, Level::Info, "a job is running already");
        return Err(show(model, Screen::Run));
    }
    Ok(loaded)
}

/// Puts a new job in the place of the last; returns its generation.
fn begin(model: &mut Model, kind: JobKind) -> u64 {
    let generation = next_generation(model);
    model.awaited.job = generation;
    let order = Some(Box::new((model.recipe.clone(), model.export.folder.clone())));
    let job = JobState::Running(Job { generation, kind, order, ..Job::default() });
    model.job_before = std::mem::replace(&mut model.job, job);
    model.log_scroll = 0;
    generation
}

/// Tells why a job failed, and what to do now.
fn fail(model: &mut Model, job: Job, (failure, remedy): (Failure, Option<Action>)) {
    tell(model, Level::Error, failure.cause.clone());
    let next = remedy.map_or_else(|| failure.next.clone(), |remedy| mended(model, &failure.next, remedy));
    model.job = JobState::Failed { job, cause: failure.cause, next };
}

/// Takes in what the job told.
pub(super) fn reported(model: &mut Model, generation: u64, report: JobReport) -> Vec<Effect> {
    if generation != model.awaited.job || !model.job.active() {
        return Vec::new();
    }
    let before = std::mem::replace(&mut model.job, JobState::Absent);
    let (still, is_held) = (same_state(&before), matches!(before, JobState::Paused(_)));
    let (JobState::Running(mut job) | JobState::Paused(mut job) | JobState::Cancelling(mut job)) = before else {
        return Vec::new();
    };
    job.resting |= is_held;
    let asked = matches!(model.overlay, Some(Overlay::ConfirmCancelJob | Overlay::ConfirmAbandonJob));
    match report {
        JobReport::Progressed { .. }
        | JobReport::Placed(_)
        | JobReport::Filled { .. }
        | JobReport::Measured { .. }
        | JobReport::Pictured(_)
        | JobReport::Logged(_) => {
            note(&mut job, report);
            model.job = still(job);
            return Vec::new();
        }
        JobReport::Occupied(paths) => {
            model.job = std::mem::take(&mut model.job_before);
            overlay::interpose(model, Overlay::ConfirmOverwrite { paths });
            return show(model, Screen::Export);
        }
        JobReport::Finished { summary, command } => {
            tell(model, Level::Good, done_in_words(job.kind));
            model.job = JobState::Finished { job, summary, command };
        }
        JobReport::Cancelled => model.job = JobState::Cancelled(job),
        JobReport::Failed(failure, remedy) => fail(model, job, (failure, remedy)),
    }
    // The question is about a job that is over.
    if asked {
        model.overlay = None;
    }
    rebalance::refresh_if_shown(model)
}

/// What makes a job's state the same as before.
const fn same_state(before: &JobState) -> fn(Job) -> JobState {
    match before {
        JobState::Paused(_) => JobState::Paused,
        JobState::Cancelling(_) => JobState::Cancelling,
        _ => JobState::Running,
    }
}

const fn done_in_words(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Write => "the manifests are written",
        JobKind::Train => "the model is trained",
    }
}

/// Counts the time since the last report as held, where the job was.
fn rest(job: &mut Job, elapsed: Duration) {
    if std::mem::take(&mut job.resting) {
        job.held += elapsed.saturating_sub(job.elapsed);
    }
}

fn advance(job: &mut Job, step: &str, (done, total): (u64, u64), elapsed: Duration) {
    let worked = job.elapsed.saturating_sub(job.held);
    rest(job, elapsed);
    let now = elapsed.saturating_sub(job.held);
    let known = job.steps.iter_mut().find(|known| known.name == step);
    match known {
        Some(known) => {
            // Its first report: a job that goes on begins where it was.
            if known.done == 0 && known.total == 0 {
                (known.began, known.from) = (worked, done);
            }
            (known.done, known.total) = (done, total);
        }
        None => job.steps.push(JobStep { name: step.to_owned(), done, total, began: now, from: done }),
    }
    job.elapsed = elapsed;
    let Some(current) = job.steps.iter().find(|known| known.name == step) else { return };
    let seconds = now.saturating_sub(current.began).as_secs_f64();
    job.rate = if seconds > 0.0 { done.saturating_sub(current.from) as f64 / seconds } else { 0.0 };
    let left = total.saturating_sub(done) as f64 / job.rate;
    job.remaining = if total > 0 { Duration::try_from_secs_f64(left).ok() } else { None };
}

/// Takes in what a job that goes on tells.
fn note(job: &mut Job, report: JobReport) {
    match report {
        JobReport::Progressed { step, done, total, elapsed } => advance(job, &step, (done, total), elapsed),
        JobReport::Placed(device) => job.device = Some(device),
        JobReport::Filled { used, total } => job.memory = Some((used, total)),
        JobReport::Measured { name, value, .. } if name == "loss" => job.loss.push(value),
        JobReport::Pictured(sample) => {
            job.samples.truncate(SAMPLES - 1);
            job.samples.push_front(sample);
        }
        JobReport::Logged(line) => log(job, line),
        _ => {}
    }
}

fn log(job: &mut Job, line: String) {
    if job.log.len() == LOG_LINES {
        job.log.pop_front();
    }
    job.log.push_back(line);
}

/// Asks whether to cancel the job.
pub(super) fn ask_to_cancel(model: &mut Model) -> Vec<Effect> {
    match model.job {
        JobState::Running(_) | JobState::Paused(_) => return overlay::open(model, Overlay::ConfirmCancelJob),
        _ => tell(model, Level::Info, hold::idle(&model.job)),
    }
    Vec::new()
}

/// Cancels the job.
pub(super) fn cancel(model: &mut Model) -> Vec<Effect> {
    match std::mem::replace(&mut model.job, JobState::Absent) {
        JobState::Running(job) | JobState::Paused(job) => {
            model.job = JobState::Cancelling(job);
            vec![Effect::CancelJob]
        }
        other => {
            model.job = other;
            Vec::new()
        }
    }
}

/// Scrolls the log.
pub(super) fn scroll(model: &mut Model, step: Step) -> Vec<Effect> {
    let lines = model.job.job().map_or(0, |job| job.log.len());
    // The scroll counts from the end, so down is less.
    let from_start = lines.saturating_sub(1).saturating_sub(model.log_scroll);
    let moved = step.from(from_start, lines, 20);
    model.log_scroll = lines.saturating_sub(1).saturating_sub(moved);
    Vec::new()
}
