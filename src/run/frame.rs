//! Draws frames: the terminal's buffer and the theme.
//!
//! Invariant: a frame is shown as a whole or not at all, where the terminal can do that.

use std::io::{BufWriter, Stdout, stdout};
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::terminal;
use crate::app::hit::HitMap;
use crate::app::model::Model;
use crate::config::theme::{ColorSupport, Theme, Themes, is_light_by};
use crate::ui;

/// How long the terminal may take to say what its ground is.
const PATIENCE: Duration = Duration::from_millis(200);

/// The terminal as something to draw on.
pub(super) struct Painter {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    themes: Themes,
    theme: Theme,
}

impl Painter {
    /// Takes the terminal over, with a theme, and returns what is wrong with the theme.
    pub(super) fn open(themes: Themes, theme: &str) -> Result<(Self, Vec<String>)> {
        let (theme, warnings) = themes.load(theme);
        terminal::take().wrap_err("this terminal cannot be used")?;
        let out = BufWriter::with_capacity(64 << 10, stdout());
        match Terminal::new(CrosstermBackend::new(out)) {
            Ok(terminal) => Ok((Self { terminal, themes, theme }, warnings)),
            Err(cause) => {
                terminal::restore();
                Err(cause).wrap_err("this terminal cannot be used")
            }
        }
    }

    /// Draws the model and says where things are.
    pub(super) fn draw(&mut self, model: &Model) -> std::io::Result<HitMap> {
        let theme = &self.theme;
        let mut area = Rect::ZERO;
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            area = frame.area();
            ui::view(frame, model, theme);
        })?;
        crossterm::execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Ok(ui::regions(model, area))
    }

    /// The terminal's size: columns, rows.
    pub(super) fn size(&self) -> std::io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Forgets what is on the screen, so that the next frame draws all of it.
    pub(super) fn clear(&mut self) -> std::io::Result<()> {
        // Its own `clear` would ask the terminal for the cursor and wait for an answer that the input thread gets.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Takes the terminal over again.
    pub(super) fn reopen(&mut self) -> std::io::Result<()> {
        terminal::take()?;
        self.clear()
    }

    /// Shows a theme, and returns what is wrong with it.
    pub(super) fn show(&mut self, name: &str) -> Vec<String> {
        let (theme, warnings) = self.themes.load(name);
        self.theme = theme;
        warnings
    }

    /// Where themes come from.
    pub(super) const fn themes(&self) -> &Themes {
        &self.themes
    }

    /// Asks the terminal whether its ground is light; without an answer `COLORFGBG` tells, and without that it is dark. Must not be
    /// called while input is read.
    pub(super) fn is_light(&self) -> bool {
        if self.theme.support() == ColorSupport::None {
            return false;
        }
        let mut options = terminal_colorsaurus::QueryOptions::default();
        options.timeout = PATIENCE;
        match terminal_colorsaurus::theme_mode(options) {
            Ok(mode) => mode == terminal_colorsaurus::ThemeMode::Light,
            Err(_) => std::env::var("COLORFGBG").ok().and_then(|told| is_light_by(&told)).unwrap_or(false),
        }
    }
}
