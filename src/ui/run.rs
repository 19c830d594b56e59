//! The Run screen: the background job's steps, pace and log.
//!
//! Invariant: how the job ended is said once, with its cause and the next step where it failed.

mod samples;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::widget::pane::Pane as Frame;
use super::widget::{bar, text};
use super::{explore, look, shell};
use crate::app::action::Action;
use crate::app::hit::HitMap;
use crate::app::model::{Job, JobKind, JobState, JobStep, Model};
use crate::config::theme::{Role, Theme};
use crate::number;

/// Cells for a step's name.
const NAME: u16 = 14;

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(job) = model.job.job() else { return draw_absent(model, theme, area, buffer) };
    let ending = ending(&model.job, theme, area.width.saturating_sub(4));
    let facts = facts(job, theme, area.width.saturating_sub(4));
    let steps = job.steps.len() as u16 * 2 + 2 + (facts.len() + ending.len()) as u16;
    // What a job that has ended leaves to say is worth more than its log.
    let most = if model.job.active() { area.height * 2 / 3 } else { area.height };
    let (top, log) = split(area, steps.min(most));
    let note = Line::styled(bar::duration(job.elapsed), theme.style(Role::TextDim));
    look::pane(theme, true, (state(&model.job, theme), note)).render(top, buffer);
    let inner = Frame::inner(top);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut rows = inner.rows();
    for (number, step) in job.steps.iter().enumerate() {
        let Some(row) = rows.next() else { return };
        draw_step(theme, (step, row), buffer);
        if let Some(row) = rows.next() {
            let pace = pace(&model.job, job, number);
            let indent = if row.width >= NAME + text::width(&pace) { NAME } else { 2 };
            let room = usize::from(row.width.saturating_sub(indent));
            buffer.set_stringn(row.x + indent, row.y, pace, room, theme.style(Role::TextDim));
        }
    }
    for (row, line) in rows.zip(facts.iter().chain(&ending)) {
        buffer.set_line(row.x, row.y, line, row.width);
    }
    let (pane, log) = samples::split(job, log);
    if let Some(pane) = pane {
        samples::draw(job, theme, pane, buffer);
    }
    draw_log(model, theme, (job, log), buffer);
}

/// Where things are.
pub fn regions(_model: &Model, _area: Rect, _hits: &mut HitMap) {}

fn split(area: Rect, height: u16) -> (Rect, Rect) {
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

fn state(job: &JobState, theme: &Theme) -> Line<'static> {
    let (words, role) = match job {
        JobState::Absent => ("Job", Role::Title),
        JobState::Running(_) => ("▶ Job running", Role::BarDone),
        JobState::Paused(_) => ("Ⅱ Job paused", Role::Warning),
        JobState::Cancelling(_) => ("Job stopping …", Role::Warning),
        JobState::Finished { .. } => ("✓ Job finished", Role::Good),
        JobState::Cancelled(_) => ("Job cancelled", Role::Warning),
        JobState::Failed { .. } => ("✗ Job failed", Role::Error),
    };
    Line::styled(words, theme.style(role))
}

fn draw_step(theme: &Theme, (step, row): (&JobStep, Rect), buffer: &mut Buffer) {
    let finished = step.total > 0 && step.done >= step.total;
    let mark = if finished { "✓" } else { " " };
    let name = text::left(&format!("{mark} {}", step.name), NAME);
    buffer.set_stringn(row.x, row.y, name, usize::from(row.width), theme.style(Role::Text));
    let track = Rect { x: row.x + NAME, width: row.width.saturating_sub(NAME + 8), ..row };
    let share = if step.total > 0 { step.done as f64 / step.total as f64 } else { 0.0 };
    explore::draw_bar(theme, track, share, buffer);
    if step.total > 0 {
        let percent = text::right(&number::rounded_share(share.min(1.0)), 7);
        buffer.set_stringn(track.right() + 1, row.y, percent, 7, theme.style(Role::TextStrong));
    }
}

/// What is known of a step's amount and, of the current one, of its pace.
fn pace(state: &JobState, job: &Job, number: usize) -> String {
    let Some(step) = job.steps.get(number) else { return String::new() };
    if step.done == 0 {
        return if state.active() { "waiting".into() } else { String::new() };
    }
    let done = number::count(step.done);
    let words = if step.total > 0 { format!("{done} of {}", number::count(step.total)) } else { done };
    let words = format!("{words}{}", unit(job, &step.name));
    let current = step.done < step.total || step.total == 0;
    let running = matches!(state, JobState::Running(_));
    let pace = if current && running { bar::pace((0, 0), job.rate, job.remaining) } else { String::new() };
    if pace.is_empty() { words } else { format!("{words} · {pace}") }
}

/// What a step counts, where the worker does it.
fn unit(job: &Job, step: &str) -> &'static str {
    match step {
        "training" => " steps",
        "sampling" => " images",
        "reading" if job.device.is_some() => " images",
        _ => "",
    }
}

