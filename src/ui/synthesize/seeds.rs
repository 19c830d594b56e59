//! The seeds of the selected tail entity: what is made of each, and the selected one with its picture and text; after a trial, what
//! the worker made of it beside it.
//!
//! Invariant: a record that is still on its way leaves its place empty and says so; nothing waits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::trial;
use crate::app::model::{Model, Picture, Shown, SynthesizePane, Trial, TrialPicture};
use crate::config::theme::{ColorSupport, Role, Theme};
use crate::number;
use crate::plan::Seed;
use crate::recipe::SynthesisName;
use crate::ui::explore::reading::labelled;
use crate::ui::look;
use crate::ui::widget::pane::{self, Pane as Frame};
use crate::ui::widget::picture::Pixels;
use crate::ui::widget::text;

/// The least lines inside the pane at which the selected seed is shown under the list.
const WITH_SEED: u16 = 6;

/// The lines of seeds inside the pane.
pub fn rows(model: &Model, area: Rect) -> Rect {
    let inner = Frame::inner(area);
    if inner.height < WITH_SEED {
        return inner;
    }
    let listed = (model.synthesize.listed.len() as u16).clamp(1, (inner.height / 3).max(1));
    Rect { height: listed, ..inner }
}

/// Draws the pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let focused = model.synthesize.focus == SynthesizePane::Seeds;
    let seeds = model.synthesize.listed.len();
    let noun = if seeds == 1 { "seed" } else { "seeds" };
    let title = format!("{} {noun}", number::count(seeds as u64));
    look::pane(theme, focused, (title.into(), note(model, theme))).render(area, buffer);
    let list = rows(model, area);
    if seeds == 0 {
        return draw_nothing(model, theme, Frame::inner(area), buffer);
    }
    for (row, place) in list.rows().zip(model.synthesize.first_seed..) {
        let Some(seed) = model.listed_seed(place) else { break };
        let words = text::fit(&line(model, seed), row.width.saturating_sub(2));
        buffer.set_string(row.x + 1, row.y, words, theme.style(Role::Text));
        if place == model.synthesize.seed {
            buffer.set_style(row, look::selection(theme, focused));
            buffer.set_string(row.x, row.y, "▸", look::selection(theme, focused));
        }
    }
    let inner = Frame::inner(area);
    let rest = Rect { y: list.bottom() + 1, height: inner.bottom().saturating_sub(list.bottom() + 1), ..inner };
    if inner.height < WITH_SEED {
        return;
    }
    let border = theme.style(if focused { Role::BorderFocus } else { Role::Border });
    let rule = Rect { x: area.x, y: list.bottom(), width: area.width, height: 1 };
    let heading = Line::from(look::span(theme, Role::TextDim, heading(model, area.width)));
    pane::rule(&heading, &Line::default(), (rule, border), buffer);
    draw_seed(model, theme, rest, buffer);
}

/// What is made of a seed, in words.
fn line(model: &Model, seed: &Seed) -> String {
    let made = number::count(seed.makes.len() as u64);
    let what = if seed.makes.first().is_some_and(|make| make.guidance.is_some()) {
        let levels: Vec<String> =
            seed.makes.iter().filter_map(|make| make.guidance).map(|level| level.to_string()).collect();
        format!("λ {}", levels.join(" "))
    } else {
        "as it is".into()
    };
    let entry = model.loaded().and_then(|loaded| loaded.index.perspective(seed.perspective));
    let target = entry.map_or_else(String::new, |entry| entry.names.get(seed.rank as usize).into_owned());
    let itself = if seed.kept { "" } else { " · itself dropped" };
    let weight = number::measure(seed.weight);
    format!("{} #{} ×{made} {what} · weight {weight} · {target}{itself}", seed.policy, seed.instance)
}

fn note<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let entry = model.shown_tail().zip(model.selected_lack());
    let name = entry.and_then(|(tail, lack)| {
        let entry = model.loaded()?.index.perspective(tail.perspective)?;
        Some(entry.names.get(lack.rank as usize).into_owned())
    });
    look::span(theme, Role::Highlight, text::fit(&name.unwrap_or_default(), 24)).into()
}

