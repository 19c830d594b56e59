//! Lists of numbers by row (compressed sparse rows).
//!
//! Invariant: offsets ascend and their last entry is the number of values.

use rayon::prelude::*;

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

    /// Makes one from parts that came from outside, such as a file.
    ///
    /// `None` unless the offsets ascend from 0 to the number of values and every value is below `columns`.
    #[must_use]
    pub fn checked(offsets: Vec<u64>, values: Vec<u32>, columns: usize) -> Option<Self> {
        let ends = offsets.first() == Some(&0) && offsets.last() == Some(&(values.len() as u64));
        let ascends = offsets.par_windows(2).all(|pair| pair[0] <= pair[1]);
        let bounded = values.par_iter().with_min_len(1 << 16).all(|&value| (value as usize) < columns);
        (ends && ascends && bounded).then_some(Self { offsets, values })
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

    /// Makes room for so many more rows and numbers.
    pub fn reserve(&mut self, rows: usize, values: usize) {
        self.offsets.reserve(rows);
        self.values.reserve(values);
    }

    /// Appends a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = u32>) {
        self.values.extend(row);
        self.offsets.push(self.values.len() as u64);
    }

    /// Appends the rows of `other`.
    pub fn append(&mut self, other: &Self) {
        let start = self.values.len() as u64;
        self.values.extend_from_slice(&other.values);
        self.offsets.extend(other.offsets.iter().skip(1).map(|offset| start + offset));
    }

    /// Replaces every number by what `number` gives for it, in parallel, and orders each row anew.
    pub fn renumber(&mut self, number: impl Fn(u32) -> u32 + Sync) {
        self.each_row_mut(&|row| {
            for value in row.iter_mut() {
                *value = number(*value);
            }
            row.sort_unstable();
        });
    }

    /// Drops every number that is the same as the one before it in its row.
    pub fn drop_repeats(&mut self) {
        let (mut kept, mut start) = (0, 0);
        for end in self.offsets.iter_mut().skip(1) {
            let first = kept;
            for at in start..*end as usize {
                if kept == first || self.values[kept - 1] != self.values[at] {
                    self.values[kept] = self.values[at];
                    kept += 1;
                }
            }
            start = *end as usize;
            *end = kept as u64;
        }
        self.values.truncate(kept);
    }

    /// Calls `change` with every row that is not empty, in parallel.
    pub fn each_row_mut(&mut self, change: &(impl Fn(&mut [u32]) + Sync)) {
        change_rows(&self.offsets, &mut self.values, change);
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

/// Rows between `offsets`, of which the first is the place of `values[0]`.
fn change_rows(offsets: &[u64], values: &mut [u32], change: &(impl Fn(&mut [u32]) + Sync)) {
    const ROWS_AT_ONCE: usize = 4096;
    let rows = offsets.len().saturating_sub(1);
    if rows > ROWS_AT_ONCE {
        let middle = rows / 2;
        let (before, after) = values.split_at_mut((offsets[middle] - offsets[0]) as usize);
        rayon::join(
            || change_rows(&offsets[..=middle], before, change),
            || change_rows(&offsets[middle..], after, change),
        );
        return;
    }
    let mut rest = values;
    for ends in offsets.windows(2) {
        let (row, after) = rest.split_at_mut((ends[1] - ends[0]) as usize);
        rest = after;
        if !row.is_empty() {
            change(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows_of(csr: &Csr) -> Vec<Vec<u32>> {
        (0..csr.rows()).map(|row| csr.row(row).to_vec()).collect()
    }

    fn csr(rows: &[Vec<u32>]) -> Csr {
        let mut csr = Csr::default();
        for row in rows {
            csr.push(row.iter().copied());
        }
        csr
    }

    proptest! {
        #[test]
        fn transposing_twice_gives_the_same_rows(rows in prop::collection::vec(prop::collection::btree_set(0_u32..50, 0..12), 0..60)) {
            let rows: Vec<Vec<u32>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
            let there = csr(&rows).transposed(50);
            prop_assert_eq!(there.rows(), 50);
            prop_assert!(rows_of(&there).iter().all(|row| row.is_sorted()));
            prop_assert_eq!(rows_of(&there.transposed(rows.len())), rows);
        }

        #[test]
        fn renumbering_orders_each_row(rows in prop::collection::vec(prop::collection::vec(0_u32..100, 0..5), 0..9000)) {
            let mut changed = csr(&rows);
            changed.renumber(|value| 99 - value);
            let expected: Vec<Vec<u32>> = rows.iter().map(|row| {
                let mut row: Vec<u32> = row.iter().map(|value| 99 - value).collect();
                row.sort_unstable();
                row
            }).collect();
            prop_assert_eq!(rows_of(&changed), expected);
        }
    }

    #[test]
    fn repeats_go_and_rows_stay() {
        let mut rows = csr(&[vec![], vec![1, 1, 2], vec![2], vec![], vec![2, 3, 3, 3]]);
        rows.drop_repeats();
        assert_eq!(rows_of(&rows), [vec![], vec![1, 2], vec![2], vec![], vec![2, 3]]);
    }

    #[test]
    fn parts_from_outside_are_checked() {
        assert!(Csr::checked(vec![0, 1, 3], vec![4, 0, 4], 5).is_some());
        for (offsets, values) in [
            (vec![0, 1], vec![0, 1]),
            (vec![0, 3, 2], vec![0, 1]),
            (vec![0, 2], vec![0, 5]),
            (vec![], vec![]),
            (vec![1, 2], vec![0, 1]),
        ] {
            assert_eq!(Csr::checked(offsets, values, 5), None);
        }
    }
}
