import * as tf from "@tensorflow/tfjs-core";
import { modelInternals } from "../../model/internals.ts";
import { isKerasOptimizer } from "../../model/optimizers/keras-optimizer.ts";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { type Augmenter, augmenter } from "../../augment/augmenter.ts";
import { check } from "../../checks.ts";
import { func, reader, readOptions } from "../../options.ts";
import { messageOf } from "../../text/describe.ts";
import { BackendError } from "../../errors.ts";
import { loadModel } from "../../model/load-model.ts";
import type { Callback } from "../../train/callback.ts";
import { evaluate, type Evaluation } from "../../train/evaluate.ts";
import { ModelSnapshot } from "../../train/model-snapshot.ts";
import type { Predictions } from "../../train/outputs.ts";
import { train, trainPhase, trainTwoPhase } from "../../train/train.ts";
import type { TrainPhaseOptions } from "../../train/train-options.ts";
import { remoteCallback } from "./callback-calls.ts";
import { DeviceWatch } from "./device-loss.ts";
import { SetReceiver } from "./image-sets.ts";
import {
  type EvaluateCall,
  HELLO,
  type PredictCall,
  READY,
  type TrainCall,
  type TrainerInfo,
  type TrainingFunctions,
  type TrainResult,
  type WorkerCalls,
} from "./protocol.ts";
import type { PlainModel } from "./plain-model.ts";
import { fullOptions } from "./plain-options.ts";
import { Remote, Transferred } from "./remote.ts";
import { StepGate } from "./step-gate.ts";

/** Options of {@link serveTrainer}: what a Worker has to bring along, as messages cannot carry it. */
export interface ServeTrainerOptions {
  /**
   * For each backend that the page may ask for, what makes it ready: registers it or imports its
   * package. Backends that are registered already need no entry.
   */
  readonly backends?: Readonly<Record<string, () => unknown>>;
  /**
   * Makes the callbacks of a run that need the model while it is trained, such as `earlyStopping`
   * with `restoreBestWeights`. They come before those of the page.
   */
  readonly callbacks?: () => readonly Callback[];
  /**
   * For an augmentation with functions: takes the place of that of `trainPhase` and of the second phase
   * of `trainTwoPhase`, and of each one in the phases of `train`.
   */
  readonly augmentation?: Augmenter;
}

const SUBJECT = "serveTrainer";

const FUNCTIONS: TrainingFunctions = { train, trainPhase, trainTwoPhase };

/** The part of a Worker's global scope that is used here. */
interface WorkerScope {
  postMessage?(message: unknown): void;
  addEventListener?(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
}

/**
 * Makes a Worker the one that trains for `createTrainer`. Call it once, in the Worker's own module:
 *
 *     serveTrainer({ backends: { simd: () => registerSimdBackend() } });
 *
 * @throws {ArgumentError} if an option is wrong.
 */
export function serveTrainer(options: ServeTrainerOptions = {}): void {
  const settings = readOptions(SUBJECT, options, {
    backends: reader({ default: {} }, readBackends),
    callbacks: func<() => readonly Callback[], { optional: true }>(
      "pass e.g. () => [earlyStopping()]",
      { optional: true },
    ),
    augmentation: augmenter({ optional: true }),
  });
  const scope = globalThis as unknown as WorkerScope;
  check(
    typeof scope.addEventListener === "function",
    SUBJECT,
    "a Worker, which gets messages of its page",
    "none",
    "call it in the Worker's own module",
  );
  scope.addEventListener("message", ({ data, ports: [port] }) => {
    if (data !== HELLO) return;
    if (port) new TrainerServer(port, settings);
    else scope.postMessage?.(READY);
  });
  // Whichever of the two is there first, page or Worker: one of the two greetings arrives.
  scope.postMessage?.(READY);
}

function readBackends(
  backends: unknown,
  subject: string,
  name: string,
): NonNullable<ServeTrainerOptions["backends"]> {
  for (const [backend, start] of Object.entries(Object(backends) as object)) {
    func("pass e.g. () => registerSimdBackend()")(start, subject, `${name}.${backend}`);
  }
  return backends as Readonly<Record<string, () => unknown>>;
}

class TrainerServer {
  readonly #options: ServeTrainerOptions;
  readonly #remote: Remote;
  readonly #sets = new SetReceiver();
  #watch: DeviceWatch | undefined;
  #gate: StepGate | undefined;
  #abort = new AbortController();

  constructor(port: MessagePort, options: ServeTrainerOptions) {
    this.#options = options;
    const calls: { readonly [Name in keyof WorkerCalls]: (argument: never) => unknown } = {
      start: (backend: string | undefined) => this.#start(backend),
      openSet: (outline: Parameters<SetReceiver["open"]>[0]) => {
        this.#sets.open(outline);
      },
      fillSet: (part: Parameters<SetReceiver["fill"]>[0]) => {
        this.#sets.fill(part);
      },
      dropSet: (id: number) => {
        this.#sets.drop(id);
      },
      train: (call: TrainCall) => this.#train(call),
      pause: () => this.#gate?.pause(),
      resume: () => this.#gate?.resume(),
      cancel: () => {
        this.#abort.abort();
        this.#gate?.resume();
      },
      evaluate: (call: EvaluateCall) => this.#evaluate(call),
      predict: (call: PredictCall) => this.#predict(call),
    };
    this.#remote = new Remote(port, calls);
  }

