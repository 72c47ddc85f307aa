/** Bytes in memory that threads share are taken like any other, wherever bytes are. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as kit from "cifar-kit";
import { ImageSet } from "cifar-kit";
import { decompress } from "../../src/bytes/decompress.ts";
import { sha256 } from "../../src/bytes/sha256.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
};

describe("bytes in shared memory", () => {
  it("are hashed and decompressed", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(await sha256(shared(bytes))).toBe(await sha256(bytes));
    const stream = { format: "gzip", what: "gzip file" } as const;
    const unpacked = await decompress("test", stream, shared(gzipSync(bytes)), 3);
    expect([...unpacked]).toEqual([1, 2, 3]);
  });

  it("are trained on with a checkpoint, evaluated and predicted, with the same bits", async () => {
    await useBackend("wasm");
    const set = tinyImages(8);
    const { imageShape, classNames } = set;
    const inShared = new ImageSet({
      ...{ imageShape, classNames },
      ...{ images: shared(set.images), labels: shared(Uint8Array.from(set.labels)) },
    });
    const results = [];
    for (const train of [set, inShared]) {
      const model = tinyModel();
      const checkpoint = { store: new MemoryStore() };
      await kit.trainPhase(model, { train, epochs: 1, verbose: 0, checkpoint });
      const { loss } = await kit.evaluate(model, train);
      const { classes } = await kit.predict(model, train.images);
      results.push({ hash: await kit.stateHash(model), loss, classes });
      model.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });

  it("are read as weights", async () => {
    await useBackend("wasm");
    const model = tinyModel();
    for (const format of ["safetensors", "keras3"] as const) {
      await kit.loadWeights(model, shared(await kit.saveWeights(model, { format })));
    }
    model.dispose();
  });
});
