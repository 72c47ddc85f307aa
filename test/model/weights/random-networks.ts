/** Compares random networks here with what PyTorch computed with the same weights. */
import { createHash } from "node:crypto";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { writeSafetensors } from "../../../src/formats/write-safetensors.ts";
import {
  buildNetwork,
  madeUp,
  randomise,
  randomNetwork,
} from "../../fixtures/weights/random-networks.ts";
import { expectClose } from "../../helpers/close.ts";

/** What make-random-networks.py says of one network. */
export interface InPyTorch {
  readonly seed: number;
  /** Of the file that PyTorch read. */
  readonly sha256: string;
  /** PyTorch's outputs with it. */
  readonly saved: readonly number[];
  /** The shapes of PyTorch's weights, by their keys. */
  readonly shapes: Readonly<Record<string, number[]>>;
  /** PyTorch's outputs with weights that are made up from the keys. */
  readonly made: readonly number[];
}

/** Fails unless the network gives PyTorch's outputs, with weights from here and with PyTorch's. */
export async function expectAsInPyTorch(there: InPyTorch): Promise<void> {
  const network = randomNetwork(there.seed);
  const model = buildNetwork(network);
  const sizes = model.inputs[0].shape.slice(1) as number[];
  const x = tensor(madeUp(2 * size(sizes), "data"), [2, ...sizes]);
  const expectOutputs = (expected: readonly number[], what: string): void => {
    const y = model.predict(x) as Tensor;
    // Float32 sums in another order.
    expectClose(y.dataSync(), expected, { rtol: 1e-5, atol: 1e-5, what });
    y.dispose();
  };
  randomise(model, there.seed);
  const bytes = await saveWeights(model, { axes: network.axes });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(there.sha256);
  expectOutputs(there.saved, `network ${there.seed}, weights from here`);

  const tensors = Object.entries(there.shapes).map(
    ([key, shape]) => [key, { dtype: "F32", shape, data: madeUp(size(shape), key) }] as const,
  );
  await loadWeights(model, writeSafetensors(new Map(tensors)), { axes: network.axes });
  expectOutputs(there.made, `network ${there.seed}, weights from there`);
  x.dispose();
  model.dispose();
}

const size = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);
