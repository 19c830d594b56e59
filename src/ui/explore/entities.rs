//! The entity table: rank, name, count, share, and which side of the threshold.
//!
//! Invariant: only visible rows are looked at, however many there are.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::action::Action;
use crate::app::arrange::found;
use crate::app::model::{Model, Pane, Search, SearchState};
use crate::config::theme::{Role, Theme};
use crate::index::{PerspectiveIndex, Split};
use crate::number;
use crate::policy::Marks;
use crate::recipe::{OverrideAction, PolicyName};
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::{bar, text};
use crate::ui::{look, shell};

/// The columns that fit, and how wide each is.
struct Columns {
    rank: u16,
    name: u16,
    count: u16,
    bar: u16,
    share: u16,
    keep: u16,
    side: u16,
}

impl Columns {
    fn of(width: u16, index: &PerspectiveIndex, with_keep: bool) -> Self {
        let figure = |value: usize| text::width(&number::count(value as u64));
        let rank = figure(index.entities()).max(4);
        let count = figure(index.distribution.max as usize).max(5);
        // From the left edge to the name, between the columns, and to the right edge.
        let least = 1 + rank + 2 + 14 + 1 + count + 1;
        let room = width.saturating_sub(least);
        let side = if room >= 7 { 7 } else { 0 };
        let share = if room >= 15 { 8 } else { 0 };
        let keep = if with_keep && room >= 22 { 7 } else { 0 };
        let bar = if room >= 30 { (room / 4).clamp(5, 24) } else { 0 };
        let fixed = 1 + rank + 2 + 1 + count + 1 + side + share + keep + bar;
        Self { rank, name: width.saturating_sub(fixed), count, bar, share, keep, side }
    }
}

/// The rows inside the pane.
pub fn rows(area: Rect) -> Rect {
    let inner = Frame::inner(area);
    let header = u16::from(inner.height >= 4);
    Rect { y: inner.y + header, height: inner.height - header, ..inner }
}

/// Draws the table in its pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let focused = model.explore.focus == Pane::Entities;
    look::pane(theme, focused, (title(model, theme), note(model, theme))).render(area, buffer);
    let (Some(index), Some(split)) = (model.shown(), model.split()) else { return };
    // Under a wanted size every τ is scaled, which the column would not show.
    let rebalance = &model.recipe.rebalance;
    let with_keep = rebalance.policy == PolicyName::Adr && rebalance.size.is_none();
    let inner = Frame::inner(area);
    let columns = Columns::of(inner.width, index, with_keep);
    let rows = rows(area);
    if rows.y > inner.y {
        draw_header(theme, (Rect { height: 1, ..inner }, &columns), buffer);
    }
    let marks = Marks::of(&model.recipe.rebalance.overrides, index.perspective);
    let table = &model.explore.table;
    if table.rows.is_empty() {
        return draw_no_match(model, theme, rows, buffer);
    }
    for (line, number) in rows.rows().zip(table.offset..) {
        let Some(rank) = table.rows.rank(number).filter(|&rank| rank < index.entities()) else { break };
        let marked = marks.action(&index.names.get(rank));
        let row = Row { index, split: &split, rank, columns: &columns, marked };
        row.draw(theme, line, buffer);
        row.mark_found(theme, (line, &table.search), buffer);
        if number == table.selected {
            buffer.set_style(line, look::selection(theme, focused));
            buffer.set_string(line.x, line.y, "▸", look::selection(theme, focused));
        }
    }
}

fn title<'a>(model: &'a Model, theme: &Theme) -> Line<'a> {
    let search = &model.explore.table.search;
    let mut spans = vec![Span::raw("Entities")];
    match search.state {
        SearchState::Off => {
            spans.push(look::span(theme, Role::TextDim, format!(" · {}", model.explore.table.order.title())));
        }
        SearchState::Typing | SearchState::Applied => {
            let cursor = if search.state == SearchState::Typing { "▏" } else { "" };
            spans.push(look::span(theme, Role::Input, format!(" /{}{cursor}", search.field.text)));
            let found = number::count(model.explore.table.rows.len() as u64);
            spans.push(look::span(theme, Role::TextDim, format!(" {found} found")));
        }
    }
    Line::from(spans)
}

fn note<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let hints: [(&str, &[Action]); 3] =
        [("search", &[Action::Search]), ("sort", &[Action::CycleSort]), ("instances", &[Action::Enter])];
    shell::hint_line(model, theme, &hints)
}

