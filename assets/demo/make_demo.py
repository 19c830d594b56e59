#!/usr/bin/env python3
"""Make fantail's embedded demo dataset: every emoji, its picture, its name and its group.

A real, small, long-tailed dataset: 1,911 pictures under 99 labels, of which the largest
(country-flag) holds 259 and the smallest (animal-amphibian) one.

    python3 make_demo.py emoji-datasource-twitter-16.0.0.tgz
    python3 make_demo.py                 # fetches the package with `npm pack`

Source:  npm package emoji-datasource-twitter 16.0.0, whose integrity is checked before use.
Licence: pictures CC BY 4.0 (Twemoji), names and groups MIT (emoji-data); see LICENSE.md.
Needs:   Python 3.9 or later and Pillow, which only decodes; the PNGs are encoded here.

Writes, beside this script or under --output:

    emoji.jsonl      one record a line, in the package's sort order: id, image, caption, label, category
    emoji.pack       the pictures, 64x64 palette PNGs with alpha, one after the other
    emoji.index.tsv  image path, offset and length in emoji.pack, in the order of the records
    LICENSE.md       attribution and licences

Two runs write the same bytes, and the checksums printed at the end show it. Only emoji.pack and
the index can differ between machines, if Python is linked with another deflate than zlib 1.x; the
pixels stay the same.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import struct
import subprocess
import tarfile
import tempfile
import zlib
from collections import Counter
from pathlib import Path

from PIL import Image

PACKAGE = "emoji-datasource-twitter"
VERSION = "16.0.0"
INTEGRITY = "7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ=="
PICTURES = "package/img/twitter/64/"
SIDE = 64
COLOURS = 128

# Names that say something else than the picture shows. Most are Unicode's "black" and "white",
# which mean filled and outlined there; a reader, and a diffusion model, would take them as colours.
REWRITES = {
    "BLACK CLUB SUIT": "club suit",
    "BLACK DIAMOND SUIT": "diamond suit",
    "BLACK DOWN-POINTING DOUBLE TRIANGLE": "down-pointing double triangle",
    "BLACK HEART SUIT": "heart suit",
    "BLACK LEFT-POINTING DOUBLE TRIANGLE": "left-pointing double triangle",
    "BLACK LEFT-POINTING TRIANGLE": "left-pointing triangle",
    "BLACK NIB": "pen nib",
    "BLACK QUESTION MARK ORNAMENT": "red question mark",
    "BLACK RIGHT-POINTING DOUBLE TRIANGLE": "right-pointing double triangle",
    "BLACK RIGHT-POINTING TRIANGLE": "right-pointing triangle",
    "BLACK RIGHTWARDS ARROW": "rightwards arrow",
    "BLACK SCISSORS": "scissors",
    "BLACK SPADE SUIT": "spade suit",
    "BLACK SUN WITH RAYS": "sun with rays",
    "BLACK TELEPHONE": "telephone",
    "BLACK UNIVERSAL RECYCLING SYMBOL": "universal recycling symbol",
    "BLACK UP-POINTING DOUBLE TRIANGLE": "up-pointing double triangle",
    "DOWN-POINTING SMALL RED TRIANGLE": "down-pointing small triangle",
    "DOWNWARDS BLACK ARROW": "downwards arrow",
    "FACE WITH NO GOOD GESTURE": "person gesturing no",
    "FACE WITH OK GESTURE": "person gesturing OK",
    "HEAVY BLACK HEART": "red heart",
    "HEAVY EXCLAMATION MARK SYMBOL": "red exclamation mark",
    "HOCHO": "kitchen knife",
    "LEFTWARDS BLACK ARROW": "leftwards arrow",
    "PERSON RAISING BOTH HANDS IN CELEBRATION": "raised hands in celebration",
    "PERSON WITH FOLDED HANDS": "folded hands",
    "PINATA": "piñata",
    "PLAYING CARD BLACK JOKER": "playing card joker",
    "POLICE CARS REVOLVING LIGHT": "police car's revolving light",
    "UP-POINTING SMALL RED TRIANGLE": "up-pointing small triangle",
    "UPWARDS BLACK ARROW": "upwards arrow",
    "WHITE DOWN POINTING BACKHAND INDEX": "down pointing backhand index",
    "WHITE EXCLAMATION MARK ORNAMENT": "grey exclamation mark",
    "WHITE LEFT POINTING BACKHAND INDEX": "left pointing backhand index",
    "WHITE MEDIUM STAR": "star",
    "WHITE QUESTION MARK ORNAMENT": "grey question mark",
    "WHITE RIGHT POINTING BACKHAND INDEX": "right pointing backhand index",
    "WHITE SMILING FACE": "smiling face",
    "WHITE UP POINTING BACKHAND INDEX": "up pointing backhand index",
    "WHITE UP POINTING INDEX": "up pointing index",
    "WOMAN WITH BUNNY EARS": "people with bunny ears",
}

# What lower case takes away: proper nouns, abbreviations, apostrophes.
SPELLINGS = (
    "American, Americas, Asia-Australia, Bactrian, Christmas, DNA, DVD, Dharma, Europe-Africa, European, "
    "Father Christmas, French, Hindu, Japan, Japanese, Kaaba, Latin, Milky Way, Mother Christmas, Mount Fuji, "
    "Mx Claus, OK, Orthodox, Shinto, Star of David, Statue of Liberty, T-rex, T-shirt, Tanabata, Tokyo Tower, "
    "X-ray, man's, men's, o'clock, woman's, women's"
).split(", ")
SPELLING_OF = {spelling.lower().replace("'", ""): spelling for spelling in SPELLINGS}
SPELLED = re.compile(r"(?<![\w-])(?:%s)(?![\w-])" % "|".join(sorted(SPELLING_OF, key=len, reverse=True)))
LETTER = re.compile(r"(?:NEGATIVE )?(SQUARED|CIRCLED) LATIN CAPITAL LETTER ([A-Z])")
WORD_IN_A_SQUARE = re.compile(r"(?:NEGATIVE )?SQUARED ([A-Z]+)( WITH EXCLAMATION MARK)?")
IDEOGRAPH = re.compile(r"SQUARED CJK UNIFIED IDEOGRAPH-([0-9A-F]{4})")
SKIN_TONE = re.compile(r"EMOJI MODIFIER FITZPATRICK TYPE-([0-9-]+)")


def main():
    """Read the package, write the four files, read them back, and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", nargs="?", type=Path, help="the package's .tgz (default: npm pack)")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()

    emoji, pictures, package_licence = read_package(package_bytes(arguments.package))
    shared = shared_names(emoji)
    records = [record(entry, shared) for entry in emoji]
    pack, index = pack_pictures(records, pictures)
    files = {
        "emoji.jsonl": "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode(),
        "emoji.pack": pack,
        "emoji.index.tsv": "".join(f"{path}\t{start}\t{size}\n" for path, start, size in index).encode(),
        "LICENSE.md": LICENCE_TEXT.format(
            package=PACKAGE, version=VERSION, colours=COLOURS, package_licence=package_licence
        ).encode(),
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (arguments.output / name).write_bytes(content)
    verify(arguments.output)
    report(records, files)


def package_bytes(path):
    """The package's archive, from `path` or from the registry, checked against its published integrity."""
    if path is None:
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            archive = (Path(folder) / f"{PACKAGE}-{VERSION}.tgz").read_bytes()
    else:
        archive = path.read_bytes()
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != INTEGRITY:
        raise SystemExit(f"{path or 'npm pack'}: not {PACKAGE} {VERSION} as published")
    return archive


def read_package(archive):
    """The emoji in sort order, the bytes of each 64 px picture by file name, and the licence text.

    Skin-tone variants hang below their emoji (`skin_variations`), so the top level leaves them out.
    """
    pictures = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        for member in package:
            if member.name.startswith(PICTURES) and member.isfile():
                pictures[member.name[len(PICTURES) :]] = package.extractfile(member).read()
            elif member.name == "package/emoji.json":
                emoji = json.load(package.extractfile(member))
            elif member.name == "package/LICENSE":
                licence = package.extractfile(member).read().decode().strip()
    return sorted(emoji, key=lambda entry: entry["sort_order"]), pictures, licence


def record(entry, shared):
    """One line of emoji.jsonl."""
    return {
        "id": entry["image"].removesuffix(".png"),
        "image": f"emoji/{entry['image']}",
        "caption": caption(entry, shared),
        "label": entry["subcategory"],
        "category": entry["category"],
    }


def shared_names(emoji):
    """Names that more than one emoji bears."""
    return {name for name, count in Counter(entry["name"] for entry in emoji).items() if count > 1}


def caption(entry, shared):
    """The emoji's name as a reader would write it: "GRINNING FACE" -> "grinning face"."""
    name = entry["name"]
    if name in REWRITES:
        return REWRITES[name]
    if match := LETTER.fullmatch(name):
        return f"{match[1].lower()} letter {match[2]}"
    if match := WORD_IN_A_SQUARE.fullmatch(name):
        return f"squared {match[1]}{(match[2] or '').lower()}"
    if match := IDEOGRAPH.fullmatch(name):
        return f"squared ideograph {chr(int(match[1], 16))}"
    if match := SKIN_TONE.fullmatch(name):
        return f"Fitzpatrick skin tone type {match[1]}"
    if not name.isupper():  # "Germany Flag", the only names in mixed case
        return name.replace(" Flag", " flag").replace("’", "'")
    if name in shared or (entry["subcategory"] == "person" and ":" in name):  # "MAN: RED HAIR", red_haired_man
        return re.sub("[_-]", " ", entry["short_name"]).replace(" haired", "-haired")
    if entry["subcategory"] == "zodiac":
        return name.capitalize()
    text = name.lower().replace("’", "'").replace("keycap: *", "keycap asterisk")
    return SPELLED.sub(lambda words: SPELLING_OF[words[0]], text)


def pack_pictures(records, pictures):
    """All pictures one after the other, and (path, offset, length) for each."""
    pack, index = bytearray(), []
    for each in records:
        png = reduced_png(pictures[each["image"].removeprefix("emoji/")])
        index.append((each["image"], len(pack), len(png)))
        pack += png
    return bytes(pack), index


def reduced_png(source):
    """The picture as a palette PNG of at most COLOURS colours."""
    image = Image.open(io.BytesIO(source)).convert("RGBA")
    if image.size != (SIDE, SIDE):
        raise SystemExit(f"a picture of {image.size}, where {SIDE}x{SIDE} was expected")
    pixels = list(struct.iter_unpack("4B", image.tobytes()))
    pixels = [pixel if pixel[3] else (0, 0, 0, 0) for pixel in pixels]
    nearest = reduced_colours(Counter(pixels))
    return palette_png([nearest[pixel] for pixel in pixels])


def reduced_colours(counts):
    """For each colour, the one of at most COLOURS kept ones to draw it with.

    Farthest-point selection: begin with the commonest colour, then keep the one whose pixels
    would be drawn worst (pixel count x squared distance in premultiplied RGBA). Flat areas stay
    exact that way, which an octree's averages would shift; only rare edge shades move.
    """
    colours = sorted(counts, key=lambda colour: (-counts[colour], colour))
    if len(colours) <= COLOURS:
        return {colour: colour for colour in colours}
    points = [(r * a // 255, g * a // 255, b * a // 255, a) for r, g, b, a in colours]
    errors, nearest, chosen = [float("inf")] * len(colours), colours[:], 0
    for _ in range(COLOURS):
        kept, (r, g, b, a) = colours[chosen], points[chosen]
        worst = -1
        for i, (pr, pg, pb, pa) in enumerate(points):
            error = (pr - r) ** 2 + (pg - g) ** 2 + (pb - b) ** 2 + (pa - a) ** 2
            if error < errors[i]:
                errors[i], nearest[i] = error, kept
            if errors[i] * counts[colours[i]] > worst:
                worst, chosen = errors[i] * counts[colours[i]], i
    return dict(zip(colours, nearest))


def palette_png(pixels):
    """An 8-bit palette PNG. Translucent colours come first, so that tRNS stops where opaque ones begin."""
    palette = sorted(set(pixels), key=lambda colour: (colour[3] == 255, colour))
    position = {colour: i for i, colour in enumerate(palette)}
    rows = (pixels[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE))
    scanlines = b"".join(b"\0" + bytes(position[pixel] for pixel in row) for row in rows)
    alphas = bytes(a for *_, a in palette if a < 255)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(bytes(colour[:3]) for colour in palette)),
        *([(b"tRNS", alphas)] if alphas else []),
        (b"IDAT", zlib.compress(scanlines, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def verify(folder):
    """Read the files back as the program will: records whole and unique, every picture decodable."""
    records = [json.loads(line) for line in (folder / "emoji.jsonl").read_text("utf-8").splitlines()]
    pack = (folder / "emoji.pack").read_bytes()
    lines = (folder / "emoji.index.tsv").read_text("utf-8").splitlines()
    end = 0
    for line, each in zip(lines, records):
        path, start, size = line.split("\t")
        assert path == each["image"] and int(start) == end, line
        end += int(size)
        with Image.open(io.BytesIO(pack[int(start) : end])) as image:
            image.load()
            assert image.size == (SIDE, SIDE) and image.mode == "P", line
    assert end == len(pack) and len(lines) == len(records)
    assert len({each["id"] for each in records}) == len(records)
    assert all(value.strip() for each in records for value in each.values())


def report(records, files):
    """Print the figures of the dataset and the checksum of each file."""
    labels = Counter(each["label"] for each in records).most_common()
    print(f"{len(records):,} records, {len(labels)} labels")
    print("head: " + ", ".join(f"{label} {count}" for label, count in labels[:8]))
    print("tail: " + ", ".join(f"{label} {count}" for label, count in labels[-8:]))
    for name, content in files.items():
        print(f"{hashlib.sha256(content).hexdigest()}  {len(content):>9,}  {name}")


LICENCE_TEXT = """\
# Licences of the demo dataset

The files in this folder come from the npm package
[`{package}`](https://www.npmjs.com/package/{package}) {version}
and carry its licences, not fantail's. `make_demo.py` makes them and is fantail's own.

## Pictures: `emoji.pack`

- Title: Twemoji 16.0.1, as distributed in `{package}` {version}
- Author: Twitter, Inc and other contributors (copyright 2014–2021 Twitter;
  2022–present Jason Sofonia & Justine De Caires), <https://github.com/jdecked/twemoji>
- Licence: [Creative Commons Attribution 4.0 International (CC BY 4.0)](https://creativecommons.org/licenses/by/4.0/)
- Changes: the 64 px pictures without skin-tone variants were reduced to at most {colours} colours
  each, encoded again, and joined into one file (`emoji.index.tsv` says where each lies)

The pictures come without warranty, and their authors do not endorse this project.

## Names and groups: `emoji.jsonl`, `emoji.index.tsv`

- Title: emoji-data, as distributed in `{package}` {version}
- Author: Cal Henderson, <https://github.com/iamcal/emoji-data>
- Licence: MIT, as below
- Changes: five fields of each emoji were kept; names were put in lower case, and some were
  reworded to say what the picture shows

```text
{package_licence}
```
"""


if __name__ == "__main__":
    main()
