//! The seeds of the selected tail entity: listed, read one at a time, and left out.
//!
//! Invariant: a record or a picture that came for another seed is dropped.

use std::sync::Arc;

use super::keep_visible;
use crate::app::effect::Effect;
use crate::app::model::{Data, Edited, InstanceView, Level, Model, Picture, Shown};
use crate::app::update::{next_generation, recipe, tell};

/// Lists the seeds that hold the selected entity, the heaviest first, and reads the selected one: `shown` where it is there still.
pub(super) fn list_seeds(model: &mut Model, shown: Option<u32>) -> Vec<Effect> {
    let listed = listed(model).unwrap_or_default();
    let place = |instance: u32| {
        let seeds = &model.synthesize.completion.value()?.plan.seeds;
        listed.iter().position(|&number| seeds.get(number as usize).is_some_and(|seed| seed.instance == instance))
    };
    let seed = shown.and_then(place).unwrap_or(0);
    model.synthesize.listed = listed.into();
    (model.synthesize.seed, model.synthesize.first_seed) = (seed, 0);
    keep_visible(model);
    read_seed(model)
}

fn listed(model: &Model) -> Option<Vec<u32>> {
    let (tail, lack) = (model.shown_tail()?, model.selected_lack()?);
    let entry = model.loaded()?.index.perspective(tail.perspective)?;
    let seeds = &model.synthesize.completion.value()?.plan.seeds;
    let holds = |instance: u32| entry.by_instance.row(instance as usize).binary_search(&lack.rank).is_ok();
    let held = (0_u32..).zip(seeds).filter(|(_, seed)| holds(seed.instance));
    let mut found: Vec<(u32, f64)> = held.map(|(number, seed)| (number, seed.weight)).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Some(found.into_iter().map(|(number, _)| number).collect())
}

/// Lists no seed, and shows none; a record or a picture that is on its way is dropped.
pub(super) fn forget(model: &mut Model) {
    model.synthesize.listed = Arc::default();
    (model.synthesize.seed, model.synthesize.first_seed) = (0, 0);
    show_none(model);
}

fn show_none(model: &mut Model) {
    (model.synthesize.text, model.synthesize.picture) = (Shown::Absent, Shown::Absent);
    let generation = next_generation(model);
    (model.awaited.seed, model.awaited.seed_picture) = (generation, generation);
}

/// Asks for the selected seed's record, unless it is the one that is shown.
pub(super) fn read_seed(model: &mut Model) -> Vec<Effect> {
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    let loaded = loaded.clone();
    let generation = next_generation(model);
    let seed = model.listed_seed(model.synthesize.seed);
    let Some((number, perspective, rank)) =
        seed.map(|seed| (seed.instance as usize, seed.perspective, seed.rank as usize))
    else {
        show_none(model);
        return Vec::new();
    };
    if model.synthesize.text.ready().is_some_and(|view| view.number == number) {
        return Vec::new();
    }
    (model.awaited.seed, model.awaited.seed_picture) = (generation, generation);
    (model.synthesize.text, model.synthesize.picture) = (Shown::Pending, Shown::Absent);
    vec![Effect::ReadInstance { generation, loaded, number, perspective, rank }]
}

/// Takes a seed's record in, and asks for its picture.
pub(in crate::app::update) fn read(model: &mut Model, view: Result<Arc<InstanceView>, String>) -> Vec<Effect> {
    let view = match view {
        Ok(view) => view,
        Err(reason) => {
            model.synthesize.text = Shown::Failed(reason);
            return Vec::new();
        }
    };
    let (number, pictures) = (view.number, view.images.len());
    model.synthesize.text = Shown::Ready(view);
    let Data::Ready(loaded) = &model.data else { return Vec::new() };
    if pictures == 0 {
        return Vec::new();
    }
    let loaded = loaded.clone();
    let generation = next_generation(model);
    model.awaited.seed_picture = generation;
    model.synthesize.picture = Shown::Pending;
    vec![Effect::DecodeImage { generation, loaded, number, image: 0 }]
}

/// Takes a seed's picture in.
pub(in crate::app::update) fn decoded(model: &mut Model, picture: Result<Arc<Picture>, String>) -> Vec<Effect> {
    model.synthesize.picture = picture.map_or_else(Shown::Failed, Shown::Ready);
    Vec::new()
}

/// Never takes the selected instance as a seed again; undo takes it back.
pub(in crate::app::update) fn drop_seed(model: &mut Model) -> Vec<Effect> {
    let number = model.listed_seed(model.synthesize.seed).map(|seed| seed.instance as usize);
    let view = model.synthesize.text.ready().filter(|view| Some(view.number) == number);
    let Some(id) = view.map(|view| view.id.clone()) else {
        tell(model, Level::Info, "no seed is selected");
        return Vec::new();
    };
    tell(model, Level::Good, format!("{id} is no seed any more; undo takes it back"));
    recipe::change(model, Edited::Other, |recipe| {
        if !recipe.synthesis.dropped_seeds.contains(&id) {
            recipe.synthesis.dropped_seeds.push(id);
        }
    })
}