fn draw_header(theme: &Theme, (area, columns): (Rect, &Columns), buffer: &mut Buffer) {
    let mut line = format!(" {}  {}", text::right("rank", columns.rank), text::left("entity", columns.name));
    line.push_str(&text::right("count", columns.count + 1));
    line.push(' ');
    // The bar is logarithmic and the share beside it is not; the share is of occurrences, a count's of instances is another.
    line.push_str(&text::left(if columns.bar >= 9 { "bar (log)" } else { "(log)" }, columns.bar));
    if columns.share > 0 {
        line.push_str(&text::right("of occ.", columns.share));
    }
    if columns.keep > 0 {
        line.push_str(&text::right("keep p", columns.keep));
    }
    buffer.set_stringn(area.x, area.y, line, usize::from(area.width), theme.style(Role::TextDim));
}

fn draw_no_match(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let query = &model.explore.table.search.field.text;
    let words = if query.is_empty() { "no entities".to_owned() } else { format!("no entity matches '{query}'") };
    buffer.set_stringn(
        area.x + 2,
        area.y,
        words,
        usize::from(area.width.saturating_sub(2)),
        theme.style(Role::TextDim),
    );
}

/// One line of the table.
struct Row<'a> {
    index: &'a PerspectiveIndex,
    split: &'a Split,
    rank: usize,
    columns: &'a Columns,
    /// What the recipe asks for this entity, whatever the policy says.
    marked: Option<OverrideAction>,
}

impl Row<'_> {
    fn draw(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let columns = self.columns;
        let count = self.index.counts.get(self.rank).copied().unwrap_or(0);
        let is_tail = self.rank >= self.split.first_tail_rank;
        let side = theme.style(if is_tail { Role::ChartTail } else { Role::ChartHead });
        let plain = theme.style(Role::Text);
        let dim = theme.style(Role::TextDim);
        let mut x = area.x;
        let mut put = |content: String, style| {
            let width = text::width(&content);
            let room = area.right().saturating_sub(x);
            buffer.set_stringn(x, area.y, content, usize::from(room), style);
            x += width.min(room);
        };
        put(text::right(&number::count(self.rank as u64 + 1), columns.rank + 1), dim);
        put("  ".into(), dim);
        put(text::left(&self.index.names.get(self.rank), columns.name), plain);
        put(text::right(&number::count(u64::from(count)), columns.count + 1), plain);
        put(" ".into(), plain);
        if columns.bar > 0 {
            put(self.bar(count), side);
        }
        if columns.share > 0 {
            let share = f64::from(count) / self.index.occurrences().max(1) as f64;
            put(text::right(&number::share(share), columns.share), dim);
        }
        if columns.keep > 0 {
            let keep = (f64::from(self.split.threshold) / f64::from(count.max(1))).min(1.0);
            let keep = match self.marked {
                Some(OverrideAction::Pin) => 1.0,
                Some(OverrideAction::Exclude) => 0.0,
                _ => keep,
            };
            put(text::right(&keep_text(keep), columns.keep), plain);
        }
        if columns.side > 0 {
            match self.marked {
                Some(action) => put(format!(" {}", text::left(&mark(action), 6)), theme.style(Role::Highlight)),
                None => put(if is_tail { "  tail ".into() } else { "  head ".into() }, side),
            }
        }
    }

    /// Marks what the search found in the name.
    fn mark_found(&self, theme: &Theme, (area, search): (Rect, &Search), buffer: &mut Buffer) {
        let query = search.field.text.trim();
        if search.state == SearchState::Off || query.is_empty() {
            return;
        }
        let name = self.index.names.get(self.rank);
        let start = area.x + self.columns.rank + 3;
        let end = (start + self.columns.name).min(area.right());
        for place in found(&name, query) {
            let before: String = name.graphemes(true).take(place as usize).collect();
            let x = start + text::width(&before);
            // What was cut is an ellipsis in the last column.
            if x + 1 < end {
                buffer.set_style(Rect { x, width: 1, ..area }, theme.style(Role::SearchMatch));
            }
        }
    }

    /// The count on a logarithmic scale, so that the tail is not a row of nothing.
    fn bar(&self, count: u32) -> String {
        let top = f64::from(self.index.distribution.max).ln_1p();
        bar::horizontal(f64::from(count).ln_1p() / top.max(f64::MIN_POSITIVE), self.columns.bar)
    }
}

/// An override in six characters.
fn mark(action: OverrideAction) -> String {
    let compact = |count: u32| match count {
        0..10_000 => count.to_string(),
        10_000..10_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    };
    match action {
        OverrideAction::Pin => " pin".into(),
        OverrideAction::Exclude => " out".into(),
        OverrideAction::Cap(most) => format!("≤{}", compact(most)),
        OverrideAction::Floor(least) => format!("≥{}", compact(least)),
    }
}

/// A probability in four characters.
fn keep_text(keep: f64) -> String {
    match keep {
        _ if keep >= 1.0 => "1".into(),
        _ if keep <= 0.0 => "0".into(),
        _ if keep < 0.0005 => "<.001".into(),
        _ if keep < 0.0995 => format!("{keep:.3}"),
        _ => format!("{keep:.2}"),
    }
}
