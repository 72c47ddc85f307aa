// A small study. It is run as it stands (ESM) and with its imports turned into `require` (CommonJS).
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { choice, localProcesses, runStudy } from "cifar-kit/study";

async function main() {
  const ending = extname(process.argv[1]);
  const study = await runStudy({
    trial: pathToFileURL(resolve(`trial${ending}`)),
    space: { x: choice([0.5, 2]) },
    sampler: "grid",
    engine: localProcesses({ workers: 2, folder: `study-${ending.slice(1)}` }),
    verbose: 0,
  });
  console.log(study.trials.length, study.best.value);
}
void main();
