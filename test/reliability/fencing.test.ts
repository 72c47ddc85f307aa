/** A run that is stopped in the middle of a change, replaced, and goes on: before each call of the file system. */
// First of all: the mocks below are made of it.
import {
  Pause,
  simulate,
  simulatedFs,
  simulatedMarks,
  simulatedPromises,
} from "../helpers/simulated-processes.ts";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { OpenCheckpointStore } from "cifar-kit";
import { fileCheckpointStore } from "cifar-kit/node";
import { temporaryFolders } from "../node/temporary-folder.ts";

vi.mock("node:fs/promises", async (original) => simulatedPromises(await original()));
vi.mock("node:fs", async (original) => simulatedFs(await original()));
vi.mock("../../src/node/process-mark.ts", () => simulatedMarks);

const newFolder = temporaryFolders();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a later run finds. */
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !/^(\.|lock\.json$)/.test(name))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );

/** What became of a change that was stopped before one of its calls. */
interface Ending {
  /** What the next owner found and left, and what is there when the first one has gone on. */
  readonly found: Record<string, string>;
  readonly left: Record<string, string>;
  readonly now: Record<string, string>;
  readonly error: string | undefined;
}

/** @returns `undefined` if the change has fewer calls. */
async function stopped(
  change: (store: OpenCheckpointStore) => Promise<unknown>,
  before: number,
): Promise<Ending | undefined> {
  const folder = newFolder();
  const pause = new Pause();
  let error: string | undefined;
  const first = simulate(
    async () => {
      const store = await fileCheckpointStore(folder).open();
      await store.write("a", bytes("a of the first"));
      pause.left = before;
      await change(store).catch((reason: unknown) => (error = String(reason)));
      pause.left = Infinity;
      await store.close();
    },
    { pause },
  );
  const isStopped = await Promise.race([pause.reached.then(() => true), first.then(() => false)]);
  if (!isStopped) return undefined;
  // As if two minutes had passed, or somebody had followed the advice.
  rmSync(join(folder, "lock.json"));
  let [found, left]: Record<string, string>[] = [{}, {}];
  let next!: OpenCheckpointStore;
  await simulate(async () => {
    next = await fileCheckpointStore(folder).open();
    found = contentOf(folder);
    await next.write("a", bytes("a of the second"));
    await next.write("b", bytes("b of the second"));
    left = contentOf(folder);
  });
  pause.end();
  await first;
  const now = contentOf(folder);
  // And the second one goes on.
  await simulate(async () => {
    await next.write("c", bytes("c"));
    await next.close();
  });
  expect(readdirSync(folder).filter((name) => /^(\.|lock)/.test(name))).toEqual([]);
  return { found, left, now, error };
}

describe.each([
  ["a new checkpoint", (store: OpenCheckpointStore) => store.write("b", bytes("b of the first"))],
  ["a checkpoint anew", (store: OpenCheckpointStore) => store.write("a", bytes("a, again"))],
  ["the removal of one", (store: OpenCheckpointStore) => store.remove("a")],
  ["a damaged one aside", (store: OpenCheckpointStore) => store.setAside("a")],
])("a run that was stopped while it wrote: %s", (_, change) => {
  it("changes nothing when it goes on, and is told so unless it was done before", async () => {
    const before = contentOf(await only(change, false));
    const after = contentOf(await only(change, true));
    let refused = 0;
    for (let call = 1; ; call++) {
      const ending = await stopped(change, call);
      if (!ending) break;
      const { found, left, now, error } = ending;
      expect(now, `stopped before call ${call}`).toEqual(left);
      expect([before, after]).toContainEqual(found);
      if (error === undefined) expect(found, `stopped before call ${call}`).toEqual(after);
      else {
        refused++;
        expect(error).toMatch(
          /fileCheckpointStore: expected .* for this run alone, got another run in it/,
        );
      }
    }
    expect(refused).toBeGreaterThanOrEqual(5);
  });
});

/** A folder in which nobody was stopped, before or after a change. */
async function only(
  change: (store: OpenCheckpointStore) => Promise<unknown>,
  isChanged: boolean,
): Promise<string> {
  const folder = newFolder();
  await simulate(async () => {
    const store = await fileCheckpointStore(folder).open();
    await store.write("a", bytes("a of the first"));
    if (isChanged) await change(store);
    await store.close();
  });
  return folder;
}

it("keeps what was to be set aside by a run that was killed half-way", async () => {
  for (let call = 1; ; call++) {
    const folder = newFolder();
    const pause = new Pause();
    const run = simulate(
      async () => {
        const store = await fileCheckpointStore(folder).open();
        await store.write("a", bytes("damaged"));
        pause.left = call;
        await store.setAside("a");
        pause.left = Infinity;
        await store.close();
      },
      { pause },
    );
    const isStopped = await Promise.race([pause.reached.then(() => true), run.then(() => false)]);
    if (!isStopped) break;
    rmSync(join(folder, "lock.json"));
    await simulate(async () => (await fileCheckpointStore(folder).open()).close());
    expect(Object.values(contentOf(folder)), `killed before call ${call}`).toEqual(["damaged"]);
  }
});
