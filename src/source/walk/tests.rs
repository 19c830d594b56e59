//! A walk takes each step once, whatever the number of chunks.
//!
//! Invariant: the texts are longer than one chunk.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::progress::Unobserved;
use crate::source::json::{Check, Lines, Sequence};
use crate::source::meter::Meter;

/// Counts how often a step is taken.
struct Counted<W>(W, AtomicUsize);

impl<W: Walk> Walk for Counted<W> {
    fn step(&self, bytes: &[u8], at: usize) -> Option<Step> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.step(bytes, at)
    }

    fn align(&self, bytes: &[u8], at: usize) -> usize {
        self.0.align(bytes, at)
    }
}

struct Anything;

impl Check for Anything {
    fn pass(&self, _bytes: &[u8], _start: usize) -> Option<(usize, Option<u64>)> {
        None
    }

    fn check(&self, _record: &[u8]) -> Result<Option<u64>, Fault> {
        Ok(Some(1))
    }
}

/// The rows that a walk finds and the steps that it takes.
fn effort(walk: impl Walk, text: &str, from: usize) -> (u64, usize) {
    let meter = Meter::new(&Unobserved, 1);
    let counted = Counted(walk, AtomicUsize::new(0));
    let walked = super::walk(&counted, text.as_bytes(), from, &meter.phase(0..1, 1)).unwrap();
    (walked.rows, counted.1.into_inner())
}

#[test]
fn no_step_of_a_file_without_faults_is_taken_twice() {
    const RECORDS: usize = 3000;
    let record = format!("{{\"id\": \"{}\"}}", "x".repeat(5000));
    let sequence = || Sequence { first_members: vec![b"\"id\"".to_vec()], check: Anything };
    for joint in [",", ", ", ",\n  ", " "] {
        let text = format!("[{}]\n", vec![record.as_str(); RECORDS].join(joint));
        assert!(text.len() > 3 * CHUNK);
        assert_eq!(effort(sequence(), &text, 1), (RECORDS as u64, RECORDS), "{joint:?}");
    }
    let lines = format!("{record}\n").repeat(RECORDS);
    assert_eq!(effort(Lines { sequence: sequence() }, &lines, 0), (RECORDS as u64, RECORDS));
}
