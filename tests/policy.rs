//! Policies, plans and previews keep their promises: published figures, agreement of draws and closed form, nestedness, strict recipes.
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp, missing_docs)]

use std::path::Path;

use fantail::entity::{Extraction, Perspective};
use fantail::index::{self, Index};
use fantail::plan::{self, Decision, Key, Plan, Purpose};
use fantail::policy::{self, Parameter};
use fantail::preview::{Exact, Preview, Sketch};
use fantail::progress::Unobserved;
use fantail::recipe::{Line, NoEntity, Override, OverrideAction, PolicyName, Recipe, ThresholdChoice, Vote};
use proptest::prelude::*;

const TOKENS: [&[&str]; 6] =
    [&["cat", "sofa"], &["cat", "rug"], &["cat", "sofa", "lamp"], &["cat"], &["cat", "axolotl"], &["sofa", "cat"]];
const OBJECTS: [&[&str]; 6] =
    [&["cat", "sofa"], &["cat"], &["cat", "lamp"], &["cat"], &["cat", "axolotl"], &["sofa", "cat"]];
const QUESTIONS: [&[&str]; 6] =
    [&["what color"], &["what color"], &["what color", "where"], &["what color"], &["how many"], &["describe"]];

/// The six instances of the published arithmetic: tokens, objects, pairs of objects, ways of asking.
fn six() -> Index {
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence, Perspective::Interrogation];
    let lists = [
        (Perspective::Token, TOKENS.as_slice()),
        (Perspective::Object, OBJECTS.as_slice()),
        (Perspective::Interrogation, QUESTIONS.as_slice()),
    ];
    index::build(Extraction::of_lists(&wanted, &lists), &Unobserved).unwrap()
}

fn labels(counts: &[(&'static str, usize)]) -> Index {
    let names: Vec<[&str; 1]> = counts.iter().flat_map(|&(name, count)| vec![[name]; count]).collect();
    let rows: Vec<&[&str]> = names.iter().map(<[&str; 1]>::as_slice).collect();
    index::build(Extraction::of_lists(&[Perspective::Label], &[(Perspective::Label, rows.as_slice())]), &Unobserved)
        .unwrap()
}

fn recipe(policy: PolicyName) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = policy;
    recipe
}

fn adr(pass_count: u32) -> Recipe {
    let mut recipe = recipe(PolicyName::Adr);
    recipe.rebalance.pass_count = pass_count;
    recipe
}

fn exact(index: &Index, recipe: &Recipe) -> (Preview, Vec<f32>) {
    let mut exact = Exact::new(index);
    let preview = exact.preview(index, recipe, &Unobserved).unwrap();
    (preview, exact.expected().to_vec())
}

fn plan(index: &Index, recipe: &Recipe) -> Plan {
    Plan::new(index, recipe, &Unobserved).unwrap()
}

fn kept(index: &Index, recipe: &Recipe) -> Vec<bool> {
    plan(index, recipe).repeats().iter().map(|&repeat| repeat > 0).collect()
}

#[test]
fn adr_gives_the_published_probabilities() {
    let table: [(u32, [f64; 6], f64); 3] = [
        (1, [0.9132, 1.0, 1.0, 0.4792, 1.0, 1.0], 5.3924),
        (2, [0.6065, 0.3750, 1.0, 0.0972, 1.0, 0.8843], 3.9630),
        (3, [0.2257, 0.0417, 1.0, 0.0069, 1.0, 0.5139], 2.7882),
    ];
    let index = six();
    for entry in &index.perspectives {
        assert_eq!(Recipe::default().split(entry).threshold, 1, "{}", entry.perspective);
    }
    for (pass_count, probabilities, sum) in table {
        let (preview, expected) = exact(&index, &adr(pass_count));
        for (instance, (&found, wanted)) in expected.iter().zip(probabilities).enumerate() {
            assert!((f64::from(found) - wanted).abs() < 5.1e-5, "pass {pass_count}, {instance}: {found} {wanted}");
        }
        assert!((preview.instances.kept - sum).abs() < 5.1e-5, "pass {pass_count}: {}", preview.instances.kept);
    }
}

/// The paper's sampler, written from its description: a stream of draws, perspective by perspective, entity by entity.
fn sampler(index: &Index, recipe: &Recipe, stream: &mut impl FnMut() -> f64) -> Vec<bool> {
    let instance = |instance: usize, stream: &mut dyn FnMut() -> f64| {
        let mut votes = 0;
        for entry in &index.perspectives {
            let threshold = f64::from(recipe.split(entry).threshold);
            for &rank in entry.by_instance.row(instance) {
                if stream() < threshold / f64::from(entry.counts[rank as usize]) {
                    votes += 1;
                    break;
                }
            }
        }
        votes > recipe.rebalance.pass_count as usize - 1 && stream() < recipe.rebalance.alpha
    };
    (0..index.instances()).map(|number| instance(number, stream)).collect()
}

fn xorshift(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A long-tailed set of `instances` with two perspectives, the same every time.
fn long_tailed(instances: usize) -> Index {
    let names: Vec<String> = (0..60).map(|number| format!("thing {number}")).collect();
    let mut stream = xorshift(88_172_645_463_325_252);
    let mut draw = |most: usize| -> Vec<Vec<&str>> {
        let mut row = || {
            (0..=(stream() * most as f64) as usize)
                .map(|_| names[(60.0 * stream().powi(3)) as usize].as_str())
                .collect()
        };
        (0..instances).map(|_| row()).collect()
    };
    let (tokens, objects) = (draw(6), draw(3));
    let slices = |rows: &'_ [Vec<&'static str>]| -> Vec<&'static [&'static str]> {
        rows.iter().map(|row| &*row.clone().leak()).collect()
    };
    let leak = |rows: Vec<Vec<&str>>| -> Vec<Vec<&'static str>> {
        rows.iter().map(|row| row.iter().map(|name| &*(*name).to_owned().leak()).collect()).collect()
    };
    let (tokens, objects) = (slices(&leak(tokens)), slices(&leak(objects)));
    let wanted = [Perspective::Token, Perspective::Object, Perspective::CoOccurrence];
    let lists = [(Perspective::Token, tokens.as_slice()), (Perspective::Object, objects.as_slice())];
    index::build(Extraction::of_lists(&wanted, &lists), &Unobserved).unwrap()
}

