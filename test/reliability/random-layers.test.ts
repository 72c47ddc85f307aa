/** Layers that draw random numbers: the same ones in a run that was interrupted, new ones in each call. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadModel, stateHash, trainPhase, withKerasLayers } from "cifar-kit";
import { setTrainingStep } from "../../src/model/keras-layers.ts";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";

const { layers: L } = tfl;
const train = tinyImages(24);
beforeAll(() => useBackend("cpu"));

type Layer = tfl.layers.Layer;
const apply = (layer: { apply(x: unknown): unknown }, x: unknown): tfl.SymbolicTensor =>
  layer.apply(x) as tfl.SymbolicTensor;

/** A network around some layers on eight values. */
function network(middle: (x: tfl.SymbolicTensor) => tfl.SymbolicTensor): tfl.LayersModel {
  const image = tfl.input({ shape: [8, 8, 3] });
  const kernelInitializer = (seed: number): ReturnType<typeof tfl.initializers.heNormal> =>
    tfl.initializers.heNormal({ seed });
  const eight = L.dense({ units: 8, kernelInitializer: kernelInitializer(1) });
  const last = L.dense({
    units: 3,
    activation: "softmax",
    kernelInitializer: kernelInitializer(2),
  });
  const x = middle(apply(eight, apply(L.flatten(), image)));
  const model = tfl.model({ inputs: image, outputs: apply(last, x) });
  const optimizer = tf.train.momentum(0.1, 0.9);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

const inner = (layer: Layer): tfl.LayersModel => {
  const x = tfl.input({ shape: [8] });
  return tfl.model({ inputs: x, outputs: apply(layer, x) });
};
const rows = (x: tfl.SymbolicTensor, layer: Layer): tfl.SymbolicTensor =>
  apply(L.flatten(), apply(layer, apply(L.reshape({ targetShape: [4, 2] }), x)));

const RECURRENT = {
  units: 2,
  kernelInitializer: tfl.initializers.glorotNormal({ seed: 3 }),
  recurrentInitializer: tfl.initializers.glorotNormal({ seed: 4 }),
};
const recurrent = (kind: "lstm" | "gru" | "simpleRNN", options: object): tfl.layers.RNN =>
  (L[kind] as (options: object) => tfl.layers.RNN)({ ...RECURRENT, ...options });

const NETWORKS: Record<string, () => tfl.LayersModel> = {
  "dropout twice": () => {
    const dropout = L.dropout({ rate: 0.5, seed: 1 });
    return network((x) => apply(dropout, apply(dropout, x)));
  },
  "dropout without a seed, twice": () => {
    const dropout = L.dropout({ rate: 0.5 });
    return network((x) => apply(dropout, apply(dropout, x)));
  },
  "a model with dropout, twice": () => {
    const shared = inner(L.dropout({ rate: 0.5, seed: 1 }));
    return network((x) => apply(shared, apply(shared, x)));
  },
  "a Sequential with dropout in a model, twice": () => {
    const sequential = tfl.sequential({
      layers: [L.dropout({ rate: 0.5, inputShape: [8] }), L.dropout({ rate: 0.3 })],
    });
    const shared = inner(sequential);
    return network((x) => apply(shared, apply(shared, x)));
  },
  "dropout at each of several times": () =>
    network((x) => rows(x, L.timeDistributed({ layer: L.dropout({ rate: 0.5 }) }))),
  "dropout with a mask of its own shape": () =>
    network((x) => rows(x, L.dropout({ rate: 0.5, noiseShape: [1, 4, 1] }))),
  "spatial dropout": () => network((x) => rows(x, L.spatialDropout1d({ rate: 0.5 }))),
  "gaussian noise, twice": () => {
    const noise = L.gaussianNoise({ stddev: 1 });
    return network((x) => apply(noise, apply(noise, x)));
  },
  "gaussian dropout": () => network((x) => apply(L.gaussianDropout({ rate: 0.5 }), x)),
  "an LSTM with dropout, twice": () => {
    const lstm = recurrent("lstm", { dropout: 0.3, recurrentDropout: 0.5, returnSequences: true });
    return network((x) =>
      apply(L.flatten(), apply(lstm, apply(lstm, apply(L.reshape({ targetShape: [4, 2] }), x)))),
    );
  },
  "a GRU with dropout of its state, both ways": () =>
    network((x) => {
      const layer = recurrent("gru", { recurrentDropout: 0.5, returnSequences: true });
      return rows(x, L.bidirectional({ layer, mergeMode: "concat" }));
    }),
  "stacked cells with dropout": () =>
    network((x) => {
      const options = { ...RECURRENT, dropout: 0.5 };
      const cell = [L.simpleRNNCell(options), L.gruCell(options)];
      return rows(x, L.rnn({ cell, returnSequences: true }));
    }),
  "alpha dropout": () => network((x) => apply(L.alphaDropout({ rate: 0.5 }), x)),
};

const options = { train, epochs: 2, batchSize: 8, verbose: 0 } as const;

async function interrupted(model: () => tfl.LayersModel, after: number): Promise<string> {
  const checkpoint = { store: new MemoryStore(), everySteps: 1, everyEpochs: 0 };
  const controller = new AbortController();
  let steps = 0;
  const callbacks = [
    {
      onBatchEnd: () => {
        if (++steps === after) controller.abort("stop");
      },
    },
  ];
  await expect(
    trainPhase(model(), { ...options, checkpoint, callbacks, signal: controller.signal }),
  ).rejects.toBe("stop");
  const resumed = model();
  const history = await trainPhase(resumed, { ...options, checkpoint, resume: "must" });
  return stateHash(resumed, history);
}

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  it("ends with the same bits wherever the run was interrupted", async () => {
    const straight = NETWORKS[name]();
    const expected = await stateHash(straight, await trainPhase(straight, options));
    for (const after of [1, 2, 3, 5]) {
      expect(await interrupted(NETWORKS[name], after)).toBe(expected);
    }
  });

  it("draws the same in a model that was saved and loaded", async () => {
    const model = NETWORKS[name]();
    await trainPhase(model, { ...options, epochs: 1 });
    const loaded = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    await trainPhase(model, { ...options, initialEpoch: 1 });
    await trainPhase(loaded, { ...options, initialEpoch: 1 });
    expect(await stateHash(loaded)).toBe(await stateHash(model));
  });

  it("draws anew in each step, and in each call within one", () => {
    const model = withKerasLayers(NETWORKS[name]());
    const x = tf.ones([1, 8, 8, 3]);
    const output = (step?: number): number[] => {
      if (step !== undefined) setTrainingStep(model, step);
      return tf.tidy(() => [...(model.apply(x, { training: true }) as tf.Tensor).dataSync()]);
    };
    const first = output(0);
    const later = [output(), output(), output(), output()];
    expect(new Set([first, ...later].map(String)).size).toBeGreaterThan(2);
    expect(output(0)).toEqual(first);
    expect(output(3)).toEqual(later[2]);
  });
});

