import type { LinearMemory } from "./linear-memory.ts";

/**
 * What plans have prepared from the data of one tensor, e.g. a filter's transform, for as long as the
 * data do not change. What is asked for once is not kept: in training, weights change at every step,
 * and keeping would only cost memory. From the second time on it is.
 */
export class PreparedData {
  readonly #heap: LinearMemory;
  /** By name: the address, 0 where it was asked for once. */
  readonly #places = new Map<string, number>();

  constructor(heap: LinearMemory) {
    this.#heap = heap;
  }

  /**
   * Where the `bytes` bytes of this name lie, and whether they are still to be written; null where they
   * are not kept.
   */
  take(name: string, bytes: number): { at: number; isNew: boolean } | null {
    const at = this.#places.get(name);
    if (at === undefined) {
      this.#places.set(name, 0);
      return null;
    }
    if (at !== 0) return { at, isNew: false };
    const place = this.#heap.allocate(bytes);
    this.#places.set(name, place);
    return { at: place, isNew: true };
  }

  /** Whether this was asked for before, and so may be worth preparing. `notes`: now it is, too. */
  isAskedAgain(name: string, notes: boolean): boolean {
    if (this.#places.has(name)) return true;
    if (notes) this.#places.set(name, 0);
    return false;
  }

  /** Forgets all: the data have changed, or are gone. */
  clear(): void {
    for (const at of this.#places.values()) if (at !== 0) this.#heap.release(at);
    this.#places.clear();
  }
}
