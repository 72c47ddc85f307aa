import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  buildCifarModel,
  type Logs,
  type TrainTwoPhaseOptions,
  type TwoPhaseHistory,
} from "cifar-kit";
import {
  opfsCheckpointStore,
  type TrainerProgress,
  type WorkerTrainingOptions,
} from "cifar-kit/browser";
import { mayForgetRun, mayReplaceModel, mayStart } from "./ask.ts";
import { loadPictures } from "./data-step.ts";
import { announce, byId, create, isAbort, markDone, percent, showAlert } from "./dom.ts";
import { LiveChart } from "./live-chart.ts";
import { forgetRun, rememberedRun, rememberRun, type RunSettings } from "./remembered-run.ts";
import { state } from "./state.ts";

const STORE = "demo";
const BATCH = 32;
/** The notebook's network, and a small one like it, whose averages settle in the few steps that it takes. */
const SIZES = {
  small: { filters: [16, 32, 64], denseUnits: 64, batchNormMomentum: 0.9 },
  full: {},
} as const;

/** Ends the run under way, if there is one. */
let running: AbortController | undefined;

const charts = {
  loss: new LiveChart(byId("chart-loss"), "Loss", (value) =>
    value.toFixed(value > 0 && value < 1 ? 2 : 1),
  ),
  accuracy: new LiveChart(
    byId("chart-accuracy"),
    "Accuracy",
    (value) => `${Math.round(value * 100)}\u00a0%`,
    1,
  ),
};

/** Makes the training section work. */
export function setUpTraining(onTrained: (history: TwoPhaseHistory) => void): void {
  byId("train-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (mayStart()) void run(chosenSettings(), false, onTrained);
  });
  byId("pause").addEventListener("click", () => void togglePause());
  byId("cancel").addEventListener("click", () => {
    running?.abort(new DOMException("cancelled", "AbortError"));
  });
  byId("continue").addEventListener("click", () => void goOn(onTrained));
  byId("forget").addEventListener("click", () => {
    if (!mayForgetRun()) return;
    forgetRun();
    state.changed();
  });
  state.onChange(() => {
    const { pictures, isTraining } = state;
    const isReady = pictures !== undefined && !isTraining;
    byId<HTMLButtonElement>("start").disabled = !isReady;
    byId("start-hint").hidden = pictures !== undefined;
    byId("pause").hidden = byId("cancel").hidden = !isTraining;
    for (const id of ["size", "count", "plain-epochs", "augmented-epochs"]) {
      byId<HTMLInputElement>(id).disabled = isTraining;
    }
    offerCounts();
    const remembered = rememberedRun();
    byId("unfinished").hidden = isTraining || remembered === undefined;
    if (remembered) {
      const { phase, epoch } = remembered.reached;
      byId("unfinished-text").textContent =
        `A run was interrupted in epoch ${epoch + 1} of the ` +
        `${phase === 0 ? "plain" : "augmented"} phase (${remembered.settings.backend}, ` +
        `${remembered.settings.count.toLocaleString("en")} pictures). It is kept in this browser.`;
    }
  });
}

/** Goes on with a run that was interrupted, perhaps in a tab that was closed. */
async function goOn(onTrained: (history: TwoPhaseHistory) => void): Promise<void> {
  const remembered = rememberedRun();
  if (!remembered || !mayReplaceModel("going on with the run")) return;
  const { settings } = remembered;
  const isLoaded = JSON.stringify(state.pictures?.origin) === JSON.stringify(settings.origin);
  if (!isLoaded && !(await loadPictures(settings.origin))) return;
  // Another one may have been started meanwhile.
  if (state.isTraining) return;
  state.backend = settings.backend;
  await run(settings, true, onTrained);
}

