//! What is made for the tail: deficits, budget, ceilings and seeds, computed by hand and held under random datasets.

use std::collections::{BTreeMap, BTreeSet};

use fantail::entity::Perspective;
use fantail::index::Index;
use fantail::plan::{Evidence, Key, Plan, Purpose, SynthesisPlan};
use fantail::preview::Completion;
use fantail::progress::Unobserved;
use fantail::recipe::{Budget, EntityCeiling, PolicyName, Recipe, SynthesisName, ThresholdChoice};
use proptest::prelude::*;

use crate::{labels, listed, long_tailed, parsed, plan};

/// a 10, b 4, c 2, d 1 under τ = 5: deficits 1, 3 and 4.
const COUNTS: [(&str, usize); 4] = [("a", 10), ("b", 4), ("c", 2), ("d", 1)];

fn filling(policy: SynthesisName, budget: Budget) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = PolicyName::None;
    recipe.threshold.insert(Perspective::Label, ThresholdChoice::Count(5));
    recipe.synthesis.policies = vec![policy];
    recipe.synthesis.budget = budget;
    recipe
}

/// How many are made of each instance.
fn copies(plan: &SynthesisPlan) -> BTreeMap<u32, usize> {
    plan.seeds.iter().map(|seed| (seed.instance, seed.makes.len())).collect()
}

/// Name, count after, deficit and what is made, of a plan's first tail.
fn lacks(index: &Index, plan: &SynthesisPlan) -> Vec<(String, u32, u32, u32)> {
    let tail = &plan.tails[0];
    let names = &index.perspective(tail.perspective).unwrap().names;
    let told = tail.lacks.iter();
    told.map(|lack| (names.get(lack.rank as usize).into_owned(), lack.after, lack.deficit, lack.made)).collect()
}

fn told(name: &str, after: u32, deficit: u32, made: u32) -> (String, u32, u32, u32) {
    (name.to_owned(), after, deficit, made)
}

#[test]
fn deficits_are_filled_exactly_where_nothing_limits() {
    let index = labels(&COUNTS);
    let recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    let plan = plan(&index, &recipe);
    assert_eq!(lacks(&index, plan.synthesis()), [told("d", 1, 4, 4), told("c", 2, 3, 3), told("b", 4, 1, 1)]);
    assert_eq!((plan.synthesis().made(), plan.synthesis().wanted(), plan.synthesis().budget), (8, 8, None));
    assert_eq!(plan.completed_counts(&index), [[10, 5, 5, 5]]);
    assert_eq!(plan.tally().synthetic, 8);
    assert_eq!(copies(plan.synthesis())[&16], 4);
    // Every seed is visited once before any is visited again.
    let of_c: Vec<usize> = [14, 15].map(|instance| copies(plan.synthesis())[&instance]).to_vec();
    assert!(of_c == [1, 2] || of_c == [2, 1], "{of_c:?}");
}

#[test]
fn the_budget_is_kept_to_the_instance() {
    let index = labels(&COUNTS);
    for (budget, made) in [(0, 0), (1, 1), (5, 5), (8, 8), (100, 8)] {
        let recipe = filling(SynthesisName::Repeat, Budget::Instances(budget));
        assert_eq!(plan(&index, &recipe).synthesis().made(), made, "{budget}");
    }
    // Nothing was dropped, so there is nothing to restore.
    assert_eq!(plan(&index, &filling(SynthesisName::Repeat, Budget::Restore)).synthesis().made(), 0);
    let mut thinned = filling(SynthesisName::Repeat, Budget::Restore);
    thinned.rebalance =
        parsed("[rebalance]\npolicy = \"none\"\noverride = [{ entity = \"label:a\", action = { cap = 5 } }]").rebalance;
    let plan = plan(&index, &thinned);
    let dropped = plan.tally().dropped;
    assert!(dropped > 0);
    assert_eq!(plan.synthesis().budget, Some(dropped));
    assert_eq!(plan.synthesis().made(), dropped.min(8));
    assert_eq!(plan.tally().after + plan.tally().synthetic, 17 - dropped + dropped.min(8));
}

