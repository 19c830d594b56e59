//! Where the worker computes and in which precision.
//!
//! Invariant: sums and losses are in 32 bits whatever the precision of the network is.

use tch::{Device, Kind};

/// A device and how it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compute {
    /// CPU or a GPU.
    pub device: Device,
    /// The precision of the network's inner work; sums and losses are always 32 bits.
    pub kind: Kind,
}

impl Compute {
    /// bf16 on a GPU, 32 bits on a CPU.
    pub fn on(device: Device) -> Self {
        Self { device, kind: if device.is_cuda() { Kind::BFloat16 } else { Kind::Float } }
    }

    /// The CPU in 32 bits.
    #[cfg(test)]
    pub fn cpu() -> Self {
        Self::on(Device::Cpu)
    }
}
