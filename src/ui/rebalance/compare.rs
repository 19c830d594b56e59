//! Up to four policies side by side.
//!
//! Invariant: a figure that is not reckoned yet is an ellipsis, never a zero.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::action::Action;
use crate::app::model::{Compared, Control, Model};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;
use crate::ui::{look, shell};

/// Cells for the names of the rows, and the most for a policy.
const NAMES: u16 = 15;
const COLUMN: u16 = 18;

/// Draws the comparison.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 {
        return;
    }
    let note = shell::hint_line(model, theme, &[("adds or removes the chosen policy", &[Action::ComparePolicies])]);
    let title = format!("Policies side by side · {}", model.perspective);
    look::pane(theme, false, (title.into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    let compared = &model.rebalance.compared;
    let width = (inner.width.saturating_sub(NAMES + 1) / compared.len().max(1) as u16).min(COLUMN);
    let cells = |read: &dyn Fn(&Compared) -> String| -> String {
        compared.iter().map(|policy| text::right(&read(policy), width)).collect()
    };
    let known = |value: Option<String>| value.unwrap_or_else(|| "…".into());
    // A random subset of the same size, always beside what is claimed.
    let control = |policy: &Compared, read: &dyn Fn(&Control) -> String| known(policy.control.as_ref().map(read));
    let before = model.loaded().map_or(0, |loaded| loaded.dataset.len()) as f64;
    let lines = [
        ("", cells(&|policy| policy.policy.key().replace('_', " ")), Role::TextStrong),
        ("kept", cells(&|policy| known(policy.kept.map(|kept| number::count(kept.round() as u64)))), Role::Text),
        (
            "change",
            cells(&|policy| known(policy.kept.map(|kept| number::relative_change(before, kept)))),
            Role::TextDim,
        ),
        ("gini", cells(&|policy| known(policy.gini.map(number::measure))), Role::Text),
        ("  random", cells(&|policy| control(policy, &|control| number::measure(control.gini))), Role::TextDim),
        ("tail share", cells(&|policy| known(policy.tail_share.map(number::share))), Role::Text),
        ("  random", cells(&|policy| control(policy, &|control| number::share(control.tail_share))), Role::TextDim),
        ("entities lost", cells(&|policy| known(policy.lost.map(|lost| number::count(lost as u64)))), Role::Text),
        ("  random", cells(&|policy| control(policy, &|control| number::count(control.lost as u64))), Role::TextDim),
    ];
    for (row, (name, cells, role)) in inner.rows().zip(lines) {
        let name = text::left(name, NAMES);
        let line = Line::from(vec![look::span(theme, Role::TextDim, name), look::span(theme, role, cells)]);
        buffer.set_line(row.x + 1, row.y, &line, row.width.saturating_sub(1));
    }
}
