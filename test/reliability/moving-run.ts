/**
 * A small run that may go on on another machine. As a program it prints a line for each step, and at the end the
 * state's hash or the error:
 *
 *     npx tsx test/reliability/moving-run.ts folder FOLDER
 *     npx tsx test/reliability/moving-run.ts postgres ADDRESS
 */
import { fileURLToPath } from "node:url";
import { type CheckpointStore, stateHash, trainPhase } from "cifar-kit";
import { fileCheckpointStore } from "cifar-kit/node";
import { postgresCheckpointStore } from "cifar-kit/postgres";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

/** Trains to the end, and saves after every step; gives the state's hash. */
export async function movingRun(
  store: CheckpointStore,
  onStep: () => void = () => undefined,
): Promise<string> {
  await useBackend("wasm");
  const model = tinyModel({ filters: [2], denseUnits: 4, seed: 1 });
  const history = await trainPhase(model, {
    ...{ train: tinyImages(48), batchSize: 8, epochs: 20, seed: 1, verbose: 0 },
    checkpoint: { store, everySteps: 1 },
    callbacks: [{ onBatchEnd: onStep }],
  });
  return stateHash(model, history);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, place] = process.argv.slice(2);
  const store =
    kind === "folder"
      ? fileCheckpointStore(place)
      : postgresCheckpointStore({ connection: place, run: "moving" });
  const ending = await movingRun(store, () => {
    console.log("step");
  }).catch((error: unknown) => String(error));
  console.log(ending);
  process.exit();
}
