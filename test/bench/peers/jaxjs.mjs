/**
 * jax-js in Node, where it computes in WebAssembly on one thread: the milliseconds of one convolution, the
 * second of the notebook's six, forward, at batch 32.
 *
 *     npm install --no-save @jax-js/jax@0.1.25 && node test/bench/peers/jaxjs.mjs
 */
import { init, jit, lax, random } from "@jax-js/jax";

// Node 20 has none.
globalThis.navigator ??= {};
await init("wasm");
const x = random.uniform(random.key(0), [32, 32, 32, 32]);
const filter = random.uniform(random.key(1), [32, 32, 3, 3]);
const convolve = jit((a, b) => lax.convGeneralDilated(a, b, [1, 1], "SAME"));
for (let i = 0; i < 4; i++) {
  const begin = performance.now();
  await convolve(x.ref, filter.ref).data();
  console.log(`${(performance.now() - begin).toFixed(0)} ms`);
}
