//! What is done where memory is short: the same work in more and smaller parts, down to one picture at a time.
//!
//! Invariant: gives up only when a single picture does not fit; then the failure says what to change.

use crate::torch::error::TorchError;

/// Does work in `parts`, in twice as many each time that memory does not suffice; `told` hears each new number.
///
/// # Errors
/// What the work says; [`TorchError::OutOfMemory`] only when it is in `most` parts.
pub fn in_parts<T>(
    (parts, most): (usize, usize),
    told: &mut dyn FnMut(usize),
    work: &mut dyn FnMut(usize) -> Result<T, TorchError>,
) -> Result<T, TorchError> {
    let mut parts = parts.max(1);
    loop {
        match work(parts) {
            Err(TorchError::OutOfMemory(_)) if parts < most => {
                parts = (parts * 2).min(most);
                told(parts);
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::End;
    use crate::torch::task::end;

    /// A batch of 64 on a device that takes so many pictures at once: what came of it, and every number of parts that was told.
    fn tried(room: usize) -> (Result<usize, TorchError>, Vec<usize>) {
        let mut told = Vec::new();
        let done = in_parts((1, 64), &mut |parts| told.push(parts), &mut |parts| {
            let pictures = 64_usize.div_ceil(parts);
            let short = "CUDA out of memory. Tried to allocate 2.00 GiB.".to_owned();
            if pictures > room { Err(TorchError::OutOfMemory(short)) } else { Ok(pictures) }
        });
        (done, told)
    }

    #[test]
    fn a_batch_is_halved_until_it_fits() {
        assert!(matches!(tried(64), (Ok(64), told) if told.is_empty()));
        assert!(matches!(tried(20), (Ok(16), told) if told == [2, 4]));
        assert!(matches!(tried(1), (Ok(1), told) if told == [2, 4, 8, 16, 32, 64]));
    }

    #[test]
    fn what_does_not_fit_at_all_fails_with_advice() {
        let (failed, told) = tried(0);
        assert_eq!(told.len(), 6);
        let End::Failed(problem) = end(failed.unwrap_err()) else { panic!("it was not cancelled") };
        assert!(problem.message.contains("out of memory") && problem.next.contains("smaller side"), "{problem:?}");
    }

    #[test]
    fn other_failures_are_not_tried_again() {
        let mut tries = 0;
        let failed: Result<(), _> = in_parts((1, 64), &mut |_| {}, &mut |_| {
            tries += 1;
            Err(TorchError::Libtorch("shapes".to_owned()))
        });
        assert!(failed.is_err() && tries == 1);
    }
}
