//! Members that only records outside the sample have: noticed on the walk over all records, then looked at like the sampled ones.
//!
//! Invariant: what the sample settled stays as it is; a rare member only adds to it, and one that adds nothing is told.

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::read_record;
use crate::source::role::{Role, Roles};
use crate::source::span::{members, value_end};
use crate::source::walk::Walked;
use crate::source::{Columns, Instance, guess};

/// How many records with a rare member are looked at.
const ENOUGH: usize = 16;

/// The members to look out for on the walk.
pub(super) struct Watch<'c> {
    columns: &'c Columns,
    /// Members that the user names and no sample has.
    named: Vec<&'c str>,
}

/// What came of it.
pub(super) struct Found {
    /// True when members got a role, so that the records must be walked over once more.
    pub(super) changes: bool,
    /// What is not read though its name is known.
    pub(super) warnings: Vec<String>,
}

impl<'c> Watch<'c> {
    /// Makes the roles note which known members that no sample has are in a record.
    pub(super) fn over(roles: &mut Roles, columns: &'c Columns, samples: &[Map<String, Value>]) -> Self {
        let named = guess::missing(columns, &guess::present(samples));
        let sought = guess::sought(roles, columns, samples);
        let turns = guess::TURNS.iter().filter(|_| !roles.has(Role::Turns)).copied();
        let watched: Vec<&'static str> = sought.into_iter().chain(turns).collect();
        roles.watch(watched);
        Self { columns, named }
    }

    /// Gives roles to what was met on the walk, and adds the records that show it to the samples. Fails when no record has a
    /// member that the user names.
    pub(super) fn found(
        self,
        roles: &mut Roles,
        (bytes, walked): (&[u8], &Walked),
        samples: &mut Vec<Map<String, Value>>,
    ) -> Result<Found, String> {
        let met = roles.met();
        let wanted: Vec<&str> = met.iter().copied().chain(self.named).collect();
        if wanted.is_empty() {
            return Ok(Found { changes: false, warnings: Vec::new() });
        }
        let records = holding(bytes, walked, &wanted);
        let changes = guess::add(roles, self.columns, &records, &|name, role| mostly_reads(&records, name, role));
        samples.extend(records);
        let present = guess::present(samples);
        guess::all_there(self.columns, &present)?;
        let unread = |name: &&String| roles.of(name).is_none() && met.iter().any(|met| met.eq_ignore_ascii_case(name));
        let warnings = present.iter().filter(unread).map(told).collect();
        Ok(Found { changes, warnings })
    }
}

fn told(name: &String) -> String {
    format!("'{name}', which few records have, is not read: what it holds does not go with what the others hold")
}

/// The first records that have some of these members, with nothing but these.
fn holding(bytes: &[u8], walked: &Walked, wanted: &[&str]) -> Vec<Map<String, Value>> {
    let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let holds = |at: usize| members(bytes, at).found.iter().any(|member| is_wanted(member.name)).then_some(at);
    let mut starts: Vec<usize> =
        (0..walked.spans.len()).into_par_iter().filter_map(|index| holds(walked.spans.range(index).start)).collect();
    // A record may have been refused for nothing but that the rare member has no role yet.
    starts.extend(walked.aside.iter().filter_map(|aside| holds(aside.offset as usize)));
    let (mut records, mut seen) = (Vec::new(), vec![0; wanted.len()]);
    for at in starts {
        let mut tells = false;
        for name in members(bytes, at).found.iter().map(|member| member.name) {
            let place = wanted.iter().position(|wanted| wanted.eq_ignore_ascii_case(name));
            if let Some(place) = place.filter(|&place| seen[place] < ENOUGH) {
                seen[place] += 1;
                tells = true;
            }
        }
        let end = if tells { value_end(bytes, at).ok() } else { None };
        if let Some(mut record) = end.and_then(|end| object(&bytes[at..end])) {
            record.retain(|name, _| is_wanted(name));
            records.push(record);
        }
    }
    records
}

/// Whether most of what a member holds can be read as what its name promises: else records would be lost for it.
fn mostly_reads(records: &[Map<String, Value>], name: &str, role: Role) -> bool {
    let mut alone = Roles::default();
    alone.insert(name, role);
    let values = records.iter().filter_map(|record| record.get(name)).filter(|value| !value.is_null());
    let record = |value: &Value| serde_json::json!({ name: value }).to_string();
    let reads = |record: &String| read_record(record.as_bytes(), &alone, &mut Instance::default()).is_ok();
    let read = values.clone().map(record).filter(reads).count();
    read * 2 > values.count()
}

fn object(record: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(record).ok()
}
