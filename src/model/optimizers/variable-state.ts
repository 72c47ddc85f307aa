/** What an optimizer of this library keeps for each variable, by the variable's name. */
import { dispose, engine, tidy, type Variable, zerosLike } from "@tensorflow/tfjs-core";
import { type NamedArray, toArray, toTensor } from "../named-array.ts";
import { notTheirState } from "./not-their-state.ts";
import { ACCUMULATOR } from "./tfjs-form.ts";

/** The slots of a rule, and the sums of gradients that wait for their update. */
export class VariableState {
  readonly #slotNames: readonly string[];
  readonly #hasSums: boolean;
  #slots = new Map<string, readonly Variable[]>();
  #sums = new Map<string, Variable>();
  /** What was loaded, until it is known whose it is. */
  #restored: readonly NamedArray[] = [];

  /** @param hasSums whether gradients are added up over several steps. */
  constructor(slotNames: readonly string[], hasSums: boolean) {
    this.#slotNames = slotNames;
    this.#hasSums = hasSums;
  }

  /** Of one variable, in the order of the slot names. */
  slots(name: string): readonly Variable[] {
    return this.#slots.get(name)!;
  }

  /** The sum of a variable's gradients. */
  sum(name: string): Variable {
    return this.#sums.get(name)!;
  }

  /** Takes a state over in place of its own; {@link track} says which variables it belongs to. */
  write(state: readonly NamedArray[]): void {
    this.dispose();
    this.#restored = state;
  }

  /** Each slot of all variables, then the sums if asked for. */
  async read(withSums: boolean): Promise<NamedArray[]> {
    if (this.#restored.length > 0) return [...this.#restored];
    const tensors = this.#places([...this.#slots.keys()], withSums);
    return Promise.all(tensors.map(({ name, variable }) => toArray(name, variable)));
  }

  /**
   * Gives each of these variables its state, and gives up that of all others.
   * @throws {TrainingError} if a state that was taken over is not theirs.
   */
  track(subject: string, names: readonly string[]): void {
    const known = names.length === this.#slots.size && names.every((name) => this.#slots.has(name));
    if (known && this.#restored.length === 0) return;
    const zerosFor = (name: string): Variable =>
      tidy(() => zerosLike(engine().registeredVariables[name]).variable(false));
    const [slots, sums] = [this.#slots, this.#sums];
    this.#slots = new Map(
      names.map((name) => [name, slots.get(name) ?? this.#slotNames.map(() => zerosFor(name))]),
    );
    this.#sums = new Map(
      this.#hasSums ? names.map((name) => [name, sums.get(name) ?? zerosFor(name)]) : [],
    );
    for (const [name, left] of slots) if (!this.#slots.has(name)) dispose([...left]);
    for (const [name, left] of sums) if (!this.#sums.has(name)) left.dispose();
    if (this.#restored.length > 0) this.#restore(subject, names);
  }

  dispose(): void {
    for (const slots of this.#slots.values()) dispose([...slots]);
    dispose([...this.#sums.values()]);
    this.#slots = new Map();
    this.#sums = new Map();
    this.#restored = [];
  }

  /**
   * Hands restored state to its variables: by name where the names agree, and what is left over
   * then is given up; else by position (a second model in one process gets other variable names for
   * the same layers).
   */
  #restore(subject: string, names: readonly string[]): void {
    const restored = this.#restored;
    const hasSums = restored.some(({ name }) => name.endsWith(`/${ACCUMULATOR}`));
    const places = this.#places(names, hasSums);
    const byName = new Map(restored.map((array) => [array.name, array]));
    const named = places.every(({ name }) => byName.has(name));
    const arrays = places.map(({ name }, i) => (named ? byName.get(name)! : restored[i]));
    const fits =
      (named || restored.length === places.length) &&
      places.every(({ variable }, i) => String(arrays[i].shape) === String(variable.shape));
    if (!fits) throw notTheirState(subject, names.length, restored.length);
    tidy(() => {
      places.forEach(({ variable }, i) => {
        variable.assign(toTensor(arrays[i]));
      });
    });
    this.#restored = [];
  }

  /** All tensors in the order of a state, with their names there. */
  #places(
    names: readonly string[],
    withSums: boolean,
  ): { readonly name: string; readonly variable: Variable }[] {
    const slots = this.#slotNames.flatMap((slot, i) =>
      names.map((name) => ({ name: `${name}/${slot}`, variable: this.slots(name)[i] })),
    );
    const sums = [...(withSums ? this.#sums : [])].map(([name, variable]) => ({
      name: `${name}/${ACCUMULATOR}`,
      variable,
    }));
    return [...slots, ...sums];
  }
}
