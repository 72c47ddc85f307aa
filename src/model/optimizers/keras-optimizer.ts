/**
 * What Keras's optimizers have in common around their own rule: gradient accumulation, clipping,
 * decoupled weight decay, in this order; and how their settings and state are saved.
 */
import {
  add,
  div,
  engine,
  mul,
  Optimizer,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { BRAND, brandOf } from "../../runtime/brand.ts";
import { checkNumber } from "../../checks.ts";
import type { NamedTensor, NamedVariableMap } from "../internals.ts";
import { type NamedArray, toArray, toTensor, wholeNumber } from "../named-array.ts";
import { clipGradients } from "./clip-gradients.ts";
import { checkOptimizerOptions, type OptimizerOptions } from "./optimizer-options.ts";
import type { OptimizedWeight } from "./owners.ts";
import {
  disposedByReading,
  fromStock,
  stepsIn,
  type StockForm,
  type StockSlot,
  toStock,
} from "./tfjs-form.ts";
import { VariableState } from "./variable-state.ts";

/** A variable with what its update takes. */
export interface Update {
  readonly variable: Variable;
  readonly gradient: Tensor;
  /** The variable's state, in the order of the optimizer's slot names. */
  readonly slots: readonly Variable[];
}

/** Settings as they stand in a file. */
type Settings = Readonly<Record<string, number | boolean | string | readonly string[]>>;

/** The settings of an optimizer of this library: which one it is, and its options. */
export interface OwnSettings extends Settings {
  readonly optimizer: "adam" | "sgd";
  readonly learningRate: number;
}

/**
 * An optimizer with Keras's rules. It saves under the name of the optimizer of TensorFlow.js that
 * stands nearest to it, converted so that plain TensorFlow.js makes the same next step; `loadModel`
 * gives it back as it was, bit for bit (decision 5).
 *
 * State belongs to its variable, not to a position: freezing a layer does not mix anything up. The
 * state of a variable that is no longer trained is given up.
 */
export abstract class KerasOptimizer extends Optimizer {
  /** The public name of what makes it. */
  protected abstract readonly ownName: OwnSettings["optimizer"];
  readonly #subject: string;
  readonly #options: Omit<OptimizerOptions, "learningRate">;
  readonly #slotNames: readonly string[];
  #learningRate: number;
  readonly #state: VariableState;

  /** @param slotNames of the tensors that the rule keeps for each variable. */
  constructor(
    subject: string,
    slotNames: readonly string[],
    options: Omit<OptimizerOptions, "learningRate">,
    learningRate: number,
  ) {
    super();
    checkOptimizerOptions(subject, options);
    checkNumber(subject, "learningRate", learningRate, { min: 0 });
    this.#subject = subject;
    this.#learningRate = learningRate;
    this.#slotNames = slotNames;
    this.#options = options;
    this.#state = new VariableState(slotNames, this.#stepsPerUpdate > 1);
  }

  /** @internal */
  get [BRAND](): string {
    return "KerasOptimizer";
  }

  /** Takes effect from the next update on; a finite number of at least 0. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    checkNumber(this.#subject, "learningRate", value, { min: 0 });
    this.#learningRate = value;
  }

  /**
   * Gives each of these weights its state, zeros where it has none, and gives up that of all others.
   * Called when a model is compiled, when a run begins, and by the first step.
   * @throws {DataError} if a state was set before, and none of it is theirs.
   */
  build(weights: readonly OptimizedWeight[]): void {
    this.#state.build(this.#subject, weights);
  }

  /** All of its settings, as {@link restoreOptimizer} takes them. */
  get settings(): OwnSettings {
    const given = Object.entries(this.#options).filter(([, value]) => value !== undefined);
    return {
      optimizer: this.ownName,
      learningRate: this.learningRate,
      ...(Object.fromEntries(given) as Settings),
      ...this.ruleSettings(),
    };
  }

  /** The options of the rule. */
  protected abstract ruleSettings(): Settings;

  /**
   * What TensorFlow.js's class of the same name takes to make the same next step.
   * @param t number of the next update, from 1.
   */
  protected abstract stockSettings(t: number): Settings;

  /** What that class keeps for each variable. */
  protected abstract stockSlots(): readonly StockSlot[];

  /**
   * Updates variables and slots in place, inside of a tidy.
   * @param t number of the update, from 1.
   */
  protected abstract update(updates: readonly Update[], t: number): void;

  override applyGradients(gradients: NamedVariableMap | NamedTensor[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const steps = this.#stepsPerUpdate;
    // Whether or not it has a gradient yet: the order of a state is that of the variables.
    const names = list.map(({ name }) => name);
    const variableOf = (name: string): Variable => engine().registeredVariables[name];
    if (!this.#state.isFor(names)) {
      this.#state.build(
        this.#subject,
        names.map((name) => ({ variable: variableOf(name) })),
      );
    }
    const isDue = (this.iterations + 1) % steps === 0;
    tidy(() => {
      const present = list.filter(({ tensor }) => tensor != null);
      if (steps > 1 && !isDue) {
        for (const { name, tensor } of present) {
          const sum = this.#state.slots(name).at(-1)!;
          sum.assign(add(sum, tensor));
        }
        return;
      }
      const updates = present.map(({ name, tensor }) => ({
        variable: variableOf(name),
        gradient: steps > 1 ? this.#meanGradient(name, tensor, steps) : tensor,
        slots: this.#state.slots(name).slice(0, this.#slotNames.length),
      }));
      const clipped = clipGradients(
        updates.map(({ gradient }) => gradient),
        this.#options,
      );
      this.#decay(updates);
      this.update(
        updates.map((update, i) => ({ ...update, gradient: clipped[i] })),
        this.#nextUpdate,
      );
    });
    this.incrementIterations();
  }

  /** Gives its state up; another step would begin with a new one. */
  override dispose(): void {
    this.#state.dispose();
  }

  /**
   * All that it remembers, as it is: the number of steps, then each slot of all variables; between
   * two updates the sums of gradients as well.
   */
  async readState(): Promise<NamedArray[]> {
    const isBetween = this.iterations % this.#stepsPerUpdate > 0;
    return [wholeNumber("iter", this.iterations), ...(await this.#state.read(isBetween))];
  }

  /**
   * Takes such a state over in place of its own.
   * @throws {DataError} if the number of steps is none, or it is not the state of its weights.
   */
  writeState([iterations, ...state]: readonly NamedArray[]): void {
    this.iterations_ = stepsIn(this.#subject, iterations);
    this.#state.write(this.#subject, state);
  }

  /** The state as TensorFlow.js's class keeps it; each of these tensors can be read once. */
  override async getWeights(): Promise<NamedTensor[]> {
    const stock = toStock(await this.readState(), this.#stockForm);
    return stock.map((array) => ({ name: array.name, tensor: disposedByReading(toTensor(array)) }));
  }

  /** Takes over a state in the form of `getWeights`, also one of TensorFlow.js's own class. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const arrays = await Promise.all(weights.map(({ name, tensor }) => toArray(name, tensor)));
    this.writeStockState(arrays);
  }

  /** The same of plain arrays. */
  writeStockState(arrays: readonly NamedArray[]): void {
    this.writeState(fromStock(this.#subject, arrays, this.#stockForm));
  }

  /** The settings of TensorFlow.js's class, and under a name that it ignores those of this one. */
  override getConfig(): ReturnType<Optimizer["getConfig"]> {
    const config = { ...this.stockSettings(this.#nextUpdate), [SETTINGS_KEY]: this.settings };
    return config as unknown as ReturnType<Optimizer["getConfig"]>;
  }

  /** How many tensors a state may have for each variable: between two updates one more. */
  get slotsPerVariable(): readonly number[] {
    const { length } = this.#slotNames;
    return this.#stepsPerUpdate === 1 ? [length] : [length, length + 1];
  }

  get #stepsPerUpdate(): number {
    return this.#options.gradientAccumulationSteps ?? 1;
  }

  /** Number of the update that the next step makes or takes part in, from 1. */
  get #nextUpdate(): number {
    return Math.floor(this.iterations / this.#stepsPerUpdate) + 1;
  }

  get #stockForm(): StockForm {
    return { slots: this.stockSlots(), stepsPerUpdate: this.#stepsPerUpdate };
  }

  #meanGradient(name: string, gradient: Tensor, steps: number): Tensor {
    const sum = this.#state.slots(name).at(-1)!;
    const mean = div(add(gradient, sum), steps);
    sum.assign(zerosLike(sum));
    return mean;
  }

  #decay(updates: readonly Update[]): void {
    const { weightDecay = 0, excludeFromWeightDecay = [] } = this.#options;
    if (weightDecay === 0) return;
    for (const { variable } of updates) {
      if (excludeFromWeightDecay.some((part) => variable.name.includes(part))) continue;
      variable.assign(mul(variable, 1 - weightDecay * this.learningRate));
    }
  }
}

/** Whether an optimizer is one of this library, of whichever copy of the package. */
export function isKerasOptimizer(optimizer: Optimizer): optimizer is KerasOptimizer {
  // Not instanceof, which TensorFlow.js has answer yes for every optimizer.
  return brandOf(optimizer) === "KerasOptimizer";
}

/** Name of the setting that holds those of this library. */
export const SETTINGS_KEY = "cifarKit";
