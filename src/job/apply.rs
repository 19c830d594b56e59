//! The job behind `apply`: decide every instance, write what the recipe asks for and its provenance.
//!
//! Invariant: writes through `manifest` only; a cancelled or failed job leaves nothing under a final name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::protocol::{Failure, Summary};
use super::synthesis::{self, Workshop};
use super::worker::Choice;
use super::{End, Job, Listener};
use crate::load::Loaded;
use crate::manifest::{self, Contents, ManifestError, Shard, Target};
use crate::progress::{Observer, Stage};
use crate::recipe::{Recipe, SynthesisName};

/// Rebalances a dataset and writes the result.
pub struct ApplyJob {
    /// The opened and indexed dataset.
    pub data: Arc<Loaded>,
    /// The user's choices.
    pub recipe: Recipe,
    /// Where to write.
    pub target: Target,
    /// Which part of it to write.
    pub shard: Shard,
    /// The folder of what the worker made; `synthesis` in the target without it.
    pub synthesis: Option<PathBuf>,
    /// Which worker makes it where it is not there, on what.
    pub worker: Choice,
    /// The counts of the whole that the index was put under, as files; none where the dataset is the whole.
    pub counts: Vec<PathBuf>,
}

impl Job for ApplyJob {
    fn name(&self) -> String {
        format!("apply {}", self.recipe.rebalance.policy)
    }

    fn stages(&self) -> Vec<Stage> {
        let made = if self.draws() { &synthesis::STAGES[..] } else { &[] };
        [&[Stage::Plan], made, &[Stage::Write]].concat()
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let observer: &dyn Observer = listener;
        let Loaded { dataset, index } = &*self.data;
        self.target.check(&self.recipe).map_err(|error| self.failed(error))?;
        if self.draws() && !self.shard.is_whole() && self.synthesis.is_none() {
            return Err(End::Failed(apart()));
        }
        let shop = Workshop { folder: self.made_in(), worker: self.worker.clone() };
        let plan = synthesis::completed(&self.data, &self.recipe, &shop, listener)?;
        let contents = Contents { dataset, index, recipe: &self.recipe, plan: &plan, shard: self.shard };
        let written = manifest::write(&contents, &self.target, observer).map_err(|error| self.failed(error))?;
        Ok(Summary {
            files: written.files,
            tally: written.tally,
            set_aside: written.set_aside,
            figures: BTreeMap::new(),
            command: self.command(),
        })
    }
}

impl ApplyJob {
    /// The command that does the same: it reads the recipe that was written beside the manifests.
    fn command(&self) -> String {
        let recipe = quoted(&self.target.folder.join(manifest::RECIPE));
        let shard = if self.shard.is_whole() { String::new() } else { format!(" --shard {}", self.shard) };
        let (dataset, folder) = (quoted(self.data.dataset.path()), quoted(&self.target.folder));
        let made = self.synthesis.as_deref().map_or_else(String::new, |made| format!(" --synthesis {}", quoted(made)));
        let mut counts: Vec<String> = self.counts.iter().map(|file| quoted(file)).collect();
        if !counts.is_empty() {
            counts.insert(0, " --counts-in".to_owned());
        }
        let counts = counts.join(" ");
        format!("fantail apply {dataset} --recipe {recipe} --out {folder}{shard}{made} --force{counts}")
    }

    /// How the job ends when the manifest could not be written.
    fn failed(&self, error: ManifestError) -> End {
        // What another process does there is its own.
        let stays = matches!(error, ManifestError::Unwritable { .. } | ManifestError::Picture { .. });
        match error {
            ManifestError::Cancelled => End::Cancelled,
            error => {
                let unfinished = stays && manifest::is_unfinished(&self.target.folder);
                End::Failed(Failure { unfinished, ..error.into() })
            }
        }
    }

    /// Whether the recipe asks for pictures.
    fn draws(&self) -> bool {
        self.recipe.synthesis.uses(SynthesisName::Diffusion)
    }

    /// Where the worker works, and leaves what it made.
    fn made_in(&self) -> PathBuf {
        self.synthesis.clone().unwrap_or_else(|| self.target.folder.join(synthesis::FOLDER))
    }
}

/// Why a shard cannot have pictures of its own.
fn apart() -> Failure {
    Failure {
        message: "shards share the pictures of 'diffusion', and no folder for them is named".into(),
        next: "give every shard the same --synthesis DIR: the first one makes the pictures there, the others wait for them".into(),
        exit_code: 2, unfinished: false }
}

/// A path as a shell takes it.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |sign: char| sign.is_alphanumeric() || "/._-+=:@%,~".contains(sign);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
