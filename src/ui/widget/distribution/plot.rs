//! The chart's geometry: where the plot lies, its two axes, and how high a distribution is at each column of dots.
//!
//! Invariant: depends on nothing but the area, the mode and the counts, so that drawing and the mouse agree.

use ratatui::layout::Rect;

use super::layer::Counts;
use crate::app::model::ChartMode;
use crate::ui::widget::axis::{Axis, Scale};
use crate::ui::widget::canvas::{DOTS_ACROSS, DOTS_DOWN};

/// Columns to the left of the plot, for the labels of the vertical axis.
const GUTTER: u16 = 5;
/// The least width and height at which the labels stand beside the plot.
const LABELLED: (u16, u16) = (16, 4);
/// The least height at which head and tail are named under the axis.
const NAMED: u16 = 6;

/// Where the parts of a chart are, and its axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The cells that the curve may fill.
    pub area: Rect,
    /// The row of the horizontal axis' labels, as wide as the plot; without height where there is no room.
    pub ticks: Rect,
    /// The row that names head and tail, as wide as the plot; without height where there is no room.
    pub ruler: Rect,
    /// The column of the vertical axis' labels; without width where there is no room.
    pub gutter: Rect,
    /// The horizontal axis in dots: rank from 1, count, or share of entities from the rarest.
    pub x: Axis,
    /// The vertical axis in dots: count, number of entities, or share of occurrences.
    pub y: Axis,
    mode: ChartMode,
}

