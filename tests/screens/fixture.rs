//! A small dataset with a real-looking long tail, made from Zipf counts, and models that show it.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use fantail::app::message::Failure;
use fantail::app::model::{
    Compared, Data, Drill, ExportScreen, Figures, Finding, Ids, InstanceView, Job, JobKind, JobState, JobStep, Level,
    LongText, Model, Notice, Picture, Reckoning, Rows, Sample, Screen, Shown, Subject, SynthesizePane, Trial,
    TrialPicture, TurnView,
};
use fantail::config::keymap;
use fantail::entity::{Origin, Perspective};
use fantail::index::{Csr, Index, Names, PerspectiveIndex, Rows as IndexRows, StringTable};
use fantail::load::Loaded;
use fantail::plan::{Evidence, Verdict};
use fantail::preview::{Completion, Exact};
use fantail::progress::Stage;
use fantail::progress::Unobserved;
use fantail::recipe::{PolicyName, Recipe, SynthesisName};
use fantail::source::{self, Speaker};

/// Instances of the dataset.
const INSTANCES: u32 = 20_011;

const NOUNS: [&str; 24] = [
    "man",
    "table",
    "woman",
    "image",
    "people",
    "person",
    "background",
    "street",
    "plate",
    "building",
    "room",
    "group",
    "umbrella",
    "fire hydrant",
    "xylophone",
    "traffic light",
    "giraffe",
    "消防栓",
    "gravy boat",
    "skateboard",
    "crème brûlée",
    "astrolabe",
    "zebra crossing",
    "🦒 plush toy",
];

/// A model that shows the dataset.
pub fn model() -> Model {
    let mut model =
        Model::loading("/data/llava/llava_v1_5_mix665k.json", Recipe::default(), Arc::new(keymap::load(None).0));
    let loaded = loaded();
    let entities = loaded.index.perspective(Perspective::Token).map_or(0, PerspectiveIndex::entities);
    model.data = Data::Ready(loaded);
    model.explore.table.rows = Rows::Ranked(entities);
    model.explore.table.selected = 1_204;
    model.explore.table.offset = 1_200;
    model.themes = ["colour-blind", "dark", "high-contrast", "light"].map(String::from).to_vec();
    model.theme = "dark".into();
    model.findings = findings();
    model
}

/// The same model with the instances of an entity open.
pub fn drilled() -> Model {
    let mut model = model();
    let turns = vec![
        turn(Speaker::Human, "What is next to the fire hydrant on the sidewalk?", "fire hydrant"),
        turn(
            Speaker::Assistant,
            "A red fire hydrant stands beside a parked bicycle; behind it, a shop window reflects the street and a sign reads 消防栓.",
            "fire hydrant",
        ),
        turn(Speaker::Human, "How many people are there?", "nothing"),
        turn(Speaker::Assistant, "There are two people walking a dog on the other side of the street.", "nothing"),
    ];
    let view = InstanceView {
        number: 4_711,
        id: "000000215677".into(),
        labels: Vec::new(),
        turns,
        images: vec!["coco/train2017/000000215677.jpg".into()],
        cut: false,
    };
    // One has an id of its own, one has a long one, one has none, and the others are still being read.
    let long = "coco/train2017/000000215677.jpg".to_owned();
    let id = |place: u32, id: Option<&str>| (place * 541 + 7, id.map(str::to_owned));
    let known = [id(7, None), id(8, Some("sa_223")), id(10, Some(&long)), id(11, Some("000000215677"))].into();
    model.explore.drill = Some(Drill {
        perspective: Perspective::Token,
        rank: 1_204,
        entity: "fire hydrant".into(),
        instances: (0..37).map(|number| number * 541 + 7).collect(),
        cursor: 11,
        offset: 6,
        text: Shown::Ready(Arc::new(view)),
        scroll: 0,
        lines: LongText::default(),
        ids: Ids { known, asked: 0..0 },
        image: 0,
        picture: Shown::Ready(Arc::new(gradient(96, 64))),
    });
    model.explore.focus = fantail::app::model::Pane::Instances;
    model
}

/// The Rebalance screen with exact figures.
pub fn rebalancing() -> Model {
    static PREVIEW: OnceLock<Arc<fantail::preview::Preview>> = OnceLock::new();
    let mut model = model();
    model.screen = Screen::Rebalance;
    model.perspective = Perspective::Object;
    let preview = PREVIEW.get_or_init(|| {
        let index = &loaded().index;
        Arc::new(Exact::new(index).preview(index, &stricter(), &Unobserved).unwrap())
    });
    model.recipe = stricter();
    model.rebalance.preview = Reckoning::Exact(Arc::clone(preview));
    model
}

