import { io } from "@tensorflow/tfjs-core";
import { loadModel } from "cifar-kit";
import { announce, byId, markDone, showAlert } from "./dom.ts";
import { state } from "./state.ts";

/** Where TensorFlow.js keeps the model in this browser. */
const PLACE = "indexeddb://cifar-kit-demo";

/** Makes the section for saving and loading work. */
export function setUpModel(): void {
  byId("save").addEventListener("click", () => void act("save", save));
  byId("load-model").addEventListener("click", () => void act("load-model", load));
  byId("download").addEventListener("click", () => void act("download", download));
  state.onChange(() => void enable());
}

async function act(id: string, action: () => Promise<string>): Promise<void> {
  const button = byId<HTMLButtonElement>(id);
  showAlert("model-alert");
  button.disabled = true;
  try {
    const text = await action();
    byId("model-hint").textContent = text;
    announce(text);
    markDone("model");
  } catch (error) {
    const { name, message } = error as Error;
    const isFull = name === "QuotaExceededError" || /quota/i.test(message);
    showAlert(
      "model-alert",
      isFull
        ? `There is no room left for this site: free some space and save again. The model is still here. (${message})`
        : error,
    );
  } finally {
    await enable();
  }
}

async function save(): Promise<string> {
  await state.model!.save(PLACE, { includeOptimizer: true });
  return "The model is saved in this browser, and will be here the next time.";
}

async function load(): Promise<string> {
  state.setModel(await loadModel(PLACE));
  return "The saved model is back; show it a picture.";
}

async function download(): Promise<string> {
  await state.model!.save("downloads://cifar-model");
  return "model.json and the weights are among your downloads, for any program with TensorFlow.js.";
}

async function enable(): Promise<void> {
  const hasModel = state.model !== undefined && !state.isTraining;
  byId<HTMLButtonElement>("save").disabled = !hasModel;
  byId<HTMLButtonElement>("download").disabled = !hasModel;
  const saved = await io.listModels();
  byId<HTMLButtonElement>("load-model").disabled = state.isTraining || !(PLACE in saved);
}
