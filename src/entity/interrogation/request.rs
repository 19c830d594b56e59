//! Owns the reduced forms of requests: imperatives, and requests in the form of a question or a wish.
//!
//! Invariant: a request that only leads to a question ("tell me what …") gives the question.

use super::clause::{Clause, Report};
use super::{question, vocabulary};
use crate::language::Tag;

/// "Can you describe …", "I want you to list …", "Let's find …", "Your task is to …".
pub(super) fn polite(clause: &Clause<'_>, at: usize, form: &mut String, report: &mut Report<'_>) -> Option<usize> {
    let verb = asked_of_you(clause, at).or_else(|| wished(clause, at))?;
    let verb = politeness(clause, verb);
    if let Some(next) = question::wh(clause, verb, form, report) {
        return Some(next);
    }
    if clause.word(verb) == "whether" || clause.word(verb) == "if" {
        return Some(embedded(clause, verb, form, report));
    }
    make(clause, verb, form, report)
}

/// The verb after "can you", "could you please", "would you mind".
fn asked_of_you(clause: &Clause<'_>, at: usize) -> Option<usize> {
    let word = clause.word(at);
    if !matches!(word, "can" | "could" | "would" | "will" | "do" | "may" | "might") {
        return None;
    }
    let subject = at + 1;
    let verb = politeness(clause, subject + 1);
    let base = clause.base(verb)?;
    match (word, clause.word(subject)) {
        ("do", "you") => (matches!(base, "know" | "think") && leads(clause, verb)).then_some(verb),
        (_, "you") => (!matches!(base, "see" | "spot" | "notice" | "say" | "be" | "have" | "like")
            || leads(clause, verb))
        .then_some(verb),
        ("can" | "could" | "may" | "might", "i" | "we") => {
            matches!(base, "know" | "ask" | "get" | "have" | "see").then_some(verb)
        }
        _ => None,
    }
}

/// Whether a question follows a verb directly ("can you see what …").
fn leads(clause: &Clause<'_>, verb: usize) -> bool {
    question::is_wh(clause.word(verb + 1)) || matches!(clause.word(verb + 1), "if" | "whether")
}

/// What is wished for in "I want you to …", "I would like to know …", "I wonder …", "let's …".
fn wished(clause: &Clause<'_>, at: usize) -> Option<usize> {
    match clause.word(at) {
        "i" | "we" | "i'm" => {
            // "I would like a …" is a wish, "I like …" is not.
            let would = (at + 1..at + 4).any(|at| matches!(clause.word(at), "would" | "'d" | "should"));
            let verb = (at + 1..at + 5).find(|at| {
                matches!(clause.word(*at), "like" | "love") && would
                    || matches!(
                        clause.word(*at),
                        "want"
                            | "need"
                            | "wonder"
                            | "wondering"
                            | "curious"
                            | "ask"
                            | "interested"
                            | "expect"
                            | "request"
                    )
            })?;
            after_wish(clause, verb)
        }
        "let" => matches!(clause.word(at + 1), "'s" | "us").then_some(at + 2),
        "you" | "your" => {
            let to = (at + 1..at + 7).find(|at| clause.word(*at) == "to")?;
            let asked = (at + 1..to).any(|at| {
                matches!(
                    clause.word(at),
                    "task" | "job" | "goal" | "need" | "asked" | "required" | "have" | "role" | "supposed"
                )
            });
            asked.then_some(to + 1)
        }
        "help" => (clause.word(at + 1) == "me")
            .then_some(at + 2)
            .filter(|verb| clause.base(*verb).is_some() || clause.word(*verb) == "to"),
        _ => None,
    }
}

fn after_wish(clause: &Clause<'_>, verb: usize) -> Option<usize> {
    let mut at = verb + 1;
    while matches!(clause.word(at), "you" | "to" | "for" | "in" | "knowing" | "about")
        && !question::is_wh(clause.word(at))
    {
        at += 1;
    }
    let known = clause.base(at).is_some() || leads(clause, at - 1);
    known.then_some(at)
}

/// Skips "please", "kindly", "to" and adverbs before a verb.
fn politeness(clause: &Clause<'_>, from: usize) -> usize {
    let mut at = from;
    while matches!(clause.word(at), "please" | "kindly" | "to" | "also" | "just" | "," | "help" | "me" | "possibly")
        || clause.word(at).ends_with("ly") && clause.tag(at) == Tag::Adv
    {
        at += 1;
    }
    at
}

/// Reports the imperative at `at`.
pub(super) fn imperative(clause: &Clause<'_>, at: usize, first: bool, report: &mut Report<'_>) -> Option<usize> {
    if !(opens(clause, at) || first && is_command(clause, at)) {
        return None;
    }
    make(clause, at, &mut String::new(), report)
}

/// Whether a request certainly begins at a position, also inside a sentence.
pub(super) fn opens(clause: &Clause<'_>, at: usize) -> bool {
    clause.base(at).is_some_and(|base| base == clause.word(at) && vocabulary::is_request(base))
}

/// Whether the first word of a sentence is a verb in its base form with something to act on.
fn is_command(clause: &Clause<'_>, at: usize) -> bool {
    let base = clause.base(at).is_some_and(|base| base == clause.word(at));
    let next = clause.tag(at + 1);
    let points = matches!(next, Tag::Det | Tag::Pron);
    let led_on = matches!(next, Tag::Adp | Tag::Adv) && matches!(clause.tag(at + 2), Tag::Det | Tag::Pron);
    let object =
        points || next.is_noun() || matches!(next, Tag::Adp | Tag::Adv | Tag::Num | Tag::Adj | Tag::Sconj | Tag::Part);
    base && !clause.is_question() && (clause.tag(at) == Tag::Verb && object || points || led_on)
}

/// Reports the request whose verb is at `at`, or the question that it only leads to.
fn make(clause: &Clause<'_>, at: usize, form: &mut String, report: &mut Report<'_>) -> Option<usize> {
    let base = clause.base(at)?;
    if matches!(
        base,
        "tell" | "know" | "say" | "guess" | "let" | "think" | "wonder" | "ask" | "see" | "show" | "inform" | "mind"
    ) {
        let inner = (at + 1..at + 5)
            .find(|at| question::is_wh(clause.word(*at)) || matches!(clause.word(*at), "if" | "whether"));
        if let Some(inner) = inner {
            return Some(embedded(clause, inner, form, report));
        }
    }
    if matches!(base, "look" | "see" | "take" | "view" | "observe" | "study" | "imagine" | "use" | "go") {
        let second = (at + 1..clause.end)
            .find(|next| matches!(clause.word(*next), "and" | "then") && opens(clause, politeness(clause, next + 1)));
        if let Some(second) = second {
            return make(clause, politeness(clause, second + 1), form, report);
        }
    }
    report(clause.span(at, at + 1), base);
    Some(at + 1)
}

/// Reports the question inside a sentence: "… what color it is", "… whether there is a dog".
fn embedded(clause: &Clause<'_>, at: usize, form: &mut String, report: &mut Report<'_>) -> usize {
    if let Some(next) = question::wh(clause, at, form, report) {
        return next;
    }
    let there = clause.word(at + 1) == "there";
    let name = if there { "is there" } else { "whether" };
    report(clause.span(at, at + 1 + usize::from(there)), name);
    at + 1
}
