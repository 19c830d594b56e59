//! The tiny pipeline of `tests/data/bundle` gives what diffusers made of it (`tests/make_bundle.py`).
//!
//! Invariant: what is held against diffusers' numbers went through files that the export script wrote.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tch::{Kind, Tensor};

use super::description::{Spacing, Trained};
use super::*;
use crate::torch::checkpoint;
use crate::torch::sample::Solver;
use crate::torch::schedule::Prediction;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bundle");
const PROMPTS: [&str; 2] = ["a photo of the dog", "a photo of the sneaker, a boot"];

/// The bundle of the tests, unpacked into a folder that goes when it is dropped.
pub struct Unpacked(pub PathBuf);

impl Unpacked {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("fantail-bundle-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("tokenizer")).unwrap();
        fs::create_dir_all(folder.join("encoder")).unwrap();
        for file in ["bundle.json", "tokenizer/vocab.json", "tokenizer/merges.txt", "encoder/encoder.json"] {
            fs::copy(Path::new(DATA).join(file), folder.join(file)).unwrap();
        }
        for file in ["text.pt", "unet.pt", "encode.pt", "decode.pt", "encoder/encoder.pt"] {
            let packed = fs::read(Path::new(DATA).join(format!("{file}.gz"))).unwrap();
            let mut bytes = Vec::new();
            GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
            fs::write(folder.join(file), bytes).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn golden(name: &str) -> Tensor {
    checkpoint::read(&Path::new(DATA).join("golden.safetensors")).unwrap().0.remove(name).unwrap()
}

fn farthest(left: &Tensor, right: &Tensor) -> f64 {
    assert_eq!(left.size(), right.size());
    (left - right).abs().max().double_value(&[])
}

#[test]
fn prompts_become_the_tokens_that_they_are_to_the_pipeline() {
    let folder = Unpacked::new("tokens");
    let bundle = Bundle::open(&folder.0, Compute::cpu()).unwrap();
    let texts: Vec<String> =
        serde_json::from_str(&fs::read_to_string(Path::new(DATA).join("texts.json")).unwrap()).unwrap();
    let wanted = Vec::<Vec<i64>>::try_from(golden("tokens")).unwrap();
    for (text, wanted) in texts.iter().zip(&wanted) {
        assert_eq!(&bundle.tokenizers[0].tokens(text), wanted, "{text:?}");
    }
    assert!(farthest(&bundle.read(&PROMPTS).unwrap().0, &golden("states")) < 1e-4);
    assert_eq!(bundle.prompt("boot", " "), "a photo of boot");
    assert_eq!(bundle.prompt("boot", "worn in rain."), "a photo of boot, worn in rain");
}

#[test]
fn latents_and_pictures_are_those_of_diffusers() {
    let folder = Unpacked::new("pictures");
    let mut bundle = Bundle::open(&folder.0, Compute::cpu()).unwrap();
    let own = bundle.description.scheduler.clone();
    let with = |spacing| Trained { spacing, ..own.clone() };
    let velocity = || Trained { prediction: Prediction::Velocity, last_kept: 1.0, ..with(Spacing::Trailing) };
    // The case, its schedule and solver, and the level of image guidance, or none.
    let cases = [
        ("ddim", own.clone(), Solver::Ddim, Some(0.35)),
        ("solver", own.clone(), Solver::DpmSolver, Some(0.35)),
        ("ddim_noise", own.clone(), Solver::Ddim, None),
        ("solver_noise", own.clone(), Solver::DpmSolver, None),
        ("ddim_velocity", velocity(), Solver::Ddim, Some(0.2)),
        ("solver_velocity", velocity(), Solver::DpmSolver, Some(0.2)),
        ("solver_even", with(Spacing::Linspace), Solver::DpmSolver, None),
    ];
    let seeds = golden("seeds") * 2.0 - 1.0;
    let noise = Noise { spread: golden("spread"), hiding: golden("noise") };
    for (name, scheduler, solver, level) in cases {
        bundle.description.scheduler = scheduler;
        let config = SampleConfig { solver, steps: 8, text: 3.0 };
        let steps = walked(8, level.unwrap_or(0.0));
        let latents = bundle.latents((&PROMPTS, level.map(|_| &seeds)), &noise, (steps, &config)).unwrap();
        let pictures = (bundle.decoded(&latents).unwrap() + 1.0) / 2.0;
        let wanted = golden(&format!("{name}.latents"));
        // Latents of random networks are up to fifty in size: the bound goes with it.
        let far = farthest(&latents, &wanted) / wanted.abs().max().double_value(&[]).max(1.0);
        let pictures_far = farthest(&pictures, &golden(&format!("{name}.pictures")));
        assert!(far < 1e-3 && pictures_far < 1e-3, "{name}: latents {far:e}, pictures {pictures_far:e}");
    }
}

#[test]
fn a_picture_hangs_on_its_wish_alone() {
    let folder = Unpacked::new("alone");
    let bundle = Bundle::open(&folder.0, Compute::cpu()).unwrap();
    let wish = |id: &str, level: f64, seeded: bool| Wish {
        id: id.into(),
        noise: 7,
        prompt: PROMPTS[0].into(),
        level,
        seed: seeded.then(|| golden("seeds").get(0) * 2.0 - 1.0),
    };
    let config = SampleConfig { steps: 6, ..SampleConfig::default() };
    let all = [wish("a", 0.2, true), wish("b", 0.6, true), wish("c", 0.0, false), wish("d", 0.2, true)];
    let together = bundle.sample(&all, &config).unwrap();
    assert_eq!((together.size(), together.kind()), (vec![4, 3, 16, 16], Kind::Uint8));
    for (place, own) in all.iter().enumerate() {
        let alone = bundle.sample(&[wish(&own.id, own.level, own.seed.is_some())], &config).unwrap();
        let far = farthest(&alone.get(0).to_kind(Kind::Float), &together.get(place as i64).to_kind(Kind::Float));
        assert!(far <= 1.0, "{}: {far}", own.id);
    }
    assert_ne!(together.get(0), together.get(3));
}

#[test]
fn a_damaged_bundle_is_refused_with_its_file() {
    let folder = Unpacked::new("damaged");
    let refused = || Bundle::open(&folder.0, Compute::cpu()).err().unwrap().to_string();
    fs::write(folder.0.join("unet.pt"), b"PK\x03\x04 not a network").unwrap();
    assert!(refused().contains("unet.pt"), "{}", refused());
    fs::remove_file(folder.0.join("text.pt")).unwrap();
    assert!(refused().contains("text.pt"), "{}", refused());
    let text = fs::read_to_string(folder.0.join("bundle.json")).unwrap();
    fs::write(folder.0.join("bundle.json"), text.replace("\"version\": 1", "\"version\": 9")).unwrap();
    assert!(refused().contains("version 9"), "{}", refused());
    fs::write(folder.0.join("bundle.json"), "{").unwrap();
    assert!(refused().contains("bundle.json"), "{}", refused());
}

#[test]
fn vectors_are_those_of_transformers() {
    let folder = Unpacked::new("vectors");
    let eyes = Eyes::open(&folder.0.join("encoder"), Compute::cpu()).unwrap();
    assert!(Eyes::are_in(&folder.0.join("encoder")) && !Eyes::are_in(&folder.0));
    assert_eq!(eyes.size(), 16);
    assert!(farthest(&eyes.vectors(&golden("seen")).unwrap(), &golden("vectors")) < 1e-4);
    let text = fs::read_to_string(folder.0.join("encoder/encoder.json")).unwrap();
    fs::write(folder.0.join("encoder/encoder.json"), text.replace("\"width\": 8", "\"width\": 9")).unwrap();
    let eyes = Eyes::open(&folder.0.join("encoder"), Compute::cpu()).unwrap();
    assert!(eyes.vectors(&golden("seen")).unwrap_err().to_string().contains("instead of 9"));
}