describe("the mask of a dropout layer that is applied twice", () => {
  it("is another one each time, the first as if it were the only one", () => {
    const x = tf.ones([1, 1000]);
    const drawn = (count: number): number[][] => {
      const dropout = L.dropout({ rate: 0.5, seed: 5 });
      const image = tfl.input({ shape: [1000] });
      const outputs = Array.from({ length: count }, () => apply(dropout, image));
      const model = withKerasLayers(tfl.model({ inputs: image, outputs }));
      const results = [model.apply(x, { training: true })].flat() as tf.Tensor[];
      return results.map((result) => [...result.dataSync()]);
    };
    const [[alone], [first, second]] = [drawn(1), drawn(2)];
    expect(first).toEqual(alone);
    // Half of the values agree by chance.
    const agreeing = first.filter((value, i) => value === second[i]).length;
    expect(Math.abs(agreeing - 500)).toBeLessThan(80);
  });

  it("does not depend on what a callback did with the network", async () => {
    const model = NETWORKS["dropout twice"]();
    const straight = NETWORKS["dropout twice"]();
    await trainPhase(straight, options);
    const x = tf.ones([1, 8, 8, 3]);
    const look = {
      onBatchEnd: () => {
        tf.tidy(() => void model.apply(x, { training: true }));
      },
    };
    await trainPhase(model, { ...options, callbacks: [look] });
    expect(await stateHash(model)).toBe(await stateHash(straight));
  });
});

