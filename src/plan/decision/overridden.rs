//! What overrides make of an instance's decision.
//!
//! Invariant: their probabilities and cuts are settled once for all instances; here, each instance draws.

use rayon::prelude::*;

use super::super::draw::{Key, Purpose};
use super::super::overrides::{Columns, Settled, Settlement};
use super::Decider;
use crate::policy::{Bound, Fate};
use crate::recipe::OverrideAction;

/// What one override did to an instance.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Applied {
    pub(in super::super) settled: Settled,
    /// The draw that decided; `None` where nothing is drawn.
    pub(in super::super) draw: Option<f64>,
    /// True when the instance is written, or weighs, more or less than without it.
    pub(in super::super) changed: bool,
}

impl Decider<'_> {
    /// Settles overrides on what the policy expects of all instances.
    pub(super) fn settle(&self, bound: &[Bound]) -> Settlement {
        let instances = if bound.is_empty() { 0 } else { self.index.instances() };
        let (mut keep, mut repeat) = (vec![0.0_f32; instances], vec![0.0_f32; instances]);
        if bound.iter().any(|entry| entry.action.sums_up()) {
            let both = keep.par_iter_mut().zip(&mut repeat).with_min_len(4096).enumerate();
            both.for_each(|(instance, (keep, repeat))| {
                let outlook = self.policy_outlook(instance);
                (*keep, *repeat) = (outlook.keep as f32, outlook.repeat as f32);
            });
        }
        let holders = |entry: Bound| (entry.holders(self.index), 1.0);
        let weighs = self.rule.fate == Fate::Weights;
        Settlement::of(bound, &holders, &mut Columns { keep: &mut keep, repeat: &mut repeat, weighs })
    }

    /// How often an instance is written that the policy alone writes `repeat` times, and what each override did.
    pub(in super::super) fn overridden(&self, instance: usize, mut repeat: u32) -> (u32, Vec<Applied>) {
        let mut applied = Vec::new();
        for &settled in self.settlement.held(self.index, instance) {
            let before = repeat;
            let draw = |purpose| self.entity_draw(instance, settled.bound, purpose);
            let mut drawn = None;
            match settled.bound.action {
                OverrideAction::Exclude => repeat = 0,
                OverrideAction::Pin => repeat = repeat.max(1),
                OverrideAction::Cap(_) | OverrideAction::Floor(_) if self.rule.fate == Fate::Weights => {}
                OverrideAction::Cap(_) => {
                    drawn = Some(draw(Purpose::Cap));
                    repeat = if draw(Purpose::Cap) < settled.cut.draw { repeat } else { 0 };
                }
                OverrideAction::Floor(_) => {
                    drawn = Some(draw(Purpose::Floor));
                    repeat = if draw(Purpose::Floor) < settled.cut.draw { repeat.max(1) } else { repeat };
                    repeat = settled.cut.repeated(repeat, draw(Purpose::Refill));
                }
            }
            let changed = repeat != before || (settled.weight - 1.0).abs() > 1e-9;
            applied.push(Applied { settled, draw: drawn, changed });
            if settled.bound.action == OverrideAction::Exclude {
                break;
            }
        }
        (repeat, applied)
    }

    pub(in super::super) fn entity_draw(&self, instance: usize, entity: Bound, purpose: Purpose) -> f64 {
        let entry = &self.index.perspectives[entity.slot];
        let name = entry.name_hashes.get(entity.rank as usize).copied().unwrap_or(0);
        Key::new(self.seed, self.id_hash(instance), purpose).of(entry.perspective).with(name).unit()
    }
}
