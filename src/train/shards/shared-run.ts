/** A run whose batches are cut into shards, by one process or by several. */
import { check, describe, hasMethods } from "../../checks.ts";
import type { Feed, ModelCall } from "../feed/feed.ts";
import type { Group } from "../group.ts";
import { HOOKS } from "../run/callback-list.ts";
import type { TrainingSettings } from "../train-options.ts";
import { abortIfAny, type Agreed, agreement, takeWeights, watchWeights } from "./agreement.ts";
import { ALONE } from "./alone.ts";
import { shareOut } from "./cut.ts";
import { Ranks } from "./ranks.ts";
import { beginAsFirst, checkSameRun } from "./same-run.ts";
import type { Share } from "./share.ts";
import { type Cuts, sharedFeed } from "./shared-feed.ts";
import { sharedOutputs } from "./shared-outputs.ts";
import { sharedStep } from "./shared-step.ts";

/** Shards of a group that does not say. */
const SHARDS = 8;

/**
 * Makes a run whose shards are shared out.
 * @param run with other settings, as the process needs them.
 */
export async function sharedRun<T>(
  call: ModelCall,
  settings: TrainingSettings,
  run: (settings: TrainingSettings, share: Share) => Promise<T>,
): Promise<T> {
  const { subject } = call;
  const { group = ALONE, shards: count = SHARDS } = settings;
  checkGroup(subject, group);
  const ranks = new Ranks(subject, group);
  try {
    const shards = shareOut(subject, count, group);
    const cuts: Cuts = new WeakMap();
    const alone: Share = {
      feed: (of, data, use) => sharedFeed(of, data, use, shards, cuts),
      validation: (feed) => feed,
      step: (step) => sharedStep(step, call, shards, ranks, cuts),
      begin: (_, found) => Promise.resolve(found),
    };
    const cut = { ...settings, shards: count };
    if (ranks.size === 1) return await run(cut, alone);
    const agreed = {
      ...{ ranks, subject, model: call.model, signal: settings.signal },
      ...{ abort: new AbortController(), ...watchWeights(call.model) },
    };
    const result = await run(await settingsOf(agreed, cut), {
      ...alone,
      ...shareOf(call, agreed, alone),
    });
    const [{ hasChanged }] = await ranks.meet("end", { hasChanged: agreed.hasChanged() });
    if (hasChanged) await takeWeights(agreed);
    return result;
  } catch (error) {
    await ranks.fail(error);
    throw error;
  }
}

function checkGroup(subject: string, group: Group): void {
  check(
    hasMethods(group, "gather", "exchange", "broadcast"),
    subject,
    "group to be a Group",
    describe(group),
    "pass await mpiGroup() of cifar-kit/mpi",
  );
}

/** What only a run of several processes does otherwise. */
function shareOf(
  call: ModelCall,
  agreed: Agreed,
  alone: Share,
): Pick<Share, "validation" | "step" | "begin"> {
  const { ranks, note } = agreed;
  const outputs: Feed["outputs"] = (of, feed) => sharedOutputs(of, feed, agreed);
  return {
    validation: (feed) => ({ ...feed, outputs }),
    step: (step) => {
      const shared = alone.step(step);
      return {
        dispose: () => {
          shared.dispose();
        },
        make: async (data) => {
          const values = await shared.make(data);
          note();
          return values;
        },
      };
    },
    begin: async (conditions, found) => {
      await checkSameRun(call, conditions, ranks);
      const checkpoint = await beginAsFirst(call, found, ranks);
      abortIfAny(agreed, await ranks.meet("beginning", { isAborted: agreed.signal?.aborted }));
      note();
      return checkpoint;
    },
  };
}

/** The settings of one of several processes. */
async function settingsOf(agreed: Agreed, settings: TrainingSettings): Promise<TrainingSettings> {
  const { ranks, abort } = agreed;
  const { callbacks } = settings;
  const hooks = Object.keys(HOOKS).filter(
    (name) =>
      /^on/.test(name) &&
      // Called by a process that fails, too.
      name !== "onRunEnd" &&
      callbacks.some((callback) => callback[name as keyof typeof callback] !== undefined),
  );
  const readEvery = Math.min(...callbacks.map((each) => each.readEvery ?? Infinity));
  const [first] = await ranks.texts(JSON.stringify({ hooks, readEvery }));
  const agreedOn = JSON.parse(first) as { hooks: string[]; readEvery: number | null };
  const last = agreement(agreed, agreedOn.hooks, agreedOn.readEvery ?? undefined);
  const { signal } = abort;
  return ranks.rank === 0
    ? { ...settings, signal, callbacks: [...callbacks, last] }
    : { ...settings, signal, callbacks: [last], verbose: 0, checkpoint: undefined };
}
