//! Owns the reduced forms of questions: with a question word, and of those answered by yes or no.
//!
//! Invariant: a noun is joined to "what" and "which" only where it is what is asked for.

use super::clause::{Clause, Report};
use super::vocabulary::is_attribute;
use crate::language::Tag;

/// Whether a word is a question word.
pub(super) fn is_wh(word: &str) -> bool {
    matches!(
        word,
        "what"
            | "which"
            | "who"
            | "whom"
            | "whose"
            | "where"
            | "when"
            | "why"
            | "how"
            | "whats"
            | "wheres"
            | "whos"
            | "hows"
    )
}

/// Reports the question that begins with a question word at `at`, or after a preposition there.
pub(super) fn wh(clause: &Clause<'_>, at: usize, form: &mut String, report: &mut Report<'_>) -> Option<usize> {
    let at = if clause.tag(at) == Tag::Adp && is_wh(clause.word(at + 1)) { at + 1 } else { at };
    if !is_wh(clause.word(at)) {
        return None;
    }
    form.clear();
    let next = match clause.word(at) {
        "what" | "which" => asked_for(clause, at, form)?,
        "how" => manner(clause, at, form),
        "who" | "whom" | "whos" => plain("who", at, form),
        "whats" => of_attribute(clause, at, "what", form),
        "wheres" => plain("where", at, form),
        "hows" => plain("how", at, form),
        word => plain(word, at, form),
    };
    report(clause.span(at, next), form);
    Some(next)
}

fn plain(word: &str, at: usize, form: &mut String) -> usize {
    form.push_str(word);
    at + 1
}

/// "what color", "which side", "what", "what about"; nothing for the exclamation "What a …".
fn asked_for(clause: &Clause<'_>, at: usize, form: &mut String) -> Option<usize> {
    let word = clause.word(at);
    match clause.word(at + 1) {
        "a" | "an" => return None,
        next @ ("about" | "if") => {
            form.extend(["what ", next]);
            return Some(at + 2);
        }
        "is" | "are" | "was" | "were" | "'s" | "'re" => return Some(of_attribute(clause, at + 1, word, form)),
        _ => form.push_str(word),
    }
    let (head, end) = noun_phrase(clause, at + 1);
    if let Some(head) = head.filter(|head| clause.word(*head) != "one") {
        form.push(' ');
        clause.push_singular(head, form);
    }
    Some(end.max(at + 1))
}

/// The noun that a noun phrase asks for, and the end of the phrase: an attribute where there is one
/// ("color" in "color shirt"), else the last noun.
fn noun_phrase(clause: &Clause<'_>, from: usize) -> (Option<usize>, usize) {
    let mut head = None;
    let mut end = from;
    while end < clause.end {
        let noun = clause.tag(end).is_noun() || is_attribute(clause.word(end));
        if !noun && !matches!(clause.tag(end), Tag::Adj | Tag::Num) || clause.word(end) == "do" {
            break;
        }
        if noun && !head.is_some_and(|head| is_attribute(clause.word(head))) {
            head = Some(end);
        }
        end += 1;
    }
    (head, end)
}

/// Whether a word singles one thing out: "most", "loudest".
fn is_superlative(clause: &Clause<'_>, at: usize) -> bool {
    let word = clause.word(at);
    matches!(word, "most" | "least" | "best" | "worst")
        || word.len() > 5 && word.ends_with("est") && clause.tag(at) == Tag::Adj
}

