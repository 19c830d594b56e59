//! What a cached index hangs on.
//!
//! Invariant: everything that can change an index is in its key or checked against the opened dataset; a key needs the dataset's
//! fingerprint and not the opened dataset.

use std::path::Path;

use crate::entity;
use crate::source::{self, Fingerprint};

/// BLAKE3 over the dataset's fingerprint (which covers an entities sidecar), the settings and the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub(super) [u8; 32]);

impl Key {
    /// The key of a dataset that is opened with `opening` and extracted with `options`.
    #[must_use]
    pub fn of(fingerprint: Fingerprint, opening: &source::Options, options: &entity::Options) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        let mut perspectives = options.perspectives.clone();
        perspectives.sort_unstable();
        perspectives.dedup();
        part(env!("CARGO_PKG_VERSION").as_bytes());
        part(&entity::EXTRACTOR_VERSION.to_le_bytes());
        part(&fingerprint.0);
        part(format!("{:?} {:?} {}", opening.format, opening.columns, opening.entities.is_some()).as_bytes());
        part(format!("{perspectives:?}").as_bytes());
        part(&content(options.vocabulary.as_deref()));
        Self(*hasher.finalize().as_bytes())
    }

    /// The stem of the key's file.
    pub(super) fn name(&self) -> String {
        blake3::Hash::from(self.0).to_hex()[..32].to_owned()
    }
}

/// The hash of a file's content; what cannot be read differs from what is empty.
fn content(path: Option<&Path>) -> Vec<u8> {
    match path.map(std::fs::read) {
        None => Vec::new(),
        Some(Ok(bytes)) => blake3::hash(&bytes).as_bytes().to_vec(),
        Some(Err(cause)) => cause.to_string().into_bytes(),
    }
}
