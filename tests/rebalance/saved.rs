//! What a user wrote around overrides stays when they are edited on the screen and saved: comments, spaces, layout, line ends.

use fantail::recipe::{Override, OverrideAction};
use proptest::prelude::*;

use super::*;

fn token(name: &str, action: OverrideAction) -> Override {
    Override::new(Perspective::Token, name, action)
}

fn saved(text: &str, edit: impl FnOnce(&mut Vec<Override>)) -> String {
    let mut recipe = parsed(text);
    edit(&mut recipe.rebalance.overrides);
    let saved = recipe.merged_into(text, Path::new("r.toml")).unwrap();
    assert_eq!(parsed(&saved), recipe, "{saved}");
    saved
}

/// Blocks, each with a comment above and behind its lines.
const BLOCKS: &str = "[rebalance]\nalpha = 0.5\n\n# they are too many\n[[rebalance.override]] # first\nentity = \"token:man\"   # who\naction = { cap = 40 }  # not more\n\n# as rare as they are\n[[rebalance.override]]\nentity = \"token:boat\"\naction = \"pin\" # always\n";
/// The same between brackets.
const LISTED: &str = "[rebalance]\n# single entities\noverride = [ # in this order\n    # they are too many\n    { entity = \"token:man\", action = { cap = 40 } }, # because A\n    { entity = \"token:boat\", action = \"pin\" } # because B\n] # so much for them\nalpha = 0.5\n";

#[test]
fn a_changed_action_changes_its_value_alone_and_undone_is_as_it_was() {
    for text in [BLOCKS, LISTED] {
        let changed = saved(text, |list| list[0] = token("man", OverrideAction::Cap(55)));
        assert_eq!(changed, text.replace("cap = 40", "cap = 55"));
        assert_eq!(saved(&changed, |list| list[0] = token("man", OverrideAction::Cap(40))), text);
        let floored = saved(text, |list| list[0] = token("man", OverrideAction::Floor(7)));
        assert_eq!(floored, text.replace("cap = 40", "floor = 7"));
        let pinned = saved(text, |list| list[0] = token("man", OverrideAction::Pin));
        assert_eq!(pinned, text.replace("{ cap = 40 }", "\"pin\""));
        assert_eq!(saved(&pinned, |list| list[0] = token("man", OverrideAction::Cap(40))), text);
        let capped = saved(text, |list| list[1] = token("boat", OverrideAction::Cap(3)));
        assert_eq!(capped, text.replace("\"pin\"", "{ cap = 3 }"));
    }
}

#[test]
fn what_goes_takes_its_own_comments_and_no_others() {
    let first = saved(BLOCKS, |list| drop(list.remove(0)));
    assert_eq!(
        first,
        "[rebalance]\nalpha = 0.5\n\n# as rare as they are\n[[rebalance.override]]\nentity = \"token:boat\"\naction = \"pin\" # always\n"
    );
    let last = saved(BLOCKS, |list| drop(list.pop()));
    assert_eq!(last, BLOCKS.split("\n# as rare").next().unwrap());
    let first = saved(LISTED, |list| drop(list.remove(0)));
    assert_eq!(
        first,
        "[rebalance]\n# single entities\noverride = [ # in this order\n    { entity = \"token:boat\", action = \"pin\" } # because B\n] # so much for them\nalpha = 0.5\n"
    );
    let last = saved(LISTED, |list| drop(list.pop()));
    assert_eq!(
        last,
        LISTED
            .replace(",  # because A", "")
            .replace("    { entity = \"token:boat\", action = \"pin\" } # because B\n", "")
            .replace("} }, # because A", "} } # because A")
    );
    let none = saved(LISTED, Vec::clear);
    assert!(none.contains("# single entities\noverride = [ # in this order\n] # so much"), "{none}");
    let sections = "[rebalance]\n\n# == mine ==\n\n# they\n[[rebalance.override]]\nentity = \"token:man\"\naction = \"pin\"\n\n# == out ==\n[export]\n";
    assert_eq!(saved(sections, Vec::clear), "[rebalance]\n\n# == mine ==\n\n# == out ==\n[export]\n");
}

#[test]
fn what_is_added_stands_as_its_neighbours_do() {
    let added = |text: &str| saved(text, |list| list.push(token("cup", OverrideAction::Floor(7))));
    assert_eq!(
        added(BLOCKS),
        format!("{BLOCKS}\n[[rebalance.override]]\nentity = \"token:cup\"\naction = {{ floor = 7 }}\n")
    );
    assert_eq!(
        added(LISTED),
        LISTED.replace(
            "\"pin\" } # because B\n",
            "\"pin\" }, # because B\n    { entity = \"token:cup\", action = { floor = 7 } }\n"
        )
    );
    let one_line = "[rebalance]\noverride = [{entity=\"token:man\", action=\"pin\"}, {entity=\"token:boat\", action=\"pin\"}] # two\n";
    assert_eq!(added(one_line), one_line.replace("}] #", "}, {entity=\"token:cup\", action={ floor = 7 }}] #"));
    let dense = "[[rebalance.override]]\n  entity = \"token:man\"\n  action = \"pin\"\n[[rebalance.override]]\n  entity = \"token:boat\"\n  action = \"pin\"\n";
    assert_eq!(
        added(dense),
        format!("{dense}[[rebalance.override]]\n  entity = \"token:cup\"\n  action = {{ floor = 7 }}\n")
    );
}

