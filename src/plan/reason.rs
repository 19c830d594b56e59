//! Why an instance is kept or dropped, in a few words: what a row of the table of decisions says.
//!
//! Invariant: says what the explanation says, without building one; a table has a row for every instance.

use smallvec::SmallVec;

use super::decision::{Decider, Voter};
use crate::policy::{Fate, Outlook};

/// Appends the policy and the entities that decided: those that voted, or else the one that came nearest. Returns what is expected
/// of the instance.
pub(super) fn tell(decider: &Decider<'_>, instance: usize, (policy, words): (&str, &mut String)) -> Outlook {
    let found: SmallVec<[(&Voter<'_>, Option<f64>); 8]> =
        decider.voters.iter().map(|voter| (voter, voter.score(instance))).collect();
    let scores: SmallVec<[f64; 8]> = found.iter().filter_map(|(_, score)| *score).collect();
    let outlook = decider.outlook_of(instance, &scores);
    if let Some((slot, rank)) = overriding(decider, instance) {
        let entry = &decider.index.perspectives[slot];
        let name = entry.names.get(rank as usize);
        words.extend(["override: ", entry.perspective.key(), ":", &name]);
        return outlook;
    }
    words.push_str(policy);
    if decider.holds_nothing(instance) {
        words.push_str(": no entity");
        return outlook;
    }
    let draws = matches!(decider.rule.fate, Fate::Votes { .. });
    let mut nearest: Option<(f64, &Voter<'_>, Option<u32>)> = None;
    let mut voted = false;
    for (voter, score) in found {
        let rarest = voter.ranks(instance).last().copied();
        let draw = if draws { decider.deciding_draw(voter, instance) } else { None };
        let rank = draw.and_then(|draw| draw.rank).or(rarest);
        if draw.map_or(!draws && rank.is_some(), |draw| draw.passed()) {
            words.push_str(if voted { ", " } else { ": " });
            name(voter, rank, words);
            voted = true;
        }
        let chance = score.unwrap_or(0.0).min(1.0);
        if nearest.is_none_or(|(best, ..)| chance.total_cmp(&best).is_ge()) {
            nearest = Some((chance, voter, rank));
        }
    }
    if let (false, Some((_, voter, rank))) = (voted, nearest) {
        words.push_str(": no vote, nearest ");
        name(voter, rank, words);
    }
    outlook
}

/// The last override that changed something.
fn overriding(decider: &Decider<'_>, instance: usize) -> Option<(usize, u32)> {
    if decider.settlement.is_empty() {
        return None;
    }
    let (_, applied) = decider.overridden(instance, decider.policy_repeat(instance));
    let decisive = applied.into_iter().rfind(|applied| applied.changed)?;
    Some((decisive.settled.bound.slot, decisive.settled.bound.rank))
}

fn name(voter: &Voter<'_>, rank: Option<u32>, words: &mut String) {
    words.push_str(voter.entry.perspective.key());
    words.push(' ');
    match rank {
        Some(rank) => words.push_str(&voter.entry.names.get(rank as usize)),
        None => words.push_str("none"),
    }
}