#[test]
fn an_instance_is_repeated_no_more_than_the_recipe_says() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    recipe.synthesis.repeat.most = 2;
    let plan = plan(&index, &recipe);
    assert_eq!(lacks(&index, plan.synthesis()), [told("d", 1, 4, 2), told("c", 2, 3, 3), told("b", 4, 1, 1)]);
}

#[test]
fn ceilings_hold_for_all_and_for_one() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    recipe.synthesis.ceiling = Some(2);
    recipe.synthesis.entities = vec![EntityCeiling::new(Perspective::Label, "c", 0)];
    let made = plan(&index, &recipe);
    assert_eq!(lacks(&index, made.synthesis()), [told("d", 1, 4, 2), told("c", 2, 3, 0), told("b", 4, 1, 1)]);
    recipe.synthesis.entities = vec![EntityCeiling::new(Perspective::Label, "cc", 1)];
    let refused = Plan::new(&index, &recipe, &Unobserved).unwrap_err().to_string();
    assert!(refused.contains("no label is called 'cc'; did you mean 'c'?"), "{refused}");
}

#[test]
fn a_ceiling_holds_whether_or_not_its_perspective_is_filled() {
    let (label, object) = (Perspective::Label, Perspective::Object);
    let rows: Vec<(&str, &str)> = [("a", "sky"); 40].into_iter().chain([("b", "rock"), ("b", "tree")]).collect();
    let of = |which: fn(&(&'static str, &'static str)) -> &'static str| {
        let rows: Vec<&'static [&'static str]> = rows.iter().map(|row| &*vec![which(row)].leak()).collect();
        rows
    };
    let (labels, objects) = (of(|row| row.0), of(|row| row.1));
    let lists = [(label, labels.as_slice()), (object, objects.as_slice())];
    let extraction = fantail::entity::Extraction::of_lists(&[label, object], &lists);
    let index = fantail::index::build(extraction, &Unobserved).unwrap();
    let mut recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    recipe.threshold.insert(label, ThresholdChoice::Count(30));
    recipe.synthesis.perspectives = vec![label];
    recipe.synthesis.repeat.most = 50;
    for ceiling in [0, 1, 7] {
        recipe.synthesis.entities = vec![EntityCeiling::new(object, "rock", ceiling)];
        let made = copies(plan(&index, &recipe).synthesis());
        assert_eq!(made.get(&40).copied().unwrap_or(0), ceiling as usize, "{made:?}");
        assert_eq!(made[&41], 28 - ceiling as usize, "the other one fills what is left");
    }
}

/// The instances that a budget of one to three takes first, by the keys written out.
#[test]
fn seeds_are_asked_in_the_order_of_their_keys() {
    let index = labels(&COUNTS);
    let recipe = filling(SynthesisName::Repeat, Budget::Instances(3));
    // Weights: b 1/5, c 3/5, d 4/5; instances 10 to 13 are b, 14 and 15 c, 16 d.
    let weight = |instance: usize| [0.2, 0.2, 0.2, 0.2, 0.6, 0.6, 0.8][instance - 10];
    let key = |instance: usize| {
        let drawn = Key::new(42, index.id_hashes[instance], Purpose::Seed).with(0).with(0).unit();
        -(1.0 - drawn).ln() / weight(instance)
    };
    let mut order: Vec<usize> = (10..17).collect();
    order.sort_by(|&a, &b| key(a).total_cmp(&key(b)));
    // b needs one instance only, so that a second b is passed over.
    let mut wanted = BTreeSet::new();
    let mut of_b = 0;
    for instance in order {
        of_b += usize::from(instance < 14);
        if wanted.len() < 3 && (instance >= 14 || of_b == 1) {
            wanted.insert(instance as u32);
        }
    }
    let plan = plan(&index, &recipe);
    assert_eq!(copies(plan.synthesis()).into_keys().collect::<BTreeSet<u32>>(), wanted);
    let told = plan.synthesis().seeds.iter().map(|seed| (seed.weight - weight(seed.instance as usize)).abs());
    assert!(told.fold(0.0, f64::max) < 1e-12);
}

