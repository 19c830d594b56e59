//! JSON records in any arrangement: LLaVA and chat conversations, and plain objects with captions, labels or object lists.
//!
//! Invariant: of each record only its place and the hash of its id are kept; reading parses it anew.

mod ending;
mod frame;
mod layout;
mod pair;
mod quick;
mod rare;
mod record;
mod said;
mod shape;
mod turn;
mod value;

use std::borrow::Cow;

pub(crate) use layout::{Check, Lines, Sequence, line_start};
pub(crate) use pair::{Pair, take_pairs};
pub(crate) use record::{NAMES, PATHS, TEXTS, distinct, parse, read as read_record};
pub(crate) use shape::{Samples, Shape, shape, text_start};
pub(crate) use value::{Name, Text};

use super::guess;
use super::part::{Input, Part, Records, id_hash, of_walk};
use super::reader::{Place, Reader};
use super::role::Roles;
use super::walk::{Fault, Walked, walk};
use super::{Format, Instance, SourceError};

/// Loads one file of JSON records.
pub(crate) fn load(input: Input<'_>, shape: &Shape) -> Result<(Part, Format), SourceError> {
    let mut samples = Samples::take(&input.content, shape);
    let body = match shape {
        Shape::Sequence(body) => Some(body.clone()),
        Shape::Lines => None,
    };
    if let Some(reason) = body.as_ref().and_then(|body| ending::cut_at_once(&input.content, body, &samples.records)) {
        return Err(input.malformed("JSON records", reason));
    }
    if samples.records.is_empty() {
        return Err(input.malformed("JSON records", "none of its records can be read as an object"));
    }
    let (mut roles, format) = guess::roles(&samples.records, &input.options.columns);
    let format = settled(&input, format, &roles, &samples)?;
    let rare = rare::Watch::over(&mut roles, &input.options.columns, &samples.records);
    let mut walked = walk_records(&input, shape, &samples.first_members, &roles)?;
    let found = rare.found(&mut roles, (&input.content, &walked), &mut samples.records);
    let found = found.map_err(|reason| input.malformed("JSON records", reason))?;
    if found.changes {
        walked = walk_records(&input, shape, &samples.first_members, &roles)?;
    }
    let mapping = shown(&roles, &samples);
    let unclosed = body.as_ref().and_then(|body| ending::unclosed(&input.content, body, &walked));
    let unclosed = unclosed.map(|told| format!("{}: {told}", input.path.display()));
    let mut part = of_walk(input, walked, mapping, |records| Box::new(Objects { records, roles, body }));
    part.warnings.extend(found.warnings.into_iter().chain(unclosed));
    Ok((part, format))
}

/// The format that the user asked for, if the records allow it.
fn settled(input: &Input<'_>, found: Format, roles: &Roles, samples: &Samples) -> Result<Format, SourceError> {
    let wanted = input.options.format;
    if wanted == Format::Llava && found != Format::Llava {
        return Err(input.malformed("LLaVA", "no record has a list of turns named conversations or messages"));
    }
    if roles.content_members().is_empty() {
        return Err(input.malformed("JSON records", guess::nothing_mapped(&guess::present(&samples.records))));
    }
    Ok(if wanted == Format::Auto { found } else { wanted })
}

fn walk_records(
    input: &Input<'_>,
    shape: &Shape,
    first_members: &[Vec<u8>],
    roles: &Roles,
) -> Result<Walked, SourceError> {
    let sequence = Sequence { first_members: first_members.to_vec(), check: IdOf(roles) };
    match shape {
        Shape::Lines => walk(&Lines { sequence }, &input.content, text_start(&input.content), &input.phase),
        Shape::Sequence(body) => walk(&sequence, &input.content[..body.end], body.start, &input.phase),
    }
}

/// The roles whose members the samples have.
fn shown(roles: &Roles, samples: &Samples) -> Vec<(String, String)> {
    let present = |member: &String| samples.records.iter().any(|record| record.contains_key(member));
    roles.mapping().into_iter().filter(|(_, member)| present(member)).collect()
}

/// Reads the whole record, so that what opens can be read, and keeps the hash of its id.
struct IdOf<'r>(&'r Roles);

impl Check for IdOf<'_> {
    fn pass(&self, bytes: &[u8], start: usize) -> Option<(usize, Option<u64>)> {
        quick::pass(bytes, start, self.0).map(|passed| (passed.end, passed.id.map(id_hash)))
    }

    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault> {
        let mut instance = Instance::default();
        read_record(record, self.0, &mut instance)?;
        Ok((!instance.id.is_empty()).then(|| id_hash(&instance.id)))
    }
}

/// The records of one file, objects all of them.
struct Objects {
    records: Records,
    roles: Roles,
    /// Where the values are, unless there is one a line.
    body: Option<std::ops::Range<usize>>,
}

impl Reader for Objects {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn read<'a>(&'a self, row: usize, into: &mut Instance<'a>) {
        let record = self.records.bytes(row);
        if read_record(record, &self.roles, into).is_err() {
            // Only a file that changed on disk since it was opened comes here; half a record is worse than none.
            into.clear();
        }
        if let Some(id) = self.records.made_id(row) {
            into.id = Cow::Owned(id);
        }
    }

    fn read_head<'a>(&'a self, (row, hash): (usize, u64), into: &mut Instance<'a>) {
        let head = quick::head(self.records.bytes(row), &self.roles, &|id| id_hash(id) == hash);
        let Some(head) = head.filter(|_| self.records.made_id(row).is_none()) else {
            return self.read(row, into);
        };
        into.clear();
        into.id = Cow::Borrowed(head.id);
        into.images.extend(head.image.map(|path| super::Image::Path(Cow::Borrowed(path))));
    }

    fn raw(&self, row: usize) -> Option<&[u8]> {
        Some(self.records.bytes(row))
    }

    fn raw_run(&self, rows: std::ops::RangeInclusive<usize>) -> Option<&[u8]> {
        self.records.run(rows)
    }

    fn frame(&self) -> super::Frame<'_> {
        frame::frame(&self.records.content, &self.records.spans, self.body.as_ref())
    }

    fn place(&self, row: usize) -> Place {
        self.records.place(row)
    }
}
