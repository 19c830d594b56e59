//! Says why an instance is kept, repeated or dropped.
//!
//! Invariant: recomputes the decision from the same draws as the plan; the two never disagree.

mod words;

use serde::Serialize;

use super::decision::{Applied, Decider};
use super::draw::Purpose;
use crate::entity::Perspective;
use crate::policy::Fate;
use crate::recipe::OverrideAction;

/// What happens to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Written at least once.
    Keep,
    /// Not written.
    Drop,
}

/// One perspective's part in a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VoteExplanation {
    /// The perspective.
    pub perspective: Perspective,
    /// Whether it voted for the instance.
    pub passed: bool,
    /// The deciding entity: the rarest of those whose draw passed; where none did, the one that would be the first to pass if every
    /// probability rose together.
    /// For policies that do not draw for entities, the rarest one; `None` when the instance holds none.
    pub entity: Option<String>,
    /// The probability that the draw was compared with; for resampling policies the entity's number.
    pub probability: f64,
    /// The draw; `None` where the policy draws once for the instance.
    pub draw: Option<f64>,
    /// The probability that this perspective votes, over all draws.
    pub pass_probability: f64,
}

/// Why an instance is kept, repeated or dropped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// What happens to it.
    pub decision: Decision,
    /// The probability that it is kept at all.
    pub keep_probability: f64,
    /// How often it is written.
    pub repeat: u32,
    /// How often it is written on average: what a weighted sampler should draw it by.
    pub weight: f64,
    /// What the policy alone expects, were there no override: the probability that it is kept at all.
    pub policy_keep_probability: f64,
    /// As [`Self::weight`], by the policy alone.
    pub policy_weight: f64,
    /// At least so many perspectives must vote for it; absent where the policy takes no votes.
    #[serde(rename = "pass_count", skip_serializing_if = "Option::is_none")]
    pub needed: Option<usize>,
    /// One entry a perspective that takes part.
    pub votes: Vec<VoteExplanation>,
    /// The share of voted instances that is kept; absent where the policy takes no votes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// The draw that was compared with α (`adr`, below 1), with the share (`random`), or with the fraction of the repeat.
    pub alpha_draw: Option<f64>,
    /// The override that decided: the last that changed something, else the last of those that hold for it.
    #[serde(rename = "override")]
    pub overridden: Option<OverrideExplanation>,
    /// True when it holds no entity that the policy looks at.
    pub no_entity: bool,
}

/// An override's part in a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverrideExplanation {
    /// The entity: `perspective:name`.
    pub entity: String,
    /// What the recipe asks for it.
    pub action: OverrideAction,
    /// Cap: the probability that an instance of it stays. Floor: that a dropped one comes back. 1 for the others.
    pub probability: f64,
    /// What the instance drew; `None` where nothing is drawn.
    pub draw: Option<f64>,
    /// What the draw was compared with: below it, an instance stays under a cap and comes back under a floor. Under the recipe's
    /// seed it is where the cap is full or the floor is reached.
    pub cut: f64,
    /// Floor: how often each of its instances is repeated, on average; 1 for the others.
    pub refill: f64,
    /// True when the instance would be written, or weigh, more or less without it.
    pub changed: bool,
}

impl OverrideExplanation {
    fn of(decider: &Decider<'_>, applied: Applied) -> Self {
        let bound = applied.settled.bound;
        let entry = &decider.index.perspectives[bound.slot];
        Self {
            entity: format!("{}:{}", entry.perspective.key(), entry.names.get(bound.rank as usize)),
            action: bound.action,
            probability: applied.settled.gate,
            draw: applied.draw,
            cut: applied.settled.cut.draw,
            refill: applied.settled.refill,
            changed: applied.changed,
        }
    }
}

pub(super) fn of(decider: &Decider<'_>, instance: usize) -> Explanation {
    let (repeat, applied) = decider.overridden(instance, decider.policy_repeat(instance));
    let (outlook, by_policy) = (decider.outlook(instance), decider.policy_outlook(instance));
    let (needed, alpha) = match decider.rule.fate {
        Fate::Votes { pass_count, alpha, .. } => (Some(pass_count), Some(alpha)),
        _ => (None, None),
    };
    let decisive = applied.iter().rfind(|applied| applied.changed).or(applied.last());
    Explanation {
        decision: if repeat > 0 { Decision::Keep } else { Decision::Drop },
        keep_probability: outlook.keep,
        policy_keep_probability: by_policy.keep,
        policy_weight: by_policy.repeat,
        repeat,
        weight: outlook.repeat,
        needed,
        votes: votes(decider, instance),
        alpha,
        alpha_draw: last_draw(decider, instance),
        overridden: decisive.map(|&applied| OverrideExplanation::of(decider, applied)),
        no_entity: decider.holds_nothing(instance),
    }
}

fn last_draw(decider: &Decider<'_>, instance: usize) -> Option<f64> {
    let purpose = match decider.rule.fate {
        Fate::Votes { alpha, .. } if alpha >= 1.0 => return None,
        Fate::Weights => return None,
        Fate::Votes { .. } => Purpose::Alpha,
        Fate::Share(_) => Purpose::Share,
        Fate::Repeats | Fate::Shares => Purpose::Repeat,
    };
    Some(decider.draw(instance, purpose))
}

fn votes(decider: &Decider<'_>, instance: usize) -> Vec<VoteExplanation> {
    let draws_once = !matches!(decider.rule.fate, Fate::Votes { .. });
    let explained = decider.voters.iter().map(|voter| {
        let rarest = voter.ranks(instance).last().copied();
        let draw = decider.deciding_draw(voter, instance).filter(|_| !draws_once);
        let rank = draw.and_then(|draw| draw.rank).or(rarest);
        VoteExplanation {
            perspective: voter.entry.perspective,
            passed: draw.map_or(draws_once && rank.is_some(), |draw| draw.passed()),
            entity: rank.map(|rank| voter.entry.names.get(rank as usize).into_owned()),
            probability: draw.map_or(rank.map_or(0.0, |rank| voter.value(rank)), |draw| draw.probability.min(1.0)),
            draw: draw.map(|draw| draw.number),
            pass_probability: voter.score(instance).unwrap_or(0.0).min(1.0),
        }
    });
    explained.collect()
}
