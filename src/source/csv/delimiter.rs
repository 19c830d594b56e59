//! Tells by what a table's fields are separated.
//!
//! Invariant: a text is a table only where most of its rows have as many fields as its header, and more than one.

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
        (good == 1 && all == 1 && is_header(bytes, start, delimiter)) || good >= 2 && good * 10 >= all * 8
    };
    let candidates = [b'\t', b',', b';', b'|'].into_iter().filter(|&delimiter| width(delimiter) > 1 && fits(delimiter));
    candidates
        .max_by_key(|&delimiter| width(delimiter))
        .ok_or_else(|| "its rows have no common number of fields".into())
}

/// Whether a line that stands alone is a header for sure: some of its names are known ones, and no name is a sentence.
fn is_header(bytes: &[u8], start: usize, delimiter: u8) -> bool {
    let Ok(Header { names, .. }) = header(bytes, start, delimiter) else { return false };
    let known = [guess::IDS, guess::IMAGES, guess::LABELS, guess::OBJECTS];
    names.iter().all(|name| !name.contains(' '))
        && (known.iter().any(|known| guess::first_of(known, &names).is_some())
            || names.iter().any(|name| guess::text_speaker(name).is_some()))
}
