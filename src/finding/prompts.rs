//! Tells of prompts that are repeated so often that they are a template, not a question.
//!
//! Invariant: counts turns of the asking side without image placeholders.

use super::{Finding, Severity, Subject};
use crate::entity::Perspective;
use crate::number;

/// A prompt in fewer questions than this share is no news.
const MUCH: f64 = 0.05;
/// Templates that together make at least this share of the questions are told of.
const MOST: f64 = 0.5;
/// As much of a prompt is shown.
const SHOWN: usize = 60;

/// "one prompt makes 40 % of the questions", or "ten prompts make …".
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let text = &subject.index.text;
    let Some((prompt, count)) = text.frequent_prompts.first() else { return Vec::new() };
    let all = text.human_turns.max(1) as f64;
    let (share, together) =
        (*count as f64 / all, text.frequent_prompts.iter().map(|prompt| prompt.1).sum::<u64>() as f64 / all);
    let said = if share >= 2.0 * MUCH {
        format!("one prompt makes {} of the questions: '{}'", number::rounded_share(share), shortened(prompt))
    } else if together >= MOST {
        let prompts = text.frequent_prompts.len();
        format!(
            "{prompts} prompts make {} of the questions, such as '{}'",
            number::rounded_share(together),
            shortened(prompt)
        )
    } else if share >= MUCH {
        format!("one prompt makes {} of the questions: '{}'", number::share(share), shortened(prompt))
    } else {
        return Vec::new();
    };
    let advice = "repeated prompts are templates: the interrogation perspective counts them and not what people ask";
    vec![Finding::new(Severity::Note, "frequent_prompts", said, advice).about(Perspective::Interrogation, None)]
}

fn shortened(prompt: &str) -> String {
    let line: String = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 1).chain(['…']).collect()
}
