//! Parquet tables by polars: plain, list and struct columns, Hugging Face images with their bytes and class labels by name.
//!
//! Invariant: only the columns that mean something are read; images stay encoded in the frame and are lent, not copied.

mod column;
mod flaw;
mod given;
mod stored;

use std::borrow::Cow;

use column::Column;
use flaw::unreadable;
use serde_json::{Map, Value};
use stored::{classes, decoded, guarded, names, rows};

use super::exchange;
use super::guess;
use super::json::{NAMES, PATHS, TEXTS, distinct, take_pairs};
use super::part::{Input, Part, id_hash, row_id, set_aside};
use super::reader::{Place, Reader};
use super::role::{Role, speaker};
use super::walk::{Aside, Fault};
use super::{Image, Instance, SetAsideKind, SourceError, Turn};

/// How many rows are looked at.
const SAMPLE: usize = 64;

/// Loads one table.
pub(crate) fn load(input: &Input<'_>) -> Result<Part, SourceError> {
    let malformed = |reason: String| input.malformed("Parquet", reason);
    let whole = |reason: String| malformed(reason + unreadable(&input.content));
    let names = guarded(|| names(&input.content)).map_err(whole)?;
    if guarded(|| rows(&input.content)).map_err(whole)? == 0 {
        return Err(SourceError::Empty { path: input.path.to_owned(), reason: "it has columns and no rows".into() });
    }
    let (samples, strange) = samples(&input.content, &names).map_err(malformed)?;
    guess::all_there(&input.options.columns, &names).map_err(malformed)?;
    let (roles, _) = guess::roles(&samples, &input.options.columns);
    let classes = guarded(|| classes(&input.content)).unwrap_or_default();
    let (mut columns, mut unread) = (Vec::new(), Vec::new());
    for name in &names {
        if let Some(role) = roles.of(name) {
            input.phase.check()?;
            let column = decoded(&input.content, name, None).map_err(|flaw| malformed(flaw.words()))?;
            if can_say(role, &column) {
                columns.push((role, column.with_classes(classes.get(name))));
            } else {
                unread.push(name.clone());
            }
        }
    }
    let says_nothing = |role: Role| role == Role::Id || (role == Role::Image && !unread.is_empty());
    if columns.iter().all(|(role, _)| says_nothing(*role)) {
        return Err(malformed(guess::nothing_mapped(&names)));
    }
    input.phase.add(input.content.len() as u64)?;
    let is_read = |name: &String| names.contains(name) && !unread.contains(name);
    let mapping = roles.mapping().into_iter().filter(|(_, name)| is_read(name)).collect();
    let mut part = part(input, Table { columns, ..Table::default() }, mapping);
    let warning =
        |name| format!("column '{name}' is not read: its structs hold nothing that goes with its name by a known name");
    part.warnings.extend(unread.iter().map(warning).chain(strange));
    Ok(part)
}

/// Whether a column has the members that its role is read from.
fn can_say(role: Role, column: &Column) -> bool {
    let innermost = column.innermost();
    let has = |name: &&str| innermost.member(name).is_some();
    let pair = exchange::is_whole(innermost.members());
    match role {
        Role::Text(_) if innermost.is_struct() => pair || TEXTS.iter().any(has),
        Role::Turns if innermost.is_struct() => {
            pair || (["from", "role"].iter().any(has) && ["value", "content"].iter().any(has))
        }
        Role::Statistics => given::is_statistics(innermost),
        Role::Pairs => given::is_pairs(column),
        _ => true,
    }
}

/// Rows as JSON.
type Samples = Vec<Map<String, Value>>;

/// The first rows as JSON, for the guess; columns of kinds that polars does not read are left out and told of.
fn samples(bytes: &[u8], names: &[String]) -> Result<(Samples, Vec<String>), String> {
    let (mut columns, mut strange) = (Vec::new(), Vec::new());
    for name in names {
        match decoded(bytes, name, Some(SAMPLE)) {
            Ok(column) => columns.push((name, column)),
            Err(flaw) if flaw.is_damage() => return Err(flaw.words()),
            Err(flaw) => strange.push(flaw.words()),
        }
    }
    let rows = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0).max(1);
    let row = |at: usize| columns.iter().map(|(name, column)| ((*name).clone(), column.value(at))).collect();
    Ok(((0..rows).map(row).collect(), strange))
}

fn part(input: &Input<'_>, mut table: Table, mapping: Vec<(String, String)>) -> Part {
    let rows = table.columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
    let ids: Vec<Option<u64>> = (0..rows).map(|row| table.id(row).map(|id| id_hash(&id))).collect();
    let mut asides = Vec::new();
    let id_hashes = if ids.iter().all(Option::is_none) {
        table.made_ids = Some(input.first_row);
        table.rows = (0..rows as u64).collect();
        table.rows.iter().map(|row| id_hash(&row_id(input.first_row + row))).collect()
    } else {
        for (row, _) in ids.iter().enumerate().filter(|(_, id)| id.is_none()) {
            let fault = Fault::new(SetAsideKind::MissingId, "the row has no id while others of its file have one");
            asides.push(Aside { row: row as u64, offset: 0, fault });
        }
        table.rows = (0..rows as u64).filter(|&row| ids[row as usize].is_some()).collect();
        ids.into_iter().flatten().collect()
    };
    Part {
        reader: Box::new(table),
        id_hashes,
        set_aside: set_aside(asides, input.path),
        mapping,
        warnings: Vec::new(),
        rows: rows as u64,
    }
}

