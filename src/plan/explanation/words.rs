//! An explanation in words, the same on the screen and on the command line.
//!
//! Invariant: every number that decided is told beside what it was compared with; nothing is decided here.

use super::{Decision, Explanation, OverrideExplanation, VoteExplanation};
use crate::number::{counted, measure, share};
use crate::recipe::{NoEntity, PolicyName, Recipe};

impl Explanation {
    /// Why, in lines: what happens and by what rule, then a line for each part in it.
    #[must_use]
    pub fn lines(&self, recipe: &Recipe) -> Vec<String> {
        let mut lines = vec![self.headline(recipe), self.odds()];
        if !self.no_entity {
            lines.extend(self.votes.iter().map(|vote| vote.line(self.needed.is_some())));
            lines.extend(self.last_draw(recipe));
        }
        lines.extend(self.overridden.as_ref().map(OverrideExplanation::line));
        lines
    }

    /// What happens to it, and the rule that says so.
    fn headline(&self, recipe: &Recipe) -> String {
        let verdict = match (self.decision, self.repeat) {
            (Decision::Drop, _) => "dropped".to_owned(),
            (Decision::Keep, 1) => "kept".to_owned(),
            (Decision::Keep, times) => format!("kept, written {} times", crate::number::count(u64::from(times))),
        };
        if let Some(told) = self.overridden.as_ref().filter(|told| told.changed) {
            return format!("{verdict} by the override {} of {}; without it:", told.action, told.entity)
                + &self.rule(recipe);
        }
        format!("{verdict} by the policy {}:", recipe.rebalance.policy) + &self.rule(recipe)
    }

    fn rule(&self, recipe: &Recipe) -> String {
        if self.no_entity {
            let names: Vec<&str> = self.votes.iter().map(|vote| vote.perspective.title()).collect();
            let chosen = match recipe.rebalance.no_entity {
                NoEntity::Keep => "no_entity = \"keep\" keeps what holds none",
                NoEntity::Drop => "no_entity = \"drop\" drops what holds none",
            };
            return format!(" it holds no entity in {}, and {chosen}", names.join(", "));
        }
        let Some(needed) = self.needed else { return self.unvoted(recipe) };
        let agreeing: Vec<&str> =
            self.votes.iter().filter(|vote| vote.passed).map(|vote| vote.perspective.title()).collect();
        let all = counted(self.votes.len() as u64, "perspective");
        let votes = match agreeing.len() {
            0 => format!("none of {all} votes for it"),
            1 => format!("1 of {all} votes for it ({})", agreeing[0]),
            many => format!("{many} of {all} vote for it ({})", agreeing.join(", ")),
        };
        let by_alpha =
            agreeing.len() >= needed && self.alpha_draw.zip(self.alpha).is_some_and(|(draw, alpha)| draw >= alpha);
        let but = if by_alpha { ", but alpha's draw fails" } else { "" };
        format!(" {votes}, at least {needed} must{but}")
    }

    /// The rule of a policy without votes.
    fn unvoted(&self, recipe: &Recipe) -> String {
        match recipe.rebalance.policy {
            PolicyName::None => " it keeps everything once".to_owned(),
            PolicyName::Random => " one draw decides".to_owned(),
            _ if recipe.rebalance.weighs() => {
                format!(" it is written once and weighs {}", measure(self.policy_weight))
            }
            _ => format!(" it is to be written {} times on average", measure(self.policy_weight)),
        }
    }

    fn odds(&self) -> String {
        let often = format!("weight {}", measure(self.weight));
        format!("over all seeds it is kept with probability {}, {often}", share(self.keep_probability))
    }

    /// The draw that is made once for the instance, and what the policy compared it with.
    fn last_draw(&self, recipe: &Recipe) -> Option<String> {
        let draw = self.alpha_draw?;
        let (name, limit) = match (self.alpha, recipe.rebalance.policy) {
            (Some(alpha), _) => ("alpha", alpha),
            (None, PolicyName::Random) => ("keep", self.policy_keep_probability),
            (None, _) => {
                let (whole, part) = (self.policy_weight.floor(), chance(self.policy_weight.fract()));
                let sign = if draw < self.policy_weight.fract() { "below" } else { "not below" };
                let whole = counted(whole as u64, "time");
                return Some(format!(
                    "written {whole}, and once more if a draw is below {part}: {} is {sign} it",
                    chance(draw)
                ));
            }
        };
        let sign = if draw < limit { "below" } else { "not below" };
        Some(format!("{name} {}: its draw {} is {sign} it", chance(limit), chance(draw)))
    }
}

impl VoteExplanation {
    fn line(&self, votes: bool) -> String {
        let name = self.perspective.title();
        if self.entity.is_none() && self.draw.is_none() {
            return format!("{name}: holds no entity, so it does not vote");
        }
        let (whose, of_whom) = self.entity.as_ref().map_or_else(
            || ("its one draw".to_owned(), "the probability of all its entities"),
            |entity| (format!("the draw of '{entity}'"), "its probability"),
        );
        let Some(draw) = self.draw.filter(|_| votes) else {
            let entity = self.entity.as_deref().unwrap_or_default();
            return format!("{name}: '{entity}' is its rarest entity, of number {}", measure(self.probability));
        };
        let verdict = if self.passed { "votes for it" } else { "does not vote for it" };
        let sign = if self.passed { "below" } else { "not below" };
        let (draw, probability, pass) = (chance(draw), chance(self.probability), share(self.pass_probability));
        format!(
            "{name}: {verdict}, {whose}, {draw}, is {sign} {of_whom}, {probability} (passes in {pass} of all draws)"
        )
    }
}

impl OverrideExplanation {
    fn line(&self) -> String {
        let verdict = if self.changed { "it decides" } else { "it changes nothing here" };
        let drawn = self.draw.map_or_else(String::new, |draw| {
            let sign = if draw < self.cut { "below" } else { "not below" };
            format!(
                ", the draw {} is {sign} its cut {} (probability {})",
                chance(draw),
                chance(self.cut),
                measure(self.probability)
            )
        });
        format!("override {} of {}: {verdict}{drawn}", self.action, self.entity)
    }
}

/// A probability or a draw with four digits, so that one that is below another reads so.
fn chance(value: f64) -> String {
    match value {
        _ if value >= 1.0 => "1".to_owned(),
        0.0 => "0".to_owned(),
        _ if value < 0.0001 => format!("{value:.1e}"),
        _ => format!("{:.4}", value.min(0.9999)),
    }
}
