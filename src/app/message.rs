//! What has happened: keys, the mouse, and results of background work.
//!
//! Invariant: past tense; a result carries the generation of the request that it answers, and every time or random number in it.

mod mouse;
mod report;

use std::path::PathBuf;
use std::sync::Arc;

pub use mouse::Mouse;
pub use report::JobReport;

use super::bindings::Bindings;
use super::effect::AfterSave;
use super::hit::HitMap;
use super::key::Key;
use super::model::{Compared, Finding, InstanceView, Picture, Rows, TextLines, TrialPicture};
use crate::entity::Perspective;
use crate::load::Loaded;
use crate::preview::{Completion, Preview};
use crate::progress::Stage;
use crate::recipe::Recipe;

/// Something that happened.
pub enum Message {
    /// A key was pressed.
    KeyPressed(Key),
    /// Text was pasted.
    TextPasted(String),
    /// A mouse event.
    Mouse(Mouse),
    /// The terminal has a new size: columns, rows.
    Resized(u16, u16),
    /// A frame was drawn, and this is where things are.
    Drawn(HitMap),
    /// Loading went on.
    DatasetProgressed {
        /// Which load.
        generation: u64,
        /// Its step.
        stage: Stage,
        /// Units done.
        done: u64,
        /// Units in all; 0 while unknown.
        total: u64,
    },
    /// Entities were counted so far.
    CountsSeen {
        /// Which load.
        generation: u64,
        /// Counts by perspective, descending.
        counts: Vec<(Perspective, Vec<u32>)>,
    },
    /// The dataset is open and indexed.
    DatasetLoaded {
        /// Which load.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// What is worth knowing of it.
        findings: Vec<Finding>,
    },
    /// The dataset could not be loaded, or the user stopped it.
    DatasetFailed {
        /// Which load.
        generation: u64,
        /// Why, and what to do.
        failure: Failure,
    },
    /// The entity table was ordered or searched.
    EntitiesArranged {
        /// Which request.
        generation: u64,
        /// The ranks to show.
        rows: Rows,
    },
    /// What the policy would do, roughly.
    PreviewEstimated {
        /// Which request.
        generation: u64,
        /// The estimate.
        preview: Arc<Preview>,
    },
    /// What the policy would do, exactly.
    PreviewComputed {
        /// Which request.
        generation: u64,
        /// The figures.
        preview: Arc<Preview>,
    },
    /// The policy cannot be reckoned.
    PreviewFailed {
        /// Which request.
        generation: u64,
        /// Why.
        reason: String,
    },
    /// Policies were reckoned side by side.
    PoliciesCompared {
        /// Which request.
        generation: u64,
        /// Their figures, in the order asked.
        compared: Vec<Compared>,
    },
    /// It was planned what is made for the tail, or it cannot be.
    SynthesisPlanned {
        /// Which request.
        generation: u64,
        /// What is made, or why that cannot be told.
        completion: Result<Arc<Completion>, String>,
    },
    /// The worker made a small batch, or could not.
    TrialMade {
        /// Which request.
        generation: u64,
        /// The pictures, or why there are none.
        outcome: Result<Vec<TrialPicture>, Failure>,
    },
    /// An instance's record was read.
    InstanceRead {
        /// Which request.
        generation: u64,
        /// The record, or why it cannot be shown.
        view: Result<Arc<InstanceView>, String>,
    },
    /// The text of an instance was broken into lines.
    TextWrapped {
        /// Which request.
        generation: u64,
        /// The lines.
        lines: Arc<TextLines>,
    },
    /// The names of instances were read.
    IdsRead {
        /// Which request.
        generation: u64,
        /// Number and name; none for a record without a name of its own.
        ids: Vec<(u32, Option<String>)>,
    },
    /// A picture was decoded.
    ImageDecoded {
        /// Which request.
        generation: u64,
        /// The picture, or why it cannot be shown.
        picture: Result<Arc<Picture>, String>,
    },
    /// It was found out why an instance is kept or dropped.
    InstanceExplained {
        /// Which request.
        generation: u64,
        /// The instance's name.
        id: String,
        /// The facts, one a line.
        lines: Vec<String>,
    },
    /// It was looked for what is worth knowing of the dataset.
    FindingsMade {
        /// Which request.
        generation: u64,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// The background job told something.
    JobReported {
        /// Which job.
        generation: u64,
        /// What it told.
        report: JobReport,
    },
    /// The recipe was saved, or could not be.
    RecipeSaved {
        /// The recipe as it is on disk now, or why it is not.
        outcome: Result<Box<Recipe>, Failure>,
        /// What was to follow.
        then: AfterSave,
    },
    /// The recipe's file was read, or is not valid.
    RecipeRead(Result<Box<Recipe>, Failure>),
    /// The copy of the recipe that is edited was read, or is not valid.
    DraftRead {
        /// Where it is.
        path: PathBuf,
        /// What it says.
        outcome: Result<Box<Recipe>, Failure>,
    },
    /// A theme was loaded.
    ThemeLoaded {
        /// Its name.
        name: String,
        /// The names of all themes that are there now.
        names: Vec<String>,
        /// What is wrong with it, one line each.
        warnings: Vec<String>,
    },
    /// The keymap was read again.
    KeymapRead {
        /// What it binds.
        bindings: Box<Bindings>,
        /// What is wrong with it, one line each.
        warnings: Vec<String>,
    },
    /// A watched file changed on disk.
    FileChanged(Watched),
    /// Something did not work that does not stop the program.
    Warned(String),
    /// Something that the user asked for failed.
    Failed(Failure),
}

/// A file that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Watched {
    /// The dataset.
    Dataset,
    /// The file of subclasses that the recipe names.
    Subclasses,
    /// The recipe.
    Recipe,
    /// The copy of the recipe that is edited.
    Draft,
    /// The folder of the user's themes.
    Theme,
    /// The user's keymap.
    Keymap,
}

/// What went wrong, why, and what to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub title: String,
    /// Why.
    pub cause: String,
    /// What to do now.
    pub next: String,
}
