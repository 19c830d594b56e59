//! The shape of the classifier, how it is trained, and what a step of that looks at.
//!
//! Invariant: a step's batch depends on the configuration, the pictures and the step's number alone.

use serde::{Deserialize, Serialize};
use tch::Tensor;

use crate::torch::compute::Compute;
use crate::torch::images::{Batch, Images};
use crate::torch::random::Stream;

/// The shape of the classifier and how it is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Pixels a side.
    pub size: i64,
    /// 1 for grey, 3 for colour.
    pub channels: i64,
    /// How many entities it tells apart.
    pub entities: i64,
    /// Channels of its finest layer.
    pub width: i64,
    /// Steps of training.
    pub steps: u64,
    /// Pictures a step.
    pub batch: usize,
    /// How far batches are balanced over entities.
    pub balance: f64,
    /// Mirror half the pictures.
    pub mirror: bool,
    /// Seed of every draw.
    pub seed: u64,
}

impl EncoderConfig {
    /// A default for pictures of this kind.
    pub fn new(size: i64, channels: i64, entities: i64) -> Self {
        Self { size, channels, entities, width: 32, steps: 800, batch: 64, balance: 0.8, mirror: true, seed: 42 }
    }

    /// What a step looks at.
    pub(super) fn batch(&self, images: &Images, (step, shares): (u64, &[f64]), compute: Compute) -> Batch {
        let mut stream = Stream::new(self.seed, &step.to_string(), "encoder batch");
        let pairs = images.draw(&mut stream, self.batch, shares);
        let mut batch = images.batch(&pairs, self.mirror.then_some(&mut stream), compute.device);
        batch.pictures = shifted(&batch.pictures, &mut stream);
        batch
    }

    /// Numbers in an embedding.
    pub fn features(&self) -> i64 {
        self.width * 3
    }
}

/// The batch moved by up to a sixteenth of its side, edges repeated: one shift for all, another at each step.
fn shifted(pictures: &Tensor, stream: &mut Stream) -> Tensor {
    let side = pictures.size()[3];
    let reach = (side / 16).max(1);
    let padded = pictures.replication_pad2d([reach; 4]);
    let (down, right) = (stream.below(2 * reach as usize + 1) as i64, stream.below(2 * reach as usize + 1) as i64);
    padded.narrow(2, down, side).narrow(3, right, side).contiguous()
}
