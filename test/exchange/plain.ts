import { readFileSync, writeFileSync } from "node:fs";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";

/** Writes tensors as JSON, for Python. */
export function writeTensors(path: string, tensors: readonly Tensor[]): void {
  const plain = tensors.map((each) => ({ shape: each.shape, values: [...each.dataSync()] }));
  writeFileSync(path, JSON.stringify(plain));
}

/** Tensors that Python wrote. */
export function readTensors(path: string | URL): Tensor[] {
  const plain = JSON.parse(readFileSync(path, "utf8")) as { shape: number[]; values: number[] }[];
  return plain.map(({ shape, values }) => tensor(values, shape));
}
