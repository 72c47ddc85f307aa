import { Allocator } from "./allocator.ts";
import { messageOf, SimdBackendError } from "../simd-error.ts";
import { CONTROL, CONTROL_PTR } from "../schema/control.ts";
import { HEAP_PTR } from "./layout.ts";

const PAGE = 65536;
const INITIAL_PAGES = 64;
/** wasm32 ends at 65536 pages; an engine that cannot reserve so many is asked for fewer. */
const MAXIMUM_PAGES = [65536, 32768, 16384, 4096];
/** Kept free at the very end, so that a vector load may start in the last tensor and overrun it. */
const TAIL_BYTES = 256;
/**
 * Small blocks have a range of their own, at the beginning: one that stays for long between large ones would
 * cut their room in two. Where it is full, they go to the others.
 */
const SMALL_BLOCK = 4096;
const SMALL_END = HEAP_PTR + 2 ** 21;
/** Growing by a share of what is there keeps the number of growths small; more than this is waste. */
const GROWTH = 0.125;
const MOST_GROWTH = 16 << 20;

function reserve(shared: boolean, maximumPages: number): WebAssembly.Memory {
  let failure: unknown;
  for (const pages of MAXIMUM_PAGES) {
    const maximum = Math.max(INITIAL_PAGES, Math.min(pages, maximumPages));
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
    } catch (error) {
      failure = error;
    }
  }
  throw new SimdBackendError(
    "registerSimdBackend",
    "address space for WebAssembly memory",
    messageOf(failure),
    "raise the process's limit of virtual memory, or end other backends first",
    failure,
  );
}

/** Is told what happens to the memory while it looks on. */
export interface MemoryObserver {
  allocated(ptr: number, bytes: number): void;
  released(ptr: number): void;
  /** JavaScript is about to read or write there. */
  touched(ptr: number): void;
  /** The data there are changed in place. */
  changed(): void;
}

/** The memory that host and module share: an allocator over a `WebAssembly.Memory` that grows. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether other threads can see it. */
  readonly shared: boolean;
  observer: MemoryObserver | null = null;
  /** Called where there is no more room: gives up what it can, and says whether that was anything. */
  reclaim: () => boolean = () => false;
  readonly #small: Allocator;
  readonly #large: Allocator;
  #smallIsFull = false;
  /** Every buffer of which a view was ever taken: growing makes a new one, old views may live. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  /** First byte behind the heap. */
  #end = SMALL_END;

  constructor({ shared, maximumBytes = Infinity }: { shared: boolean; maximumBytes?: number }) {
    this.memory = reserve(shared, Math.floor(maximumBytes / PAGE));
    this.shared = shared;
    // All of it is there from the start: it grows once.
    let smallBytes = SMALL_END - HEAP_PTR;
    this.#small = new Allocator(HEAP_PTR, () => {
      const gained = smallBytes;
      smallBytes = 0;
      return gained;
    });
    this.#large = new Allocator(SMALL_END, (missing) => this.#grow(missing));
  }

  /** Bytes allocated and not yet released. */
  get bytesInUse(): number {
    return this.#small.bytesInUse + this.#large.bytesInUse;
  }

  /** Bytes taken from the system so far; linear memory never shrinks. */
  get bytesReserved(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * Returns the address of `bytes` bytes with arbitrary contents, aligned to 64 bytes. A 16-byte
   * access at a multiple of 16 from the start that begins inside stays inside; loads (not stores)
   * may overrun the end by up to 256 bytes.
   */
  allocate(bytes: number): number {
    const ptr = this.#allocate(bytes);
    this.observer?.allocated(ptr, bytes);
    return ptr;
  }

  /** Allocates memory of no computation's own, whose contents do not change; returns its address. */
  store(contents: Uint8Array): number {
    const ptr = this.#allocate(contents.length);
    new Uint8Array(this.memory.buffer, ptr, contents.length).set(contents);
    return ptr;
  }

  /** Allocates the bytes between two addresses, all of which are free; returns the addresses to release. */
  claim(from: number, to: number): number[] {
    const parts = [
      [from, Math.min(to, SMALL_END), this.#small],
      [Math.max(from, SMALL_END), to, this.#large],
    ] as const;
    return parts.flatMap(([start, end, allocator]) => {
      if (start >= end) return [];
      allocator.claim(start, end - start);
      return [start];
    });
  }

  release(ptr: number): void {
    this.observer?.released(ptr);
    if (ptr >= SMALL_END) {
      this.#large.release(ptr);
      return;
    }
    this.#small.release(ptr);
    this.#smallIsFull = false;
  }

  /** Copies bytes inside. */
  copy(from: number, to: number, bytes: number): void {
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + bytes);
  }

  /** Views are invalid once the memory has grown: take them after allocating, use them at once. */
  float32(ptr: number, length: number): Float32Array {
    this.observer?.touched(ptr);
    return new Float32Array(this.#buffer(), ptr, length);
  }

  int32(ptr: number, length: number): Int32Array {
    this.observer?.touched(ptr);
    return new Int32Array(this.#buffer(), ptr, length);
  }

  uint8(ptr: number, length: number): Uint8Array {
    this.observer?.touched(ptr);
    return new Uint8Array(this.#buffer(), ptr, length);
  }

  /** Whether `values` is a view of this memory, and would change with what is allocated there. */
  owns(values: unknown): boolean {
    return ArrayBuffer.isView(values) && this.#buffers.has(values.buffer);
  }

  #allocate(bytes: number): number {
    if (bytes <= SMALL_BLOCK && !this.#smallIsFull) {
      const ptr = this.#small.allocateIfRoom(bytes);
      if (ptr !== null) return ptr;
      this.#smallIsFull = true;
    }
    for (;;) {
      try {
        return this.#large.allocate(bytes);
      } catch (full) {
        if (!this.reclaim()) throw full;
      }
    }
  }

  #buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Adds at least `missing` bytes behind the heap; returns how many, or 0 at the limit. */
  #grow(missing: number): number {
    const available = (): number => this.memory.buffer.byteLength - TAIL_BYTES - this.#end;
    const lacking = missing - available();
    if (lacking > 0) {
      const needed = Math.ceil(lacking / PAGE);
      const generous = Math.ceil(Math.min(this.bytesReserved * GROWTH, MOST_GROWTH) / PAGE);
      if (!this.#growPages(Math.max(needed, generous)) && !this.#growPages(needed)) return 0;
    }
    const gained = Math.floor(available() / 64) * 64;
    this.#end += gained;
    return gained;
  }

  #growPages(pages: number): boolean {
    try {
      this.memory.grow(pages);
    } catch {
      return false;
    }
    const { buffer } = this.memory;
    const control = new Int32Array(buffer, CONTROL_PTR, CONTROL.words);
    Atomics.store(control, CONTROL.pages, buffer.byteLength / PAGE);
    return true;
  }
}
