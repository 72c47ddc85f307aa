import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { loadModel, loadWeights, pretrainedModel } from "cifar-kit";
import { fileSystemIO, loadPretrained } from "cifar-kit/node";
import { tinyModel } from "../../helpers/tiny.ts";
import type { Trials } from "../trial.ts";
import { refusing } from "../../node/refusing.ts";
import { newFolder } from "./network.ts";

const PRETRAINED = new URL("../../../pretrained/cifar10.safetensors", import.meta.url);

const WEIGHTS = fileURLToPath(new URL("../../fixtures/weights/small-float16.h5", import.meta.url));

/** A folder with a saved model. */
async function saved(): Promise<string> {
  const folder = newFolder();
  await tinyModel().save(fileSystemIO(folder));
  return folder;
}
const load = (path: string): Promise<unknown> => loadModel(fileSystemIO(path));

/** The model file alone, without its weights. */
async function withoutWeights(): Promise<{ folder: string; elsewhere: string }> {
  const [folder, elsewhere] = [await saved(), newFolder()];
  const weights = readdirSync(folder).find((name) => name.endsWith(".bin"))!;
  renameSync(join(folder, weights), join(elsewhere, weights));
  return { folder, elsewhere };
}
/** A saved model, changed with an editor. */
async function edited(change: (text: string) => string = (text) => text): Promise<string> {
  const folder = await saved();
  const file = join(folder, "model.json");
  const text = readFileSync(file, "utf8").replace('"rate":0.2', '"rate":0.3');
  writeFileSync(file, change(text));
  return folder;
}

export const trials: Trials = {
  'pass e.g. "runs/model"': [() => fileSystemIO(""), () => fileSystemIO("runs/model")],
  "name the folder that a model was saved to, or its model.json": [
    () => load(newFolder()),
    async () => {
      const folder = await saved();
      await load(folder);
      await load(join(folder, "model.json"));
    },
  ],
  "name a model.json, as model.save() and tensorflowjs_converter write it, or build the network and pass the file's bytes to loadWeights()":
    [
      () => load(WEIGHTS),
      async () => {
        await load(join(await saved(), "model.json"));
        const layer = layers.dense({ name: "dense", units: 2, inputShape: [2] });
        await loadWeights(sequential({ layers: [layer] }), readFileSync(WEIGHTS));
      },
    ],
  "copy all the files of the model into one folder, or save it again": [
    async () => load((await withoutWeights()).folder),
    async () => {
      const { folder, elsewhere } = await withoutWeights();
      cpSync(elsewhere, folder, { recursive: true });
      await load(folder);
      const { folder: other } = await withoutWeights();
      await tinyModel().save(fileSystemIO(other));
      await load(other);
    },
  ],
  "the files are damaged or do not belong together: save the model again{}": [
    () => edited().then(load),
    async () => {
      const folder = await edited();
      await tinyModel().save(fileSystemIO(folder));
      await load(folder);
      await load(await edited((text) => text.replace(/,"modelSha256":"\w+"/, "")));
    },
  ],
  "save a layers model or a graph model in TensorFlow.js's JSON format": [
    () => fileSystemIO(newFolder()).save({ modelTopology: new ArrayBuffer(8) }),
    saved,
  ],
  "install cifar-kit where the program runs, or read the file and pass it to pretrainedModel()": [
    () => refusing("readFile", "ENOENT", loadPretrained),
    () => pretrainedModel(readFileSync(PRETRAINED)),
  ],
};
