//! Owns WordNet's noun synsets: which lemmas mean the same.
//!
//! Invariant: members are ids of lemmas; a synset has two members at least.

use crate::language::word_list;
use crate::language::words::WordId;

const SYNSETS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/wordnet/synsets.bin"));

/// The synsets, and for each lemma the synsets that it is in.
#[derive(Debug)]
pub(super) struct Synsets {
    /// Members of all synsets, one after another.
    members: Vec<WordId>,
    /// Where each synset's members begin, and the end of the last.
    starts: Vec<u32>,
    /// Where the synsets of each lemma begin in `by_member`, and the end of the last.
    member_starts: Vec<u32>,
    /// The synsets of all lemmas, one lemma after another.
    by_member: Vec<u32>,
}

impl Synsets {
    /// Reads the embedded synsets of `lemmas` lemmas.
    pub(super) fn load(lemmas: usize) -> Self {
        let (members, starts) = read();
        let (member_starts, by_member) = by_member(&members, &starts, lemmas);
        Self { members, starts, member_starts, by_member }
    }

    /// The other members of the synsets of a lemma, without repetition.
    pub(super) fn others(&self, lemma: WordId) -> Vec<WordId> {
        let Some([first, end]) = self.member_starts.get(lemma.number()..).and_then(|rest| rest.first_chunk::<2>())
        else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for synset in &self.by_member[*first as usize..*end as usize] {
            let at = *synset as usize;
            let range = self.starts[at] as usize..self.starts[at + 1] as usize;
            for member in &self.members[range] {
                if *member != lemma && !found.contains(member) {
                    found.push(*member);
                }
            }
        }
        found
    }
}

/// The synsets of each of `lemmas` lemmas, by a counting sort.
fn by_member(members: &[WordId], starts: &[u32], lemmas: usize) -> (Vec<u32>, Vec<u32>) {
    let mut ends = vec![0; lemmas + 1];
    for member in members {
        ends[member.number() + 1] += 1;
    }
    for lemma in 1..ends.len() {
        ends[lemma] += ends[lemma - 1];
    }
    let mut next = ends.clone();
    let mut synsets = vec![0; members.len()];
    for (synset, range) in (0..).zip(starts.windows(2)) {
        for member in &members[range[0] as usize..range[1] as usize] {
            let place = &mut next[member.number()];
            synsets[*place as usize] = synset;
            *place += 1;
        }
    }
    (ends, synsets)
}

fn read() -> (Vec<WordId>, Vec<u32>) {
    let (count, mut rest) = word_list::number(SYNSETS);
    let mut members = Vec::with_capacity(count as usize * 3);
    let mut starts = Vec::with_capacity(count as usize + 1);
    starts.push(0);
    let mut first = 0;
    for _ in 0..count {
        let size = word_list::varint(&mut rest);
        first += word_list::varint(&mut rest);
        members.push(WordId::new(first as usize));
        for _ in 1..size {
            let other = word_list::varint(&mut rest).saturating_sub(1);
            members.push(WordId::new(other as usize));
        }
        starts.push(u32::try_from(members.len()).unwrap_or(u32::MAX));
    }
    (members, starts)
}
