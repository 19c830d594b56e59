//! The plan of a sampling task and `samples.jsonl`, the record of what became of it.
//!
//! Invariant: a line is believed only while its picture lies there with the length that it names.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use fantail::job::worker::{Finding, Planned, Sampled, Verdict};

use crate::torch::error::TorchError;
use crate::torch::task::folder;

/// What became of the planned pictures so far.
pub struct Record {
    output: PathBuf,
    order: HashMap<String, usize>,
    lines: BTreeMap<usize, Sampled>,
}

impl Record {
    /// The record in a folder, or an empty one; lines of another plan are dropped.
    ///
    /// # Errors
    /// The folder cannot be made, or two planned pictures have one name.
    pub fn open(output: &Path, plan: &[Planned]) -> Result<Self, TorchError> {
        fs::create_dir_all(output).map_err(|error| TorchError::file(output, error))?;
        let order: HashMap<String, usize> =
            plan.iter().enumerate().map(|(place, planned)| (planned.id.clone(), place)).collect();
        if order.len() != plan.len() {
            return Err(TorchError::Setting("two planned images have the same id".to_owned()));
        }
        let mut record = Self { output: output.to_owned(), order, lines: BTreeMap::new() };
        let text = fs::read_to_string(record.path()).unwrap_or_default();
        let lines: Vec<Sampled> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        for mut line in lines {
            let place = record.order.get(&line.id).copied();
            let Some(planned) = place.and_then(|place| plan.get(place)) else { continue };
            let near = (planned.level - line.level).abs() < 1e-9;
            if near && planned.image == line.image && planned.entities == line.entities && record.lies(&line) {
                // The plan's own number: reading one from JSON may be off by its last bit.
                line.level = planned.level;
                record.add(line);
            }
        }
        Ok(record)
    }

    fn lies(&self, line: &Sampled) -> bool {
        line.path.as_ref().is_none_or(|path| {
            *path == Path::new(&file(&line.id))
                && self.output.join(path).metadata().is_ok_and(|facts| facts.len() == line.bytes)
        })
    }

    /// Whether a planned picture is done.
    pub fn holds(&self, id: &str) -> bool {
        self.order.get(id).is_some_and(|place| self.lines.contains_key(place))
    }

    /// Adds a line, or replaces it.
    pub fn add(&mut self, line: Sampled) {
        if let Some(&place) = self.order.get(&line.id) {
            self.lines.insert(place, line);
        }
    }

    /// Writes the record, in the order of the plan; `batch` is what was just made.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, batch: &[Planned]) -> Result<(), TorchError> {
        let path = self.path();
        let mut text = String::new();
        for line in self.lines.values() {
            text += &serde_json::to_string(line).map_err(|error| TorchError::checkpoint(&path, error.to_string()))?;
            text.push('\n');
        }
        let last = batch.last().is_some_and(|planned| self.order.get(&planned.id) == Some(&(self.order.len() - 1)));
        folder::write(&path, text.as_bytes(), last)
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.output.join("samples.jsonl")
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// How many pictures got a verdict.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.lines.values().filter(|line| line.verdict == verdict).count() as u64
    }

    /// The counts of all verdicts.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        let names = [
            ("kept", Verdict::Kept),
            ("memorised", Verdict::Memorised),
            ("wrong_class", Verdict::WrongClass),
            ("outlier", Verdict::Outlier),
            ("flat", Verdict::Flat),
            ("saturated", Verdict::Saturated),
            ("unusable", Verdict::Unusable),
        ];
        names.into_iter().map(|(name, verdict)| (name.to_owned(), self.count(verdict) as f64)).collect()
    }
}

/// Reads a plan; an id must be fit for a file's name.
///
/// # Errors
/// It cannot be read, or a line is no plan.
pub fn plan(path: &Path) -> Result<Vec<Planned>, TorchError> {
    let text = fs::read_to_string(path).map_err(|error| TorchError::file(path, error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let wrong = |reason: String| TorchError::Setting(format!("{}:{}: {reason}", path.display(), number + 1));
        let planned: Planned = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        let bad = planned.id.is_empty() || planned.id.len() > 200 || planned.id.contains(['/', '\\', '\0']);
        if bad { Err(wrong(format!("the id {:?} cannot be a file's name", planned.id))) } else { Ok(planned) }
    });
    lines.collect()
}

/// A line about a planned picture, its file not yet written.
pub fn line(planned: &Planned, verdict: Verdict, finding: Option<Finding>) -> Sampled {
    Sampled {
        id: planned.id.clone(),
        path: None,
        bytes: 0,
        image: planned.image.clone(),
        entities: planned.entities.clone(),
        level: planned.level,
        verdict,
        finding,
        reason: None,
    }
}

/// The file of a picture.
pub fn file(id: &str) -> String {
    format!("{id}.png")
}
