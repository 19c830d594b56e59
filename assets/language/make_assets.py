#!/usr/bin/env python3
"""Makes the compact language assets from their published sources.

    assets/language/make_assets.py [--wordnet /usr/share/wordnet] [--tagger MODEL.json] [--out assets]

Sources
  WordNet 3.0 as Debian's package `wordnet-base` installs it (WordNet licence, kept beside the assets).
  The Brill tagger model of the crate harper-brill 3.0.0, file `trained_tagger_model.json`
  (Apache-2.0, kept beside the assets; what is written here is a re-encoding of it).

The output depends on nothing but these files, so a second run writes the same bytes.

Encodings (all integers little endian)
  word list   u32 count, then per word: a byte (shared << 4 | rest), a length byte more for each nibble
              that is 15 (added to it), then the `rest` bytes that follow the `shared` bytes it has in
              common with the word before. Words are sorted by their bytes.
  column      one byte a word, in the order of its list.
  synsets     u32 count, then per synset: varint members, varint (first member - first member of the
              synset before), then a varint for each further member: its id + 1. Ids count the single
              words first, then the collocations.
"""

import argparse
import collections
import json
import pathlib
import re
import struct

NOUN, VERB, ADJECTIVE, ADVERB = 1, 2, 4, 8
POS_OF_TYPE = {"1": NOUN, "2": VERB, "3": ADJECTIVE, "4": ADVERB, "5": ADJECTIVE}
RANK = {NOUN: 0, VERB: 1, ADJECTIVE: 2, ADVERB: 3}
INSTANCE = 31
TAXON = re.compile(
    r"\b(genus|genera|family|order|class|phylum|suborder|subfamily|superfamily"
    r"|subclass|subphylum|kingdom|tribe)\b"
)
TAGS = (
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X"
).split()


def lines(path):
    """Yields the data lines of a WordNet file: the licence at its head is indented."""
    with open(path, encoding="latin1") as file:
        yield from (line for line in file if not line.startswith("  "))


def noun_synsets(wordnet):
    """offset -> (lexicographer file, lemmas with their case, is an instance, is a taxon)."""
    synsets = {}
    for line in lines(wordnet / "data.noun"):
        data, _, gloss = line.partition(" | ")
        fields = data.split()
        size = int(fields[3], 16)
        lemmas = [fields[4 + 2 * i].split("(")[0].replace("_", " ") for i in range(size)]
        pointers = fields[4 + 2 * size + 1 :: 4]
        file = int(fields[1])
        latin = lemmas[0][0].isupper() and file in (5, 13, 14, 20) and TAXON.search(gloss)
        rank = lemmas[0].startswith(("genus ", "family ", "order ", "class "))
        synsets[fields[0]] = (file, lemmas, "@i" in pointers, bool(latin or rank))
    return synsets


def noun_senses(wordnet):
    """lower-case lemma -> synset offsets, most frequent sense first."""
    senses = {}
    for line in lines(wordnet / "index.noun"):
        fields = line.split()
        senses[fields[0].replace("_", " ")] = fields[-int(fields[2]) :]
    return senses


def kept_lemmas(synsets, senses):
    """Cased noun lemma -> lexicographer file of its first sense. Latin taxa and the names of single
    persons and places in several words are left out: nobody says them of a picture."""
    genera = {
        lemma.split(" ")[-1]
        for _, lemmas, _, taxon in synsets.values()
        if taxon
        for lemma in lemmas
    }
    kept = {}
    for lower, offsets in senses.items():
        for offset in offsets:
            file, lemmas, instance, taxon = synsets[offset]
            for lemma in lemmas:
                if lemma.lower() != lower or taxon or lemma in kept:
                    continue
                latin = lemma[0].isupper() and lemma.split(" ")[0] in genera
                if " " in lemma and (instance or latin):
                    continue
                kept[lemma] = INSTANCE if instance else file
    return kept


def parts_of_speech(wordnet):
    """single word, lower case -> flags: the parts of speech it has, and << 4 the one it has most."""
    flags = collections.Counter()
    senses = collections.defaultdict(collections.Counter)
    for name, bit in (("noun", NOUN), ("verb", VERB), ("adj", ADJECTIVE), ("adv", ADVERB)):
        for line in lines(wordnet / f"index.{name}"):
            fields = line.split()
            if "_" not in fields[0]:
                flags[fields[0]] |= bit
                senses[fields[0]][bit] = int(fields[2])
    counts = collections.defaultdict(collections.Counter)
    for line in open(wordnet / "cntlist.rev", encoding="latin1"):
        key, _, count = line.split()
        lemma, _, rest = key.partition("%")
        counts[lemma][POS_OF_TYPE[rest[0]]] += int(count)
    for word in flags:
        best = max(senses[word], key=lambda p: (counts[word][p], senses[word][p], -p))
        flags[word] |= RANK[best] << 4
    return flags


