import { describe, it, vi } from "vitest";
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

describe.each(Object.entries(SAVERS))("saving %s", (name, saver) => {
  it.each([true, false])(
    "gives the earlier or the new one after kills at every call (with hard links: %s)",
    async (hasLinks) => {
      disk.hasLinks = hasLinks;
      const calls = await callsOf(saver);
      const rng = randomStream(2, "kills of saves");
      // Every call in every place, the others drawn; and for models every pair of calls.
      for (let killAt = 1; killAt <= calls; killAt++) {
        for (const half of [true, false]) {
          for (let place = 0; place < 3; place++) {
            const kills = drawKills(rng, calls);
            kills[place] = { killAt, half };
            await trySequence(saver, kills);
          }
        }
        for (let second = 1; name === "a model" && hasLinks && second <= calls; second++) {
          const [{ half }, third] = drawKills(rng, calls);
          await trySequence(saver, [{ killAt, half }, { killAt: second, half: !half }, third]);
        }
      }
    },
  );
});

describe.each(["a model", "a model with a name", "a file of weights"])(
  "several processes that save %s at once",
  (name) => {
    it.each([true, false])(
      "leave one of theirs, or the earlier one, whole (with hard links: %s)",
      async (hasLinks) => {
        disk.hasLinks = hasLinks;
        for (let round = 0; round < 50; round++) {
          const rng = randomStream(round, "overlapping saves");
          await tryOverlap(SAVERS[name], rng, 2 + (round % 3));
        }
      },
    );
  },
);
