//! One axis of a chart: values to dots and back, and the labels beside it.
//!
//! Invariant: positions never leave the axis, whatever the value; an axis without extent puts everything at its start.

/// How values spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps for equal differences.
    Linear,
    /// Equal steps for equal ratios; values are at least 1.
    Log,
}

/// A range of values over a number of dots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    dots: u16,
}

/// A label and the dot that it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Dots from the start of the axis.
    pub dot: u16,
    /// The value.
    pub value: f64,
}

impl Axis {
    /// An axis from `low` to `high` over `dots` dots.
    pub fn new(scale: Scale, (low, high): (f64, f64), dots: u16) -> Self {
        let low = if scale == Scale::Log { low.max(1.0) } else { low };
        Self { scale, low, high: high.max(low), dots: dots.max(1) }
    }

    /// The value at the first dot.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The value at the last dot.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// How values spread.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The greatest dot.
    pub fn last(&self) -> u16 {
        self.dots - 1
    }

    /// The dot of a value, kept on the axis.
    pub fn dot(&self, value: f64) -> u16 {
        (self.share(value) * f64::from(self.last())).round() as u16
    }

    /// The value at a dot.
    pub fn value(&self, dot: f64) -> f64 {
        let share = if self.dots > 1 { (dot / f64::from(self.last())).clamp(0.0, 1.0) } else { 0.0 };
        let (low, high) = (self.forward(self.low), self.forward(self.high));
        match self.scale {
            Scale::Linear => low + share * (high - low),
            Scale::Log => 10_f64.powf(low + share * (high - low)),
        }
    }

    /// Labels at least `apart` dots from each other: powers of ten on a logarithmic axis, with 2 and 5 where it is short.
    pub fn ticks(&self, apart: u16) -> Vec<Tick> {
        let values = match self.scale {
            Scale::Log => self.decades(apart),
            Scale::Linear => self.round_steps(apart),
        };
        let mut ticks: Vec<Tick> = Vec::new();
        for value in values {
            let dot = self.dot(value);
            if ticks.last().is_none_or(|tick| dot >= tick.dot + apart) {
                ticks.push(Tick { dot, value });
            }
        }
        ticks
    }

    fn decades(&self, apart: u16) -> Vec<f64> {
        let (from, to) = (self.low.log10().floor() as i32, self.high.log10().floor() as i32);
        let spacing = f64::from(self.dots) / (self.high.log10() - self.low.log10()).max(1e-9);
        let step = (f64::from(apart) / spacing).ceil().max(1.0) as usize;
        let steps: &[f64] = if to - from < 1 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        (from..=to)
            .step_by(step)
            .flat_map(|power| steps.iter().map(move |factor| factor * 10_f64.powi(power)))
            .filter(|&value| value >= self.low && value <= self.high)
            .collect()
    }

    fn round_steps(&self, apart: u16) -> Vec<f64> {
        let span = self.high - self.low;
        if span <= 0.0 {
            return vec![self.low];
        }
        let most = f64::from((self.dots / apart.max(1)).max(1));
        let rough = span / most;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(span);
        (0..=(span / step + 1e-9) as u32).map(|count| self.low + step * f64::from(count)).collect()
    }

    fn share(&self, value: f64) -> f64 {
        let (low, high) = (self.forward(self.low), self.forward(self.high));
        let span = high - low;
        if span > 0.0 { ((self.forward(value) - low) / span).clamp(0.0, 1.0) } else { 0.0 }
    }

    fn forward(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value,
            Scale::Log => value.max(1.0).log10(),
        }
    }
}

/// A power of ten as `10⁴`.
pub fn power_of_ten(value: f64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let power = value.max(1.0).log10().round() as usize;
    power.to_string().bytes().fold(String::from("10"), |mut label, digit| {
        label.push(DIGITS.get(usize::from(digit - b'0')).copied().unwrap_or('?'));
        label
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_axis_is_its_own_inverse() {
        let axis = Axis::new(Scale::Log, (1.0, 1_000_000.0), 181);
        for dot in 0..181 {
            assert_eq!(axis.dot(axis.value(f64::from(dot))), dot);
        }
        let ticks: Vec<_> = axis.ticks(8).iter().map(|tick| (tick.dot, tick.value.round() as u64)).collect();
        assert_eq!(ticks, [(0, 1), (30, 10), (60, 100), (90, 1_000), (120, 10_000), (150, 100_000), (180, 1_000_000)]);
    }

    #[test]
    fn an_axis_without_extent_stays_at_its_start() {
        for scale in [Scale::Linear, Scale::Log] {
            let axis = Axis::new(scale, (5.0, 5.0), 40);
            assert_eq!((axis.dot(5.0), axis.dot(50.0)), (0, 0));
            assert!((axis.value(39.0) - 5.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_short_logarithmic_axis_has_twos_and_fives() {
        let values: Vec<_> =
            Axis::new(Scale::Log, (1.0, 9.0), 60).ticks(6).iter().map(|tick| tick.value as u64).collect();
        assert_eq!(values, [1, 2, 5]);
    }

    #[test]
    fn powers_are_raised() {
        assert_eq!([1.0, 10.0, 1e12].map(power_of_ten), ["10⁰", "10¹", "10¹²"]);
    }
}
