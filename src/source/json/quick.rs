//! Checks a record of the usual form in one pass over its bytes, without building anything.
//!
//! Most records of a large file are plain: strings, lists of strings, conversations of plain turns. For these one pass finds
//! the end, the id, and that the full parser accepts the record. For everything else it answers `None` and the full parser
//! decides, so that this pass can only be too strict, never too lenient.
//!
//! Invariant: never reports a fault; a record that passes here reads without one.

mod cursor;

use crate::source::exchange;
use crate::source::role::{Role, Roles};
use cursor::Cursor;

/// A record that passed.
pub(crate) struct Passed<'b> {
    /// Just past its closing brace.
    pub(crate) end: usize,
    /// Its id as it reads; `None` when it has none.
    pub(crate) id: Option<&'b str>,
}

/// Checks the record that starts at `start`.
pub(crate) fn pass<'b>(bytes: &'b [u8], start: usize, roles: &Roles) -> Option<Passed<'b>> {
    let mut cursor = Cursor { bytes, at: start };
    let (mut id, mut used) = (None, false);
    cursor.object(&mut |cursor, member| {
        match roles.of_bytes(member) {
            None => cursor.value(0)?,
            Some(Role::Id) => id = Some(cursor.id()?),
            Some(Role::Turns) => {
                cursor.list(&mut Cursor::turn)?;
                used = true;
            }
            Some(Role::Label | Role::Objects | Role::Tokens | Role::Interrogations) => {
                cursor.names(true)?;
                used = true;
            }
            Some(Role::Text(_) | Role::Image) => {
                cursor.names(false)?;
                used = true;
            }
            Some(Role::Statistics | Role::Pairs) => return None,
        }
        Some(())
    })?;
    let end = cursor.at;
    simdutf8::basic::from_utf8(&bytes[start..end]).ok().filter(|_| used)?;
    let id = id.map(std::str::from_utf8).transpose().ok()?.filter(|id| !id.is_empty());
    Some(Passed { end, id })
}

/// Id and first image of a record.
pub(crate) struct Head<'b> {
    pub(crate) id: &'b str,
    pub(crate) image: Option<&'b str>,
}

/// The head of a record that has been read before; `None` when it is not of the usual form. An id that `is_id` knows is not given
/// another one further on, and later images are not asked for: so most heads are read from a record's first bytes.
pub(crate) fn head<'b>(record: &'b [u8], roles: &Roles, is_id: &dyn Fn(&str) -> bool) -> Option<Head<'b>> {
    let mut cursor = Cursor { bytes: record, at: 0 };
    let (mut id, mut image, mut found) = (None::<&[u8]>, None, false);
    let whole = cursor.object(&mut |cursor, member| {
        match roles.of_bytes(member) {
            Some(Role::Id) => id = Some(cursor.id()?),
            Some(Role::Image) if cursor.peek()? == b'[' => cursor.list(&mut |cursor| {
                let path = cursor.plain_string()?;
                image = image.or(Some(path).filter(|path| !path.is_empty()));
                Some(())
            })?,
            Some(Role::Image) => {
                let path = cursor.plain_string()?;
                image = image.or(Some(path).filter(|path| !path.is_empty()));
            }
            _ => cursor.value(0)?,
        }
        found = image.is_some() && id.and_then(|id| std::str::from_utf8(id).ok()).is_some_and(is_id);
        (!found).then_some(())
    });
    (found || whole.is_some()).then_some(())?;
    let id = std::str::from_utf8(id?).ok().filter(|id| !id.is_empty())?;
    let image = image.map(std::str::from_utf8).transpose().ok()?;
    Some(Head { id, image })
}

/// What records are made of.
impl<'b> Cursor<'b> {
    /// A turn with a plain speaker and plain content, or an exchange in which someone says something plain.
    fn turn(&mut self) -> Option<()> {
        let (mut who, mut said, mut exchanged) = (false, false, false);
        self.object(&mut |cursor, member| match member {
            b"from" | b"role" => {
                who = true;
                cursor.string()
            }
            b"value" | b"content" => {
                said = true;
                cursor.string()
            }
            member => {
                let text = cursor.peek()? == b'"';
                exchanged |= text && std::str::from_utf8(member).is_ok_and(|name| exchange::speaker(name).is_some());
                cursor.value(0)
            }
        })?;
        (who && said || exchanged).then_some(())
    }

    /// A name or a list of names; integers are names where the role takes them.
    fn names(&mut self, integers: bool) -> Option<()> {
        let mut name = |cursor: &mut Self| match cursor.peek()? {
            b'"' => cursor.string(),
            _ if integers => cursor.integer().map(drop),
            _ => None,
        };
        if self.peek()? == b'[' { self.list(&mut name) } else { name(self) }
    }

    fn id(&mut self) -> Option<&'b [u8]> {
        if self.peek()? == b'"' { self.plain_string() } else { self.integer() }
    }
}
