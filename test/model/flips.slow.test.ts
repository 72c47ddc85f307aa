import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { branchedModel, flipAndLoad, makeForeign, outputOf } from "./flips.ts";

const newFolder = temporaryFolders();
beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("a model.json with another letter", () => {
  it.each(["of this library", "of another program"])(
    "%s is loaded as it was or refused",
    async (origin) => {
      const folder = newFolder();
      const model = branchedModel();
      await model.save(fileSystemIO(folder), { includeOptimizer: true });
      if (origin === "of another program") makeForeign(folder);
      const expected = outputOf(model);
      const counts = { "the same": 0, another: 0, refused: 0 };
      const rng = randomStream(5, "flips of model.json");
      for (let i = 0; i < 2000; i++) counts[await flipAndLoad(folder, rng, expected)]++;
      expect(counts.refused).toBeGreaterThan(0);
      // Without a hash nobody can tell a number from another one.
      if (origin === "of this library") expect(counts.another).toBe(0);
    },
  );
});
