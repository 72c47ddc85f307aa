/** The Worker that trains, classifies and measures, on the backend that the page asks for. */
import "@tensorflow/tfjs-backend-cpu";
import { env } from "@tensorflow/tfjs-core";
import { serveTrainer } from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";
import wasmUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import wasmSimdUrl from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";

serveTrainer({
  // Loaded only when they are asked for.
  backends: {
    simd: () => registerSimdBackend(),
    webgl: () => import("@tensorflow/tfjs-backend-webgl"),
    webgpu: () => import("@tensorflow/tfjs-backend-webgpu"),
    wasm: async () => {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      // Its threads run the text of one of its functions, which a bundler has given other names.
      env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
      setWasmPaths({
        "tfjs-backend-wasm.wasm": wasmUrl,
        "tfjs-backend-wasm-simd.wasm": wasmSimdUrl,
        // Asked for by the function, never loaded.
        "tfjs-backend-wasm-threaded-simd.wasm": wasmSimdUrl,
      });
    },
  },
});
