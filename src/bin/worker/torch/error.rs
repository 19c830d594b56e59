//! What can go wrong when the worker computes: one enum, and the guard that turns libtorch's panics into it.
//!
//! Invariant: no panic of a tensor operation leaves [`guard`]; running out of memory keeps its own variant.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// A failure of training, sampling or judging.
#[derive(Debug, thiserror::Error)]
pub enum TorchError {
    /// The device has too little memory for the batch.
    #[error("out of memory on the device: {0}")]
    OutOfMemory(String),
    /// Any other failure inside libtorch.
    #[error("libtorch: {0}")]
    Libtorch(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A checkpoint that is damaged or was made for another model.
    #[error("{path}: not a usable checkpoint: {reason}")]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// An exported pipeline or encoder that is damaged or of another kind.
    #[error("{path}: not a usable bundle: {reason}")]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// An image that cannot be used.
    #[error("{path}: {reason}")]
    Image {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A setting that makes no sense.
    #[error("{0}")]
    Setting(String),
    /// The training diverged.
    #[error("the loss is not finite at step {0}; lower the learning rate")]
    Diverged(u64),
    /// Someone asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl From<tch::TchError> for TorchError {
    fn from(error: tch::TchError) -> Self {
        Self::from_message(&error.to_string())
    }
}

impl TorchError {
    /// A file error with its path.
    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source }
    }

    /// A checkpoint error with its path.
    pub fn checkpoint(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Checkpoint { path: path.into(), reason: reason.into() }
    }

    /// Sorts libtorch's text: its first line says enough, the C++ frames below it go to no user; of TorchScript the last line does.
    fn from_message(message: &str) -> Self {
        let mut lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or("unknown failure");
        let script = first.starts_with("The following operation failed in the TorchScript");
        let line = if script { lines.next_back().unwrap_or(first) } else { first }.to_owned();
        let lower = message.to_lowercase();
        if lower.contains("out of memory")
            || lower.contains("can't allocate memory")
            || lower.contains("cudnn_status_alloc_failed")
        {
            Self::OutOfMemory(line)
        } else {
            Self::Libtorch(line)
        }
    }
}

/// Runs tensor code and returns its panics as errors.
///
/// # Errors
/// Whatever `work` returns, and every panic inside it as [`TorchError::OutOfMemory`] or [`TorchError::Libtorch`].
pub fn guard<T>(work: impl FnOnce() -> Result<T, TorchError>) -> Result<T, TorchError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(payload) => Err(TorchError::from_message(&panic_text(payload.as_ref()))),
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<String>() {
        return text.clone();
    }
    payload.downcast_ref::<&str>().map_or_else(|| "unknown failure".to_owned(), |text| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_memory_is_told_from_other_failures() {
        let text = "CUDA out of memory. Tried to allocate 2.00 GiB.\nException raised from malloc at …";
        assert!(matches!(TorchError::from_message(text), TorchError::OutOfMemory(line) if line.ends_with("GiB.")));
        assert!(matches!(TorchError::from_message("mat1 and mat2 shapes"), TorchError::Libtorch(_)));
        let text = "The following operation failed in the TorchScript interpreter.\nTraceback …\nRuntimeError: sizes 3 and 4\n";
        assert!(matches!(TorchError::from_message(text), TorchError::Libtorch(line) if line.ends_with("3 and 4")));
    }

    #[test]
    fn a_panic_of_a_tensor_operation_is_an_error() {
        let result = guard(|| {
            let ones = tch::Tensor::ones([2, 3], (tch::Kind::Float, tch::Device::Cpu));
            Ok(ones.matmul(&ones))
        });
        assert!(matches!(result, Err(TorchError::Libtorch(_))));
    }
}
