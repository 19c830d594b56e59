#!/usr/bin/env python3
"""Write a LLaVA-format JSON array in which no turn is said twice: the worst that a file can do to the extractor.

    benches/unrepeated.py SOURCE.json 665298 OUT.json [--turns 5]

The turns are those of a real LLaVA file, questions and answers alike, each with the halves of two of them joined at a blank and
a serial number, so that what is read once cannot be used again. A record has `--turns` questions and answers, as LLaVA-1.5 has.
"""
import argparse, json, random


def halves(text: str) -> tuple[str, str]:
    words = text.replace("<image>", " ").split()
    middle = len(words) // 2
    return " ".join(words[:middle]), " ".join(words[middle:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("records", type=int)
    parser.add_argument("out")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    said = {"human": [], "gpt": []}
    for record in json.load(open(arguments.source, encoding="utf-8")):
        for turn in record["conversations"]:
            said[turn["from"]].append(halves(turn["value"]))
    serial = 0
    with open(arguments.out, "w", encoding="utf-8") as out:
        out.write("[")
        for number in range(arguments.records):
            turns = []
            for _ in range(arguments.turns):
                for speaker, pool in said.items():
                    serial += 1
                    first, second = draw.choice(pool)[0], draw.choice(pool)[1]
                    turns.append({"from": speaker, "value": f"{first} {serial} {second}"})
            record = {"id": f"{number:09d}", "image": f"{number:09d}.jpg", "conversations": turns}
            out.write((",\n" if number else "") + json.dumps(record, ensure_ascii=False))
        out.write("]\n")


if __name__ == "__main__":
    main()
