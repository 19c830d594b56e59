//! Extraction of every perspective from every instance, in parallel over chunks of instances.
//!
//! Invariant: what an instance holds hangs on that instance and on what the dataset as a whole offers, never on threads or order;
//! only the numbers of entities are arbitrary.

mod chunk;
mod interner;
mod offer;
mod prompts;
mod tally;
mod turn;

use rayon::prelude::*;

use super::vocabulary::Vocabulary;
use super::{EntityError, Extracted, Extraction, Options, Perspective, TextFacts};
use crate::column::Csr;
use crate::language::Language;
use crate::progress::{Cancelled, Observer};
use crate::source::Dataset;
use chunk::Chunk;
use interner::Interners;
use offer::{Offer, Plan};
use tally::Tally;
use turn::TurnCache;

/// Instances that one step of one thread reads.
const CHUNK: usize = 256;

/// Extracts what `options` asks for, or every perspective for which the dataset has anything.
///
/// Lists that came with the records win over text, for the dataset as a whole: where any instance has a list of objects, objects
/// are read from lists alone. Pairs are another matter: a record without a list of them has those of its objects.
///
/// # Errors
/// [`EntityError::Vocabulary`] when the user's vocabulary cannot be read, [`EntityError::Cancelled`] when the observer says so.
pub fn extract(dataset: &Dataset, options: &Options, observer: &dyn Observer) -> Result<Extraction, EntityError> {
    let vocabulary = options.vocabulary.as_deref().map(read_vocabulary).transpose()?;
    let mut offer = offer::probe(dataset);
    loop {
        let plan = Plan::of(offer, dataset, options);
        let run = Run { dataset, plan: &plan, vocabulary: vocabulary.as_ref(), observer };
        match run.chunks() {
            Ok((chunks, shared)) => return Ok(run.joined(chunks, shared)?),
            Err(Stop::Cancelled) => return Err(EntityError::Cancelled),
            Err(Stop::Surprise(found)) => offer = offer.with(found),
        }
    }
}

fn read_vocabulary(path: &std::path::Path) -> Result<Vocabulary, EntityError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Vocabulary::parse(&text)),
        Err(cause) => Err(EntityError::Vocabulary { path: path.to_path_buf(), cause }),
    }
}

/// One pass over the dataset under one plan.
struct Run<'a> {
    dataset: &'a Dataset,
    plan: &'a Plan,
    vocabulary: Option<&'a Vocabulary>,
    observer: &'a dyn Observer,
}

/// What all threads of a run share.
struct Shared {
    interners: Interners,
    turns: TurnCache,
}

/// Why a run was not finished.
enum Stop {
    Cancelled,
    /// An instance offers what the plan does not know of: the run must begin again.
    Surprise(Offer),
}

impl Run<'_> {
    fn chunks(&self) -> Result<(Vec<Chunk>, Shared), Stop> {
        let shared = Shared { interners: Interners::default(), turns: TurnCache::default() };
        let tally = Tally::new(self.observer, self.dataset.len(), &shared.interners.names);
        // Loaded before the threads ask for it, so that none waits.
        let language = Language::embedded();
        let instances = self.dataset.len();
        let chunks: Result<Vec<Chunk>, Stop> = (0..instances.div_ceil(CHUNK))
            .into_par_iter()
            .map_init(
                || chunk::Worker::new(self, &shared, language),
                |worker, number| {
                    let chunk = worker.read(number * CHUNK..instances.min((number + 1) * CHUNK))?;
                    tally.add(&chunk);
                    Ok(chunk)
                },
            )
            .collect();
        let chunks = chunks?;
        tally.finish();
        Ok((chunks, shared))
    }

    fn joined(&self, mut chunks: Vec<Chunk>, shared: Shared) -> Result<Extraction, Cancelled> {
        let Interners { mut names, pairs, .. } = shared.interners;
        drop(shared.turns);
        let pairs = pairs.into_pairs();
        let mut perspectives = Vec::new();
        for perspective in Perspective::ALL {
            if !self.plan.extracts(perspective) {
                continue;
            }
            self.observer.go_on()?;
            perspectives.push(Extracted {
                perspective,
                origin: self.plan.origin(perspective),
                names: std::mem::take(&mut names[perspective as usize]).into_names(),
                pairs: if perspective == Perspective::CoOccurrence { pairs.clone() } else { Vec::new() },
                by_instance: joined_rows(&mut chunks, perspective),
            });
        }
        self.observer.go_on()?;
        let unpaired = chunks.iter_mut().flat_map(|chunk| std::mem::take(&mut chunk.unpaired)).collect();
        let text = TextFacts {
            human_turns: chunks.iter().map(|chunk| chunk.prompts.len() as u64).sum(),
            words: chunks.iter_mut().flat_map(|chunk| std::mem::take(&mut chunk.words)).collect(),
            frequent_prompts: prompts::most_frequent(self.dataset, chunks),
        };
        let id_hashes = self.dataset.id_hashes().to_vec();
        Ok(Extraction { perspectives, wanted: self.plan.wanted(), id_hashes, text, unpaired })
    }
}

/// One perspective's rows of all chunks, which are taken out of them.
fn joined_rows(chunks: &mut [Chunk], perspective: Perspective) -> Csr {
    let mut rows = Csr::default();
    rows.reserve(
        chunks.iter().map(|chunk| chunk.rows[perspective as usize].rows()).sum(),
        chunks.iter().map(|chunk| chunk.rows[perspective as usize].values().len()).sum(),
    );
    for chunk in chunks {
        rows.append(&std::mem::take(&mut chunk.rows[perspective as usize]));
    }
    rows
}
