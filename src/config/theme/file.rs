//! Reads one theme file: palette, roles, and what is wrong with it.
//!
//! Invariant: what cannot be read is left out and named in `warnings`; the rest holds.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use toml::{Table, Value};

use super::{Role, color};
use crate::nearest::hint;

/// How a colour is written.
const FORM: &str = "a colour is #rrggbb, a number from 0 to 255, or a name such as light-blue";

/// A theme as written: colours by name, styles by role.
#[derive(Clone, Debug, Default)]
pub(crate) struct ThemeFile {
    /// The theme whose entries hold where this one has none.
    pub(crate) inherits: Option<String>,
    palette: BTreeMap<String, String>,
    roles: BTreeMap<String, Value>,
}

impl ThemeFile {
    /// Reads a file's text; `origin` names it in warnings.
    pub(crate) fn parse(text: &str, origin: &str, warnings: &mut Vec<String>) -> Self {
        let table: Table = match toml::from_str(text) {
            Ok(table) => table,
            Err(error) => {
                warnings.push(format!("theme {origin}: {}", error.to_string().trim_end().replace('\n', " ")));
                return Self::default();
            }
        };
        let mut file = Self::default();
        for (key, value) in table {
            match (key.as_str(), value) {
                ("inherits", Value::String(name)) => file.inherits = Some(name),
                ("palette", Value::Table(colors)) => file.take_palette(colors),
                ("roles", Value::Table(roles)) => file.roles = roles.into_iter().collect(),
                (key, _) => warnings.push(format!("theme {origin}: '{key}' is none of inherits, palette, roles")),
            }
        }
        file.nest();
        file
    }

    fn take_palette(&mut self, colors: Table) {
        let entries = colors.into_iter().map(|(name, value)| (name, written(&value)));
        self.palette = entries.collect();
    }

    /// Unfolds `chart.head = …` without quotes, which TOML reads as a table in a table.
    fn nest(&mut self) {
        let mut flat = BTreeMap::new();
        for (key, value) in std::mem::take(&mut self.roles) {
            flatten(&key, value, &mut flat);
        }
        self.roles = flat;
    }

    /// Lays this file over the one it inherits from.
    #[must_use]
    pub(crate) fn over(mut self, parent: Self) -> Self {
        for (name, color) in parent.palette {
            self.palette.entry(name).or_insert(color);
        }
        for (role, style) in parent.roles {
            self.roles.entry(role).or_insert(style);
        }
        self.inherits = None;
        self
    }

    /// The style of a role, through its parents.
    #[must_use]
    pub(crate) fn style(&self, role: &str) -> Option<Style> {
        let mut name = role;
        loop {
            if let Some(value) = self.roles.get(name) {
                return Some(self.read_style(value, &mut |_| ()));
            }
            match name.rsplit_once('.') {
                Some((parent, _)) => name = parent,
                // A screen without a ground keeps the terminal's own.
                None if role == Role::Background.key() => return None,
                None => {
                    let text = self.roles.get(Role::Text.key())?;
                    return Some(self.read_style(text, &mut |_| ()));
                }
            }
        }
    }

    /// What is wrong with the entries: roles and colours that do not exist.
    pub(crate) fn check(&self, origin: &str, warnings: &mut Vec<String>) {
        for (name, text) in self.palette.iter().filter(|(_, text)| color::parse(text).is_none()) {
            let hint = hint(text, color::names());
            warnings.push(format!("theme {origin}: palette: '{name}' is '{text}', which is no colour; {FORM}{hint}"));
        }
        for (role, value) in &self.roles {
            if !Role::ALL.iter().any(|known| known.key() == role) {
                let hint = hint(role, Role::ALL.iter().map(|known| known.key()));
                warnings.push(format!("theme {origin}: no role '{role}'{hint}"));
            }
            self.read_style(value, &mut |problem| warnings.push(format!("theme {origin}: {role}: {problem}")));
        }
    }

    fn read_style(&self, value: &Value, problem: &mut dyn FnMut(String)) -> Style {
        let Value::Table(table) = value else {
            return Style { fg: self.color(value, problem), ..Style::default() };
        };
        let mut style = Style::default();
        for (key, entry) in table {
            match key.as_str() {
                "fg" => style.fg = self.color(entry, problem),
                "bg" => style.bg = self.color(entry, problem),
                "underline" => style.underline_color = self.color(entry, problem),
                "modifiers" => style = style.add_modifier(modifiers(entry, problem)),
                other => problem(format!("'{other}' is none of fg, bg, underline, modifiers")),
            }
        }
        style
    }

    fn color(&self, value: &Value, problem: &mut dyn FnMut(String)) -> Option<Color> {
        let text = written(value);
        let resolved = self.palette.get(&text).unwrap_or(&text);
        let color = color::parse(resolved);
        // What the palette has wrong is told of it once, not of every role.
        if color.is_none() && !self.palette.contains_key(&text) {
            let mut known: Vec<&str> = color::names().collect();
            known.extend(self.palette.keys().map(String::as_str));
            let hint = hint(&text, known);
            let form = if text.starts_with('#') { format!("; {FORM}") } else { String::new() };
            problem(format!("no colour '{text}'{form}{hint}"));
        }
        color
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn flatten(key: &str, value: Value, into: &mut BTreeMap<String, Value>) {
    const STYLE: [&str; 4] = ["fg", "bg", "underline", "modifiers"];
    let Value::Table(table) = value else {
        into.insert(key.to_owned(), value);
        return;
    };
    let (own, nested): (Table, Table) =
        table.into_iter().partition(|(name, value)| STYLE.contains(&name.as_str()) || !nests(value));
    for (name, value) in nested {
        flatten(&format!("{key}.{name}"), value, into);
    }
    if !own.is_empty() {
        into.insert(key.to_owned(), Value::Table(own));
    }
}

fn nests(value: &Value) -> bool {
    matches!(value, Value::Table(_) | Value::String(_) | Value::Integer(_))
}

fn modifiers(value: &Value, problem: &mut dyn FnMut(String)) -> Modifier {
    const KNOWN: [(&str, Modifier); 7] = [
        ("bold", Modifier::BOLD),
        ("dim", Modifier::DIM),
        ("italic", Modifier::ITALIC),
        ("underlined", Modifier::UNDERLINED),
        ("reversed", Modifier::REVERSED),
        ("crossed-out", Modifier::CROSSED_OUT),
        ("slow-blink", Modifier::SLOW_BLINK),
    ];
    let Some(names) = value.as_array() else {
        problem("modifiers is a list, such as [\"bold\"]".to_owned());
        return Modifier::empty();
    };
    let mut all = Modifier::empty();
    for name in names {
        let name = written(name);
        match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((_, modifier)) => all |= *modifier,
            None => problem(format!("no modifier '{name}'{}", hint(&name, KNOWN.iter().map(|(known, _)| *known)))),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_is_none_is_told_once_with_the_form_of_colours() {
        let text = "palette.ink = \"#zzz\"\nroles.text = \"ink\"\nroles.title = \"ink\"\nroles.bar = \"#12345\"\nroles.key = \"gren\"";
        let mut warnings = Vec::new();
        ThemeFile::parse(text, "mine", &mut warnings).check("mine", &mut warnings);
        let expected = [
            format!("theme mine: palette: 'ink' is '#zzz', which is no colour; {FORM}"),
            format!("theme mine: bar: no colour '#12345'; {FORM}"),
            "theme mine: key: no colour 'gren'; did you mean 'green'?".to_owned(),
        ];
        assert_eq!(warnings, expected);
    }
}
