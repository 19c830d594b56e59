//! What a cached index holds, in order: facts about the dataset, ids, facts about the text, then each perspective.
//!
//! Invariant: what is read back equals what was written, to the last bit of every measure; each number that points somewhere is
//! checked against what it points into.

use std::borrow::Cow;
use std::fs::File;
use std::sync::Arc;

use super::sections::{Sections, bytes, write as write_sections};
use super::{Key, Miss};
use crate::column::{Csr, StringTable};
use crate::entity::{Origin, Perspective, TextFacts};
use crate::index::distribution::Distribution;
use crate::index::{DatasetFacts, Index, Names, PerspectiveIndex, Rows};

const ORIGINS: [Origin; 3] = [Origin::Text, Origin::Annotation, Origin::Sidecar];

/// Writes an index and the facts about its dataset into `file`, which is handed back for syncing.
pub(super) fn write<'f>(
    file: &'f File,
    key: &Key,
    (index, facts): (&Index, &DatasetFacts),
) -> std::io::Result<&'f File> {
    let numbers = [u64::from(index.crowded_instances), index.text.human_turns, index.perspectives.len() as u64];
    let mut sections = vec![
        Cow::Owned(serde_json::to_vec(facts)?),
        bytes(&index.id_hashes),
        Cow::Owned(bytes(&numbers).into_owned()),
        Cow::Owned(serde_json::to_vec(&index.text.frequent_prompts)?),
        bytes(&index.text.words),
    ];
    for entry in &index.perspectives {
        push_perspective(&mut sections, entry, index);
        sections.push(Cow::Owned(serde_json::to_vec(&entry.spellings)?));
    }
    write_sections(file, key, &sections)?;
    Ok(file)
}

/// How a perspective's names are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Own strings.
    Plain,
    /// Pairs of the object perspective's names.
    SharedPairs,
    /// Pairs of own strings.
    OwnPairs,
}

const NAMINGS: [Naming; 3] = [Naming::Plain, Naming::SharedPairs, Naming::OwnPairs];

fn push_perspective<'a>(sections: &mut Vec<Cow<'a, [u8]>>, entry: &'a PerspectiveIndex, index: &Index) {
    let (naming, table, pairs): (_, &StringTable, &[[u32; 2]]) = match &entry.names {
        Names::Plain(table) => (Naming::Plain, table, &[]),
        Names::Pairs { pairs, objects } => match index.perspective(Perspective::Object).map(|entry| &entry.names) {
            Some(Names::Plain(shared)) if Arc::ptr_eq(shared, objects) => (Naming::SharedPairs, objects, pairs),
            _ => (Naming::OwnPairs, objects, pairs),
        },
    };
    let number_of = |found: Option<usize>| found.map_or(u64::MAX, |place| place as u64);
    let mut head = vec![
        number_of(Perspective::ALL.iter().position(|known| *known == entry.perspective)),
        number_of(ORIGINS.iter().position(|known| *known == entry.origin)),
        number_of(NAMINGS.iter().position(|known| *known == naming)),
    ];
    head.extend(entry.distribution.to_words());
    sections.push(Cow::Owned(bytes(&head).into_owned()));
    sections.push(bytes(&entry.counts));
    for rows in [&entry.by_instance, &entry.by_entity] {
        sections.push(bytes(rows.offsets()));
        sections.push(bytes(rows.values()));
    }
    if naming != Naming::Plain {
        sections.push(bytes(bytemuck::cast_slice::<_, u32>(pairs)));
    }
    if naming != Naming::SharedPairs {
        sections.push(bytes(table.offsets()));
        sections.push(Cow::Borrowed(table.text().as_bytes()));
    }
}

