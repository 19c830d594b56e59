//! What stands around every screen: the dataset's line, the tabs, the bottom line with the keys that matter now.
//!
//! Invariant: the body that is left to the screen is never overlapped.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::look;
use super::widget::text;
use crate::app::action::Action;
use crate::app::bindings::Context;
use crate::app::hit::{HitMap, Target};
use crate::app::key::Code;
use crate::app::model::{Data, JobState, Model, Overlay, Screen};
use crate::config::theme::{Role, Theme};
use crate::number;

/// The least size at which screens are drawn.
pub const LEAST: (u16, u16) = (40, 12);
/// How to reach everything that the bottom line does not name.
const WAYS_ON: &[(&str, &[Action])] = &[("palette", &[Action::OpenPalette]), ("help", &[Action::OpenHelp])];
/// The least height at which the dataset has its own line.
const WITH_HEADER: u16 = 16;

/// The rectangles around and of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shell {
    /// The dataset's line; without height where there is no room.
    pub header: Rect,
    /// The tabs.
    pub tabs: Rect,
    /// The screen.
    pub body: Rect,
    /// What has to be put right, over the bottom line; without height where nothing has.
    pub alarm: Rect,
    /// The bottom line.
    pub footer: Rect,
}

impl Shell {
    /// Divides the whole area, of which an alarm takes so many rows; `None` when it is too small for any screen.
    pub fn of(area: Rect, alarm: u16) -> Option<Self> {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return None;
        }
        let header = u16::from(area.height >= WITH_HEADER);
        let row = |offset: u16, height: u16| Rect { y: area.y + offset, height, ..area };
        Some(Self {
            header: row(0, header),
            tabs: row(header, 1),
            body: row(header + 1, area.height - header - 2 - alarm),
            alarm: row(area.height - 1 - alarm, alarm),
            footer: row(area.height - 1, 1),
        })
    }
}

/// Draws header and tabs.
pub fn draw_top(model: &Model, theme: &Theme, shell: &Shell, buffer: &mut Buffer) {
    if shell.header.height > 0 {
        draw_header(model, theme, shell.header, buffer);
    }
    for (area, screen) in tabs(shell.tabs) {
        let role = if screen == model.screen { Role::ScreenActive } else { Role::Screen };
        buffer.set_string(area.x, area.y, tab_label(screen, area.width), theme.style(role));
    }
    if tabs_leave_room(model, shell.tabs) {
        let hints = hint_line(model, theme, WAYS_ON);
        let width = hints.width() as u16 + 1;
        buffer.set_line(shell.tabs.right() - width, shell.tabs.y, &hints, width);
    }
}

/// Whether the tabs leave room for the ways to the palette and to the help beside them.
pub fn tabs_leave_room(model: &Model, row: Rect) -> bool {
    let used = tabs(row).last().map_or(0, |(area, _)| area.right());
    let width = hint_line(model, &Theme::plain(), WAYS_ON).width() as u16;
    row.right().saturating_sub(used) > width + 3
}

/// Where the top can be clicked.
pub fn regions(shell: &Shell, hits: &mut HitMap) {
    for (area, screen) in tabs(shell.tabs) {
        hits.push(super::regions::area(area), Target::Screen(screen));
    }
}

