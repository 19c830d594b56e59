//! Overrides of single entities hold on top of every policy.

use fantail::plan::{self, Decision};
use fantail::recipe::{Line, Override, OverrideAction};

use super::*;

fn with_overrides(policy: PolicyName, overrides: &[(&str, OverrideAction)]) -> Recipe {
    let mut recipe = with_policy(policy);
    recipe.rebalance.repeat_threshold = 0.05;
    recipe.rebalance.overrides = overrides
        .iter()
        .map(|&(entity, action)| Override { entity: entity.into(), action, line: Line::default() })
        .collect();
    recipe
}

/// The policies that can leave something to override.
const POLICIES: [PolicyName; 6] = [
    PolicyName::None,
    PolicyName::Adr,
    PolicyName::RepeatFactor,
    PolicyName::Uniform,
    PolicyName::Random,
    PolicyName::Cap,
];

fn rank(index: &Index, name: &str) -> usize {
    index.perspectives[0].find(name).unwrap()
}

#[test]
fn each_action_holds_on_top_of_every_policy() {
    let index = long_tailed(600);
    for policy in POLICIES {
        let (before, _) = exact(&index, &with_overrides(policy, &[]));
        let actions = [
            ("object:thing 0", OverrideAction::Cap(40)),
            ("object:thing 1", OverrideAction::Exclude),
            ("object:thing 9", OverrideAction::Pin),
            ("object:thing 20", OverrideAction::Floor(50)),
        ];
        for (entity, action) in actions {
            let (preview, _) = exact(&index, &with_overrides(policy, &[(entity, action)]));
            let place = rank(&index, &entity[7..]);
            let of = |preview: &Preview| f64::from(preview.perspectives[0].counts[place]);
            let (unturned, turned) = (of(&before), of(&preview));
            let count = f64::from(index.perspectives[0].counts[place]);
            let wanted = match action {
                OverrideAction::Cap(most) => unturned.min(f64::from(most)),
                OverrideAction::Floor(least) => unturned.max(f64::from(least)),
                OverrideAction::Exclude => 0.0,
                OverrideAction::Pin => turned.max(count),
            };
            // A sum that varies is cut on one side only, so that its mean is on the kept side of the limit.
            let slack = match action {
                OverrideAction::Cap(_) => wanted - turned,
                _ => turned - wanted,
            };
            assert!((-1e-2..4.0).contains(&slack), "{policy}: {action} of {entity}: {turned}, wanted {wanted}");
            let told = preview.overrides[0];
            assert_eq!((told.rank as usize, told.action, f64::from(told.after)), (place, action, turned));
        }
    }
}

#[test]
fn the_plan_agrees_with_the_closed_form() {
    const SEEDS: u64 = 400;
    let index = long_tailed(300);
    for policy in POLICIES {
        let mut recipe = with_overrides(
            policy,
            &[
                ("object:thing 0", OverrideAction::Cap(30)),
                ("object:thing 3", OverrideAction::Floor(9)),
                ("object:thing 12", OverrideAction::Floor(40)),
                ("object:thing 5", OverrideAction::Pin),
                ("object:thing 2", OverrideAction::Exclude),
            ],
        );
        let (preview, exact) = exact(&index, &recipe);
        let (mut kept, mut written) = (vec![0.0; index.instances()], 0.0);
        for seed in 0..SEEDS {
            recipe.seed = seed;
            let plan = plan(&index, &recipe);
            kept.iter_mut().zip(plan.repeats()).for_each(|(kept, &repeat)| *kept += f64::from(u8::from(repeat > 0)));
            written += plan.tally().after as f64;
        }
        let (mut statistic, mut freedom) = (0.0, 0.0_f64);
        for (&times, &keep) in kept.iter().zip(exact.keep()) {
            let (keep, seeds) = (f64::from(keep), SEEDS as f64);
            match keep {
                0.0 => assert_eq!(times, 0.0),
                _ if keep > 0.9999 => assert!(times >= seeds - 1.0, "{policy}: {times} of {keep}"),
                _ => {
                    statistic += (times - seeds * keep).powi(2) / (seeds * keep * (1.0 - keep));
                    freedom += 1.0;
                }
            }
        }
        // The 0.999 quantile of chi-square (Wilson and Hilferty 1931).
        let spread = 2.0 / (9.0 * freedom.max(1.0));
        let limit = freedom * (1.0 - spread + 3.090_232 * spread.sqrt()).powi(3);
        assert!(statistic <= limit, "{policy}: {statistic} of {freedom}");
        let mean = written / SEEDS as f64;
        // Five standard errors, with at most one unit of rounding in each instance beside being kept.
        let error = 5.0 * ((preview.instances.kept_sd.powi(2) * 9.0 + 0.25 * 300.0) / SEEDS as f64).sqrt();
        assert!((mean - preview.instances.after).abs() < error, "{policy}: {mean} of {}", preview.instances.after);
    }
}

