//! Sixels: bands of six rows of pixels, a colour after the other.
//!
//! Source: VT330/VT340 Programmer Reference Manual, chapter 14.
//!
//! Invariant: pixels that are more than half transparent are left as they are; colours are those of a cube of six steps an edge,
//! between which an ordered pattern (Bayer 1973) mediates.

use std::io::{Result, Write};

use crate::ui::widget::picture::{Pixels, share};

/// Steps of red, green and blue.
const STEPS: u32 = 6;
/// Colours in all.
const COLOURS: usize = (STEPS * STEPS * STEPS) as usize;
/// Rows of a band.
const BAND: u32 = 6;
/// Thresholds of the ordered pattern, in sixteenths.
const PATTERN: [[u32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// Lays a picture over so many pixels across and down from the cursor on.
pub(super) fn lay(out: &mut impl Write, picture: Pixels<'_>, (width, height): (u32, u32)) -> Result<()> {
    write!(out, "\x1bP0;1;0q\"1;1;{width};{height}")?;
    for colour in 0..COLOURS as u32 {
        let percent = |step: u32| step * 100 / (STEPS - 1);
        let (red, green, blue) = (colour / STEPS / STEPS, colour / STEPS % STEPS, colour % STEPS);
        write!(out, "#{colour};2;{};{};{}", percent(red), percent(green), percent(blue))?;
    }
    for top in (0..height).step_by(BAND as usize) {
        if top > 0 {
            out.write_all(b"-")?;
        }
        lay_band(out, &band(picture, (width, height), top))?;
    }
    out.write_all(b"\x1b\\")
}

/// For each column of a band and each of its rows the colour.
type Band = Vec<[Option<u8>; BAND as usize]>;

fn band(picture: Pixels<'_>, (width, height): (u32, u32), top: u32) -> Band {
    let column = |x: u32| {
        std::array::from_fn(|row| {
            let y = top + row as u32;
            let columns = share(x, width, picture.width);
            (y < height).then(|| picture.average(columns, share(y, height, picture.height))).flatten().map(|mean| {
                let threshold = PATTERN[(y % 4) as usize][(x % 4) as usize];
                let step = |value: u32| (value * (STEPS - 1) * 16 + threshold * 255 + 127) / (255 * 16);
                let [red, green, blue] = mean.map(|value| step(u32::from(value)).min(STEPS - 1));
                ((red * STEPS + green) * STEPS + blue) as u8
            })
        })
    };
    (0..width).map(column).collect()
}

/// Writes a band: for each colour in it a row of characters, of which runs are counted.
fn lay_band(out: &mut impl Write, band: &Band) -> Result<()> {
    let mut there = [false; COLOURS];
    band.iter().flatten().flatten().for_each(|colour| there[usize::from(*colour)] = true);
    for colour in (0..COLOURS).filter(|colour| there[*colour]) {
        write!(out, "#{colour}")?;
        let bits = |column: &[Option<u8>; BAND as usize]| {
            let rows = column.iter().enumerate().filter(|(_, of)| of.is_some_and(|of| usize::from(of) == colour));
            rows.fold(0_u8, |bits, (row, _)| bits | 1 << row)
        };
        for run in band.iter().map(bits).collect::<Vec<_>>().chunk_by(|one, other| one == other) {
            let symbol = char::from(b'?' + run[0]);
            match run.len() {
                length @ 1..=3 => (0..length).try_for_each(|_| write!(out, "{symbol}"))?,
                length => write!(out, "!{length}{symbol}")?,
            }
        }
        // Back to the band's start, for the next colour.
        out.write_all(b"$")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(rgba: &[u8], size: (u32, u32)) -> String {
        let mut out = Vec::new();
        lay(&mut out, Pixels { width: size.0, height: size.1, rgba }, size).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_band_holds_six_rows_and_runs_are_counted() {
        let red = [255, 0, 0, 255].repeat(8 * 6);
        let text = laid(&red, (8, 6));
        assert!(text.starts_with("\x1bP0;1;0q\"1;1;8;6#0;2;0;0;0#1;2;0;0;20"), "{text}");
        assert!(text.ends_with("#215;2;100;100;100#180!8~$\x1b\\"), "{text}");
    }

    #[test]
    fn what_is_transparent_is_left_out_and_the_last_band_may_be_short() {
        let mut rgba = [0, 0, 255, 255].repeat(7);
        rgba[3] = 0;
        // All rows but the first, then one row alone.
        assert!(laid(&rgba, (1, 7)).ends_with("#5}$-#5@$\x1b\\"));
    }

    #[test]
    fn a_colour_between_two_steps_is_made_of_both() {
        let band = band(Pixels { width: 1, height: 1, rgba: &[25, 25, 25, 255] }, (16, 6), 0);
        let bright = band.iter().flatten().flatten().filter(|colour| **colour != 0).count();
        assert!((30..=66).contains(&bright), "{bright} of 96");
    }
}
