//! Joins what is loaded of each file into one dataset.
//!
//! Invariant: among several files one that cannot be used is set aside as a whole, and no record of another is lost for it.

use std::path::{Path, PathBuf};

use super::coco::Outline;
use super::content::{Content, intact};
use super::contents;
use super::detect::{Detected, detect};
use super::images::ImageStore;
use super::mapping::Intact;
use super::meter::{Meter, Phase};
use super::part::{Input, Part};
use super::sidecar::Sidecar;
use super::state::FileStates;
use super::{Dataset, Fingerprint, Format, Options, SetAside, SetAsideKind, SourceError};
use super::{coco, csv, json, list, parquet, repetition};

/// The parts that were loaded so far.
pub(super) struct Assembly<'a> {
    options: &'a Options,
    /// True when a file that cannot be used does not make the dataset unusable.
    pub(super) several: bool,
    pub(super) format: Option<Format>,
    pub(super) parts: Vec<(PathBuf, Part)>,
    set_aside: Vec<SetAside>,
    pub(super) warnings: Vec<String>,
    failure: Option<SourceError>,
    fingerprint: Fingerprint,
    rows: u64,
    pub(super) states: FileStates,
    /// Whether what is read of each file is still the file's.
    intact: Vec<(PathBuf, Intact)>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(options: &'a Options, fingerprint: Fingerprint) -> Self {
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
            intact: Vec::new(),
        }
    }

    /// Loads one file; among several, one that cannot be used is set aside as a whole.
    pub(super) fn add(&mut self, input: contents::Input, meter: &Meter<'_>) -> Result<(), SourceError> {
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

    /// Loads one file.
    pub(super) fn load(&mut self, file: &Path, content: Content, phase: Phase<'_>) -> Result<(), SourceError> {
        let whole = content.intact();
        let taken = self.take(file, content, phase);
        // What is wrong with a file that is shortened is that it is shortened.
        intact(file, &whole)?;
        self.intact.push((file.to_owned(), whole));
        taken
    }

    fn take(&mut self, file: &Path, content: Content, phase: Phase<'_>) -> Result<(), SourceError> {
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
        let loaded = read(detected, input);
        let (mut part, format) =
            loaded.map_err(|error| because_of(error, cut.as_ref().map(|(cut, _)| cut.as_str())))?;
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

    /// Joins the parts.
    pub(super) fn finish(
        mut self,
        path: &Path,
        images: ImageStore,
        (sidecar, phase): (Option<Content>, &Phase<'_>),
    ) -> Result<Dataset, SourceError> {
        let (entities, failure) = (self.options.entities.as_deref(), self.failure.take());
        let mut dataset = self.joined(path, images);
        repetition::settle(&mut dataset);
        if dataset.is_empty() {
            return Err(failure.unwrap_or_else(|| nothing_usable(&dataset, path)));
        }
        if let Some((entities, content)) = entities.zip(sidecar) {
            dataset.intact.push((entities.to_owned(), content.intact()));
            let (sidecar, warnings) = Sidecar::open((entities, content), &dataset.id_hashes, phase)?;
            dataset.warnings.extend(warnings);
            dataset.sidecar = Some(sidecar);
        }
        Ok(dataset)
    }

    fn joined(mut self, path: &Path, images: ImageStore) -> Dataset {
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
        Dataset {
            path: path.to_owned(),
            files,
            row_starts,
            states: self.states,
            intact: self.intact,
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
        }
    }
}

/// Why there is no instance at all.
fn nothing_usable(dataset: &Dataset, path: &Path) -> SourceError {
    let first = dataset.set_aside.first().map(|aside| format!("; the first: {}", aside.message)).unwrap_or_default();
    let reason = match dataset.set_aside.len() {
        0 => "it has no rows".to_owned(),
        1 => format!("its one record is set aside{first}"),
        all => format!("all {all} are set aside{first}"),
    };
    SourceError::Empty { path: path.to_owned(), reason }
}

/// Reads a file as the format that it is in.
fn read(detected: Detected, input: Input<'_>) -> Result<(Part, Format), SourceError> {
    Ok(match detected {
        Detected::Json(shape) => json::load(input, &shape)?,
        Detected::Coco(Outline::Lists(lists)) => coco::load(input, &lists)?,
        Detected::Coco(Outline::Broken(reason)) => return Err(input.malformed("COCO", reason)),
        Detected::Parquet => (parquet::load(&input)?, Format::Parquet),
        Detected::Csv(delimiter) => (csv::load(input, delimiter)?, Format::Csv),
        Detected::List(separator) => (list::load(input, separator)?, Format::List),
    })
}

/// A file that is unusable, and that compression cut short, is unusable for that.
fn because_of(error: SourceError, cut: Option<&str>) -> SourceError {
    match (error, cut) {
        (SourceError::Malformed { path, format, reason }, Some(cut)) => {
            SourceError::Malformed { path, format, reason: format!("{reason}; {cut}") }
        }
        (error, _) => error,
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
