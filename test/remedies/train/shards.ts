/** Advice about runs that are cut into shards, followed by groups of one process. */
import * as tf from "@tensorflow/tfjs-core";
import * as kit from "cifar-kit";
import type { Flow } from "cifar-kit";
import { tinyModel } from "../../helpers/tiny.ts";
import { flowLike } from "../../helpers/user-flow.ts";
import { localGroups } from "../../train/shards/local-groups.ts";
import { type Trials, wrong } from "../trial.ts";
import { set, train } from "./runs.ts";

/** A run of two processes; throws what the last of them does. */
async function two(of: (rank: number) => object, size = 2): Promise<void> {
  const runs = localGroups(size).map((group, rank) =>
    train({ batchSize: 4, shards: 4, group, ...of(rank) }, tinyModel({ seed: 1 })),
  );
  const settled = await Promise.allSettled(runs);
  const last = settled.at(-1)!;
  if (last.status === "rejected") throw last.reason;
}

const failing = (rank: number): object => ({
  callbacks: rank === 0 ? [{ onEpochEnd: () => Promise.reject(new Error("no disk")) }] : [],
});

/** Two processes, of which one changes the model behind the run's back. */
function drifting(drifts: boolean): Promise<void> {
  const models = [1, 1].map((seed) => tinyModel({ seed }));
  const flowOf = (rank: number): Flow => {
    const flow = kit.imageFlow(set, { batchSize: 4 });
    return flowLike(flow, {}, (_, index) => {
      if (!drifts || rank === 0 || index < 2) return {};
      const [kernel, ...others] = models[rank].getWeights();
      models[rank].setWeights([tf.add(kernel, 1e-3), ...others]);
      return {};
    });
  };
  const runs = localGroups(2).map((group, rank) =>
    train({ train: flowOf(rank), shards: 4, group, epochs: 2 }, models[rank]),
  );
  return Promise.all(runs).then(() => undefined);
}

export const trials: Trials = {
  "pass await mpiGroup() of cifar-kit/mpi": [
    () => train({ group: wrong({ rank: 0 }), batchSize: 8 }),
    () => train({ group: localGroups(1)[0], batchSize: 8 }),
  ],
  "pass such a batchSize, or other shards": [
    () => train({ batchSize: 6, shards: 4 }),
    async () => {
      await train({ batchSize: 8, shards: 4 });
      await train({ batchSize: 6, shards: 3 });
    },
  ],
  "pass such a number, or start as many processes as divide it so": [
    () => two(() => ({ shards: 6, batchSize: 6 })),
    async () => {
      await two(() => ({ shards: 4, batchSize: 4 }));
      await two(() => ({ shards: 6, batchSize: 6 }), 3);
    },
  ],
  "pass the same data and options in all processes": [
    () => two((rank) => ({ validation: set, validationFreq: 1 + rank, epochs: 2 })),
    () => two(() => ({ validation: set, validationFreq: 2, epochs: 2 })),
  ],
  "see to that, and start all of them again: with checkpoint they go on from there": [
    () => two(failing),
    () => two(() => ({})),
  ],
  "start the same program with the same options, data and backend everywhere": [
    () => two((rank) => ({ seed: rank })),
    () => two(() => ({ seed: 1 })),
  ],
  "use machines of one kind, and one backend; and let nothing but process 0's callbacks change the model":
    [() => drifting(true), () => drifting(false)],
};
