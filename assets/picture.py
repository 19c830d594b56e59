#!/usr/bin/env python3
"""Makes the README's picture: runs a program in a terminal (tmux), types keys, and draws what stands there as SVG.

    assets/picture.py --size 120x36 --keys "m m" --out assets/fantail.svg -- target/release/fantail DATASET
    assets/picture.py --from screen.ansi --out screen.svg        draw a screen that was captured before

Needs tmux and nothing beside Python's own library. Lines, blocks and braille dots are drawn as shapes, so that they meet
whatever font the reader has; everything else is text.
"""

import argparse
import html
import os
import re
import subprocess
import sys
import time
import unicodedata

WIDTH, HEIGHT, FONT = 8.4, 17.0, 14
GROUND, INK = "#0f1419", "#d7dce2"
PAD = 14
NAMED = ["#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
         "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"]

# Which arms (up, right, down, left) a line character has.
LINES = {"─": "rl", "│": "ud", "┌": "rd", "┐": "dl", "└": "ur", "┘": "ul", "├": "urd", "┤": "udl",
         "┬": "rdl", "┴": "url", "┼": "urdl", "━": "RL", "┃": "UD", "┏": "RD", "┓": "DL", "┗": "UR", "┛": "UL",
         "┠": "UrD", "┨": "UDl", "╌": "rl", "┊": "ud"}


class Cell:
    """One character with its colours."""

    def __init__(self, text=" ", fg=None, bg=None, flags=()):
        self.text, self.fg, self.bg, self.flags = text, fg, bg, frozenset(flags)

    def colours(self):
        fg, bg = self.fg or INK, self.bg
        if "reverse" in self.flags:
            fg, bg = bg or GROUND, fg
        if "dim" in self.flags:
            fg = mix(fg, bg or GROUND)
        return fg, bg


