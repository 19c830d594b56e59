//! The distribution in three layers: before as an outline, after as an area, and what is made hatched on top of it.
//!
//! Invariant: head and tail are what they were before; only counts change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::{ChartMode, Model, Reckoning};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::preview::{Completed, Completion};
use crate::ui::explore;
use crate::ui::look;
use crate::ui::widget::distribution::{ChartStyle, Counts, Cut, Distribution, Plot, Shape};
use crate::ui::widget::pane::Pane as Frame;
use crate::ui::widget::text;

fn completion(model: &Model) -> Option<&Completion> {
    model.synthesize.completion.value().map(AsRef::as_ref)
}

fn completed(model: &Model) -> Option<&Completed> {
    completion(model)?.perspective(model.perspective)
}

/// The counts after, and with what is made, by their own order, for the forms that need one.
struct Shapes {
    after: Shape,
    completed: Shape,
}

fn shapes(model: &Model) -> Option<Shapes> {
    let completed = completed(model).filter(|_| model.chart != ChartMode::RankFrequency)?;
    Some(Shapes { after: Shape::of(&completed.after), completed: Shape::of(&completed.completed) })
}

/// The geometry of the chart in its pane; `None` when there is nothing to draw.
pub fn plot(model: &Model, area: Rect) -> Option<Plot> {
    let inner = inner(area);
    let shapes = shapes(model);
    let chart = distribution(model, shapes.as_ref(), ChartStyle::default());
    (chart.filled.entities() > 0 && !inner.is_empty()).then(|| chart.plot(inner))
}

/// The chart's part of the pane: its last line is kept for figures where there is room.
fn inner(area: Rect) -> Rect {
    let inner = Frame::inner(area);
    Rect { height: inner.height - u16::from(inner.height > 5), ..inner }
}

/// Draws the chart in its pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    if area.height < 3 {
        return;
    }
    look::pane(theme, false, (title(model, theme, area.width), note(model, theme))).render(area, buffer);
    let shapes = shapes(model);
    distribution(model, shapes.as_ref(), look::chart(theme)).render(inner(area), buffer);
    let whole = Frame::inner(area);
    if let Reckoning::Failed(reason) = &model.synthesize.completion {
        let words = text::fit(reason, whole.width.saturating_sub(1));
        buffer.set_string(whole.x + 1, whole.y, words, theme.style(Role::Error));
    } else if whole.height > 5 {
        let row = Rect { y: whole.bottom() - 1, height: 1, ..whole };
        look::aside(theme, &text::fit(&figures(model, row.width), row.width.saturating_sub(1)), row, buffer);
    }
}

fn distribution<'a>(model: &'a Model, shapes: Option<&'a Shapes>, style: ChartStyle) -> Distribution<'a> {
    let before = explore::counts(model);
    let layers = match (shapes, completed(model)) {
        (Some(shapes), _) => Some((Counts::Shape(&shapes.after), Counts::Shape(&shapes.completed))),
        (None, Some(completed)) => Some((Counts::ByRank(&completed.after), Counts::ByRank(&completed.completed))),
        (None, None) => None,
    };
    let cut = model
        .split()
        .map(|split| Cut { first_tail_rank: split.first_tail_rank, threshold: f64::from(split.threshold) });
    let plain = Distribution { cut, ..Distribution::of(model.chart, before, style) };
    match layers {
        None => plain,
        Some((after, completed)) => {
            Distribution { filled: after, outline: Some(before), added: Some(completed), ..plain }
        }
    }
}

fn title<'a>(model: &Model, theme: &Theme, width: u16) -> Line<'a> {
    let mut spans = vec![Span::raw(model.perspective.title())];
    let Some(completion) = completion(model) else { return Line::from(spans) };
    if width >= 76 {
        spans.push(look::span(theme, Role::ChartBefore, " · before ╌╌"));
        spans.push(look::span(theme, Role::ChartAfter, " after ⣿⡪"));
        spans.push(look::span(theme, Role::ChartSynthetic, " + synthetic ⣒"));
    }
    let tally = completion.tally;
    let [before, after, made] = [tally.instances, tally.after, tally.synthetic].map(number::count);
    spans.push(Span::raw(format!(" · {before} → {after}")));
    spans.push(look::span(theme, Role::ChartSynthetic, format!(" + {made}")));
    Line::from(spans)
}

fn note<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    match &model.synthesize.completion {
        Reckoning::Pending(_) => look::span(theme, Role::Warning, "reckoning …").into(),
        Reckoning::Exact(completion) => {
            let budget = match completion.plan.budget {
                Some(budget) => format!("budget {}", number::count(budget)),
                None => "no budget".into(),
            };
            look::span(theme, Role::TextDim, budget).into()
        }
        Reckoning::Absent | Reckoning::Estimated(_) | Reckoning::Failed(_) => Line::default(),
    }
}

/// Measures before, after rebalancing, and with what is made.
fn figures(model: &Model, width: u16) -> String {
    let Some(completed) = completed(model) else {
        return if model.loaded().is_some() { "reckoning …".into() } else { "no dataset yet".into() };
    };
    let three = |write: fn(f64) -> String, read: fn(&crate::preview::Measures) -> f64| {
        completed.measures.each_ref().map(|measures| write(read(measures))).join(" → ")
    };
    let gini = three(number::measure, |measures| measures.gini);
    let share = three(number::share, |measures| measures.tail_occurrence_share);
    let all = format!("gini {gini} · tail share {share}");
    if width < 96 {
        return all;
    }
    format!("{all} · evenness {}", three(number::measure, |measures| measures.evenness))
}
