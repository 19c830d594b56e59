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
use ratatui::layout::{Position, Rect};

use super::graphics::{Graphics, Protocol};
use super::terminal;
use crate::app::hit::HitMap;
use crate::app::model::Model;
use crate::config::theme::{ColorSupport, Theme, Themes, is_light_by};
use crate::ui;

/// How long the terminal may take to say what its ground is.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is known of the terminal's ground.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub(super) light: bool,
    /// Whether the terminal itself said so, in time.
    pub(super) told: bool,
}

/// The terminal as something to draw on.
pub(super) struct Painter {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    themes: Themes,
    theme: Theme,
    graphics: Graphics,
}

impl Painter {
    /// Takes the terminal over, with a theme, and returns what is wrong with the theme.
    pub(super) fn open(themes: Themes, theme: &str) -> Result<(Self, Vec<String>)> {
        let (theme, warnings) = themes.load(theme);
        terminal::take().wrap_err("this terminal cannot be used")?;
        let out = BufWriter::with_capacity(64 << 10, stdout());
        match Terminal::new(CrosstermBackend::new(out)) {
            Ok(terminal) => Ok((Self { terminal, themes, theme, graphics: Graphics::default() }, warnings)),
            Err(cause) => {
                terminal::restore();
                Err(cause).wrap_err("this terminal cannot be used")
            }
        }
    }

    /// Draws the model and says where things are.
    pub(super) fn draw(&mut self, model: &Model) -> std::io::Result<HitMap> {
        let theme = &self.theme;
        let hits = ui::regions(model, Rect::from((Position::ORIGIN, self.terminal.size()?)));
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if self.graphics.before_frame(self.terminal.backend_mut(), model, &hits)? {
            self.terminal.resize(self.terminal.size()?.into())?;
        }
        self.terminal.draw(|frame| {
            ui::view(frame, model, theme);
        })?;
        self.graphics.after_frame(self.terminal.backend_mut())?;
        crossterm::execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Ok(hits)
    }

    /// The terminal's size: columns, rows.
    pub(super) fn size(&self) -> std::io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Forgets what is on the screen, so that the next frame draws all of it.
    pub(super) fn clear(&mut self) -> std::io::Result<()> {
        // Its own `clear` would ask the terminal for the cursor and wait for an answer that the input thread gets.
        let size = self.terminal.size()?;
        self.graphics.forget();
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
    pub(super) fn is_light(&self) -> Ground {
        if self.theme.support() == ColorSupport::None {
            return Ground { light: false, told: false };
        }
        if let Ok(light) = super::is_terminal_light(PATIENCE) {
            Ground { light, told: true }
        } else {
            let variable = std::env::var("COLORFGBG").ok();
            Ground { light: variable.and_then(|told| is_light_by(&told)).unwrap_or(false), told: false }
        }
    }

    /// Shows pictures in this way; without one, in the best that the terminal says it has. It must not be asked while input is read.
    pub(super) fn show_pictures(&mut self, chosen: Option<Protocol>) {
        if self.theme.support() != ColorSupport::None {
            self.graphics.protocol = chosen.unwrap_or_else(Protocol::asked);
        }
    }
}
