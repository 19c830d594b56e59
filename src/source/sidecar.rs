//! Entities that another tool found: JSON records of an id and lists, joined to the instances by id.
//!
//! Invariant: a list that the sidecar gives replaces the record's own; one that it does not give leaves it.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::content::Content;
use super::guess::sidecar_roles;
use super::json::{Check, Lines, Sequence, Shape, read_record, shape, text_start};
use super::meter::Phase;
use super::part::id_hash;
use super::role::Roles;
use super::walk::{Fault, Spans, Walked, walk};
use super::{Instance, SetAsideKind, SourceError};
use crate::number::counted;

/// An opened sidecar.
pub(crate) struct Sidecar {
    content: Content,
    spans: Spans,
    roles: Roles,
    /// The record of each id, by the id's hash.
    by_id: FxHashMap<u64, u32>,
}

struct EntitiesOf<'r>(&'r Roles);

impl Check for EntitiesOf<'_> {
    fn pass(&self, _bytes: &[u8], _start: usize) -> Option<(usize, Option<u64>)> {
        None
    }

    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault> {
        let mut instance = Instance::default();
        read_record(record, self.0, &mut instance)?;
        if instance.id.is_empty() {
            return Err(Fault::new(SetAsideKind::MissingId, "the record has no id"));
        }
        Ok(Some(id_hash(&instance.id)))
    }
}

impl Sidecar {
    /// Opens a sidecar for a dataset with these ids; the strings are warnings about records that cannot be joined.
    pub(crate) fn open(
        (path, content): (&Path, Content),
        ids: &[u64],
        phase: &Phase<'_>,
    ) -> Result<(Self, Vec<String>), SourceError> {
        let malformed =
            |reason| SourceError::Malformed { path: path.to_owned(), format: "an entities sidecar (JSONL)", reason };
        let roles = sidecar_roles();
        let sequence = Sequence { first_members: vec![b"\"id\"".to_vec()], check: EntitiesOf(&roles) };
        let walked = match shape(&content).map_err(malformed)? {
            Shape::Lines => walk(&Lines { sequence }, &content, text_start(&content), phase)?,
            Shape::Sequence(body) => walk(&sequence, &content[..body.end], body.start, phase)?,
        };
        let mut by_id = FxHashMap::default();
        let mut repeated = 0;
        for (index, &hash) in walked.id_hashes.iter().enumerate() {
            if by_id.insert(hash, index as u32).is_some() {
                repeated += 1;
            }
        }
        let mut warnings: Vec<String> = aside_warnings(path, &walked).into_iter().collect();
        if repeated > 0 {
            warnings.push(format!(
                "{}: {} given more than once; the last counts",
                path.display(),
                if repeated == 1 { "1 id is".to_owned() } else { format!("{repeated} ids are") }
            ));
        }
        let sidecar = Self { content, spans: walked.spans, roles, by_id };
        warnings.extend(sidecar.unknown(path, &walked.id_hashes, ids));
        Ok((sidecar, warnings))
    }

    /// Replaces the lists that the sidecar gives for this instance.
    pub(crate) fn join<'a>(&'a self, hash: u64, into: &mut Instance<'a>) {
        let Some(&index) = self.by_id.get(&hash) else { return };
        let mut found = Instance::default();
        let record = &self.content[self.spans.range(index as usize)];
        if read_record(record, &self.roles, &mut found).is_err() || found.id != into.id {
            return;
        }
        let (from, given) = (found.given, &mut into.given);
        given.tokens = from.tokens.or(given.tokens.take());
        given.objects = from.objects.or(given.objects.take());
        given.pairs = from.pairs.or(given.pairs.take());
        given.interrogations = from.interrogations.or(given.interrogations.take());
        if !found.labels.is_empty() {
            into.labels = found.labels;
        }
    }

    fn unknown(&self, path: &Path, found: &[u64], ids: &[u64]) -> Option<String> {
        let known: FxHashSet<u64> = ids.iter().copied().collect();
        let strangers: Vec<usize> = (0..found.len()).filter(|&index| !known.contains(&found[index])).collect();
        let mut first = Instance::default();
        read_record(&self.content[self.spans.range(*strangers.first()?)], &self.roles, &mut first).ok()?;
        let count = strangers.len();
        let are = if count == 1 { "is" } else { "are" };
        let ids = counted(count as u64, "id");
        Some(format!("{}: {ids} {are} not in the dataset, the first is '{}'", path.display(), first.id))
    }
}

fn aside_warnings(path: &Path, walked: &Walked) -> Option<String> {
    let first = walked.aside.first()?;
    let (count, row, message) = (walked.aside.len(), first.row, &first.fault.message);
    let records = counted(count as u64, "record");
    Some(format!("{}: {records} cannot be used, the first is row {row}: {message}", path.display()))
}
