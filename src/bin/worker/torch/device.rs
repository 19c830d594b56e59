//! Which device is worked on, and what is known of it.
//!
//! Invariant: a device that was named is taken or refused, never replaced by another; only `auto` chooses.

use fantail::job::worker::{Device, Problem};
use tch::Cuda;

use super::cuda::{self, Loaded};
use crate::memory;

/// The version of libtorch that `tch` was generated for, and that this program therefore runs on.
const VERSION: &str = "2.11.0";

/// The version of the libtorch that this process runs on, with the folder that it lies in.
pub fn version() -> String {
    cuda::folder().map_or_else(|| VERSION.to_owned(), |folder| format!("{VERSION} in {}", folder.display()))
}

/// Chooses a device by its name; with it comes why it is not a GPU, where it is not.
///
/// # Errors
/// Why it cannot be worked on.
pub fn choose(name: &str) -> Result<(tch::Device, String), Problem> {
    if name == "cpu" {
        return Ok((tch::Device::Cpu, String::new()));
    }
    let missing = missing_cuda();
    if name == "auto" {
        return Ok(missing.map_or((tch::Device::Cuda(0), String::new()), |reason| (tch::Device::Cpu, reason)));
    }
    let Some(number) = memory::gpu_number(name) else {
        let message = format!("{name} is not a device");
        return Err(Problem { message, next: "use --device auto, cpu or cuda:N".into() });
    };
    if let Some(reason) = missing {
        let next = "use --device cpu, or --libtorch with the folder of a PyTorch 2.11 for CUDA".into();
        return Err(Problem { message: format!("{name} cannot be used: {reason}"), next });
    }
    let count = Cuda::device_count();
    if i64::try_from(number).is_ok_and(|number| number < count) {
        return Ok((tch::Device::Cuda(number), String::new()));
    }
    let message = format!("{name} cannot be used: the GPUs here are cuda:0 to cuda:{}", count - 1);
    Err(Problem { message, next: "use --device auto".into() })
}

/// Why there is no CUDA; `None` when there is.
fn missing_cuda() -> Option<String> {
    match cuda::load() {
        Loaded::Absent(folder) => Some(format!("the libtorch in {} has no CUDA", folder.display())),
        Loaded::Refused(reason) => Some(format!("libtorch's CUDA half was not loaded: {reason}")),
        Loaded::Here if !Cuda::is_available() => Some("libtorch finds no usable GPU or driver".into()),
        Loaded::Here => None,
    }
}

/// What is known of a device.
pub fn describe(device: tch::Device, note: &str) -> Device {
    let note = note.to_owned();
    if let tch::Device::Cuda(number) = device {
        let card = memory::card(number).unwrap_or(memory::Card { model: "a GPU".into(), total: 0, free: 0 });
        return Device {
            name: format!("cuda:{number}"),
            model: card.model,
            memory: card.total,
            free: card.free,
            threads: 0,
            note,
        };
    }
    Device {
        name: "cpu".into(),
        model: memory::processor(),
        memory: memory::machine("MemTotal:").unwrap_or(0),
        free: memory::machine("MemAvailable:").unwrap_or(0),
        threads: u32::try_from(tch::get_num_threads()).unwrap_or(0),
        note,
    }
}
