//! What a failure of the computing part means to the user, and what to do now.
//!
//! Invariant: each failure tells what to do next.

use crate::engine::End;
use crate::torch::error::TorchError;

/// The end of a task that failed.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub fn end(error: TorchError) -> End {
    let next = match &error {
        TorchError::Cancelled => return End::Cancelled,
        TorchError::OutOfMemory(_) => {
            "choose a smaller side, width or batch, close what else uses the device, or use --device cpu"
        }
        TorchError::Libtorch(_) => "try --device cpu; if it fails there too, report it with the log",
        TorchError::File { .. } => {
            "make room or choose another folder, then start the job again: it goes on where it was"
        }
        TorchError::Checkpoint { .. } => "train the model again, or remove the file",
        TorchError::Bundle { .. } => "export the pipeline or encoder again with assets/bundle, or name another folder",
        TorchError::Image { .. } => "see the log for the image",
        TorchError::Setting(_) => "change the setting in the recipe",
        TorchError::Diverged(_) => "halve the learning rate and start the job again",
    };
    End::failed(error.to_string(), next)
}
