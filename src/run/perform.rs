//! Performs the effects that need no terminal: each is handed to a lane, a thread, or done at once where it is quick.
//!
//! Invariant: nothing here waits for background work, except for a job to stop when the program ends.

use std::path::PathBuf;
use std::sync::Arc;

use super::draft::Draft;
use super::event::Sender;
use super::instance::{self, ExplainRequest, ReadRequest};
use super::lane::{Lane, Wanted};
use super::load::{self, Load};
use super::picture;
use super::reckon::{self, ComparisonRequest, PreviewRequest, SharedExact};
use super::synthesize::{self, PlanRequest};
use super::{findings, task, train, trial, write};
use crate::app::arrange::arrange;
use crate::app::effect::Effect;
use crate::app::message::{Failure, Message, Watched};
use crate::app::model::{InstanceView, Order, Rows};
use crate::entity::Perspective;
use crate::job::Handle;
use crate::job::synthesis::Workshop;
use crate::job::worker::Choice;
use crate::load::Loaded;
use crate::recipe::Recipe;

/// Everything that works in the background.
pub(super) struct Performer {
    sender: Sender,
    load: Option<Load>,
    job: Option<Handle>,
    trial: Option<Handle>,
    worker: Choice,
    draft: Option<Draft>,
    rows: Lane<RowsRequest>,
    previews: Lane<PreviewRequest>,
    comparisons: Lane<ComparisonRequest>,
    syntheses: Lane<PlanRequest>,
    instances: Lane<ReadRequest>,
    explanations: Lane<ExplainRequest>,
    lines: Lane<(Arc<InstanceView>, u16)>,
    ids: Lane<(Arc<Loaded>, Vec<u32>)>,
    pictures: Lane<picture::Request>,
    findings: Lane<(Arc<Loaded>, Box<Recipe>)>,
}

/// Which rows of the entity table.
struct RowsRequest {
    loaded: Arc<Loaded>,
    perspective: Perspective,
    order: Order,
    query: String,
}

impl Performer {
    pub(super) fn new(worker: Choice, sender: &Sender) -> std::io::Result<Self> {
        let exact = SharedExact::default();
        Ok(Self {
            load: None,
            job: None,
            trial: None,
            worker,
            draft: None,
            rows: Lane::open("ordering entities", sender, rows)?,
            previews: Lane::open("previewing", sender, reckon::previews(Arc::clone(&exact)))?,
            comparisons: Lane::open("comparing", sender, reckon::comparisons(exact))?,
            syntheses: Lane::open("planning synthesis", sender, synthesize::plan)?,
            instances: Lane::open("reading an instance", sender, instance::read)?,
            explanations: Lane::open("explaining", sender, instance::explain)?,
            lines: Lane::open("breaking a text into lines", sender, instance::wrap)?,
            ids: Lane::open("reading names", sender, instance::name)?,
            pictures: Lane::open("decoding a picture", sender, picture::decode)?,
            findings: Lane::open("looking for findings", sender, findings::answer)?,
            sender: sender.clone(),
        })
    }

    /// Performs an effect; what is known at once comes back, and an effect that needs the terminal comes back as it is.
    pub(super) fn perform(&mut self, effect: Effect) -> Result<Option<Message>, Effect> {
        match effect {
            Effect::LoadDataset { generation, path, recipe } => {
                // Dropping the load before stops it.
                self.load = None;
                match load::start(load::Request { generation, path, recipe: *recipe }, &self.sender) {
                    Ok(load) => self.load = Some(load),
                    Err(cause) => return Ok(Some(no_thread("the dataset is not loaded", &cause))),
                }
            }
            Effect::CancelLoad => self.load = None,
            Effect::StartJob { generation, loaded, recipe, folder, overwrite } => {
                let request = task::Request { generation, loaded, recipe: *recipe, folder, overwrite };
                self.job = task::start(request, &self.worker, &self.sender);
            }
            Effect::TrainModel { generation, loaded, recipe, folder } => {
                let request = train::Request { generation, loaded, recipe: *recipe, folder };
                self.job = train::start(request, &self.worker, &self.sender);
            }
            Effect::CancelJob => {
                if let Some(job) = &self.job {
                    job.cancel();
                }
            }
            Effect::PauseJob { paused } => {
                if let Some(job) = &self.job {
                    job.pause(paused);
                }
            }
            Effect::StartTrial { generation, loaded, recipe, seeds, folder } => {
                let shop = Workshop { folder, worker: self.worker.clone() };
                let request = trial::Request { generation, loaded, recipe: *recipe, seeds, shop };
                // The one before it is asked to stop.
                self.trial = trial::start(request, &self.sender);
            }
            other => return self.perform_on_recipe(other),
        }
        Ok(None)
    }