#[test]
fn a_cap_is_never_passed_and_a_floor_never_missed() {
    let index = long_tailed(300);
    let (capped, small, lifted) = (rank(&index, "thing 0"), rank(&index, "thing 3"), rank(&index, "thing 12"));
    let actions = [
        ("object:thing 0", OverrideAction::Cap(30)),
        ("object:thing 3", OverrideAction::Floor(9)),
        ("object:thing 12", OverrideAction::Floor(40)),
    ];
    for policy in POLICIES {
        for seed in 0..100 {
            let of = |overrides: &[(&str, OverrideAction)]| {
                let mut recipe = with_overrides(policy, overrides);
                recipe.seed = seed;
                plan(&index, &recipe).counts(&index).remove(0)
            };
            let free = of(&[]);
            let repeats = policy == PolicyName::RepeatFactor || policy == PolicyName::Uniform;
            let capped_to = of(&actions[..1])[capped];
            let full = free[capped].min(30);
            // A whole instance is left out where its repeats do not fit.
            assert!(capped_to <= full && (capped_to == full || repeats), "{policy} {seed}: {capped_to} of {full}");
            assert_eq!(of(&actions[1..2])[small], free[small].max(9), "{policy} {seed}");
            assert_eq!(of(&actions[2..])[lifted], free[lifted].max(40), "{policy} {seed}");
            // Floors beat caps: together, what is lifted stands.
            assert!(of(&actions)[lifted] >= 40, "{policy} {seed}");
        }
    }
}

#[test]
fn what_is_expected_under_a_cap_or_a_floor_is_the_mean_of_the_plans() {
    const SEEDS: u64 = 600;
    let index = long_tailed(300);
    for (entity, action) in [
        ("object:thing 0", OverrideAction::Cap(60)),
        ("object:thing 1", OverrideAction::Cap(25)),
        ("object:thing 3", OverrideAction::Floor(12)),
        ("object:thing 4", OverrideAction::Floor(9)),
    ] {
        for policy in [PolicyName::Adr, PolicyName::Random] {
            let mut recipe = with_overrides(policy, &[(entity, action)]);
            let (preview, _) = exact(&index, &recipe);
            let place = rank(&index, &entity[7..]);
            let counts = (0..SEEDS).map(|seed| {
                recipe.seed = seed;
                f64::from(plan(&index, &recipe).counts(&index)[0][place])
            });
            let counts: Vec<f64> = counts.collect();
            let mean = counts.iter().sum::<f64>() / SEEDS as f64;
            let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / SEEDS as f64;
            // Four standard errors, and what the normal approximation of a small sum may be off.
            let error = 4.0 * (variance / SEEDS as f64).sqrt() + 0.08;
            let expected = f64::from(preview.perspectives[0].counts[place]);
            assert!(
                (mean - expected).abs() < error,
                "{policy} {action} of {entity}: {expected}, mean {mean} ± {error}"
            );
        }
    }
}

/// Seeds under which the spread is measured; the standard deviation of a sample of so many is off by 4 % on average.
const MANY: u64 = 300;

