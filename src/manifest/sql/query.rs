//! The query over the exported tables.
//!
//! Written in what engines share: common table expressions, joins, `CASE`, `SUM`, `MAX`, `AVG`, `EXP`, `LN`, `SQRT`, `FLOOR`.
//!
//! Invariant: every number that can be turned (thresholds as probabilities, α, pass count, share, gates) is read from a table.

use super::SQL_FILES;
use crate::plan::Ledger;
use crate::policy::{Fate, Reduction};
use crate::recipe::OverrideAction;

const HEAD: &str = "\
-- fantail's decisions from the tables beside this file: a row an instance, how often it is written, and so kept or dropped.
--
--   instances       instance, id, share_draw, alpha_draw, repeat_draw   what it draws as a whole
--   entities        instance, perspective, entity, draw                 what it holds; what each entity draws for its vote
--   perspectives    instance, perspective, draw                         the draw of a perspective that draws once
--   probabilities   perspective, entity, name, count, probability, odds an entity's number; odds is not clamped to 1
--   overrides       place, perspective, entity, name, action, cut, times, up
--   override_draws  place, instance, draw, refill_draw
--   parameters      one row: policy, seed, share, pass_count, alpha, scale, copies, no_entity_repeat, score_limit
--
-- Draws are uniform in [0, 1) and hang on seed, id, perspective, entity and purpose alone, so that other probabilities give the
-- decisions that the program would make: for adr and cap, probability is min(1, t / count) and odds t / count for a threshold t;
-- alpha, share and pass_count can be changed as they stand. Of policies that fit or scale to the whole set (target, and those with
-- scale other than 1), scale and probabilities are those of this recipe; so are the cuts of caps and floors, which under other
-- numbers cap and fill on average only.
";

/// How engines find the tables; `DuckDB`'s way.
pub(super) fn load() -> String {
    let mut text =
        "-- DuckDB, started in this folder. In other engines: register each file under its name.\n".to_owned();
    for file in SQL_FILES {
        if let Some(name) = file.strip_suffix(".parquet") {
            text.extend(["CREATE VIEW ", name, " AS SELECT * FROM read_parquet('", file, "');\n"]);
        }
    }
    text
}

/// The view of decisions.
pub(super) fn decisions(ledger: &Ledger<'_>) -> String {
    let mut steps = vec![policy(ledger)];
    let mut last = "policy".to_owned();
    for (place, settled) in ledger.overrides().iter().enumerate() {
        steps.push(overridden(place, &last, settled.bound.action));
        last = format!("override_{place}");
    }
    let steps = steps.join(",\n");
    format!(
        "{HEAD}CREATE VIEW decisions AS\nWITH {steps}\nSELECT i.instance, i.id, CASE WHEN d.repeat > 0 THEN 'keep' ELSE 'drop' END AS decision, d.repeat\n\
         FROM instances i JOIN {last} d ON d.instance = i.instance;\n"
    )
}

/// What the policy alone writes.
fn policy(ledger: &Ledger<'_>) -> String {
    let (reduction, _) = ledger.reduction();
    let (scores, repeat) = match ledger.fate() {
        Fate::Share(_) => (String::new(), "CASE WHEN i.share_draw < q.share THEN 1 ELSE 0 END"),
        Fate::Weights => (score(reduction), "1"),
        Fate::Votes { .. } => (
            votes(reduction),
            "CASE WHEN s.votes < q.pass_count OR (q.alpha < 1 AND i.alpha_draw >= q.alpha) THEN 0\n    \
             WHEN q.copies = 0 OR s.odds < 4 THEN 1 WHEN FLOOR(SQRT(s.odds)) >= 3 THEN 3 ELSE 2 END",
        ),
        Fate::Repeats | Fate::Shares => (
            score(reduction),
            "CAST(FLOOR(q.scale * s.score) AS INTEGER)\n    + CASE WHEN i.repeat_draw < q.scale * s.score - FLOOR(q.scale * s.score) \
             THEN 1 ELSE 0 END",
        ),
    };
    if ledger.perspectives() == 0 {
        return format!(
            "policy AS (\n  SELECT i.instance, 0 AS gone, {repeat} AS repeat\n  FROM instances i CROSS JOIN parameters q)"
        );
    }
    format!(
        "{scores},\npolicy AS (\n  SELECT i.instance, 0 AS gone, CASE WHEN s.instance IS NULL THEN q.no_entity_repeat ELSE\n    \
         {repeat} END AS repeat\n  FROM instances i CROSS JOIN parameters q LEFT JOIN scored s ON s.instance = i.instance)"
    )
}

