//! Which files are watched for changes while the program runs.
//!
//! Invariant: a file that cannot be watched is told, and everything else goes on.

use std::path::PathBuf;

use super::Session;
use crate::app::effect::Effect;
use crate::app::message::{Message, Watched};
use crate::app::update;
use crate::run::watch::Watcher;
use crate::source::is_stdin;

impl Session {
    /// Watches the dataset, its subclasses, the recipe, the themes and the keymap.
    pub(super) fn watch_all(&mut self) {
        match Watcher::open(&self.sender) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => {
                update(&mut self.model, Message::Warned(format!("files are not watched for changes: {error}")));
            }
        }
        self.watch(Watched::Recipe, Some(self.model.history.path.clone()));
        let without_pattern = self.model.path.clone().filter(|path| !is_stdin(path) && path.exists());
        self.watch(Watched::Dataset, without_pattern);
        self.watch(Watched::Subclasses, self.model.recipe.rebalance.subclasses.clone());
        self.watch(Watched::Theme, self.painter.themes().folder());
        self.watch(Watched::Keymap, self.start.keymap_file());
    }

    /// What a job writes, wherever that is, is no change of the dataset.
    pub(super) fn leave_out(&self, effect: &Effect) {
        if let Effect::StartJob { folder, .. } | Effect::TrainModel { folder, .. } | Effect::StartTrial { folder, .. } =
            effect
            && let Some(watcher) = &self.watcher
        {
            watcher.leave_out(folder);
        }
    }

    /// Watches the file of subclasses that the dataset is loaded with.
    pub(super) fn watch_subclasses(&mut self, effect: &Effect) {
        if let Effect::LoadDataset { recipe, .. } = effect {
            self.watch(Watched::Subclasses, recipe.rebalance.subclasses.clone());
        }
    }

    /// Watches a file in place of the one that was watched as this before.
    pub(super) fn watch(&mut self, file: Watched, path: Option<PathBuf>) {
        let (Some(watcher), Some(path)) = (&mut self.watcher, path) else { return };
        if let Err(reason) = watcher.watch(file, &path) {
            let text = format!("{} is not watched for changes: {reason}", path.display());
            update(&mut self.model, Message::Warned(text));
        }
    }
}
