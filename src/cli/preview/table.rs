//! What `fantail preview` writes for people.
//!
//! Invariant: plain text without colour or control signs.

use std::io::{Result, Write};

use super::report::{OutcomeReport, PreviewReport, StageReport};
use super::target::TargetReport;
use crate::number::{count, counted, measure, relative_change, share};
use crate::preview::Measures;

/// Writes the report.
pub(super) fn write(report: &PreviewReport, out: &mut dyn Write) -> Result<()> {
    let instances = &report.instances;
    let (before, after) = (instances.before, instances.after.round() as u64);
    let change = relative_change(before as f64, instances.after.round());
    writeln!(out, "{} · {} → {} ({change})", report.policy, count(before), counted(after, "instance"))?;
    let kept = count(instances.kept.round() as u64);
    writeln!(out, "kept at least once: {kept} ± {} over seeds", measure(instances.kept_sd))?;
    let [full, effective] = instances.effective_sample_size.map(|size| count(size.round() as u64));
    let control = count(report.random_control.effective_sample_size.round() as u64);
    writeln!(out, "effective sample size: {full} → {effective} (random control {control})")?;
    for (perspective, missing) in &instances.no_entity {
        writeln!(out, "without any {perspective}: {}", count(*missing))?;
    }
    if let Some(scale) = report.size_scale {
        writeln!(out, "thresholds scaled by {} so that about the wanted size is expected", measure(scale))?;
    }
    report.target.as_ref().map_or(Ok(()), |target| write_target(target, out))?;
    for entry in &report.overrides {
        let (before, after) = (count(u64::from(entry.before)), measure(entry.after));
        writeln!(out, "override: {} of {}: {before} → {after}", entry.action, entry.entity)?;
    }
    for stage in &report.stages {
        write_stage(stage, out)?;
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

/// How near a fit came, and what is furthest from its target.
fn write_target(target: &TargetReport, out: &mut dyn Write) -> Result<()> {
    let [before, after] = target.gap.map(share);
    let ended = if target.converged { "converged" } else { "not converged" };
    writeln!(
        out,
        "target of {}: {before} → {after} of occurrences elsewhere ({}, {ended})",
        target.perspective,
        counted(u64::from(target.sweeps), "sweep")
    )?;
    if target.lowered >= 0.001 {
        let lowered = share(target.lowered);
        writeln!(out, "    repeat_limit keeps {lowered} of the occurrences from where the target would have them")?;
    }
    for (name, wanted, after) in target.furthest.iter().filter(|(_, wanted, after)| (wanted - after).abs() >= 0.5) {
        writeln!(out, "    {name}  wanted {}, got {}", measure(*wanted), measure(*after))?;
    }
    Ok(())
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
        ("coverage", outcome.coverage.map(share), share(random.coverage)),
        ("SCUMBLE", outcome.scumble.map(measure), measure(random.scumble.unwrap_or(0.0))),
    ];
    writeln!(out, "  {:<20}{:>10}{:>10}{:>16}", "", "before", "after", "random control")?;
    for (name, [before, after], random) in rows {
        writeln!(out, "  {name:<20}{before:>10}{after:>10}{random:>16}")?;
    }
    Ok(())
}

/// "temperature=5: effective sample size 61,203 · object gini 0.41, tail's share 22 %".
fn write_stage(stage: &StageReport, out: &mut dyn Write) -> Result<()> {
    let [_, effective] = stage.instances.effective_sample_size;
    write!(out, "stage {}: effective sample size {}", stage.name, count(effective.round() as u64))?;
    for (perspective, outcome) in &stage.perspectives {
        let (gini, tail) = (measure(outcome.gini[1]), share(outcome.tail_occurrence_share[1]));
        write!(out, " · {perspective} gini {gini}, tail's share {tail}")?;
    }
    writeln!(out)
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