/// The statistic of a chi-square test that each instance is kept as often as its probability says, and its degrees of freedom.
fn chi_square(frequency: &[f64], probability: &[f32], seeds: f64) -> (f64, f64) {
    let parts = frequency.iter().zip(probability).filter(|&(_, &p)| p > 0.02 && p < 0.98).map(|(&kept, &p)| {
        let p = f64::from(p);
        (kept - seeds * p).powi(2) / (seeds * p * (1.0 - p))
    });
    parts.fold((0.0, 0.0), |(sum, freedom), part| (sum + part, freedom + 1.0))
}

/// The 0.999 quantile of chi-square (Wilson and Hilferty 1931).
fn chi_square_limit(freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    freedom * (1.0 - spread + 3.090_232 * spread.sqrt()).powi(3)
}

#[test]
fn plans_and_the_papers_sampler_both_agree_with_the_closed_form() {
    const SEEDS: u64 = 200;
    let index = long_tailed(400);
    for (pass_count, alpha, vote) in
        [(1, 1.0, Vote::Any), (2, 0.7, Vote::Any), (2, 1.0, Vote::LengthNormalised), (3, 0.9, Vote::Mean)]
    {
        let mut recipe = adr(pass_count);
        (recipe.rebalance.alpha, recipe.rebalance.vote) = (alpha, vote);
        let (_, probability) = exact(&index, &recipe);
        let (mut planned, mut sampled) = (vec![0.0; index.instances()], vec![0.0; index.instances()]);
        let mut stream = xorshift(0x2545_f491_4f6c_dd1d);
        for seed in 0..SEEDS {
            recipe.seed = seed;
            let count = |into: &mut Vec<f64>, kept: Vec<bool>| {
                into.iter_mut().zip(kept).for_each(|(count, kept)| *count += f64::from(u8::from(kept)));
            };
            count(&mut planned, kept(&index, &recipe));
            count(&mut sampled, sampler(&index, &recipe, &mut stream));
        }
        let (statistic, freedom) = chi_square(&planned, &probability, SEEDS as f64);
        assert!(freedom > 100.0, "too few instances are in doubt: {freedom}");
        assert!(statistic < chi_square_limit(freedom), "plan: {statistic} of {freedom} at {pass_count} {vote:?}");
        if vote == Vote::Any {
            let (statistic, freedom) = chi_square(&sampled, &probability, SEEDS as f64);
            assert!(statistic < chi_square_limit(freedom), "sampler: {statistic} of {freedom} at {pass_count}");
        }
    }
}

