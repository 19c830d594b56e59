//! How Synthesize divides its area: controls in a column, the chart beside them over the lists of tail entities and seeds; where it is
//! narrow, the pane that has the keys over the chart.
//!
//! Invariant: the rectangles lie inside the area and do not overlap.

use ratatui::layout::Rect;

use crate::app::model::{Model, SynthesizePane};

/// The least width at which the controls have a column of their own.
const WITH_COLUMN: u16 = 76;
/// The least width at which entities and seeds stand side by side.
const SIDE_BY_SIDE: u16 = 70;

/// The rectangles of Synthesize; those that are not shown have no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The pane of policies and sliders.
    pub controls: Rect,
    /// The chart's pane.
    pub chart: Rect,
    /// The tail entities' pane.
    pub entities: Rect,
    /// The seeds' pane.
    pub seeds: Rect,
    /// True when one pane is shown at a time.
    pub folded: bool,
}

impl Layout {
    /// Divides `area`.
    pub fn of(model: &Model, area: Rect) -> Self {
        let focus = model.synthesize.focus;
        let nothing = Rect { width: 0, height: 0, ..area };
        let mut layout = Self { controls: nothing, chart: nothing, entities: nothing, seeds: nothing, folded: false };
        if area.width < WITH_COLUMN {
            let share = if focus == SynthesizePane::Seeds { area.height * 3 / 5 } else { area.height / 2 };
            let (top, chart) = over(area, share.max(4));
            let slot = match focus {
                SynthesizePane::Policies | SynthesizePane::Sliders => &mut layout.controls,
                SynthesizePane::Entities => &mut layout.entities,
                SynthesizePane::Seeds => &mut layout.seeds,
            };
            *slot = top;
            return Self { chart, folded: true, ..layout };
        }
        let column = (area.width * 3 / 10).clamp(33, 35).max(area.width / 6);
        layout.controls = Rect { width: column, ..area };
        let right = Rect { x: area.x + column, width: area.width - column, ..area };
        let lists = (right.height * 11 / 20).max(6).min(right.height);
        let (chart, lists) = over(right, right.height - lists);
        layout.chart = chart;
        if lists.width >= SIDE_BY_SIDE {
            let width = lists.width / 2;
            layout.entities = Rect { width, ..lists };
            layout.seeds = Rect { x: lists.x + width, width: lists.width - width, ..lists };
        } else if focus == SynthesizePane::Seeds {
            layout.seeds = lists;
        } else {
            layout.entities = lists;
        }
        layout
    }
}

fn over(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}
