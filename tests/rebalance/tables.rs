//! The policies that give shares, against tables worked out by hand.

use fantail::policy;
use fantail::recipe::BalanceBy;

use super::*;

fn counts(recipe: &Recipe, before: &[(&str, usize)]) -> Vec<f64> {
    let (preview, _) = exact(&labels(before), recipe);
    preview.perspectives[0].counts.iter().map(|&count| f64::from(count)).collect()
}

fn assert_counts(recipe: &Recipe, before: &[(&str, usize)], wanted: &[f64]) {
    let found = counts(recipe, before);
    let worst = found.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-4 && found.len() == wanted.len(), "{}: {found:?}, wanted {wanted:?}", recipe.rebalance.policy);
}

const THREE: [(&str, usize); 3] = [("many", 16), ("some", 4), ("one", 1)];

fn turned(policy: PolicyName, turn: impl FnOnce(&mut fantail::recipe::Rebalance)) -> Recipe {
    let mut recipe = with_policy(policy);
    turn(&mut recipe.rebalance);
    recipe
}

#[test]
fn shares_come_out_as_by_hand() {
    // Shares 4 : 2 : 1 of 21.
    assert_counts(&turned(PolicyName::Temperature, |table| table.temperature = 2.0), &THREE, &[12.0, 6.0, 3.0]);
    assert_counts(&with_policy(PolicyName::SquareRoot), &THREE, &[12.0, 6.0, 3.0]);
    // 16^(1/4) : 4^(1/4) : 1 = 2 : 1.414214 : 1, of 21.
    assert_counts(
        &turned(PolicyName::Temperature, |table| table.temperature = 4.0),
        &THREE,
        &[9.514_719, 6.727_922, 4.757_359],
    );
    assert_counts(&turned(PolicyName::Temperature, |table| table.temperature = 1.0), &THREE, &[16.0, 4.0, 1.0]);
    assert_counts(&with_policy(PolicyName::Uniform), &THREE, &[7.0, 7.0, 7.0]);
    // Half of the data's share and half of a third.
    assert_counts(&turned(PolicyName::Progressive, |table| table.progress = 0.5), &THREE, &[11.5, 5.5, 4.0]);
    assert_counts(&turned(PolicyName::Progressive, |table| table.progress = 0.0), &THREE, &[16.0, 4.0, 1.0]);
    assert_counts(&turned(PolicyName::Progressive, |table| table.progress = 1.0), &THREE, &[7.0, 7.0, 7.0]);
    // min(n, t).
    assert_counts(&turned(PolicyName::Cap, |table| table.cap = 4), &THREE, &[4.0, 4.0, 1.0]);
    assert_counts(&turned(PolicyName::Cap, |table| table.cap = 3), &THREE, &[3.0, 3.0, 1.0]);
    // β = 0.9: (1 − β)/(1 − βⁿ) is 0.153534, 0.526316, 1 for 10, 2, 1; times n and scaled to 13.
    let three = [("ten", 10), ("two", 2), ("one", 1)];
    assert_counts(
        &turned(PolicyName::EffectiveNumber, |table| table.beta = 0.9),
        &three,
        &[5.562_870, 3.813_913, 3.623_217],
    );
}

#[test]
fn balanced_by_weights_everything_stays_and_weighs_as_much() {
    for policy in [PolicyName::Temperature, PolicyName::Uniform, PolicyName::EffectiveNumber, PolicyName::Progressive] {
        let index = labels(&THREE);
        let resampled = with_policy(policy);
        let weighed = turned(policy, |table| table.balance_by = BalanceBy::Weights);
        let (wanted, found) = (counts(&resampled, &THREE), counts(&weighed, &THREE));
        assert_eq!(wanted, found, "{policy}");
        let (preview, exact) = exact(&index, &weighed);
        assert_eq!((preview.instances.kept, preview.instances.kept_sd), (21.0, 0.0));
        assert_eq!(plan(&index, &weighed).repeats(), [1; 21]);
        let told = fantail::plan::explain(&index, &weighed, 20).unwrap().unwrap();
        assert!((told.weight - f64::from(exact.expected()[20])).abs() < 1e-5 && told.keep_probability == 1.0);
    }
}

