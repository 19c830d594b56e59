//! What is wrong with a recipe's `[synthesis]` table.
//!
//! Invariant: a message says the value that was read, and what would do.

use super::{Backend, Diffusion, EntityCeiling, Synthesis};
use crate::entity::Perspective;
use crate::recipe::nearest;

/// The most that training steps may be.
const MOST_STEPS: u32 = 10_000_000;

/// What is wrong under `[synthesis]`: the dotted place below `synthesis`, and the message.
pub(in crate::recipe) fn fault(synthesis: &Synthesis, extracted: &[Perspective]) -> Option<(String, String)> {
    let twice = (1..synthesis.policies.len()).find(|&at| synthesis.policies[..at].contains(&synthesis.policies[at]));
    if let Some(at) = twice {
        return Some((format!("policies.{at}"), format!("'{}' stands twice; remove one", synthesis.policies[at])));
    }
    let missing = |wanted: &Perspective| !extracted.is_empty() && !extracted.contains(wanted);
    if let Some(at) = synthesis.perspectives.iter().position(missing) {
        let key = synthesis.perspectives[at].key();
        let message = format!("'{key}' is not extracted; add \"{key}\" to entities.perspectives");
        return Some((format!("perspectives.{at}"), message));
    }
    let of_entities = synthesis.entities.iter().enumerate().find_map(|(number, entry)| {
        let message = entity_fault(entry, &synthesis.entities[..number], extracted)?;
        Some((format!("entity.{number}.entity"), message))
    });
    of_entities.or_else(|| numbers(synthesis)).or_else(|| guidance(&synthesis.diffusion)).or_else(|| {
        let needs = synthesis.diffusion.backend == Backend::Bundle && synthesis.diffusion.bundle.is_none();
        needs.then(|| ("diffusion.backend".into(), "backend = \"bundle\" needs bundle = \"FOLDER\" beside it".into()))
    })
}

fn entity_fault(entry: &EntityCeiling, earlier: &[EntityCeiling], extracted: &[Perspective]) -> Option<String> {
    let text = &entry.entity;
    let keys = Perspective::ALL.map(Perspective::key);
    let Some((perspective, name)) = entry.parts() else {
        let Some((written, _)) = text.split_once(':') else {
            return Some(format!(
                "'{text}' names no perspective; write \"label:{text}\" or another of: {}",
                keys.join(", ")
            ));
        };
        let hint = nearest(written, keys)
            .map_or_else(|| format!("known: {}", keys.join(", ")), |name| format!("did you mean '{name}'?"));
        return Some(format!("no such perspective '{written}'; {hint}"));
    };
    if name.trim().is_empty() {
        return Some(format!("'{text}' names no entity; write a name behind the colon"));
    }
    if !extracted.is_empty() && !extracted.contains(&perspective) {
        let key = perspective.key();
        return Some(format!("'{key}' is not extracted; add \"{key}\" to entities.perspectives"));
    }
    let same = earlier.iter().find(|other| other.parts() == entry.parts())?;
    let place = same.line.0.map_or_else(String::new, |line| format!(" on line {line}"));
    Some(format!("'{text}' has a ceiling already{place}; remove one of the two"))
}

/// The counts and shares that are out of range.
fn numbers(synthesis: &Synthesis) -> Option<(String, String)> {
    let Diffusion { images, candidates, steps, training_steps, scale, resolution, filter, .. } = &synthesis.diffusion;
    let counts = [
        ("repeat.most", synthesis.repeat.most, 1000),
        ("diffusion.images", *images, 1000),
        ("diffusion.candidates", *candidates, 64),
        ("diffusion.steps", *steps, 1000),
        ("diffusion.training_steps", *training_steps, MOST_STEPS),
    ];
    let name = |path: &'static str| path.rsplit('.').next().unwrap_or(path);
    let mut counts = counts.into_iter().filter(|&(_, value, most)| value == 0 || value > most);
    if let Some((path, value, most)) = counts.next() {
        let message = format!("{} = {value} is out of range; write a number from 1 to {most}", name(path));
        return Some((path.into(), message));
    }
    let shares = [
        ("outlier", synthesis.outlier),
        ("diffusion.filter.memorised", filter.memorised),
        ("diffusion.filter.class", filter.class),
        ("diffusion.filter.outlier", filter.outlier),
        ("diffusion.filter.flat", filter.flat),
        ("diffusion.filter.saturated", filter.saturated),
    ];
    if let Some((path, value)) = shares.into_iter().find(|&(_, value)| !(0.0..=1.0).contains(&value)) {
        return Some((path.into(), format!("{} = {value} is not a share; write a number from 0 to 1", name(path))));
    }
    if !(*scale >= 1.0 && *scale <= 50.0) {
        let message = format!("scale = {scale} is out of range; write a number from 1 (no guidance) to 50");
        return Some(("diffusion.scale".into(), message));
    }
    if ![32, 64, 128].contains(resolution) {
        let message = format!("resolution = {resolution} is not supported; write 32, 64 or 128");
        return Some(("diffusion.resolution".into(), message));
    }
    let ceiling = synthesis.ceiling.filter(|&ceiling| ceiling == 0)?;
    Some(("ceiling".into(), format!("ceiling = {ceiling} makes nothing; write policies = [] for that, or at least 1")))
}

fn guidance(diffusion: &Diffusion) -> Option<(String, String)> {
    if diffusion.guidance.is_empty() || diffusion.guidance.len() > 16 {
        return Some((
            "diffusion.guidance".into(),
            "guidance needs from 1 to 16 levels, such as [0.2, 0.35, 0.5]".into(),
        ));
    }
    let wrong = diffusion.guidance.iter().position(|level| !(0.0..=1.0).contains(level))?;
    let level = diffusion.guidance[wrong];
    Some((
        format!("diffusion.guidance.{wrong}"),
        format!("the level {level} is out of range; write a number from 0 to 1"),
    ))
}
