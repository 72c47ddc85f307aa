/** What needs a page, or a Worker of one; a test of the browser tries it. */
import {
  earlyStopping,
  ImageDataGenerator,
  imageFlow,
  loadModel,
  plotHistory,
  type TrainTwoPhaseOptions,
} from "cifar-kit";
import {
  createTrainer,
  imageFromFile,
  mountPlot,
  opfsCheckpointStore,
  opfsIO,
  serveTrainer,
  type Trainer,
  type WorkerTrainingOptions,
} from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";
import { vi } from "vitest";
import { OpfsFiles } from "../../../src/browser/storage/opfs-files.ts";
import { needsModel } from "../../browser/needs-model.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { type Trials, wrong } from "../trial.ts";

const set = tinyImages(8);
const spec = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });

const trainWorker = (): Worker =>
  new Worker(new URL("../../browser/train-worker.ts", import.meta.url), { type: "module" });
const ownWorker = (): Worker =>
  new Worker(new URL("../../browser/own-worker.ts", import.meta.url), { type: "module" });
const brokenWorker = (): Worker =>
  new Worker(new URL("../../browser/broken-worker.ts", import.meta.url), { type: "module" });

const trainers = new Map<() => Worker, Trainer>();
/** The trainer of a Worker that the trials share: each takes a second to start. */
function trainerOf(worker: () => Worker): Trainer {
  const trainer = trainers.get(worker) ?? createTrainer(worker(), { backend: "cpu" });
  trainers.set(worker, trainer);
  return trainer;
}
export function terminateAll(): void {
  for (const trainer of trainers.values()) trainer.terminate();
}

/** Waits for a trainer that no other trial has. */
async function start(worker: () => Worker, backend: string): Promise<void> {
  const trainer = createTrainer(worker(), { backend });
  try {
    await trainer.ready();
  } finally {
    trainer.terminate();
  }
}
const started = (): Promise<unknown> => trainerOf(trainWorker).ready();

/** Trains for an epoch in a Worker, with something of the run's changed. */
const train = (options: object, worker = trainWorker): Promise<unknown> =>
  trainerOf(worker).trainTwoPhase(tinyModel(), run(options));
const run = (options: object = {}): TrainTwoPhaseOptions & WorkerTrainingOptions => ({
  ...{ train: set, batchSize: 8, epochs: [0, 1], verbose: 0, ...options },
});
const evaluate = (
  given: unknown = set,
  options = {},
  trainer = trainerOf(trainWorker),
): Promise<unknown> => trainer.evaluate(tinyModel(), given as typeof set, options);
const withFunction = new ImageDataGenerator({ preprocessingFunction: (image) => image });
const checkpoint = (store: unknown): Promise<unknown> => train({ checkpoint: { store } });

const picture = async (): Promise<Blob> => {
  const canvas = new OffscreenCanvas(4, 4);
  canvas.getContext("2d");
  return canvas.convertToBlob();
};
const grey16 = async (): Promise<Blob> =>
  (await fetch("/test/fixtures/dataset/treatments/grey-16.png")).blob();

/** Files of the library's in the browser. */
const folder = async (name: string): Promise<OpfsFiles> =>
  (await OpfsFiles.open(["cifar-kit", name]))!;
const store = (name: string) => opfsCheckpointStore(`remedies-${name}`).open();
const bytes = (length = 3): Uint8Array => new Uint8Array(length);

/** Does something while the browser lets this site keep so many bytes. */
async function withQuota(quotaSize: number, action: () => Promise<unknown>): Promise<void> {
  const { cdp } = await import("vitest/browser");
  const session = cdp() as unknown as { send(name: string, params: object): Promise<unknown> };
  const { origin } = location;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
  try {
    await action();
  } finally {
    await session.send("Storage.overrideQuotaForOrigin", { origin });
  }
}