impl Plot {
    /// Lays a chart of `layers` out in `area`.
    pub fn new(area: Rect, mode: ChartMode, layers: &[Counts<'_>]) -> Self {
        let gutter = if area.width >= LABELLED.0 { GUTTER } else { 0 };
        let below = u16::from(area.height >= LABELLED.1) + u16::from(area.height >= NAMED);
        let plot = Rect { x: area.x + gutter, width: area.width - gutter, height: area.height - below, ..area };
        let row = |offset: u16, height: u16| Rect { y: plot.bottom() + offset, height, ..plot };
        let (width, height) = (plot.width.saturating_mul(DOTS_ACROSS), plot.height.saturating_mul(DOTS_DOWN));
        let x = horizontal(mode, layers, width);
        Self {
            area: plot,
            ticks: row(0, below.min(1)),
            ruler: row(below.min(1), below.saturating_sub(1)),
            gutter: Rect { width: gutter, height: plot.height, ..area },
            x,
            y: vertical(mode, layers, (x, height)),
            mode,
        }
    }

    /// The column of cells at which a value of the horizontal axis lies.
    pub fn column(&self, value: f64) -> u16 {
        let last = f64::from(self.area.width.saturating_sub(1));
        self.area.x + (f64::from(self.x.dot(value)) / f64::from(self.x.last().max(1)) * last).round() as u16
    }

    /// The value of the horizontal axis in the middle of a column of dots.
    pub fn value(&self, dot: u16) -> f64 {
        self.x.value(f64::from(dot))
    }

    /// How many dots high `counts` is at each column of dots.
    pub fn heights(&self, counts: Counts<'_>) -> Vec<u16> {
        match self.mode {
            ChartMode::Histogram => self.bars(counts),
            ChartMode::RankFrequency => {
                let edge = |dot: f64| self.x.value(dot);
                let column = |dot: u16| counts.mean(edge(f64::from(dot) - 0.5), edge(f64::from(dot) + 0.5));
                (0..=self.x.last()).map(|dot| self.dots(column(dot))).collect()
            }
            _ => (0..=self.x.last()).map(|dot| self.height(counts, self.value(dot))).collect(),
        }
    }

    /// How many dots high `counts` is at a value of the horizontal axis.
    pub fn height(&self, counts: Counts<'_>, at: f64) -> u16 {
        match self.mode {
            ChartMode::RankFrequency => self.dots(counts.between(at)),
            ChartMode::Cumulative => counts.mass(at).map_or(0, |mass| self.dots(mass)),
            ChartMode::Lorenz => {
                let ranks = (1.0 - at) * counts.entities() as f64;
                counts.mass(ranks).map_or(0, |mass| self.dots(1.0 - mass))
            }
            ChartMode::Histogram => {
                let bars = bins(self.x).into_iter().find(|bin| at < bin.end);
                bars.map_or(0, |bin| self.dots(entities(counts, &bin) as f64))
            }
        }
    }

    /// The value of the horizontal axis that stands for a rank.
    pub fn value_of_rank(&self, rank: usize, counts: Counts<'_>) -> f64 {
        match self.mode {
            ChartMode::RankFrequency | ChartMode::Cumulative => rank as f64 + 1.0,
            ChartMode::Histogram => counts.at(rank),
            ChartMode::Lorenz => 1.0 - (rank as f64 + 0.5) / counts.entities().max(1) as f64,
        }
    }

    /// The value of the horizontal axis between head and tail.
    pub fn value_of_cut(&self, first_tail_rank: usize, threshold: f64, entities: usize) -> f64 {
        match self.mode {
            ChartMode::RankFrequency | ChartMode::Cumulative => first_tail_rank as f64 + 0.5,
            ChartMode::Histogram => threshold + 1.0,
            ChartMode::Lorenz => 1.0 - first_tail_rank as f64 / entities.max(1) as f64,
        }
    }

    fn dots(&self, value: f64) -> u16 {
        let shares = matches!(self.mode, ChartMode::Lorenz | ChartMode::Cumulative);
        if value <= 0.0 || (!shares && value < 0.5) { 0 } else { self.y.dot(value) + 1 }
    }

    fn bars(&self, counts: Counts<'_>) -> Vec<u16> {
        let mut heights = vec![0; usize::from(self.x.last()) + 1];
        for bin in bins(self.x) {
            let height = self.dots(entities(counts, &bin) as f64);
            let (from, to) = (usize::from(self.x.dot(bin.start)), usize::from(self.x.dot(bin.end)));
            // The last dot of a bar stays dark, so that neighbours are told apart.
            let to = if to > from + 2 { to - 1 } else { to.max(from + 1) };
            heights.get_mut(from..to).unwrap_or_default().fill(height);
        }
        heights
    }
}

fn horizontal(mode: ChartMode, layers: &[Counts<'_>], dots: u16) -> Axis {
    let entities = layers.iter().map(Counts::entities).max().unwrap_or(0) as f64;
    let top = layers.iter().map(|counts| counts.at(0)).fold(0.0, f64::max);
    match mode {
        ChartMode::RankFrequency | ChartMode::Cumulative => Axis::new(Scale::Log, (1.0, entities), dots),
        ChartMode::Histogram => Axis::new(Scale::Log, (1.0, top.ceil() + 1.0), dots),
        ChartMode::Lorenz => Axis::new(Scale::Linear, (0.0, 1.0), dots),
    }
}

fn vertical(mode: ChartMode, layers: &[Counts<'_>], (x, dots): (Axis, u16)) -> Axis {
    match mode {
        ChartMode::RankFrequency => {
            let top = layers.iter().map(|counts| counts.at(0)).fold(1.0, f64::max);
            Axis::new(Scale::Log, (1.0, top), dots)
        }
        ChartMode::Histogram => {
            let bins = bins(x);
            let fullest = |counts: &Counts<'_>| bins.iter().map(|bin| entities(*counts, bin)).max().unwrap_or(1);
            let top = layers.iter().map(fullest).max().unwrap_or(1);
            Axis::new(Scale::Log, (1.0, top as f64), dots)
        }
        ChartMode::Lorenz | ChartMode::Cumulative => Axis::new(Scale::Linear, (0.0, 1.0), dots),
    }
}

/// Bins of whole counts, each at least one count and about three cells wide.
fn bins(x: Axis) -> Vec<std::ops::Range<f64>> {
    let wide = f64::from(3 * DOTS_ACROSS);
    let last = f64::from(x.last());
    let mut bins = Vec::new();
    let mut start = 1.0;
    while start < x.high() && bins.len() <= usize::from(x.last()) {
        let goal = f64::from(x.dot(start)) + wide;
        let end = if goal >= last { x.high() } else { x.value(goal).round().clamp(start + 1.0, x.high()) };
        bins.push(start..end);
        start = end;
    }
    bins
}

fn entities(counts: Counts<'_>, bin: &std::ops::Range<f64>) -> usize {
    // Expected counts below one stand in the first bin with the singletons.
    let low = if bin.start <= 1.0 { f64::MIN_POSITIVE } else { bin.start };
    counts.at_least(low) - counts.at_least(bin.end).min(counts.at_least(low))
}
