//! All that decisions are made of, as numbers, so that another engine can make them again.
//!
//! Invariant: hands out the very draws and numbers that the plan is made of; decides nothing.

use super::decision::{Decider, Voter};
use super::draw::Purpose;
use super::explainer::decider;
use super::overrides::Settled;
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Fate, Reduction};
use crate::recipe::{NoEntity, OverrideAction, Recipe, RecipeError};

/// A recipe's numbers for an index.
pub struct Ledger<'a> {
    decider: Decider<'a>,
}

/// What an override drew for an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverrideDraw {
    /// Its place in [`Ledger::overrides`].
    pub place: usize,
    /// What is compared with its cut; `None` where nothing is drawn.
    pub draw: Option<f64>,
    /// What a floor's repeats are rounded by; `None` where none are.
    pub refill_draw: Option<f64>,
}

impl<'a> Ledger<'a> {
    /// Binds a recipe to an index.
    ///
    /// # Errors
    /// [`RecipeError`] when the recipe does not fit the index.
    pub fn new(index: &'a Index, recipe: &Recipe) -> Result<Self, RecipeError> {
        Ok(Self { decider: decider(index, recipe)? })
    }

    /// What scores mean.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.decider.rule.fate
    }

    /// What scores are multiplied by.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.decider.scale
    }

    /// How often an instance without any entity is written.
    #[must_use]
    pub fn repeat_without_entity(&self) -> u32 {
        u32::from(self.decider.rule.no_entity == NoEntity::Keep)
    }

    /// The number of perspectives that take part.
    #[must_use]
    pub fn perspectives(&self) -> usize {
        self.decider.voters.len()
    }

    /// A perspective that takes part.
    #[must_use]
    pub fn perspective(&self, number: usize) -> Option<&'a PerspectiveIndex> {
        self.voter(number).map(|voter| voter.entry)
    }

    /// How a perspective's numbers make a score, and the largest score.
    #[must_use]
    pub fn reduction(&self) -> (Reduction, f64) {
        self.voter(0).map_or((Reduction::Any, f64::INFINITY), |voter| (voter.reduction, voter.scorer.limit()))
    }

    /// An entity's number, and how surely it is kept, not clamped.
    #[must_use]
    pub fn numbers(&self, number: usize, rank: u32) -> (f64, f64) {
        self.voter(number).map_or((0.0, 0.0), |voter| {
            let count = voter.entry.counts.get(rank as usize).copied().unwrap_or(0);
            (voter.value(rank), voter.formula.odds(count))
        })
    }

    /// The entities of an instance in a perspective, each with what it draws.
    pub fn entity_draws(&self, number: usize, instance: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let voter = self.voter(number);
        let ranks = voter.map_or(&[][..], |voter| voter.ranks(instance));
        ranks.iter().map(move |&rank| (rank, voter.map_or(0.0, |voter| self.decider.rank_draw(voter, instance, rank))))
    }

    /// What a perspective draws for all entities of an instance at once.
    #[must_use]
    pub fn perspective_draw(&self, number: usize, instance: usize) -> f64 {
        self.voter(number).map_or(0.0, |voter| self.decider.vote_key(voter, instance).unit())
    }

    /// What an instance draws for a purpose.
    #[must_use]
    pub fn draw(&self, instance: usize, purpose: Purpose) -> f64 {
        self.decider.draw(instance, purpose)
    }

    /// The overrides in the order in which they are applied, settled.
    #[must_use]
    pub fn overrides(&self) -> &[Settled] {
        self.decider.settlement.entries()
    }

    /// The overrides that an instance is subject to, in order, and what they draw.
    #[must_use]
    pub fn override_draws(&self, instance: usize) -> Vec<OverrideDraw> {
        let settlement = &self.decider.settlement;
        let drawn = |place: u32| {
            let settled = settlement.entries().get(place as usize)?;
            let draw = |purpose| Some(self.decider.entity_draw(instance, settled.bound, purpose));
            let (draw, refill_draw) = match settled.bound.action {
                OverrideAction::Exclude | OverrideAction::Pin => (None, None),
                OverrideAction::Cap(_) => (draw(Purpose::Cap), None),
                OverrideAction::Floor(_) => (draw(Purpose::Floor), draw(Purpose::Refill)),
            };
            Some(OverrideDraw { place: place as usize, draw, refill_draw })
        };
        settlement.held_places(self.decider.index, instance).into_iter().filter_map(drawn).collect()
    }

    fn voter(&self, number: usize) -> Option<&Voter<'a>> {
        self.decider.voters.get(number)
    }
}
