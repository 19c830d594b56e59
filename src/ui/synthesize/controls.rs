//! The policies, in the order in which they fill, and the sliders of what can be turned.
//!
//! Invariant: the selected policy and the selected slider are always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::layout::Layout;
use crate::app::model::{Model, SynthesizePane, SynthesizerLine};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::look;
use crate::ui::slider::{self, Cells};
use crate::ui::widget::pane::{self, Pane as Frame};
use crate::ui::widget::text;

/// Cells for a policy's mark and name.
const NAME: u16 = 14;

/// Where the lists of the controls are.
pub struct Places {
    /// The lines of policies.
    pub policies: Rect,
    rule: Rect,
    sliders: Rect,
    first_slider: usize,
    count: usize,
    explanation: Rect,
    /// Cells of the sliders' rows.
    pub cells: Cells,
}

impl Places {
    /// Divides the controls' pane.
    pub fn of(model: &Model, layout: &Layout) -> Self {
        let inner = Frame::inner(layout.controls);
        let sliders = model.sliders();
        let mut y = inner.y;
        let mut take = |height: u16| {
            let taken = Rect { y, height: height.min(inner.bottom().saturating_sub(y)), ..inner };
            y = taken.bottom();
            taken
        };
        let policies = take(model.synthesizers().len() as u16);
        let rule = take(1);
        let rest = inner.bottom().saturating_sub(rule.bottom());
        // What the selected policy is for stands under the sliders, unless they fill the pane.
        let explained = if rest >= 12 { 6 } else { 0 };
        let rows = take((sliders.len() as u16).min(rest.saturating_sub(explained)));
        let explanation = take(inner.height);
        let gap = u16::from(explanation.height > 4);
        Self {
            policies,
            rule,
            first_slider: (model.synthesize.slider + 1).saturating_sub(usize::from(rows.height)),
            sliders: rows,
            count: sliders.len(),
            explanation: Rect { y: explanation.y + gap, height: explanation.height - gap, ..explanation },
            cells: Cells::of(&sliders, inner.width),
        }
    }

    /// The visible sliders' numbers and rows.
    pub fn sliders(&self) -> impl Iterator<Item = (usize, Rect)> + '_ {
        (self.first_slider..self.count).zip(self.sliders.rows())
    }
}

/// Draws the pane.
pub fn draw(model: &Model, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    if layout.controls.height < 3 {
        return;
    }
    let places = Places::of(model, layout);
    let focus = model.synthesize.focus;
    let (on_policies, on_sliders) = (focus == SynthesizePane::Policies, focus == SynthesizePane::Sliders);
    let heading = |words: String, focused| {
        Line::from(look::span(theme, if focused { Role::Title } else { Role::TextDim }, words))
    };
    let focused = on_policies || on_sliders;
    look::pane(theme, focused, (heading("Policy".into(), on_policies), Line::default()))
        .render(layout.controls, buffer);
    let policies = model.synthesizers();
    for (line, row) in policies.iter().enumerate().zip(places.policies.rows()) {
        draw_policy(model, theme, (line, row), buffer);
    }
    if places.rule.height > 0 {
        let name = policies.get(model.synthesize.policy).map_or_else(String::new, |line| line.name.to_string());
        let border = theme.style(if focused { Role::BorderFocus } else { Role::Border });
        let rule = Rect { x: layout.controls.x, width: layout.controls.width, ..places.rule };
        pane::rule(&heading(name, on_sliders), &Line::default(), (rule, border), buffer);
    }
    let sliders = model.sliders();
    for (number, row) in places.sliders() {
        if let Some(slider) = sliders.get(number) {
            let selected = number == model.synthesize.slider && on_sliders;
            slider::draw(theme, (slider, selected), (places.cells, row), buffer);
        }
    }
    if sliders.is_empty() {
        look::aside(theme, "no dataset yet", places.sliders, buffer);
    }
    explain(model, theme, places.explanation, buffer);
}

fn draw_policy(
    model: &Model,
    theme: &Theme,
    ((number, line), row): ((usize, &SynthesizerLine), Rect),
    buffer: &mut Buffer,
) {
    let order = model.recipe.synthesis.policies.iter().position(|name| *name == line.name);
    let mark = order.map_or_else(|| "[ ]".to_owned(), |place| format!("[{}]", place + 1));
    let role = if line.chosen { Role::TextStrong } else { Role::Text };
    let title = format!("{mark} {}", line.name);
    buffer.set_stringn(row.x, row.y, text::fit(&title, row.width), usize::from(row.width), theme.style(role));
    let room = row.width.saturating_sub(NAME + 1);
    let words = made(model, line).unwrap_or_else(|| line.purpose.clone());
    buffer.set_stringn(row.x + NAME, row.y, text::fit(&words, room), usize::from(room), theme.style(Role::TextDim));
    if number == model.synthesize.policy {
        buffer.set_style(row, look::selection(theme, model.synthesize.focus == SynthesizePane::Policies));
    }
}

/// How much a policy makes, once that is known.
fn made(model: &Model, line: &SynthesizerLine) -> Option<String> {
    let completion = model.synthesize.completion.value().filter(|_| line.chosen)?;
    Some(format!("makes {}", number::count(completion.plan.made_by(line.name))))
}

/// What the selected slider does, what the selected policy is for, and where it comes from; what has the keys comes first.
fn explain(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = area.width.saturating_sub(2);
    let wrap = |words: &str, role| text::wrap(words, width, theme.style(role));
    let policy = model.synthesizers().get(model.synthesize.policy).map_or_else(Vec::new, |line| {
        let mut lines = wrap(&line.purpose, Role::Text);
        lines.extend(wrap(&line.source, Role::TextDim));
        lines
    });
    let sliders = model.sliders();
    let slider = sliders.get(model.synthesize.slider);
    let slider = slider.map_or_else(Vec::new, |slider| wrap(&slider.told(), Role::Text));
    let (first, second) = match model.synthesize.focus {
        SynthesizePane::Sliders => (slider, policy),
        _ => (policy, slider),
    };
    let lines = first.into_iter().chain([Line::default()]).chain(second);
    for (row, line) in area.rows().zip(lines) {
        buffer.set_line(row.x + 1, row.y, &line, width);
    }
}