fn draw_header(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let counted = match &model.data {
        Data::Ready(loaded) => number::counted(loaded.dataset.len() as u64, "instance"),
        Data::Loading { .. } => "loading".into(),
        Data::Stopped | Data::Failed(_) => "not open".into(),
    };
    let brand = look::span(theme, Role::TextStrong, " fantail   ");
    let fixed = brand.width() as u16 + text::width(&counted) + 4;
    let room = area.width.saturating_sub(fixed);
    let mut ways = header_notes(model, theme);
    // That something is not saved is said in any case.
    let least = ways.pop().unwrap_or_default();
    let notes = ways.into_iter().find(|notes| room > notes.width() as u16 + 12).unwrap_or(least);
    let notes_width = notes.width() as u16;
    let name = text::fit_path(&model.name, room.saturating_sub(notes_width));
    let line = Line::from(vec![
        brand,
        look::span(theme, Role::Title, name),
        Span::raw("   "),
        look::span(theme, Role::TextDim, counted),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
    buffer.set_line(area.right().saturating_sub(notes_width), area.y, &notes, notes_width);
}

/// What the job does, the recipe's file, and whether that is saved, in ever fewer words.
fn header_notes(model: &Model, theme: &Theme) -> Vec<Line<'static>> {
    let job = match &model.job {
        JobState::Running(job) => Some(format!("▶ job {}   ", number::rounded_share(job.share()))),
        JobState::Paused(job) => Some(format!("Ⅱ job {}   ", number::rounded_share(job.share()))),
        JobState::Cancelling(_) => Some("job stopping …   ".to_owned()),
        _ => None,
    };
    let job = job.map(|words| look::span(theme, Role::BarDone, words));
    let file = model.history.path.file_name().map_or_else(String::new, |name| name.display().to_string());
    let file = look::span(theme, Role::TextDim, text::fit(&file, 24));
    let (sign, least) = if model.unsaved() { (" ● unsaved ", " ● ") } else { (" ", "") };
    let [sign, least] = [sign, least].map(|sign| look::span(theme, Role::Warning, sign));
    let told = |file: Option<Span<'static>>, sign: &Span<'static>| {
        job.iter().cloned().chain(file).chain([sign.clone()]).collect::<Line<'static>>()
    };
    vec![told(Some(file), &sign), told(None, &sign), sign.clone().into(), least.into()]
}

/// The tabs' areas; at little width only their numbers and first letters.
fn tabs(row: Rect) -> Vec<(Rect, Screen)> {
    let whole: u16 = Screen::ALL.iter().map(|screen| text::width(screen.title()) + 5).sum();
    let gap = u16::from(whole < row.width);
    let mut left = row.x;
    Screen::ALL
        .into_iter()
        .map(|screen| {
            let full = text::width(screen.title()) + 4;
            let width = if whole < row.width + 6 { full } else { row.width / Screen::ALL.len() as u16 };
            let area = Rect { x: left, width: width.min(row.right().saturating_sub(left)), ..row };
            left += area.width + gap;
            (area, screen)
        })
        .collect()
}

fn tab_label(screen: Screen, width: u16) -> String {
    let number = Screen::ALL.iter().position(|&other| other == screen).map_or(0, |place| place + 1);
    let full = format!(" {number} {} ", screen.title());
    if text::width(&full) <= width {
        return full;
    }
    format!(" {} ", text::fit(&format!("{number} {}", screen.title()), width.saturating_sub(2)))
}

/// The key that a hint shows for an action: Escape for going back where it does, else the first; where letters are typed, none
/// of those.
pub fn hint_key(model: &Model, contexts: &[Context], action: Action) -> Option<String> {
    let mut keys = model.bindings.hint(contexts, action);
    if matches!(model.overlay, Some(Overlay::Palette { .. })) {
        keys.retain(|key| !matches!(key.code, Code::Char(_)));
    }
    let escape = keys.iter().find(|key| key.code == Code::Esc && action == Action::Back);
    escape.or(keys.first()).map(ToString::to_string)
}

/// Keys and what they do, for as many as given: `j k move  m chart`.
pub fn hint_line(model: &Model, theme: &Theme, hints: &[(&str, &[Action])]) -> Line<'static> {
    let contexts = model.contexts();
    let mut spans = Vec::new();
    for (label, actions) in hints {
        let keys: Vec<String> = actions.iter().filter_map(|&action| hint_key(model, &contexts, action)).collect();
        if keys.is_empty() {
            continue;
        }
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(look::span(theme, Role::Key, keys.join(" ")));
        spans.push(look::span(theme, Role::KeyAction, format!(" {label}")));
    }
    Line::from(spans)
}