#[test]
fn the_spread_that_is_told_is_that_of_the_plans() {
    let index = long_tailed(600);
    let [cap, floor] = [OverrideAction::Cap, OverrideAction::Floor];
    for overrides in [
        vec![],
        vec![("object:thing 0", cap(40))],
        vec![("object:thing 0", cap(90)), ("object:thing 1", cap(30))],
        vec![("object:thing 0", cap(60)), ("object:thing 2", floor(60))],
        vec![("object:thing 0", cap(4000))],
        vec![("object:thing 1", floor(70)), ("object:thing 20", OverrideAction::Pin)],
    ] {
        for policy in [PolicyName::Adr, PolicyName::Random] {
            let mut recipe = with_overrides(policy, &overrides);
            let (preview, _) = exact(&index, &recipe);
            let kept = (0..MANY).map(|seed| {
                recipe.seed = seed;
                plan(&index, &recipe).tally().kept as f64
            });
            let kept: Vec<f64> = kept.collect();
            let mean = kept.iter().sum::<f64>() / MANY as f64;
            let deviation = (kept.iter().map(|kept| (kept - mean).powi(2)).sum::<f64>() / (MANY - 1) as f64).sqrt();
            // Four standard errors of the deviation, and a tenth for instances that hold several of these entities.
            let told = preview.instances.kept_sd;
            let error = told * (4.0 / (2.0 * MANY as f64).sqrt() + 0.1) + 0.05;
            assert!((deviation - told).abs() < error, "{policy} {overrides:?}: {told} told, {deviation} found");
        }
    }
}

#[test]
fn where_instances_are_weighed_caps_and_floors_change_weights_alone() {
    let index = labels(&[("cat", 200), ("lynx", 5)]);
    for (overrides, cats, lynxes) in [
        (vec![("label:lynx", OverrideAction::Cap(5))], 102.5, 5.0),
        (vec![("label:cat", OverrideAction::Floor(200)), ("label:lynx", OverrideAction::Cap(5))], 200.0, 5.0),
        (vec![("label:cat", OverrideAction::Cap(500)), ("label:lynx", OverrideAction::Floor(9))], 102.5, 102.5),
        (vec![("label:cat", OverrideAction::Exclude)], 0.0, 102.5),
    ] {
        let mut recipe = with_overrides(PolicyName::Uniform, &overrides);
        recipe.rebalance.balance_by = fantail::recipe::BalanceBy::Weights;
        let (preview, exact) = exact(&index, &recipe);
        let written: u32 = plan(&index, &recipe).repeats().iter().sum();
        assert!((preview.instances.after - f64::from(written)).abs() < 1e-6, "{overrides:?}: {written} written");
        assert_eq!(written, if cats == 0.0 { 5 } else { 205 }, "{overrides:?}");
        let counts = &preview.perspectives[0].counts;
        assert!((counts[0] - cats).abs() < 1e-2 && (counts[1] - lynxes).abs() < 1e-2, "{overrides:?}: {counts:?}");
        let told = plan::explain(&index, &recipe, 204).unwrap().unwrap();
        assert_eq!((told.repeat, told.keep_probability), (1, 1.0));
        assert!((told.weight - f64::from(exact.expected()[204])).abs() < 1e-4, "{told:?}");
        let sketch = fantail::preview::Sketch::new(&index).preview((&index, &recipe), Perspective::Label, &Unobserved);
        let sketch = sketch.unwrap();
        assert!((sketch.instances.after - preview.instances.after).abs() < 1e-2, "{overrides:?}");
        assert!((sketch.instances.effective - preview.instances.effective).abs() < 1e-2, "{overrides:?}");
    }
}

