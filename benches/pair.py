#!/usr/bin/env python3
"""Holds the worker's training step and network call against PyTorch eager's (benches/unet.py), turn by turn, so that what else the machine
does falls on both alike.

    python benches/pair.py target/release/fantail-worker --rounds 8 -- --batch 64 --threads 1
    python benches/pair.py target/release/fantail-worker --device cuda --size 64 --batch 256

Needs torch 2.11 in this Python. A ratio above 1 means that the worker is the faster. Ends with 1 where a ratio is below --least.
"""

import argparse
import re
import statistics
import subprocess
import sys
from pathlib import Path

WIDTHS = {32: ["32", "48", "64"], 64: ["48", "64", "96", "128"], 128: ["64", "96", "128", "128"]}
LINE = re.compile(r"(training step|network call): mean ([\d.]+) ms, best ([\d.]+) ms")


def timed(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return {name: (float(mean), float(best)) for name, mean, best in LINE.findall(done.stdout)}, done.stdout.splitlines()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worker")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0)
    args = parser.parse_args()
    common = ["--size", str(args.size), "--batch", str(args.batch), "--steps", str(args.steps), "--threads", str(args.threads)]
    device = "cuda:0" if args.device == "cuda" else args.device
    own = [args.worker, "bench", *common, "--device", device]
    patch = ["--patch", "4" if args.size > 64 else "2"]
    peer = [sys.executable, str(Path(__file__).with_name("unet.py")), *common, "--device", args.device, *patch, "--widths", *WIDTHS[args.size]]
    rounds = []
    for number in range(args.rounds):
        # Who begins changes, so that neither always has the warmer machine.
        pair = [timed(own), timed(peer)] if number % 2 == 0 else [timed(peer), timed(own)][::-1]
        rounds.append([entry[0] for entry in pair])
        if number == 0:
            print("\n".join(entry[1] for entry in pair))
    print(f"{args.rounds} rounds of {args.steps} steps\n| | fantail-worker, best | PyTorch eager, best | ratio of the bests | median ratio of rounds (best) | (mean) |\n|---|---:|---:|---:|---:|---:|")
    slow = False
    for what in ("training step", "network call"):
        bests = [min(pair[side][what][1] for pair in rounds) for side in (0, 1)]
        ratios = [statistics.median(pair[1][what][place] / pair[0][what][place] for pair in rounds) for place in (1, 0)]
        print(f"| {what} | {bests[0]:.1f} ms | {bests[1]:.1f} ms | {bests[1] / bests[0]:.3f} | {ratios[0]:.3f} | {ratios[1]:.3f} |")
        slow |= bests[1] / bests[0] < args.least
    sys.exit(1 if slow else 0)


main()
