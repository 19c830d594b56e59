//! What the state machine wants done outside of itself.
//!
//! Invariant: an effect is a value that says everything its performer needs; results come back as messages with the same generation.

mod label;

use std::path::PathBuf;
use std::sync::Arc;

use super::message::Watched;
use super::model::{InstanceView, Order};
use crate::entity::Perspective;
use crate::load::Loaded;
use crate::recipe::{PolicyName, Recipe};

/// Something to do.
#[derive(Clone)]
pub enum Effect {
    /// Open and index the dataset; replaces the load that runs, if any.
    LoadDataset {
        /// Which request this is.
        generation: u64,
        /// The dataset; `None` for the embedded demo.
        path: Option<PathBuf>,
        /// How to open it and what to extract.
        recipe: Box<Recipe>,
    },
    /// Stop the load that runs.
    CancelLoad,
    /// Order the entity table, or search it.
    ArrangeEntities {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// Whose entities.
        perspective: Perspective,
        /// In which order.
        order: Order,
        /// What is searched; empty for all.
        query: String,
    },
    /// Estimate, then reckon exactly, what the recipe's policy would do; replaces the one that runs.
    ComputePreview {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
        /// The perspective that the estimate shows.
        perspective: Perspective,
    },
    /// Reckon what each policy would do.
    ComparePolicies {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe with every policy's parameters.
        recipe: Box<Recipe>,
        /// The policies.
        policies: Vec<PolicyName>,
        /// The perspective whose figures are compared.
        perspective: Perspective,
    },
    /// Plan what is made for the tail.
    PlanSynthesis {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
        /// The folder of what the worker makes, and of what it knows of instances.
        folder: PathBuf,
    },
    /// Let the worker make a small batch to look at.
    StartTrial {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
        /// The seeds.
        seeds: Vec<usize>,
        /// The folder of the trained model.
        folder: PathBuf,
    },
    /// Read an instance's record and find an entity in its text.
    ReadInstance {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The instance.
        number: usize,
        /// The entity's perspective.
        perspective: Perspective,
        /// The entity's rank.
        rank: usize,
    },
    /// Decode one of an instance's pictures, reduced to what a terminal shows.
    DecodeImage {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The instance.
        number: usize,
        /// Which of its pictures.
        image: usize,
    },
    /// Say why an instance is kept or dropped, or each of those that share an id.
    ExplainInstance {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
        /// The instances, all of one id.
        numbers: Vec<usize>,
    },
    /// Break a long text into lines.
    WrapText {
        /// Which request this is.
        generation: u64,
        /// The instance.
        view: Arc<InstanceView>,
        /// Cells of a line.
        width: u16,
    },
    /// Read the names of instances.
    ReadIds {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The instances.
        numbers: Vec<u32>,
    },
    /// Write the manifests in the background.
    StartJob {
        /// Which job this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
        /// The folder to write to.
        folder: PathBuf,
        /// True when files that are there may be replaced.
        overwrite: bool,
    },
    /// Train the diffusion model on the dataset's images, in the worker, in the background.
    TrainModel {
        /// Which job this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe: whose entities the model learns to tell apart, and how.
        recipe: Box<Recipe>,
        /// The folder for the list, the pictures and the model.
        folder: PathBuf,
    },
    /// Stop the job that runs.
    CancelJob,
    /// Hold the job that runs, or let it go on.
    PauseJob {
        /// True to hold it.
        paused: bool,
    },
    /// Write the recipe to its file.
    SaveRecipe {
        /// The recipe.
        recipe: Box<Recipe>,
        /// The file.
        path: PathBuf,
        /// What follows once it is saved.
        then: AfterSave,
    },
    /// Read the recipe's file.
    ReadRecipe {
        /// The file.
        path: PathBuf,
    },
    /// Open the recipe in the user's editor: its file, or a copy where the file does not say what is on the screen.
    EditRecipe {
        /// The recipe.
        recipe: Box<Recipe>,
        /// Its file, which may not exist.
        path: PathBuf,
        /// Whether the recipe differs from its file.
        unsaved: bool,
    },
    /// Read the copy that is edited.
    ReadDraft,
    /// Open a file in the user's editor, in this terminal.
    OpenEditor {
        /// The file.
        path: PathBuf,
        /// What it is.
        edits: Watched,
    },
    /// Look for what is worth knowing of the dataset under a changed recipe.
    LookForFindings {
        /// Which request this is.
        generation: u64,
        /// The dataset.
        loaded: Arc<Loaded>,
        /// The recipe.
        recipe: Box<Recipe>,
    },
    /// Read the keymap again.
    ReadKeymap,
    /// Show a theme.
    LoadTheme {
        /// Its name.
        name: String,
    },
    /// Show this theme the next time, too.
    KeepTheme {
        /// Its name.
        name: String,
    },
    /// Draw once more, since what the last frame taught changed the state.
    Draw,
    /// Clear the terminal and draw everything again.
    Redraw,
    /// Hand the terminal to the shell until it continues us.
    Suspend,
    /// End the program.
    Quit,
    /// End the program as an interrupt does: what is unsaved is put beside the recipe.
    QuitRescuing,
}

/// What follows a saved recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterSave {
    /// Nothing.
    Stay,
    /// The program ends.
    Quit,
}
