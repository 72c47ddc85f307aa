"""A training step of the fast recipe in PyTorch: what docs/recipes.md describes, on random images."""
import math

import torch
from torch.nn import functional as F

BIAS_RATE, HEAD_RATE, FILTER_RATE = 0.053, 0.67, 0.12
DECAY = 2e-6
PADDING = 2


class Batches:
    """Random images, moved by up to two pixels and half of them mirrored; some batches of them in turns."""

    def __init__(self, size, layout, batches=4):
        self.size, self.layout, self.at = size, layout, 0
        images = torch.rand(batches * size, 3, 32, 32)
        self.images = F.pad(images, (PADDING,) * 4, mode="reflect")
        self.labels = torch.randint(0, 10, (len(images),))

    def next(self):
        if self.at % len(self.images) == 0:
            self.order, self.at = torch.randperm(len(self.images)), 0
        chosen = self.order[self.at : self.at + self.size]
        self.at += self.size
        batch = torch.empty(self.size, 3, 32, 32)
        positions = 2 * PADDING + 1
        shifts = torch.randint(0, positions**2, (self.size,))
        for shift in range(positions**2):
            these = (shifts == shift).nonzero().flatten()
            y, x = divmod(shift, positions)
            batch[these] = self.images[chosen[these], :, y : y + 32, x : x + 32]
        mirrored = (torch.rand(self.size) < 0.5).nonzero().flatten()
        batch[mirrored] = batch[mirrored].flip(-1)
        return batch.contiguous(memory_format=self.layout), self.labels[chosen]


def orthogonalized(gradient, half):
    """Three steps of Newton-Schulz on the matrix of a filter's gradient."""
    x = gradient.flatten(1)
    if half:
        x = x.bfloat16()
    turned = x.shape[0] > x.shape[1]
    x = x.T if turned else x
    x = x / (x.norm() + 1e-7)
    for _ in range(3):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.T if turned else x).float().view_as(gradient)


class Muon:
    """Muon for the filters, Nesterov's SGD for biases and the head."""

    def __init__(self, weights, batch, half):
        weights = list(weights)
        self.half = half
        self.filters = [w for w in weights if w.ndim == 4]
        self.others = [w for w in weights if w.ndim != 4]
        self.decay = DECAY * batch
        self.momenta = {w: torch.zeros_like(w) for w in weights}

    def zero_grad(self):
        for w in self.momenta:
            w.grad = None

    @torch.no_grad()
    def step(self):
        for w in self.others:
            rate = HEAD_RATE if w.ndim == 2 else BIAS_RATE
            gradient = w.grad + self.decay / rate * w
            momentum = self.momenta[w].mul_(0.85).add_(gradient)
            w.sub_(rate * (gradient + 0.85 * momentum))
        for w in self.filters:
            momentum = self.momenta[w].mul_(0.6).add_(w.grad)
            gradient = w.grad + 0.6 * momentum
            w.mul_(math.sqrt(len(w)) / w.norm())
            w.sub_(FILTER_RATE * orthogonalized(gradient, self.half))
