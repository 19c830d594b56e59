//! The bytes of a file, mapped, which outlive that another program shortens the file.
//!
//! Reading a mapped page that its file no longer has raises a bus error, which ends a program that does not expect it. Here
//! a handler puts zeros in the place of what is gone, takes down that this happened, and lets the reader go on; whoever
//! depends on the bytes asks [`Intact::holds`] afterwards. A fault in any other place is left to whoever handled it before.
//!
//! Invariant: the handler calls nothing but what a signal handler may, and touches no memory but that of a registered mapping.
#![allow(unsafe_code)]

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::Mmap;

/// Tells whether all that was read of a mapping was the file's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intact(Arc<AtomicBool>);

impl Intact {
    /// False once something was read that the file no longer had.
    pub(crate) fn holds(&self) -> bool {
        !self.0.load(Ordering::Acquire)
    }
}

/// A mapped file.
pub(crate) struct Mapping {
    map: Mmap,
    intact: Intact,
    #[cfg(unix)]
    region: &'static fault::Region,
}

impl Mapping {
    /// Maps the whole of a regular file.
    pub(crate) fn of(file: &File) -> std::io::Result<Self> {
        // SAFETY: the map is read only. Another program that shortens the file is answered by the handler of `fault`; one
        // that changes it in place changes text that is checked for UTF-8 each time that it is read, and the content is
        // compared with the file's state before anything that was made from it is kept.
        let map = unsafe { Mmap::map(file) }?;
        #[cfg(unix)]
        // Only a hint: a kernel that refuses it reads a little later.
        let _ = map.advise(memmap2::Advice::WillNeed);
        let intact = Intact::default();
        #[cfg(unix)]
        let region = fault::watch(&map, &intact.0)?;
        Ok(Self {
            map,
            intact,
            #[cfg(unix)]
            region,
        })
    }

    pub(crate) fn intact(&self) -> &Intact {
        &self.intact
    }
}

impl std::ops::Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // Before the pages go, and before the flag does.
        #[cfg(unix)]
        self.region.forget();
    }
}

/// What happens when a page is gone.
#[cfg(unix)]
mod fault {
    use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    /// One mapping that is watched. Regions are linked, never freed, and used again.
    pub(super) struct Region {
        taken: AtomicBool,
        /// Where it starts; 0 while it is not in use.
        start: AtomicUsize,
        end: AtomicUsize,
        /// Set when a page of it was gone; alive while `start` is not 0.
        cut: AtomicPtr<AtomicBool>,
        next: Option<&'static Region>,
    }

    static FIRST: AtomicPtr<Region> = AtomicPtr::new(std::ptr::null_mut());
    /// Who handled bus errors before; `Err` holds the system's number for why ours could not be set.
    static BEFORE: OnceLock<Result<libc::sigaction, i32>> = OnceLock::new();
    static PAGE: AtomicUsize = AtomicUsize::new(0);

    impl Region {
        pub(super) fn forget(&self) {
            self.start.store(0, Ordering::Release);
            self.cut.store(std::ptr::null_mut(), Ordering::Release);
            self.taken.store(false, Ordering::Release);
        }

        fn holds(&self, address: usize) -> bool {
            let start = self.start.load(Ordering::Acquire);
            start != 0 && start <= address && address < self.end.load(Ordering::Acquire)
        }
    }

