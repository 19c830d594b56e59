//! What each member of a record stands for.
//!
//! Invariant: a member has one role; members without a role are passed over unread, though it is noted that a watched one is there.

use std::sync::atomic::{AtomicBool, Ordering};

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
#[derive(Debug, Default)]
pub(crate) struct Roles {
    members: Vec<(String, Role)>,
    /// Members without a role, and whether a record had them.
    watched: Vec<(&'static str, AtomicBool)>,
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
        self.of_bytes(member.as_bytes())
    }

    /// The role of a member whose name is still bytes.
    pub(crate) fn of_bytes(&self, member: &[u8]) -> Option<Role> {
        let role = self.members.iter().find(|(name, _)| name.as_bytes() == member).map(|&(_, role)| role);
        if role.is_none() && !self.watched.is_empty() {
            self.note(member);
        }
        role
    }

    /// True when some member has this role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.members.iter().any(|(_, other)| *other == role)
    }

    /// From now on notes whether one of these members is asked for, in any case of its letters.
    pub(crate) fn watch(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.watched.extend(names.into_iter().map(|name| (name, AtomicBool::new(false))));
    }

    /// The watched members that were asked for; none is watched any more.
    pub(crate) fn met(&mut self) -> Vec<&'static str> {
        let met = |(name, met): (&'static str, AtomicBool)| met.into_inner().then_some(name);
        std::mem::take(&mut self.watched).into_iter().filter_map(met).collect()
    }

    fn note(&self, member: &[u8]) {
        let is = |name: &&'static str| name.len() == member.len() && name.as_bytes().eq_ignore_ascii_case(member);
        // Most often it was noted before, and a line that is only read is shared by all cores.
        if let Some((_, met)) = self.watched.iter().find(|(name, met)| is(name) && !met.load(Ordering::Relaxed)) {
            met.store(true, Ordering::Relaxed);
        }
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
