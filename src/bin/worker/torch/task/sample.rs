//! The sampling task: pictures from seeds, judged by the filters as they come.
//!
//! The plan is worked through in batches whose borders never move, so that a run that goes on makes the same pictures.
//!
//! Invariant: `samples.jsonl` names a picture only once its file is there; a picture that the filters sort out leaves no file.

mod maker;
mod record;

use fantail::job::worker::{Finding, Instances, Outcome, Planned, Sample, Sampled, Verdict};
use fantail::progress::Stage;
use tch::{Kind, Tensor};

use self::maker::{Maker, Ready};
use self::record::Record;
use super::folder::{self, Folder};
use super::{alone, end, picture, reference, settings};
use crate::engine::End;
use crate::pictures::read_one;
use crate::session::Session;
use crate::torch::candidate;
use crate::torch::compute::Compute;
use crate::torch::encoder::Judge;
use crate::torch::error::TorchError;
use crate::torch::filter::Reference;
use crate::torch::images::{fitted, to_bytes, to_signed};
use crate::torch::sample::SampleConfig;

/// Everything that pictures are made and judged with.
struct Studio<'a> {
    sample: &'a Sample,
    config: SampleConfig,
    maker: Maker,
    names: Vec<String>,
    judge: Judge,
    reference: Reference,
    session: &'a Session,
}

/// How many new pictures of a batch are shown.
const SHOWN: usize = 3;

/// Makes the planned pictures that are not there yet.
///
/// # Errors
/// [`End`]; pictures that were finished stay.
pub fn sample(sample: &Sample, compute: Compute, session: &Session) -> Result<Outcome, End> {
    let _alone = alone(&sample.output, session)?;
    let plan = record::plan(&sample.plan).map_err(end)?;
    let mut record = Record::open(&sample.output, &plan).map_err(end)?;
    let studio = Studio::open(sample, compute, session).map_err(end)?;
    let total = plan.len() as u64;
    for batch in plan.chunks(sample.batch as usize) {
        session.go_on()?;
        let done = batch.iter().all(|planned| record.holds(&planned.id));
        if !done {
            let made = studio.batch(batch).map_err(end)?;
            studio.keep(batch, made, &mut record).map_err(end)?;
        }
        session.progress(Stage::Sample, record.len() as u64, total);
    }
    Ok(Outcome { files: vec![record.path()], figures: record.figures(), set_aside: record.count(Verdict::Unusable) })
}

impl<'a> Studio<'a> {
    fn open(sample: &'a Sample, compute: Compute, session: &'a Session) -> Result<Self, TorchError> {
        let config = settings::sampling(sample)?;
        let (maker, names) = Maker::open(sample, compute)?;
        let folder = Folder::new(&sample.model);
        let judge = Judge::load(&folder.encoder(), compute)?;
        let reference = Reference::new(&reference::load(&folder.pictures())?, &judge, &sample.filters)?;
        Ok(Self { sample, config, maker, names, judge, reference, session })
    }

    /// The lines and pictures of a batch.
    fn batch(&self, batch: &[Planned]) -> Result<Vec<(Sampled, Option<Tensor>)>, TorchError> {
        let mut made = Vec::with_capacity(batch.len());
        let mut ready = Vec::with_capacity(batch.len());
        for planned in batch {
            self.check(planned)?;
            match self.seed(planned) {
                Ok(seed) => ready.push(Ready { planned, seed }),
                Err(reason) => {
                    self.session.set_aside(&planned.id, &reason);
                    let line = record::line(planned, Verdict::Unusable, None);
                    made.push((Sampled { reason: Some(reason), ..line }, None));
                }
            }
        }
        if !ready.is_empty() {
            made.extend(self.judged(&ready)?);
        }
        Ok(made)
    }

    /// Whether the model can make it at all.
    fn check(&self, planned: &Planned) -> Result<(), TorchError> {
        if planned.entities.first().is_none_or(|&entity| entity as usize >= self.names.len()) {
            return Err(TorchError::Setting(format!("{}: the model does not know its entity", planned.id)));
        }
        let level = if planned.image.is_some() { planned.level } else { 0.0 };
        let refused = self.maker.refuses(level);
        refused.map_or(Ok(()), |reason| Err(TorchError::Setting(format!("{}: {reason}", planned.id))))
    }

