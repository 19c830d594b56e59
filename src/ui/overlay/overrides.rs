//! What can be done with one entity on top of the policy, what holds for it now, and all overrides of the recipe.
//!
//! Invariant: every line says what choosing it does; whatever holds is named with the entry that asks for it.

use ratatui::text::Line;

use super::{Popup, Room};
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::entity::Perspective;
use crate::policy::Held;
use crate::ui::look;
use crate::ui::rebalance::overrides;
use crate::ui::widget::text;

/// The lines that are the same for every entity.
const ACTIONS: [&str; 4] =
    ["pin: keep all its instances", "exclude: drop all its instances", "cap: keep at most …", "floor: keep at least …"];

/// The list for an entity.
pub(super) fn popup(
    model: &Model,
    theme: &Theme,
    ((perspective, entity), cursor): ((Perspective, &str), usize),
    (width, height): Room,
) -> Popup {
    let held = model.held(perspective, entity);
    let mut lead = text::wrap(&holding(model, (entity, &held)), width, theme.style(Role::TextStrong));
    lead.push(Line::default());
    let choices = [lifting(model, &held)].into_iter().chain(ACTIONS.map(String::from));
    let rows: Vec<_> = choices.map(|choice| Line::styled(text::fit(&choice, width), theme.style(Role::Text))).collect();
    let mut foot = Vec::new();
    let room = usize::from(height).saturating_sub(lead.len() + rows.len() + 1);
    if !model.recipe.rebalance.overrides.is_empty() && room > 0 {
        let title = "── in the recipe ".to_owned();
        let rule = format!("{title}{}", "─".repeat(usize::from(width.saturating_sub(text::width(&title)))));
        foot.push(look::span(theme, Role::TextDim, rule).into());
        foot.extend(overrides::lines(model, theme, (width, room)));
    }
    let title = format!("{perspective}: {}", text::fit(entity, 24));
    Popup { title: title.into(), head: lead, rows, selected: Some(cursor), foot, ..Popup::default() }
}

/// What holds for the entity.
fn holding(model: &Model, (entity, held): (&str, &Held)) -> String {
    match (held.own.is_empty(), held.patterns.is_empty()) {
        (true, true) => "no override holds for it".into(),
        (false, _) => model.told_marks(&held.own),
        (true, false) => {
            let told = model.told_marks(&held.patterns);
            format!("{told}; what is chosen here is for {} alone and goes before it", text::fit(entity, 24))
        }
    }
}

/// The first line: what it takes away, and what is left then.
fn lifting(model: &Model, held: &Held) -> String {
    match (held.own.is_empty(), held.patterns.is_empty()) {
        (_, true) => "nothing: as the policy says".into(),
        (false, false) => format!("nothing of its own: {}", model.told_marks(&held.patterns)),
        (true, false) => format!("remove {}, for all that it matches", model.entry_names(&held.patterns)),
    }
}
