//! A perspective whose large entities are split into subclasses: groups of instances that are alike, as another tool found them.
//!
//! Source: "Subclass-balancing Contrastive Learning" (Hou et al. 2023, SBCL): head classes become subclasses of about tail size.
//!
//! Invariant: an entity that is not split keeps its name and its instances; a split one falls into its subclasses and, where some
//! of its instances are in none, one more entity of its own name for these.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Index, PerspectiveIndex, build};
use crate::column::{Csr, StringTable};
use crate::entity::{Extracted, Extraction, Perspective, TextFacts};
use crate::progress::Unobserved;

/// What is known of subclasses.
#[derive(Clone, Debug, Default)]
pub enum Subclasses {
    /// Nobody asked.
    #[default]
    Unasked,
    /// The file that should tell of them cannot be used; why, and what to do.
    Unusable(String),
    /// A perspective with its entities split.
    Known(Arc<PerspectiveIndex>),
}

/// The subclass of an entity, by its rank, in an instance.
pub type Assignment = FxHashMap<(u32, u32), u32>;

impl Index {
    /// Splits a perspective's entities; `None` where there is no such perspective, or where it is one of pairs.
    #[must_use]
    pub fn split(&self, perspective: Perspective, of: &Assignment) -> Option<PerspectiveIndex> {
        let base = self.perspective(perspective).filter(|_| perspective != Perspective::CoOccurrence)?;
        let mut names = StringTable::default();
        let mut numbers: FxHashMap<(u32, Option<u32>), u32> = FxHashMap::default();
        let mut by_instance = Csr::default();
        for instance in 0..self.instances() {
            let row = base.by_instance.row(instance).iter().map(|&rank| {
                let subclass = of.get(&(instance as u32, rank)).copied();
                *numbers.entry((rank, subclass)).or_insert_with(|| {
                    names.push(&name(&base.names.get(rank as usize), subclass));
                    names.len() as u32 - 1
                })
            });
            by_instance.push(row.collect::<Vec<u32>>());
        }
        let split = Extracted { perspective, origin: base.origin, names, pairs: Vec::new(), by_instance };
        let wanted = vec![perspective];
        let text = TextFacts::default();
        let extraction = Extraction {
            perspectives: vec![split],
            wanted,
            id_hashes: self.id_hashes.clone(),
            text,
            unpaired: Vec::new(),
        };
        build(extraction, &Unobserved).ok()?.perspectives.pop()
    }
}

/// What a subclass is called: `cat #3`.
fn name(entity: &str, subclass: Option<u32>) -> String {
    subclass.map_or_else(|| entity.to_owned(), |number| format!("{entity} #{number}"))
}
