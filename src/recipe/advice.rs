//! What a recipe asks for that does nothing where it stands, and what to write instead.
//!
//! Every policy's own parameters stay in the recipe while another policy is chosen, and are read by that policy alone: of them
//! nothing is said. Choices that several policies read are told where the chosen one does not.
//!
//! Invariant: advice changes nothing; whatever is said here, the recipe can be used as it stands.

use super::overrides::Line;
use super::{BalanceBy, ManifestFormat, NoEntity, PolicyName, Rebalance, Recipe};
use crate::entity::Perspective;

/// A piece of advice, and the line that it is about, where it stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The line.
    pub line: Line,
    /// What does nothing, or too much, and what to write instead.
    pub message: String,
}

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line.0 {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl PolicyName {
    /// True for policies that give shares, put into effect by resampling or by weights.
    #[must_use]
    pub const fn gives_shares(self) -> bool {
        matches!(self, Self::Temperature | Self::Progressive | Self::SquareRoot | Self::EffectiveNumber | Self::Uniform)
    }

    /// True for policies that a schedule's stages are of.
    #[must_use]
    pub const fn has_stages(self) -> bool {
        matches!(self, Self::Temperature | Self::Progressive)
    }
}

impl Recipe {
    /// What in it does nothing.
    #[must_use]
    pub fn advice(&self) -> Vec<Advice> {
        let rebalance = &self.rebalance;
        let lines = &rebalance.lines;
        let found = [
            (lines.size, size(rebalance)),
            (lines.stages, stages(self)),
            (lines.perspective, perspective(rebalance)),
            (lines.balance_by, balance_by(rebalance)),
            (lines.no_entity, no_entity(rebalance)),
        ];
        let thresholds = Perspective::ALL.into_iter().zip(lines.thresholds);
        let thresholds = thresholds.map(|(perspective, line)| (line, threshold(self, perspective)));
        let all = found.into_iter().chain(thresholds);
        all.filter_map(|(line, message)| Some(Advice { line, message: message? })).collect()
    }
}

fn threshold(recipe: &Recipe, perspective: Perspective) -> Option<String> {
    let extracted = &recipe.entities.perspectives;
    let idle =
        !extracted.is_empty() && !extracted.contains(&perspective) && recipe.threshold.contains_key(&perspective);
    idle.then(|| {
        format!(
            "the threshold of '{0}' does nothing, since '{0}' is not extracted; remove it, or add \"{0}\" to \
             entities.perspectives",
            perspective.key()
        )
    })
}

fn size(rebalance: &Rebalance) -> Option<String> {
    let size = rebalance.size?;
    let why = match rebalance.policy {
        PolicyName::None => "under the policy 'none', which keeps everything once; remove it, or choose another policy",
        PolicyName::Target => {
            "under the policy 'target', whose target tells the volume; remove it, or set target = \"cap\" with a cap"
        }
        policy if policy.gives_shares() && rebalance.balance_by == BalanceBy::Weights => {
            "with balance_by = \"weights\", which keeps everything once; remove it, or write balance_by = \"resampling\""
        }
        _ => return None,
    };
    Some(format!("size = {size} does nothing {why}"))
}

fn stages(recipe: &Recipe) -> Option<String> {
    let policy = recipe.rebalance.policy;
    if recipe.rebalance.stages.is_empty() {
        return None;
    }
    if !policy.has_stages() {
        return Some(format!(
            "stages do nothing under the policy '{policy}'; remove them, or choose 'temperature' or 'progressive'"
        ));
    }
    let tells = |format: &ManifestFormat| !matches!(format, ManifestFormat::Native | ManifestFormat::Indices);
    (!recipe.export.formats.iter().any(tells)).then(|| {
        "the weights of stages are in none of the export's formats; add \"weights\", \"parquet\", \"jsonl\" or \"csv\" to \
         export.formats"
            .to_owned()
    })
}

fn perspective(rebalance: &Rebalance) -> Option<String> {
    let key = rebalance.perspective?.key();
    let why = match rebalance.policy {
        PolicyName::Adr => "in which all perspectives vote; remove it, or list the voters in entities.perspectives",
        PolicyName::Random | PolicyName::None => "which looks at no entity; remove it",
        _ => return None,
    };
    Some(format!("perspective = \"{key}\" does nothing under the policy '{}', {why}", rebalance.policy))
}

fn balance_by(rebalance: &Rebalance) -> Option<String> {
    let idle = rebalance.balance_by == BalanceBy::Weights && !rebalance.policy.gives_shares();
    idle.then(|| {
        format!(
            "balance_by = \"weights\" does nothing under the policy '{}'; remove it, or choose temperature, progressive, \
             square_root, effective_number or uniform",
            rebalance.policy
        )
    })
}

fn no_entity(rebalance: &Rebalance) -> Option<String> {
    let blind = matches!(rebalance.policy, PolicyName::Random | PolicyName::None);
    let idle = rebalance.no_entity == NoEntity::Drop && blind;
    idle.then(|| {
        format!("no_entity = \"drop\" does nothing under the policy '{}', which looks at no entity", rebalance.policy)
    })
}
