import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadModel } from "cifar-kit";
import { downloadIO, opfsIO } from "cifar-kit/browser";
import { mayReplaceModel, mayReplaceSaved } from "./ask.ts";
import { announce, byId, markDone, showAlert } from "./dom.ts";
import { state } from "./state.ts";

/** Where the model is kept in this browser. */
const place = opfsIO("demo");
/** The model that is kept there, if it was in use since the page was opened. */
let latest: LayersModel | undefined;

/** Makes the section for saving and loading work. */
export function setUpModel(): void {
  byId("save").addEventListener("click", () => void act("save", save));
  byId("load-model").addEventListener("click", () => void act("load-model", load));
  byId("download").addEventListener("click", () => void act("download", download));
  state.onChange(() => void enable());
}

/** Runs what a button does; `undefined` means that the user thought better of it. */
async function act(id: string, action: () => Promise<string | undefined>): Promise<void> {
  const button = byId<HTMLButtonElement>(id);
  showAlert("model-alert");
  button.disabled = true;
  try {
    const text = await action();
    if (text === undefined) return;
    byId("model-hint").textContent = text;
    announce(text);
    markDone("model");
  } catch (error) {
    showAlert("model-alert", error);
  } finally {
    await enable();
  }
}

async function save(): Promise<string | undefined> {
  const model = state.model!;
  if (model !== latest && (await place.exists()) && !mayReplaceSaved()) return undefined;
  await model.save(place, { includeOptimizer: true });
  latest = model;
  state.markKept(model);
  return "The model is saved in this browser, and will be here the next time.";
}

async function load(): Promise<string | undefined> {
  if (!mayReplaceModel("loading the saved one")) return undefined;
  latest = await loadModel(place);
  state.setModel(latest);
  return "The saved model is back; show it a picture.";
}

async function download(): Promise<string> {
  const model = state.model!;
  await model.save(downloadIO("cifar-model"));
  state.markKept(model);
  return "cifar-model.json and its weights are among your downloads, for any program with TensorFlow.js.";
}

async function enable(): Promise<void> {
  const hasModel = state.model !== undefined && !state.isTraining;
  byId<HTMLButtonElement>("save").disabled = !hasModel;
  byId<HTMLButtonElement>("download").disabled = !hasModel;
  const isSaved = await place.exists().catch(() => false);
  byId<HTMLButtonElement>("load-model").disabled = state.isTraining || !isSaved;
}