/// What is known beside the steps: the device and its memory, the loss so far.
fn facts(job: &Job, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(device) = &job.device {
        let memory =
            job.memory.map(|(used, total)| format!(" · {} of {} in use", number::bytes(used), number::bytes(total)));
        let words = format!("{}{device}{}", text::left("  device", NAME), memory.unwrap_or_default());
        lines.push(Line::styled(text::fit(&words, width), theme.style(Role::TextDim)));
    }
    if let Some(last) = job.loss.last {
        let figure = if last.is_finite() { format!("{last:<8.4}") } else { "not a number ".to_owned() };
        let name = format!("{}{figure}", text::left("  loss", NAME));
        let room = usize::from(width.saturating_sub(text::width(&name)));
        let curve = bar::sparkline(&thinned(&job.loss.points, room));
        let role = if last.is_finite() { Role::TextStrong } else { Role::Error };
        lines.push(Line::from(vec![look::span(theme, role, name), look::span(theme, Role::BarDone, curve)]));
    }
    lines
}

/// A curve over so many columns, each the mean of its part.
fn thinned(points: &[f64], columns: usize) -> Vec<f64> {
    let each = points.len().div_ceil(columns.max(1)).max(1);
    points.chunks(each).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect()
}

/// What is said of a job that has ended.
fn ending(job: &JobState, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    match job {
        JobState::Finished { summary, command, .. } => {
            let mut lines: Vec<Line<'static>> = vec![Line::default()];
            lines.extend(written(theme, (summary, command), width));
            lines
        }
        JobState::Failed { cause, next, .. } => {
            let mut lines = vec![Line::default()];
            lines.extend(text::wrap(cause, width, theme.style(Role::Error)));
            lines.extend(text::wrap(next, width, theme.style(Role::TextStrong)));
            lines
        }
        JobState::Cancelled(job) => {
            let words = match job.kind {
                JobKind::Write => {
                    "What was finished waits in the target folder, under no final name; started again, the job goes on from there."
                }
                JobKind::Train => {
                    "Started again, the training goes on from its last checkpoint, if one was written; the log says so."
                }
            };
            let mut lines = vec![Line::default()];
            lines.extend(text::wrap(words, width, theme.style(Role::TextDim)));
            lines
        }
        JobState::Absent | JobState::Running(_) | JobState::Paused(_) | JobState::Cancelling(_) => Vec::new(),
    }
}

/// What was written: how much, the command that does it again, and, where there is room, each file.
pub(super) fn written(theme: &Theme, (summary, command): (&[String], &str), width: u16) -> Vec<Line<'static>> {
    let told = |words: &String| text::wrap(words, width, theme.style(Role::Text));
    let (first, files) = summary.split_at(summary.len().min(1));
    let mut lines: Vec<Line<'static>> = first.iter().flat_map(told).collect();
    if !command.is_empty() {
        lines.push(Line::styled("The same without the terminal UI:", theme.style(Role::TextDim)));
        lines.extend(text::wrap(command, width, theme.style(Role::TextStrong)));
    }
    lines.extend(files.iter().flat_map(told));
    lines
}

fn draw_log(model: &Model, theme: &Theme, (job, area): (&Job, Rect), buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    let note = if model.log_scroll > 0 { format!("{} newer ↓", model.log_scroll) } else { String::new() };
    let note = Line::styled(note, theme.style(Role::TextDim));
    look::pane(theme, false, ("Log".into(), note)).render(area, buffer);
    let inner = Frame::inner(area);
    let shown = usize::from(inner.height);
    let last = job.log.len().saturating_sub(model.log_scroll);
    let first = last.saturating_sub(shown);
    for (row, line) in inner.rows().zip(job.log.range(first..last)) {
        let line = text::fit(line, row.width.saturating_sub(2));
        buffer.set_stringn(
            row.x + 1,
            row.y,
            line,
            usize::from(row.width.saturating_sub(1)),
            theme.style(Role::TextDim),
        );
    }
}

fn draw_absent(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = area.width.min(76);
    let words = "No job has been started. A job writes the chosen manifests, or trains the diffusion model on this dataset's images in \
                 the worker, a process of its own; every other screen stays usable while it runs, and it can be cancelled at any \
                 time.";
    let mut lines = vec![Line::default()];
    lines.extend(text::wrap(words, width.saturating_sub(4), theme.style(Role::Text)));
    lines.push(Line::default());
    lines.push(shell::hint_line(
        model,
        theme,
        &[
            ("choose what to write", &[Action::ShowExport]),
            ("write now", &[Action::StartJob]),
            ("train", &[Action::TrainModel]),
        ],
    ));
    let height = (lines.len() as u16 + 3).min(area.height);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 4, width, height };
    look::pane(theme, false, ("Job".into(), Line::default())).render(place, buffer);
    let inner = Frame::inner(place);
    for (row, line) in inner.rows().zip(&lines) {
        buffer.set_line(row.x + 1, row.y, line, row.width.saturating_sub(2));
    }
}
