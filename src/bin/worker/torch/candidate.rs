//! The choice among several candidates of one seed: the one whose embedding is nearest to the seed's, as in the ADR paper, but
//! only among those that pass the filters, so that the entity survives and the nearest is not a copy.
//!
//! Invariant: of candidates that are equal the first wins.

use fantail::job::worker::{Finding, Verdict};

/// The best of some candidates, given what the filters say and the cosine of each with the seed; the best of all where none
/// passes, `None` where there is none.
pub fn choose(candidates: &[(Finding, f64)]) -> Option<usize> {
    let key = |&(finding, cosine): &(Finding, f64)| {
        (finding.verdict == Verdict::Kept, finding.verdict != Verdict::WrongClass, cosine)
    };
    (0..candidates.len()).reduce(|best, index| {
        let (held, new) = (key(&candidates[best]), key(&candidates[index]));
        let better = (new.0, new.1) > (held.0, held.1) || ((new.0, new.1) == (held.0, held.1) && new.2 > held.2);
        if better { index } else { best }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(verdict: Verdict, cosine: f64) -> (Finding, f64) {
        (Finding { verdict, pixel_ratio: 1.0, feature_ratio: 1.0, probability: 0.9, concentration: 1.0 }, cosine)
    }

    #[test]
    fn the_nearest_of_those_that_pass_wins() {
        let candidates = [
            candidate(Verdict::Memorised, 0.99),
            candidate(Verdict::Kept, 0.7),
            candidate(Verdict::Kept, 0.8),
            candidate(Verdict::WrongClass, 0.95),
        ];
        assert_eq!(choose(&candidates), Some(2));
        assert_eq!(choose(&[candidate(Verdict::WrongClass, 0.9), candidate(Verdict::Outlier, 0.2)]), Some(1));
        assert_eq!(choose(&[]), None);
    }
}
