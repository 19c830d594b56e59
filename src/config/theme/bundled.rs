//! The themes that come with the program.
//!
//! Invariant: each is one file in `themes/`, and the first two are the defaults for dark and light terminals.

/// Name and text of every bundled theme.
pub(super) const BUNDLED: &[(&str, &str)] = &[
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("ember", include_str!("../../../themes/ember.toml")),
    ("tide", include_str!("../../../themes/tide.toml")),
];
