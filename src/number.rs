//! How numbers are written for people: thousands separators, units, few digits.
//!
//! Invariant: never "-0", never a zero that hides a small number, never more than three significant digits in a share;
//! machine-readable output does not come from here.

/// A whole number with thousands separators: `665,298`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of something: `1 record`, `1,204 records`, `0 entities`; `one` is the English noun for one of them.
#[must_use]
pub fn counted(value: u64, one: &str) -> String {
    format!("{} {}", count(value), noun(value, one))
}

/// The form of an English noun, or of a phrase that ends in one, that goes with a number: `record`, `tail entities`, `indexes`.
#[must_use]
pub fn noun(value: u64, one: &str) -> String {
    const ENDINGS_WITH_E: [&str; 5] = ["s", "x", "z", "ch", "sh"];
    let before_y = one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match before_y {
        _ if value == 1 => one.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None if ENDINGS_WITH_E.iter().any(|ending| one.ends_with(ending)) => format!("{one}es"),
        None => format!("{one}s"),
    }
}

/// A change with its sign: `+1,204`, `−84,294`, `0`.
#[must_use]
pub fn change(value: i64) -> String {
    let size = count(value.unsigned_abs());
    match value {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("−{size}"),
    }
}

/// A share of a whole as a percentage with at most three significant digits: `98.7 %`, `3.14 %`, `0 %`, `100 %`.
///
/// What is not nothing never reads as nothing, and what is not all never reads as all: `<0.01 %`, `>99.9 %`.
#[must_use]
pub fn share(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        _ if !percent.is_finite() => "—".into(),
        _ if percent < 0.0 => format!("−{}", share(-part)),
        0.0 => "0 %".into(),
        _ if percent < 0.01 => "<0.01 %".into(),
        _ if percent < 9.995 => format!("{percent:.2} %"),
        _ if percent < 99.95 => format!("{percent:.1} %"),
        _ if percent < 100.0 => ">99.9 %".into(),
        _ => format!("{percent:.0} %"),
    }
}

/// A share in whole percents, for prose: `28 %`, `<1 %`, `>99 %`.
#[must_use]
pub fn rounded_share(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        _ if !percent.is_finite() => "—".into(),
        _ if percent < 0.0 => format!("−{}", rounded_share(-part)),
        0.0 => "0 %".into(),
        _ if percent < 1.0 => "<1 %".into(),
        _ if (99.5..100.0).contains(&percent) => ">99 %".into(),
        _ => format!("{percent:.0} %"),
    }
}

/// A relative change from `before` to `after`: `−12.7 %`, `+3.14 %`, `0 %`; `—` where there was nothing.
#[must_use]
pub fn relative_change(before: f64, after: f64) -> String {
    let change = (after - before) / before;
    match change {
        _ if !change.is_finite() => "—".into(),
        _ if change > 0.0 => format!("+{}", share(change)),
        _ => share(change),
    }
}

/// A measure with at most three significant digits below a thousand and whole numbers above: `0.612`, `1.08`, `41,233`.
#[must_use]
pub fn measure(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "—".into(),
        0.0 => "0".into(),
        _ if value < 0.0 => format!("−{}", measure(size)),
        _ if size < 0.0005 => "<0.001".into(),
        _ if size < 0.9995 => format!("{size:.3}"),
        _ if size < 9.995 => format!("{size:.2}"),
        _ if size < 99.95 => format!("{size:.1}"),
        _ => count(size.round() as u64),
    }
}

/// A whole number in at most four characters, for axes and badges: `980`, `1k`, `1.2k`, `31M`.
#[must_use]
pub fn short(value: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    // The half of the last digit that is shown, so that 999,960 is 1M and not 1000k.
    let unit = UNITS.iter().find(|(unit, _)| value.saturating_add(unit / 2000) >= *unit);
    let Some(&(unit, letter)) = unit else { return value.to_string() };
    let tenths = (value as f64 * 10.0 / unit as f64).round() as u64;
    if tenths < 100 && !tenths.is_multiple_of(10) {
        return format!("{}.{}{letter}", tenths / 10, tenths % 10);
    }
    format!("{}{letter}", (value as f64 / unit as f64).round())
}

/// A size in binary units: `512 B`, `1.5 KiB`, `680 MiB`.
#[must_use]
pub fn bytes(value: u64) -> String {
    let mut size = value as f64;
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for larger in units {
        if size < 999.5 {
            break;
        }
        size /= 1024.0;
        unit = larger;
    }
    if unit == "B" || size >= 99.5 {
        return format!("{size:.0} {unit}");
    }
    format!("{size:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: Copy>(format: fn(T) -> String, cases: &[(T, &str)]) {
        for &(value, expected) in cases {
            assert_eq!(format(value), expected);
        }
    }

    #[test]
    fn whole_numbers_have_separators_and_signs() {
        written(count, &[(0, "0"), (999, "999"), (1_000, "1,000"), (665_298, "665,298"), (1_234_567, "1,234,567")]);
        written(change, &[(0, "0"), (1_204, "+1,204"), (-84_294, "−84,294")]);
    }

    #[test]
    fn one_is_one_and_the_others_are_many() {
        for (value, one, expected) in [
            (1, "record", "1 record"),
            (0, "record", "0 records"),
            (1_204, "record", "1,204 records"),
            (1, "tail entity", "1 tail entity"),
            (2, "tail entity", "2 tail entities"),
            (3, "key", "3 keys"),
            (2, "index", "2 indexes"),
        ] {
            assert_eq!(counted(value, one), expected);
        }
    }

    #[test]
    fn a_share_has_three_digits_and_never_hides_what_is_left() {
        written(
            share,
            &[
                (0.0, "0 %"),
                (-0.0, "0 %"),
                (1e-9, "<0.01 %"),
                (0.001_234, "0.12 %"),
                (0.031_4, "3.14 %"),
                (0.1, "10.0 %"),
                (0.987, "98.7 %"),
                (0.999_9, ">99.9 %"),
                (1.0, "100 %"),
                (2.5, "250 %"),
                (-0.127, "−12.7 %"),
                (f64::NAN, "—"),
            ],
        );
        written(rounded_share, &[(0.283, "28 %"), (0.004, "<1 %"), (0.999, ">99 %"), (1.0, "100 %"), (-0.0, "0 %")]);
    }

    #[test]
    fn a_change_says_its_direction() {
        assert_eq!(relative_change(665_298.0, 581_004.0), "−12.7 %");
        assert_eq!(relative_change(100.0, 103.14), "+3.14 %");
        assert_eq!(relative_change(5.0, 5.0), "0 %");
        assert_eq!(relative_change(0.0, 5.0), "—");
    }

    #[test]
    fn measures_keep_what_can_be_read() {
        written(
            measure,
            &[
                (0.0, "0"),
                (-0.0, "0"),
                (0.000_01, "<0.001"),
                (0.672, "0.672"),
                (0.999_9, "1.00"),
                (1.084, "1.08"),
                (26.64, "26.6"),
                (812.4, "812"),
                (41_233.4, "41,233"),
                (-0.5, "−0.500"),
                (f64::INFINITY, "—"),
            ],
        );
    }

    #[test]
    fn axes_have_room_for_four_characters() {
        written(
            short,
            &[
                (0, "0"),
                (999, "999"),
                (1_000, "1k"),
                (1_234, "1.2k"),
                (9_960, "10k"),
                (999_960, "1M"),
                (31_000_000, "31M"),
            ],
        );
        written(bytes, &[(512, "512 B"), (1_536, "1.5 KiB"), (713_031_680, "680 MiB"), (1_048_575, "1.0 MiB")]);
    }
}