async function run(
  settings: RunSettings,
  goesOn: boolean,
  onTrained: (history: TwoPhaseHistory) => void,
): Promise<void> {
  const { epochs, size, count, seed } = settings;
  const { train, test } = state.pictures!;
  const { signal } = (running = new AbortController());
  state.isTraining = true;
  state.changed();
  showAlert("train-alert");
  byId("live").hidden = false;
  byId<HTMLProgressElement>("run-bar").value = 0;
  for (const chart of Object.values(charts)) chart.reset(...epochs);
  setPaused(false);
  announce("Training begins.");
  let model: LayersModel | undefined;
  let phase = 0;
  /** Whether the store holds this run, and no other one. */
  let isKept = goesOn;
  const remember = (epoch: number): void => {
    rememberRun({ settings, reached: { phase, epoch } });
  };
  try {
    const untrained = (model = buildCifarModel({ for: train, ...SIZES[size], seed }));
    const options: TrainTwoPhaseOptions & WorkerTrainingOptions = {
      train: train.take(count),
      validation: test,
      ...{ batchSize: BATCH, epochs, seed, verbose: 0 },
      checkpoint: { store: opfsCheckpointStore(STORE), everySteps: 100 },
      resume: goesOn ? "must" : "never",
      signal,
      onProgress: (progress) => {
        ({ phase } = progress);
        remember(progress.epoch);
        showProgress(progress, epochs);
      },
      callbacks: [
        {
          // Where numbers are read without waiting for a device, the curves may be finer.
          readEvery: settings.backend.startsWith("webg") ? 20 : 4,
          onTrainBegin: () => {
            // From here on the store has no other run any more, long before the first step is over.
            if (!isKept) remember(0);
            isKept = true;
          },
          onEpochEnd: (epoch, logs, run) => {
            showEpoch(run.phase * epochs[0] + epoch + 1, logs);
          },
        },
      ],
    };
    const history = await state.inTurn((trainer) => trainer.trainTwoPhase(untrained, options));
    forgetRun();
    state.setModel(model, { isOnlyHere: true });
    markDone("train");
    announce("Training is over.");
    onTrained(history);
  } catch (error) {
    if (isAbort(error) && model) {
      // What it has learned until now is worth a look, too; one that has learned nothing is not.
      if (model.optimizer.iterations > 0) state.setModel(model);
      else model.dispose();
      showAlert(
        "train-alert",
        isKept
          ? "Cancelled. The run is kept, and can go on from here."
          : "Cancelled before the first step.",
      );
    } else {
      model?.dispose();
      showAlert("train-alert", error);
    }
  } finally {
    state.isTraining = false;
    state.changed();
  }
}

async function togglePause(): Promise<void> {
  const button = byId<HTMLButtonElement>("pause");
  const isPausing = button.textContent === "Pause";
  button.disabled = true;
  try {
    const trainer = await state.trainer();
    await (isPausing ? trainer.pause() : trainer.resume());
    // The run may have ended meanwhile.
    if (!state.isTraining) return;
    setPaused(isPausing);
    announce(isPausing ? "Paused." : "Training goes on.");
  } catch {
    // The run has failed, and says so itself.
  } finally {
    button.disabled = false;
  }
}

function setPaused(isPaused: boolean): void {
  byId("pause").textContent = isPaused ? "Go on" : "Pause";
}

function showProgress(progress: TrainerProgress, epochs: readonly [number, number]): void {
  const { phase, epoch, step, steps = 1, loss, accuracy = 0 } = progress;
  const reached = phase * epochs[0] + epoch + step / steps;
  byId<HTMLProgressElement>("run-bar").value = reached / (epochs[0] + epochs[1]);
  const figures: Record<string, string> = {
    phase: phase === 0 ? "plain" : "augmented",
    epoch: `${epoch + 1} of ${progress.epochs}`,
    loss: loss.toFixed(3),
    accuracy: percent(accuracy),
    step: `${(progress.secondsPerStep * 1000).toFixed(0)} ms`,
    speed: Math.round(progress.imagesPerSecond).toLocaleString("en"),
  };
  for (const [name, value] of Object.entries(figures)) byId(`figure-${name}`).textContent = value;
  charts.loss.addTraining({ x: reached, y: loss });
  charts.accuracy.addTraining({ x: reached, y: accuracy });
}

function showEpoch(x: number, { val_loss: loss, val_accuracy: accuracy }: Logs): void {
  charts.loss.addValidation({ x, y: loss });
  charts.accuracy.addValidation({ x, y: accuracy });
  announce(`Epoch ${x} is over: ${percent(accuracy)} of the test pictures are right.`);
}

function chosenSettings(): RunSettings {
  const number = (id: string): number => byId<HTMLInputElement>(id).valueAsNumber;
  return {
    backend: state.backend,
    origin: state.pictures!.origin,
    size: byId<HTMLSelectElement>("size").value as RunSettings["size"],
    count: Number(byId<HTMLSelectElement>("count").value),
    epochs: [number("plain-epochs"), number("augmented-epochs")],
    seed: 1,
  };
}

/** How many of the loaded pictures to train on. */
function offerCounts(): void {
  const select = byId<HTMLSelectElement>("count");
  const length = state.pictures?.train.length ?? 2000;
  const counts = [500, 1000, 2000, 5000, 10_000, 20_000, 50_000].filter((n) => n <= length);
  if (select.options.length === counts.length) return;
  select.replaceChildren(
    ...counts.map((n) =>
      create("option", { value: String(n), textContent: n.toLocaleString("en") }),
    ),
  );
  select.value = String(counts.includes(5000) ? 5000 : counts[counts.length - 1]);
}
