//! The Export screen: which manifests are written, where, and what each will hold.
//!
//! Invariant: a figure that is not known is a dash; expected rows are told as such.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::regions::area as hit_area;
use super::widget::pane::Pane as Frame;
use super::widget::text;
use super::{look, run, shell};
use crate::app::action::Action;
use crate::app::hit::{HitMap, Target};
use crate::app::model::{ExportLine, JobKind, JobState, Model, Reckoning};
use crate::config::theme::{Role, Theme};
use crate::manifest;
use crate::number;
use crate::recipe::ManifestFormat;

/// Lines that a format takes where there is room: its name, its path, what it is for.
const MOST_LINES: u16 = 3;
/// Lines below the formats that are kept for what will be written.
const SUMMARY: u16 = 6;

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let lines = model.export_lines();
    let (top, bottom) = split(area, lines.len());
    let folder = model.export.folder.display().to_string();
    let folder = if folder.is_empty() { ".".to_owned() } else { folder };
    let note =
        shell::hint_line(model, theme, &[("folder", &[Action::EditOutput]), ("choose", &[Action::ToggleFormat])]);
    let title = format!("Write to {}", text::fit_path(&folder, area.width / 2));
    look::pane(theme, true, (title.into(), note)).render(top, buffer);
    for (number, row) in places(area, lines.len()) {
        if let Some(line) = lines.get(number) {
            draw_format(model, theme, ((number, line), row), buffer);
        }
    }
    draw_summary(model, theme, bottom, buffer);
}

/// Where things are.
pub fn regions(model: &Model, area: Rect, hits: &mut HitMap) {
    let formats = model.export_lines().len();
    for (number, row) in places(area, formats) {
        hits.push(hit_area(row), Target::ExportLine(number));
    }
}

/// As many lines as every format can have.
fn lines_each(area: Rect, formats: usize) -> u16 {
    (area.height.saturating_sub(SUMMARY + 2) / formats.max(1) as u16).clamp(1, MOST_LINES)
}

