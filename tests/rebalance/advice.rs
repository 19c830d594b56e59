//! Settings that do nothing, or too much, are told with their line and what to write instead.

use super::*;

fn advice(text: &str) -> Vec<String> {
    parsed(text).advice().iter().map(ToString::to_string).collect()
}

/// What a preview of 1,200 instances says of a recipe.
fn told(text: &str) -> Vec<String> {
    exact(&long_tailed(1200), &parsed(text)).0.advice.iter().map(ToString::to_string).collect()
}

#[test]
fn what_does_nothing_is_told() {
    let table = [
        ("policy = \"none\"\nsize = 5", "line 3: size = 5 does nothing under the policy 'none'"),
        ("policy = \"target\"\nsize = 5", "line 3: size = 5 does nothing under the policy 'target'"),
        ("policy = \"uniform\"\nbalance_by = \"weights\"\nsize = 5", "line 4: size = 5 does nothing with balance_by"),
        ("stages = [5.0]", "line 2: stages do nothing under the policy 'adr'"),
        (
            "policy = \"temperature\"\nstages = [5.0]",
            "line 3: the weights of stages are in none of the export's formats",
        ),
        ("perspective = \"label\"", "line 2: perspective = \"label\" does nothing under the policy 'adr'"),
        ("balance_by = \"weights\"", "line 2: balance_by = \"weights\" does nothing under the policy 'adr'"),
        ("policy = \"random\"\nno_entity = \"drop\"", "line 3: no_entity = \"drop\" does nothing"),
    ];
    for (text, wanted) in table {
        let found = advice(&format!("[rebalance]\n{text}\n"));
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{text}: {found:?}");
    }
    assert!(
        advice("[rebalance]\npolicy = \"temperature\"\nstages = [5.0]\n[export]\nformats = [\"csv\"]\n").is_empty()
    );
    assert!(Recipe::parse(fantail::recipe::DEFAULT_TEXT, Path::new("r.toml")).unwrap().advice().is_empty());
}

#[test]
fn a_threshold_of_what_is_not_extracted_is_told() {
    let text = "[entities]\nperspectives = [\"token\"]\n[threshold]\ntoken = { count = 9 }\nlabel = { tail_mass = 0.2 }\nobject = { count = 3 }\n";
    let told = |name: &str, line: u32| {
        format!(
            "line {line}: the threshold of '{name}' does nothing, since '{name}' is not extracted; remove it, or add \"{name}\" to \
             entities.perspectives"
        )
    };
    assert_eq!(advice(text), [told("object", 6), told("label", 5)]);
    assert!(advice(&text.replace("[\"token\"]", "[]")).is_empty(), "all that the dataset offers");
}

#[test]
fn a_size_out_of_reach_and_very_frequent_repeats_are_told() {
    for policy in ["random", "adr", "cap"] {
        let found = told(&format!("[rebalance]\npolicy = \"{policy}\"\nsize = 5000\n"));
        let wanted = format!(
            "line 3: size = 5000 is out of reach of the policy '{policy}', which gives 1,200 at most; write 1,200"
        );
        assert_eq!(found, [wanted]);
    }
    assert!(told("[rebalance]\npolicy = \"random\"\nsize = 600\n").is_empty());
    let found = told("[rebalance]\npolicy = \"uniform\"\n");
    assert!(found[0].starts_with("line 2: ") && found[0].contains("written more than 4 times on average"), "{found:?}");
    assert!(told("[rebalance]\npolicy = \"temperature\"\ntemperature = 1\n").is_empty());
    let target = |limit: &str| told(&format!("[rebalance]\npolicy = \"target\"\nrepeat_limit = {limit}\n"));
    let found = target("1");
    assert!(found.len() == 1 && found[0].starts_with("line 2: repeat_limit = 1 keeps "), "{found:?}");
    assert!(!target("64").iter().any(|advice| advice.contains("where the target")));
}

/// The base temperature leaves shares as they are; the stages are what weighs.
#[test]
fn every_stage_of_a_schedule_is_judged() {
    let schedule = |stages: &str| {
        told(&format!(
            "[rebalance]\npolicy = \"temperature\"\ntemperature = 1\nstages = {stages}\n[export]\nformats = [\"csv\"]\n"
        ))
    };
    assert!(schedule("[1.0, 1.01]").is_empty());
    let found = schedule("[1.0, 100.0, 50.0]");
    assert_eq!(found.len(), 2, "{found:?}");
    for (found, stage) in found.iter().zip(["temperature=100", "temperature=50"]) {
        assert!(found.starts_with(&format!("line 4: in the stage {stage}, ")), "{found}");
        assert!(found.ends_with("learned by heart; lower that stage"), "{found}");
    }
}

