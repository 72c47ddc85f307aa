/** Whether all processes are about to make the same run, and that they begin it with the same model. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { sha256 } from "../../bytes/sha256.ts";
import type { JsonObject } from "../../text/json.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { decodeCheckpoint } from "../checkpoint/decode.ts";
import { encodeCheckpoint } from "../checkpoint/encode.ts";
import { manifestChanges, type RunConditions, runManifest } from "../checkpoint/run-manifest.ts";
import type { ModelCall } from "../feed/feed.ts";
import { ModelSnapshot } from "../model-snapshot.ts";
import type { Ranks } from "./ranks.ts";

/**
 * Compares what the numbers of the run depend on, in all processes with process 0.
 * @throws {ArgumentError} in all of them, if one differs; names it and what differs.
 */
export async function checkSameRun(
  call: ModelCall,
  conditions: RunConditions,
  ranks: Ranks,
): Promise<void> {
  const mine = await runManifest(call, { ...conditions, phases: conditions.phases.map(known) });
  const text = new TextEncoder().encode(JSON.stringify(mine));
  const hashes = await ranks.texts(await sha256(text));
  if (hashes.every((hash) => hash === hashes[0])) return;
  const first = JSON.parse(new TextDecoder().decode(await ranks.fromFirst(text))) as JsonObject;
  const [change] = manifestChanges(first, mine, null);
  const changes = await ranks.texts(JSON.stringify(change ?? null));
  const rank = changes.findIndex((each) => each !== "null");
  // Of two that are only written in another order, nothing differs.
  if (rank === -1) return;
  const { field, saved, present } = JSON.parse(changes[rank]) as NonNullable<typeof change>;
  throw new ArgumentError({
    subject: call.subject,
    expected: `${field} to be ${saved} in all processes, as in process 0`,
    got: `${present} in process ${rank}`,
    remedy: "start the same program with the same options, data and backend everywhere",
  });
}

/** What data without an identity hold is taken on trust. */
function known(phase: RunConditions["phases"][number]): RunConditions["phases"][number] {
  const identity = (): Promise<{ data: JsonObject; augmentation: null }> =>
    Promise.resolve({ data: {}, augmentation: null });
  return phase.feed.identity ? phase : { ...phase, feed: { ...phase.feed, identity } };
}

/**
 * Has all processes go on from process 0's checkpoint, or from its model as it is.
 * @returns the checkpoint, if there is one; of other processes without what callbacks keep.
 */
export async function beginAsFirst(
  { subject, model }: ModelCall,
  found: Checkpoint | undefined,
  ranks: Ranks,
): Promise<Checkpoint | undefined> {
  const isFirst = ranks.rank === 0;
  const [{ value: isResumed }] = await ranks.meet("beginning", { value: Number(!!found) });
  const state = isFirst ? (found ?? (await untouched(model))) : undefined;
  const bytes = await ranks.fromFirst(state && (await encodeCheckpoint(state)));
  if (isFirst) return found;
  const checkpoint = await decodeCheckpoint(bytes);
  if (isResumed) return { ...checkpoint, callbacks: [] };
  await new ModelSnapshot(model, checkpoint).restore(subject);
  return undefined;
}

/** A model before the run, in the form of a checkpoint. */
async function untouched(model: LayersModel): Promise<Checkpoint> {
  const { weights, optimizer, learningRate } = await ModelSnapshot.of(model);
  return {
    ...{ weights, optimizer, learningRate, manifest: {}, steps: 0, seconds: 0 },
    position: { phase: 0, epoch: 0, step: 0, begun: false, stopped: false },
    means: { sums: [], samples: 0, logs: {} },
    ...{ histories: [], callbacks: [], result: [] },
  };
}
