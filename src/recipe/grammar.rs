//! Every key that a recipe may hold, and those whose feature does not exist yet.
//!
//! Invariant: a key that nothing reads is never accepted silently: it is unknown, misplaced, or not yet supported.

/// Whether a key can be used today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Something reads it.
    Ready,
    /// It is part of the grammar; the text says what does not exist yet.
    NotYet(&'static str),
}

/// A table of the recipe: its dotted path (`*` stands for any name) and its keys.
pub(super) struct Table {
    pub(super) path: &'static str,
    pub(super) keys: &'static [(&'static str, Status)],
}

use Status::{NotYet, Ready};

use crate::nearest::nearest;

pub(super) const TABLES: &[Table] = &[
    Table {
        path: "",
        keys: &[
            ("version", Ready),
            ("seed", Ready),
            ("dataset", Ready),
            ("entities", Ready),
            ("threshold", Ready),
            ("rebalance", Ready),
            ("synthesis", Ready),
            ("export", Ready),
        ],
    },
    Table {
        path: "dataset",
        keys: &[("format", Ready), ("columns", Ready), ("image_root", Ready), ("entities", Ready)],
    },
    Table {
        path: "dataset.columns",
        keys: &[("id", Ready), ("image", Ready), ("text", Ready), ("label", Ready), ("objects", Ready)],
    },
    Table { path: "entities", keys: &[("perspectives", Ready), ("vocabulary", Ready)] },
    Table {
        path: "threshold",
        keys: &[
            ("token", Ready),
            ("object", Ready),
            ("co_occurrence", Ready),
            ("interrogation", Ready),
            ("label", Ready),
        ],
    },
    Table { path: "threshold.*", keys: &[("count", Ready), ("tail_mass", Ready)] },
    Table {
        path: "rebalance",
        keys: &[
            ("policy", Ready),
            ("pass_count", Ready),
            ("vote", Ready),
            ("repeats", Ready),
            ("alpha", Ready),
            ("no_entity", Ready),
            ("perspective", Ready),
            ("keep", Ready),
            ("cap", Ready),
            ("temperature", Ready),
            ("repeat_threshold", Ready),
            ("repeat_exponent", Ready),
            ("beta", Ready),
            ("progress", Ready),
            ("stages", Ready),
            ("balance_by", Ready),
            ("target", Ready),
            ("target_exponent", Ready),
            ("repeat_limit", Ready),
            ("size", Ready),
            ("subclasses", Ready),
            ("override", Ready),
        ],
    },
    Table { path: "rebalance.override", keys: &[("entity", Ready), ("action", Ready)] },
    Table { path: "rebalance.override.action", keys: &[("cap", Ready), ("floor", Ready)] },
    Table {
        path: "synthesis",
        keys: &[
            ("budget", Ready),
            ("policies", Ready),
            ("perspectives", Ready),
            ("ceiling", Ready),
            ("outlier", Ready),
            ("dropped_seeds", Ready),
            ("entity", Ready),
            ("repeat", Ready),
            ("diffusion", Ready),
            ("borrow", NotYet("the synthesis policy 'borrow' is not supported yet")),
            ("synonym", NotYet("the synthesis policy 'synonym' is not supported yet")),
            ("rewrite", NotYet("the synthesis policy 'rewrite' is not supported yet")),
            ("converse", NotYet("the synthesis policy 'converse' is not supported yet")),
            ("slots", NotYet("the synthesis policy 'slots' is not supported yet")),
        ],
    },
    Table { path: "synthesis.entity", keys: &[("entity", Ready), ("ceiling", Ready)] },
    Table { path: "synthesis.repeat", keys: &[("most", Ready)] },
    Table {
        path: "synthesis.diffusion",
        keys: &[
            ("backend", Ready),
            ("bundle", Ready),
            ("guidance", Ready),
            ("images", Ready),
            ("candidates", Ready),
            ("scale", Ready),
            ("steps", Ready),
            ("resolution", Ready),
            ("training_steps", Ready),
            ("filter", Ready),
        ],
    },
    Table {
        path: "synthesis.diffusion.filter",
        keys: &[("memorised", Ready), ("class", Ready), ("outlier", Ready), ("flat", Ready), ("saturated", Ready)],
    },
    Table { path: "export", keys: &[("formats", Ready), ("images", Ready)] },
];

