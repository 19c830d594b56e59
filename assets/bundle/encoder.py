#!/usr/bin/env python3
"""Exports a picture encoder of transformers (CLIP, SigLIP, DINO, DINOv2, ViT) to TorchScript, as a folder that fantail-worker embeds with.

    pip install torch==2.11.0 'transformers<5'
    python assets/bundle/encoder.py facebook/dinov2-small dinov2
    python assets/bundle/encoder.py openai/clip-vit-base-patch32 clip

Then: fantail cluster DATASET --encoder dinov2
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from torch import nn


class Encoder(nn.Module):
    """(n, 3, size, size) in [0, 1] to (n, width) of unit length."""

    def __init__(self, model, mean, std):
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))

    def forward(self, pictures):
        out = self.model((pictures - self.mean) / self.std, return_dict=True)
        # A projection where the model was trained with one (CLIP), else the pooled token, else the first.
        vector = out.get("image_embeds")
        if vector is None:
            vector = out.get("pooler_output")
        if vector is None:
            vector = out["last_hidden_state"][:, 0]
        return nn.functional.normalize(vector.float(), dim=1)


def export(model, out, size, mean, std, source=""):
    """Writes the folder."""
    out.mkdir(parents=True)
    encoder = Encoder(model, mean, std).eval()
    example = torch.rand(2, 3, size, size)
    with torch.no_grad():
        traced = torch.jit.trace(encoder, (example,), check_trace=False, strict=False)
        more = torch.rand(3, 3, size, size)
        if not torch.allclose(encoder(more), traced(more), atol=1e-4):
            sys.exit("encoder.py: the trace does not compute what the model does")
        width = encoder(example).shape[1]
    torch.jit.save(traced, str(out / "encoder.pt"))
    description = {"format": "fantail-encoder", "version": 1, "source": source, "size": size, "width": width}
    (out / "encoder.json").write_text(json.dumps(description, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a name on the Hugging Face hub, or a folder")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    from transformers import AutoConfig, AutoImageProcessor, AutoModel, CLIPVisionModelWithProjection

    if args.out.exists():
        sys.exit(f"encoder.py: {args.out} is there already")
    kind = AutoConfig.from_pretrained(args.model).model_type
    model = CLIPVisionModelWithProjection.from_pretrained(args.model) if kind == "clip" else AutoModel.from_pretrained(args.model)
    model = getattr(model, "vision_model", model) if kind != "clip" else model
    processor = AutoImageProcessor.from_pretrained(args.model)
    crop = getattr(processor, "crop_size", None) or processor.size
    size = crop["height"] if "height" in crop else crop["shortest_edge"]
    export(model, args.out, size, processor.image_mean, processor.image_std, args.model)


if __name__ == "__main__":
    main()
