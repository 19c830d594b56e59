//! Tells the worker, and nobody else, where the libtorch that it is built with lies.
//!
//! Invariant: `fantail` gets no argument from here, so that it starts where there is no libtorch.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    for variable in ["LIBTORCH", "LIBTORCH_LIB", "LIBTORCH_USE_PYTORCH"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_TORCH").is_none() || env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    if let Some(folder) = libtorch() {
        // As RUNPATH, so that `LD_LIBRARY_PATH` can name another one.
        println!("cargo:rustc-link-arg-bin=fantail-worker=-Wl,--enable-new-dtags,-rpath,{}", folder.display());
        // The folder's name is known to the worker too: it tells it to who asks what it was built with.
        println!("cargo:rustc-env=FANTAIL_LIBTORCH={}", folder.display());
    }
}

/// The folder of the libraries, found the way that `torch-sys` finds it.
fn libtorch() -> Option<PathBuf> {
    if env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
        let python = if env::var_os("VIRTUAL_ENV").is_some() { "python" } else { "python3" };
        let script = "import torch, pathlib; print(pathlib.Path(torch.__file__).parent / 'lib')";
        let output = Command::new(python).args(["-c", script]).output().ok()?;
        let folder = String::from_utf8(output.stdout).ok()?;
        return Some(PathBuf::from(folder.trim())).filter(|folder| folder.is_dir());
    }
    let base = env::var_os("LIBTORCH_LIB").or_else(|| env::var_os("LIBTORCH"))?;
    Some(PathBuf::from(base).join("lib"))
}
