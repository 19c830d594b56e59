//! Every explanation of a real dataset agrees with the plan, and names the entity, probability and draw that decided.

use fantail::index::cache::Cache;
use fantail::plan::{Decision, Explainer, Explanation};
use fantail::recipe::{OverrideAction, Repeats};

use super::*;

/// What an explanation of `adr` says about itself, without the plan.
fn says_kept(told: &Explanation, recipe: &Recipe) -> bool {
    let votes = told.votes.iter().filter(|vote| vote.passed).count();
    let alpha = told.alpha_draw.is_none_or(|draw| draw < recipe.rebalance.alpha);
    told.no_entity || (votes >= recipe.rebalance.pass_count as usize && alpha)
}

#[test]
fn explanations_of_the_demo_agree_with_its_plan() {
    let dataset = fantail::source::open_demo().unwrap();
    let (index, _) = fantail::load::index_of(&dataset, &Recipe::default(), &Unobserved, &Cache::none()).unwrap();
    assert_explained(&index);
}

#[test]
#[ignore = "needs FANTAIL_DATA: stablellava/stablellava_llava.json"]
fn needs_data_explanations_of_real_conversations_agree_with_their_plan() {
    let data = std::env::var_os("FANTAIL_DATA").expect("FANTAIL_DATA names the folder of the data");
    let file = std::path::PathBuf::from(data).join("stablellava/stablellava_llava.json");
    let (loaded, _) = fantail::load::load(&file, &Recipe::default(), &Unobserved, &Cache::none()).unwrap();
    assert_explained(&loaded.index);
}

fn assert_explained(index: &Index) {
    let perspective = index.perspectives[0].perspective.key();
    let mut recipes = Vec::new();
    for (pass_count, alpha, repeats) in [(1, 1.0, Repeats::None), (2, 0.8, Repeats::None), (2, 1.0, Repeats::Sqrt)] {
        let mut recipe = with_policy(PolicyName::Adr);
        let table = &mut recipe.rebalance;
        (table.pass_count, table.alpha, table.repeats) = (pass_count, alpha, repeats);
        recipes.push(recipe);
    }
    let mut overridden = recipes[0].clone();
    let first = index.perspectives[0].names.get(0).into_owned();
    let most = index.perspectives[0].counts[0] / 4;
    overridden.rebalance.overrides =
        parsed(&format!("[[rebalance.override]]\nentity = '{perspective}:{first}'\naction = {{ cap = {most} }}"))
            .rebalance
            .overrides;
    assert_eq!(overridden.rebalance.overrides[0].action, OverrideAction::Cap(most));
    recipes.push(overridden);
    for recipe in recipes {
        let unturned = recipe_without_overrides(&recipe);
        let alone = Explainer::new(index, &unturned).unwrap();
        let (plan, explainer) = (plan(index, &recipe), Explainer::new(index, &recipe).unwrap());
        for instance in 0..index.instances() {
            let told = explainer.explain(instance).unwrap();
            assert_eq!(told.repeat, plan.repeat(instance), "{instance}");
            assert_eq!(told.decision == Decision::Keep, told.repeat > 0);
            let before = alone.explain(instance).unwrap();
            assert_eq!((told.policy_weight, told.policy_keep_probability), (before.weight, before.keep_probability));
            let stays = told.overridden.as_ref().is_none_or(|entry| entry.draw.unwrap() < entry.cut);
            assert_eq!(told.repeat > 0, says_kept(&told, &recipe) && stays, "{told:?}");
            for vote in told.votes.iter().filter(|vote| vote.draw.is_some()) {
                assert!(vote.entity.is_some() && vote.passed == (vote.draw.unwrap() < vote.probability), "{vote:?}");
            }
        }
    }
}

/// What is said of one instance of a list of labels.
fn said(rows: &[&str], instance: usize, recipe: &Recipe) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.split_whitespace().map(str::to_owned).collect()).collect();
    Explainer::new(&listed(Perspective::Label, &rows), recipe).unwrap().explain(instance).unwrap().lines(recipe)
}