#[test]
fn draws_are_the_same_for_ever() {
    // Computed by another program from the documented mix: a plan made today must be made the same by every later version.
    let vote = Key::new(42, 7, Purpose::Vote).of(Perspective::Token).with(9);
    assert_eq!(
        (vote.unit(), Key::new(42, 7, Purpose::Alpha).unit()),
        (0.524_639_850_378_485_2, 0.064_435_145_339_827_86)
    );
}

#[test]
fn explanations_agree_with_the_plan() {
    let index = long_tailed(300);
    for policy in PolicyName::ALL.into_iter().filter(|&policy| policy != PolicyName::Subclass) {
        let mut recipe = recipe(policy);
        (recipe.rebalance.alpha, recipe.rebalance.cap, recipe.rebalance.repeat_threshold) = (0.8, 20, 0.2);
        let plan = plan(&index, &recipe);
        let (_, expected) = exact(&index, &recipe);
        for (instance, &mean) in expected.iter().enumerate() {
            let told = plan::explain(&index, &recipe, instance).unwrap().unwrap();
            assert_eq!(told.repeat, plan.repeat(instance), "{policy} {instance}");
            assert_eq!(told.decision == Decision::Keep, plan.repeat(instance) > 0);
            assert!((told.weight - f64::from(mean)).abs() < 1e-5, "{policy} {instance}: {told:?}");
            if policy == PolicyName::Adr {
                let votes = told.votes.iter().filter(|vote| vote.passed).count();
                let alpha = told.alpha_draw.unwrap() < 0.8;
                assert_eq!(plan.repeat(instance) > 0, votes >= 1 && alpha, "{told:?}");
                for vote in told.votes.iter().filter(|vote| vote.draw.is_some()) {
                    assert_eq!(vote.passed, vote.draw.unwrap() < vote.probability, "{vote:?}");
                }
            }
        }
        assert!(plan::explain(&index, &recipe, index.instances()).unwrap().is_none());
    }
}

#[test]
fn expected_counts_are_the_sums_over_holders() {
    let index = long_tailed(500);
    let mut recipe = adr(2);
    recipe.rebalance.alpha = 0.6;
    let (preview, expected) = exact(&index, &recipe);
    for entry in &index.perspectives {
        let outcome = preview.outcome(entry.perspective).unwrap();
        let (mut counts, mut missed) = (vec![0.0; entry.entities()], vec![1.0; entry.entities()]);
        for (instance, &keep) in expected.iter().enumerate() {
            for &rank in entry.by_instance.row(instance) {
                counts[rank as usize] += f64::from(keep);
                missed[rank as usize] *= 1.0 - f64::from(keep);
            }
        }
        for (rank, &count) in counts.iter().enumerate() {
            assert!((count - f64::from(outcome.counts[rank])).abs() < 1e-3, "{} {rank}", entry.perspective);
        }
        let lost: f64 = missed.iter().sum();
        assert!((lost - outcome.after.entities_lost).abs() < 1e-3, "{lost} {:?}", outcome.after);
        let tail = &counts[outcome.split.first_tail_rank..];
        let share = tail.iter().sum::<f64>() / counts.iter().sum::<f64>();
        assert!((share - outcome.after.tail_occurrence_share).abs() < 1e-5);
        assert!(outcome.after.js > 0.0 && outcome.after.js < std::f64::consts::LN_2);
        assert!(outcome.collateral.iter().all(|hurt| f64::from(hurt.after) < 0.8 * f64::from(hurt.before)));
        assert!(outcome.moves_most.windows(2).all(|pair| {
            let size = |entry: &fantail::preview::Move| f64::from(entry.before) - f64::from(entry.after);
            size(&pair[0]).abs() >= size(&pair[1]).abs()
        }));
    }
}

