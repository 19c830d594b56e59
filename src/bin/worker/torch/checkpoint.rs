//! Checkpoints in the safetensors format: parameters, average, both moments, and in the metadata the step and all settings.
//!
//! The random state is not a field: every draw of step k is a function of (seed, k), so the step is the random state.
//!
//! Invariant: a checkpoint is written to a temporary name, synced and renamed; a reader never sees half a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

use super::compute::Compute;
use super::diffusion::Model;
use super::error::{TorchError, guard};
use super::optimizer::Parameters;
use super::train::{TrainConfig, Trainer};
use super::unet::UnetConfig;

mod safetensors;

pub use safetensors::{read, write};

/// What the metadata holds beside the tensors.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: u32,
    step: u64,
    model: UnetConfig,
    train: TrainConfig,
    origin: Origin,
}

/// What a model was trained on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The names behind the entity indices.
    pub entities: Vec<String>,
    /// The fingerprint of the pictures.
    pub pictures: u64,
}

const FORMAT: u32 = 1;
const GROUPS: [&str; 4] = ["weights", "average", "first_moment", "second_moment"];

/// Writes the trainer's whole state and what it was trained on.
///
/// # Errors
/// The file cannot be written.
pub fn save(path: &Path, trainer: &Trainer, origin: &Origin) -> Result<(), TorchError> {
    let state = &trainer.parameters;
    let header = Header {
        format: FORMAT,
        step: state.step,
        model: trainer.model.unet.config().clone(),
        train: trainer.config.clone(),
        origin: origin.clone(),
    };
    let text = serde_json::to_string(&header).map_err(|error| TorchError::checkpoint(path, error.to_string()))?;
    let metadata = BTreeMap::from([("fantail".to_owned(), text)]);
    guard(|| {
        let mut tensors = Vec::new();
        for (group, flat) in GROUPS.iter().zip([&state.flat, &state.average, &state.first, &state.second]) {
            let named = trainer.model.layout.named(flat);
            tensors.extend(named.into_iter().map(|(name, tensor)| (format!("{group}.{name}"), tensor)));
        }
        write(path, &tensors, &metadata)
    })
}

/// The trainer as it was, and what it was trained on.
///
/// # Errors
/// The file cannot be read, is damaged, or is of another format.
pub fn load(path: &Path, compute: Compute) -> Result<(Trainer, Origin), TorchError> {
    let (tensors, metadata) = read(path)?;
    let text =
        metadata.get("fantail").ok_or_else(|| TorchError::checkpoint(path, "it was not made by this program"))?;
    let header: Header = serde_json::from_str(text).map_err(|error| TorchError::checkpoint(path, error.to_string()))?;
    if header.format != FORMAT {
        return Err(TorchError::checkpoint(path, format!("format {} instead of {FORMAT}", header.format)));
    }
    let model = Model::new(header.model, compute)?;
    guard(|| {
        let gather = |group: &str| -> Result<Tensor, TorchError> {
            let flat = model.layout.gather(|name| tensors.get(&format!("{group}.{name}")).map(Tensor::shallow_clone));
            flat.map_err(|name| TorchError::checkpoint(path, format!("{group}.{name} is missing or misshapen")))
                .map(|flat| flat.to_device(compute.device))
        };
        let [flat, average, first, second] =
            [gather(GROUPS[0])?, gather(GROUPS[1])?, gather(GROUPS[2])?, gather(GROUPS[3])?];
        let parameters =
            Parameters { flat: flat.detach().set_requires_grad(true), average, first, second, step: header.step };
        Ok((Trainer { model, parameters, config: header.train, parts: 1 }, header.origin))
    })
}

/// Where tensors lie before they are written.
pub(super) const HOST: Device = Device::Cpu;
