//! The byte-pair encoding of CLIP (Radford et al., 2021; Sennrich, Haddow and Birch, 2016): text to the numbers of a vocabulary.
//!
//! Text is taken as it is composed: `é` written as `e` and a combining accent is not joined, as nothing else here needs Unicode's tables.
//!
//! Invariant: every prompt has the vocabulary's length, begins with its beginning and holds its end.

use std::collections::HashMap;
use std::path::Path;

use super::description::Vocabulary;
use crate::torch::error::TorchError;

/// A vocabulary with its merges.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    numbers: HashMap<String, i64>,
    ranks: HashMap<String, usize>,
    described: Vocabulary,
}

const SPECIAL: [&str; 2] = ["<|startoftext|>", "<|endoftext|>"];
const CONTRACTIONS: [&str; 7] = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];
/// What marks the last piece of a word.
const WORD_END: &str = "</w>";

impl Tokenizer {
    /// Reads the vocabulary of a bundle.
    ///
    /// # Errors
    /// A file cannot be read, or is not what it should be.
    pub fn read(folder: &Path, described: &Vocabulary) -> Result<Self, TorchError> {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| TorchError::file(path, error));
        let (words, merges) = (folder.join(&described.words), folder.join(&described.merges));
        let numbers = serde_json::from_str(&read(&words)?)
            .map_err(|error| TorchError::Bundle { path: words.clone(), reason: error.to_string() })?;
        let text = read(&merges)?;
        let lines = text.lines().filter(|line| !line.starts_with("#version") && !line.trim().is_empty());
        let ranks = lines.enumerate().map(|(rank, line)| (line.trim().to_owned(), rank)).collect();
        Ok(Self { numbers, ranks, described: described.clone() })
    }

    /// The numbers of a prompt, cut or filled to the vocabulary's length.
    pub fn tokens(&self, prompt: &str) -> Vec<i64> {
        let Vocabulary { begin, end, pad, length, .. } = self.described;
        let mut tokens = vec![begin];
        for word in words(&prompt.to_lowercase()) {
            if SPECIAL.contains(&word) {
                tokens.push(self.number(word));
            } else {
                tokens.extend(self.pieces(word).iter().map(|piece| self.number(piece)));
            }
        }
        tokens.truncate(length - 1);
        tokens.push(end);
        tokens.resize(length, pad);
        tokens
    }

    /// The number of a piece; what the vocabulary lacks is its end, as CLIP has it.
    fn number(&self, piece: &str) -> i64 {
        self.numbers.get(piece).copied().unwrap_or(self.described.end)
    }

    /// The pieces of a word: single bytes, joined pair by pair, the earliest merge first.
    fn pieces(&self, word: &str) -> Vec<String> {
        let mut pieces: Vec<String> = word.bytes().map(|byte| letter(byte).to_string()).collect();
        if let Some(last) = pieces.last_mut() {
            last.push_str(WORD_END);
        }
        while let Some(at) = self.earliest(&pieces) {
            let right = pieces.remove(at + 1);
            pieces[at].push_str(&right);
        }
        pieces
    }

    /// Where the pair stands that is merged first.
    fn earliest(&self, pieces: &[String]) -> Option<usize> {
        let rank = |at: &usize| self.ranks.get(&format!("{} {}", pieces[*at], pieces[at + 1])).copied();
        (0..pieces.len().saturating_sub(1)).filter(|at| rank(at).is_some()).min_by_key(rank)
    }
}

/// The words of a text in lower case: contractions, runs of letters, single digits, runs of anything else.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let fixed = SPECIAL.iter().chain(&CONTRACTIONS).find(|fixed| rest.starts_with(**fixed));
        let run = |belongs: fn(char) -> bool| rest.find(|letter: char| !belongs(letter)).unwrap_or(rest.len());
        let length = match fixed {
            Some(fixed) => fixed.len(),
            None if first.is_alphabetic() => run(char::is_alphabetic),
            None if first.is_numeric() => first.len_utf8(),
            None => run(|letter| !letter.is_whitespace() && !letter.is_alphabetic() && !letter.is_numeric()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// The letter that stands for a byte: itself where it can be seen, else one beyond U+0100 (GPT-2's table).
fn letter(byte: u8) -> char {
    let seen = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if seen(byte) {
        return char::from(byte);
    }
    let unseen = (0..byte).filter(|&before| !seen(before)).count() as u32;
    char::from_u32(0x100 + unseen).unwrap_or('\u{100}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_falls_into_words() {
        assert_eq!(
            words("it's  42 café, <|endoftext|>!?'s"),
            ["it", "'s", "4", "2", "café", ",", "<|endoftext|>", "!?'", "s"]
        );
        assert!(words(" \n").is_empty());
    }

    #[test]
    fn every_byte_has_a_letter_of_its_own() {
        let letters: std::collections::HashSet<char> = (0..=255).map(letter).collect();
        assert_eq!(letters.len(), 256);
        assert_eq!((letter(b'a'), letter(b' '), letter(0xAD)), ('a', 'Ġ', 'Ń'));
    }
}
