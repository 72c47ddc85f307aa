"""The work of augment.bench.ts in Python: by SciPy as Keras does it, one channel at a time, and by
torchvision on Pillow's images, where either is installed.

Prints images a second of CPU time as JSON: medians of five runs over 512 images.
"""

import json
import statistics
import sys
import time

import numpy

IMAGES, RUNS = 512, 5
rng = numpy.random.default_rng(0)
images = rng.integers(0, 256, (IMAGES, 32, 32, 3)).astype(numpy.uint8)
versions = [f"Python {sys.version.split()[0]}", f"NumPy {numpy.__version__}"]


def rate(epoch):
    epoch()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        epoch()
        times.append(time.process_time() - start)
    return IMAGES / statistics.median(times)


def shift_matrix():
    tx, ty = rng.uniform(-3.2, 3.2, 2)
    return numpy.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])


def affine_matrix():
    theta, shear = numpy.deg2rad(rng.uniform(-15, 15)), numpy.deg2rad(rng.uniform(-10, 10))
    zx, zy = rng.uniform(0.9, 1.1, 2)
    sin, cos = numpy.sin(theta), numpy.cos(theta)
    rotation = numpy.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    shearing = numpy.array([[1, -numpy.sin(shear), 0], [0, numpy.cos(shear), 0], [0, 0, 1]])
    return rotation @ shift_matrix() @ shearing @ numpy.diag([zx, zy, 1])


def scipy_rates():
    import scipy
    from scipy import ndimage

    versions.append(f"SciPy {scipy.__version__}")
    there = numpy.array([[1, 0, 15.5], [0, 1, 15.5], [0, 0, 1]])
    back = numpy.array([[1, 0, -15.5], [0, 1, -15.5], [0, 0, 1]])
    floats = images.astype(numpy.float32)

    def epoch(draw):
        for image in floats:
            matrix = there @ draw() @ back
            channels = [
                ndimage.affine_transform(channel, matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest")
                for channel in numpy.rollaxis(image, 2, 0)
            ]
            out = numpy.stack(channels, axis=-1)
            if rng.random() < 0.5:
                out = out[:, ::-1]
            out * numpy.float32(1 / 255)

    return {
        "shifts": rate(lambda: epoch(shift_matrix)),
        "affine": rate(lambda: epoch(affine_matrix)),
    }


def torchvision_rates():
    import torch
    import torchvision
    from PIL import Image
    from torchvision import transforms as t

    versions.append(f"torchvision {torchvision.__version__}")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    pictures = [Image.fromarray(image) for image in images]
    bilinear = t.InterpolationMode.BILINEAR
    flip, tensor = t.RandomHorizontalFlip(), t.ToTensor()
    works = {
        "none": tensor,
        "shifts": t.Compose([t.RandomAffine(0, (0.1, 0.1), interpolation=bilinear), flip, tensor]),
        "affine": t.Compose(
            [
                t.RandomAffine(15, (0.1, 0.1), (0.9, 1.1), (-10, 10), interpolation=bilinear),
                flip,
                tensor,
            ]
        ),
        "crop": t.Compose([t.RandomCrop(32, padding=4, padding_mode="reflect"), flip, tensor]),
        "trivial": t.Compose([t.TrivialAugmentWide(), tensor]),
    }

    def epoch(work):
        for picture in pictures:
            work(picture)

    return {name: rate(lambda: epoch(work)) for name, work in works.items()}


rates = {}
for name, measure in (("SciPy", scipy_rates), ("torchvision", torchvision_rates)):
    try:
        rates[name] = measure()
    except ImportError:
        versions.append(f"no {name}")
print(json.dumps({"versions": ", ".join(versions), "rates": rates}))
