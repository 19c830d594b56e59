//! The table of the proof: many, medium, few and mean accuracy with their spread.
//!
//! Invariant: prints what it was given, by the rank of a class in its order; nothing is left out.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Ranks of the head, the middle and the tail among ten classes; with an imbalance of 100 they hold 6000–1292, 774–278 and
/// 166–60 pictures.
const GROUPS: [(&str, std::ops::Range<usize>); 3] = [("many", 0..4), ("medium", 4..7), ("few", 7..10)];

/// Accuracies by order and arm; one vector a run, by rank from the head.
#[derive(Debug, Default)]
pub struct Table {
    runs: BTreeMap<(String, &'static str), Vec<Vec<f64>>>,
}

/// The mean accuracy of the tail classes.
pub fn few(ranked: &[f64]) -> f64 {
    mean(&ranked[GROUPS[2].1.clone()])
}

impl Table {
    /// Adds a run.
    pub fn add(&mut self, order: &str, arm: &'static str, ranked: Vec<f64>) {
        self.runs.entry((order.to_owned(), arm)).or_default().push(ranked);
    }

    /// The table in Markdown: each order, then all together; percent, ± one standard deviation over the runs.
    pub fn render(&self) -> String {
        let mut text = String::from("| order | set | many | medium | few | mean |\n|---|---|---:|---:|---:|---:|\n");
        for ((order, arm), runs) in &self.runs {
            line(&mut text, (order, arm), runs);
        }
        let mut all: BTreeMap<&str, Vec<Vec<f64>>> = BTreeMap::new();
        for ((_, arm), runs) in &self.runs {
            all.entry(arm).or_default().extend(runs.iter().cloned());
        }
        for (arm, runs) in &all {
            line(&mut text, ("all", arm), runs);
        }
        text
    }
}

fn line(text: &mut String, (order, arm): (&str, &str), runs: &[Vec<f64>]) {
    let _ = write!(text, "| {order} | {arm} |");
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
