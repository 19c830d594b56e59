//! Typed text: the field itself, and what a typed value means.
//!
//! Invariant: a value that cannot be used stays in the field with what is wrong; the recipe changes only by usable ones.

use super::{explain, export, overlay, overrides, recipe, synthesize};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::model::{Edited, Model, Overlay, SearchState, TextField, ValueTarget};
use crate::entity::Perspective;
use crate::policy::Parameter;
use crate::recipe::{OverrideAction, ThresholdChoice};

impl TextField {
    /// A field with selected text in it and the cursor behind it.
    #[must_use]
    pub fn holding(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), selected: !text.is_empty(), text }
    }

    /// Puts text in at the cursor, or in the place of what is selected.
    pub fn insert(&mut self, text: &str) {
        self.take_selected();
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Takes an editing key: `None` when it is not one, else whether the text changed.
    pub(super) fn take(&mut self, key: Key) -> Option<bool> {
        let before = self.text.clone();
        match (key.code, key.ctrl, key.alt) {
            (Code::Backspace | Code::Delete, ..) if self.selected => self.take_selected(),
            (Code::Char(character), false, false) => self.insert(character.encode_utf8(&mut [0; 4])),
            (Code::Backspace, false, _) => {
                let start = self.previous();
                self.text.replace_range(start..self.cursor, "");
                self.cursor = start;
            }
            (Code::Delete, ..) => {
                let end = self.next();
                self.text.replace_range(self.cursor..end, "");
            }
            (Code::Char('u'), true, _) => {
                self.text.replace_range(..self.cursor, "");
                self.cursor = 0;
            }
            (Code::Char('w'), true, _) => {
                let kept = self.text[..self.cursor].trim_end().rfind(' ').map_or(0, |space| space + 1);
                self.text.replace_range(kept..self.cursor, "");
                self.cursor = kept;
            }
            (Code::Left, ..) => self.cursor = self.previous(),
            (Code::Right, ..) => self.cursor = self.next(),
            (Code::Home, ..) | (Code::Char('a'), true, _) => self.cursor = 0,
            (Code::End, ..) | (Code::Char('e'), true, _) => self.cursor = self.text.len(),
            _ => return None,
        }
        self.selected = false;
        Some(self.text != before)
    }

    fn take_selected(&mut self) {
        if std::mem::take(&mut self.selected) {
            self.text.clear();
            self.cursor = 0;
        }
    }

    fn previous(&self) -> usize {
        self.text[..self.cursor].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn next(&self) -> usize {
        self.text[self.cursor..].chars().next().map_or(self.cursor, |character| self.cursor + character.len_utf8())
    }
}

/// The field that typed text goes to.
pub(super) fn field(model: &mut Model) -> Option<&mut TextField> {
    match &mut model.overlay {
        Some(Overlay::Palette { field, .. } | Overlay::EditValue { field, .. }) => Some(field),
        Some(_) => None,
        None => {
            let search = &mut model.explore.table.search;
            (search.state == SearchState::Typing).then_some(&mut search.field)
        }
    }
}

/// Opens the editor for a value.
pub(super) fn open(model: &mut Model, target: ValueTarget) {
    let target = match target {
        ValueTarget::Slider(number) => match model.parameters().get(number) {
            Some(&Parameter::Threshold(perspective)) => ValueTarget::Threshold(perspective),
            _ => target,
        },
        target => target,
    };
    let text = match &target {
        ValueTarget::Threshold(perspective) => threshold_text(model, *perspective),
        ValueTarget::Slider(number) => slider_text(model, *number),
        ValueTarget::Instance => String::new(),
        ValueTarget::Output => model.export.folder.display().to_string(),
        ValueTarget::Ceiling(entity) => synthesize::ceiling_text(model, entity),
        ValueTarget::Cap(entity) | ValueTarget::Floor(entity) => overrides::text(model, entity),
    };
    model.overlay = Some(Overlay::EditValue { target, field: TextField::holding(text), problem: None });
}

fn threshold_text(model: &Model, perspective: Perspective) -> String {
    let entry = model.loaded().and_then(|loaded| loaded.index.perspective(perspective));
    entry.map_or_else(String::new, |entry| model.recipe.split(entry).threshold.to_string())
}

fn slider_text(model: &Model, number: usize) -> String {
    let Some(loaded) = model.loaded() else { return String::new() };
    let Some(parameter) = model.parameters().get(number).copied() else { return String::new() };
    let value = parameter.get(&model.recipe, &loaded.index);
    parameter.choices(&loaded.index).get(value as usize).map_or_else(|| value.to_string(), |&choice| choice.to_owned())
}

/// Takes a complaint away once the text is changed.
pub(super) fn recheck(model: &mut Model) {
    if let Some(Overlay::EditValue { problem, .. }) = &mut model.overlay {
        *problem = None;
    }
}

/// Uses the typed value and closes the editor, or says what is wrong with it.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::EditValue { target, field, .. }) = &model.overlay else { return Vec::new() };
    let (target, text) = (target.clone(), field.text.trim().to_owned());
    let used = match target {
        ValueTarget::Threshold(perspective) => set_threshold(model, perspective, &text),
        ValueTarget::Slider(number) => set_slider(model, number, &text),
        ValueTarget::Instance => explain::of_id(model, &text),
        ValueTarget::Output => export::set_folder(model, &text),
        ValueTarget::Ceiling(entity) => synthesize::set_ceiling(model, &entity, (number(&text), &text)),
        ValueTarget::Cap(entity) => overrides::set_count(model, &entity, (number(&text), OverrideAction::Cap)),
        ValueTarget::Floor(entity) => overrides::set_count(model, &entity, (number(&text), OverrideAction::Floor)),
    };
    match used {
        Ok(effects) => {
            overlay::close_editor(model);
            effects
        }
        Err(reason) => {
            if let Some(Overlay::EditValue { problem, .. }) = &mut model.overlay {
                *problem = Some(reason);
            }
            Vec::new()
        }
    }
}

