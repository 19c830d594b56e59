//! Steps over lines: what is a record, and what it costs to find that out.
//!
//! Invariant: a cost is told by a longer text against a shorter one, never by seconds alone.

use super::*;

/// Takes every record that is closed and not called bad.
struct Closed;

impl Check for Closed {
    fn pass(&self, _bytes: &[u8], _start: usize) -> Option<(usize, Option<u64>)> {
        None
    }

    fn check(&self, record: &[u8]) -> Result<Option<u64>, Fault> {
        if record.windows(3).any(|three| three == b"bad") {
            return Err(Fault::new(SetAsideKind::WrongType, "bad"));
        }
        Ok(Some(record.len() as u64))
    }
}

/// The bytes of each step and whether it is a record.
fn steps(text: &str) -> Vec<(&str, bool)> {
    let lines = Lines { sequence: Sequence { first_members: vec![b"\"a\"".to_vec()], check: Closed } };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(step) = lines.step(text.as_bytes(), at) {
        assert!(step.next > at);
        found.push((&text[step.span], step.outcome.is_ok()));
        at = step.next;
    }
    found
}

#[test]
fn records_that_share_a_line_are_told_apart() {
    for (text, expected) in [
        ("{\"a\":1}{\"a\":2}\n{\"a\":3}", vec![("{\"a\":1}", true), ("{\"a\":2}", true), ("{\"a\":3}", true)]),
        (
            "{\"a\":1}, {\"a\":2} ,\r\n\n{\"a\":3},\n",
            vec![("{\"a\":1}", true), ("{\"a\":2}", true), ("{\"a\":3}", true)],
        ),
        ("{\"a\":1} {\"bad\":2} {\"a\":3}", vec![("{\"a\":1}", true), ("{\"bad\":2}", false), ("{\"a\":3}", true)]),
        ("{\"a\":1} rest\n{\"a\":3}", vec![("{\"a\":1}", true), ("rest", false), ("{\"a\":3}", true)]),
        ("{\"a\":[\n{\"a\":3}\n", vec![("{\"a\":[", false), ("{\"a\":3}", true)]),
        ("{\"bad\":{\"a\":3}}\n", vec![("{\"bad\":{\"a\":3}}", false)]),
    ] {
        assert_eq!(steps(text), expected, "{text:?}");
    }
}

#[test]
fn a_record_costs_what_it_holds_however_long_its_line_is() {
    let seconds = |records: usize| {
        let text = "{\"a\": 1} ".repeat(records);
        let start = std::time::Instant::now();
        assert_eq!(steps(&text).len(), records);
        start.elapsed().as_secs_f64()
    };
    let best = |records| (0..3).map(|_| seconds(records)).fold(f64::INFINITY, f64::min);
    let (few, many) = (best(4_000), best(64_000));
    assert!(many < 64.0 * few.max(0.0005), "16 times as many: {few} s and {many} s");
}
