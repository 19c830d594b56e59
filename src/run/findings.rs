//! What is worth knowing of the dataset, for the screen.
//!
//! Invariant: the same findings as `stats` tells.

use std::sync::Arc;

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
use crate::app::model::{Finding, Level};
use crate::finding::{Severity, findings};
use crate::index::DatasetFacts;
use crate::load::Loaded;
use crate::progress::Observer;
use crate::recipe::Recipe;

/// Looks for them under a recipe.
pub(super) fn look(loaded: &Loaded, recipe: &Recipe) -> Vec<Finding> {
    let found = findings(&loaded.index, recipe, &DatasetFacts::of(&loaded.dataset));
    found.into_iter().map(shown).collect()
}

fn shown(found: crate::finding::Finding) -> Finding {
    let level = match found.severity {
        Severity::Note => Level::Info,
        Severity::Warning => Level::Warning,
    };
    Finding { level, text: found.text, advice: found.advice }
}

/// Answers requests for them.
pub(super) fn answer((loaded, recipe): (Arc<Loaded>, Box<Recipe>), wanted: &Wanted, sender: &Sender) {
    let findings = look(&loaded, &recipe);
    if !wanted.cancelled() {
        sender.tell(Message::FindingsMade { generation: wanted.generation(), findings });
    }
}
