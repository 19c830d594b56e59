"""Reads what fantail writes with other people's readers. Run by `make interop`; the first argument is the program."""

import json
import pathlib
import subprocess
import sys
import tempfile

import datasets
import numpy
import pyarrow.parquet
import torch

THINGS = ["dog", "dog", "dog", "cat", "umbrella", "xylophone", "dog", "zebra"]


def record(number):
    said = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": f"A {THINGS[number % 8]}."}]
    return {"id": f"r{number}", "image": f"{number}.jpg", "conversations": said}


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        records = [record(number) for number in range(400)]
        (home / "data.json").write_text(json.dumps(records))
        formats = ["native", "parquet", "jsonl", "csv", "weights", "indices"]
        recipe = f'[rebalance]\npolicy = "uniform"\nperspective = "object"\n[export]\nformats = {formats}\n'
        (home / "recipe.toml").write_text(recipe)
        command = [program, "apply", "data.json", "--recipe", "recipe.toml", "--out", "out"]
        subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)
        out = home / "out"
        written = json.loads((out / "data.json").read_text())
        table = pyarrow.parquet.read_table(out / "decisions.parquet").to_pylist()
        lines = [json.loads(line) for line in (out / "decisions.jsonl").read_text().splitlines()]
        assert table == lines, "the two tables differ"
        assert [row["id"] for row in table] == [record["id"] for record in records]
        wanted = [record for record, row in zip(records, table) for _ in range(row["repeat"])]
        assert written == wanted, "native is not what the table says"
        comma = datasets.load_dataset("csv", data_files=str(out / "decisions.csv"), split="train", cache_dir=folder)
        assert comma["repeat"][:] == [row["repeat"] for row in table]
        indices, weights = numpy.load(out / "indices.npy"), numpy.load(out / "weights.npy")
        source = datasets.Dataset.from_list(records)
        assert source.select(indices)["id"][:] == [record["id"] for record in written]
        assert weights.tolist() == [row["weight"] for row in table]
        sampler = torch.utils.data.WeightedRandomSampler(torch.from_numpy(weights), 4000)
        drawn = [THINGS[number % 8] for number in sampler]
        shares = {thing: drawn.count(thing) / 4000 for thing in set(THINGS)}
        assert max(shares.values()) < 2 * min(shares.values()), shares
        print(f"json, pyarrow, numpy, datasets and torch agree: {len(written)} records of {len(records)}")


main(sys.argv[1])
