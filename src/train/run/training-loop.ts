import { dispose, type Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../../checks.ts";
import type { TrainingError } from "../../errors.ts";
import { modelInternals } from "../../model/internals.ts";
import { prepareOptimizer } from "../../model/optimizers/prepare-optimizer.ts";
import type { TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";
import { CallbackList } from "./callback-list.ts";
import { compiledMetrics, type TrainingStep, trainingStep } from "./compiled-model.ts";
import type { Checkpoint, RunPosition } from "../checkpoint/checkpoint.ts";
import type { RunCheckpoints, RunState } from "../checkpoint/run-checkpoints.ts";
import { evaluateFeed } from "../evaluate.ts";
import { createPause } from "../../runtime/event-loop.ts";
import { type History, HistoryRecorder } from "./history.ts";
import { isScheduled, learningRateOf, setLearningRate } from "../../model/learning-rate.ts";
import { ModelSnapshot } from "../model-snapshot.ts";
import { isMeasured } from "./is-measured.ts";
import { RunningMeans } from "./running-means.ts";
import type { Share } from "../shards/share.ts";
import type { RunPhase, TrainingSettings } from "../train-options.ts";
import { clearStopRequest, isStopRequested, withTfjsAliases } from "./tfjs-callbacks.ts";
import { type ModelCall, tensorsOf, untilAborted } from "../feed/feed.ts";

/** The settings of a run that its loop has to do with. */
type LoopSettings = Pick<
  TrainingSettings,
  "callbacks" | "verbose" | "signal" | "validationFreq" | "labelSmoothing"
>;

/**
 * One run of one or several phases: the loop, and the state that it carries from step to step. All
 * of that state goes into checkpoints and comes back from them, so that a run that goes on makes the
 * calls and the numbers that it would have made without the interruption.
 */
export class TrainingLoop {
  readonly #subject: string;
  readonly #model: LayersModel;
  readonly #optimizer: Optimizer;
  readonly #step: TrainingStep;
  /** Names of what a step gives. */
  readonly #names: readonly string[];
  readonly #phases: readonly RunPhase[];
  readonly #settings: LoopSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #checkpoints: RunCheckpoints | undefined;
  readonly #pause = createPause();

  #callbacks!: CallbackList;
  #position: RunPosition;
  #steps = 0;
  #means: RunningMeans;
  /** The means that callbacks see: those of the last reading that was due, not of one for a save. */
  #logs: Logs = {};
  #secondsBefore = 0;
  #epochBegan = performance.now();
  readonly #histories: HistoryRecorder[] = [];
  /** What is due to be thrown since a loss was not finite. */
  #notFinite: TrainingError | undefined;
  #notFiniteStep = 0;
  /** The state before the last phase was ended: what a run with more epochs goes on from. */
  #unended: RunState | undefined;
  /** What still has to be given back to the callbacks of a run that goes on. */
  #resumed: Checkpoint | undefined;

  constructor(
    { subject, model }: ModelCall,
    phases: readonly RunPhase[],
    settings: LoopSettings,
    checkpoints?: RunCheckpoints,
    share?: Share,
  ) {
    this.#subject = subject;
    this.#model = model;
    this.#optimizer = modelInternals(model).optimizer!;
    const step = trainingStep(subject, model, settings.labelSmoothing);
    this.#step = share?.step(step) ?? step;
    this.#names = ["loss", ...compiledMetrics(model).map(({ name }) => name)];
    this.#phases = phases;
    this.#position = this.#startOf(0);
    this.#settings = settings;
    this.#signal = settings.signal;
    this.#checkpoints = checkpoints;
    this.#means = this.#newMeans();
  }

  /**
   * Runs the phases that are left.
   * @param checkpoint to go on from.
   * @returns the histories of all phases.
   */
  async run(checkpoint?: Checkpoint): Promise<History[]> {
    this.#callbacks = await CallbackList.of(this.#settings.callbacks, this.#publicRun());
    if (checkpoint) await this.#restore(checkpoint);
    const isOver = checkpoint !== undefined && checkpoint.result.length > 0;
    try {
      if (!isOver) await this.#runPhases();
    } finally {
      this.#means.dispose();
      this.#step.dispose();
      for (const { feed, validation } of this.#phases) {
        await feed.close?.();
        await validation?.close?.();
      }
    }
    return this.#histories.map(({ history }) => history);
  }

  async #runPhases(): Promise<void> {
    // Before the first save: what is no longer trained has no state in a checkpoint.
    prepareOptimizer(this.#subject, this.#model);
    await this.#endingRun(async () => {
      clearStopRequest(this.#model);
      await this.#callbacks.call("onTrainBegin", {});
      while (this.#position.phase < this.#phases.length) await this.#runPhase();
      const last = this.#histories.at(-1)?.last;
      await this.#callbacks.call("onTrainEnd", withTfjsAliases({ ...last }));
    });
    if (!this.#unended) return;
    const { weights: result } = await ModelSnapshot.ofWeights(this.#model);
    await this.#checkpoints?.save({ ...this.#unended, result });
  }

  async #runPhase(): Promise<void> {
    const { phase } = this.#position;
    const { epochs } = this.#phases[phase];
    this.#histories[phase] ??= new HistoryRecorder();
    this.#callbacks.setTfjsParams();
    await this.#callbacks.call("onPhaseBegin", phase, {});
    if (!this.#position.begun) await this.#resumeCallbacks();
    // Written before the first step: a store that fails is noticed now, not after hours.
    if (this.#steps === 0 && phase === 0) await this.#save();
    while (
      this.#position.epoch < epochs &&
      // An epoch in which a callback asks to stop is finished nevertheless.
      (!this.#isStopped || this.#position.begun)
    ) {
      await this.#runEpoch();
      if (this.#checkpoints?.isEpochDue(this.#position.epoch)) await this.#save();
    }
    const state = phase === this.#phases.length - 1 ? await this.#state() : undefined;
    // A copy of what callbacks may go on changing.
    this.#unended = state && { ...state, callbacks: structuredClone(state.callbacks) };
    await this.#callbacks.call("onPhaseEnd", phase, {});
    clearStopRequest(this.#model);
    this.#position = this.#startOf(phase + 1);
  }

  /** Tells the callbacks of the end, whatever happens; the first error is the one that counts. */
  async #endingRun(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      await this.#callbacks.endRun().catch(() => undefined);
      throw error;
    }
    await this.#callbacks.endRun();
  }

  #startOf(phase: number): RunPosition {
    const epoch = phase < this.#phases.length ? this.#phases[phase].initialEpoch : 0;
    return { phase, epoch, step: 0, begun: false, stopped: false };
  }

  async #runEpoch(): Promise<void> {
    const { phase, epoch } = this.#position;
    this.#epochBegan = performance.now();
    await this.#callbacks.call("onEpochBegin", epoch, {});
    await this.#resumeCallbacks();
    this.#move({ begun: true });
    await this.#trainEpoch();
    await this.#stopIfAborted();
    const logs = withTfjsAliases({ ...this.#means.logs, ...(await this.#validate()) });
    const seconds = this.#seconds();
    await this.#callbacks.call("onEpochEnd", epoch, logs);
    // With what callbacks have added, as in Keras.
    this.#histories[phase].append(epoch, logs, seconds);
    this.#move({ epoch: epoch + 1, step: 0, begun: false });
    this.#means = this.#newMeans();
    this.#secondsBefore = 0;
  }

  /** The steps that are left of the epoch under way. */
  async #trainEpoch(): Promise<void> {
    const { phase, epoch, step: from } = this.#position;
    const { feed } = this.#phases[phase];
    const isOver = this.#isStopped && from > 0;
    for await (const batch of isOver ? [] : feed.epoch(epoch, from)) {
      const { step } = this.#position;
      const tensors = tensorsOf(batch);
      try {
        await this.#stopIfAborted();
        await this.#callbacks.call("onBatchBegin", step, {});
        this.#means.add(await this.#step.make(tensors), batch.size);
      } finally {
        dispose(tensors);
      }
      const due = step % this.#callbacks.readEvery === 0;
      if (due) await this.#read(step);
      if (due) this.#logs = this.#means.logs;
      await this.#callbacks.call("onBatchEnd", step, withTfjsAliases({ ...this.#logs }));
      if (due) await this.#throwIfNotFinite();
      this.#move({ step: step + 1 });
      this.#steps++;
      if (this.#checkpoints?.isStepDue(this.#steps)) await this.#save();
      await this.#pause();
      if (this.#isStopped) break;
    }
    const { step } = this.#position;
    check(step > 0, this.#subject, "at least one batch of training data", "none", "pass data");
    await this.#read(step - 1);
    await this.#throwIfNotFinite();
  }

  /** The values of the validation data, if there are any. */
  async #validate(): Promise<Logs> {
    const isDue = (this.#position.epoch + 1) % this.#settings.validationFreq === 0;
    const { validation } = this.#phases[this.#position.phase];
    if (!validation || !isDue) return {};
    // The weights are NaN, too: there is nothing to measure.
    if (this.#notFinite) return { val_loss: NaN, val_accuracy: NaN };
    await this.#callbacks.call("onTestBegin", {});
    let logs: Logs = {};
    try {
      const call = { subject: this.#subject, model: this.#model };
      const { loss, accuracy, metrics } = await evaluateFeed(
        call,
        untilAborted(validation, this.#signal),
      );
      logs = { loss, accuracy, ...metrics };
    } catch (error) {
      if (!this.#signal?.aborted) throw error;
    }
    // Called for an aborted one too: some callbacks exchange the weights for the validation.
    await this.#callbacks.call("onTestEnd", { ...logs });
    await this.#stopIfAborted();
    return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
  }

  /** Reads back what is pending, up to a step, and remembers a problem if there is one. */
  async #read(lastStep: number): Promise<void> {
    const stepsBack = await this.#means.read();
    if (stepsBack === -1) return;
    const { epoch } = this.#position;
    this.#notFiniteStep = lastStep - stepsBack;
    const { lossNotFinite } = await import("./failures.ts");
    this.#notFinite ??= lossNotFinite(this.#subject, epoch, this.#notFiniteStep);
  }

  /** Ends the run because of a loss that is not finite, unless a callback has it stop quietly. */
  async #throwIfNotFinite(): Promise<void> {
    if (!this.#notFinite || this.#isStopped) return;
    await this.#callbacks.call("onNonFiniteLoss", this.#notFiniteStep);
    if (!this.#isStopped) throw this.#notFinite;
  }

  /** Between two steps: saves and throws if the signal says so. */
  async #stopIfAborted(): Promise<void> {
    if (!this.#signal?.aborted) return;
    await this.#save();
    this.#signal.throwIfAborted();
  }

  /** Saves the state of the run, which has to be between two steps. */
  async #save(): Promise<void> {
    const state = await this.#state();
    if (state) await this.#checkpoints?.save(state);
  }

  /** What a checkpoint holds; `undefined` where none is to be written. */
  async #state(): Promise<RunState | undefined> {
    if (!this.#checkpoints) return undefined;
    await this.#read(this.#position.step - 1);
    // The run ends when the next reading is due; the last good checkpoint stays the last.
    if (this.#notFinite) return undefined;
    const { weights, optimizer, learningRate } = await ModelSnapshot.of(this.#model);
    return {
      weights,
      optimizer,
      learningRate,
      position: { ...this.#position, stopped: this.#isStopped },
      steps: this.#steps,
      means: { ...this.#means.state, logs: this.#logs },
      seconds: this.#position.begun ? this.#seconds() : 0,
      histories: this.#histories.map(({ history }) => history),
      callbacks: await this.#callbacks.getStates(),
      result: [],
    };
  }

  /** Takes over the state of a checkpoint; the callbacks get theirs later. */
  async #restore(checkpoint: Checkpoint): Promise<void> {
    const { position, steps, means, seconds, histories, callbacks, result } = checkpoint;
    const isOver = result.length > 0;
    if (!isOver) this.#callbacks.checkStates(this.#subject, callbacks);
    const call = { subject: this.#subject, model: this.#model };
    const { checkFits } = await import("../checkpoint/check-fits.ts");
    await checkFits(call, this.#phases, checkpoint, this.#names.length);
    const weights = isOver ? result : checkpoint.weights;
    await new ModelSnapshot(this.#model, { ...checkpoint, weights }).restore(this.#subject);
    this.#position = position;
    this.#steps = steps;
    this.#means.state = means;
    this.#logs = means.logs;
    this.#secondsBefore = seconds;
    this.#histories.push(...histories.map((history) => HistoryRecorder.of(history)));
    this.#resumed = checkpoint;
  }

  /** Gives the callbacks back what they had when the checkpoint was written. */
  async #resumeCallbacks(): Promise<void> {
    if (!this.#resumed) return;
    const { callbacks, learningRate } = this.#resumed;
    this.#resumed = undefined;
    await this.#callbacks.setStates(callbacks);
    // What callbacks did to it on the way here, they had done before.
    if (learningRate !== null) setLearningRate(this.#subject, this.#optimizer, learningRate);
  }

  /** Whether a callback has asked for the end, in this library's way or in that of TensorFlow.js. */
  get #isStopped(): boolean {
    return this.#position.stopped || isStopRequested(this.#model);
  }

  /** What callbacks may know and do. */
  #publicRun(): TrainingRun {
    const subject = this.#subject;
    const optimizer = this.#optimizer;
    // Behind the last phase it is still the last one.
    const phase = (): number => Math.min(this.#position.phase, this.#phases.length - 1);
    const current = (): RunPhase => this.#phases[phase()];
    const isStopping = (): boolean => this.#isStopped;
    const { validationFreq } = this.#settings;
    return {
      model: this.#model,
      verbose: this.#settings.verbose,
      validationFreq: this.#phases.some((each) => isMeasured(each, validationFreq))
        ? validationFreq
        : undefined,
      get phase() {
        return phase();
      },
      get epochs() {
        return current().epochs;
      },
      get steps() {
        return current().feed.steps;
      },
      get learningRate() {
        return learningRateOf(optimizer);
      },
      set learningRate(value) {
        setLearningRate(subject, optimizer, value);
      },
      isScheduled: isScheduled(optimizer),
      get isStopping() {
        return isStopping();
      },
      stopTraining: () => {
        this.#move({ stopped: true });
      },
    };
  }

  #move(change: Partial<RunPosition>): void {
    this.#position = { ...this.#position, ...change };
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#epochBegan) / 1000;
  }

  #newMeans(): RunningMeans {
    this.#logs = {};
    return new RunningMeans(this.#names);
  }
}
