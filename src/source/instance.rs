//! One record of a dataset in the form that every later stage reads.
//!
//! Invariant: borrows from the dataset wherever the bytes allow it.

use std::borrow::Cow;

/// Who says a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The asking side: `human`, `user`.
    Human,
    /// The answering side: `gpt`, `assistant`, `model`.
    Assistant,
    /// A caption or a free text column: nobody asks.
    Caption,
    /// A system prompt: shown, never counted.
    System,
}

/// One turn of a conversation, or one caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said, unescaped.
    pub text: Cow<'a, str>,
}

/// Where an instance's picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image<'a> {
    /// A path as the dataset writes it, relative to the image root.
    Path(Cow<'a, str>),
    /// The encoded bytes of the picture, held by the dataset itself.
    Bytes(Cow<'a, [u8]>),
}

/// Entity lists that came with the record or its sidecar; `None` where no list was given, which differs from an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given<'a> {
    /// Token lemmas.
    pub tokens: Option<Vec<Cow<'a, str>>>,
    /// Object names.
    pub objects: Option<Vec<Cow<'a, str>>>,
    /// Unordered object pairs.
    pub pairs: Option<Vec<(Cow<'a, str>, Cow<'a, str>)>>,
    /// Question forms.
    pub interrogations: Option<Vec<Cow<'a, str>>>,
}

/// One record. Buffers are reused: a reader clears and refills them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance<'a> {
    /// The record's unique name; made from the row where the format has none (`list`: its path).
    pub id: Cow<'a, str>,
    /// Conversation turns or captions, in order.
    pub turns: Vec<Turn<'a>>,
    /// Pictures, in order.
    pub images: Vec<Image<'a>>,
    /// Class labels; distinct.
    pub labels: Vec<Cow<'a, str>>,
    /// Entities that another tool found.
    pub given: Given<'a>,
}

impl Instance<'_> {
    /// Empties every list and keeps the allocations.
    pub fn clear(&mut self) {
        self.id = Cow::Borrowed("");
        self.turns.clear();
        self.images.clear();
        self.labels.clear();
        self.given = Given::default();
    }
}
