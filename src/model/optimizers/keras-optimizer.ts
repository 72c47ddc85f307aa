/**
 * What Keras's optimizers have in common around their own rule: gradient accumulation, clipping,
 * decoupled weight decay, in this order, and state kept by variable.
 */
import {
  add,
  dispose,
  div,
  engine,
  mul,
  Optimizer,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { BRAND } from "../../brand.ts";
import { check, checkInteger, checkNumber, checkOptions, describe } from "../../checks.ts";
import { TrainingError } from "../../errors.ts";
import type { NamedTensor, NamedVariableMap } from "../internals.ts";
import { clipGradients } from "./clip-gradients.ts";

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** At least 0; the default depends on the optimizer. */
  readonly learningRate?: number;
  /**
   * Share of a weight, times the learning rate, that every update takes away from it; at least 0;
   * default 0, for `adamW` 0.004. Decoupled from the gradient, as in AdamW.
   */
  readonly weightDecay?: number;
  /** Weights whose name contains one of these stay, e.g. `["bias", "gamma", "beta"]`; default none. */
  readonly excludeFromWeightDecay?: readonly string[];
  /** Shortens the gradient of each weight to this norm; above 0; default none. */
  readonly clipNorm?: number;
  /** Cuts every element of a gradient to [-clipValue, clipValue]; above 0; default none. */
  readonly clipValue?: number;
  /** Shortens all gradients together to this norm; above 0; default none. */
  readonly globalClipNorm?: number;
  /** Steps whose mean gradient makes one update; at least 1; default 1. */
  readonly gradientAccumulationSteps?: number;
}

/** The names of {@link OptimizerOptions}. */
export const OPTIMIZER_OPTIONS = [
  "learningRate",
  "weightDecay",
  "excludeFromWeightDecay",
  "clipNorm",
  "clipValue",
  "globalClipNorm",
  "gradientAccumulationSteps",
] as const;

/** A variable with what its update takes. */
export interface Update {
  readonly variable: Variable;
  readonly gradient: Tensor;
  /** The variable's state, in the order of the optimizer's slot names. */
  readonly slots: readonly Variable[];
}

/**
 * An optimizer with Keras's rules. It saves and loads under the name of the optimizer of
 * TensorFlow.js that stands nearest to it, so that plain TensorFlow.js loads such a model, too.
 *
 * State belongs to its variable, not to a position: freezing a layer does not mix anything up. The
 * state of a variable that is no longer trained is given up. Being restored from saved weights, an
 * optimizer goes on with the same bits.
 */
export abstract class KerasOptimizer extends Optimizer {
  /** Takes effect from the next update on. */
  learningRate: number;
  readonly #options: Omit<OptimizerOptions, "learningRate">;
  readonly #slotNames: readonly string[];
  #slots = new Map<string, readonly Variable[]>();
  #accumulators = new Map<string, Variable>();
  #restored: NamedTensor[] = [];

  /** @param slotNames of the tensors that the rule keeps for each variable. */
  constructor(
    subject: string,
    slotNames: readonly string[],
    options: Omit<OptimizerOptions, "learningRate">,
    learningRate: number,
  ) {
    super();
    checkOptimizerOptions(subject, options);
    this.learningRate = learningRate;
    checkNumber(subject, "learningRate", learningRate, { min: 0 });
    this.#slotNames = slotNames;
    this.#options = options;
  }

  /** @internal */
  get [BRAND](): string {
    return "KerasOptimizer";
  }

  /**
   * Updates variables and slots in place, inside of a tidy.
   * @param t number of the update, from 1.
   */
  protected abstract update(updates: readonly Update[], t: number): void;

