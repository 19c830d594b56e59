//! The instances of an entity: opened, stepped through, their records and pictures asked for and taken in.
//!
//! Invariant: only the newest asked-for record and picture are taken in.

use std::sync::Arc;

use super::step::Step;
use super::{next_generation, scrolled, tell};
use crate::app::effect::Effect;
use crate::app::hit::Target;
use crate::app::model::{Data, Drill, Ids, InstanceView, Level, LongText, Model, Pane, Picture, Shown, TextLines};

/// Visible lines before the first frame said how many there are.
const LINES: usize = 10;
/// The most names of instances that are kept.
const MOST_IDS: usize = 4096;

/// Opens the instances of the selected entity.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some((loaded, rank)) = model.loaded().zip(model.explore.table.rank()) else {
        tell(model, Level::Info, why_closed(&model.data));
        return Vec::new();
    };
    let perspective = model.perspective;
    let Some(index) = loaded.index.perspective(perspective) else { return Vec::new() };
    let entity = index.names.get(rank).into_owned();
    let instances: Arc<[u32]> = loaded.index.instances_of(perspective, rank).into();
    model.explore.drill = Some(Drill {
        perspective,
        rank,
        entity,
        instances,
        cursor: 0,
        offset: 0,
        text: Shown::Absent,
        scroll: 0,
        lines: LongText::default(),
        ids: Ids::default(),
        image: 0,
        picture: Shown::Absent,
    });
    model.explore.focus = Pane::Instances;
    read_selected(model)
}

/// Why no instances are opened.
const fn why_closed(data: &Data) -> &'static str {
    match data {
        Data::Loading { .. } => "the dataset is still being opened; an entity's instances can be shown once it is",
        Data::Ready(_) => "no entity is there whose instances could be shown",
        Data::Stopped | Data::Failed(_) => "no dataset is open",
    }
}

/// Moves through the instances, or scrolls the text when it has the focus.
pub(super) fn step(model: &mut Model, step: Step) -> Vec<Effect> {
    let (list, text) = (lines(model, &Target::Instances), model.hits.text);
    let Some(drill) = &mut model.explore.drill else { return Vec::new() };
    if model.explore.focus == Pane::Text {
        // Before the text was drawn nobody knows where it ends; the frame that draws it does.
        let (furthest, height) =
            text.map_or((usize::MAX - 1, LINES), |text| (text.furthest(), usize::from(text.height)));
        drill.scroll = step.from(drill.scroll, furthest + 1, height);
        return Vec::new();
    }
    let before = drill.cursor;
    drill.cursor = step.from(before, drill.instances.len(), list);
    let moved = drill.cursor != before;
    keep_visible(model);
    if moved { read_selected(model) } else { Vec::new() }
}

/// Selects a line of the visible list.
pub(super) fn select_line(model: &mut Model, line: usize) -> Vec<Effect> {
    let Some(drill) = &mut model.explore.drill else { return Vec::new() };
    let wanted = drill.offset + line;
    model.explore.focus = Pane::Instances;
    if wanted >= drill.instances.len() || wanted == drill.cursor {
        return Vec::new();
    }
    drill.cursor = wanted;
    read_selected(model)
}

/// Scrolls so that the selected instance is visible; true when it had not been.
pub(super) fn keep_visible(model: &mut Model) -> bool {
    let lines = lines(model, &Target::Instances);
    let Some(drill) = &mut model.explore.drill else { return false };
    let last = drill.instances.len().saturating_sub(lines);
    let offset = scrolled(drill.offset, drill.cursor, lines).min(last);
    std::mem::replace(&mut drill.offset, offset) != offset
}

fn lines(model: &Model, wanted: &Target) -> usize {
    model.hits.lines(|target| target == wanted, LINES)
}

/// Asks for the selected instance's record and first picture.
fn read_selected(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    let generation = next_generation(model);
    let Some(drill) = &mut model.explore.drill else { return Vec::new() };
    (drill.scroll, drill.image, drill.picture) = (0, 0, Shown::Absent);
    // A picture that is still being decoded belongs to the instance before.
    model.awaited.picture = generation;
    let Some(number) = drill.instance() else {
        drill.text = Shown::Absent;
        return Vec::new();
    };
    // The record before stays on the screen for the moment that reading takes.
    if drill.text.ready().is_none() {
        drill.text = Shown::Pending;
    }
    model.awaited.instance = generation;
    let (perspective, rank) = (drill.perspective, drill.rank);
    vec![Effect::ReadInstance { generation, loaded, number, perspective, rank }]
}

