//! A dataset's pictures as files that the worker can open.
//!
//! Invariant: the same dataset gives the same list; pictures that the dataset holds itself are written out once, by their content.

use std::fs;
use std::path::{Path, PathBuf};

use super::naming::Naming;
use super::unwritten;
use crate::job::worker::{Instances, Listed};
use crate::job::{End, Event, Listener};
use crate::manifest::{ManifestError, Pending};
use crate::number::counted;
use crate::source::{Dataset, Image, Instance};

/// How many instances are listed between two looks at whoever asked.
const CHUNK: usize = 1024;

/// Where a dataset's pictures are.
pub(super) struct Gallery<'a> {
    dataset: &'a Dataset,
    folder: PathBuf,
    /// The dataset's own image root, where it holds no pictures itself.
    root: Option<(PathBuf, bool)>,
}

impl<'a> Gallery<'a> {
    /// The gallery of a dataset in a folder.
    pub(super) fn open(dataset: &'a Dataset, folder: &Path) -> Result<Self, End> {
        let folder = absolute(folder)?;
        let own = dataset.image_root().filter(|_| !holds_pictures(dataset));
        let root = own.map(|(root, linked)| Ok::<_, End>((absolute(root)?, linked))).transpose()?;
        Ok(Self { dataset, folder, root })
    }

    /// Its folder, an absolute path.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder below which its pictures lie, and whether links may lead out of it.
    pub(super) fn root(&self) -> (PathBuf, bool) {
        self.root.clone().unwrap_or_else(|| (self.folder.join("images"), false))
    }

    /// The file of a picture, below the root; or why there is none.
    pub(super) fn place(&self, image: &Image<'_>) -> Result<Result<PathBuf, String>, End> {
        match (&self.root, image) {
            (Some(_), Image::Path(path)) => Ok(Ok(PathBuf::from(path.as_ref()))),
            _ => self.unpacked(image),
        }
    }

    /// Writes the list of the instances with a picture, and the names of their entities.
    pub(super) fn list(&self, naming: &Naming<'_>, listener: &dyn Listener) -> Result<Instances, End> {
        let (list, names) = (self.folder.join("instances.jsonl"), self.folder.join("entities.txt"));
        fs::create_dir_all(&self.folder).map_err(|cause| unwritable(&self.folder, cause))?;
        let mut file = Pending::beside(&list).map_err(unwritten)?;
        let (mut instance, mut without) = (Instance::default(), 0_u64);
        for number in 0..self.dataset.len() {
            if number % CHUNK == 0 {
                listener.go_on().map_err(|_| End::Cancelled)?;
            }
            self.dataset.read(number, &mut instance);
            let Some(image) = instance.images.first() else {
                without += 1;
                continue;
            };
            match self.place(image)? {
                Ok(image) => {
                    let entities = naming.of_instance(number);
                    let line = Listed { id: instance.id.to_string(), image, entities };
                    let mut text = serde_json::to_vec(&line).unwrap_or_default();
                    text.push(b'\n');
                    file.write(&text).map_err(unwritten)?;
                }
                Err(reason) => listener.tell(Event::Log { line: format!("set aside {}: {reason}", instance.id) }),
            }
        }
        if without > 0 {
            listener.tell(Event::Log { line: format!("{} without a picture", counted(without, "instance")) });
        }
        publish(file)?;
        let mut file = Pending::beside(&names).map_err(unwritten)?;
        for name in naming.names() {
            file.write(format!("{name}\n").as_bytes()).map_err(unwritten)?;
        }
        publish(file)?;
        let (root, linked) = self.root();
        Ok(Instances { list, root, linked, names })
    }

    /// Writes a picture out under a name that says its content, unless it is there; its name, or why it cannot be read.
    fn unpacked(&self, image: &Image<'_>) -> Result<Result<PathBuf, String>, End> {
        let bytes = match self.dataset.image_bytes(image) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let folder = self.folder.join("images");
        let name = PathBuf::from(blake3::hash(&bytes).to_hex().as_str());
        let path = folder.join(&name);
        // Not waited for on the disk one by one: one that a crash spoilt is too short, and written again.
        if fs::metadata(&path).is_ok_and(|facts| facts.len() == bytes.len() as u64) {
            return Ok(Ok(name));
        }
        let beside = path.with_extension("new");
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&beside, &bytes))
            .and_then(|()| fs::rename(&beside, &path));
        written.map_err(|cause| unwritable(&path, cause))?;
        Ok(Ok(name))
    }
}

/// Whether the dataset holds pictures itself: in its tables, or as part of this program.
fn holds_pictures(dataset: &Dataset) -> bool {
    let mut instance = Instance::default();
    dataset.image_root().is_none()
        || (0..dataset.len()).any(|number| {
            dataset.read(number, &mut instance);
            matches!(instance.images.first(), Some(Image::Bytes(_)))
        })
}

fn publish(file: Pending) -> Result<(), End> {
    file.synced().and_then(|file| file.publish(true)).map_err(unwritten)
}

fn absolute(path: &Path) -> Result<PathBuf, End> {
    std::path::absolute(path).map_err(|cause| unwritable(path, cause))
}

fn unwritable(path: &Path, cause: std::io::Error) -> End {
    unwritten(ManifestError::Unwritable { path: path.to_owned(), cause })
}
