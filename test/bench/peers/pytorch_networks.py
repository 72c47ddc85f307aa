#!/usr/bin/env python3
"""How long PyTorch takes for a training step of the networks of ../networks.ts, in their real size.

On the CPU, in the faster one of both memory formats, if it has images. See serve.py for how it is asked.

    pytorch_networks.py --threads 2
"""
import argparse
import time

import torch
from serve import serve
from torch import nn
from torch.nn import functional as F

ROUND = 0.15
WARM_UP = 2


def conv_bn(inputs, outputs, size, stride=1, act=None, groups=1):
    layers = [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
    ]
    return nn.Sequential(*layers, *([act] if act else []))


class Residual(nn.Module):
    """f(x) + shortcut(x)."""

    def __init__(self, body, shortcut=None, after=None):
        super().__init__()
        self.body, self.shortcut, self.after = body, shortcut, after

    def forward(self, x):
        y = self.body(x) + (self.shortcut(x) if self.shortcut else x)
        return self.after(y) if self.after else y


class Head(nn.Sequential):
    def __init__(self, channels, classes=10):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def mlp():
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 256), nn.GELU(), nn.Linear(256, 10)
    )


def mobilenet():
    layers = [conv_bn(3, 32, 3, 2, nn.ReLU6())]
    channels = 32
    stages = [(16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]
    for i, (filters, count, stride) in enumerate(stages):
        for n in range(count):
            wide = channels * (1 if i == 0 else 6)
            step = stride if n == 0 else 1
            body = [conv_bn(channels, wide, 1, 1, nn.ReLU6())] if i > 0 else []
            body += [conv_bn(wide, wide, 3, step, nn.ReLU6(), wide), conv_bn(wide, filters, 1)]
            body = nn.Sequential(*body)
            layers.append(Residual(body) if step == 1 and channels == filters else body)
            channels = filters
    return nn.Sequential(*layers, conv_bn(channels, 1280, 1, 1, nn.ReLU6()), Head(1280))


def resnet():
    layers = [conv_bn(3, 16, 3, 1, nn.ReLU())]
    channels = 16
    for i, filters in enumerate((16, 32, 64)):
        for n in range(3):
            stride = 2 if i > 0 and n == 0 else 1
            body = nn.Sequential(conv_bn(channels, filters, 3, stride, nn.ReLU()), conv_bn(filters, filters, 3))
            shortcut = conv_bn(channels, filters, 1, stride) if stride == 2 else None
            layers.append(Residual(body, shortcut, nn.ReLU()))
            channels = filters
    return nn.Sequential(*layers, Head(channels))


def separable():
    def pair(inputs, outputs):
        return nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1),
            nn.ReLU(),
            nn.BatchNorm2d(outputs),
            nn.MaxPool2d(3, 2, 1),
        )

    return nn.Sequential(
        conv_bn(3, 32, 3, 1, nn.SiLU()),
        pair(32, 64),
        pair(64, 128),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(128, 10),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()

        def twice(inputs, outputs):
            return nn.Sequential(conv_bn(inputs, outputs, 3, 1, nn.ReLU()), conv_bn(outputs, outputs, 3, 1, nn.ReLU()))

        self.first, self.second, self.third = twice(3, 16), twice(16, 32), twice(32, 64)
        self.up = nn.ConvTranspose2d(64, 32, 2, 2)
        self.fourth, self.last = twice(64, 32), twice(48, 16)
        self.out = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        first = self.first(x)
        second = self.second(F.max_pool2d(first, 2))
        third = self.third(F.max_pool2d(second, 2))
        fourth = self.fourth(torch.cat([second, self.up(third)], 1))
        large = F.interpolate(fourth, scale_factor=2, mode="bilinear")
        return torch.sigmoid(self.out(self.last(torch.cat([first, large], 1))))


class Pose(nn.Module):
    def __init__(self):
        super().__init__()

        def block(inputs, outputs, stride):
            return nn.Sequential(
                conv_bn(inputs, inputs, 5, stride, nn.ReLU6(), inputs), conv_bn(inputs, outputs, 1, 1, nn.PReLU(outputs))
            )

        self.fine = nn.Sequential(conv_bn(3, 32, 3, 2, nn.ReLU()), block(32, 32, 1))
        self.coarse = nn.Sequential(block(32, 64, 2), block(64, 64, 1), block(64, 32, 1), nn.Upsample(scale_factor=2))
        self.out = nn.Sequential(block(32, 32, 1), nn.Conv2d(32, 17, 1))

    def forward(self, x):
        fine = self.fine(x)
        return self.out(fine + self.coarse(fine))


def transfer():
    def block(inputs, outputs):
        return nn.Sequential(
            conv_bn(inputs, outputs, 3, 1, nn.ReLU()), conv_bn(outputs, outputs, 3, 1, nn.ReLU()), nn.MaxPool2d(2)
        )

    base = nn.Sequential(block(3, 32), block(32, 64))
    base.requires_grad_(False)
    return nn.Sequential(base, Head(64, 3))


def conv3d():
    return nn.Sequential(
        nn.Conv3d(3, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool3d(2),
        nn.Conv3d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool3d(2),
        nn.Flatten(),
        nn.Linear(32 * 3 * 6 * 6, 10),
    )


def autoencoder():
    def up(inputs, outputs):
        return nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1)

    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1), nn.ELU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ELU(),
        up(64, 32), nn.ELU(), up(32, 3), nn.Sigmoid(),
    )  # fmt: skip


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 32))
        self.decoder = nn.Sequential(nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 784))

    def loss(self, x, noise):
        centre, log_variance = self.encoder(x).chunk(2, 1)
        z = centre + torch.exp(log_variance * 0.5) * noise
        error = F.binary_cross_entropy_with_logits(self.decoder(z), x)
        return error + 0.5 * (centre**2 + log_variance.exp() - log_variance - 1).mean()


