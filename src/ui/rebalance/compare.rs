//! Up to four policies side by side, each with a random subset of the same size.
//!
//! Invariant: a policy never stands without its control; those for which there is no room are left out whole and named. A figure
//! that is not reckoned yet is an ellipsis, never a zero.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::measures::MEASURES;
use crate::app::action::Action;
use crate::app::model::{Compared, Figures, Model};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::widget::pane::{self, Pane as Frame};
use crate::ui::widget::text;
use crate::ui::{look, shell};

/// Cells for the names of the rows.
const NAMES: u16 = 14;
/// The least and the most cells for a policy and its control together.
const LEAST: u16 = 14;
const MOST: u16 = 20;
/// Rows of the table: the policies, what is kept, how much that changes, the sample size, and the measures.
pub const ROWS: u16 = 4 + MEASURES.len() as u16;

/// A row: its name, and what it says of a policy and of the random subset beside it.
struct Row<'a> {
    name: &'a str,
    role: Role,
    read: &'a dyn Fn(&Figures) -> [String; 2],
}

/// The policies for which there is room, and the cells of a figure and of its control.
struct Columns<'a> {
    shown: &'a [Compared],
    first: usize,
    cells: [u16; 2],
}

impl<'a> Columns<'a> {
    /// As many as fit, the chosen one among them.
    fn of(model: &'a Model, width: u16) -> Self {
        let all = &model.rebalance.compared;
        let room = width.saturating_sub(NAMES + 1);
        let fitting = usize::from(room / LEAST).clamp(1, all.len().max(1));
        let chosen = all.iter().position(|entry| entry.policy == model.recipe.rebalance.policy);
        let last = chosen.unwrap_or(all.len().saturating_sub(1)).max(fitting - 1);
        let first = (last + 1).saturating_sub(fitting);
        let shown = all.get(first..(first + fitting).min(all.len())).unwrap_or_default();
        let both = (room / fitting as u16).min(MOST);
        Self { shown, first, cells: [both.div_ceil(2), both / 2] }
    }

    /// The names of those for which there is no room.
    fn hidden(&self, all: &[Compared]) -> Vec<String> {
        let shown = self.first..self.first + self.shown.len();
        let hidden = all.iter().enumerate().filter(|(place, _)| !shown.contains(place));
        hidden.map(|(_, entry)| title(entry)).collect()
    }
}

/// A policy's name on the screen.
fn title(compared: &Compared) -> String {
    compared.policy.key().replace('_', " ")
}

/// Draws the comparison.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 4 {
        return;
    }
    let inner = Frame::inner(area);
    let columns = Columns::of(model, inner.width);
    let heading = heading(model, theme, &columns, area.width);
    look::pane(theme, false, heading).render(area, buffer);
    // A random subset keeps nothing twice, so it is never larger than what it is taken from.
    let random = |figures: &Figures| figures.after.min(figures.before).round();
    let kept = |figures: &Figures| [figures.after.round(), random(figures)].map(|kept| number::count(kept as u64));
    let change = |figures: &Figures| {
        [figures.after.round(), random(figures)].map(|kept| number::relative_change(figures.before, kept))
    };
    let size = |figures: &Figures| [figures.effective.round(), random(figures)].map(|size| number::count(size as u64));
    let mut rows = inner.rows();
    if let Some(row) = rows.next() {
        draw_titles(theme, &columns, row, buffer);
    }
    let first = [
        Row { name: "kept", role: Role::Text, read: &kept },
        Row { name: "change", role: Role::Text, read: &change },
        Row { name: "sample size", role: Role::Text, read: &size },
    ];
    for (line, row) in first.iter().zip(rows.by_ref()) {
        draw_row(theme, &columns, (line, row), buffer);
    }
    for ((name, write, read, _), row) in MEASURES.into_iter().zip(rows) {
        let read = |figures: &Figures| [write(read(&figures.measures)), write(read(&figures.random))];
        draw_row(theme, &columns, (&Row { name, role: Role::TextStrong, read: &read }, row), buffer);
    }
}

/// Title and note of the pane: what there is no room for is named, or counted where even that is too much.
fn heading(model: &Model, theme: &Theme, columns: &Columns<'_>, width: u16) -> (Line<'static>, Line<'static>) {
    let titles = [format!("Policies side by side · {}", model.perspective), model.perspective.title().to_owned()];
    let hidden = columns.hidden(&model.rebalance.compared);
    let notes: Vec<Line<'static>> = if hidden.is_empty() {
        vec![shell::hint_line(model, theme, &[("adds or removes the chosen policy", &[Action::ComparePolicies])])]
    } else {
        let counted = format!("{} more: choose to see", hidden.len());
        let words = [format!("choose to see: {}", hidden.join(", ")), counted];
        words.into_iter().map(|words| look::span(theme, Role::Warning, words).into()).collect()
    };
    let ways = titles.iter().flat_map(|title| notes.iter().map(move |note| (title, note)));
    let fits = |(title, note): &(&String, &Line<'_>)| pane::titles_fit(text::width(title), note.width() as u16, width);
    // Of the way to the next policy nothing is lost where it is left out: the bottom line has it too.
    let (title, note) = ways.into_iter().find(fits).unwrap_or((&titles[usize::from(!hidden.is_empty())], &notes[0]));
    (title.clone().into(), note.clone())
}

/// The names of the policies, each over its figures; `random` stands over those of a random subset of the same size.
fn draw_titles(theme: &Theme, columns: &Columns<'_>, row: Rect, buffer: &mut Buffer) {
    let [own, control] = columns.cells;
    let cells = columns.shown.iter().flat_map(|policy| {
        let name = text::fit(&title(policy), own.saturating_sub(1));
        [
            look::span(theme, Role::TextStrong, text::right(&name, own)),
            look::span(theme, Role::TextDim, text::right("random", control)),
        ]
    });
    let line: Vec<_> = [look::span(theme, Role::TextDim, text::left("", NAMES))].into_iter().chain(cells).collect();
    buffer.set_line(row.x + 1, row.y, &Line::from(line), row.width.saturating_sub(1));
}

fn draw_row(theme: &Theme, columns: &Columns<'_>, (line, row): (&Row<'_>, Rect), buffer: &mut Buffer) {
    let unknown = || ["…".to_owned(), "…".to_owned()];
    let cells = columns.shown.iter().flat_map(|policy| {
        let figures = policy.figures.as_ref().map_or_else(unknown, line.read);
        let [figure, random] = [0, 1].map(|of: usize| {
            let room = columns.cells[of];
            text::right(&text::figure(&figures[of], room.saturating_sub(1)), room)
        });
        [look::span(theme, line.role, figure), look::span(theme, Role::TextDim, random)]
    });
    let name = look::span(theme, Role::TextDim, text::left(line.name, NAMES));
    let cells: Vec<_> = [name].into_iter().chain(cells).collect();
    buffer.set_line(row.x + 1, row.y, &Line::from(cells), row.width.saturating_sub(1));
}
