//! Opens a dataset: what a path stands for becomes an assembly of parts, one a file.
//!
//! Invariant: the result depends on the files' content and order alone, not on threads or on how records are split over files.

use std::path::{Path, PathBuf};

use super::assembly::Assembly;
use super::content::Content;
use super::contents::{Found, Opening, fingerprint_of};
use super::images::ImageStore;
use super::meter::Meter;
use super::{Dataset, Fingerprint, Format, Options, SourceError};
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
        let mut assembly = Assembly::new(options, fingerprint);
        (assembly.several, assembly.states) = (several, states);
        let root = |folder| options.image_root.clone().unwrap_or(folder);
        let images = match found {
            Found::Files { in_order, folder, passed_over } => {
                let told = |(file, why): &(PathBuf, &str)| format!("{}: passed over, as {why}", file.display());
                assembly.warnings.extend(passed_over.iter().map(told));
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
