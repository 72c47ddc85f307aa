/** Everything that is saved in files, as what can be saved in turn and read back. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { io } from "@tensorflow/tfjs-core";
import { csvLogger } from "cifar-kit";
import { fileCheckpointStore, fileSystemIO, writeFileAtomic } from "cifar-kit/node";
import { readCheckpointOptions } from "../../src/train/checkpoint/checkpoint-options.ts";
import { RunCheckpoints } from "../../src/train/checkpoint/run-checkpoints.ts";
import { hooksOf } from "../train/callbacks/fake-run.ts";
import { sampleCheckpoint } from "../train/checkpoint/forge.ts";

/** Saves states that are numbers. */
export interface Saver {
  save(folder: string, state: number): Promise<void>;
  /** The state that is there. */
  load(folder: string): Promise<number>;
  /** What may lie in the folder after a save that was not interrupted, nobody else being at work. */
  readonly files: RegExp;
  readonly count: number;
}

/** A model whose topology and weights say the same number. */
function artifactsOf(state: number): io.ModelArtifacts {
  return {
    format: "layers-model",
    modelTopology: { state },
    weightSpecs: [{ name: "w", shape: [1], dtype: "float32" }],
    weightData: Float32Array.of(state).buffer,
  };
}

const model = (name: string): Pick<Saver, "save" | "load"> => ({
  async save(folder, state) {
    await fileSystemIO(join(folder, name)).save(artifactsOf(state));
  },
  async load(folder) {
    const { modelTopology, weightData } = await fileSystemIO(join(folder, name)).load();
    const { state } = modelTopology as { state: number };
    const [weight] = new Float32Array(weightData as ArrayBuffer);
    if (weight !== state) throw new Error(`topology ${state} with weights ${weight}`);
    return state;
  },
});

/** The checkpoints of a run in a folder, of which it keeps some. */
export async function openRun(folder: string, keep?: number): Promise<RunCheckpoints> {
  const given = { store: fileCheckpointStore(folder), ...(keep && { keep }) };
  const options = readCheckpointOptions("test", given);
  return new RunCheckpoints("test", await options.store.open(), options, {});
}

export const SAVERS: Readonly<Record<string, Saver>> = {
  "a model": { ...model(""), files: /^(model\.json|weights\.[0-9a-f-]+\.bin)$/, count: 2 },
  "a model with a name": {
    ...model("a.json"),
    files: /^a\.(json|weights\.[0-9a-f-]+\.bin)$/,
    count: 2,
  },
  "a file of weights": {
    save: (folder, state) => writeFileAtomic(join(folder, "weights"), String(state)),
    load: async (folder) => Number(await readFile(join(folder, "weights"), "utf8")),
    files: /^weights$/,
    count: 1,
  },
  "a checkpoint": {
    async save(folder, state) {
      const run = await openRun(folder, 1);
      try {
        await run.resume("auto");
        await run.save({ ...sampleCheckpoint(), steps: state });
      } finally {
        await run.close();
      }
    },
    async load(folder) {
      const run = await openRun(folder);
      try {
        return (await run.resume("must"))!.steps;
      } finally {
        await run.close();
      }
    },
    files: /^checkpoint-\d{8}\.ckpt$/,
    count: 1,
  },
  "a line of CSV": {
    async save(folder, state) {
      const path = join(folder, "log.csv");
      const logger = hooksOf(
        csvLogger((text) => appendFile(path, text), {
          append: () => readFile(path, "utf8").catch(() => ""),
        }),
      );
      await logger.onTrainBegin();
      await logger.onEpochEnd(state, { loss: 0.5 });
    },
    async load(folder) {
      const text = await readFile(join(folder, "log.csv"), "utf8");
      const whole = text.split("\r\n").filter((line) => /^\d+,0\.5,NA$/.test(line));
      return Number(whole.at(-1)!.split(",")[0]);
    },
    files: /^log\.csv$/,
    count: 1,
  },
};
