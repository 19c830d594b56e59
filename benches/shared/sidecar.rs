//! A LLaVA file and the entities that another tool found in it: 41 tokens, 8 objects and so 28 pairs an instance, Zipf-distributed,
//! the same every time. And, from nothing but these rows, the sampler of the ADR paper as it is published: counts, a probability
//! dictionary, and a loop with one stream of random numbers.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

/// Entities an instance.
pub const TOKENS: usize = 41;
pub const OBJECTS: usize = 8;
/// The size at which there are so many different ones; smaller sets have fewer, in proportion.
const INSTANCES: f64 = 665_298.0;
const TOKEN_VOCABULARY: f64 = 6_000.0;
const OBJECT_VOCABULARY: f64 = 3_000.0;
/// Objects come in scenes, so that pairs repeat as they do in pictures.
const SCENES: f64 = 30.0;
const SCENE: f64 = 30.0;
/// The share of objects that belong to no scene.
const STRAY: f64 = 0.002;

/// A stream of random numbers (splitmix64).
pub struct Stream(pub u64);

impl Stream {
    /// The next number, in [0, 1).
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A rank below `entities` under the 1/rank law: V^u.
    fn zipf(&mut self, entities: f64) -> u32 {
        (entities.powf(self.next().powf(1.2)) as u32).min(entities as u32) - 1
    }
}

/// What one instance holds, distinct.
pub struct Row {
    pub tokens: Vec<u32>,
    pub objects: Vec<u32>,
}

/// The rows of a set of so many instances.
pub fn rows(instances: usize) -> Vec<Row> {
    let mut stream = Stream(20_250_611);
    let part = instances as f64 / INSTANCES;
    let [vocabulary, things] =
        [TOKEN_VOCABULARY, OBJECT_VOCABULARY].map(|whole| (whole * part).floor().max(whole / 10.0));
    let row = |_| {
        let tokens = distinct(TOKENS, || stream.zipf(vocabulary));
        let scene = (SCENES.powf(stream.next()) * 7.0) as u32;
        let objects = distinct(OBJECTS, || {
            if stream.next() >= STRAY {
                (stream.zipf(SCENE) * 31 + scene * 13) % things as u32
            } else {
                stream.zipf(things)
            }
        });
        Row { tokens, objects }
    };
    (0..instances).map(row).collect()
}

fn distinct(many: usize, mut draw: impl FnMut() -> u32) -> Vec<u32> {
    let mut held = Vec::with_capacity(many);
    while held.len() < many {
        let entity = draw();
        if !held.contains(&entity) {
            held.push(entity);
        }
    }
    held
}

/// Writes `data.json` and `entities.jsonl` into a folder; the path of the first.
pub fn write(folder: &Path, rows: &[Row]) -> std::io::Result<PathBuf> {
    let path = folder.join("data.json");
    let mut data = BufWriter::new(std::fs::File::create(&path)?);
    let mut entities = BufWriter::new(std::fs::File::create(folder.join("entities.jsonl"))?);
    for (number, row) in rows.iter().enumerate() {
        let comma = if number == 0 { "[" } else { ",\n" };
        write!(
            data,
            r#"{comma}{{"id":"{number}","image":"{number}.jpg","conversations":[{{"from":"human","value":"<image>"}},{{"from":"gpt","value":"-"}}]}}"#
        )?;
        let listed = |kind: &str, held: &[u32]| {
            held.iter().map(|entity| format!("\"{kind}{entity}\"")).collect::<Vec<_>>().join(",")
        };
        let (tokens, objects) = (listed("t", &row.tokens), listed("o", &row.objects));
        writeln!(entities, r#"{{"id":"{number}","tokens":[{tokens}],"objects":[{objects}]}}"#)?;
    }
    data.write_all(b"]")?;
    data.flush()?;
    entities.flush()?;
    Ok(path)
}

/// The recipe: three perspectives of which two must vote, and a threshold for each.
pub fn recipe(folder: &Path, [token, object, pair]: [u32; 3]) -> String {
    let entities = folder.join("entities.jsonl");
    format!(
        "[dataset]\nentities = '{}'\n[entities]\nperspectives = [\"token\", \"object\", \"co_occurrence\"]\n\
         [threshold]\ntoken = {{ count = {token} }}\nobject = {{ count = {object} }}\nco_occurrence = {{ count = {pair} }}\n\
         [rebalance]\npolicy = \"adr\"\npass_count = 2\n",
        entities.display()
    )
}

/// The published sampler, `compose_alpha` with `pass_num` 1 and α 1.
pub struct Sampler<'a> {
    rows: &'a [Row],
    probabilities: [FxHashMap<u64, f64>; 3],
}

/// The kinds of entities of a row, as numbers.
fn kinds(row: &Row) -> [Vec<u64>; 3] {
    let plain = |held: &[u32]| held.iter().map(|&entity| u64::from(entity)).collect();
    let mut pairs = Vec::with_capacity(OBJECTS * (OBJECTS - 1) / 2);
    for (place, &a) in row.objects.iter().enumerate() {
        pairs.extend(row.objects[..place].iter().map(|&b| (u64::from(a.max(b)) << 32) | u64::from(a.min(b))));
    }
    [plain(&row.tokens), plain(&row.objects), pairs]
}

impl<'a> Sampler<'a> {
    /// Counts the entities and writes the dictionaries out, p = τ/n.
    pub fn new(rows: &'a [Row], thresholds: [u32; 3]) -> Self {
        let mut counts: [FxHashMap<u64, u32>; 3] = Default::default();
        for row in rows {
            for (counts, held) in counts.iter_mut().zip(kinds(row)) {
                for entity in held {
                    *counts.entry(entity).or_default() += 1;
                }
            }
        }
        let mut probabilities: [FxHashMap<u64, f64>; 3] = Default::default();
        for ((probabilities, counts), threshold) in probabilities.iter_mut().zip(counts).zip(thresholds) {
            let of = |(entity, count): (u64, u32)| (entity, f64::from(threshold) / f64::from(count));
            *probabilities = counts.into_iter().map(of).collect();
        }
        Self { rows, probabilities }
    }

    /// How many entities of each kind there are.
    pub fn entities(&self) -> [usize; 3] {
        [0, 1, 2].map(|kind| self.probabilities[kind].len())
    }

    /// How many instances one run keeps.
    pub fn run(&self, seed: u64) -> usize {
        self.kept(seed).into_iter().filter(|&kept| kept).count()
    }

    /// Which instances one run keeps.
    pub fn kept(&self, seed: u64) -> Vec<bool> {
        let mut stream = Stream(seed);
        let one = |row: &Row| {
            let mut passed = 0;
            for (probabilities, held) in self.probabilities.iter().zip(kinds(row)) {
                passed += usize::from(held.iter().any(|entity| stream.next() < probabilities[entity]));
            }
            passed > 1 && stream.next() < 1.0
        };
        self.rows.iter().map(one).collect()
    }
}

/// Mean and standard deviation of a sample.
pub fn mean_and_sd(values: &[usize]) -> (f64, f64) {
    let many = values.len() as f64;
    let mean = values.iter().sum::<usize>() as f64 / many;
    let squares: f64 = values.iter().map(|&value| (value as f64 - mean).powi(2)).sum();
    (mean, (squares / (many - 1.0)).sqrt())
}
