/** The backends of a browser, in a page or in a Worker. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "cifar-kit/simd";
import plainUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threadsUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";

/** What makes each of them ready. */
export const BACKENDS: Readonly<Record<string, () => unknown>> = {
  cpu: () => undefined,
  // Without relaxed SIMD: the same bits on every machine.
  simd: () => registerSimdBackend({ threads: 2, relaxedSimd: "off" }),
  wasm: async () => {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    setWasmPaths({
      "tfjs-backend-wasm.wasm": plainUrl,
      "tfjs-backend-wasm-simd.wasm": simdUrl,
      "tfjs-backend-wasm-threaded-simd.wasm": threadsUrl,
    });
  },
  webgl: () => import("@tensorflow/tfjs-backend-webgl"),
  webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
};

/** Starts a backend and makes it the active one. */
export async function useBackend(name: string): Promise<void> {
  await BACKENDS[name]();
  if (!(await tf.setBackend(name))) throw new Error(`backend ${name} did not start`);
  await tf.ready();
}
