#!/usr/bin/env python3
"""Fetches the libtorch that fantail-worker is built with, once, and prints its folder.

    assets/libtorch.py          fetch it if it is not there, print the folder
    assets/libtorch.py --where  print the folder, fetch nothing; exit code 1 when nothing is there

The PyTorch wheel holds everything that is needed; only what a program on the CPU needs is kept of it (about 470 MB): the headers,
libtorch_cpu, libc10 and what these two link. pip fetches the wheels (its settings for indexes, proxies and certificates hold), and
each must have the SHA-256 written below. A connection that drops is taken up again; wheels that are complete are kept for the next
try. The folder gets its name only when everything is in it.

Exit codes: 0 there · 1 not there, not to be had · 3 no wheel for this platform
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

VERSION = "2.11.0"
LIBRARIES = ("libtorch_cpu.so", "libc10.so", "libgomp", "libarm_compute", "libnvpl", "libgfortran", "libcudart.so", "libcupti.so")
"""How the names of the libraries that are kept begin."""

WHEELS = {
    "x86_64": {
        "torch": ("2.11.0", "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"),
        "nvidia-cuda-runtime": ("13.0.96", "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"),
        "nvidia-cuda-cupti": ("13.0.85", "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"),
    },
    "aarch64": {
        "torch": ("2.11.0", "d91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6"),
        "nvidia-cuda-runtime": ("13.0.96", "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55"),
        "nvidia-cuda-cupti": ("13.0.85", "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151"),
    },
}
PIP = ("25.3", "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd")
"""A pip that takes up a broken download; older ones begin anew."""

FREE_BYTES = 1_800_000_000
"""What the wheels and what is kept of them need for a while."""


class Unavailable(Exception):
    """Why there is no libtorch, for the user."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


def main() -> int:
    folder = cache() / f"libtorch-{VERSION}-slim"
    if "--where" in sys.argv[1:]:
        print(folder)
        return 0 if is_complete(folder) else 1
    try:
        provision(folder)
    except Unavailable as reason:
        print(f"libtorch: {reason}", file=sys.stderr)
        print(
            "libtorch: set LIBTORCH=<a libtorch 2.11 folder>, or LIBTORCH_USE_PYTORCH=1 where Python has torch 2.11, to use that one;\n"
            "libtorch: `cargo run --release` builds and opens the terminal program without it (no diffusion model).",
            file=sys.stderr,
        )
        return reason.code
    print(folder)
    return 0


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "fantail"


def is_complete(folder: Path) -> bool:
    return (folder / "build-version").is_file()


def provision(folder: Path) -> None:
    if is_complete(folder):
        return
    machine = platform.machine()
    if sys.platform != "linux" or machine not in WHEELS or not is_glibc():
        raise Unavailable(f"no wheel is known for {platform.platform()}; known are Linux (glibc) on {' and '.join(WHEELS)}", 3)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with alone(folder.parent / "libtorch.lock"):
        if is_complete(folder):
            return
        check_space(folder.parent)
        wheels = folder.parent / "wheels"
        wheels.mkdir(exist_ok=True)
        found = fetch_all(wheels, machine)
        say("unpacking")
        temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            unpack(found, temporary)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(wheels)
    say(f"ready in {folder}")


def is_glibc() -> bool:
    return platform.libc_ver()[0] == "glibc"


@contextlib.contextmanager
def alone(path: Path):
    """One of us at a time; the lock goes with the process."""
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process fetches it; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise Unavailable(f"{folder} has {free / 1e9:.1f} GB free and {FREE_BYTES / 1e9:.1f} GB are needed; XDG_CACHE_HOME names another place")


def fetch_all(wheels: Path, machine: str) -> list[Path]:
    pip = newer_pip(wheels)
    found = []
    for name, (version, digest) in WHEELS[machine].items():
        wheel = present(wheels, name, digest)
        if wheel is None:
            say(f"fetching {name} {version}" + (" (530 MB)" if name == "torch" else ""))
            wheel = fetch(pip, wheels, name, version, digest, machine)
        found.append(wheel)
    return found


def newer_pip(wheels: Path) -> list[str]:
    """How to call a pip that takes up broken downloads; the one at hand when that cannot be had."""
    version, digest = PIP
    own = [sys.executable, "-m", "pip", "download"]
    wheel = present(wheels, "pip", digest)
    if wheel is None:
        with contextlib.suppress(Unavailable):
            wheel = fetch(own, wheels, "pip", version, digest, None)
    return own if wheel is None else [sys.executable, str(wheel / "pip"), "download", "--resume-retries", "20"]


def present(wheels: Path, name: str, digest: str) -> "Path | None":
    """The complete wheel of that name."""
    stem = name.replace("-", "_")
    return next((path for path in wheels.glob(f"{stem}-*.whl") if sha256(path) == digest), None)


def sha256(path: Path) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def fetch(pip: list[str], wheels: Path, name: str, version: str, digest: str, machine: "str | None") -> Path:
    command = [*pip, "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries", "2"]
    command += ["--dest", str(wheels)]
    if machine:
        # pip takes each of these tags as it is, not as "this or older".
        command += ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "none"]
        for tag in ("manylinux_2_28", "manylinux_2_27", "manylinux_2_25", "manylinux_2_17", "manylinux2014"):
            command += ["--platform", f"{tag}_{machine}"]
    command += quiet()
    ended = subprocess.run([*command, f"{name}=={version}"], stdout=sys.stderr, stdin=subprocess.DEVNULL)
    wheel = present(wheels, name, digest)
    if wheel:
        return wheel
    stray = [path for path in wheels.glob(f"{name.replace('-', '_')}-*.whl")]
    for path in stray:
        path.unlink()
    if stray:
        raise Unavailable(f"{name} {version} came with another SHA-256 than is written in {Path(__file__).name}; it was thrown away")
    if ended.returncode == 0:
        raise Unavailable(f"pip fetched {name} {version} and left no wheel in {wheels}")
    raise Unavailable(f"pip cannot fetch {name} {version} (its reason stands above); when this machine is online again, run the same command: what is complete is kept")


def quiet() -> list[str]:
    """A progress bar is for people."""
    return [] if sys.stderr.isatty() else ["--progress-bar", "off", "--quiet"]


def unpack(wheels: list[Path], folder: Path) -> None:
    (folder / "lib").mkdir(parents=True)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                place = kept(member.filename)
                if place is None:
                    continue
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
    if not (folder / "lib" / "libtorch_cpu.so").is_file():
        raise Unavailable(f"there is no libtorch_cpu.so in the wheel of torch {VERSION}")
    # The wheel's own libtorch.so wants CUDA; for the linker these two are it.
    (folder / "lib" / "libtorch.so").write_text("INPUT(libtorch_cpu.so libc10.so)\n")
    (folder / "build-version").write_text(f"{VERSION}\n")


def kept(member: str) -> "str | None":
    """Where a member of a wheel goes."""
    if member.endswith("/"):
        return None
    if member.startswith("torch/include/"):
        return member.removeprefix("torch/")
    name = member.rsplit("/", 1)[-1]
    in_library_folder = member.startswith(("torch/lib/", "torch.libs/", "nvidia/cu13/lib/"))
    return f"lib/{name}" if in_library_folder and ".so" in name and name.startswith(LIBRARIES) else None


def say(text: str) -> None:
    print(f"libtorch: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
