//! A job that is held, and goes on.
//!
//! Invariant: only a running job is held, and only a held one goes on.

use super::super::tell;
use crate::app::effect::Effect;
use crate::app::model::{Job, JobState, Level, Model};

/// Holds the job, or lets it go on.
pub(in super::super) fn pause(model: &mut Model) -> Vec<Effect> {
    let (state, paused) = match std::mem::replace(&mut model.job, JobState::Absent) {
        JobState::Running(job) => (JobState::Paused(job), true),
        JobState::Paused(job) => (JobState::Running(Job { resting: true, ..job }), false),
        other => {
            tell(model, Level::Info, idle(&other));
            model.job = other;
            return Vec::new();
        }
    };
    model.job = state;
    vec![Effect::PauseJob { paused }]
}

/// Why there is no job to hold or to cancel.
pub(super) const fn idle(job: &JobState) -> &'static str {
    match job {
        JobState::Cancelling(_) => "the job is stopping already",
        _ => "no job is running",
    }
}