/// Values of the grammar that cannot be used yet: dotted path, value, what is missing.
pub(super) const VALUES_NOT_YET: &[(&str, &str, &str)] = &[
    ("synthesis.policies", "borrow", "the synthesis policy 'borrow' is not supported yet"),
    ("synthesis.policies", "synonym", "the synthesis policy 'synonym' is not supported yet"),
    ("synthesis.policies", "rewrite", "the synthesis policy 'rewrite' is not supported yet"),
    ("synthesis.policies", "converse", "the synthesis policy 'converse' is not supported yet"),
    ("synthesis.policies", "slots", "the synthesis policy 'slots' is not supported yet"),
];

/// Lists that have to hold something: dotted path, and what is said of one that is empty.
pub(super) const NEVER_EMPTY: &[(&str, &str)] = &[
    ("rebalance.stages", "stages = [] is no schedule; write such as stages = [5.0, 2.0], or remove it"),
    ("export.formats", "formats = [] writes nothing; write such as formats = [\"native\"], or remove it"),
];

/// Tables that stand any number of times.
pub(super) const LISTS: &[&str] = &["rebalance.override", "synthesis.entity"];

/// Names that are in use elsewhere: what is written, and what to write here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("pass_num", "write pass_count, which is pass_num + 1"),
    ("tau", "write it in [threshold], such as token = { count = 120 }"),
];

/// Values that are in use elsewhere: what is written, and what is called so here.
const VALUES_ELSEWHERE: &[(&str, &str)] = &[("average", "mean"), ("drop", "exclude"), ("add", "sqrt")];

/// The table at a dotted path.
pub(super) fn table(path: &str) -> Option<&'static Table> {
    let generic = match path.split_once('.') {
        Some(("threshold", _)) => "threshold.*",
        _ => path,
    };
    TABLES.iter().find(|table| table.path == generic)
}

/// What to write in place of an unknown key: the table in which it does exist, or the nearest of this table.
pub(super) fn suggestion(key: &str, table: &Table) -> String {
    if let Some((_, meant)) = ELSEWHERE.iter().find(|(known, _)| *known == key) {
        return (*meant).to_owned();
    }
    let home = TABLES.iter().find(|other| other.keys.iter().any(|&(name, _)| name == key));
    match home {
        Some(other) if other.path.is_empty() => "it belongs at the top of the file, before the first table".into(),
        Some(other) => format!("it belongs in [{}]", other.path),
        None => {
            let known: Vec<_> = table.keys.iter().filter(|key| key.1 == Ready).map(|&(name, _)| name).collect();
            nearest(key, known.iter().copied())
                .map_or_else(|| format!("known here: {}", known.join(", ")), |name| format!("did you mean '{name}'?"))
        }
    }
}

/// What to write in place of a value that is none of the known ones: the nearest, one that it is a part of or the other way round,
/// or any of them.
pub(super) fn meant(value: &str, known: &[&str]) -> String {
    let elsewhere = VALUES_ELSEWHERE.iter().find(|(name, meant)| *name == value && known.contains(meant));
    if let Some((_, meant)) = elsewhere {
        return format!("did you mean '{meant}'?");
    }
    let lower = value.to_lowercase();
    let part = |known: &&&str| lower.len() > 2 && (known.starts_with(&lower) || lower.starts_with(**known));
    let found = nearest(&lower, known.iter().copied()).or_else(|| known.iter().find(part).copied());
    found.map_or_else(|| format!("known: {}", known.join(", ")), |name| format!("did you mean '{name}'?"))
}
