/**
 * What the numbers of a run depend on, apart from its state. It is part of every checkpoint: a run
 * that goes on under other conditions would end elsewhere than the one that began.
 */
import { backend, getBackend } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Flow } from "../../augment/flow.ts";
import type { ImageDataGenerator } from "../../augment/image-data-generator.ts";
import { ImageSet } from "../../dataset/image-set.ts";
import { sha256 } from "../../dataset/sha256.ts";
import { RANDOM_STREAM_VERSION } from "../../random/stream.ts";
import type { JsonObject, JsonValue } from "./checkpoint.ts";
import { isJsonObject } from "./format.ts";
import { LIBRARY_VERSION } from "./library-version.ts";
import { modelConditions } from "./model-conditions.ts";

/** A phase as far as its numbers depend on it. */
export interface PhaseConditions {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly seed: number;
  readonly steps: number | null;
  readonly generator: ImageDataGenerator | undefined;
}

/** A run as far as its numbers depend on it. */
export interface RunConditions {
  readonly train: ImageSet | Flow;
  readonly validation: unknown;
  readonly batchSize: number;
  readonly weights: Float32Array | undefined;
  readonly labelSmoothing: number;
  readonly phases: readonly PhaseConditions[];
}

/** Images that stand for an augmentation: enough for options that rarely act to show. */
const PROBE_IMAGES = 1024;

/** The conditions of a run with this model. */
export async function runManifest(
  model: LayersModel,
  { train, validation, batchSize, weights, labelSmoothing, phases }: RunConditions,
): Promise<JsonObject> {
  return {
    libraryVersion: LIBRARY_VERSION,
    randomStreamVersion: RANDOM_STREAM_VERSION,
    backend: getBackend(),
    // The simd backend has builds that round differently.
    backendBuild: (backend() as { build?: string }).build ?? null,
    batchSize,
    labelSmoothing,
    weights: weights ? await sha256(bytesOf(weights)) : null,
    train: train instanceof ImageSet ? await setConditions(train) : await flowConditions(train),
    // A dataset of the user's own is taken on trust.
    validation:
      validation instanceof ImageSet
        ? await setConditions(validation)
        : validation === undefined
          ? null
          : "dataset",
    phases: await Promise.all(
      phases.map(async ({ generator, ...numbers }) => ({
        ...numbers,
        augmentation:
          generator && train instanceof ImageSet
            ? await probe(generator, train, numbers.seed)
            : null,
      })),
    ),
    ...(await modelConditions(model)),
  };
}

/** Conditions whose change is worth a warning, no more: the run can go on. */
const SOFT = /^(libraryVersion|backend|backendBuild|loss.*\.source)$/;

/** Where the conditions of a run differ from those in a checkpoint. */
export interface ManifestChange {
  /** E.g. `"batchSize"` or `"model.layers[3].config.filters"`. */
  readonly field: string;
  readonly saved: string;
  readonly present: string;
  /** Whether the run can go on nevertheless, if not with the same bits. */
  readonly soft: boolean;
}

/**
 * All differences, in the order of the fields.
 * @param learningRate in the checkpoint: a model that goes on in the same process has it already.
 */
export function manifestChanges(
  saved: JsonObject,
  present: JsonObject,
  learningRate: number | null,
): ManifestChange[] {
  const changes: ManifestChange[] = [];
  const compare = (field: string, a: JsonValue | undefined, b: JsonValue | undefined): void => {
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      a.forEach((item: JsonValue, i) => {
        compare(`${field}[${i}]`, item, (b as JsonValue[])[i]);
      });
    } else if (isJsonObject(a) && isJsonObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
        compare(field === "" ? key : `${field}.${key}`, a[key], b[key]);
      }
    } else if ((a ?? null) !== (b ?? null)) {
      // (A layer that was loaded leaves out what is null in one that was built.)
      if (field === "optimizer.learningRate" && b === learningRate) return;
      changes.push({ field, saved: show(a), present: show(b), soft: SOFT.test(field) });
    }
  };
  compare("", saved, present);
  return changes;
}

function show(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `${value.length} entries`;
  if (isJsonObject(value)) return "another kind";
  return value === undefined ? "nothing" : JSON.stringify(value);
}

async function setConditions(set: ImageSet): Promise<JsonObject> {
  const labels = Int32Array.from(set.labels);
  return {
    length: set.length,
    imageShape: set.imageShape,
    images: await sha256(set.images),
    labels: await sha256(bytesOf(labels)),
  };
}

/** A flow: its set, if it has one, and what it makes of a sample of it. */
async function flowConditions(flow: Flow): Promise<JsonObject> {
  return {
    batchSize: flow.batchSize,
    set: flow.set ? await setConditions(flow.set) : null,
    batches: flow.length,
    sample: await sampleOf(flow),
  };
}

/** A hash over batches from all places of three epochs. */
async function sampleOf(flow: Flow): Promise<string> {
  const count = Math.min(flow.length, Math.ceil(PROBE_IMAGES / flow.batchSize));
  const hashes: string[] = [];
  for (let i = 0; i < count; i++) {
    const { xs, ys, targets } = flow.batch(i % 3, Math.floor((i * flow.length) / count));
    for (const values of [xs, ys, targets]) {
      if (values) hashes.push(await sha256(bytesOf(values)));
    }
  }
  return sha256(new TextEncoder().encode(hashes.join()));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * What an augmentation does to some images. Unlike a list of its options this also sees what was
 * learned by `fit` and what a preprocessing function does.
 */
async function probe(
  generator: ImageDataGenerator,
  train: ImageSet,
  seed: number,
): Promise<string> {
  return sampleOf(generator.flow(train, { shuffle: false, seed }));
}
