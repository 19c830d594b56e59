//! Writes a row once more with other texts in some of its fields.
//!
//! Invariant: fields that are not changed keep their bytes, quotes included.

use std::borrow::Cow;

use super::field::{Fields, split};
use super::{Role, Table};

impl Table {
    /// The row with another id, where the table has ids, and another picture; `None` where it has no column for pictures.
    pub(super) fn with_picture(&self, row: &[u8], (id, picture): (&str, &str)) -> Option<Vec<u8>> {
        self.columns.iter().find(|(role, _)| *role == Some(Role::Image))?;
        let mut fields = Fields::new();
        split(row, 0, self.delimiter, &mut fields).ok()?;
        let mut written = Vec::with_capacity(row.len() + id.len() + picture.len());
        for (number, (field, (role, _))) in fields.iter().zip(&self.columns).enumerate() {
            if number > 0 {
                written.push(self.delimiter);
            }
            match role {
                Some(Role::Id) => written.extend_from_slice(quoted_field(id, self.delimiter).as_bytes()),
                Some(Role::Image) => written.extend_from_slice(quoted_field(picture, self.delimiter).as_bytes()),
                _ => written.extend_from_slice(row.get(field.outer(row))?),
            }
        }
        Some(written)
    }
}

/// A field as RFC 4180 has it written, quoted where its text asks for that.
pub(crate) fn quoted_field(text: &str, delimiter: u8) -> Cow<'_, str> {
    let special = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
    if text.bytes().any(special) || text.starts_with(' ') || text.ends_with(' ') {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_stays_byte_for_byte() {
        let table = |delimiter| Table {
            delimiter,
            columns: vec![
                (None, false),
                (Some(Role::Image), false),
                (Some(Role::Id), false),
                (Some(Role::Label), false),
            ],
        };
        let written = |row: &str, delimiter: u8, id: &str, picture: &str| {
            String::from_utf8(table(delimiter).with_picture(row.as_bytes(), (id, picture)).unwrap()).unwrap()
        };
        assert_eq!(
            written("\"a \"\"b\"\"\",x.png,7,cat", b',', "7~d-1", "made/1.png"),
            "\"a \"\"b\"\"\",made/1.png,7~d-1,cat"
        );
        assert_eq!(written("\"\",\"x,y.png\",7,", b',', "7", "a,\"b\".png"), "\"\",\"a,\"\"b\"\".png\",7,");
        assert_eq!(written("a,b\tx\t7\t\"cat\"", b'\t', "i", "a,b.png"), "a,b\ta,b.png\ti\t\"cat\"");
        let pictureless = Table { delimiter: b',', columns: vec![(Some(Role::Id), false)] };
        assert_eq!(pictureless.with_picture(b"7", ("8", "x.png")), None);
    }
}
