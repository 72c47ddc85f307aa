import { engine, findBackendFactory, getBackend } from "@tensorflow/tfjs-core";
import { warn } from "../../runtime/warn.ts";

/** What tfjs starts by itself and is many times slower than cifar-kit's own backend. */
const SLOW = ["cpu", "wasm"];
let said = false;

/**
 * Says once when the work runs on a slow backend though "simd" was registered and never started: then
 * `tf.setBackend("simd")` was most likely forgotten. (A backend registered before tfjs needs one is
 * started without it; one registered after, when e.g. a model has been built, is not.)
 */
export function warnOfSlowBackend(subject: string): void {
  const { registry } = engine();
  const active = getBackend();
  if (said || !SLOW.includes(active) || !findBackendFactory("simd") || "simd" in registry) return;
  said = true;
  warn(
    `${subject}: the backend "${active}" is active, and "simd", which is many times faster, is ` +
      'registered but not in use. Call `await tf.setBackend("simd")` before.',
  );
}
