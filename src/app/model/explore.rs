//! The state of the Explore screen: focus, entity table, search, drill-down.
//!
//! Invariant: `selected` and `offset` are positions in the table's rows, not ranks; they are below the number of rows.

use std::sync::Arc;

use super::drill::Drill;
use super::overlay::TextField;

/// The Explore screen.
#[derive(Debug, Default)]
pub struct Explore {
    /// The pane that the movement keys act on.
    pub focus: Pane,
    /// The entity table.
    pub table: EntityTable,
    /// The instances of an entity, while they are open.
    pub drill: Option<Drill>,
}

/// The panes of Explore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The list of perspectives and the selected one's metrics.
    Perspectives,
    /// The chart.
    Chart,
    /// The entity table.
    #[default]
    Entities,
    /// The instances that hold the opened entity.
    Instances,
    /// The text of one instance.
    Text,
}

/// The entity table: which rows it shows, and where it is.
#[derive(Debug, Default)]
pub struct EntityTable {
    /// The ranks that are shown, in order.
    pub rows: Rows,
    /// The order that was asked for.
    pub order: Order,
    /// The search.
    pub search: Search,
    /// The selected row.
    pub selected: usize,
    /// The first visible row.
    pub offset: usize,
}

impl EntityTable {
    /// The selected entity's rank.
    #[must_use]
    pub fn rank(&self) -> Option<usize> {
        self.rows.rank(self.selected)
    }
}

/// Which ranks a table shows, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All of so many ranks, the most frequent first.
    Ranked(usize),
    /// These ranks.
    Listed(Arc<[u32]>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Ranked(0)
    }
}

impl Rows {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Ranked(ranks) => *ranks,
            Self::Listed(ranks) => ranks.len(),
        }
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rank in a row.
    #[must_use]
    pub fn rank(&self, row: usize) -> Option<usize> {
        match self {
            Self::Ranked(ranks) => (row < *ranks).then_some(row),
            Self::Listed(ranks) => ranks.get(row).map(|&rank| rank as usize),
        }
    }

    /// The row of a rank; a scan when the rows are listed.
    #[must_use]
    pub fn row(&self, rank: usize) -> Option<usize> {
        match self {
            Self::Ranked(ranks) => (rank < *ranks).then_some(rank),
            Self::Listed(ranks) => ranks.iter().position(|&listed| listed as usize == rank),
        }
    }
}

/// The order of the table's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The most frequent first.
    #[default]
    Frequent,
    /// The rarest first.
    Rare,
    /// By name.
    Name,
}

impl Order {
    /// All of them, in the order in which one key cycles.
    pub const ALL: [Self; 3] = [Self::Frequent, Self::Rare, Self::Name];

    /// The word on the table's frame.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Frequent => "most frequent first",
            Self::Rare => "rarest first",
            Self::Name => "by name",
        }
    }
}

/// A search of the table by name. The best match comes first while something is searched.
#[derive(Debug, Default)]
pub struct Search {
    /// What is searched.
    pub field: TextField,
    /// How far it is.
    pub state: SearchState,
    /// The rank that was selected before it, to go back to.
    pub from: Option<usize>,
}

/// Whether there is a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchState {
    /// None: the table shows every entity.
    #[default]
    Off,
    /// The query is being typed.
    Typing,
    /// The query stands; the table shows what matches.
    Applied,
}
