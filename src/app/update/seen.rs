//! On which screens an action is seen, so that nothing is changed where nobody looks.
//!
//! Invariant: an action that is asked for elsewhere, by the palette or the user's own key, goes to its screen first.

use super::show;
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::model::{Model, Screen};

/// Shows the screen of an action, unless one is shown where it is seen.
pub(super) fn go_to(model: &mut Model, action: Action) -> Vec<Effect> {
    match screens(action) {
        [home, ..] if !screens(action).contains(&model.screen) => show(model, *home),
        _ => Vec::new(),
    }
}

/// The screens on which an action is seen, the one to go to first; none for an action that is seen everywhere.
const fn screens(action: Action) -> &'static [Screen] {
    match action {
        Action::Search
        | Action::NextMatch
        | Action::PreviousMatch
        | Action::CycleSort
        | Action::OpenInstances
        | Action::NextImage => &[Screen::Explore],
        Action::CycleChart
        | Action::ThresholdLower
        | Action::ThresholdHigher
        | Action::ThresholdMuchLower
        | Action::ThresholdMuchHigher
        | Action::ThresholdLeft
        | Action::ThresholdRight
        | Action::ThresholdFarLeft
        | Action::ThresholdFarRight
        | Action::ThresholdEdit
        | Action::ThresholdReset => &[Screen::Explore, Screen::Rebalance, Screen::Synthesize],
        Action::ValueLower
        | Action::ValueHigher
        | Action::ValueMuchLower
        | Action::ValueMuchHigher
        | Action::ValueEdit => &[Screen::Rebalance, Screen::Synthesize],
        Action::ComparePolicies => &[Screen::Rebalance],
        Action::TogglePolicy | Action::DropSeed | Action::EditCeiling | Action::StartTrial => &[Screen::Synthesize],
        Action::ToggleFormat | Action::EditOutput => &[Screen::Export],
        _ => &[],
    }
}
