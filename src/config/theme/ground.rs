//! What the environment says of the terminal's ground, for terminals that do not answer when they are asked.
//!
//! Invariant: says nothing rather than guess.

/// Whether the ground is light by the value of `COLORFGBG`, such as `15;0` or `0;default;15`: the last field is the ground's number
/// among the sixteen colours. `None` where it names no such number.
#[must_use]
pub fn is_light_by(colorfgbg: &str) -> Option<bool> {
    match colorfgbg.rsplit(';').next()?.trim().parse::<u8>().ok()? {
        7 | 9..=15 => Some(true),
        0..=6 | 8 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_field_is_the_ground() {
        for (value, expected) in [
            ("15;0", Some(false)),
            ("0;15", Some(true)),
            ("0;default;15", Some(true)),
            ("12;8", Some(false)),
            ("0;7", Some(true)),
            ("15;default", None),
            ("0;99", None),
            ("", None),
        ] {
            assert_eq!(is_light_by(value), expected, "{value:?}");
        }
    }
}
