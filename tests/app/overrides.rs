//! Overrides by keys where patterns of the recipe hold: what holds is told, what is chosen goes before it, and it can be lifted.

use super::defects::screen;
use super::*;

/// A machine whose recipe is this one.
fn under(loaded: Arc<Loaded>, recipe: &str) -> Machine {
    let mut machine = Machine::with(loaded);
    let recipe = Recipe::parse(recipe, std::path::Path::new("recipe.toml")).unwrap();
    machine.send(Message::RecipeRead(Ok(Box::new(recipe))));
    machine
}

fn listed(machine: &Machine) -> Vec<String> {
    let overrides = &machine.model.recipe.rebalance.overrides;
    overrides.iter().map(|entry| format!("{} {}", entry.entity, entry.action)).collect()
}

/// A cap of all labels that begin with c, on line 2.
const PATTERN: &str = "[rebalance]\noverride = [{ entity = \"label:c*\", action = { cap = 30 } }]\n";

#[test]
fn what_a_pattern_holds_is_told_and_an_action_of_its_own_goes_before_it() {
    let mut machine = under(labelled(), PATTERN);
    machine.press("o");
    assert!(matches!(&machine.model.overlay, Some(Overlay::Override { entity, cursor: 3, .. }) if entity == "cat"));
    let shown = screen(&machine.model);
    assert!(shown.contains("cap 30 by label:c*, line 2") && !shown.contains("as the policy says"), "{shown}");
    machine.press("enter");
    assert!(matches!(&machine.model.overlay, Some(Overlay::EditValue { field, .. }) if field.text == "30"));
    machine.press("1 2 enter");
    assert_eq!(listed(&machine), ["label:c* cap 30", "label:cat cap 12"]);
    let index = &machine.model.loaded().unwrap().index;
    let bound = fantail::policy::bind(index, &machine.model.recipe.rebalance.overrides).unwrap();
    assert!(matches!(&bound[..], [only] if only.place == 1), "the pattern gives way: {bound:?}");

    // Without it the pattern holds again, and that is said.
    machine.press("o");
    let shown = screen(&machine.model);
    assert!(shown.contains("cap 12 by label:cat"), "{shown}");
    assert!(shown.contains("nothing of its own: cap 30 by label:c*, line 2"), "{shown}");
    machine.press("g enter");
    assert_eq!(listed(&machine), ["label:c* cap 30"]);
    assert!(machine.toast().contains("cat: cap 30 by label:c*"), "{}", machine.toast());
}

#[test]
fn a_pattern_is_lifted_where_that_was_said_and_undo_brings_it_back() {
    let mut machine = under(labelled(), PATTERN);
    machine.press("o g");
    let shown = screen(&machine.model);
    assert!(shown.contains("remove label:c*, for all that it matches"), "{shown}");
    machine.press("enter");
    assert!(listed(&machine).is_empty());
    assert!(machine.toast().contains("label:c*: removed"), "{}", machine.toast());
    machine.press("u");
    assert_eq!(listed(&machine), ["label:c* cap 30"]);
    // Of what the pattern does not match nothing is said but that the policy decides, and choosing it answers.
    machine.press("j o");
    let shown = screen(&machine.model);
    assert!(shown.contains("no override holds for it") && shown.contains("nothing: as the policy says"), "{shown}");
    machine.press("enter");
    assert!(machine.toast().contains("dog: as the policy says"), "{}", machine.toast());
    assert_eq!(listed(&machine), ["label:c* cap 30"]);
}

#[test]
fn the_key_that_pins_says_where_a_pattern_pins() {
    let mut machine = under(labelled(), "[rebalance]\noverride = [{ entity = \"label:c*\", action = \"pin\" }]\n");
    machine.press("p");
    assert_eq!(listed(&machine), ["label:c* pin"]);
    assert!(machine.toast().contains("pin by label:c*, line 2"), "{}", machine.toast());
    let mut machine = under(labelled(), PATTERN);
    machine.press("p");
    assert_eq!(listed(&machine), ["label:c* cap 30", "label:cat pin"]);
    machine.press("p");
    assert_eq!(listed(&machine), ["label:c* cap 30"]);
    assert!(machine.toast().contains("cap 30 by label:c*"), "{}", machine.toast());
}

#[test]
fn an_entry_in_other_letters_is_the_entitys_own() {
    let mut machine = Machine::with(conversations());
    while machine.model.perspective != Perspective::Token {
        machine.press("]");
    }
    let name = machine.selected();
    let written =
        format!("[rebalance]\noverride = [{{ entity = \"token:{}\", action = \"pin\" }}]\n", name.to_uppercase());
    let recipe = Recipe::parse(&written, std::path::Path::new("recipe.toml")).unwrap();
    machine.send(Message::RecipeRead(Ok(Box::new(recipe))));
    machine.press("o");
    assert!(matches!(&machine.model.overlay, Some(Overlay::Override { cursor: 1, .. })), "{}", screen(&machine.model));
    machine.press("j enter");
    assert_eq!(listed(&machine), [format!("token:{name} exclude")], "one entry, that contradicts no other");
}

#[test]
fn a_press_on_the_knob_moves_nothing() {
    let mut machine = Machine::with(labelled());
    machine.press("2");
    let place = |label: &str| machine.model.sliders().iter().position(|slider| slider.label == label).unwrap();
    let alpha = place("alpha");
    let track = Area { x: 10, y: 5, width: 7, height: 1 };
    let mut hits = HitMap::default();
    hits.push(track, Target::Slider(alpha));
    for value in [0.12, 0.37, 0.5, 0.61, 0.93] {
        machine.model.recipe.rebalance.alpha = value;
        let knob = track.column(machine.model.sliders()[alpha].fraction());
        machine.send(Message::Drawn(hits.clone()));
        machine.send(Message::Mouse(Mouse::Pressed(knob, 5)));
        machine.send(Message::Mouse(Mouse::Dragged(knob, 5)));
        machine.send(Message::Mouse(Mouse::Released));
        assert_eq!((machine.model.recipe.rebalance.alpha, machine.model.rebalance.slider), (value, alpha), "at {knob}");
        let beside = if knob > track.x { knob - 1 } else { knob + 1 };
        machine.send(Message::Mouse(Mouse::Pressed(beside, 5)));
        machine.send(Message::Mouse(Mouse::Released));
        assert!((machine.model.recipe.rebalance.alpha - value).abs() > 1e-9, "a press beside it moves it");
    }
}
