//! Synthesis policies, one file each: what each makes of a seed, and what the user can turn on it.
//!
//! Invariant: a policy chooses no seed and draws nothing; which seeds it gets is the plan's business, the same for all policies.

mod diffusion;
mod parameter;
mod repeat;

pub use parameter::SynthesisParameter;

use super::Parameter;
use crate::entity::Perspective;
use crate::index::{Index, PerspectiveIndex};
use crate::recipe::{Recipe, RecipeError, SynthesisName, nearest};

/// A way of making instances for the tail.
pub trait Synthesizer: Sync {
    /// Its name in recipes.
    fn name(&self) -> SynthesisName;

    /// One line: what it is for.
    fn summary(&self) -> &'static str;

    /// The paper or program that it comes from.
    fn source(&self) -> &'static str;

    /// What the user can turn on it, in the order of the screen.
    fn parameters(&self) -> Vec<SynthesisParameter>;

    /// What it makes of seeds.
    fn terms(&self, recipe: &Recipe) -> Terms;
}

/// What a policy makes of a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// What one visit of a seed makes, in order: the image guidance of each instance; `None` for a plain copy.
    pub visit: Vec<Option<f64>>,
    /// How often a seed is visited at most; every seed is visited once before any is visited again.
    pub visits: u32,
    /// Whether a seed needs a picture that no other seed has.
    pub pictured: bool,
    /// Whether the worker has to make the instances.
    pub worker: bool,
}

/// The policy of a name.
#[must_use]
pub fn synthesizer(name: SynthesisName) -> &'static dyn Synthesizer {
    match name {
        SynthesisName::Repeat => &repeat::Repeat,
        SynthesisName::Diffusion => &diffusion::Diffusion,
    }
}

/// Every policy, in the order of the screen.
pub fn synthesizers() -> impl Iterator<Item = &'static dyn Synthesizer> {
    SynthesisName::ALL.into_iter().map(synthesizer)
}

/// What the user can turn with a policy selected: what holds for all of them, then its own.
#[must_use]
pub fn parameters(name: SynthesisName, recipe: &Recipe) -> Vec<Parameter> {
    let mut all = SynthesisParameter::shared(recipe);
    all.extend(synthesizer(name).parameters());
    all.into_iter().map(Parameter::Synthesis).collect()
}

/// The perspectives whose tail is filled, by their places in the index: the recipe's, else label, object, token or the first.
///
/// # Errors
/// [`RecipeError::Unfit`] when the recipe names one that the index lacks, or the index has none.
pub fn driving(index: &Index, recipe: &Recipe) -> Result<Vec<usize>, RecipeError> {
    let place = |wanted: Perspective| index.perspectives.iter().position(|entry| entry.perspective == wanted);
    if recipe.synthesis.perspectives.is_empty() {
        let found = [Perspective::Label, Perspective::Object, Perspective::Token].into_iter().find_map(place);
        let found = found.or((!index.perspectives.is_empty()).then_some(0));
        return found
            .map(|slot| vec![slot])
            .ok_or_else(|| RecipeError::Unfit("synthesis needs a perspective and none was extracted".into()));
    }
    let mut slots = Vec::new();
    for &wanted in &recipe.synthesis.perspectives {
        let slot = place(wanted).ok_or_else(|| {
            let there: Vec<_> = index.perspectives.iter().map(|entry| entry.perspective.key()).collect();
            RecipeError::Unfit(format!(
                "synthesis fills the tail of '{}', which was not extracted; set synthesis.perspectives to some of: {}",
                wanted.key(),
                there.join(", ")
            ))
        })?;
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    Ok(slots)
}

/// A ceiling bound to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundCeiling {
    /// The place of its perspective in the index.
    pub slot: usize,
    /// Its rank.
    pub rank: u32,
    /// At most so many are made for it.
    pub ceiling: u32,
}

/// The ceilings of single entities.
///
/// # Errors
/// [`RecipeError::Misfit`] with the line of an entry whose entity is not there, and the nearest that is.
pub fn ceilings(index: &Index, recipe: &Recipe) -> Result<Vec<BoundCeiling>, RecipeError> {
    let mut bound = Vec::with_capacity(recipe.synthesis.entities.len());
    for entry in &recipe.synthesis.entities {
        let misfit = |message: String| RecipeError::Misfit { line: entry.line.0, message };
        let Some((perspective, name)) = entry.parts() else { continue };
        let slot = index.perspectives.iter().position(|known| known.perspective == perspective);
        let slot = slot.ok_or_else(|| misfit(format!("the {perspective} perspective was not extracted")))?;
        let known = &index.perspectives[slot];
        let rank = known.find(name).ok_or_else(|| misfit(missing(known, name)))? as u32;
        bound.push(BoundCeiling { slot, rank, ceiling: entry.ceiling });
    }
    Ok(bound)
}

fn missing(entry: &PerspectiveIndex, name: &str) -> String {
    let names: Vec<String> = (0..entry.entities()).map(|rank| entry.names.get(rank).into_owned()).collect();
    let hint = nearest(name, names.iter().map(String::as_str));
    let hint = hint.map_or_else(String::new, |name| format!("; did you mean '{name}'?"));
    format!("no {} is called '{name}'{hint}", entry.perspective)
}

/// Whether the recipe's synthesis can be used with this index.
///
/// # Errors
/// As [`driving`] and [`ceilings`].
pub fn fits(index: &Index, recipe: &Recipe) -> Result<(), RecipeError> {
    if recipe.synthesis.is_on() {
        driving(index, recipe)?;
        ceilings(index, recipe)?;
    }
    Ok(())
}
