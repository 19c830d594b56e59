#!/usr/bin/env python3
"""Verifies in one run everything of fantail-worker that needs a GPU; `make gpu-check` calls it.

1. The worker, linked with the slim CPU libtorch, runs on a full CUDA one and sees the GPU: asked over its own protocol.
2. `fantail-worker check`: bf16 and channels-last, the CPU's loss and gradient, learning, resume with the same bytes, sampling, a batch that
   is halved where memory is short, k-means.
3. `benches/pair.py`: training and network call against PyTorch eager with bf16 autocast, batch 256 at 32 and at 64 px, at least 1.0 times.

    python benches/gpu_check.py target/release/fantail-worker [--device auto|cpu|cuda:N] [--libtorch DIR]

The libtorch is --libtorch, else that of this Python's torch. Exit codes: 0 all holds, 1 something does not, 3 no GPU here.
`--device cpu` makes the checks that a CPU can make.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

NO_GPU = 3


def libtorch(given):
    """The folder of a libtorch's files, or none: then the worker's own is taken."""
    if given:
        folder = Path(given)
        return folder / "lib" if (folder / "lib").is_dir() else folder
    try:
        import torch
    except ImportError:
        return None
    version = torch.__version__.split("+")[0]
    if not version.startswith("2.11."):
        sys.exit(f"gpu_check.py: this Python's torch is {version}; the worker needs 2.11")
    return Path(torch.__file__).parent / "lib"


def greeted(worker, device, environment):
    """What the worker says to `hello`, and how it ended."""
    hello = json.dumps({"order": "hello", "protocol": 1, "version": "check", "device": device}) + "\n"
    done = subprocess.run([worker], input=hello, capture_output=True, text=True, env=environment, timeout=300)
    for line in done.stdout.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("report") in ("hello", "refused"):
            return said
    sys.exit(f"gpu_check.py: the worker said no hello (exit {done.returncode})\n{done.stderr[-2000:]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worker")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--libtorch")
    args = parser.parse_args()
    environment, folder = dict(os.environ), libtorch(args.libtorch)
    if folder:
        environment["LD_LIBRARY_PATH"] = f"{folder}:{environment.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    said = greeted(args.worker, args.device, environment)
    if said["report"] == "refused":
        print(f"no GPU here: {said['message']}\n{said['next']}")
        sys.exit(NO_GPU)
    device = said["device"]
    if args.device == "auto" and not device["name"].startswith("cuda"):
        print(f"no GPU here: {device['note'] or 'the worker chose the CPU'}\nlibtorch {said['libtorch']}; nothing was checked. --device cpu checks what a CPU can.")
        sys.exit(NO_GPU)
    print(f"{device['name']}: {device['model']}, {device['memory'] / 2**30:.0f} GiB, libtorch {said['libtorch']}\n", flush=True)
    failed = [] if subprocess.run([args.worker, "check", "--device", device["name"]], env=environment).returncode == 0 else ["check"]
    pair = [sys.executable, str(Path(__file__).with_name("pair.py")), args.worker, "--least", "1.0"]
    if device["name"].startswith("cuda"):
        runs = [["--device", "cuda", "--size", size, "--batch", "256", "--steps", "50", "--rounds", "4"] for size in ("32", "64")]
    else:
        runs = [["--device", "cpu", "--size", "32", "--batch", "64", "--steps", "8", "--rounds", "4"]]
    for run in runs:
        print(f"\nagainst PyTorch eager: {' '.join(run)}", flush=True)
        if subprocess.run([*pair, *run], env=environment).returncode:
            failed.append(" ".join(run))
    print(f"\n{'all holds' if not failed else 'does not hold: ' + '; '.join(failed)}")
    sys.exit(1 if failed else 0)


main()
