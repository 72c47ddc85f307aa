/**
 * What Keras's optimizers have in common around their own rule: gradient accumulation, clipping,
 * weight decay, in this order; and how their settings and state are saved.
 */
import {
  add,
  div,
  engine,
  mul,
  Optimizer,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { attempt, check, checkNumber } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { BRAND, brandOf } from "../../brand.ts";
import type { NamedTensor, NamedVariableMap } from "../internals.ts";
import { type NamedArray, toArray, toTensor, wholeNumber } from "../named-array.ts";
import { clipGradients } from "./clip-gradients.ts";
import { isSchedule, type LearningRate, rateAt } from "./schedule.ts";
import type { OptimizerSettings } from "./optimizer-options.ts";
import type { OptimizedWeight } from "./owners.ts";
import { settingsToJson } from "./settings-json.ts";
import {
  disposedWhenRead,
  fromStock,
  MAX_STEPS,
  stepsIn,
  type StockForm,
  type StockSlot,
  toStock,
} from "./tfjs-form.ts";
import { VariableState } from "./variable-state.ts";
import { groupsOf, type WeightGroup } from "./weight-groups.ts";

/** A variable with what its update takes. */
export interface Update {
  readonly variable: Variable;
  readonly gradient: Tensor;
  /** The variable's state, in the order of the optimizer's slot names. */
  readonly slots: readonly Variable[];
}

/** The rules that a file can name. */
export type RuleName = "adam" | "muon" | "sgd";

/**
 * An optimizer with Keras's rules. It saves under the name of the optimizer of TensorFlow.js that
 * stands nearest to it, converted so that plain TensorFlow.js makes the same next step; `loadModel`
 * gives it back as it was, bit for bit (decision 5).
 *
 * A rule is a subclass: its options, the names of its slots, and `update`; and the form in which
 * TensorFlow.js knows it. State belongs to its variable, not to a position: freezing a layer does not mix
 * anything up. The state of a variable that is no longer trained is given up.
 */
export abstract class KerasOptimizer<
  Settings extends OptimizerSettings = OptimizerSettings,
  Group extends WeightGroup = WeightGroup,
> extends Optimizer {
  /** Of how many steps schedules are: those that there will be when the run ends; NaN before the first. */
  runEnd = NaN;
  /** The options of the rule, and all others but the learning rate, which may change. */
  protected readonly options: Omit<Settings, "learningRate">;
  /** Its public name, for messages. */
  protected readonly subject: string;
  readonly #rule: RuleName;
  readonly #slotNames: readonly string[];
  readonly #state: VariableState;
  readonly #initialRate: LearningRate;
  #learningRate: LearningRate;
  /** The weights of the models that it has been for, frozen ones included, and those of the present one. */
  #known?: WeakSet<Variable>;
  #present = new WeakSet<Variable>();
  /** What the weights that it was built for are called, and the group of each, by their variables. */
  #names: ReadonlyMap<string, string> = new Map();
  #groups: ReadonlyMap<string, Group | undefined> = new Map();

  /**
   * @param rule under which a file names it.
   * @param subject its public name, for messages.
   * @param slotNames of the tensors that the rule keeps for each variable.
   */
  constructor(rule: RuleName, subject: string, settings: Settings, slotNames: readonly string[]) {
    super();
    const { learningRate, ...options } = settings;
    this.options = options;
    this.#rule = rule;
    this.subject = subject;
    this.#initialRate = this.#learningRate = learningRate;
    this.#slotNames = slotNames;
    this.#state = new VariableState(slotNames, this.#stepsPerUpdate > 1);
  }

  /** @internal */
  get [BRAND](): string {
    return "KerasOptimizer";
  }

  /** That of the next step. Set, a finite number of at least 0, it takes effect from then on. */
  get learningRate(): number {
    return this.#rateOf();
  }

  /** @throws {ArgumentError} if there is a schedule, as in Keras. */
  set learningRate(value: number) {
    checkNumber(this.subject, "learningRate", value, { min: 0 });
    if (this.isScheduled) throw rateIsScheduled(this.subject);
    this.#learningRate = value;
  }

  /** Whether the learning rate is a schedule, so that it cannot be set. */
  get isScheduled(): boolean {
    return typeof this.#learningRate === "function";
  }

  /** Whether a schedule asks how many steps the run has. */
  get followsRun(): boolean {
    const rates = [this.#learningRate, ...this.options.groups.map((group) => group.learningRate)];
    return rates.some((rate) => {
      if (typeof rate !== "function") return false;
      // Of ours behind every warm-up; a function of somebody else's may know its own steps only.
      const step = isSchedule(rate) ? MAX_STEPS : this.iterations;
      const found = attempt(() => rate(step, NaN));
      return found === undefined || Number.isNaN(found);
    });
  }

  /**
   * Gives each of these weights its state, zeros where it has none, and gives up that of all others.
   * Called when a model is compiled, when a run begins, and by the first step.
   * @param all weights of the model, frozen ones included; default unknown.
   * @throws {DataError} if a state was set before, and none of it is theirs.
   * @throws {ArgumentError} if it was built for another model, or a group has no weights.
   */
  build(weights: readonly OptimizedWeight[], all?: readonly OptimizedWeight[]): void {
    const names = (all ?? weights).map(({ name }) => name);
    const groups = groupsOf(this.subject, this.options.groups, names, all !== undefined);
    const variables = (all ?? weights).map(({ variable }) => variable);
    this.#checkKnown(variables);
    this.#state.build(this.subject, weights);
    this.#known ??= new WeakSet();
    if (all) this.#present = new WeakSet();
    for (const variable of variables) {
      this.#known.add(variable);
      this.#present.add(variable);
    }
    this.#names = new Map(weights.map(({ name, variable }) => [variable.name, name]));
    this.#groups = new Map(
      weights.map((weight) => [
        weight.variable.name,
        this.settledGroup(weight, groups.get(weight.name) as Group | undefined),
      ]),
    );
  }

  /** All of its options, with the present learning rate. */
  get settings(): Omit<Settings, "learningRate"> & { readonly learningRate: LearningRate } {
    return { ...this.options, learningRate: this.#learningRate };
  }

  /**
   * What TensorFlow.js's class of the same name takes to make the same next step.
   * @param t number of the next update, from 1.
   */
  protected abstract stockSettings(t: number): Readonly<Record<string, number | boolean>>;

  /** What that class keeps for each variable. */
  protected abstract stockSlots(): readonly StockSlot[];

  /**
   * Updates variables of one group, and their slots, in place, inside of a tidy.
   * @param t number of the update, from 1.
   */
  protected abstract update(
    updates: readonly Update[],
    learningRate: number,
    t: number,
    group: Group | undefined,
  ): void;

  /** A weight's group, with what the rule adds to it. */
  protected settledGroup(_weight: OptimizedWeight, group: Group | undefined): Group | undefined {
    return group;
  }

  override minimize(...args: Parameters<Optimizer["minimize"]>): Scalar | null {
    // Before there are gradients to dispose, and statistics that have moved.
    const [, , variables] = args;
    this.#checkRun();
    if (variables) this.#checkKnown(variables);
    return super.minimize(...args);
  }

  override applyGradients(gradients: NamedVariableMap | NamedTensor[]): void {
    this.#checkRun();
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    const steps = this.#stepsPerUpdate;
    // Whether or not it has a gradient yet: the order of a state is that of the variables.
    const names = list.map(({ name }) => name);
    const variableOf = (name: string): Variable => engine().registeredVariables[name];
    if (!this.#state.isFor(names)) {
      this.#checkKnown(names.map(variableOf));
      // As in Keras, those whose turn it is not keep their state.
      const others = [...this.#names.keys()].filter(
        (name) => !names.includes(name) && this.#known?.has(variableOf(name)),
      );
      // A variable's name is that of its weight, but for a number where another has it already.
      this.build(
        [...names, ...others].map((name) => ({
          name: this.#names.get(name) ?? name.replace(/_\d+$/, ""),
          variable: variableOf(name),
        })),
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
        this.options,
      );
      const groups = new Map<Group | undefined, Update[]>();
      updates.forEach((update, i) => {
        const group = this.#groups.get(update.variable.name);
        if (!groups.has(group)) groups.set(group, []);
        groups.get(group)!.push({ ...update, gradient: clipped[i] });
      });
      for (const [group, members] of groups) {
        if (this.iterations >= (group?.steps ?? Infinity)) continue;
        const rate = this.#rateOf(group);
        this.update(
          members.map((update) => this.#decayed(update, rate, group)),
          rate,
          this.#nextUpdate,
          group,
        );
      }
    });
    this.incrementIterations();
  }

  /**
   * Throws if a schedule is over before the run that comes is: with a rate of 0 nothing more would be learned.
   * Those of groups that have an end of their own may be.
   */
  checkSchedules(): void {
    const { groups, learningRate } = this.settings;
    const [first, end] = [this.iterations, this.runEnd];
    if (!(end > first)) return;
    for (const rate of [
      learningRate,
      ...groups.map((group) => group.steps === undefined && group.learningRate),
    ]) {
      if (typeof rate !== "function") continue;
      // What a schedule gives that is no number, or throws, the run says when it comes to it.
      const isOver = (step: number): boolean =>
        attempt(() => rateAt(this.subject, rate, step, end)) === 0;
      // The last step alone may be made with 0: straight lines are drawn so, too.
      if (!isOver(end - 1) || !isOver(Math.max(first, end - 2))) continue;
      let over = end - 1;
      while (over > 0 && isOver(over - 1)) over--;
      throw new ArgumentError({
        subject: this.subject,
        expected: `a schedule of the learning rate for all steps until the run's end, ${first} to ${end - 1}`,
        got: `one that gives 0 from step ${over} on`,
        remedy:
          "leave out its number of steps, which is then that of the run; for a second run compile the " +
          "model with a new optimizer",
      });
    }
  }

  /** Whether the next step moves a weight: its group may have come to its end. */
  moves({ name }: Variable): boolean {
    return this.iterations < (this.#groups.get(name)?.steps ?? Infinity);
  }

  /** Gives all that it has learned up; with another model it would begin anew. */
  override dispose(): void {
    this.#state.dispose();
    this.#known = undefined;
    this.#names = new Map();
    this.#learningRate = this.#initialRate;
    this.runEnd = NaN;
    this.iterations_ = 0;
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
    this.iterations_ = stepsIn(this.subject, iterations);
    this.#state.write(this.subject, state);
  }

  /** The state as TensorFlow.js's class keeps it; each of these tensors can be read once. */
  override async getWeights(): Promise<NamedTensor[]> {
    const stock = await this.readStockState();
    return stock.map((array) => ({ name: array.name, tensor: disposedWhenRead(toTensor(array)) }));
  }

  /** The same as plain arrays. */
  async readStockState(): Promise<NamedArray[]> {
    return toStock(await this.readState(), this.#stockForm);
  }

  /** Takes over a state in the form of `getWeights`, also one of TensorFlow.js's own class. */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const arrays = await Promise.all(weights.map(({ name, tensor }) => toArray(name, tensor)));
    this.writeStockState(arrays);
  }

  /** The same of plain arrays. */
  writeStockState(arrays: readonly NamedArray[]): void {
    this.writeState(fromStock(this.subject, arrays, this.#stockForm));
  }

  /** The settings of TensorFlow.js's class, and under a name that it ignores those of this one. */
  override getConfig(): ReturnType<Optimizer["getConfig"]> {
    const own = {
      optimizer: this.#rule,
      ...settingsToJson(this.subject, this.settings),
      ...(!Number.isNaN(this.runEnd) && { runEnd: this.runEnd }),
    };
    const config = { ...this.stockSettings(this.#nextUpdate), [SETTINGS_KEY]: own };
    return config;
  }

  /** How many tensors a state may have for each variable: between two updates one more. */
  get slotsPerVariable(): readonly number[] {
    const { length } = this.#slotNames;
    return this.#stepsPerUpdate === 1 ? [length] : [length, length + 1];
  }

  get #stepsPerUpdate(): number {
    return this.options.gradientAccumulationSteps;
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

  /**
   * As in Keras, one optimizer is for one model: it would mix up their steps, and lose their states. One
   * that shares layers with it may take its place; but what is given up then does not come back.
   */
  #checkKnown(variables: readonly Variable[]): void {
    const known = variables.filter((variable) => this.#known?.has(variable));
    check(
      !this.#known || (known.length > 0 && known.every((variable) => this.#present.has(variable))),
      this.subject,
      "weights of the model that the optimizer was built for",
      "those of another model",
      "make an optimizer for each model: call e.g. adam() once more",
    );
  }

  /** A schedule that goes by the run has no meaning outside of one, not even at its first step. */
  #checkRun(): void {
    check(
      !Number.isNaN(this.runEnd) || !this.followsRun,
      this.subject,
      "a run whose number of steps is known, by which the learning rate goes",
      "a step of none",
      "give the schedule its length: decaySteps, steps or totalSteps; or train with trainPhase or train",
    );
  }

  /** Of the next step. */
  #rateOf({ learningRate }: Partial<WeightGroup> = {}): number {
    const rate = learningRate ?? this.#learningRate;
    return rateAt(this.subject, rate, this.iterations, this.runEnd);
  }

  /** An update with weight decay in it, or behind it. */
  #decayed(update: Update, rate: number, group?: WeightGroup): Update {
    const { weightDecay, excludeFromWeightDecay, decoupledWeightDecay } = this.options;
    const { variable, gradient } = update;
    const name = this.#names.get(variable.name)!;
    const isExcluded = excludeFromWeightDecay.some((part) => name.includes(part));
    const decay = group?.weightDecay ?? (isExcluded ? 0 : weightDecay);
    if (decay === 0) return update;
    if (!decoupledWeightDecay) return { ...update, gradient: add(gradient, mul(variable, decay)) };
    variable.assign(mul(variable, 1 - decay * rate));
    return update;
  }
}

/** Whether an optimizer is one of this library, of whichever copy of the package. */
export function isKerasOptimizer(optimizer: Optimizer): optimizer is KerasOptimizer {
  // Not instanceof, which TensorFlow.js has answer yes for every optimizer.
  return brandOf(optimizer) === "KerasOptimizer";
}

/** The error of whoever would set a learning rate that follows a schedule. */
export function rateIsScheduled(subject: string): ArgumentError {
  return new ArgumentError({
    subject,
    expected: "an optimizer whose learning rate can be set",
    got: "one whose learning rate is a schedule",
    remedy: "make the optimizer with a number as its learningRate, or leave the schedule to it",
  });
}

/** Name of the setting that holds those of this library. */
export const SETTINGS_KEY = "cifarKit";
