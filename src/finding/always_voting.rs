//! Tells of a perspective that votes for nearly every instance, so that `adr` drops next to nothing.
//!
//! Invariant: every share is reckoned from the counts in closed form, as the policy does: q = 1 − Π(1 − min(1, τ/n)) for each
//! perspective; nothing is told where the remedy would change little.

use rayon::prelude::*;

use super::{Finding, Severity, Subject};
use crate::index::PerspectiveIndex;
use crate::number::{count, counted, rounded_share};
use crate::recipe::{PolicyName, Vote};

/// A perspective that votes for a smaller share of the instances than this leaves room for dropping.
const ALWAYS: f64 = 0.95;
/// The least share of the instances that a remedy must change.
const WORTH: f64 = 0.05;
/// Instances that are summed up together, so that the sum does not depend on threads.
const CHUNK: usize = 8192;

/// "interrogation alone keeps 99.8 % …; `pass_count` = 2 would keep 71 %".
pub(super) fn look(subject: Subject<'_>) -> Vec<Finding> {
    let (rebalance, perspectives) = (&subject.recipe.rebalance, &subject.index.perspectives);
    let by_one_vote = rebalance.policy == PolicyName::Adr && rebalance.pass_count == 1 && rebalance.vote == Vote::Any;
    if !by_one_vote || perspectives.len() < 2 || subject.index.instances() == 0 {
        return Vec::new();
    }
    let odds: Vec<Odds> = perspectives.iter().map(|entry| Odds::of(entry, subject)).collect();
    let shares = Shares::of(&odds, subject.index.instances());
    let shown = |number: u32| count(u64::from(number));
    let most = (0..odds.len()).max_by(|&one, &other| shares.votes[one].total_cmp(&shares.votes[other]));
    let told = most.filter(|&place| shares.votes[place] >= ALWAYS).and_then(|place| {
        let remedies = shares.remedies(place, perspectives[place].perspective.key())?;
        let entry = &perspectives[place];
        let text = format!(
            "under adr {} alone votes for {} of the instances, and one vote is enough: {} would be kept; its {} {} \
             each, at τ {}",
            entry.perspective,
            rounded_share(shares.votes[place]),
            rounded_share(shares.kept),
            counted(entry.entities() as u64, "entity") + if entry.entities() == 1 { " is in" } else { " are in" },
            within(entry.counts.last().copied().unwrap_or(0), entry.counts.first().copied().unwrap_or(0)),
            shown(subject.recipe.split(entry).threshold),
        );
        Some(Finding::new(Severity::Note, "always_voting", text, &remedies).about(entry.perspective, None))
    });
    told.into_iter().collect()
}

/// In how many instances an entity is: "1 instance", or "3 to 1,204 instances".
fn within(least: u32, most: u32) -> String {
    let most_of_them = counted(u64::from(most), "instance");
    if least == most { most_of_them } else { format!("{} to {most_of_them}", count(u64::from(least))) }
}

/// A perspective's chance to vote for an instance.
struct Odds<'a> {
    entry: &'a PerspectiveIndex,
    threshold: f64,
}

impl<'a> Odds<'a> {
    fn of(entry: &'a PerspectiveIndex, subject: Subject<'_>) -> Self {
        Self { entry, threshold: f64::from(subject.recipe.split(entry).threshold) }
    }

    fn vote(&self, instance: usize) -> f64 {
        let counts = &self.entry.counts;
        let missed = |rank: &u32| 1.0 - (self.threshold / f64::from(counts[*rank as usize])).min(1.0);
        1.0 - self.entry.by_instance.row(instance).iter().map(missed).product::<f64>()
    }
}

/// Mean probabilities over all instances.
struct Shares {
    /// That at least one perspective votes.
    kept: f64,
    /// That at least two do.
    kept_by_two: f64,
    /// That a perspective votes.
    votes: Vec<f64>,
    /// That any other than it does.
    kept_without: Vec<f64>,
}

impl Shares {
    fn of(odds: &[Odds<'_>], instances: usize) -> Self {
        let chunks: Vec<usize> = (0..instances).step_by(CHUNK).collect();
        let sums: Vec<Self> = chunks
            .into_par_iter()
            .map(|start| {
                let mut sum = Self::nothing(odds.len());
                (start..(start + CHUNK).min(instances)).for_each(|instance| sum.add(odds, instance));
                sum
            })
            .collect();
        let mut all = Self::nothing(odds.len());
        for sum in &sums {
            all.kept += sum.kept / instances as f64;
            all.kept_by_two += sum.kept_by_two / instances as f64;
            for place in 0..odds.len() {
                all.votes[place] += sum.votes[place] / instances as f64;
                all.kept_without[place] += sum.kept_without[place] / instances as f64;
            }
        }
        all
    }

    fn nothing(perspectives: usize) -> Self {
        Self { kept: 0.0, kept_by_two: 0.0, votes: vec![0.0; perspectives], kept_without: vec![0.0; perspectives] }
    }

    fn add(&mut self, odds: &[Odds<'_>], instance: usize) {
        let votes: Vec<f64> = odds.iter().map(|perspective| perspective.vote(instance)).collect();
        let none_but = |place: Option<usize>| {
            let others = votes.iter().enumerate().filter(|(other, _)| Some(*other) != place);
            others.map(|(_, vote)| 1.0 - vote).product::<f64>()
        };
        let (none, mut one) = (none_but(None), 0.0);
        for (place, vote) in votes.iter().enumerate() {
            let none_beside = none_but(Some(place));
            self.votes[place] += vote;
            self.kept_without[place] += 1.0 - none_beside;
            one += vote * none_beside;
        }
        self.kept += 1.0 - none;
        self.kept_by_two += 1.0 - none - one;
    }

    /// What to do about the perspective at `place`; `None` where nothing would change much.
    fn remedies(&self, place: usize, name: &str) -> Option<String> {
        let changes = |kept: f64| self.kept - kept >= WORTH;
        let two =
            changes(self.kept_by_two).then(|| format!("pass_count = 2 would keep {}", rounded_share(self.kept_by_two)));
        let without = changes(self.kept_without[place]).then(|| {
            let kept = rounded_share(self.kept_without[place]);
            format!("leaving {name} out of entities.perspectives would keep {kept}")
        });
        let told: Vec<String> = two.into_iter().chain(without).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_no_range() {
        for (least, most, expected) in [(1, 1, "1 instance"), (3, 3, "3 instances"), (1, 1204, "1 to 1,204 instances")]
        {
            assert_eq!(within(least, most), expected);
        }
    }
}
