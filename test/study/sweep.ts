/**
 * A study of small networks as a program of its own, to be killed:
 *
 *     STUDY_NOTES=FOLDER npx tsx test/study/sweep.ts FOLDER '{ "workers": 2, "trials": 3 }'
 *
 * Its last line is what it has found, as JSON. With `"rungs"` it has a pruner, with `"connection"` workers on a queue.
 */
import { asha, choice, localProcesses, logUniform, runStudy } from "cifar-kit/study";
import { bullmq } from "cifar-kit/study/bullmq";
import { writeProgram } from "./faults.ts";

/** What a test may change. */
export interface Sweep {
  readonly workers: number;
  readonly trials: number;
  readonly rungs?: readonly number[];
  readonly reduction?: number;
  /** The URL of a server, if the trials are not to run in processes of this program. */
  readonly connection?: string;
  readonly checkpoints?: string;
}

const [folder, options] = process.argv.slice(2);
writeProgram(process.env.STUDY_NOTES!);
const { workers, trials, rungs, reduction, connection, checkpoints } = JSON.parse(options) as Sweep;
const study = await runStudy({
  trial: new URL("./trials/network.ts", import.meta.url),
  space: { learningRate: logUniform(1e-4, 1e-2), filters: choice([2, 4]) },
  direction: "maximize",
  ...{ trials, seed: 3 },
  pruner: rungs && asha({ metric: "val_accuracy", rungs, reduction }),
  engine:
    connection === undefined
      ? localProcesses({ workers, folder })
      : bullmq({ connection, workers, folder, checkpoints }),
});
console.log(JSON.stringify(study.trials));
