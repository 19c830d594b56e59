//! Reads one instance for the screen: its text with an entity's mentions, and why it is kept or dropped.
//!
//! Invariant: a record of any size yields a view of bounded size.

use std::ops::Range;
use std::sync::Arc;

use super::event::Sender;
use super::lane::Wanted;
use crate::app::message::Message;
use crate::app::model::{InstanceView, TurnView};
use crate::entity::{Perspective, text};
use crate::language::Language;
use crate::load::Loaded;
use crate::number;
use crate::plan::Explainer;
use crate::progress::Observer;
use crate::recipe::Recipe;
use crate::source::{Image, Instance, Speaker, Turn};
use crate::ui;

/// The most text that is shown of an instance, in bytes.
const MOST_TEXT: usize = 64 << 20;
/// The most turns that are shown.
const MOST_TURNS: usize = 200_000;
/// As much text of an instance, in bytes, is read for the words that stand for an entity; beyond it its name is looked for.
const MOST_READ: usize = 1 << 20;

/// Which instance, and which entity to mark.
pub(super) struct ReadRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) number: usize,
    pub(super) perspective: Perspective,
    pub(super) rank: usize,
}

/// Which instances, all of one id, under which recipe.
pub(super) struct ExplainRequest {
    pub(super) loaded: Arc<Loaded>,
    pub(super) recipe: Box<Recipe>,
    pub(super) numbers: Vec<usize>,
}

/// Answers a request for a record.
pub(super) fn read(request: ReadRequest, wanted: &Wanted, sender: &Sender) {
    let ReadRequest { loaded, number, perspective, rank } = request;
    let mut instance = Instance::default();
    loaded.dataset.read(number, &mut instance);
    let view = view(number, &instance, &sought(&loaded, perspective, rank));
    sender.tell(Message::InstanceRead { generation: wanted.generation(), view: Ok(Arc::new(view)) });
}

/// Answers a request for the lines of a text.
pub(super) fn wrap((view, width): (Arc<InstanceView>, u16), wanted: &Wanted, sender: &Sender) {
    let lines = Arc::new(ui::text_lines(&view, width));
    sender.tell(Message::TextWrapped { generation: wanted.generation(), lines });
}

/// Answers a request for names; those of a request that is not wanted any more are not told.
pub(super) fn name((loaded, numbers): (Arc<Loaded>, Vec<u32>), wanted: &Wanted, sender: &Sender) {
    let mut ids = Vec::new();
    let mut instance = Instance::default();
    for number in numbers {
        if wanted.cancelled() {
            return;
        }
        loaded.dataset.read(number as usize, &mut instance);
        ids.push((number, (!is_made(&instance.id)).then(|| instance.id.to_string())));
    }
    sender.tell(Message::IdsRead { generation: wanted.generation(), ids });
}