#[test]
fn a_preview_after_moves_equals_a_fresh_one() {
    let index = long_tailed(300);
    let mut moved = Exact::new(&index);
    let mut recipe = adr(1);
    for value in [1.0, 3.0, 10.0, 3.0] {
        Parameter::Threshold(Perspective::Object).set(&mut recipe, &index, value);
        recipe.rebalance.policy = if value == 10.0 { PolicyName::Uniform } else { PolicyName::Adr };
        let after = moved.preview(&index, &recipe, &Unobserved).unwrap();
        assert_eq!(after, exact(&index, &recipe).0, "at {value}");
    }
}

#[test]
fn the_sketch_of_a_small_set_is_exact_and_that_of_a_large_one_within_its_margin() {
    let small = long_tailed(300);
    let recipe = adr(2);
    let sketched = Sketch::new(&small).preview((&small, &recipe), Perspective::Token, &Unobserved).unwrap();
    let (full, _) = exact(&small, &recipe);
    assert!((sketched.instances.kept - full.instances.kept).abs() < 1e-2 && sketched.instances.margin == 0.0);
    let (rough, fine) = (sketched.outcome(Perspective::Token).unwrap(), full.outcome(Perspective::Token).unwrap());
    assert!(rough.counts.iter().zip(&fine.counts).all(|(a, b)| (a - b).abs() < 1e-2));
    for (a, b) in [
        (rough.after.gini, fine.after.gini),
        (rough.after.evenness, fine.after.evenness),
        (rough.after.js, fine.after.js),
    ] {
        assert!((a - b).abs() < 2e-3, "{a} {b}");
    }
    let large = long_tailed(20_000);
    let sketch = Sketch::new(&large);
    for threshold in [1.0, 20.0, 300.0, 2000.0] {
        let mut recipe = adr(2);
        Parameter::Threshold(Perspective::Token).set(&mut recipe, &large, threshold);
        let sketched = sketch.preview((&large, &recipe), Perspective::Token, &Unobserved).unwrap();
        let (full, _) = exact(&large, &recipe);
        let off = (sketched.instances.kept - full.instances.kept).abs();
        assert!(off <= sketched.instances.margin + 1e-6, "τ {threshold}: {off} > {}", sketched.instances.margin);
        let gini = |preview: &Preview| preview.outcome(Perspective::Token).unwrap().after.gini;
        assert!((gini(&sketched) - gini(&full)).abs() < 0.02, "τ {threshold}");
    }
}

#[test]
fn resampling_policies_follow_their_formulas() {
    let index = labels(&[("a", 400), ("b", 80), ("c", 16), ("d", 4)]);
    let after = |recipe: &Recipe| -> Vec<f64> {
        exact(&index, recipe).0.perspectives[0].counts.iter().map(|&count| f64::from(count)).collect()
    };
    let shares = |of: &dyn Fn(f64) -> f64| -> Vec<f64> {
        let parts: Vec<f64> = [400.0, 80.0, 16.0, 4.0].map(of).to_vec();
        let sum: f64 = parts.iter().sum();
        parts.iter().map(|part| 500.0 * part / sum).collect()
    };
    let close = |found: Vec<f64>, wanted: Vec<f64>| {
        let near = found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-3 * b.max(1.0));
        assert!(near, "{found:?} {wanted:?}");
    };
    close(after(&recipe(PolicyName::None)), vec![400.0, 80.0, 16.0, 4.0]);
    close(after(&recipe(PolicyName::Random)), vec![200.0, 40.0, 8.0, 2.0]);
    close(after(&recipe(PolicyName::Uniform)), vec![125.0; 4]);
    close(after(&recipe(PolicyName::SquareRoot)), shares(&f64::sqrt));
    let mut flat = recipe(PolicyName::Temperature);
    flat.rebalance.temperature = 5.0;
    close(after(&flat), shares(&|n| n.powf(0.2)));
    let mut effective = recipe(PolicyName::EffectiveNumber);
    effective.rebalance.beta = 0.99;
    // w = 1/E with E = (1 − 0.99ⁿ)/(1 − 0.99): 98.2049, 55.2477, 14.8542, 3.9404.
    close(
        after(&effective),
        shares(&|n| {
            n * match n as u32 {
                400 => 1.0 / 98.204_9,
                80 => 1.0 / 55.247_7,
                16 => 1.0 / 14.854_2,
                _ => 1.0 / 3.940_4,
            }
        }),
    );
    let mut cap = recipe(PolicyName::Cap);
    cap.rebalance.cap = 20;
    close(after(&cap), vec![20.0, 20.0, 16.0, 4.0]);
    let mut repeat = recipe(PolicyName::RepeatFactor);
    repeat.rebalance.repeat_threshold = 0.1;
    // f = 0.8, 0.16, 0.032, 0.008; √(0.1/f) = 0.35, 0.79, 1.767767, 3.535534.
    close(after(&repeat), vec![400.0, 80.0, 16.0 * 1.767_767, 4.0 * 3.535_534]);
}

