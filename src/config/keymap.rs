//! Which key does what: the built-in keymap under the user's file, and terminal events as keys.
//!
//! Invariant: an entry that cannot be used is a warning with the nearest valid name; the rest of the file holds.

mod event;
mod notation;

use std::path::Path;

pub use event::key;
pub use notation::parse as parse_key;

use crate::app::action::Action;
use crate::app::bindings::{Bindings, Context};
use crate::nearest;

/// The built-in keymap.
pub const DEFAULT_TEXT: &str = include_str!("../../assets/keymap.toml");

/// The built-in keymap with the user's file over it, where there is one, and what is wrong with that file.
#[must_use]
pub fn load(path: Option<&Path>) -> (Bindings, Vec<String>) {
    let mut bindings = Bindings::default();
    let mut warnings = Vec::new();
    lay_over(&mut bindings, DEFAULT_TEXT, "built-in", &mut warnings);
    match path.map(|path| (path, std::fs::read_to_string(path))) {
        Some((path, Ok(text))) => lay_over(&mut bindings, &text, &path.display().to_string(), &mut warnings),
        Some((path, Err(cause))) if cause.kind() != std::io::ErrorKind::NotFound => {
            warnings.push(format!("keymap {}: {cause}", path.display()));
        }
        _ => {}
    }
    (bindings, warnings)
}

/// Adds a keymap's text to the bindings; `origin` names it in warnings.
pub fn lay_over(bindings: &mut Bindings, text: &str, origin: &str, warnings: &mut Vec<String>) {
    let tables: toml::Table = match toml::from_str(text) {
        Ok(tables) => tables,
        Err(error) => {
            warnings.push(format!("keymap {origin}: {}", error.to_string().trim_end().replace('\n', " ")));
            return;
        }
    };
    for (name, value) in tables {
        let context = Context::ALL.into_iter().find(|context| context.key() == name);
        let (Some(context), toml::Value::Table(entries)) = (context, value) else {
            let hint = nearest::hint(&name, Context::ALL.iter().map(|context| context.key()));
            warnings.push(format!("keymap {origin}: no table '{name}'{hint}"));
            continue;
        };
        for (notation, action) in entries {
            if let Err(problem) = bind(bindings, context, &notation, &action) {
                warnings.push(format!("keymap {origin}: [{name}] {problem}"));
            }
        }
    }
}

fn bind(bindings: &mut Bindings, context: Context, notation: &str, action: &toml::Value) -> Result<(), String> {
    let key = parse_key(notation)?;
    let name = action.as_str().ok_or_else(|| format!("'{notation}' wants an action's name in quotes"))?;
    if name == "none" {
        bindings.unbind(context, key);
        return Ok(());
    }
    let action = Action::named(name).ok_or_else(|| {
        let hint = nearest::hint(name, Action::ALL.iter().map(|action| action.name()));
        format!("'{notation}': no action '{name}'{hint}")
    })?;
    bindings.bind(context, key, action);
    Ok(())
}
