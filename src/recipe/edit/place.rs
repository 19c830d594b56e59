//! Comments between tables: whose they are, and where they go when the table below them does.
//!
//! Invariant: a comment that is not of what was taken out stays in the text.

use toml_edit::{Decor, DocumentMut, Item, RawString, Table, TableLike};

/// The text of a decoration.
pub(super) fn text(raw: &RawString) -> &str {
    raw.as_str().unwrap_or_default()
}

/// What stands before.
pub(super) fn prefix(decor: &Decor) -> &str {
    decor.prefix().map_or("", text)
}

/// What stands behind.
pub(super) fn suffix(decor: &Decor) -> &str {
    decor.suffix().map_or("", text)
}

/// The lines above something: those that are others', and its own: from the last blank line on.
pub(super) fn parted(lines: &str) -> (&str, &str) {
    let mut start = 0;
    let mut own = 0;
    for line in lines.split_inclusive('\n') {
        if line.ends_with('\n') && line.trim().is_empty() {
            own = start;
        }
        start += line.len();
    }
    lines.split_at(own)
}

/// Takes a key out, with the comments that are its own; others above it go to the next key, or behind the one before.
pub(super) fn take_out(table: &mut dyn TableLike, key: &str) {
    let above = table.key(key).map_or("", |key| parted(prefix(key.leaf_decor())).0).to_owned();
    let keys: Vec<String> = table.iter().filter(|(_, item)| item.is_value()).map(|(key, _)| key.to_owned()).collect();
    table.remove(key);
    let Some(place) = keys.iter().position(|other| other == key).filter(|_| above.contains('#')) else { return };
    if let Some(mut next) = keys.get(place + 1).and_then(|next| table.key_mut(next)) {
        let all = format!("{above}{}", prefix(next.leaf_decor()));
        next.leaf_decor_mut().set_prefix(all);
    } else if let Some(before) = place.checked_sub(1).and_then(|before| table.get_mut(&keys[before])?.as_value_mut()) {
        let all = format!("{}\n{}", suffix(before.decor()), above.trim_end_matches('\n'));
        before.decor_mut().set_suffix(all);
    }
}

/// Comments that stood above tables that went, none of their own, and the places of those tables in the text.
#[derive(Default)]
pub(super) struct Homeless(Vec<(isize, String)>);

impl Homeless {
    /// Keeps comments from above the table at a place.
    pub(super) fn push(&mut self, place: isize, comments: String) {
        self.0.push((place, comments));
    }

    /// Puts the comments above what comes next in the text; lists that are new go behind those of the table that they belong to.
    pub(super) fn settle(self, document: &mut DocumentMut) {
        for (place, comments) in self.0.into_iter().rev() {
            if !above_next(document.as_table_mut(), place, &mut |prefix| format!("{comments}{prefix}")) {
                let trailing = format!("{comments}{}", text(document.trailing()));
                document.set_trailing(trailing);
            }
        }
        let mut last = 0;
        for (path, place) in new_lists(document.as_table(), &mut last) {
            let mut taken = String::new();
            let mut take = |prefix: &str| {
                let (others, own) = parted(prefix);
                others.clone_into(&mut taken);
                own.to_owned()
            };
            if !above_next(document.as_table_mut(), place, &mut take) {
                let trailing = text(document.trailing()).to_owned();
                document.set_trailing("");
                taken = trailing;
            }
            if taken.contains('#') {
                let closed = if taken.ends_with('\n') { "" } else { "\n" };
                begin(document.as_table_mut(), &path, &format!("{taken}{closed}"));
            }
        }
    }
}

/// Rewrites what stands above the first table behind a place; false where there is none.
fn above_next(root: &mut Table, place: isize, rewrite: &mut dyn FnMut(&str) -> String) -> bool {
    let mut places = Vec::new();
    each(root, &mut |table| places.extend(table.position().filter(|&other| other > place && is_written(table))));
    let Some(next) = places.into_iter().min() else { return false };
    each(root, &mut |table| {
        if table.position() == Some(next) && is_written(table) {
            let before = rewrite(prefix(table.decor()));
            table.decor_mut().set_prefix(before);
        }
    });
    true
}

fn is_written(table: &Table) -> bool {
    !table.is_implicit() && !table.is_dotted()
}

/// Every table within another, in the order in which they are known.
fn each(table: &mut Table, see: &mut dyn FnMut(&mut Table)) {
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => {
                see(inner);
                each(inner, see);
            }
            Item::ArrayOfTables(list) => {
                for inner in list.iter_mut() {
                    see(inner);
                    each(inner, see);
                }
            }
            _ => {}
        }
    }
}

/// The lists that have no place of their own yet, and the places behind which they are written.
fn new_lists(table: &Table, last: &mut isize) -> Vec<(Vec<String>, isize)> {
    let mut found = Vec::new();
    *last = table.position().unwrap_or(*last);
    for (key, item) in table {
        match item {
            Item::Table(inner) => {
                let within = new_lists(inner, last).into_iter();
                found.extend(within.map(|(path, place)| ([vec![key.to_owned()], path].concat(), place)));
            }
            Item::ArrayOfTables(blocks) => {
                if blocks.iter().all(|entry| entry.position().is_none()) {
                    found.push((vec![key.to_owned()], *last));
                }
                *last = blocks.iter().filter_map(Table::position).max().unwrap_or(*last);
            }
            _ => {}
        }
    }
    found
}

/// Puts comments above the first entry of a list.
fn begin(table: &mut Table, path: &[String], comments: &str) {
    let Some((key, rest)) = path.split_first() else { return };
    match table.get_mut(key) {
        Some(Item::Table(inner)) => begin(inner, rest, comments),
        Some(Item::ArrayOfTables(list)) => {
            if let Some(first) = list.get_mut(0) {
                let all = format!("{comments}{}", prefix(first.decor()));
                first.decor_mut().set_prefix(all);
            }
        }
        _ => {}
    }
}