#[test]
fn repeats_are_rounded_to_their_mean() {
    let index = labels(&[("a", 2000), ("b", 500)]);
    let recipe = recipe(PolicyName::Uniform);
    let counts = plan(&index, &recipe).counts(&index);
    // 1250 each: 2000 instances at 0.625 and 500 at 2.5; four standard deviations are 87 and 45.
    assert!(counts[0][0].abs_diff(1250) < 87 && counts[0][1].abs_diff(1250) < 45, "{counts:?}");
}

#[test]
fn instances_without_entities_are_kept_or_dropped_as_asked_and_counted() {
    let rows: [&[&str]; 4] = [&["cat"], &[], &["cat"], &[]];
    let index =
        index::build(Extraction::of_lists(&[Perspective::Token], &[(Perspective::Token, &rows)]), &Unobserved).unwrap();
    let mut recipe = recipe(PolicyName::Cap);
    for (choice, kept) in [(NoEntity::Keep, 4.0), (NoEntity::Drop, 2.0)] {
        recipe.rebalance.no_entity = choice;
        let (preview, _) = exact(&index, &recipe);
        assert_eq!((preview.instances.kept, preview.instances.nothing), (kept, 2));
        assert_eq!(preview.instances.no_entity, vec![(Perspective::Token, 2)]);
        assert_eq!(plan(&index, &recipe).tally().kept as f64, kept);
    }
}

#[test]
fn an_empty_index_has_an_empty_outcome() {
    let index = Index::default();
    for name in [PolicyName::None, PolicyName::Random] {
        let (preview, _) = exact(&index, &recipe(name));
        assert_eq!((preview.instances.before, preview.instances.kept), (0, 0.0));
    }
    let error = policy::rule(&index, &adr(1)).unwrap_err();
    assert_eq!(error.exit_code(), 4);
}

#[test]
fn sliders_cover_their_range_and_write_the_recipe() {
    let index = long_tailed(300);
    for policy in policy::all() {
        for parameter in policy.parameters(&index) {
            let range = parameter.range(&index);
            let mut recipe = Recipe::default();
            for position in [0.0, 0.3, 1.0] {
                let value = range.value_at(position);
                parameter.set(&mut recipe, &index, value);
                assert!((parameter.get(&recipe, &index) - value).abs() < 1e-9, "{parameter:?} {value}");
                let text = recipe.merged_into("", Path::new("r.toml")).unwrap();
                assert_eq!(Recipe::parse(&text, Path::new("r.toml")).unwrap(), recipe, "{parameter:?}");
            }
            assert_eq!(range.value_at(0.0), range.low);
            assert!((range.value_at(1.0) - range.high).abs() < 1e-9);
            let middle = range.value_at(0.5);
            assert!(
                range.high <= range.low || range.stepped(middle, 1) > middle || range.high - range.low < 1.5,
                "{parameter:?}"
            );
        }
    }
}

