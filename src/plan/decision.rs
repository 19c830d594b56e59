//! Decides one instance: its votes, its draws, its repeat.
//!
//! Invariant: whether an instance is kept is read from this file alone; explanations ask here, too.

use std::borrow::Cow;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::draw::{Key, Purpose};
use super::overrides::{Columns, Settled, Settlement};
use super::size::sized;
use crate::index::{Index, PerspectiveIndex};
use crate::policy::{Bound, Dictionary, Fate, Formula, Outlook, Reduction, Rule, Scorer, copies};
use crate::progress::{Cancelled, Observer};
use crate::recipe::{NoEntity, OverrideAction};

/// A rule bound to an index and a seed.
pub(super) struct Decider<'a> {
    pub(super) index: &'a Index,
    pub(super) rule: Rule,
    pub(super) voters: Vec<Voter<'a>>,
    pub(super) scale: f64,
    seed: u64,
    pub(super) settlement: Settlement,
}

/// What one override did to an instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Applied {
    pub(super) settled: Settled,
    /// The draw that decided; `None` where nothing is drawn.
    pub(super) draw: Option<f64>,
    /// True when the instance is written more or less often than without it.
    pub(super) changed: bool,
}

/// A perspective that takes part.
pub(super) struct Voter<'a> {
    pub(super) entry: &'a PerspectiveIndex,
    pub(super) formula: Formula,
    pub(super) reduction: Reduction,
    pub(super) scorer: Scorer,
    /// The largest number of an entity.
    ceiling: f64,
}

/// The draw that decided a vote: the one that would be the first to succeed if all probabilities rose together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// The entity that drew; `None` when the perspective drew once for all of them.
    pub(super) rank: Option<u32>,
    pub(super) probability: f64,
    pub(super) number: f64,
}

impl Draw {
    pub(super) fn passed(&self) -> bool {
        self.number < self.probability
    }