#[test]
fn seeds_are_drawn_in_proportion_to_what_they_cover() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Repeat, Budget::Instances(1));
    let mut taken = BTreeMap::new();
    for seed in 0..4000 {
        recipe.seed = seed;
        *taken.entry(plan(&index, &recipe).synthesis().seeds[0].rank).or_insert(0) += 1;
    }
    // Σ of weights: b 4 · 0.2, c 2 · 0.6, d 0.8; together 2.8. Four standard errors are 0.03.
    for (rank, share) in [(1, 0.8 / 2.8), (2, 1.2 / 2.8), (3, 0.8 / 2.8)] {
        let found = f64::from(taken[&rank]) / 4000.0;
        assert!((found - share).abs() < 0.03, "{rank}: {found} where {share} is expected");
    }
}

#[test]
fn what_is_made_holds_its_seeds_entities_in_every_perspective() {
    let index = long_tailed(3_000);
    let mut recipe = Recipe::default();
    recipe.rebalance.policy = PolicyName::Cap;
    recipe.rebalance.cap = 200;
    recipe.synthesis.policies = vec![SynthesisName::Repeat];
    let plan = plan(&index, &recipe);
    assert!(plan.synthesis().made() > 50, "{}", plan.synthesis().made());
    for (slot, entry) in index.perspectives.iter().enumerate() {
        let mut counts = plan.counts(&index)[slot].clone();
        for seed in &plan.synthesis().seeds {
            assert!(plan.repeat(seed.instance as usize) > 0);
            for &rank in entry.by_instance.row(seed.instance as usize) {
                counts[rank as usize] += seed.makes.len() as u32;
            }
        }
        assert_eq!(counts, plan.completed_counts(&index)[slot]);
    }
    let completion = Completion::of(&index, &recipe, &plan, &Unobserved).unwrap();
    let tail = &completion.plan.tails[0];
    let shown = completion.perspective(tail.perspective).unwrap();
    for lack in &tail.lacks {
        assert_eq!(shown.completed[lack.rank as usize], (lack.after + lack.made) as f32);
        assert_eq!(lack.deficit, tail.threshold - lack.after);
    }
    assert!(shown.measures[2].gini < shown.measures[1].gini);
}

#[test]
fn order_and_threads_change_nothing() {
    let rows: Vec<Vec<String>> = (0..900_usize)
        .map(|row| (0..=row % 3).map(|part| format!("e{}", (row * (part + 7) * 31 % 997) / (1 + row % 90))).collect())
        .collect();
    let mut recipe = Recipe::default();
    recipe.synthesis.policies = vec![SynthesisName::Repeat, SynthesisName::Diffusion];
    recipe.synthesis.budget = Budget::Instances(220);
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(12));
    let index = listed(Perspective::Object, &rows);
    let made = |index: &Index, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let plan = pool.install(|| plan(index, &recipe));
        let seeds = plan.synthesis().seeds.iter();
        let told =
            seeds.map(|seed| (index.id_hashes[seed.instance as usize], seed.policy, seed.rank, seed.makes.len()));
        told.collect::<BTreeSet<_>>()
    };
    let one = made(&index, 1);
    assert_eq!(one.iter().map(|seed| seed.3).sum::<usize>(), 220);
    assert_eq!(made(&index, 4), one);
    let mut turned = index.clone();
    let entry = &mut turned.perspectives[0];
    let last = rows.len() - 1;
    let mut rows_turned = fantail::index::Csr::default();
    (0..rows.len()).for_each(|row| rows_turned.push(entry.by_instance.row(last - row).iter().copied()));
    entry.by_instance = rows_turned;
    entry.by_entity = entry.by_instance.transposed(entry.entities());
    turned.id_hashes.reverse();
    assert_eq!(made(&turned, 3), one);
}

