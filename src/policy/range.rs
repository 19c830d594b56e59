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

    /// The value at a place of the slider, 0 to 1, with as few digits as the slider tells apart.
    #[must_use]
    pub fn value_at(&self, position: f64) -> f64 {
        if position <= 0.0 || position >= 1.0 {
            // The ends exactly, not by way of a logarithm.
            return self.clamped(if position <= 0.0 { self.low } else { self.high });
        }
        let (low, high) = (self.on_scale(self.low), self.on_scale(self.high));
        let value = low + position * (high - low);
        let value = if self.scale == Scale::Logarithmic { value.exp() } else { value };
        self.clamped(match self.scale {
            _ if self.whole => value,
            Scale::Share => (value * 100.0).round() / 100.0,
            Scale::Linear | Scale::Logarithmic => rounded(value),
        })
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
        let moved = match self.scale {
            Scale::Share => ((value * 100.0).round() + f64::from(steps)) / 100.0,
            Scale::Linear | Scale::Logarithmic => moved,
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

/// Four significant digits, of what is near 1 three of what it lacks, so that a value reads well in the recipe.
fn rounded(value: f64) -> f64 {
    let nines = 1.0 - value;
    if nines > 0.0 && nines < 0.01 {
        let places = 1e12;
        return ((1.0 - significant(nines, 3)) * places).round() / places;
    }
    significant(value, 4)
}

/// A value to so many significant digits.
fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 {
        return value;
    }
    // Divided by powers of ten that are whole, since those are exact.
    let places = digits - 1 - value.abs().log10().floor() as i32;
    let unit = 10_f64.powi(places.abs());
    if places < 0 { (value / unit).round() * unit } else { (value * unit).round() / unit }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the mouse can write: the values at every cell of tracks of every width.
    #[test]
    fn a_place_on_the_slider_has_a_value_of_few_digits() {
        let logarithmic = |low, high| Range { low, high, scale: Scale::Logarithmic, whole: false };
        let linear = |low, high| Range { low, high, scale: Scale::Linear, whole: false };
        for (range, most) in [
            (Range::share(0.01), 4),
            (Range::share(0.0), 4),
            (linear(0.01, 3.0), 7),
            (linear(0.9, 0.999_999), 8),
            (logarithmic(1.0, 100.0), 5),
            (logarithmic(0.1, 100.0), 6),
        ] {
            for cells in 2_i32..90 {
                for cell in 0..cells {
                    let value = range.value_at(f64::from(cell) / f64::from(cells - 1));
                    assert!(value.to_string().len() <= most, "{value} at {cell} of {cells} in {range:?}");
                    assert!((range.value_at(range.position(value)) - value).abs() < 1e-12, "{value} moves: {range:?}");
                }
            }
        }
    }

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