/// The comments below the table's keys are of the table, and of its other keys.
#[test]
fn the_first_of_a_list_stands_behind_the_comments_of_its_table() {
    let text = fantail::recipe::DEFAULT_TEXT;
    let added = saved(text, |list| list.push(token("cup", OverrideAction::Pin)));
    let block = "\n[[rebalance.override]]\nentity = \"token:cup\"\naction = \"pin\"\n\n[synthesis]";
    assert_eq!(added, text.replace("\n[synthesis]", block));
    assert_eq!(saved(&added, Vec::clear), text);
    let last = "[rebalance]\nalpha = 0.5\n# the end\n";
    let added = saved(last, |list| list.push(token("cup", OverrideAction::Pin)));
    assert_eq!(added, format!("{last}\n[[rebalance.override]]\nentity = \"token:cup\"\naction = \"pin\"\n"));
}

#[test]
fn other_ways_to_write_an_action_keep_their_comments_too() {
    let dotted = "[[rebalance.override]]\nentity = \"token:man\"\n# so many\naction.cap = 40 # yes\n";
    assert_eq!(
        saved(dotted, |list| list[0] = token("man", OverrideAction::Floor(7))),
        dotted.replace("cap = 40", "floor = 7")
    );
    assert_eq!(
        saved(dotted, |list| list[0] = token("man", OverrideAction::Pin)),
        dotted.replace("action.cap = 40", "action = \"pin\"")
    );
    let table =
        "[[rebalance.override]]\nentity = \"token:man\"\n[rebalance.override.action] # do\n# so many\ncap = 40 # yes\n";
    let added = saved(table, |list| {
        list[0] = token("man", OverrideAction::Cap(55));
        list.push(token("cup", OverrideAction::Pin));
    });
    assert!(added.starts_with(&table.replace("40", "55")), "{added}");
    let pinned = saved(table, |list| list[0] = token("man", OverrideAction::Pin));
    for comment in ["# do", "# so many", "# yes"] {
        assert!(pinned.contains(comment), "{pinned}");
    }
    let threshold = "[threshold]\ntoken = {count=5} # few\n";
    let mut recipe = parsed(threshold);
    recipe.threshold.insert(Perspective::Token, fantail::recipe::ThresholdChoice::TailMass(0.25));
    assert_eq!(
        recipe.merged_into(threshold, Path::new("r.toml")).unwrap(),
        threshold.replace("count=5", "tail_mass=0.25")
    );
    let names = "[synthesis]\ndropped_seeds = [\n  \"a\", # blurred\n  \"b\", # not hers\n]\n";
    let mut recipe = parsed(names);
    recipe.synthesis.dropped_seeds = vec!["b".into(), "c".into()];
    assert_eq!(
        recipe.merged_into(names, Path::new("r.toml")).unwrap(),
        "[synthesis]\ndropped_seeds = [\n  \"b\", # not hers\n  \"c\",\n]\n"
    );
}

#[test]
fn a_key_that_goes_takes_its_own_comments_and_no_others() {
    let free = |text: &str| {
        let mut recipe = parsed(text);
        recipe.rebalance.size = None;
        recipe.merged_into(text, Path::new("r.toml")).unwrap()
    };
    let first = "[rebalance]\n# mine\n\n# much\nsize = 500 # enough\n# half\nalpha = 0.5\n";
    assert_eq!(free(first), "[rebalance]\n# mine\n# half\nalpha = 0.5\n");
    let last = "[rebalance]\nalpha = 0.5 # half\n# mine\n\n# much\nsize = 500 # enough\n\n# out\n[export]\n";
    assert_eq!(free(last), "[rebalance]\nalpha = 0.5 # half\n# mine\n\n# out\n[export]\n");
}

#[test]
fn lines_end_as_they_did() {
    for text in [BLOCKS, LISTED] {
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let changed = saved(&windows, |list| list[0] = token("man", OverrideAction::Cap(55)));
        assert_eq!(changed, windows.replace("cap = 40", "cap = 55"));
        let added = saved(&windows, |list| list.push(token("cup", OverrideAction::Pin)));
        assert_eq!(added.matches('\n').count(), added.matches("\r\n").count(), "{added:?}");
    }
}

