"""Keras's own model.fit of the notebook's network on TensorFlow, on the CPU: milliseconds a step.

    keras_fit.py --batch 32 --threads 2 --steps 12
"""
import argparse
import os
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from serve import serve


def notebook():
    image = x = keras.Input((32, 32, 3))
    for filters in (32, 64, 128):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    x = layers.Dropout(0.2)(layers.Dense(1024, activation="relu")(x))
    model = keras.Model(image, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=12)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(0)
    model = notebook()
    count = options.batch * options.steps
    random = np.random.default_rng(0)
    images = random.random((count, 32, 32, 3), dtype=np.float32)
    labels = random.integers(0, 10, count)

    def fit(images, labels):
        model.fit(images, labels, batch_size=options.batch, verbose=0)

    fit(images, labels)

    def measure():
        begin = time.perf_counter()
        fit(images, labels)
        return (time.perf_counter() - begin) * 1000 / options.steps

    serve(f"Keras {keras.__version__} on TensorFlow {tf.__version__}", {"fit": measure})


main()
