//! What overrides make of what a policy decided, as probabilities that follow from all instances and as draws for one.
//!
//! Where several meet in one instance, exclude beats pin, pin beats floor, floor beats cap. A cap of n thins the entity's instances,
//! each with the same probability n/E, where E is the expected number that the policy keeps, repeats counted. A floor of n brings
//! dropped instances back, each with the same probability, until n are expected; when all are kept and they are still fewer, it
//! repeats them n/count times. Caps, then floors, are settled in the order of the recipe, each on what those before it left.
//!
//! Where a policy keeps all and weighs them, caps and floors change weights alone: those of the entity's instances are multiplied so
//! that they sum to n, and each is written once as before.
//!
//! Invariant: pins and excludes look at one instance only; what a cap or a floor needs to know of the others is a sum over
//! fixed-point numbers, so that it depends on no order. Only instances that hold a capped or floored entity may leave when a
//! threshold is raised: a cap that is full has to make room.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::index::Index;
use crate::policy::{Bound, Outlook};
use crate::recipe::OverrideAction;

/// Overrides whose probabilities are known.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// In the order in which they are applied.
    entries: Vec<Settled>,
    /// For each perspective of the index, the places in `entries` by rank.
    places: Vec<FxHashMap<u32, Vec<u32>>>,
}

/// One entity's override, settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// The entity and what is asked.
    pub bound: Bound,
    /// Cap: the probability that an instance stays. Floor: that a dropped one comes back. 1 for the others.
    pub gate: f64,
    /// Floor: how often each is repeated, on average; 1 for the others.
    pub refill: f64,
    /// What a cap or a floor multiplies weights by where instances are weighed and not repeated; 1 elsewhere.
    pub weight: f64,
}

/// The instances of an entity, as numbers in a slice of outlooks, and how many instances each stands for.
pub type Holders<'a> = dyn Fn(Bound) -> (std::borrow::Cow<'a, [u32]>, f64) + 'a;

impl Settlement {
    /// Settles overrides and applies them to what the policy expects of each instance.
    pub fn of(bound: &[Bound], holders: &Holders<'_>, outlooks: &mut dyn Outlooks) -> Self {
        let weighs = outlooks.weighs();
        let mut ordered = bound.to_vec();
        ordered.sort_by_key(|entry| stage(entry.action));
        let mut settlement = Self::default();
        let mut excluded = FxHashSet::default();
        for entry in ordered {
            let (instances, stands_for) = holders(entry);
            if entry.action == OverrideAction::Exclude {
                excluded.extend(instances.iter().copied());
            }
            let alive = || instances.iter().copied().filter(|instance| !excluded.contains(instance));
            let settled = match entry.action {
                OverrideAction::Exclude | OverrideAction::Pin => Settled::plain(entry),
                OverrideAction::Cap(_) | OverrideAction::Floor(_) => {
                    Settled::summed(entry, &sums(alive(), &*outlooks, stands_for), weighs)
                }
            };
            if entry.action == OverrideAction::Exclude {
                instances.iter().for_each(|&instance| outlooks.put(instance, Outlook::default()));
            }
            for instance in alive() {
                let outlook = outlooks.get(instance);
                outlooks.put(instance, settled.applied(outlook));
            }
            settlement.push(settled);
        }
        settlement
    }

    /// True when there is nothing to apply.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All of them, in the order in which they are applied.
    #[must_use]
    pub fn entries(&self) -> &[Settled] {
        &self.entries
    }

    /// The settled overrides that an instance is subject to, in the order in which they are applied.
    pub fn held<'a>(&'a self, index: &'a Index, instance: usize) -> Vec<&'a Settled> {
        let places = self.held_places(index, instance);
        places.iter().filter_map(|&place| self.entries.get(place as usize)).collect()
    }

    /// The places of these among [`Self::entries`], ascending.
    #[must_use]
    pub fn held_places(&self, index: &Index, instance: usize) -> Vec<u32> {
        let mut places: Vec<u32> = Vec::new();
        for (entry, known) in index.perspectives.iter().zip(&self.places).filter(|(_, known)| !known.is_empty()) {
            let row = entry.by_instance.row(instance);
            if known.len() < row.len() {
                let held = known.iter().filter(|(rank, _)| row.binary_search(rank).is_ok());
                held.for_each(|(_, more)| places.extend(more));
            } else {
                row.iter().filter_map(|rank| known.get(rank)).for_each(|more| places.extend(more));
            }
        }
        places.sort_unstable();
        places
    }

    fn push(&mut self, settled: Settled) {
        let Bound { slot, rank, .. } = settled.bound;
        if self.places.len() <= slot {
            self.places.resize_with(slot + 1, FxHashMap::default);
        }
        self.places[slot].entry(rank).or_default().push(self.entries.len() as u32);
        self.entries.push(settled);
    }
}

