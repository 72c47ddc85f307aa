"""PyTorch's training step, or inference, of the networks of step-networks.ts, on the CPU.

The bare step on one random batch: forward, cross-entropy, backward, the optimizer's update. Modes:
float32 in both memory formats, with --compile by torch.compile, too (it needs a C++ compiler), and
bfloat16 by autocast where the processor has instructions for it (AVX-512 or AMX; emulated, it
is many times slower than float32). See serve.py for how it is asked.

    pytorch_step.py --network notebook|fast:64/256/256:gelu|recipe:64/256/256 --batch 32 --threads 2 --steps 12
        [--forward]

`recipe` is the step of recipe_step.py: the batch is put together in it, too.
"""
import argparse

import torch
from recipe_step import Batches, Muon
from serve import median_ms, serve
from torch import nn


def notebook():
    """The network of buildCifarModel, and its optimizer."""
    layers, channels = [], 3
    for filters in (32, 64, 128):
        for _ in range(2):
            norm = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), norm]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Dropout(0.2), nn.Linear(2048, 1024), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Dropout(0.2), nn.Linear(1024, 10))
    return model, lambda weights: torch.optim.Adam(weights, eps=1e-7, fused=True)


def fast(widths, activation="gelu", padding="valid"):
    """The fast recipe's network: pooling before batch normalisation, whose scale stays 1."""
    act = {"gelu": nn.GELU, "relu": nn.ReLU}[activation]
    first = nn.Conv2d(3, 24, 2, padding=padding).requires_grad_(False)
    layers, channels = [first, act()], 24
    for filters in map(int, widths.split("/")):
        for pool in ([nn.MaxPool2d(2)], []):
            norm = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.4)
            norm.weight.requires_grad_(False)
            conv = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
            layers += [conv, *pool, norm, act()]
            channels = filters
    layers += [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(channels, 10, bias=False)]
    sgd = lambda weights: torch.optim.SGD(weights, lr=0.01, momentum=0.85, nesterov=True, fused=True)
    return nn.Sequential(*layers), sgd


def recipe(widths):
    """That network as the recipe has it here: its first layer padded, with biases that learn."""
    model, _ = fast(widths, padding="same")
    model[0].bias.requires_grad_(True)
    return model, None


NETWORKS = {"notebook": notebook, "fast": fast, "recipe": recipe}


class Step:
    """A network with a batch of its own, in one memory format and precision."""

    def __init__(self, options, layout, half=False, compiled=False):
        torch.manual_seed(0)
        kind, *rest = options.network.split(":")
        model, optimizer = NETWORKS[kind](*rest)
        self.model = model.to(memory_format=layout).train(not options.forward)
        self.run = torch.compile(self.model) if compiled else self.model
        self.half = half
        weights = [w for w in model.parameters() if w.requires_grad]
        if kind == "recipe":
            self.batches = Batches(options.batch, layout)
            self.loss = nn.CrossEntropyLoss(label_smoothing=0.2, reduction="sum")
            self.optimizer = Muon(weights, options.batch, half)
        else:
            images = torch.rand(options.batch, 3, 32, 32).to(memory_format=layout)
            self.batch = images, torch.randint(0, 10, (options.batch,))
            self.batches = None
            self.loss = nn.CrossEntropyLoss()
            self.optimizer = optimizer(weights)
        step = self.infer if options.forward else self.train
        self.measure = lambda: median_ms(step, options.steps, options.warm_up)

    def train(self):
        images, labels = self.batches.next() if self.batches else self.batch
        self.optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            value = self.loss(self.run(images), labels)
        value.backward()
        self.optimizer.step()

    def infer(self):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            self.run(self.batch[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", default="notebook")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--warm-up", type=int, default=2)
    parser.add_argument("--forward", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    contiguous, channels_last = torch.contiguous_format, torch.channels_last
    modes = {
        "float32 contiguous": Step(options, contiguous).measure,
        "float32 channels-last": Step(options, channels_last).measure,
    }
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        modes["bfloat16"] = Step(options, channels_last, half=True).measure
    if options.compile:
        modes["float32 compiled"] = Step(options, channels_last, compiled=True).measure
    serve(f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}", modes)


main()
