//! The names of effects.
//!
//! Invariant: a name tells what is asked for and, where it has one, which request; never what is in the dataset.

use super::Effect;

impl Effect {
    /// Its name with the generation, where it has one: for logs and tests.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::LoadDataset { generation, .. } => format!("LoadDataset #{generation}"),
            Self::CancelLoad => "CancelLoad".into(),
            Self::ArrangeEntities { generation, order, query, .. } => {
                format!("ArrangeEntities #{generation} {order:?} {query:?}")
            }
            Self::ComputePreview { generation, recipe, .. } => {
                format!("ComputePreview #{generation} {}", recipe.rebalance.policy)
            }
            Self::ComparePolicies { generation, policies, .. } => {
                format!("ComparePolicies #{generation} {}", policies.len())
            }
            Self::PlanSynthesis { generation, .. } => format!("PlanSynthesis #{generation}"),
            Self::StartTrial { generation, seeds, .. } => format!("StartTrial #{generation} {seeds:?}"),
            Self::ReadInstance { generation, number, .. } => format!("ReadInstance #{generation} {number}"),
            Self::DecodeImage { generation, number, image, .. } => {
                format!("DecodeImage #{generation} {number}.{image}")
            }
            Self::WrapText { generation, width, .. } => format!("WrapText #{generation} {width}"),
            Self::ReadIds { generation, numbers, .. } => format!("ReadIds #{generation} {numbers:?}"),
            Self::ExplainInstance { generation, numbers, .. } => format!("ExplainInstance #{generation} {numbers:?}"),
            Self::StartJob { generation, overwrite, .. } => format!("StartJob #{generation} overwrite={overwrite}"),
            Self::TrainModel { generation, .. } => format!("TrainModel #{generation}"),
            Self::CancelJob => "CancelJob".into(),
            Self::PauseJob { paused } => format!("PauseJob {paused}"),
            Self::SaveRecipe { then, .. } => format!("SaveRecipe {then:?}"),
            Self::ReadRecipe { .. } => "ReadRecipe".into(),
            Self::EditRecipe { unsaved, .. } => format!("EditRecipe unsaved={unsaved}"),
            Self::ReadDraft => "ReadDraft".into(),
            Self::OpenEditor { .. } => "OpenEditor".into(),
            Self::LoadTheme { name } => format!("LoadTheme {name}"),
            Self::KeepTheme { name } => format!("KeepTheme {name}"),
            Self::LookForFindings { generation, .. } => format!("LookForFindings #{generation}"),
            Self::ReadKeymap => "ReadKeymap".into(),
            Self::Draw => "Draw".into(),
            Self::Redraw => "Redraw".into(),
            Self::Suspend => "Suspend".into(),
            Self::Quit => "Quit".into(),
            Self::QuitRescuing => "QuitRescuing".into(),
        }
    }
}
