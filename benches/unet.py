#!/usr/bin/env python3
"""The yardstick: the worker's U-Net in PyTorch eager, to be timed beside `fantail-worker bench`.

Same layers, same parameters, same loss, AdamW (fused where the device has it), clipping and moving average by foreach;
channels-last everywhere; bf16 autocast on CUDA. Usage:

    python benches/unet.py --device cpu --batch 64 --steps 30 --threads 1
    python benches/unet.py --device cuda --size 64 --batch 256 --widths 48 64 96 128
"""

import argparse
import math
import time

import torch
from torch import nn
from torch.nn import functional as F


def norm(channels):
    groups = next(g for g in range(max(channels // 8, 1), 0, -1) if channels % g == 0)
    return nn.GroupNorm(groups, channels)


def zeroed(layer):
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Residual(nn.Module):
    def __init__(self, inner, out, condition):
        super().__init__()
        self.first_norm, self.first = norm(inner), nn.Conv2d(inner, out, 3, padding=1)
        self.condition = zeroed(nn.Linear(condition, 2 * out))
        self.second_norm, self.second = norm(out), zeroed(nn.Conv2d(out, out, 3, padding=1))
        self.shortcut = nn.Conv2d(inner, out, 1) if inner != out else nn.Identity()

    def forward(self, x, condition):
        hidden = self.first(F.silu(self.first_norm(x)))
        scale, shift = self.condition(condition)[:, :, None, None].chunk(2, 1)
        hidden = self.second_norm(hidden) * (scale + 1) + shift
        return self.shortcut(x) + self.second(F.silu(hidden))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm, self.project, self.out = norm(channels), nn.Linear(channels, 3 * channels), zeroed(nn.Linear(channels, channels))
        self.heads = channels // 32 if channels % 32 == 0 else 1

    def forward(self, x):
        n, c, h, w = x.shape
        cells = self.norm(x).permute(0, 2, 3, 1).reshape(n, h * w, c)
        q, k, v = (p.reshape(n, h * w, self.heads, -1).transpose(1, 2) for p in self.project(cells).chunk(3, 2))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, h * w, c)
        return x + self.out(mixed).view(n, h, w, c).permute(0, 3, 1, 2)


class Step(nn.Module):
    def __init__(self, inner, out, condition, attention):
        super().__init__()
        self.block = Residual(inner, out, condition)
        self.attention = Attention(out) if attention else nn.Identity()

    def forward(self, x, condition):
        return self.attention(self.block(x, condition))


class Unet(nn.Module):
    def __init__(self, size, channels, entities, patch, widths, attention_below, kappa=0.7, blocks=1):
        super().__init__()
        self.patch, self.kappa, self.blocks = patch, kappa, blocks
        wide = widths[0] * 4
        self.time, self.entity, self.mix = nn.Linear(64, wide), nn.Embedding(entities + 1, wide), nn.Linear(wide, wide)
        self.register_buffer("powers", torch.exp(torch.arange(32) * (math.log(1000) / 31)))
        self.stem = nn.Conv2d(channels * patch * patch, widths[0], 3, padding=1)
        attends = [size // patch // 2**level <= attention_below for level in range(len(widths))]
        self.down, self.shrink, self.up, self.enlarge = nn.ModuleList(), nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        inner = widths[0]
        for level, width in enumerate(widths):
            for _ in range(blocks):
                self.down.append(Step(inner, width, wide, attends[level]))
                inner = width
            if level < len(widths) - 1:
                self.shrink.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
        self.middle = nn.ModuleList([Residual(inner, inner, wide), Attention(inner), Residual(inner, inner, wide)])
        for level in reversed(range(len(widths))):
            if level < len(widths) - 1:
                self.enlarge.append(nn.Conv2d(inner, widths[level], 3, padding=1))
            inner = widths[level]
            for _ in range(blocks):
                self.up.append(Step(2 * inner, inner, wide, attends[level]))
        self.norm, self.answer = norm(widths[0]), zeroed(nn.Conv2d(widths[0], channels * patch * patch, 3, padding=1))

    def forward(self, x, times, entities):
        angles = times[:, None] * self.powers[None]
        waves = torch.cat([angles.sin(), angles.cos()], 1)
        condition = F.silu(self.mix(F.silu(self.time(waves) + self.entity(entities))))
        x = self.stem(F.pixel_unshuffle(x, self.patch).contiguous(memory_format=torch.channels_last))
        skips = []
        for index, step in enumerate(self.down):
            x = step(x, condition)
            skips.append(x)
            if (index + 1) % self.blocks == 0 and (index + 1) // self.blocks <= len(self.shrink):
                x = self.shrink[(index + 1) // self.blocks - 1](x)
        x = self.middle[2](self.middle[1](self.middle[0](x, condition)), condition)
        for index, step in enumerate(self.up):
            if index % self.blocks == 0 and index > 0:
                x = self.enlarge[index // self.blocks - 1](F.interpolate(x, scale_factor=2, mode="nearest"))
            place = len(skips)
            skip = skips.pop()
            scale = self.kappa ** (place - 1)
            x = step(torch.cat([x, skip * scale if scale != 1 else skip], 1), condition)
        return F.pixel_shuffle(self.answer(F.silu(self.norm(x))), self.patch).float()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--patch", type=int, default=2)
    parser.add_argument("--widths", type=int, nargs="+", default=[32, 48, 64])
    parser.add_argument("--attention-below", type=int, default=4)
    parser.add_argument("--blocks", type=int, default=1)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    device = torch.device(args.device)
    cuda = device.type == "cuda"
    net = Unet(args.size, args.channels, 10, args.patch, args.widths, args.attention_below, blocks=args.blocks)
    net = net.to(device, memory_format=torch.channels_last)
    parameters = list(net.parameters())
    average = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
    pixels = torch.randint(0, 256, (4096, args.channels, args.size, args.size), dtype=torch.uint8)
    labels = torch.randint(0, 10, (4096,))

    def training_step():
        chosen = torch.randint(0, 4096, (args.batch,))
        pictures = pixels[chosen].to(device).float() / 127.5 - 1
        entities = labels[chosen].to(device)
        times = torch.rand(args.batch, device=device)
        noise = torch.randn_like(pictures)
        angle = (times * (math.pi / 2)).view(-1, 1, 1, 1)
        alpha, sigma = angle.cos(), angle.sin()
        with torch.autocast(device.type, torch.bfloat16, enabled=cuda):
            answer = net(alpha * pictures + sigma * noise, times, entities)
        ratio = (alpha.square() / sigma.square().clamp_min(1e-8)).view(-1)
        error = (answer - (alpha * noise - sigma * pictures)).square().mean((1, 2, 3))
        loss = (error * ratio.clamp_max(5.0) / (ratio + 1)).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 0.001)
        return loss.item()

    @torch.no_grad()
    def sampling_call():
        noisy = torch.randn(args.batch, args.channels, args.size, args.size, device=device)
        times, entities = torch.rand(args.batch, device=device), labels[: args.batch].to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=cuda):
            return net(noisy, times, entities)

    def timed(call, steps):
        for _ in range(3):
            call()
        if cuda:
            torch.cuda.synchronize()
        best, whole = math.inf, time.perf_counter()
        for _ in range(steps):
            begun = time.perf_counter()
            call()
            if cuda:
                torch.cuda.synchronize()
            best = min(best, time.perf_counter() - begun)
        return (time.perf_counter() - whole) / steps, best

    name = torch.cuda.get_device_name() if cuda else f"cpu, {torch.get_num_threads()} threads"
    print(f"PyTorch {torch.__version__} eager, {name}, {args.size} px, batch {args.batch}, {sum(p.numel() for p in parameters)} parameters")
    for what, call in (("training step", training_step), ("network call", sampling_call)):
        mean, best = timed(call, args.steps)
        print(f"{what}: mean {mean * 1e3:.1f} ms, best {best * 1e3:.1f} ms, {args.batch / mean:.0f} pictures a second")


if __name__ == "__main__":
    main()
