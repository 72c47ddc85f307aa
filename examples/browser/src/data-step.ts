import {
  CIFAR10_CLASS_NAMES,
  CIFAR10_LAYOUT,
  ImageDataGenerator,
  loadCifar10,
  loadRecords,
  randomStream,
  type RecordFile,
  SourceError,
} from "cifar-kit";
import { type HttpProgress, httpSource } from "cifar-kit/browser";
import { announce, byId, create, isAbort, markDone, megabytes, showAlert } from "./dom.ts";
import { fillMosaic, tile } from "./pixels.ts";
import { type Origin, type Pictures, state } from "./state.ts";

/** Pictures shown at a time. */
const SHOWN = 20;

let loading: AbortController | undefined;
let page = 0;
let isAugmented = false;

/** Makes the data section work. */
export function setUpData(): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=where]")) {
    radio.addEventListener("change", () => {
      const isElsewhere = whereChosen() === "elsewhere";
      byId("elsewhere-fields").hidden = !isElsewhere;
      // Only while it is seen: nobody can fill in a hidden field.
      byId<HTMLInputElement>("base-url").required = isElsewhere;
    });
  }
  byId("data-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void loadPictures(chosenOrigin());
  });
  byId("cancel-load").addEventListener("click", () => {
    loading?.abort(new DOMException("cancelled", "AbortError"));
  });
  byId("shuffle").addEventListener("click", () => {
    page++;
    showSamples();
  });
  byId("augment").addEventListener("click", () => {
    isAugmented = !isAugmented;
    byId("augment").setAttribute("aria-pressed", String(isAugmented));
    showSamples();
  });
  state.onChange(() => {
    byId<HTMLButtonElement>("load").disabled = loading !== undefined || state.isTraining;
  });
}

/** Loads pictures and shows some; gives whether that worked. */
export async function loadPictures(origin: Origin): Promise<boolean> {
  loading?.abort(new DOMException("replaced", "AbortError"));
  const controller = (loading = new AbortController());
  showAlert("data-alert");
  byId("cancel-load").hidden = byId("load-progress").hidden = false;
  state.changed();
  announce("Loading the pictures.");
  try {
    state.pictures = await fetchPictures(origin, controller.signal);
    markDone("data");
    fillMosaic(state.pictures.train);
    showSamples();
    const { train, test } = state.pictures;
    announce(`${train.length} training pictures and ${test.length} test pictures are loaded.`);
    return true;
  } catch (error) {
    // One that was replaced says nothing: the alert and the bar are the next one's.
    if (loading === controller) {
      showAlert("data-alert", isAbort(error) ? "Cancelled. What was complete is kept." : error);
    }
    return false;
  } finally {
    if (loading === controller) {
      loading = undefined;
      byId("cancel-load").hidden = byId("load-progress").hidden = true;
      state.changed();
    }
  }
}

async function fetchPictures(origin: Origin, signal: AbortSignal): Promise<Pictures> {
  const { where, baseUrl, layout } = origin;
  const done = new Map<string, number>();
  let expected = 184_380_000;
  const onProgress = ({ file, phase, bytes, totalBytes = 23.2e6 }: HttpProgress): void => {
    done.set(file, bytes / totalBytes);
    const share = [...done.values()].reduce((sum, part) => sum + part, 0) / files;
    byId<HTMLProgressElement>("load-bar").value = share;
    byId("load-text").textContent =
      phase === "unpack"
        ? "unpacking …"
        : `${megabytes(share * expected)} of ${megabytes(expected)}`;
  };
  const onWarning = (problem: Error): void => {
    showAlert("data-alert", `The pictures are there, but will not be kept. ${problem.message}`);
  };
  let files = 6;
  const common = { onProgress, onWarning, signal };
  if (where !== "sample") {
    const source = httpSource({ baseUrl, layout, ...common });
    if (layout === "npm") expected = 138_900_000;
    return { ...(await loadCifar10(source).catch(explain)), origin };
  }
  // The sample says itself what it consists of; every file is verified all the same.
  const manifest = await fetchManifest(baseUrl, signal);
  files = manifest.length;
  expected = manifest.reduce((sum, { bytes }) => sum + bytes, 0);
  const source = httpSource({ baseUrl, files: manifest, ...common });
  const [train, test] = await Promise.all(
    manifest.map((file) =>
      loadRecords(source, {
        name: `sample ${file.name}`,
        files: [file],
        layout: CIFAR10_LAYOUT,
        classNames: CIFAR10_CLASS_NAMES,
      }),
    ),
  );
  return { train, test, origin };
}

/** Adds to the error of a site that has no data folder what to do about it. */
function explain(error: unknown): never {
  if (!(error instanceof SourceError && error.message.includes("status 404"))) throw error;
  throw new Error(
    `${error.message} The sample is smaller; who builds this page adds everything with ` +
      "`npm run demo:data`.",
  );
}

async function fetchManifest(baseUrl: string, signal: AbortSignal): Promise<RecordFile[]> {
  const response = await fetch(new URL("manifest.json", new URL(`${baseUrl}/`, location.href)), {
    signal,
  }).catch((error: unknown) => {
    if (isAbort(error)) throw error;
    throw new Error("The server cannot be reached. Check the network and load again.");
  });
  const isThere = response.ok && !response.headers.get("content-type")?.startsWith("text/html");
  if (!isThere) {
    throw new Error(
      `There is no sample on this site (no ${baseUrl}/manifest.json). Choose another source; who ` +
        "builds this page adds the sample with a network at hand: `npm run demo:build`.",
    );
  }
  return ((await response.json()) as { files: RecordFile[] }).files;
}

function chosenOrigin(): Origin {
  const where = whereChosen();
  if (where !== "elsewhere") {
    return { where, baseUrl: where === "sample" ? "sample" : "data", layout: "binary" };
  }
  const layout = byId<HTMLSelectElement>("layout").value as Origin["layout"];
  return { where, baseUrl: byId<HTMLInputElement>("base-url").value.trim(), layout };
}

function whereChosen(): Origin["where"] {
  const chosen = document.querySelector<HTMLInputElement>("input[name=where]:checked");
  return chosen!.value as Origin["where"];
}

/** The augmentation that the second phase uses, too. */
const augmentation = new ImageDataGenerator({
  widthShiftRange: 0.1,
  heightShiftRange: 0.1,
  horizontalFlip: true,
});

function showSamples(): void {
  const { train } = state.pictures!;
  const tiles = Array.from({ length: SHOWN }, (_, i) => {
    const index = (page * SHOWN + i) % train.length;
    const image = train.image(index);
    const pixels = isAugmented
      ? augmentation.randomTransform(
          Float32Array.from(image),
          train.imageShape,
          randomStream(0, "page", page, index),
        )
      : image;
    return tile(pixels, train.classNames[train.labels[index]]);
  });
  byId("samples").hidden = false;
  byId("sample-tiles").replaceChildren(...tiles);
  byId("samples-hint").replaceChildren(
    create("span", {
      textContent: isAugmented
        ? "Shifted by up to a tenth and mirrored at random, as the second phase of training sees them."
        : `${SHOWN} of ${train.length.toLocaleString("en")} training pictures, 32 × 32 pixels each.`,
    }),
  );
}
