/** The Worker that trains, classifies and measures, on the backend that the page asks for. */
import "@tensorflow/tfjs-backend-cpu";
import { serveTrainer } from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";
import wasmUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import wasmSimdUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import wasmThreadsUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";

serveTrainer({
  // Loaded only when they are asked for.
  backends: {
    simd: () => registerSimdBackend(),
    webgl: () => import("@tensorflow/tfjs-backend-webgl"),
    webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
    wasm: async () => {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      setWasmPaths({
        "tfjs-backend-wasm.wasm": wasmUrl,
        "tfjs-backend-wasm-simd.wasm": wasmSimdUrl,
        "tfjs-backend-wasm-threaded-simd.wasm": wasmThreadsUrl,
      });
    },
  },
});
