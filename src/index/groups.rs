//! Many-, medium- and few-shot classes.
//!
//! Invariant: the three groups share out all entities and all occurrences.

/// Number of entities and share of occurrences of each group, with the limits of ImageNet-LT
/// (Liu et al. 2019, "Large-Scale Long-Tailed Recognition in an Open World"): more than 100 instances, 20 to 100, fewer than 20.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Groups {
    /// More than 100 instances.
    pub many: (u64, f64),
    /// 20 to 100 instances.
    pub medium: (u64, f64),
    /// Fewer than 20 instances.
    pub few: (u64, f64),
}

impl Groups {
    /// Groups counts in descending order.
    #[must_use]
    pub fn of(descending: &[u32]) -> Self {
        let many = descending.partition_point(|&count| count > 100);
        let few = descending.partition_point(|&count| count >= 20);
        let sum = |counts: &[u32]| counts.iter().map(|&count| u64::from(count)).sum::<u64>() as f64;
        let all = sum(descending).max(1.0);
        let group = |counts: &[u32]| (counts.len() as u64, sum(counts) / all);
        Self { many: group(&descending[..many]), medium: group(&descending[many..few]), few: group(&descending[few..]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_belong_to_the_middle() {
        let groups = Groups::of(&[101, 100, 20, 19]);
        assert_eq!((groups.many.0, groups.medium.0, groups.few.0), (1, 2, 1));
        assert!((groups.many.1 + groups.medium.1 + groups.few.1 - 1.0).abs() < 1e-15);
        assert_eq!(Groups::of(&[]), Groups::default());
    }
}
