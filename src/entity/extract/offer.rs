//! What a dataset offers, and what is taken from where.
//!
//! Invariant: decided for the dataset as a whole; one rare record cannot mix lists and text in one perspective. Pairs that some
//! records list do not take those of the others' objects from them.

use crate::entity::{Options, Origin, Perspective};
use crate::source::{Dataset, Instance, Speaker};

/// Instances that are looked at before the first plan, spread evenly.
const PROBES: usize = 2048;

/// Sets of perspectives, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// Those that some record lists.
    given: u8,
    /// Those that some record's text can give.
    text: u8,
    /// Whether some record has objects and lists no pairs.
    unpaired: bool,
}

const fn bit(perspective: Perspective) -> u8 {
    1 << perspective as u8
}

impl Offer {
    /// What one instance offers.
    pub(super) fn of(instance: &Instance<'_>) -> Self {
        let given = &instance.given;
        let lists = [
            (given.tokens.is_some(), Perspective::Token),
            (given.objects.is_some(), Perspective::Object),
            (given.pairs.is_some(), Perspective::CoOccurrence),
            (given.interrogations.is_some(), Perspective::Interrogation),
            (!instance.labels.is_empty(), Perspective::Label),
        ];
        let told = instance.turns.iter().any(|turn| turn.speaker != Speaker::System);
        let asked = instance.turns.iter().any(|turn| turn.speaker == Speaker::Human);
        let texts = [(told, Perspective::Token), (told, Perspective::Object), (asked, Perspective::Interrogation)];
        let set = |found: &[(bool, Perspective)]| {
            found.iter().filter(|(there, _)| *there).fold(0, |set, (_, perspective)| set | bit(*perspective))
        };
        let unpaired = given.pairs.is_none() && (given.objects.is_some() || told);
        Self { given: set(&lists), text: set(&texts), unpaired }
    }

    /// Both together.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            given: self.given | other.given,
            text: self.text | other.text,
            unpaired: self.unpaired || other.unpaired,
        }
    }
}

/// What a sample of the dataset offers.
pub(super) fn probe(dataset: &Dataset) -> Offer {
    let instances = dataset.len();
    let probes = instances.min(PROBES);
    let mut instance = Instance::default();
    let mut offer = Offer::default();
    for probe in 0..probes {
        dataset.read(probe * instances / probes, &mut instance);
        offer = offer.with(Offer::of(&instance));
    }
    offer
}

/// Which perspectives are extracted, and from what.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    offer: Offer,
    wanted: u8,
    lists: Origin,
}

impl Plan {
    pub(super) fn of(offer: Offer, dataset: &Dataset, options: &Options) -> Self {
        let mut offered = offer.given | offer.text;
        if offered & bit(Perspective::Object) != 0 {
            offered |= bit(Perspective::CoOccurrence);
        }
        let asked = options.perspectives.iter().fold(0, |set, perspective| set | bit(*perspective));
        let lists = if dataset.has_sidecar() { Origin::Sidecar } else { Origin::Annotation };
        Self { offer, wanted: if asked == 0 { offered } else { asked }, lists }
    }

    /// The perspectives that were asked for, or all that are offered.
    pub(super) fn wanted(&self) -> Vec<Perspective> {
        Perspective::ALL.into_iter().filter(|perspective| self.wanted & bit(*perspective) != 0).collect()
    }

    /// Whether rows of a perspective are made here: pairs of objects are made by the index.
    pub(super) fn extracts(&self, perspective: Perspective) -> bool {
        let pairs = self.wanted & bit(Perspective::CoOccurrence) != 0;
        match perspective {
            Perspective::CoOccurrence => pairs && self.is_given(perspective),
            Perspective::Object if pairs && (self.offer.unpaired || !self.is_given(Perspective::CoOccurrence)) => true,
            _ => self.wanted & bit(perspective) != 0,
        }
    }

    pub(super) fn is_given(&self, perspective: Perspective) -> bool {
        self.offer.given & bit(perspective) != 0
    }

    pub(super) fn takes_lists(&self, perspective: Perspective) -> bool {
        self.extracts(perspective) && (self.is_given(perspective) || perspective == Perspective::Label)
    }

    pub(super) fn takes_text(&self, perspective: Perspective) -> bool {
        self.extracts(perspective) && !self.takes_lists(perspective)
    }

    /// Whether any perspective is read from text.
    pub(super) fn reads_text(&self) -> bool {
        Perspective::ALL.into_iter().any(|perspective| self.takes_text(perspective))
    }

    /// Whether the plan would be another if it had known of this offer.
    pub(super) fn is_surprised_by(&self, found: Offer) -> bool {
        self.offer.with(found) != self.offer
    }

    pub(super) fn origin(&self, perspective: Perspective) -> Origin {
        if self.takes_lists(perspective) { self.lists_of(perspective) } else { Origin::Text }
    }

    /// Labels are the records' own even where a sidecar lists entities.
    fn lists_of(&self, perspective: Perspective) -> Origin {
        if perspective == Perspective::Label { Origin::Annotation } else { self.lists }
    }
}
