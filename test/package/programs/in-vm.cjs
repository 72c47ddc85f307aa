/**
 * Runs the CommonJS build in scripts that may not call `import()`, as Jest does, and prints what works.
 */
const { readFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname } = require("node:path");
const vm = require("node:vm");

const cache = new Map();
function load(path) {
  if (!cache.has(path)) {
    const module = { exports: {} };
    cache.set(path, module);
    const outer = createRequire(path);
    const inner = (name) => {
      const target = outer.resolve(name);
      return /cifar-kit[/\\]dist/.test(target) ? load(target) : outer(name);
    };
    const run = vm.runInThisContext(wrap(readFileSync(path, "utf8")), { filename: path });
    run(module.exports, inner, module, path, dirname(path));
  }
  return cache.get(path).exports;
}

const attempt = (action) =>
  action().then(
    () => "works",
    ({ message }) => message,
  );

(async () => {
  const tf = require("@tensorflow/tfjs-core");
  const kit = load(require.resolve("cifar-kit"));
  const { writePng } = load(require.resolve("cifar-kit/node"));
  const { registerSimdBackend } = load(require.resolve("cifar-kit/simd"));
  const simd = await attempt(() => registerSimdBackend({ threads: 1 }));
  await tf.setBackend("simd");
  const png = await attempt(() => writePng("picture.png", kit.plotConfusionMatrix([[1]])));
  const model = kit.buildCifarModel({ inputShape: [4, 4, 3], filters: [2], denseUnits: 2 });
  const hdf5 = await attempt(() => kit.loadKeras(kit.saveKeras(model)));
  console.log(JSON.stringify({ simd, png, hdf5 }));
})();
