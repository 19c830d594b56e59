//! Words a second of the text extractors, on text without repeats.
//!
//! The text is made from word lists; `FANTAIL_BENCH_TEXT=FILE` measures a file instead, a line a turn.

use divan::Bencher;
use divan::counter::ItemsCount;
use fantail::entity::text::{Analysis, Speaker};
use fantail::language::Language;

fn main() {
    divan::main();
}

fn turns() -> Vec<String> {
    let file = std::env::var("FANTAIL_BENCH_TEXT").ok().and_then(|path| std::fs::read_to_string(path).ok());
    file.map_or_else(made_turns, |text| text.lines().map(str::to_owned).collect())
}

/// Sentences that differ from each other, in the manner of captions and questions about them.
fn made_turns() -> Vec<String> {
    const SUBJECTS: [&str; 7] =
        ["A young woman", "Two brown dogs", "The old baker", "Children", "A fire hydrant", "My cat", "Three men"];
    const VERBS: [&str; 6] =
        ["is holding", "stand near", "looks at", "are painting", "jumped over", "would like to see"];
    const OBJECTS: [&str; 8] = [
        "a tennis racket",
        "the parked cars",
        "some wine glasses",
        "a red umbrella",
        "the Eiffel Tower",
        "an oven",
        "its shadow",
        "large kites",
    ];
    const PLACES: [&str; 6] = [
        "in the park",
        "on a city street",
        "beside the wooden bench",
        "at dusk",
        "behind a glass door",
        "under heavy clouds",
    ];
    const QUESTIONS: [&str; 5] =
        ["What color is it?", "How many of them are there?", "Please describe the scene.", "Is there a bus?", "Why?"];
    let pick = |words: &[&'static str], at: usize| words[at % words.len()];
    (0..20_000)
        .map(|n| {
            let (a, b, c, d) =
                (pick(&SUBJECTS, n), pick(&VERBS, n / 7), pick(&OBJECTS, n / 42), pick(&PLACES, n / 336));
            format!("{a} {b} {c} {d}, number {n}. {}", pick(&QUESTIONS, n / 3))
        })
        .collect()
}

fn words(turns: &[String]) -> usize {
    turns.iter().map(|turn| turn.split_whitespace().count()).sum()
}

fn analyse_all(bencher: Bencher<'_, '_>, speaker: Speaker) {
    let turns = turns();
    let language = Language::embedded();
    let mut analysis = Analysis::new();
    bencher.counter(ItemsCount::new(words(&turns))).bench_local(|| {
        let mut found = 0;
        for turn in &turns {
            language.analyse(turn, speaker, None, &mut analysis);
            found += analysis.tokens().count() + analysis.objects().count() + analysis.interrogations().count();
        }
        found
    });
}

#[divan::bench(sample_count = 10)]
fn assistant_turns(bencher: Bencher<'_, '_>) {
    analyse_all(bencher, Speaker::Assistant);
}

#[divan::bench(sample_count = 10)]
fn human_turns(bencher: Bencher<'_, '_>) {
    analyse_all(bencher, Speaker::Human);
}

#[divan::bench(sample_count = 20)]
fn load() -> Language {
    Language::load()
}
