#!/usr/bin/env python3
"""Looks for near-copies among the synthetic pictures of `make proof`, with nothing of the worker's own filter.

A synthetic picture is a near-copy when it lies nearer to a training picture than half of what a *new real* picture usually does: for each
class the yardstick is the median distance of real pictures that the long tail leaves out, which no model has seen, to their nearest training
picture. Distances are taken twice: between pixels, over a flip and shifts by a pixel each way, and between histograms of oriented gradients
(Dalal and Triggs, 2005) in place of an embedding that was itself trained on these pictures. Needs NumPy.

    python benches/copies.py target/proof/natural-made.safetensors... [--data /usr/share/datasets/fashion-mnist]
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np

FRESH = 300


def tensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    kinds = {"U8": np.uint8, "I64": np.int64, "F32": np.float32}
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            found[name] = np.frombuffer(data[begin:end], kinds[entry["dtype"]]).reshape(entry["shape"])
    return found


def all_real(folder):
    def unpacked(name, skip):
        return np.frombuffer(gzip.open(folder / name).read(), np.uint8)[skip:]

    pictures = unpacked("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    return np.pad(pictures, ((0, 0), (2, 2), (2, 2))), unpacked("train-labels-idx1-ubyte.gz", 8)


def moved(pictures):
    """The pictures mirrored or not, and shifted by a pixel each way or not."""
    for flipped in (pictures, pictures[:, :, ::-1]):
        for shift in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)):
            yield np.roll(flipped, shift, (1, 2))


def gradients(pictures):
    """Histograms of eight directions in cells of four pixels, each cell of unit length."""
    pixels = pictures.astype(np.float32) / 255
    down, right = np.gradient(pixels, axis=(1, 2))
    size, turn = np.hypot(down, right), (np.arctan2(down, right) / (2 * np.pi) * 8) % 8
    low = turn.astype(int) % 8
    share = turn - np.floor(turn)
    bins = np.zeros((*pixels.shape, 8), np.float32)
    np.put_along_axis(bins, low[..., None], ((1 - share) * size)[..., None], 3)
    np.put_along_axis(bins, ((low + 1) % 8)[..., None], (share * size)[..., None], 3)
    cells = bins.reshape(len(pixels), 8, 4, 8, 4, 8).sum((2, 4))
    return (cells / (np.linalg.norm(cells, axis=3, keepdims=True) + 0.1)).reshape(len(pixels), -1)


def nearest(rows, others):
    squares = (others**2).sum(1)
    return np.sqrt(np.concatenate([
        np.maximum((part**2).sum(1)[:, None] + squares - 2 * part @ others.T, 0).min(1) for part in np.array_split(rows, max(1, len(rows) // 256))
    ]))


def by_pixels(pictures, training):
    flat = lambda some: some.reshape(len(some), -1).astype(np.float32) / 255
    return np.min([nearest(flat(variant), flat(training)) for variant in moved(pictures)], axis=0)


def by_gradients(pictures, training):
    others = gradients(training)
    return np.min([nearest(gradients(variant), others) for variant in (pictures, pictures[:, :, ::-1])], axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("made", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    args = parser.parse_args()
    everything, labels = all_real(args.data)
    print("| set | class | synthetic | nearer than half of new real ones, pixels | gradients | median distance over that of new real ones |")
    print("|---|---|---:|---:|---:|---:|")
    for path in args.made:
        found = tensors(path)
        training = found["real"][:, 0]
        seen = {picture.tobytes() for picture in training}
        counts = np.zeros(3, int)
        for name in np.unique(found["made_classes"]):
            made = found["made"][found["made_classes"] == name][:, 0]
            # Copies are looked for among all training pictures, of whatever class.
            fresh = [picture for picture in everything[labels == name] if picture.tobytes() not in seen][-FRESH:]
            shares, ratio = [], 0.0
            for measure in (by_pixels, by_gradients):
                usual = np.median(measure(np.array(fresh), training))
                far = measure(made, training)
                shares.append(int((far < usual / 2).sum()))
                ratio = ratio or float(np.median(far) / usual)
            counts += [len(made), *shares]
            percent = [f"{100 * share / len(made):.2f} %" for share in shares]
            print(f"| {path.stem.removesuffix('-made')} | {name} | {len(made)} | {percent[0]} | {percent[1]} | {ratio:.2f} |", flush=True)
        percent = [f"**{100 * share / counts[0]:.2f} %**" for share in counts[1:]]
        print(f"| {path.stem.removesuffix('-made')} | all | {counts[0]} | {percent[0]} | {percent[1]} | |", flush=True)


main()
