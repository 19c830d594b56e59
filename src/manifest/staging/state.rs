//! What `state.json` in a staging folder holds: which files are finished, and how far the others are known to be on disk.
//!
//! Invariant: it is replaced as a whole, after what it speaks of is synced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::output::Mark;
use super::super::{CALIBRATION, RECIPE, SHARD, stages};

const STATE: &str = "state.json";
/// The names that come after the native manifest, in order.
const ORDER: [&str; 8] =
    ["decisions.parquet", "decisions.jsonl", "decisions.csv", "weights.npy", "indices.npy", RECIPE, CALIBRATION, SHARD];

/// How the parts of a file that shards wrote make the file again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Joint {
    /// It is the same in every shard.
    Same,
    /// What is outside of the sections is the same in every shard; the insides follow each other.
    Sections(Vec<Section>),
    /// A Parquet table whose rows follow each other.
    Rows,
    /// A Parquet table whose row groups follow each other.
    RowGroups,
    /// A `.npy` array whose elements follow each other.
    Array,
    /// A folder whose files come together.
    Folder,
}

/// A part of a file that holds records: where it is, and what stands between two records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Section {
    pub(in super::super) start: u64,
    pub(in super::super) end: u64,
    pub(in super::super) between: Vec<u8>,
}

/// A file, or folder, that is whole and synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Finished {
    pub(in super::super) name: String,
    pub(in super::super) rows: u64,
    pub(in super::super) bytes: u64,
    pub(in super::super) joint: Joint,
    /// What tells it from others, of the files of a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) digest: Option<String>,
}

/// What is on disk.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// What the files are made of.
    pub(super) key: String,
    pub(super) finished: Vec<Finished>,
    /// How far each file that is being written is known to be whole.
    pub(super) current: BTreeMap<String, Mark>,
    /// Everything is finished and gets its names.
    pub(super) publishing: bool,
    /// Whether files that are there may be replaced.
    pub(super) replace: bool,
    /// What an earlier manifest left in the target that this one does not have: goes when this one gets its names.
    pub(super) stale: Vec<String>,
}

impl State {
    /// Reads the state of a staging folder; `None` when there is none that can be read.
    pub(super) fn read(home: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(home.join(STATE)).ok()?).ok()
    }

    /// True when nothing is finished and nothing begun.
    pub(super) fn is_idle(&self) -> bool {
        self.finished.is_empty() && self.current.is_empty()
    }

    /// Replaces the state of a staging folder.
    pub(super) fn save(&self, home: &Path) -> std::io::Result<()> {
        let (path, fresh) = (home.join(STATE), home.join(".state.json"));
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mut file = File::create(&fresh)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&fresh, &path)
    }
}

/// The place of a file among those of a manifest: native ones first, provenance last.
pub(in super::super) fn place_of(name: &str) -> usize {
    let name = if stages::is_file(name) { "weights.npy" } else { name };
    ORDER.iter().position(|known| *known == name).map_or(0, |at| at + 1)
}