fn set_threshold(model: &mut Model, perspective: Perspective, text: &str) -> Result<Vec<Effect>, String> {
    let choice = threshold(text)?;
    let edited = Edited::Parameter(Parameter::Threshold(perspective));
    model.history.row = None;
    Ok(recipe::change(model, edited, |recipe| {
        recipe.threshold.insert(perspective, choice);
    }))
}

/// Reads `304`, `1,204`, or a share of occurrences such as `10%` or `0.1`.
fn threshold(text: &str) -> Result<ThresholdChoice, String> {
    const WANTED: &str = "type a count such as 120, or the tail's share of occurrences such as 10% or 0.1";
    if let Some(share) = text.strip_suffix('%') {
        let percent: f64 = share.trim().parse().map_err(|_| WANTED.to_owned())?;
        let between = percent > 0.0 && percent < 100.0;
        return between.then_some(ThresholdChoice::TailMass(percent / 100.0)).ok_or_else(|| WANTED.to_owned());
    }
    match number(text) {
        Some(count) if count >= 1.0 && count <= f64::from(u32::MAX) && count.fract() == 0.0 => {
            Ok(ThresholdChoice::Count(count as u32))
        }
        Some(share) if share > 0.0 && share < 1.0 => Ok(ThresholdChoice::TailMass(share)),
        _ => Err(WANTED.to_owned()),
    }
}

fn set_slider(model: &mut Model, number_of: usize, text: &str) -> Result<Vec<Effect>, String> {
    let parameter =
        model.parameters().get(number_of).copied().ok_or_else(|| "the policy has no such parameter".to_owned())?;
    let Some(loaded) = model.loaded() else { return Ok(Vec::new()) };
    let (range, choices) = (parameter.range(&loaded.index), parameter.choices(&loaded.index));
    let chosen = choices.iter().position(|choice| *choice == text || choice.replace('_', " ") == text);
    let value = chosen.map(|position| position as f64).or_else(|| number(text).filter(|_| choices.is_empty()));
    let value = value.ok_or_else(|| {
        if choices.is_empty() {
            "type a number, such as 1,204 or 0.5".to_owned()
        } else {
            format!("type one of: {}", choices.join(", "))
        }
    })?;
    if !(range.low..=range.high).contains(&value) {
        return Err(format!("type a number from {} to {}", range.low, range.high));
    }
    if range.whole && value.fract() != 0.0 {
        return Err("type a whole number".to_owned());
    }
    model.history.row = None;
    Ok(recipe::set(model, parameter, value))
}

/// A number, with or without thousands separators, or a percentage. A comma that separates no thousands is no number: where some
/// write it for a point, the value would be another.
fn number(text: &str) -> Option<f64> {
    let (digits, unit) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits.trim_end(), 0.01));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let groups: Vec<&str> = whole.split([',', '_', ' ']).collect();
    let thousands = |group: &&str| group.len() == 3 && group.bytes().all(|sign| sign.is_ascii_digit());
    let (first, others) = groups.split_first()?;
    let grouped = others.iter().all(thousands) && (others.is_empty() || is_first_group(first));
    let plain = fraction.map_or_else(|| groups.concat(), |fraction| format!("{}.{fraction}", groups.concat()));
    let value = if grouped { plain.parse::<f64>().ok()? } else { return None };
    Some(value * unit).filter(|value| value.is_finite())
}

/// One to three digits, with or without a sign.
fn is_first_group(group: &str) -> bool {
    let digits = group.strip_prefix(['+', '-']).unwrap_or(group);
    (1..=3).contains(&digits.len()) && digits.bytes().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_separated_and_nothing_else() {
        let read = [
            ("304", 304.0),
            ("1,204", 1204.0),
            ("1_204_000", 1_204_000.0),
            ("12 345.5", 12_345.5),
            ("-1,000", -1000.0),
        ];
        for (text, value) in read.into_iter().chain([("75 %", 0.75), ("1e3", 1000.0), (".5", 0.5), ("1.5", 1.5)]) {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["1,5", "12,34", "1,2345", ",500", "1,", "1.5,0", "", "%", "x", "inf", "1,,000"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
