//! The training task: the diffusion model, then the classifier that judges its images.
//!
//! Invariant: a checkpoint is written at least every `checkpoint_every` steps and when it is told to stop; a run that goes on from
//! one ends with the same bytes.

use fantail::job::worker::{Outcome, Train, TrainSettings};
use fantail::progress::Stage;

use super::folder::{self, Folder, names};
use super::short::in_parts;
use super::{alone, end, images, reference, rough, settings};
use crate::engine::End;
use crate::pictures::{Pictures, Shape};
use crate::session::Session;
use crate::torch::checkpoint::{self, Origin};
use crate::torch::compute::Compute;
use crate::torch::diffusion::Model;
use crate::torch::encoder::{Encoder, EncoderConfig, Judge};
use crate::torch::error::TorchError;
use crate::torch::images::Images;
use crate::torch::train::{TrainConfig, Trainer};
use crate::torch::unet::UnetConfig;

/// Everything that a run is made of.
struct Run<'a> {
    folder: Folder,
    images: Images,
    origin: Origin,
    unet: UnetConfig,
    config: TrainConfig,
    encoder: EncoderConfig,
    settings: &'a TrainSettings,
    compute: Compute,
    session: &'a Session,
}

/// Trains until the settings' steps.
///
/// # Errors
/// [`End`], after writing a checkpoint where it was cancelled.
pub fn train(train: &Train, compute: Compute, session: &Session) -> Result<Outcome, End> {
    let _alone = alone(&train.output, session)?;
    let wanted = (train.settings.side, train.settings.colour);
    let (pictures, shape) = Pictures::read(&train.instances, wanted, session)?;
    let set_aside = pictures.set_aside;
    let run = Run::new(train, (&pictures, shape), (compute, session)).map_err(end)?;
    drop(pictures);
    run.folder.create().map_err(end)?;
    if train.settings.steps == 0 {
        run.alone()?;
        return Ok(Outcome {
            files: vec![run.folder.encoder(), run.folder.pictures()],
            set_aside,
            ..Outcome::default()
        });
    }
    let mut trainer = run.beginning().map_err(end)?;
    let loss = run.model(&mut trainer)?;
    drop(trainer);
    run.judge()?;
    let files = vec![run.folder.model(), run.folder.encoder(), run.folder.pictures()];
    Ok(Outcome { files, figures: [("loss".to_owned(), loss)].into(), set_aside })
}

impl<'a> Run<'a> {
    fn new(
        train: &'a Train,
        (pictures, shape): (&Pictures, Shape),
        (compute, session): (Compute, &'a Session),
    ) -> Result<Self, TorchError> {
        let entities = names(&train.instances.names)?;
        let images = images(pictures, shape, entities.len())?;
        let settings = &train.settings;
        Ok(Self {
            folder: Folder::new(&train.output),
            unet: settings::unet(settings, shape, entities.len()),
            config: settings::train(settings)?,
            encoder: settings::encoder(settings, shape, entities.len()),
            origin: Origin { entities, pictures: images.fingerprint() },
            images,
            settings,
            compute,
            session,
        })
    }

    /// The checkpoint of the same run, or the beginning.
    fn beginning(&self) -> Result<Trainer, TorchError> {
        let path = self.folder.model();
        if path.exists() {
            match checkpoint::load(&path, self.compute) {
                Ok((trainer, origin)) if self.is_same(&trainer, &origin) => {
                    self.session.log(format!("going on from step {}", trainer.parameters.step));
                    return Ok(trainer);
                }
                Ok(_) => self.session.log("the model in the folder has other settings or images: it is trained anew"),
                Err(error) => self.session.log(format!("{error}: it is trained anew")),
            }
        }
        let model = Model::new(self.unet.clone(), self.compute)?;
        let (numbers, images) = (model.layout.total(), self.images.count());
        self.session.log(format!("a model of {numbers} numbers learns from {images} images"));
        reference::save(&self.folder.pictures(), &self.images)?;
        Trainer::new(model, self.config.clone())
    }

    fn is_same(&self, trainer: &Trainer, origin: &Origin) -> bool {
        let same = trainer.config == self.config && *trainer.model.unet.config() == self.unet && *origin == self.origin;
        same && self.folder.pictures().exists()
    }

    /// The names, the pictures and the classifier, without a diffusion model: for what a bundle makes.
    fn alone(&self) -> Result<(), End> {
        let names: String = self.origin.entities.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
        folder::write(&self.folder.names(), names.as_bytes(), true).map_err(end)?;
        let path = self.folder.pictures();
        let same = reference::load(&path).is_ok_and(|held| held.fingerprint() == self.origin.pictures);
        if !same {
            reference::save(&path, &self.images).map_err(end)?;
        }
        self.judge()
    }

    /// All steps of the diffusion model; its last smoothed loss.
    fn model(&self, trainer: &mut Trainer) -> Result<f64, End> {
        let (path, last) = (self.folder.model(), self.config.steps);
        let total = last + self.encoder.steps;
        let every = self.settings.checkpoint_every.max(1);
        let mut smooth = f64::NAN;
        while trainer.parameters.step < last {
            if let Err(stop) = self.session.go_on() {
                checkpoint::save(&path, trainer, &self.origin).map_err(end)?;
                return Err(stop);
            }
            let report = self.step(trainer).map_err(end)?;
            smooth = if smooth.is_nan() { report.0 } else { smooth + 0.05 * (report.0 - smooth) };
            let step = trainer.parameters.step;
            self.session.progress(Stage::Train, step, total);
            self.session.measure("loss", step, smooth);
            self.session.measure("gradient_norm", step, report.1);
            if rough::due(step) {
                let named = (&self.folder, self.origin.entities.as_slice());
                rough::show(trainer, &self.images, named, (self.settings, self.session));
            }
            if step.is_multiple_of(every) || step == last {
                checkpoint::save(&path, trainer, &self.origin).map_err(end)?;
            }
        }
        Ok(smooth)
    }

    /// One step; where memory is short the batch goes through in more parts.
    fn step(&self, trainer: &mut Trainer) -> Result<(f64, f64), TorchError> {
        let told = &mut |parts| self.session.log(format!("memory is short: a batch now goes through in {parts} parts"));
        in_parts((trainer.parts, self.config.batch), told, &mut |parts| {
            trainer.parts = parts;
            trainer.step(&self.images).map(|report| (report.loss, report.gradient))
        })
    }

    /// The classifier, unless it is there; it is quick, and begins anew where it was interrupted.
    fn judge(&self) -> Result<(), End> {
        let (path, before) = (self.folder.encoder(), self.config.steps);
        if Judge::load(&path, self.compute).is_ok_and(|judge| judge.config() == &self.encoder) && self.newer() {
            return Ok(());
        }
        let total = before + self.encoder.steps;
        let judge = Encoder::new(self.encoder.clone()).train(&self.images, self.compute, |step, loss| {
            self.session.go_on().map_err(|_| TorchError::Cancelled)?;
            self.session.progress(Stage::Train, before + step, total);
            if loss.is_finite() {
                self.session.measure("encoder_loss", before + step, loss);
            }
            Ok(())
        });
        judge.and_then(|judge| judge.save(&path)).map_err(end)
    }

    /// Whether the classifier was written after the pictures that it is to know.
    fn newer(&self) -> bool {
        let time = |path: std::path::PathBuf| path.metadata().and_then(|facts| facts.modified()).ok();
        time(self.folder.encoder()) > time(self.folder.pictures())
    }
}
