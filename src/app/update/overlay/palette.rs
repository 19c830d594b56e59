//! The palette: every action by its name, narrowed by what is typed.
//!
//! Invariant: an action whose name is typed whole comes first.

use super::open;
use crate::app::action::Action;
use crate::app::arrange::pick;
use crate::app::effect::Effect;
use crate::app::model::{Model, Overlay, TextField};

/// Opens the palette.
pub(in crate::app::update) fn open_palette(model: &mut Model) -> Vec<Effect> {
    let field = TextField::default();
    open(model, Overlay::Palette { field, cursor: 0, matches: Action::ALL.to_vec() })
}

/// Lists only the actions that match what is typed: by name first, then by what they do.
pub(in crate::app::update) fn narrow_palette(model: &mut Model) {
    if let Some(Overlay::Palette { field, cursor, matches }) = &mut model.overlay {
        let query = field.text.trim();
        let named = pick(Action::ALL.iter().map(|action| action.name()), query);
        // In whole sentences nearly every letter is found somewhere: there only what stands as typed is meant.
        let described = (0..Action::ALL.len()).filter(|place| {
            Action::ALL
                .get(*place)
                .is_some_and(|action| action.summary().to_lowercase().contains(&query.to_lowercase()))
        });
        let mut places: Vec<usize> = Action::ALL.iter().position(|action| action.name() == query).into_iter().collect();
        for place in named.into_iter().chain(described) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        *matches = places.into_iter().filter_map(|place| Action::ALL.get(place).copied()).collect();
        *cursor = 0;
    }
}
