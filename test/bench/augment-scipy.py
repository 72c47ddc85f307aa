"""The work of augment.bench.ts as Keras does it: scipy.ndimage.affine_transform, one channel at a time.

Prints images a second of CPU time as JSON: medians of five runs over 512 images.
"""

import json
import statistics
import sys
import time

import numpy
import scipy
from scipy import ndimage

IMAGES, RUNS = 512, 5
rng = numpy.random.default_rng(0)
images = rng.integers(0, 256, (IMAGES, 32, 32, 3)).astype(numpy.float32)


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


def epoch(draw):
    there = numpy.array([[1, 0, 15.5], [0, 1, 15.5], [0, 0, 1]])
    back = numpy.array([[1, 0, -15.5], [0, 1, -15.5], [0, 0, 1]])
    for image in images:
        matrix = there @ draw() @ back
        channels = [
            ndimage.affine_transform(
                numpy.rollaxis(image, 2, 0)[c], matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest"
            )
            for c in range(3)
        ]
        out = numpy.stack(channels, axis=-1)
        if rng.random() < 0.5:
            out = out[:, ::-1]
        out = out * numpy.float32(1 / 255)


def rate(draw):
    epoch(draw)
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        epoch(draw)
        times.append(time.process_time() - start)
    return IMAGES / statistics.median(times)


rates = {"shifts": rate(shift_matrix), "affine": rate(affine_matrix)}
versions = f"Python {sys.version.split()[0]}, NumPy {numpy.__version__}, SciPy {scipy.__version__}"
print(json.dumps({"versions": versions, "rates": rates}))
