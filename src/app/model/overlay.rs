//! What lies over a screen: lists, questions, errors and the value editor.
//!
//! Invariant: at most one lies there; while it does, keys go to it.

use std::path::PathBuf;

use crate::app::action::Action;
use crate::entity::Perspective;

/// What lies over the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// The keys, from line `scroll` on.
    Help {
        /// The first visible line.
        scroll: usize,
    },
    /// Every action by name.
    Palette {
        /// What is typed.
        field: TextField,
        /// The selected match.
        cursor: usize,
        /// The actions that match, the best first.
        matches: Vec<Action>,
    },
    /// The warnings; see [`super::Model::warning`].
    Warnings {
        /// The selected line.
        cursor: usize,
    },
    /// The findings.
    Findings {
        /// The selected finding.
        cursor: usize,
    },
    /// The themes; the selected one is shown at once.
    Themes {
        /// The selected theme in [`super::Model::themes`].
        cursor: usize,
        /// The theme to go back to.
        previous: String,
    },
    /// "The recipe is unsaved": save and quit, quit, stay.
    ConfirmQuit,
    /// "A job is running": quit and cancel it, or stay.
    ConfirmAbandonJob,
    /// "The dataset changed on disk": load it again, or keep what is loaded.
    ConfirmReload,
    /// "Cancel the job?"
    ConfirmCancelJob,
    /// "These files are there already": overwrite, or stay.
    ConfirmOverwrite {
        /// What would be overwritten.
        paths: Vec<PathBuf>,
    },
    /// A failure, with its cause and the next step.
    Error {
        /// What failed.
        title: String,
        /// Why.
        cause: String,
        /// What to do now.
        next: String,
    },
    /// A value is typed in place.
    EditValue {
        /// Which value.
        target: ValueTarget,
        /// What is typed.
        field: TextField,
        /// What is wrong with it, if anything.
        problem: Option<String>,
    },
    /// Why an instance is kept or dropped: one line a fact.
    Explanation {
        /// The instance's name.
        id: String,
        /// The facts.
        lines: Vec<String>,
        /// The first visible line.
        scroll: usize,
    },
    /// What to do with one entity on top of the policy: pin, exclude, cap, floor, nothing.
    Override {
        /// The entity's perspective.
        perspective: Perspective,
        /// The entity's name.
        entity: String,
        /// The selected line.
        cursor: usize,
    },
}

/// Which value is edited in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueTarget {
    /// The threshold of a perspective.
    Threshold(Perspective),
    /// A parameter of the policy, by its number among the sliders.
    Slider(usize),
    /// The instance, by its id, of which is asked why it is kept or dropped.
    Instance,
    /// The folder that manifests are written to.
    Output,
    /// The most that may be made for an entity: `perspective:name`.
    Ceiling(String),
    /// The cap of an entity: `perspective:name`.
    Cap(String),
    /// The floor of an entity: `perspective:name`.
    Floor(String),
}

/// A line of typed text with a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextField {
    /// What is typed.
    pub text: String,
    /// The cursor's byte position, on a character border.
    pub cursor: usize,
    /// All of it is selected: what is typed next takes its place.
    pub selected: bool,
}