/// How a list is written.
#[derive(Clone, Copy, Debug)]
enum Form {
    Blocks,
    Lines { last_comma: bool },
}

fn action(kind: u32, number: u32) -> OverrideAction {
    match kind % 4 {
        0 => OverrideAction::Pin,
        1 => OverrideAction::Exclude,
        2 => OverrideAction::Cap(number + 1),
        _ => OverrideAction::Floor(number + 1),
    }
}

fn written(action: OverrideAction) -> String {
    match action {
        OverrideAction::Cap(count) => format!("{{ cap = {count} }}"),
        OverrideAction::Floor(count) => format!("{{floor=  {count}}}"),
        other => format!("\"{}\"", other.key()),
    }
}

/// The lines of an entry, all of which hold its own comments.
fn lines(form: Form, name: u32, action: OverrideAction, last: bool) -> String {
    let (entity, action) = (format!("\"token:n{name}\""), written(action));
    match form {
        Form::Blocks => format!(
            "# above <{name}>\n[[rebalance.override]]\nentity =  {entity} # who <{name}>\naction = {action} # what <{name}>\n"
        ),
        Form::Lines { last_comma } => {
            let comma = if last && !last_comma { "" } else { "," };
            format!("  # above <{name}>\n  {{ entity = {entity}, action = {action} }}{comma} # behind <{name}>\n")
        }
    }
}

fn text(form: Form, entries: &[(u32, OverrideAction)]) -> String {
    let last = entries.len().saturating_sub(1);
    let all = entries.iter().enumerate().map(|(at, &(name, action))| lines(form, name, action, at == last));
    match form {
        Form::Blocks => format!("[rebalance]\nalpha = 0.5\n\n{}\n[export]\n", all.collect::<Vec<_>>().join("\n")),
        Form::Lines { .. } => format!("[rebalance]\noverride = [\n{}]\nalpha = 0.5\n", all.collect::<String>()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn comments_go_with_their_entries_and_with_nothing_else(
        form in prop_oneof![Just(Form::Blocks), any::<bool>().prop_map(|last_comma| Form::Lines { last_comma })],
        kinds in prop::collection::vec((0_u32..4, 0_u32..50), 1..7),
        edits in prop::collection::vec((0_u32..3, 0_u32..4, 0_u32..50), 7),
        added in prop::collection::vec((0_u32..4, 0_u32..7), 0..3),
        windows in any::<bool>(),
    ) {
        let entries: Vec<_> = kinds.iter().zip(0..).map(|(&(kind, number), name)| (name, action(kind, number))).collect();
        let ended = |text: String| if windows { text.replace('\n', "\r\n") } else { text };
        let original = ended(text(form, &entries));
        let mut recipe = parsed(&original);
        let before = recipe.clone();
        // 0: stays, 1: changes, 2: goes.
        let mut wanted: Vec<Override> = Vec::new();
        for (&(name, old), &(edit, kind, number)) in entries.iter().zip(&edits) {
            match edit {
                0 => wanted.push(token(&format!("n{name}"), old)),
                1 => wanted.push(token(&format!("n{name}"), action(kind, number))),
                _ => {}
            }
        }
        for (number, &(kind, place)) in added.iter().enumerate() {
            wanted.insert((place as usize).min(wanted.len()), token(&format!("new{number}"), action(kind, 3)));
        }
        recipe.rebalance.overrides = wanted;
        let saved = recipe.merged_into(&original, Path::new("r.toml")).unwrap();
        prop_assert_eq!(&parsed(&saved), &recipe, "{}", saved);
        prop_assert_eq!(saved.matches('\n').count(), if windows { saved.matches("\r\n").count() } else { saved.lines().count() });
        for (&(name, old), &(edit, kind, number)) in entries.iter().zip(&edits) {
            let own = format!("<{name}>");
            let comments = if matches!(form, Form::Blocks) { 3 } else { 2 };
            prop_assert_eq!(saved.matches(&own).count(), if edit == 2 { 0 } else { comments }, "{}", saved);
            // A comma may come or go with an entry behind.
            let bare = |text: &str| text.replace("},", "}");
            if edit == 0 {
                prop_assert!(bare(&saved).contains(&bare(&ended(lines(form, name, old, false)))), "{}", saved);
            } else if edit == 1 && old.key() == action(kind, number).key() {
                let changed = lines(form, name, action(kind, number), false);
                prop_assert!(bare(&saved).contains(&bare(&ended(changed))), "{}", saved);
            }
        }
        if edits.iter().zip(&entries).all(|((edit, ..), _)| *edit == 0) {
            prop_assert_eq!(before.merged_into(&saved, Path::new("r.toml")).unwrap(), original);
        }
    }
}
