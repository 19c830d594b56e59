//! The recipe's `[synthesis]` table: which tail is filled, by what, from what, by how much.
//!
//! Invariant: a number that passes is within the range that its comment names; what is left out of the file has its default.

use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::Line;
use crate::entity::Perspective;

/// The synthesis policies that a recipe can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SynthesisName {
    /// Real tail instances once more.
    Repeat,
    /// Pictures from a diffusion model, each begun from a real one.
    Diffusion,
}

impl SynthesisName {
    /// All of them, in the order in which the screen lists them.
    pub const ALL: [Self; 2] = [Self::Repeat, Self::Diffusion];

    /// The name in recipes and manifests.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::Diffusion => "diffusion",
        }
    }
}

impl std::fmt::Display for SynthesisName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.key())
    }
}

/// How much may be made in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Budget {
    /// As much as brings the volume back to what it was before rebalancing.
    #[default]
    Restore,
    /// At most so many instances.
    Instances(u64),
    /// Whatever the deficits and the ceilings allow.
    Unlimited,
}

impl Serialize for Budget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Restore => serializer.serialize_str("restore"),
            Self::Instances(count) => serializer.serialize_u64(*count),
            Self::Unlimited => serializer.serialize_str("none"),
        }
    }
}

impl<'de> Deserialize<'de> for Budget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Budget;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"restore\", \"none\" or a number of instances")
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Budget, E> {
                Ok(Budget::Instances(value))
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Budget, E> {
                u64::try_from(value).map(Budget::Instances).map_err(|_| {
                    E::custom(format!("budget = {value} is out of range; write a number of instances, 0 or more"))
                })
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Budget, E> {
                match value {
                    "restore" => Ok(Budget::Restore),
                    "none" => Ok(Budget::Unlimited),
                    other => Err(E::unknown_variant(other, &["restore", "none"])),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// What makes the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// A model trained on the dataset's own pictures.
    #[default]
    Ddpm,
    /// A latent-diffusion pipeline exported to `TorchScript`.
    Bundle,
}

impl Backend {
    /// All of them, in the order in which a slider steps through them.
    pub const ALL: [Self; 2] = [Self::Ddpm, Self::Bundle];

    /// The name in recipes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Bundle => "bundle",
        }
    }
}

/// The recipe's `[synthesis]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Synthesis {
    /// How much may be made in all.
    pub budget: Budget,
    /// The policies, in order: each fills what those before it left. Without any, nothing is made.
    pub policies: Vec<SynthesisName>,
    /// The perspectives whose tail is filled; without any, the label's, else the objects', else the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perspectives: Vec<Perspective>,
    /// At most so many are made for one entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<u32>,
    /// Seeds whose outlier score is above this are not used, once scores are known.
    pub outlier: f64,
    /// Ids of instances that are never a seed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped_seeds: Vec<String>,
    /// Ceilings of single entities.
    #[serde(rename = "entity", skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityCeiling>,
    /// Parameters of `repeat`.
    pub repeat: Repeat,
    /// Parameters of `diffusion`.
    pub diffusion: Diffusion,
}

/// A `[[synthesis.entity]]` entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityCeiling {
    /// `perspective:name`.
    pub entity: String,
    /// At most so many are made for it; 0 leaves it as it is.
    pub ceiling: u32,
    /// Where it stands in the recipe's file, for messages.
    #[serde(skip)]
    pub line: Line,
}

impl EntityCeiling {
    /// An entry that stands in no file yet.
    #[must_use]
    pub fn new(perspective: Perspective, name: &str, ceiling: u32) -> Self {
        Self { entity: format!("{}:{name}", perspective.key()), ceiling, line: Line::default() }
    }

    /// The perspective and the name; `None` when the perspective is not known.
    #[must_use]
    pub fn parts(&self) -> Option<(Perspective, &str)> {
        let (perspective, name) = self.entity.split_once(':')?;
        let known = Perspective::ALL.into_iter().find(|known| known.key() == perspective.trim())?;
        Some((known, name))
    }
}

/// The recipe's `[synthesis.repeat]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repeat {
    /// An instance is repeated at most so often.
    pub most: u32,
}

