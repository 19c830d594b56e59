//! Entities that a table gives as lists: names, pairs, and the official layout with all of them in one struct.
//!
//! Invariant: the same lists read as in JSON; a list that is null gives nothing, one that is empty gives that there is none.

use std::borrow::Cow;

use super::column::Column;
use crate::source::Given;
use crate::source::json::{NAMES, Pair};

/// The members of the official layout.
const STATISTICS: [&str; 4] = ["token", "object", "what_word", "co_occurrence"];

/// Whether structs have a member of the official layout.
pub(super) fn is_statistics(column: &Column) -> bool {
    column.members().any(|name| STATISTICS.contains(&name))
}

/// Whether a column may hold pairs: texts, lists of texts, or structs of two members.
pub(super) fn is_pairs(column: &Column) -> bool {
    let innermost = column.innermost();
    matches!(innermost, Column::Text(_)) || innermost.members().count() == 2
}

/// Adds the names in a row where it is not null.
pub(super) fn names<'a>(column: &'a Column, row: usize, into: &mut Option<Vec<Cow<'a, str>>>) {
    if !column.is_null(row) {
        let list = into.get_or_insert_default();
        column.each_text(row, NAMES, &mut |name| list.push(Cow::Borrowed(name)));
    }
}

/// Adds what a row of the official layout gives; pairs wait in `pairs` until all objects are known.
pub(super) fn statistics<'a>(column: &'a Column, row: usize, into: &mut Given<'a>, pairs: &mut Vec<Pair<'a>>) {
    column.each_element(row, &mut |layout, at| {
        let lists =
            [("token", &mut into.tokens), ("object", &mut into.objects), ("what_word", &mut into.interrogations)];
        for (member, list) in lists {
            layout.member(member).into_iter().for_each(|column| names(column, at, list));
        }
        if let Some(column) = layout.member("co_occurrence") {
            self::pairs(column, at, into, pairs);
        }
    });
}

/// Adds the pairs in a row to `pairs` where it is not null, and notes in `into` that they were given.
pub(super) fn pairs<'a>(column: &'a Column, row: usize, into: &mut Given<'a>, pairs: &mut Vec<Pair<'a>>) {
    if column.is_null(row) {
        return;
    }
    into.pairs.get_or_insert_default();
    column.each_element(row, &mut |pair, at| {
        if let Column::Text(_) = pair {
            pairs.extend(pair.text(at).map(|text| Pair::Joined(Cow::Borrowed(text))));
        } else {
            let mut sides = Vec::new();
            match pair {
                Column::Struct { members, .. } => members.iter().for_each(|(_, side)| sides.extend(side.text(at))),
                _ => pair.each_text(at, NAMES, &mut |side| sides.push(side)),
            }
            if let [one, other] = sides[..] {
                pairs.push(Pair::Apart(Cow::Borrowed(one), Cow::Borrowed(other)));
            }
        }
    });
}
