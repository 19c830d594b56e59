//! Opens a dataset: loads each of its files, joins the parts, and sets aside ids that repeat.
//!
//! Invariant: the result depends on the files' content and order alone, not on threads or on how records are split over files.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::content::Content;
use super::contents::{self, Found, Opening, fingerprint_of};
use super::dataset::FileStates;
use super::detect::{Detected, detect};
use super::identity::duplicates;
use super::images::ImageStore;
use super::meter::{Meter, Phase};
use super::part::{Input, Part};
use super::sidecar::Sidecar;
use super::{Dataset, Fingerprint, Format, Instance, Options, SetAside, SetAsideKind, SourceError};
use super::{coco, csv, json, list, parquet};
use crate::progress::{Observer, Unobserved};

/// Opens the dataset at `path`: a file, a folder of shards or of images, or a pattern such as `data/*.jsonl`.
///
/// # Errors
/// [`SourceError`] when nothing can be read as any format, or when the observer cancels.
pub fn open(path: &Path, options: &Options, observer: &dyn Observer) -> Result<Dataset, SourceError> {
    Opening::begin(path, options, observer)?.finish()
}

/// The fingerprint that [`open`] would give, without finding the records.
///
/// # Errors
/// [`SourceError`] when nothing is there, or when the observer cancels.
pub fn fingerprint(path: &Path, options: &Options, observer: &dyn Observer) -> Result<Fingerprint, SourceError> {
    Ok(Opening::begin(path, options, observer)?.fingerprint())
}

impl Opening<'_> {
    /// Finds the records.
    ///
    /// # Errors
    /// [`SourceError`] when nothing can be read as any format, or when the observer cancels.
    pub fn finish(self) -> Result<Dataset, SourceError> {
        let (fingerprint, total) = (self.fingerprint(), self.meter.total());
        let Self { path, options, meter, found, sidecar, states, .. } = self;
        let several = matches!(&found, Found::Files { in_order, .. } if in_order.len() > 1);
        let mut assembly = Assembly { several, states, ..Assembly::new(options, fingerprint) };
        let root = |folder| options.image_root.clone().unwrap_or(folder);
        let images = match found {
            Found::Files { in_order, folder, passed_over } => {
                let other = passed_over
                    .iter()
                    .map(|file| format!("{}: passed over, as it is data of another kind", file.display()));
                assembly.warnings.extend(other);
                for file in in_order {
                    assembly.add(file, &meter)?;
                }
                ImageStore::Folder { root: root(folder), linked: false }
            }
            Found::Images(folder, tree) => {
                if tree.is_empty() {
                    let reason = "no image below it, and no JSON, Parquet, CSV or TSV file in it".to_owned();
                    return Err(SourceError::Empty { path: folder, reason });
                }
                assembly.format = Some(Format::ImageFolder);
                assembly.parts.push((folder.clone(), tree.into_part()));
                ImageStore::Folder { root: root(folder), linked: true }
            }
        };
        assembly.finish(path, images, (sidecar, &meter.phase(total..total, 1)))
    }
}

/// Opens records that are part of the program.
pub(super) fn open_embedded(name: &str, records: &'static [u8], images: ImageStore) -> Result<Dataset, SourceError> {
    let (path, options) = (PathBuf::from(name), Options::default());
    let meter = Meter::new(&Unobserved, records.len() as u64);
    let fingerprint = fingerprint_of(records);
    let mut assembly = Assembly::new(&options, fingerprint);
    assembly.load(&path, Content::embedded(records), meter.phase(0..meter.total(), meter.total()))?;
    let mut dataset = assembly.finish(&path, images, (None, &meter.phase(0..0, 1)))?;
    dataset.files.clear();
    Ok(dataset)
}

/// The parts that were loaded so far.
struct Assembly<'a> {
    options: &'a Options,
    /// True when a file that cannot be used does not make the dataset unusable.
    several: bool,
    format: Option<Format>,
    parts: Vec<(PathBuf, Part)>,
    set_aside: Vec<SetAside>,
    warnings: Vec<String>,
    failure: Option<SourceError>,
    fingerprint: Fingerprint,
    rows: u64,
    states: FileStates,
}

impl<'a> Assembly<'a> {
    fn new(options: &'a Options, fingerprint: Fingerprint) -> Self {
        Self {
            options,
            several: false,
            format: None,
            parts: Vec::new(),
            set_aside: Vec::new(),
            warnings: Vec::new(),
            failure: None,
            fingerprint,
            rows: 0,
            states: FileStates::default(),
        }
    }