/// Whether an id was made from the row, as the record has none of its own.
fn is_made(id: &str) -> bool {
    id.strip_prefix("row-").is_some_and(|row| !row.is_empty() && row.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Answers a request for a reason; of several instances of one id each has its own.
pub(super) fn explain(request: ExplainRequest, wanted: &Wanted, sender: &Sender) {
    let ExplainRequest { loaded, recipe, numbers } = request;
    let mut instance = Instance::default();
    let mut lines = Vec::new();
    let explainer = Explainer::new(&loaded.index, &recipe);
    for (place, &number) in numbers.iter().enumerate() {
        loaded.dataset.read(number, &mut instance);
        if numbers.len() > 1 {
            let gap = (place > 0).then(String::new);
            let (at, all) = (number::count(number as u64 + 1), numbers.len());
            lines.extend(gap.into_iter().chain([format!("{} of {all} with this id, instance {at}:", place + 1)]));
        }
        match explainer.as_ref().map(|explainer| explainer.explain(number)) {
            Ok(Some(explanation)) => lines.extend(explanation.lines(&recipe)),
            Ok(None) => lines.push("there is no such instance".into()),
            Err(error) => lines.push(error.to_string()),
        }
    }
    sender.tell(Message::InstanceExplained { generation: wanted.generation(), id: instance.id.into_owned(), lines });
}

/// The names to mark, and in which kind of mention; a pair is two objects.
fn sought(loaded: &Loaded, perspective: Perspective, rank: usize) -> (Perspective, Vec<String>) {
    let Some(index) = loaded.index.perspective(perspective) else { return (perspective, Vec::new()) };
    let objects = loaded.index.perspective(Perspective::Object);
    match (index.names.pair(rank), objects) {
        (Some(pair), Some(objects)) => {
            let names = pair.into_iter().map(|object| objects.names.get(object as usize).into_owned());
            (Perspective::Object, names.collect())
        }
        _ => (perspective, vec![index.names.get(rank).into_owned()]),
    }
}

fn view(number: usize, instance: &Instance<'_>, sought: &(Perspective, Vec<String>)) -> InstanceView {
    let (mut room, mut unread) = (MOST_TEXT, MOST_READ);
    let mut cut = instance.turns.len() > MOST_TURNS;
    let mut turns = Vec::new();
    for turn in instance.turns.iter().take(MOST_TURNS) {
        let text = beginning(&turn.text, room);
        cut |= text.len() < turn.text.len();
        room -= text.len();
        if !text.is_empty() {
            let spans = if text.len() <= unread { spans(turn, text, sought) } else { named(turn, text, sought) };
            unread = unread.saturating_sub(text.len());
            turns.push(TurnView { speaker: turn.speaker, text: text.to_owned(), spans });
        }
    }
    let images = instance.images.iter().map(|image| match image {
        Image::Path(path) => path.clone().into_owned(),
        Image::Bytes(_) => "embedded".to_owned(),
    });
    InstanceView {
        number,
        id: instance.id.clone().into_owned(),
        labels: instance.labels.iter().map(|label| label.clone().into_owned()).collect(),
        turns,
        images: images.collect(),
        cut,
    }
}

/// The longest beginning of at most so many bytes that ends on a character.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// Where the names stand literally.
fn named(turn: &Turn<'_>, shown: &str, (perspective, names): &(Perspective, Vec<String>)) -> Vec<Range<usize>> {
    if *perspective == Perspective::Label || turn.speaker == Speaker::System {
        return Vec::new();
    }
    apart(names.iter().flat_map(|name| literal(shown, name)).collect())
}

fn spans(turn: &Turn<'_>, shown: &str, (perspective, names): &(Perspective, Vec<String>)) -> Vec<Range<usize>> {
    if *perspective == Perspective::Label || turn.speaker == Speaker::System {
        return Vec::new();
    }
    let speaker = match turn.speaker {
        Speaker::Human => text::Speaker::Human,
        _ => text::Speaker::Assistant,
    };
    let mut analysis = text::Analysis::new();
    Language::embedded().analyse(shown, speaker, None, &mut analysis);
    let mentions: Vec<text::Mention<'_>> = match perspective {
        Perspective::Token => analysis.tokens().collect(),
        Perspective::Interrogation => analysis.interrogations().collect(),
        _ => analysis.objects().collect(),
    };
    let names_it = |name: &String, mention: &str| perspective.folded(name) == perspective.folded(mention);
    let held = |mention: &text::Mention<'_>| names.iter().any(|name| names_it(name, mention.name));
    let mut found: Vec<Range<usize>> = mentions.into_iter().filter(held).map(|mention| mention.span).collect();
    if found.is_empty() {
        // Entities that another tool found have names that our own reading may not give.
        found = names.iter().flat_map(|name| literal(shown, name)).collect();
    }
    apart(found)
}

/// Stretches in order, without those that overlap an earlier one.
fn apart(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|span| span.start);
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// Where a name stands literally, whatever its case, not inside of a longer word.
fn literal(text: &str, name: &str) -> Vec<Range<usize>> {
    let name = name.to_lowercase();
    let lowered = text.to_lowercase();
    // Lowering may change lengths; then positions would not be those of the text.
    if name.is_empty() || lowered.len() != text.len() {
        return Vec::new();
    }
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let alone = |at: &usize| {
        !is_word(lowered[..*at].chars().next_back()) && !is_word(lowered[at + name.len()..].chars().next())
    };
    let starts = lowered.match_indices(&name).map(|(at, _)| at).filter(alone);
    starts
        .map(|at| at..at + name.len())
        .filter(|span| text.is_char_boundary(span.start) && text.is_char_boundary(span.end))
        .collect()
}
