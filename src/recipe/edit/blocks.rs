//! A list of `[[…]]` blocks: blocks taken out, changed and added between those that stay.
//!
//! Invariant: a block that stays keeps its text and its comments; one that goes takes those above it along, up to a blank line.

use toml_edit::{ArrayOfTables, Item, Table, TableLike};

use super::pairs::pairs;
use super::place::{Homeless, parted, prefix, suffix};
use super::value::put;

/// Makes a list say what is wanted, where it says now what is present.
pub(super) fn merge(
    document: &mut dyn TableLike,
    key: &str,
    (wanted, present): (&[Item], &[Item]),
    homeless: &mut Homeless,
) {
    let old: Vec<Table> = document
        .get(key)
        .and_then(Item::as_array_of_tables)
        .map_or_else(Vec::new, |list| list.iter().cloned().collect());
    let partners = pairs(wanted, present);
    let kept = keep(&old, |place| partners.contains(&Some(place)), homeless);
    let mut places: Vec<isize> = partners.iter().flatten().filter_map(|&place| old.get(place)?.position()).collect();
    let in_order = places.is_sorted();
    places.sort_unstable();
    let mut places = places.into_iter();
    let mut fresh: Vec<Table> = Vec::with_capacity(wanted.len());
    for (entry, partner) in wanted.iter().zip(partners) {
        let Some(entry) = entry.as_table_like() else { continue };
        let before = partner.and_then(|place| Some((kept.get(place)?.clone()?, present.get(place)?.as_table_like()?)));
        let block = if let Some((mut block, before)) = before {
            super::merge(&mut block, (entry, before), homeless);
            let place = places.next();
            if !in_order {
                set_place(&mut block, place);
            }
            block
        } else {
            let mut block = styled(fresh.last().or(old.first()), entry, is_dense(&old));
            block.set_position(fresh.last().and_then(last_place).or_else(|| old.first()?.position()));
            block
        };
        fresh.push(block);
    }
    if fresh.is_empty() {
        document.remove(key);
        return;
    }
    document.insert(key, Item::ArrayOfTables(fresh.into_iter().collect::<ArrayOfTables>()));
}

/// The blocks that stay, with the comments above those that go and are not theirs.
fn keep(old: &[Table], stays: impl Fn(usize) -> bool, homeless: &mut Homeless) -> Vec<Option<Table>> {
    let mut above = String::new();
    let mut kept = Vec::with_capacity(old.len());
    for (place, block) in old.iter().enumerate() {
        let mut block = block.clone();
        if stays(place) {
            let lines = format!("{above}{}", prefix(block.decor()));
            above.clear();
            block.decor_mut().set_prefix(lines);
            kept.push(Some(block));
        } else {
            let (others, _) = parted(prefix(block.decor()));
            if others.contains('#') {
                above.push_str(others);
            }
            kept.push(None);
        }
    }
    if let (false, Some(last)) = (above.is_empty(), old.last()) {
        homeless.push(last_place(last).unwrap_or(0), above);
    }
    kept
}

/// A block that is set as its neighbour is, without the comments of that.
fn styled(neighbour: Option<&Table>, entry: &dyn TableLike, dense: bool) -> Table {
    let values = |table: &&Table| table.iter().all(|(_, item)| item.is_value() && !item.to_string().contains('\n'));
    let fits = |table: &&Table| table.len() == entry.len() && entry.iter().all(|(key, _)| table.contains_key(key));
    let mut block = neighbour.filter(values).filter(fits).cloned().unwrap_or_default();
    let indent = |lines: &str| lines.rfind('\n').map_or(lines, |newline| &lines[newline + 1..]).to_owned();
    for (key, value) in entry.iter() {
        put(&mut block, key, value);
        if let Some(mut key) = block.key_mut(key)
            && let Some(space) = key.leaf_decor().suffix().cloned()
        {
            let start = indent(prefix(key.leaf_decor()));
            *key.leaf_decor_mut() = toml_edit::Decor::new(start, space);
        }
        if let Some(value) = block.get_mut(key).and_then(Item::as_value_mut) {
            value.decor_mut().set_suffix("");
        }
    }
    let start = indent(prefix(block.decor()));
    let behind = suffix(block.decor()).split('#').next().unwrap_or_default().trim_end().to_owned();
    let line = if dense { "" } else { "\n" };
    *block.decor_mut() = toml_edit::Decor::new(format!("{line}{start}"), behind);
    block
}

/// Whether blocks follow each other without a blank line.
fn is_dense(old: &[Table]) -> bool {
    let blank = |block: &Table| prefix(block.decor()).lines().any(|line| line.trim().is_empty());
    old.len() > 1 && !old.iter().skip(1).any(blank)
}

/// The place of what is last of a block in the text.
fn last_place(block: &Table) -> Option<isize> {
    let inner = block.iter().filter_map(|(_, item)| last_place(item.as_table()?));
    inner.chain(block.position()).max()
}

/// Puts a block and what is in it in another place of the text.
fn set_place(block: &mut Table, place: Option<isize>) {
    block.set_position(place);
    for (_, item) in block.iter_mut() {
        if let Some(table) = item.as_table_mut() {
            set_place(table, place);
        }
    }
}
