//! What the language and the text extractors promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use fantail::entity::text::{Analysis, Speaker};
use fantail::entity::vocabulary::Vocabulary;
use fantail::language::{Language, Tag};

fn analysed(text: &str, speaker: Speaker) -> Analysis {
    let mut analysis = Analysis::new();
    Language::embedded().analyse(text, speaker, None, &mut analysis);
    analysis
}

fn tokens(text: &str) -> Vec<String> {
    analysed(text, Speaker::Assistant).tokens().map(|mention| mention.name.to_owned()).collect()
}

fn objects(text: &str) -> Vec<String> {
    analysed(text, Speaker::Assistant).objects().map(|mention| mention.name.to_owned()).collect()
}

fn interrogations(text: &str) -> Vec<String> {
    analysed(text, Speaker::Human).interrogations().map(|mention| mention.name.to_owned()).collect()
}

/// The questions of a table that are not reduced to the forms beside them, and the number of all.
fn reduced_wrong(table: &str) -> (Vec<String>, usize) {
    let (mut all, mut wrong) = (0, Vec::new());
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        // A sentence that asks nothing has no form.
        let gold: Vec<&str> = fields[1].split('|').filter(|form| !form.is_empty()).collect();
        let found = interrogations(&fields[0].replace("\\n", "\n"));
        all += 1;
        if found != gold {
            wrong.push(format!("{} → {found:?}, not {gold:?}", fields[0]));
        }
    }
    println!("{} of {all} wrong\n{}", wrong.len(), wrong.join("\n"));
    (wrong, all)
}

