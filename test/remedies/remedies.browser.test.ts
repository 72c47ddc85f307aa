/** Advice that can be followed in a page only; remedies.test.ts holds that none is missing. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { useBackend } from "../browser/backends.ts";
import { ofAugment, terminateAll, trials } from "./browser/in-page.ts";
import { tryRemedy } from "./trial.ts";

beforeAll(() => useBackend("cpu"));
afterAll(terminateAll);

describe.each(Object.entries({ browser: trials, augment: ofAugment }))(
  "the advice of %s",
  (_, trials) => {
    it.each(Object.entries(trials))("helps: %s", async (remedy, trial) => {
      await tryRemedy(remedy, trial);
    });
  },
);
