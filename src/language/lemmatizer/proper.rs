//! Owns the lemma of a proper noun: its usual capitals, and the singular of "Palestinians" or "Hills".
//!
//! Invariant: a name in -s that is known as it stands ("Texas") keeps its -s, and so does an unknown one.

use crate::language::words::Words;

/// Appends the lemma of the name `written`, which is `small` in small letters.
pub(super) fn append(words: &Words, written: &str, small: &str, out: &mut String) {
    let start = out.len();
    let lower = written == small;
    let shouted = written.len() > 4 && !written.bytes().any(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if lower && small.len() > 2 || shouted && is_listed(words, &titled(small)) {
        capitalize(small, out);
    } else {
        out.push_str(written);
    }
    let whole = out.len();
    if plural_of_known(words, &out[start..]) {
        out.truncate(whole - 1);
    }
}

fn plural_of_known(words: &Words, name: &str) -> bool {
    let Some(stem) = name.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with('s')) else {
        return false;
    };
    !is_listed(words, name) && (is_listed(words, stem) || is_listed(words, &stem.to_lowercase()))
}

/// Whether WordNet has the word, so written, as a noun.
fn is_listed(words: &Words, name: &str) -> bool {
    words.entry(words.find(name.as_bytes())).file != 0
}

fn titled(small: &str) -> String {
    let mut title = String::with_capacity(small.len());
    capitalize(small, &mut title);
    title
}

fn capitalize(small: &str, out: &mut String) {
    let mut rest = small.chars();
    out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
    out.push_str(rest.as_str());
}
