//! A table of strings in one buffer.
//!
//! Invariant: offsets ascend, cut the text between characters, and their last entry is its length.

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
    /// Makes one from parts that came from outside, such as a file.
    ///
    /// `None` unless the offsets ascend from 0 to the text's length and cut it between characters.
    #[must_use]
    pub fn checked(offsets: Vec<u32>, text: String) -> Option<Self> {
        let ends = offsets.first() == Some(&0) && offsets.last().map(|&end| end as usize) == Some(text.len());
        let ascends = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        let whole = ends && ascends && offsets.iter().all(|&offset| text.is_char_boundary(offset as usize));
        whole.then_some(Self { text, offsets })
    }

    /// The buffer that holds all strings.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where each string starts in the buffer.
    #[must_use]
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

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

impl<'a> FromIterator<&'a str> for StringTable {
    fn from_iter<I: IntoIterator<Item = &'a str>>(strings: I) -> Self {
        let mut table = Self::default();
        for string in strings {
            table.push(string);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_numbers() {
        let table: StringTable = ["cat", "", "猫"].into_iter().collect();
        assert_eq!(table.iter().collect::<Vec<_>>(), ["cat", "", "猫"]);
        assert_eq!((table.len(), table.get(2), table.get(3)), (3, "猫", ""));
    }

    #[test]
    fn parts_from_outside_are_checked() {
        assert!(StringTable::checked(vec![0, 2, 3], "éa".into()).is_some());
        for offsets in [vec![0, 1, 3], vec![0, 9], vec![0, 2], vec![], vec![0, 3, 2, 3]] {
            assert_eq!(StringTable::checked(offsets, "éa".into()), None);
        }
    }
}
