//! The distribution before as an outline, after as an area.
//!
//! Invariant: head and tail are what they were before; only counts change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::model::{ChartMode, Model, Reckoning};
use crate::config::theme::{Role, Theme};
use crate::number;
use crate::preview::{Outcome, Preview, TargetOutcome};
use crate::ui::explore;
use crate::ui::look;
use crate::ui::widget::distribution::{ChartStyle, Counts, Cut, Distribution, Plot, Shape};
use crate::ui::widget::pane::Pane as Frame;

/// The newest preview.
pub fn preview(model: &Model) -> Option<&Preview> {
    model.rebalance.preview.value().map(AsRef::as_ref)
}

/// The newest outcome of the selected perspective.
pub fn outcome(model: &Model) -> Option<&Outcome> {
    preview(model)?.outcome(model.perspective)
}

/// How near the policy `target` came, where the selected perspective is the one that it fits.
pub fn target(model: &Model) -> Option<&TargetOutcome> {
    preview(model)?.target.as_ref().filter(|target| target.perspective == model.perspective)
}

/// The geometry of the chart in its pane; `None` when there is nothing to draw.
pub fn plot(model: &Model, area: Rect) -> Option<Plot> {
    let inner = Frame::inner(area);
    let shape = shape(model);
    let chart = distribution(model, shape.as_ref(), ChartStyle::default());
    (chart.filled.entities() > 0 && !inner.is_empty()).then(|| chart.plot(inner))
}

/// Draws the chart in its pane.
pub fn draw(model: &Model, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    look::pane(theme, false, (title(model, theme, area.width), note(model, theme))).render(area, buffer);
    let shape = shape(model);
    distribution(model, shape.as_ref(), look::chart(theme)).render(Frame::inner(area), buffer);
    if let Reckoning::Failed(reason) = &model.rebalance.preview {
        let inner = Frame::inner(area);
        buffer.set_stringn(
            inner.x + 1,
            inner.y,
            reason,
            usize::from(inner.width.saturating_sub(1)),
            theme.style(Role::Error),
        );
    }
}

/// The counts after by their own order, for the forms that need one.
fn shape(model: &Model) -> Option<Shape> {
    let outcome = outcome(model).filter(|_| model.chart != ChartMode::RankFrequency)?;
    Some(Shape::of(&outcome.counts))
}

fn distribution<'a>(model: &'a Model, shape: Option<&'a Shape>, style: ChartStyle) -> Distribution<'a> {
    let before = explore::counts(model);
    let after = match (shape, outcome(model)) {
        (Some(shape), _) => Some(Counts::Shape(shape)),
        (None, Some(outcome)) => Some(Counts::ByRank(&outcome.counts)),
        (None, None) => None,
    };
    let cut = model
        .split()
        .map(|split| Cut { first_tail_rank: split.first_tail_rank, threshold: f64::from(split.threshold) });
    let outline = after.map(|_| before);
    Distribution { cut, outline, ..Distribution::of(model.chart, after.unwrap_or(before), style) }
}

fn title<'a>(model: &Model, theme: &Theme, width: u16) -> Line<'a> {
    let mut spans = vec![Span::raw(model.perspective.title())];
    let Some(preview) = preview(model) else { return Line::from(spans) };
    let volume = &preview.instances;
    if width >= 76 {
        spans.push(look::span(theme, Role::ChartBefore, " · before ╌╌"));
        spans.push(look::span(theme, Role::ChartAfter, " after ⣿⡪"));
    }
    spans.push(Span::raw(format!(
        " · {} → {}",
        number::count(volume.before),
        number::count(volume.after.round() as u64)
    )));
    if width >= 44 {
        spans.push(Span::raw(format!(" ({})", number::relative_change(volume.before as f64, volume.after.round()))));
    }
    Line::from(spans)
}

/// How sure the figures are.
fn note<'a>(model: &Model, theme: &Theme) -> Line<'a> {
    let words = match &model.rebalance.preview {
        Reckoning::Absent | Reckoning::Failed(_) => return Line::default(),
        Reckoning::Pending(_) => "reckoning …".to_owned(),
        Reckoning::Estimated(preview) => format!("estimate ± {}", number::measure(preview.instances.after_margin)),
        Reckoning::Exact(preview) if preview.instances.kept_sd < 0.05 => "exact".to_owned(),
        Reckoning::Exact(preview) => format!("exact · ± {} by chance", number::measure(preview.instances.kept_sd)),
    };
    let role = if matches!(model.rebalance.preview, Reckoning::Exact(_)) { Role::TextDim } else { Role::Warning };
    look::span(theme, role, words).into()
}
