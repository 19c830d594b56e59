//! Which draws of a seed stay under a cap and come back under a floor.
//!
//! Invariant: every cut follows from the set of instances, whatever their order; caps and floors are settled one after another,
//! each on what those before it left.

use rayon::prelude::*;

use super::super::draw::Purpose;
use super::super::overrides::{Cut, Settled};
use super::Decider;
use crate::policy::{Bound, Fate};
use crate::recipe::OverrideAction;

/// How often each instance is written, as far as it is settled; excluded ones stay out.
struct Standing {
    repeats: Vec<u32>,
    gone: Vec<bool>,
}

/// An instance and what it draws.
type Drawn = (f64, u32);

impl Decider<'_> {
    /// Finds the cuts of all caps and floors.
    pub(super) fn cut(&mut self) {
        let sums_up = |entry: &Settled| entry.bound.action.sums_up();
        if self.rule.fate == Fate::Weights || !self.settlement.entries().iter().any(sums_up) {
            return;
        }
        let instances = self.index.instances();
        let decided = (0..instances).into_par_iter().with_min_len(4096).map(|instance| self.policy_repeat(instance));
        let mut standing = Standing { repeats: decided.collect(), gone: vec![false; instances] };
        for place in 0..self.settlement.entries().len() {
            let bound = self.settlement.entries()[place].bound;
            let cut = match bound.action {
                OverrideAction::Exclude => self.excluded(bound, &mut standing),
                OverrideAction::Cap(most) => self.capped((bound, most), &mut standing),
                OverrideAction::Floor(least) => self.floored((bound, least), &mut standing),
                // Pins come last: nothing is settled on what they leave.
                OverrideAction::Pin => continue,
            };
            self.settlement.cut(place, cut);
        }
    }

    fn excluded(&self, bound: Bound, standing: &mut Standing) -> Cut {
        for &instance in &*bound.holders(self.index) {
            standing.repeats[instance as usize] = 0;
            standing.gone[instance as usize] = true;
        }
        Cut::NONE
    }

    fn capped(&self, (bound, most): (Bound, u32), standing: &mut Standing) -> Cut {
        let written = self.drawn((bound, Purpose::Cap), |instance| standing.repeats[instance as usize] > 0);
        let mut room = u64::from(most);
        let fits = |&&(_, instance): &&Drawn| {
            let left = room.checked_sub(u64::from(standing.repeats[instance as usize]));
            left.inspect(|&left| room = left).is_some()
        };
        let stay = written.iter().take_while(fits).count();
        written[stay..].iter().for_each(|&(_, instance)| standing.repeats[instance as usize] = 0);
        Cut { draw: written.get(stay).map_or(1.0, |&(draw, _)| draw), ..Cut::NONE }
    }

    fn floored(&self, (bound, least): (Bound, u32), standing: &mut Standing) -> Cut {
        let standing_now = |standing: &Standing| -> u64 {
            let repeat = |&instance: &u32| u64::from(standing.repeats[instance as usize]);
            bound.holders(self.index).iter().map(repeat).sum()
        };
        let missing = u64::from(least).saturating_sub(standing_now(standing));
        let dropped = |instance: u32| standing.repeats[instance as usize] == 0 && !standing.gone[instance as usize];
        let dropped = self.drawn((bound, Purpose::Floor), dropped);
        let back = dropped.len().min(usize::try_from(missing).unwrap_or(usize::MAX));
        dropped[..back].iter().for_each(|&(_, instance)| standing.repeats[instance as usize] = 1);
        let cut = Cut { draw: dropped.get(back).map_or(1.0, |&(draw, _)| draw), ..Cut::NONE };
        let cut = if back == 0 { Cut { draw: 0.0, ..cut } } else { cut };
        let total = standing_now(standing);
        if total == 0 || total >= u64::from(least) {
            cut
        } else {
            self.refilled((bound, least), (cut, total), standing)
        }
    }

    /// Repeats what is there, all of it, until the floor is reached.
    fn refilled(&self, (bound, least): (Bound, u32), (cut, total): (Cut, u64), standing: &mut Standing) -> Cut {
        let times = f64::from(least) / total as f64;
        let whole = Cut { times, ..cut };
        let holders = bound.holders(self.index);
        let surely = |&instance: &u32| u64::from(whole.repeated(standing.repeats[instance as usize], 1.0));
        let sure: u64 = holders.iter().map(surely).sum();
        let rounded = |instance: u32| (f64::from(standing.repeats[instance as usize]) * times).fract() > 0.0;
        let rounded = self.drawn((bound, Purpose::Refill), rounded);
        let up = usize::try_from(u64::from(least).saturating_sub(sure)).unwrap_or(usize::MAX);
        let cut = Cut { up: rounded.get(up).map_or(1.0, |&(draw, _)| draw), ..whole };
        for &instance in &*holders {
            let repeat = &mut standing.repeats[instance as usize];
            *repeat = cut.repeated(*repeat, self.entity_draw(instance as usize, bound, Purpose::Refill));
        }
        cut
    }

    /// Some of an entity's instances by what they draw, the lowest draw first.
    fn drawn(&self, (bound, purpose): (Bound, Purpose), wanted: impl Fn(u32) -> bool + Sync) -> Vec<Drawn> {
        let holders = bound.holders(self.index);
        let draw = |instance: u32| (self.entity_draw(instance as usize, bound, purpose), instance);
        let chosen = holders.par_iter().copied().with_min_len(4096).filter(|&instance| wanted(instance)).map(draw);
        let mut drawn: Vec<Drawn> = chosen.collect();
        drawn.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        drawn
    }
}
