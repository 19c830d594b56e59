//! Objects that hold a question and its answer under names of their own: `{user, assistant}`, `{question, answer}`,
//! `{instruction, input, output}`, `{prompt, response}`.
//!
//! Invariant: a member counts by its name alone; within an exchange who asks comes before who answers, however it is written.

use super::guess::text_speaker;
use super::{Speaker, Turn};

/// Who says what stands in a member of this name of an exchange; `None` for one that is not part of it.
pub(crate) fn speaker(name: &str) -> Option<Speaker> {
    match name {
        "user" | "human" => Some(Speaker::Human),
        "assistant" | "gpt" | "bot" => Some(Speaker::Assistant),
        "content" | "value" | "text" => None,
        name => text_speaker(name),
    }
}

/// Whether an object with members of these names is an exchange: both sides speak.
pub(crate) fn is_whole<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let (mut asks, mut answers) = (false, false);
    for said in names.filter_map(speaker) {
        asks |= said == Speaker::Human;
        answers |= said == Speaker::Assistant;
    }
    asks && answers
}

/// Brings the turns of one exchange into the order in which they are said.
pub(crate) fn in_order(turns: &mut [Turn<'_>]) {
    turns.sort_by_key(|turn| match turn.speaker {
        Speaker::System => 0,
        Speaker::Caption => 1,
        Speaker::Human => 2,
        Speaker::Assistant => 3,
    });
}
