"""Reads what fantail writes with other people's readers, and makes its decisions again in SQL. Run by `make interop`; the first
argument is the program."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import datasets
import duckdb
import numpy
import pyarrow.parquet
import torch

THINGS = ["dog", "dog", "dog", "cat", "umbrella", "xylophone", "dog", "zebra"]


def record(number):
    said = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": f"A {THINGS[number % 8]}."}]
    return {"id": f"r{number}", "image": f"{number}.jpg", "conversations": said}


class Scene:
    """A folder in which the program runs."""

    def __init__(self, program, folder):
        self.program, self.home = program, pathlib.Path(folder)

    def run(self, *command):
        environment = {**os.environ, "FANTAIL_CACHE_DIR": str(self.home / "cache")}
        done = subprocess.run([self.program, *map(str, command)], cwd=self.home, env=environment, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def recipe(self, text):
        (self.home / "recipe.toml").write_text(text)

    def apply(self, data, out, *more):
        self.run("apply", data, "--recipe", "recipe.toml", "--out", out, "--force", *more)
        return self.home / out


def readers(scene):
    records = [record(number) for number in range(400)]
    (scene.home / "data.json").write_text(json.dumps(records))
    formats = ["native", "parquet", "jsonl", "csv", "weights", "indices"]
    scene.recipe(f'[rebalance]\npolicy = "uniform"\nperspective = "object"\n[export]\nformats = {formats}\n')
    out = scene.apply("data.json", "out")
    written = json.loads((out / "data.json").read_text())
    datasets.disable_progress_bars()
    table = pyarrow.parquet.read_table(out / "decisions.parquet").to_pylist()
    lines = [json.loads(line) for line in (out / "decisions.jsonl").read_text().splitlines()]
    assert table == lines, "the two tables differ"
    assert [row["id"] for row in table] == [record["id"] for record in records]
    wanted = [record for record, row in zip(records, table) for _ in range(row["repeat"])]
    assert written == wanted, "native is not what the table says"
    comma = datasets.load_dataset("csv", data_files=str(out / "decisions.csv"), split="train", cache_dir=scene.home)
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


NOUNS = """dog cat man woman table chair car street tree house umbrella zebra kite bench bottle cup fork bowl banana apple sandwich
orange pizza cake couch plant bed mirror window desk toilet door laptop mouse keyboard phone oven toaster sink book clock vase
scissors bear drill brush hydrant giraffe elephant horse sheep cow bicycle motorcycle airplane bus train truck boat""".split()


def conversations(path, number):
    """A file of the form and the tail of a real conversation set."""
    dice = random.Random(7)
    weights = [1 / (rank + 1) for rank in range(len(NOUNS))]
    asked = ["What is in the picture?", "How many are there?", "Where is it?", "Write a caption.", "Why?"]
    with open(path, "w") as file:
        for row in range(number):
            things = dice.choices(NOUNS, weights, k=dice.randint(0, 6))
            answer = "There is " + " and ".join(f"a {thing}" for thing in things) + "." if things else "So it is."
            said = [{"from": "human", "value": dice.choice(asked)}, {"from": "gpt", "value": answer}]
            file.write(json.dumps({"id": f"c{row}", "image": f"{row}.jpg", "conversations": said}) + "\n")


EXPORT = '[export]\nformats = ["parquet"]\n'
OVERRIDES = "".join(
    f'[[rebalance.override]]\nentity = "token:{name}"\naction = {action}\n'
    for name, action in [("dog", "{ cap = 40 }"), ("cat", '"exclude"'), ("man", '"pin"'), ("truck", "{ floor = 3000 }"), ("woman", "{ floor = 2000 }")]
)
RULES = {
    "adr": 'policy = "adr"',
    "adr twice": 'policy = "adr"\npass_count = 3\nalpha = 0.6\nno_entity = "drop"',
    "adr repeats": 'policy = "adr"\npass_count = 2\nrepeats = "sqrt"',
    "adr mean": 'policy = "adr"\nvote = "mean"\npass_count = 2',
    "adr normalised": 'policy = "adr"\nvote = "length_normalised"\nrepeats = "sqrt"',
    "adr sized": 'policy = "adr"\npass_count = 2\nsize = 900',
    "cap": 'policy = "cap"\ncap = 100',
    "random": 'policy = "random"\nkeep = 0.4',
    "none": 'policy = "none"',
    "repeat factor": 'policy = "repeat_factor"\nrepeat_threshold = 0.2',
    "target": 'policy = "target"\ntarget = "power_law"',
    "weights": 'policy = "uniform"\nbalance_by = "weights"',
    "overrides": 'policy = "adr"\npass_count = 2\nalpha = 0.8\n' + OVERRIDES,
    "overrides of uniform": 'policy = "uniform"\nperspective = "token"\n' + OVERRIDES,
    **{name: f'policy = "{name}"' for name in ["temperature", "progressive", "square_root", "effective_number", "uniform"]},
}


def decided(out):
    table = pyarrow.parquet.read_table(out / "decisions.parquet", columns=["id", "decision", "repeat"])
    return list(zip(*(table.column(name).to_pylist() for name in table.column_names)))


def opened(folder):
    base = duckdb.connect()
    base.execute(f"SET file_search_path = '{folder}'")
    base.execute((folder / "load.sql").read_text())
    base.execute((folder / "decisions.sql").read_text())
    return base


def queried(base):
    return base.execute("SELECT id, decision, repeat FROM decisions ORDER BY instance").fetchall()


def compared(scene, data, name, text):
    scene.recipe(f"[rebalance]\n{text}\n{EXPORT}")
    wanted = decided(scene.apply(data, "out"))
    scene.run("plan", data, "--recipe", "recipe.toml", "--emit", "sql", "--out", "sql", "--force")
    found = queried(opened(scene.home / "sql"))
    differing = [pair for pair in zip(wanted, found) if pair[0] != pair[1]]
    assert len(wanted) == len(found) and not differing, (data, name, len(differing), differing[:3])
    return len(wanted), {repeat for _, _, repeat in wanted}


def turned(scene, data):
    """Another α and other thresholds in SQL are the program's decisions under that recipe."""
    scene.recipe(f'[rebalance]\npolicy = "adr"\npass_count = 2\n{EXPORT}')
    scene.run("plan", data, "--recipe", "recipe.toml", "--emit", "sql", "--out", "sql", "--force")
    scene.recipe(f'[threshold]\ntoken = {{ count = 50 }}\nobject = {{ count = 9 }}\n[rebalance]\npolicy = "adr"\npass_count = 2\nalpha = 0.5\n{EXPORT}')
    wanted = decided(scene.apply(data, "out"))
    base = opened(scene.home / "sql")
    before = queried(base)
    for table in ["parameters", "probabilities"]:
        base.execute(f"CREATE TABLE changed AS SELECT * FROM {table}; DROP VIEW {table}; ALTER TABLE changed RENAME TO {table}")
    base.execute("UPDATE parameters SET alpha = 0.5")
    for perspective, count in [("token", 50), ("object", 9)]:
        value = f"{count}.0 / count"
        base.execute(f"UPDATE probabilities SET odds = {value}, probability = LEAST(1, {value}) WHERE perspective = '{perspective}'")
    assert queried(base) == wanted and before != wanted


