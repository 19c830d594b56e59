//! What is told to the user in words: the bottom line, warnings, findings.
//!
//! Invariant: a text is one line, without a trailing full stop.

use super::Model;

impl Model {
    /// What is wrong with the recipe on disk, or with its edited copy, until one is read that can be used.
    #[must_use]
    pub fn alarm(&self) -> Option<&str> {
        let alarm = self.notices.iter().rev().find(|notice| notice.subject == Subject::Recipe)?;
        Some(&alarm.text)
    }
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// It went well.
    Good,
    /// Something was left out or ignored.
    Warning,
    /// Something failed.
    Error,
}

/// What a warning is of: it stands until that is read again, and is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// The program: it stands to the end.
    #[default]
    Program,
    /// The dataset, as it was opened.
    Dataset,
    /// The recipe's file, or the copy of it that is edited.
    Recipe,
    /// What the recipe asks for.
    Advice,
    /// The theme.
    Theme,
    /// The user's keymap.
    Keymap,
}

/// A warning that stays in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub level: Level,
    /// What it is of.
    pub subject: Subject,
    /// What it says.
    pub text: String,
}

impl Notice {
    /// A warning.
    #[must_use]
    pub fn warning(subject: Subject, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, subject, text: text.into() }
    }
}

/// The message on the bottom line, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How grave it is.
    pub level: Level,
    /// What it says.
    pub text: String,
}

/// Something worth knowing of the dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// What was found, with its figure.
    pub text: String,
    /// What it means, or what to do.
    pub advice: String,
}
