import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  classNamesOf,
  DataError,
  loadModel,
  randomStream,
  SourceError,
  stateHash,
  trainPhase,
} from "cifar-kit";
import { opfsIO } from "cifar-kit/browser";
import { OpfsFiles } from "../../src/browser/storage/opfs-files.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { useBackend } from "./backends.ts";

beforeAll(() => useBackend("simd"));

const train = tinyImages(24);
const options = { train, batchSize: 8, epochs: 1, verbose: 0 } as const;

describe("opfsIO", () => {
  it("saves a model and brings it back, with all that training needs", async () => {
    const place = opfsIO("round-trip");
    await place.remove();
    expect(await place.exists()).toBe(false);
    const model = tinyModel({ for: train, seed: 2 });
    await trainPhase(model, options);
    await model.save(place, { includeOptimizer: true });
    expect(await place.exists()).toBe(true);
    const loaded = await loadModel(opfsIO("round-trip"));
    expect(classNamesOf(loaded)).toEqual(train.classNames);
    expect(await stateHash(loaded)).toBe(await stateHash(model));
    await trainPhase(model, options);
    await trainPhase(loaded, options);
    expect(await stateHash(loaded)).toBe(await stateHash(model));
    await loaded.save(place);
    await place.remove();
    expect(await place.exists()).toBe(false);
    model.dispose();
    loaded.dispose();
  });

  it("says that there is none, or a damaged one", async () => {
    const missing = loadModel(opfsIO("never-saved"));
    await expect(missing).rejects.toBeInstanceOf(SourceError);
    await expect(missing).rejects.toThrow(/a model "never-saved" in this browser, got none/);
    const model = tinyModel();
    await model.save(opfsIO("damaged"));
    const files = (await OpfsFiles.open(["cifar-kit", "models"]))!;
    const intact = (await files.read("damaged"))!;
    for (const bytes of [intact.slice(0, 2), intact.slice(0, 100), intact.slice(0, -1)]) {
      await files.write("damaged", bytes);
      const loading = loadModel(opfsIO("damaged"));
      await expect(loading).rejects.toBeInstanceOf(DataError);
      await expect(loading).rejects.toThrow(/expected an intact model "damaged"/);
    }
    model.dispose();
  });

  it("refuses a model in which any byte is another one", async () => {
    const model = tinyModel();
    await model.save(opfsIO("flipped"));
    const files = (await OpfsFiles.open(["cifar-kit", "models"]))!;
    const intact = (await files.read("flipped"))!;
    const rng = randomStream(0, "flips");
    const handler = opfsIO("flipped");
    for (let i = 0; i < 60; i++) {
      // Half of them in what stands before the weights.
      const at = rng.integer(i % 2 === 0 ? 3000 : intact.length);
      const bytes = intact.slice();
      bytes[at] ^= 1 << rng.integer(7);
      await files.write("flipped", bytes);
      await expect(handler.load(), `byte ${at}`).rejects.toBeInstanceOf(DataError);
    }
    await files.write("flipped", intact);
    await handler.load();
    model.dispose();
  });

  it("keeps one whole model when several are saved at once, and loads while they are", async () => {
    const models = [1, 2, 3, 4].map((seed) => tinyModel({ seed }));
    const hashes = await Promise.all(models.map((model) => stateHash(model)));
    await models[0].save(opfsIO("crowded"), { includeOptimizer: true });
    const saving = Promise.all(
      models.map((model) => model.save(opfsIO("crowded"), { includeOptimizer: true })),
    );
    const loads = await Promise.all([1, 2, 3].map(() => loadModel(opfsIO("crowded"))));
    await saving;
    loads.push(await loadModel(opfsIO("crowded")));
    for (const loaded of loads) expect(hashes).toContain(await stateHash(loaded));
    for (const model of [...models, ...loads]) model.dispose();
  });

  it("clears away what a tab that was closed has left, and nothing of one at work", async () => {
    const folder = await (
      await (
        await navigator.storage.getDirectory()
      ).getDirectoryHandle("cifar-kit", { create: true })
    ).getDirectoryHandle("models", { create: true });
    for (const name of [".dead.tmp", ".busy.tmp"])
      await folder.getFileHandle(name, { create: true });
    await navigator.locks.request("cifar-kit:cifar-kit/models/busy", async () => {
      await opfsIO("x").exists();
      await expect(folder.getFileHandle(".dead.tmp")).rejects.toThrow();
      await folder.getFileHandle(".busy.tmp");
    });
    await opfsIO("x").exists();
    await expect(folder.getFileHandle(".busy.tmp")).rejects.toThrow();
  });

  it("leaves the model that is there when a new one cannot be written", async () => {
    const model = tinyModel({ seed: 4 });
    await model.save(opfsIO("kept"), { includeOptimizer: true });
    const before = await stateHash(model);
    const failing = vi
      .spyOn(OpfsFiles.prototype, "write")
      .mockRejectedValueOnce(new DOMException("full", "QuotaExceededError"));
    await trainPhase(model, options);
    await expect(model.save(opfsIO("kept"))).rejects.toThrow(/opfsIO: .* got no room left/);
    failing.mockRestore();
    const loaded = await loadModel(opfsIO("kept"));
    expect(await stateHash(loaded)).toBe(before);
    model.dispose();
    loaded.dispose();
  });

  it("refuses names that are none", () => {
    for (const name of ["", "a/b", ".x", 3]) {
      expect(() => opfsIO(name as string)).toThrow(/a name of 1 to 100 letters/);
    }
  });
});
