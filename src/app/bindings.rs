//! Which key asks for which action, and where.
//!
//! Invariant: a screen's own binding wins over the one that holds everywhere.

use std::collections::BTreeMap;

use super::action::Action;
use super::key::Key;
use super::model::Screen;

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// On every screen.
    Everywhere,
    /// On Explore.
    Explore,
    /// On Explore, while the instances of an entity are open.
    Instances,
    /// On Rebalance.
    Rebalance,
    /// On Synthesize.
    Synthesize,
    /// On Run.
    Run,
    /// On Export.
    Export,
    /// In lists over the screen: help, warnings, themes.
    Overlay,
}

impl Context {
    /// All of them, in the order in which the help lists them.
    pub const ALL: [Self; 8] = [
        Self::Everywhere,
        Self::Explore,
        Self::Instances,
        Self::Rebalance,
        Self::Synthesize,
        Self::Run,
        Self::Export,
        Self::Overlay,
    ];

    /// The table's name in keymap files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Explore => "explore",
            Self::Instances => "instances",
            Self::Rebalance => "rebalance",
            Self::Synthesize => "synthesize",
            Self::Run => "run",
            Self::Export => "export",
            Self::Overlay => "overlay",
        }
    }
}

impl From<Screen> for Context {
    fn from(screen: Screen) -> Self {
        match screen {
            Screen::Explore => Self::Explore,
            Screen::Rebalance => Self::Rebalance,
            Screen::Synthesize => Self::Synthesize,
            Screen::Run => Self::Run,
            Screen::Export => Self::Export,
        }
    }
}

/// All bindings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    by_context: BTreeMap<Context, BTreeMap<Key, Action>>,
}

impl Bindings {
    /// Binds a key, in place of what it did there before.
    pub fn bind(&mut self, context: Context, key: Key, action: Action) {
        self.by_context.entry(context).or_default().insert(key, action);
    }

    /// Takes a key's binding away.
    pub fn unbind(&mut self, context: Context, key: Key) {
        if let Some(keys) = self.by_context.get_mut(&context) {
            keys.remove(&key);
        }
    }

    /// What a key asks for in the innermost context that knows it; `contexts` from the inside out.
    #[must_use]
    pub fn action(&self, contexts: &[Context], key: Key) -> Option<Action> {
        contexts.iter().find_map(|context| self.by_context.get(context)?.get(&key).copied())
    }

    /// The keys of an action in a context, plain keys first.
    #[must_use]
    pub fn keys(&self, context: Context, action: Action) -> Vec<Key> {
        let Some(keys) = self.by_context.get(&context) else { return Vec::new() };
        keys.iter().filter(|(_, bound)| **bound == action).map(|(key, _)| *key).collect()
    }

    /// The keys of an action in the innermost context that has any; for hints.
    #[must_use]
    pub fn hint(&self, contexts: &[Context], action: Action) -> Vec<Key> {
        contexts.iter().map(|context| self.keys(*context, action)).find(|keys| !keys.is_empty()).unwrap_or_default()
    }

    /// A context's actions with their keys, in the order of [`Action::ALL`]; for the help.
    #[must_use]
    pub fn listing(&self, context: Context) -> Vec<(Action, Vec<Key>)> {
        let with_keys = Action::ALL.iter().map(|action| (*action, self.keys(context, *action)));
        with_keys.filter(|(_, keys)| !keys.is_empty()).collect()
    }
}
