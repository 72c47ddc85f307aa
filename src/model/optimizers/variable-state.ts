/** What an optimizer of this library keeps for each variable. */
import { dispose, tidy, type Variable, zerosLike } from "@tensorflow/tfjs-core";
import { disposeOnError } from "../dispose-on-error.ts";
import { type NamedArray, toArray, toTensor } from "../named-array.ts";
import {
  stateOfEach,
  notTheirState,
  type OptimizedWeight,
  type Owner,
  ownersOf,
  withUniqueNames,
} from "./owners.ts";
import { ACCUMULATOR } from "./tfjs-form.ts";

/** The tensors of one weight, and the name that they are saved under. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly slots: readonly Variable[];
}

/** The slots of a rule, and behind them the sum of the gradients that wait for their update. */
export class VariableState {
  readonly #slotNames: readonly string[];
  /** By the names of the variables; of a state that came before they were known, by its own names. */
  #entries = new Map<string, Entry>();
  #isBuilt = false;

  /** @param hasSums whether gradients are added up over several steps. */
  constructor(slotNames: readonly string[], hasSums: boolean) {
    this.#slotNames = hasSums ? [...slotNames, ACCUMULATOR] : slotNames;
  }

  /** Of one variable, in the order of the slot names; the sum of its gradients, if it has one, last. */
  slots(variable: string): readonly Variable[] {
    return this.#entries.get(variable)!.slots;
  }

  /** Whether these variables have their state, before all others. */
  isFor(variables: readonly string[]): boolean {
    const first = new Set([...this.#entries.keys()].slice(0, variables.length));
    return this.#isBuilt && variables.every((name) => first.has(name));
  }

  /**
   * Gives each of these weights its state, zeros where it has none, and gives up that of all others.
   * @throws {DataError} if a state came before, and none of it is theirs.
   */
  build(subject: string, weights: readonly OptimizedWeight[]): void {
    const before = this.#entries;
    const places = withUniqueNames(weights).map(({ name, variable }) => {
      const known = this.#isBuilt ? before.get(variable.name) : undefined;
      return { name, shape: variable.shape, known, variable };
    });
    const found =
      this.#isBuilt || before.size === 0
        ? places.map(({ known }) => known)
        : stateOfEach(subject, [...before.values()], places);
    this.#entries = disposeOnError(
      () =>
        new Map(
          places.map(({ name, shape, variable }, i) => {
            const slots = found[i]?.slots ?? this.#slotNames.map(() => zerosFor(variable));
            return [variable.name, { name, shape, slots }];
          }),
        ),
    );
    this.#isBuilt = true;
    for (const entry of before.values()) if (!found.includes(entry)) dispose([...entry.slots]);
  }

  /** Each slot of all variables; the sums if asked for. */
  async read(withSums: boolean): Promise<NamedArray[]> {
    const names = this.#slotNames.filter((name) => withSums || name !== ACCUMULATOR);
    const entries = [...this.#entries.values()];
    return Promise.all(
      names.flatMap((slot, i) =>
        entries.map(({ name, slots }) => toArray(`${name}/${slot}`, slots[i])),
      ),
    );
  }

  /**
   * Takes a state over in place of its own; an empty one is that of the beginning.
   * @throws {DataError} if it is not that of the weights.
   */
  write(subject: string, state: readonly NamedArray[]): void {
    const saved = ownersOf(state);
    const isWhole = saved.every(({ shape, slots }) =>
      this.#slotNames.every((name) => {
        const array = slots.get(name);
        return array ? String(array.shape) === String(shape) : name === ACCUMULATOR;
      }),
    );
    const places = this.#isBuilt ? [...this.#entries.values()] : saved;
    if (!isWhole) throw notTheirState(subject, places.length, saved.length);
    const found = saved.length === 0 ? [] : stateOfEach(subject, saved, places);
    if (!this.#isBuilt) {
      this.dispose();
      this.#entries = new Map(saved.map((owner) => [owner.name, this.#entryOf(owner)]));
    }
    tidy(() => {
      [...this.#entries.values()].forEach(({ slots }, i) => {
        slots.forEach((slot, j) => {
          const array = found[i]?.slots.get(this.#slotNames[j]);
          slot.assign(array ? toTensor(array) : zerosLike(slot));
        });
      });
    });
  }

  /** Gives all of it up. */
  dispose(): void {
    for (const { slots } of this.#entries.values()) dispose([...slots]);
    this.#entries = new Map();
    this.#isBuilt = false;
  }

  #entryOf({ name, shape, slots }: Owner): Entry {
    const like = toTensor([...slots.values()][0]);
    const made = this.#slotNames.map(() => zerosFor(like));
    like.dispose();
    return { name, shape, slots: made };
  }
}

const zerosFor = (like: Parameters<typeof zerosLike>[0]): Variable =>
  tidy(() => zerosLike(like).variable(false));