fn heading(model: &Model, width: u16) -> String {
    let id = model.synthesize.text.ready().map_or_else(String::new, |view| view.id.clone());
    text::fit_path(&id, width.saturating_sub(6))
}

/// Why there is no seed.
fn draw_nothing(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let policies = &model.recipe.synthesis.policies;
    let words = match (model.selected_lack(), policies.is_empty()) {
        (None, _) => return,
        (Some(_), true) => "No policy is used: choose repeat or diffusion on the left; Enter uses it.",
        (Some(lack), _) if lack.after == 0 && policies == &[SynthesisName::Repeat] => {
            "Rebalancing leaves no instance of it to repeat; diffusion may begin from those that its draw dropped."
        }
        (Some(lack), _) if lack.ceiling == Some(0) => "Its ceiling is 0: nothing is made for it.",
        _ => {
            "No seed was taken for it: the budget was spent on others, ceilings stand in the way, or its instances have no picture of their own."
        }
    };
    draw_words(theme, (words, Role::TextDim), area, buffer);
}

fn draw_words(theme: &Theme, (words, role): (&str, Role), area: Rect, buffer: &mut Buffer) -> u16 {
    let lines = text::wrap(words, area.width.saturating_sub(2), theme.style(role));
    for (row, line) in area.rows().zip(&lines) {
        buffer.set_line(row.x + 1, row.y, line, row.width.saturating_sub(2));
    }
    (lines.len() as u16).min(area.height)
}

/// The picture on the left, what the trial made of it beside it, and the text.
fn draw_seed(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let screen = &model.synthesize;
    let mut area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    match &screen.trial {
        Trial::Running => {
            area = below(area, draw_words(theme, ("the worker makes a trial …", Role::Info), area, buffer));
        }
        Trial::Failed(failure) if area.height > 2 => {
            let words = format!("No trial: {}. {}", failure.cause, failure.next);
            area = below(area, draw_words(theme, (&words, Role::Warning), area, buffer));
        }
        Trial::Absent | Trial::Ready(_) | Trial::Failed(_) => {}
    }
    let colours = theme.support() != ColorSupport::None;
    if colours && let Some(picture) = screen.picture.ready() {
        let made = tried(model);
        if !made.is_empty() && trial::draw(theme, (picture, &made), area, buffer) {
            return;
        }
    }
    if colours && let Some(picture) = screen.picture.ready().filter(|_| area.height >= 3 && area.width >= 16) {
        let width = (area.height * 2 + area.height / 2).min(area.width / 2);
        draw_picture(theme, picture, Rect { width, ..area }, buffer);
        area = Rect { x: area.x + width + 1, width: area.width - width - 1, ..area };
    }
    for (row, line) in area.rows().zip(lines(model, theme, area.width)) {
        buffer.set_line(row.x, row.y, &line, row.width);
    }
}

/// What the trial made of the selected seed.
fn tried(model: &Model) -> Vec<&TrialPicture> {
    let Trial::Ready(pictures) = &model.synthesize.trial else { return Vec::new() };
    let seed = model.listed_seed(model.synthesize.seed).map(|seed| seed.instance as usize);
    pictures.iter().filter(|made| Some(made.seed) == seed).collect()
}

fn below(area: Rect, lines: u16) -> Rect {
    let taken = (lines + 1).min(area.height);
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}

pub(super) fn draw_picture(theme: &Theme, picture: &Picture, area: Rect, buffer: &mut Buffer) {
    let pixels = Pixels { width: picture.width, height: picture.height, rgba: &picture.rgba };
    pixels
        .render(area, buffer, |red, green, blue| look::pixel(theme.support(), (red, green, blue)).unwrap_or_default());
}

fn lines(model: &Model, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let dim = theme.style(Role::TextDim);
    let (view, mut lines) = match labelled(&model.synthesize.text, theme, width) {
        Ok(read) => read,
        Err(instead) => return instead,
    };
    if let Shown::Failed(reason) = &model.synthesize.picture {
        lines.extend(text::wrap(&format!("no picture: {reason}"), width, theme.style(Role::Warning)));
    } else if let Some(path) = view.images.first() {
        lines.push(Line::styled(text::fit_path(path, width), dim));
    }
    for turn in &view.turns {
        lines.extend(text::wrap(&turn.text, width, theme.style(Role::Text)));
    }
    lines
}