/** Saves a model while another program writes its file, or has written it. */
async function saveBeside(isDone: boolean): Promise<void> {
  const name = `busy-${isDone}`;
  await tinyModel().save(opfsIO(name));
  let handle = await navigator.storage.getDirectory();
  for (const part of ["cifar-kit", "models"]) handle = await handle.getDirectoryHandle(part);
  const file = await handle.getFileHandle(name);
  const writer = await file.createWritable({ keepExistingData: true });
  if (isDone) await writer.close();
  try {
    await tinyModel().save(opfsIO(name));
  } finally {
    if (!isDone) await writer.abort();
  }
}

/** Saves a checkpoint, as a window may that keeps nothing. */
async function openPrivately(isPrivate: boolean): Promise<void> {
  if (isPrivate) {
    vi.spyOn(navigator.storage, "getDirectory").mockRejectedValue(new DOMException("", "Security"));
    vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
      throw new DOMException("no mutations", "InvalidStateError");
    });
  }
  try {
    await (await store("private")).close();
  } finally {
    vi.restoreAllMocks();
  }
}

/** Advice of augment that a Worker gives. */
export const ofAugment: Trials = {
  "in a Worker pass this augmentation to serveTrainer({ augmentation })": [
    () => train({ augmentation: withFunction }),
    () => train({}, ownWorker),
  ],
};

