//! Explore: which perspective, which order, what is searched, which entity.
//!
//! Invariant: the selected entity stays selected when the table is ordered anew or a search ends, where it is still shown.

use super::act::neighbour;
use super::step::Step;
use super::{drill, next_generation, rebalance, scrolled, synthesize, tell};
use crate::app::effect::Effect;
use crate::app::hit::Target;
use crate::app::model::{ChartMode, Data, Level, Model, Order, Pane, Rows, Screen, Search, SearchState};
use crate::entity::Perspective;

/// Visible rows before the first frame said how many there are.
const LINES: usize = 10;

/// Moves what the focused pane shows.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    if model.explore.focus == Pane::Perspectives {
        return match step {
            Step::Lines(steps) => step_perspective(model, steps),
            Step::HalfPages(_) => Vec::new(),
            Step::First => choose_perspective(model, available(model).first().copied()),
            Step::Last => choose_perspective(model, available(model).last().copied()),
        };
    }
    move_selection(model, step)
}

/// Moves the selected row of the table, whatever has the focus.
pub(super) fn move_selection(model: &mut Model, step: Step) -> Vec<Effect> {
    let lines = visible(model);
    let table = &mut model.explore.table;
    table.selected = step.from(table.selected, table.rows.len(), lines);
    keep_visible(model);
    Vec::new()
}

/// Scrolls so that the selected row is visible; true when it had not been.
pub(super) fn keep_visible(model: &mut Model) -> bool {
    let lines = visible(model);
    let table = &mut model.explore.table;
    table.selected = table.selected.min(table.rows.len().saturating_sub(1));
    let last = table.rows.len().saturating_sub(lines);
    let offset = scrolled(table.offset, table.selected, lines).min(last);
    std::mem::replace(&mut table.offset, offset) != offset
}

fn visible(model: &Model) -> usize {
    model.hits.lines(|target| matches!(target, Target::Entities), LINES)
}

/// Focuses the next pane.
pub(super) fn focus_next(model: &mut Model, steps: isize) {
    let panes: &[Pane] = if model.explore.drill.is_some() {
        &[Pane::Instances, Pane::Text]
    } else {
        &[Pane::Entities, Pane::Perspectives]
    };
    model.explore.focus = neighbour(panes, model.explore.focus, steps);
}

/// Goes in: from the perspectives to the table, from the table to the instances.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    match model.explore.focus {
        Pane::Perspectives | Pane::Chart => {
            model.explore.focus = Pane::Entities;
            Vec::new()
        }
        Pane::Instances => {
            model.explore.focus = Pane::Text;
            Vec::new()
        }
        Pane::Text => Vec::new(),
        Pane::Entities if model.explore.table.search.state == SearchState::Typing => {
            keep_search(model);
            Vec::new()
        }
        Pane::Entities => drill::open(model),
    }
}

/// Closes what is open: the text, the instances, the search; `None` when nothing is.
pub(super) fn back(model: &mut Model) -> Option<Vec<Effect>> {
    if model.explore.drill.is_some() {
        if model.explore.focus == Pane::Text {
            model.explore.focus = Pane::Instances;
        } else {
            close_instances(model);
        }
        return Some(Vec::new());
    }
    let search = std::mem::take(&mut model.explore.table.search);
    if search.state == SearchState::Off {
        return None;
    }
    // Who leaves while typing is back where the search began.
    model.explore.table.search.from = search.from.filter(|_| search.state == SearchState::Typing);
    Some(arrange(model))
}

/// Closes the instances; the table has the focus where they had it.
pub(super) fn close_instances(model: &mut Model) {
    model.explore.drill = None;
    if matches!(model.explore.focus, Pane::Instances | Pane::Text) {
        model.explore.focus = Pane::Entities;
    }
}

/// Opens the search field.
pub(super) fn search(model: &mut Model) -> Vec<Effect> {
    model.explore.drill = None;
    model.explore.focus = Pane::Entities;
    let from = model.explore.table.rank();
    model.explore.table.search = Search { state: SearchState::Typing, from, ..Search::default() };
    arrange(model)
}

/// Ends the typing of a search; what is searched stays so.
pub(super) fn keep_search(model: &mut Model) {
    let search = &mut model.explore.table.search;
    if search.state == SearchState::Typing {
        search.state = if search.field.text.is_empty() { SearchState::Off } else { SearchState::Applied };
        search.from = None;
    }
}

