import { loadModel } from "cifar-kit";
import { opfsIO } from "cifar-kit/browser";
import { announce, byId, markDone, showAlert } from "./dom.ts";
import { state } from "./state.ts";

/** Where the model is kept in this browser. */
const place = opfsIO("demo");

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
    showAlert("model-alert", error);
  } finally {
    await enable();
  }
}

async function save(): Promise<string> {
  await state.model!.save(place, { includeOptimizer: true });
  return "The model is saved in this browser, and will be here the next time.";
}

async function load(): Promise<string> {
  state.setModel(await loadModel(place));
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
  const isSaved = await place.exists().catch(() => false);
  byId<HTMLButtonElement>("load-model").disabled = state.isTraining || !isSaved;
}
