//! Arrays for samplers, as `NumPy`'s `.npy`: a weight for every row of the source, and the numbers of the kept rows.
//!
//! Copies that are made for the tail add to the weight of their row, and their rows stand behind all others; pictures that are made
//! have no row in the source, and so no place in either.
//!
//! A schedule has one more array of weights for each of its stages, see `stages`.
//!
//! Rows are those of the source's files, usable or not, in order, so that other readers of the dataset number them alike.
//!
//! Source: `NumPy` enhancement proposal 1, version 1.0 of the format.
//!
//! Invariant: a weight stands at its row; a row that could not be used weighs nothing.

use std::ops::Range;

use super::appended::{self, Appended};
use super::output::Output;
use super::pace::STEP;
use super::staging::{Joint, Staging};
use super::{ManifestError, Part, stages};
use crate::plan;
use crate::policy;
use crate::recipe::Recipe;

/// The bytes of an element.
pub(super) const WIDTH: u64 = 8;
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// The header's length is a multiple of it, as `NumPy` writes it.
const ALIGNMENT: usize = 64;

/// The element types that are written.
#[derive(Clone, Copy)]
pub(super) enum Element {
    Float,
    Integer,
}

/// The header of an array of so many elements.
pub(super) fn header(element: Element, length: u64) -> Vec<u8> {
    let code = match element {
        Element::Float => "<f8",
        Element::Integer => "<i8",
    };
    let mut text = format!("{{'descr': '{code}', 'fortran_order': False, 'shape': ({length},), }}");
    let unpadded = MAGIC.len() + 2 + text.len() + 1;
    text.push_str(&" ".repeat(unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    text.push('\n');
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// The part of the source's rows that a part of its instances stands for: together, parts cover all rows.
fn rows(part: &Part<'_>) -> Range<u64> {
    let Range { start, end } = part.range;
    let dataset = part.contents.dataset;
    let row = |instance: usize| if instance == 0 { 0 } else { dataset.row(instance) };
    row(start)..if end == dataset.len() { dataset.rows() } else { row(end) }
}

/// Writes a weight for every row, and one more for each stage of the recipe's schedule.
pub(super) fn write_weights(part: &Part<'_>, staging: &Staging) -> Result<(), ManifestError> {
    write_weights_under(part, part.contents.recipe, ("weights.npy", staging))?;
    (1..)
        .zip(policy::stages(part.contents.recipe))
        .try_for_each(|(number, stage)| write_weights_under(part, &stage.recipe, (&stages::file(number), staging)))
}

fn write_weights_under(
    part: &Part<'_>,
    recipe: &Recipe,
    (name, staging): (&str, &Staging),
) -> Result<(), ManifestError> {
    if staging.is_finished(name) {
        return Ok(());
    }
    let contents = part.contents;
    let mut weights = plan::weights(contents.index, recipe, part.range.clone())?;
    for (instance, copies) in contents.plan.synthesis().copies() {
        if let Some(weight) = instance.checked_sub(part.range.start).and_then(|place| weights.get_mut(place)) {
            *weight += f64::from(copies);
        }
    }
    let rows = rows(part);
    let mut output = staging.output(name)?;
    begin(&mut output, Element::Float, rows.end - rows.start)?;
    let mut next = rows.start;
    for (at, weight) in weights.into_iter().enumerate() {
        if at.is_multiple_of(STEP) {
            part.pace.reached(at)?;
        }
        let row = contents.dataset.row(part.range.start + at);
        while next < row {
            output.put(&0_f64.to_le_bytes())?;
            next += 1;
        }
        output.put(&weight.to_le_bytes())?;
        next += 1;
    }
    while next < rows.end {
        output.put(&0_f64.to_le_bytes())?;
        next += 1;
    }
    output.finish(rows.end - rows.start, Joint::Array).map(drop)
}

/// Writes the row of every kept instance, as often as it is kept.
pub(super) fn write_indices(part: &Part<'_>, staging: &Staging) -> Result<(), ManifestError> {
    const NAME: &str = "indices.npy";
    if staging.is_finished(NAME) {
        return Ok(());
    }
    let contents = part.contents;
    let copies: Vec<Appended<'_>> = appended::of(part).into_iter().filter(Appended::is_copy).collect();
    let length = contents.plan.tally_of(part.range.clone()).after + copies.len() as u64;
    let mut output = staging.output(NAME)?;
    begin(&mut output, Element::Integer, length)?;
    for instance in part.range.clone() {
        if (instance - part.range.start).is_multiple_of(STEP) {
            part.pace.reached(instance - part.range.start)?;
        }
        let row = contents.dataset.row(instance).to_le_bytes();
        for _ in 0..contents.plan.repeat(instance) {
            output.put(&row)?;
        }
    }
    for copy in &copies {
        output.put(&contents.dataset.row(copy.instance()).to_le_bytes())?;
    }
    output.finish(length, Joint::Array).map(drop)
}

fn begin(output: &mut Output<'_>, element: Element, length: u64) -> Result<(), ManifestError> {
    output.put(&header(element, length))
}
