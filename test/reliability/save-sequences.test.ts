import { describe, expect, it, vi } from "vitest";
import { randomStream } from "cifar-kit";
import {
  disk,
  simulatedFs,
  simulatedMarks,
  simulatedPromises,
} from "../helpers/simulated-processes.ts";
import { callsOf, drawKills, tryOverlap, trySequence } from "./save-sequences.ts";
import { SAVERS } from "./saves.ts";

vi.mock("node:fs/promises", async (original) => simulatedPromises(await original()));
vi.mock("node:fs", async (original) => simulatedFs(await original()));
vi.mock("../../src/node/process-mark.ts", () => simulatedMarks);

// Every call of the file system is tried in save-sequences.slow.test.ts; here a few of them.
describe.each(Object.entries(SAVERS))("saving %s", (_, saver) => {
  it.each([true, false])(
    "gives the earlier or the new one after every kill (with hard links: %s)",
    async (hasLinks) => {
      disk.hasLinks = hasLinks;
      const calls = await callsOf(saver);
      const rng = randomStream(Number(hasLinks), "kills of saves");
      for (let time = 0; time < 5; time++) await trySequence(saver, drawKills(rng, calls));
    },
  );
});

describe.each(["a model", "a file of weights"])(
  "several processes that save %s at once",
  (name) => {
    it("leave one of theirs, or the earlier one, whole", async () => {
      disk.hasLinks = true;
      for (let round = 0; round < 3; round++) {
        await tryOverlap(SAVERS[name], randomStream(round, "overlapping saves"), 2);
      }
    });
  },
);

describe("a save", () => {
  it("is watched at every call that there is", async () => {
    expect(await callsOf(SAVERS["a model"])).toBeGreaterThan(30);
  });
});
