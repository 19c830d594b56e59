//! The policies and the sliders of the chosen one's parameters.
//!
//! Invariant: the selected policy, the selected slider, and a threshold in both of its forms are always in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::layout::Layout;
use super::{overrides, unseen};
use crate::app::model::{Model, PolicyLine, RebalancePane};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::policy::Parameter;
use crate::ui::look;
use crate::ui::slider::{self, Cells};
use crate::ui::widget::pane::{self, Pane as Frame};
use crate::ui::widget::text;

/// Cells for a policy's name.
const NAME: u16 = 17;
/// The most lines under the sliders that explain what is selected.
const EXPLANATION: u16 = 12;

/// Where the lists of the controls are.
pub struct Places {
    /// The lines of policies.
    pub policies: Rect,
    /// The first visible policy.
    pub first_policy: usize,
    /// The rule between policies and sliders.
    rule: Rect,
    /// The lines of sliders.
    slider_rows: Rect,
    first_slider: usize,
    sliders: usize,
    /// Cells for the names and for the values of sliders.
    cells: Cells,
    /// The explanation.
    explanation: Rect,
}

impl Places {
    /// Divides the controls' pane.
    pub fn of(model: &Model, layout: &Layout) -> Self {
        let inner = Frame::inner(layout.controls);
        let (policies, sliders) = (model.policies().len() as u16, model.sliders().len() as u16);
        let nothing = Rect { height: 0, ..inner };
        let on_policies = model.rebalance.focus == RebalancePane::Policies;
        let (policies, rule, slider_rows, explanation) = if layout.folded {
            if on_policies { (inner, nothing, nothing, nothing) } else { (nothing, nothing, inner, nothing) }
        } else {
            let [policies, rule, sliders, explanation] = stacked(inner, (policies, sliders));
            (policies, rule, sliders, explanation)
        };
        Self {
            first_policy: first_visible(model.rebalance.policy, policies.height),
            first_slider: first_visible(model.rebalance.slider, slider_rows.height),
            sliders: model.sliders().len(),
            cells: Cells::of(&model.sliders(), inner.width),
            policies,
            rule,
            slider_rows,
            explanation,
        }
    }

    /// The visible sliders' numbers and rows.
    pub fn sliders(&self) -> impl Iterator<Item = (usize, Rect)> + '_ {
        (self.first_slider..self.sliders).zip(self.slider_rows.rows())
    }

    /// A slider's track within its row.
    pub fn track(&self, row: Rect) -> Rect {
        self.cells.track(row)
    }
}

/// Policies, rule, sliders and explanation from top to bottom; the policies' list shrinks first.
fn stacked(inner: Rect, (policies, sliders): (u16, u16)) -> [Rect; 4] {
    let shown_sliders = sliders.clamp(1, inner.height.saturating_sub(4).max(1));
    let shown_policies = policies.min(inner.height.saturating_sub(shown_sliders + 1));
    let mut y = inner.y;
    let mut take = |height: u16| {
        let taken = Rect { y, height: height.min(inner.bottom() - y), ..inner };
        y = taken.bottom();
        taken
    };
    let (policies, rule, sliders) = (take(shown_policies), take(1), take(shown_sliders));
    let rest = take(inner.height);
    let explanation = if rest.height >= 3 { Rect { y: rest.y + 1, height: rest.height - 1, ..rest } } else { rest };
    [policies, rule, sliders, Rect { height: explanation.height.min(EXPLANATION), ..explanation }]
}

fn first_visible(cursor: usize, height: u16) -> usize {
    (cursor + 1).saturating_sub(usize::from(height))
}

/// Draws the pane.
pub fn draw(model: &Model, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let places = Places::of(model, layout);
    let on_policies = model.rebalance.focus == RebalancePane::Policies;
    let policies = model.policies();
    let chosen = policies.iter().find(|line| line.name == model.recipe.rebalance.policy);
    let title = match (layout.folded, on_policies, chosen) {
        (true, false, Some(chosen)) => format!("Policy · {}", chosen.title),
        _ => "Policy".into(),
    };
    let heading = |words: String, focused| {
        Line::from(look::span(theme, if focused { Role::Title } else { Role::TextDim }, words))
    };
    let (title, note) = named(model, theme, title, layout);
    look::pane(theme, true, (heading(title, on_policies || layout.folded), note)).render(layout.controls, buffer);
    for (line, row) in policies.iter().enumerate().skip(places.first_policy).zip(places.policies.rows()) {
        draw_policy(model, theme, (line, row), buffer);
    }
    if places.rule.height > 0 {
        let rule = Rect { x: layout.controls.x, width: layout.controls.width, ..places.rule };
        let (title, note) = titles(model, chosen.map_or_else(String::new, |line| line.title.clone()), rule.width);
        let note = look::span(theme, Role::TextStrong, note).into();
        pane::rule(&heading(title, !on_policies), &note, (rule, theme.style(Role::BorderFocus)), buffer);
    }
    let mut sliders = model.sliders();
    unseen::label(model, &mut sliders, places.cells.label());
    for (number, row) in places.sliders() {
        if let Some(slider) = sliders.get(number) {
            let selected = number == model.rebalance.slider && !on_policies;
            slider::draw(theme, (slider, selected), (places.cells, row), buffer);
        }
    }
    if sliders.is_empty() && places.slider_rows.height > 0 {
        let words = if model.loaded().is_some() { "this policy has nothing to set" } else { "no dataset yet" };
        let row = places.slider_rows;
        look::aside(theme, words, row, buffer);
    }
    explain(model, theme, places.explanation, buffer);
}