    /// Registers a mapping whose owner keeps `cut` alive until it forgets the region.
    pub(super) fn watch(bytes: &[u8], cut: &Arc<AtomicBool>) -> std::io::Result<&'static Region> {
        install()?;
        let region = spare().unwrap_or_else(added);
        let start = bytes.as_ptr() as usize;
        region.cut.store(Arc::as_ptr(cut).cast_mut(), Ordering::Release);
        region.end.store(start + bytes.len(), Ordering::Release);
        // The start comes last: it is what makes the region count.
        region.start.store(if bytes.is_empty() { 0 } else { start }, Ordering::Release);
        Ok(region)
    }

    fn regions() -> impl Iterator<Item = &'static Region> {
        // SAFETY: what `FIRST` points to is leaked by `added` and never freed.
        let first = unsafe { FIRST.load(Ordering::Acquire).as_ref() };
        std::iter::successors(first, |region| region.next)
    }

    fn spare() -> Option<&'static Region> {
        regions().find(|region| region.taken.compare_exchange(false, true, Ordering::AcqRel, Ordering::Relaxed).is_ok())
    }

    fn added() -> &'static Region {
        let mut first = FIRST.load(Ordering::Acquire);
        let region = Box::leak(Box::new(Region {
            taken: AtomicBool::new(true),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            cut: AtomicPtr::new(std::ptr::null_mut()),
            next: None,
        }));
        loop {
            // SAFETY: as in `regions`.
            region.next = unsafe { first.as_ref() };
            match FIRST.compare_exchange(first, region, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return region,
                Err(now) => first = now,
            }
        }
    }

    /// Sets the handler, once for the process.
    fn install() -> std::io::Result<()> {
        let set = BEFORE.get_or_init(|| {
            // SAFETY: asks for a constant.
            let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            PAGE.store(usize::try_from(page).unwrap_or(4096), Ordering::Release);
            // SAFETY: all zeros is a valid `sigaction`, and both calls are given valid ones.
            unsafe {
                let mut ours: libc::sigaction = std::mem::zeroed();
                let mut before: libc::sigaction = std::mem::zeroed();
                ours.sa_sigaction = on_fault as *const () as usize;
                ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut ours.sa_mask);
                let set = libc::sigaction(libc::SIGBUS, &raw const ours, &raw mut before);
                if set == 0 { Ok(before) } else { Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0)) }
            }
        });
        set.as_ref().map(drop).map_err(|number| std::io::Error::from_raw_os_error(*number))
    }

    /// Puts zeros where the file ended; what is not ours goes to the handler before.
    extern "C" fn on_fault(_signal: libc::c_int, facts: *mut libc::siginfo_t, _context: *mut libc::c_void) {
        // SAFETY: the system passes valid facts to a handler that asked for them.
        let address = unsafe { (*facts).si_addr() } as usize;
        let mended = regions().find(|region| region.holds(address)).is_some_and(|region| fill(region, address));
        if !mended && let Some(Ok(before)) = BEFORE.get() {
            // SAFETY: sets the action that was there; the access that failed is tried again and meets it.
            unsafe { libc::sigaction(libc::SIGBUS, before, std::ptr::null_mut()) };
        }
    }

    /// Maps zeros over the rest of a region, from the page of `address` on.
    fn fill(region: &Region, address: usize) -> bool {
        let start = address & !(PAGE.load(Ordering::Acquire) - 1);
        let length = region.end.load(Ordering::Acquire) - start;
        // SAFETY: the pages belong to a mapping that is registered, so that nothing else can lie there; a mapping is
        // unmapped as a whole, whatever it consists of.
        let zeros = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED;
            libc::mmap(start as *mut libc::c_void, length, libc::PROT_READ, flags, -1, 0)
        };
        // SAFETY: the flag is alive while the region counts, and whoever reads the region keeps it.
        if let Some(cut) = unsafe { region.cut.load(Ordering::Acquire).as_ref() } {
            cut.store(true, Ordering::Release);
        }
        zeros != libc::MAP_FAILED
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn what_a_shortened_file_lost_reads_as_zeros_and_is_told() {
        let file = file_of(&vec![7; 100_000]);
        let mapping = Mapping::of(&file).unwrap();
        assert_eq!(mapping[99_999], 7);
        assert!(mapping.intact().holds());
        file.set_len(10).unwrap();
        assert_eq!((mapping[5], mapping[99_999], mapping[50_000]), (7, 0, 0));
        assert!(!mapping.intact().holds());
    }

    #[test]
    fn each_mapping_is_told_for_itself_and_by_every_thread() {
        let (cut, whole) = (file_of(&vec![1; 100_000]), file_of(&vec![2; 100_000]));
        let (cut_map, whole_map) = (Mapping::of(&cut).unwrap(), Mapping::of(&whole).unwrap());
        cut.set_len(0).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(cut_map.iter().all(|byte| *byte == 0)));
                scope.spawn(|| assert!(whole_map.iter().all(|byte| *byte == 2)));
            }
        });
        assert!(!cut_map.intact().holds() && whole_map.intact().holds());
        let told = cut_map.intact().clone();
        drop(cut_map);
        let again = Mapping::of(&whole).unwrap();
        assert!(again.iter().all(|byte| *byte == 2) && again.intact().holds() && !told.holds());
    }

    #[test]
    fn an_empty_file_maps() {
        assert!(Mapping::of(&file_of(&[])).unwrap().is_empty());
    }
}