    /// Loads one file; among several, one that cannot be used is set aside as a whole.
    fn add(&mut self, input: contents::Input, meter: &Meter<'_>) -> Result<(), SourceError> {
        let bytes = input.progress(meter.total());
        let contents::Input { path: file, content, .. } = input;
        let loaded = content.and_then(|content| {
            let phase = meter.phase(bytes, content.len() as u64);
            self.load(&file, content, phase)
        });
        match loaded {
            Err(SourceError::Cancelled) => Err(SourceError::Cancelled),
            Err(error) if self.several => {
                self.set_aside.push(SetAside {
                    file,
                    row: 0,
                    offset: 0,
                    kind: SetAsideKind::Unreadable,
                    message: error.to_string(),
                });
                self.failure.get_or_insert(error);
                Ok(())
            }
            other => other,
        }
    }

    fn load(&mut self, file: &Path, content: Content, phase: Phase<'_>) -> Result<(), SourceError> {
        let length = content.len() as u64;
        if let Some(reason) = emptiness(&content) {
            let reason =
                content.cut.as_ref().map_or_else(|| reason.to_owned(), |cut| format!("{cut}, before any record"));
            return Err(SourceError::Empty { path: file.to_owned(), reason });
        }
        let detected = detect(&content, self.options.format).map_err(|tried| match &content.cut {
            Some(cut) => {
                SourceError::Empty { path: file.to_owned(), reason: format!("{cut}, inside its first record") }
            }
            None => SourceError::Unrecognised { path: file.to_owned(), tried },
        })?;
        let cut = content.cut.clone().map(|message| (message, length));
        let input = Input { path: file, content, first_row: self.rows, options: self.options, phase };
        let (mut part, format) = match detected {
            Detected::Json(shape) => json::load(input, &shape).map_err(|error| match (error, &cut) {
                (SourceError::Malformed { path, format, reason }, Some((cut, _))) => {
                    SourceError::Malformed { path, format, reason: format!("{reason}; {cut}") }
                }
                (error, _) => error,
            })?,
            Detected::Coco(lists) => coco::load(input, &lists)?,
            Detected::Parquet => (parquet::load(&input)?, Format::Parquet),
            Detected::Csv(delimiter) => (csv::load(input, delimiter)?, Format::Csv),
            Detected::List(separator) => (list::load(input, separator)?, Format::List),
        };
        if let Some(first) = self.format.filter(|first| *first != format) {
            let reason = format!("it is {}, and the files before it are {}", format.key(), first.key());
            return Err(SourceError::Malformed { path: file.to_owned(), format: first.key(), reason });
        }
        self.format = Some(format);
        if let Some((message, offset)) = cut {
            note_cut(&mut part, file, message, offset);
        }
        self.rows += part.rows;
        self.parts.push((file.to_owned(), part));
        Ok(())
    }

    fn finish(
        mut self,
        path: &Path,
        images: ImageStore,
        (sidecar, phase): (Option<Content>, &Phase<'_>),
    ) -> Result<Dataset, SourceError> {
        let (mut starts, mut row_starts) = (vec![0], vec![0]);
        let (mut readers, mut id_hashes, mut files, mut mapping) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (file, part) in self.parts {
            id_hashes.extend(part.id_hashes);
            starts.push(id_hashes.len());
            row_starts.push(row_starts[row_starts.len() - 1] + part.rows);
            readers.push(part.reader);
            files.push(file);
            self.set_aside.extend(part.set_aside);
            self.warnings.extend(part.warnings);
            mapping.extend(part.mapping);
        }
        distinct_pairs(&mut mapping);
        let mut dataset = Dataset {
            path: path.to_owned(),
            files,
            row_starts,
            states: self.states,
            format: self.format.unwrap_or_default(),
            images,
            readers,
            starts,
            repeats: Vec::new(),
            copies: Vec::new(),
            sidecar: None,
            set_aside: self.set_aside,
            warnings: self.warnings,
            fingerprint: self.fingerprint,
            id_hashes,
            mapping,
        };
        settle_repeated_ids(&mut dataset);
        if dataset.is_empty() {
            let first = dataset.set_aside.first().map(|aside| format!("; the first: {}", aside.message));
            let reason = match dataset.set_aside.len() {
                0 => "it has no rows".to_owned(),
                1 => format!("its one record is set aside{}", first.unwrap_or_default()),
                all => format!("all {all} are set aside{}", first.unwrap_or_default()),
            };
            return Err(self.failure.unwrap_or(SourceError::Empty { path: path.to_owned(), reason }));
        }
        if let Some((entities, content)) = self.options.entities.as_deref().zip(sidecar) {
            let (sidecar, warnings) = Sidecar::open((entities, content), &dataset.id_hashes, phase)?;
            dataset.warnings.extend(warnings);
            dataset.sidecar = Some(sidecar);
        }
        Ok(dataset)
    }
}

/// Why there is nothing to read, if there is not.
fn emptiness(content: &[u8]) -> Option<&'static str> {
    let text = content[json::text_start(content)..].trim_ascii();
    match text {
        b"" => Some("the file is empty"),
        [b'[', inner @ .., b']'] if inner.trim_ascii().is_empty() => Some("its array is empty"),
        b"{}" => Some("its object is empty"),
        _ => None,
    }
}

