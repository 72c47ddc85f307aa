/** Searches for a learning rate and a dropout rate: many short runs, each in a process of its own. Start it again to go on. */
import { writePng } from "cifar-kit/node";
import {
  asha,
  localProcesses,
  logUniform,
  plotParallelCoordinates,
  runStudy,
  uniform,
} from "cifar-kit/study";

const TRIALS = 8;
const OUTPUT = "runs/examples";

const study = await runStudy({
  trial: new URL("./12-search-trial.ts", import.meta.url),
  space: { learningRate: logUniform(1e-4, 1e-1), dropoutRate: uniform(0, 0.5) },
  direction: "maximize",
  trials: TRIALS,
  seed: 1,
  pruner: asha({ metric: "val_accuracy", rungs: [1, 3] }),
  engine: localProcesses({ workers: 2, folder: `${OUTPUT}/search` }),
});
console.log(String(study));
await writePng(`${OUTPUT}/search.png`, plotParallelCoordinates(study));
