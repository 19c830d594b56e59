//! Broken recipes, each as somebody may write it, and what is said of it: the snapshot is to be read as a newcomer reads it.

use std::fmt::Write;

use super::*;

/// One fault each.
const BROKEN: [&str; 63] = [
    // No TOML.
    "[rebalance]\nalpha == 0.5",
    "[rebalance]\nalpha = ",
    "[rebalance]\nalpha 0.5",
    "[rebalance]\nalpha: 0.5",
    "[rebalance]\nalpha = 0,5",
    "[rebalance]\nalpha = .5",
    "[rebalance]\npolicy = adr",
    "[rebalance]\nalpha = yes",
    "[rebalance]\npolicy = \"adr\", cap = 5",
    "[rebalance]\npolicy = 'adr",
    "[rebalance]\npolicy = \"adr",
    "[rebalance\npolicy = \"adr\"",
    "[rebalance]\nstages = [5.0, 2.0",
    "[threshold]\ntoken = { count = 120",
    "[rebalance]\nalpha = 0.5 # fine\nalpha = 0.6",
    "[rebalance]\nalpha = 0.5\n[export]\n[rebalance]\npass_count = 2",
    "seed = 1\nseed = 2",
    "{ \"seed\": 1 }",
    "seed: 1",
    "[rebalance]\ncap = 20_000_",
    "[rebalance]\ncap = 20.000,0",
    // What is known somewhere else, or not at all.
    "[rebalanse]\nalpha = 0.5",
    "rebalance.alfa = 0.5",
    "[rebalance]\npass_num = 1",
    "[rebalance]\npolicy = \"repeat\"",
    "[rebalance]\npolicy = \"ADR\"",
    "[rebalance]\npolicy = \"repeat-factor\"",
    "[rebalance]\npolicy = \"undersample\"",
    "[rebalance]\npolicy = [\"adr\"]",
    "[synthesis]\npolicies = [\"repeat_factor\"]",
    "[synthesis]\npolicies = \"repeat\"",
    "[rebalance]\nvote = \"average\"",
    "[dataset]\nformat = \"lava\"",
    "[entities]\nperspectives = [\"tokens\"]",
    "[entities]\nperspectives = [\"token\", \"token\"]",
    // Of another type.
    "rebalance = \"adr\"",
    "export = [\"csv\"]",
    "[[rebalance]]\npolicy = \"adr\"",
    "[rebalance]\nalpha = true",
    "[rebalance]\nalpha = \"50 %\"",
    "[rebalance]\nstages = [5.0, \"2\"]",
    "[export]\nformats = [\"csv\", 5]",
    "[dataset]\ncolumns = { text = \"caption\" }",
    "[threshold]\ntoken = { count = 1.5 }",
    "[threshold]\ntoken = { count = 5, tail_mass = 0.1 }",
    "[threshold]\ntoken = {}",
    "[rebalance.override]\nentity = \"token:man\"\naction = \"pin\"",
    "[[rebalance.override]]\nentity = \"token:man\"",
    "[[rebalance.override]]\nentity = \"token:man\"\naction = \"drop\"",
    "[[rebalance.override]]\nentity = \"token:man\"\naction = \"cap\"",
    "[[rebalance.override]]\nentity = \"token:man\"\naction = { cap = -1 }",
    "[[rebalance.override]]\nentity = \"token:man\"\naction = { cap = 5, floor = 2 }",
    "[[rebalance.override]]\nentity = \"man\"\naction = \"pin\"",
    "[[synthesis.entity]]\nentity = \"label:toaster\"",
    // Out of range.
    "seed = 99999999999999999999",
    "seed = -1",
    "[rebalance]\ncap = 5000000000",
    "[rebalance]\ncap = -1",
    "[rebalance]\nsize = -1",
    "[rebalance]\npass_count = -1",
    "[synthesis]\nceiling = -1",
    "[synthesis]\nbudget = 1.5",
    "version = \"1\"",
];

#[test]
fn what_is_said_of_a_broken_recipe_helps_to_mend_it() {
    let mut told = String::new();
    for text in BROKEN {
        let message = refusal(text);
        let indented = text.replace('\n', "\n    ");
        writeln!(told, "    {indented}\n{message}\n").unwrap();
        // A place, and words after it.
        let place = message.strip_prefix("r.toml:").unwrap_or_else(|| panic!("no place: {message}"));
        let numbers: Vec<usize> = place.splitn(3, ':').take(2).map(|part| part.parse().unwrap()).collect();
        let lines = text.lines().count();
        assert!((1..=lines).contains(&numbers[0]) && numbers[1] >= 1, "{text}\n{message}");
        // What to do about it.
        let ways = ["write ", "did you mean", "remove ", "known", "it belongs", "close ", "join "];
        assert!(ways.iter().any(|way| message.contains(way)), "no way out of\n{text}\n{message}");
    }
    insta::assert_snapshot!(told);
}
