/**
 * Chooses the TensorFlow.js backend of the examples: the one that `--backend` names, or the fastest
 * that starts here.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Names that `--backend` takes, fastest first. */
export const BACKENDS = ["simd", "wasm", "cpu"] as const;
export type BackendName = (typeof BACKENDS)[number];

const START: Record<BackendName, () => Promise<unknown>> = {
  simd: async () => (await import("cifar-kit/simd")).registerSimdBackend(),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
};

/** Starts a backend and makes it the active one; gives its name. */
export async function chooseBackend(wanted: BackendName | "auto" = "auto"): Promise<BackendName> {
  for (const name of wanted === "auto" ? BACKENDS : [wanted]) {
    try {
      await START[name]();
      if (await tf.setBackend(name)) return name;
    } catch (error) {
      if (wanted !== "auto") throw error;
      console.warn(`backend ${name} does not start here: ${String(error)}`);
    }
  }
  throw new Error(`no backend starts; expected one of ${BACKENDS.join(", ")}`);
}
