/**
 * Training in a Web Worker, so that the page stays responsive: the page calls what it would call
 * without one, and the Worker does the work. `serveTrainer` is the Worker's side.
 */
import { modelInternals } from "../../model/internals.ts";
import { isKerasOptimizer } from "../../model/optimizers/keras-optimizer.ts";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe, isText } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { ArgumentError, BackendError, TrainingError } from "../../errors.ts";
import { INSPECT } from "../../runtime/inspect.ts";
import { withKerasLayers } from "../../model/keras-layers.ts";
import { callback, like, type Reader, readOptions } from "../../options.ts";
import { checkSavable } from "../../train/check-savable.ts";
import { type CheckpointOptions } from "../../train/checkpoint/checkpoint-options.ts";
import { ModelSnapshot } from "../../train/model-snapshot.ts";
import type { EvaluateOptions, Evaluation } from "../../train/evaluate.ts";
import type { PhaseHistory, Training, TwoPhaseHistory } from "../../train/run/history.ts";
import type { LabelledImages, ModelImages } from "../../train/feed/feed-of.ts";
import { checkCompiled, checkImageModel } from "../../train/feed/model-input.ts";
import type { Predictions } from "../../train/outputs.ts";
import type { PredictOptions } from "../../train/predict.ts";
import {
  type trainingOptions,
  type TrainingOptions,
  type TrainOptions,
  trainOptions,
  type TrainPhaseOptions,
  trainPhaseOptions,
  type TrainTwoPhaseOptions,
  trainTwoPhaseOptions,
} from "../../train/train-options.ts";
import { opfsStoreName } from "../opfs-checkpoint-store.ts";
import { hookRunner, type HookCall, outline } from "./callback-calls.ts";
import { SetSender } from "./image-sets.ts";
import {
  type EvaluateCall,
  HELLO,
  type PredictCall,
  READY,
  type TrainCall,
  type TrainerInfo,
  type TrainerProgress,
  type TrainingFunctions,
  type TrainResult,
} from "./protocol.ts";
import { plainModel } from "./plain-model.ts";
import { plainOptions } from "./plain-options.ts";
import { Remote } from "./remote.ts";

/** Options of {@link createTrainer}. */
export interface CreateTrainerOptions {
  /**
   * Name of the TensorFlow.js backend that the Worker is to compute on, e.g. `"simd"`; default: the
   * one that its module has made active.
   */
  readonly backend?: string;
}

/** What the functions of a {@link Trainer} that train take beside the options of their namesakes. */
export interface WorkerTrainingOptions {
  /** Called about ten times a second while steps are taken; what it throws ends the run. */
  readonly onProgress?: (progress: TrainerProgress) => unknown;
}

/** The options of the functions that train. */
const OPTIONS = {
  train: trainOptions,
  trainPhase: trainPhaseOptions,
  trainTwoPhase: trainTwoPhaseOptions,
};

/** The readers that all of them have in common. */
type TrainingReaders = ReturnType<typeof trainingOptions> & {
  readonly onProgress: Reader<WorkerTrainingOptions["onProgress"]>;
};

const SUBJECT = "createTrainer";

/**
 * Takes a Worker whose module calls `serveTrainer` into service. The Worker belongs to the trainer
 * until `terminate`.
 *
 *     const worker = new Worker(new URL("./train-worker.js", import.meta.url), { type: "module" });
 *     const trainer = createTrainer(worker, { backend: "simd" });
 *     const history = await trainer.trainTwoPhase(model, { train, validation: test, seed: 1 });
 *
 * @throws {ArgumentError} if an argument is wrong.
 */
export function createTrainer(worker: Worker, options: CreateTrainerOptions = {}): Trainer {
  check(
    typeof (worker as Partial<Worker> | null)?.postMessage === "function" &&
      typeof worker.addEventListener === "function",
    SUBJECT,
    "a Worker of a page",
    describe(worker),
    'pass new Worker(new URL("./train-worker.js", import.meta.url), { type: "module" })',
  );
  const { backend } = readOptions(SUBJECT, options, {
    backend: like(isText, "the name of one", 'pass e.g. "simd"', { optional: true }),
  });
  return new Trainer(worker, backend);
}

/** A Worker that trains; made by {@link createTrainer}. It does one thing at a time. */
export class Trainer {
  readonly #worker: Worker;
  readonly #remote: Remote;
  readonly #sets: SetSender;
  readonly #started: Promise<TrainerInfo>;
  #busy = false;
  /** Of the run under way. */
  #runHook: ((call: HookCall) => unknown) | undefined;
  #onProgress: ((progress: TrainerProgress) => unknown) | undefined;
  #cancel: ((reason: unknown) => void) | undefined;
  /** Resolves when it has been sent to the Worker, or is over: before, there is nothing to hold. */
  #sent: Promise<void> | undefined;
  /** Ends everything with an error. */
  #end: (error: Error) => void = () => undefined;

