import type { LayersModel } from "@tensorflow/tfjs-layers";
import { CIFAR10_CLASS_NAMES, PRETRAINED } from "cifar-kit";
import { imageFromFile, loadPretrained } from "cifar-kit/browser";
import pretrainedUrl from "cifar-kit/pretrained/cifar10-fast.safetensors?url";
import { mayReplaceModel } from "./ask.ts";
import { announce, byId, create, markDone, megabytes, percent, showAlert } from "./dom.ts";
import { paint } from "./pixels.ts";
import { state } from "./state.ts";

let latest: Uint8Array | undefined;
/** What was asked of which network last. */
let asked: { readonly image: Uint8Array; readonly model: LayersModel } | undefined;
/** How many pictures were chosen. */
let chosen = 0;
/** The network that comes with the library, once it was asked for. */
let pretrained: LayersModel | undefined;

/** Makes the section for pictures of the user's own work. */
export function setUpPicture(): void {
  const input = byId<HTMLInputElement>("file");
  const drop = byId("drop");
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = "";
    if (file) void look(file);
  });
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => {
    drop.classList.remove("over");
  });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void look(file);
  });
  const button = byId<HTMLButtonElement>("use-pretrained");
  button.addEventListener("click", () => void usePretrained(button));
  state.onChange(() => {
    const isHere = state.model !== undefined && state.model === pretrained;
    button.disabled = state.isTraining || isHere;
    byId("pretrained-hint").textContent = isHere
      ? "It is here: show it a picture."
      : `It comes with the library (${megabytes(PRETRAINED.fast.bytes)}): ` +
        `${percent(PRETRAINED.fast.testAccuracy)} of the 10,000 test pictures are right.`;
    void classifyLatest();
  });
}

async function look(file: File): Promise<void> {
  const number = ++chosen;
  showAlert("picture-alert");
  try {
    const image = await imageFromFile(file, { fit: "crop" });
    // A small one may be decoded before a large one that was chosen first.
    if (number !== chosen) return;
    latest = image;
    paint(byId<HTMLCanvasElement>("picture-canvas"), latest);
    byId("verdict").hidden = false;
    byId("verdict-title").textContent = state.model
      ? "Looking …"
      : "Train a network or take the trained one, and it will say what it sees.";
    byId("bars").replaceChildren();
    await classifyLatest();
  } catch (error) {
    if (number !== chosen) return;
    byId("verdict").hidden = true;
    showAlert("picture-alert", error);
  }
}

async function usePretrained(button: HTMLButtonElement): Promise<void> {
  if (!mayReplaceModel("taking the trained one")) return;
  showAlert("picture-alert");
  button.disabled = true;
  try {
    pretrained = await loadPretrained(pretrainedUrl);
    state.setModel(pretrained);
    announce("The trained network is here: show it a picture.");
  } catch (error) {
    button.disabled = false;
    showAlert("picture-alert", error);
  }
}

/** Shows the picture to the network, unless this network has seen it. */
async function classifyLatest(): Promise<void> {
  const { model, isTraining } = state;
  if (!model || !latest || isTraining) return;
  if (asked?.model === model && asked.image === latest) return;
  asked = { model, image: latest };
  await classify(latest);
}

async function classify(image: Uint8Array): Promise<void> {
  try {
    const { probabilities, classes } = await state.inTurn((trainer) =>
      trainer.predict(state.model!, image),
    );
    const name = CIFAR10_CLASS_NAMES[classes[0]];
    byId("verdict-title").textContent = `It looks like: ${name.toLowerCase()}`;
    const bars = [...probabilities]
      .map((probability, label) => ({ probability, label }))
      .sort((a, b) => b.probability - a.probability)
      .map(({ probability, label }) => {
        const fill = create("span");
        fill.style.width = `${probability * 100}%`;
        return create(
          "li",
          {},
          create("span", { textContent: CIFAR10_CLASS_NAMES[label] }),
          create("span", { className: "track" }, fill),
          create("span", { className: "number", textContent: percent(probability) }),
        );
      });
    byId("bars").replaceChildren(...bars);
    markDone("picture");
    announce(`It looks like: ${name}, ${percent(probabilities[classes[0]])}.`);
  } catch (error) {
    showAlert("picture-alert", error);
  }
}