class Gan(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(
            nn.Linear(64, 7 * 7 * 64), nn.BatchNorm1d(7 * 7 * 64), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
        )  # fmt: skip
        self.discriminator = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Flatten(), nn.Linear(64 * 49, 1),
        )  # fmt: skip


class Recurrent(nn.Module):
    """The last state of some recurrent layers."""

    def __init__(self, layer, two_ways=False):
        super().__init__()
        self.layer, self.two_ways = layer, two_ways

    def forward(self, x):
        y, _ = self.layer(x)
        if not self.two_ways:
            return y[:, -1]
        half = y.shape[2] // 2
        return torch.cat([y[:, -1, :half], y[:, 0, half:]], 1)


def lstm_text():
    return nn.Sequential(
        nn.Embedding(10_000, 64),
        Recurrent(nn.LSTM(64, 64, batch_first=True, bidirectional=True), True),
        nn.Linear(128, 64),
        nn.ReLU(),
        nn.Linear(64, 4),
    )


def gru_series():
    return nn.Sequential(Recurrent(nn.GRU(8, 64, 2, batch_first=True)), nn.Linear(64, 1))


def conv1d():
    return nn.Sequential(
        nn.Conv1d(9, 64, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(64, 128, 5, padding=2), nn.ReLU(),
        nn.BatchNorm1d(128), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, 6),
    )  # fmt: skip


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*parts)
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10_000, 64)
        self.places = nn.Parameter(torch.randn(64, 64) * 0.1)
        blocks = []
        for _ in range(2):
            blocks.append(Residual(nn.Sequential(nn.LayerNorm(64), Attention(64, 4))))
            blocks.append(
                Residual(nn.Sequential(nn.LayerNorm(64), nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64)))
            )
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(64, 4)

    def forward(self, x):
        return self.head(self.blocks(self.embedding(x) + self.places).mean(1))


def supervised(model, x, y, loss_of):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], eps=1e-7)

    def step():
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def labels(batch, classes=10):
    return torch.arange(batch) * 7 % classes


def images(batch, side):
    return torch.rand(batch, 3, side, side)


