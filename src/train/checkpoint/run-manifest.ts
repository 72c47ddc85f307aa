/**
 * What the numbers of a run depend on, apart from its state. It is part of every checkpoint: a run
 * that goes on under other conditions would end elsewhere than the one that began.
 */
import { backend, getBackend } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { RANDOM_STREAM_VERSION } from "../../random/stream.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../text/json.ts";
import type { ModelCall, Feed } from "../feed/feed.ts";
import { hashOf, setIdentity } from "../feed/identity.ts";
import { stepsOf } from "../run/steps-of.ts";
import type { RunPhase } from "../train-options.ts";
import { LIBRARY_VERSION } from "./library-version.ts";
import { followsRun, modelConditions } from "./model-conditions.ts";

/** A run as far as its numbers depend on it. */
export interface RunConditions {
  readonly phases: readonly RunPhase[];
  readonly validation: Feed | undefined;
  readonly batchSize: number;
  readonly weights: Float32Array | undefined;
  readonly labelSmoothing: number;
  /** Parts that batches are cut into, if they are. */
  readonly shards?: number | undefined;
}

/**
 * The conditions of a run with this model.
 * @throws {ArgumentError} if its data cannot be entered in the middle.
 */
export async function runManifest(
  { subject, model }: ModelCall,
  { phases, validation, batchSize, weights, labelSmoothing, shards }: RunConditions,
): Promise<JsonObject> {
  const known = new Map<ImageSet, Promise<JsonObject>>();
  const hashOfSet = (set: ImageSet): Promise<JsonObject> => {
    const hash = known.get(set) ?? setIdentity(set);
    known.set(set, hash);
    return hash;
  };
  const learned = await Promise.all(
    phases.map(async ({ epochs, initialEpoch, seed, feed }) => {
      check(
        feed.identity !== undefined,
        subject,
        "train to be images, whose epochs can be entered at any step, to save checkpoints",
        "data that can only be read from their beginning",
        "pass an ImageSet or a Flow, or leave out checkpoint",
      );
      const { data, augmentation } = await feed.identity(hashOfSet);
      const steps = feed.steps ?? null;
      const sizes = feed.imageSizes && { imageSizes: feed.imageSizes.map((each) => [...each]) };
      return { data, phase: { epochs, initialEpoch, seed, steps, augmentation, ...sizes } };
    }),
  );
  const measured = await validation?.identity?.(hashOfSet);
  return {
    libraryVersion: LIBRARY_VERSION,
    randomStreamVersion: RANDOM_STREAM_VERSION,
    backend: getBackend(),
    // The simd backend has builds that round differently.
    backendBuild: (backend() as { build?: string }).build ?? null,
    batchSize,
    labelSmoothing,
    ...(shards !== undefined && { shards }),
    weights: weights ? await hashOf(weights) : null,
    train: learned[0].data,
    // What has no identity is taken on trust.
    validation: validation ? (measured?.data ?? "not known") : null,
    phases: learned.map(({ phase }) => phase),
    ...(await modelConditions(model)),
    // Behind the optimizer: where that has another schedule, the steps are not what differs.
    ...(followsRun(model) && { steps: stepsOf(phases) ?? null }),
  };
}

/** Conditions whose change is worth a warning, no more: the run can go on. */
const SOFT = /^(libraryVersion|backend|backendBuild|(loss|optimizer).*\.source)$/;

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
  if (value === undefined || value === null) return "none";
  if (Array.isArray(value)) return `${value.length} entries`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  // Of data, how many there are says more than their hashes.
  const text = JSON.stringify(value, (_, part: unknown) => (isHash(part) ? undefined : part));
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

const isHash = (value: unknown): boolean =>
  typeof value === "string" && /^[\da-f]{64}$/.test(value);