#[test]
fn a_schedule_has_weights_for_each_stage() {
    let index = labels(&THREE);
    let schedule = turned(PolicyName::Temperature, |table| table.stages = vec![4.0, 2.0, 1.0]);
    let weights = |recipe: &Recipe| -> Vec<(String, Vec<f64>)> {
        let of = |stage: policy::Stage| (stage.name, fantail::plan::weights(&index, &stage.recipe, 0..21).unwrap());
        policy::stages(recipe).into_iter().map(of).collect()
    };
    let stages = weights(&schedule);
    let names: Vec<_> = stages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["temperature=4", "temperature=2", "temperature=1"]);
    for ((name, weights), wanted) in stages.iter().zip([4.757_359, 3.0, 1.0]) {
        assert!((weights[20] - wanted).abs() < 1e-4, "{name}: {}", weights[20]);
        assert!((weights.iter().sum::<f64>() - 21.0).abs() < 1e-9);
    }
    let progressive = turned(PolicyName::Progressive, |table| table.stages = vec![0.0, 1.0]);
    let stages = weights(&progressive);
    assert_eq!((stages[0].0.as_str(), stages[0].1[20], stages[1].1[20]), ("progress=0", 1.0, 7.0));
    assert!(policy::stages(&with_policy(PolicyName::Temperature)).is_empty());
}

#[test]
fn each_stage_has_the_figures_of_its_own_recipe() {
    let index = long_tailed(1200);
    let recipe = turned(PolicyName::Temperature, |table| table.stages = vec![5.0, 1.0]);
    let mut exact = Exact::new(&index);
    let stages = fantail::preview::stage_previews(&mut exact, (&index, &recipe), &Unobserved).unwrap();
    assert_eq!(stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(), ["temperature=5", "temperature=1"]);
    let flat = &stages[0].preview;
    assert!(flat.perspectives[0].after.gini < flat.perspectives[0].before.gini - 0.05);
    // Everything weighs, unequally: fewer instances would tell as much. At T = 1 all weigh the same.
    assert!(flat.instances.effective < 1190.0, "{}", flat.instances.effective);
    assert!((stages[1].preview.instances.effective - 1200.0).abs() < 0.01);
}

#[test]
fn what_is_left_is_measured_as_what_was() {
    let index = long_tailed(1200);
    let (whole, _) = exact(&index, &with_policy(PolicyName::None));
    let outcome = &whole.perspectives[0];
    let scumble = |measures: &fantail::preview::Measures| measures.scumble.unwrap();
    assert!(scumble(&outcome.before) > 0.05);
    assert!((scumble(&outcome.after) - scumble(&outcome.before)).abs() < 1e-5);
    assert_eq!((outcome.after.coverage, whole.instances.effective), (1.0, 1200.0));

    // The policy `random` comes to what its control says in a closed form of its own.
    let (half, _) = exact(&index, &turned(PolicyName::Random, |table| table.keep = 0.25));
    let outcome = &half.perspectives[0];
    assert!((half.instances.effective - 300.0).abs() < 0.01);
    for (policy, control) in [
        (outcome.after.gini, outcome.random.gini),
        (outcome.after.coverage, outcome.random.coverage),
        (outcome.after.entities_lost, outcome.random.entities_lost),
        (outcome.after.mass_lost, outcome.random.mass_lost),
        (scumble(&outcome.after), scumble(&outcome.random)),
    ] {
        assert!((policy - control).abs() < 1e-4, "{policy} {control}");
    }
    assert!(outcome.after.coverage < 1.0 && outcome.after.mass_lost > 0.0);
}
