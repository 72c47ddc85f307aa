/**
 * Trains one model in several processes, with the same bits for any number of them:
 *
 *     mpirun -n 2 npx tsx examples/13-one-run-many-processes.ts
 */
import { buildCifarModel, loadCifar10, stateHash, trainPhase } from "cifar-kit";
import { cifar10Source, fileCheckpointStore } from "cifar-kit/node";
import { mpiGroup } from "cifar-kit/mpi";
import { chooseBackend } from "./choose-backend.ts";

const IMAGES = 2_000;
const OUTPUT = "runs/examples";

const group = await mpiGroup();
await chooseBackend();
const { train } = await loadCifar10(cifar10Source(), { split: "train" });
const model = buildCifarModel({ for: train, filters: [8, 16], denseUnits: 32, seed: 1 });
const history = await trainPhase(model, {
  train: train.take(IMAGES),
  epochs: 2,
  batchSize: 128,
  seed: 1,
  group,
  shards: 8,
  checkpoint: { store: fileCheckpointStore(`${OUTPUT}/many-processes`) },
});
if (group.rank === 0) console.log(`${group.size} processes: ${await stateHash(model, history)}`);
