//! The themes that come with the program.
//!
//! Invariant: each is one file in `themes/`, and the first two are the defaults for dark and light terminals.

/// Name and text of every bundled theme.
pub(super) const BUNDLED: &[(&str, &str)] =
    &[("dark", include_str!("../../../themes/dark.toml")), ("light", include_str!("../../../themes/light.toml"))];
