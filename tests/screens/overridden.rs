//! Overrides and instances without entities on Rebalance: listed with what comes of them, or counted, at every size.

use fantail::app::message::Message;
use fantail::app::model::{Model, Overlay, RebalancePane, Reckoning};
use fantail::app::update;
use fantail::config::keymap::parse_key;
use fantail::entity::Perspective;
use fantail::index::PerspectiveIndex;
use fantail::number;
use fantail::recipe::NoEntity;

use super::fixture;
use super::paper::{drawn, text};
use super::{ColorSupport, SIZES, theme};

fn shown(model: &Model, size: (u16, u16)) -> String {
    text(&drawn(model, &theme("dark", ColorSupport::None), size))
}

fn objects(model: &Model) -> &PerspectiveIndex {
    model.loaded().unwrap().index.perspective(Perspective::Object).unwrap()
}

/// How many objects are streets with a number, but for the one with an entry of its own, and what they have together.
fn streets(model: &Model) -> (u64, u64) {
    let index = objects(model);
    let streets = (0..index.entities()).filter(|&rank| {
        let name = index.names.get(rank);
        name.starts_with("street ") && name != "street 25"
    });
    streets.fold((0, 0), |(number, sum), rank| (number + 1, sum + u64::from(index.counts[rank])))
}

#[test]
fn overrides_are_counted_at_every_size_and_listed_where_there_is_room() {
    let model = fixture::overriding();
    let (several, before) = streets(&model);
    assert!(several > 10);
    for size in SIZES {
        let screen = shown(&model, size);
        assert!(screen.contains(" 5 overrides: o "), "{size:?}:\n{screen}");
        if size.0 >= 120 {
            let row = screen.lines().find(|line| line.contains(&format!("street * ×{several}")));
            let row = row.unwrap_or_else(|| panic!("{size:?}:\n{screen}"));
            assert!(row.contains("cap 2") && row.contains(&format!("{} → ", number::count(before))), "{row}");
            let told = |name| screen.lines().any(|line| line.contains(name));
            assert!(told("man ") && (told("street 25") || told(" more")), "{size:?}:\n{screen}");
        }
        assert!(!shown(&fixture::rebalancing(), size).contains("override:"), "nothing is said where there is none");
    }
}

#[test]
fn every_override_is_in_the_list_that_the_key_opens() {
    for size in SIZES {
        let mut model = fixture::overriding();
        update(&mut model, Message::KeyPressed(parse_key("o").unwrap()));
        assert!(matches!(model.overlay, Some(Overlay::Override { .. })));
        let screen = shown(&model, size);
        for name in ["man ", "street * ×", "street 25 ", "gravy boat ", "token:zebra crossing "] {
            assert!(screen.contains(name), "{name} at {size:?}:\n{screen}");
        }
        // What is on its way is no figure yet.
        let Reckoning::Exact(preview) = model.rebalance.preview.clone() else { panic!() };
        model.rebalance.preview = Reckoning::Pending(Some(preview));
        assert!(shown(&model, size).contains("… → …"), "{size:?}");
        // Nor is what was reckoned for another recipe, which a screen without the preview may have left.
        let mut model = fixture::overriding();
        update(&mut model, Message::KeyPressed(parse_key("o").unwrap()));
        model.recipe.rebalance.cap += 1;
        assert!(shown(&model, size).contains("… → …"), "{size:?}");
    }
    let mut model = fixture::overriding();
    model.overlay = Some(Overlay::Override { perspective: Perspective::Object, entity: "street 37".into(), cursor: 3 });
    insta::assert_snapshot!("overlay-override-pattern", shown(&model, (60, 20)));
}

#[test]
fn instances_without_entities_are_counted_beside_the_choice() {
    let mut model = fixture::overriding();
    let rows = &objects(&model).by_instance;
    let instances = model.loaded().unwrap().index.id_hashes.len();
    let without = (0..instances).filter(|&instance| rows.row(instance).is_empty()).count() as u64;
    assert!(without > 100);
    let count = number::count(without);
    let place = model.sliders().iter().position(|slider| slider.label == "no entity").unwrap();
    (model.rebalance.focus, model.rebalance.slider) = (RebalancePane::Sliders, place);
    for (choice, fate) in [(NoEntity::Keep, "kept"), (NoEntity::Drop, "dropped")] {
        model.recipe.rebalance.no_entity = choice;
        for size in SIZES {
            let screen = shown(&model, size);
            assert!(screen.contains(&format!("no entity {count} ")), "{size:?}:\n{screen}");
            let told_of =
                |line: &str| ["no entity", &count, &format!(" {fate} ")].iter().all(|word| line.contains(*word));
            assert!(size.0 < 80 || screen.lines().any(told_of), "{size:?}:\n{screen}");
            let explained = screen.split_whitespace().collect::<Vec<_>>().join(" ");
            let told = explained.contains(&format!("no entity {count} · {fate}"));
            assert!(size.0 < 120 || told, "{size:?}:\n{screen}");
        }
    }
}