    /// Writes and reads the recipe and the copy that is edited.
    fn perform_on_recipe(&mut self, effect: Effect) -> Result<Option<Message>, Effect> {
        match effect {
            Effect::SaveRecipe { recipe, path, then } => {
                Ok(Some(write::save(recipe, &path, (self.draft.as_ref(), then))))
            }
            Effect::ReadRecipe { path } => Ok(Some(write::read(&path))),
            Effect::ReadDraft => {
                let changed = self.draft.as_mut().is_some_and(Draft::is_changed);
                Ok(self.draft.as_ref().filter(|_| changed).map(|draft| write::read_draft(&draft.path)))
            }
            Effect::EditRecipe { recipe, path, unsaved } => self.edit(&recipe, path, unsaved),
            other => self.ask(other).map(|()| None),
        }
    }

    /// The editor for the recipe's file where that says what the recipe says, else for a copy of it.
    fn edit(&mut self, recipe: &Recipe, path: PathBuf, unsaved: bool) -> Result<Option<Message>, Effect> {
        if !unsaved && path.exists() {
            self.draft = None;
            return Err(Effect::OpenEditor { path, edits: Watched::Recipe });
        }
        match Draft::open(self.draft.take(), recipe, &path) {
            Ok(draft) => {
                let path = draft.path.clone();
                self.draft = Some(draft);
                Err(Effect::OpenEditor { path, edits: Watched::Draft })
            }
            // The file may be what has to be repaired: the editor is the place for it.
            Err(_) if path.exists() => Err(Effect::OpenEditor { path, edits: Watched::Recipe }),
            Err(reason) => Ok(Some(Message::Warned(format!("the recipe cannot be edited: {reason}")))),
        }
    }

    /// Hands a request to its lane.
    fn ask(&self, effect: Effect) -> Result<(), Effect> {
        match effect {
            Effect::ArrangeEntities { generation, loaded, perspective, order, query } => {
                self.rows.ask(generation, RowsRequest { loaded, perspective, order, query });
            }
            Effect::ComputePreview { generation, loaded, recipe, perspective } => {
                self.previews.ask(generation, PreviewRequest { loaded, recipe, perspective });
            }
            Effect::ComparePolicies { generation, loaded, recipe, policies, perspective } => {
                self.comparisons.ask(generation, ComparisonRequest { loaded, recipe, policies, perspective });
            }
            Effect::PlanSynthesis { generation, loaded, recipe, folder } => {
                self.syntheses.ask(generation, PlanRequest { loaded, recipe, folder });
            }
            Effect::ReadInstance { generation, loaded, number, perspective, rank } => {
                self.instances.ask(generation, ReadRequest { loaded, number, perspective, rank });
            }
            Effect::WrapText { generation, view, width } => self.lines.ask(generation, (view, width)),
            Effect::ReadIds { generation, loaded, numbers } => self.ids.ask(generation, (loaded, numbers)),
            Effect::ExplainInstance { generation, loaded, recipe, numbers } => {
                self.explanations.ask(generation, ExplainRequest { loaded, recipe, numbers });
            }
            Effect::LookForFindings { generation, loaded, recipe } => self.findings.ask(generation, (loaded, recipe)),
            Effect::DecodeImage { generation, loaded, number, image } => {
                self.pictures.ask(generation, picture::Request { loaded, number, image });
            }
            other => return Err(other),
        }
        Ok(())
    }

    /// Stops what runs; a job is waited for, so that it leaves nothing half-written behind.
    pub(super) fn stop(&mut self) {
        self.load = None;
        for job in [self.trial.take(), self.job.take()].into_iter().flatten() {
            job.cancel();
            job.wait();
        }
    }
}

fn rows(request: RowsRequest, wanted: &Wanted, sender: &Sender) {
    let RowsRequest { loaded, perspective, order, query } = request;
    let index = loaded.index.perspective(perspective);
    let rows = index.map_or_else(Rows::default, |index| arrange(index, order, &query));
    sender.tell(Message::EntitiesArranged { generation: wanted.generation(), rows });
}

fn no_thread(title: &str, cause: &std::io::Error) -> Message {
    let next = "close other programs and try again".to_owned();
    Message::Failed(Failure { title: title.to_owned(), cause: cause.to_string(), next })
}
