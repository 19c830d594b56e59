//! What `fantail preview` writes for people.
//!
//! Invariant: plain text without colour or control signs.

use std::io::{Result, Write};

use super::report::{OutcomeReport, PreviewReport};
use crate::number::{count, measure, relative_change, share};
use crate::preview::Measures;

/// Writes the report.
pub(super) fn write(report: &PreviewReport, out: &mut dyn Write) -> Result<()> {
    let instances = &report.instances;
    let (before, after) = (instances.before, instances.after.round() as u64);
    let change = relative_change(before as f64, instances.after);
    writeln!(out, "{} · {} → {} instances ({change})", report.policy, count(before), count(after))?;
    let kept = count(instances.kept.round() as u64);
    writeln!(out, "kept at least once: {kept} ± {} over seeds", measure(instances.kept_sd))?;
    for (perspective, missing) in &instances.no_entity {
        writeln!(out, "without any {perspective}: {}", count(*missing))?;
    }
    if let Some(scale) = report.size_scale {
        writeln!(out, "thresholds scaled by {} for the wanted size", measure(scale))?;
    }
    if let Some(target) = &report.target {
        let [before, after] = target.gap.map(share);
        let ended = if target.converged { "converged" } else { "not converged" };
        writeln!(
            out,
            "target of {}: {before} → {after} of occurrences elsewhere ({} sweeps, {ended})",
            target.perspective, target.sweeps
        )?;
        for (name, wanted, after) in target.furthest.iter().filter(|(_, wanted, after)| (wanted - after).abs() >= 0.5) {
            writeln!(out, "    {name}  wanted {}, got {}", measure(*wanted), measure(*after))?;
        }
    }
    for entry in &report.overrides {
        let (before, after) = (count(u64::from(entry.before)), measure(entry.after));
        writeln!(out, "override: {} of {}: {before} → {after}", entry.action, entry.entity)?;
    }
    for (perspective, outcome) in &report.perspectives {
        writeln!(out, "\n{perspective} (τ {})", count(u64::from(outcome.threshold)))?;
        write_measures(outcome, report.random_control.perspectives.get(perspective), out)?;
        write_moves("moves most", &outcome.moves_most, out)?;
        write_moves("tail entities that lose more than 20 %", &outcome.collateral, out)?;
        let unlisted = outcome.collateral_entities.saturating_sub(outcome.collateral.len() as u64);
        if unlisted > 0 {
            writeln!(out, "    and {} more", count(unlisted))?;
        }
    }
    report.synthesis.as_ref().map_or(Ok(()), |synthesis| crate::cli::synthesis::write(synthesis, out))
}

fn write_measures(outcome: &OutcomeReport, random: Option<&Measures>, out: &mut dyn Write) -> Result<()> {
    let random = random.copied().unwrap_or_default();
    let rows = [
        ("gini", outcome.gini.map(measure), measure(random.gini)),
        ("evenness", outcome.evenness.map(measure), measure(random.evenness)),
        ("effective entities", outcome.effective_entities.map(measure), measure(random.effective_entities)),
        ("tail's share", outcome.tail_occurrence_share.map(share), share(random.tail_occurrence_share)),
        ("KL to uniform", outcome.kl_uniform.map(measure), measure(random.kl_uniform)),
        ("JS to before", ["0".into(), measure(outcome.js)], measure(random.js)),
        ("entities lost", ["0".into(), measure(outcome.entities_lost)], measure(random.entities_lost)),
        ("mass lost", ["0 %".into(), share(outcome.mass_lost)], share(random.mass_lost)),
    ];
    writeln!(out, "  {:<20}{:>10}{:>10}{:>16}", "", "before", "after", "random control")?;
    for (name, [before, after], random) in rows {
        writeln!(out, "  {name:<20}{before:>10}{after:>10}{random:>16}")?;
    }
    Ok(())
}

fn write_moves(title: &str, moves: &[(String, u32, f64)], out: &mut dyn Write) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {title}")?;
    for (name, before, after) in moves {
        writeln!(out, "    {name}  {} → {}", count(u64::from(*before)), measure(*after))?;
    }
    Ok(())
}
