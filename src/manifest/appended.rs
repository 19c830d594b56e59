//! The instances that are made for the tail, as a manifest writes them: after all real ones, in the order of the plan.
//!
//! Of several shards the last one writes them, since every shard plans the whole and knows all of them; in formats that keep the
//! files of the dataset apart, whoever writes the end of a file writes those whose seed it holds.
//!
//! Invariant: a copy holds the bytes of its seed; where the format can tell, it is marked and has an id of its own.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::native::{absolute, relative};
use super::{Contents, Part};
use crate::plan::{Make, Seed, made_id};
use crate::recipe::SynthesisName;
use crate::source::{Dataset, Instance};

/// The member by which a JSON record says that it was made, and of what.
const MARK: &str = "synthetic";

/// An instance that was made, and its seed.
#[derive(Clone, Copy)]
pub(super) struct Appended<'a> {
    pub(super) seed: &'a Seed,
    pub(super) make: &'a Make,
}

/// All that a plan makes, in the order in which it is written.
pub(super) fn all<'a>(contents: &Contents<'a>) -> Vec<Appended<'a>> {
    let seeds = contents.plan.synthesis().seeds.iter();
    seeds.flat_map(|seed| seed.makes.iter().map(move |make| Appended { seed, make })).collect()
}

/// What a part writes behind its instances: everything, or nothing.
pub(super) fn of<'a>(part: &Part<'a>) -> Vec<Appended<'a>> {
    if part.contents.shard.is_last() { all(part.contents) } else { Vec::new() }
}

/// What a part writes at the end of a file of the dataset, of which it writes the instances of a range.
pub(super) fn of_file<'a>(part: &Part<'a>, (file, instances): (usize, &Range<usize>)) -> Vec<Appended<'a>> {
    let dataset = part.contents.dataset;
    let inside = |number: usize| dataset.slot(number).is_some_and(|(other, _)| other == file);
    if instances.end < dataset.len() && inside(instances.end) {
        return Vec::new();
    }
    all(part.contents).into_iter().filter(|item| inside(item.instance())).collect()
}

impl Appended<'_> {
    /// The number of its seed.
    pub(super) const fn instance(&self) -> usize {
        self.seed.instance as usize
    }

    /// Its id.
    pub(super) fn id(&self, seed_id: &str) -> String {
        made_id(seed_id, self.seed.policy, self.make.number)
    }

    /// What it is called by in tables: the policy and the entity that it is for.
    pub(super) fn reason(&self, contents: &Contents<'_>) -> String {
        let entry = contents.index.perspective(self.seed.perspective);
        let name = entry.map_or_else(String::new, |entry| entry.names.get(self.seed.rank as usize).into_owned());
        format!("{}: {} {name}", self.seed.policy, self.seed.perspective.key())
    }

    /// The way to its own picture from a folder; `None` for a copy, whose picture is its seed's.
    pub(super) fn picture_from(&self, folder: &Path) -> Option<PathBuf> {
        Some(relative(&absolute(folder), &absolute(self.make.picture.as_deref()?)))
    }

    /// Its id and the way to its own picture from the dataset's image root, or from a folder where there is none; `None` for a copy.
    pub(super) fn own(&self, dataset: &Dataset, folder: &Path) -> Option<(String, String)> {
        let path = self.picture_from(dataset.image_root().map_or(folder, |(root, _)| root))?;
        let mut instance = Instance::default();
        dataset.read_head(self.instance(), &mut instance);
        Some((self.id(&instance.id), path.to_string_lossy().into_owned()))
    }

    /// Its record where records are JSON: that of its seed with an id and, where it has one, a picture of its own, and marked. Where
    /// the dataset has no image root, as the demo, the way to the picture begins at the manifest's folder.
    pub(super) fn record(&self, dataset: &Dataset, folder: &Path) -> Option<Vec<u8>> {
        let raw = dataset.raw(self.instance())?;
        let mut instance = Instance::default();
        dataset.read(self.instance(), &mut instance);
        let member = |wanted: &str| {
            let found = dataset.mapping().iter().find(|(role, _)| role == wanted);
            found.map(|(_, member)| member.as_str())
        };
        let mut changes = vec![(member("id"), self.id(&instance.id))];
        if let Some(path) = self.picture_from(dataset.image_root().map_or(folder, |(root, _)| root)) {
            changes.push((member("image"), path.to_string_lossy().into_owned()));
        }
        let changes: Vec<(&str, String)> =
            changes.into_iter().filter_map(|(member, value)| Some((member?, value))).collect();
        changed(raw, &changes, &self.mark(&instance.id))
    }

    fn mark(&self, seed_id: &str) -> String {
        let mut mark = serde_json::Map::new();
        mark.insert("policy".into(), self.seed.policy.key().into());
        mark.insert("seed_id".into(), seed_id.into());
        if let Some(guidance) = self.make.guidance {
            mark.insert("guidance".into(), guidance.into());
        }
        if let Some(stage) = self.make.stage {
            mark.insert("stage".into(), stage.into());
        }
        serde_json::Value::Object(mark).to_string()
    }

    /// True when it is a copy of its seed.
    pub(super) fn is_copy(&self) -> bool {
        self.seed.policy == SynthesisName::Repeat
    }
}