/// Goes to the next match, round and round.
pub(super) fn next_match(model: &mut Model, steps: isize) -> Vec<Effect> {
    let table = &mut model.explore.table;
    if table.search.state == SearchState::Off {
        tell(model, Level::Info, "nothing is searched");
        return Vec::new();
    }
    let len = table.rows.len().max(1).cast_signed();
    table.selected = (table.selected.cast_signed() + steps).rem_euclid(len).cast_unsigned();
    keep_visible(model);
    Vec::new()
}

/// Asks for the rows of the table's order and search.
pub(super) fn arrange(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    let generation = next_generation(model);
    model.awaited.rows = generation;
    let table = &model.explore.table;
    let (order, query) = (table.order, table.search.field.text.clone());
    vec![Effect::ArrangeEntities { generation, loaded, perspective: model.perspective, order, query }]
}

/// Takes the rows in.
pub(super) fn arranged(model: &mut Model, generation: u64, rows: Rows) -> Vec<Effect> {
    if generation != model.awaited.rows {
        return Vec::new();
    }
    let table = &mut model.explore.table;
    let searching = table.search.state == SearchState::Typing;
    let left = if searching { None } else { table.search.from.take().or(table.rank()) };
    let kept = left.and_then(|rank| rows.row(rank));
    table.rows = rows;
    table.selected = kept.unwrap_or(0);
    keep_visible(model);
    Vec::new()
}

/// Selects an entity by rank, where the table shows it.
pub(super) fn select(model: &mut Model, rank: usize) {
    if let Some(row) = model.explore.table.rows.row(rank) {
        model.explore.table.selected = row;
        keep_visible(model);
    }
}

/// Orders the table another way.
pub(super) fn cycle_sort(model: &mut Model) -> Vec<Effect> {
    model.explore.table.order = neighbour(&Order::ALL, model.explore.table.order, 1);
    tell(model, Level::Info, model.explore.table.order.title());
    arrange(model)
}

/// Draws the chart another way.
pub(super) fn cycle_chart(model: &mut Model) -> Vec<Effect> {
    model.chart = neighbour(&ChartMode::ALL, model.chart, 1);
    if matches!(model.screen, Screen::Run | Screen::Export) {
        tell(model, Level::Info, format!("the charts of the other screens: {}", model.chart.title()));
    }
    Vec::new()
}

/// The perspectives that can be shown now.
pub(super) fn available(model: &Model) -> Vec<Perspective> {
    match &model.data {
        Data::Ready(loaded) => loaded.index.perspectives.iter().map(|entry| entry.perspective).collect(),
        Data::Loading { counts, .. } => counts.iter().map(|(perspective, _)| *perspective).collect(),
        Data::Stopped | Data::Failed(_) => Vec::new(),
    }
}

/// Shows the next perspective that was extracted.
pub(super) fn step_perspective(model: &mut Model, steps: isize) -> Vec<Effect> {
    let all = available(model);
    let effects = choose_perspective(model, Some(neighbour(&all, model.perspective, steps)));
    if matches!(model.screen, Screen::Run | Screen::Export) {
        tell(model, Level::Info, format!("the perspective of the other screens: {}", model.perspective));
    }
    effects
}

/// Shows a perspective, from its most frequent entity on.
pub(super) fn choose_perspective(model: &mut Model, wanted: Option<Perspective>) -> Vec<Effect> {
    let Some(perspective) = wanted.filter(|wanted| *wanted != model.perspective) else { return Vec::new() };
    model.perspective = perspective;
    model.chosen_perspective = Some(perspective);
    model.explore.drill = None;
    if model.explore.focus != Pane::Perspectives {
        model.explore.focus = Pane::Entities;
    }
    let mut effects = reset_table(model);
    effects.extend(rebalance::refresh_shown_perspective(model));
    effects.extend(synthesize::show_perspective(model));
    effects
}

/// Starts the table at the top of its perspective; asks for rows unless they are all in order of rank.
pub(super) fn reset_table(model: &mut Model) -> Vec<Effect> {
    let entities = model.shown().map_or(0, crate::index::PerspectiveIndex::entities);
    let table = &mut model.explore.table;
    (table.rows, table.selected, table.offset) = (Rows::Ranked(entities), 0, 0);
    table.search.from = None;
    let plain = table.order == Order::Frequent && table.search.field.text.is_empty();
    // An older answer would belong to another perspective.
    model.awaited.rows = next_generation(model);
    if plain { Vec::new() } else { arrange(model) }
}