def mix(one, other):
    parts = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]))
    return "#" + bytes((a * 3 + b * 2) // 5 for a, b in parts).hex()


def indexed(number):
    if number < 16:
        return NAMED[number]
    if number >= 232:
        return "#" + bytes([8 + 10 * (number - 232)] * 3).hex()
    level = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#" + bytes([level[number // 36], level[number // 6 % 6], level[number % 6]]).hex()


def apply(codes, state):
    """Applies the numbers of one SGR sequence to the running style."""
    codes = [int(code or 0) for code in codes]
    while codes:
        code = codes.pop(0)
        if code == 0:
            state.update(fg=None, bg=None, flags=set())
        elif code in (1, 2, 3, 4, 7):
            state["flags"].add({1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}[code])
        elif code in (22, 23, 24, 27):
            gone = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 27: {"reverse"}}[code]
            state["flags"] -= gone
        elif code in (38, 48) and codes:
            key, kind = ("fg" if code == 38 else "bg"), codes.pop(0)
            if kind == 2:
                state[key] = "#" + bytes(codes[:3]).hex()
                codes = codes[3:]
            else:
                state[key] = indexed(codes.pop(0))
        elif code in (39, 49):
            state["fg" if code == 39 else "bg"] = None
        elif 30 <= code <= 37 or 90 <= code <= 97:
            state["fg"] = NAMED[code - 30 if code < 40 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            state["bg"] = NAMED[code - 40 if code < 50 else code - 92]


def wide(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def parse(ansi):
    """The screen's rows of cells."""
    rows, state = [], {"fg": None, "bg": None, "flags": set()}
    for line in ansi.rstrip("\n").split("\n"):
        row = []
        for code, character in re.findall(r"\x1b\[([0-9;:]*)m|([^\x1b])", re.sub(r"\x1b[()].|\x0f", "", line)):
            if not character:
                apply(re.split("[;:]", code), state)
            elif unicodedata.combining(character) or character in "\u200d\ufe0f":
                if row:
                    row[-1 if row[-1].text else -2].text += character
            else:
                row.append(Cell(character, state["fg"], state["bg"], state["flags"]))
                row.extend(Cell("", state["fg"], state["bg"], state["flags"]) for _ in range(wide(character) - 1))
        rows.append(row)
    return rows


class Drawing:
    """Shapes by colour, then text."""

    def __init__(self):
        self.rects, self.dots, self.strokes, self.texts = [], {}, {}, []

    def rect(self, box, fill, opacity=None):
        x, y, width, height = box
        extra = f' fill-opacity="{opacity}"' if opacity else ""
        self.rects.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"{extra}/>')

    def shape(self, character, x, y, colour):
        """Draws a character that is a shape; False when it is text."""
        code = ord(character)
        if 0x2800 < code <= 0x28FF:
            for bit in range(8):
                if code >> bit & 1:
                    column, row = (bit // 3, bit % 3) if bit < 6 else (bit - 6, 3)
                    dot = f"M{x + (column + .5) * WIDTH / 2:.1f} {y + (row + .5) * HEIGHT / 4:.1f}h0"
                    self.dots.setdefault(colour, []).append(dot)
        elif 0x2581 <= code <= 0x2588:
            part = (code - 0x2580) / 8 * HEIGHT
            self.rect((x, y + HEIGHT - part, WIDTH + .3, part), colour)
        elif 0x2589 <= code <= 0x258F:
            self.rect((x, y, (0x2590 - code) / 8 * WIDTH + .1, HEIGHT), colour)
        elif character == "▀":
            self.rect((x, y, WIDTH + .3, HEIGHT / 2 + .2), colour)
        elif character == "░":
            self.rect((x, y, WIDTH + .3, HEIGHT), colour, .25)
        elif character in LINES:
            self.line(character, x, y, colour)
        else:
            return False
        return True

    def line(self, character, x, y, colour):
        middle, centre = x + WIDTH / 2, y + HEIGHT / 2
        ends = {"u": (middle, y), "d": (middle, y + HEIGHT), "l": (x, centre), "r": (x + WIDTH, centre)}
        for arm in LINES[character]:
            width = 2.2 if arm.isupper() else 1.1
            dash = "2.4 1.8" if character in "╌┊" else ""
            end = ends[arm.lower()]
            path = f"M{middle:.1f} {centre:.1f}L{end[0]:.1f} {end[1]:.1f}"
            self.strokes.setdefault((colour, width, dash), []).append(path)

    def text(self, run, x, y):
        first, content = run[0], "".join(cell.text for cell in run)
        style = f' fill="{first.colours()[0]}"'
        style += ' font-weight="bold"' if "bold" in first.flags else ""
        style += ' font-style="italic"' if "italic" in first.flags else ""
        style += ' text-decoration="underline"' if "underline" in first.flags else ""
        length = len(run) * WIDTH
        self.texts.append(f'<text x="{x:.1f}" y="{y + HEIGHT * .74:.1f}" textLength="{length:.1f}"{style}>'
                          f"{html.escape(content)}</text>")

    def parts(self):
        yield from self.rects
        for colour, dots in self.dots.items():
            yield f'<path d="{"".join(dots)}" stroke="{colour}" stroke-width="2.9" stroke-linecap="round"/>'
        for (colour, width, dash), paths in self.strokes.items():
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            yield f'<path d="{"".join(paths)}" stroke="{colour}" stroke-width="{width}"{dashed} fill="none"/>'
        yield from self.texts


def draw_row(drawing, row, y):
    column = 0
    while column < len(row):
        cell = row[column]
        fg, bg = cell.colours()
        if bg:
            drawing.rect((PAD + column * WIDTH, y, WIDTH + .3, HEIGHT + .3), bg)
        column += 1
    run, start = [], 0
    for column, cell in enumerate(row + [Cell("\0")]):
        same = run and (cell.colours()[0], cell.flags) == (run[0].colours()[0], run[0].flags)
        x = PAD + column * WIDTH
        plain = cell.text not in ("", "\0") and len(cell.text) == 1 and cell.text != " "
        shape = plain and drawing.shape(cell.text, x, y, cell.colours()[0])
        double = cell.text == "" or (column + 1 < len(row) and row[column + 1].text == "")
        if run and (not same or shape or cell.text in ("\0",) or double):
            while run and run[-1].text == " ":
                run.pop()
            if run:
                drawing.text(run, PAD + start * WIDTH, y)
            run = []
        if shape or cell.text in ("", "\0") or (not run and cell.text == " "):
            continue
        if double:
            drawing.text([cell, Cell("")], x, y)
            continue
        if not run:
            start = column
        run.append(cell)


def svg(rows):
    columns = max((len(row) for row in rows), default=1)
    width, height = columns * WIDTH + 2 * PAD, len(rows) * HEIGHT + 2 * PAD
    drawing = Drawing()
    for number, row in enumerate(rows):
        draw_row(drawing, row, PAD + number * HEIGHT)
    body = "\n".join(drawing.parts())
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" font-family="ui-monospace, \'DejaVu Sans Mono\', Menlo, Consolas, monospace" '
            f'font-size="{FONT}" xml:space="preserve">\n'
            f'<rect width="100%" height="100%" rx="9" fill="{GROUND}"/>\n{body}\n</svg>\n')


def tmux(*arguments, **options):
    command = ["tmux", "-L", f"picture-{os.getpid()}", "-f", "/dev/null", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def settled(patience=20.0):
    """The screen once it has stood still for half a second."""
    last, since, until = None, time.monotonic(), time.monotonic() + patience
    while time.monotonic() < until:
        now = tmux("capture-pane", "-e", "-p")
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > 0.5 and now.strip():
            break
        time.sleep(0.1)
    return last


def capture(program, size, keys):
    columns, rows = size.split("x")
    environment = dict(os.environ, COLORTERM="truecolor")
    environment.pop("NO_COLOR", None)
    tmux("new-session", "-d", "-x", columns, "-y", rows, *program, env=environment)
    try:
        tmux("set-option", "-g", "status", "off")
        tmux("resize-window", "-x", columns, "-y", rows)
        screen = settled()
        for key in keys.split():
            tmux("send-keys", key)
            screen = settled()
        return screen
    finally:
        tmux("kill-server")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--size", default="120x36", help="columns x rows")
    arguments.add_argument("--keys", default="", help="keys to type, by tmux's names, separated by spaces")
    arguments.add_argument("--from", dest="source", help="a captured screen instead of a program")
    arguments.add_argument("--out", required=True, help="the SVG file to write")
    arguments.add_argument("program", nargs="*", help="the program and its arguments, after --")
    options = arguments.parse_args()
    if options.source:
        with open(options.source, encoding="utf-8") as file:
            screen = file.read()
    elif options.program:
        screen = capture(options.program, options.size, options.keys)
    else:
        sys.exit("picture.py: give a program after --, or a captured screen with --from")
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(svg(parse(screen)))


if __name__ == "__main__":
    main()