/// The Rebalance screen with overrides of single entities and by patterns, and instances that hold no object.
pub fn overriding() -> Model {
    static PREVIEW: OnceLock<Arc<fantail::preview::Preview>> = OnceLock::new();
    let mut model = rebalancing();
    model.recipe = Recipe::parse(OVERRIDES, std::path::Path::new("recipe.toml")).unwrap();
    let preview = PREVIEW.get_or_init(|| {
        let index = &loaded().index;
        Arc::new(Exact::new(index).preview(index, &model.recipe, &Unobserved).unwrap())
    });
    model.rebalance.preview = Reckoning::Exact(Arc::clone(preview));
    model.rebalance.asked = Some(model.recipe.clone());
    model
}

/// A policy over objects alone, with five overrides: of a name, of a pattern and of a name that the pattern matches too.
const OVERRIDES: &str = r#"[rebalance]
policy = "cap"
perspective = "object"
cap = 300
override = [
  { entity = "object:man", action = { cap = 120 } },
  { entity = "object:street *", action = { cap = 2 } },
  { entity = "object:street 25", action = { cap = 1 } },
  { entity = "object:gravy boat", action = "pin" },
  { entity = "token:zebra crossing", action = { floor = 9 } },
]
"#;

/// A recipe that drops something: three perspectives must vote.
fn stricter() -> Recipe {
    let mut recipe = Recipe::default();
    recipe.rebalance.pass_count = 3;
    recipe
}

/// The Export screen, before anything was written.
pub fn exporting() -> Model {
    let mut model = rebalancing();
    model.screen = Screen::Export;
    model.path = Some("/data/llava/llava_v1_5_mix665k.json".into());
    model.export = ExportScreen { cursor: 0, folder: "calibrated".into() };
    model
}

fn compared(policy: PolicyName) -> Compared {
    let mut recipe = stricter();
    recipe.rebalance.policy = policy;
    (recipe.rebalance.cap, recipe.rebalance.keep) = (300, 0.8);
    let index = &loaded().index;
    let preview = Exact::new(index).preview_of((index, &recipe), Perspective::Object, &Unobserved).unwrap();
    Compared { policy, figures: Figures::of(&preview, Perspective::Object) }
}

/// The Rebalance screen with as many policies side by side as there can be.
pub fn comparing_four() -> Model {
    let mut model = rebalancing();
    let policies = [PolicyName::Cap, PolicyName::Adr, PolicyName::RepeatFactor, PolicyName::EffectiveNumber];
    model.rebalance.compared = policies.map(compared).to_vec();
    model
}

/// The Rebalance screen with policies side by side.
pub fn comparing() -> Model {
    let mut model = rebalancing();
    model.rebalance.compared = vec![
        compared(PolicyName::Adr),
        compared(PolicyName::Cap),
        Compared { policy: PolicyName::Random, figures: None },
    ];
    model
}

/// The Synthesize screen.
pub fn synthesizing() -> Model {
    static COMPLETION: OnceLock<Arc<Completion>> = OnceLock::new();
    let mut model = model();
    model.screen = Screen::Synthesize;
    model.perspective = Perspective::Object;
    model.recipe = stricter();
    model.recipe.synthesis.policies = vec![SynthesisName::Repeat, SynthesisName::Diffusion];
    let completion = COMPLETION.get_or_init(|| {
        let index = &loaded().index;
        Arc::new(Completion::new(index, &model.recipe, &Evidence::NONE, &Unobserved).unwrap())
    });
    model.synthesize.completion = Reckoning::Exact(Arc::clone(completion));
    let lacks = &completion.plan.tails[0].lacks;
    // The neediest of which something stays: from what is gone nothing can begin.
    let place = lacks.iter().position(|lack| lack.made > 0).unwrap();
    let lack = lacks[place];
    let holders = loaded();
    let row =
        |instance: u32| holders.index.perspective(Perspective::Object).unwrap().by_instance.row(instance as usize);
    let seeds = (0_u32..).zip(&completion.plan.seeds).filter(|(_, seed)| row(seed.instance).contains(&lack.rank));
    model.synthesize.listed = seeds.map(|(number, _)| number).collect();
    (model.synthesize.entity, model.synthesize.first_entity) = (place, place.saturating_sub(2));
    let view = InstanceView {
        number: 4_711,
        id: "000000215677".into(),
        labels: Vec::new(),
        turns: vec![turn(Speaker::Assistant, "A red fire hydrant stands beside a parked bicycle.", "hydrant")],
        images: vec!["coco/train2017/000000215677.jpg".into()],
        cut: false,
    };
    model.synthesize.text = Shown::Ready(Arc::new(view));
    model.synthesize.picture = Shown::Ready(Arc::new(gradient(96, 64)));
    model
}

