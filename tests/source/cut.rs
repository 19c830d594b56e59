//! A file that ends early, wherever it does, is told as that; what is read of it all the same is right.

use proptest::sample::Index;

use super::*;

/// A file of COCO or its relatives: the order of its members, and what its annotations say.
#[derive(Clone, Debug)]
struct Made {
    order: Vec<&'static str>,
    captions: bool,
    images: usize,
    /// Between values.
    space: &'static str,
}

const ORDERS: [&[&str]; 5] = [
    &["info", "licenses", "images", "annotations", "categories"],
    &["info", "annotations", "images", "licenses", "categories"],
    &["images", "categories", "annotations"],
    &["categories", "annotations", "images", "info"],
    &["annotations", "categories", "licenses", "images"],
];

impl Made {
    fn member(&self, name: &str) -> String {
        let list = |element: &dyn Fn(usize) -> String, count| {
            let elements: Vec<String> = (0..count).map(element).collect();
            format!("[{}]", elements.join(&format!(",{}", self.space)))
        };
        match name {
            "info" => r#"{"description": "made", "year": 2017}"#.to_owned(),
            "licenses" => r#"[{"id": 1, "name": "free", "url": "http://l"}]"#.to_owned(),
            "images" => list(
                &|at| format!(r#"{{"license": 1, "file_name": "{at}.jpg", "height": 4, "id": {at}}}"#),
                self.images,
            ),
            "annotations" if self.captions => {
                list(&|at| format!(r#"{{"image_id": {}, "id": {at}, "caption": "a [\"dog"}}"#, at / 2), self.images * 2)
            }
            "annotations" => list(
                &|at| {
                    let (image, category) = (at / 2, at % 3);
                    format!(
                        r#"{{"segmentation": [[1, 2.5]], "id": {at}, "image_id": {image}, "category_id": {category}}}"#
                    )
                },
                self.images * 2,
            ),
            _ => list(&|at| format!(r#"{{"supercategory": "thing", "id": {at}, "name": "thing {at}"}}"#), 3),
        }
    }

    fn text(&self) -> String {
        let names = self.order.iter().filter(|name| !self.captions || **name != "categories");
        let members: Vec<String> =
            names.map(|name| format!("\"{name}\":{}{}", self.space, self.member(name))).collect();
        format!("{{{}{}{}}}", self.space, members.join(&format!(",{}", self.space)), self.space)
    }
}

fn made() -> impl Strategy<Value = Made> {
    let space = prop_oneof![Just(""), Just(" "), Just("\n  ")];
    let order = prop::sample::select(ORDERS.to_vec());
    (order, any::<bool>(), 1..6_usize, space).prop_map(|(order, captions, images, space)| Made {
        order: order.to_vec(),
        captions,
        images,
        space,
    })
}

/// All that a dataset says beside its instances.
fn notes(dataset: &Dataset) -> String {
    let asides = dataset.set_aside().iter().map(|aside| format!("{:?} {}", aside.kind, aside.told()));
    asides.chain(dataset.warnings().iter().cloned()).collect::<Vec<_>>().join("\n")
}

/// Fails unless a file that ends early is refused with its place, or read with every instance as in the whole and its end told.
fn assert_told(whole: &[String], name: &str, bytes: &[u8]) {
    let end = bytes.len();
    match open_bytes(name, bytes) {
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(name) && message.contains(&format!("byte {}", spelled(end))), "{message}");
            assert!(message.contains("again"), "no next step: {message}");
        }
        Ok(dataset) => {
            for told in all_told(&dataset) {
                assert!(whole.contains(&told), "cut at {end}: {told}");
            }
            let notes = notes(&dataset);
            assert!(
                notes.contains("Truncated") || notes.contains(&format!("ends at byte {}", spelled(end))),
                "{notes}"
            );
        }
    }
}

/// A number with commas between its thousands.
fn spelled(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", spelled(number / 1_000), number % 1_000) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_coco_file_cut_anywhere_is_never_read_wrong(made in made(), place in any::<Index>()) {
        let text = made.text();
        let whole = all_told(&opened("x.json", &text));
        prop_assert_eq!(whole.len(), made.images);
        // Less than this shows nothing by which COCO is known; it is refused as what it may be then.
        let end = 1 + place.index(text.len() - 1);
        assert_told(&whole, "x.json", &text.as_bytes()[..end]);
    }
}

#[test]
fn a_coco_file_cut_short_says_what_is_missing() {
    let made = Made { order: ORDERS[0].to_vec(), captions: false, images: 3, space: " " };
    let text = made.text();
    let place = |words: &str| text.find(words).unwrap();
    for (end, words) in [
        (
            place("\"images\"") + 30,
            "inside its images, so that the rest of its images and its annotations and its categories are missing",
        ),
        (place("\"annotations\""), "after its images, so that its annotations and its categories are missing"),
        (
            place("\"annotations\"") + 60,
            "inside its annotations, so that the rest of its annotations and its categories",
        ),
        (place("\"categories\"") + 3, "after its annotations, so that its categories are missing"),
        (place("\"categories\"") + 30, "inside its categories, so that the rest of its categories are missing"),
        (place("\"licenses\"") + 20, "inside its licenses"),
    ] {
        let message = failure("x.json", &text.as_bytes()[..end]);
        assert!(message.contains(words) && message.contains(&format!("byte {end}")), "{message}");
        assert!(message.contains("not usable as COCO") && message.contains("download it again"), "{message}");
    }
    let dataset = opened("x.json", &text[..text.len() - 2]);
    assert_eq!(all_told(&dataset), all_told(&opened("x.json", &text)));
    assert!(dataset.warnings()[0].contains("nothing is missing of what is read"), "{:?}", dataset.warnings());
}

#[test]
fn an_image_list_cut_short_behind_everything_else_keeps_its_whole_images() {
    let made = Made { order: ORDERS[3].to_vec(), captions: false, images: 4, space: "\n" };
    let text = made.text();
    let whole = all_told(&opened("x.json", &text));
    let third = text.find("2.jpg").unwrap();
    let dataset = opened("x.json", &text[..third]);
    assert_eq!(all_told(&dataset), whole[..2]);
    assert_eq!(kinds(&dataset), [(2, SetAsideKind::Truncated)]);
    assert!(notes(&dataset).contains("inside its images"), "{}", notes(&dataset));
}

#[test]
fn a_coco_file_damaged_in_the_middle_is_refused_with_the_place() {
    let made = Made { order: ORDERS[0].to_vec(), captions: false, images: 3, space: " " };
    let text = made.text();
    let place = text.rfind("\"image_id\"").unwrap();
    let message = failure("x.json", text.replace("\"image_id\": 2, \"category_id\": 2", "} \"image_id\"").as_bytes());
    assert!(message.contains("not usable as COCO") && message.contains("inside its annotations"), "{message}");
    assert!(message.contains(&format!("byte {}", spelled(place))), "{place}: {message}");
    let message = failure("x.json", format!("{text}{text}").as_bytes());
    assert!(message.contains(&format!("ends at byte {}, and more follows", spelled(text.len()))), "{message}");
}

#[test]
fn records_of_pictures_in_lines_are_no_coco() {
    let line = |id: &str| {
        format!(
            r#"{{"images": [{{"path": "{id}.jpg", "width": 3}}], "id": "{id}", "conversations": [{{"from": "human", "value": "Hi?"}}], "categories": ["a"]}}"#
        )
    };
    let dataset = opened("x.jsonl", &format!("{}\n{}\n", line("a"), line("b")));
    assert_eq!(ids(&dataset), ["a", "b"]);
    let message = failure("x.jsonl", &line("a").as_bytes()[..60]);
    assert!(!message.contains("COCO"), "{message}");
}

#[test]
fn a_compressed_coco_file_cut_short_is_refused() {
    let made = Made { order: ORDERS[0].to_vec(), captions: false, images: 4_000, space: "" };
    let text = made.text();
    for (name, bytes) in
        [("x.json.gz", gzip(text.as_bytes())), ("x.json.zst", zstd::encode_all(text.as_bytes(), 1).unwrap())]
    {
        for percent in [30, 60, 95] {
            let message = failure(name, &bytes[..bytes.len() * percent / 100]);
            assert!(message.contains("COCO") && message.contains("cut short"), "{name} to {percent} %: {message}");
        }
    }
}

#[test]
fn an_array_or_lines_cut_anywhere_are_told() {
    let records = [llava("a", "A cat."), llava("b", "A dog."), llava("c", "An owl.")];
    let wrapped = format!("{{\"version\": 1, \"data\": [{}], \"n\": 3}}", records.join(", "));
    for (name, text) in [("x.json", array(&records)), ("x.json", wrapped), ("x.jsonl", records.join("\n"))] {
        let whole = all_told(&opened(name, &text));
        // A line that is whole is nothing that could be told from the last of a shorter file.
        let line_ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        for end in 1..text.len() {
            let at_line_end = name == "x.jsonl" && line_ends.iter().any(|&at| end == at || end == at + 1);
            if at_line_end {
                assert!(open_bytes(name, &text.as_bytes()[..end]).is_ok());
            } else {
                assert_told(&whole, name, &text.as_bytes()[..end]);
            }
        }
    }
}

#[test]
fn what_lies_in_one_record_cut_short_is_no_record() {
    for text in [
        r#"{"id": "a", "objects": [{"name": "cat", "caption": "a cat"}, {"name": "dog", "caption": "a dog"}, {"na"#,
        r#"[{"id": "a", "meta": {"caption": "some words"}, "conversations": [{"from": "human", "val"#,
    ] {
        let message = failure("x.json", text.as_bytes());
        assert!(message.contains("inside its first record") && message.contains("again"), "{message}");
    }
    // A record that lacks no more than a bracket hides none of those after it.
    let broken = r#"{"id": "a", "image": "a.jpg", "conversations": [{"from": "human", "value": "x"}"#;
    let dataset = opened("x.json", &array(&[broken.to_owned(), llava("b", "y"), llava("c", "z")]));
    assert_eq!(ids(&dataset), ["b", "c"]);
    assert_eq!(kinds(&dataset), [(0, SetAsideKind::BadJson)]);
}

#[test]
fn a_table_that_ends_inside_a_quote_is_told() {
    let dataset = opened("x.csv", "id,caption,label\n1,\"a cat\",x\n2,\"a dog\",y\n3,\"an ow");
    assert_eq!(ids(&dataset), ["1", "2"]);
    assert_eq!(kinds(&dataset), [(2, SetAsideKind::Truncated)]);
}

#[test]
#[ignore = "needs FANTAIL_DATA: lvis/lvis_v1_train_cat_info.json"]
fn needs_data_lvis_categories_cut_at_every_percent_are_never_read_wrong() {
    let data = PathBuf::from(std::env::var_os("FANTAIL_DATA").expect("FANTAIL_DATA names the folder of the data"));
    let categories = std::fs::read_to_string(data.join("lvis/lvis_v1_train_cat_info.json")).unwrap();
    let images: Vec<String> =
        (0..2_000).map(|at| format!(r#"{{"id": {at}, "coco_url": "http://h/t/{at}.jpg"}}"#)).collect();
    let annotation =
        |at: usize| format!(r#"{{"id": {at}, "image_id": {}, "category_id": {}}}"#, at / 3, 1 + at * 7 % 1203);
    let annotations: Vec<String> = (0..6_000).map(annotation).collect();
    let (images, annotations) = (array(&images), array(&annotations));
    for text in [
        format!(r#"{{"categories": {categories}, "images": {images}, "annotations": {annotations}}}"#),
        format!(r#"{{"images": {images}, "annotations": {annotations}, "categories": {categories}}}"#),
        format!(r#"{{"annotations": {annotations}, "categories": {categories}, "images": {images}}}"#),
    ] {
        let dataset = opened("lvis.json", &text);
        assert_eq!((dataset.format(), dataset.len()), (Format::Lvis, 2_000));
        let whole = all_told(&dataset);
        for percent in 1..100 {
            assert_told(&whole, "lvis.json", &text.as_bytes()[..text.len() * percent / 100]);
        }
    }
}
