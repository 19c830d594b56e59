//! kitty's graphics protocol: a picture is sent as text that no other terminal shows, in pieces, and fitted into cells.
//!
//! Source: "Terminal graphics protocol", <https://sw.kovidgoyal.net/kitty/graphics-protocol/>.
//!
//! Invariant: one picture at a time, always of the same number; the terminal is asked for no answer.

use std::io::{Result, Write};

use crate::ui::widget::picture::{Pixels, share};

/// Removes every picture, and its data.
pub(super) const REMOVE: &[u8] = b"\x1b_Ga=d,d=A,q=2\x1b\\";
/// The most base64 characters of a piece.
const PIECE: usize = 4096;
/// The digits of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Lays a picture over so many columns and rows from the cursor on; the cursor stays.
pub(super) fn lay(out: &mut impl Write, picture: Pixels<'_>, (columns, rows): (u16, u16)) -> Result<()> {
    let data = base64(picture.rgba);
    let pieces = data.chunks(PIECE);
    let last = pieces.len().saturating_sub(1);
    for (number, piece) in pieces.enumerate() {
        out.write_all(b"\x1b_G")?;
        if number == 0 {
            let (width, height) = (picture.width, picture.height);
            write!(out, "a=T,f=32,s={width},v={height},i=1,p=1,c={columns},r={rows},C=1,q=2,")?;
        }
        write!(out, "m={};", u8::from(number < last))?;
        out.write_all(piece)?;
        out.write_all(b"\x1b\\")?;
    }
    Ok(())
}

/// A picture that is larger than what it covers, reduced to that: what the terminal would throw away is not sent.
pub(super) fn reduced(picture: Pixels<'_>, (width, height): (u32, u32)) -> Vec<u8> {
    let mut rgba = Vec::with_capacity((width * height * 4) as usize);
    for y in 0..height {
        for x in 0..width {
            let mean = picture.average(share(x, width, picture.width), share(y, height, picture.height));
            let [red, green, blue] = mean.unwrap_or_default();
            rgba.extend_from_slice(&[red, green, blue, if mean.is_some() { 255 } else { 0 }]);
        }
    }
    rgba
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { b'=' } else { digit });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text.as_bytes());
        }
        assert_eq!(base64(&[255, 239, 190]), b"/+++");
    }

    #[test]
    fn a_reduced_picture_keeps_its_colours() {
        let rgba = [[255, 0, 0, 255], [0, 0, 255, 255], [9, 9, 9, 0], [9, 9, 9, 0]].concat();
        let picture = Pixels { width: 4, height: 1, rgba: &rgba };
        assert_eq!(reduced(picture, (2, 1)), [127, 0, 127, 255, 0, 0, 0, 0]);
    }

    #[test]
    fn a_picture_is_sent_in_pieces_of_which_the_last_says_so() {
        let rgba = vec![7; 64 * 32 * 4];
        let picture = Pixels { width: 64, height: 32, rgba: &rgba };
        let mut out = Vec::new();
        lay(&mut out, picture, (20, 5)).unwrap();
        let text = String::from_utf8(out).unwrap();
        let pieces: Vec<&str> = text.split_terminator("\x1b\\").collect();
        assert_eq!(pieces.len(), (64 * 32 * 4_usize).div_ceil(3) * 4 / PIECE + 1);
        assert!(pieces[0].starts_with("\x1b_Ga=T,f=32,s=64,v=32,i=1,p=1,c=20,r=5,C=1,q=2,m=1;"));
        assert!(pieces[1].starts_with("\x1b_Gm=1;") && pieces[pieces.len() - 1].starts_with("\x1b_Gm=0;"));
        assert!(pieces.iter().all(|piece| piece.split_once(';').unwrap().1.len() <= PIECE));
    }
}