impl Default for Repeat {
    fn default() -> Self {
        Self { most: 4 }
    }
}

/// The recipe's `[synthesis.diffusion]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Diffusion {
    /// What makes the pictures.
    pub backend: Backend,
    /// `bundle`: the folder of the exported pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<std::path::PathBuf>,
    /// Levels of image guidance λ, 0 to 1: how much of the seed stays (`DisCL`: 1 − strength).
    pub guidance: Vec<f64>,
    /// Pictures of each seed at each level.
    pub images: u32,
    /// Pictures that are sampled for each that is kept: the one nearest to the seed wins.
    pub candidates: u32,
    /// Classifier-free guidance: 1 is none.
    pub scale: f64,
    /// Steps of a sampler.
    pub steps: u32,
    /// Width and height of a picture: 32, 64 or 128.
    pub resolution: u32,
    /// `ddpm`: training steps.
    pub training_steps: u32,
    /// What is sorted out after sampling.
    pub filter: Filter,
}

impl Default for Diffusion {
    fn default() -> Self {
        Self {
            backend: Backend::Ddpm,
            bundle: None,
            guidance: vec![0.3, 0.5, 0.7],
            images: 1,
            candidates: 1,
            scale: 2.0,
            steps: 50,
            resolution: 32,
            training_steps: 2_000,
            filter: Filter::default(),
        }
    }
}

impl Diffusion {
    /// The training stage in which pictures of a level belong, from 1: the freest come first, the nearest to real ones last
    /// (`DisCL`'s schedule; real instances alone come after all of them).
    #[must_use]
    pub fn stage(&self, guidance: f64) -> u32 {
        let mut below: Vec<f64> = self.guidance.iter().copied().filter(|&level| level < guidance).collect();
        below.sort_by(f64::total_cmp);
        below.dedup();
        below.len() as u32 + 1
    }
}

/// The recipe's `[synthesis.diffusion.filter]` table; each is a share from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Pictures more similar than this to a training picture are memorised; 1 lets all pass.
    pub memorised: f64,
    /// Pictures less likely than this to be of their class are wrong; 0 lets all pass.
    pub class: f64,
    /// Pictures with an outlier score above this are dropped; 1 lets all pass.
    pub outlier: f64,
    /// Pictures with less contrast than this are flat; 0 lets all pass.
    pub flat: f64,
    /// Pictures with a larger share of black or white pixels are saturated; 1 lets all pass.
    pub saturated: f64,
}

impl Default for Filter {
    fn default() -> Self {
        Self { memorised: 0.98, class: 0.5, outlier: 0.99, flat: 0.02, saturated: 0.95 }
    }
}

/// The outlier score above which a seed is not used, unless the recipe says otherwise.
const OUTLIER: f64 = 0.99;
/// The most that a count of the table may be.
const MOST: u32 = 1_000_000;

impl Default for Synthesis {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            policies: Vec::new(),
            perspectives: Vec::new(),
            ceiling: None,
            outlier: OUTLIER,
            dropped_seeds: Vec::new(),
            entities: Vec::new(),
            repeat: Repeat::default(),
            diffusion: Diffusion::default(),
        }
    }
}

impl Synthesis {
    /// True when something is to be made.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.policies.is_empty()
    }

    /// True when a policy is among those that are used.
    #[must_use]
    pub fn uses(&self, policy: SynthesisName) -> bool {
        self.policies.contains(&policy)
    }
}

/// What is wrong under `[synthesis]`: the dotted place below `synthesis`, and the message.
pub(super) fn fault(synthesis: &Synthesis, extracted: &[Perspective]) -> Option<(String, String)> {
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
        let hint = super::nearest(written, keys)
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
        ("diffusion.training_steps", *training_steps, 10 * MOST),
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
            "guidance needs from 1 to 16 levels, such as [0.3, 0.5, 0.7]".into(),
        ));
    }
    let wrong = diffusion.guidance.iter().position(|level| !(0.0..=1.0).contains(level))?;
    let level = diffusion.guidance[wrong];
    Some((
        format!("diffusion.guidance.{wrong}"),
        format!("the level {level} is out of range; write a number from 0 to 1"),
    ))
}
