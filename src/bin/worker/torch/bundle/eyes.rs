//! An exported picture encoder (`assets/bundle/encoder.py`): pictures to vectors of unit length.
//!
//! Invariant: a vector is a function of its picture, the encoder and the device.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tch::{CModule, Device, Kind, Tensor, no_grad};

use super::script;
use crate::torch::compute::Compute;
use crate::torch::error::{TorchError, guard};

/// What tells that a file describes an encoder.
const FORMAT: (&str, u32) = ("fantail-encoder", 1);

/// `encoder.json`.
#[derive(Clone, Debug, Deserialize)]
struct Description {
    format: String,
    version: u32,
    size: i64,
    width: i64,
}

/// An encoder on a device.
pub struct Eyes {
    module: CModule,
    described: Description,
    path: PathBuf,
    device: Device,
}

impl Eyes {
    /// Whether a folder holds an exported encoder.
    pub fn are_in(folder: &Path) -> bool {
        folder.join("encoder.json").is_file()
    }

    /// Loads the encoder in a folder.
    ///
    /// # Errors
    /// A file that is missing or is not what it should be, or too little memory.
    pub fn open(folder: &Path, compute: Compute) -> Result<Self, TorchError> {
        let path = folder.join("encoder.json");
        let text = std::fs::read_to_string(&path).map_err(|error| TorchError::file(&path, error))?;
        let wrong = |reason: String| TorchError::Bundle { path: path.clone(), reason };
        let described: Description = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let (format, version) = FORMAT;
        if described.format != format || described.version != version || !(8..=4096).contains(&described.size) {
            return Err(wrong(format!("it describes no {format} of version {version}")));
        }
        let path = folder.join("encoder.pt");
        Ok(Self { module: script(&path, compute.device)?, described, path, device: compute.device })
    }

    /// Pixels a side of the pictures that it takes; they are in colour.
    pub fn size(&self) -> i64 {
        self.described.size
    }

    /// Bytes (n, 3, size, size) to (n, width) of unit length, on the CPU.
    ///
    /// # Errors
    /// Too little memory, or an encoder that does not do what it says.
    pub fn vectors(&self, pixels: &Tensor) -> Result<Tensor, TorchError> {
        let vectors = guard(|| {
            no_grad(|| {
                let pictures = pixels.to_device(self.device).to_kind(Kind::Float) / 255.0;
                Ok(self.module.forward_ts(&[pictures])?.to_kind(Kind::Float).to_device(Device::Cpu))
            })
        })?;
        if vectors.size() != [pixels.size()[0], self.described.width] {
            let reason = format!("it gives {:?} numbers instead of {} a picture", vectors.size(), self.described.width);
            return Err(TorchError::Bundle { path: self.path.clone(), reason });
        }
        guard(|| Ok(&vectors / vectors.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-6)))
    }
}