/// Reads an index and the facts about its dataset back.
pub(super) fn read(file: File, key: &Key) -> Result<(Index, DatasetFacts), Miss> {
    let mut sections = Sections::open(file, key)?;
    let facts: DatasetFacts = json(&sections.next()?)?;
    let id_hashes = sections.next::<u64>()?;
    let numbers = sections.next::<u64>()?;
    let [crowded, human_turns, perspectives] = numbers[..] else { return Err(Miss::Damaged("facts")) };
    let text = TextFacts { human_turns, frequent_prompts: json(&sections.next()?)?, words: sections.next()? };
    check(text.words.is_empty() || text.words.len() == id_hashes.len(), "words")?;
    check(facts.instances == id_hashes.len(), "ids")?;
    let crowded_instances = u32::try_from(crowded).map_err(|_| Miss::Damaged("facts"))?;
    let mut index = Index { id_hashes, text, crowded_instances, ..Index::default() };
    for _ in 0..perspectives {
        let mut entry = read_perspective(&mut sections, &index)?;
        entry.spellings = json(&sections.next()?)?;
        check(entry.spellings.iter().all(|spelling| (spelling.rank as usize) < entry.entities()), "spellings")?;
        index.perspectives.push(entry);
    }
    Ok((index, facts))
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Miss> {
    serde_json::from_slice(bytes).map_err(|_| Miss::Damaged("facts"))
}

fn check(holds: bool, what: &'static str) -> Result<(), Miss> {
    if holds { Ok(()) } else { Err(Miss::Damaged(what)) }
}

fn read_perspective(sections: &mut Sections, index: &Index) -> Result<PerspectiveIndex, Miss> {
    let head = sections.next::<u64>()?;
    let number = |place: usize| head.get(place).map_or(usize::MAX, |&number| number as usize);
    let (Some(&perspective), Some(&origin), Some(&naming)) =
        (Perspective::ALL.get(number(0)), ORIGINS.get(number(1)), NAMINGS.get(number(2)))
    else {
        return Err(Miss::Damaged("perspective"));
    };
    let distribution = head.get(3..).and_then(Distribution::from_words).ok_or(Miss::Damaged("measures"))?;
    let rows = Rows { measured: Some(distribution), ..read_rows(sections, index.instances())? };
    let names = read_names(sections, naming, index)?;
    let entities = match &names {
        Names::Plain(table) => table.len(),
        Names::Pairs { pairs, .. } => pairs.len(),
    };
    check(entities == rows.counts.len(), "number of names")?;
    Ok(PerspectiveIndex::new(perspective, origin, names, rows))
}

fn read_rows(sections: &mut Sections, instances: usize) -> Result<Rows, Miss> {
    let counts = sections.next::<u32>()?;
    check(counts.is_sorted_by(|a, b| a >= b), "counts")?;
    let by_instance = read_csr(sections, counts.len())?;
    check(by_instance.rows() == instances, "number of instances")?;
    let by_entity = read_csr(sections, instances)?;
    let whole = by_entity.rows() == 0
        || by_entity.rows() == counts.len()
            && by_entity.offsets().windows(2).zip(&counts).all(|(ends, &count)| ends[1] - ends[0] == u64::from(count));
    check(whole, "instances of entities")?;
    Ok(Rows { counts, by_instance, by_entity, measured: None })
}

fn read_csr(sections: &mut Sections, columns: usize) -> Result<Csr, Miss> {
    let (offsets, values) = (sections.next::<u64>()?, sections.next::<u32>()?);
    Csr::checked(offsets, values, columns).ok_or(Miss::Damaged("rows"))
}

fn read_names(sections: &mut Sections, naming: Naming, index: &Index) -> Result<Names, Miss> {
    let pairs: Vec<[u32; 2]> = match naming {
        Naming::Plain => Vec::new(),
        _ => bytemuck::try_cast_slice(&sections.next::<u32>()?).map_err(|_| Miss::Damaged("pairs"))?.to_vec(),
    };
    let table = match (naming, index.perspective(Perspective::Object).map(|entry| &entry.names)) {
        (Naming::SharedPairs, Some(Names::Plain(shared))) => Arc::clone(shared),
        (Naming::SharedPairs, _) => return Err(Miss::Damaged("names of pairs")),
        _ => {
            let (offsets, text) = (sections.next::<u32>()?, sections.next_text()?);
            Arc::new(StringTable::checked(offsets, text).ok_or(Miss::Damaged("names"))?)
        }
    };
    if naming == Naming::Plain {
        return Ok(Names::Plain(table));
    }
    let known = |pair: &[u32; 2]| pair.iter().all(|&object| (object as usize) < table.len());
    check(pairs.iter().all(known), "names of pairs")?;
    Ok(Names::Pairs { pairs, objects: table })
}
