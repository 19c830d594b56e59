//! The selected perspective in figures: the sentence on its tail, then measures, the most telling first.
//!
//! Invariant: the sentence follows the threshold; measures that do not fit are left out whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::entity::{Origin, Perspective};
use crate::index::{PerspectiveIndex, Split};
use crate::number;
use crate::ui::look;
use crate::ui::widget::text;

/// Draws sentence and measures.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (Some(index), Some(split)) = (model.shown(), model.split()) else { return };
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut rows = area.rows();
    for line in sentence(theme, &split).into_iter().chain(tied(theme, index, &split)) {
        for line in wrap(&line, area.width) {
            let Some(row) = rows.next() else { return };
            buffer.set_line(row.x, row.y, &line, row.width);
        }
    }
    let figures = figures(index, &split);
    if area.height as usize > figures.len() + 4 {
        rows.next();
    }
    for (row, (name, figure)) in rows.zip(figures) {
        let room = row.width.saturating_sub(text::width(name) + 1);
        let figure = text::right(&figure, room);
        buffer.set_stringn(row.x, row.y, name, usize::from(row.width), theme.style(Role::TextDim));
        buffer.set_stringn(row.x + text::width(name) + 1, row.y, figure, usize::from(room), theme.style(Role::Text));
    }
}

/// Draws the sentence alone, in one line.
pub fn draw_sentence(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(split) = model.split().filter(|_| area.height > 0) else { return };
    let spans: Vec<Span<'_>> = sentence(theme, &split).into_iter().flat_map(|line| line.spans).collect();
    buffer.set_line(area.x + 1, area.y, &Line::from(spans), area.width.saturating_sub(1));
}

/// "98.7 % of entities hold 10.0 % of occurrences".
fn sentence(theme: &Theme, split: &Split) -> Vec<Line<'static>> {
    vec![Line::from(vec![
        look::span(theme, Role::ChartTail, number::share(split.tail_entity_share)),
        look::span(theme, Role::Text, " of entities hold "),
        look::span(theme, Role::ChartTail, number::share(split.tail_occurrence_share)),
        look::span(theme, Role::Text, " of occurrences"),
    ])]
}

/// "3 at exactly τ: 1 head, 2 tail", where the cut falls between equal counts: a cut by count would give another number.
fn tied(theme: &Theme, index: &PerspectiveIndex, split: &Split) -> Option<Line<'static>> {
    let (head, tail) = split.tied(&index.counts)?;
    let shown = |count: usize| number::count(count as u64);
    Some(Line::from(vec![
        look::span(theme, Role::TextDim, format!("{} at exactly τ: ", shown(head + tail))),
        look::span(theme, Role::TextDim, format!("{} head, {} tail", shown(head), shown(tail))),
    ]))
}

/// A styled line in lines of at most `width` cells, broken at spaces outside of figures.
fn wrap(line: &Line<'static>, width: u16) -> Vec<Line<'static>> {
    if line.width() <= usize::from(width) {
        return vec![line.clone()];
    }
    let middle = line.spans.len() / 2;
    let (first, second) = line.spans.split_at(middle);
    vec![Line::from(first.to_vec()), Line::from(second.to_vec())]
}

fn figures(index: &PerspectiveIndex, split: &Split) -> Vec<(&'static str, String)> {
    let measured = &index.distribution;
    let mut figures = vec![
        ("occurrences", number::count(measured.occurrences)),
        ("imbalance", format!("{} : 1", number::measure(measured.imbalance_ratio))),
        ("gini", number::measure(measured.gini)),
        ("evenness", number::measure(measured.entropy.evenness)),
        ("instances in tail", number::rounded_share(index.tail_instance_share(split))),
        ("singletons", number::count(measured.unseen.singletons)),
        ("unseen mass ≈", number::share(measured.unseen.unseen_mass)),
    ];
    if let Some(exponent) = measured.zipf_exponent() {
        figures.push(("zipf exponent", number::measure(exponent)));
    }
    figures.push(("effective entities", number::measure(measured.entropy.effective_entities)));
    figures.push(("entities, Chao1 ≥", number::measure(measured.unseen.chao1)));
    figures.push(("scumble", number::measure(measured.imbalance.scumble)));
    figures.push(("mean IRLbl", number::measure(measured.imbalance.mean_irlbl)));
    if index.perspective == Perspective::Label {
        let groups = index.groups();
        figures.push(("many > 100", number::count(groups.many.0)));
        figures.push(("medium 20–100", number::count(groups.medium.0)));
        figures.push(("few < 20", number::count(groups.few.0)));
    }
    figures.push(("most frequent", number::count(u64::from(measured.max))));
    figures.push(("source", origin(index.origin).to_owned()));
    figures
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Text => "from the text",
        Origin::Annotation => "annotations",
        Origin::Sidecar => "sidecar file",
    }
}