fn split(area: Rect, formats: usize) -> (Rect, Rect) {
    let wanted = formats as u16 * lines_each(area, formats) + 2;
    let height = wanted.min(area.height.saturating_sub(SUMMARY)).max(area.height.min(formats as u16 + 2));
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

fn places(area: Rect, formats: usize) -> Vec<(usize, Rect)> {
    let inner = Frame::inner(split(area, formats).0);
    let each = lines_each(area, formats);
    (0..formats)
        .map(|number| {
            let y = (inner.y + number as u16 * each).min(inner.bottom());
            (number, Rect { y, height: each.min(inner.bottom() - y), ..inner })
        })
        .filter(|(_, row)| row.height > 0)
        .collect()
}

fn draw_format(
    model: &Model,
    theme: &Theme,
    ((number, line), area): ((usize, &ExportLine), Rect),
    buffer: &mut Buffer,
) {
    let mark = if line.chosen { "[x]" } else { "[ ]" };
    let rows =
        line.rows.map_or_else(|| "— rows".into(), |rows| format!("≈ {}", number::counted(rows.round() as u64, "row")));
    let bytes = line.bytes.map_or_else(String::new, |bytes| format!(" · {}", number::bytes(bytes)));
    let figures = format!("{rows}{bytes}");
    let room = area.width.saturating_sub(text::width(&figures) + 3);
    let role = if line.chosen { Role::TextStrong } else { Role::Text };
    let title = text::left(&format!("{mark} {}", line.title), room);
    buffer.set_stringn(area.x + 1, area.y, title, usize::from(room), theme.style(role));
    let start = area.right().saturating_sub(text::width(&figures) + 1);
    buffer.set_stringn(start, area.y, &figures, usize::from(area.width), theme.style(Role::Text));
    let path = text::fit_path(&path(model, line.format), area.width.saturating_sub(6));
    for (row, words) in area.rows().skip(1).zip([path, line.purpose.to_owned()]) {
        let words = text::fit(&words, row.width.saturating_sub(6));
        buffer.set_stringn(row.x + 5, row.y, words, usize::from(row.width), theme.style(Role::TextDim));
    }
    if number == model.export.cursor {
        buffer.set_style(Rect { height: 1, ..area }, look::selection(theme, true));
    }
}

/// The file or folder that a format is written to; of several, the first.
fn path(model: &Model, format: ManifestFormat) -> String {
    let names = model.loaded().map(|loaded| manifest::names(&loaded.dataset, format)).unwrap_or_default();
    let others = names.len().saturating_sub(1);
    let more = if others > 0 { format!(" and {} more", number::count(others as u64)) } else { String::new() };
    names.first().map_or_else(String::new, |name| format!("{}{more}", model.export.folder.join(name).display()))
}

fn draw_summary(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let (title, lines) = summary(model, theme, area.width.saturating_sub(4));
    let area = Rect { height: area.height.min(lines.len() as u16 + 2), ..area };
    look::pane(theme, false, (title, Line::default())).render(area, buffer);
    let inner = Frame::inner(area);
    for (row, line) in inner.rows().zip(&lines) {
        buffer.set_line(row.x + 1, row.y, line, row.width.saturating_sub(2));
    }
}

/// The job, where it is the one that writes what is shown here: an ended one is of the past once anything else is to be written.
fn job(model: &Model) -> &JobState {
    let job = model.job.job().filter(|job| job.kind == JobKind::Write);
    let shown = job.is_some_and(|job| model.job.active() || job.writes(&model.recipe, &model.export.folder));
    if shown { &model.job } else { &JobState::Absent }
}

/// What was written and how to do it again, or what writing will do.
fn summary(model: &Model, theme: &Theme, width: u16) -> (Line<'static>, Vec<Line<'static>>) {
    let plain = |words: &str| text::wrap(words, width, theme.style(Role::Text));
    match job(model) {
        JobState::Finished { summary, command, .. } => {
            let lines = run::written(theme, (summary, command), width);
            (Line::styled("✓ Written", theme.style(Role::Good)), lines)
        }
        JobState::Failed { cause, next, .. } => {
            let mut lines = text::wrap(cause, width, theme.style(Role::Error));
            lines.extend(text::wrap(next, width, theme.style(Role::TextStrong)));
            (Line::styled("✗ Not written", theme.style(Role::Error)), lines)
        }
        JobState::Running(_) | JobState::Paused(_) | JobState::Cancelling(_) => {
            let mut lines = plain("Writing in the background; every screen stays usable.");
            lines.push(Line::default());
            lines.push(shell::hint_line(model, theme, &[("see the job", &[Action::ShowRun])]));
            (Line::styled("▶ Writing", theme.style(Role::BarDone)), lines)
        }
        JobState::Absent | JobState::Cancelled(_) => {
            let mut lines = plain(&plan(model));
            lines.push(Line::default());
            let words = "Kept records are written byte for byte, to a temporary name that is renamed when whole. \
                         calibration.json beside them says how they came to be: recipe, seed, dataset fingerprint, \
                         measures before and after, what was set aside.";
            lines.extend(text::wrap(words, width, theme.style(Role::TextDim)));
            lines.push(Line::default());
            lines.push(shell::hint_line(
                model,
                theme,
                &[("write", &[Action::Enter]), ("save the recipe", &[Action::SaveRecipe])],
            ));
            ("What will be written".into(), lines)
        }
    }
}

fn plan(model: &Model) -> String {
    let policy = model.recipe.rebalance.policy.key().replace('_', " ");
    match model.rebalance.preview.value() {
        Some(preview) => {
            let volume = &preview.instances;
            let (kept, after) = (volume.kept.round() as u64, volume.after.round() as u64);
            let (kept_words, before) = (number::count(kept), number::count(volume.before));
            let change = number::relative_change(volume.before as f64, volume.kept.round());
            let repeats = if after > kept { format!(", {} with repeats", number::count(after)) } else { String::new() };
            let (instances, are) = if volume.before == 1 { ("instance", "is") } else { ("instances", "are") };
            let made = made(model);
            format!("{policy}: about {kept_words} of {before} {instances} {are} kept ({change}){repeats}{made}.")
        }
        None if model.loaded().is_some() => format!("{policy}: the plan is being reckoned."),
        None => "There is no dataset yet.".into(),
    }
}

/// What is made for the tail, in words.
fn made(model: &Model) -> String {
    match model.synthesize.completion {
        _ if !model.recipe.synthesis.is_on() => String::new(),
        Reckoning::Pending(_) => "; what is made for the tail is being planned".into(),
        Reckoning::Exact(_) => format!("; {} made for the tail", number::counted(model.volume().made, "instance")),
        _ => String::new(),
    }
}
