//! What overrides make of what a policy decided, as probabilities that follow from all instances and as draws for one.
//!
//! Where several meet in one instance, exclude beats pin, pin beats floor, floor beats cap. A cap of n keeps, of the entity's
//! instances that the policy keeps, those with the lowest draws as long as they fit, repeats counted: never more than n. A floor of
//! n brings dropped instances back, those with the lowest draws first, until there are n; when all are kept and they are still
//! fewer, it repeats them until there are n. Caps, then floors, are settled in the order of the recipe, each on what those before it
//! left. What is expected of an instance over all seeds follows from the expected size of a sum that is cut at n, see
//! `settled`; which draw parts what stays from what goes under one seed, `decision/cut` finds.
//!
//! Where a policy keeps all and weighs them, caps and floors change weights alone: those of the entity's instances are multiplied so
//! that they sum to n, and each is written once as before.
//!
//! Invariant: pins and excludes look at one instance only; what a cap or a floor needs to know of the others is a sum over
//! fixed-point numbers, so that it depends on no order. Only instances that hold a capped or floored entity may leave when a
//! threshold is raised: a cap that is full has to make room.

mod settled;

pub use settled::{Cut, Settled};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::index::Index;
use crate::policy::{Bound, Outlook};
use crate::recipe::OverrideAction;
use settled::sums;

/// Overrides whose probabilities are known.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// In the order in which they are applied.
    entries: Vec<Settled>,
    /// For each perspective of the index, the places in `entries` by rank.
    places: Vec<FxHashMap<u32, Vec<u32>>>,
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

    /// Where the draws of one are cut.
    pub(super) fn cut(&mut self, place: usize, cut: Cut) {
        if let Some(settled) = self.entries.get_mut(place) {
            settled.cut = cut;
        }
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
