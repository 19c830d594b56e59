//! The engine on libtorch.
//!
//! Invariant: `tch` is used below here and nowhere else.

mod cuda;
mod device;

use fantail::job::worker::{Device, Embed, Outcome, Problem, Sample, Train, TrainSettings};
use fantail::number;

use crate::engine::{End, Engine};
use crate::pictures::Pictures;
use crate::session::Session;

pub use device::version;

/// Works on one device with libtorch.
pub struct Torch {
    device: tch::Device,
    note: String,
}

/// Opens a device: `auto`, `cpu` or `cuda:N`.
///
/// # Errors
/// Why it cannot be worked on, and what would mend it.
pub fn open(device: &str) -> Result<Torch, Problem> {
    let (device, note) = device::choose(device)?;
    Ok(Torch { device, note })
}

impl Engine for Torch {
    fn device(&self) -> Device {
        device::describe(self.device, &self.note)
    }

    fn train(&mut self, train: &Train, session: &Session) -> Result<Outcome, End> {
        let TrainSettings { side, colour, .. } = train.settings;
        let (pictures, shape) = Pictures::read(&train.instances, (side, colour), session)?;
        let (images, aside) = (number::count(pictures.listed.len() as u64), number::count(pictures.set_aside));
        session.log(format!(
            "{images} images of {side} × {side} pixels and {} channels; {aside} set aside",
            shape.channels
        ));
        Err(unable("train"))
    }

    fn sample(&mut self, _sample: &Sample, _session: &Session) -> Result<Outcome, End> {
        Err(unable("sample"))
    }

    fn embed(&mut self, _embed: &Embed, _session: &Session) -> Result<Outcome, End> {
        Err(unable("embed"))
    }
}

/// What this build leaves out.
fn unable(what: &str) -> End {
    End::failed(
        format!("this build of fantail-worker cannot {what}"),
        "use a newer build of fantail and fantail-worker",
    )
}
