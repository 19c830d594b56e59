//! Work that nobody waits for any more stops at once: in the search for a size, in a fit, in a pass over the instances.

use std::sync::atomic::{AtomicU32, Ordering};

use fantail::plan::PlanError;
use fantail::preview::Sketch;
use fantail::progress::{Observer, Stage};

use super::*;

/// Says so many times that the work may go on.
struct Patience {
    left: AtomicU32,
    asked_after: AtomicU32,
}

impl Patience {
    fn of(times: u32) -> Self {
        Self { left: AtomicU32::new(times), asked_after: AtomicU32::new(0) }
    }
}

impl Observer for Patience {
    fn advanced(&self, _stage: Stage, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        let lasts = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok();
        if !lasts {
            self.asked_after.fetch_add(1, Ordering::AcqRel);
        }
        !lasts
    }
}

fn slow() -> [(&'static str, Recipe); 3] {
    let mut sized = with_policy(PolicyName::Adr);
    sized.rebalance.size = Some(11_000);
    [("size", sized), ("target", with_policy(PolicyName::Target)), ("votes", with_policy(PolicyName::Adr))]
}

#[test]
fn every_pass_stops_wherever_it_is() {
    let index = long_tailed(20_000);
    let recipes = slow();
    for (name, recipe) in &recipes {
        // As often as the work asks, it can be stopped at that question.
        let whole = Patience::of(u32::MAX);
        Exact::new(&index).preview(&index, recipe, &whole).unwrap();
        let questions = u32::MAX - whole.left.load(Ordering::Acquire);
        assert!(questions >= 3, "{name}: {questions}");
        for after in 0..questions {
            let patience = Patience::of(after);
            let stopped = Exact::new(&index).preview(&index, recipe, &patience);
            assert!(matches!(stopped, Err(PlanError::Cancelled)), "{name} after {after} of {questions}");
            // No batch of a pass is begun after the word: each is asked for once more at most.
            let batches = 20_000_u32.div_ceil(4096) + 3;
            assert!(patience.asked_after.load(Ordering::Acquire) <= batches, "{name} after {after}");
        }
    }
}

#[test]
fn an_estimate_and_a_plan_stop_too() {
    let index = long_tailed(20_000);
    let sketch = Sketch::new(&index);
    for (name, recipe) in &slow() {
        let estimate = sketch.preview((&index, recipe), Perspective::Object, &Patience::of(0));
        assert!(matches!(estimate, Err(PlanError::Cancelled)), "{name}");
        let plan = Plan::new(&index, recipe, &Patience::of(0));
        assert!(matches!(plan, Err(PlanError::Cancelled)), "{name}");
    }
}

#[test]
fn what_was_stopped_leaves_nothing_wrong_behind() {
    let index = long_tailed(20_000);
    let mut kept = Exact::new(&index);
    kept.preview(&index, &Recipe::default(), &Unobserved).unwrap();
    for (name, recipe) in &slow() {
        for after in 0..6 {
            // Stopped or not, what follows is what a fresh one says.
            let _ = kept.preview(&index, recipe, &Patience::of(after));
            let again = kept.preview(&index, recipe, &Unobserved).unwrap();
            assert_eq!(again, exact(&index, recipe).0, "{name} after {after}");
            kept.preview(&index, &with_policy(PolicyName::Cap), &Unobserved).unwrap();
        }
    }
}