/// Tells that a compressed file ends early: with the record that it cuts, or after the last whole one.
fn note_cut(part: &mut Part, file: &Path, message: String, offset: u64) {
    match part.set_aside.last_mut() {
        Some(last) if last.kind == SetAsideKind::Truncated => last.message = format!("{}: {message}", last.message),
        _ => {
            let (file, kind) = (file.to_owned(), SetAsideKind::Truncated);
            part.set_aside.push(SetAside { file, row: part.rows, offset, kind, message });
            part.rows += 1;
        }
    }
}

fn distinct_pairs(mapping: &mut Vec<(String, String)>) {
    let mut seen = rustc_hash::FxHashSet::default();
    mapping.retain(|pair| seen.insert(pair.clone()));
}

/// Keeps the records that are an earlier one once more, and sets aside those that only have its id.
fn settle_repeated_ids(dataset: &mut Dataset) {
    let found = duplicates(&dataset.id_hashes, &|number| read_alone(dataset, number).id.into_owned());
    if found.is_empty() {
        return;
    }
    let is_same = |&&(later, first): &&(usize, usize)| match (raw_alone(dataset, later), raw_alone(dataset, first)) {
        (Some(later), Some(first)) => later == first,
        _ => read_alone(dataset, later) == read_alone(dataset, first),
    };
    let (again, others): (Vec<_>, Vec<_>) = found.iter().partition(is_same);
    let asides: Vec<SetAside> = others.iter().map(|pair| aside_of(dataset, *pair)).collect();
    let mut occurrences: FxHashMap<usize, u64> = FxHashMap::default();
    for &(later, first) in &again {
        let count = occurrences.entry(first).or_insert(0);
        *count += 1;
        dataset.id_hashes[later] = occurrence_hash(dataset.id_hashes[first], *count);
    }
    let mut gone = others.iter().map(|pair| pair.0).peekable();
    let mut number = 0;
    dataset.id_hashes.retain(|_| {
        let goes = gone.next_if(|&next| next == number).is_some();
        number += 1;
        !goes
    });
    let remaining = |number: usize| (number - others.partition_point(|pair| pair.0 < number)) as u32;
    dataset.copies = again.iter().map(|&(later, first)| (remaining(later), remaining(first))).collect();
    dataset.repeats = others.iter().enumerate().map(|(before, pair)| pair.0 - before).collect();
    dataset.set_aside.extend(asides);
    if let Some(&(number, first)) = dataset.copies.first() {
        let (row, first) = (dataset.row(number as usize), dataset.row(first as usize));
        let count = dataset.copies.len();
        dataset.warnings.push(match count {
            1 => format!("1 record is an earlier one once more and counts as a repeat: row {row}, like row {first}"),
            _ => format!(
                "{count} records are an earlier one once more and count as repeats; the first is row {row}, like row {first}"
            ),
        });
    }
}

/// The key that the draws of a repetition hang on; `occurrence` is 1 for the first repetition.
fn occurrence_hash(id_hash: u64, occurrence: u64) -> u64 {
    let mut bytes = [0_u8; 16];
    bytes[..8].copy_from_slice(&id_hash.to_le_bytes());
    bytes[8..].copy_from_slice(&occurrence.to_le_bytes());
    xxh3_64(&bytes)
}

/// A record without what is joined to it.
fn read_alone(dataset: &Dataset, number: usize) -> Instance<'_> {
    let mut instance = Instance::default();
    if let Some((reader, row)) = dataset.locate(number) {
        reader.read(row, &mut instance);
    }
    instance
}

fn raw_alone(dataset: &Dataset, number: usize) -> Option<&[u8]> {
    dataset.locate(number).and_then(|(reader, row)| reader.raw(row))
}

fn aside_of(dataset: &Dataset, (later, first): (usize, usize)) -> SetAside {
    let place = |number: usize| {
        let file = dataset.slot(number).and_then(|(file, _)| dataset.files.get(file)).cloned();
        (file.unwrap_or_default(), dataset.place(number))
    };
    let ((file, at), (first_file, first_at)) = (place(later), place(first));
    let first_row = first_at.map_or(0, |at| at.row);
    let elsewhere = if file == first_file { String::new() } else { format!(" of {}", first_file.display()) };
    let id = read_alone(dataset, later).id;
    let message = format!("id '{id}' is that of row {first_row}{elsewhere}, whose content differs");
    let (row, offset) = at.map_or((0, 0), |at| (at.row, at.offset));
    SetAside { file, row, offset, kind: SetAsideKind::DuplicateId, message }
}