    /// The bits of a key above which no draw of a probability up to `ceiling` comes before this one.
    fn reach(&self, ceiling: f64) -> u64 {
        /// Far more than products are rounded by, and far less than a draw in a million.
        const MARGIN: f64 = 1.0 + 1e-9;
        const ALL: f64 = 2.0 * (1_u64 << 63) as f64;
        let number = self.number * ceiling / self.probability * MARGIN;
        // Numbers leave out a key's last eleven bits.
        if number < 1.0 { ((number * ALL) as u64).saturating_add(1 << 11) } else { u64::MAX }
    }
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        index: &'a Index,
        rule: &Rule,
        (bound, seed): (&[Bound], u64),
        observer: &dyn Observer,
    ) -> Result<Self, Cancelled> {
        let (rule, _) = sized(index, rule, observer)?;
        let mut decider = Self::of_policy(index, rule, seed, observer)?;
        decider.settlement = decider.settle(bound);
        Ok(decider)
    }

    /// A decider that knows of no override, and takes the thresholds as they are.
    pub(super) fn of_policy(
        index: &'a Index,
        rule: Rule,
        seed: u64,
        observer: &dyn Observer,
    ) -> Result<Self, Cancelled> {
        let voter = |dictionary: &Dictionary| {
            let entry = index.perspective(dictionary.perspective)?;
            let (formula, reduction) = (dictionary.formula, dictionary.reduction);
            let scorer = scorer(dictionary, entry, observer);
            let ceiling = (0..entry.entities()).map(|rank| scorer.value(rank as u32)).fold(0.0, f64::max);
            Some(Voter { entry, formula, reduction, scorer, ceiling })
        };
        let voters: Vec<_> = rule.dictionaries.iter().filter_map(voter).collect();
        observer.go_on()?;
        let scale = if matches!(rule.fate, Fate::Shares | Fate::Weights) { scale(&rule, &voters, index) } else { 1.0 };
        Ok(Self { index, rule, voters, scale, seed, settlement: Settlement::default() })
    }

    /// How many instances the policy writes of these, expected, repeats counted.
    pub(super) fn volume(&self, instances: &[u32], observer: &dyn Observer) -> Result<f64, Cancelled> {
        const UNIT: f64 = (1_u64 << 40) as f64;
        let one = |&instance: &u32| (self.policy_outlook(instance as usize).repeat * UNIT) as u128;
        let batch = |batch: &[u32]| if observer.cancelled() { 0 } else { batch.iter().map(one).sum::<u128>() };
        let sum: u128 = instances.par_chunks(4096).map(batch).sum();
        observer.go_on()?;
        Ok(sum as f64 / UNIT)
    }

    /// Settles overrides on what the policy expects of all instances.
    fn settle(&self, bound: &[Bound]) -> Settlement {
        let sums_up = |entry: &Bound| matches!(entry.action, OverrideAction::Cap(_) | OverrideAction::Floor(_));
        let instances = if bound.is_empty() { 0 } else { self.index.instances() };
        let (mut keep, mut repeat) = (vec![0.0_f32; instances], vec![0.0_f32; instances]);
        if bound.iter().any(sums_up) {
            let both = keep.par_iter_mut().zip(&mut repeat).with_min_len(4096).enumerate();
            both.for_each(|(instance, (keep, repeat))| {
                let outlook = self.policy_outlook(instance);
                (*keep, *repeat) = (outlook.keep as f32, outlook.repeat as f32);
            });
        }
        let holders = |entry: Bound| {
            let perspective = self.index.perspectives[entry.slot].perspective;
            (self.index.instances_of(perspective, entry.rank as usize), 1.0)
        };
        Settlement::of(bound, &holders, &mut Columns { keep: &mut keep, repeat: &mut repeat })
    }

    /// How often the instance is written.
    pub(super) fn repeat(&self, instance: usize) -> u32 {
        let decided = self.policy_repeat(instance);
        if self.settlement.is_empty() { decided } else { self.overridden(instance, decided).0 }
    }

    /// How often an instance is written that the policy alone writes `repeat` times, and what each override did.
    pub(super) fn overridden(&self, instance: usize, mut repeat: u32) -> (u32, Vec<Applied>) {
        let mut applied = Vec::new();
        for &settled in self.settlement.held(self.index, instance) {
            let before = repeat;
            let draw = |purpose| self.entity_draw(instance, settled.bound, purpose);
            let mut drawn = None;
            match settled.bound.action {
                OverrideAction::Exclude => repeat = 0,
                OverrideAction::Pin => repeat = repeat.max(1),
                OverrideAction::Cap(_) => {
                    drawn = Some(draw(Purpose::Cap));
                    repeat = if draw(Purpose::Cap) < settled.gate { repeat } else { 0 };
                }
                OverrideAction::Floor(_) => {
                    drawn = Some(draw(Purpose::Floor));
                    repeat = if draw(Purpose::Floor) < settled.gate { repeat.max(1) } else { repeat };
                    if settled.refill > 1.0 {
                        let wanted = f64::from(repeat) * settled.refill;
                        let up = draw(Purpose::Refill) < wanted.fract();
                        repeat = wanted.trunc() as u32 + u32::from(up);
                    }
                }
            }
            applied.push(Applied { settled, draw: drawn, changed: repeat != before });
            if settled.bound.action == OverrideAction::Exclude {
                break;
            }
        }
        (repeat, applied)
    }

    pub(super) fn entity_draw(&self, instance: usize, entity: Bound, purpose: Purpose) -> f64 {
        let entry = &self.index.perspectives[entity.slot];
        let name = entry.name_hashes.get(entity.rank as usize).copied().unwrap_or(0);
        Key::new(self.seed, self.id_hash(instance), purpose).of(entry.perspective).with(name).unit()
    }

    /// How often the policy alone writes the instance.
    pub(super) fn policy_repeat(&self, instance: usize) -> u32 {
        if self.holds_nothing(instance) {
            return u32::from(self.rule.no_entity == NoEntity::Keep);
        }
        match self.rule.fate {
            Fate::Share(share) => u32::from(self.draw(instance, Purpose::Share) < share),
            Fate::Votes { pass_count, alpha, repeats } => {
                let voted = alpha >= 1.0 || self.draw(instance, Purpose::Alpha) < alpha;
                let kept = voted && self.has_votes(instance, pass_count);
                u32::from(kept) * if repeats { copies(self.odds(instance)) } else { 1 }
            }
            Fate::Weights => 1,
            Fate::Repeats | Fate::Shares => {
                let expected = self.rule.fate.expected(&self.scores(instance), self.scale);
                let up = self.draw(instance, Purpose::Repeat) < expected.fract();
                expected.trunc() as u32 + u32::from(up)
            }
        }
    }

    /// What is expected of the instance, over all seeds.
    pub(super) fn outlook(&self, instance: usize) -> Outlook {
        self.outlook_of(instance, &self.scores(instance))
    }

    /// As [`Self::outlook`], of an instance whose scores are known.
    pub(super) fn outlook_of(&self, instance: usize, scores: &[f64]) -> Outlook {
        let mut outlook = self.policy_outlook_of(instance, scores);
        for settled in self.settlement.held(self.index, instance) {
            outlook = settled.applied(outlook);
            if settled.bound.action == OverrideAction::Exclude {
                break;
            }
        }
        outlook
    }

    fn policy_outlook(&self, instance: usize) -> Outlook {
        self.policy_outlook_of(instance, &self.scores(instance))
    }

    fn policy_outlook_of(&self, instance: usize, scores: &[f64]) -> Outlook {
        if self.holds_nothing(instance) {
            return Outlook::rounded(f64::from(u8::from(self.rule.no_entity == NoEntity::Keep)));
        }
        let odds = if self.rule.fate.asks_odds() { self.odds(instance) } else { 0.0 };
        self.rule.fate.outlook(scores, (self.scale, odds))
    }

    /// The largest unclamped probability among the instance's entities: that of a perspective's rarest.
    fn odds(&self, instance: usize) -> f64 {
        let rarest = |voter: &Voter<'_>| {
            let &rank = voter.ranks(instance).last()?;
            Some(voter.formula.odds(voter.entry.counts[rank as usize]))
        };
        self.voters.iter().filter_map(rarest).fold(0.0, f64::max)
    }

    fn scores(&self, instance: usize) -> SmallVec<[f64; 8]> {
        self.voters.iter().filter_map(|voter| voter.score(instance)).collect()
    }

    /// True when the rule looks at entities and the instance has none of them.
    pub(super) fn holds_nothing(&self, instance: usize) -> bool {
        !self.voters.is_empty() && self.voters.iter().all(|voter| voter.ranks(instance).is_empty())
    }

    pub(super) fn draw(&self, instance: usize, purpose: Purpose) -> f64 {
        Key::new(self.seed, self.id_hash(instance), purpose).unit()
    }

    /// The draw that decides a perspective's vote; `None` without entities.
    pub(super) fn deciding_draw(&self, voter: &Voter<'_>, instance: usize) -> Option<Draw> {
        let key = self.vote_key(voter, instance);
        if voter.reduction != Reduction::Any {
            let probability = voter.score(instance)?;
            return Some(Draw { rank: None, probability, number: key.unit() });
        }
        let (mut first, mut reach): (Option<Draw>, u64) = (None, u64::MAX);
        // Names are fetched many at a time, as each lies elsewhere.
        let mut drawn = [key; 32];
        // The rarest first, as it is the likeliest to be the one: most others are then out of reach by what they draw alone.
        for ranks in voter.ranks(instance).rchunks(drawn.len()) {
            drawn.iter_mut().zip(ranks).for_each(|(drawn, &rank)| *drawn = key.with(voter.name_hash(rank)));
            for (&drawn, &rank) in drawn.iter().zip(ranks).rev() {
                if drawn.bits() > reach {
                    continue;
                }
                let draw = Draw { rank: Some(rank), probability: voter.value(rank), number: drawn.unit() };
                // Of equal ones the most frequent is the first.
                if first.is_none_or(|first| draw.number * first.probability <= first.number * draw.probability) {
                    reach = draw.reach(voter.ceiling);
                    first = Some(draw);
                }
            }
        }
        first
    }

    fn has_votes(&self, instance: usize, wanted: usize) -> bool {
        let votes = self.voters.iter().filter(|voter| self.votes(voter, instance));
        votes.take(wanted).count() >= wanted
    }

    /// As [`Self::deciding_draw`], stopping at the first success; the rarest entity is asked first.
    fn votes(&self, voter: &Voter<'_>, instance: usize) -> bool {
        if voter.reduction != Reduction::Any {
            return self.deciding_draw(voter, instance).is_some_and(|draw| draw.passed());
        }
        let key = self.vote_key(voter, instance);
        voter.ranks(instance).iter().rev().any(|&rank| {
            let probability = voter.value(rank);
            probability >= 1.0 || key.with(voter.name_hash(rank)).unit() < probability
        })
    }

    /// What an entity of an instance draws for its perspective's vote.
    pub(super) fn rank_draw(&self, voter: &Voter<'_>, instance: usize, rank: u32) -> f64 {
        self.vote_key(voter, instance).with(voter.name_hash(rank)).unit()
    }

    pub(super) fn vote_key(&self, voter: &Voter<'_>, instance: usize) -> Key {
        Key::new(self.seed, self.id_hash(instance), Purpose::Vote).of(voter.entry.perspective)
    }

    fn id_hash(&self, instance: usize) -> u64 {
        self.index.id_hashes.get(instance).copied().unwrap_or(0)
    }
}

