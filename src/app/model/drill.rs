//! The instances that hold one entity: their list, and the one that is shown with text and picture.
//!
//! Invariant: spans are byte ranges on character borders of their turn's text, ascending and apart.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::entity::Perspective;
use crate::source::Speaker;

/// The opened instances of an entity.
#[derive(Debug)]
pub struct Drill {
    /// The entity's perspective.
    pub perspective: Perspective,
    /// The entity's rank.
    pub rank: usize,
    /// The entity's name.
    pub entity: String,
    /// The numbers of the instances that hold it, ascending.
    pub instances: Arc<[u32]>,
    /// The selected position in `instances`.
    pub cursor: usize,
    /// The first visible position of the list.
    pub offset: usize,
    /// The selected instance's record.
    pub text: Shown<InstanceView>,
    /// How many lines its text is scrolled down.
    pub scroll: usize,
    /// Where a long text is broken into lines, for the width that was asked for last.
    pub lines: LongText,
    /// What is known of the names of instances near the visible ones.
    pub ids: Ids,
    /// Which of its pictures is shown.
    pub image: usize,
    /// The picture.
    pub picture: Shown<Picture>,
}

impl Drill {
    /// The number of the selected instance in the dataset.
    #[must_use]
    pub fn instance(&self) -> Option<usize> {
        self.instances.get(self.cursor).map(|&number| number as usize)
    }
}

/// The lines of a text that is too long to be broken anew for each frame.
#[derive(Debug, Default)]
pub struct LongText {
    /// The lines, once they are here; for an earlier width while they are made for a new one.
    pub ready: Option<Arc<TextLines>>,
    /// The width that was asked for last.
    pub asked: Option<u16>,
}

/// Where the text of an instance is broken into lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLines {
    /// The lines, in order: the turn, and the bytes of it with its speaker's name before it.
    pub lines: Vec<(u32, Range<u32>)>,
}

/// Names of instances, read in the background for the lines of the list that are in sight.
#[derive(Debug, Default)]
pub struct Ids {
    /// By number: the name, or `None` for a record that has none of its own.
    pub known: BTreeMap<u32, Option<String>>,
    /// The positions in the list that were asked for last.
    pub asked: Range<usize>,
}

/// Something that is fetched in the background.
#[derive(Clone, Debug, Default)]
pub enum Shown<T> {
    /// There is none to fetch.
    #[default]
    Absent,
    /// It is on its way.
    Pending,
    /// Here it is.
    Ready(Arc<T>),
    /// It could not be had; the reason.
    Failed(String),
}

impl<T> Shown<T> {
    /// The value to keep, once it is here.
    #[must_use]
    pub fn shared(&self) -> Option<Arc<T>> {
        if let Self::Ready(value) = self { Some(Arc::clone(value)) } else { None }
    }

    /// The value, once it is here.
    #[must_use]
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Absent | Self::Pending | Self::Failed(_) => None,
        }
    }
}

/// A record as the screen shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceView {
    /// The record's number in the dataset.
    pub number: usize,
    /// Its name.
    pub id: String,
    /// Its class labels.
    pub labels: Vec<String>,
    /// Its turns.
    pub turns: Vec<TurnView>,
    /// Its pictures' paths, or "embedded".
    pub images: Vec<String>,
    /// True when the text was too long and was cut.
    pub cut: bool,
}

impl InstanceView {
    /// More text than this, in bytes, is too long to be broken into lines for each frame.
    const LONG: usize = 32 << 10;

    /// True when its lines are to be made once and kept.
    #[must_use]
    pub fn is_long(&self) -> bool {
        let mut bytes = 0;
        self.turns.iter().any(|turn| {
            // A turn costs something of its own.
            bytes += turn.text.len() + 16;
            bytes > Self::LONG
        })
    }
}

/// A turn as the screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnView {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
    /// Where the opened entity stands in it: byte ranges.
    pub spans: Vec<Range<usize>>,
}

/// A decoded picture, already reduced to what a terminal can show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Width of `rgba` in pixels.
    pub width: u32,
    /// Height of `rgba` in pixels.
    pub height: u32,
    /// Red, green, blue, alpha of each pixel, row by row.
    pub rgba: Vec<u8>,
    /// The picture's own width and height.
    pub original: (u32, u32),
}