/// The Synthesize screen after a trial that found no worker.
pub fn synthesizing_untried() -> Model {
    let mut model = synthesizing();
    model.synthesize.focus = SynthesizePane::Seeds;
    model.synthesize.trial = Trial::Failed(Failure {
        title: "there is no trial".into(),
        cause: "no fantail-worker is beside fantail or on the PATH".into(),
        next: "build it with: cargo build --release --features torch --bin fantail-worker".into(),
    });
    model
}

/// The Synthesize screen after a trial: one picture passes, one is sorted out, one could not be made.
pub fn synthesizing_tried() -> Model {
    let mut model = synthesizing();
    model.synthesize.focus = SynthesizePane::Seeds;
    let seed = model.listed_seed(model.synthesize.seed).unwrap().instance as usize;
    let scores = || [("class".to_owned(), 0.93), ("distance_in_pixels".to_owned(), 1.31)].into();
    let made = |guidance, verdict: Verdict| TrialPicture {
        seed,
        guidance,
        verdict,
        scores: if verdict == Verdict::Unusable { std::collections::BTreeMap::new() } else { scores() },
        picture: (verdict != Verdict::Unusable).then(|| Arc::new(gradient(32, 32))),
    };
    let verdicts = [(0.2, Verdict::WrongClass), (0.35, Verdict::Kept), (0.5, Verdict::Unusable)];
    model.synthesize.trial = Trial::Ready(verdicts.map(|(guidance, verdict)| made(guidance, verdict)).to_vec());
    model
}

/// Two warnings.
pub fn notices() -> Vec<Notice> {
    let notice = |text: &str| Notice::warning(Subject::Program, text);
    vec![
        notice("theme dusk: no role 'chart.heat'; did you mean 'chart.head'?"),
        notice(
            "mix665k.json row 17, byte 48,213: bad JSON: a string that is not closed, at the end of the line, after 412 characters",
        ),
    ]
}

/// The Run screen in the middle of a job.
pub fn running() -> Model {
    let mut model = rebalancing();
    model.screen = Screen::Run;
    model.job = JobState::Running(job());
    model
}

/// The Run screen while the worker trains, with samples of what it has learnt.
pub fn training() -> Model {
    let mut model = running();
    let mut job = Job { kind: JobKind::Train, rate: 3.1, ..job() };
    let step =
        |name: &str, done, total| JobStep { name: name.into(), done, total, began: std::time::Duration::ZERO, from: 0 };
    job.steps = vec![step("planning", 1_911, 1_911), step("reading", 1_911, 1_911), step("training", 740, 2_000)];
    job.device = Some("cuda:0 · NVIDIA H200".into());
    job.memory = Some((21 << 30, 139 << 30));
    (1..300).for_each(|at| job.loss.push(1.0 / f64::from(at) + 0.02));
    job.log = ["starting fantail-worker", "1,911 images of 32 × 32 pixels and 3 channels; 0 set aside"]
        .map(String::from)
        .into();
    let sample = |seed: bool, caption: &str| Sample {
        made: Arc::new(gradient(32, 32)),
        seed: seed.then(|| Arc::new(gradient(48, 32))),
        caption: caption.into(),
    };
    job.samples =
        [sample(true, "gravy boat · guidance 0.5"), sample(true, "fire hydrant"), sample(false, "xylophone")].into();
    model.job = JobState::Running(job);
    model
}

/// The Run screen after a job that failed.
pub fn failed_job() -> Model {
    let mut model = running();
    let (cause, next) = (
        "cannot write /data/out/llava.json: no space left on device (os error 28)",
        "Free some space or choose another folder (5, then o), then start again; nothing half-written is left.",
    );
    model.job = JobState::Failed { job: job(), cause: cause.into(), next: next.into() };
    model
}

/// The Export screen after a job that finished.
pub fn exported() -> Model {
    let mut model = exporting();
    let summary = vec![
        "calibrated/llava_v1_5_mix665k.json · 17,404 records · 21.6 MiB".to_owned(),
        "calibrated/calibration.json · provenance".to_owned(),
    ];
    let command = "fantail apply /data/llava/llava_v1_5_mix665k.json --recipe recipe.toml --out calibrated".to_owned();
    model.job = JobState::Finished { job: job(), summary, command };
    model
}

fn job() -> Job {
    let step =
        |name: &str, done, total| JobStep { name: name.into(), done, total, began: std::time::Duration::ZERO, from: 0 };
    Job {
        steps: vec![step("deciding", 20_011, 20_011), step("writing", 8_204, 17_404)],
        log: (1..=40).map(|line| format!("12:03:{line:02} wrote {} records", line * 205)).collect(),
        elapsed: std::time::Duration::from_secs(83),
        rate: 10_411.0,
        remaining: Some(std::time::Duration::from_secs(49)),
        ..Job::default()
    }
}

