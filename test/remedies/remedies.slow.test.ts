/** Every piece of advice in an error of the library is followed once, and helps. */
import { beforeAll, describe, it, vi } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { TABLES } from "./tables.ts";
import { tryRemedy } from "./trial.ts";

describe.each(Object.entries(TABLES))("the advice of %s", (_, { trials }) => {
  beforeAll(async () => {
    await useBackend("wasm");
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
  });

  it.each(Object.entries(trials))("helps: %s", async (remedy, trial) => {
    await tryRemedy(remedy, trial);
  });
});
