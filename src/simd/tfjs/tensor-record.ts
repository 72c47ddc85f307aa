import type { backend_util, DataType, TensorInfo } from "@tensorflow/tfjs-core";
import { PreparedData } from "../runtime/prepared-data.ts";
import { SimdBackendError } from "../simd-error.ts";
import type { LinearMemory } from "../runtime/linear-memory.ts";

/** Bytes of an element in linear memory; the other dtypes never go there. */
const BYTES_PER_ELEMENT: Partial<Record<DataType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Counts what there ever was of data. */
let versions = 0;

/** Data that a kernel has put off computing, because the next kernel may not need them. */
export interface PendingData {
  /** Writes the data to this address. */
  compute(ptr: number): void;
  /** Gives back what was kept for computing. Called once, computed or not. */
  release(): void;
}

/**
 * The data of one tensor: a JavaScript array, or a stretch of linear memory.
 *
 * Data comes as an array and stays one until a kernel of the module asks for its address; what such
 * a kernel writes starts in linear memory. `values` is what the kernels of the cpu backend read.
 */
export class TensorRecord {
  readonly dtype: DataType;
  refCount = 1;
  /** The storage whose id it is; null once that gave it up. */
  home: object | null = null;
  /** Set by the cpu backend's kernels for complex64: the tensors that hold the two parts. */
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  readonly #heap: LinearMemory;
  #array: backend_util.BackendValues | null = null;
  #converted: TensorRecord | null = null;
  #pending: PendingData | null = null;
  #prepared: PreparedData | null = null;
  #ptr = 0;
  #length = 0;
  #isLent = false;
  #version = ++versions;

  private constructor(heap: LinearMemory, dtype: DataType) {
    this.#heap = heap;
    this.dtype = dtype;
  }

  static fromValues(
    heap: LinearMemory,
    dtype: DataType,
    values: backend_util.BackendValues | null | undefined,
  ): TensorRecord {
    const record = new TensorRecord(heap, dtype);
    // A kernel of the cpu backend may return a view of its input: it must outlive the input.
    const copied = heap.owns(values) ? (values as Float32Array).slice() : values;
    record.#array = copied ?? null;
    return record;
  }

  static inLinearMemory(heap: LinearMemory, dtype: DataType, length: number): TensorRecord {
    const record = new TensorRecord(heap, dtype);
    record.#place(length);
    return record;
  }

  /** A float32 tensor whose data are computed when somebody asks for them. */
  static computedLater(heap: LinearMemory, length: number, pending: PendingData): TensorRecord {
    const record = new TensorRecord(heap, "float32");
    record.#length = length;
    record.#pending = pending;
    return record;
  }

  /** What is still to be computed, if the data are. */
  get pending(): PendingData | null {
    return this.#pending;
  }

  /** What plans have prepared from the data. */
  get prepared(): PreparedData {
    this.#prepared ??= new PreparedData(this.#heap);
    return this.#prepared;
  }

  /** Says that the data in linear memory have changed. */
  changed(): void {
    this.#heap.observer?.changed();
    this.#version = ++versions;
    this.#prepared?.clear();
  }

  /** A number that no other data have, of this or of any other tensor. */
  get version(): number {
    return this.#version;
  }

  /** Data in memory of somebody else's, who calls `moveOut` before that is used for something else. */
  static lent(heap: LinearMemory, dtype: DataType, length: number, ptr: number): TensorRecord {
    const record = new TensorRecord(heap, dtype);
    [record.#ptr, record.#length] = [ptr, length];
    record.lend();
    return record;
  }

  /** Has the memory be somebody else's from now on. */
  lend(): void {
    this.#isLent = true;
  }

  /** Has lent memory that is still in use be the data's own; gives its address, 0 if it is not in use. */
  takeOver(): number {
    if (!this.#isLent) return 0;
    this.#isLent = false;
    return this.#ptr;
  }

  /** Gives data that are still in use in lent memory some of their own. */
  moveOut(): void {
    if (!this.#isLent) return;
    const lent = this.#ptr;
    this.#place(this.#length);
    this.#isLent = false;
    this.#heap.copy(lent, this.#ptr, this.#length * BYTES_PER_ELEMENT[this.dtype]!);
  }

  /** The data; a view for immediate use where it is in linear memory. */
  get values(): backend_util.BackendValues {
    this.settle();
    if (this.#ptr === 0) return this.#array as backend_util.BackendValues;
    const length = this.#length;
    if (this.dtype === "int32") return this.#heap.int32(this.#ptr, length);
    if (this.dtype === "bool") return this.#heap.uint8(this.#ptr, length);
    return this.#heap.float32(this.#ptr, length);
  }

  /** The data as an array outside of linear memory, valid for ever. */
  copy(): backend_util.BackendValues {
    this.settle();
    return this.#ptr === 0 ? this.values : (this.values as Float32Array).slice();
  }

  /**
   * The address of the data as `dtype`, which moves to linear memory if it is not there yet. Kernels
   * of the cpu backend may give the same data out under two dtypes; the second gets a copy.
   */
  pointer(dtype: DataType): number {
    if (dtype !== this.dtype) {
      this.#converted ??= TensorRecord.fromValues(this.#heap, dtype, this.copy());
      return this.#converted.pointer(dtype);
    }
    this.settle();
    if (this.#ptr !== 0) return this.#ptr;
    // A complex64 tensor has no values of its own, nor gets a place.
    const array = this.#array as ArrayLike<number> | null;
    this.#place(array?.length ?? 0);
    (this.values as Float32Array).set(array!);
    this.#array = null;
    return this.#ptr;
  }

  /** Computes the data if that was put off. It may grow the memory, which ends views of it. */
  settle(): void {
    const pending = this.#pending;
    if (pending === null) return;
    // Where there is no room, all stays as it was: the data can be asked for again, or given up.
    this.#place(this.#length);
    this.#pending = null;
    try {
      pending.compute(this.#ptr);
    } finally {
      pending.release();
    }
  }

  /** Gives the memory back. */
  release(): void {
    if (this.#ptr !== 0 && !this.#isLent) this.#heap.release(this.#ptr);
    this.#isLent = false;
    this.#converted?.release();
    this.#prepared?.clear();
    this.#pending?.release();
    this.#pending = null;
    this.#ptr = 0;
    this.#array = null;
  }

  #place(length: number): void {
    const bytes = BYTES_PER_ELEMENT[this.dtype];
    if (bytes === undefined) {
      throw new SimdBackendError(
        "simd backend",
        "a float32, int32 or bool tensor",
        this.dtype,
        "make one first, e.g. with tf.real of a complex64 tensor",
      );
    }
    this.#ptr = this.#heap.allocate(length * bytes);
    this.#length = length;
  }
}
