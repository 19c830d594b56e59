//! The job that trains the diffusion model on a dataset's own images: lists them as files, then hands the work to the worker.
//!
//! Invariant: the same dataset gives the same list; pictures that the dataset holds itself are written out once, by their content.

mod traces;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::protocol::{Event, Failure, Summary};
use super::worker::{Choice, Instances, Listed, Patience, Train, TrainSettings, Work, WorkerJob};
use super::{End, Job, Listener};
use crate::entity::Perspective;
use crate::index::PerspectiveIndex;
use crate::load::Loaded;
use crate::number;
use crate::progress::Stage;
use crate::source::{Image, Instance};
use traces::Traces;

/// How many instances are listed between two looks at whoever asked.
const CHUNK: usize = 1024;

/// Trains the diffusion model.
pub struct TrainJob {
    /// The opened and indexed dataset.
    pub data: Arc<Loaded>,
    /// Whose entities the model learns to tell apart.
    pub perspective: Perspective,
    /// The folder for the list, the pictures and the model.
    pub folder: PathBuf,
    /// How it is trained.
    pub settings: TrainSettings,
    /// Which worker, on what.
    pub choice: Choice,
}

impl Job for TrainJob {
    fn name(&self) -> String {
        format!("train the diffusion model by {}", self.perspective)
    }

    fn stages(&self) -> Vec<Stage> {
        vec![Stage::Plan, Stage::Read, Stage::Train]
    }

    fn run(&mut self, listener: &dyn Listener) -> Result<Summary, End> {
        let folder = std::path::absolute(&self.folder).map_err(|cause| unwritable(&self.folder, &cause))?;
        let traces = Traces::before(&folder);
        let end = self.train(&folder, listener);
        if end.is_err() {
            listener.tell(Event::Log { line: traces.settle() });
        }
        end
    }
}

impl TrainJob {
    fn train(&self, folder: &Path, listener: &dyn Listener) -> Result<Summary, End> {
        let index = self.data.index.perspective(self.perspective).ok_or_else(|| {
            End::Failed(Failure {
                message: format!("the dataset has no {} entities", self.perspective),
                next: "choose another perspective".into(),
                exit_code: 4,
            })
        })?;
        let instances = self.list(folder, index, listener)?;
        let train = Train { instances, output: folder.join(traces::MODEL), settings: self.settings.clone() };
        let patience = Patience::default();
        WorkerJob { choice: self.choice.clone(), works: vec![Work::Train(train)], patience, command: String::new() }
            .run(listener)
    }

    /// Writes the list of instances with a picture, and the names of the entities.
    fn list(&self, folder: &Path, index: &PerspectiveIndex, listener: &dyn Listener) -> Result<Instances, End> {
        let root = self.data.dataset.image_root().filter(|_| !self.holds_pictures());
        let pictures = folder.join(traces::PICTURES);
        let (list, names) = (folder.join(traces::LIST), folder.join(traces::NAMES));
        let mut without = 0_u64;
        write(&list, |file| {
            without = self.write_list(file, (index, root.is_some(), &pictures), listener, &list)?;
            Ok(())
        })?;
        write(&names, |file| {
            // One name a line, whatever is in it.
            let line = |rank| index.names.get(rank).replace(['\n', '\r'], " ");
            (0..index.entities())
                .try_for_each(|rank| writeln!(file, "{}", line(rank)).map_err(|cause| unwritable(&names, &cause)))
        })?;
        if without > 0 {
            listener.tell(Event::Log { line: format!("{} instances have no picture", number::count(without)) });
        }
        let (root, linked) = root.unwrap_or((&pictures, false));
        let root = std::path::absolute(root).map_err(|cause| unwritable(root, &cause))?;
        Ok(Instances { list, root, linked, names })
    }

    /// Writes a line for each instance with a picture and says how many have none; pictures that do not lie below a root of the
    /// dataset's own are written out.
    fn write_list(
        &self,
        file: &mut BufWriter<File>,
        (index, has_root, pictures): (&PerspectiveIndex, bool, &Path),
        listener: &dyn Listener,
        path: &Path,
    ) -> Result<u64, End> {
        let (dataset, total) = (&self.data.dataset, self.data.dataset.len() as u64);
        let (mut instance, mut without) = (Instance::default(), 0);
        for number in 0..dataset.len() {
            if number % CHUNK == 0 {
                listener.go_on().map_err(|_| End::Cancelled)?;
                listener.advanced(Stage::Plan, number as u64, total);
            }
            dataset.read(number, &mut instance);
            let Some(image) = instance.images.first() else {
                without += 1;
                continue;
            };
            let image = match image {
                Image::Path(path) if has_root => PathBuf::from(path.as_ref()),
                image => match self.unpacked(pictures, image)? {
                    Ok(name) => name,
                    Err(reason) => {
                        listener.tell(Event::Log { line: format!("set aside {}: {reason}", instance.id) });
                        continue;
                    }
                },
            };
            let entities = index.by_instance.row(number).to_vec();
            let line = Listed { id: instance.id.to_string(), image, entities };
            let text = serde_json::to_string(&line).map_err(|error| unwritable(path, &error.into()))?;
            writeln!(file, "{text}").map_err(|cause| unwritable(path, &cause))?;
        }
        listener.advanced(Stage::Plan, total, total);
        Ok(without)
    }

    /// Whether the dataset holds pictures itself: in its tables, or as part of this program.
    fn holds_pictures(&self) -> bool {
        let dataset = &self.data.dataset;
        let mut instance = Instance::default();
        dataset.image_root().is_none()
            || (0..dataset.len()).any(|number| {
                dataset.read(number, &mut instance);
                matches!(instance.images.first(), Some(Image::Bytes(_)))
            })
    }

    /// Writes a picture out under a name that says its content, unless it is there; its name, or why it cannot be read.
    fn unpacked(&self, folder: &Path, image: &Image<'_>) -> Result<Result<PathBuf, String>, End> {
        let bytes = match self.data.dataset.image_bytes(image) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let name = PathBuf::from(blake3::hash(&bytes).to_hex().as_str());
        let path = folder.join(&name);
        // Not waited for on the disk one by one: one that a crash spoilt is too short, and written again.
        if std::fs::metadata(&path).is_ok_and(|facts| facts.len() == bytes.len() as u64) {
            return Ok(Ok(name));
        }
        let failed = |cause: std::io::Error| unwritable(&path, &cause);
        let (_, beside) = written(&path, |file| file.write_all(&bytes).map_err(failed))?;
        std::fs::rename(&beside, &path).map_err(failed)?;
        Ok(Ok(name))
    }
}

/// Writes a file beside its name, waits until it is on the disk, and renames it.
fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> Result<(), End>) -> Result<(), End> {
    let failed = |cause: std::io::Error| unwritable(path, &cause);
    let (file, beside) = written(path, content)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// Writes a file beside its name.
fn written(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> Result<(), End>) -> Result<(File, PathBuf), End> {
    let failed = |cause: std::io::Error| unwritable(path, &cause);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = BufWriter::new(File::create(&beside).map_err(failed)?);
    content(&mut file)?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok((file, beside.into()))
}

fn unwritable(path: &Path, cause: &std::io::Error) -> End {
    End::Failed(Failure {
        message: format!("cannot write {}: {cause}", path.display()),
        next: "make room on the disk, or choose another folder".into(),
        exit_code: 7,
    })
}
