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
use crate::ui::widget::pane::{self, Pane as Frame};

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
    look::pane(theme, false, heading(model, theme, area.width)).render(area, buffer);
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

/// Title and note of the pane: how sure the figures are is always said, so the title is the first to become shorter.
fn heading(model: &Model, theme: &Theme, width: u16) -> (Line<'static>, Line<'static>) {
    let [whole, plain, short, last] = titles(model, theme);
    let [long, brief] = notes(model, theme);
    let ways = [(&whole, &long), (&plain, &long), (&plain, &brief), (&short, &brief), (&last, &brief)];
    let fits = |(title, note): &(&Line<'_>, &Line<'_>)| {
        pane::titles_fit(title.width() as u16, note.width() as u16, width) || note.width() == 0
    };
    let (title, note) = ways.into_iter().find(fits).unwrap_or((&last, &brief));
    (title.clone(), note.clone())
}

/// The title: whole, without the key to the lines, without the change, and with the number after alone.
fn titles(model: &Model, theme: &Theme) -> [Line<'static>; 4] {
    let name = model.perspective.title();
    let Some(preview) = preview(model) else { return std::array::from_fn(|_| Line::from(name)) };
    let volume = &preview.instances;
    let after = number::count(volume.after.round() as u64);
    let numbers = format!(" · {} → {after}", number::count(volume.before));
    let change = format!(" ({})", number::relative_change(volume.before as f64, volume.after.round()));
    let key = [look::span(theme, Role::ChartBefore, " · before ╌╌"), look::span(theme, Role::ChartAfter, " after ⣿⡪")];
    let spans = |key: &[Span<'static>], words: String| {
        let ends = [Span::raw(name)].into_iter().chain(key.iter().cloned());
        Line::from(ends.chain([Span::raw(words)]).collect::<Vec<_>>())
    };
    [
        spans(&key, format!("{numbers}{change}")),
        spans(&[], format!("{numbers}{change}")),
        spans(&[], numbers),
        spans(&[], format!(" → {after}")),
    ]
}

/// How sure the figures are, at length and in a word.
fn notes(model: &Model, theme: &Theme) -> [Line<'static>; 2] {
    let words = match &model.rebalance.preview {
        Reckoning::Absent | Reckoning::Failed(_) => return [Line::default(), Line::default()],
        Reckoning::Pending(_) => ["reckoning …".to_owned(), "…".to_owned()],
        Reckoning::Estimated(preview) => {
            let margin = number::measure(preview.instances.after_margin);
            [format!("estimate ± {margin}"), format!("± {margin}")]
        }
        Reckoning::Exact(preview) if preview.instances.kept_sd < 0.05 => ["exact".to_owned(), "exact".to_owned()],
        Reckoning::Exact(preview) => {
            [format!("exact · ± {} by chance", number::measure(preview.instances.kept_sd)), "exact".to_owned()]
        }
    };
    let role = if matches!(model.rebalance.preview, Reckoning::Exact(_)) { Role::TextDim } else { Role::Warning };
    words.map(|words| look::span(theme, role, words).into())
}
