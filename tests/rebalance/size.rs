//! A wanted volume is met by scaling what the policy's thresholds are.

use fantail::preview::Sketch;
use fantail::recipe::ThresholdChoice;

use super::*;

fn sized(policy: PolicyName, size: u64) -> Recipe {
    let mut recipe = with_policy(policy);
    (recipe.rebalance.size, recipe.rebalance.cap) = (Some(size), 30);
    recipe
}

#[test]
fn the_volume_is_the_wanted_one() {
    let index = long_tailed(1200);
    for policy in PolicyName::ALL
        .into_iter()
        .filter(|&policy| !matches!(policy, PolicyName::None | PolicyName::Target | PolicyName::Subclass))
    {
        let wanted = if policy == PolicyName::RepeatFactor { 1500 } else { 700 };
        let recipe = sized(policy, wanted);
        let (preview, _) = exact(&index, &recipe);
        assert!((preview.instances.after - wanted as f64).abs() < 0.1, "{policy}: {}", preview.instances.after);
        let written = plan(&index, &recipe).tally().after as f64;
        assert!((written - wanted as f64).abs() < 5.0 * (1200.0_f64 * 0.25).sqrt(), "{policy}: {written}");
        let estimate = Sketch::new(&index).preview((&index, &recipe), Perspective::Object, &Unobserved).unwrap();
        assert!(
            (estimate.instances.after / wanted as f64 - 1.0).abs() < 0.01,
            "{policy}: {}",
            estimate.instances.after
        );
    }
}

#[test]
fn scaled_thresholds_keep_the_guarantee_for_the_tail() {
    let index = long_tailed(1200);
    let mut recipe = sized(PolicyName::Adr, 900);
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(20));
    let (preview, exact) = exact(&index, &recipe);
    let scale = preview.size_scale.unwrap();
    assert!(scale > 1.0, "{scale}");
    let entry = &index.perspectives[0];
    for instance in 0..index.instances() {
        let rarest = entry.by_instance.row(instance).last().map(|&rank| entry.counts[rank as usize]);
        if rarest.is_some_and(|count| f64::from(count) <= 20.0 * scale) {
            assert_eq!(exact.keep()[instance], 1.0);
        }
    }
}

#[test]
fn a_size_out_of_reach_gives_the_nearest() {
    let index = long_tailed(300);
    let (preview, _) = exact(&index, &sized(PolicyName::Adr, 10_000));
    assert!((preview.instances.after - 300.0).abs() < 0.01);
}
