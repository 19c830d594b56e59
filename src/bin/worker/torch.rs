//! The engine on libtorch: a class-conditional diffusion model, the small encoder that judges its images, and the clustering that
//! stands on embeddings.
//!
//! Invariant: `tch` is used below here and nowhere else; below `task` nothing knows the protocol's reports.

mod bundle;
mod candidate;
mod checkpoint;
mod cluster;
mod compute;
mod cuda;
mod device;
mod diffusion;
mod encoder;
mod error;
mod filter;
mod images;
mod layer;
mod optimizer;
mod outlier;
mod proof;
mod random;
mod sample;
mod schedule;
mod task;
#[cfg(test)]
mod tests;
mod train;
mod unet;
mod weights;

use fantail::job::worker::{Cluster, Device, Embed, Outcome, Problem, Sample, Train};

use self::compute::Compute;
use crate::engine::{End, Engine};
use crate::session::Session;

pub use device::version;
pub use proof::command as prove;

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
        task::train::train(train, Compute::on(self.device), session)
    }

    fn sample(&mut self, sample: &Sample, session: &Session) -> Result<Outcome, End> {
        task::sample::sample(sample, Compute::on(self.device), session)
    }

    fn embed(&mut self, embed: &Embed, session: &Session) -> Result<Outcome, End> {
        task::embed::embed(embed, Compute::on(self.device), session)
    }

    fn cluster(&mut self, cluster: &Cluster, session: &Session) -> Result<Outcome, End> {
        task::cluster::cluster(cluster, Compute::on(self.device), session)
    }
}
