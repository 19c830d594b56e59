"""Makes the Python environment of `make interop` in the folder that is the first argument, unless it is there already.

torch's wheel for Linux on x86-64 is the one for GPUs and asks for gigabytes of libraries, none of which a sampler on the processor
calls. There, torch is installed without them, and empty libraries of their names are put beside it, with functions that stop the
program: what the sampler computes is computed by torch itself.
"""

import pathlib
import platform
import re
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).parent
TORCH = "torch==2.11.0"
# What torch's own start calls into is installed.
TORCH_RUNTIME = ["nvidia-cuda-runtime==13.0.96", "nvidia-cuda-cupti==13.0.85"]
LIBRARIES = ["torch_cuda", "torch_python", "c10_cuda", "torch_nvshmem", "torch_cuda_linalg"]
FOREIGN = re.compile(r"^(cublas|cudnn|cusparse|cusolver|cufft|curand|nccl|nvshmem|cuFile)\w*$")


def run(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def needed(library):
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", library)))


def stand_in(libraries):
    """Puts empty libraries in the place of those that torch asks for and that are not here."""
    files = [libraries / f"lib{name}.so" for name in LIBRARIES if (libraries / f"lib{name}.so").exists()]
    wanted = set().union(*map(needed, files))
    missing = [name for name in wanted if re.match(r"lib(cu|nccl|nvshmem)", name) and not re.match(r"libcud?art|libcupti", name)]
    names = {line.split()[-1].split("@")[0] for file in files for line in run("nm", "-D", "--undefined-only", file).splitlines()}
    functions = sorted(filter(FOREIGN.match, names))
    source = libraries / "nothing.c"
    source.write_text("".join(f"void {name}(void) {{ __builtin_trap(); }}\n" for name in functions))
    shared = ["cc", "-w", "-shared", "-nostdlib", "-fno-builtin"]
    # The functions have no versions, so they stand in a library of another name than those that are asked for versions.
    run(*shared, "-Wl,-soname,libnothing.so", "-o", libraries / "libnothing.so", source)
    empty = libraries / "empty.c"
    empty.write_text("\n")
    for name in missing:
        link = ["-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed", f"-L{libraries}", "-lnothing"]
        run(*shared, f"-Wl,-soname,{name}", "-o", libraries / name, empty, *link)


def make(home):
    venv.create(home, with_pip=True, clear=True)
    python = home / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--requirement", HERE / "interop-requirements.txt")
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        run(*pip, "--no-deps", TORCH, *TORCH_RUNTIME)
        site = pathlib.Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        stand_in(site / "torch" / "lib")
    else:
        run(*pip, TORCH)
    run(python, "-W", "ignore", "-c", "import torch; torch.multinomial(torch.ones(3), 2)")


def main(home):
    if (home / "ready").exists():
        return
    print(f"making the Python environment of `make interop` in {home} (once; needs the network, 600 MB)", flush=True)
    try:
        make(home)
    except (subprocess.CalledProcessError, OSError) as cause:
        shutil.rmtree(home, ignore_errors=True)
        told = (getattr(cause, "stderr", None) or str(cause)).strip().splitlines()[-3:]
        sys.exit("make interop: its Python packages cannot be installed; without the network it cannot run\n  " + "\n  ".join(told))
    (home / "ready").write_text("")


main(pathlib.Path(sys.argv[1]))
