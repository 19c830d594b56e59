#!/usr/bin/env python3
"""Makes tests/data/bundle: a tiny, randomly initialised latent-diffusion pipeline, exported, and what diffusers makes with it.

    pip install torch==2.11.0 diffusers==0.35.2 'transformers<5' safetensors
    python tests/make_bundle.py

The pipeline's numbers are random and rounded to 64ths, so that the files are small when packed; nothing here has learned anything.
"""

import gzip
import importlib.util
import io
import json
import shutil
import zipfile
from pathlib import Path

import torch
from diffusers import (AutoencoderKL, DDIMScheduler, DPMSolverMultistepScheduler, StableDiffusionImg2ImgPipeline,
                       StableDiffusionPipeline, UNet2DConditionModel)
from safetensors.torch import save_file
from transformers import (CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPTokenizerFast, CLIPVisionConfig,
                          CLIPVisionModelWithProjection)
from transformers.models.clip.tokenization_clip import bytes_to_unicode

HERE = Path(__file__).resolve().parent
OUT = HERE / "data" / "bundle"
LENGTH = 16
MERGES = ["t h", "th e</w>", "p h", "o t", "ph ot", "phot o</w>", "o f</w>", "d o", "do g</w>", "c a", "ca t</w>", "o o", "b oo", "boo t</w>",
          "i n", "in g</w>", "' s</w>", "s n", "sn e", "a k", "e r</w>", "ak er</w>", "sne aker</w>", "1 9", "! !</w>"]
TEXTS = ["a photo of the dog", "A  Photo\tof\nTHE cat's sneaker!!", "", "naïve café 1990", "日本 dog", "it's the dog's", "snake-boot, number 42 & more",
         "a very long prompt that goes on and on and on until it has to be cut off somewhere", "thethe sneakers <|endoftext|> dog"]


def tokenizer(folder):
    letters = list(bytes_to_unicode().values())
    words = letters + [letter + "</w>" for letter in letters] + ["".join(merge.split()) for merge in MERGES]
    words += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words))}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=LENGTH)


def pipeline(folder):
    torch.manual_seed(11)
    words = tokenizer(folder)
    text = CLIPTextModel(CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=LENGTH, bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id))
    unet = UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16, attention_head_dim=4)
    vae = AutoencoderKL(
        block_out_channels=(8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=16,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2)
    with torch.no_grad():
        for module in (text, unet, vae):
            module.eval()
            for parameter in module.parameters():
                # Random biases and gains, too: what begins at nought or one would hide a mistake.
                parameter.copy_(((parameter + 0.05 * torch.randn_like(parameter)) * 64).round() / 64)
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                              set_alpha_to_one=False, steps_offset=1)
    return StableDiffusionPipeline(vae, text, words, unet, scheduler, None, None, requires_safety_checker=False)


def replay(noises):
    """Has diffusers take these in place of the noise that it would draw."""
    left = list(noises)

    def take(shape, **_):
        noise = left.pop(0)
        assert tuple(shape) == tuple(noise.shape), (shape, noise.shape)
        return noise

    import diffusers.models.autoencoders.vae as vae
    import diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion as plain
    import diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img as guided
    for module in (vae, plain, guided):
        module.randn_tensor = take
    return left


