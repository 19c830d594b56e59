//! The state of the Rebalance screen: policies, their parameters as sliders, and what the policy would do.
//!
//! Invariant: values live in the recipe; a slider is a view of one of them.

use std::sync::Arc;

use crate::app::hit::Spacing;
use crate::entity::Perspective;
use crate::index::Index;
use crate::number;
use crate::policy::{self, Parameter, Range, Scale, SynthesisParameter};
use crate::preview::{Measures, Preview};
use crate::recipe::{PolicyName, Recipe};

/// The Rebalance screen.
#[derive(Debug, Default)]
pub struct RebalanceScreen {
    /// The pane that the movement keys act on.
    pub focus: RebalancePane,
    /// The selected policy in the list.
    pub policy: usize,
    /// The selected slider.
    pub slider: usize,
    /// What the recipe's policy would do.
    pub preview: Reckoning<Preview>,
    /// The recipe whose preview was asked for last.
    pub asked: Option<Recipe>,
    /// Up to four policies side by side, while they are shown.
    pub compared: Vec<Compared>,
}

/// The panes of Rebalance that take keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RebalancePane {
    /// The list of policies: every policy is in it, while some have nothing to slide.
    #[default]
    Policies,
    /// The sliders.
    Sliders,
}

/// A policy's line in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLine {
    /// Its name in recipes.
    pub name: PolicyName,
    /// Its name on the screen.
    pub title: String,
    /// What it is for, in one line.
    pub purpose: String,
    /// Its paper.
    pub source: String,
}

/// A parameter of the policy as a slider.
#[derive(Clone, Debug, PartialEq)]
pub struct Slider {
    /// Its name, such as "τ" or "alpha".
    pub label: String,
    /// Whose it is, when every perspective has its own.
    pub perspective: Option<Perspective>,
    /// What it does, in one line.
    pub purpose: String,
    /// Its value.
    pub value: f64,
    /// Its least value.
    pub least: f64,
    /// Its greatest value.
    pub greatest: f64,
    /// How the track is divided.
    pub spacing: Spacing,
    /// The value as it is shown.
    pub shown: String,
    /// How many characters the longest value that the slider gives has.
    pub widest: u16,
}

impl Slider {
    /// Its name, its value in full, and what it does; the value of a threshold is told beside what it leaves to the tail.
    #[must_use]
    pub fn told(&self) -> String {
        let value = if self.perspective.is_some() { String::new() } else { format!(" = {}", self.shown) };
        format!("{}{value}: {}", self.label, self.purpose)
    }

    /// Where the knob is: 0 left, 1 right.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        let axis = crate::app::hit::Axis { from: self.least, to: self.greatest, spacing: self.spacing };
        axis.fraction(self.value)
    }
}

/// A result that is estimated first and exact a moment later. Older results stay on the screen while newer are reckoned.
#[derive(Clone, Debug, Default)]
pub enum Reckoning<T> {
    /// Nothing is known yet.
    #[default]
    Absent,
    /// Being reckoned; what was known before, if anything.
    Pending(Option<Arc<T>>),
    /// An estimate; the exact figure is on its way.
    Estimated(Arc<T>),
    /// Exact.
    Exact(Arc<T>),
    /// It cannot be reckoned; the reason.
    Failed(String),
}

impl<T> Reckoning<T> {
    /// The newest value.
    #[must_use]
    pub fn value(&self) -> Option<&Arc<T>> {
        match self {
            Self::Pending(value) => value.as_ref(),
            Self::Estimated(value) | Self::Exact(value) => Some(value),
            Self::Absent | Self::Failed(_) => None,
        }
    }
}

/// One policy of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The policy.
    pub policy: PolicyName,
    /// What it would do; `None` while that is not known, or where the policy does not fit the dataset.
    pub figures: Option<Figures>,
}

/// What a policy would do to the selected perspective, and what a random subset of the same size would.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Instances before.
    pub before: f64,
    /// The volume after, expected.
    pub after: f64,
    /// The effective sample size after.
    pub effective: f64,
    /// Measures after.
    pub measures: Measures,
    /// The same of the random control.
    pub random: Measures,
}

impl Figures {
    /// Those of a preview; `None` where it does not tell of the perspective.
    #[must_use]
    pub fn of(preview: &Preview, perspective: Perspective) -> Option<Self> {
        let (outcome, instances) = (preview.outcome(perspective)?, &preview.instances);
        Some(Self {
            before: instances.before as f64,
            after: instances.after,
            effective: instances.effective,
            measures: outcome.after,
            random: outcome.random,
        })
    }
}

/// Every policy's line.
pub(super) fn policies() -> Vec<PolicyLine> {
    let line = |policy: &dyn policy::Policy| PolicyLine {
        name: policy.name(),
        title: policy.name().key().replace('_', " "),
        purpose: policy.summary().to_owned(),
        source: policy.source().to_owned(),
    };
    policy::all().map(line).collect()
}

/// The parameters of the recipe's policy.
#[must_use]
pub fn parameters(recipe: &Recipe, index: &Index) -> Vec<Parameter> {
    policy::policy(recipe.rebalance.policy).parameters(index)
}

/// A parameter as a slider.
pub(super) fn slider(parameter: Parameter, recipe: &Recipe, index: &Index) -> Slider {
    let range = parameter.range(index);
    let value = parameter.get(recipe, index);
    let choices = parameter.choices(index);
    let choice = choices.get(value as usize).copied();
    let perspective = match parameter {
        Parameter::Threshold(perspective) => Some(perspective),
        _ => None,
    };
    let unset = match parameter {
        Parameter::Size => Some("free"),
        Parameter::Synthesis(SynthesisParameter::Ceiling) => Some("none"),
        _ => None,
    };
    Slider {
        label: if perspective.is_some() { "τ".into() } else { parameter.label() },
        perspective,
        purpose: parameter.help().into(),
        value,
        least: range.low,
        greatest: range.high,
        spacing: match range.scale {
            Scale::Linear | Scale::Share => Spacing::Linear,
            Scale::Logarithmic => Spacing::Logarithmic,
        },
        shown: match (choice, unset.filter(|_| value < 1.0)) {
            (Some(choice), _) => choice.replace('_', " "),
            (None, Some(unset)) => unset.into(),
            (None, None) => shown(value, range.whole),
        },
        widest: widest(range, &choices),
    }
}

/// The length of the longest value of a range; of a choice as much as tells it from others: the whole of it stands where the
/// selected slider is explained.
fn widest(range: Range, choices: &[&str]) -> u16 {
    /// A number with four digits: `0.9375`, `33.33`.
    const FOUR_DIGITS: usize = 6;
    const CHOICE: usize = 6;
    let ends = [range.low, range.high].map(|end| shown(end, range.whole).len());
    let longest = match range.scale {
        _ if !choices.is_empty() => CHOICE.min(choices.iter().map(|choice| choice.len()).max().unwrap_or(0)),
        Scale::Share => 4,
        _ if range.whole => ends[1],
        _ => ends[0].max(ends[1]).max(FOUR_DIGITS),
    };
    longest as u16
}

/// A value as typed text: whole numbers with separators, others with as many digits as they need.
fn shown(value: f64, whole: bool) -> String {
    match value {
        _ if whole => number::count(value as u64),
        _ if value.abs() < 0.001 && value != 0.0 => format!("{value:e}"),
        _ => format!("{value}"),
    }
}
