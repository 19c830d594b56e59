//! What is worth knowing of the dataset, beside the table.
//!
//! Invariant: a finding that does not fit whole ends in an ellipsis; the overlay has them all.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::action::Action;
use crate::app::model::Model;
use crate::config::theme::{Role, Theme};
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;
use crate::ui::{look, shell};

/// Draws the findings in their pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let note = shell::hint_line(model, theme, &[("all", &[Action::OpenFindings])]);
    look::pane(theme, false, ("Findings".into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    let each: Vec<Vec<Line<'_>>> = model.findings.iter().map(|finding| lines(theme, finding, inner.width)).collect();
    let needed: usize = each.iter().map(|lines| lines.len() + 1).sum();
    let apart = (needed <= usize::from(inner.height) + 1).then(Line::default);
    let lines: Vec<Line<'_>> = each.into_iter().flat_map(|lines| lines.into_iter().chain(apart.clone())).collect();
    for (row, line) in inner.rows().zip(&lines) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
    if apart.is_none() && lines.len() > usize::from(inner.height) && inner.height > 0 {
        let more = " … ";
        buffer.set_string(inner.right().saturating_sub(3), inner.bottom() - 1, more, theme.style(Role::TextDim));
    }
}

/// A finding in lines: its sign, its text, and its advice dimmed.
fn lines(theme: &Theme, finding: &crate::app::model::Finding, width: u16) -> Vec<Line<'static>> {
    let (sign, style) = look::level(theme, finding.level);
    let room = width.saturating_sub(4);
    let text = text::wrap(&finding.text, room, theme.style(Role::Text)).into_iter();
    let advice = text::wrap(&finding.advice, room, theme.style(Role::TextDim)).into_iter();
    text.chain(advice)
        .enumerate()
        .map(|(number, mut line)| {
            let lead = if number == 0 { format!(" {sign} ") } else { "   ".into() };
            line.spans.insert(0, ratatui::text::Span::styled(lead, style));
            line
        })
        .collect()
}
