//! A set of the size and shape of LLaVA-1.5's mix: Zipf-distributed entities, 41 tokens, 8 objects and the pairs of these, 2 ways
//! of asking an instance.

use fantail::column::{Csr, StringTable};
use fantail::entity::{Extracted, Extraction, Origin, Perspective};
use fantail::index::{self, Index};
use fantail::progress::Unobserved;

/// The next number of a stream, in [0, 1).
pub fn splitmix(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((value ^ (value >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

const SCENES: f64 = 400.0;

fn perspective(perspective: Perspective, instances: usize, (entities, held): (usize, usize)) -> Extracted {
    let mut names = StringTable::default();
    for number in 0..entities {
        names.push(&format!("{perspective} {number}"));
    }
    let mut state = perspective as u64;
    let mut by_instance = Csr::default();
    let mut row = Vec::new();
    for _ in 0..instances {
        row.clear();
        // Inverse of the cumulated 1/rank law: rank = V^u.
        // Objects come in scenes, so that pairs repeat as they do in pictures.
        let scene =
            if perspective == Perspective::Object { (SCENES.powf(splitmix(&mut state)) * 7.0) as u32 } else { 0 };
        row.extend((0..held).map(|_| {
            let pool = if scene > 0 && splitmix(&mut state) < 0.97 { 60.0 } else { entities as f64 };
            let rank = pool.powf(splitmix(&mut state).powf(1.2)) as u32;
            if pool < 100.0 { (rank * 31 + scene * 13) % entities as u32 } else { rank.min(entities as u32 - 1) }
        }));
        row.sort_unstable();
        row.dedup();
        by_instance.push(row.iter().copied());
    }
    Extracted { perspective, origin: Origin::Text, names, pairs: Vec::new(), by_instance }
}

/// An index of so many instances.
pub fn build(instances: usize) -> Index {
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence, Perspective::Interrogation];
    let perspectives = vec![
        perspective(Perspective::Token, instances, (27_671, 52)),
        perspective(Perspective::Object, instances, (15_214, 9)),
        perspective(Perspective::Interrogation, instances, (4_120, 2)),
    ];
    let mut state = 7;
    let id_hashes = (0..instances).map(|_| splitmix(&mut state).to_bits()).collect();
    let extraction = Extraction { perspectives, wanted: wanted.to_vec(), id_hashes, ..Extraction::default() };
    index::build(extraction, &Unobserved).unwrap()
}
