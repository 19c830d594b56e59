//! Tells by what a table's fields are separated.
//!
//! Invariant: a text is a table only where its rows have as many fields as its header, and more than one: most of them, or,
//! under what is a header for sure, half of them.

use super::{Header, SAMPLE, Table, header};
use crate::source::guess;
use crate::source::json::text_start;
use crate::source::walk::Walk;

/// The delimiter of a table: the one that cuts most sampled rows into as many fields as the header, and more than one.
pub(crate) fn delimiter(bytes: &[u8]) -> Result<u8, String> {
    let start = text_start(bytes);
    let width = |delimiter: u8| header(bytes, start, delimiter).map_or(0, |header| header.names.len());
    let fits = |delimiter: u8| {
        let table = Table { delimiter, columns: vec![(None, false); width(delimiter)] };
        let (mut at, mut good, mut all) = (start, 0, 0);
        while let Some(step) = table.step(bytes, at).filter(|_| all <= SAMPLE) {
            at = step.next;
            all += 1;
            good += usize::from(step.outcome.is_ok());
        }
        if good >= 2 && good * 10 >= all * 8 {
            return true;
        }
        match likeness(bytes, start, delimiter) {
            Likeness::Sure => good * 2 >= all,
            Likeness::Likely => good >= 3 && all - good == 1,
            Likeness::Doubtful => false,
        }
    };
    let candidates = [b'\t', b',', b';', b'|'].into_iter().filter(|&delimiter| width(delimiter) > 1 && fits(delimiter));
    candidates
        .max_by_key(|&delimiter| width(delimiter))
        .ok_or_else(|| "its rows have no common number of fields".into())
}

/// How much the first line looks like a header.
enum Likeness {
    /// Some of its names are known ones.
    Sure,
    /// Its fields may be names.
    Likely,
    /// It has sentences or gaps.
    Doubtful,
}

fn likeness(bytes: &[u8], start: usize, delimiter: u8) -> Likeness {
    let Ok(Header { names, .. }) = header(bytes, start, delimiter) else { return Likeness::Doubtful };
    if names.iter().any(|name| name.contains(' ')) {
        return Likeness::Doubtful;
    }
    let known = [guess::IDS, guess::IMAGES, guess::LABELS, guess::OBJECTS];
    let is_known = known.iter().any(|known| guess::first_of(known, &names).is_some())
        || names.iter().any(|name| guess::text_speaker(name).is_some());
    match (is_known, names.iter().all(|name| !name.is_empty())) {
        (true, _) => Likeness::Sure,
        (false, true) => Likeness::Likely,
        (false, false) => Likeness::Doubtful,
    }
}
