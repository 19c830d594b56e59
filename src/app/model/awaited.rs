//! Which background results are still wanted.
//!
//! Invariant: one request of a kind is awaited at a time, the newest.

/// The newest request of each kind: a result with another number is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awaited {
    /// Loading the dataset.
    pub load: u64,
    /// Ordering and searching the entity table.
    pub rows: u64,
    /// What the policy would do.
    pub preview: u64,
    /// The policies side by side.
    pub comparison: u64,
    /// The shown instance.
    pub instance: u64,
    /// The shown instance's lines.
    pub lines: u64,
    /// The names of the visible instances.
    pub ids: u64,
    /// The shown picture.
    pub picture: u64,
    /// What is made for the tail.
    pub synthesis: u64,
    /// The shown seed.
    pub seed: u64,
    /// The shown seed's picture.
    pub seed_picture: u64,
    /// The trial batch.
    pub trial: u64,
    /// Why an instance is kept or dropped.
    pub explanation: u64,
    /// What is worth knowing of the dataset.
    pub findings: u64,
    /// The background job.
    pub job: u64,
}

impl Awaited {
    /// What is awaited while a dataset is loaded anew: the load, and the job, which has the earlier dataset of its own.
    #[must_use]
    pub fn only_load(self, load: u64) -> Self {
        // No answer but the load's own has its generation.
        Self {
            load,
            job: self.job,
            rows: load,
            preview: load,
            comparison: load,
            instance: load,
            lines: load,
            ids: load,
            picture: load,
            synthesis: load,
            seed: load,
            seed_picture: load,
            trial: load,
            explanation: load,
            findings: load,
        }
    }
}