/// Takes a record in, and asks for its picture.
pub(super) fn read(model: &mut Model, generation: u64, view: Result<Arc<InstanceView>, String>) -> Vec<Effect> {
    let Some(drill) = model.explore.drill.as_mut().filter(|_| generation == model.awaited.instance) else {
        return Vec::new();
    };
    match view {
        Ok(view) => {
            let pictures = view.images.len();
            drill.text = Shown::Ready(view);
            drill.lines = LongText::default();
            // Lines that are still being made are those of the record before.
            model.awaited.lines = 0;
            if pictures > 0 { decode(model) } else { Vec::new() }
        }
        Err(reason) => {
            drill.text = Shown::Failed(reason);
            Vec::new()
        }
    }
}

/// Scrolls a text that turned out shorter back to its end.
pub(super) fn keep_text_in_sight(model: &mut Model) {
    if let (Some(drill), Some(text)) = (&mut model.explore.drill, model.hits.text) {
        drill.scroll = drill.scroll.min(text.furthest());
    }
}

/// Asks for the lines of a long text, where they are not those of the width that it is shown in.
pub(super) fn break_text(model: &mut Model) -> Option<Effect> {
    let width = model.hits.text?.width;
    let generation = model.generation + 1;
    let drill = model.explore.drill.as_mut()?;
    let Shown::Ready(view) = &drill.text else { return None };
    if drill.lines.asked == Some(width) || !view.is_long() {
        return None;
    }
    drill.lines.asked = Some(width);
    let view = Arc::clone(view);
    model.generation = generation;
    model.awaited.lines = generation;
    Some(Effect::WrapText { generation, view, width })
}

/// Takes lines in.
pub(super) fn wrapped(model: &mut Model, generation: u64, lines: Arc<TextLines>) -> Vec<Effect> {
    if let Some(drill) = model.explore.drill.as_mut().filter(|_| generation == model.awaited.lines) {
        drill.lines.ready = Some(lines);
    }
    Vec::new()
}

/// Asks for the names of the visible instances that are not known yet.
pub(super) fn name_visible(model: &mut Model) -> Option<Effect> {
    let rows = usize::from(model.hits.find(|target| *target == Target::Instances)?.height);
    let Data::Ready(loaded) = &model.data else { return None };
    let drill = model.explore.drill.as_mut()?;
    let visible = drill.offset..(drill.offset + rows).min(drill.instances.len());
    if drill.ids.asked == visible {
        return None;
    }
    let numbers = drill.instances[visible.clone()].iter().copied();
    let numbers: Vec<u32> = numbers.filter(|number| !drill.ids.known.contains_key(number)).collect();
    drill.ids.asked = visible;
    if numbers.is_empty() {
        return None;
    }
    let loaded = loaded.clone();
    let generation = next_generation(model);
    model.awaited.ids = generation;
    Some(Effect::ReadIds { generation, loaded, numbers })
}

/// Takes names in.
pub(super) fn named(model: &mut Model, generation: u64, ids: Vec<(u32, Option<String>)>) -> Vec<Effect> {
    if let Some(drill) = model.explore.drill.as_mut().filter(|_| generation == model.awaited.ids) {
        if drill.ids.known.len() > MOST_IDS {
            drill.ids.known.clear();
        }
        drill.ids.known.extend(ids);
    }
    Vec::new()
}

fn decode(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    let generation = next_generation(model);
    let Some((drill, number)) = model.explore.drill.as_mut().and_then(|drill| {
        let number = drill.instance()?;
        Some((drill, number))
    }) else {
        return Vec::new();
    };
    drill.picture = Shown::Pending;
    model.awaited.picture = generation;
    vec![Effect::DecodeImage { generation, loaded, number, image: drill.image }]
}

/// Takes a picture in.
pub(super) fn decoded(model: &mut Model, generation: u64, picture: Result<Arc<Picture>, String>) -> Vec<Effect> {
    if let Some(drill) = model.explore.drill.as_mut().filter(|_| generation == model.awaited.picture) {
        drill.picture = picture.map_or_else(Shown::Failed, Shown::Ready);
    }
    Vec::new()
}

/// Shows the instance's next picture.
pub(super) fn next_image(model: &mut Model) -> Vec<Effect> {
    let Some(drill) = &mut model.explore.drill else { return Vec::new() };
    let pictures = drill.text.ready().map_or(0, |view| view.images.len());
    if pictures < 2 {
        tell(model, Level::Info, "there is no other picture");
        return Vec::new();
    }
    drill.image = (drill.image + 1) % pictures;
    decode(model)
}
