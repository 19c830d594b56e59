//! Every format opens, every fault is told and set aside, and nothing else is lost with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]

#[path = "source/cut.rs"]
mod cut;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use fantail::progress::{Observer, Stage, Unobserved};
use fantail::source::{
    self, Columns, Dataset, Format, Image, Instance, Options, SetAsideKind, SourceError, Speaker, open, open_demo,
};
use polars::prelude::{
    DataFrame, IntoColumn, IntoSeries, NamedFrom, ParquetCompression, ParquetWriter, Series, StructChunked,
};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder with these files in it.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

fn open_bytes(name: &str, content: &[u8]) -> Result<Dataset, SourceError> {
    let folder = folder(&[(name, content)]);
    // On Linux a mapped file stays readable after its name is gone.
    open(&folder.path().join(name), &Options::default(), &Unobserved)
}

fn opened(name: &str, content: &str) -> Dataset {
    open_bytes(name, content.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn failure(name: &str, content: &[u8]) -> String {
    match open_bytes(name, content) {
        Ok(dataset) => panic!("{name} opened as {:?} with {} instances", dataset.format(), dataset.len()),
        Err(error) => error.to_string(),
    }
}

fn instances(dataset: &Dataset) -> Vec<Instance<'_>> {
    let read = |number| {
        let mut instance = Instance::default();
        dataset.read(number, &mut instance);
        instance
    };
    (0..dataset.len()).map(read).collect()
}

fn ids(dataset: &Dataset) -> Vec<String> {
    instances(dataset).into_iter().map(|instance| instance.id.into_owned()).collect()
}

fn kinds(dataset: &Dataset) -> Vec<(u64, SetAsideKind)> {
    dataset.set_aside().iter().map(|aside| (aside.row, aside.kind)).collect()
}

/// One instance in a line: id | images | speaker: text … | labels | objects.
fn told(instance: &Instance<'_>) -> String {
    let images: Vec<String> = instance
        .images
        .iter()
        .map(|image| match image {
            Image::Path(path) => path.to_string(),
            Image::Bytes(bytes) => format!("{} bytes", bytes.len()),
        })
        .collect();
    let turns: Vec<String> = instance
        .turns
        .iter()
        .map(|turn| {
            let speaker = match turn.speaker {
                Speaker::Human => "H",
                Speaker::Assistant => "A",
                Speaker::Caption => "C",
                Speaker::System => "S",
            };
            format!("{speaker}: {}", turn.text)
        })
        .collect();
    let objects = instance.given.objects.as_ref().map_or("-".to_owned(), |objects| objects.join(","));
    format!("{} | {} | {} | {} | {objects}", instance.id, images.join(","), turns.join(" "), instance.labels.join(","))
}

fn all_told(dataset: &Dataset) -> Vec<String> {
    instances(dataset).iter().map(told).collect()
}

fn llava(id: &str, text: &str) -> String {
    format!(
        r#"{{"id": "{id}", "image": "{id}.jpg", "conversations": [{{"from": "human", "value": "What is it?\n<image>"}}, {{"from": "gpt", "value": "{text}"}}]}}"#
    )
}

fn array(records: &[String]) -> String {
    format!("[{}]", records.join(",\n"))
}

const LLAVA_TOLD: &str = "a | a.jpg | H: What is it?\n<image> A: A cat. |  | -";

// ---------------------------------------------------------------- LLaVA and its relatives

#[test]
fn llava_array_and_lines_read_alike() {
    let records = [llava("a", "A cat."), llava("b", "A dog.")];
    for (name, content) in [("a.json", array(&records)), ("a.jsonl", records.join("\n"))] {
        let dataset = opened(name, &content);
        assert_eq!(dataset.format(), Format::Llava, "{name}");
        assert_eq!(ids(&dataset), ["a", "b"], "{name}");
        assert_eq!(all_told(&dataset)[0], LLAVA_TOLD, "{name}");
        assert_eq!(dataset.raw(1).unwrap(), records[1].as_bytes(), "{name}");
        assert!(dataset.set_aside().is_empty(), "{name}");
    }
}

#[test]
fn every_way_of_writing_a_conversation_is_read() {
    let table = [
        (
            r#"{"id": 7, "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "image", "image": "x.png"}, {"type": "text", "text": "two"}]}, {"role": "assistant", "content": "three"}]}"#,
            "7 | x.png | S: be kind H: one H: two A: three |  | -",
        ),
        (
            r#"{"id": "b", "images": ["1.jpg", "2.jpg"], "messages": [{"content": "content first", "role": "user"}, {"role": "tool", "content": null}, {"role": "model", "content": "ok", "extra": {"x": [1, 2.5e3, true, null]}}]}"#,
            "b | 1.jpg,2.jpg | H: content first A: ok |  | -",
        ),
        (
            r#"{"id": "c", "image": ["1.jpg"], "conversations": [{"from": "user", "value": "\u00e9\ud83d\ude00\t\"q\""}], "label": 3, "objects": ["cat", "dog"]}"#,
            "c | 1.jpg | H: é😀\t\"q\" | 3 | cat,dog",
        ),
        (
            r#"{"id": "d", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y.jpg"}}, "bare"]}], "labels": ["a", "b", "a"], "image": null}"#,
            "d | http://x/y.jpg | H: bare | a,b | -",
        ),
    ];
    let content = array(&table.iter().map(|(record, _)| (*record).to_owned()).collect::<Vec<_>>());
    let dataset = opened("chat.json", &content);
    assert_eq!(all_told(&dataset), table.iter().map(|(_, told)| *told).collect::<Vec<_>>());
    assert_eq!(kinds(&dataset), []);
}

#[test]
fn official_statistics_become_given_lists() {
    let record = r#"{"id": "a", "conversations": [], "statistics": {"token": ["cat", "sofa"], "co_occurrence": ["cat,sofa", ["sofa", "tv, old"], "cat,tv, old"], "object": ["cat", "sofa", "tv, old", ""], "what_word": []}}"#;
    let dataset = opened("a.json", &format!("[{record}]"));
    let given = instances(&dataset).remove(0).given;
    assert_eq!(given.tokens.unwrap(), ["cat", "sofa"]);
    assert_eq!(given.objects.unwrap(), ["cat", "sofa", "tv, old"]);
    assert_eq!(given.interrogations.unwrap(), Vec::<String>::new(), "an empty list is not a missing one");
    let pairs: Vec<(String, String)> =
        given.pairs.unwrap().into_iter().map(|(one, other)| (one.into_owned(), other.into_owned())).collect();
    let expected = [("cat", "sofa"), ("sofa", "tv, old"), ("cat", "tv, old")];
    assert_eq!(pairs, expected.map(|(one, other)| (one.to_owned(), other.to_owned())));
}

#[test]
fn a_wrapped_array_and_single_objects_are_found() {
    let records = [llava("a", "A cat."), llava("b", "A dog.")];
    let wrapped = format!(r#"{{"version": 1, "data": [{}], "n": 2}}"#, records.join(", "));
    let pretty = records.join("\n").replace(", \"", ",\n  \"");
    for (name, content) in
        [("wrapped", wrapped), ("pretty", pretty), ("glued", format!("[{}][{}]", records[0], records[1]))]
    {
        assert_eq!(ids(&opened(name, &content)), ["a", "b"], "{name}");
    }
    assert_eq!(all_told(&opened("one.json", &records[0])), [LLAVA_TOLD]);
    assert_eq!(all_told(&opened("one.json", &format!("[{}]", records[0]))), [LLAVA_TOLD]);
}

#[test]
fn ids_are_made_from_rows_only_where_no_record_has_one() {
    let without = r#"{"conversations": [{"from": "human", "value": "hi"}]}"#;
    assert_eq!(ids(&opened("a.jsonl", &format!("{without}\nbroken\n{without}\n"))), ["row-0", "row-2"]);
    let mixed = opened("a.jsonl", &format!("{}\n{without}\n{}\n", llava("a", "x"), llava("b", "y")));
    assert_eq!(ids(&mixed), ["a", "b"]);
    assert_eq!(kinds(&mixed), [(1, SetAsideKind::MissingId)]);
}

// ---------------------------------------------------------------- faults

#[test]
fn faults_are_set_aside_with_row_offset_and_reason() {
    let (a, c) = (llava("a", "A cat."), llava("c", "An owl."));
    let table: [(&str, &str, SetAsideKind, &str); 13] = [
        ("broken literal", r#"{"id": "b", "image": nope, "conversations": []}"#, SetAsideKind::BadJson, ""),
        ("mismatched closer", r#"{"id": "b", "conversations": [{"from": "human"}}"#, SetAsideKind::BadJson, ""),
        (
            "missing closers",
            r#"{"id": "b", "conversations": [{"from": "human", "value": "x""#,
            SetAsideKind::BadJson,
            "",
        ),
        ("missing last brace", r#"{"id": "b", "conversations": []"#, SetAsideKind::BadJson, ""),
        (
            "unclosed string",
            r#"{"id": "b", "conversations": [{"from": "human", "value": "x}]}"#,
            SetAsideKind::BadJson,
            "",
        ),
        (
            "bad escape",
            r#"{"id": "b", "conversations": [{"from": "human", "value": "\x"}]}"#,
            SetAsideKind::BadJson,
            "",
        ),
        ("stray text", "some words", SetAsideKind::BadJson, "some words"),
        ("a number", "17", SetAsideKind::WrongType, "object"),
        (
            "image of the wrong type",
            r#"{"id": "b", "image": 5, "conversations": []}"#,
            SetAsideKind::WrongType,
            "image",
        ),
        ("turns of the wrong type", r#"{"id": "b", "conversations": "hello"}"#, SetAsideKind::WrongType, "turns"),
        (
            "a turn without content",
            r#"{"id": "b", "conversations": [{"from": "gpt"}]}"#,
            SetAsideKind::WrongType,
            "turn",
        ),
        ("nothing to read", r#"{"id": "b", "other": 1}"#, SetAsideKind::WrongType, "conversations"),
        ("repeated id", r#"{"id": "a", "conversations": []}"#, SetAsideKind::DuplicateId, "row 0"),
    ];
    for (what, bad, kind, words) in table {
        for (name, content) in
            [("x.json", array(&[a.clone(), bad.to_owned(), c.clone()])), ("x.jsonl", format!("{a}\n{bad}\n{c}\n"))]
        {
            let dataset = opened(name, &content);
            assert_eq!(ids(&dataset), ["a", "c"], "{what} in {name}");
            assert_eq!(kinds(&dataset), [(1, kind)], "{what} in {name}");
            let aside = &dataset.set_aside()[0];
            assert_eq!(aside.offset as usize, content.find(bad).unwrap(), "{what} in {name}");
            assert!(aside.message.contains(words), "{what} in {name}: {}", aside.message);
        }
    }
}

#[test]
fn invalid_utf8_spoils_one_record_only() {
    let mut content = array(&[llava("a", "A cat."), llava("b", "A ?dog."), llava("c", "An owl.")]).into_bytes();
    let place = content.iter().position(|&byte| byte == b'?').unwrap();
    let place = place + 1 + content[place + 1..].windows(5).position(|window| window == b"?dog.").unwrap();
    content[place] = 0xff;
    let dataset = open_bytes("x.json", &content).unwrap();
    assert_eq!(ids(&dataset), ["a", "c"]);
    assert_eq!(kinds(&dataset), [(1, SetAsideKind::InvalidUtf8)]);
}

#[test]
fn a_file_that_ends_mid_record_keeps_what_is_whole() {
    let whole = array(&[llava("a", "A cat."), llava("b", "A dog."), llava("c", "An owl.")]);
    let third = whole.find(r#"{"id": "c""#).unwrap();
    for end in third + 1..whole.len() - 1 {
        let dataset = opened("x.json", &whole[..end]);
        assert_eq!(ids(&dataset), ["a", "b"], "cut at {end}");
        assert_eq!(kinds(&dataset), [(2, SetAsideKind::Truncated)], "cut at {end}");
    }
    let jsonl = format!("{}\n{}", llava("a", "A cat."), &llava("b", "A dog.")[..40]);
    assert_eq!(kinds(&opened("x.jsonl", &jsonl)), [(1, SetAsideKind::Truncated)]);
}

#[test]
fn empty_files_say_so() {
    for (name, content, words) in [
        ("x.json", &b""[..], "empty"),
        ("x.json", b" \r\n\t ", "empty"),
        ("x.json", b"\xef\xbb\xbf", "empty"),
        ("x.json", b"[]", "array is empty"),
        ("x.json", b" [ \n ] ", "array is empty"),
        ("x.json", b"{}", "object is empty"),
        ("x.txt", b"once upon a time\nthere was a fish\n", "dataset.format"),
        ("x.bin", b"\x00\x01\x02\x03\xff\xfe", "dataset.format"),
        ("x.json", b"[1, 2, 3]", "object"),
        ("x.json", b"\xff\xfe[\x00]\x00", "UTF-16"),
        ("x.csv", b"id,caption,label\n", "no rows"),
        ("x.tsv", b"image\tlabel", "no rows"),
        ("x.txt", b"well, once upon a time\n", "dataset.format"),
        ("x.jsonl", b"{\"id\": 1}\n{\"id\": 2}\n", "columns"),
    ] {
        let message = failure(name, content);
        assert!(message.contains(words) && message.contains(name), "{content:?}: {message}");
    }
}

#[test]
fn byte_order_marks_line_ends_and_scripts_change_nothing() {
    let texts = ["A 🐈‍⬛ cat.", "一只猫坐在沙发上。", "猫はソファの上", "고양이"];
    let records: Vec<String> = texts.iter().enumerate().map(|(at, text)| llava(&format!("猫{at}"), text)).collect();
    for (name, content) in [
        ("bom.json", format!("\u{feff}{}", array(&records))),
        ("crlf.json", array(&records).replace('\n', "\r\n")),
        ("bom.jsonl", format!("\u{feff}{}\r\n", records.join("\r\n"))),
        ("blank.jsonl", format!("\r\n{}\r\n\r\n", records.join("\r\n\r\n"))),
    ] {
        let dataset = opened(name, &content);
        let answers: Vec<String> =
            instances(&dataset).iter().map(|instance| instance.turns[1].text.to_string()).collect();
        assert_eq!(answers, texts, "{name}");
        assert_eq!(dataset.raw(0).unwrap(), records[0].as_bytes(), "{name}");
    }
}

#[test]
fn a_record_of_ten_megabytes_is_read() {
    let records = [llava("a", "x"), llava("big", &"word ".repeat(2 << 20)), llava("c", "y")];
    for (name, content) in [("x.json", array(&records)), ("x.jsonl", records.join("\n"))] {
        let dataset = opened(name, &content);
        assert_eq!(ids(&dataset), ["a", "big", "c"], "{name}");
        assert_eq!(instances(&dataset)[1].turns[1].text.len(), 10 << 20, "{name}");
    }
    let long = format!("id,caption\na,x\nbig,\"{}\"\nc,y\n", "line\n".repeat(2 << 20));
    assert_eq!(ids(&opened("x.csv", &long)), ["a", "big", "c"]);
}

#[test]
fn a_large_file_is_the_same_as_its_records_one_by_one() {
    // Larger than several chunks of the parallel walk, with faults in it, and nested objects that look like records.
    let record = |at: usize| match at {
        at if at % 5_000 == 17 => format!(r#"{{"id": "r{at}", "conversations": [}}"#),
        at if at % 7_000 == 18 => {
            format!(r#"{{"id": "r{at}", "parts": [{{"id": "inner"}}, {{"id": "inner"}}], "conversations": []}}"#)
        }
        _ => llava(&format!("r{at}"), &"some words about a picture ".repeat(at % 23)),
    };
    let records: Vec<String> = (0..40_000).map(record).collect();
    let good: Vec<String> = (0..records.len()).filter(|at| at % 5_000 != 17).map(|at| format!("r{at}")).collect();
    for (name, content) in [("x.json", array(&records)), ("x.jsonl", records.join("\n"))] {
        assert!(content.len() > 12 << 20);
        let dataset = opened(name, &content);
        assert_eq!(ids(&dataset), good, "{name}");
        assert_eq!(dataset.set_aside().len(), 8, "{name}");
        assert_eq!(dataset.set_aside()[1].row, 5_017, "{name}");
        assert_eq!(dataset.place(5_017).unwrap().row, 5_019, "{name}");
    }
}

// ---------------------------------------------------------------- tables

#[test]
fn plain_json_lines_are_mapped_by_name_and_content() {
    let table: [(&str, &str, &[&str]); 4] = [
        (
            r#"{"id": "a", "image": "a.png", "caption": "a cat", "label": "cat", "category": "animal", "objects": [{"name": "cat"}, "mat"]}"#,
            "a | a.png | C: a cat | cat | cat,mat",
            &["id=id", "image=image", "text=caption", "label=label", "objects=objects"],
        ),
        (
            r#"{"uid": 5, "captions": ["one", "two"], "file_name": "x.jpg"}"#,
            "5 | x.jpg | C: one C: two |  | -",
            &["id=uid"],
        ),
        (r#"{"question": "why?", "answer": "so", "class": 3}"#, "row-0 |  | H: why? A: so | 3 | -", &["label=class"]),
        (
            r#"{"key": "k", "blurb": "a long blurb of words", "n": 1}"#,
            "k |  | C: a long blurb of words |  | -",
            &["text=blurb"],
        ),
    ];
    for (record, expected, mapped) in table {
        let dataset = opened("x.jsonl", record);
        assert_eq!(all_told(&dataset), [expected]);
        assert_eq!(dataset.format(), Format::Jsonl);
        let mapping: Vec<String> = dataset.mapping().iter().map(|(role, name)| format!("{role}={name}")).collect();
        for pair in mapped {
            assert!(mapping.iter().any(|found| found == pair), "{pair} in {mapping:?}");
        }
    }
}

#[test]
fn columns_are_overridden_by_the_recipe() {
    let folder = folder(&[
        ("x.csv", b"id,a,b,caption\n1,red,one thing,ignored\n"),
        ("x.jsonl", b"{\"id\":1,\"a\":\"red\",\"b\":\"one thing\",\"caption\":\"ignored\"}\n"),
    ]);
    let columns = Columns { label: Some("a".into()), text: Some(vec!["b".into()]), ..Columns::default() };
    for name in ["x.csv", "x.jsonl"] {
        let options = Options { columns: columns.clone(), ..Options::default() };
        let dataset = open(&folder.path().join(name), &options, &Unobserved).unwrap();
        assert_eq!(all_told(&dataset), ["1 |  | C: one thing | red | -"], "{name}");
        let wrong = Columns { label: Some("colour".into()), ..Columns::default() };
        let options = Options { columns: wrong, ..Options::default() };
        let error = open(&folder.path().join(name), &options, &Unobserved).err().unwrap().to_string();
        for word in ["label", "'colour'", "caption"] {
            assert!(error.contains(word), "{name}: {error}");
        }
    }
}

#[test]
fn csv_rows_are_read_and_bad_ones_set_aside() {
    let content = "\u{feff}id,caption,label,objects\r\n1,\"a \"\"big\"\", cat\",pet,cat|mat\r\n2,too,many,fields,here\r\n3,\"two\nlines\",wild,\r\n4,\"stray\" quote,x,y\r\n,no id,x,y\r\n5,猫,pet,a;b\r\n1,again,x,y\r\n6,\"open";
    let folder = folder(&[("x.csv", content.as_bytes())]);
    let options = Options { format: Format::Csv, ..Options::default() };
    let dataset = open(&folder.path().join("x.csv"), &options, &Unobserved).unwrap();
    assert_eq!(dataset.format(), Format::Csv);
    let expected =
        ["1 |  | C: a \"big\", cat | pet | cat,mat", "3 |  | C: two\nlines | wild | -", "5 |  | C: 猫 | pet | a,b"];
    assert_eq!(all_told(&dataset), expected);
    let mut found = kinds(&dataset);
    found.sort_by_key(|aside| aside.0);
    let bad = SetAsideKind::BadRow;
    let expected = [
        (1, bad),
        (3, bad),
        (4, SetAsideKind::MissingId),
        (6, SetAsideKind::DuplicateId),
        (7, SetAsideKind::Truncated),
    ];
    assert_eq!(found, expected);
    assert_eq!(dataset.raw(0).unwrap(), "1,\"a \"\"big\"\", cat\",pet,cat|mat".as_bytes());
}

#[test]
fn lists_in_a_cell_are_names_without_brackets_and_quotes() {
    let cells: [(&str, &str); 9] = [
        (r#"["cat", "dog"]"#, "cat,dog"),
        (r#"['cat', "dog's bed"]"#, "cat,dog's bed"),
        (r"['dog\'s bed' 'cat']", "dog's bed,cat"),
        (r#"[{"name": "cat"}, {"name": "mat"}]"#, "cat,mat"),
        ("[3, 14]", "3,14"),
        ("[cat, dog]", "cat,dog"),
        ("[]", ""),
        ("cat|dog", "cat,dog"),
        ("['cat", "['cat"),
    ];
    for (cell, expected) in cells {
        let field = cell.replace('"', "\"\"");
        let dataset = opened("x.csv", &format!("id,objects,caption\n1,\"{field}\",a\n2,mat,b\n"));
        assert_eq!(all_told(&dataset)[0], format!("1 |  | C: a |  | {expected}"), "{cell}");
    }
    let labels = "id,labels,image\n1,a;b,x.png\n2,\"['a', 'c']\",\"['y.png', 'z.png']\"\n3,\"tench, Tinca tinca\",\n4,[unknown],\n";
    let expected = [
        "1 | x.png |  | a,b | -",
        "2 | y.png,z.png |  | a,c | -",
        "3 |  |  | tench, Tinca tinca | -",
        "4 |  |  | [unknown] | -",
    ];
    assert_eq!(all_told(&opened("x.csv", labels)), expected);
    let single = opened("x.csv", "id,label\n1,a;b\n2,c\n");
    assert_eq!(all_told(&single), ["1 |  |  | a;b | -", "2 |  |  | c | -"]);
}

#[test]
fn a_single_conversation_is_one_record_by_whatever_name() {
    let turns = [
        r#"[{"human": "Hi?", "assistant": "Ho."}, {"human": "Why?", "gpt": "So."}]"#,
        r#"[{"question": "Hi?", "answer": "Ho."}, {"question": "Why?", "answer": "So."}]"#,
        r#"[{"from": "human", "value": "Hi?"}, {"from": "gpt", "value": "Ho."}, {"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]"#,
    ];
    for name in ["conversation", "dialog", "dialogue", "conversations", "messages"] {
        for turns in turns {
            let dataset = opened("one.json", &format!("{{\"{name}\": {turns}}}"));
            assert_eq!(all_told(&dataset), ["row-0 |  | H: Hi? A: Ho. H: Why? A: So. |  | -"], "{name}: {turns}");
        }
    }
    let wrapped = r#"{"data": [{"question": "Hi?", "answer": "Ho."}, {"question": "Why?", "answer": "So."}]}"#;
    assert_eq!(opened("two.json", wrapped).len(), 2);
}

#[test]
fn tsv_and_other_delimiters_are_told_apart() {
    for (name, delimiter) in [("x.tsv", "\t"), ("x.csv", ";"), ("x.csv", "|"), ("x.txt", ",")] {
        let content = [["name", "text", "label"], ["a", "one thing", ""], ["b", "two things", "x"]];
        let content = content.map(|row| row.join(delimiter)).join("\n");
        let dataset = opened(name, &content);
        assert_eq!(
            all_told(&dataset),
            ["row-0 |  | C: one thing |  | -", "row-1 |  | C: two things | x | -"],
            "{delimiter}"
        );
    }
}

#[test]
fn lists_are_read_with_any_separator() {
    for (name, content) in [
        ("space", "a/b c.jpg 0\na/d.PNG 1\n"),
        ("tab", "a/b c.jpg\t0\na/d.PNG\t1"),
        ("comma and marks", "\u{feff}a/b c.jpg,0\r\na/d.PNG,1\r\n\r\n"),
    ] {
        let dataset = opened("list.txt", content);
        assert_eq!(dataset.format(), Format::List, "{name}");
        assert_eq!(all_told(&dataset), ["a/b c.jpg | a/b c.jpg |  | 0 | -", "a/d.PNG | a/d.PNG |  | 1 | -"], "{name}");
    }
    let lines: String = (0..30).map(|at| format!("{at}.jpg class_{}", at % 3)).collect::<Vec<_>>().join("\n");
    let dataset = opened("list.txt", &format!("{lines}\nalone\n3.jpg class_0\n"));
    assert_eq!(dataset.len(), 31, "the line that is there twice counts twice");
    assert_eq!(kinds(&dataset), [(30, SetAsideKind::BadRow)]);
}

#[test]
fn one_bad_row_of_a_few_is_set_aside() {
    let tables: [(&str, &str, &[&str], u64); 8] = [
        ("x.csv", "id,caption\n1,a cat\n2,a,dog\n3,an owl\n", &["1", "3"], 1),
        ("x.csv", "id,caption\n1,a,cat\n2,a dog\n", &["2"], 0),
        ("x.csv", "id,caption\n1,a cat\n2\n", &["1"], 1),
        ("x.tsv", "image\tlabel\na.jpg\tcat\nb.jpg\n", &["row-0"], 1),
        ("x.csv", "name,sort\na,x\nb,y z\nc,d,e\n", &["row-0", "row-1"], 2),
        ("x.txt", "a.jpg 0\nb.jpg 1\nalone\n", &["a.jpg", "b.jpg"], 2),
        ("x.txt", "alone\na.jpg 0\nb.jpg 1\n", &["a.jpg", "b.jpg"], 0),
        ("x.txt", "a.jpg,0\nalone\nb.jpg,1\nc.jpg,1\n", &["a.jpg", "b.jpg", "c.jpg"], 1),
    ];
    for (name, content, good, bad) in tables {
        let dataset = opened(name, content);
        assert_eq!(ids(&dataset), good, "{content:?}");
        assert_eq!(kinds(&dataset), [(bad, SetAsideKind::BadRow)], "{content:?}");
    }
    let message = failure("x.csv", b"id,caption\n1,a,cat\n");
    assert!(message.contains("the row has 3 fields, the header has 2"), "{message}");
    for prose in
        ["well, once upon a time\nthere was, a fish\nno more", "see photo.jpg now\nanother line\n", "a,b\nc\nd,e\n"]
    {
        assert!(failure("x.txt", prose.as_bytes()).contains("dataset.format"), "{prose:?}");
    }
}

fn write_parquet(path: &Path, columns: Vec<Series>) {
    let height = columns[0].len();
    let mut frame = DataFrame::new(height, columns.into_iter().map(IntoColumn::into_column).collect()).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

fn strings(name: &str, values: &[Option<&str>]) -> Series {
    Series::new(name.into(), values)
}

fn structs(name: &str, fields: &[Series]) -> Series {
    StructChunked::from_series(name.into(), fields[0].len(), fields.iter()).unwrap().into_series()
}

#[test]
fn questions_with_their_answers_are_turns() {
    let cases = [
        r#"{"id": "a", "images": ["a.png"], "texts": [{"user": "Hi?", "assistant": "Ho.", "source": "x"}, {"user": "Why?", "assistant": "So."}]}"#,
        r#"{"id": "a", "images": ["a.png"], "qa": [{"answer": "Ho.", "question": "Hi?"}, {"question": "Why?", "answer": ["So.", ""]}]}"#,
        r#"{"id": "a", "image": "a.png", "conversations": [{"human": "Hi?", "gpt": "Ho."}, {"prompt": "Why?", "response": "S\u006f."}]}"#,
        r#"{"id": "a", "image": "a.png", "rounds": [{"instruction": "Hi?", "input": "", "output": "Ho.", "score": {"user": 1}}, {"query": "Why?", "completion": "So."}]}"#,
    ];
    for case in cases {
        for (name, text) in [("x.jsonl", format!("{case}\n")), ("x.json", format!("[{case}]"))] {
            let dataset = opened(name, &text);
            assert_eq!(all_told(&dataset), ["a | a.png | H: Hi? A: Ho. H: Why? A: So. |  | -"], "{text}");
            assert_eq!(dataset.format(), Format::Llava);
        }
    }
    let flat = [
        r#"{"question": "Hi?", "answer": "Ho."}"#,
        r#"{"instruction": "Hi?", "input": "", "output": "Ho."}"#,
        r#"{"prompt": "Hi?", "response": "Ho."}"#,
        r#"{"user": "Hi?", "assistant": "Ho."}"#,
        r#"{"question": "Hi?", "answers": [{"answer": "Ho.", "answer_confidence": "yes"}]}"#,
    ];
    for case in flat {
        let dataset = opened("x.jsonl", &format!("{case}\n{}\n", case.replace("Ho", "Oh")));
        let expected = ["row-0 |  | H: Hi? A: Ho. |  | -", "row-1 |  | H: Hi? A: Oh. |  | -"];
        assert_eq!(all_told(&dataset), expected, "{case}");
    }
    assert_eq!(all_told(&opened("x.jsonl", "{\"caption\": \"A cat.\"}\n")), ["row-0 |  | C: A cat. |  | -"]);
}

#[test]
fn a_large_file_of_exchanges_is_read_to_its_end() {
    let record = |number: usize| {
        let texts = format!("{{\"user\": \"What is {number}? {}\", \"assistant\": \"A number.\"}}", "x".repeat(200));
        format!("{{\"id\": {number}, \"texts\": [{texts}, {texts}]}}")
    };
    let text = format!("[{}]", (0..20_000).map(record).collect::<Vec<_>>().join(", "));
    let dataset = opened("x.json", &text);
    assert_eq!((dataset.len(), dataset.set_aside().len()), (20_000, 0));
    let mut instance = Instance::default();
    dataset.read(19_999, &mut instance);
    assert_eq!(instance.turns.len(), 4);
}

/// Shortens a file at the first report of a stage's progress.
struct Shortening(PathBuf, Stage, AtomicU64);

impl Observer for Shortening {
    fn advanced(&self, stage: Stage, _done: u64, _total: u64) {
        if stage == self.1 && self.2.fetch_add(1, Ordering::AcqRel) == 0 {
            std::fs::OpenOptions::new().write(true).open(&self.0).unwrap().set_len(100).unwrap();
        }
    }
}

#[test]
fn a_file_that_is_shortened_while_it_is_read_is_told() {
    let text: String = (0..50_000).map(|number| llava(&number.to_string(), "What is this?") + "\n").collect();
    let folder = folder(&[("x.jsonl", text.as_bytes()), ("y.jsonl", text.as_bytes())]);
    let path = folder.path().join("x.jsonl");
    let shortening = Shortening(path.clone(), Stage::Read, AtomicU64::new(0));
    let Err(error) = open(&path, &Options::default(), &shortening) else { panic!("it opened") };
    assert!(matches!(error, SourceError::Unreadable { .. }) && error.to_string().contains("shortened"), "{error}");
    let path = folder.path().join("y.jsonl");
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert!(dataset.intact().is_ok());
    Shortening(path, Stage::Extract, AtomicU64::new(0)).advanced(Stage::Extract, 0, 0);
    let mut instance = Instance::default();
    dataset.read(49_999, &mut instance);
    assert!(instance.turns.is_empty(), "half a record is worse than none");
    assert!(dataset.intact().unwrap_err().to_string().contains("y.jsonl"));
}

#[test]
fn parquet_columns_of_every_kind_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let turn =
        |from: &[Option<&str>], value: &[Option<&str>]| structs("", &[strings("from", from), strings("value", value)]);
    let conversations = Series::new(
        "conversations".into(),
        [turn(&[Some("human"), Some("gpt")], &[Some("hi"), Some("ho")]), turn(&[Some("human")], &[Some("猫?")])],
    );
    let bytes = Series::new("bytes".into(), [Some(&b"\x89PNG"[..]), None]);
    let image = structs("image", &[bytes, strings("path", &[Some("a.png"), Some("b.png")])]);
    let objects = Series::new("objects".into(), [strings("", &[Some("cat"), Some("mat")]), strings("", &[])]);
    let label = Series::new("label".into(), [3_i64, 4]);
    write_parquet(&path, vec![strings("id", &[Some("a"), Some("b")]), image, conversations, objects, label]);
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert_eq!(dataset.format(), Format::Parquet);
    assert_eq!(all_told(&dataset), ["a | 4 bytes | H: hi A: ho | 3 | cat,mat", "b | b.png | H: 猫? | 4 | "]);
    let picture = instances(&dataset)[0].images[0].clone();
    assert_eq!(*dataset.image_bytes(&picture).unwrap(), *b"\x89PNG");
}

#[test]
fn parquet_captions_and_missing_ids_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let captions = Series::new(
        "captions".into(),
        [strings("", &[Some("one"), Some("two")]), strings("", &[Some("three")]), strings("", &[])],
    );
    write_parquet(&path, vec![strings("id", &[Some("a"), None, Some("a")]), captions.clone()]);
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert_eq!(all_told(&dataset), ["a |  | C: one C: two |  | -"]);
    assert_eq!(kinds(&dataset), [(1, SetAsideKind::MissingId), (2, SetAsideKind::DuplicateId)]);
    write_parquet(&path, vec![captions]);
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert_eq!(ids(&dataset), ["row-0", "row-1", "row-2"]);
    let whole = std::fs::read(&path).unwrap();
    for end in [4, 20, whole.len() / 2, whole.len() - 1] {
        assert!(failure("x.parquet", &whole[..end]).contains("Parquet"), "cut at {end}");
    }
}

#[test]
fn a_damaged_parquet_column_is_told_and_not_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let words = |stem: &str| -> Vec<String> { (0..400).map(|row| format!("{stem} {}", row * 7919 % 401)).collect() };
    let of = |name: &str| Series::new(name.into(), words(name));
    let whole = || {
        let columns = ["id", "caption", "label"].map(|name| of(name).into_column()).to_vec();
        let mut frame = DataFrame::new(400, columns).unwrap();
        let mut bytes = Vec::new();
        let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Uncompressed);
        writer.finish(&mut frame).unwrap();
        bytes
    };
    let mut bytes = whole();
    assert_eq!(all_told(&open_bytes("x.parquet", &bytes).unwrap()).len(), 400);
    // The last column's pages lie before the footer, whose length stands before the end; its page header is where it begins.
    let place = bytes.windows(6).position(|window| window == b"label ").unwrap();
    for byte in &mut bytes[place - 40..place] {
        *byte ^= 0xff;
    }
    let message = failure("x.parquet", &bytes);
    assert!(message.contains("x.parquet") && message.contains("column 'label' is damaged"), "{message}");
    assert!(message.contains("copy or download the file again"), "{message}");
    std::fs::write(&path, &bytes).unwrap();
    let named =
        Options { columns: Columns { label: Some("label".into()), ..Columns::default() }, ..Options::default() };
    let Err(named) = open(&path, &named, &Unobserved) else { panic!("a damaged column was read") };
    let named = named.to_string();
    assert_eq!(named.rsplit('/').next(), message.rsplit('/').next());
    let cut = failure("x.parquet", &whole()[..900]);
    assert!(cut.contains("it may be cut short; copy or download it again"), "{cut}");
    write_parquet(&path, vec![strings("id", &[]), strings("caption", &[])]);
    let empty = failure("x.parquet", &std::fs::read(&path).unwrap());
    assert!(empty.contains("no rows") && !empty.contains("columns are"), "{empty}");
}

#[test]
fn parquet_entities_read_as_those_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let lists = |name: &str, of: [&[&str]; 2]| {
        let list = |values: &&[&str]| strings("", &values.iter().map(|value| Some(*value)).collect::<Vec<_>>());
        Series::new(name.into(), of.iter().map(list).collect::<Vec<_>>())
    };
    let id = || strings("id", &[Some("a"), Some("b")]);
    let joined = lists("co_occurrence", [&["salt, pepper,shaker"], &[]]);
    let layout = [lists("token", [&["cat"], &[]]), lists("object", [&["salt, pepper", "shaker"], &["mat"]]), joined];
    let apart =
        Series::new("co_occurrence".into(), [lists("", [&["cat", "mat"], &["mat", "hat"]]), lists("", [&[], &[]])]);
    let sides = structs("", &[strings("one", &[Some("cat")]), strings("two", &[Some("mat")])]);
    let as_structs = Series::new("co_occurrence".into(), [sides.clone(), sides]);
    let official = [
        r#"{"id":"a","statistics":{"token":["cat"],"object":["salt, pepper","shaker"],"co_occurrence":["salt, pepper,shaker"]}}"#,
        r#"{"id":"b","statistics":{"token":[],"object":["mat"],"co_occurrence":[]}}"#,
    ];
    let pairs = [r#"{"id":"a","co_occurrence":[["cat","mat"],["mat","hat"]]}"#, r#"{"id":"b","co_occurrence":[]}"#];
    let tables: [(Vec<Series>, [&str; 2]); 3] = [
        (vec![id(), structs("statistics", &layout)], official),
        (vec![id(), apart], pairs),
        (
            vec![id(), as_structs],
            [r#"{"id":"a","co_occurrence":[["cat","mat"]]}"#, r#"{"id":"b","co_occurrence":[["cat","mat"]]}"#],
        ),
    ];
    for (table, json) in tables {
        let path = folder.path().join("x.parquet");
        write_parquet(&path, table);
        let (parquet, lines) =
            (open(&path, &Options::default(), &Unobserved).unwrap(), opened("x.jsonl", &json.join("\n")));
        let given = |dataset| instances(dataset).into_iter().map(|instance| instance.given).collect::<Vec<_>>();
        assert_eq!(given(&parquet), given(&lines));
        assert!(given(&parquet)[0].pairs.as_ref().is_some_and(|pairs| !pairs.is_empty()));
    }
    let path = folder.path().join("y.parquet");
    write_parquet(&path, vec![id(), strings("caption", &[Some("x"), Some("y")]), structs("statistics", &[id()])]);
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert!(dataset.warnings().join("").contains("'statistics' is not read"), "{:?}", dataset.warnings());
}

#[test]
fn only_what_is_written_beside_data_is_passed_over_by_name() {
    let record = |id: &str| format!("{{\"id\":\"{id}\",\"caption\":\"a cat\"}}\n").into_bytes();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("shard.0001.jsonl", record("a")),
        ("shard.0002.jsonl", record("b")),
        ("decisions.jsonl", record("c")),
        ("calibration.1.json", record("d")),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let folder = folder(&files);
    let told = || open(folder.path(), &Options::default(), &Unobserved).unwrap();
    assert_eq!(ids(&told()), ["d", "c", "a", "b"]);
    assert!(told().warnings().is_empty());
    std::fs::write(folder.path().join("shard.json"), "{}").unwrap();
    let beside = told();
    assert_eq!(ids(&beside), ["d", "a", "b"], "beside a shard's own file they are decisions");
    let warnings = beside.warnings().join("\n");
    assert!(
        warnings.contains("decisions.jsonl: passed over") && warnings.contains("shard.json: passed over"),
        "{warnings}"
    );
}

#[test]
fn parquet_questions_with_their_answers_are_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.parquet");
    let pairs = |names: [&str; 2]| {
        let pair = |question, answer| structs("", &[strings(names[0], question), strings(names[1], answer)]);
        Series::new(
            "texts".into(),
            [pair(&[Some("what?"), Some("why?")], &[Some("this"), None]), pair(&[Some("who?")], &[Some("she")])],
        )
    };
    let pictures = || strings("image", &[Some("a.png"), Some("b.png")]);
    let expected = ["row-0 | a.png | H: what? A: this H: why? |  | -", "row-1 | b.png | H: who? A: she |  | -"];
    for names in [["user", "assistant"], ["question", "answer"], ["instruction", "output"], ["prompt", "response"]] {
        write_parquet(&path, vec![pictures(), pairs(names)]);
        let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
        assert_eq!(all_told(&dataset), expected, "{names:?}");
    }
    let (answers, questions) = (strings("answer", &[Some("this")]), strings("question", &[Some("what?")]));
    write_parquet(&path, vec![strings("image", &[Some("a.png")]), answers, questions]);
    let told = all_told(&open(&path, &Options::default(), &Unobserved).unwrap());
    assert_eq!(told, ["row-0 | a.png | A: this H: what? |  | -"], "the order of the columns is kept");
    write_parquet(&path, vec![pictures(), pairs(["left", "right"])]);
    let message = failure("x.parquet", &std::fs::read(&path).unwrap());
    assert!(message.contains("columns are image, texts; set columns in the recipe's [dataset]"), "{message}");
    write_parquet(&path, vec![strings("label", &[Some("a"), Some("b")]), pairs(["left", "right"])]);
    let dataset = open(&path, &Options::default(), &Unobserved).unwrap();
    assert_eq!(dataset.mapping(), [("label".to_owned(), "label".to_owned())]);
    assert!(dataset.warnings()[0].starts_with("column 'texts' is not read"), "{:?}", dataset.warnings());
}

// ---------------------------------------------------------------- COCO

const COCO: &str = r#"{"info": {"year": 2017}, "images": [{"id": 1, "file_name": "1.jpg"}, {"id": 2, "coco_url": "http://h/train2017/2.jpg"}, {"id": 2, "file_name": "again.jpg"}],
 "annotations": [{"id": 9, "image_id": 1, "category_id": 18, "segmentation": [[1.5, 2]]}, {"id": 8, "image_id": 2, "category_id": 1},
  {"id": 7, "image_id": 1, "category_id": 1}, {"id": 6, "image_id": 1, "category_id": 18}, {"id": 5, "image_id": 77, "category_id": 1}],
 "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"EXTRA}]}"#;

#[test]
fn coco_categories_become_objects_and_captions_turns() {
    for (extra, format) in [("", Format::Coco), (r#", "frequency": "c", "synset": "dog.n.01""#, Format::Lvis)] {
        let dataset = opened("instances.json", &COCO.replace("EXTRA", extra));
        assert_eq!(dataset.format(), format);
        assert_eq!(all_told(&dataset), ["1 | 1.jpg |  |  | dog,person", "2 | train2017/2.jpg |  |  | person"]);
        assert_eq!(kinds(&dataset), [(2, SetAsideKind::DuplicateId)]);
        assert!(dataset.warnings()[0].contains("1 annotations"), "{:?}", dataset.warnings());
    }
    let captions = r#"{"annotations": [{"image_id": 1, "caption": "a dog"}, {"image_id": 1, "caption": "the dog"}], "images": [{"file_name": "1.jpg", "id": 1}]}"#;
    let dataset = opened("captions.json", captions);
    assert_eq!(dataset.format(), Format::Coco);
    assert_eq!(all_told(&dataset), ["1 | 1.jpg | C: a dog C: the dog |  | -"]);
}

// ---------------------------------------------------------------- files and folders

#[test]
fn an_image_folder_is_labelled_by_its_folders() {
    let folder = folder(&[
        ("birds/owl/1.jpg", b"x"),
        ("cats/2.PNG", b"x"),
        ("cats/notes.txt", b"x"),
        ("0.jpg", b"x"),
        ("cats/.hidden.jpg", b"x"),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.jpg", folder.path().join("cats/dangling.jpg")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("cats/circle")).unwrap();
    }
    let dataset = open(folder.path(), &Options::default(), &Unobserved).unwrap();
    assert_eq!(dataset.format(), Format::ImageFolder);
    let expected = [
        "0.jpg | 0.jpg |  |  | -",
        "birds/owl/1.jpg | birds/owl/1.jpg |  | birds/owl | -",
        "cats/2.PNG | cats/2.PNG |  | cats | -",
    ];
    assert_eq!(all_told(&dataset), expected);
    #[cfg(unix)]
    assert_eq!(kinds(&dataset).iter().map(|aside| aside.1).collect::<Vec<_>>(), [SetAsideKind::Unreadable; 2]);
    assert!(dataset.warnings()[0].contains("1 file that is no image"), "{:?}", dataset.warnings());
    assert_eq!(*dataset.image_bytes(&Image::Path("cats/2.PNG".into())).unwrap(), *b"x");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_told_and_never_waited_for() {
    let folder = folder(&[("data/a.jsonl", llava("a", "x").as_bytes()), ("images/dog/2.jpg", b"x")]);
    let path = |name: &str| folder.path().join(name);
    assert!(
        std::process::Command::new("mkfifo")
            .arg(path("pipe.json"))
            .arg(path("data/pipe.jsonl"))
            .arg(path("images/dog/pipe.jpg"))
            .status()
            .unwrap()
            .success()
    );
    std::os::unix::fs::symlink("nowhere.jsonl", path("data/dangling.jsonl")).unwrap();
    let error = |name: &str| open(&path(name), &Options::default(), &Unobserved).err().unwrap().to_string();
    assert!(error("pipe.json").contains("regular file"));
    assert!(error("absent.json").contains("absent.json"));
    assert!(error("none-*.json").contains("no file matches"));
    assert_eq!(ids(&open(&path("data"), &Options::default(), &Unobserved).unwrap()), ["a"]);
    let images = open(&path("images"), &Options::default(), &Unobserved).unwrap();
    assert_eq!((ids(&images), images.set_aside().len()), (vec!["dog/2.jpg".to_owned()], 1), "{:?}", images.set_aside());
}

/// Runs a test of this file once more without the right to read everything, where whoever runs it has that; true where it was run.
#[cfg(unix)]
fn ran_without_rights(test: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const AGAIN: &str = "FANTAIL_TEST_WITHOUT_RIGHTS";
    let locked = tempfile::tempdir().unwrap();
    std::fs::set_permissions(locked.path(), PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read_dir(locked.path()).is_err() {
        return false;
    }
    assert!(std::env::var_os(AGAIN).is_none(), "the right was not taken");
    let rights = "-dac_override,-dac_read_search";
    let output = std::process::Command::new("setpriv")
        .args(["--inh-caps", rights, "--bounding-set", rights])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(AGAIN, "1")
        .output()
        .unwrap_or_else(|error| panic!("root reads everything, unless setpriv (util-linux) takes the right: {error}"));
    let told = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}\n{failed}");
    true
}

#[cfg(unix)]
#[test]
fn folders_without_rights_are_told() {
    use std::os::unix::fs::PermissionsExt;
    if ran_without_rights("folders_without_rights_are_told") {
        return;
    }
    let folder = folder(&[
        ("images/cat/1.jpg", b"x"),
        ("images/dog/2.jpg", b"x"),
        ("splits/train/a.jsonl", llava("a", "words").as_bytes()),
        ("splits/val/b.jsonl", llava("b", "words").as_bytes()),
        ("beside/a.jsonl", llava("a", "words").as_bytes()),
        ("beside/train/b.jsonl", llava("b", "words").as_bytes()),
    ]);
    let path = |name: &str| folder.path().join(name);
    let rights = |mode| {
        for name in ["images/cat", "splits/train", "beside/train"] {
            std::fs::set_permissions(path(name), PermissionsExt::from_mode(mode)).unwrap();
        }
    };
    rights(0o000);
    let opened = |name: &str| open(&path(name), &Options::default(), &Unobserved).unwrap();
    let images = opened("images");
    assert_eq!((ids(&images), images.set_aside().len()), (vec!["dog/2.jpg".to_owned()], 1), "{:?}", images.set_aside());
    for (asked, id) in [("splits", "b"), ("splits/*/*.jsonl", "b"), ("beside", "a")] {
        let dataset = opened(asked);
        assert_eq!(ids(&dataset), [id], "{asked}");
        let [warning] = dataset.warnings() else { panic!("{asked}: {:?}", dataset.warnings()) };
        assert!(warning.contains("train: passed over") && warning.contains("cannot be read"), "{asked}: {warning}");
    }
    rights(0o700);
}

#[test]
fn data_in_folders_beside_files_is_told() {
    let line = |id: &str| llava(id, "words").into_bytes();
    let folder = folder(&[
        ("a.jsonl", &line("a")),
        ("pictures/1.jpg", b"x"),
        ("sub/deeper/b.jsonl", &line("b")),
        ("more/c.jsonl.gz", &line("c")),
        ("about/calibration.json", b"{}"),
        (".hidden/d.jsonl", &line("d")),
    ]);
    let dataset = open(folder.path(), &Options::default(), &Unobserved).unwrap();
    assert_eq!(ids(&dataset), ["a"]);
    let [more, sub] = dataset.warnings() else { panic!("{:?}", dataset.warnings()) };
    for (warning, name) in [(more, "more"), (sub, "sub")] {
        let start = format!("{}: passed over", folder.path().join(name).display());
        assert!(warning.starts_with(&start) && warning.contains("**/*.jsonl"), "{warning}");
    }
    let all = open(&folder.path().join("**/*.jsonl"), &Options::default(), &Unobserved).unwrap();
    assert_eq!(ids(&all), ["d", "a", "b"], "a pattern finds what it names, hidden or not");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_shards_read_as_the_plain_file() {
    let records: Vec<String> = (0..9).map(|at| llava(&format!("r{at}"), "words")).collect();
    let shard = |from: usize| records[from..from + 3].join("\n");
    let folder = folder(&[
        ("plain.jsonl", records.join("\n").as_bytes()),
        ("shards/1.jsonl", shard(0).as_bytes()),
        ("shards/2.jsonl.gz", &gzip(shard(3).as_bytes())),
        ("shards/3.jsonl.zst", &zstd::encode_all(shard(6).as_bytes(), 3).unwrap()),
        ("shards/README.md", b"read me"),
        ("shards/calibration.json", b"{\"records\": {\"read\": 9}}"),
        ("shards/decisions.jsonl", b"{\"id\": \"a\", \"decision\": \"keep\"}"),
    ]);
    let open = |name: &str| open(&folder.path().join(name), &Options::default(), &Unobserved).unwrap();
    let plain = open("plain.jsonl");
    for name in ["shards", "shards/*.jsonl*"] {
        let shards = open(name);
        assert_eq!(ids(&shards), ids(&plain), "{name}");
        assert_eq!(shards.id_hashes(), plain.id_hashes(), "{name}");
        assert_eq!(shards.raw(7), plain.raw(7), "{name}");
    }
}

#[test]
fn a_repeated_id_in_a_later_shard_names_the_first() {
    let folder = folder(&[
        ("s/1.jsonl", llava("a", "x").as_bytes()),
        ("s/2.jsonl", llava("a", "y").as_bytes()),
        ("s/3.jsonl", llava("b", "z").as_bytes()),
    ]);
    let dataset = open(&folder.path().join("s"), &Options::default(), &Unobserved).unwrap();
    assert_eq!(all_told(&dataset).len(), 2);
    assert_eq!(instances(&dataset)[1].turns[1].text, "z");
    let aside = &dataset.set_aside()[0];
    assert!(aside.file.ends_with("2.jsonl") && aside.message.contains("1.jsonl"), "{aside:?}");
}

#[test]
fn a_shard_that_cannot_be_used_is_set_aside_as_a_whole() {
    let folder =
        folder(&[("s/1.jsonl", llava("a", "x").as_bytes()), ("s/2.jsonl", b""), ("s/3.jsonl", b"no json at all")]);
    let dataset = open(&folder.path().join("s"), &Options::default(), &Unobserved).unwrap();
    assert_eq!(ids(&dataset), ["a"]);
    assert_eq!(kinds(&dataset), [(0, SetAsideKind::Unreadable); 2]);
    for (aside, name) in dataset.set_aside().iter().zip(["s/2.jsonl", "s/3.jsonl"]) {
        let told = aside.told();
        assert!(aside.is_whole() && told.matches(name).count() == 1 && !told.contains(" row "), "{told}");
    }
}

#[test]
fn a_compressed_file_cut_short_keeps_what_came_before() {
    // Words that compress badly, so that a cut in the middle leaves records on both sides.
    let text = |at: usize| {
        (0..40).map(|word| format!("{:x}", (at * 7919 + word * 104_729) % 65_521)).collect::<Vec<_>>().join(" ")
    };
    let records: Vec<String> = (0..2_000).map(|at| llava(&format!("r{at}"), &text(at))).collect();
    let whole = array(&records);
    for (name, bytes) in
        [("x.json.gz", gzip(whole.as_bytes())), ("x.json.zst", zstd::encode_all(whole.as_bytes(), 1).unwrap())]
    {
        let dataset = open_bytes(name, &bytes[..bytes.len() * 3 / 4]).unwrap();
        assert!((500..2_000).contains(&dataset.len()), "{name}: {}", dataset.len());
        assert_eq!(ids(&dataset)[..500], (0..500).map(|at| format!("r{at}")).collect::<Vec<_>>(), "{name}");
        let aside = dataset.set_aside();
        assert_eq!((aside.len(), aside[0].kind), (1, SetAsideKind::Truncated), "{name}: {aside:?}");
        assert!(aside[0].message.contains("cut short"), "{name}: {}", aside[0].message);
    }
}

#[test]
fn a_compressed_file_cut_before_its_first_record_is_told_as_cut() {
    let text = llava("a", "A cat.");
    for (name, bytes) in
        [("x.json.gz", gzip(text.as_bytes())), ("x.json.zst", zstd::encode_all(text.as_bytes(), 1).unwrap())]
    {
        for end in [12, 30, bytes.len() / 2] {
            let message = failure(name, &bytes[..end]);
            assert!(message.contains("cut short") && !message.contains("is empty"), "{name} to {end}: {message}");
        }
    }
}

// ---------------------------------------------------------------- images, sidecar, demo, fingerprint, progress

#[test]
fn no_path_leads_out_of_the_image_root() {
    let folder = folder(&[
        ("root/ok.jpg", b"ok"),
        ("root/deep/ok.jpg", b"ok"),
        ("secret.jpg", b"secret"),
        ("root/x.jsonl", llava("a", "x").as_bytes()),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.jpg", folder.path().join("root/link.jpg")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("root/up")).unwrap();
    }
    let dataset = open(&folder.path().join("root/x.jsonl"), &Options::default(), &Unobserved).unwrap();
    let read = |path: &str| dataset.image_bytes(&Image::Path(path.to_owned().into())).map(std::borrow::Cow::into_owned);
    let inside = folder.path().join("root/ok.jpg");
    for path in ["ok.jpg", "./deep/../ok.jpg", "deep/ok.jpg", inside.to_str().unwrap()] {
        assert_eq!(*read(path).unwrap(), *b"ok", "{path}");
    }
    let outside = folder.path().join("secret.jpg");
    let mut refused = vec![
        "../secret.jpg",
        "deep/../../secret.jpg",
        "/etc/passwd",
        "../../../../etc/passwd",
        outside.to_str().unwrap(),
    ];
    if cfg!(unix) {
        refused.extend(["link.jpg", "up/secret.jpg"]);
    }
    for path in refused {
        assert!(read(path).unwrap_err().to_string().contains("image_root"), "{path}");
    }
    assert!(read("http://example.com/a.jpg").unwrap_err().to_string().contains("address"));
    for path in ["", "deep", "absent.jpg", "\0"] {
        assert!(read(path).is_err(), "{path:?}");
    }
}

#[test]
fn a_sidecar_is_joined_by_id() {
    let records =
        [llava("a", "x"), llava("b", "y").replace("\"image\"", "\"objects\": [\"own\"], \"image\""), llava("c", "z")];
    let sidecar = [
        r#"{"id": "b", "objects": ["cat"], "tokens": ["t"], "co_occurrence": [["cat", "mat"]], "labels": ["L"]}"#,
        r#"{"id": "stranger", "objects": []}"#,
        r#"{"id": "c", "statistics": {"object": [], "what_word": ["where"]}}"#,
        r#"{"objects": ["nobody"]}"#,
    ];
    let folder = folder(&[("x.json", array(&records).as_bytes()), ("e.jsonl", sidecar.join("\n").as_bytes())]);
    let options = Options { entities: Some(folder.path().join("e.jsonl")), ..Options::default() };
    let dataset = open(&folder.path().join("x.json"), &options, &Unobserved).unwrap();
    let found = instances(&dataset);
    assert_eq!(found[0].given, source::Given::default());
    assert_eq!(found[1].given.objects.as_deref().unwrap(), ["cat"]);
    assert_eq!(found[1].given.tokens.as_deref().unwrap(), ["t"]);
    assert_eq!(found[1].labels, ["L"]);
    assert_eq!(found[1].turns.len(), 2, "the record's own turns stay");
    assert_eq!(found[2].given.objects.as_deref().unwrap(), [""; 0]);
    assert_eq!(found[2].given.interrogations.as_deref().unwrap(), ["where"]);
    let warnings = dataset.warnings().join("\n");
    assert!(warnings.contains("1 id is not in the dataset, the first is 'stranger'"), "{warnings}");
    assert!(warnings.contains("1 record cannot be used"), "{warnings}");
    let alone = open(&folder.path().join("x.json"), &Options::default(), &Unobserved).unwrap();
    assert_ne!(alone.fingerprint(), dataset.fingerprint(), "the sidecar is part of what is read");
}

#[test]
fn the_demo_is_part_of_the_program() {
    let demo = open_demo().unwrap();
    assert_eq!((demo.len(), demo.set_aside().len(), demo.format()), (1_911, 0, Format::Jsonl));
    for instance in instances(&demo) {
        assert_eq!((instance.turns.len(), instance.images.len(), instance.labels.len()), (1, 1, 1));
        assert!(demo.image_bytes(&instance.images[0]).unwrap().starts_with(b"\x89PNG"), "{}", instance.id);
    }
}

#[test]
fn the_fingerprint_follows_the_content() {
    let records = array(&[llava("a", "x"), llava("b", "y")]);
    let folder = folder(&[
        ("x.json", records.as_bytes()),
        ("y.json", records.as_bytes()),
        ("z.json", records.replace('y', "z").as_bytes()),
        ("images/a/1.jpg", b"1"),
    ]);
    let print = |name: &str| source::fingerprint(&folder.path().join(name), &Options::default(), &Unobserved).unwrap();
    assert_eq!(print("x.json"), print("y.json"));
    assert_ne!(print("x.json"), print("z.json"));
    let opened = |name: &str| open(&folder.path().join(name), &Options::default(), &Unobserved).unwrap().fingerprint();
    assert_eq!(print("x.json"), opened("x.json"));
    assert_eq!(print("x.json").to_string(), format!("blake3:{}", blake3::hash(records.as_bytes()).to_hex()));
    let before = print("images");
    assert_eq!(before, opened("images"));
    std::fs::write(folder.path().join("images/a/2.jpg"), b"2").unwrap();
    assert_ne!(before, print("images"));
}

/// Hears progress, and cancels after so many reports.
struct Listener {
    reports: AtomicU64,
    last: AtomicU64,
    total: AtomicU64,
    patience: u64,
}

impl Observer for Listener {
    fn advanced(&self, stage: Stage, done: u64, total: u64) {
        assert_eq!(stage, Stage::Read);
        self.reports.fetch_add(1, Ordering::SeqCst);
        self.last.fetch_max(done, Ordering::SeqCst);
        self.total.store(total, Ordering::SeqCst);
    }

    fn cancelled(&self) -> bool {
        self.reports.load(Ordering::SeqCst) >= self.patience
    }
}

#[test]
fn progress_reaches_the_size_and_cancelling_stops() {
    let records: Vec<String> = (0..60_000).map(|at| llava(&format!("r{at}"), &"words ".repeat(20))).collect();
    let content = array(&records);
    let folder = folder(&[("x.json", content.as_bytes())]);
    for patience in [u64::MAX, 0, 1, 3] {
        let listener = Listener { reports: 0.into(), last: 0.into(), total: 0.into(), patience };
        let result = open(&folder.path().join("x.json"), &Options::default(), &listener);
        if patience == u64::MAX {
            assert_eq!(result.unwrap().len(), 60_000);
            assert_eq!(listener.total.into_inner(), content.len() as u64);
            assert!(listener.last.into_inner() * 100 >= content.len() as u64 * 99);
        } else {
            assert!(matches!(result, Err(SourceError::Cancelled)), "after {patience} reports");
        }
    }
}

// ---------------------------------------------------------------- any damage

/// A change of a few bytes somewhere.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    let interesting = prop_oneof![
        Just(b'"'),
        Just(b'\\'),
        Just(b'{'),
        Just(b'}'),
        Just(b'['),
        Just(b']'),
        Just(b','),
        Just(b'\n'),
        any::<u8>()
    ];
    prop::collection::vec((any::<prop::sample::Index>(), interesting, 0..3_u8), 1..4)
}

fn damaged(content: &[u8], changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    for (place, byte, how) in changes {
        let at = place.index(bytes.len());
        match how {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

fn records_for_damage() -> Vec<String> {
    (0..12).map(|at| llava(&format!("id{at}"), "A \\\"cat\\\", {on} a [mat] 猫.")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each change spoils the record that it hits and, at most, the one that it borders; all others are kept and the spoilt are told.
    #[test]
    fn damage_spoils_only_what_it_hits(changes in damage(), lines in any::<bool>()) {
        let records = records_for_damage();
        let content = if lines { records.join("\n") } else { array(&records) };
        let bytes = damaged(content.as_bytes(), &changes);
        if let Ok(dataset) = open_bytes("x.json", &bytes) {
            let kept = dataset.len();
            let whole = records.iter().filter(|record| memchr::memmem::find(&bytes, record.as_bytes()).is_some()).count();
            let hit = records.len() - whole;
            prop_assert!(kept + dataset.set_aside().len() + 2 * changes.len() >= records.len(), "{kept} kept, {:?}", dataset.set_aside());
            prop_assert!(kept + changes.len() >= whole, "{kept} of {whole} whole records kept, {hit} hit, {:?}", dataset.set_aside());
            for instance in instances(&dataset) {
                prop_assert!(!instance.id.is_empty());
            }
        }
    }

    /// No bytes at all make any format panic.
    #[test]
    fn no_bytes_make_any_format_panic(changes in damage(), which in 0..6_usize) {
        let seeds = [
            COCO.replace("EXTRA", ""),
            "id,caption,label\n1,\"a \"\"big\"\" cat\",x\n2,dog,y\n3,\"two\nlines\",z\n".to_owned(),
            "a.jpg 1\nb.jpg 2\nc.jpg 3\n".to_owned(),
            "{\"id\": 1, \"statistics\": {\"object\": [\"a\"], \"co_occurrence\": [\"a,b\"]}, \"caption\": \"x\"}\n".to_owned(),
            format!("{{\"data\": {}}}", array(&records_for_damage())),
            "[{\"id\": 1, \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"x\"}]}]}]".to_owned(),
        ];
        if let Ok(dataset) = open_bytes("x", &damaged(seeds[which].as_bytes(), &changes)) {
            instances(&dataset);
        }
    }

    /// Whatever the file holds, it opens or fails with words.
    #[test]
    fn random_bytes_open_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..400), start in "[\\[{]?(PAR1)?") {
        let content = [start.as_bytes(), &bytes].concat();
        match open_bytes("x", &content) {
            Ok(dataset) => drop(instances(&dataset).len()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

// ---------------------------------------------------------------- real data, where it is at hand

#[test]
#[ignore = "needs FANTAIL_DATA: stablellava/stablellava_llava.json and places_lt/Places_LT_train.txt"]
fn needs_data_real_files_open_whole() {
    let data = PathBuf::from(std::env::var_os("FANTAIL_DATA").expect("FANTAIL_DATA names the folder of the data"));
    for (name, format, instances) in [
        ("stablellava/stablellava_llava.json", Format::Llava, 77_916),
        ("places_lt/Places_LT_train.txt", Format::List, 62_500),
    ] {
        let dataset = open(&data.join(name), &Options::default(), &Unobserved).unwrap();
        assert_eq!((dataset.format(), dataset.len(), dataset.set_aside().len()), (format, instances, 0), "{name}");
    }
}
