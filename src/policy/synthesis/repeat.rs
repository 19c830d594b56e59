//! `repeat`: real tail instances once more.
//!
//! Source: ADR (arXiv 2503.12821), table 8, "PA SA": most of the gain of data synthesis comes from repeating tail instances as they are;
//! the yardstick for every other policy.
//!
//! Invariant: what it makes is a real instance, with all of its entities.

use super::{SynthesisParameter, Synthesizer, Terms};
use crate::recipe::{Recipe, SynthesisName};

/// Real tail instances once more.
pub(super) struct Repeat;

impl Synthesizer for Repeat {
    fn name(&self) -> SynthesisName {
        SynthesisName::Repeat
    }

    fn summary(&self) -> &'static str {
        "real tail instances once more: free, at once, and the yardstick for all others"
    }

    fn source(&self) -> &'static str {
        "ADR, CVPR 2025, arXiv 2503.12821, table 8 (PA SA)"
    }

    fn parameters(&self) -> Vec<SynthesisParameter> {
        vec![SynthesisParameter::RepeatMost]
    }

    fn terms(&self, recipe: &Recipe) -> Terms {
        Terms { visit: vec![None], visits: recipe.synthesis.repeat.most, pictured: false, worker: false }
    }
}
