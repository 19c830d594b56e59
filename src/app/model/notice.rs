//! What is told to the user in words: the bottom line, warnings, findings.
//!
//! Invariant: a text is one line, without a trailing full stop.

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

/// A warning that stays in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub level: Level,
    /// What it says.
    pub text: String,
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
