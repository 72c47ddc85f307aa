import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend, type SimdBackendOptions } from "../../src/simd/index.ts";

/** Registers the backend anew with these options and selects it. */
export async function useSimd(options: SimdBackendOptions = { threads: 2 }): Promise<void> {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
  await registerSimdBackend(options);
  await tf.setBackend("simd");
}