  override applyGradients(gradients: NamedVariableMap | NamedTensor[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const { gradientAccumulationSteps: steps = 1 } = this.#options;
    // Every variable gets its state at the first step, whether or not it has a gradient yet: that
    // keeps the order of the saved weights the order of the variables.
    this.#track(list.map(({ name }) => name));
    const isDue = (this.iterations + 1) % steps === 0;
    tidy(() => {
      const present = list.filter(({ tensor }) => tensor != null);
      if (steps > 1 && !isDue) {
        for (const { name, tensor } of present) {
          const sum = this.#accumulators.get(name)!;
          sum.assign(add(sum, tensor));
        }
        return;
      }
      const updates = present.map(({ name, tensor }) => ({
        variable: engine().registeredVariables[name],
        gradient: steps > 1 ? this.#meanGradient(name, tensor, steps) : tensor,
        slots: this.#slots.get(name)!,
      }));
      const clipped = clipGradients(
        updates.map(({ gradient }) => gradient),
        this.#options,
      );
      this.#decay(updates);
      this.update(
        updates.map((update, i) => ({ ...update, gradient: clipped[i] })),
        Math.floor(this.iterations / steps) + 1,
      );
    });
    this.incrementIterations();
  }

  override dispose(): void {
    for (const slots of this.#slots.values()) dispose([...slots]);
    dispose([...this.#accumulators.values()]);
    dispose(this.#restored.map(({ tensor }) => tensor));
    this.#slots = new Map();
    this.#accumulators = new Map();
    this.#restored = [];
  }

  /** The number of steps, then each slot of all variables; between two updates the sums as well. */
  override async getWeights(): Promise<NamedTensor[]> {
    const iterations = await this.saveIterations();
    if (this.#restored.length > 0) return [iterations, ...this.#restored];
    const { gradientAccumulationSteps: steps = 1 } = this.#options;
    const slots = this.#slotNames.flatMap((slot, i) =>
      [...this.#slots].map(([name, ofVariable]) => ({
        name: `${name}/${slot}`,
        tensor: ofVariable[i],
      })),
    );
    const sums = [...this.#accumulators].map(([name, tensor]) => ({
      name: `${name}/${ACCUMULATOR}`,
      tensor,
    }));
    return [iterations, ...slots, ...(this.iterations % steps === 0 ? [] : sums)];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const restored = await this.extractIterations(weights);
    // The variables that these belong to show up at the next step; until then they wait as copies,
    // made before the present state goes: the weights may be that state itself.
    const copies = restored.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    copies.forEach(({ tensor }) => engine().keep(tensor));
    this.dispose();
    this.#restored = copies;
  }

  override getConfig(): Record<string, number | boolean | string[]> {
    const given = Object.entries(this.#options).filter(([, value]) => value !== undefined);
    return { learningRate: this.learningRate, ...Object.fromEntries(given) };
  }

  #meanGradient(name: string, gradient: Tensor, steps: number): Tensor {
    const sum = this.#accumulators.get(name)!;
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

  /** Gives each of these variables its state, and gives up that of all others. */
  #track(names: readonly string[]): void {
    const { gradientAccumulationSteps: steps = 1 } = this.#options;
    const known = names.length === this.#slots.size && names.every((name) => this.#slots.has(name));
    if (known && this.#restored.length === 0) return;
    const zerosFor = (name: string): Variable =>
      tidy(() => zerosLike(engine().registeredVariables[name]).variable(false));
    const [slots, accumulators] = [this.#slots, this.#accumulators];
    this.#slots = new Map(
      names.map((name) => [name, slots.get(name) ?? this.#slotNames.map(() => zerosFor(name))]),
    );
    this.#accumulators = new Map(
      steps === 1 ? [] : names.map((name) => [name, accumulators.get(name) ?? zerosFor(name)]),
    );
    for (const [name, left] of slots) if (!this.#slots.has(name)) dispose([...left]);
    for (const [name, left] of accumulators) if (!this.#accumulators.has(name)) left.dispose();
    if (this.#restored.length > 0) this.#restore(names);
  }

  /**
   * Hands restored state to its variables: by name where the names agree, and what is left over
   * then is given up; else by position (a second model in one process gets other variable names for
   * the same layers).
   */
  #restore(names: readonly string[]): void {
    const restored = this.#restored;
    const hasSums = restored.some(({ name }) => name.endsWith(`/${ACCUMULATOR}`));
    const places = [
      ...this.#slotNames.flatMap((slot, i) =>
        names.map((name) => ({ name: `${name}/${slot}`, variable: this.#slots.get(name)![i] })),
      ),
      ...(hasSums ? [...this.#accumulators] : []).map(([name, variable]) => ({
        name: `${name}/${ACCUMULATOR}`,
        variable,
      })),
    ];
    const byName = new Map(restored.map(({ name, tensor }) => [name, tensor]));
    const named = places.every(({ name }) => byName.has(name));
    if (!named && restored.length !== places.length) {
      throw new TrainingError({
        subject: this.getClassName(),
        expected: `saved state for the ${names.length} weights that are trained`,
        got: `${restored.length} tensors`,
        remedy: "train the same layers as when the state was saved, or compile the model anew",
      });
    }
    places.forEach(({ name, variable }, i) => {
      variable.assign(named ? byName.get(name)! : restored[i].tensor);
    });
    dispose(restored.map(({ tensor }) => tensor));
    this.#restored = [];
  }
}

const ACCUMULATOR = "gradient_accumulator";

function checkOptimizerOptions(
  subject: string,
  options: Omit<OptimizerOptions, "learningRate">,
): void {
  const { weightDecay, excludeFromWeightDecay, gradientAccumulationSteps } = options;
  if (weightDecay !== undefined) checkNumber(subject, "weightDecay", weightDecay, { min: 0 });
  if (gradientAccumulationSteps !== undefined) {
    checkInteger(subject, "gradientAccumulationSteps", gradientAccumulationSteps, { min: 1 });
  }
  check(
    excludeFromWeightDecay === undefined ||
      (Array.isArray(excludeFromWeightDecay) &&
        excludeFromWeightDecay.every((part) => typeof part === "string")),
    subject,
    "excludeFromWeightDecay to be a list of parts of names",
    describe(excludeFromWeightDecay),
    'pass e.g. ["bias", "gamma", "beta"]',
  );
  const clips = (["clipNorm", "clipValue", "globalClipNorm"] as const).filter(
    (name) => options[name] !== undefined,
  );
  for (const name of clips) {
    checkNumber(subject, name, options[name], { min: 0, exclusiveMin: true });
  }
  check(
    clips.length <= 1,
    subject,
    "at most one of clipNorm, clipValue and globalClipNorm",
    clips.join(" and "),
    "leave out all but one",
  );
}

/** Checks the names of an optimizer's options, its own among them. */
export function checkOptimizerNames(
  subject: string,
  options: unknown,
  own: readonly string[],
): void {
  checkOptions(subject, options, [...OPTIMIZER_OPTIONS, ...own]);
}