/// A dataset that is being opened.
pub fn opening() -> Model {
    let mut model = model();
    let counts = loaded().index.perspective(Perspective::Token).unwrap().counts[..3_000].to_vec();
    model.data = Data::Loading {
        progress: (Stage::Extract, 272_771, 665_298),
        counts: vec![(Perspective::Token, counts.clone()), (Perspective::Object, counts[2_000..].to_vec())],
    };
    model.findings.clear();
    model
}

/// A dataset that could not be opened.
pub fn broken() -> Model {
    let mut model = model();
    let cause = "/data/llava/notes.pdf is in no format that fantail knows; tried LLaVA JSON (no array of records), COCO (no 'images'), Parquet (no magic bytes), CSV (no header line), list (line 1 has no path)";
    model.data = Data::Failed(cause.into());
    model
}

fn turn(speaker: Speaker, text: &str, marked: &str) -> TurnView {
    let spans = text.match_indices(marked).map(|(start, found)| start..start + found.len()).collect();
    TurnView { speaker, text: text.into(), spans }
}

fn gradient(width: u32, height: u32) -> Picture {
    let pixel = |number: u32| {
        let (x, y) = (number % width, number / width);
        [(x * 255 / width) as u8, (y * 255 / height) as u8, 120, 255]
    };
    Picture { width, height, rgba: (0..width * height).flat_map(pixel).collect(), original: (640, 427) }
}

fn findings() -> Vec<Finding> {
    let finding = |level, text: &str, advice: &str| Finding { level, text: text.into(), advice: advice.into() };
    vec![
        finding(
            Level::Warning,
            "28 % of instances hold 'man'",
            "One entity this frequent decides most votes; cap it, or require two perspectives",
        ),
        finding(
            Level::Info,
            "The object perspective comes from text, not from detections",
            "Join a sidecar of detections for what is seen and not said",
        ),
        finding(
            Level::Warning,
            "Head and tail share instances (SCUMBLE 0.41)",
            "Dropping head instances will cost tail entities",
        ),
    ]
}

/// The dataset, opened once for all tests.
fn loaded() -> Arc<Loaded> {
    static LOADED: OnceLock<Arc<Loaded>> = OnceLock::new();
    Arc::clone(LOADED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("llava_v1_5_mix665k.txt");
        let mut file = std::fs::File::create(&path).unwrap();
        for number in 0..INSTANCES {
            writeln!(file, "train/{number:06}.jpg {}", number % 7).unwrap();
        }
        file.flush().unwrap();
        let dataset = source::open(&path, &source::Options::default(), &Unobserved).unwrap();
        let shapes = [
            (Perspective::Token, 9_311, 5_470, 1.0),
            (Perspective::Object, 4_120, 2_203, 1.05),
            (Perspective::CoOccurrence, 1_530, 21_870, 0.8),
            (Perspective::Interrogation, 12_040, 412, 1.4),
        ];
        let perspectives = shapes.into_iter().map(perspective).collect();
        let index = Index { perspectives, id_hashes: dataset.id_hashes().to_vec(), ..Index::default() };
        Arc::new(Loaded { dataset, index })
    }))
}

fn perspective((perspective, top, entities, exponent): (Perspective, u32, u32, f64)) -> PerspectiveIndex {
    let mut names = StringTable::default();
    let (mut counts, mut by_entity) = (Vec::new(), Csr::default());
    for rank in 0..entities {
        let count = ((f64::from(top) / f64::from(rank + 1).powf(exponent)) as u32).max(1);
        let nth = rank as usize;
        names.push(&match nth {
            nth if nth < NOUNS.len() / 2 => NOUNS[nth].into(),
            nth if (1_200..1_200 + NOUNS.len() / 2).contains(&nth) => NOUNS[nth - 1_200 + NOUNS.len() / 2].into(),
            _ => format!("{} {}", NOUNS[nth * 7 % 12], nth),
        });
        counts.push(count);
        let mut held: Vec<u32> = (0..count).map(|number| (rank * 7_919 + number * 5_003) % INSTANCES).collect();
        held.sort_unstable();
        by_entity.push(held);
    }
    let by_instance = by_entity.transposed(INSTANCES as usize);
    let origin = if perspective == Perspective::Object { Origin::Annotation } else { Origin::Text };
    let rows = IndexRows { counts, by_instance, by_entity, measured: None };
    PerspectiveIndex::new(perspective, origin, Names::Plain(Arc::new(names)), rows)
}
