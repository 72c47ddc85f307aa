import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Callback,
  type Group,
  imageFlow,
  mixup,
  pipeline,
  stateHash,
  toDataset,
  trainPhase,
  type TrainPhaseOptions,
  weightAveraging,
} from "cifar-kit";
import { registerSimdBackend } from "cifar-kit/simd";
import { pooledModel, tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { flowLike } from "../../helpers/user-flow.ts";
import { hashOf, type Options } from "../../reliability/small-run.ts";
import { MemoryStore } from "../checkpoint/memory-store.ts";
import { localGroups } from "./local-groups.ts";

/** With 8 shards of 2 images, and of the last, short batch of 14 one that is empty. */
const OPTIONS: Options = { batchSize: 16, shards: 8 };

/** The hashes of so many processes. @param each what a rank does otherwise. */
const hashes = (size: number, each: (rank: number) => Options = () => ({})): Promise<string[]> =>
  Promise.all(
    localGroups(size).map(async (group, rank) => {
      const { hash } = await hashOf({ ...OPTIONS, group, ...each(rank) });
      return hash;
    }),
  );
/** What each process ends with. */
const outcomes = async (
  size: number,
  each: (rank: number) => Options,
): Promise<(string | undefined)[]> => {
  const runs = localGroups(size).map(async (group, rank) => {
    const { hash } = await hashOf({ ...OPTIONS, group, ...each(rank) });
    return hash;
  });
  const settled = await Promise.allSettled(runs);
  return settled.map((one) => (one.status === "rejected" ? String(one.reason) : one.value));
};
const all = (size: number, what: unknown): unknown[] => Array.from({ length: size }, () => what);

beforeAll(async () => {
  await registerSimdBackend({ threads: 1, relaxedSimd: "off" });
  await tf.setBackend("simd");
});

describe("a run whose batches are cut into shards", () => {
  let alone: string;
  beforeAll(async () => {
    ({ hash: alone } = await hashOf(OPTIONS));
  });

  it("is another than one of whole batches, and than one of other shards", async () => {
    expect((await hashOf({ ...OPTIONS, shards: undefined! })).hash).not.toBe(alone);
    expect((await hashOf({ ...OPTIONS, shards: 4 })).hash).not.toBe(alone);
  });

  it.each([1, 2, 4, 8])("has the same bits in %i processes", async (size) => {
    expect(await hashes(size)).toEqual(all(size, alone));
  });

  it("has 8 shards if there is a group", async () => {
    expect(await hashes(2, () => ({ shards: undefined! }))).toEqual(all(2, alone));
  });

  it("leaves callbacks to process 0, whose doings reach the others", async () => {
    const called: number[] = [];
    const of = (rank: number): Options => ({
      callbacks: [
        weightAveraging({ momentum: 0.9 }),
        {
          readEvery: 3,
          onBatchEnd: (batch, _, run) => {
            called.push(rank);
            if (batch === 4) run.stopTraining();
          },
        } satisfies Callback,
      ],
    });
    const [first] = await hashes(1, () => of(0));
    expect(await hashes(4, of)).toEqual(all(4, first));
    expect(new Set(called)).toEqual(new Set([0]));
    expect(first).not.toBe(alone);
  });

  it.each<[string, () => Partial<TrainPhaseOptions>]>([
    ["a flow", () => ({ train: imageFlow(tinyImages(40), { batchSize: 16 }) })],
    ["a dataset", () => ({ train: toDataset(tinyImages(40), { batchSize: 12 }) })],
    ["images that grow", () => ({ train: tinyImages(40), imageSize: [[4, 0.4]] })],
    ["weighted images", () => ({ train: tinyImages(40), classWeight: { 1: 3 } })],
    ["mixed images", () => ({ train: tinyImages(40), augmentation: pipeline({ mix: mixup() }) })],
    ["parts of epochs", () => ({ train: tinyImages(40), stepsPerEpoch: 2 })],
  ])("has the same bits of %s", async (_, options) => {
    const of = async (group?: Group): Promise<string> => {
      const model = pooledModel();
      const settings = {
        train: tinyImages(1),
        batchSize: 16,
        epochs: 3,
        seed: 1,
        verbose: 0,
      } as const;
      await trainPhase(model, { ...settings, ...options(), shards: 4, ...(group && { group }) });
      const hash = await stateHash(model);
      model.dispose();
      return hash;
    };
    const one = await of();
    expect(await Promise.all(localGroups(4).map(of))).toEqual(all(4, one));
  });

  it("goes on from the checkpoint of process 0, in as many processes as there are", async () => {
    const store = new MemoryStore();
    const stop: Callback = {
      onEpochEnd: (epoch) => {
        if (epoch === 2) throw new Error("no power");
      },
    };
    const of = (rank: number, callbacks: Callback[]): Options =>
      rank === 0 ? { checkpoint: { store, everySteps: 5 }, callbacks } : { callbacks };
    const ended = await outcomes(4, (rank) => of(rank, [stop]));
    expect(ended[0]).toBe("Error: no power");
    expect(ended.slice(1)).toEqual(
      all(3, expect.stringContaining("got the end of process 0: no power; see to that")),
    );
    expect(await hashes(2, (rank) => of(rank, []))).toEqual(all(2, alone));
  });

  it("ends at one place when a signal asks one process", async () => {
    const abort = new AbortController();
    const store = new MemoryStore();
    let steps = 0;
    const ended = await outcomes(2, (rank) =>
      rank === 0
        ? {
            checkpoint: { store, everySteps: 0, everyEpochs: 0 },
            callbacks: [
              {
                onBatchEnd: () => {
                  if (++steps === 9) abort.abort(new Error("enough"));
                },
              },
            ],
          }
        : { signal: abort.signal },
    );
    expect(ended[0]).toContain("the run was ended by the signal of process 1");
    expect(ended[1]).toContain("enough");
    expect(steps).toBeLessThan(12);
    const rest = await hashes(2, (rank) =>
      rank === 0 ? { checkpoint: { store, everySteps: 0, everyEpochs: 0 } } : {},
    );
    expect(rest).toEqual(all(2, alone));
  });
});

describe("processes that do not fit together", () => {
  it.each([
    ["seed", { seed: 8 }, "expected phases[0].seed to be "],
    [
      "batchSize",
      { batchSize: 24 },
      "expected batchSize to be 16 in all processes, as in process 0, got 24 in process 1",
    ],
    ["data", { train: tinyImages(110, 5) }, "expected train.images to be "],
  ])("are told by the rank and the option: %s", async (_, options: Options, message) => {
    const ended = await outcomes(2, (rank) => (rank === 1 ? options : {}));
    expect(ended).toEqual(all(2, expect.stringContaining(message)));
  });

  it.each([
    [3, 8, "expected shards to be 3, 6, 12 and so on, for 3 processes, got 8"],
    [2, 5, "expected shards to be 2, 4, 8 and so on, for 2 processes, got 5"],
    [2, 32, "expected batchSize to be a multiple of the 32 shards, got 16"],
  ])(
    "%i processes with %i shards are refused before the first step",
    async (size, shards, message) => {
      const ended = await outcomes(size, () => ({ shards }));
      expect(ended).toEqual(all(size, expect.stringContaining(message)));
    },
  );

  it("are told when they measure on different occasions", async () => {
    const ended = await outcomes(2, (rank) => ({ validationFreq: 1 + rank }));
    expect(ended).toEqual(
      all(2, expect.stringContaining("got the hook in place of the validation")),
    );
  });

  it("are told when their weights have drifted apart", async () => {
    const models = [3, 3].map((seed) => tinyModel({ seed, dropoutRate: 0 }));
    const groups = localGroups(2);
    const runs = models.map((model, rank) => {
      // Behind the back of the run, as a machine that rounds otherwise.
      const flow = imageFlow(tinyImages(32), { batchSize: 16 });
      let asked = 0;
      const drifting = flowLike(flow, {}, () => {
        if (rank === 1 && ++asked > 6) {
          const [kernel, ...others] = model.getWeights();
          model.setWeights([tf.add(kernel, 1e-6), ...others]);
        }
        return {};
      });
      return trainPhase(model, { train: drifting, epochs: 3, verbose: 0, group: groups[rank] });
    });
    const ended = await Promise.allSettled(runs);
    expect(ended.map((one) => String((one as PromiseRejectedResult).reason))).toEqual(
      all(2, expect.stringContaining("got others in process 1 than in process 0")),
    );
  });
});
