//! The values that a parameter can take, and where they stand on a slider.
//!
//! Invariant: a value that comes from here is within the range, and whole where only whole numbers are.

/// How a slider's positions map to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps.
    Linear,
    /// Equal steps of a hundredth each, whatever the ends are.
    Share,
    /// Equal ratios.
    Logarithmic,
}

/// The values that a parameter can take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// How positions map to values.
    pub scale: Scale,
    /// Only whole numbers.
    pub whole: bool,
}

impl Range {
    pub(super) const fn whole(low: f64, high: f64, scale: Scale) -> Self {
        Self { low, high, scale, whole: true }
    }

    pub(super) const fn share(low: f64) -> Self {
        Self { low, high: 1.0, scale: Scale::Share, whole: false }
    }

    /// The nearest value that the parameter can take.
    #[must_use]
    pub fn clamped(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.low } else { value };
        let value = if self.whole { value.round() } else { value };
        value.clamp(self.low, self.high.max(self.low))
    }

    /// Where a value stands on the slider, 0 to 1.
    #[must_use]
    pub fn position(&self, value: f64) -> f64 {
        let (low, high, value) =
            (self.on_scale(self.low), self.on_scale(self.high), self.on_scale(self.clamped(value)));
        if high > low { (value - low) / (high - low) } else { 0.0 }
    }

    /// The value at a place of the slider, 0 to 1.
    #[must_use]
    pub fn value_at(&self, position: f64) -> f64 {
        if position <= 0.0 || position >= 1.0 {
            // The ends exactly, not by way of a logarithm.
            return self.clamped(if position <= 0.0 { self.low } else { self.high });
        }
        let (low, high) = (self.on_scale(self.low), self.on_scale(self.high));
        let value = low + position * (high - low);
        self.clamped(if self.scale == Scale::Logarithmic { value.exp() } else { value })
    }

    /// The value `steps` hundredths of the slider away, at least 1 away for whole numbers. A value outside the range goes to its
    /// nearest end, or stays where that would be the wrong way.
    #[must_use]
    pub fn stepped(&self, value: f64, steps: i32) -> f64 {
        if value < self.low || value > self.high {
            let inward = (value < self.low) == (steps > 0) && steps != 0;
            return if inward { self.clamped(value) } else { value };
        }
        let moved = self.value_at(self.position(value) + f64::from(steps) / 100.0);
        let moved = match (self.whole, self.scale) {
            (true, _) => moved,
            (false, Scale::Share) => ((value * 100.0).round() + f64::from(steps)) / 100.0,
            (false, _) => rounded(moved),
        };
        let stuck = self.whole && (moved - self.clamped(value)).abs() < 0.5 && steps != 0;
        self.clamped(if stuck { value + f64::from(steps.signum()) } else { moved })
    }

    fn on_scale(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Share => value,
            Scale::Logarithmic => value.max(f64::MIN_POSITIVE).ln(),
        }
    }
}

/// Four significant digits, so that a stepped value reads well in the recipe.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return value;
    }
    let unit = 10_f64.powf(3.0 - value.abs().log10().floor());
    let nines = 1.0 - value;
    if nines > 0.0 && nines < 0.01 { 1.0 - rounded(nines) } else { (value * unit).round() / unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_never_goes_the_other_way() {
        let cap = Range::whole(1.0, 300.0, Scale::Logarithmic);
        for (value, steps, reached) in
            [(20_000.0, 1, 20_000.0), (20_000.0, -1, 300.0), (300.0, 1, 300.0), (300.0, -1, 283.0), (0.0, 10, 1.0)]
        {
            assert!((cap.stepped(value, steps) - reached).abs() < 1e-9, "{value} by {steps}");
        }
        let temperature = Range { low: 1.0, high: 100.0, scale: Scale::Logarithmic, whole: false };
        assert_eq!((temperature.stepped(0.5, -1), temperature.stepped(0.5, 1)), (0.5, 1.0));
    }
}
