//! The screens, and the forms of the chart on two of them.
//!
//! Invariant: one is shown at a time; their order is that of their keys.

/// The screens on the number keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// How long is the tail, and what is in it?
    #[default]
    Explore,
    /// What would this policy do?
    Rebalance,
    /// Which tail to fill, from what, by how much?
    Synthesize,
    /// The background job.
    Run,
    /// What to write.
    Export,
}

impl Screen {
    /// All of them, in the order of their number keys.
    pub const ALL: [Self; 5] = [Self::Explore, Self::Rebalance, Self::Synthesize, Self::Run, Self::Export];

    /// The name on its tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Rebalance => "Rebalance",
            Self::Synthesize => "Synthesize",
            Self::Run => "Run",
            Self::Export => "Export",
        }
    }
}

/// How the chart draws a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChartMode {
    /// Count against rank, both logarithmic.
    #[default]
    RankFrequency,
    /// Number of entities in each bin of counts.
    Histogram,
    /// Cumulative share of occurrences against share of entities, from the rarest (Lorenz), with the Gini area.
    Lorenz,
    /// Cumulative share of occurrences against rank, from the most frequent.
    Cumulative,
}

impl ChartMode {
    /// All of them, in the order in which one key cycles.
    pub const ALL: [Self; 4] = [Self::RankFrequency, Self::Histogram, Self::Lorenz, Self::Cumulative];

    /// The name on the chart's frame.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::RankFrequency => "rank–frequency",
            Self::Histogram => "histogram",
            Self::Lorenz => "Lorenz curve",
            Self::Cumulative => "cumulative mass",
        }
    }
}
