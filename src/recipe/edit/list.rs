//! A list between brackets: entries taken out, changed and added between the comments of those that stay.
//!
//! Invariant: an entry that stays keeps its text and its comments: those above it, and the one behind it on its line.

use toml_edit::{Array, Item, Value};

use super::pairs::pairs;
use super::place::{self, Homeless, parted};
use super::value::{plain, put};

/// An entry and its surroundings.
#[derive(Clone)]
struct Entry {
    /// What stands before it: its line's beginning, and comments on lines above.
    lead: String,
    value: Value,
    /// What stands behind it, and behind its comma, up to the end of its line.
    tail: String,
}

/// A list taken apart.
struct List {
    /// What stands behind the bracket on its line.
    opening: String,
    entries: Vec<Entry>,
    /// What stands before the closing bracket.
    closing: String,
    /// Whether the last entry has a comma.
    comma: bool,
}

/// How entries are set that have no place of their own yet.
struct Layout {
    first: String,
    other: String,
}

/// Makes a list say what is wanted, where it says now what is present.
pub(super) fn merge(array: &mut Array, (wanted, present): (&[Item], &[Item])) {
    let mut list = List::apart(array);
    let layout = list.layout();
    let partners = pairs(wanted, present);
    let style = list.entries.last().map(|entry| entry.value.clone());
    let first = list.entries.first().map(|entry| entry.lead.clone());
    let old = list.keep(|place| partners.contains(&Some(place)));
    for (place, (wanted, partner)) in wanted.iter().zip(partners).enumerate() {
        let bare = if place == 0 { &layout.first } else { &layout.other };
        let kept = partner.and_then(|partner| Some((partner, old.get(partner)?.clone()?, present.get(partner)?)));
        let entry = if let Some((partner, mut entry, before)) = kept {
            change(&mut entry.value, wanted, before);
            let moved = (partner == 0) != (place == 0);
            if moved && !entry.lead.contains('\n') && (place == 0 || first.as_ref() == Some(&entry.lead)) {
                entry.lead.clone_from(bare);
            }
            entry
        } else {
            Entry { lead: bare.clone(), value: styled(style.as_ref(), wanted), tail: String::new() }
        };
        list.entries.push(entry);
    }
    list.together(array);
}

/// Changes what differs within an entry.
fn change(value: &mut Value, wanted: &Item, present: &Item) {
    if let (Value::InlineTable(table), Some(wanted), Some(present)) =
        (value, wanted.as_table_like(), present.as_table_like())
    {
        super::merge(table, (wanted, present), &mut Homeless::default());
    }
}

/// An entry that is set as its neighbour is.
fn styled(neighbour: Option<&Value>, wanted: &Item) -> Value {
    let mut value = plain(wanted).into_value().unwrap_or_else(|_| Value::InlineTable(toml_edit::InlineTable::new()));
    let fits = |value: &&Value| !value.to_string().contains('\n');
    if let (Some(Value::InlineTable(neighbour)), Some(table)) = (neighbour.filter(fits), wanted.as_table_like())
        && table.iter().all(|(key, _)| neighbour.contains_key(key))
        && table.len() == neighbour.len()
    {
        let mut like = neighbour.clone();
        table.iter().for_each(|(key, value)| put(&mut like, key, value));
        value = Value::InlineTable(like);
    }
    value.decor_mut().clear();
    value
}

impl List {
    fn apart(array: &Array) -> Self {
        let last = array.len().saturating_sub(1);
        let comma = array.trailing_comma();
        let mut parts = Self { opening: String::new(), entries: Vec::new(), closing: String::new(), comma };
        let mut gap = String::new();
        for (number, value) in array.iter().enumerate() {
            let decor = value.decor();
            let unset = if number == 0 { "" } else { " " };
            gap += decor.prefix().map_or(unset, place::text);
            let lead = parts.end_line(std::mem::take(&mut gap));
            let mut value = value.clone();
            let behind = place::suffix(decor).to_owned();
            value.decor_mut().clear();
            if number == last && !comma {
                gap = behind;
            } else {
                value.decor_mut().set_suffix(behind);
            }
            parts.entries.push(Entry { lead, value, tail: String::new() });
        }
        gap += place::text(array.trailing());
        parts.closing = parts.end_line(gap);
        parts
    }

    /// Gives what stands up to the line's end to the entry before, and returns the rest.
    fn end_line(&mut self, mut gap: String) -> String {
        let Some(newline) = gap.find('\n') else { return gap };
        let rest = gap.split_off(newline);
        match self.entries.last_mut() {
            Some(entry) => entry.tail = gap,
            None => self.opening = gap,
        }
        rest
    }

    fn layout(&self) -> Layout {
        let bare = |lead: &str| {
            lead.rfind('\n').map_or_else(|| lead.to_owned(), |newline| format!("\n{}", &lead[newline + 1..]))
        };
        match self.entries.as_slice() {
            [] if self.closing.contains('\n') => {
                let line = format!("{}  ", bare(&self.closing));
                Layout { first: line.clone(), other: line }
            }
            [] => Layout { first: self.closing.clone(), other: " ".into() },
            [only] if only.lead.contains('\n') => Layout { first: bare(&only.lead), other: bare(&only.lead) },
            [only] => Layout { first: only.lead.clone(), other: " ".into() },
            [first, .., last] => Layout { first: bare(&first.lead), other: bare(&last.lead) },
        }
    }

    /// Takes the entries out; those that go take their own comments along, and the others' stay where they are.
    fn keep(&mut self, stays: impl Fn(usize) -> bool) -> Vec<Option<Entry>> {
        let mut above = String::new();
        let mut entries = Vec::new();
        for (place, mut entry) in std::mem::take(&mut self.entries).into_iter().enumerate() {
            if stays(place) {
                entry.lead.insert_str(0, &std::mem::take(&mut above));
                entries.push(Some(entry));
            } else {
                let lines = entry.lead.strip_prefix('\n').unwrap_or_default();
                let (others, _) = parted(lines);
                if others.contains('#') {
                    above = format!("{above}\n{}", others.strip_suffix('\n').unwrap_or(others));
                }
                entries.push(None);
            }
        }
        if !above.is_empty() {
            self.closing =
                if self.closing.starts_with('\n') { above + &self.closing } else { above + "\n" + &self.closing };
        }
        entries
    }

    fn together(self, array: &mut Array) {
        array.clear();
        let count = self.entries.len();
        let mut before = self.opening;
        for (number, mut entry) in self.entries.into_iter().enumerate() {
            entry.value.decor_mut().set_prefix(joined(&before, &entry.lead));
            before = entry.tail;
            if number + 1 == count && !self.comma {
                let behind = place::suffix(entry.value.decor()).to_owned();
                entry.value.decor_mut().set_suffix(behind + &joined(&before, &self.closing));
            }
            array.push_formatted(entry.value);
        }
        array.set_trailing_comma(self.comma && count > 0);
        let closed_by_last = count > 0 && !self.comma;
        array.set_trailing(if closed_by_last { String::new() } else { joined(&before, &self.closing) });
    }
}

/// What stands between two entries; a comment ends its line.
fn joined(before: &str, behind: &str) -> String {
    let line = if before.contains('#') && !behind.starts_with('\n') { "\n" } else { "" };
    format!("{before}{line}{behind}")
}
