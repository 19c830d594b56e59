//! How Rebalance divides its area: controls beside the chart, or above it where it is narrow.
//!
//! Invariant: the rectangles lie inside the area and do not overlap.

use ratatui::layout::Rect;

/// The least width at which the controls have a column of their own.
const WITH_COLUMN: u16 = 76;
/// The least height of a chart over a comparison.
const CHART: u16 = 7;

/// The rectangles of Rebalance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The pane of policies and sliders.
    pub controls: Rect,
    /// The chart's pane; without height where a comparison takes its place.
    pub chart: Rect,
    /// The tables' panes; without height where there is no room.
    pub bottom: Rect,
    /// True when the controls lie over the chart and show one list at a time.
    pub folded: bool,
}

/// The tables under the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    /// How many rows they would have.
    pub rows: u16,
    /// A comparison was asked for: where there is no room for both, it comes before the chart.
    pub first: bool,
}

impl Layout {
    /// Divides `area`.
    pub fn of(area: Rect, tables: Tables) -> Self {
        if area.width >= WITH_COLUMN {
            let column = (area.width * 3 / 10).clamp(33, 35).max(area.width / 6);
            let right = Rect { x: area.x + column, width: area.width - column, ..area };
            let (chart, bottom) = over(right, right.height.saturating_sub(tables.beside(right.height)));
            return Self { controls: Rect { width: column, ..area }, chart, bottom, folded: false };
        }
        let (controls, rest) = over(area, (area.height * 2 / 5).clamp(4, 10));
        let (chart, bottom) = over(rest, rest.height.saturating_sub(tables.folded(rest.height)));
        Self { controls, chart, bottom, folded: true }
    }
}

impl Tables {
    /// The height of the tables under a chart beside the controls: what they need, but at most half.
    fn beside(self, height: u16) -> u16 {
        match height {
            0..14 if self.first => height,
            0..14 => 0,
            _ => (self.rows + 2).min(height / 2).max(8),
        }
    }

    /// Their height under controls and chart.
    const fn folded(self, height: u16) -> u16 {
        let needed = self.rows + 2;
        match height {
            _ if self.first && height < needed + CHART => height,
            _ if self.first => needed,
            0..16 => 0,
            _ => 8,
        }
    }
}

fn over(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}
