#!/usr/bin/env python3
"""Speaks the worker's protocol, and breaks it in the way that its argument names; for tests/worker.rs.

It knows nothing of fantail's code: what it writes is what the page in src/job/worker.rs says.
"""

import json
import os
import signal
import sys
import time

MODE = sys.argv[1]


def say(report, **members):
    raw("\n" + json.dumps({"report": report, **members}) + "\n")


def raw(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def hear():
    line = sys.stdin.readline()
    return json.loads(line) if line else {"order": "shutdown"}


def device():
    return {"name": "cpu", "model": "double", "memory": 1, "free": 1, "threads": 2, "note": ""}


def progress(task, done, total=100, stage="train"):
    say("progress", task=task, stage=stage, done=done, total=total)


def finish(task, **figures):
    say("finished", task=task, outcome={"files": [], "figures": figures, "set_aside": 0})


def forever(step):
    """Until the client ends us; at most a minute, should it be gone."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        step()


def greet():
    assert hear()["order"] == "hello"
    match MODE:
        case "dies-before-hello":
            print("cannot open shared object file", file=sys.stderr)
            sys.exit(127)
        case "silent-before-hello":
            forever(lambda: time.sleep(0.05))
        case "other-protocol":
            raw('{"report":"hello","protocol":99,"version":"9.9.9","new":true}\n')
            hear()
        case "other-greeting":
            raw('{"hello":"there","protocol":2,"version":"0.2.0"}\n')
            hear()
        case "garbage":
            forever(lambda: (sys.stdout.buffer.write(b"\xff\xfe{[not json\x00\x1b[2J\n"), sys.stdout.flush()))
        case "refuses":
            say("refused", message="cuda:7 cannot be used: there is no GPU", next="use --device cpu")
            sys.exit(5)
        case "banner":
            raw("Welcome to host\nLast login: yesterday\n")
    say("hello", protocol=1, version="0.1.0", process=os.getpid(), libtorch="2.11.0", device=device())


def work(task):
    match MODE:
        case "good" | "banner":
            progress(task, 50)
            say("measure", task=task, name="loss", at=50, value=0.5)
            say("measure", task=task, name="loss", at=51, value=None)
            say("memory", used=10, total=100)
            progress(task, 100)
            finish(task, loss=0.25)
        case "stray":
            print("a warning on stderr", file=sys.stderr)
            sys.stderr.flush()
            raw("a library prints this without ending its line")
            progress(task, 10)
            raw('{"looks":"like json"}\n{"report":"of a kind that is new"}\n')
            finish(task)
        case "dies-at-start":
            sys.exit(1)
        case "dies-in-the-middle":
            progress(task, 10)
            print("Traceback: something broke", file=sys.stderr)
            print("RuntimeError: the last words", file=sys.stderr)
            sys.stderr.flush()
            sys.exit(3)
        case "killed" | "segfault":
            progress(task, 10)
            os.kill(os.getpid(), signal.SIGKILL if MODE == "killed" else signal.SIGSEGV)
        case "partial":
            raw('{"report":"finished","task":1,"outcome":{"files":[],"fig')
            sys.exit(0)
        case "whole-but-unended":
            raw('{"report":"finished","task":1,"outcome":{"files":[],"figures":{},"set_aside":0}}')
            sys.exit(0)
        case "mute":
            progress(task, 10)
            forever(lambda: time.sleep(0.05))
        case "babbles":
            forever(lambda: raw("la la la\n" * 100))
        case "shouts":
            forever(lambda: print("noise " * 100, file=sys.stderr))
        case "floods":
            for done in range(100_000):
                progress(task, 100)
                if done % 10 == 0:
                    say("measure", task=task, name="loss", at=done, value=1.0)
                    say("log", line=f"line {done}")
                    say("picture", task=task, path="/tmp/x.png", seed=None, caption="x")
            finish(task)
        case "long-line":
            raw("x" * (8 << 20) + "\n")
            raw('{"report":"log","line":"' + "y" * (8 << 20) + '"}\n')
            finish(task)
        case "wrong-task":
            finish(task + 7)
            say("failed", task=99, problem={"message": "not mine", "next": ""})
            progress(task, 20)
            finish(task)
        case "ends-twice":
            finish(task)
            finish(task)
            say("failed", task=task, problem={"message": "after the end", "next": ""})
        case "cancels-itself":
            say("cancelled", task=task)
        case "fails":
            say("failed", task=task, problem={"message": "the disk is full", "next": "make room"})
        case "obeys":
            progress(task, 1)
            while True:
                order = hear()["order"]
                say("log", line=f"heard {order}")
                if order == "cancel":
                    return say("cancelled", task=task)
                if order == "shutdown":
                    sys.exit(0)
        case "deaf":
            progress(task, 1)
            forever(lambda: (say("alive"), time.sleep(0.05)))
        case "dies-when-cancelled":
            progress(task, 1)
            hear()
            sys.exit(9)


def main():
    greet()
    while True:
        order = hear()
        if order["order"] == "start":
            work(order["task"])
        elif order["order"] == "shutdown":
            if MODE == "ends-twice":
                print("a quiet end", file=sys.stderr)
            return


main()