const HELD: &str = "FROM entities e JOIN probabilities p ON p.perspective = e.perspective AND p.entity = e.entity";
const LENGTH_NORMALISED: &str = "CASE WHEN MAX(p.probability) >= 1 THEN 1 ELSE \
    1 - EXP(SUM(CASE WHEN p.probability < 1 THEN LN(1 - p.probability) ELSE 0 END) / COUNT(*)) END";
const ANY: &str = "CASE WHEN MAX(p.probability) >= 1 THEN 1 ELSE \
    1 - EXP(SUM(CASE WHEN p.probability < 1 THEN LN(1 - p.probability) ELSE 0 END)) END";

/// Which perspectives vote for an instance.
fn votes(reduction: Reduction) -> String {
    let voters = match reduction {
        Reduction::Any | Reduction::Largest | Reduction::Product => format!(
            "voters AS (\n  SELECT e.instance, e.perspective, MAX(p.odds) AS odds,\n    \
             MAX(CASE WHEN e.draw < p.probability THEN 1 ELSE 0 END) AS voted\n  {HELD}\n  GROUP BY e.instance, e.perspective)"
        ),
        Reduction::Mean | Reduction::LengthNormalised => {
            let score = if reduction == Reduction::Mean { "AVG(p.probability)" } else { LENGTH_NORMALISED };
            format!(
                "chances AS (\n  SELECT e.instance, e.perspective, MAX(p.odds) AS odds,\n    {score} AS chance\n  {HELD}\n  \
                 GROUP BY e.instance, e.perspective),\nvoters AS (\n  SELECT c.instance, c.perspective, c.odds, \
                 CASE WHEN d.draw < c.chance THEN 1 ELSE 0 END AS voted\n  FROM chances c JOIN perspectives d \
                 ON d.instance = c.instance AND d.perspective = c.perspective)"
            )
        }
    };
    format!(
        "{voters},\nscored AS (\n  SELECT instance, SUM(voted) AS votes, MAX(odds) AS odds FROM voters GROUP BY instance)"
    )
}

/// The largest score of an instance.
fn score(reduction: Reduction) -> String {
    let score = match reduction {
        Reduction::Largest => "MAX(p.probability)",
        Reduction::Mean => "AVG(p.probability)",
        Reduction::LengthNormalised => LENGTH_NORMALISED,
        Reduction::Any => ANY,
        Reduction::Product => {
            "CASE WHEN EXP(SUM(p.probability)) < MAX(l.score_limit) THEN EXP(SUM(p.probability)) ELSE MAX(l.score_limit) END"
        }
    };
    format!(
        "scores AS (\n  SELECT e.instance, e.perspective, {score} AS score\n  {HELD}\n  CROSS JOIN parameters l\n  \
         GROUP BY e.instance, e.perspective),\nscored AS (\n  SELECT instance, MAX(score) AS score FROM scores GROUP BY instance)"
    )
}

/// What one override makes of what stands before it.
fn overridden(place: usize, before: &str, action: OverrideAction) -> String {
    let (gone, repeat) = match action {
        OverrideAction::Exclude => ("1", "0"),
        OverrideAction::Pin => ("b.gone", "CASE WHEN b.repeat < 1 THEN 1 ELSE b.repeat END"),
        OverrideAction::Cap(_) => ("b.gone", "CASE WHEN d.draw < o.cut THEN b.repeat ELSE 0 END"),
        OverrideAction::Floor(_) => ("b.gone", FLOORED),
    };
    format!(
        "override_{place} AS (\n  SELECT b.instance, CASE WHEN d.instance IS NULL THEN b.gone ELSE {gone} END AS gone,\n    \
         CASE WHEN d.instance IS NULL OR b.gone = 1 THEN b.repeat ELSE\n    {repeat} END AS repeat\n  FROM {before} b\n  \
         LEFT JOIN override_draws d ON d.instance = b.instance AND d.place = {place}\n  \
         LEFT JOIN overrides o ON o.place = d.place)"
    )
}

/// What comes back is written once; then all are repeated, rounded by a draw.
const FLOORED: &str =
    "CAST(FLOOR((CASE WHEN b.repeat < 1 AND d.draw < o.cut THEN 1 ELSE b.repeat END) * o.times) AS INTEGER)
    + CASE WHEN d.refill_draw < o.up AND (CASE WHEN b.repeat < 1 AND d.draw < o.cut THEN 1 ELSE b.repeat END) * o.times
      > FLOOR((CASE WHEN b.repeat < 1 AND d.draw < o.cut THEN 1 ELSE b.repeat END) * o.times) THEN 1 ELSE 0 END";