/// The index with its instances in another order.
fn permuted(index: &Index, order: &[usize]) -> Index {
    let mut other = index.clone();
    other.id_hashes = order.iter().map(|&old| index.id_hashes[old]).collect();
    for entry in &mut other.perspectives {
        let mut rows = fantail::index::Csr::default();
        for &old in order {
            rows.push(entry.by_instance.row(old).iter().copied());
        }
        entry.by_instance = rows;
        entry.by_entity = entry.by_instance.transposed(entry.counts.len());
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn raising_a_threshold_or_alpha_only_adds(
        seed: u64, low in 1_u32..40, more in 0_u32..40, alpha in 0.05..1.0, up in 0.0..1.0_f64, pass in 1_u32..=3, vote in 0_usize..3,
    ) {
        let index = long_tailed(150);
        let mut before = adr(pass);
        (before.seed, before.rebalance.alpha, before.rebalance.vote) = (seed, alpha, Vote::ALL[vote]);
        before.threshold.insert(Perspective::Token, ThresholdChoice::Count(low));
        let mut after = before.clone();
        after.rebalance.alpha = (alpha + up).min(1.0);
        after.threshold.insert(Perspective::Token, ThresholdChoice::Count(low + more));
        let (before, after) = (kept(&index, &before), kept(&index, &after));
        prop_assert!(before.iter().zip(&after).all(|(&before, &after)| !before || after));
    }

    #[test]
    fn raising_a_threshold_moves_none_but_holders_of_capped_or_floored_entities(
        seed: u64, low in 1_u32..40, more in 0_u32..40, alpha in 0.05..1.0, up in 0.0..1.0_f64, pass in 1_u32..=3,
        cap in 1_u32..30, floor in 1_u32..30,
    ) {
        let index = long_tailed(150);
        let (capped, floored) = ("token:thing 0", "token:thing 4");
        let mut before = adr(pass);
        (before.seed, before.rebalance.alpha) = (seed, alpha);
        before.threshold.insert(Perspective::Token, ThresholdChoice::Count(low));
        let asked = [(capped, OverrideAction::Cap(cap)), (floored, OverrideAction::Floor(floor))];
        before.rebalance.overrides = asked.map(|(entity, action)| Override { entity: entity.into(), action, line: Line::default() }).into();
        let mut after = before.clone();
        after.rebalance.alpha = (alpha + up).min(1.0);
        after.threshold.insert(Perspective::Token, ThresholdChoice::Count(low + more));
        let (counts, others) = (plan(&index, &before).counts(&index), plan(&index, &after).counts(&index));
        let tokens = index.perspectives.iter().position(|entry| entry.perspective == Perspective::Token).unwrap();
        let entry = &index.perspectives[tokens];
        let ranks = [capped, floored].map(|entity| entry.find(&entity["token:".len()..]).unwrap());
        let (before, after) = (kept(&index, &before), kept(&index, &after));
        let left = |instance: &usize| before[*instance] && !after[*instance];
        for instance in (0..before.len()).filter(left) {
            let row = entry.by_instance.row(instance);
            prop_assert!(ranks.iter().any(|&rank| row.contains(&(rank as u32))), "{instance} left");
        }
        // The floor holds under both; the cap holds but for what the floor brings back.
        for counts in [counts, others] {
            let all = entry.counts[ranks[1]];
            prop_assert!(counts[tokens][ranks[1]] >= floor);
            let lifted = entry.by_entity.row(ranks[1]).iter().filter(|&&instance| entry.by_instance.row(instance as usize).contains(&(ranks[0] as u32))).count();
            prop_assert!(counts[tokens][ranks[0]] as usize <= cap as usize + lifted * floor.div_ceil(all.max(1)) as usize);
        }
    }

    #[test]
    fn decisions_do_not_depend_on_order(seed: u64, policy in 0..PolicyName::ALL.len(), order in Just((0..150_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let index = long_tailed(150);
        // Subclasses take a file of their own.
        prop_assume!(PolicyName::ALL[policy] != PolicyName::Subclass);
        let mut recipe = recipe(PolicyName::ALL[policy]);
        (recipe.seed, recipe.rebalance.cap) = (seed, 9);
        let other = permuted(&index, &order);
        let (first, second) = (plan(&index, &recipe), plan(&other, &recipe));
        for (new, &old) in order.iter().enumerate() {
            prop_assert_eq!(second.repeat(new), first.repeat(old));
        }
        prop_assert_eq!(first.counts(&index), second.counts(&other));
    }
}

fn refusal(text: &str) -> String {
    let error = Recipe::parse(text, Path::new("r.toml")).expect_err(text);
    assert_eq!(error.exit_code(), 4);
    error.to_string()
}

#[test]
fn wrong_recipes_are_refused_with_place_and_fix() {
    let table = [
        ("sed = 1", "r.toml:1:1: unknown key 'sed'; did you mean 'seed'?"),
        ("\n[rebalance]\nalfa = 0.5", "r.toml:3:1: unknown key 'alfa'; did you mean 'alpha'?"),
        ("alpha = 0.5", "r.toml:1:1: unknown key 'alpha'; it belongs in [rebalance]"),
        (
            "[rebalance]\nseed = 1",
            "r.toml:2:1: unknown key 'seed'; it belongs at the top of the file, before the first table",
        ),
        (
            "[rebalance]\nalpha = \"1\"",
            "r.toml:2:9: alpha is the text \"1\" where a number belongs; write for example alpha = 1.0",
        ),
        ("[rebalance]\nalpha = -0.1", "r.toml:2:9: alpha = -0.1 is out of range; write a number above 0, at most 1"),
        ("[rebalance]\nalpha = 1.5", "r.toml:2:9: alpha = 1.5 is out of range; write a number above 0, at most 1"),
        ("[rebalance]\nalpha = nan", "r.toml:2:9: alpha = NaN is out of range; write a number above 0, at most 1"),
        ("[rebalance]\npass_count = 0", "r.toml:2:14: pass_count = 0 would keep everything; write at least 1"),
        (
            "[rebalance]\npass_count = 6",
            "r.toml:2:14: pass_count = 6 can never be reached by 5 perspectives; write at most 5",
        ),
        ("[rebalance]\npolicy = \"adz\"", "r.toml:2:10: no such value 'adz'; did you mean 'adr'?"),
        ("[rebalance]\nprogress = 1.5", "r.toml:2:12: progress = 1.5 is out of range; write a number from 0 to 1"),
        ("[rebalance]\nsize = 0", "r.toml:2:8: size = 0 keeps nothing; write at least 1"),
        (
            "[rebalance]\nstages = [5.0, 0.0]",
            "r.toml:2:10: the stage 0 is out of range; write a number from 1, which leaves shares as they are, to 100; policy = \"uniform\" makes them equal",
        ),
        (
            "[rebalance]\npolicy = \"progressive\"\nstages = [0.0, 2.0]",
            "r.toml:3:10: the stage 2 is out of range; write a progress from 0 to 1",
        ),
        (
            "[rebalance]\ntarget_exponent = 0",
            "r.toml:2:19: target_exponent = 0 is out of range; write a number above 0, at most 10",
        ),
        (
            "[threshold]\ntoken = { count = 0 }",
            "r.toml:2:9: a threshold of 0 keeps nothing; write a count of at least 1",
        ),
        (
            "[threshold]\ntoken = { tail_mass = 1.0 }",
            "r.toml:2:9: tail_mass = 1 is not a share; write a number between 0 and 1",
        ),
        ("[threshold]\ntoken = { tail = 1.0 }", "r.toml:2:11: unknown key 'tail'; known here: count, tail_mass"),
        ("[threshold]\ntokens = { count = 3 }", "r.toml:2:1: unknown key 'tokens'; did you mean 'token'?"),
        ("[export]\nformats = [\"parket\"]", "r.toml:2:12: no such value 'parket'; did you mean 'parquet'?"),
        ("[synthesis.rewrite]\nendpoint = \"x\"", "r.toml:1:12: the synthesis policy 'rewrite' is not supported yet"),
        (
            "[synthesis]\npolicies = [\"repeat\", \"synonym\"]",
            "r.toml:2:23: the synthesis policy 'synonym' is not supported yet",
        ),
        ("[synthesis]\npolicies = [\"repaet\"]", "r.toml:2:13: no such value 'repaet'; did you mean 'repeat'?"),
        ("[synthesis]\nbudget = \"restor\"", "r.toml:2:10: no such value 'restor'; did you mean 'restore'?"),
        (
            "[synthesis]\nbudget = -1",
            "r.toml:2:10: budget = -1 is out of range; write a number of instances, 0 or more",
        ),
        ("[synthesis]\ncieling = 3", "r.toml:2:1: unknown key 'cieling'; did you mean 'ceiling'?"),
        ("[synthesis.repeat]\nmost = 0", "r.toml:2:8: most = 0 is out of range; write a number from 1 to 1000"),
        ("[synthesis]\npolicies = [\"repeat\", \"repeat\"]", "r.toml:2:23: 'repeat' stands twice; remove one"),
        (
            "[synthesis.diffusion]\nguidance = [0.3, 1.5]",
            "r.toml:2:18: the level 1.5 is out of range; write a number from 0 to 1",
        ),
        (
            "[synthesis.diffusion]\nresolution = 48",
            "r.toml:2:14: resolution = 48 is not supported; write 32, 64 or 128",
        ),
        (
            "[synthesis.diffusion]\nbackend = \"bundle\"",
            "r.toml:2:11: backend = \"bundle\" needs bundle = \"FOLDER\" beside it",
        ),
        (
            "[[synthesis.entity]]\nentity = \"lable:toaster\"\nceiling = 1",
            "r.toml:2:10: no such perspective 'lable'; did you mean 'label'?",
        ),
        (
            "[[synthesis.entity]]\nentity = \"label:a\"\nceiling = 1\n[[synthesis.entity]]\nentity = \"label:a\"\nceiling = 2",
            "r.toml:5:10: 'label:a' has a ceiling already on line 2; remove one of the two",
        ),
        ("version = 2", "r.toml:1:11: version 2 is not known; write version = 1"),
        (
            "[entities]\nperspectives = [\"token\"]\n[rebalance]\nperspective = \"label\"",
            "r.toml:4:15: 'label' is not extracted; add \"label\" to entities.perspectives",
        ),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text), message, "{text}");
    }
    for text in ["seed = ", "seed = -1", "\u{feff}seed"] {
        assert!(refusal(text).starts_with("r.toml:"), "{text}");
    }
}

#[test]
fn a_recipe_that_does_not_fit_the_dataset_says_what_would() {
    let index = labels(&[("a", 3)]);
    let mut unfit = recipe(PolicyName::Uniform);
    unfit.rebalance.perspective = Some(Perspective::Object);
    let told = policy::rule(&index, &unfit).unwrap_err().to_string();
    assert!(told.ends_with("set rebalance.perspective to one of: label"), "{told}");
    assert!(policy::rule(&index, &adr(2)).unwrap_err().to_string().contains("has 1 perspective"));
}

#[test]
fn the_default_text_holds_the_defaults() {
    let text = fantail::recipe::DEFAULT_TEXT;
    assert_eq!(Recipe::parse(text, Path::new("default")).unwrap(), Recipe::default());
    assert_eq!(Recipe::parse("", Path::new("empty")).unwrap(), Recipe::default());
    let uncommented: String = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") && !rest.contains("fantail"))
                .unwrap_or(line)
                .to_owned()
                + "\n"
        })
        .collect();
    Recipe::parse(&uncommented, Path::new("uncommented")).unwrap();
}

#[test]
fn saving_keeps_comments_and_touches_only_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recipe.toml");
    let text = "# mine\nseed = 7   # lucky\n\n[threshold]\nobject = { tail_mass = 0.2 } # broad\n\n[rebalance] # the heart\nalpha = 0.50\n";
    std::fs::write(&path, text).unwrap();
    let mut recipe = Recipe::load(&path).unwrap();
    recipe.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(304));
    recipe.threshold.insert(Perspective::Token, ThresholdChoice::Count(120));
    recipe.rebalance.pass_count = 2;
    recipe.save(&path).unwrap();
    let saved = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        saved,
        "# mine\nseed = 7   # lucky\n\n[threshold]\nobject = { count = 304 } # broad\ntoken = { count = 120 }\n\n[rebalance] # the heart\nalpha = 0.50\npass_count = 2\n"
    );
    assert_eq!(Recipe::load(&path).unwrap(), recipe);
    recipe.threshold.clear();
    recipe.save(&path).unwrap();
    assert_eq!(Recipe::load(&path).unwrap(), recipe);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
