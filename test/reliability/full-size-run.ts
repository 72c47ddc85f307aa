/** A few steps of the notebook's network at its real size, where threads have work to share. */
import { buildCifarModel, ImageSet, randomStream, stateHash, trainPhase } from "cifar-kit";

/** Trains them on noise; gives the hash of what came out. */
export async function fullSizeHash(): Promise<string> {
  const rng = randomStream(1, "noise");
  const train = new ImageSet({
    images: Uint8Array.from({ length: 96 * 3072 }, () => rng.integer(256)),
    labels: Uint8Array.from({ length: 96 }, (_, i) => i % 10),
    imageShape: [32, 32, 3],
    classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  });
  const model = buildCifarModel({ seed: 5 });
  try {
    const history = await trainPhase(model, { train, epochs: 1, batchSize: 32, verbose: 0 });
    return await stateHash(model, history);
  } finally {
    model.dispose();
  }
}