describe("noise", () => {
  it.each([
    ["gaussian noise", L.gaussianNoise({ stddev: 0.5 }), 1, 0.5],
    ["gaussian dropout", L.gaussianDropout({ rate: 0.2 }), 1, 0.5],
    ["dropout", L.dropout({ rate: 0.2 }), 1, 0.5],
  ])("has the mean and the deviation that it should: %s", (_, layer, mean, deviation) => {
    const model = withKerasLayers(inner(layer));
    const x = tf.ones([1000, 8]);
    const y = model.apply(x, { training: true }) as tf.Tensor;
    const { mean: m, variance } = tf.moments(y);
    // Five standard errors of 8,000 values.
    expect(Math.abs(m.dataSync()[0] - mean)).toBeLessThan((5 * deviation) / Math.sqrt(8000));
    expect(Math.sqrt(variance.dataSync()[0])).toBeCloseTo(deviation, 1);
    expect([...(model.predict(x) as tf.Tensor).dataSync()]).toEqual([...x.dataSync()]);
  });

  it("of alpha dropout keeps mean 0 and variance 1", () => {
    const model = withKerasLayers(inner(L.alphaDropout({ rate: 0.3 })));
    const y = model.apply(tf.randomNormal([4000, 8], 0, 1, "float32", 3), { training: true });
    const { mean, variance } = tf.moments(y as tf.Tensor);
    expect(mean.dataSync()[0]).toBeCloseTo(0, 1);
    expect(variance.dataSync()[0]).toBeCloseTo(1, 1);
  });
});

describe("dropout in a recurrent layer", () => {
  it("has one mask for all time steps, of that rate, and none in inference", () => {
    // Each unit hands on its input: the state is what the mask lets through of ones.
    const cell = { useBias: false, activation: "linear", recurrentInitializer: "zeros" } as const;
    const layer = L.simpleRNN({
      ...{ ...cell, units: 200, kernelInitializer: "identity", dropout: 0.25 },
      returnSequences: true,
    });
    const input = tfl.input({ shape: [3, 200] });
    const model = withKerasLayers(tfl.model({ inputs: input, outputs: apply(layer, input) }));
    const x = tf.ones([20, 3, 200]);
    const y = model.apply(x, { training: true }) as tf.Tensor3D;
    const [first, ...others] = tf.unstack(y, 1).map((step) => [...step.dataSync()]);
    for (const other of others) expect(other).toEqual(first);
    expect(new Set(first)).toEqual(new Set([0, Math.fround(4 / 3)]));
    // Five standard errors of 4,000 values.
    const kept = first.filter((value) => value > 0).length / first.length;
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / 4000));
    expect([...(model.predict(x) as tf.Tensor).dataSync()]).toEqual([...x.dataSync()]);
  });

  it("leaves a function of the user's for masks alone", () => {
    const dropoutFunc = vi.fn((ones: tf.Tensor) => tf.zerosLike(ones));
    const layer = recurrent("gru", { dropout: 0.5, dropoutFunc });
    const input = tfl.input({ shape: [4, 2] });
    const model = withKerasLayers(tfl.model({ inputs: input, outputs: apply(layer, input) }));
    model.apply(tf.ones([1, 4, 2]), { training: true });
    expect(dropoutFunc).toHaveBeenCalledTimes(3);
  });
});

/** A cell of a user's own that drops as it likes. */
class OwnCell extends L.RNNCell {
  static className = "OwnCell";
  readonly stateSize = 2;
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    const [x] = inputs as tf.Tensor[];
    return [x, x];
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), dropout: 0.5 };
  }
}

it("says which layers draw numbers that nobody can repeat, where checkpoints are saved", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const checkpoint = { store: new MemoryStore() };
  const model = network((x) => {
    const layer = L.rnn({ cell: new OwnCell({}), name: "rnn" });
    return apply(layer, apply(L.reshape({ targetShape: [4, 2] }), x));
  });
  await trainPhase(model, { ...options, epochs: 1, checkpoint });
  expect(warn.mock.calls.flat().join()).toContain("the random numbers of the layers rnn");
  warn.mockRestore();
});
