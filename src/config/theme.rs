//! Colours by role: a theme file in, a style for every role out.
//!
//! A theme is TOML: `inherits` names another theme, `[palette]` names colours, `[roles]` gives each dotted role a colour or a
//! table of `fg`, `bg`, `underline` and `modifiers`. A role that is not given takes its parent's style: `chart.head` → `chart` → `text`.
//!
//! Invariant: every role has a style; what a file has wrong is a warning beside the theme.

mod bundled;
mod color;
mod file;
mod ground;
mod legible;
mod role;
mod store;
mod support;

use ratatui::style::{Modifier, Style};

pub use ground::is_light_by;
pub use role::Role;
pub use store::Themes;
pub use support::ColorSupport;

/// A style for every role, as the terminal can show it.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    support: ColorSupport,
    styles: Vec<Style>,
}

impl Theme {
    /// Resolves every role through its parents and reduces its colours to what the terminal shows.
    #[must_use]
    pub(crate) fn resolve(name: &str, file: &file::ThemeFile, support: ColorSupport) -> Self {
        let ground = file.style(Role::Background.key()).and_then(|style| style.bg);
        let written: Vec<Style> = Role::ALL.iter().map(|role| file.style(role.key()).unwrap_or_default()).collect();
        let styles = written.iter().map(|&style| {
            let marked = style.bg.is_some() && style.bg != ground;
            let reduced = support.reduce(style);
            if support == ColorSupport::None && marked { reduced.add_modifier(Modifier::REVERSED) } else { reduced }
        });
        let mut styles: Vec<Style> = styles.collect();
        legible::separate(&mut styles, &written, support);
        Self { name: name.to_owned(), support, styles }
    }

    /// A theme without any style: for layout, and for terminals that show none.
    #[must_use]
    pub fn plain() -> Self {
        Self { name: "plain".to_owned(), support: ColorSupport::None, styles: Vec::new() }
    }

    /// The theme's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The colours that the terminal shows.
    #[must_use]
    pub const fn support(&self) -> ColorSupport {
        self.support
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}