    fn seed(&self, planned: &Planned) -> Result<Option<Tensor>, String> {
        let Some(image) = &planned.image else { return Ok(None) };
        let shape = self.maker.shape();
        let instances =
            Instances { root: self.sample.root.clone(), linked: self.sample.linked, ..Instances::default() };
        let pixels = read_one(&instances, image, shape)?;
        let size = [i64::from(shape.channels), i64::from(shape.side), i64::from(shape.side)];
        Ok(Some(to_signed(&Tensor::from_slice(&pixels).view(size))))
    }

    /// Makes the candidates of each, judges them, and chooses.
    fn judged(&self, ready: &[Ready<'_>]) -> Result<Vec<(Sampled, Option<Tensor>)>, TorchError> {
        let each = self.sample.candidates.max(1) as usize;
        let mut told = |count| self.session.log(format!("memory is short: {count} images at once"));
        let pixels = self.maker.make((ready, &self.names, each), &self.config, &mut told)?;
        // What a bundle makes is larger than what the judge has seen.
        let seen = fitted(&pixels, self.judge.shape())?;
        let opinion = self.judge.opinion(&seen)?;
        let entity = |ready: &Ready<'_>| ready.planned.entities.first().map_or(0, |&entity| i64::from(entity));
        let entities: Vec<i64> = ready.iter().flat_map(|ready| vec![entity(ready); each]).collect();
        let findings = self.reference.judge(&seen, (&entities, &opinion), &self.sample.filters)?;
        let cosines = self.cosines(ready, (&opinion.features, each))?;
        let pictures = pixels.unbind(0);
        let chosen = ready.iter().enumerate().filter_map(|(place, ready)| {
            let from = place * each;
            let candidates: Vec<(Finding, f64)> =
                (from..from + each).map(|row| (findings[row], cosines[row])).collect();
            let row = from + candidate::choose(&candidates)?;
            let kept = self.sample.rejected || findings[row].verdict == Verdict::Kept;
            let line = record::line(ready.planned, findings[row].verdict, Some(findings[row]));
            Some((line, kept.then(|| pictures[row].shallow_clone())))
        });
        Ok(chosen.collect())
    }

    /// How near each candidate is to its seed in embedding; 0 without a seed.
    fn cosines(&self, ready: &[Ready<'_>], (features, each): (&Tensor, usize)) -> Result<Vec<f64>, TorchError> {
        let mut cosines = vec![0.0; ready.len() * each];
        if each == 1 {
            return Ok(cosines);
        }
        for (place, ready) in ready.iter().enumerate() {
            let Some(seed) = &ready.seed else { continue };
            let own = self.judge.opinion(&fitted(&to_bytes(seed).unsqueeze(0), self.judge.shape())?)?.features;
            let rows = features.narrow(0, (place * each) as i64, each as i64);
            let near = Vec::<f64>::try_from((rows * own).sum_dim_intlist([1_i64].as_slice(), false, Kind::Double))?;
            cosines[place * each..(place + 1) * each].copy_from_slice(&near);
        }
        Ok(cosines)
    }

    /// Writes the files of a batch, then its lines.
    fn keep(
        &self,
        batch: &[Planned],
        made: Vec<(Sampled, Option<Tensor>)>,
        record: &mut Record,
    ) -> Result<(), TorchError> {
        let mut shown = 0;
        for (mut line, pixels) in made {
            if let Some(pixels) = pixels {
                let name = record::file(&line.id);
                let path = self.sample.output.join(&name);
                let bytes = picture::png(&pixels, &path)?;
                folder::write(&path, &bytes, false)?;
                (line.path, line.bytes) = (Some(name.into()), bytes.len() as u64);
                if shown < SHOWN {
                    let seed = line.image.as_ref().map(|image| self.sample.root.join(image));
                    self.session.picture(&path, seed.as_deref(), self.caption(&line));
                    shown += 1;
                }
            }
            record.add(line);
        }
        record.write(batch)
    }

    fn caption(&self, line: &Sampled) -> &str {
        line.entities.first().and_then(|&entity| self.names.get(entity as usize)).map_or("", String::as_str)
    }
}