/// "what color" for "what is the color of …", "what city" for "what is the largest city", "what doing" for "what is the man
/// doing"; else "what".
/// `at` is the verb's place.
fn of_attribute(clause: &Clause<'_>, at: usize, word: &str, form: &mut String) -> usize {
    form.push_str(word);
    let mut end = at + 1;
    let (mut head, mut superlative) = (None, false);
    while end < clause.end {
        // A number after the noun begins another phrase: "the date 10 days ago".
        if head.is_some() && clause.tag(end) == Tag::Num {
            break;
        }
        superlative |= head.is_none() && is_superlative(clause, end);
        let inside = clause.tag(end).is_noun()
            || is_superlative(clause, end)
            || matches!(clause.tag(end), Tag::Det | Tag::Adj | Tag::Num | Tag::Pron)
            || clause.word(end) == "'s"
            || is_attribute(clause.word(end));
        if !inside {
            break;
        }
        if clause.tag(end).is_noun() || is_attribute(clause.word(end)) {
            head = Some(end);
        }
        end += 1;
    }
    let doing = (end..clause.end.min(end + 12)).find(|at| clause.word(*at) == "doing");
    let asked = |head: &usize| superlative || is_attribute(clause.word(*head)) && clause.tag(*head) != Tag::Propn;
    if let Some(head) = head.filter(asked) {
        form.push(' ');
        clause.push_singular(head, form);
        return end;
    }
    if doing.is_some_and(|doing| (end..doing).all(|at| !matches!(clause.word(at), "that" | "who" | ","))) {
        form.push_str(" doing");
    }
    at + 1
}

/// "how many", "how old", "how"; "how about".
fn manner(clause: &Clause<'_>, at: usize, form: &mut String) -> usize {
    form.push_str("how");
    let next = clause.word(at + 1);
    let measured = matches!(clause.tag(at + 1), Tag::Adj | Tag::Adv)
        || matches!(next, "many" | "much" | "about" | "far" | "long" | "come");
    let other =
        matches!(next, "exactly" | "else" | "then" | "so" | "not" | "well" | "best" | "likely") && next != "well";
    if measured && !other && next.bytes().all(|byte| byte.is_ascii_lowercase()) {
        form.push(' ');
        form.push_str(next);
        return at + 2;
    }
    at + 1
}

/// Reports the yes/no question that begins with an auxiliary at `at`.
pub(super) fn yes_no(clause: &Clause<'_>, at: usize, report: &mut Report<'_>) -> Option<usize> {
    let form = auxiliary(clause.word(at))?;
    let mut next = at + 1;
    if matches!(clause.word(next), "n't" | "not") {
        next += 1;
    }
    if form == "is" && clause.word(next) == "there" {
        report(clause.span(at, next + 1), "is there");
        return Some(next + 1);
    }
    let request = form == "does" && !clause.is_question() && clause.word(at) == "do";
    if request {
        return None;
    }
    report(clause.span(at, at + 1), form);
    Some(next)
}

/// Whether a question begins at a position.
pub(super) fn opens(clause: &Clause<'_>, at: usize) -> bool {
    let word = clause.word(at);
    let wh = is_wh(word) && !matches!(word, "which" | "who" | "whose" | "where" | "when") && clause.is_question();
    let asked = is_wh(word) && clause.is_question() && inverted(clause, at);
    let of = clause.tag(at) == Tag::Adp && is_wh(clause.word(at + 1)) && clause.is_question();
    let yes_no = auxiliary(word).is_some() && clause.is_question() && subject(clause, at + 1);
    wh || asked || of || yes_no
}

/// Whether an auxiliary follows a question word, perhaps after its noun.
fn inverted(clause: &Clause<'_>, at: usize) -> bool {
    (at + 1..at + 4).any(|at| auxiliary(clause.word(at)).is_some())
}

fn subject(clause: &Clause<'_>, at: usize) -> bool {
    clause.tag(at).is_noun()
        || matches!(clause.tag(at), Tag::Det | Tag::Pron)
        || matches!(clause.word(at), "there" | "it")
}

/// The form of a yes/no question with this auxiliary.
fn auxiliary(word: &str) -> Option<&'static str> {
    Some(match word {
        "is" | "are" | "was" | "were" | "am" | "isn't" | "aren't" => "is",
        "does" | "do" | "did" => "does",
        "has" | "have" | "had" => "has",
        "can" | "could" | "ca" | "cannot" => "can",
        "will" | "wo" => "will",
        "would" => "would",
        "should" => "should",
        "may" | "might" => "may",
        "must" => "must",
        "shall" => "shall",
        _ => return None,
    })
}
