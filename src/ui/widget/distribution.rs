//! The chart of a distribution: head and tail in two colours and two fillings, the threshold between them, other layers over it.
//!
//! Invariant: drawing takes time in the width of the area, never in the number of entities; head and tail are told apart
//! without colour by filling and by name.

mod layer;
mod plot;
mod shape;
mod strokes;
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

pub use layer::Counts;
pub use plot::Plot;
pub use shape::Shape;

use self::strokes::{dash, name_stretch, power, write_symbol};
use super::canvas::{Canvas, DOTS_ACROSS, Pattern};
use crate::app::model::ChartMode;
use crate::number;

/// Where the head ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The number of head entities.
    pub first_tail_rank: usize,
    /// τ: the count at the cut.
    pub threshold: f64,
}

/// How the parts of the chart look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChartStyle {
    /// Filling of the head.
    pub head: Style,
    /// Filling of the tail.
    pub tail: Style,
    /// Filling while head and tail are not known.
    pub plain: Style,
    /// The outline of what was before.
    pub before: Style,
    /// What synthesis adds.
    pub synthetic: Style,
    /// Labels of the axes.
    pub label: Style,
    /// The area between the Lorenz curve and the diagonal.
    pub gini: Style,
    /// The line between head and tail, and its label.
    pub threshold: Style,
    /// The mark of the selected entity.
    pub marker: Style,
}

/// A chart of one distribution, with up to two others on it.
#[derive(Clone, Copy, Debug)]
pub struct Distribution<'a> {
    /// The form.
    pub mode: ChartMode,
    /// The distribution whose area is filled.
    pub filled: Counts<'a>,
    /// Where its head ends, once known.
    pub cut: Option<Cut>,
    /// A distribution drawn as a dashed outline: what was before.
    pub outline: Option<Counts<'a>>,
    /// A distribution whose surplus over the filled one is hatched: what synthesis adds.
    pub added: Option<Counts<'a>>,
    /// The rank to mark.
    pub marker: Option<usize>,
    /// How it looks.
    pub style: ChartStyle,
}

/// What a dot belongs to; where several meet in one cell, the last wins.
#[repr(u8)]
enum Ink {
    Gini,
    Diagonal,
    Before,
    Plain,
    Tail,
    Head,
    Synthetic,
}

impl<'a> Distribution<'a> {
    /// A chart of one distribution.
    pub fn of(mode: ChartMode, filled: Counts<'a>, style: ChartStyle) -> Self {
        Self { mode, filled, cut: None, outline: None, added: None, marker: None, style }
    }

    /// Where things are when the chart is drawn in `area`.
    pub fn plot(&self, area: Rect) -> Plot {
        let layers: Vec<Counts<'_>> = [Some(self.filled), self.outline, self.added].into_iter().flatten().collect();
        Plot::new(area, self.mode, &layers)
    }