/// The columns that mean something.
#[derive(Default)]
struct Table {
    columns: Vec<(Role, Column)>,
    /// The row of each usable record.
    rows: Vec<u64>,
    made_ids: Option<u64>,
}

impl Table {
    fn id(&self, row: usize) -> Option<Cow<'_, str>> {
        let (_, column) = self.columns.iter().find(|(role, _)| *role == Role::Id)?;
        column.text(row).filter(|id| !id.is_empty()).map(Cow::Borrowed)
    }
}

impl Reader for Table {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        into.clear();
        let Some(&number) = self.rows.get(row) else { return };
        let (at, mut pairs) = (number as usize, Vec::new());
        for (role, column) in &self.columns {
            match role {
                Role::Statistics => given::statistics(column, at, &mut into.given, &mut pairs),
                Role::Pairs => given::pairs(column, at, &mut into.given, &mut pairs),
                role => fill(*role, column, at, into),
            }
        }
        take_pairs(pairs, &mut into.given);
        distinct(&mut into.labels);
        into.id = match self.made_ids {
            Some(first) => Cow::Owned(row_id(first + number)),
            None => self.id(at).unwrap_or_default(),
        };
    }

    fn place(&self, row: usize) -> Place {
        Place { row: self.rows.get(row).copied().unwrap_or_default(), offset: 0 }
    }
}

fn fill<'a>(role: Role, column: &'a Column, row: usize, into: &mut Instance<'a>) {
    let Instance { turns, images, labels, given, .. } = into;
    match role {
        Role::Turns => column.each_element(row, &mut |turn, at| conversation_turn(turn, at, into)),
        Role::Text(_) if exchange::is_whole(column.innermost().members()) => {
            column.each_element(row, &mut |pair, at| exchange(pair, at, turns));
        }
        Role::Text(speaker) => {
            column.each_text(row, TEXTS, &mut |text| turns.push(Turn { speaker, text: Cow::Borrowed(text) }));
        }
        Role::Image => column.each_element(row, &mut |image, at| images.extend(picture(image, at))),
        Role::Label => column.each_text(row, NAMES, &mut |name| labels.push(Cow::Borrowed(name))),
        Role::Objects => given::names(column, row, &mut given.objects),
        Role::Tokens => given::names(column, row, &mut given.tokens),
        Role::Interrogations => given::names(column, row, &mut given.interrogations),
        Role::Id | Role::Pairs | Role::Statistics => {}
    }
}

/// One turn; its content is a text, or a list of parts.
fn conversation_turn<'a>(turn: &'a Column, at: usize, into: &mut Instance<'a>) {
    let who = ["from", "role"].into_iter().find_map(|name| turn.member(name)?.text(at));
    let content = ["value", "content"].into_iter().find_map(|name| turn.member(name));
    let (Some(who), Some(content)) = (who, content) else { return exchange(turn, at, &mut into.turns) };
    let Instance { turns, images, .. } = into;
    content.each_text(at, TEXTS, &mut |text| turns.push(Turn { speaker: speaker(who), text: Cow::Borrowed(text) }));
    content.each_element(at, &mut |part, at| {
        let image = ["image", "image_url"].into_iter().find_map(|name| part.member(name));
        images.extend(image.and_then(|image| picture(image, at)));
    });
}

/// A question and its answer, either of which may be missing.
fn exchange<'a>(pair: &'a Column, at: usize, turns: &mut Vec<Turn<'a>>) {
    let first = turns.len();
    for (name, speaker) in pair.members().filter_map(|name| Some((name, exchange::speaker(name)?))) {
        let Some(member) = pair.member(name) else { continue };
        member.each_text(at, &[], &mut |text| turns.push(Turn { speaker, text: Cow::Borrowed(text) }));
    }
    exchange::in_order(&mut turns[first..]);
}

/// A picture: a path, bytes, or a struct with either; bytes are preferred.
fn picture(image: &Column, at: usize) -> Option<Image<'_>> {
    if let Some(bytes) = image.member("bytes").unwrap_or(image).bytes(at) {
        return Some(Image::Bytes(Cow::Borrowed(bytes)));
    }
    let path = PATHS.iter().find_map(|name| image.member(name)?.text(at)).or_else(|| image.text(at));
    path.filter(|path| !path.is_empty()).map(|path| Image::Path(Cow::Borrowed(path)))
}
