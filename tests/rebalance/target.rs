//! The policy `target` comes as near to a distribution as instances allow, and says how near.

use fantail::recipe::TargetShape;

use super::*;

fn toward(shape: TargetShape, limit: f64) -> Recipe {
    let mut recipe = with_policy(PolicyName::Target);
    let table = &mut recipe.rebalance;
    (table.target, table.repeat_limit, table.cap, table.target_exponent) = (shape, limit, 4, 1.0);
    recipe
}

#[test]
fn one_label_an_instance_meets_every_target_within_the_limit() {
    let index = labels(&[("many", 16), ("some", 4), ("one", 1)]);
    let table: [(TargetShape, f64, [f64; 3]); 5] = [
        (TargetShape::Uniform, 1000.0, [7.0, 7.0, 7.0]),
        // 21 in proportion to 1 : 1/2 : 1/3.
        (TargetShape::PowerLaw, 1000.0, [11.454_545, 5.727_273, 3.818_182]),
        (TargetShape::Cap, 1000.0, [4.0, 4.0, 1.0]),
        // At most twice: 2 of the one, 8 of the four, and what is left of 21.
        (TargetShape::Uniform, 2.0, [11.0, 8.0, 2.0]),
        (TargetShape::Uniform, 1.0, [16.0, 4.0, 1.0]),
    ];
    for (shape, limit, wanted) in table {
        let (preview, exact) = exact(&index, &toward(shape, limit));
        let found = &preview.perspectives[0].counts;
        let worst = found.iter().zip(wanted).map(|(&a, b)| (f64::from(a) - b).abs()).fold(0.0, f64::max);
        assert!(worst < 0.01, "{shape:?} {limit}: {found:?}, wanted {wanted:?}");
        assert!(exact.expected().iter().all(|&weight| f64::from(weight) <= limit + 1e-6));
        let target = preview.target.unwrap();
        assert!(target.converged && target.gap[1] < 0.001, "{target:?}");
    }
}

#[test]
fn several_entities_an_instance_come_near_and_say_how_near() {
    let index = long_tailed(2000);
    for shape in TargetShape::ALL {
        let (preview, exact) = exact(&index, &toward(shape, 20.0));
        let target = preview.target.unwrap();
        assert!(target.converged, "{target:?}");
        assert!(target.gap[1] < target.gap[0] * 0.35, "{shape:?}: {:?}", target.gap);
        assert!(exact.expected().iter().all(|&weight| (0.0..=20.0).contains(&weight)));
        let outcome = &preview.perspectives[0];
        for &(rank, _, after) in &target.furthest {
            assert_eq!(after, outcome.counts[rank as usize]);
        }
    }
}

#[test]
fn the_estimate_fits_the_sample() {
    let index = long_tailed(2000);
    let recipe = toward(TargetShape::PowerLaw, 20.0);
    let (exact, _) = exact(&index, &recipe);
    let estimate =
        fantail::preview::Sketch::new(&index).preview((&index, &recipe), Perspective::Object, &Unobserved).unwrap();
    assert!((estimate.instances.after / exact.instances.after - 1.0).abs() < 1e-3);
    assert!((estimate.perspectives[0].after.gini - exact.perspectives[0].after.gini).abs() < 0.01);
}
