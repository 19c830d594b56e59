//! Nothing that a dataset says by a known name is passed over in silence, however few records say it and however it is written.

use fantail::entity::Perspective;
use fantail::progress::Unobserved;
use fantail::recipe::Recipe;
use fantail::source::{self, Columns, Dataset, Options};

use crate::{Scratch, indexed, ranking};

/// Records of one kind, with `rare` in a hundred of them that lie between those that are looked at first.
fn with_rare(usual: &str, rare: &str) -> Scratch {
    let record = |number: usize| {
        let more = if (200..300).contains(&number) { rare } else { "" };
        format!("{{\"id\":\"r{number}\",{usual}{more}}}")
    };
    let records: Vec<String> = (0..20_000).map(record).collect();
    Scratch::holding("data.json", format!("[{}]", records.join(",\n")))
}

const TURNS: &str = r#""conversations":[{"from":"human","value":"Hi?"},{"from":"gpt","value":"A cat."}]"#;
const CAPTION: &str = r#""caption":"a cat""#;

fn opened(scratch: &Scratch, columns: Columns) -> Result<Dataset, String> {
    let options = Options { columns, ..Options::default() };
    source::open(&scratch.path, &options, &Unobserved).map_err(|error| error.to_string())
}

fn maps(dataset: &Dataset, role: &str, member: &str) -> bool {
    dataset.mapping().iter().any(|(known, name)| known == role && name == member)
}

#[test]
fn a_member_that_no_sampled_record_has_is_read() {
    let labels = indexed(&with_rare(TURNS, r#","label":"zebra""#).path);
    assert_eq!(ranking(&labels, Perspective::Label), [("zebra".to_owned(), 100)]);
    let tokens = indexed(&with_rare(CAPTION, r#","statistics":{"token":["zebra"]}"#).path);
    assert!(ranking(&tokens, Perspective::Token).contains(&("zebra".to_owned(), 100)));
    let images = opened(&with_rare(TURNS, r#","image":"a.png""#), Columns::default()).unwrap();
    assert!(maps(&images, "image", "image") && images.set_aside().is_empty(), "{:?}", images.mapping());
    let mut instance = source::Instance::default();
    images.read(200, &mut instance);
    assert_eq!((instance.images.len(), instance.turns.len()), (1, 2));
}

#[test]
fn a_rare_member_never_replaces_what_the_sample_has() {
    let dataset =
        opened(&with_rare(r#""blurb":"some long words""#, r#","title":"zebra""#), Columns::default()).unwrap();
    assert!(maps(&dataset, "text", "blurb") && maps(&dataset, "text", "title"), "{:?}", dataset.mapping());
    let dataset = opened(&with_rare(r#""category":"cat""#, r#","label":"zebra""#), Columns::default()).unwrap();
    assert!(maps(&dataset, "label", "category") && !maps(&dataset, "label", "label"), "{:?}", dataset.mapping());
}

#[test]
fn a_known_member_that_is_not_read_is_told() {
    let dataset = opened(&with_rare(CAPTION, r#","messages":[{"role":"user","content":"Hi"}]"#), Columns::default());
    let warnings = dataset.unwrap().warnings().join("\n");
    assert!(warnings.contains("'messages'"), "{warnings}");
    for (name, rare) in [("image", r#","image":7"#), ("label", r#","label":{"x":1}"#)] {
        let dataset = opened(&with_rare(TURNS, rare), Columns::default()).unwrap();
        let warnings = dataset.warnings().join("\n");
        assert!(warnings.contains(&format!("'{name}'")) && dataset.set_aside().is_empty(), "{warnings}");
    }
}

#[test]
fn a_column_that_the_user_names_need_not_be_in_the_sample() {
    let asked = |name: &str| Columns { image: Some(name.into()), ..Columns::default() };
    let scratch = with_rare(TURNS, r#","photo":"a.png""#);
    let dataset = opened(&scratch, asked("photo")).unwrap();
    assert!(maps(&dataset, "image", "photo"), "{:?}", dataset.mapping());
    let error = opened(&scratch, asked("picture")).err().unwrap();
    assert!(error.contains("'picture'") && error.contains("conversations"), "{error}");
}

#[test]
fn a_recipe_decides_over_a_guess() {
    let scratch = with_rare(r#""tag":"cat""#, r#","label":"zebra""#);
    let mut recipe = Recipe::default();
    recipe.dataset.columns.label = Some("tag".into());
    let index = crate::loaded(&scratch.path, &recipe).index;
    assert_eq!(ranking(&index, Perspective::Label), [("cat".to_owned(), 20_000)]);
}
