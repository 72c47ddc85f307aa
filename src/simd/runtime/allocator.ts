import { SimdBackendError } from "../simd-error.ts";

/** A stretch of linear memory, in use or free; neighbours in address order are linked. */
interface Block {
  ptr: number;
  bytes: number;
  free: boolean;
  before: Block | null;
  after: Block | null;
}

const ALIGNMENT = 64;
/** Sizes from 2^k up to 2^(k+1) fall into this many bins. */
const BINS_PER_OCTAVE = 4;

/** The bin of a size: all of its blocks have at least the bin's smallest size. */
function binOf(bytes: number): number {
  const units = bytes / ALIGNMENT;
  const octave = 31 - Math.clz32(units);
  const part = Math.floor((units / 2 ** octave - 1) * BINS_PER_OCTAVE);
  return octave * BINS_PER_OCTAVE + part;
}

function notBytes(bytes: number): SimdBackendError {
  const remedy = "check the shapes of the call";
  return new SimdBackendError("simd backend", "a size of memory", `${bytes} bytes`, remedy);
}

/**
 * Hands out stretches of the address range [start, end) and takes them back.
 *
 * Free blocks are kept in bins by size and merged with free neighbours at once, so that memory once
 * used for one batch size serves the next. Every address is a multiple of 64, every size is rounded
 * up to one. Allocation takes the best fit of the first bin that has one; ties go to the block that
 * became free last, whose bytes are likeliest to be in a cache.
 */
export class Allocator {
  readonly #bins: Set<Block>[] = [];
  readonly #used = new Map<number, Block>();
  readonly #grow: (bytes: number) => number;
  #last: Block | null = null;
  #end: number;
  #bytesInUse = 0;

  /**
   * @param start first address, a multiple of 64
   * @param grow called with a number of bytes that are missing at the end; makes at least so many
   *   more available and returns how many, or 0 if it cannot
   */
  constructor(start: number, grow: (bytes: number) => number) {
    this.#end = start;
    this.#grow = grow;
  }

  /** Bytes handed out and not yet released, rounding included. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** Returns the address of at least `bytes` bytes with arbitrary contents. */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw notBytes(bytes);
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const block = this.#takeFree(size) ?? this.#extend(size);
    this.#split(block, size);
    block.free = false;
    this.#used.set(block.ptr, block);
    this.#bytesInUse += block.bytes;
    return block.ptr;
  }

  /** Takes back what `allocate` returned. */
  release(ptr: number): void {
    const block = this.#used.get(ptr);
    if (block === undefined) {
      throw new SimdBackendError(
        "simd backend",
        "an address in use",
        String(ptr),
        "release each allocation exactly once",
      );
    }
    this.#used.delete(ptr);
    this.#bytesInUse -= block.bytes;
    this.#putFree(block);
  }

  #takeFree(size: number): Block | null {
    for (let bin = binOf(size); bin < this.#bins.length; bin++) {
      let best: Block | null = null;
      for (const block of this.#bins[bin] ?? []) {
        if (block.bytes >= size && (best === null || block.bytes <= best.bytes)) best = block;
      }
      if (best !== null) {
        this.#bins[bin].delete(best);
        return best;
      }
    }
    return null;
  }

  /** Bytes of the largest free stretch. */
  #largestFree(): number {
    const sizes = this.#bins.flatMap((bin) => Array.from(bin, ({ bytes }) => bytes));
    return Math.max(0, ...sizes);
  }

  /** Makes room at the end of the range; a free last block is part of the new one. */
  #extend(size: number): Block {
    const tail = this.#last?.free === true ? this.#last : null;
    const missing = size - (tail?.bytes ?? 0);
    const gained = this.#grow(missing);
    if (gained < missing) {
      throw new SimdBackendError(
        "simd backend",
        `room for ${size} more bytes`,
        `a linear memory that is full at ${this.#end} bytes (${this.#bytesInUse} in use, ` +
          `${this.#largestFree()} free in one piece)`,
        "dispose tensors that are no longer needed, small ones between large ones, too; or use a smaller batch",
      );
    }
    if (tail !== null) this.#bins[binOf(tail.bytes)].delete(tail);
    const block = tail ?? {
      ptr: this.#end,
      bytes: 0,
      free: true,
      before: this.#last,
      after: null,
    };
    if (tail === null && this.#last !== null) this.#last.after = block;
    block.bytes += gained;
    this.#last = block;
    this.#end += gained;
    return block;
  }

  /** Cuts what `block` has beyond `size` off and makes it a free block of its own. */
  #split(block: Block, size: number): void {
    const rest = block.bytes - size;
    if (rest === 0) return;
    const cut = {
      ptr: block.ptr + size,
      bytes: rest,
      free: true,
      before: block,
      after: block.after,
    };
    if (block.after !== null) block.after.before = cut;
    else this.#last = cut;
    block.after = cut;
    block.bytes = size;
    this.#binFor(rest).add(cut);
  }

  #putFree(block: Block): void {
    let merged = block;
    const { before, after } = block;
    if (after?.free === true) {
      this.#bins[binOf(after.bytes)].delete(after);
      this.#absorbNext(merged, after);
    }
    if (before?.free === true) {
      this.#bins[binOf(before.bytes)].delete(before);
      this.#absorbNext(before, merged);
      merged = before;
    }
    merged.free = true;
    this.#binFor(merged.bytes).add(merged);
  }

  #absorbNext(block: Block, next: Block): void {
    block.bytes += next.bytes;
    block.after = next.after;
    if (next.after !== null) next.after.before = block;
    else this.#last = block;
  }

  #binFor(bytes: number): Set<Block> {
    return (this.#bins[binOf(bytes)] ??= new Set());
  }
}
