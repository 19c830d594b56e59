//! Up to four policies side by side, each with a random subset of the same size.
//!
//! Invariant: a figure that is not reckoned yet is an ellipsis, never a zero.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::measures::MEASURES;
use crate::app::action::Action;
use crate::app::model::{Compared, Figures, Model};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;
use crate::ui::{look, shell};

/// Cells for the names of the rows, and the most for a policy.
const NAMES: u16 = 15;
const COLUMN: u16 = 20;
/// Cells for the control's figure beside a policy's, and the least width of both together.
const CONTROL: u16 = 9;
const BOTH: u16 = 17;
/// Rows of the table: the policies, what is kept of how many, and the measures.
pub const ROWS: u16 = 3 + MEASURES.len() as u16;

/// A row: its name, and what it says of a policy and of the random subset beside it.
struct Row<'a> {
    name: &'a str,
    role: Role,
    read: &'a dyn Fn(&Figures) -> [String; 2],
}

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
    let kept = |figures: &Figures| {
        [number::count(figures.after.round() as u64), number::relative_change(figures.before, figures.after.round())]
    };
    let size = |figures: &Figures| {
        [figures.effective, figures.after.min(figures.before)].map(|size| number::count(size.round() as u64))
    };
    let mut rows = inner.rows();
    if let Some(row) = rows.next() {
        draw_titles(theme, (compared, width), row, buffer);
    }
    let first = [
        Row { name: "kept · change", role: Role::Text, read: &kept },
        Row { name: "sample size", role: Role::Text, read: &size },
    ];
    for (line, row) in first.iter().zip(rows.by_ref()) {
        draw_row(theme, (compared, width), (line, row), buffer);
    }
    for ((name, write, read, _), row) in MEASURES.into_iter().zip(rows) {
        let read = |figures: &Figures| [write(read(&figures.measures)), write(read(&figures.random))];
        draw_row(theme, (compared, width), (&Row { name, role: Role::TextStrong, read: &read }, row), buffer);
    }
}

/// How wide a policy's figure and its control's are.
const fn halves(width: u16) -> [u16; 2] {
    if width >= BOTH { [width - CONTROL, CONTROL] } else { [width, 0] }
}

/// The names of the policies, each over its figures; `random` stands over those of a random subset of the same size.
fn draw_titles(theme: &Theme, (compared, width): (&[Compared], u16), row: Rect, buffer: &mut Buffer) {
    let [own, control] = halves(width);
    let cells = compared.iter().flat_map(|policy| {
        let name = text::fit(&policy.policy.key().replace('_', " "), own.saturating_sub(1));
        let name = text::right(&name, own);
        [
            look::span(theme, Role::TextStrong, name),
            look::span(theme, Role::TextDim, if control > 0 { text::right("random", control) } else { String::new() }),
        ]
    });
    let line: Vec<_> = [look::span(theme, Role::TextDim, text::left("", NAMES))].into_iter().chain(cells).collect();
    buffer.set_line(row.x + 1, row.y, &Line::from(line), row.width.saturating_sub(1));
}

fn draw_row(theme: &Theme, (compared, width): (&[Compared], u16), (line, row): (&Row<'_>, Rect), buffer: &mut Buffer) {
    let [own, control] = halves(width);
    let unknown = || ["…".to_owned(), String::new()];
    let cells = compared.iter().flat_map(|policy| {
        let [figure, random] = policy.figures.as_ref().map_or_else(unknown, line.read);
        let random = if control > 0 { text::right(&random, control) } else { String::new() };
        [look::span(theme, line.role, text::right(&figure, own)), look::span(theme, Role::TextDim, random)]
    });
    let name = look::span(theme, Role::TextDim, text::left(line.name, NAMES));
    let cells: Vec<_> = [name].into_iter().chain(cells).collect();
    buffer.set_line(row.x + 1, row.y, &Line::from(cells), row.width.saturating_sub(1));
}
