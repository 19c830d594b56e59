//! The table of the proof: many, medium, few and mean accuracy with their spread.
//!
//! Invariant: prints what it was given, by the rank of a class in its order; nothing is left out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::torch::error::TorchError;

/// Ranks of the head, the middle and the tail among ten classes; with an imbalance of 100 they hold 6000–1292, 774–278 and
/// 166–60 pictures.
const GROUPS: [(&str, std::ops::Range<usize>); 3] = [("many", 0..4), ("medium", 4..7), ("few", 7..10)];

/// One trained classifier: a line of `runs.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The order of the classes.
    pub order: String,
    /// What it learned from.
    pub arm: String,
    /// Its seed.
    pub seed: u64,
    /// Its steps.
    pub steps: u64,
    /// Accuracy on the test set by rank from the head.
    pub ranked: Vec<f64>,
}

/// All runs of a proof, kept in a file, so that one that was stopped goes on.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    runs: Vec<Run>,
}

/// The mean accuracy of the tail classes.
pub fn few(ranked: &[f64]) -> f64 {
    mean(&ranked[GROUPS[2].1.clone()])
}

impl Table {
    /// The runs of so many steps in a folder.
    pub fn open(folder: &Path, steps: u64) -> Self {
        let path = folder.join("runs.jsonl");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let runs = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        Self { path, runs: runs.filter(|run: &Run| run.steps == steps && run.ranked.len() == 10).collect() }
    }

    /// Whether a run is there.
    pub fn holds(&self, order: &str, arm: &str, seed: u64) -> bool {
        self.runs.iter().any(|run| run.order == order && run.arm == arm && run.seed == seed)
    }

    /// Adds a run.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, run: Run) -> Result<(), TorchError> {
        use std::io::Write as _;
        let failed = |error| TorchError::file(&self.path, error);
        let mut line =
            serde_json::to_string(&run).map_err(|error| TorchError::checkpoint(&self.path, error.to_string()))?;
        line.push('\n');
        let mut file = std::fs::File::options().create(true).append(true).open(&self.path).map_err(failed)?;
        file.write_all(line.as_bytes()).map_err(failed)?;
        self.runs.push(run);
        Ok(())
    }

    /// The table in Markdown: each order, then all together; percent, ± one standard deviation over the runs.
    pub fn render(&self) -> String {
        let mut text =
            String::from("| order | set | runs | many | medium | few | mean |\n|---|---|---:|---:|---:|---:|---:|\n");
        let mut grouped: BTreeMap<(&str, &str), Vec<&Vec<f64>>> = BTreeMap::new();
        for run in &self.runs {
            grouped.entry((&run.order, &run.arm)).or_default().push(&run.ranked);
            // Sorts behind all orders.
            grouped.entry(("~all", &run.arm)).or_default().push(&run.ranked);
        }
        for ((order, arm), runs) in &grouped {
            line(&mut text, (order.trim_start_matches('~'), arm), runs);
        }
        text
    }
}

fn line(text: &mut String, (order, arm): (&str, &str), runs: &[&Vec<f64>]) {
    let _ = write!(text, "| {order} | {arm} | {} |", runs.len());
    for (_, ranks) in GROUPS.iter().chain(&[("mean", 0..10)]) {
        let values: Vec<f64> = runs.iter().map(|run| 100.0 * mean(&run[ranks.clone()])).collect();
        let _ = write!(text, " {:.1} ± {:.1} |", mean(&values), deviation(&values));
    }
    text.push('\n');
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (squares / (values.len().max(2) - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_that_was_stopped_goes_on_with_what_it_has() {
        let folder = std::env::temp_dir().join(format!("fantail-proof-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let run = |seed: u64, right: f64| Run {
            order: "natural".into(),
            arm: "(a)".into(),
            seed,
            steps: 9,
            ranked: vec![right; 10],
        };
        let mut table = Table::open(&folder, 9);
        table.add(run(0, 0.5)).unwrap();
        table.add(run(1, 0.7)).unwrap();
        let again = Table::open(&folder, 9);
        assert!(again.holds("natural", "(a)", 1) && !again.holds("natural", "(a)", 2));
        assert!(!Table::open(&folder, 8).holds("natural", "(a)", 1));
        let text = again.render();
        assert!(
            text.contains("| natural | (a) | 2 | 60.0 ± 14.1 | 60.0 ± 14.1 | 60.0 ± 14.1 | 60.0 ± 14.1 |"),
            "{text}"
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