/// What is expected of each instance, by its number.
pub trait Outlooks {
    /// That of an instance.
    fn get(&self, instance: u32) -> Outlook;
    /// Puts another in its place.
    fn put(&mut self, instance: u32, outlook: Outlook);
    /// Whether the repeats are weights of instances that are all written once.
    fn weighs(&self) -> bool;
}

/// Keep probabilities and expected repeats, side by side.
pub struct Columns<'a> {
    /// The probability that each instance is kept at all.
    pub keep: &'a mut [f32],
    /// How often each is written, on average, or its weight.
    pub repeat: &'a mut [f32],
    /// Whether it is the weight.
    pub weighs: bool,
}

impl Outlooks for Columns<'_> {
    fn get(&self, instance: u32) -> Outlook {
        let place = instance as usize;
        Outlook { keep: f64::from(self.keep[place]), repeat: f64::from(self.repeat[place]) }
    }

    fn put(&mut self, instance: u32, outlook: Outlook) {
        let place = instance as usize;
        (self.keep[place], self.repeat[place]) = (outlook.keep as f32, outlook.repeat as f32);
    }

    fn weighs(&self) -> bool {
        self.weighs
    }
}

/// Exclusions first, so that nothing else counts on what they drop; pins last, so that they hold.
const fn stage(action: OverrideAction) -> u8 {
    match action {
        OverrideAction::Exclude => 0,
        OverrideAction::Cap(_) => 1,
        OverrideAction::Floor(_) => 2,
        OverrideAction::Pin => 3,
    }
}

/// Sums over an entity's instances.
struct Sums {
    instances: f64,
    kept: f64,
    after: f64,
}

impl Sums {
    /// What weights are multiplied by to sum to `wanted`.
    fn factor(&self, wanted: u32) -> f64 {
        if self.after > 0.0 { f64::from(wanted) / self.after } else { 1.0 }
    }
}

/// Sums in multiples of 2⁻³², which do not depend on the order of the instances.
fn sums(instances: impl Iterator<Item = u32>, outlooks: &dyn Outlooks, weight: f64) -> Sums {
    const UNIT: f64 = (1_u64 << 32) as f64;
    let (mut number, mut kept, mut after) = (0_u64, 0_u128, 0_u128);
    for instance in instances {
        let outlook = outlooks.get(instance);
        number += 1;
        kept += (outlook.keep * UNIT) as u128;
        after += (outlook.repeat * UNIT) as u128;
    }
    let real = |sum: u128| sum as f64 / UNIT * weight;
    Sums { instances: number as f64 * weight, kept: real(kept), after: real(after) }
}

impl Settled {
    const fn plain(bound: Bound) -> Self {
        Self { bound, gate: 1.0, refill: 1.0, weight: 1.0 }
    }

    /// A cap or a floor, from sums over what it is settled on.
    fn summed(bound: Bound, sums: &Sums, weighs: bool) -> Self {
        match bound.action {
            OverrideAction::Cap(most) if weighs => Self { weight: sums.factor(most).min(1.0), ..Self::plain(bound) },
            // Its gate is shut, as nothing is brought back.
            OverrideAction::Floor(least) if weighs => {
                Self { gate: 0.0, weight: sums.factor(least).max(1.0), ..Self::plain(bound) }
            }
            OverrideAction::Cap(most) => Self::cap(bound, most, sums),
            OverrideAction::Floor(least) => Self::floor(bound, least, sums),
            OverrideAction::Exclude | OverrideAction::Pin => Self::plain(bound),
        }
    }

    fn cap(bound: Bound, most: u32, sums: &Sums) -> Self {
        Self { gate: sums.factor(most).min(1.0), ..Self::plain(bound) }
    }

    fn floor(bound: Bound, least: u32, sums: &Sums) -> Self {
        let least = f64::from(least);
        let (missing, dropped) = (least - sums.after, sums.instances - sums.kept);
        let gate = if missing > 0.0 && dropped > 0.0 { (missing / dropped).min(1.0) } else { 0.0 };
        let all = sums.after + dropped * gate;
        let short = all > 0.0 && all < least * (1.0 - 1e-9);
        // What is repeated has to be kept by all means, else the repeats would miss what is dropped.
        if short { Self { refill: least / all, ..Self::plain(bound) } } else { Self { gate, ..Self::plain(bound) } }
    }

    /// What becomes of an instance's outlook.
    #[must_use]
    pub fn applied(&self, outlook: Outlook) -> Outlook {
        let Outlook { keep, repeat } = outlook;
        let back = 1.0 - keep;
        match self.bound.action {
            OverrideAction::Exclude => Outlook::default(),
            OverrideAction::Pin => Outlook { keep: 1.0, repeat: repeat + back },
            OverrideAction::Cap(_) => Outlook { keep: keep * self.gate, repeat: repeat * self.gate * self.weight },
            OverrideAction::Floor(_) => {
                let repeat = (repeat + back * self.gate) * self.refill * self.weight;
                Outlook { keep: keep + back * self.gate, repeat }
            }
        }
    }
}
