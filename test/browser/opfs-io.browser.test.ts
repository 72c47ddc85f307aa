import { beforeAll, describe, expect, it, vi } from "vitest";
import { DataError, loadModel, SourceError, stateHash, trainPhase } from "cifar-kit";
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
    const model = tinyModel({ seed: 2 });
    await trainPhase(model, options);
    await model.save(place, { includeOptimizer: true });
    expect(await place.exists()).toBe(true);
    const loaded = await loadModel(opfsIO("round-trip"));
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
