/** A program of its own: registers the backend before and after the cpu backend is there. */
import { createRequire, register } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "../../src/simd/index.ts";

// Node does not find the package at the first call, and import() is refused at the next two.
const hooks = `
let calls = 0;
export function resolve(name, context, next) {
  if (name !== "@tensorflow/tfjs-backend-cpu" || ++calls > 3) return next(name, context);
  if (calls > 1) throw new Error("import() is refused here");
  return next(name, { ...context, parentURL: "file:///elsewhere/" });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const answer = (): Promise<string> =>
  registerSimdBackend({ threads: 1 }).then(() => "done", String);

const missing = await answer();
const refused = await answer();
createRequire(import.meta.url)("@tensorflow/tfjs-backend-cpu");
const required = await answer();
tf.removeBackend("simd");
const installed = await answer();
console.log(JSON.stringify({ missing, refused, required, installed }));
