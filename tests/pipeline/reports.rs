//! `fantail stats`: the JSON contract, the table, and what is worth knowing.

use fantail::cli::stats::{StatsArguments, StatsFormat, write_stats};
use fantail::entity::Perspective;
use fantail::finding::{Finding, Severity, findings};
use fantail::index::cache::Cache;
use fantail::index::{DatasetFacts, MOST_PAIRED_OBJECTS};
use fantail::recipe::{Recipe, ThresholdChoice};

use crate::{Scratch, conversations, list, loaded, with_statistics};

fn arguments(scratch: &Scratch, format: StatsFormat) -> StatsArguments {
    StatsArguments {
        dataset: scratch.path.clone(),
        recipe: None,
        counts_out: None,
        perspectives: Vec::new(),
        top: 3,
        format,
    }
}

fn written(arguments: &StatsArguments, cache: &Cache) -> String {
    let mut out = Vec::new();
    write_stats(arguments, cache, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn classes() -> Scratch {
    list([("dog", 120), ("cat", 30), ("axolotl", 5), ("猫", 1)])
}

#[test]
fn json_keeps_the_contract() {
    let scratch = classes();
    let json: serde_json::Value =
        serde_json::from_str(&written(&arguments(&scratch, StatsFormat::Json), &Cache::none())).unwrap();
    let members = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut expected = [
        "origin",
        "entities",
        "occurrences",
        "max",
        "min",
        "imbalance_ratio",
        "gini",
        "evenness",
        "effective_entities",
        "zipf_exponent",
        "singletons",
        "unseen_mass",
        "chao1",
        "scumble",
        "mean_irlbl",
        "threshold",
        "head_entities",
        "tail_entities",
        "tail_entity_share",
        "tail_occurrence_share",
        "tail_instance_share",
        "top",
        "groups",
    ];
    expected.sort_unstable();
    let mut found = members(&json["perspectives"]["label"]);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(json["dataset"]["instances"], 156);
    assert_eq!(json["dataset"]["format"], "list");
    assert_eq!(json["dataset"]["set_aside"], 0);
    let mapping = serde_json::json!({"image": ["first field"], "label": ["last field"]});
    assert_eq!(json["dataset"]["mapping"], mapping);
    assert!(json["dataset"]["fingerprint"].as_str().unwrap().starts_with("blake3:"));
    let label = &json["perspectives"]["label"];
    assert_eq!(label["top"], serde_json::json!([["dog", 120], ["cat", 30], ["axolotl", 5]]));
    assert_eq!(label["groups"]["many"], serde_json::json!([1, 120.0 / 156.0]));
    assert_eq!(label["groups"]["few"], serde_json::json!([2, 6.0 / 156.0]));
    assert_eq!((&label["threshold"], &label["head_entities"]), (&30.into(), &1.into()));
    assert_eq!(label["zipf_exponent"], serde_json::Value::Null);
    assert_eq!(json["warnings"], serde_json::json!([]));
}

#[test]
fn what_was_set_aside_is_in_the_warnings() {
    let lines = "{\"id\":\"a\",\"conversations\":[{\"from\":\"gpt\",\"value\":\"A cat.\"}]}\n{\"id\":\"b\",\"conversations\":[{\"from\"\n{\"id\":\"a\",\"conversations\":[{\"from\":\"gpt\",\"value\":\"A dog.\"}]}\n";
    let scratch = Scratch::holding("data.jsonl", lines);
    let json: serde_json::Value =
        serde_json::from_str(&written(&arguments(&scratch, StatsFormat::Json), &Cache::none())).unwrap();
    assert_eq!(json["dataset"]["set_aside"], 2);
    let kinds: Vec<_> =
        json["warnings"].as_array().unwrap().iter().map(|warning| (&warning["row"], &warning["kind"])).collect();
    assert_eq!(kinds, [(&1.into(), &"bad_json".into()), (&2.into(), &"duplicate_id".into())]);
    let found = found_in(&scratch);
    assert_eq!(kinds_of(&found)[..2], ["set_aside", "duplicate_ids"]);
}

#[test]
fn a_perspective_that_always_votes_is_told_with_what_helps() {
    // Four ways of asking, equally often; objects from 256 down to 1.
    let asked = ["What color is it?", "How many are there?", "Where is it?", "Who made it?"];
    let records = (0..9).flat_map(|power| {
        let statistics = move |number: usize| {
            serde_json::json!({"object": [format!("thing{power}")], "what_word": [asked[number % 4]]})
        };
        (0..1_usize << power).map(statistics)
    });
    let scratch = with_statistics(&records.collect::<Vec<_>>());
    let mut recipe = Recipe::default();
    recipe.entities.perspectives = vec![Perspective::Object, Perspective::Interrogation];
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(32));
    recipe.threshold.insert(Perspective::Interrogation, ThresholdChoice::Count(129));
    let found = found_under(&scratch, &recipe);
    let told = found.iter().find(|finding| finding.kind == "always_voting").unwrap();
    assert_eq!(told.perspective, Some(Perspective::Interrogation));
    assert!(told.text.contains("votes for 100 % of the instances"), "{}", told.text);
    // 63 instances hold a thing of at most 32; of the other three things 32 of 64, 128 and 256 are kept.
    let kept = fantail::number::rounded_share((63.0 + 3.0 * 32.0) / 511.0);
    assert!(told.advice.contains(&format!("pass_count = 2 would keep {kept}")), "{}", told.advice);
    assert!(told.advice.contains(&format!("leaving interrogation out of entities.perspectives would keep {kept}")));
    recipe.rebalance.pass_count = 2;
    assert!(!kinds_of(&found_under(&scratch, &recipe)).contains(&"always_voting"), "the remedy is taken");
    recipe.rebalance.pass_count = 1;
    recipe.threshold.insert(Perspective::Object, ThresholdChoice::Count(256));
    assert!(!kinds_of(&found_under(&scratch, &recipe)).contains(&"always_voting"), "there is nothing to drop");
}

#[test]
fn a_file_that_cannot_be_used_as_a_whole_is_named() {
    let scratch = Scratch::holding("1.jsonl", "{\"id\":\"a\",\"caption\":\"A cat.\"}\n");
    std::fs::write(scratch.beside("2.jsonl"), "no json at all").unwrap();
    let mut arguments = arguments(&scratch, StatsFormat::Json);
    arguments.dataset = scratch.folder.path().to_owned();
    let json: serde_json::Value = serde_json::from_str(&written(&arguments, &Cache::none())).unwrap();
    let warning = &json["warnings"][0];
    assert_eq!((&warning["row"], &warning["kind"]), (&serde_json::Value::Null, &"unreadable".into()));
    assert!(warning["message"].as_str().unwrap().contains("2.jsonl is in no format"), "{warning}");
}

#[test]
fn pairs_that_were_left_out_are_in_the_warnings() {
    let objects: Vec<String> = (0..=MOST_PAIRED_OBJECTS).map(|number| format!("thing{number}")).collect();
    let scratch = with_statistics(&[serde_json::json!({"object": objects})]);
    let json: serde_json::Value =
        serde_json::from_str(&written(&arguments(&scratch, StatsFormat::Json), &Cache::none())).unwrap();
    let warning = &json["warnings"][0];
    assert_eq!((&warning["row"], &warning["kind"]), (&serde_json::Value::Null, &"crowded_instances".into()));
    assert!(warning["message"].as_str().unwrap().starts_with("1 instance holds more than 64 objects"), "{warning}");
}

#[test]
fn cold_and_warm_write_the_same_bytes() {
    let scratch = conversations(&[&["What color is it?", "A red bus by a tree."], &["Hi", "A bus."]]);
    let cache = Cache::at(&scratch.beside("cache"));
    for format in [StatsFormat::Json, StatsFormat::Table] {
        let cold = written(&arguments(&scratch, format), &Cache::none());
        assert_eq!(written(&arguments(&scratch, format), &cache), cold);
        assert_eq!(written(&arguments(&scratch, format), &cache), cold);
    }
}

#[test]
fn the_table_is_aligned_and_says_what_matters() {
    let table = written(&arguments(&classes(), StatsFormat::Table), &Cache::none());
    let line = |start: &str| table.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
    assert_eq!(line("read as:"), "read as: image ← first field, label ← last field");
    assert!(line("imbalance").ends_with("120 : 1"));
    assert!(line("many · medium · few").ends_with("1 · 1 · 2"));
    assert!(line("label:").contains("75.0 % of entities hold 23.1 % of occurrences"));
    assert!(line("rank").ends_with("instances  of all instances"), "the share is of instances, and says so");
    assert!(line("1  dog").ends_with("120            76.9 %"));
    let ends: Vec<_> = ["rank", "1  dog"].map(|start| line(start).chars().count()).to_vec();
    assert_eq!(ends[0], ends[1], "{table}");
    let measures: Vec<_> = table.lines().skip(4).take(4).map(|line| line.chars().count()).collect();
    assert!(measures.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
}

#[test]
fn a_perspective_is_shown_alone_or_named_as_missing() {
    let scratch = conversations(&[&["Hi", "A cat on a sofa."]]);
    let mut arguments = arguments(&scratch, StatsFormat::Json);
    arguments.perspectives = vec![Perspective::Object];
    let json: serde_json::Value = serde_json::from_str(&written(&arguments, &Cache::none())).unwrap();
    assert_eq!(json["perspectives"].as_object().unwrap().len(), 1);
    arguments.perspectives = vec![Perspective::Label];
    let error = write_stats(&arguments, &Cache::none(), &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("no perspective 'label'; it has token, object, co_occurrence"), "{error}");
}

/// Runs the program with its output to `out`; its exit code and what it says on stderr.
fn program(scratch: &Scratch, more: &[&str], out: std::process::Stdio) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fantail"));
    command.arg("stats").arg(&scratch.path).args(more).env("FANTAIL_CACHE_DIR", scratch.beside("cache")).stdout(out);
    let done = command.output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn what_is_asked_wrongly_is_one_line_and_a_usage_error() {
    let scratch = conversations(&[&["Hi", "A cat on a sofa."]]);
    let (code, said) = program(&scratch, &["--perspective", "label"], std::process::Stdio::null());
    assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("no perspective 'label'"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_one_line() {
    for format in ["table", "json"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let (code, said) = program(&classes(), &["--format", format], full.into());
        assert_eq!((code, said.lines().count()), (Some(7), 1), "{said}");
        assert!(said.contains("cannot write to stdout"), "{said}");
    }
}

fn found_in(scratch: &Scratch) -> Vec<Finding> {
    found_under(scratch, &Recipe::default())
}

fn found_under(scratch: &Scratch, recipe: &Recipe) -> Vec<Finding> {
    let loaded = loaded(&scratch.path, recipe);
    findings(&loaded.index, recipe, &DatasetFacts::of(&loaded.dataset))
}

fn kinds_of(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_conversation_set_with_a_template_is_told_as_one() {
    let things = [
        "cat", "dog", "cup", "bus", "tree", "boat", "lamp", "sofa", "horse", "spoon", "plate", "apple", "bridge",
        "shoe", "hat", "bird", "fish", "drum", "bell", "rose", "clock", "knife",
    ];
    let long = format!("A man. {}", "It is a very long way home. ".repeat(40));
    let answers: Vec<String> = (0..300)
        .map(|number| match number % 60 {
            0 => long.clone(),
            _ if number % 3 == 0 => format!("A man and a {}.", things[number % 22]),
            _ => format!("A {}.", things[number % 22]),
        })
        .collect();
    let records: Vec<[&str; 2]> = answers.iter().map(|answer| ["<image>\nWhat is it?", answer.as_str()]).collect();
    let records: Vec<&[&str]> = records.iter().map(|record| &record[..]).collect();
    let found = found_in(&conversations(&records));
    let text = |kind: &str| found.iter().find(|finding| finding.kind == kind).map_or("", |finding| &finding.text);
    assert_eq!(text("frequent_prompts"), "one prompt makes 100 % of the questions: 'What is it?'");
    assert_eq!(text("objects_from_text"), "object perspective comes from text, not from detections");
    assert!(found.iter().any(|finding| finding.text == "33 % of instances hold 'man' (object)"), "{found:#?}");
    assert!(text("text_length").starts_with("text length is long-tailed too"), "{found:#?}");
    assert!(text("shared_instances").starts_with("head and tail share instances (SCUMBLE 0."), "{found:#?}");
    assert!(found.is_sorted_by(|a, b| a.severity >= b.severity));
}

#[test]
fn lists_with_gaps_and_singletons_are_told() {
    let statistics: Vec<_> = (0..40)
        .map(|number| match number {
            0..20 => serde_json::json!({"object": ["cat", format!("rare{number}")]}),
            20..30 => serde_json::json!({"object": ["cat", format!("twice{}", number / 2)]}),
            _ => serde_json::json!({}),
        })
        .collect();
    let found = found_in(&with_statistics(&statistics));
    let gaps = found.iter().find(|finding| finding.kind == "without_objects").unwrap();
    assert_eq!(
        (gaps.severity, gaps.text.as_str()),
        (Severity::Warning, "25 % of instances have no object in the lists that came with the dataset")
    );
    let singletons = found.iter().find(|finding| finding.kind == "singletons").unwrap();
    assert!(singletons.text.contains("dropping them costs about 33.3 % of the mass (2·N₂/n)"), "{}", singletons.text);
}

#[test]
fn without_doubletons_the_cost_of_singletons_is_not_guessed() {
    let found = found_in(&list([("dog", 120), ("cat", 1), ("axolotl", 1)]));
    assert!(!kinds_of(&found).contains(&"singletons"), "{found:#?}");
}

#[test]
fn a_plain_set_of_classes_has_nothing_to_tell() {
    assert_eq!(kinds_of(&found_in(&list((0..30).map(|class| (format!("c{class}"), 40))))), Vec::<&str>::new());
}
