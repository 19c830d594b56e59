//! How many colours a terminal shows, and how a theme is reduced to them.
//!
//! Invariant: `NO_COLOR` wins over everything; reducing never changes bold, underline or reverse.

use ratatui::style::{Color, Style};

use super::color;

/// The colours that a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColorSupport {
    /// None: `NO_COLOR`, or a dumb terminal.
    None,
    /// The sixteen named ones.
    Ansi16,
    /// The 256 indexed ones.
    Ansi256,
    /// All.
    TrueColor,
}

impl ColorSupport {
    /// Decides from the environment; `variable` looks one up.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let truecolor = variable("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
        let capable = ["WT_SESSION", "KITTY_WINDOW_ID", "WEZTERM_PANE"].iter().any(|name| is_set(name))
            || ["direct", "kitty", "ghostty", "alacritty", "wezterm"].iter().any(|name| term.contains(name));
        if is_set("NO_COLOR") || term == "dumb" {
            Self::None
        } else if truecolor || capable {
            Self::TrueColor
        } else if term.contains("256") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }

    /// Reduces a style's colours.
    #[must_use]
    pub fn reduce(self, mut style: Style) -> Style {
        style.fg = style.fg.and_then(|color| self.reduce_color(color));
        style.bg = style.bg.and_then(|color| self.reduce_color(color));
        style.underline_color = style.underline_color.and_then(|color| self.reduce_color(color));
        style
    }

    fn reduce_color(self, color: Color) -> Option<Color> {
        match (self, color) {
            (Self::None, _) => None,
            (Self::Ansi256, Color::Rgb(red, green, blue)) => {
                Some(Color::Indexed(color::nearest_indexed([red, green, blue])))
            }
            (Self::Ansi16, Color::Rgb(red, green, blue)) => Some(color::nearest_named([red, green, blue])),
            (Self::Ansi16, Color::Indexed(index)) => Some(color::nearest_named(color::indexed_rgb(index))),
            (_, kept) => Some(kept),
        }
    }
}
