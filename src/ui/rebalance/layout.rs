//! How Rebalance divides its area: controls beside the chart, or above it where it is narrow.
//!
//! Invariant: the rectangles lie inside the area and do not overlap.

use ratatui::layout::Rect;

/// The least width at which the controls have a column of their own.
const WITH_COLUMN: u16 = 76;

/// The rectangles of Rebalance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The pane of policies and sliders.
    pub controls: Rect,
    /// The chart's pane.
    pub chart: Rect,
    /// The tables' panes; without height where there is no room.
    pub bottom: Rect,
    /// True when the controls lie over the chart and show one list at a time.
    pub folded: bool,
}

impl Layout {
    /// Divides `area`; the tables would have so many rows.
    pub fn of(area: Rect, rows: u16) -> Self {
        if area.width >= WITH_COLUMN {
            let column = (area.width * 3 / 10).clamp(33, 35).max(area.width / 6);
            let right = Rect { x: area.x + column, width: area.width - column, ..area };
            let (chart, bottom) = over(right, right.height.saturating_sub(tables(right.height, rows)));
            return Self { controls: Rect { width: column, ..area }, chart, bottom, folded: false };
        }
        let (controls, rest) = over(area, (area.height * 2 / 5).clamp(4, 10));
        let (chart, bottom) = over(rest, if rest.height >= 16 { rest.height - 8 } else { rest.height });
        Self { controls, chart, bottom, folded: true }
    }
}

/// The height of the tables under a chart: what they need, but hardly more than two fifths.
fn tables(height: u16, rows: u16) -> u16 {
    if height < 14 { 0 } else { (rows + 2).min(height * 4 / 9).max(8) }
}

fn over(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}
