#!/usr/bin/env python3
"""Whole-process measurements of fantail on one dataset: what a user waits for.

    benches/whole.py DATASET [--binary target/release/fantail] [--keys 500]

Prints, as JSON lines: cold and warm `stats` (seconds of wall time, seconds of CPU, MiB of peak memory), the time from
start to the first frame and to the first counts, the time in which a key is answered while the dataset loads
(median, p99, worst) and after, the CPU time used while idle, and warm `apply` to native and parquet (medians of five) beside `cp`
and `sync` of the same file and the warm open, which together are its limit: 3 times the copy plus the open, 2.5 GiB. Warm `preview`
has 2 s (a median of five): where it takes longer, the script ends with 1. Needs Linux and Python 3, nothing else.
"""
import argparse, fcntl, json, os, pty, re, select, shutil, signal, struct, subprocess, sys, tempfile, termios, time


def report(name: str, **values: float) -> None:
    print(json.dumps({"measure": name, **{key: round(value, 4) for key, value in values.items()}}), flush=True)


def measure_stats(binary: str, dataset: str, cache: str, name: str) -> None:
    started = time.perf_counter()
    child = subprocess.Popen([binary, "stats", dataset, "--format", "json"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env={**os.environ, "FANTAIL_CACHE_DIR": cache})
    _, status, usage = os.wait4(child.pid, 0)
    report(name, exit=os.waitstatus_to_exitcode(status), wall_s=time.perf_counter() - started,
           cpu_s=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / 1024)


class Terminal:
    """The program in a pseudo terminal of 120 by 36 cells."""

    def __init__(self, binary: str, dataset: str, cache: str) -> None:
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", FANTAIL_CACHE_DIR=cache)
            os.execv(binary, [binary, dataset])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def read(self, seconds: float) -> bytes:
        """What arrives within `seconds`, answering the queries that a real terminal answers."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        if b"\x1b[6n" in data:
            os.write(self.fd, b"\x1b[1;1R")
        if b"\x1b]11;?" in data:
            os.write(self.fd, b"\x1b]11;rgb:0000/0000/0000\x1b\\")
        if b"\x1b[c" in data:
            os.write(self.fd, b"\x1b[?62;c")
        self.seen += data
        return data

    def wait_for(self, pattern: bytes, limit: float) -> float:
        """Seconds since the start at which `pattern` had appeared."""
        while time.perf_counter() - self.started < limit:
            self.read(0.05)
            if re.search(pattern, self.seen):
                return time.perf_counter() - self.started
        return float("nan")

    def answer(self, key: bytes) -> float:
        """Seconds until the screen changes after a key."""
        while self.read(0.0):
            pass
        sent = time.perf_counter()
        os.write(self.fd, key)
        return time.perf_counter() - sent if self.read(1.0) else float("nan")

    def cpu(self) -> float:
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def measure_terminal(binary: str, dataset: str, cache: str, keys: int, name: str) -> None:
    terminal = Terminal(binary, dataset, cache)
    report(f"{name}: first frame", wall_s=terminal.wait_for(rb"Explore", 10))
    report(f"{name}: first counts", wall_s=terminal.wait_for(rb"extracting|gini", 60))
    answers = []
    for number in range(keys):
        answers.append(terminal.answer(b"m"))
        until = time.perf_counter() + 0.01
        while time.perf_counter() < until:
            terminal.read(0.005)
    answers.sort()
    report(f"{name}: key answered", keys=keys, median_ms=answers[len(answers) // 2] * 1e3,
           p99_ms=answers[int(len(answers) * 0.99)] * 1e3, worst_ms=answers[-1] * 1e3)
    terminal.close()


def measure_idle(binary: str, dataset: str, cache: str) -> None:
    terminal = Terminal(binary, dataset, cache)
    terminal.wait_for(rb"gini", 120)
    until = time.perf_counter() + 3
    while time.perf_counter() < until:
        terminal.read(0.1)
    before, quiet = terminal.cpu(), time.perf_counter() + 5
    while time.perf_counter() < quiet:
        terminal.read(0.1)
    report("idle", seconds=5, cpu_s=terminal.cpu() - before)
    terminal.close()


def run(command: list, cache: str) -> tuple:
    """Seconds until the end and until the plan began, and MiB of peak memory."""
    started, planned = time.perf_counter(), float("nan")
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             env={**os.environ, "FANTAIL_CACHE_DIR": cache})
    for line in child.stderr:
        if planned != planned and '"stage":"plan"' in line:
            planned = time.perf_counter() - started
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command} failed")
    return time.perf_counter() - started, planned, usage.ru_maxrss / 1024


def measure_apply(binary: str, dataset: str, cache: str, runs: int = 5) -> None:
    """Warm `apply`, and what it is measured by: the open is the part of it before the plan begins."""
    folder = tempfile.mkdtemp(prefix="fantail-whole-", dir=os.path.dirname(os.path.abspath(dataset)))
    recipe, out, copied = (os.path.join(folder, name) for name in ["recipe.toml", "out", "copy"])
    with open(recipe, "w") as file:
        file.write('[export]\nformats = ["native", "parquet"]\n')
    apply = [binary, "apply", dataset, "--recipe", recipe, "--out", out, "--progress", "json"]
    whole, copies = [], []
    try:
        run([binary, "stats", dataset], cache)
        for _ in range(runs):
            os.sync()
            whole.append(run(apply, cache))
            shutil.rmtree(out)
            os.sync()
            copies.append(run(["sh", "-c", f"cp '{dataset}' '{copied}'; sync"], cache)[0])
            os.remove(copied)
        middle = lambda measured: sorted(measured)[runs // 2]
        copy, opened = middle(copies), middle([opened for _, opened, _ in whole])
        report("apply native and parquet", wall_s=middle([wall for wall, _, _ in whole]), copy_s=copy, open_s=opened,
               limit_s=3 * copy + opened, peak_mib=max(peak for _, _, peak in whole), cores=os.cpu_count())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_preview(binary: str, dataset: str, cache: str, runs: int = 5, limit: float = 2.0) -> bool:
    """Warm `preview` of the default recipe; whether it is within its limit."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as recipe:
        recipe.write("version = 1\n")
        recipe.flush()
        command = [binary, "preview", dataset, "--recipe", recipe.name, "--format", "json"]
        run(command, cache)
        measured = sorted(run(command, cache) for _ in range(runs))
    wall = measured[runs // 2][0]
    report("preview warm", wall_s=wall, limit_s=limit, peak_mib=max(peak for _, _, peak in measured))
    return wall <= limit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--binary", default=os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release/fantail"))
    parser.add_argument("--keys", type=int, default=300)
    parser.add_argument("--only", choices=["apply", "preview"], help="measure this alone")
    arguments = parser.parse_args()
    if not os.access(arguments.binary, os.X_OK):
        sys.exit(f"{arguments.binary} is not there: run `make build` first")
    cache = tempfile.mkdtemp(prefix="fantail-whole-")
    try:
        if arguments.only == "apply":
            measure_apply(arguments.binary, arguments.dataset, cache)
            return
        if arguments.only == "preview":
            sys.exit(0 if measure_preview(arguments.binary, arguments.dataset, cache) else 1)
        measure_stats(arguments.binary, arguments.dataset, cache, "stats cold")
        measure_stats(arguments.binary, arguments.dataset, cache, "stats warm")
        quick = measure_preview(arguments.binary, arguments.dataset, cache)
        measure_apply(arguments.binary, arguments.dataset, cache)
        measure_idle(arguments.binary, arguments.dataset, cache)
        shutil.rmtree(cache)
        measure_terminal(arguments.binary, arguments.dataset, cache, arguments.keys, "loading")
        measure_terminal(arguments.binary, arguments.dataset, cache, arguments.keys, "again")
        sys.exit(0 if quick else 1)
    finally:
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
