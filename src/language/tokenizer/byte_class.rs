//! Owns the classes of bytes and characters that the tokenizer tells apart.
//!
//! Invariant: the class of an ASCII byte is one table look-up.

/// What a byte begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Space,
    Line,
    Small,
    Capital,
    Digit,
    Mark,
    /// A character outside ASCII.
    Wide,
}

/// The class of a byte.
pub(super) fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation)]
        let narrow = byte as u8;
        classes[byte] = match narrow {
            b'\n' | b'\r' | 0x0b | 0x0c => Class::Line,
            0..=b' ' | 0x7f => Class::Space,
            b'a'..=b'z' => Class::Small,
            b'A'..=b'Z' => Class::Capital,
            b'0'..=b'9' => Class::Digit,
            0x80.. => Class::Wide,
            _ => Class::Mark,
        };
        byte += 1;
    }
    classes
};

/// A letter (or a mark put upon one) of a script that divides its words by spaces.
pub(super) fn is_letter(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}') || c.is_alphabetic() && run_of(c).is_none()
}

/// A kind of character that is cut in runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Scripts without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese.
    Unspaced,
    Emoji,
}

/// The kind of run that a character belongs to.
pub(super) fn run_of(c: char) -> Option<Run> {
    match c {
        '\u{0e00}'..='\u{0eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Some(Run::Unspaced),
        '\u{200d}'
        | '\u{20e3}'
        | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{27bf}'
        | '\u{2900}'..='\u{2bff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{e0020}'..='\u{e007f}' => Some(Run::Emoji),
        _ => None,
    }
}