export const trials: Trials = {
  "pass one of these": [
    () => trainerOf(trainWorker).predict(tinyModel(), imageFlow(set)),
    async () => {
      await trainerOf(trainWorker).predict(tinyModel(), set);
      await trainerOf(trainWorker).predict(tinyModel(), new Float32Array(192));
    },
  ],
  "choose another picture, or save it in 8 bits": [
    async () => imageFromFile((await grey16()).slice(0, -20)),
    async () => {
      vi.spyOn(console, "warn").mockImplementation(() => undefined);
      await imageFromFile(await grey16());
      await imageFromFile(await picture());
    },
  ],
  "choose another picture, or save it as PNG or JPEG": [
    async () => imageFromFile((await picture()).slice(0, -30)),
    async () => imageFromFile(await picture()),
  ],
  "pass input.files[0], once a file is chosen": [
    () => {
      const input = document.createElement("input");
      input.type = "file";
      return imageFromFile(input.files![0]);
    },
    async () => {
      const input = document.createElement("input");
      input.type = "file";
      const chosen = new DataTransfer();
      chosen.items.add(new File([await picture()], "mine.png"));
      input.files = chosen.files;
      await imageFromFile(input.files[0]);
    },
  ],
  "pass one of the page": [
    () => mountPlot(wrong("#plot"), spec),
    () => mountPlot(document.createElement("div"), spec),
  ],
  "save one first, on a page of this site": [
    () => loadModel(opfsIO("never-saved")),
    async () => {
      await tinyModel().save(opfsIO("saved"));
      await loadModel(opfsIO("saved"));
    },
  ],
  "save it again": [
    async () => {
      await tinyModel().save(opfsIO("damaged"));
      await (await folder("models")).write("damaged", bytes());
      await loadModel(opfsIO("damaged"));
    },
    async () => {
      await tinyModel().save(opfsIO("damaged"));
      await loadModel(opfsIO("damaged"));
    },
  ],
  "free some space on the device, or delete what this site keeps (in the browser's settings)": [
    () => withQuota(1000, () => tinyModel().save(opfsIO("large"))),
    () => withQuota(1e8, () => tinyModel().save(opfsIO("large"))),
  ],
  "close the other tabs that write it": [() => saveBeside(false), () => saveBeside(true)],
  "begin anew: it was never there, or somebody deleted what this site keeps": [
    async () => {
      const opened = await store("deleted");
      try {
        await (await folder("checkpoints")).remove("remedies-deleted");
        await opened.read("epoch-1.ckpt");
      } finally {
        await opened.close();
      }
    },
    async () => {
      const opened = await store("deleted");
      await opened.write("epoch-1.ckpt", bytes());
      await opened.read("epoch-1.ckpt");
      await opened.close();
    },
  ],
  "use a window that is not private, or another browser": [
    () => openPrivately(true),
    () => openPrivately(false),
  ],
  "end one of the two": [
    async () => {
      const opened = await store("stolen");
      const name = "cifar-kit:checkpoints/remedies-stolen";
      await navigator.locks.request(name, { steal: true }, () => undefined);
      await opened.write("a.ckpt", bytes());
    },
    async () => {
      const opened = await store("stolen");
      await opened.write("a.ckpt", bytes());
      await opened.close();
    },
  ],
  "end that run or close its tab, or choose another name": [
    async () => {
      const first = await store("shared");
      try {
        await store("shared");
      } finally {
        await first.close();
      }
    },
    async () => {
      const first = await store("shared");
      await (await store("other")).close();
      await first.close();
      await (await store("shared")).close();
    },
  ],
  "serve the page over https": [
    async () => {
      vi.spyOn(navigator, "locks", "get").mockReturnValue(undefined as never);
      try {
        await store("plain");
      } finally {
        vi.restoreAllMocks();
      }
    },
    async () => (await store("plain")).close(),
  ],
  "pass this callback to serveTrainer({ callbacks }) in the Worker": [
    () => train({ callbacks: [needsModel()] }),
    () => train({}, ownWorker),
  ],
  'pass new Worker(new URL("./train-worker.js", import.meta.url), { type: "module" })': [
    () => createTrainer(wrong("./train-worker.js")),
    started,
  ],
  'pass e.g. "simd"': [
    () => {
      const worker = trainWorker();
      try {
        createTrainer(worker, { backend: wrong(5) });
      } finally {
        worker.terminate();
      }
    },
    () => start(trainWorker, "simd"),
  ],
  "create another trainer, with another Worker": [
    () => {
      const trainer = createTrainer(trainWorker());
      trainer.terminate();
      return evaluate(set, {}, trainer);
    },
    evaluate,
  ],
  "see the console, and have the module call serveTrainer()": [
    async () => {
      // The browser prints the Worker's error as well, a little later.
      const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
      try {
        await start(brokenWorker, "cpu");
      } finally {
        await vi.waitUntil(() => print.mock.calls.length > 0);
      }
    },
    started,
  ],
  "wait, or call cancel()": [
    async () => {
      const first = evaluate();
      try {
        await evaluate();
      } finally {
        await first;
      }
    },
    async () => {
      await evaluate();
      const training = train({ epochs: [1000, 0] });
      trainerOf(trainWorker).cancel();
      await training.catch(() => undefined);
      await evaluate();
    },
  ],
  "pass one": [() => evaluate(5), () => evaluate(set)],
  "pass opfsCheckpointStore(name)": [
    () => checkpoint({ open: () => undefined }),
    () => checkpoint(opfsCheckpointStore(`remedies-${performance.timeOrigin}`)),
  ],
  "pass plain values": [
    () => evaluate(set, { batchSize: () => 5 }),
    () => evaluate(set, { batchSize: 5 }),
  ],
  "pass e.g. () => registerSimdBackend()": [
    () => {
      serveTrainer({ backends: { simd: wrong("simd") } });
    },
    () => {
      serveTrainer({ backends: { simd: () => registerSimdBackend() } });
    },
  ],
  "pass e.g. () => [earlyStopping()]": [
    () => {
      serveTrainer({ callbacks: wrong([earlyStopping()]) });
    },
    () => {
      serveTrainer({ callbacks: () => [earlyStopping()] });
    },
  ],
  "call it in the Worker's own module": [
    () => {
      vi.stubGlobal("addEventListener", undefined);
      try {
        serveTrainer();
      } finally {
        vi.unstubAllGlobals();
      }
    },
    started,
  ],
  "choose another one (recommendBackend tells what this browser has), or see to it in serveTrainer({ backends })":
    [() => start(trainWorker, "quantum"), started],
};
