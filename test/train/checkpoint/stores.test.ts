import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";
import { fileCheckpointStore } from "cifar-kit/node";
import { temporaryFolders } from "../../node/temporary-folder.ts";
import { MemoryStore } from "./memory-store.ts";
import { itKeepsTheContract, type Place } from "./store-contract.ts";

const newFolder = temporaryFolders();

/** PostgreSQL's has a file of its own, as have those of the browser. */
const STORES: Readonly<Record<string, () => Place>> = {
  fileCheckpointStore: () => {
    const folder = newFolder();
    return {
      store: () => fileCheckpointStore(folder),
      forget: () => {
        rmSync(join(folder, "lock.json"));
      },
    };
  },
  "the tests' own": () => {
    const store = new MemoryStore();
    return {
      store: () => store,
      forget: () => {
        store.forget();
      },
    };
  },
};

describe.each(Object.entries(STORES))("%s", (_, newPlace) => {
  itKeepsTheContract(newPlace);
});