  async #start(name: string | undefined): Promise<TrainerInfo> {
    if (name !== undefined) {
      try {
        await this.#options.backends?.[name]?.();
        if (!(await tf.setBackend(name))) throw new Error("it did not start");
      } catch (cause) {
        throw new BackendError({
          subject: "createTrainer",
          expected: `the backend "${name}" to start in the Worker`,
          got: messageOf(cause),
          remedy:
            "choose another one (recommendBackend tells what this browser has), or see to it in " +
            "serveTrainer({ backends })",
          cause,
        });
      }
    }
    await tf.ready();
    this.#watch = new DeviceWatch("createTrainer");
    const { threads = 1 } = tf.backend() as { threads?: number };
    return { backend: tf.getBackend(), threads };
  }

  async #train(call: TrainCall): Promise<Transferred> {
    const { name, callbacks, checkpoint } = call;
    // Before anything is waited for: the page may pause or cancel at once.
    const { signal } = (this.#abort = new AbortController());
    const gate = new StepGate(call.options.batchSize as number, (progress) =>
      this.#remote.call("progress", progress),
    );
    this.#gate = gate;
    try {
      const options = await this.#fullOptions(call);
      return await this.#withModel(call.model, async (model) => {
        const functions: Readonly<Record<string, typeof trainPhase>> = FUNCTIONS as never;
        const run = functions[name](model, {
          ...options,
          train: this.#sets.get(call.train),
          ...(call.validation !== undefined && { validation: this.#sets.get(call.validation) }),
          ...(checkpoint && { checkpoint: await this.#checkpoint(checkpoint) }),
          callbacks: [
            ...(this.#options.callbacks?.() ?? []),
            ...callbacks.map((outline, index) =>
              remoteCallback(outline, index, (hook) => this.#remote.call("hook", hook)),
            ),
            gate,
          ],
          signal,
        });
        const result = await run.catch((error: unknown) => {
          // The page knows why it cancelled; what was learned until then it gets all the same.
          if (signal.aborted && error === signal.reason) return undefined;
          throw error;
        });
        const { weights, optimizer, learningRate } = await ModelSnapshot.of(model);
        this.#watch!.throwIfLost();
        const { optimizer: own } = modelInternals(model);
        const runEnd = isKerasOptimizer(own!) ? own.runEnd : undefined;
        const answer: TrainResult = { result, state: { weights, optimizer, learningRate }, runEnd };
        return new Transferred(
          answer,
          [...weights, ...optimizer].map(({ values }) => values.buffer as ArrayBuffer),
        );
      });
    } finally {
      gate.resume();
      this.#gate = undefined;
    }
  }

  /** The options of a run, with this Worker's augmentation if it has one of its own. */
  async #fullOptions({ name, options }: TrainCall): Promise<TrainPhaseOptions> {
    const { augmentation } = this.#options;
    const full = await fullOptions(options, augmentation);
    // What `train` is to augment its phases say.
    const isWhole = augmentation && name !== "train";
    return { ...full, ...(isWhole && { augmentation }) } as unknown as TrainPhaseOptions;
  }

  async #checkpoint({ storeName, ...rest }: NonNullable<TrainCall["checkpoint"]>) {
    // Loaded with the first run that is saved.
    const { opfsCheckpointStore } = await import("../opfs-checkpoint-store.ts");
    return { ...rest, store: this.#watch!.guard(opfsCheckpointStore(storeName)) };
  }

  #evaluate({ model, set, options }: EvaluateCall): Promise<Evaluation> {
    return this.#withModel(model, (loaded) =>
      fullOptions(options).then((full) => evaluate(loaded, this.#sets.get(set), full)),
    );
  }

  #predict({ model, images, options }: PredictCall): Promise<Predictions> {
    const given = typeof images === "number" ? this.#sets.get(images) : images;
    return this.#withModel(model, async (loaded) => {
      // Loaded with the first prediction: a Worker that trains needs none of it.
      const { predict } = await import("../../train/predict.ts");
      return predict(loaded, given, await fullOptions(options));
    });
  }

  /** Does something with a model of the page; is rejected when the device is lost meanwhile. */
  async #withModel<T>(
    artifacts: PlainModel,
    action: (model: LayersModel) => Promise<T>,
  ): Promise<T> {
    const watch = this.#watch!;
    watch.throwIfLost();
    const model = await loadModel({ load: () => Promise.resolve(artifacts) });
    try {
      return await Promise.race([watch.lost, action(model)]);
    } finally {
      model.dispose();
    }
  }
}
