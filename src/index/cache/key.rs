//! What a cached index hangs on.
//!
//! Invariant: everything that can change an index is in its key; two runs with one key build the same index.

use std::path::Path;

use crate::entity;
use crate::source::{self, Dataset};

/// BLAKE3 over the dataset's fingerprint, the settings and the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub(super) [u8; 32]);

impl Key {
    /// The key of a dataset that was opened with `opening` and is extracted with `options`.
    #[must_use]
    pub fn of(dataset: &Dataset, opening: &source::Options, options: &entity::Options) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(env!("CARGO_PKG_VERSION").as_bytes());
        part(&entity::EXTRACTOR_VERSION.to_le_bytes());
        part(&dataset.fingerprint().0);
        part(format!("{:?} {:?}", dataset.format(), dataset.mapping()).as_bytes());
        part(&blake3::hash(bytemuck::cast_slice(dataset.id_hashes())).as_bytes()[..]);
        let mut perspectives = options.perspectives.clone();
        perspectives.sort_unstable();
        perspectives.dedup();
        part(format!("{perspectives:?}").as_bytes());
        part(format!("{:?} {:?}", opening.format, opening.columns).as_bytes());
        part(&content(options.vocabulary.as_deref()));
        part(&content(opening.entities.as_deref()));
        Self(*hasher.finalize().as_bytes())
    }

    /// The stem of the key's file.
    pub(super) fn name(&self) -> String {
        blake3::Hash::from(self.0).to_hex()[..32].to_owned()
    }
}

/// The hash of a file's content; what cannot be read differs from what is empty.
fn content(path: Option<&Path>) -> Vec<u8> {
    let Some(path) = path else { return Vec::new() };
    let mut hasher = blake3::Hasher::new();
    match hasher.update_mmap_rayon(path) {
        Ok(hasher) => hasher.finalize().as_bytes().to_vec(),
        Err(cause) => cause.to_string().into_bytes(),
    }
}
