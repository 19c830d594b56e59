//! The job behind `cluster`: embeds a dataset's pictures, splits large entities into subclasses, and tells what stands apart.
//!
//! Invariant: the file of subclasses is written whole or not at all.

use std::sync::Arc;

use super::protocol::Summary;
use super::synthesis::{Division, Workshop, divided};
use super::{End, Job, Listener};
use crate::load::Loaded;
use crate::manifest::WrittenFile;
use crate::progress::Stage;
use crate::recipe::Recipe;

/// Splits large entities into subclasses.
pub struct ClusterJob {
    /// The opened and indexed dataset.
    pub data: Arc<Loaded>,
    /// The user's choices: the perspective, where its tail begins, and how a model is trained where one is needed.
    pub recipe: Recipe,
    /// Where the worker's files lie, and which worker.
    pub shop: Workshop,
    /// How they are split.
    pub division: Division,
}

impl Job for ClusterJob {
    fn name(&self) -> String {
        "split entities into subclasses".into()
    }

    fn stages(&self) -> Vec<Stage> {
        let train = if self.division.encoder.is_none() { &[Stage::Train][..] } else { &[] };
        [train, &[Stage::Read, Stage::Embed, Stage::Cluster]].concat()
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let done = divided(&self.data, &self.recipe, (&self.shop, &self.division), listener)?;
        let file = |path: &std::path::Path, rows| WrittenFile {
            bytes: std::fs::metadata(path).map_or(0, |facts| facts.len()),
            rows,
            path: path.to_owned(),
        };
        let figures =
            [("entities".to_owned(), done.entities as f64), ("subclasses".to_owned(), done.subclasses as f64)];
        Ok(Summary {
            files: vec![file(&self.division.output, done.lines), file(&done.apart, 0)],
            set_aside: done.set_aside,
            figures: figures.into(),
            ..Summary::default()
        })
    }
}
