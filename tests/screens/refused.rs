//! A recipe that is wrong changes nothing that was on the screen: it is told, with its line and the way out, and that is all.

use std::path::Path;

use fantail::app::message::{Failure, Message};
use fantail::app::model::{Model, Reckoning};
use fantail::app::update;
use fantail::config::keymap::parse_key;
use fantail::recipe::Recipe;

use super::fixture;
use super::paper::{drawn, text};
use super::{ColorSupport, SIZES, theme};

/// Wrong recipes as they are saved under a running program: the place that is named, and the way out.
const WRONG: [(&str, &str, &str); 11] = [
    ("unknown key", "[rebalance]\nalfa = 0.5", ":2:1: unknown key 'alfa'; did you mean 'alpha'?"),
    (
        "wrong type",
        "[rebalance]\nalpha = \"much\"",
        ":2:9: alpha is the text \"much\" where a number belongs; write for example alpha = 1.0",
    ),
    ("not TOML", "[rebalance]\nalpha = ", ":2:9: "),
    (
        "τ = 0",
        "[threshold]\ntoken = { count = 0 }",
        ":2:9: a threshold of 0 keeps nothing; write a count of at least 1",
    ),
    (
        "negative α",
        "[rebalance]\nalpha = -0.5",
        ":2:9: alpha = -0.5 is out of range; write a number above 0, at most 1",
    ),
    (
        "policy without its perspective",
        "\n[rebalance]\npolicy = \"uniform\"\nperspective = \"label\"",
        ":4:15: the policy 'uniform' balances 'label', which was not extracted; set rebalance.perspective to one of: token, object",
    ),
    (
        "more votes than perspectives",
        "[rebalance]\npass_count = 5",
        ":2:14: pass_count = 5 can never be reached: this dataset has 4 perspectives; write at most 4",
    ),
    (
        "no such entity",
        "[[rebalance.override]]\nentity = \"object:astrolab\"\naction = \"pin\"",
        ":2:10: no object entity is called 'astrolab'; did you mean 'astrolabe'?",
    ),
    (
        "contradiction",
        "[[rebalance.override]]\nentity = \"object:man\"\naction = \"pin\"\n\
         [[rebalance.override]]\nentity = \"object:man\"\naction = \"exclude\"",
        ":6:10: exclude of 'object:man' contradicts pin of 'object:man' on line 2; remove one of the two",
    ),
    (
        "contradiction of patterns",
        "[[rebalance.override]]\nentity = \"object:ma*\"\naction = \"pin\"\n\
         [[rebalance.override]]\nentity = \"object:*an\"\naction = \"exclude\"",
        ":5:10: ",
    ),
    ("unknown policy", "[rebalance]\npolicy = \"adz\"", ":2:10: no such value 'adz'; did you mean 'adr'?"),
];

fn press(model: &mut Model, key: &str) {
    update(model, Message::KeyPressed(parse_key(key).unwrap()));
}

#[test]
fn a_wrong_recipe_is_told_and_changes_nothing_on_the_screen() {
    let theme = theme("dark", ColorSupport::TrueColor);
    let path = Path::new("recipe.toml");
    for (name, saved, told) in WRONG {
        let mut model = fixture::rebalancing();
        model.history.path = path.into();
        let before = (drawn(&model, &theme, (120, 36)), model.recipe.clone());
        let outcome = Recipe::parse(saved, path).map(Box::new).map_err(|error| Failure {
            title: "the recipe on disk is not in use".into(),
            cause: error.to_string(),
            next: "correct the file at the place that is named".into(),
        });
        let effects = update(&mut model, Message::RecipeRead(outcome));

        assert!(
            effects.is_empty(),
            "{name}: {:?}",
            effects.iter().map(fantail::app::effect::Effect::label).collect::<Vec<_>>()
        );
        assert_eq!(model.recipe, before.1, "{name}");
        assert!(matches!(model.rebalance.preview, Reckoning::Exact(_)), "{name}");
        let notice = model.notices.last().unwrap_or_else(|| panic!("{name}: nothing is told")).text.clone();
        assert!(notice.contains(&format!("recipe.toml{told}")), "{name}: {notice}");

        for size in SIZES {
            let screen = text(&drawn(&model, &theme, size));
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let told = words(&format!("⚠ {notice} (last good recipe in force)"));
            assert!(words(&screen).contains(&told), "{name} at {size:?}:\n{screen}");
            // No key takes it away.
            press(&mut model, "?");
            press(&mut model, "esc");
            assert!(words(&text(&drawn(&model, &theme, size))).contains(&told), "{name} at {size:?}:\n{screen}");
        }
        // The file is mended: it is gone, and nothing else has changed.
        let mended = Recipe::clone(&model.history.saved);
        update(&mut model, Message::RecipeRead(Ok(Box::new(mended))));
        assert_eq!(text(&drawn(&model, &theme, (120, 36))), text(&before.0), "{name}");
    }
}

/// A place that is far down, in a folder with a long name, of a fault that takes many words.
#[test]
fn of_a_fault_of_many_words_the_place_and_what_is_in_force_are_never_cut() {
    let theme = theme("dark", ColorSupport::None);
    let mut model = fixture::rebalancing();
    let cause = format!("recipe.toml:12:3: unknown key 'x'; known here: {}", "policy, pass_count, ".repeat(40));
    let failure = Failure { title: "not in use".into(), cause, next: String::new() };
    update(&mut model, Message::RecipeRead(Err(failure)));
    for size in SIZES.into_iter().chain([(40, 12)]) {
        let screen = text(&drawn(&model, &theme, size));
        for part in ["⚠ recipe.toml:12:3:", "in force)", "gini"] {
            // What a small screen does not show without an alarm it does not show with one.
            assert!(part == "gini" && size.1 < 30 || screen.contains(part), "{part} at {size:?}:\n{screen}");
        }
    }
}