def golden(whole):
    tensors = {}
    words = whole.tokenizer
    pad = dict(padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt")
    # The quick tokenizer is the one that does as CLIP's own does with what is not Latin.
    quick = CLIPTokenizerFast(vocab_file=str(OUT / "words" / "vocab.json"), merges_file=str(OUT / "words" / "merges.txt"), model_max_length=LENGTH)
    tensors["tokens"] = quick(TEXTS, **pad).input_ids
    generator = torch.Generator().manual_seed(5)
    noise = lambda: torch.randn(2, 4, 8, 8, generator=generator)
    seeds = torch.rand(2, 3, 16, 16, generator=generator)
    tensors["seeds"], tensors["spread"], tensors["noise"] = seeds, noise(), noise()
    prompts = ["a photo of the dog", "a photo of the sneaker, a boot"]
    with torch.no_grad():
        tensors["states"] = whole.text_encoder(words(prompts, **pad).input_ids)[0]
    ddim, common = whole.scheduler, dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    solver = DPMSolverMultistepScheduler(**common, steps_offset=1, timestep_spacing="leading")
    velocity = dict(**common, prediction_type="v_prediction", timestep_spacing="trailing")
    cases = {
        "ddim": (ddim, 0.65), "solver": (solver, 0.65), "ddim_noise": (ddim, None), "solver_noise": (solver, None),
        "ddim_velocity": (DDIMScheduler(**velocity, clip_sample=False), 0.8), "solver_velocity": (DPMSolverMultistepScheduler(**velocity), 0.8),
        "solver_even": (DPMSolverMultistepScheduler(**common, timestep_spacing="linspace"), None),
    }
    parts = (whole.vae, whole.text_encoder, whole.tokenizer, whole.unet)
    for name, (scheduler, strength) in cases.items():
        if strength:
            left = replay([tensors["spread"], tensors["noise"]])
            made = StableDiffusionImg2ImgPipeline(*parts, scheduler, None, None, requires_safety_checker=False)
            made.set_progress_bar_config(disable=True)
            call = lambda kind: made(prompts, image=seeds, strength=strength, num_inference_steps=8, guidance_scale=3.0, output_type=kind).images
        else:
            left = replay([])
            made = StableDiffusionPipeline(*parts, scheduler, None, None, requires_safety_checker=False)
            made.set_progress_bar_config(disable=True)
            call = lambda kind: made(prompts, latents=tensors["noise"].clone(), num_inference_steps=8, guidance_scale=3.0, output_type=kind, height=16, width=16).images
        tensors[f"{name}.latents"] = call("latent")
        assert not left
        if strength:
            replay([tensors["spread"], tensors["noise"]])
        tensors[f"{name}.pictures"] = call("pt")
    return tensors


def encoder(folder):
    """A tiny encoder of CLIP's kind, exported, and what transformers makes of two pictures with it."""
    torch.manual_seed(12)
    model = CLIPVisionModelWithProjection(CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, projection_dim=8, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(((parameter + 0.05 * torch.randn_like(parameter)) * 64).round() / 64)
    mean, std = [0.48, 0.46, 0.41], [0.27, 0.26, 0.28]
    script("encoder").export(model, folder, 16, mean, std, "random numbers")
    seen = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8)
    channel = lambda numbers: torch.tensor(numbers).view(1, 3, 1, 1)
    with torch.no_grad():
        vectors = model((seen.float() / 255 - channel(mean)) / channel(std)).image_embeds
    return {"seen": seen, "vectors": torch.nn.functional.normalize(vectors, dim=1)}


def script(name):
    """A script of assets/bundle as a module."""
    specification = importlib.util.spec_from_file_location(name, HERE.parent / "assets" / "bundle" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def pack(path):
    """Packs a TorchScript file: without the lines of source that its errors would name, and compressed as one."""
    with zipfile.ZipFile(path) as old:
        kept = [(entry.filename, old.read(entry)) for entry in old.infolist() if not entry.filename.endswith(".debug_pkl")]
    bare = io.BytesIO()
    with zipfile.ZipFile(bare, "w") as new:
        for name, data in kept:
            new.writestr(zipfile.ZipInfo(name), data)
    path.with_suffix(".pt.gz").write_bytes(gzip.compress(bare.getvalue(), 9, mtime=0))
    path.unlink()


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    whole = pipeline(OUT / "words")
    script("export").export(whole, OUT, 16, source="random numbers")
    tensors = golden(whole) | encoder(OUT / "encoder")
    for path in OUT.rglob("*.pt"):
        pack(path)
    shutil.rmtree(OUT / "words")
    save_file({name: tensor.contiguous() for name, tensor in sorted(tensors.items())}, str(OUT / "golden.safetensors"))
    (OUT / "texts.json").write_text(json.dumps(TEXTS, ensure_ascii=False, indent=1) + "\n")
    for path in sorted(OUT.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:8} {path.relative_to(OUT)}")


main()
