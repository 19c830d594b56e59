//! Things one row high: micro bars, sparklines, progress bars, slider tracks.
//!
//! Invariant: each takes exactly the width that it is given.

use std::time::Duration;

use crate::number;

const EIGHTHS_UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS_RIGHT: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// One column a value, as high as its share of the greatest; nothing for 0.
pub fn sparkline(values: &[f64]) -> String {
    let top = values.iter().copied().fold(0.0, f64::max);
    values.iter().map(|&value| eighth(if top > 0.0 { value / top } else { 0.0 })).collect()
}

/// One character, as high as a share; nothing for 0.
pub fn eighth(share: f64) -> char {
    if share <= 0.0 || !share.is_finite() {
        return ' ';
    }
    let step = (share.min(1.0) * 8.0).ceil() as usize;
    EIGHTHS_UP.get(step.saturating_sub(1)).copied().unwrap_or('█')
}

/// A horizontal bar over `cells` cells, in eighths; a share that is not 0 is never invisible.
pub fn horizontal(share: f64, cells: u16) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * f64::from(cells) * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS_RIGHT.get(eighths % 8).copied().unwrap_or(' '));
    }
    super::text::left(&bar, cells)
}

/// A slider's track over `cells` cells with its knob at `fraction`: `├────●────┤`.
pub fn slider(fraction: f64, cells: u16) -> String {
    let Some(last) = usize::from(cells).checked_sub(1) else { return String::new() };
    let knob = (fraction.clamp(0.0, 1.0) * last as f64).round() as usize;
    (0..=last)
        .map(|cell| match cell {
            cell if cell == knob => '●',
            0 => '├',
            cell if cell == last => '┤',
            _ => '─',
        })
        .collect()
}

/// What is told beside a progress bar: `41 % · 12,400 a second · 1 min 20 s left`, as far as it is known.
pub fn pace((done, total): (u64, u64), rate: f64, remaining: Option<Duration>) -> String {
    let mut parts = Vec::new();
    if total > 0 {
        parts.push(number::rounded_share(done.min(total) as f64 / total as f64));
    }
    if (1.0..10.0).contains(&rate) {
        parts.push(format!("{rate:.1} a second"));
    } else if rate >= 10.0 {
        parts.push(format!("{} a second", number::count(rate.round() as u64)));
    } else if rate > 0.0 {
        parts.push(format!("{:.1} s each", 1.0 / rate));
    }
    if let Some(remaining) = remaining {
        parts.push(format!("{} left", duration(remaining)));
    }
    parts.join(" · ")
}

/// A time in its two greatest units: `8 s`, `1 min 20 s`, `2 h 5 min`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_take_their_width() {
        assert_eq!([horizontal(0.5, 4), horizontal(0.0, 3), horizontal(1e-9, 3)], ["██  ", "   ", "▏  "]);
        assert_eq!([slider(0.0, 5), slider(0.5, 5), slider(1.0, 5)], ["●───┤", "├─●─┤", "├───●"]);
        assert_eq!([slider(0.3, 0), slider(0.3, 1)], ["", "●"]);
        assert_eq!(sparkline(&[8.0, 4.0, 0.1, 0.0]), "█▄▁ ");
    }

    #[test]
    fn pace_tells_what_is_known() {
        let minute = Duration::from_secs(80);
        assert_eq!(pace((41, 100), 12_400.0, Some(minute)), "41 % · 12,400 a second · 1 min 20 s left");
        assert_eq!(pace((41, 0), 0.0, None), "");
        assert_eq!(pace((1, 0), 0.25, None), "4.0 s each");
    }
}