#[test]
fn a_cap_that_others_pass_is_told() {
    let capped =
        "[rebalance]\npolicy = \"none\"\noverride = [\n  { entity = \"object:thing 0\", action = { cap = 3 } },\n";
    assert!(told(&format!("{capped}]\n")).is_empty());
    let found = told(&format!("{capped}  {{ entity = \"object:thing 1*\", action = \"pin\" }},\n]\n"));
    assert!(found.len() == 1 && found[0].starts_with("line 4: cap 3 of 'object:thing 0' is passed, "), "{found:?}");
    assert!(found[0].contains("floors and pins of entities that share its instances come first"), "{found:?}");
    let found = told(&format!("{capped}  {{ entity = \"object:thing 2\", action = {{ floor = 500 }} }},\n]\n"));
    assert!(found[0].starts_with("line 4: cap 3 of 'object:thing 0' is passed, "), "{found:?}");
}

#[test]
fn lists_that_are_empty_or_name_the_same_twice_are_refused() {
    let table = [
        (
            "[rebalance]\nstages = []",
            "r.toml:2:10: stages = [] is no schedule; write such as stages = [5.0, 2.0], or remove it",
        ),
        (
            "[export]\nformats = []",
            "r.toml:2:11: formats = [] writes nothing; write such as formats = [\"native\"], or remove it",
        ),
        ("[entities]\nperspectives = [\"token\", \"token\"]", "r.toml:2:26: 'token' stands twice; remove one"),
        ("[export]\nformats = [\"csv\", \"native\", \"csv\"]", "r.toml:2:29: 'csv' stands twice; remove one"),
    ];
    for (text, wanted) in table {
        assert_eq!(refusal(text), wanted);
    }
}

#[test]
fn temperatures_are_what_the_slider_reaches() {
    for (value, fits) in [("0.5", false), ("1", true), ("100", true), ("101", false)] {
        assert_eq!(
            Recipe::parse(&format!("[rebalance]\ntemperature = {value}\n"), Path::new("r.toml")).is_ok(),
            fits,
            "{value}"
        );
        assert_eq!(
            Recipe::parse(&format!("[rebalance]\npolicy = \"temperature\"\nstages = [{value}]\n"), Path::new("r.toml"))
                .is_ok(),
            fits
        );
    }
    let range = fantail::policy::Parameter::Temperature.range(&long_tailed(10));
    assert_eq!((range.low, range.high), (1.0, 100.0));
}

#[test]
fn a_wrong_type_is_told_with_what_was_found_what_belongs_there_and_an_example() {
    let table = [
        (
            "seed = \"x\"",
            "r.toml:1:8: seed is the text \"x\" where a whole number belongs; write for example seed = 42",
        ),
        (
            "[rebalance]\npolicy = 5",
            "r.toml:2:10: policy is the number 5 where a text in quotes belongs; write for example policy = \"adr\"",
        ),
        ("[rebalance]\ncap = -5", "r.toml:2:7: cap = -5 is out of range; write a whole number of at least 1"),
        (
            "[rebalance]\npass_count = 1.5",
            "r.toml:2:14: pass_count is the number 1.5 where a whole number belongs; write for example pass_count = 1",
        ),
        (
            "[rebalance]\nstages = 5.0",
            "r.toml:2:10: stages is the number 5.0 where a list belongs; write for example stages = [5.0, 2.0]",
        ),
        (
            "[threshold]\ntoken = 304",
            "r.toml:2:9: token is the number 304 where a table belongs; write token = { count = 304 }",
        ),
        (
            "[threshold]\ntoken = \"10%\"",
            "r.toml:2:9: token is the text \"10%\" where a table belongs; write token = { tail_mass = 0.1 }",
        ),
        (
            "[threshold]\nco_occurrence = 0.25",
            "r.toml:2:17: co_occurrence is the number 0.25 where a table belongs; write co_occurrence = { tail_mass = 0.25 }",
        ),
        (
            "[threshold]\nlabel = \"rare\"",
            "r.toml:2:9: label is the text \"rare\" where a table belongs; write for example label = { count = 120 }",
        ),
        ("[rebalance]\nrepeats = \"add\"", "r.toml:2:11: no such value 'add'; did you mean 'sqrt'?"),
        (
            "[threshold]\ntoken = { count = \"9\" }",
            "r.toml:2:19: count is the text \"9\" where a whole number belongs; write for example count = 120",
        ),
        (
            "[export]\nformats = \"csv\"",
            "r.toml:2:11: formats is the text \"csv\" where a list belongs; write for example formats = [\"native\"]",
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(refusal(text), wanted);
    }
}
