#!/usr/bin/env python3
"""How long PyTorch takes on the CPU for what step.bench.ts measures.

Trains the network of buildCifarModel on one random batch (Adam, cross-entropy), or only runs it
forward (--forward), in both memory formats. Prints one JSON object: for each format the median time
of a step in ms, and PyTorch's version.

    pytorch_step.py --batch 32 --threads 2 --steps 30 [--forward]
"""
import argparse
import json
import statistics
import time

import torch
from torch import nn

WARM_UP = 5


def network():
    """Three times two 3x3 convolutions (relu, then batch norm) and a pooling, then two dense layers."""
    layers = []
    channels = 3
    for filters in (32, 64, 128):
        for _ in range(2):
            layers += [
                nn.Conv2d(channels, filters, 3, padding=1),
                nn.ReLU(),
                nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01),
            ]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    head = [nn.Flatten(), nn.Dropout(0.2), nn.Linear(2048, 1024), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(*layers, *head, nn.Linear(1024, 10))


def measure(step, steps):
    """The median time of a step in milliseconds."""
    times = []
    for i in range(WARM_UP + steps):
        begin = time.perf_counter()
        step()
        if i >= WARM_UP:
            times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def time_format(memory_format, batch, steps, forward):
    torch.manual_seed(0)
    model = network().to(memory_format=memory_format)
    images = torch.rand(batch, 3, 32, 32).to(memory_format=memory_format)
    labels = torch.randint(0, 10, (batch,))
    if forward:
        model.eval()
        with torch.no_grad():
            return measure(lambda: model(images), steps)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)
    loss_of = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss_of(model(images), labels).backward()
        optimizer.step()

    return measure(step, steps)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--forward", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    times = {
        name: time_format(value, options.batch, options.steps, options.forward)
        for name, value in formats.items()
    }
    print(json.dumps({"torch": torch.__version__, "ms": times}))


main()
