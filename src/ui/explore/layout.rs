//! How Explore divides its area: panes fold as it shrinks, and the chart goes last.
//!
//! Invariant: the rectangles lie inside the area and do not overlap.

use ratatui::layout::Rect;

use crate::app::model::{Data, Model};

/// The least width at which perspectives have a column of their own.
const WITH_COLUMN: u16 = 76;
/// The least height of a chart.
const LEAST_CHART: u16 = 7;
/// The height of what is told of a dataset that is being opened.
const OPENING: u16 = 7;
/// The width of the list of instances.
const LIST: u16 = 24;
/// Its width where there is little, for names alone.
const NAMES: u16 = 18;
/// The least width of the entity table beside something else.
const TABLE: u16 = 50;

/// What lies beside the entity table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nothing.
    None,
    /// What is worth knowing of the dataset.
    Findings(Rect),
    /// The instances of an entity, and one of them.
    Drill {
        /// The list; without size where there is no room.
        list: Rect,
        /// The record.
        text: Rect,
    },
}

/// The rectangles of Explore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The pane of perspectives, or the line of them.
    pub perspectives: Rect,
    /// The line with the sentence on the tail, where there is no pane for it.
    pub sentence: Rect,
    /// The chart's pane.
    pub chart: Rect,
    /// The entity table's pane; without size where there is no room.
    pub entities: Rect,
    /// What lies beside or in place of the table.
    pub side: Side,
}

impl Layout {
    /// Divides `area`.
    pub fn of(model: &Model, area: Rect) -> Self {
        if area.width >= WITH_COLUMN { Self::wide(model, area) } else { Self::folded(model, area) }
    }

    /// True when perspectives are one line and not a pane.
    pub fn is_folded(&self) -> bool {
        self.perspectives.height < 3
    }

    /// Everything under the chart.
    pub fn bottom(&self) -> Rect {
        match self.side {
            Side::None => self.entities,
            Side::Findings(side) | Side::Drill { text: side, .. } => {
                let start = if self.entities.width > 0 { self.entities } else { side };
                Rect { x: self.chart.x, width: self.chart.width, ..start }
            }
        }
    }

    fn wide(model: &Model, area: Rect) -> Self {
        let column = (area.width / 4).clamp(27, 40).min(area.width / 3 + 2);
        let right = Rect { x: area.x + column, width: area.width - column, ..area };
        let chart_height = match model.data {
            Data::Loading { .. } => right.height.saturating_sub(OPENING).max(LEAST_CHART.min(right.height)),
            _ => (right.height * 47 / 100).clamp(LEAST_CHART.min(right.height), 40),
        };
        let (chart, bottom) = split_down(right, chart_height);
        let (entities, side) = beside(model, bottom);
        let perspectives = Rect { width: column, ..area };
        Self { perspectives, sentence: Rect { height: 0, ..area }, chart, entities, side }
    }

    fn folded(model: &Model, area: Rect) -> Self {
        let (perspectives, rest) = split_down(area, 1);
        let (sentence, rest) = split_down(rest, u16::from(rest.height >= 13));
        let least = LEAST_CHART.min(rest.height);
        let chart_height = if rest.height < least + 4 { rest.height } else { (rest.height / 2).max(least) };
        let (chart, bottom) = split_down(rest, chart_height);
        let (entities, side) = beside(model, bottom);
        Self { perspectives, sentence, chart, entities, side }
    }
}

/// The table, and what lies beside it or in its place.
fn beside(model: &Model, bottom: Rect) -> (Rect, Side) {
    let nothing = Rect { width: 0, height: 0, ..bottom };
    if model.explore.drill.is_some() {
        if bottom.width >= TABLE + LIST + 40 {
            let table = (bottom.width * 2 / 5).clamp(TABLE, 84);
            let (entities, rest) = split_across(bottom, table);
            let (list, text) = split_across(rest, LIST);
            return (entities, Side::Drill { list, text });
        }
        if bottom.width >= NAMES + 32 {
            let width = if bottom.width >= LIST + 36 { LIST } else { NAMES };
            let (list, text) = split_across(bottom, width);
            return (nothing, Side::Drill { list, text });
        }
        let list_height = if bottom.height >= 14 { 5 } else { 0 };
        let (list, text) = split_down(bottom, list_height);
        return (nothing, Side::Drill { list, text });
    }
    if bottom.width >= TABLE + 36 && !model.findings.is_empty() {
        let (entities, side) = split_across(bottom, (bottom.width * 3 / 5).max(TABLE));
        return (entities, Side::Findings(side));
    }
    (bottom, Side::None)
}

fn split_down(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

fn split_across(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}
