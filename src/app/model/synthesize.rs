//! The state of the Synthesize screen: policies, their parameters as sliders, tail entities that lack instances, and seeds.
//!
//! Invariant: choices live in the recipe; cursors are positions in lists and below their lengths.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Model;
use super::drill::{InstanceView, Picture, Shown};
use super::rebalance::Reckoning;
use crate::app::message::Failure;
use crate::plan::{Lack, Seed, Tail, Verdict};
use crate::policy::Parameter;
use crate::policy::synthesis;
use crate::preview::Completion;
use crate::recipe::{Recipe, SynthesisName};

/// The Synthesize screen.
#[derive(Debug, Default)]
pub struct SynthesizeScreen {
    /// The pane that the movement keys act on.
    pub focus: SynthesizePane,
    /// The selected policy in the list.
    pub policy: usize,
    /// The selected slider.
    pub slider: usize,
    /// What the recipe makes.
    pub completion: Reckoning<Completion>,
    /// The recipe for which that was asked last.
    pub asked: Option<Recipe>,
    /// The selected tail entity, and the first visible one.
    pub entity: usize,
    /// The first visible tail entity.
    pub first_entity: usize,
    /// The seeds that hold the selected entity: places in the plan's list, the heaviest first.
    pub listed: Arc<[u32]>,
    /// The selected one of them.
    pub seed: usize,
    /// The first visible one.
    pub first_seed: usize,
    /// The selected seed's record.
    pub text: Shown<InstanceView>,
    /// Its picture.
    pub picture: Shown<Picture>,
    /// A small batch that the worker made to look at.
    pub trial: Trial,
}

/// The panes of Synthesize.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SynthesizePane {
    /// The list of policies.
    #[default]
    Policies,
    /// The sliders.
    Sliders,
    /// The tail entities.
    Entities,
    /// The seeds of the selected entity.
    Seeds,
}

impl SynthesizePane {
    /// All of them, in the order in which one key steps through them.
    pub const ALL: [Self; 4] = [Self::Policies, Self::Sliders, Self::Entities, Self::Seeds];
}

/// A small batch that the worker makes to look at.
#[derive(Clone, Debug, Default)]
pub enum Trial {
    /// None was asked for.
    #[default]
    Absent,
    /// The worker is at it.
    Running,
    /// Here it is.
    Ready(Vec<TrialPicture>),
    /// There is none, and why.
    Failed(Failure),
}

/// A picture of a trial.
#[derive(Clone, Debug)]
pub struct TrialPicture {
    /// The instance that it began from.
    pub seed: usize,
    /// The level of image guidance.
    pub guidance: f64,
    /// What the filters say.
    pub verdict: Verdict,
    /// Their scores, by name.
    pub scores: BTreeMap<String, f64>,
    /// The picture; `None` where its seed cannot be used.
    pub picture: Option<Arc<Picture>>,
}

/// A synthesis policy's line in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthesizerLine {
    /// Its name in recipes.
    pub name: SynthesisName,
    /// True when the recipe uses it.
    pub chosen: bool,
    /// What it is for, in one line.
    pub purpose: String,
    /// Its paper.
    pub source: String,
}

/// Every policy's line.
pub(super) fn lines(recipe: &Recipe) -> Vec<SynthesizerLine> {
    let line = |policy: &dyn synthesis::Synthesizer| SynthesizerLine {
        name: policy.name(),
        chosen: recipe.synthesis.uses(policy.name()),
        purpose: policy.summary().to_owned(),
        source: policy.source().to_owned(),
    };
    synthesis::synthesizers().map(line).collect()
}

/// What the sliders turn: what holds for every policy, and what the selected one has.
pub(super) fn parameters(model: &Model) -> Vec<Parameter> {
    let name = SynthesisName::ALL.get(model.synthesize.policy).copied().unwrap_or(SynthesisName::Repeat);
    synthesis::parameters(name, &model.recipe)
}

impl Model {
    /// The tail that the Synthesize screen lists: that of the selected perspective where it is filled, else the first that is.
    #[must_use]
    pub fn shown_tail(&self) -> Option<&Tail> {
        let completion = self.synthesize.completion.value()?;
        completion.tail(self.perspective).or(completion.plan.tails.first())
    }

    /// The selected tail entity.
    #[must_use]
    pub fn selected_lack(&self) -> Option<Lack> {
        self.shown_tail()?.lacks.get(self.synthesize.entity).copied()
    }

    /// A listed seed.
    #[must_use]
    pub fn listed_seed(&self, place: usize) -> Option<&Seed> {
        let &number = self.synthesize.listed.get(place)?;
        self.synthesize.completion.value()?.plan.seeds.get(number as usize)
    }
}