#[test]
fn dropped_and_outlying_instances_are_no_seeds() {
    let index = labels(&COUNTS);
    let recipe = filling(SynthesisName::Diffusion, Budget::Unlimited);
    let outlier = |instance: usize| Some(if instance == 16 { 0.999 } else { 0.5 });
    let evidence = Evidence { outlier: &outlier, ..Evidence::NONE };
    let plan = Plan::with(&index, &recipe, &evidence, &Unobserved).unwrap();
    assert_eq!(lacks(&index, plan.synthesis())[0], told("d", 1, 4, 0));
    let shared = |instance: usize| Some(u64::from(instance == 14 || instance == 15));
    let evidence = Evidence { picture: &shared, ..Evidence::NONE };
    let plan = Plan::with(&index, &recipe, &evidence, &Unobserved).unwrap();
    let seeds: BTreeSet<u32> = copies(plan.synthesis()).into_keys().collect();
    assert_eq!(seeds.intersection(&BTreeSet::from([14, 15])).count(), 1, "they share a picture: {seeds:?}");
    assert_eq!(seeds.len(), 2, "all others share one, too: {seeds:?}");
}

#[test]
fn a_policy_fills_what_the_one_before_it_left() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    recipe.synthesis.policies = vec![SynthesisName::Repeat, SynthesisName::Diffusion];
    recipe.synthesis.repeat.most = 1;
    let plan = plan(&index, &recipe);
    // Repeat leaves d 3 and c 1; three levels of guidance from d, one of them from a c.
    assert_eq!(plan.synthesis().made_by(SynthesisName::Repeat), 4);
    assert_eq!(plan.synthesis().made_by(SynthesisName::Diffusion), 4);
    let of_d =
        plan.synthesis().seeds.iter().find(|seed| seed.policy == SynthesisName::Diffusion && seed.instance == 16);
    let told: Vec<_> = of_d.unwrap().makes.iter().map(|make| (make.number, make.guidance, make.stage)).collect();
    assert_eq!(told, [(1, Some(0.2), Some(1)), (2, Some(0.35), Some(2)), (3, Some(0.5), Some(3))]);
    assert_eq!(plan.completed_counts(&index), [[10, 5, 5, 5]]);
}

#[test]
fn a_recipe_without_policies_plans_nothing_and_tells_what_is_lacking() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Repeat, Budget::Unlimited);
    recipe.synthesis.policies.clear();
    let completion = Completion::new(&index, &recipe, &Evidence::NONE, &Unobserved).unwrap();
    assert_eq!((completion.plan.made(), completion.plan.wanted()), (0, 8));
    assert_eq!(plan(&index, &recipe).synthesis(), &SynthesisPlan::default());
}

