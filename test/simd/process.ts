/** A program of its own: computes on the backend, prints a hash of the results, and just ends. */
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "../../src/simd/index.ts";

await registerSimdBackend({ threads: 2 });
await tf.setBackend("simd");
const hash = createHash("sha256");
let x: tf.Tensor = tf.range(0, 100_000);
for (let step = 0; step < 50; step++) {
  x = tf.tidy(() => tf.add(tf.sin(x), tf.mean(tf.sigmoid(x))));
  hash.update(x.dataSync());
}
const { threads } = tf.backend() as unknown as { threads: number };
console.log(`${hash.digest("hex")} ${threads} threads`);