#[test]
fn an_instance_without_entities_is_told_its_rule() {
    let mut recipe = with_policy(PolicyName::Adr);
    let lines = said(&["cat", ""], 1, &recipe);
    assert_eq!(
        lines,
        [
            "kept by the policy adr: it holds no entity in label, and no_entity = \"keep\" keeps what holds none",
            "over all seeds it is kept with probability 100 %, weight 1.00",
        ]
    );
    recipe.rebalance.no_entity = fantail::recipe::NoEntity::Drop;
    let lines = said(&["cat", ""], 1, &recipe);
    assert!(
        lines[0].starts_with("dropped by the policy adr: it holds no entity in label, and no_entity = \"drop\""),
        "{lines:?}"
    );
}

#[test]
fn votes_needed_and_alphas_draw_are_told() {
    let dataset = fantail::source::open_demo().unwrap();
    let (index, _) = fantail::load::index_of(&dataset, &Recipe::default(), &Unobserved, &Cache::none()).unwrap();
    let mut recipe = with_policy(PolicyName::Adr);
    (recipe.rebalance.pass_count, recipe.rebalance.alpha) = (2, 0.6);
    let explainer = Explainer::new(&index, &recipe).unwrap();
    let (mut outvoted, mut unlucky, mut kept) = (0, 0, 0);
    for instance in 0..index.instances() {
        let told = explainer.explain(instance).unwrap();
        let lines = told.lines(&recipe);
        let voters: Vec<&str> =
            told.votes.iter().filter(|vote| vote.passed).map(|vote| vote.perspective.title()).collect();
        if told.no_entity {
            continue;
        }
        assert!(lines[0].contains("at least 2 must"), "{}", lines[0]);
        assert!(voters.is_empty() || lines[0].contains(&format!("({})", voters.join(", "))), "{}", lines[0]);
        let draw = told.alpha_draw.unwrap();
        let alpha = lines.iter().find(|line| line.starts_with("alpha 0.6000: its draw ")).unwrap();
        assert!(alpha.ends_with(if draw < 0.6 { " is below it" } else { " is not below it" }), "{alpha}");
        match (voters.len() > 1, draw < 0.6) {
            (true, true) => kept += 1,
            (true, false) => unlucky += 1,
            (false, _) => outvoted += 1,
        }
        assert_eq!(lines[0].ends_with(", but alpha's draw fails"), voters.len() > 1 && draw >= 0.6, "{}", lines[0]);
    }
    assert!(outvoted > 0 && unlucky > 0 && kept > 0, "{outvoted} {unlucky} {kept}");
}

fn recipe_without_overrides(recipe: &Recipe) -> Recipe {
    let mut recipe = recipe.clone();
    recipe.rebalance.overrides.clear();
    recipe
}

/// What is said of the policy's part under an override is what the policy says without it.
#[test]
fn words_under_an_override_tell_the_policy_as_it_is_without() {
    let index = long_tailed(300);
    let capped = "override = [{ entity = \"object:thing 0\", action = { cap = 4 } }]\n";
    for policy in [
        "policy = \"temperature\"\ntemperature = 3\n",
        "policy = \"repeat_factor\"\nrepeat_threshold = 0.05\n",
        "policy = \"random\"\n",
        "policy = \"temperature\"\nbalance_by = \"weights\"\n",
    ] {
        let recipe = |overrides: &str| parsed(&format!("[rebalance]\n{policy}{overrides}"));
        let (alone, under) = (recipe(""), recipe(capped));
        let told =
            |instance: usize, recipe: &Recipe| fantail::plan::explain(&index, recipe, instance).unwrap().unwrap();
        let weighs = policy.contains("weights");
        let mut changed = 0;
        for instance in 0..index.instances() {
            let found = told(instance, &under);
            let Some(decisive) = &found.overridden else { continue };
            changed += usize::from(decisive.changed);
            let (lines, before) = (found.lines(&under), told(instance, &alone).lines(&alone));
            let rule = |line: &str| line.rsplit_once(": ").unwrap().1.to_owned();
            assert_eq!(rule(&lines[0]), rule(&before[0]), "{lines:?}");
            // The draw that is made once stands in both, with what it was compared with.
            for line in before.iter().filter(|line| line.contains("draw is below") || line.contains("its draw")) {
                assert!(lines.contains(line), "{line} in {lines:?}");
            }
            assert_eq!(weighs, lines[0].contains("written once and weighs"), "{lines:?}");
        }
        assert!(changed > 0, "{policy}");
    }
}