#[test]
fn the_table_is_saved_and_read_again() {
    let text = "# mine\n[synthesis]\npolicies = [\"repeat\"] # free\nbudget = 12\n\n[[synthesis.entity]]\nentity = \"label:a\" # much\nceiling = 3\n";
    let mut recipe = parsed(text);
    assert_eq!(recipe.synthesis.budget, Budget::Instances(12));
    assert_eq!(parsed(&recipe.effective()), recipe);
    recipe.synthesis.budget = Budget::Unlimited;
    recipe.synthesis.policies.push(SynthesisName::Diffusion);
    recipe.synthesis.repeat.most = 9;
    recipe.synthesis.dropped_seeds.push("r7".into());
    let saved = recipe.merged_into(text, std::path::Path::new("r.toml")).unwrap();
    assert_eq!(parsed(&saved), recipe, "{saved}");
    assert!(saved.contains("policies = [\"repeat\", \"diffusion\"] # free"), "{saved}");
    assert!(saved.contains("budget = \"none\"") && saved.contains("entity = \"label:a\" # much"), "{saved}");
    assert_eq!(parsed(fantail::recipe::DEFAULT_TEXT), Recipe::default());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_limit_is_ever_broken(
        rows in prop::collection::vec(prop::collection::vec(0_u32..40, 0..5), 1..120),
        budget in prop::option::of(0_u64..80),
        ceiling in prop::option::of(1_u32..6),
        pictures in 1_u64..60,
        (threshold, images, most) in (1_u32..12, 1_u32..4, 1_u32..5),
        both in any::<bool>(),
    ) {
        let names: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|&name| format!("n{}", name * name / 40)).collect::<BTreeSet<_>>().into_iter().collect())
            .collect();
        prop_assume!(names.iter().any(|row| !row.is_empty()));
        let index = listed(Perspective::Object, &names);
        let mut recipe = Recipe::default();
        recipe.rebalance.policy = PolicyName::Random;
        recipe.rebalance.keep = 0.8;
        recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(threshold));
        recipe.synthesis.policies = vec![SynthesisName::Diffusion];
        if both {
            recipe.synthesis.policies.insert(0, SynthesisName::Repeat);
        }
        recipe.synthesis.budget = budget.map_or(Budget::Unlimited, Budget::Instances);
        recipe.synthesis.ceiling = ceiling;
        recipe.synthesis.repeat.most = most;
        recipe.synthesis.diffusion.images = images;
        let picture = |instance: usize| (!instance.is_multiple_of(7)).then_some(instance as u64 % pictures);
        let evidence = Evidence { picture: &picture, ..Evidence::NONE };
        let plan = Plan::with(&index, &recipe, &evidence, &Unobserved).unwrap();
        let synthesis = plan.synthesis();
        prop_assert!(synthesis.made() <= budget.unwrap_or(u64::MAX));
        let mut used = BTreeSet::new();
        for seed in &synthesis.seeds {
            let instance = seed.instance as usize;
            prop_assert!(seed.kept == (plan.repeat(instance) > 0) && !seed.makes.is_empty());
            prop_assert!(seed.kept || seed.policy == SynthesisName::Diffusion);
            let limit = if seed.policy == SynthesisName::Repeat { most } else { images * 3 };
            prop_assert!(seed.makes.len() <= limit as usize);
            if seed.policy == SynthesisName::Diffusion {
                prop_assert!(used.insert(picture(instance).unwrap()), "a picture twice");
            }
        }
        for lack in &synthesis.tails[0].lacks {
            prop_assert!(lack.made <= ceiling.unwrap_or(u32::MAX));
            prop_assert_eq!(lack.after + lack.deficit, synthesis.tails[0].threshold);
        }
        // What is left undone is left for a reason: the budget, a ceiling, no seed, or seeds that were used up.
        let left = budget.map_or(u64::MAX, |budget| budget - synthesis.made());
        if left > 0 && ceiling.is_none() && both {
            let row = &index.perspectives[0].by_instance;
            for lack in synthesis.tails[0].lacks.iter().filter(|lack| lack.made < lack.deficit) {
                let of = |instance: usize| synthesis.seeds.iter().filter(move |seed| seed.instance as usize == instance && seed.policy == SynthesisName::Repeat);
                let holders = (0..names.len()).filter(|&instance| plan.repeat(instance) > 0 && row.row(instance).contains(&lack.rank));
                for instance in holders {
                    prop_assert_eq!(of(instance).map(|seed| seed.makes.len() as u32).sum::<u32>(), most);
                }
            }
        }
    }
}

#[test]
fn what_the_draw_dropped_may_seed_pictures_and_what_is_excluded_may_not() {
    let index = labels(&COUNTS);
    let mut recipe = filling(SynthesisName::Diffusion, Budget::Unlimited);
    recipe.rebalance.policy = PolicyName::Random;
    recipe.rebalance.keep = 0.3;
    let chosen = plan(&index, &recipe);
    let dropped = |plan: &Plan| plan.synthesis().seeds.iter().filter(|seed| !seed.kept).count();
    assert!(dropped(&chosen) > 0, "nothing that was dropped is a seed: {:?}", chosen.synthesis().seeds);
    for seed in &chosen.synthesis().seeds {
        assert_eq!(seed.kept, chosen.repeat(seed.instance as usize) > 0);
    }
    // What stays is repeated, and nothing else: a repetition of what was dropped would be the instance itself.
    let repeated = plan(
        &index,
        &Recipe { synthesis: filling(SynthesisName::Repeat, Budget::Unlimited).synthesis, ..recipe.clone() },
    );
    assert!(repeated.synthesis().made() > 0);
    assert_eq!(dropped(&repeated), 0);
    // d has one instance, the last.
    recipe.rebalance.overrides =
        parsed("[rebalance]\npolicy = \"none\"\noverride = [{ entity = \"label:d\", action = \"exclude\" }]")
            .rebalance
            .overrides;
    let excluding = plan(&index, &recipe);
    assert!(dropped(&excluding) > 0);
    assert!(excluding.synthesis().seeds.iter().all(|seed| seed.instance != 16), "an excluded entity seeds nothing");
}
