//! Keys as a keymap file writes them: `h`, `ctrl-d`, `alt-enter`, `f1`.
//!
//! Invariant: one notation, one key; what cannot reach a terminal program is refused.

use crate::app::key::{Code, Key};
use crate::nearest::hint;

/// Keys that have names.
const NAMED: [(&str, Code); 16] = [
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("page-up", Code::PageUp),
    ("page-down", Code::PageDown),
    ("space", Code::Char(' ')),
    ("minus", Code::Char('-')),
];

/// Reads a key's notation.
///
/// # Errors
/// What is wrong with it, with the nearest name that would be right.
pub fn parse(notation: &str) -> Result<Key, String> {
    let mut key = Key::plain(Code::Esc);
    let mut rest = notation;
    while let Some((modifier, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
        match modifier {
            "ctrl" | "c" => key.ctrl = true,
            "alt" | "a" => key.alt = true,
            "shift" => return Err(format!("'{notation}': write the capital letter, or backtab, in place of shift-")),
            _ => break,
        }
        rest = after;
    }
    key.code = code(rest).ok_or_else(|| {
        let hint = hint(rest, NAMED.iter().map(|(name, _)| *name));
        format!("no key '{notation}'{hint}")
    })?;
    match key.code {
        Code::Char(letter) if key.ctrl && letter.is_ascii_uppercase() => {
            Err(format!("'{notation}': a terminal cannot tell ctrl with a capital; write it small"))
        }
        _ => Ok(key),
    }
}

fn code(name: &str) -> Option<Code> {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return Some(Code::Char(only));
    }
    if let Some(number) = name.strip_prefix('f').and_then(|digits| digits.parse().ok()) {
        return (1..=24).contains(&number).then_some(Code::Function(number));
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}
