//! What the worker made: the lines of a job's `synthesized.jsonl`, held against what was ordered.
//!
//! Invariant: a picture is taken in once, when it was ordered, passes the filters, and lies below the job's folder; whatever is
//! wrong with a line is told with its number and loses that line alone.

use std::fs;
use std::path::{Component, Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{ManifestError, Pending};
use crate::plan::{Account, Order, OrderPicture, OrderSeed, Picture, Synthesized, Verdict};

/// The name of the order in a job's folder.
pub const ORDER: &str = "order.json";
/// The name of what was made, in a job's folder.
pub const SYNTHESIZED: &str = "synthesized.jsonl";
/// The name of the outlier scores in a job's folder: lines of `{"id", "score"}`.
pub const OUTLIERS: &str = "outliers.jsonl";

/// What came back of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The pictures that can be used.
    pub pictures: Vec<Picture>,
    /// What is to be told of them, and of those that cannot be.
    pub account: Account,
    /// What was ordered and did not come.
    pub missing: u64,
    /// Lines that cannot be used: number from 1, and why.
    pub faults: Vec<(usize, String)>,
    /// Whether a line names what made it: then it can be made again.
    pub ours: bool,
}

/// Writes an order into a job's folder. What was delivered for another order that stood there is removed: it is another's.
///
/// # Errors
/// [`ManifestError::Unwritable`].
pub fn write_order(folder: &Path, order: &Order) -> Result<PathBuf, ManifestError> {
    let path = folder.join(ORDER);
    fs::create_dir_all(folder).map_err(|cause| ManifestError::Unwritable { path: path.clone(), cause })?;
    let mut text = serde_json::to_vec_pretty(order).unwrap_or_default();
    text.push(b'\n');
    match fs::read(&path) {
        Ok(before) if before == text => return Ok(path),
        Ok(_) => remove(&folder.join(SYNTHESIZED))?,
        Err(_) => {}
    }
    let mut file = Pending::beside(&path)?;
    file.write(&text)?;
    file.synced()?.publish(true)?;
    Ok(path)
}

fn remove(path: &Path) -> Result<(), ManifestError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(ManifestError::Unwritable { path: path.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

/// Writes what was made of an order.
///
/// # Errors
/// [`ManifestError::Unwritable`].
pub fn write(folder: &Path, records: &[Synthesized]) -> Result<(), ManifestError> {
    let mut file = Pending::beside(&folder.join(SYNTHESIZED))?;
    for record in records {
        let mut line = serde_json::to_vec(record).unwrap_or_default();
        line.push(b'\n');
        file.write(&line)?;
    }
    file.synced()?.publish(true)
}

/// Reads what came back of an order; nothing when there is no file yet.
#[must_use]
pub fn read(folder: &Path, order: &Order) -> Delivery {
    let text = fs::read(folder.join(SYNTHESIZED)).unwrap_or_default();
    let mut delivery = Delivery::default();
    let mut books = Books::of(order);
    for (number, line) in (1_usize..).zip(text.split(|&byte| byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match books.enter(folder, line) {
            Ok((record, seed)) => delivery.take(folder, record, seed),
            Err(fault) => delivery.faults.push((number, fault)),
        }
    }
    let unusable: Vec<&str> = books.unusable.difference(&books.met).copied().collect();
    for (seed, _) in unusable.iter().filter_map(|id| books.asked.get(id)) {
        delivery.account.lose(&seed.entity, Verdict::Unusable);
    }
    delivery.ours = books.ours;
    delivery.missing = (books.asked.len() - books.met.len() - unusable.len()) as u64;
    delivery.pictures.sort_by_key(|picture| (picture.seed, picture.number));
    delivery
}

impl Delivery {
    /// True when there is nothing left to make: what a worker of ours delivered and lies there no more is made again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing == 0 && (self.faults.is_empty() || !self.ours)
    }

    fn take(&mut self, folder: &Path, mut record: Synthesized, seed: &OrderSeed) {
        self.account.makers.extend(record.maker.take());
        if record.verdict != Verdict::Kept {
            self.account.lose(&seed.entity, record.verdict);
            return;
        }
        let place = seed.pictures.iter().position(|picture| picture.id == record.id).unwrap_or(0);
        let path = folder.join(record.path);
        self.pictures.push(Picture { seed: seed.instance, number: place as u32 + 1, path });
    }
}

/// What was asked for, and what of it a line was met for.
struct Books<'a> {
    asked: FxHashMap<&'a str, (&'a OrderSeed, &'a OrderPicture)>,
    met: FxHashSet<&'a str>,
    unusable: FxHashSet<&'a str>,
    ours: bool,
}

impl<'a> Books<'a> {
    fn of(order: &'a Order) -> Self {
        let pictures = order.seeds.iter().flat_map(|seed| seed.pictures.iter().map(move |picture| (seed, picture)));
        let asked = pictures.map(|(seed, picture)| (picture.id.as_str(), (seed, picture))).collect();
        Self { asked, met: FxHashSet::default(), unusable: FxHashSet::default(), ours: false }
    }

    /// A line, and the seed that it belongs to; or what is wrong with it.
    fn enter(&mut self, folder: &Path, line: &[u8]) -> Result<(Synthesized, &'a OrderSeed), String> {
        let record = serde_json::from_slice::<Synthesized>(line).map_err(|cause| cause.to_string())?;
        self.ours |= record.maker.is_some();
        let ordered = self.asked.get_key_value(record.id.as_str());
        let (&id, &(seed, picture)) = ordered.ok_or_else(|| format!("'{}' was not ordered", record.id))?;
        if let Err(fault) = check(folder, &record, (seed, picture)) {
            self.unusable.insert(id);
            return Err(fault);
        }
        if self.met.insert(id) { Ok((record, seed)) } else { Err(format!("'{id}' stands twice")) }
    }
}

/// What is wrong with a line.
fn check(folder: &Path, record: &Synthesized, (seed, picture): (&OrderSeed, &OrderPicture)) -> Result<(), String> {
    let same = record.seed_id == seed.id
        && record.entity == seed.entity
        && record.stage == picture.stage
        && (record.guidance - picture.guidance).abs() < 1e-9;
    if !same {
        return Err(format!("'{}' is not what was ordered under this id", record.id));
    }
    if record.verdict != Verdict::Kept {
        return Ok(());
    }
    let path = &record.path;
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!("'{}' leads outside the job's folder", path.display()));
    }
    let real =
        folder.join(path).canonicalize().map_err(|cause| format!("'{}' cannot be read ({cause})", path.display()))?;
    let inside = folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
    match (inside, real.is_file()) {
        (true, true) => Ok(()),
        (false, _) => Err(format!("'{}' leads outside the job's folder", path.display())),
        (true, false) => Err(format!("'{}' is not a file", path.display())),
    }
}

/// Outlier scores by the hash of the instance's id; none when there is no file. Lines that cannot be read say nothing.
#[must_use]
pub fn outliers(folder: &Path) -> FxHashMap<u64, f64> {
    #[derive(serde::Deserialize)]
    struct Score {
        id: String,
        score: f64,
    }
    let text = fs::read(folder.join(OUTLIERS)).unwrap_or_default();
    let scores = text.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice::<Score>(line).ok());
    scores.map(|score| (crate::index::name_hash(&score.id), score.score)).collect()
}
