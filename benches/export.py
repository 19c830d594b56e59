#!/usr/bin/env python3
"""Is an export quick enough? Fails where it is not.

    benches/export.py DATASET [--binary target/release/fantail] [--runs 5]

Warm `fantail apply` of the default policy to native and parquet, against three times `cp` and `sync` of the same input plus the warm
open (`apply` until its plan begins), all on the same disk, runs taken in turns so that they meet the same load; the best of each counts.
Peak memory must stay within 2.5 GiB. Prints a JSON line a figure; exit code 1 where a limit is missed. Needs Linux and Python 3.
"""
import argparse, json, os, shutil, subprocess, sys, tempfile, time

MOST_MIB = 2560.0


def applied(binary: str, arguments: list, cache: str) -> tuple:
    """Seconds in all, seconds until the plan began, MiB at the peak, CPU seconds."""
    started, opened = time.perf_counter(), None
    child = subprocess.Popen([binary, "apply", *arguments, "--progress", "json"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True, env={**os.environ, "FANTAIL_CACHE_DIR": cache})
    last = ""
    for last in child.stderr:
        if opened is None and '"stage":"plan"' in last:
            opened = time.perf_counter() - started
    _, status, usage = os.wait4(child.pid, 0)
    if status or opened is None:
        sys.exit(f"apply failed: {last}")
    return time.perf_counter() - started, opened, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def copied(source: str, target: str) -> float:
    started = time.perf_counter()
    subprocess.run(["cp", source, target], check=True)
    subprocess.run(["sync"], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--binary", default=os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/fantail"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--recipe", help="another recipe than the default one with native and parquet")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="fantail-export-", dir=os.path.dirname(os.path.abspath(options.dataset)))
    recipe, out, copy, cache = (os.path.join(folder, name) for name in ["recipe.toml", "out", "copy", "cache"])
    try:
        with open(recipe, "w") as file:
            file.write('[export]\nformats = ["native", "parquet"]\n')
        arguments = [options.dataset, "--recipe", options.recipe or recipe, "--out", out]
        applied(options.binary, arguments, cache)
        runs, copies = [], []
        for _ in range(options.runs):
            shutil.rmtree(out)
            os.sync()
            runs.append(applied(options.binary, arguments, cache))
            os.sync()
            copies.append(copied(options.dataset, copy))
            os.remove(copy)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    wall, opened, peak, cpu = (min(column) for column in zip(*runs))
    peak = max(run[2] for run in runs)
    limit = 3 * min(copies) + opened
    for name, value in [("apply_s", wall), ("open_s", opened), ("copy_s", min(copies)), ("limit_s", limit), ("cpu_s", cpu),
                        ("peak_mib", peak)]:
        print(json.dumps({"measure": name, "value": round(value, 3)}))
    if wall > limit or peak > MOST_MIB:
        sys.exit(f"missed: {wall:.2f} s of {limit:.2f}, {peak:.0f} MiB of {MOST_MIB:.0f}")


if __name__ == "__main__":
    main()
