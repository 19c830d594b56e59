//! Instances that hold no entity: how many there are, and what the recipe does with them.
//!
//! Invariant: the counts are the preview's; those of an estimate say so.

use super::chart;
use crate::app::model::{Model, Slider};
use crate::number;
use crate::policy::Parameter;
use crate::recipe::NoEntity;
use crate::ui::widget::text;

/// The name of what is chosen and counted.
pub const NAME: &str = "no entity";

/// True where the policy asks what happens to them.
pub fn matters(model: &Model) -> bool {
    model.parameters().contains(&Parameter::NoEntity)
}

/// How many hold nothing that the policy looks at, and their fate; `None` while that is not known.
pub fn counted(model: &Model) -> Option<[String; 2]> {
    let preview = chart::preview(model)?;
    let nothing = preview.instances.nothing;
    let about = if preview.exact || nothing == 0 { "" } else { "≈" };
    let fate = match model.recipe.rebalance.no_entity {
        _ if nothing == 0 => "—",
        NoEntity::Keep => "kept",
        NoEntity::Drop => "dropped",
    };
    Some([format!("{about}{}", number::count(nothing)), fate.to_owned()])
}

/// What is told of them where the slider is explained: `107 without entities: kept`, and by perspective.
pub fn told(model: &Model) -> Vec<String> {
    let (Some([nothing, fate]), Some(preview)) = (counted(model), chart::preview(model)) else { return Vec::new() };
    let all = match preview.instances.nothing {
        0 => "every instance holds an entity that the policy looks at".to_owned(),
        _ => format!("without entities {nothing} · {fate}"),
    };
    let without = preview.instances.no_entity.iter();
    let without: Vec<_> = without.map(|(of, count)| format!("{of} {}", number::count(*count))).collect();
    let by_perspective = (!without.is_empty()).then(|| format!("holding none by perspective: {}", without.join(", ")));
    [all].into_iter().chain(by_perspective).collect()
}

/// Puts the number beside the slider's name where there is room for it.
pub fn label(model: &Model, sliders: &mut [Slider], room: u16) {
    let place = model.parameters().iter().position(|parameter| *parameter == Parameter::NoEntity);
    let Some(slider) = place.and_then(|place| sliders.get_mut(place)) else { return };
    let Some(nothing) = chart::preview(model).map(|preview| preview.instances.nothing).filter(|&count| count > 0)
    else {
        return;
    };
    let ways = [number::count(nothing), number::short(nothing)].map(|count| format!("{} {count}", slider.label));
    if let Some(label) = ways.into_iter().find(|label| text::width(label) <= room) {
        slider.label = label;
    }
}
