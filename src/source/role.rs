//! What each member of a record stands for.
//!
//! Invariant: a member has one role; members without a role are passed over unread.

use crate::source::Speaker;

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The unique name.
    Id,
    /// A conversation: a list of turns.
    Turns,
    /// Captions or other text of one speaker.
    Text(Speaker),
    /// Image paths.
    Image,
    /// Class labels.
    Label,
    /// Object names.
    Objects,
    /// Token lemmas.
    Tokens,
    /// Object pairs.
    Pairs,
    /// Question forms.
    Interrogations,
    /// The official layout: `{token, object, co_occurrence, what_word}`.
    Statistics,
}

impl Role {
    /// The name in messages and in the shown mapping.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Turns => "turns",
            Self::Text(_) => "text",
            Self::Image => "image",
            Self::Label => "label",
            Self::Objects => "objects",
            Self::Tokens => "tokens",
            Self::Pairs => "co_occurrence",
            Self::Interrogations => "interrogations",
            Self::Statistics => "statistics",
        }
    }
}

/// The members that are read, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roles {
    members: Vec<(String, Role)>,
}

impl Roles {
    /// Gives a member a role, unless it has one.
    pub(crate) fn insert(&mut self, member: &str, role: Role) {
        if self.of(member).is_none() {
            self.members.push((member.to_owned(), role));
        }
    }

    /// The role of a member.
    pub(crate) fn of(&self, member: &str) -> Option<Role> {
        self.members.iter().find(|(name, _)| name == member).map(|&(_, role)| role)
    }

    /// The role of a member whose name is still bytes.
    pub(crate) fn of_bytes(&self, member: &[u8]) -> Option<Role> {
        self.members.iter().find(|(name, _)| name.as_bytes() == member).map(|&(_, role)| role)
    }

    /// Pairs of role and member, for the user to see.
    pub(crate) fn mapping(&self) -> Vec<(String, String)> {
        self.members.iter().map(|(member, role)| (role.name().to_owned(), member.clone())).collect()
    }

    /// The members that hold what an instance is about, quoted and joined; for messages.
    pub(crate) fn content_members(&self) -> String {
        let names = self.members.iter().filter(|(_, role)| *role != Role::Id).map(|(name, _)| format!("'{name}'"));
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Who says a turn with this `from` or `role`.
pub(crate) fn speaker(name: &str) -> Speaker {
    match name {
        "human" | "user" | "question" | "Human" | "USER" | "User" => Speaker::Human,
        "system" | "developer" | "tool" | "function" | "observation" | "function_call" | "System" => Speaker::System,
        "caption" => Speaker::Caption,
        _ => Speaker::Assistant,
    }
}
