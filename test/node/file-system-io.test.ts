import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, loadLayersModel, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { fileSystemIO } from "../../src/node/file-system-io.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
beforeAll(async () => {
  await tf.setBackend("cpu");
});

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
    expect(readdirSync(folder).sort()).toEqual(["model.json", "weights.bin"]);
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
    expect(json.weightsManifest[0].paths).toEqual(["weights.bin"]);
    expect(readFileSync(join(folder, "weights.bin"))).toHaveLength(4 * (4 * 3 + 3 + 3 * 2 + 2));
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
    const names = ["a.json", "a.weights.bin", "b.json", "b.weights.bin"];
    expect(readdirSync(folder).sort()).toEqual(names);
    const loaded = await loadLayersModel(fileSystemIO(join(folder, "a.json")));
    expect(await predictions(loaded)).toEqual(await predictions(models[0]));
  });

  it("loads what a browser downloaded, whose model file names the weights ./a.weights.bin", async () => {
    const folder = newFolder();
    const model = smallModel();
    const file = join(folder, "a.json");
    await model.save(fileSystemIO(file));
    writeFileSync(file, readFileSync(file, "utf8").replace('"a.weights.bin"', '"./a.weights.bin"'));
    const loaded = await loadLayersModel(fileSystemIO(file));
    expect(await predictions(loaded)).toEqual(await predictions(model));
  });

  it("loads models whose weights lie in several files, as the converter writes them", async () => {
    const folder = newFolder();
    const model = smallModel();
    await model.save(fileSystemIO(folder));
    const file = join(folder, "model.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as tf.io.ModelJSON & {
      weightsSha256?: string;
    };
    delete json.weightsSha256;
    json.weightsManifest[0].paths = ["part1", "part2"];
    writeFileSync(file, JSON.stringify(json));
    const weights = readFileSync(join(folder, "weights.bin"));
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

  it("gives the earlier model when a save was interrupted between its two files", async () => {
    const [folder, other] = [newFolder(), newFolder()];
    const models = [smallModel(1), smallModel(50), smallModel(100)];
    await models[0].save(fileSystemIO(folder));
    await models[1].save(fileSystemIO(other));
    const kept = join(folder, "weights.bin.earlier");
    copyFileSync(join(folder, "weights.bin"), kept);
    copyFileSync(join(other, "weights.bin"), join(folder, "weights.bin"));
    const loaded = await loadLayersModel(fileSystemIO(folder));
    expect(await predictions(loaded)).toEqual(await predictions(models[0]));

    // The next save ends what was interrupted.
    await models[2].save(fileSystemIO(folder));
    expect(readdirSync(folder).sort()).toEqual(["model.json", "weights.bin"]);
    const last = await loadLayersModel(fileSystemIO(folder));
    expect(await predictions(last)).toEqual(await predictions(models[2]));

    // What was kept must be right, too.
    writeFileSync(kept, "damaged");
    copyFileSync(join(other, "weights.bin"), join(folder, "weights.bin"));
    await expect(fileSystemIO(folder).load()).rejects.toThrow(/weights with SHA-256 .*another/);
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
      writeFileSync(file, JSON.stringify(change(json)));
    };

    it("refuses weights of another size or content", async () => {
      const folder = await saved();
      const file = join(folder, "weights.bin");
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

    it("names the file that is missing", async () => {
      const folder = newFolder();
      await expect(fileSystemIO(folder).load()).rejects.toThrow(join(folder, "model.json"));
      await expect(fileSystemIO(join(folder, "x")).load()).rejects.toBeInstanceOf(SourceError);
      mkdirSync(join(folder, "weights.bin"));
      const other = await saved();
      writeFileSync(join(folder, "model.json"), readFileSync(join(other, "model.json")));
      await expect(fileSystemIO(folder).load()).rejects.toThrow(join(folder, "weights.bin"));
    });
  });

  it("asks for a path", () => {
    for (const path of ["", undefined, 5]) {
      expect(() => fileSystemIO(path as string)).toThrow(ArgumentError);
    }
  });
});