#[test]
fn nineteen_of_twenty_questions_of_real_datasets_are_reduced_right() {
    let (wrong, all) = reduced_wrong(include_str!("data/interrogations.tsv"));
    assert!(all >= 200 && wrong.len() * 20 <= all, "{} of {all} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nineteen_of_twenty_questions_of_our_own_are_reduced_right() {
    let (wrong, all) = reduced_wrong(include_str!("data/interrogations_own.tsv"));
    assert!(all >= 170 && wrong.len() * 20 <= all, "{} of {all} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn plurals_of_nouns_that_are_not_known_fall_together_with_their_singulars() {
    for (one, many) in [
        ("treehouse", "treehouses"),
        ("schoolbus", "schoolbuses"),
        ("gizmocase", "gizmocases"),
        ("zorbess", "zorbesses"),
        ("whiteboardbrush", "whiteboardbrushes"),
        ("zorb", "zorbs"),
    ] {
        let text = |noun: &str| tokens(&format!("There is the {noun} here."));
        assert_eq!(text(one), [one], "{one}");
        assert_eq!(text(many), [one], "{many}");
    }
}

#[test]
fn commas_in_a_row_cost_no_more_each_than_one() {
    let seconds = |commas: usize| {
        let text = format!("Describe {}the cat.", ", and ".repeat(commas));
        let start = std::time::Instant::now();
        assert!(interrogations(&text).contains(&"describe".to_owned()));
        start.elapsed().as_secs_f64()
    };
    let best = |commas| (0..3).map(|_| seconds(commas)).fold(f64::INFINITY, f64::min);
    let (few, many) = (best(2_000), best(32_000));
    assert!(many < 64.0 * few.max(0.001), "16 times as many: {few} s and {many} s");
}

#[test]
fn nouns_become_lemmas() {
    for (text, names) in [
        ("The children saw two mice and some geese near the knives.", vec!["child", "mouse", "goose", "knife"]),
        ("She lives in Paris and loves the Beatles.", vec!["Paris", "Beatles"]),
        ("Years ago the boxes were in the churches.", vec!["year", "box", "church"]),
        ("He wants to plan a visit to the library.", vec!["visit", "library"]),
        ("You can watch them play; the play was good.", vec!["play"]),
        ("Two dogs chase the ball.", vec!["dog", "ball"]),
        ("I don't like O'Neill's car.", vec!["O'Neill", "car"]),
        ("An e-mail about a well-known 15-year term", vec!["e-mail", "year", "term"]),
    ] {
        assert_eq!(tokens(text), names, "{text}");
    }
}

#[test]
fn objects_are_the_longest_visible_phrases() {
    for (text, names) in [
        ("A man holds a tennis racket near two fire hydrants.", vec!["man", "tennis racket", "fire hydrant"]),
        ("The teddy bears sit on a dining table.", vec!["teddy bear", "dining table"]),
        ("The image shows the background of the scene.", vec![]),
        ("People with frisbees by a traffic light", vec!["people", "frisbee", "traffic light"]),
        ("Honesty is a virtue, an idea of justice.", vec![]),
        ("She put on her T-shirt, jeans and sunglasses.", vec!["t-shirt", "jeans", "sunglasses"]),
    ] {
        assert_eq!(objects(text), names, "{text}");
    }
}

#[test]
fn of_collocations_that_overlap_the_one_that_is_meant_is_taken() {
    for (text, names) in [
        ("There is a red fire hydrant.", vec!["fire hydrant"]),
        ("Two red fire trucks stand there.", vec!["fire truck"]),
        ("She holds a red wine glass.", vec!["wineglass"]),
        ("She holds a glass of red wine.", vec!["glass", "red wine"]),
        ("He has an ice hockey stick.", vec!["hockey stick"]),
        ("Nobody plays ice hockey.", vec![]),
        ("The police car door is open.", vec!["police car", "door"]),
        ("A dark chocolate cake is on the dining table.", vec!["chocolate cake", "dining table"]),
        ("He eats dark chocolate.", vec!["dark chocolate"]),
        ("There is an x-ray film.", vec!["x-ray film"]),
        ("Hot air balloons rise.", vec!["hot-air balloon"]),
        ("An ice cream cone and a coffee table book", vec!["ice-cream cone", "coffee-table book"]),
    ] {
        assert_eq!(objects(text), names, "{text}");
    }
}

#[test]
fn a_name_is_found_where_it_has_its_capitals() {
    for (text, names) in [
        ("There is a white house.", vec!["house"]),
        ("This is the White House.", vec![]),
        ("White houses stand there.", vec!["house"]),
        ("There is a black panther.", vec!["panther"]),
        ("There is a great dane and a german shepherd.", vec!["great dane", "german shepherd"]),
        ("There are french fries.", vec!["french fries"]),
    ] {
        assert_eq!(objects(text), names, "{text}");
    }
}

#[test]
fn spellings_of_one_noun_are_one_object() {
    for (spellings, name) in [
        (["a cell phone", "two cellphones", "a cell-phone"], "cellphone"),
        (["a wine glass", "three wine glasses", "a wineglass"], "wineglass"),
        (["a hot air balloon", "hot-air balloons", "a hot-air balloon"], "hot-air balloon"),
        (["an ice cream", "an icecream", "an ice-cream"], "ice cream"),
        (["a fire truck", "firetrucks", "a fire-truck"], "fire truck"),
        (["a sea gull", "seagulls", "a sea-gull"], "seagull"),
        (["a walkie-talkie", "walkie talkies", "a walkie-talkie"], "walkie-talkie"),
        (["hot dogs", "a hotdog", "a hot-dog"], "hot dog"),
        (["a light bulb", "lightbulbs", "a lightbulb"], "light bulb"),
        (["a stop sign", "a stopsign", "stop-signs"], "stop sign"),
    ] {
        for text in spellings {
            assert_eq!(objects(&format!("There is {text}.")), [name], "{text}");
        }
    }
    // Words that stand beside each other by chance are not.
    for (text, names) in [
        ("There is a black bird in tall grass.", vec!["bird", "grass"]),
        ("He wears a leather jacket and blue jeans.", vec!["leather", "jacket", "jeans"]),
        ("The cat tail is black.", vec!["cat", "tail"]),
    ] {
        assert_eq!(objects(text), names, "{text}");
    }
}

#[test]
fn what_has_no_singular_is_itself_and_one_thing() {
    let things = "binoculars, breeches, eyeglasses, forceps, goggles, jeans, khakis, leggings, pajamas, panties, pants, pliers, \
                  scissors, shears, shorts, slacks, spectacles, sunglasses, sweatpants, tights, tongs, trousers, tweezers";
    for thing in things.split(", ") {
        for text in [format!("She has the {thing} here."), format!("There is a pair of {thing} on it.")] {
            assert_eq!(objects(&text), [thing], "{text}");
            assert!(tokens(&text).contains(&thing.to_owned()), "{text}: {:?}", tokens(&text));
        }
    }
    assert_eq!(objects("There are two pairs of scissors and a pair of shoes."), ["scissors", "shoe"]);
}

#[test]
fn a_vocabulary_goes_before_wordnet() {
    let vocabulary = Vocabulary::parse("# mine\n\nred panda cub\nKöttbullar\ntraffic cones\n");
    assert_eq!(vocabulary.len(), 3);
    let mut analysis = Analysis::new();
    let text = "Red panda cubs eat köttbullar beside a Traffic Cone and a red panda.";
    Language::embedded().analyse(text, Speaker::Assistant, Some(&vocabulary), &mut analysis);
    let names: Vec<&str> = analysis.objects().map(|mention| mention.name).collect();
    assert_eq!(names, ["red panda cub", "köttbullar", "traffic cones", "red panda"]);
}

#[test]
fn only_humans_ask() {
    let text = "Describe it. What color is the bus?";
    assert_eq!(interrogations(text), ["describe", "what color"]);
    assert_eq!(analysed(text, Speaker::Assistant).interrogations().count(), 0);
}

#[test]
fn spans_lie_in_the_text_and_names_are_clean() {
    let texts = [
        "",
        " \r\n\t ",
        "<image>\nWhat's \"this\", then?\u{feff} “Quoted, nouns” and 'more, nouns'",
        "猫はかわいい。犬は？ 😀👩‍👩‍👧 emoji café naïve Ünïcödé İstanbul",
        "[0.1, 0.25, 0.5, 0.75] <box> [INST] hi [/INST] <|im_end|> a<b>c",
        "...---!!!??? '' `` n't 's don’t ’s",
        "tab\tseparated\u{a0}nouns\u{2028}line",
    ];
    for text in texts {
        let analysis = analysed(text, Speaker::Human);
        for mention in analysis.tokens().chain(analysis.objects()).chain(analysis.interrogations()) {
            assert!(!mention.span.is_empty() && text.get(mention.span.clone()).is_some(), "{mention:?} in {text}");
            assert!(!mention.name.is_empty(), "{mention:?} in {text}");
            assert!(!mention.name.contains(['\n', '\t', '"', ',', '“', '”']), "{mention:?} in {text}");
        }
    }
}

#[test]
fn markup_is_no_word() {
    assert_eq!(tokens("<image>\n<video> [INST] A dog [/INST] <|im_end|> at [0.1, 0.2, 0.3, 0.4]"), ["dog"]);
    assert_eq!(tokens("See https://example.com/a-dog?x=1 or write to dog@example.com"), Vec::<String>::new());
}

#[test]
fn sentences_without_a_space_between_do_not_glue() {
    assert_eq!(tokens("It is for parking.Is the daisy red?Kaplan nods"), ["parking", "daisy", "Kaplan"]);
}

#[test]
fn a_text_of_one_endless_word_is_read_in_linear_time() {
    for piece in ["a", "<", "a-", "a.", "[1,", "a'", "x@", "é", "ab ", "?", "the "] {
        let text = piece.repeat(400_000 / piece.len());
        let started = std::time::Instant::now();
        analysed(&text, Speaker::Human);
        assert!(started.elapsed().as_secs() < 10, "{piece}");
    }
}

#[test]
fn synonyms_and_lemmas_come_from_wordnet() {
    let language = Language::embedded();
    let synonyms: Vec<&str> = language.synonyms("sofas").collect();
    assert!(synonyms.contains(&"couch") && !synonyms.contains(&"sofa"), "{synonyms:?}");
    assert_eq!(language.synonyms("qwertz").count(), 0);
    assert_eq!(
        (language.lemma("mice"), language.lemma("Bushes"), language.lemma("qwertz")),
        ("mouse", "bush", "qwertz")
    );
    assert!(
        language.is_known_noun("fire hydrant") && language.is_known_noun("zebras") && !language.is_known_noun("of")
    );
}

#[test]
fn words_already_divided_are_tagged() {
    let tagged = Language::embedded().tag_words(&["The", "old", "dogs", "ran", "in", "London", "."]);
    let tags: Vec<Tag> = tagged.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, [Tag::Det, Tag::Adj, Tag::Noun, Tag::Verb, Tag::Adp, Tag::Propn, Tag::Punct]);
    assert_eq!((tagged[2].1.as_str(), tagged[5].1.as_str()), ("dog", "London"));
}

// ---------------------------------------------------------------- a treebank, where it is at hand

/// A sentence of a treebank: its text, and form, lemma and tag of each word.
#[derive(Default)]
struct Sentence {
    text: String,
    words: Vec<(String, String, Tag)>,
}

fn sentences(treebank: &str) -> Vec<Sentence> {
    let mut all = vec![Sentence::default()];
    for line in treebank.lines() {
        if line.is_empty() {
            all.push(Sentence::default());
        }
        let Some(sentence) = all.last_mut() else { continue };
        if let Some(text) = line.strip_prefix("# text = ") {
            text.clone_into(&mut sentence.text);
        }
        let fields: Vec<_> = line.split('\t').collect();
        // Words that are written as one and words that are not written have numbers with a sign in them.
        if fields.len() == 10 && fields[0].bytes().all(|byte| byte.is_ascii_digit()) {
            sentence.words.push((fields[1].into(), fields[2].into(), Tag::named(fields[3])));
        }
    }
    all.retain(|sentence| !sentence.words.is_empty());
    all
}

/// How the nouns that were found, one of a form a sentence, compare to those of the treebank.
#[derive(Default)]
struct Score {
    hits: usize,
    wrong: usize,
    missed: usize,
    lemmas: usize,
    folded: usize,
}

impl Score {
    fn add(&mut self, gold: &BTreeMap<&str, &str>, found: &BTreeMap<String, String>) {
        for (form, lemma) in gold {
            match found.get(*form) {
                Some(own) => {
                    self.hits += 1;
                    self.lemmas += usize::from(own == lemma);
                    self.folded += usize::from(own.to_lowercase() == lemma.to_lowercase());
                }
                None => self.missed += 1,
            }
        }
        self.wrong += found.keys().filter(|form| !gold.contains_key(form.as_str())).count();
    }

    fn precision(&self) -> f64 {
        self.hits as f64 / (self.hits + self.wrong) as f64
    }

    fn recall(&self) -> f64 {
        self.hits as f64 / (self.hits + self.missed) as f64
    }

    fn lemma(&self) -> f64 {
        self.lemmas as f64 / self.hits as f64
    }

    fn lemma_ignoring_case(&self) -> f64 {
        self.folded as f64 / self.hits as f64
    }

    fn told(&self) -> String {
        format!(
            "precision {:.4}, recall {:.4}, lemma {:.4}, ignoring case {:.4} ({} hits, {} wrong, {} missed)",
            self.precision(),
            self.recall(),
            self.lemma(),
            self.lemma_ignoring_case(),
            self.hits,
            self.wrong,
            self.missed
        )
    }
}

#[test]
#[ignore = "needs FANTAIL_DATA: ud_ewt/en_ewt-ud-test.conllu"]
fn needs_data_nouns_of_a_treebank_are_found() {
    let data = std::env::var_os("FANTAIL_DATA").expect("FANTAIL_DATA names the folder of the data");
    let treebank = std::fs::read_to_string(PathBuf::from(data).join("ud_ewt/en_ewt-ud-test.conllu")).unwrap();
    let language = Language::embedded();
    let (mut divided, mut raw) = (Score::default(), Score::default());
    for Sentence { text, words } in sentences(&treebank) {
        let nouns = words.iter().filter(|word| word.2.is_noun());
        let gold: BTreeMap<&str, &str> = nouns.map(|word| (word.0.as_str(), word.1.as_str())).collect();
        let forms: Vec<&str> = words.iter().map(|word| word.0.as_str()).collect();
        let tagged = forms.iter().zip(language.tag_words(&forms)).filter(|(_, (tag, _))| tag.is_noun());
        divided.add(&gold, &tagged.map(|(form, (_, lemma))| ((*form).to_owned(), lemma)).collect());
        raw.add(&gold, &language.nouns(&text));
    }
    println!("gold words: {}\nraw text: {}", divided.told(), raw.told());
    assert!(divided.precision() >= 0.94 && divided.recall() >= 0.94, "gold words: {}", divided.told());
    assert!(divided.lemma_ignoring_case() >= 0.97, "gold words: {}", divided.told());
    assert!(raw.precision() >= 0.92 && raw.recall() >= 0.92, "raw text: {}", raw.told());
}
