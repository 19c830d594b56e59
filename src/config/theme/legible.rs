//! Keeps text apart from what it is drawn on, and the selection from the screen, where a terminal shows so few colours that two of
//! a theme become one.
//!
//! Invariant: a ground from which all text is apart is left as it is; text keeps its colours.

use ratatui::style::{Color, Modifier, Style};

use super::{ColorSupport, Role, color};

/// The roles whose grounds lie under text of other roles.
const GROUNDS: [Role; 4] = [Role::Background, Role::Overlay, Role::Selection, Role::SelectionIdle];
/// The least contrast of two of the sixteen colours that are told apart, by xterm's values: other terminals have others.
const LEAST: f64 = 1.5;

/// Gives grounds that some text would vanish on, and a selection that would not be seen, another colour; without one that does, the line is drawn reversed.
pub(super) fn separate(styles: &mut [Style], written: &[Style], support: ColorSupport) {
    if !matches!(support, ColorSupport::Ansi16 | ColorSupport::Ansi256) {
        return;
    }
    for role in GROUNDS {
        let place = role as usize;
        let inks = inks_on(role, styles);
        let is_clear = |ground: Color| inks.iter().all(|&ink| is_apart(ink, ground, support));
        let (Some(ground), Some(meant)) = (styles[place].bg, written[place].bg) else { continue };
        let under = (role != Role::Background).then(|| screen_under(styles));
        let is_lost = role == Role::Selection && Some(ground) == under;
        if is_clear(ground) && !is_lost {
            continue;
        }
        let found = nearest(meant, support, |other| is_clear(other) && under.is_none_or(|under| other != under));
        styles[place].bg = found;
        if found.is_none() {
            styles[place] = styles[place].add_modifier(Modifier::REVERSED);
        }
    }
}

/// The colours of the text that is seen on a ground: a selection's own, where it has one, else those of all roles without a ground.
fn inks_on(role: Role, styles: &[Style]) -> Vec<Color> {
    let own = styles[role as usize].fg.filter(|_| matches!(role, Role::Selection | Role::SelectionIdle));
    let all = styles.iter().filter(|style| style.bg.is_none()).filter_map(|style| style.fg);
    own.map_or_else(|| all.collect(), |own| vec![own])
}

fn is_apart(ink: Color, ground: Color, support: ColorSupport) -> bool {
    ink != ground && (support != ColorSupport::Ansi16 || color::contrast(ink, ground) >= LEAST)
}

/// What the screen's ground is: the theme's, else black under light text and white under dark.
fn screen_under(styles: &[Style]) -> Color {
    let text = styles[Role::Text as usize].fg.unwrap_or(Color::Reset);
    let is_light = color::contrast(text, Color::Black) > color::contrast(text, Color::White);
    styles[Role::Background as usize].bg.unwrap_or(if is_light { Color::Black } else { Color::White })
}

/// The nearest ground to a colour among those that will do.
fn nearest(meant: Color, support: ColorSupport, will_do: impl Fn(Color) -> bool) -> Option<Color> {
    let meant = color::rgb(meant)?;
    let all: Vec<Color> = match support {
        ColorSupport::Ansi16 => color::grounds().collect(),
        _ => (16..=255).map(Color::Indexed).collect(),
    };
    let distance = |ground: &Color| color::rgb(*ground).map_or(i64::MAX, |rgb| color::distance(meant, rgb));
    all.into_iter().filter(|&ground| will_do(ground)).min_by_key(distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::theme::Themes;

    #[test]
    fn no_text_has_the_colour_of_its_ground_in_any_theme_with_any_number_of_colours() {
        for support in [ColorSupport::None, ColorSupport::Ansi16, ColorSupport::Ansi256, ColorSupport::TrueColor] {
            let themes = Themes::new(None, support);
            for name in themes.names() {
                let (theme, warnings) = themes.load(&name);
                assert_eq!(warnings, Vec::<String>::new());
                let styles: Vec<Style> = Role::ALL.iter().map(|role| theme.style(*role)).collect();
                for role in GROUNDS {
                    let Some(ground) = styles[role as usize].bg else { continue };
                    for ink in inks_on(role, &styles) {
                        assert!(is_apart(ink, ground, support), "{name}, {support:?}: {ink:?} on {role:?} {ground:?}");
                    }
                }
                for (role, style) in Role::ALL.iter().zip(&styles).filter(|(_, style)| style.bg.is_some()) {
                    assert_ne!(style.fg, style.bg, "{name}, {support:?}: {role:?}");
                }
            }
        }
    }

    #[test]
    fn a_selection_stays_seen_with_sixteen_colours() {
        for name in ["dark", "light", "colour-blind", "ember", "tide"] {
            let (theme, _) = Themes::new(None, ColorSupport::Ansi16).load(name);
            let (selection, screen) = (theme.style(Role::Selection), theme.style(Role::Background).bg);
            assert!(selection.bg.is_some() && selection.bg != screen, "{name}: {selection:?}");
        }
    }
}