def word_list(words):
    out = bytearray(struct.pack("<I", len(words)))
    before = b""
    for word in (word.encode() for word in words):
        shared = 0
        while shared < min(len(before), len(word)) and before[shared] == word[shared]:
            shared += 1
        rest = len(word) - shared
        out.append(min(shared, 15) << 4 | min(rest, 15))
        out.extend(n - 15 for n in (shared, rest) if n >= 15)
        out += word[shared:]
        before = word
    return bytes(out)


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def synset_list(synsets, ids):
    groups = set()
    for _, lemmas, _, _ in synsets.values():
        members = [ids[lemma] for lemma in lemmas if lemma in ids]
        if len(members) > 1:
            first = min(members)
            members.remove(first)
            groups.add((first, *members))
    out = bytearray(struct.pack("<I", len(groups)))
    before = 0
    for first, *others in sorted(groups):
        out += varint(len(others) + 1) + varint(first - before)
        out += b"".join(varint(other + 1) for other in others)
        before = first
    return bytes(out)


def write_wordnet(wordnet, out):
    synsets, flags = noun_synsets(wordnet), parts_of_speech(wordnet)
    files = kept_lemmas(synsets, noun_senses(wordnet))
    lower = {lemma for lemma in files if lemma == lemma.lower()}
    cased = {lemma.lower() for lemma in files if " " not in lemma} - lower
    # A word that WordNet knows with a capital only ("Frisbee") is listed so, not once more in lower case.
    others = {w for w, f in flags.items() if w not in lower and (f & ~NOUN & 15 or w not in cased)}
    others = {w for w in others if f_has_other(flags[w])}
    names = {lemma for lemma in files if " " not in lemma}
    singles = sorted(names | others, key=str.encode)
    collocations = sorted((lemma for lemma in files if " " in lemma), key=str.encode)
    ids = {word: i for i, word in enumerate(singles + collocations)}
    noun_ids = {word: i for word, i in ids.items() if word in files}
    parts = bytes(
        (flags[w] if w in flags else NOUN) if w not in files or w == w.lower() else NOUN
        for w in singles
    )
    column = bytes(files.get(w, 0) for w in singles + collocations)
    out.mkdir(parents=True, exist_ok=True)
    (out / "lemmas.bin").write_bytes(word_list(singles) + word_list(collocations))
    (out / "parts.bin").write_bytes(parts)
    (out / "files.bin").write_bytes(column)
    (out / "synsets.bin").write_bytes(synset_list(synsets, noun_ids))
    (out / "noun.exc").write_text(exceptions(wordnet / "noun.exc", lower | {l.lower() for l in names}))
    (out / "verb.exc").write_text(exceptions(wordnet / "verb.exc", set(flags)))


def f_has_other(flags):
    return flags & (VERB | ADJECTIVE | ADVERB)


def exceptions(path, lemmas):
    """The irregular forms of single words, one `form lemma` a line."""
    kept = []
    for line in open(path, encoding="latin1"):
        form, *bases = line.strip().split()
        bases = [base for base in bases if base in lemmas]
        if "_" not in form and bases:
            kept.append(f"{form} {bases[0]}\n")
    return "".join(sorted(set(kept)))


def criteria(node):
    """One criterion as words: `tag D T`, `any D T`, `around T T`, `word D W`, joined by `&`."""
    (kind, value), = node.items()
    if kind == "Combined":
        return f"{criteria(value['a'])} & {criteria(value['b'])}"
    if kind == "WordIsTaggedWith":
        return f"tag {value['relative']} {value['is_tagged']}"
    if kind == "AnyWordIsTaggedWith":
        return f"any {value['max_relative']} {value['is_tagged']}"
    if kind == "SandwichTaggedWith":
        return f"around {value['prev_word_tagged']} {value['post_word_tagged']}"
    if kind == "WordIs":
        return f"word {value['relative']} {value['word'].lower()}"
    raise SystemExit(f"unknown criterion {kind}")


def write_tagger(model, out):
    model = json.loads(model.read_text())
    mapping = model["base"]["mapping"]
    words = sorted(mapping, key=str.encode)
    out.mkdir(parents=True, exist_ok=True)
    (out / "words.bin").write_bytes(word_list(words))
    (out / "tags.bin").write_bytes(bytes(TAGS.index(mapping[w]) + 1 for w in words))
    rules = [f"{p['from']} {p['to']} {criteria(p['criteria'])}\n" for p in model["patches"]]
    (out / "patches.txt").write_text("".join(rules))


def newest_model():
    crates = pathlib.Path.home() / ".cargo/registry/src"
    found = sorted(crates.glob("*/harper-brill-3.0.0/trained_tagger_model.json"))
    return found[0] if found else pathlib.Path("trained_tagger_model.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=pathlib.Path, default=pathlib.Path("/usr/share/wordnet"))
    parser.add_argument("--tagger", type=pathlib.Path, default=newest_model())
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("assets"))
    args = parser.parse_args()
    write_wordnet(args.wordnet, args.out / "wordnet")
    write_tagger(args.tagger, args.out / "language")


if __name__ == "__main__":
    main()
