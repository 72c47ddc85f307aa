/** Flows of a user's own, wherever one is used. */
import * as kit from "cifar-kit";
import { flow, set, train } from "./train/runs.ts";
import type { Trials } from "./trial.ts";

const by = (made: unknown): unknown =>
  kit.imageFlow(set, { augmentation: { flow: () => made as kit.Flow } });

export const ofFlows: Trials = {
  "have the augmenter's flow return one, such as imageFlow(set, options)": [
    () => by(null),
    () => by(kit.imageFlow(set, {})),
  ],
  "correct the labels, or name all classes in classNames": [
    () => train({ train: flow({}, ({ ys }) => ({ ys: ys.map(() => 7) })) }),
    () => train({ train: flow() }),
  ],
  "give a row for each image, or leave targets out": [
    () => train({ train: flow({}, () => ({ targets: new Float32Array(1) })) }),
    () => train({ train: flow() }),
  ],
  "give every image in full": [
    () => train({ train: flow({}, ({ xs }) => ({ xs: xs.subarray(1) })) }),
    () => train({ train: flow() }),
  ],
  "give one class index for each image": [
    () => train({ train: flow({}, () => ({ ys: [0] })) }),
    () => train({ train: flow() }),
  ],
  "give one-hot rows or mixtures of them": [
    () => train({ train: flow({}, ({ size }) => ({ targets: new Float32Array(size * 3) })) }),
    () =>
      train({
        train: flow({}, ({ size }) => ({ targets: new Float32Array(size * 3).fill(1 / 3) })),
      }),
  ],
  "give the flow that property": [
    () => train({ train: flow({ classNames: undefined }) }),
    () => train({ train: flow({ classNames: set.classNames }) }),
  ],
  "let its method batch return one": [
    () => train({ train: flow({ batch: () => undefined }) }),
    () => train({ train: flow() }),
  ],
  "let length be Math.ceil(size / batchSize)": [
    () => train({ train: flow({ length: 9 }) }),
    () => train({ train: flow({ length: Math.ceil(12 / 4) }) }),
  ],
  "look for a division by 0 in the flow": [
    () => train({ train: flow({}, ({ xs }) => ({ xs: xs.map(() => 1 / 0) })) }),
    () => train({ train: flow() }),
  ],
};
