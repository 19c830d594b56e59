//! Pictures with all of their pixels, where the terminal has a protocol for it: laid over the half-blocks of the frame.
//!
//! Invariant: the frame is whole without them; what was laid on the screen is taken away before anything else is drawn there.

mod kitty;
mod query;
mod sixel;

use std::io::{Result, Write};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};

use crate::app::hit::{Area, HitMap};
use crate::app::model::{Model, Picture};
use crate::ui::widget::picture::Pixels;

/// True while pictures of kitty's protocol may be on the screen.
static LAID: AtomicBool = AtomicBool::new(false);

/// How pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Two pixels a cell, as text.
    #[default]
    HalfBlocks,
    /// kitty's graphics protocol, which other terminals have, too.
    Kitty,
    /// DEC's sixels.
    Sixel,
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::HalfBlocks => "half-blocks",
            Self::Kitty => "kitty",
            Self::Sixel => "sixel",
        })
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        match name {
            "half-blocks" => Ok(Self::HalfBlocks),
            "kitty" => Ok(Self::Kitty),
            "sixel" => Ok(Self::Sixel),
            other => Err(format!("no way to show pictures is called '{other}'; use auto, kitty, sixel or half-blocks")),
        }
    }
}

impl Protocol {
    /// Asks the terminal which it has. Must not be called while input is read.
    pub(super) fn asked() -> Self {
        query::ask().unwrap_or_default()
    }
}

/// What lies where: in which terminal size, in which cells, which picture.
type Laid = ((u16, u16), Area, Arc<Picture>);

/// The pictures on the screen.
#[derive(Default)]
pub(super) struct Graphics {
    pub(super) protocol: Protocol,
    laid: Option<Laid>,
    /// What is to be laid when the frame is drawn.
    next: Option<Laid>,
}

impl Graphics {
    /// Takes away what the next frame does not show, before it is drawn; true when the whole screen was cleared for it.
    pub(super) fn before_frame(&mut self, out: &mut impl Write, model: &Model, hits: &HitMap) -> Result<bool> {
        self.next = if self.protocol == Protocol::HalfBlocks { None } else { wanted(model, hits) };
        if self.laid.is_none() || same(self.laid.as_ref(), self.next.as_ref()) {
            return Ok(false);
        }
        self.laid = None;
        match self.protocol {
            Protocol::Kitty => out.write_all(kitty::REMOVE)?,
            // Its pixels go with the cells that they are in.
            Protocol::Sixel => queue!(out, Clear(ClearType::All))?,
            Protocol::HalfBlocks => {}
        }
        Ok(self.protocol == Protocol::Sixel)
    }

    /// Lays over the frame what it shows.
    pub(super) fn after_frame(&mut self, out: &mut impl Write) -> Result<()> {
        let Some(next) = self.next.take().filter(|next| !same(self.laid.as_ref(), Some(next))) else { return Ok(()) };
        let (_, area, picture) = &next;
        let shown = Pixels { width: picture.width, height: picture.height, rgba: &picture.rgba };
        queue!(out, MoveTo(area.x, area.y))?;
        match self.protocol {
            Protocol::Kitty => lay_by_kitty(out, shown, *area)?,
            Protocol::Sixel => match pixels(*area) {
                Some(size) => sixel::lay(out, shown, size)?,
                // Without knowing how large a cell is nothing can be laid into it.
                None => self.protocol = Protocol::HalfBlocks,
            },
            Protocol::HalfBlocks => {}
        }
        self.laid = Some(next);
        Ok(())
    }

    /// The screen was cleared: nothing lies there any more.
    pub(super) fn forget(&mut self) {
        self.laid = None;
    }
}

fn lay_by_kitty(out: &mut impl Write, picture: Pixels<'_>, area: Area) -> Result<()> {
    LAID.store(true, Ordering::SeqCst);
    let cells = (area.width, area.height);
    match pixels(area).filter(|size| size.0 < picture.width && size.1 < picture.height) {
        Some((width, height)) => {
            let rgba = kitty::reduced(picture, (width, height));
            kitty::lay(out, Pixels { width, height, rgba: &rgba }, cells)
        }
        None => kitty::lay(out, picture, cells),
    }
}

/// Takes away whatever lies on the screen; may be called from anywhere.
pub(super) fn remove_all(out: &mut impl Write) {
    if LAID.swap(false, Ordering::SeqCst) {
        // A terminal that is gone shows nothing.
        let _ = out.write_all(kitty::REMOVE);
    }
}

/// The picture that the frame shows; none under an overlay, which it would hide.
fn wanted(model: &Model, hits: &HitMap) -> Option<Laid> {
    let area = hits.picture.filter(|_| model.overlay.is_none())?;
    let picture = model.explore.drill.as_ref()?.picture.shared()?;
    Some((model.size, area, picture))
}

fn same(one: Option<&Laid>, other: Option<&Laid>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one.0, one.1) == (other.0, other.1) && Arc::ptr_eq(&one.2, &other.2),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// How many pixels an area has across and down, where the terminal says so.
fn pixels(area: Area) -> Option<(u32, u32)> {
    let window = crossterm::terminal::window_size().ok()?;
    let each = |pixels: u16, cells: u16| u32::from(pixels).checked_div(u32::from(cells)).filter(|each| *each > 0);
    let cell = (each(window.width, window.columns)?, each(window.height, window.rows)?);
    Some((cell.0 * u32::from(area.width), cell.1 * u32::from(area.height)))
}
