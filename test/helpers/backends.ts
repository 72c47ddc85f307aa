/** The backends on which the shared suites run in Node. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { registerSimdBackend } from "cifar-kit/simd";

export const NODE_BACKENDS = ["cpu", "wasm", "simd"] as const;

/** Starts a backend and makes it the active one. */
export async function useBackend(name: string): Promise<void> {
  if (name === "simd") await registerSimdBackend();
  if (!(await tf.setBackend(name))) throw new Error(`backend ${name} did not start`);
  await tf.ready();
}
