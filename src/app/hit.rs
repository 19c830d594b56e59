//! Where on the screen things are, so that the mouse finds them and paging knows a list's height.
//!
//! Invariant: what is drawn later lies above; a point belongs to the last region that holds it.

use super::action::Action;
use super::model::{Pane, Screen};
use crate::entity::Perspective;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Left column.
    pub x: u16,
    /// Top row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// True when a cell lies in it.
    #[must_use]
    pub fn holds(self, column: u16, row: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&column)
            && (self.y..self.y.saturating_add(self.height)).contains(&row)
    }

    /// Where a column lies between the left edge (0) and the right edge (1), clamped.
    #[must_use]
    pub fn fraction(self, column: u16) -> f64 {
        let span = f64::from(self.width.saturating_sub(1).max(1));
        (f64::from(column) - f64::from(self.x)).clamp(0.0, span) / span
    }

    /// The column nearest to a fraction of the way from the left edge (0) to the right edge (1).
    #[must_use]
    pub fn column(self, fraction: f64) -> u16 {
        let span = f64::from(self.width.saturating_sub(1));
        self.x.saturating_add((fraction.clamp(0.0, 1.0) * span).round() as u16)
    }
}

/// A chart's horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The value at the left edge.
    pub from: f64,
    /// The value at the right edge.
    pub to: f64,
    /// How values between lie.
    pub spacing: Spacing,
}

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Equal steps.
    Linear,
    /// Equal ratios; both ends are positive.
    Logarithmic,
}

impl Axis {
    /// The value at a fraction of the width (0 left, 1 right).
    #[must_use]
    pub fn at(self, fraction: f64) -> f64 {
        match self.spacing {
            Spacing::Linear => self.from + (self.to - self.from) * fraction,
            Spacing::Logarithmic => self.from * (self.to / self.from).powf(fraction),
        }
    }

    /// The fraction of the width (0 left, 1 right) at which a value lies, clamped.
    #[must_use]
    pub fn fraction(self, value: f64) -> f64 {
        let raw = match self.spacing {
            Spacing::Linear => (value - self.from) / (self.to - self.from),
            Spacing::Logarithmic => (value / self.from).ln() / (self.to / self.from).ln(),
        };
        if raw.is_finite() { raw.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// What lies in a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A screen's tab.
    Screen(Screen),
    /// A line of the perspectives' list.
    Perspective(Perspective),
    /// The plot (without axes' labels). The axis is in the unit of the chart's mode: rank from 1 (rank–frequency, cumulative),
    /// count (histogram), share of entities from the rarest (Lorenz).
    Plot(Axis),
    /// The rows of the entity table, one a line, from the table's scroll offset.
    Entities,
    /// The rows of a drill-down's list of instances, one a line, from its scroll offset.
    Instances,
    /// The text of the shown instance.
    InstanceText,
    /// The lines of the policies' list, one a line.
    Policies,
    /// The lines of tail entities that lack instances, one a line, from the list's scroll offset.
    Lacks,
    /// The lines of seeds, one a line, from the list's scroll offset.
    Seeds,
    /// The track of the slider of a parameter, by its number in the list; its left end is the least value.
    Slider(usize),
    /// A line of the export formats.
    ExportLine(usize),
    /// A pane's frame: a click focuses it.
    Pane(Pane),
    /// The rows of the open overlay's list, one a line, from its scroll offset.
    OverlayRows,
    /// The open overlay's frame: clicks inside do not close it.
    Overlay,
    /// A button or hint: a click is this action.
    Button(Action),
}

/// What the mouse drags, from press to release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drag {
    /// The threshold, along the plot in this area.
    Threshold(Area, Axis),
    /// The selected entity, along the plot in this area.
    Entity(Area, Axis),
    /// The knob of a slider, along its track.
    Slider(Area, usize),
}

/// Everything of interest on the screen, in drawing order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HitMap {
    /// Regions in drawing order.
    pub regions: Vec<(Area, Target)>,
    /// The text of the shown instance, where there is one.
    pub text: Option<TextPlace>,
    /// The cells of the shown instance's picture, where there is one.
    pub picture: Option<Area>,
    /// The furthest that the open help can be scrolled down.
    pub furthest: usize,
}

/// How the text of an instance stands on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPlace {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// All of its lines, visible or not.
    pub lines: usize,
}

impl TextPlace {
    /// The furthest that it can be scrolled down.
    #[must_use]
    pub fn furthest(self) -> usize {
        self.lines.saturating_sub(usize::from(self.height))
    }
}

impl HitMap {
    /// Adds a region above all others.
    pub fn push(&mut self, area: Area, target: Target) {
        if area.width > 0 && area.height > 0 {
            self.regions.push((area, target));
        }
    }

    /// The topmost region at a cell.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<(Area, Target)> {
        self.regions.iter().rev().find(|(area, _)| area.holds(column, row)).copied()
    }

    /// The area of the first region whose target fits.
    #[must_use]
    pub fn find(&self, fits: impl Fn(&Target) -> bool) -> Option<Area> {
        self.regions.iter().find(|(_, target)| fits(target)).map(|(area, _)| *area)
    }

    /// The number of lines of the first region whose target fits; `otherwise` before the first frame.
    #[must_use]
    pub fn lines(&self, fits: impl Fn(&Target) -> bool, otherwise: usize) -> usize {
        self.find(fits).map_or(otherwise, |area| usize::from(area.height))
    }
}
