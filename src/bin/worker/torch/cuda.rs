//! Loads the CUDA half of libtorch when the libtorch that this process runs on has one.
//!
//! The worker is linked with the CPU half alone, and so runs on either; the linker would drop the CUDA half as unneeded in any case.
//! Its kernels register themselves as soon as it is loaded.
//!
//! Invariant: done before the first use of libtorch by another thread, and once; where it does not work the CPU half goes on.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It is there.
    Here,
    /// The libtorch in this folder has none.
    Absent(PathBuf),
    /// The loader's reason.
    Refused(String),
}

/// Loads it at the first call.
pub fn load() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| {
        let Some(folder) = folder() else {
            return Loaded::Refused("libtorch_cpu is not among the loaded files".into());
        };
        let library = folder.join("libtorch_cuda.so");
        if library.is_file() { open(&library) } else { Loaded::Absent(folder) }
    })
}

/// Where the libtorch that this process runs on lies.
pub fn folder() -> Option<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let path = maps
        .lines()
        .find_map(|line| line.ends_with("/libtorch_cpu.so").then(|| line.find('/')).flatten().map(|at| &line[at..]))?;
    Path::new(path).parent().map(Path::to_owned)
}

/// Opens a library for good, its symbols open to all.
#[allow(unsafe_code)]
fn open(library: &Path) -> Loaded {
    let Ok(path) = CString::new(library.as_os_str().as_bytes()) else {
        return Loaded::Refused("its path holds a zero byte".into());
    };
    // SAFETY: the path is a C string; loading runs the initialisers of libtorch's own other half, from the same folder and so of the
    // same version, before this process has begun to use libtorch. The handle is kept for good: nothing is ever unloaded.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    if !handle.is_null() {
        return Loaded::Here;
    }
    // SAFETY: after a failed `dlopen` on this thread `dlerror` gives its message as a C string, or null, and it is copied at once.
    let reason = unsafe {
        let text = libc::dlerror();
        if text.is_null() { "no reason given".into() } else { CStr::from_ptr(text).to_string_lossy().into_owned() }
    };
    Loaded::Refused(reason)
}
