//! What a recipe makes for the tail, for the commands that tell it.
//!
//! Invariant: the records are opened only where a policy asks for their pictures.

use std::collections::BTreeMap;
use std::io::{Result, Write};
use std::path::Path;

use serde::Serialize;

use super::progress::ProgressLine;
use crate::entity::Perspective;
use crate::index::Index;
use crate::index::cache::Cache;
use crate::load;
use crate::manifest::SynthesisRecord;
use crate::number::{count, measure, share};
use crate::plan::{Evidence, Plan};
use crate::preview::{Completion, Measures};
use crate::progress::Unobserved;
use crate::recipe::{Recipe, SynthesisName};

/// The most tail entities that a report lists.
const LISTED: usize = 10;

/// What a recipe makes for the tail: `null` where it names no policy.
#[derive(Clone, Debug, Serialize)]
pub struct SynthesisReport {
    /// Budget, volumes and tails.
    #[serde(flatten)]
    pub record: SynthesisRecord,
    /// Each perspective before, after rebalancing, and with what is made.
    pub perspectives: BTreeMap<Perspective, LayersReport>,
    /// The tail entities that lack most: name, count after rebalancing, deficit, made.
    pub lacks_most: BTreeMap<Perspective, Vec<(String, u32, u32, u32)>>,
}

/// Measures before, after rebalancing, and with what is made.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LayersReport {
    /// Gini index.
    pub gini: [f64; 3],
    /// Evenness.
    pub evenness: [f64; 3],
    /// Hill number of order 1.
    pub effective_entities: [f64; 3],
    /// The tail's share of occurrences.
    pub tail_occurrence_share: [f64; 3],
    /// Divergence from uniform, in nats.
    pub kl_uniform: [f64; 3],
}

/// The plan of a dataset's instances under a recipe, whatever it takes to know it.
pub(super) fn plan(index: &Index, dataset: &Path, recipe: &Recipe) -> color_eyre::Result<Plan> {
    if !recipe.synthesis.uses(SynthesisName::Diffusion) {
        return Ok(Plan::with(index, recipe, &Evidence::NONE, &Unobserved)?);
    }
    let (loaded, _) = load::load(dataset, recipe, &ProgressLine::on_stderr(), &Cache::of_user())?;
    Ok(Plan::of_dataset((&loaded.dataset, index), recipe, &|_| None, &Unobserved)?)
}

/// What a recipe makes for the tail; `None` where it names no policy.
pub(super) fn report(index: &Index, dataset: &Path, recipe: &Recipe) -> color_eyre::Result<Option<SynthesisReport>> {
    if !recipe.synthesis.is_on() {
        return Ok(None);
    }
    let plan = plan(index, dataset, recipe)?;
    Ok(Some(SynthesisReport::of(&Completion::of(index, recipe, &plan, &Unobserved)?, index)))
}

impl SynthesisReport {
    fn of(completion: &Completion, index: &Index) -> Self {
        let layers = |measures: &[Measures; 3]| {
            let three = |read: fn(&Measures) -> f64| measures.each_ref().map(read);
            LayersReport {
                gini: three(|measures| measures.gini),
                evenness: three(|measures| measures.evenness),
                effective_entities: three(|measures| measures.effective_entities),
                tail_occurrence_share: three(|measures| measures.tail_occurrence_share),
                kl_uniform: three(|measures| measures.kl_uniform),
            }
        };
        let perspectives = completion.perspectives.iter().map(|entry| (entry.perspective, layers(&entry.measures)));
        let lacks = completion.plan.tails.iter().map(|tail| {
            let names = index.perspective(tail.perspective).map(|entry| &entry.names);
            let name = |rank: u32| names.map_or_else(String::new, |names| names.get(rank as usize).into_owned());
            let lacks = tail.lacks.iter().take(LISTED);
            (tail.perspective, lacks.map(|lack| (name(lack.rank), lack.after, lack.deficit, lack.made)).collect())
        });
        Self {
            record: SynthesisRecord::of(&completion.plan),
            perspectives: perspectives.collect(),
            lacks_most: lacks.collect(),
        }
    }
}

/// Writes the report for people.
pub(super) fn write(report: &SynthesisReport, out: &mut dyn Write) -> Result<()> {
    let record = &report.record;
    let budget = record.budget.map_or_else(|| "no budget".into(), |budget| format!("budget {}", count(budget)));
    writeln!(out, "\nsynthesis: {} made, {} wanted, {budget}", count(record.made), count(record.wanted))?;
    for (policy, made) in &record.policies {
        writeln!(out, "  {policy}: {} of {} seeds", count(made.made), count(made.seeds))?;
    }
    for (perspective, tail) in &record.tails {
        writeln!(
            out,
            "  {perspective}: {} of {} tail entities below τ {} are filled; deficit {} → {}",
            count(tail.filled),
            count(tail.lacking),
            count(u64::from(tail.threshold)),
            count(tail.deficit),
            count(tail.remaining)
        )?;
        for (name, after, deficit, made) in report.lacks_most.get(perspective).into_iter().flatten() {
            let [after, deficit, made] = [after, deficit, made].map(|&value| count(u64::from(value)));
            writeln!(out, "    {name}  {after}, lacks {deficit}, gets {made}")?;
        }
    }
    writeln!(out, "  {:<34}{:>10}{:>10}{:>14}", "", "before", "after", "+ synthetic")?;
    for (perspective, layers) in &report.perspectives {
        let rows = [
            ("gini", layers.gini.map(measure)),
            ("evenness", layers.evenness.map(measure)),
            ("tail's share", layers.tail_occurrence_share.map(share)),
        ];
        for (name, [before, after, completed]) in rows {
            writeln!(out, "  {:<34}{before:>10}{after:>10}{completed:>14}", format!("{perspective} {name}"))?;
        }
    }
    Ok(())
}
