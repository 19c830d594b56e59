//! The state of the Rebalance screen: policies, their parameters as sliders, and what the policy would do.
//!
//! Invariant: values live in the recipe; a slider is a view of one of them.

use std::sync::Arc;

use crate::app::hit::Spacing;
use crate::entity::Perspective;
use crate::recipe::PolicyName;

/// The Rebalance screen.
#[derive(Debug, Default)]
pub struct RebalanceScreen {
    /// The pane that the movement keys act on.
    pub focus: RebalancePane,
    /// The selected policy in the list.
    pub policy: usize,
    /// The selected slider.
    pub slider: usize,
    /// Up to four policies side by side, while they are shown.
    pub compared: Vec<Compared>,
}

/// The panes of Rebalance that take keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RebalancePane {
    /// The list of policies.
    Policies,
    /// The sliders.
    #[default]
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
}

impl Slider {
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
#[derive(Clone, Debug)]
pub struct Compared {
    /// The policy.
    pub policy: PolicyName,
    /// Instances kept, expected.
    pub kept: Option<f64>,
    /// Gini after, of the selected perspective.
    pub gini: Option<f64>,
    /// The tail's share of occurrences after, of the selected perspective.
    pub tail_share: Option<f64>,
    /// Entities lost, of the selected perspective.
    pub lost: Option<usize>,
}
