//! Colours by name, index or hex digits, and the nearest one of a smaller set.
//!
//! Invariant: distances are taken in RGB weighted for the eye, so that results do not depend on a terminal's own palette.

use ratatui::style::Color;

/// The sixteen named colours and the values that xterm gives them.
const NAMED: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("gray", Color::Gray, [229, 229, 229]),
    ("dark-gray", Color::DarkGray, [127, 127, 127]),
    ("light-red", Color::LightRed, [255, 0, 0]),
    ("light-green", Color::LightGreen, [0, 255, 0]),
    ("light-yellow", Color::LightYellow, [255, 255, 0]),
    ("light-blue", Color::LightBlue, [92, 92, 255]),
    ("light-magenta", Color::LightMagenta, [255, 0, 255]),
    ("light-cyan", Color::LightCyan, [0, 255, 255]),
    ("white", Color::White, [255, 255, 255]),
];

/// A colour as a theme file writes it: a name, "default", an index below 256, or `#rrggbb`.
pub(super) fn parse(text: &str) -> Option<Color> {
    if text == "default" {
        return Some(Color::Reset);
    }
    if let Some(digits) = text.strip_prefix('#') {
        let all_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = all_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()?;
        return Some(Color::from_u32(value));
    }
    let named = NAMED.iter().find(|(name, ..)| *name == text).map(|(_, color, _)| *color);
    named.or_else(|| text.parse().ok().map(Color::Indexed))
}

/// The names that [`parse`] knows.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NAMED.iter().map(|(name, ..)| *name).chain(["default"])
}

/// The RGB value of an indexed colour.
pub(super) fn indexed_rgb(index: u8) -> [u8; 3] {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..16 => NAMED[usize::from(index)].2,
        16..232 => [level((index - 16) / 36), level((index - 16) / 6 % 6), level((index - 16) % 6)],
        232.. => [8 + 10 * (index - 232); 3],
    }
}

/// The nearest of the 240 indexed colours that no terminal redefines.
pub(super) fn nearest_indexed(rgb: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|index| distance(rgb, indexed_rgb(*index))).unwrap_or(16)
}

/// The nearest of the sixteen named colours.
pub(super) fn nearest_named(rgb: [u8; 3]) -> Color {
    NAMED.iter().min_by_key(|(.., value)| distance(rgb, *value)).map_or(Color::Reset, |(_, color, _)| *color)
}

/// The named colours that every terminal has as a ground: the first eight.
pub(super) fn grounds() -> impl Iterator<Item = Color> {
    NAMED.iter().take(8).map(|(_, color, _)| *color)
}

/// The RGB value of a colour; none of the terminal's own.
pub(super) fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(index) => Some(indexed_rgb(index)),
        named => NAMED.iter().find(|(_, known, _)| *known == named).map(|(.., value)| *value),
    }
}

/// The contrast of two colours, 1 to 21, as WCAG 2.1 defines it; that of the terminal's own colours is not known and taken as 21.
pub(super) fn contrast(one: Color, other: Color) -> f64 {
    let (Some(one), Some(other)) = (rgb(one), rgb(other)) else { return 21.0 };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance by WCAG 2.1, 0 to 1.
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

/// Squared distance, weighted by the "redmean" approximation of how the eye sees differences.
pub(super) fn distance(a: [u8; 3], b: [u8; 3]) -> i64 {
    let mean = i64::midpoint(i64::from(a[0]), i64::from(b[0]));
    let square = |channel: usize| (i64::from(a[channel]) - i64::from(b[channel])).pow(2);
    (512 + mean) * square(0) / 256 + 4 * square(1) + (767 - mean) * square(2) / 256
}
