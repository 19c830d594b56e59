//! Repeat factors are those of LVIS on the image counts of LVIS v1.

use fantail::column::{Csr, StringTable};
use fantail::entity::{Extracted, Origin};
use fantail::policy;

use super::*;

const IMAGES: usize = 100_170;

/// Number of training images of each category.
fn counts() -> Vec<usize> {
    let text = include_str!("../data/lvis_v1_counts.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').unwrap().1.parse().unwrap()).collect()
}

/// As many images as LVIS v1 has, with every category in as many of them as there; which ones is ours.
fn lvis() -> Index {
    let mut names = StringTable::default();
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); IMAGES];
    for (category, count) in counts().into_iter().enumerate() {
        names.push(&format!("category {category}"));
        (0..count).for_each(|number| holders[(category * 7919 + number) % IMAGES].push(category as u32));
    }
    let mut by_instance = Csr::default();
    for row in &holders {
        by_instance.push(row.iter().copied());
    }
    let object = Extracted {
        perspective: Perspective::Object,
        origin: Origin::Annotation,
        names,
        pairs: Vec::new(),
        by_instance,
    };
    let id_hashes = (0..IMAGES as u64).map(|id| id.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    let (perspectives, wanted) = (vec![object], vec![Perspective::Object]);
    index::build(Extraction { perspectives, wanted, id_hashes, ..Extraction::default() }, &Unobserved).unwrap()
}

#[test]
fn repeat_factors_are_those_of_lvis() {
    let table = counts();
    let group = |low, high| table.iter().filter(|&&count| count >= low && count <= high).count();
    assert_eq!((group(1, 10), group(11, 100), group(101, usize::MAX)), (337, 461, 405));
    let index = lvis();
    let recipe = with_policy(PolicyName::RepeatFactor);
    let rule = policy::rule(&index, &recipe).unwrap();
    let entry = &index.perspectives[0];
    let factors = rule.dictionaries[0].on(&entry.counts);
    // max(1, sqrt(t / f)), f the share of images with the category, t = 0.001 (Gupta 2019, section 4).
    let of = |count: u32| (0.001 / (f64::from(count) / IMAGES as f64)).sqrt().max(1.0);
    for (rank, &count) in entry.counts.iter().enumerate() {
        assert!((factors.value(rank as u32) - of(count)).abs() < 1e-12, "{count} images");
    }
    // By hand: sqrt(100.17 / n).
    for (count, factor) in [(1, 10.008_496), (4, 5.004_248), (10, 3.164_964), (64, 1.251_062), (101, 1.0), (1_943, 1.0)]
    {
        assert!((of(count) - factor).abs() < 1e-6, "{count}");
    }
    // An image is repeated as its rarest category asks; stochastic rounding keeps the mean.
    let (preview, exact) = exact(&index, &recipe);
    let mut total = 0.0;
    for (image, &repeat) in exact.expected().iter().enumerate() {
        let wanted =
            entry.by_instance.row(image).iter().map(|&rank| of(entry.counts[rank as usize])).fold(1.0, f64::max);
        assert!((f64::from(repeat) - wanted).abs() < 1e-5, "image {image}");
        total += wanted;
    }
    assert!((preview.instances.after - total).abs() < 0.1);
    assert_eq!(preview.instances.kept as usize, IMAGES);
    let written = plan(&index, &recipe).tally().after as f64;
    assert!((written - total).abs() < 5.0 * (IMAGES as f64 * 0.25).sqrt(), "{written} of {total}");
}