def sql(scene):
    conversations(scene.home / "talk.jsonl", 3000)
    rows, repeats = 0, set()
    for name, text in RULES.items():
        some = compared(scene, "talk.jsonl", name, text)
        rows, repeats = rows + some[0], repeats | some[1]
    for name in ["adr", "adr twice", "uniform", "repeat factor", "random"]:
        rows += compared(scene, "demo", name, RULES[name])[0]
    assert {0, 1, 2, 3} <= repeats, repeats
    turned(scene, "talk.jsonl")
    whole = pathlib.Path(os.environ.get("FANTAIL_DATA", "")) / "stablellava" / "stablellava_llava.json"
    if "FANTAIL_DATA" in os.environ and whole.exists():
        rows += sum(compared(scene, whole, name, RULES[name])[0] for name in ["adr", "adr twice", "adr mean", "uniform"])
    print(f"DuckDB decides as fantail does: {rows} decisions under {len(RULES)} recipes, and under another alpha and threshold")


def with_parallel(scene, assets, files, environment):
    subprocess.run([assets / "two-passes.sh", "recipe.toml", "parts", *files], cwd=scene.home, env=environment, check=True,
                   capture_output=True)


def with_slurm(scene, assets, files, environment):
    """Two job arrays; where no cluster answers, their tasks one after the other, as the scheduler would start them."""
    tasks = f"1-{len(files)}"
    cluster = shutil.which("sbatch") and subprocess.run(["sinfo"], capture_output=True).returncode == 0
    for name in ["count", "write"]:
        script = [assets / "slurm-pass.sh", name, "recipe.toml", "parts", *files]
        if cluster:
            subprocess.run(["sbatch", "--wait", f"--array={tasks}", "--output=/dev/null", *script], cwd=scene.home, env=environment,
                           check=True, capture_output=True)
            continue
        for task in range(len(files)):
            subprocess.run(script, cwd=scene.home, env={**environment, "SLURM_ARRAY_TASK_ID": str(task + 1)}, check=True,
                           capture_output=True)
    return "Slurm" if cluster else "a stand-in for Slurm, which is not here"


def two_passes(scene):
    """The examples for GNU parallel and Slurm give, file by file, what one run over all files gives."""
    conversations(scene.home / "all.jsonl", 2000)
    lines = (scene.home / "all.jsonl").read_text().splitlines(keepends=True)
    files = [f"part {number}.jsonl" for number in range(5)]
    for number, name in enumerate(files):
        (scene.home / name).write_text("".join(lines[number * 400:(number + 1) * 400]))
    scene.recipe('[threshold]\ntoken = { tail_mass = 0.2 }\n[rebalance]\npolicy = "adr"\npass_count = 2\nrepeats = "sqrt"\n')
    whole = (scene.apply("all.jsonl", "one") / "all.jsonl").read_text()
    assets = pathlib.Path(__file__).parent.parent / "assets"
    environment = {**os.environ, "FANTAIL": scene.program, "FANTAIL_CACHE_DIR": str(scene.home / "cache")}
    tried = [(with_slurm, "Slurm")] + [(with_parallel, "GNU parallel")] * bool(shutil.which("parallel"))
    for passes, scheduler in tried:
        scheduler = passes(scene, assets, files, environment) or scheduler
        parts = "".join((scene.home / "parts" / name / name).read_text() for name in files)
        assert parts == whole and 0 < len(whole.splitlines()) != 2000
        shutil.rmtree(scene.home / "parts")
        print(f"two passes of {scheduler} over {len(files)} files give the {len(whole.splitlines())} records of one run")
    if len(tried) == 1:
        print("GNU parallel is not here: assets/two-passes.sh was not tried")
    alone = (scene.apply(files[0], "alone") / files[0]).read_text()
    assert not whole.startswith(alone), "counts of the whole make no difference here"


def main(program):
    for part in [readers, sql, two_passes]:
        with tempfile.TemporaryDirectory() as folder:
            part(Scene(program, folder))


main(sys.argv[1])
