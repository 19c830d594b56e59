//! The small tables: entities with their numbers, overrides, and the parameters of the policy.
//!
//! Invariant: hangs on the recipe and the counts alone, never on an instance.

use polars::prelude::DataFrame;

use super::super::super::table::Fault;
use super::{Source, column, signed};
use crate::policy::Fate;
use crate::recipe::OverrideAction;

impl Source<'_> {
    pub(super) fn probabilities(&self) -> Result<DataFrame, Fault> {
        let (mut keys, mut ranks, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let (mut counts, mut probabilities, mut odds) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..self.ledger.perspectives() {
            let Some(entry) = self.ledger.perspective(number) else { continue };
            for (rank, &count) in entry.counts.iter().enumerate() {
                let (probability, unclamped) = self.ledger.numbers(number, rank as u32);
                keys.push(self.key(number));
                ranks.push(signed(rank));
                names.push(entry.names.get(rank).into_owned());
                counts.push(i64::from(count));
                probabilities.push(probability);
                odds.push(unclamped);
            }
        }
        let height = ranks.len();
        let columns = vec![
            column("perspective", keys),
            column("entity", ranks),
            column("name", names),
            column("count", counts),
            column("probability", probabilities),
            column("odds", odds),
        ];
        Ok(DataFrame::new(height, columns)?)
    }

    pub(super) fn overrides(&self) -> Result<DataFrame, Fault> {
        let all = self.ledger.overrides();
        let entry = |slot: usize| &self.contents.index.perspectives[slot];
        let action = |action: OverrideAction| match action {
            OverrideAction::Exclude => "exclude",
            OverrideAction::Pin => "pin",
            OverrideAction::Cap(_) => "cap",
            OverrideAction::Floor(_) => "floor",
        };
        let texts = |of: &dyn Fn(usize) -> String| (0..all.len()).map(of).collect::<Vec<String>>();
        let columns = vec![
            column("place", (0..all.len()).map(signed).collect::<Vec<i64>>()),
            column("perspective", texts(&|place| entry(all[place].bound.slot).perspective.key().to_owned())),
            column("entity", all.iter().map(|settled| i64::from(settled.bound.rank)).collect::<Vec<i64>>()),
            column(
                "name",
                texts(&|place| entry(all[place].bound.slot).names.get(all[place].bound.rank as usize).into_owned()),
            ),
            column("action", texts(&|place| action(all[place].bound.action).to_owned())),
            column("cut", all.iter().map(|settled| settled.cut.draw).collect::<Vec<f64>>()),
            column("times", all.iter().map(|settled| settled.cut.times).collect::<Vec<f64>>()),
            column("up", all.iter().map(|settled| settled.cut.up).collect::<Vec<f64>>()),
        ];
        Ok(DataFrame::new(all.len(), columns)?)
    }

    pub(super) fn parameters(&self) -> Result<DataFrame, Fault> {
        let (mut share, mut pass, mut alpha, mut copies) = (1.0, 1, 1.0, false);
        match self.ledger.fate() {
            Fate::Share(kept) => share = kept,
            Fate::Votes { pass_count, alpha: kept, repeats } => (pass, alpha, copies) = (pass_count, kept, repeats),
            Fate::Repeats | Fate::Shares | Fate::Weights => {}
        }
        let columns = vec![
            column("policy", vec![self.contents.recipe.rebalance.policy.key()]),
            column("seed", vec![self.contents.recipe.seed]),
            column("share", vec![share]),
            column("pass_count", vec![signed(pass)]),
            column("alpha", vec![alpha]),
            column("scale", vec![self.ledger.scale()]),
            column("copies", vec![i64::from(copies)]),
            column("no_entity_repeat", vec![i64::from(self.ledger.repeat_without_entity())]),
            column("score_limit", vec![self.ledger.reduction().1.min(f64::MAX)]),
        ];
        Ok(DataFrame::new(1, columns)?)
    }
}
