//! Styles of widgets, from the roles of a theme.
//!
//! Invariant: nothing here knows a colour; a theme says them all.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

use super::widget::distribution::ChartStyle;
use super::widget::pane::Pane;
use crate::app::model::Level;
use crate::config::theme::{ColorSupport, Role, Theme};

/// The styles of a distribution's chart.
pub fn chart(theme: &Theme) -> ChartStyle {
    ChartStyle {
        head: theme.style(Role::ChartHead),
        tail: theme.style(Role::ChartTail),
        plain: theme.style(Role::Chart),
        before: theme.style(Role::ChartBefore),
        synthetic: theme.style(Role::ChartSynthetic),
        label: theme.style(Role::ChartAxis),
        gini: theme.style(Role::ChartAxis),
        threshold: theme.style(Role::ChartThreshold),
        marker: theme.style(Role::ChartSelected),
    }
}

/// A pane's frame with titles, as it looks with or without the keys.
pub fn pane<'a>(theme: &Theme, focused: bool, (title, note): (Line<'a>, Line<'a>)) -> Pane<'a> {
    let border = theme.style(if focused { Role::BorderFocus } else { Role::Border });
    Pane { title: title.style(theme.style(Role::Title)), note, border, focused }
}

/// The selected line of a list, with or without the keys.
pub fn selection(theme: &Theme, focused: bool) -> Style {
    theme.style(if focused { Role::Selection } else { Role::SelectionIdle })
}

/// A message's sign and style.
pub fn level(theme: &Theme, level: Level) -> (&'static str, Style) {
    match level {
        Level::Info => ("•", theme.style(Role::Info)),
        Level::Good => ("✓", theme.style(Role::Good)),
        Level::Warning => ("⚠", theme.style(Role::Warning)),
        Level::Error => ("✗", theme.style(Role::Error)),
    }
}

/// What the terminal can show of a picture's colour; `None` without colours.
pub fn pixel(support: ColorSupport, (red, green, blue): (u8, u8, u8)) -> Option<Color> {
    support.reduce(Style::new().fg(Color::Rgb(red, green, blue))).fg
}

/// A piece of text in a role.
pub fn span<'a>(theme: &Theme, role: Role, text: impl Into<std::borrow::Cow<'a, str>>) -> Span<'a> {
    Span::styled(text, theme.style(role))
}

/// Words that stand back, one column in, on the first line of `area`.
pub fn aside(theme: &Theme, words: &str, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width.saturating_sub(1));
    buffer.set_stringn(area.x + 1, area.y, words, room, theme.style(Role::TextDim));
}
