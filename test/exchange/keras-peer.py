"""Python's side of exchange.long.test.ts: opens models and answers with them, or writes models of its own.

    python keras-peer.py open FOLDER       for each NAME.keras and NAME.inputs.json writes NAME.outputs.json, and NAME.again.keras
    python keras-peer.py write FOLDER      writes NAME.keras, NAME.inputs.json and NAME.outputs.json
    python keras-peer.py unknown FILE      writes a model with layers that TensorFlow.js lacks

Tried with Keras 3.15.1 on TensorFlow 2.21. It made the files of test/fixtures/exchange, too: `write` and `unknown` there.
"""

import json
import os
import pathlib
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
from keras import layers as L

SEED = 3


def plain(arrays):
    arrays = arrays if isinstance(arrays, list) else [arrays]
    return [{"shape": list(a.shape), "values": numpy.asarray(a, "float64").ravel().tolist()} for a in arrays]


def answer(model, inputs):
    return model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)


def open_all(folder):
    failed = []
    for path in sorted(folder.glob("*.inputs.json")):
        name = path.name.removesuffix(".inputs.json")
        try:
            open_one(folder, name, json.loads(path.read_text()))
        except Exception as error:
            failed.append(f"{name}: {str(error)[-600:]}")
    if failed:
        sys.exit("\n".join(failed))


def open_one(folder, name, given):
    model = keras.saving.load_model(folder / f"{name}.keras")
    inputs = [numpy.array(each["values"], "float32").reshape(each["shape"]) for each in given]
    outputs = answer(model, inputs)
    (folder / f"{name}.outputs.json").write_text(json.dumps(plain(outputs)))
    model.save(folder / f"{name}.again.keras")
    # It can be trained on.
    outputs = outputs if isinstance(outputs, list) else [outputs]
    model.compile(optimizer="sgd", loss=["mse"] * len(outputs) if len(outputs) > 1 else "mse")
    zeros = [numpy.zeros_like(each) for each in outputs]
    model.fit(inputs if len(inputs) > 1 else inputs[0], zeros if len(zeros) > 1 else zeros[0], verbose=0)


def branched():
    image = keras.Input((6, 6, 3), name="img")
    x = L.Conv2D(4, 3, padding="same", activation="silu", kernel_regularizer=keras.regularizers.L2(0.01))(image)
    x = L.BatchNormalization()(x)
    y = L.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)(x)
    y = L.Dropout(0.3)(L.LeakyReLU(negative_slope=0.05)(y))
    x = L.Concatenate()([L.Add()([x, y]), L.MaxPooling2D(3, 1, padding="same")(y)])
    x = L.DepthwiseConv2D(3, depth_multiplier=2)(x)
    x = L.GlobalAveragePooling2D()(x)
    model = keras.Model(image, L.Dense(3, activation="softmax")(x), name="branched")
    # With an optimizer's state in the file.
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(numpy.ones((4, 6, 6, 3)), numpy.arange(4) % 3, verbose=0)
    return model


def nested():
    a, b = keras.Input((5,)), keras.Input((5,))
    inner = keras.Model(a, L.Dense(5, activation="gelu")(a), name="inner")
    rows = keras.Sequential([keras.Input((5,)), L.Dense(5), L.ReLU()], name="rows")
    pair = keras.Model([a, b], L.Multiply()([rows(a), b]), name="pair")
    x, y = keras.Input((5,), name="x"), keras.Input((5,), name="y")
    z = pair([inner(x), inner(y)])
    return keras.Model([x, y], [rows(z), inner(z), L.LayerNormalization()(z)])


def recurrent():
    cells = [L.LSTMCell(3), L.GRUCell(2, reset_after=False)]
    return keras.Sequential(
        [
            keras.Input((7, 3)),
            L.Conv1D(4, 3, padding="same"),
            L.Bidirectional(L.LSTM(3, return_sequences=True)),
            L.TimeDistributed(L.Dense(4, activation="softsign")),
            L.GRU(3, return_sequences=True, reset_after=False),
            L.RNN(cells),
        ]
    )


def write_all(folder):
    for make in [branched, nested, recurrent]:
        keras.utils.set_random_seed(SEED)
        model = make()
        model.save(folder / f"{make.__name__}.keras")
        numbers = numpy.random.default_rng(SEED)
        inputs = [numbers.uniform(-1, 1, (3, *each.shape[1:])).astype("float32") for each in model.inputs]
        (folder / f"{make.__name__}.inputs.json").write_text(json.dumps(plain(inputs)))
        (folder / f"{make.__name__}.outputs.json").write_text(json.dumps(plain(answer(model, inputs))))


def unknown(path):
    x = keras.Input((4, 8), name="x")
    y = L.MultiHeadAttention(2, 4, name="attention")(x, x)
    y = L.GroupNormalization(2, name="groups")(y)
    y = L.GRU(3, name="gru")(y)
    keras.Model(x, L.Dense(2, activation="hard_sigmoid", name="head")(y)).save(path)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[2])
    {"open": open_all, "write": write_all, "unknown": unknown}[sys.argv[1]](target)
