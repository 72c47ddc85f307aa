import { SimdBackendError } from "../simd-error.ts";

/** A stretch of linear memory; neighbours in address order are linked. */
interface Block {
  ptr: number;
  bytes: number;
  /** Whether it is in a bin. */
  free: boolean;
  /** Whether it is small, not in use, and waits for the next request of its size. */
  waiting: boolean;
  before: Block | null;
  after: Block | null;
  /** Its neighbours in its bin. */
  newer: Block | null;
  older: Block | null;
}

const ALIGNMENT = 64;
/** Blocks of up to so many bytes wait. */
const SMALL = 8192;
/** Sizes from 2^k up to 2^(k+1) fall into this many bins. */
const BINS_PER_OCTAVE = 4;

/** The bin of a size: all of its blocks have at least the bin's smallest size. */
function binOf(bytes: number): number {
  const units = bytes / ALIGNMENT;
  const octave = 31 - Math.clz32(units);
  const part = Math.floor((units / (1 << octave) - 1) * BINS_PER_OCTAVE);
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
 *
 * Small blocks come and go with every operation: they wait for a request of the same size, and merge
 * only before memory would grow. So does the large block that was released last, up to the next request.
 */
export class Allocator {
  /** Of each bin the block that became free last. */
  readonly #bins: (Block | null)[] = [];
  /** Blocks that wait, by their size in units of 64 bytes. */
  readonly #waiting: Block[][] = Array.from({ length: SMALL / ALIGNMENT + 1 }, () => []);
  /** The large block that was released last, if it still waits. */
  #released: Block | null = null;
  /** Blocks that are in use or wait, by address. */
  readonly #taken = new Map<number, Block>();
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
    const ptr = this.allocateIfRoom(bytes);
    if (ptr !== null) return ptr;
    throw new SimdBackendError(
      "simd backend",
      `room for ${bytes} more bytes`,
      `a linear memory that is full at ${this.#end} bytes (${this.#bytesInUse} in use, ` +
        `${this.#largestFree()} free in one piece)`,
      "dispose tensors that are no longer needed, small ones between large ones, too; or use a smaller batch",
    );
  }

  /** The same; null where there is no room. */
  allocateIfRoom(bytes: number): number | null {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw notBytes(bytes);
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const block = this.#takeWaiting(size) ?? this.#takeNew(size);
    if (block === null) return null;
    this.#bytesInUse += size;
    return block.ptr;
  }

  /** Hands out these very bytes, all of which are free; both a multiple of 64. */
  claim(ptr: number, bytes: number): void {
    this.#mergeWaiting();
    let block = this.#last;
    while (block !== null && block.ptr > ptr) block = block.before;
    if (block?.free !== true || block.ptr + block.bytes < ptr + bytes) {
      const remedy = "report this with what was computed";
      throw new SimdBackendError("simd backend", `${bytes} free bytes at ${ptr}`, "others", remedy);
    }
    this.#unbin(block);
    const before = ptr - block.ptr;
    if (before > 0) {
      this.#split(block, before);
      this.#bin(block);
      block = block.after!;
      this.#unbin(block);
    }
    this.#split(block, bytes);
    this.#taken.set(ptr, block);
    this.#bytesInUse += bytes;
  }

  /** Takes back what `allocate` returned. */
  release(ptr: number): void {
    const block = this.#taken.get(ptr);
    if (block === undefined || block.waiting) {
      throw new SimdBackendError(
        "simd backend",
        "an address in use",
        String(ptr),
        "release each allocation exactly once",
      );
    }
    this.#bytesInUse -= block.bytes;
    block.waiting = true;
    if (block.bytes <= SMALL) this.#waiting[block.bytes / ALIGNMENT].push(block);
    else {
      this.#mergeReleased();
      this.#released = block;
    }
  }

  #takeWaiting(size: number): Block | null {
    let block: Block | null = null;
    if (size <= SMALL) block = this.#waiting[size / ALIGNMENT].pop() ?? null;
    else if (this.#released?.bytes === size) {
      block = this.#released;
      this.#released = null;
    }
    if (block !== null) block.waiting = false;
    return block;
  }

  #takeNew(size: number): Block | null {
    this.#mergeReleased();
    const block = this.#takeFree(size) ?? this.#merged(size) ?? this.#extend(size);
    if (block === null) return null;
    this.#split(block, size);
    this.#taken.set(block.ptr, block);
    return block;
  }

  #takeFree(size: number): Block | null {
    for (let bin = binOf(size); bin < this.#bins.length; bin++) {
      let best: Block | null = null;
      for (let block = this.#bins[bin]; block !== null; block = block.older) {
        if (block.bytes >= size && (best === null || block.bytes < best.bytes)) best = block;
        if (best?.bytes === size) break;
      }
      if (best !== null) {
        this.#unbin(best);
        return best;
      }
    }
    return null;
  }

  /** What is free for so many bytes when the blocks that wait are merged. */
  #merged(size: number): Block | null {
    this.#mergeWaiting();
    return this.#takeFree(size);
  }

  #mergeReleased(): void {
    const block = this.#released;
    if (block === null) return;
    this.#released = null;
    block.waiting = false;
    this.#putFree(block);
  }

  #mergeWaiting(): void {
    this.#mergeReleased();
    for (const blocks of this.#waiting) {
      for (const block of blocks) {
        block.waiting = false;
        this.#putFree(block);
      }
      blocks.length = 0;
    }
  }

  /** Bytes of the largest free stretch. */
  #largestFree(): number {
    let largest = 0;
    for (let block = this.#last; block !== null; block = block.before) {
      if (block.free) largest = Math.max(largest, block.bytes);
    }
    return largest;
  }

  /** Makes room at the end of the range, if it can; a free last block is part of the new one. */
  #extend(size: number): Block | null {
    const tail = this.#last?.free === true ? this.#last : null;
    const missing = size - (tail?.bytes ?? 0);
    const gained = this.#grow(missing);
    if (gained < missing) return null;
    if (tail !== null) this.#unbin(tail);
    const block = tail ?? newBlock(this.#end, 0, this.#last, null);
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
    const cut = newBlock(block.ptr + size, rest, block, block.after);
    if (block.after !== null) block.after.before = cut;
    else this.#last = cut;
    block.after = cut;
    block.bytes = size;
    this.#bin(cut);
  }

  #putFree(block: Block): void {
    this.#taken.delete(block.ptr);
    let merged = block;
    const { before, after } = block;
    if (after?.free === true) {
      this.#unbin(after);
      this.#absorbNext(merged, after);
    }
    if (before?.free === true) {
      this.#unbin(before);
      this.#absorbNext(before, merged);
      merged = before;
    }
    this.#bin(merged);
  }

  #absorbNext(block: Block, next: Block): void {
    block.bytes += next.bytes;
    block.after = next.after;
    if (next.after !== null) next.after.before = block;
    else this.#last = block;
  }

  #bin(block: Block): void {
    const bin = binOf(block.bytes);
    while (this.#bins.length <= bin) this.#bins.push(null);
    const older = this.#bins[bin];
    if (older !== null) older.newer = block;
    block.older = older;
    block.newer = null;
    block.free = true;
    this.#bins[bin] = block;
  }

  #unbin(block: Block): void {
    const { newer, older } = block;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else this.#bins[binOf(block.bytes)] = older;
    block.free = false;
  }
}

function newBlock(ptr: number, bytes: number, before: Block | null, after: Block | null): Block {
  const apart = { free: false, waiting: false, newer: null, older: null };
  return { ptr, bytes, before, after, ...apart };
}
