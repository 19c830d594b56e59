//! The chart of the selected perspective.
//!
//! Invariant: the plot that is drawn is the plot that the mouse is told of.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::{Model, Pane};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::ui::look;
use crate::ui::widget::distribution::{ChartStyle, Counts, Cut, Distribution, Plot};
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

/// The counts of the selected perspective, with sums once they are known.
pub fn counts(model: &Model) -> Counts<'_> {
    let sums = model.shown().map_or(&[][..], |index| &index.cumulative);
    Counts::Whole { counts: model.counts(model.perspective), sums }
}

/// The geometry of the chart in its pane; `None` when there is nothing to draw.
pub fn plot(model: &Model, area: Rect) -> Option<Plot> {
    let inner = Frame::inner(area);
    let chart = distribution(model, ChartStyle::default());
    (chart.filled.entities() > 0 && !inner.is_empty()).then(|| chart.plot(inner))
}

/// Draws the chart in its pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let focused = model.explore.focus == Pane::Chart && model.loaded().is_some();
    look::pane(theme, focused, (title(model, theme, area.width), note(model, theme))).render(area, buffer);
    let inner = Frame::inner(area);
    let chart = distribution(model, look::chart(theme));
    if chart.filled.entities() == 0 {
        return draw_nothing(model, theme, inner, buffer);
    }
    chart.render(inner, buffer);
}

fn distribution(model: &Model, style: ChartStyle) -> Distribution<'_> {
    let cut = model
        .split()
        .map(|split| Cut { first_tail_rank: split.first_tail_rank, threshold: f64::from(split.threshold) });
    let marker = model.loaded().and_then(|_| model.explore.table.rank());
    Distribution { cut, marker, ..Distribution::of(model.chart, counts(model), style) }
}

fn title<'a>(model: &Model, theme: &Theme, width: u16) -> Line<'a> {
    let mut spans = vec![Span::raw(model.perspective.title()), Span::raw(" · "), Span::raw(model.chart.title())];
    let scale = match model.chart {
        crate::app::model::ChartMode::RankFrequency => " · log–log",
        crate::app::model::ChartMode::Histogram => " · entities by count, log–log",
        crate::app::model::ChartMode::Lorenz => " · from the rarest",
        crate::app::model::ChartMode::Cumulative => " · from the most frequent",
    };
    if width >= 76 {
        spans.push(look::span(theme, Role::TextDim, scale));
    }
    if let (crate::app::model::ChartMode::Lorenz, Some(index)) = (model.chart, model.shown()) {
        spans.push(Span::raw(format!(" · gini {}", number::measure(index.distribution.gini))));
    }
    Line::from(spans)
}

/// How many entities are head and tail.
fn note<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let (Some(index), Some(split)) = (model.shown(), model.split()) else { return Line::default() };
    let tail = index.entities() - split.first_tail_rank;
    Line::from(vec![
        look::span(theme, Role::ChartHead, format!("head {}", number::count(split.first_tail_rank as u64))),
        look::span(theme, Role::ChartThreshold, " │ "),
        look::span(theme, Role::ChartTail, format!("tail {}", number::count(tail as u64))),
    ])
}

fn draw_nothing(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let words = if model.loaded().is_some() {
        format!("this dataset has no {} perspective", model.perspective.title())
    } else {
        "counting …".to_owned()
    };
    if area.height > 0 {
        let width = text::width(&words).min(area.width);
        let x = area.x + (area.width - width) / 2;
        buffer.set_stringn(x, area.y + area.height / 2, words, usize::from(width), theme.style(Role::TextDim));
    }
}
