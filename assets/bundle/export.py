#!/usr/bin/env python3
"""Exports a latent-diffusion pipeline of diffusers to TorchScript, as a folder that fantail-worker samples from.

    pip install torch==2.11.0 'diffusers>=0.35' 'transformers<5'
    python assets/bundle/export.py stable-diffusion-v1-5/stable-diffusion-v1-5 sd15
    python assets/bundle/export.py PIPELINE OUT --size 768 --dtype bfloat16 --device cuda

PIPELINE is a name on the Hugging Face hub or a folder; Stable Diffusion 1, 2, XL and what is built like them. In a recipe:

    [synthesis.diffusion]
    backend = "bundle"
    bundle = "sd15"

README.md beside this script describes bundle.json.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import torch
from torch import nn


class Text(nn.Module):
    """(n, encoders, length) tokens to (n, length, width) states and (n, pooled) sums, of no width where the U-Net takes none."""

    def __init__(self, encoders, last):
        super().__init__()
        self.encoders, self.last = nn.ModuleList(encoders), last

    def forward(self, tokens):
        states, pooled = [], None
        for number, encoder in enumerate(self.encoders):
            if self.last:
                states.append(encoder(tokens[:, number], return_dict=False)[0])
            else:
                out = encoder(tokens[:, number], output_hidden_states=True)
                states.append(out.hidden_states[-2])
                pooled = out[0]
        hidden = torch.cat(states, -1)
        return hidden, hidden.new_zeros(hidden.shape[0], 0) if pooled is None else pooled


class Unet(nn.Module):
    """Latents, (n) times, states and sums to the network's answer."""

    def __init__(self, unet, size):
        super().__init__()
        self.unet = unet
        self.sums = unet.config.addition_embed_type == "text_time"
        self.register_buffer("frame", torch.tensor([[size, size, 0, 0, size, size]], dtype=next(unet.parameters()).dtype))

    def forward(self, latents, times, states, sums):
        added = None
        if self.sums:
            added = {"text_embeds": sums, "time_ids": self.frame.expand(latents.shape[0], -1)}
        return self.unet(latents, times, states, added_cond_kwargs=added, return_dict=False)[0]


class Encode(nn.Module):
    """(n, 3, size, size) in [-1, 1] to mean and standard deviation of the latents, before they are scaled."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, pictures):
        spread = self.vae.encode(pictures, return_dict=False)[0]
        return spread.mean, spread.std


class Decode(nn.Module):
    """Latents before they are scaled to (n, 3, size, size), [-1, 1]."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latents):
        return self.vae.decode(latents, return_dict=False)[0]


def refuse(reason):
    sys.exit(f"export.py: {reason}")


def check(pipeline):
    for name in ("vae", "unet", "text_encoder", "tokenizer", "scheduler"):
        if getattr(pipeline, name, None) is None:
            refuse(f"{type(pipeline).__name__} has no {name}; only U-Nets on latents with a CLIP text encoder can be exported")
    if type(pipeline.vae).__name__ != "AutoencoderKL":
        refuse(f"the autoencoder is {type(pipeline.vae).__name__}, not AutoencoderKL")
    if pipeline.unet.config.in_channels != pipeline.vae.config.latent_channels:
        refuse("the U-Net takes more than latents (inpainting, upscaling)")
    if pipeline.unet.config.addition_embed_type not in (None, "text_time"):
        refuse(f"the U-Net's addition_embed_type {pipeline.unet.config.addition_embed_type} is not known")


def tokenizers(pipeline, out):
    """Copies vocabularies and describes how a prompt becomes tokens."""
    entries = []
    for name in ("tokenizer", "tokenizer_2"):
        tokenizer = getattr(pipeline, name, None)
        if tokenizer is None:
            continue
        tokenizer.save_vocabulary(str((out / name).mkdir(parents=True, exist_ok=True) or out / name))
        for file in ("vocab.json", "merges.txt"):
            if not (out / name / file).exists():
                refuse(f"{name} has no {file}; it is not CLIP's byte-pair encoding")
        entries.append({
            "vocabulary": f"{name}/vocab.json",
            "merges": f"{name}/merges.txt",
            "begin": tokenizer.bos_token_id,
            "end": tokenizer.eos_token_id,
            "pad": tokenizer.pad_token_id,
            "length": tokenizer.model_max_length,
        })
    return entries


