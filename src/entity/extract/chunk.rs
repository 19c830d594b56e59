//! Reading a chunk of instances into rows of entity numbers.
//!
//! Invariant: turns are analysed one by one; a row's numbers are distinct; an empty name is no entity.

use std::ops::Range;

use super::interner::Interner;
use super::offer::Offer;
use super::turn::{self, Findings};
use super::{Run, Shared, Stop};
use crate::column::Csr;
use crate::entity::Perspective;
use crate::entity::text::{self, Analysis};
use crate::language::{Kind, Language};
use crate::source::{Instance, Speaker};

/// What was read of a range of instances.
#[derive(Default)]
pub(super) struct Chunk {
    /// Rows of each perspective that is extracted.
    pub(super) rows: [Csr; 5],
    /// Words of each instance, where text is read.
    pub(super) words: Vec<u32>,
    /// Hash and instance of each turn of the asking side.
    pub(super) prompts: Vec<(u64, u32)>,
    /// Instances that list no pairs, where others do.
    pub(super) unpaired: Vec<u32>,
}

/// One thread's buffers.
pub(super) struct Worker<'a> {
    run: &'a Run<'a>,
    shared: &'a Shared,
    language: &'static Language,
    instance: Instance<'a>,
    analysis: Analysis,
    /// What the instance holds so far.
    held: Findings,
    /// What the turn holds.
    said: Findings,
    row: Vec<u32>,
    name: String,
}

/// Instances between two questions whether to stop.
const CANCEL_STEP: usize = 32;

impl<'a> Worker<'a> {
    pub(super) fn new(run: &'a Run<'a>, shared: &'a Shared, language: &'static Language) -> Self {
        Self {
            run,
            shared,
            language,
            instance: Instance::default(),
            analysis: Analysis::new(),
            held: Findings::default(),
            said: Findings::default(),
            row: Vec::new(),
            name: String::new(),
        }
    }

    pub(super) fn read(&mut self, numbers: Range<usize>) -> Result<Chunk, Stop> {
        let mut chunk = Chunk::default();
        for number in numbers {
            if number.is_multiple_of(CANCEL_STEP) && self.run.observer.cancelled() {
                return Err(Stop::Cancelled);
            }
            let mut instance = std::mem::take(&mut self.instance);
            self.run.dataset.read(number, &mut instance);
            let offer = Offer::of(&instance);
            if self.run.plan.is_surprised_by(offer) {
                return Err(Stop::Surprise(offer));
            }
            self.read_turns(&instance, number as u32, &mut chunk);
            self.push_text_rows(&mut chunk);
            self.push_given_rows(&instance, &mut chunk);
            if self.run.plan.takes_lists(Perspective::CoOccurrence) && instance.given.pairs.is_none() {
                chunk.unpaired.push(number as u32);
            }
            self.instance = instance;
        }
        Ok(chunk)
    }

    fn read_turns(&mut self, instance: &Instance<'_>, number: u32, chunk: &mut Chunk) {
        self.held.clear();
        for turn in instance.turns.iter().filter(|turn| turn.speaker != Speaker::System) {
            let spoken = turn::spoken(turn);
            if spoken.is_empty() {
                continue;
            }
            let key = turn::key(turn.speaker, spoken);
            if turn.speaker == Speaker::Human {
                chunk.prompts.push((key as u64, number));
            }
            if !self.run.plan.reads_text() || self.shared.turns.recall(key, &mut self.held) {
                continue;
            }
            self.analyse(spoken, turn.speaker);
            self.shared.turns.keep(key, &self.said);
            self.held.tokens.extend_from_slice(&self.said.tokens);
            self.held.objects.extend_from_slice(&self.said.objects);
            self.held.interrogations.extend_from_slice(&self.said.interrogations);
            self.held.words += self.said.words;
        }
        if self.run.plan.reads_text() {
            chunk.words.push(self.held.words);
        }
    }

