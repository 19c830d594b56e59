//! The policy `subclass`, on subclasses from a file as the worker writes it.

use std::fs;

use fantail::index::cache::Cache;
use fantail::plan::Explainer;
use fantail::preview::Sketch;
use tempfile::TempDir;

use super::*;

/// Six cats of one kind, two of another, one of none; two dogs.
const KINDS: [(&str, Option<u32>, usize); 4] =
    [("cat", Some(0), 6), ("cat", Some(1), 2), ("cat", None, 1), ("dog", None, 2)];

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (mut data, mut subclasses, mut id) = ("id,label\n".to_owned(), String::new(), 0);
        for (label, subclass, many) in KINDS {
            for _ in 0..many {
                data += &format!("i{id},{label}\n");
                if let Some(subclass) = subclass {
                    subclasses += &format!("{{\"id\": \"i{id}\", \"label\": \"{label}\", \"subclass\": {subclass}}}\n");
                }
                id += 1;
            }
        }
        subclasses.push_str("{\"id\": \"of another set\", \"label\": \"cat\", \"subclass\": 7}\n\n");
        fs::write(folder.path().join("data.csv"), data).unwrap();
        fs::write(folder.path().join("subclasses.jsonl"), subclasses).unwrap();
        Self { folder }
    }

    /// τ = 3 over the subclasses in a file of the folder.
    fn recipe(&self, file: &str) -> Recipe {
        let file = self.folder.path().join(file);
        parsed(&format!(
            "[threshold]\nlabel = {{ count = 3 }}\n[rebalance]\npolicy = \"subclass\"\nsubclasses = '{}'\n",
            file.display()
        ))
    }

    fn index(&self, recipe: &Recipe) -> Index {
        let path = self.folder.path().join("data.csv");
        fantail::load::load(&path, recipe, &Unobserved, &Cache::none()).unwrap().0.index
    }

    /// What is said of a recipe.
    fn refusal(&self, recipe: &Recipe) -> String {
        let error = fantail::policy::fits(&self.index(recipe), recipe).unwrap_err();
        assert_eq!(error.exit_code(), 4);
        error.to_string()
    }
}

#[test]
fn what_is_alike_thins_out_and_small_groups_stay_whole() {
    let files = Files::new();
    let recipe = files.recipe("subclasses.jsonl");
    let index = files.index(&recipe);
    let (preview, exact) = exact(&index, &recipe);
    // Three of the six that are alike, by p = 3/6; the two others, the one of no kind and both dogs are no more than three.
    let keep: Vec<f32> = [vec![0.5; 6], vec![1.0; 5]].concat();
    assert_eq!(exact.keep(), keep);
    let outcome = preview.outcome(Perspective::Label).unwrap();
    assert_eq!((outcome.counts.as_slice(), preview.instances.after), (&[6.0, 2.0][..], 8.0));
    let estimate = Sketch::new(&index).preview((&index, &recipe), Perspective::Label, &Unobserved).unwrap();
    assert!((estimate.instances.after - 8.0).abs() < 1e-3);
    // Scaled to nine: 4 of 6.
    let mut larger = recipe.clone();
    larger.rebalance.size = Some(9);
    let (preview, _) = super::exact(&index, &larger);
    assert!((preview.size_scale.unwrap() - 4.0 / 3.0).abs() < 5e-3 && (preview.instances.after - 9.0).abs() < 0.02);
}

#[test]
fn explanations_name_the_subclass_and_agree_with_the_plan_in_any_order() {
    let files = Files::new();
    let mut recipe = files.recipe("subclasses.jsonl");
    let index = files.index(&recipe);
    let mut kept = 0;
    for seed in 0..200 {
        recipe.seed = seed;
        let (plan, explainer) = (plan(&index, &recipe), Explainer::new(&index, &recipe).unwrap());
        for instance in 0..11 {
            let told = explainer.explain(instance).unwrap();
            assert_eq!(told.repeat, plan.repeat(instance));
            let vote = &told.votes[0];
            assert_eq!(vote.passed, vote.draw.unwrap() < vote.probability, "{vote:?}");
        }
        kept += plan.tally().kept;
        assert_eq!(plan.tally_of(6..11).kept, 5, "what is rare stays");
    }
    // 200 seeds of six halves and five wholes: within four standard errors.
    assert!((f64::from(u32::try_from(kept).unwrap()) - 1600.0).abs() < 4.0 * (200.0_f64 * 1.5).sqrt(), "{kept}");
    let named = |instance: usize| {
        let told = Explainer::new(&index, &recipe).unwrap().explain(instance).unwrap();
        told.votes[0].entity.clone().unwrap()
    };
    assert_eq!([named(0), named(6), named(8), named(10)], ["cat #0", "cat #1", "cat", "dog"]);
}

#[test]
fn what_is_wrong_with_the_file_is_told_with_the_way_to_make_it() {
    let files = Files::new();
    let missing = files.refusal(&files.recipe("nowhere.jsonl"));
    assert!(missing.contains("line 5: cannot read") && missing.contains("nowhere.jsonl"), "{missing}");
    let mut unasked = files.recipe("subclasses.jsonl");
    unasked.rebalance.subclasses = None;
    let unasked = files.refusal(&unasked);
    assert!(unasked.contains("line 4: ") && unasked.contains("subclasses = \"subclasses.jsonl\""), "{unasked}");
    for said in [&missing, &unasked] {
        assert!(said.contains("make it with"), "{said}");
    }
    let broken = |text: &str| {
        fs::write(files.folder.path().join("broken.jsonl"), text).unwrap();
        files.refusal(&files.recipe("broken.jsonl"))
    };
    assert!(broken("\n{\"id\": \"i0\"}\n").contains("broken.jsonl:2: missing field `label`"));
    assert!(broken("{\"id\": \"x\", \"label\": \"cat\", \"subclass\": 0}\n").contains("none of the lines"));
    let twice = "{\"id\": \"i0\", \"label\": \"cat\", \"subclass\": 0}\n{\"id\": \"i0\", \"label\": \"cat\", \"subclass\": 1}\n";
    assert!(broken(twice).contains("broken.jsonl:2: 'i0' is in two subclasses"));
    // And none of it keeps the dataset from being opened under another policy.
    let mut other = files.recipe("nowhere.jsonl");
    other.rebalance.policy = PolicyName::Adr;
    assert!(fantail::policy::fits(&files.index(&other), &other).is_ok());
}

#[test]
fn an_index_serves_recipes_that_split_alike_alone() {
    let files = Files::new();
    let (one, mut other) = (files.recipe("subclasses.jsonl"), files.recipe("subclasses.jsonl"));
    other.rebalance.alpha = 0.5;
    assert!(one.loads_as(&other));
    other.rebalance.perspective = Some(Perspective::Object);
    assert!(!one.loads_as(&other), "another perspective is split");
    assert!(!one.loads_as(&files.recipe("others.jsonl")) && !one.loads_as(&with_policy(PolicyName::Subclass)));
    assert!(with_policy(PolicyName::Adr).loads_as(&with_policy(PolicyName::Cap)));
}
