//! The background job as the Run screen shows it.
//!
//! Invariant: a job that began ends in exactly one of finished, cancelled or failed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::drill::Picture;
use crate::recipe::Recipe;

/// How the job stands.
#[derive(Clone, Debug, Default)]
pub enum JobState {
    /// None was started.
    #[default]
    Absent,
    /// It runs.
    Running(Job),
    /// It is held before its next step.
    Paused(Job),
    /// It was asked to stop and has not yet.
    Cancelling(Job),
    /// It is done: what was written, one line a file, and the command that reproduces it.
    Finished {
        /// The job as it ended.
        job: Job,
        /// What was written.
        summary: Vec<String>,
        /// The command that does the same without the terminal program.
        command: String,
    },
    /// It was stopped.
    Cancelled(Job),
    /// It failed.
    Failed {
        /// The job as it ended.
        job: Job,
        /// Why.
        cause: String,
        /// What to do now.
        next: String,
    },
}

impl JobState {
    /// The job, when there is or was one.
    #[must_use]
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Absent => None,
            Self::Running(job)
            | Self::Paused(job)
            | Self::Cancelling(job)
            | Self::Cancelled(job)
            | Self::Finished { job, .. }
            | Self::Failed { job, .. } => Some(job),
        }
    }

    /// True while it works.
    #[must_use]
    pub fn active(&self) -> bool {
        matches!(self, Self::Running(_) | Self::Paused(_) | Self::Cancelling(_))
    }
}

/// What a job is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobKind {
    /// It writes the manifests.
    #[default]
    Write,
    /// It trains the diffusion model, in the worker.
    Train,
}

/// A job's progress and log.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Which of the jobs of this session: results of others are dropped.
    pub generation: u64,
    /// What it is for.
    pub kind: JobKind,
    /// The device that it works on, where that is another program's.
    pub device: Option<String>,
    /// Device memory in use and in all, in bytes.
    pub memory: Option<(u64, u64)>,
    /// The loss of training.
    pub loss: Curve,
    /// The newest synthetic images, the newest first; bounded.
    pub samples: VecDeque<Sample>,
    /// Its steps, in order.
    pub steps: Vec<JobStep>,
    /// The newest lines of its log, the newest last; bounded.
    pub log: VecDeque<String>,
    /// Time since its start, as of the last report.
    pub elapsed: Duration,
    /// Units a second of the current step, as of the last report.
    pub rate: f64,
    /// Time left of the current step, where it can be told.
    pub remaining: Option<Duration>,
    /// How much of the time since its start it was held.
    pub held: Duration,
    /// True where the time from its last report to the next one is time that it was held.
    pub resting: bool,
    /// What it writes by, and where to.
    pub order: Option<Box<(Recipe, PathBuf)>>,
}

impl Job {
    /// The share of its steps that is done, each step counting the same.
    #[must_use]
    pub fn share(&self) -> f64 {
        let done = |step: &JobStep| if step.total > 0 { step.done as f64 / step.total as f64 } else { 0.0 };
        self.steps.iter().map(|step| done(step).min(1.0)).sum::<f64>() / self.steps.len().max(1) as f64
    }

    /// True for a job that writes manifests by this recipe to this folder.
    #[must_use]
    pub fn writes(&self, recipe: &Recipe, folder: &Path) -> bool {
        let same = |order: &(Recipe, PathBuf)| order.0 == *recipe && order.1 == folder;
        self.kind == JobKind::Write && self.order.as_deref().is_none_or(same)
    }
}

/// A synthetic image, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The image.
    pub made: Arc<Picture>,
    /// The real image that it began from, where there is one.
    pub seed: Option<Arc<Picture>>,
    /// What it is to show.
    pub caption: String,
}

/// A figure over time, thinned: every so many values become their mean, so that the whole of it fits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Means of consecutive values, from the first.
    pub points: Vec<f64>,
    /// The newest value.
    pub last: Option<f64>,
    /// How many values a point is the mean of; 0 before the first.
    each: u32,
    /// Values that make no whole point yet: how many, and their sum.
    rest: (u32, f64),
}

impl Curve {
    /// The most points that are kept.
    const MOST: usize = 512;

    /// Adds a value; one that is no finite number is only the newest.
    pub fn push(&mut self, value: f64) {
        self.last = Some(value);
        if !value.is_finite() {
            return;
        }
        self.each = self.each.max(1);
        self.rest = (self.rest.0 + 1, self.rest.1 + value);
        if self.rest.0 < self.each {
            return;
        }
        self.points.push(self.rest.1 / f64::from(self.rest.0));
        self.rest = (0, 0.0);
        if self.points.len() == Self::MOST {
            self.points = self.points.chunks(2).map(|pair| pair.iter().sum::<f64>() / pair.len() as f64).collect();
            self.each *= 2;
        }
    }
}

/// A step of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStep {
    /// Its name.
    pub name: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while unknown.
    pub total: u64,
    /// Time from the job's start to the step's, without that in which the job was held.
    pub began: Duration,
    /// Units that were done when it began: what an earlier run left.
    pub from: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_keeps_its_shape_however_long_it_gets() {
        let mut curve = Curve::default();
        (0..100_000).for_each(|number| curve.push(f64::from(number)));
        assert!((256..512).contains(&curve.points.len()), "{}", curve.points.len());
        assert!(curve.points.is_sorted());
        assert!(curve.points[0] < 400.0 && *curve.points.last().unwrap() > 99_000.0);
        curve.push(f64::NAN);
        assert!(curve.last.is_some_and(f64::is_nan) && curve.points.iter().all(|point| point.is_finite()));
    }
}