    /// Draws the chart.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let plot = self.plot(area.intersection(buffer.area));
        if plot.area.is_empty() || self.filled.entities() == 0 {
            return;
        }
        let cut = self
            .cut
            .map(|cut| plot.column(plot.value_of_cut(cut.first_tail_rank, cut.threshold, self.filled.entities())));
        self.draw_dots(&plot, cut, buffer);
        self.draw_labels(&plot, buffer);
        if let (Some(column), Some(cut)) = (cut, self.cut) {
            self.draw_cut(&plot, (column, cut.threshold), buffer);
        }
        if let Some(rank) = self.marker.filter(|&rank| rank < self.filled.entities()) {
            self.draw_marker(&plot, rank, buffer);
        }
    }

    /// True when the head lies left of the cut.
    fn head_is_left(&self) -> bool {
        matches!(self.mode, ChartMode::RankFrequency | ChartMode::Cumulative)
    }

    fn draw_dots(&self, plot: &Plot, cut: Option<u16>, buffer: &mut Buffer) {
        let mut canvas = Canvas::new(plot.area);
        let filled = plot.heights(self.filled);
        if self.mode == ChartMode::Lorenz {
            Self::fill_gini(plot, &filled, &mut canvas);
        }
        let added = self.added.map(|counts| plot.heights(counts));
        for (x, &height) in (0_u16..).zip(&filled) {
            let left = cut.map(|cut| plot.area.x + x / DOTS_ACROSS < cut);
            let (ink, pattern) = match left {
                None => (Ink::Plain, Pattern::Solid),
                Some(left) if left == self.head_is_left() => (Ink::Head, Pattern::Solid),
                Some(_) => (Ink::Tail, Pattern::Checked),
            };
            let ink = ink as u8;
            canvas.column(x, 0..height, (ink, pattern));
            if let Some(top) = height.checked_sub(1) {
                canvas.dot(x, top, ink);
            }
            let over = added.as_ref().and_then(|heights| heights.get(usize::from(x))).copied().unwrap_or(0);
            canvas.column(x, height..over.max(height), (Ink::Synthetic as u8, Pattern::Striped));
        }
        if let Some(outline) = self.outline {
            let joined = self.mode != ChartMode::Histogram;
            dash(&plot.heights(outline), (&filled, joined, Ink::Before as u8), &mut canvas);
        }
        canvas.draw(buffer, |ink| self.style_of(ink));
    }

    fn fill_gini(plot: &Plot, heights: &[u16], canvas: &mut Canvas) {
        for (x, &height) in (0_u16..).zip(heights) {
            let diagonal = plot.y.dot(plot.value(x));
            canvas.column(x, height..diagonal, (Ink::Gini as u8, Pattern::Sparse));
            canvas.dot(x, diagonal, Ink::Diagonal as u8);
        }
    }

    fn style_of(&self, ink: u8) -> Style {
        const STYLES: [fn(&ChartStyle) -> Style; 7] = [
            |style| style.gini,
            |style| style.label,
            |style| style.before,
            |style| style.plain,
            |style| style.tail,
            |style| style.head,
            |style| style.synthetic,
        ];
        STYLES.get(usize::from(ink)).map_or_else(Style::new, |style| style(&self.style))
    }

    fn draw_labels(&self, plot: &Plot, buffer: &mut Buffer) {
        let shares = matches!(self.mode, ChartMode::Lorenz | ChartMode::Cumulative);
        let percent = |value: f64| format!("{:.0}%", value * 100.0);
        if plot.gutter.width > 0 {
            for tick in plot.y.ticks(6) {
                let text = if shares { percent(tick.value) } else { power(tick.value) };
                let row = plot.area.bottom() - 1 - tick.dot / super::canvas::DOTS_DOWN;
                let indent = (plot.gutter.width - 1).saturating_sub(super::text::width(&text));
                buffer.set_string(plot.gutter.x + indent, row, text, self.style.label);
            }
        }
        if plot.ticks.height > 0 {
            let mut free = plot.ticks.x;
            for tick in plot.x.ticks(12) {
                let text = match self.mode {
                    ChartMode::Lorenz => percent(tick.value),
                    _ => number::short(tick.value.round() as u64),
                };
                let start = plot.column(tick.value);
                let start = start.min(plot.ticks.right().saturating_sub(super::text::width(&text)));
                if start >= free {
                    buffer.set_string(start, plot.ticks.y, &text, self.style.label);
                    free = start + super::text::width(&text) + 1;
                }
            }
        }
    }

    fn draw_cut(&self, plot: &Plot, (column, threshold): (u16, f64), buffer: &mut Buffer) {
        for row in plot.area.top()..plot.area.bottom() {
            write_symbol(buffer, Position::new(column, row), ("┊", self.style.threshold));
        }
        let text = format!(" τ {} ", number::count(threshold.round() as u64));
        let width = super::text::width(&text);
        if width + 2 < plot.area.width && plot.area.height > 1 {
            let (right, left) = (column + 1, column.saturating_sub(width));
            let blank = |start: u16| (start..start + width).all(|x| buffer[(x, plot.area.y)].symbol() == " ");
            let (fits_right, fits_left) = (right + width <= plot.area.right(), left >= plot.area.x);
            let start = if fits_right && (blank(right) || !fits_left || !blank(left)) { right } else { left };
            buffer.set_string(start, plot.area.y, text, self.style.threshold);
        }
        if plot.ruler.height > 0 {
            self.draw_ruler(plot, column, buffer);
        }
    }

    fn draw_ruler(&self, plot: &Plot, column: u16, buffer: &mut Buffer) {
        let left = Rect { width: column - plot.ruler.x, ..plot.ruler };
        let right = Rect { x: column + 1, width: plot.ruler.right() - column - 1, ..plot.ruler };
        let (head, tail) = if self.head_is_left() { (left, right) } else { (right, left) };
        name_stretch(buffer, head, ("head", '━', self.style.head));
        name_stretch(buffer, tail, ("tail", '╌', self.style.tail));
        write_symbol(buffer, Position::new(column, plot.ruler.y), ("┊", self.style.threshold));
    }

    fn draw_marker(&self, plot: &Plot, rank: usize, buffer: &mut Buffer) {
        let value = plot.value_of_rank(rank, self.filled);
        let height = plot.height(self.filled, value).saturating_sub(1).min(plot.y.last());
        let row = plot.area.bottom() - 1 - height / super::canvas::DOTS_DOWN;
        write_symbol(buffer, Position::new(plot.column(value), row), ("◆", self.style.marker));
    }
}