#[test]
fn exclude_beats_pin_beats_floor_beats_cap() {
    let rows = [["a", "b"], ["a", "c"], ["a", "d"], ["b", "d"]];
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let index = listed(Perspective::Object, &rows);
    let recipe = with_overrides(
        PolicyName::None,
        &[
            ("object:b", OverrideAction::Pin),
            ("object:a", OverrideAction::Cap(1)),
            ("object:d", OverrideAction::Exclude),
            ("object:c", OverrideAction::Floor(1)),
        ],
    );
    let (_, exact) = exact(&index, &recipe);
    assert_eq!(exact.keep(), [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(plan(&index, &recipe).repeats(), [1, 1, 0, 0]);
}

#[test]
fn explanations_name_the_override_and_agree_with_the_plan() {
    let index = long_tailed(300);
    for policy in POLICIES {
        let recipe = with_overrides(
            policy,
            &[
                ("object:thing 0", OverrideAction::Cap(30)),
                ("object:thing 1?", OverrideAction::Floor(20)),
                ("object:thing 5", OverrideAction::Pin),
                ("object:thing 2", OverrideAction::Exclude),
            ],
        );
        let (plan, (_, exact)) = (plan(&index, &recipe), exact(&index, &recipe));
        let excluded = rank(&index, "thing 2") as u32;
        for instance in 0..index.instances() {
            let told = plan::explain(&index, &recipe, instance).unwrap().unwrap();
            assert_eq!(told.repeat, plan.repeat(instance), "{policy} {instance}");
            assert_eq!(told.decision == Decision::Keep, told.repeat > 0);
            assert!((told.keep_probability - f64::from(exact.keep()[instance])).abs() < 1e-5, "{told:?}");
            assert!((told.weight - f64::from(exact.expected()[instance])).abs() < 1e-4, "{told:?}");
            if index.perspectives[0].by_instance.row(instance).contains(&excluded) {
                let decisive = told.overridden.unwrap();
                assert!(decisive.entity == "object:thing 2" || !decisive.changed, "{decisive:?}");
                assert_eq!(told.repeat, 0);
            } else if let Some(decisive) = told.overridden.filter(|told| told.changed && told.draw.is_some()) {
                let passed = decisive.draw.unwrap() < decisive.cut;
                // What a floor repeats was there before, whatever it drew to come back.
                let repeated = matches!(decisive.action, OverrideAction::Floor(_)) && told.repeat > 1;
                assert_eq!(passed || repeated, told.repeat > 0, "{decisive:?}");
            }
        }
    }
}

#[test]
fn overrides_depend_on_no_order() {
    let index = long_tailed(300);
    let order: Vec<usize> = (0..300).map(|place| (place * 77 + 5) % 300).collect();
    let other = permuted(&index, &order);
    for policy in POLICIES {
        let recipe = with_overrides(
            policy,
            &[("object:thing ?", OverrideAction::Cap(12)), ("object:thing 1?", OverrideAction::Floor(30))],
        );
        let (first, second) = (plan(&index, &recipe), plan(&other, &recipe));
        for (new, &old) in order.iter().enumerate() {
            assert_eq!(second.repeat(new), first.repeat(old), "{policy}");
        }
    }
}

#[test]
fn the_sketch_of_a_small_set_is_exact_with_overrides_too() {
    let index = long_tailed(400);
    let recipe = with_overrides(
        PolicyName::Adr,
        &[("object:thing 0", OverrideAction::Cap(25)), ("object:thing 30", OverrideAction::Floor(9))],
    );
    let (exact, _) = exact(&index, &recipe);
    let sketch =
        fantail::preview::Sketch::new(&index).preview((&index, &recipe), Perspective::Object, &Unobserved).unwrap();
    assert!((sketch.instances.kept - exact.instances.kept).abs() < 0.01);
    let worst = sketch.perspectives[0].counts.iter().zip(&exact.perspectives[0].counts).map(|(a, b)| (a - b).abs());
    assert!(worst.fold(0.0, f32::max) < 0.01);
}

const TWO: &str = "[[rebalance.override]]\nentity = \"token:man\"\naction = ";

#[test]
fn wrong_overrides_are_refused_with_place_and_fix() {
    let second =
        |action: &str| format!("{TWO}\"pin\"\n\n[[rebalance.override]]\nentity = \"token:man\"\naction = {action}");
    let table = [
        (format!("{TWO}\"keep\""), "r.toml:3:10: no such value 'keep'; known: pin, exclude, cap, floor"),
        (format!("{TWO}{{ cap = 0 }}"), "r.toml:3:10: cap = 0 keeps nothing; write action = \"exclude\""),
        (format!("{TWO}{{ caps = 5 }}"), "r.toml:3:12: unknown key 'caps'; did you mean 'cap'?"),
        (format!("{TWO}{{ floor = 0 }}"), "r.toml:3:10: floor = 0 asks for nothing; write a count of at least 1"),
        (
            second("\"exclude\""),
            "r.toml:7:10: exclude of 'token:man' contradicts pin of 'token:man' on line 2; remove one of the two",
        ),
        (
            second("{ cap = 5 }"),
            "r.toml:7:10: cap 5 of 'token:man' contradicts pin of 'token:man' on line 2; remove one of the two",
        ),
        (
            "[[rebalance.override]]\nentity = \"man\"\naction = \"pin\"".into(),
            "r.toml:2:10: 'man' names no perspective; write \"token:man\" or another of: token, object, co_occurrence, interrogation, label",
        ),
        (
            "[[rebalance.override]]\nentity = \"tokn:man\"\naction = \"pin\"".into(),
            "r.toml:2:10: no such perspective 'tokn'; did you mean 'token'?",
        ),
        (
            "[[rebalance.override]]\nentity = \"token:[man\"\naction = \"pin\"".into(),
            "r.toml:2:10: '[man' is no pattern: invalid range pattern; write [*], [?] or [[] for the signs themselves",
        ),
        (
            "[[rebalance.override]]\nentty = \"token:man\"".into(),
            "r.toml:2:1: unknown key 'entty'; did you mean 'entity'?",
        ),
        (
            "[entities]\nperspectives = [\"object\"]\n[[rebalance.override]]\nentity = \"token:man\"\naction = \"pin\""
                .into(),
            "r.toml:4:10: 'token' is not extracted; add \"token\" to entities.perspectives",
        ),
    ];
    for (text, message) in table {
        assert_eq!(refusal(&text), message, "{text}");
    }
    assert!(
        refusal("[[rebalance.override]]\naction = \"pin\"")
            .contains("this entry lacks entity; write for example entity = \"token:man\"")
    );
    // A floor under a cap, and one beside a pin, can be had.
    parsed(&second("{ floor = 50 }"));
}

#[test]
fn overrides_that_do_not_fit_the_dataset_name_their_line() {
    let index = labels(&[("gravy boat", 4), ("gravy train", 3), ("man", 2)]);
    let told = |text: &str| {
        let error = fantail::policy::fits(&index, &parsed(text)).expect_err(text);
        assert_eq!(error.exit_code(), 4);
        error.in_file(Path::new("r.toml")).to_string()
    };
    let one = |entity: &str| format!("\n[[rebalance.override]]\nentity = \"{entity}\"\naction = \"pin\"\n");
    assert_eq!(
        told(&one("label:gravy boot")),
        "r.toml:3:10: no label entity is called 'gravy boot'; did you mean 'gravy boat'?"
    );
    assert_eq!(
        told(&one("label:zebra*")),
        "r.toml:3:10: no label entity matches 'zebra*'; remove the override or widen its pattern"
    );
    assert_eq!(told(&one("token:man")), "r.toml:3:10: this dataset has no token perspective; it has: label");
    let two = format!("{}[[rebalance.override]]\nentity = \"label:*boat\"\naction = \"exclude\"", one("label:gravy*"));
    assert_eq!(
        told(&two),
        "r.toml:6:10: exclude of 'label:*boat' contradicts pin of 'label:gravy*' on line 3; remove one of the two (both mean 'gravy boat')"
    );
    // An exact name goes before a pattern.
    let exact =
        format!("{}[[rebalance.override]]\nentity = \"label:gravy boat\"\naction = \"exclude\"", one("label:gravy*"));
    let bound = fantail::policy::bind(&index, &parsed(&exact).rebalance.overrides).unwrap();
    let actions: Vec<_> = bound.iter().map(|bound| (bound.rank, bound.action)).collect();
    assert_eq!(actions, [(1, OverrideAction::Pin), (0, OverrideAction::Exclude)]);
}

#[test]
fn the_case_of_tokens_says_nothing_in_names_patterns_and_marks() {
    let rows: Vec<Vec<String>> = ["treehouse", "Tree", "lamp"].iter().map(|name| vec![(*name).to_owned()]).collect();
    let of = |perspective, name: &str| {
        let entry =
            Override { entity: format!("{perspective}:{name}"), action: OverrideAction::Pin, line: Line::default() };
        let index = listed(perspective, &rows);
        let bound = fantail::policy::bind(&index, std::slice::from_ref(&entry)).unwrap_or_default();
        let marks = fantail::policy::Marks::of(&[entry], perspective);
        let names = (0..3).map(|rank| index.perspectives[0].names.get(rank).into_owned()).collect::<Vec<_>>();
        let marked: Vec<u32> = (0..3).filter(|&rank| marks.action(&names[rank as usize]).is_some()).collect();
        let mut meant: Vec<u32> = bound.iter().map(|bound| bound.rank).collect();
        meant.sort_unstable();
        assert_eq!(meant, marked, "{name}: what is bound is what is marked");
        meant.len()
    };
    for (name, many) in [("TREEHOUSE", 1), ("tree", 1), ("TREE*", 2), ("[t]REE?*", 1), ("*", 3)] {
        assert_eq!(of(Perspective::Token, name), many, "{name}");
    }
    for (name, many) in [("TREEHOUSE", 0), ("Tree*", 1), ("tree*", 1)] {
        assert_eq!(of(Perspective::Label, name), many, "{name}");
    }
}

#[test]
fn saving_keeps_the_comments_of_overrides_that_stay() {
    let text = "seed = 1\n\n[rebalance]\nalpha = 0.5 # half\n\n# too many men\n[[rebalance.override]]\nentity = \"token:man\" # yes\naction = { cap = 5_000 }\n\n# boats\n[[rebalance.override]]\nentity = \"token:boat\"\naction = \"pin\"\n\n[export]\nformats = [\"native\"]\n";
    let mut recipe = parsed(text);
    assert_eq!(recipe.merged_into(text, Path::new("r.toml")).unwrap(), text);
    recipe.rebalance.overrides.remove(1);
    recipe.rebalance.overrides.push(Override::new(Perspective::Object, "cup", OverrideAction::Floor(7)));
    let saved = recipe.merged_into(text, Path::new("r.toml")).unwrap();
    assert_eq!(
        saved,
        "seed = 1\n\n[rebalance]\nalpha = 0.5 # half\n\n# too many men\n[[rebalance.override]]\nentity = \"token:man\" # yes\naction = { cap = 5_000 }\n\n[[rebalance.override]]\nentity = \"object:cup\"\naction = { floor = 7 }\n\n[export]\nformats = [\"native\"]\n"
    );
    assert_eq!(parsed(&saved), recipe);
    recipe.rebalance.overrides.clear();
    let none = recipe.merged_into(&saved, Path::new("r.toml")).unwrap();
    assert_eq!(parsed(&none), recipe);
    recipe.rebalance.overrides.push(Override::new(Perspective::Token, "man", OverrideAction::Pin));
    let text = fantail::recipe::DEFAULT_TEXT;
    let recipe = Recipe { rebalance: recipe.rebalance.clone(), ..Recipe::default() };
    let saved = recipe.merged_into(text, Path::new("r.toml")).unwrap();
    assert_eq!(parsed(&saved), recipe, "{saved}");
    let inline = "[rebalance]\noverride = [{ entity = \"token:man\", action = \"pin\" }]\n";
    let mut recipe = parsed(inline);
    recipe.rebalance.overrides.push(Override::new(Perspective::Token, "dog", OverrideAction::Cap(3)));
    assert_eq!(parsed(&recipe.merged_into(inline, Path::new("r.toml")).unwrap()), recipe);
}