  /** @internal */
  constructor(worker: Worker, backend: string | undefined) {
    this.#worker = worker;
    const { port1, port2 } = new MessageChannel();
    this.#remote = new Remote(port1, {
      hook: (call: HookCall) => this.#runHook?.(call),
      progress: (progress: TrainerProgress) => this.#onProgress?.(progress),
    });
    this.#sets = new SetSender(this.#remote);
    this.#started = this.#handOver(port2).then(() => this.#remote.call("start", backend));
    // Whoever uses the trainer learns of it; nobody has to.
    this.#started.catch(() => undefined);
  }

  /** @internal */
  [INSPECT](): string {
    return `Trainer(${this.#busy ? "at work" : "free"})`;
  }

  /**
   * Resolves when the Worker's backend runs, and says which one it is.
   * @throws {BackendError} if the Worker's module or the backend does not start.
   */
  ready(): Promise<TrainerInfo> {
    return this.#started;
  }

  /**
   * `train` in the Worker: the same options, the same result, the same errors. At the end the model of
   * the page has the trained weights, and its optimizer the state of the Worker's; after `cancel` or
   * an aborted signal those of the last step. After any other error it is as it was.
   *
   * What a message cannot carry has its place in the Worker: see `serveTrainer`. Callbacks of the
   * page run in the page, and training waits for them; their `run.model` is not to be had there. A
   * checkpoint's store has to be an `opfsCheckpointStore`.
   */
  train(model: LayersModel, options: TrainOptions & WorkerTrainingOptions): Promise<Training> {
    return this.#train("train", model, options);
  }

  /** `trainPhase` in the Worker; see {@link Trainer.train}. */
  trainPhase(
    model: LayersModel,
    options: TrainPhaseOptions & WorkerTrainingOptions,
  ): Promise<PhaseHistory> {
    return this.#train("trainPhase", model, options);
  }

  /** `trainTwoPhase` in the Worker; see {@link Trainer.train}. */
  trainTwoPhase(
    model: LayersModel,
    options: TrainTwoPhaseOptions & WorkerTrainingOptions,
  ): Promise<TwoPhaseHistory> {
    return this.#train("trainTwoPhase", model, options);
  }

  async #train<T>(
    name: keyof TrainingFunctions,
    model: LayersModel,
    options: TrainingOptions & WorkerTrainingOptions & { readonly train: LabelledImages },
  ): Promise<T> {
    const schema = { ...OPTIONS[name](), onProgress: callback() };
    const settings = readOptions(name, options, schema as TrainingReaders);
    const { train, validation, callbacks, checkpoint, signal, onProgress, ...rest } = settings;
    checkCompiled(name, model);
    const plain = plainOptions(rest);
    const storeName = checkpoint && storeNameOf(name, checkpoint);
    const abort = new AbortController();
    return this.#exclusive(async () => {
      const onAbort = (): void => {
        this.cancel(signal!.reason);
      };
      let isRunning = false;
      this.#cancel = (reason) => {
        if (abort.signal.aborted) return;
        abort.abort(reason);
        // Fails if the Worker is terminated before it answers: then the run has ended as well.
        if (isRunning) this.#remote.call("cancel").catch(() => undefined);
      };
      let onSent = (): void => undefined;
      this.#sent = new Promise((resolve) => {
        onSent = resolve;
      });
      try {
        signal?.addEventListener("abort", onAbort);
        if (signal?.aborted) onAbort();
        const { checkedSet } = await import("./plain-images.ts");
        const learned = checkedSet(name, "train", train);
        const measured =
          validation === undefined ? undefined : checkedSet(name, "validation", validation);
        await this.#started;
        // Loaded with the first run, and before it: at its end nothing may be missing.
        const { checkModelState } = await import("../../train/checkpoint/check-model-state.ts");
        await checkSavable(name, model);
        const call: TrainCall = {
          name,
          // What is frozen by way of a model around it has to say so itself, to be saved.
          model: await plainModel(withKerasLayers(model), true),
          train: await this.#sets.send(learned),
          validation: measured && (await this.#sets.send(measured)),
          callbacks: callbacks.map(outline),
          checkpoint: checkpoint && { ...withoutStore(checkpoint), storeName: storeName! },
          options: plain,
        };
        abort.signal.throwIfAborted();
        this.#runHook = hookRunner(callbacks, model);
        this.#onProgress = onProgress;
        isRunning = true;
        const run = this.#remote.call<TrainResult>("train", call, call.model.weightData);
        onSent();
        const { result, state, runEnd } = await run;
        await checkModelState(name, model, state);
        await new ModelSnapshot(model, state).restore(name);
        const { optimizer } = modelInternals(model);
        if (isKerasOptimizer(optimizer!)) optimizer.runEnd = runEnd ?? NaN;
        if (result) return result as T;
        throw abort.signal.reason;
      } finally {
        signal?.removeEventListener("abort", onAbort);
        onSent();
        this.#runHook = this.#onProgress = this.#cancel = undefined;
      }
    });
  }

  /** Holds the run after the step under way; resolves when it stands still, or goes on, or is over. */
  async pause(): Promise<void> {
    await this.#sent;
    await this.#remote.call("pause");
  }

  /** Lets a run go on that is held. */
  async resume(): Promise<void> {
    await this.#sent;
    await this.#remote.call("resume");
  }

  /**
   * Ends the run after the step under way; with `checkpoint` it is saved first. Its promise is
   * then rejected with the reason; default an `AbortError`.
   */
  cancel(reason: unknown = new DOMException("the run was cancelled", "AbortError")): void {
    this.#cancel?.(reason);
  }

  /** `evaluate` in the Worker: the same options, the same result, the same errors. */
  async evaluate(
    model: LayersModel,
    set: ImageSet,
    options: EvaluateOptions = {},
  ): Promise<Evaluation> {
    checkImageModel("evaluate", model);
    return this.#exclusive(async () => {
      const { checkedSet } = await import("./plain-images.ts");
      checkedSet("evaluate", "set", set);
      await this.#started;
      const call: EvaluateCall = {
        model: await plainModel(model, false),
        set: await this.#sets.send(set),
        options: plainOptions(options),
      };
      return this.#remote.call("evaluate", call, call.model.weightData);
    });
  }

  /**
   * `predict` in the Worker: the same options, the same result, the same errors.
   * @param images what `predict` takes; a tensor is read and sent as bytes or floats.
   */
  async predict(
    model: LayersModel,
    images: ModelImages,
    options: PredictOptions = {},
  ): Promise<Predictions> {
    const subject = "predict";
    checkImageModel(subject, model);
    return this.#exclusive(async () => {
      const { checkImages, plainImages } = await import("./plain-images.ts");
      checkImages(subject, model, images);
      await this.#started;
      const send = (set: ImageSet): Promise<number> => this.#sets.send(set);
      const { transfer, ...plain } = await plainImages(subject, images, send);
      const sent = await plainModel(model, false);
      const call: PredictCall = { model: sent, ...plain, options: plainOptions(options) };
      return this.#remote.call("predict", call, [...sent.weightData, ...transfer]);
    });
  }

  /** Ends the Worker at once. What it was doing is rejected; checkpoints stay. */
  terminate(): void {
    this.#worker.terminate();
    this.#end(
      new TrainingError({
        subject: SUBJECT,
        expected: "the Worker to live",
        got: "terminate()",
        remedy: "create another trainer, with another Worker",
      }),
    );
  }

  /** Gives the Worker its end of the channel, once it listens. */
  #handOver(port: MessagePort): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#end = (error) => {
        reject(error);
        this.#remote.close(error);
      };
      let isDone = false;
      this.#worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (data !== READY || isDone) return;
        isDone = true;
        this.#worker.postMessage(HELLO, [port]);
        resolve();
      });
      this.#worker.addEventListener("error", (event) => {
        // Later ones are not the trainer's: they come from elsewhere in the Worker's module.
        if (isDone) return;
        this.#end(
          new BackendError({
            subject: SUBJECT,
            expected: "the Worker's module to run",
            got: event.message || "an error without a message, as when it cannot be loaded",
            remedy: "see the console, and have the module call serveTrainer()",
          }),
        );
      });
      this.#worker.postMessage(HELLO);
    });
  }

  async #exclusive<T>(action: () => Promise<T>): Promise<T> {
    check(!this.#busy, SUBJECT, "a trainer that is free", "one at work", "wait, or call cancel()");
    this.#busy = true;
    try {
      return await action();
    } finally {
      this.#busy = false;
    }
  }
}

function withoutStore({ store: _, ...rest }: CheckpointOptions): Omit<CheckpointOptions, "store"> {
  return rest;
}

function storeNameOf(subject: string, { store }: CheckpointOptions): string {
  const name = opfsStoreName(store);
  if (name !== undefined) return name;
  throw new ArgumentError({
    subject,
    expected: "checkpoint.store to be one that a Worker can open, too",
    got: describe(store),
    remedy: "pass opfsCheckpointStore(name)",
  });
}
