//! The folder of a trained model: its files, and the names of its entities.
//!
//! Invariant: no other file of the worker names a path in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::torch::error::TorchError;

/// The files of a model's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at a path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Makes it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self) -> Result<(), TorchError> {
        fs::create_dir_all(&self.path).map_err(|error| TorchError::file(&self.path, error))
    }

    /// The diffusion model with its optimizer.
    pub fn model(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// The names of its entities, one a line.
    pub fn names(&self) -> PathBuf {
        self.path.join("entities.txt")
    }

    /// The classifier that judges its images.
    pub fn encoder(&self) -> PathBuf {
        self.path.join("encoder.safetensors")
    }

    /// A rough picture that was made during training.
    pub fn rough(&self, name: &str) -> PathBuf {
        self.path.join("rough").join(format!("{name}.png"))
    }

    /// The pictures that it learned from, at its size: what copies are looked for among.
    pub fn pictures(&self) -> PathBuf {
        self.path.join("pictures.safetensors")
    }
}

/// The lines of a file of names.
///
/// # Errors
/// It cannot be read.
pub fn names(path: &Path) -> Result<Vec<String>, TorchError> {
    let text = fs::read_to_string(path).map_err(|error| TorchError::file(path, error))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Writes a file under a temporary name beside it and renames it; waited for on the disk if `sync`.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8], sync: bool) -> Result<(), TorchError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let beside = path.with_file_name(name);
    let all = || -> std::io::Result<()> {
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        if sync {
            file.sync_all()?;
        }
        fs::rename(&beside, path)
    };
    all().map_err(|error| TorchError::file(path, error))
}
