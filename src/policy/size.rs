//! Finds the scale of thresholds at which a policy keeps a wanted volume.
//!
//! Scaling all thresholds alike keeps their proportions and every promise of the policy (what is rare stays sure), which scaling α
//! would not: α drops the rare and the frequent alike.
//!
//! Invariant: the volume never falls when the scale rises; a size that no scale reaches gives the nearest end.

/// How far from 1 a scale may be: 2⁴⁰ either way.
const FURTHEST: f64 = 27.7;

/// The scale at which `volume` is about `size`, sought from `start` in steps of the logarithm `step`.
///
/// # Errors
/// Those of `volume`.
pub fn solve<E>(
    (size, tolerance): (f64, f64),
    (start, step): (f64, f64),
    mut volume: impl FnMut(f64) -> Result<f64, E>,
) -> Result<f64, E> {
    let mut miss = |log: f64| volume(log.exp()).map(|volume| volume - size);
    let mut near = (start.ln(), miss(start.ln())?);
    if near.1.abs() <= tolerance {
        return Ok(start);
    }
    // Away from the near end until the wanted size lies between.
    let direction = if near.1 < 0.0 { step } else { -step };
    let mut reach = direction;
    let mut far = near;
    while far.1 * near.1 > 0.0 {
        near = far;
        let log = (far.0 + reach).clamp(-FURTHEST, FURTHEST);
        if (log - far.0).abs() < 1e-12 {
            return Ok(log.exp());
        }
        far = (log, miss(log)?);
        reach *= 2.0;
    }
    let narrow = tolerance / size.max(f64::MIN_POSITIVE) / 10.0;
    // Regula falsi, Illinois variant: the end that stays counts half.
    for _ in 0..60 {
        let between = far.0 - far.1 * (near.0 - far.0) / (near.1 - far.1);
        let missed = miss(between)?;
        // A volume that leaps has no scale that meets it: what is left between the ends is the leap.
        if missed.abs() <= tolerance || (near.0 - far.0).abs() < narrow {
            return Ok(between.exp());
        }
        if missed * far.1 < 0.0 {
            near = far;
        } else {
            near.1 /= 2.0;
        }
        far = (between, missed);
    }
    Ok(far.0.exp())
}