/// The title of the pane, and its note: how many overrides there are, and where the pane shows one list, what stands over the sliders.
fn named(model: &Model, theme: &Theme, title: String, layout: &Layout) -> (String, Line<'static>) {
    let width = layout.controls.width;
    let (title, tail) = if layout.folded { titles(model, title, width) } else { (title, String::new()) };
    let mut told = overrides::note(model);
    let between = if tail.is_empty() || told.is_empty() { "" } else { " · " };
    // The corners, and a space on each side of title and note.
    let taken = [&title, &tail, between].map(text::width).into_iter().sum::<u16>() + 6;
    if !tail.is_empty() && taken + text::width(&told) > width {
        told.clear();
    }
    let tail = if told.is_empty() { tail } else { tail + between };
    (title, Line::from(vec![look::span(theme, Role::TextStrong, tail), look::span(theme, Role::Warning, told)]))
}

fn draw_policy(model: &Model, theme: &Theme, ((number, line), row): ((usize, &PolicyLine), Rect), buffer: &mut Buffer) {
    let chosen = line.name == model.recipe.rebalance.policy;
    let on_policies = model.rebalance.focus == RebalancePane::Policies;
    // The arrow stands where the keys act.
    let mark = match (chosen, on_policies) {
        (true, true) => "▸",
        (true, false) => "•",
        (false, _) => " ",
    };
    let title = format!("{mark}{} ", text::left(&line.title, NAME.min(row.width.saturating_sub(1))));
    let role = if chosen { Role::TextStrong } else { Role::Text };
    buffer.set_stringn(row.x, row.y, &title, usize::from(row.width), theme.style(role));
    let room = row.width.saturating_sub(NAME + 2);
    // The whole of both stands under the lists for the selected policy.
    let words = if room > 36 { line.purpose.as_str() } else { short_source(&line.source, room) };
    let words = text::fit(words, room);
    buffer.set_stringn(row.x + NAME + 2, row.y, words, usize::from(room), theme.style(Role::TextDim));
    if number == model.rebalance.policy {
        buffer.set_style(row, look::selection(theme, on_policies));
    }
}

/// The first part of a source that fits whole, such as its authors or its venue.
fn short_source(source: &str, room: u16) -> &str {
    let mut parts = source.split([',', ';']).map(str::trim).filter(|part| !part.starts_with("arXiv"));
    let first = parts.clone().next().unwrap_or_default();
    if room < 9 { "" } else { parts.find(|part| text::width(part) <= room).unwrap_or(first) }
}

/// A title over sliders and beside it the threshold in both forms, as much of it as there is room for; the title yields.
fn titles(model: &Model, title: String, width: u16) -> (String, String) {
    let ways = threshold(model).unwrap_or_default();
    let fits = |way: &&String| pane::titles_fit(text::width(&title), text::width(way), width);
    match ways.iter().find(fits).or(ways.last()) {
        None => (title, String::new()),
        Some(way) => (text::fit(&title, width.saturating_sub(text::width(way) + 7)), way.clone()),
    }
}

/// The threshold of the selected slider, else of the perspective that is shown: its count and what it leaves to the tail, in ever
/// fewer words.
fn threshold(model: &Model) -> Option<Vec<String>> {
    let sliders = model.sliders();
    let selected = sliders.get(model.rebalance.slider).and_then(|slider| slider.perspective);
    let entry = model.loaded()?.index.perspective(selected.unwrap_or(model.perspective))?;
    let split = model.recipe.split(entry);
    let (count, share) = (number::count(u64::from(split.threshold)), number::share(split.tail_occurrence_share));
    let whole = format!("{} τ {count} · tail {share}", entry.perspective);
    let named = format!("{} τ {count} · {share}", entry.perspective);
    Some(vec![whole, named, format!("τ {count} · tail {share}"), format!("τ {count} · {share}")])
}

/// What the selected policy is for and where it comes from, and what the selected parameter does; what has the keys comes first.
fn explain(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = area.width.saturating_sub(2);
    let wrap = |words: &str, role| text::wrap(words, width, theme.style(role));
    let about_policy = model.policies().get(model.rebalance.policy).map_or_else(Vec::new, |policy| {
        let mut lines = wrap(&policy.purpose, Role::Text);
        lines.extend(wrap(&policy.source, Role::TextDim));
        lines
    });
    let parameters = model.parameters();
    let parameter = parameters.get(model.rebalance.slider);
    let about_slider = model.sliders().get(model.rebalance.slider).map_or_else(Vec::new, |slider| {
        let mut lines = Vec::new();
        if parameter == Some(&Parameter::NoEntity) {
            lines.extend(unseen::told(model).iter().flat_map(|words| wrap(words, Role::TextStrong)));
        }
        lines.extend(wrap(&slider.told(), Role::Text));
        lines
    });
    let (first, second) = match model.rebalance.focus {
        RebalancePane::Policies => (about_policy, about_slider),
        RebalancePane::Sliders => (about_slider, about_policy),
    };
    // What does nothing is said where it is set, before all else.
    let advice = super::chart::preview(model).and_then(|preview| preview.advice.first());
    let advice = advice.map_or_else(Vec::new, |advice| wrap(&format!("⚠ {}", advice.message), Role::Warning));
    let lines = advice.into_iter().chain(first).chain([Line::default()]).chain(second);
    for (row, line) in area.rows().zip(lines) {
        buffer.set_line(row.x + 1, row.y, &line, width);
    }
}