def scheduler(pipeline):
    """What both solvers need: the noise at every step of training, and which of them are walked through."""
    config = pipeline.scheduler.config
    kind = config.get("prediction_type", "epsilon")
    if kind not in ("epsilon", "v_prediction"):
        refuse(f"prediction_type {kind} is not known")
    if not hasattr(pipeline.scheduler, "alphas_cumprod"):
        refuse(f"{type(pipeline.scheduler).__name__} is no scheduler of variance-preserving diffusion")
    kept = pipeline.scheduler.alphas_cumprod.double()
    return {
        "kept": kept.tolist(),
        "prediction": {"epsilon": "noise", "v_prediction": "velocity"}[kind],
        "spacing": config.get("timestep_spacing", "leading"),
        "offset": config.get("steps_offset", 0),
        "last_kept": 1.0 if config.get("set_alpha_to_one", True) else kept[0].item(),
    }


def save(module, example, path):
    module = module.eval()
    with torch.no_grad():
        traced = torch.jit.trace(module, example, check_trace=False, strict=False)
        same(module, traced, example, path)
        torch.jit.save(traced, str(path))


def same(module, traced, example, path):
    """A trace that froze the batch or took another way is worth nothing: looked at with a batch of another size."""
    more = tuple(torch.cat([part, part.flip(0)], 0) for part in example)
    as_tuple = lambda out: out if isinstance(out, tuple) else (out,)
    for own, other in zip(as_tuple(module(*more)), as_tuple(traced(*more))):
        if own.shape != other.shape or not torch.allclose(own.float(), other.float(), atol=1e-4, rtol=1e-3):
            refuse(f"{path.name}: the trace does not compute what the module does")


def export(pipeline, out, size=None, dtype=torch.float32, device="cpu", source="", prompt="a photo of {entity}, {caption}"):
    """Writes the folder."""
    check(pipeline)
    out.mkdir(parents=True, exist_ok=True)
    factor = 2 ** (len(pipeline.vae.config.block_out_channels) - 1)
    size = size or pipeline.unet.config.sample_size * factor
    if size % (factor * 2 ** (len(pipeline.unet.config.block_out_channels) - 1)):
        refuse(f"{size} pixels do not divide as often as the networks halve them")
    entries = tokenizers(pipeline, out)
    encoders = [getattr(pipeline, name).to(device, dtype) for name in ("text_encoder", "text_encoder_2") if getattr(pipeline, name, None)]
    unet, vae = pipeline.unet.to(device, dtype), pipeline.vae.to(device, torch.float32)
    text = Text(encoders, last=len(encoders) == 1)
    tokens = torch.tensor([[[entry["begin"]] + [entry["end"]] * (entry["length"] - 1) for entry in entries]] * 2, device=device)
    with torch.no_grad():
        states, sums = text(tokens)
    channels, side = vae.config.latent_channels, size // factor
    latents = torch.randn(2, channels, side, side, device=device)
    save(text, (tokens,), out / "text.pt")
    save(Unet(unet, size).to(device), (latents.to(dtype), torch.tensor([7, 900], device=device), states, sums), out / "unet.pt")
    save(Encode(vae), (torch.rand(2, 3, size, size, device=device) * 2 - 1,), out / "encode.pt")
    save(Decode(vae), (latents,), out / "decode.pt")
    empty = bool(pipeline.config.get("force_zeros_for_empty_prompt", False)) if hasattr(pipeline, "config") else False
    description = {
        "format": "fantail-bundle",
        "version": 1,
        "source": source,
        "size": size,
        "dtype": str(dtype).removeprefix("torch."),
        "latent": {
            "channels": channels,
            "side": side,
            "scale": vae.config.scaling_factor,
            "shift": vae.config.get("shift_factor") or 0.0,
        },
        "tokenizers": entries,
        "zeros_for_empty": empty,
        "prompt": prompt,
        "scheduler": scheduler(pipeline),
    }
    (out / "bundle.json").write_text(json.dumps(description, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, help="pixels a side; the pipeline's own by default")
    parser.add_argument("--dtype", choices=["float32", "bfloat16", "float16"], default="float32", help="of text encoder and U-Net; the autoencoder is float32")
    parser.add_argument("--device", default="cpu", help="where it is traced; float16 needs cuda")
    parser.add_argument("--prompt", default="a photo of {entity}, {caption}")
    args = parser.parse_args()
    from diffusers import DiffusionPipeline

    part = args.out.with_name(args.out.name + ".partial")
    shutil.rmtree(part, ignore_errors=True)
    if args.out.exists():
        refuse(f"{args.out} is there already")
    pipeline = DiffusionPipeline.from_pretrained(args.pipeline, torch_dtype=torch.float32)
    export(pipeline, part, args.size, getattr(torch, args.dtype), args.device, args.pipeline, args.prompt)
    part.rename(args.out)


if __name__ == "__main__":
    main()