CROSS = nn.CrossEntropyLoss()
SQUARES = nn.MSELoss()
NETWORKS = {
    "MLP": lambda: (mlp(), torch.rand(128, 784), labels(128), CROSS),
    "MobileNetV2": lambda: (mobilenet(), images(16, 96), labels(16), CROSS),
    "ResNet": lambda: (resnet(), images(32, 32), labels(32), CROSS),
    "separable convolutions": lambda: (separable(), images(32, 48), labels(32), CROSS),
    "U-Net": lambda: (UNet(), images(8, 64), (torch.rand(8, 1, 64, 64) > 0.6).float(), nn.BCELoss()),
    "pose": lambda: (Pose(), images(8, 96), torch.rand(8, 17, 48, 48), SQUARES),
    "transfer learning": lambda: (transfer(), images(32, 64), labels(32, 3), CROSS),
    "Conv3D": lambda: (conv3d(), torch.rand(4, 3, 12, 24, 24), labels(4), CROSS),
    "LSTM text": lambda: (lstm_text(), torch.randint(10_000, (32, 64)), labels(32, 4), CROSS),
    "GRU series": lambda: (gru_series(), torch.rand(32, 48, 8), torch.rand(32, 1), SQUARES),
    "Conv1D": lambda: (conv1d(), torch.rand(64, 9, 128), labels(64, 6), CROSS),
    "transformer": lambda: (Transformer(), torch.randint(10_000, (32, 64)), labels(32, 4), CROSS),
}


def autoencoder_step(memory_format):
    x = images(32, 32).to(memory_format=memory_format)
    return supervised(autoencoder().to(memory_format=memory_format), x, x, SQUARES)


def vae_step(_):
    model = Vae()
    x, noise = torch.rand(128, 784), torch.randn(128, 16)
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7)

    def step():
        optimizer.zero_grad()
        loss = model.loss(x, noise)
        loss.backward()
        optimizer.step()
        loss.item()

    return step


def gan_step(memory_format):
    model = Gan().to(memory_format=memory_format)
    generator, discriminator = model.generator, model.discriminator
    real = torch.rand(32, 1, 28, 28).to(memory_format=memory_format)
    z = torch.randn(32, 64)
    cost = F.binary_cross_entropy_with_logits
    ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
    of_generator = torch.optim.Adam(generator.parameters(), eps=1e-7)
    of_discriminator = torch.optim.Adam(discriminator.parameters(), eps=1e-7)

    def step():
        of_discriminator.zero_grad()
        judged = cost(discriminator(real), ones) + cost(discriminator(generator(z).detach()), zeros)
        judged.backward()
        of_discriminator.step()
        of_generator.zero_grad()
        fooled = cost(discriminator(generator(z)), ones)
        fooled.backward()
        of_generator.step()
        return judged.item() + fooled.item()

    return step


LOOPS = {"autoencoder": autoencoder_step, "VAE": vae_step, "GAN": gan_step}


def step_of(name, memory_format):
    if name in LOOPS:
        return LOOPS[name](memory_format)
    model, x, y, loss_of = NETWORKS[name]()
    model.train()
    if x.dim() == 4:
        model, x = model.to(memory_format=memory_format), x.to(memory_format=memory_format)
    return supervised(model, x, y, loss_of)


def milliseconds(step):
    """The mean of as many steps as fit into a round."""
    began = time.perf_counter()
    calls = 0
    while calls == 0 or time.perf_counter() - began < ROUND:
        step()
        calls += 1
    return (time.perf_counter() - began) / calls * 1000


class Measured:
    """The faster memory format of a network, which is made when it is first asked for."""

    def __init__(self, name):
        self.name, self.steps = name, None

    def __call__(self):
        if self.steps is None:
            torch.manual_seed(0)
            formats = torch.contiguous_format, torch.channels_last
            self.steps = [step_of(self.name, form) for form in formats]
            for step in self.steps * WARM_UP:
                step()
        return min(milliseconds(step) for step in self.steps)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    names = [*NETWORKS, *LOOPS]
    serve(f"PyTorch {torch.__version__}", {name: Measured(name) for name in names})


main()
