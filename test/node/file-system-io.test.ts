import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, loadLayersModel, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { fileSystemIO } from "../../src/node/file-system-io.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { ownMark } from "../../src/node/process-mark.ts";
import { twins } from "../helpers/tiny.ts";
import { temporaryOf } from "./leftovers.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** What model.json holds beyond TensorFlow.js's own. */
interface Hashes {
  weightsSha256: string;
  modelSha256: string;
}

function smallModel(seed = 1): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({
        units: 3,
        inputShape: [4],
      }),
      layers.dense({ units: 2 }),
    ],
  });
  model.setWeights(
    model.getWeights().map((w, i) => tf.randomNormal(w.shape, 0, 1, "float32", seed + i)),
  );
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return model;
}

/** The name of the weights in a folder; there are no others. */
function weightsFile(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^weights\..*bin$/.test(name));
  expect(names).toHaveLength(1);
  return names[0];
}

async function predictions(model: LayersModel): Promise<number[]> {
  const y = model.predict(tf.tensor2d([[1, -2, 3, 0.5]])) as tf.Tensor;
  return Array.from(await y.data());
}

describe("fileSystemIO", () => {
  it("loads what it saved, by folder and by file, bit for bit", async () => {
    const folder = join(newFolder(), "runs", "model");
    const model = smallModel();
    model.setUserDefinedMetadata({ note: "kept" });
    const { modelArtifactsInfo } = await model.save(fileSystemIO(folder), {
      includeOptimizer: true,
    });
    expect(modelArtifactsInfo.modelTopologyType).toBe("JSON");
    expect(readdirSync(folder).sort()).toEqual(["model.json", weightsFile(folder)]);
    for (const path of [folder, join(folder, "model.json")]) {
      const loaded = await loadLayersModel(fileSystemIO(path));
      expect(await predictions(loaded)).toEqual(await predictions(model));
      expect(loaded.getUserDefinedMetadata()).toEqual({ note: "kept" });
      // The training configuration came along: the model is compiled.
      expect(loaded.loss).toBe("meanSquaredError");
    }
  });

  it("writes the format of TensorFlow.js's own handlers", async () => {
    const folder = newFolder();
    const model = smallModel();
    await model.save(fileSystemIO(folder));
    const json = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as tf.io.ModelJSON;
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(["modelTopology", "format", "generatedBy", "convertedBy"]),
    );
    expect(json.weightsManifest).toHaveLength(1);
    const weights = readFileSync(join(folder, weightsFile(folder)));
    expect(weights).toHaveLength(4 * (4 * 3 + 3 + 3 * 2 + 2));
    // Named by its content.
    const hash = createHash("sha256").update(weights).digest("hex");
    expect(json.weightsManifest[0].paths).toEqual([`weights.${hash.slice(0, 16)}.bin`]);
    // Read as any HTTP client of TensorFlow.js would.
    const fetchFunc = (url: string): Promise<Response> =>
      Promise.resolve(new Response(readFileSync(url.replace("http://model.test", folder))));
    const handler = tf.io.http("http://model.test/model.json", {
      fetchFunc: fetchFunc as typeof fetch,
    });
    expect(await predictions(await loadLayersModel(handler))).toEqual(await predictions(model));
  });

  it("saves several models into one folder under names of their own", async () => {
    const folder = newFolder();
    const models = [smallModel(1), smallModel(50)];
    await models[0].save(fileSystemIO(join(folder, "a.json")));
    await models[1].save(fileSystemIO(join(folder, "b.json")));
    await models[1].save(fileSystemIO(folder));
    const names = readdirSync(folder).map((name) => name.replace(/\.[0-9a-f]{16}\./, ".HASH."));
    expect(names.sort()).toEqual([
      ...["a.json", "a.weights.HASH.bin", "b.json", "b.weights.HASH.bin"],
      ...["model.json", "weights.HASH.bin"],
    ]);
    const loaded = await loadLayersModel(fileSystemIO(join(folder, "a.json")));
    expect(await predictions(loaded)).toEqual(await predictions(models[0]));
  });

  it("loads what a browser downloaded, whose model file names the weights ./a.weights.bin", async () => {
    const folder = newFolder();
    const model = smallModel();
    const file = join(folder, "a.json");
    await model.save(fileSystemIO(file));
    const json = JSON.parse(readFileSync(file, "utf8")) as Partial<Hashes> & tf.io.ModelJSON;
    renameSync(join(folder, json.weightsManifest[0].paths[0]), join(folder, "a.weights.bin"));
    json.weightsManifest[0].paths = ["./a.weights.bin"];
    delete json.modelSha256;
    writeFileSync(file, JSON.stringify(json));
    const loaded = await loadLayersModel(fileSystemIO(file));
    expect(await predictions(loaded)).toEqual(await predictions(model));
  });

  it("loads models whose weights lie in several files, as the converter writes them", async () => {
    const folder = newFolder();
    const model = smallModel();
    await model.save(fileSystemIO(folder));
    const file = join(folder, "model.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as Partial<Hashes> & tf.io.ModelJSON;
    delete json.weightsSha256;
    delete json.modelSha256;
    json.weightsManifest[0].paths = ["part1", "part2"];
    writeFileSync(file, JSON.stringify(json));
    const weights = readFileSync(join(folder, weightsFile(folder)));
    writeFileSync(join(folder, "part1"), weights.subarray(0, 10));
    writeFileSync(join(folder, "part2"), weights.subarray(10));
    const loaded = await loadLayersModel(fileSystemIO(folder));
    expect(await predictions(loaded)).toEqual(await predictions(model));
  });

  it("replaces an earlier model and keeps it when saving fails", async () => {
    const folder = newFolder();
    await smallModel(1).save(fileSystemIO(folder));
    const second = smallModel(50);
    await second.save(fileSystemIO(folder));
    const loaded = await loadLayersModel(fileSystemIO(folder));
    expect(await predictions(loaded)).toEqual(await predictions(second));

    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const failing = second.save(fileSystemIO(join(file, "model")));
    await expect(failing).rejects.toThrow(/to write the model to .*model\.json/);
    await expect(failing).rejects.toBeInstanceOf(SourceError);
  });

  it("takes the place of a model with plain names, and of none beside it", async () => {
    const folder = newFolder();
    const [earlier, model] = [smallModel(1), smallModel(50)];
    await earlier.save(fileSystemIO(folder));
    const file = join(folder, "model.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as Partial<Hashes> & tf.io.ModelJSON;
    renameSync(join(folder, weightsFile(folder)), join(folder, "weights.bin"));
    json.weightsManifest[0].paths = ["weights.bin"];
    delete json.modelSha256;
    writeFileSync(file, JSON.stringify(json));
    expect(await predictions(await loadLayersModel(fileSystemIO(folder)))).toEqual(
      await predictions(earlier),
    );
    await model.save(fileSystemIO(folder));
    expect(readdirSync(folder).sort()).toEqual(["model.json", weightsFile(folder)]);

    // Here weights.bin is somebody's data.
    const other = newFolder();
    writeFileSync(join(other, "weights.bin"), "mine");
    await model.save(fileSystemIO(other));
    expect(readFileSync(join(other, "weights.bin"), "utf8")).toBe("mine");
  });

  it("keeps weights that a copy of a model file names", async () => {
    const folder = newFolder();
    const [first, second] = [smallModel(1), smallModel(50)];
    await first.save(fileSystemIO(folder));
    copyFileSync(join(folder, "model.json"), join(folder, "best.json"));
    await second.save(fileSystemIO(folder));
    const best = await loadLayersModel(fileSystemIO(join(folder, "best.json")));
    expect(await predictions(best)).toEqual(await predictions(first));
  });

  it("removes what a save that was killed has left, and nothing of one that goes on", async () => {
    const folder = newFolder();
    const weights = ["weights.0000000000000001.bin", "weights.0000000000000002-0123abcd.bin"];
    for (const name of weights) writeFileSync(join(folder, name), "");
    writeFileSync(join(folder, await temporaryOf("model.json")), weights[0]);
    writeFileSync(join(folder, await temporaryOf(weights[0])), "half");
    const { pid, started } = await ownMark();
    const going = await temporaryOf("model.json", pid, started);
    writeFileSync(join(folder, going), weights[1]);
    await smallModel().save(fileSystemIO(folder));
    const left = readdirSync(folder).filter(
      (name) => !/^(model\.json|weights\.[1-9a-f].*)$/.test(name),
    );
    expect(left.sort()).toEqual([going, weights[1]].sort());
    rmSync(join(folder, going));
    await smallModel().save(fileSystemIO(folder));
    expect(readdirSync(folder).sort()).toEqual(["model.json", weightsFile(folder)]);
  });

  it("loads a model that is replaced while it is read", async () => {
    const folder = newFolder();
    await smallModel(1).save(fileSystemIO(folder));
    let saves = 0;
    const saving = (async () => {
      for (; saves < 10; saves++) await smallModel(saves * 9).save(fileSystemIO(folder));
    })();
    let loads = 0;
    for (; saves < 10; loads++) await fileSystemIO(folder).load();
    await saving;
    expect(loads).toBeGreaterThan(0);
  });

  it("leaves no tensor behind by itself", async () => {
    const folder = newFolder();
    const model = smallModel();
    const before = tf.memory().numTensors;
    await model.save(fileSystemIO(folder));
    await fileSystemIO(folder).load();
    expect(tf.memory().numTensors).toBe(before);
  });

  describe("given files that are damaged", () => {
    const saved = async (): Promise<string> => {
      const folder = newFolder();
      await smallModel().save(fileSystemIO(folder));
      return folder;
    };
    const edit = (folder: string, change: (json: Record<string, unknown>) => unknown): void => {
      const file = join(folder, "model.json");
      const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
      delete json.modelSha256;
      writeFileSync(file, JSON.stringify(change(json)));
    };

    it("refuses weights of another size or content", async () => {
      const folder = await saved();
      const file = join(folder, weightsFile(folder));
      const weights = readFileSync(file);
      writeFileSync(file, weights.subarray(4));
      await expect(fileSystemIO(folder).load()).rejects.toThrow(/expected 92 bytes .*got 88/);
      weights[17] ^= 1;
      writeFileSync(file, weights);
      await expect(fileSystemIO(folder).load()).rejects.toThrow(/weights with SHA-256 .*another/);
      await expect(fileSystemIO(folder).load()).rejects.toBeInstanceOf(DataError);
    });

    it("refuses a model file that is none", async () => {
      const folder = await saved();
      for (const text of ["", "{", "null", "[]", '{"format":"layers-model"}', "5"]) {
        writeFileSync(join(folder, "model.json"), text);
        await expect(fileSystemIO(folder).load()).rejects.toBeInstanceOf(DataError);
      }
    });

    it.each<[unknown]>([
      [5],
      [{}],
      [[null]],
      [[{ paths: ["weights.bin"] }]],
      [[{ paths: [], weights: [{}] }]],
      [[{ paths: [], weights: [{ name: "w", shape: [-1] }] }]],
      [[{ paths: [], weights: [{ name: 5, shape: [1] }] }]],
    ])("refuses the weights manifest %j", async (weightsManifest) => {
      const folder = await saved();
      edit(folder, (json) => ({ ...json, weightsManifest }));
      await expect(fileSystemIO(folder).load()).rejects.toBeInstanceOf(DataError);
    });

    it.each(["../secret", "/etc/passwd", "..", "a/b", "", 5])(
      "never reads a weight file of the name %j",
      async (name) => {
        const folder = await saved();
        edit(folder, (json) => ({ ...json, weightsManifest: [{ paths: [name], weights: [] }] }));
        await expect(fileSystemIO(folder).load()).rejects.toThrow(/plain names of weight files/);
      },
    );

    it.each([
      ["from-h5py.h5", /got an HDF5 file; name a model\.json.* loadWeights/],
      ["from-pytorch.safetensors", /got a safetensors file; name a model\.json/],
      ["small.keras", /got a \.keras file, which is a zip; name a model\.json/],
    ])("says what a file of another kind is: %s", async (name, message) => {
      const path = fileURLToPath(new URL(`../fixtures/weights/${name}`, import.meta.url));
      await expect(fileSystemIO(path).load()).rejects.toThrow(message);
    });

    it("says what came in place of the model file", async () => {
      const folder = await saved();
      writeFileSync(join(folder, "model.json"), "version https://git-lfs.github.com/spec/v1");
      await expect(fileSystemIO(folder).load()).rejects.toThrow(/of Git LFS.*; run git lfs pull/);
    });

    it("names the file that is missing, and what is there", async () => {
      const folder = newFolder();
      await expect(fileSystemIO(folder).load()).rejects.toThrow(join(folder, "model.json"));
      await expect(fileSystemIO(join(folder, "x")).load()).rejects.toBeInstanceOf(SourceError);
      writeFileSync(join(folder, "saved_model.pb"), "");
      await expect(fileSystemIO(folder).load()).rejects.toThrow(/a folder with saved_model\.pb;/);
      const other = await saved();
      const weights = join(folder, weightsFile(other));
      mkdirSync(weights);
      writeFileSync(join(folder, "model.json"), readFileSync(join(other, "model.json")));
      await expect(fileSystemIO(folder).load()).rejects.toThrow(weights);
    });

    it("refuses what is no file, at once", async () => {
      const folder = newFolder();
      spawnSync("mkfifo", [join(folder, "model.json")]);
      await expect(fileSystemIO(folder).load()).rejects.toThrow(/model.json is a pipe/);
      const other = await saved();
      const weights = join(other, weightsFile(other));
      rmSync(weights);
      spawnSync("mkfifo", [weights]);
      await expect(fileSystemIO(other).load()).rejects.toThrow(/is a pipe/);
      await expect(fileSystemIO("/dev/zero").load()).rejects.toThrow(
        /is a pipe, a socket or a device/,
      );
      // A pipe in the place of a file is replaced.
      await smallModel().save(fileSystemIO(folder));
      await fileSystemIO(folder).load();
    });

    it("accepts a model file that was laid out anew, and refuses one that says something else", async () => {
      const folder = await saved();
      const file = join(folder, "model.json");
      const json = JSON.parse(readFileSync(file, "utf8")) as Hashes & { generatedBy: string };
      writeFileSync(file, JSON.stringify(json, null, 2));
      await fileSystemIO(folder).load();
      writeFileSync(file, JSON.stringify({ ...json, generatedBy: "me" }));
      await expect(fileSystemIO(folder).load()).rejects.toThrow(
        /as it was written, with SHA-256 .*got another; .*delete modelSha256 from it/,
      );
      // The remedy.
      writeFileSync(file, JSON.stringify({ ...json, generatedBy: "me", modelSha256: undefined }));
      await fileSystemIO(folder).load();
    });
  });

  it("saves no model that it could not load: weights of one name would be mixed up", async () => {
    const io = fileSystemIO(newFolder());
    await expect(twins().save(io)).rejects.toThrow(
      /fileSystemIO: expected a model whose weights have names that differ, got two called "dense\/kernel"; build/,
    );
    await expect(io.load()).rejects.toThrow(SourceError);
    await twins("dense_2").save(io);
    expect((await loadModel(io)).weights).toHaveLength(4);
  });

  it("asks for a path", () => {
    for (const path of ["", undefined, 5]) {
      expect(() => fileSystemIO(path as string)).toThrow(ArgumentError);
    }
  });
});