impl Voter<'_> {
    pub(super) fn ranks(&self, instance: usize) -> &[u32] {
        self.entry.by_instance.row(instance)
    }

    pub(super) fn score(&self, instance: usize) -> Option<f64> {
        self.scorer.score(self.ranks(instance))
    }

    /// An entity's number.
    pub(super) fn value(&self, rank: u32) -> f64 {
        self.scorer.value(rank)
    }

    fn name_hash(&self, rank: u32) -> u64 {
        self.entry.name_hashes.get(rank as usize).copied().unwrap_or(0)
    }
}

/// A dictionary written out for a perspective, fitted to its instances where it takes that.
fn scorer(dictionary: &Dictionary, entry: &PerspectiveIndex, observer: &dyn Observer) -> Scorer {
    if !dictionary.takes_fit() {
        return dictionary.on(&entry.counts);
    }
    let holders = match entry.by_entity.rows() {
        0 => Cow::Owned(entry.by_instance.transposed(entry.entities())),
        _ => Cow::Borrowed(&entry.by_entity),
    };
    let targets = dictionary.formula.targets(&entry.counts);
    dictionary.fitted((&holders, entry.by_instance.rows()), &targets, &|| observer.cancelled()).0
}

/// What makes the scores sum to the number of instances that have one, or to the wanted volume.
///
/// The sum is taken over multiples of 2⁻⁴⁰, so that it does not depend on the order of the instances.
fn scale(rule: &Rule, voters: &[Voter<'_>], index: &Index) -> f64 {
    const UNIT: f64 = (1_u64 << 40) as f64;
    let instances = index.instances();
    let one = |instance: usize| {
        let scores = voters.iter().filter_map(|voter| voter.score(instance));
        scores.reduce(f64::max).map_or((0_u64, 0_u128), |score| (1, (score * UNIT) as u128))
    };
    let (scored, sum) =
        (0..instances).into_par_iter().with_min_len(4096).map(one).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    rule.scale((scored as f64, instances as f64), sum as f64 / UNIT)
}
