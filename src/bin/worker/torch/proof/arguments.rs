//! The commands that measure: `fantail-worker proof`, `bench` and `stability`.
//!
//! Invariant: reads arguments only; an option that it does not know is refused.

use std::path::PathBuf;

use super::{Plan, bench, check, run, stability};
use crate::torch::compute::Compute;
use crate::torch::device;
use crate::torch::error::TorchError;

/// What the commands take.
pub const ABOUT: &str = "\
    fantail-worker proof      train a classifier on a long-tailed Fashion-MNIST and on refilled ones, and compare\n\
    fantail-worker bench      time a training step and a network call, to be held against benches/unet.py\n\
    fantail-worker check      what must hold on a device, above all on a GPU\n\
    fantail-worker stability  gradients and losses with and without scaled skips (ScaleLong)\n\n\
    --quick  a smaller measurement   --device auto|cpu|cuda:N   --threads N   --out DIR   --data DIR\n\
    --orders N   --seeds N   --steps N   --classifier-steps N   --levels λ,λ,…   --arms abcder   --size PX   --batch N";

/// Runs a command; `None` where it is not one of these.
pub fn command(name: &str, arguments: &[String]) -> Option<Result<(), TorchError>> {
    let run: fn(&Arguments<'_>) -> Result<(), TorchError> = match name {
        "proof" => |arguments| run(&arguments.plan()?),
        "bench" => |arguments| {
            let (size, batch) = (arguments.number("--size", 32)?, arguments.number("--batch", 64)?);
            bench::run((size as i64, batch as usize), arguments.number("--steps", 30)?, arguments.compute()?)
        },
        "check" => |arguments| check::run(arguments.compute()?),
        "stability" => |arguments| stability::run(&arguments.plan()?),
        _ => return None,
    };
    let arguments = Arguments { words: arguments };
    Some(arguments.check().and_then(|()| arguments.threads()).and_then(|()| run(&arguments)))
}

struct Arguments<'a> {
    words: &'a [String],
}

const KNOWN: [&str; 11] = [
    "--arms",
    "--device",
    "--threads",
    "--out",
    "--data",
    "--orders",
    "--seeds",
    "--steps",
    "--classifier-steps",
    "--levels",
    "--size",
];

impl Arguments<'_> {
    fn check(&self) -> Result<(), TorchError> {
        let unknown = self.words.iter().find(|word| {
            word.starts_with("--")
                && !KNOWN.contains(&word.as_str())
                && !["--quick", "--batch"].contains(&word.as_str())
        });
        unknown.map_or(Ok(()), |word| Err(TorchError::Setting(format!("unknown argument {word}\n{ABOUT}"))))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let place = self.words.iter().position(|word| word == name)?;
        self.words.get(place + 1).map(String::as_str)
    }

    fn number(&self, name: &str, otherwise: u64) -> Result<u64, TorchError> {
        let text = self.value(name);
        let parsed = text.map_or(Ok(otherwise), str::parse);
        parsed.map_err(|_| TorchError::Setting(format!("{name} wants a number, not {}", text.unwrap_or_default())))
    }

    fn quick(&self) -> bool {
        self.words.iter().any(|word| word == "--quick")
    }

    fn threads(&self) -> Result<(), TorchError> {
        let threads = self.number("--threads", 0)?;
        if threads > 0 {
            tch::set_num_threads(i32::try_from(threads).unwrap_or(1));
        }
        Ok(())
    }

    fn compute(&self) -> Result<Compute, TorchError> {
        let (device, _) = device::choose(self.value("--device").unwrap_or("auto"))
            .map_err(|problem| TorchError::Setting(problem.message))?;
        Ok(Compute::on(device))
    }

    fn plan(&self) -> Result<Plan, TorchError> {
        let quick = self.quick();
        let pick = |quick_value: u64, value: u64| if quick { quick_value } else { value };
        let levels = self
            .value("--levels")
            .unwrap_or("0.2,0.35,0.5")
            .split(',')
            .map(str::parse::<f64>)
            .collect::<Result<Vec<_>, _>>();
        Ok(Plan {
            data: self
                .value("--data")
                .map_or_else(|| PathBuf::from("/usr/share/datasets/fashion-mnist"), PathBuf::from),
            output: self.value("--out").map_or_else(|| PathBuf::from("target/proof"), PathBuf::from),
            orders: self.number("--orders", pick(1, 3))? as usize,
            seeds: self.number("--seeds", pick(1, 3))?,
            diffusion_steps: self.number("--steps", pick(600, 3000))?,
            classifier_steps: self.number("--classifier-steps", pick(500, 1500))?,
            levels: levels.map_err(|_| TorchError::Setting("--levels wants numbers with commas between".to_owned()))?,
            arms: self.value("--arms").unwrap_or_default().to_owned(),
            compute: self.compute()?,
        })
    }
}