    fn analyse(&mut self, spoken: &str, speaker: Speaker) {
        let speaker = match speaker {
            Speaker::Human => text::Speaker::Human,
            _ => text::Speaker::Assistant,
        };
        self.language.analyse(spoken, speaker, self.run.vocabulary, &mut self.analysis);
        let Self { run, shared, analysis, said, .. } = self;
        let interner = |perspective: Perspective| {
            run.plan.takes_text(perspective).then(|| &shared.interners.names[perspective as usize])
        };
        said.clear();
        said.words = analysis.reading.tokens.iter().filter(|token| token.kind != Kind::Punctuation).count() as u32;
        fill(&mut said.tokens, interner(Perspective::Token), analysis.tokens().map(|mention| mention.name));
        fill(&mut said.objects, interner(Perspective::Object), analysis.objects().map(|mention| mention.name));
        fill(
            &mut said.interrogations,
            interner(Perspective::Interrogation),
            analysis.interrogations().map(|mention| mention.name),
        );
    }

    fn push_text_rows(&mut self, chunk: &mut Chunk) {
        let Findings { tokens, objects, interrogations, .. } = &mut self.held;
        for (perspective, row) in
            [(Perspective::Token, tokens), (Perspective::Object, objects), (Perspective::Interrogation, interrogations)]
        {
            if self.run.plan.takes_text(perspective) {
                push_distinct(&mut chunk.rows[perspective as usize], row);
            }
        }
    }

    fn push_given_rows(&mut self, instance: &Instance<'_>, chunk: &mut Chunk) {
        let given = &instance.given;
        for (perspective, list) in [
            (Perspective::Token, given.tokens.as_deref()),
            (Perspective::Object, given.objects.as_deref()),
            (Perspective::Interrogation, given.interrogations.as_deref()),
            (Perspective::Label, Some(&instance.labels[..])),
        ] {
            if self.run.plan.takes_lists(perspective) {
                self.row.clear();
                for name in list.unwrap_or_default() {
                    self.push_name(perspective, name);
                }
                push_distinct(&mut chunk.rows[perspective as usize], &mut self.row);
            }
        }
        if self.run.plan.takes_lists(Perspective::CoOccurrence) {
            self.row.clear();
            for (a, b) in given.pairs.as_deref().unwrap_or_default() {
                self.push_pair(a, b);
            }
            push_distinct(&mut chunk.rows[Perspective::CoOccurrence as usize], &mut self.row);
        }
    }

    fn push_name(&mut self, perspective: Perspective, name: &str) {
        let name = cleaned(name, &mut self.name);
        if !name.is_empty() {
            self.row.push(self.shared.interners.names[perspective as usize].intern(name));
        }
    }

    fn push_pair(&mut self, a: &str, b: &str) {
        let mut other = String::new();
        let (a, b) = (cleaned(a, &mut self.name), cleaned(b, &mut other));
        if a.is_empty() || b.is_empty() || a == b {
            return;
        }
        let names = &self.shared.interners.names[Perspective::CoOccurrence as usize];
        let pair = [a.min(b), a.max(b)].map(|name| names.intern(name));
        self.row.push(self.shared.interners.pairs.intern(pair));
    }
}

/// Fills `row` with the distinct numbers of names, where there is an interner.
fn fill<'n>(row: &mut Vec<u32>, interner: Option<&Interner>, names: impl Iterator<Item = &'n str>) {
    if let Some(interner) = interner {
        row.extend(names.map(|name| interner.intern(name)));
        row.sort_unstable();
        row.dedup();
    }
}

fn push_distinct(rows: &mut Csr, row: &mut Vec<u32>) {
    row.sort_unstable();
    row.dedup();
    rows.push(row.iter().copied());
}

/// A given name with single spaces for every run of white space and control characters, and none at its ends.
fn cleaned<'n>(name: &'n str, buffer: &'n mut String) -> &'n str {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let name = name.trim_matches(odd);
    if !name.contains(|c| odd(c) && c != ' ') && !name.contains("  ") {
        return name;
    }
    buffer.clear();
    for word in name.split(odd).filter(|word| !word.is_empty()) {
        if !buffer.is_empty() {
            buffer.push(' ');
        }
        buffer.push_str(word);
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_names_hold_no_line_breaks_and_no_double_spaces() {
        for (given, expected) in [
            (" fire\n hydrant\t", "fire hydrant"),
            ("a,b", "a,b"),
            ("", ""),
            (" \t", ""),
            ("x  y", "x y"),
            ("猫 犬", "猫 犬"),
        ] {
            assert_eq!(cleaned(given, &mut String::new()), expected);
        }
    }
}
