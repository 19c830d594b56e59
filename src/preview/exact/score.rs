//! The score of every instance in each perspective, kept from one preview to the next.
//!
//! Invariant: a perspective whose dictionary did not change is not visited again.

use rayon::prelude::*;

use super::{BATCH, Exact};
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Dictionary, Rule, Scorer};
use crate::progress::{Cancelled, Observer};

/// A dictionary and the score of every instance under it; negative where the instance holds nothing.
#[derive(Debug)]
pub(super) struct Scored {
    pub(super) dictionary: Dictionary,
    pub(super) scores: Vec<f32>,
    /// The fit that it took, where it took one.
    pub(super) fit: Option<Fitted>,
}

/// A fit, and what it was to come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fitted {
    pub(super) targets: Vec<f64>,
    pub(super) sweeps: u32,
    pub(super) converged: bool,
}

impl Exact {
    /// Scores every instance in the perspectives whose dictionary changed.
    pub(super) fn score(&mut self, index: &Index, rule: &Rule, observer: &dyn Observer) -> Result<(), Cancelled> {
        for dictionary in &rule.dictionaries {
            let Some((slot, entry)) = dictionary.slot(index).and_then(|slot| Some((slot, index.layers().nth(slot)?)))
            else {
                continue;
            };
            let known = self.scored[slot].as_ref().is_some_and(|scored| scored.dictionary == *dictionary);
            if !known {
                self.score_one((slot, entry), dictionary, observer)?;
            }
        }
        Ok(())
    }

    fn score_one(
        &mut self,
        (slot, entry): (usize, &PerspectiveIndex),
        dictionary: &Dictionary,
        observer: &dyn Observer,
    ) -> Result<(), Cancelled> {
        let (written, fit) = self.written(dictionary, (slot, entry), observer);
        observer.go_on()?;
        // Until it is whole again, what was known is gone.
        let old = self.scored[slot].take();
        let mut scores = old.map_or_else(|| vec![0.0; entry.by_instance.rows()], |scored| scored.scores);
        scores.par_chunks_mut(BATCH).enumerate().for_each(|(batch, scores)| {
            if observer.cancelled() {
                return;
            }
            for (offset, score) in scores.iter_mut().enumerate() {
                let ranks = entry.by_instance.row(batch * BATCH + offset);
                *score = written.score(ranks).map_or(-1.0, |score| score as f32);
            }
        });
        observer.go_on()?;
        self.scored[slot] = Some(Scored { dictionary: *dictionary, scores, fit });
        Ok(())
    }

    /// The dictionary written out; fitted where it takes that.
    fn written(
        &self,
        dictionary: &Dictionary,
        (slot, entry): (usize, &PerspectiveIndex),
        observer: &dyn Observer,
    ) -> (Scorer, Option<Fitted>) {
        if !dictionary.takes_fit() {
            return (dictionary.on(&entry.counts), None);
        }
        let targets = dictionary.formula.targets(&entry.counts);
        let ground = (self.holders(slot, entry), entry.by_instance.rows());
        let (written, fit) = dictionary.fitted(ground, &targets, &|| observer.cancelled());
        (written, Some(Fitted { targets, sweeps: fit.sweeps, converged: fit.converged }))
    }
}