/// The members of an object in order, with the text of each value.
fn members(record: &str) -> Option<Vec<(String, &str)>> {
    struct Reader;
    impl<'de> Visitor<'de> for Reader {
        type Value = Vec<(String, &'de str)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                found.push((key, value.get()));
            }
            Ok(found)
        }
    }
    serde_json::Deserializer::from_str(record).deserialize_map(Reader).ok()
}

/// A record with other texts in some members, and a mark behind the last; everything else stays byte for byte.
fn changed(record: &[u8], changes: &[(&str, String)], mark: &str) -> Option<Vec<u8>> {
    let record = std::str::from_utf8(record).ok()?;
    let found = members(record)?;
    let place = |value: &str| value.as_ptr() as usize - record.as_ptr() as usize;
    let mut written = String::with_capacity(record.len() + mark.len() + 64);
    let mut at = 0;
    for (name, value) in &found {
        let Some((_, text)) = changes.iter().find(|(member, _)| member == name) else { continue };
        let quoted = serde_json::Value::from(text.as_str()).to_string();
        // The first of several pictures is the one that was made anew.
        let listed = value.starts_with('[');
        written.push_str(&record[at..place(value)]);
        if listed {
            written.extend(["[", &quoted, "]"]);
        } else {
            written.push_str(&quoted);
        }
        at = place(value) + value.len();
    }
    let end = match found.last() {
        Some((_, value)) => place(value) + value.len(),
        None => record.find('{')? + 1,
    };
    written.push_str(record.get(at..end)?);
    let comma = if found.is_empty() { "" } else { ", " };
    written.extend([comma, "\"", MARK, "\": ", mark]);
    written.push_str(&record[end..]);
    Some(written.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(record: &str, changes: &[(&str, &str)]) -> String {
        let changes: Vec<(&str, String)> = changes.iter().map(|&(member, text)| (member, text.to_owned())).collect();
        String::from_utf8(changed(record.as_bytes(), &changes, "{\"policy\":\"repeat\"}").unwrap()).unwrap()
    }

    #[test]
    fn what_is_not_changed_stays_byte_for_byte() {
        assert_eq!(
            text("{ \"id\" : 7,\n \"x\":[1.50, {\"id\": 2}] }", &[("id", "7~repeat-1")]),
            "{ \"id\" : \"7~repeat-1\",\n \"x\":[1.50, {\"id\": 2}], \"synthetic\": {\"policy\":\"repeat\"} }"
        );
        assert_eq!(text("{}", &[]), "{\"synthetic\": {\"policy\":\"repeat\"}}");
        assert_eq!(
            text("{\"image\": [\"a.jpg\", \"b.jpg\"], \"i\\u0064\": \"a\"}", &[("id", "q\"t"), ("image", "n.png")]),
            "{\"image\": [\"n.png\"], \"i\\u0064\": \"q\\\"t\", \"synthetic\": {\"policy\":\"repeat\"}}"
        );
    }
}
