import { KERNELS, type KernelName } from "../schema/kernels.ts";
import type { WordType } from "../schema/words.ts";

/**
 * A word that a plan leaves open: what is known when it runs, plus a number of bytes. Operands (the
 * addresses of tensors, or values that change from call to call), the plan's temporary memory and
 * its tables are such.
 */
export class Place {
  /** Index of what is added when the plan runs. */
  readonly base: number;
  readonly bytes: number;

  constructor(base: number, bytes = 0) {
    this.base = base;
    this.bytes = bytes;
  }

  /** The place so many bytes behind this one. */
  plus(bytes: number): Place {
    return new Place(this.base, this.bytes + bytes);
  }
}

type Value<Type extends WordType> = {
  /** null: not given. */
  ptr: Place | null;
  size: number;
  int: number | boolean | Place;
  float: number | Place;
  ints: readonly number[];
}[Type];

/** The words of a kernel's call, by their names. */
export type WordsOf<Name extends KernelName> = {
  readonly [Word in keyof (typeof KERNELS)[Name]]: Value<(typeof KERNELS)[Name][Word] & WordType>;
};

/** All tasks of one kernel with these words. */
export interface Call {
  readonly kernel: KernelName;
  readonly tasks: number;
  readonly words: Uint32Array;
  /** Pairs: the index of a word, and of the base that is added to it when the plan runs. */
  readonly places: readonly number[];
}

/** Calls that fill memory from one operand alone: their result may be kept while that stays the same. */
export interface Preparation {
  /** What it is, among all that is made of such an operand. */
  readonly name: string;
  /** The base of the operand, and that of the memory. */
  readonly operand: number;
  readonly base: number;
  readonly bytes: number;
  readonly calls: readonly Call[];
}

/** What one operation does on certain shapes: calls of kernels, one after the other. */
export interface Plan {
  /** Done before the calls. */
  readonly preparations: readonly Preparation[];
  readonly calls: readonly Call[];
  /** Bytes of memory that the calls use among themselves; base 0. */
  readonly temporaryBytes: number;
  /** Numbers that kernels read, the same at every run; base 1. */
  readonly tables: Int32Array;
  /** The bases that the calls use as addresses, and those that they use as numbers. */
  readonly addresses: ReadonlySet<number>;
  readonly numbers: ReadonlySet<number>;
}

/** The bases that every plan has; those of its operands follow, then those of its preparations. */
export const TEMPORARY = 0;
export const TABLES = 1;
export const OPERANDS = 2;

/** Writes a plan. */
export class PlanWriter {
  readonly #operands: number;
  readonly #preparations: Preparation[] = [];
  #calls: Call[] = [];
  readonly #tables: number[] = [];
  readonly #addresses = new Set<number>();
  readonly #numbers = new Set<number>();
  #used = 0;
  #most = 0;

  /** @param operands how many the plan has. */
  constructor(operands: number) {
    this.#operands = operands;
  }

  /** The operand of this number. */
  operand(index: number): Place {
    return new Place(OPERANDS + index);
  }

  /** `bytes` bytes of memory with arbitrary contents, until the block around it ends. */
  temporary(bytes: number): Place {
    const place = new Place(TEMPORARY, this.#used);
    this.#used += Math.ceil(bytes / 64) * 64;
    this.#most = Math.max(this.#most, this.#used);
    return place;
  }

  /** Ends the temporaries that `write` makes: what follows may use the same memory. */
  block(write: () => void): void {
    const used = this.#used;
    write();
    this.#used = used;
  }

  /** Memory that holds these integers whenever the plan runs. */
  table(values: readonly number[]): Place {
    const place = new Place(TABLES, this.#tables.length * 4);
    this.#tables.push(...values);
    return place;
  }

  /**
   * Memory of `bytes` bytes that `write` fills from this operand and from tables alone. Two of one name
   * and operand are taken for the same.
   */
  prepared(name: string, operand: Place, bytes: number, write: (to: Place) => void): Place {
    const base = OPERANDS + this.#operands + this.#preparations.length;
    const place = new Place(base);
    const calls: Call[] = [];
    const others = this.#calls;
    this.#calls = calls;
    write(place);
    this.#calls = others;
    this.#preparations.push({ name, operand: operand.base, base, bytes, calls });
    return place;
  }

  /** Runs `tasks` tasks of a kernel, when all that was called before is done. */
  call<Name extends KernelName>(kernel: Name, tasks: number, words: WordsOf<Name>): void {
    if (tasks <= 0) return;
    const given = words as Readonly<Record<string, Value<WordType>>>;
    const values: number[] = [];
    const places: number[] = [];
    for (const [name, type] of Object.entries<WordType>(KERNELS[kernel])) {
      const value = given[name];
      if (value instanceof Place) {
        places.push(values.length, value.base);
        (type === "ptr" ? this.#addresses : this.#numbers).add(value.base);
      }
      values.push(...wordsFor(type, value));
    }
    this.#calls.push({ kernel, tasks, words: Uint32Array.from(values), places });
  }

  /** What was written. */
  finish(): Plan {
    return {
      preparations: this.#preparations,
      calls: this.#calls,
      temporaryBytes: this.#most,
      tables: Int32Array.from(this.#tables),
      addresses: this.#addresses,
      numbers: this.#numbers,
    };
  }
}

function wordsFor(type: WordType, value: Value<WordType>): readonly number[] {
  if (value instanceof Place) return [value.bytes];
  if (typeof value === "number") return [type === "float" ? floatBits(value) : value];
  if (typeof value === "boolean") return [Number(value)];
  return value ?? [0];
}

/** The 32 bits of a float32 as a word. */
export function floatBits(value: number): number {
  float32[0] = value;
  return bits32[0];
}

const float32 = new Float32Array(1);
const bits32 = new Uint32Array(float32.buffer);
