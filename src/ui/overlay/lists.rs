//! Lists over the screen: warnings, findings, themes, why an instance is kept.
//!
//! Invariant: only visible lines are made, however long the list.

use ratatui::text::Line;

use super::{Popup, Room, window};
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::look;
use crate::ui::widget::text;

/// Lines at the bottom of the warnings for the selected one in full.
const DETAIL: usize = 4;

/// The warnings: notices, then the records that were set aside, with row, byte and reason.
pub(super) fn warnings(model: &Model, theme: &Theme, (cursor, (width, height)): (usize, Room)) -> Popup {
    let length = model.warnings();
    let shown = usize::from(height).saturating_sub(DETAIL).max(1).min(length.max(1));
    let first = window(cursor, shown);
    let lines = (first..length).take(shown).filter_map(|number| model.warning(number));
    let mut rows: Vec<Line<'static>> =
        lines.map(|line| Line::styled(text::fit(&line, width), theme.style(Role::Text))).collect();
    if rows.is_empty() {
        rows.push(Line::styled("nothing to warn of", theme.style(Role::TextDim)));
    }
    let detail = model.warning(cursor).unwrap_or_default();
    let mut foot = vec![Line::styled("─".repeat(usize::from(width)), theme.style(Role::Border))];
    foot.extend(text::wrap(&detail, width, theme.style(Role::Warning)).into_iter().take(DETAIL - 1));
    let note = if length > 0 { format!("{} of {}", cursor + 1, number::count(length as u64)) } else { String::new() };
    Popup {
        title: "Warnings".into(),
        note: look::span(theme, Role::TextDim, note).into(),
        rows,
        selected: (length > 0).then(|| cursor.saturating_sub(first)),
        foot: if length > 0 { foot } else { Vec::new() },
        ..Popup::default()
    }
}

/// What is worth knowing of the dataset.
pub(super) fn findings(model: &Model, theme: &Theme, (cursor, (width, height)): (usize, Room)) -> Popup {
    let findings = &model.findings;
    let shown = usize::from(height).saturating_sub(6).max(1);
    let first = window(cursor, shown);
    let row = |finding: &crate::app::model::Finding| {
        let (sign, style) = look::level(theme, finding.level);
        Line::styled(format!("{sign} {}", text::fit(&finding.text, width.saturating_sub(2))), style)
    };
    let mut rows: Vec<Line<'static>> = findings.iter().skip(first).take(shown).map(row).collect();
    if rows.is_empty() {
        rows.push(Line::styled("nothing that stands out", theme.style(Role::TextDim)));
    }
    let mut foot = Vec::new();
    if let Some(finding) = findings.get(cursor) {
        foot.push(Line::styled("─".repeat(usize::from(width)), theme.style(Role::Border)));
        let cut = text::width(&finding.text) + 2 > width;
        let whole = if cut { finding.text.as_str() } else { "" };
        foot.extend(text::wrap(whole, width, theme.style(Role::Text)).into_iter().take(2));
        foot.extend(text::wrap(&finding.advice, width, theme.style(Role::TextDim)).into_iter().take(3));
    }
    let selected = (!findings.is_empty()).then(|| cursor.saturating_sub(first));
    Popup { title: "Findings".into(), rows, selected, foot, ..Popup::default() }
}

/// The themes; the selected one is what the whole screen shows.
pub(super) fn themes(model: &Model, theme: &Theme, (cursor, (width, height)): (usize, Room)) -> Popup {
    let shown = usize::from(height).saturating_sub(2).max(1);
    let first = window(cursor, shown);
    let rows = model.themes.iter().skip(first).take(shown);
    let rows = rows.map(|name| Line::styled(text::left(name, width), theme.style(Role::Text))).collect();
    let swatch = Line::from(vec![
        look::span(theme, Role::ChartHead, "⣿⣿ head "),
        look::span(theme, Role::ChartTail, "⡪⡪ tail "),
        look::span(theme, Role::ChartThreshold, "┊ τ "),
        look::span(theme, Role::Good, "▲ "),
        look::span(theme, Role::Bad, "▼ "),
        look::span(theme, Role::Highlight, "entity"),
    ]);
    let selected = (!model.themes.is_empty()).then(|| cursor.saturating_sub(first));
    Popup { title: "Themes".into(), rows, selected, foot: vec![Line::default(), swatch], ..Popup::default() }
}

/// Why an instance is kept or dropped.
pub(super) fn explanation(
    theme: &Theme,
    (id, facts): (&str, &[String]),
    (scroll, (width, height)): (usize, Room),
) -> Popup {
    // Scrolling counts facts, since only the view knows how many lines a fact takes.
    let lines = facts.iter().skip(scroll).flat_map(|fact| text::wrap(fact, width, theme.style(Role::Text)));
    let rows = lines.take(usize::from(height)).collect();
    Popup { title: format!("Why? · {}", text::fit_path(id, 40)).into(), rows, ..Popup::default() }
}
