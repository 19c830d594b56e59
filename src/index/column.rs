//! Compact storage: lists of numbers by row (CSR) and a table of strings in one buffer.
//!
//! Invariant: offsets ascend and their last entry is the length of what they point into.

/// Lists of numbers, one list a row: row `r` is `values[offsets[r]..offsets[r + 1]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csr {
    offsets: Vec<u64>,
    values: Vec<u32>,
}

impl Default for Csr {
    fn default() -> Self {
        Self { offsets: vec![0], values: Vec::new() }
    }
}

impl Csr {
    /// Makes one from its parts.
    ///
    /// `offsets` ascends from 0 to `values.len()`; a violation is a defect of the caller and yields empty rows.
    #[must_use]
    pub fn from_parts(offsets: Vec<u64>, values: Vec<u32>) -> Self {
        debug_assert_eq!(offsets.last().copied(), Some(values.len() as u64));
        Self { offsets, values }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// One row's numbers; empty past the end.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u32] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&start), Some(&end)) => self.values.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Appends a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = u32>) {
        self.values.extend(row);
        self.offsets.push(self.values.len() as u64);
    }

    /// All numbers, row after row.
    #[must_use]
    pub fn values(&self) -> &[u32] {
        &self.values
    }

    /// Where each row starts.
    #[must_use]
    pub fn offsets(&self) -> &[u64] {
        &self.offsets
    }

    /// The other direction: for each number below `columns`, the rows that hold it, ascending.
    #[must_use]
    pub fn transposed(&self, columns: usize) -> Self {
        let mut offsets = vec![0_u64; columns + 1];
        for &value in &self.values {
            offsets[value as usize + 1] += 1;
        }
        for column in 0..columns {
            offsets[column + 1] += offsets[column];
        }
        let mut next = offsets.clone();
        let mut values = vec![0_u32; self.values.len()];
        for row in 0..self.rows() {
            for &value in self.row(row) {
                let slot = &mut next[value as usize];
                values[*slot as usize] = u32::try_from(row).unwrap_or(u32::MAX);
                *slot += 1;
            }
        }
        Self { offsets, values }
    }
}

/// Strings in one buffer, numbered in the order of insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringTable {
    text: String,
    offsets: Vec<u32>,
}

impl Default for StringTable {
    fn default() -> Self {
        Self { text: String::new(), offsets: vec![0] }
    }
}

impl StringTable {
    /// The number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One string; empty past the end.
    #[must_use]
    pub fn get(&self, number: usize) -> &str {
        match (self.offsets.get(number), self.offsets.get(number + 1)) {
            (Some(&start), Some(&end)) => self.text.get(start as usize..end as usize).unwrap_or_default(),
            _ => "",
        }
    }

    /// Appends a string and returns its number.
    pub fn push(&mut self, string: &str) -> usize {
        self.text.push_str(string);
        self.offsets.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.len() - 1
    }

    /// All strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|number| self.get(number))
    }
}
