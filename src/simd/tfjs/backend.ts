import {
  backend_util,
  buffer,
  DataStorage,
  engine,
  kernel_impls,
  KernelBackend,
  util,
} from "@tensorflow/tfjs-core";
import type {
  DataId,
  DataType,
  Rank,
  Tensor,
  TensorBuffer,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import type { PlanWriter } from "../plans/plan.ts";
import type { Key } from "../runtime/key-table.ts";
import type { LinearMemory } from "../runtime/linear-memory.ts";
import type { Build } from "../runtime/module.ts";
import { type Kept, type Operands, type PlacesOf, PlanRunner } from "../runtime/plan-runner.ts";
import type { PreparedData } from "../runtime/prepared-data.ts";
import type { ThreadPool } from "../runtime/thread-pool.ts";
import { SimdBackendError } from "../simd-error.ts";
import { Recorder, type Replays } from "./recorder.ts";
import { TensorRecord, type PendingData } from "./tensor-record.ts";

/** What `tf.memory()` returns on this backend, beside tfjs's own fields. */
export interface SimdMemoryInfo {
  unreliable: boolean;
  reasons?: string[];
  /** Bytes of linear memory that tensors, temporary buffers and scratch regions occupy. */
  numBytesInLinearMemory: number;
  /** Bytes of linear memory taken from the system; it never shrinks. */
  numBytesReserved: number;
}

/**
 * The records by tensor; tfjs fetches those of other backends when they are first asked for. A tensor
 * that is born here has its record for an id, which needs no looking up.
 */
class TensorRecords extends DataStorage<TensorRecord> {
  #born = 0;

  /** Stores the record of a new tensor and returns its id. */
  add(record: TensorRecord): DataId {
    record.home = this;
    this.#born++;
    return record;
  }

  override get(dataId: DataId): TensorRecord {
    if (this.#isOwn(dataId)) return dataId;
    try {
      return super.get(dataId);
    } catch (cause) {
      throw new SimdBackendError(
        "simd backend",
        "a tensor that is alive",
        "one that was disposed",
        "keep it with tf.keep, or dispose of it later",
        cause,
      );
    }
  }

  override has(dataId: DataId): boolean {
    return this.#isOwn(dataId) || super.has(dataId);
  }

  override delete(dataId: DataId): boolean {
    if (!this.#isOwn(dataId)) return super.delete(dataId);
    dataId.home = null;
    this.#born--;
    return true;
  }

  override numDataIds(): number {
    return this.#born + super.numDataIds();
  }

  /** Whether it is the id of a tensor that was born here and is alive. */
  #isOwn(dataId: DataId): dataId is TensorRecord {
    return dataId instanceof TensorRecord && dataId.home === this;
  }
}

/**
 * The tfjs backend: where tensors live, and the door through which kernels reach the module.
 *
 * It offers what the kernels of the cpu backend expect of theirs (`data`, `makeTensorInfo`,
 * `bufferSync`, ...), so that each of them works here as it is; and to the kernels of this folder
 * `pointer`, `output`, `share` and `run`.
 */
export class SimdBackend extends KernelBackend {
  readonly data: TensorRecords;
  readonly build: Build;
  /** Side of the blocks in which the cpu backend's matrix product goes; it reads it from here. */
  readonly blockSize = 48;
  readonly #heap: LinearMemory;
  readonly #pool: ThreadPool;
  readonly #plans: PlanRunner;
  readonly #recorders = new Set<Recorder>();

  constructor(heap: LinearMemory, pool: ThreadPool, build: Build) {
    super();
    this.#heap = heap;
    this.#pool = pool;
    this.#plans = new PlanRunner(heap, pool);
    heap.reclaim = () => [...this.#recorders].some((recorder) => recorder.giveUp());
    this.build = build;
    this.data = new TensorRecords(this, engine());
  }

  /** Threads that work, the calling one included. */
  get threads(): number {
    return this.#pool.threads;
  }

  /** The memory behind the tensors, for kernels that fill a buffer from JavaScript. */
  get heap(): LinearMemory {
    return this.#heap;
  }

  // ---- for the kernels of this folder

  /** Byte address of a float32, int32 or bool tensor's data; valid while the tensor lives. */
  pointer(tensor: TensorInfo): number {
    return this.data.get(tensor.dataId).pointer(tensor.dtype);
  }

  /** A new tensor in linear memory with arbitrary contents, all of which the kernel must write. */
  output(shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
    const length = lengthOf(shape);
    const dataId = this.data.add(TensorRecord.inLinearMemory(this.#heap, dtype, length));
    return { dataId, shape: shape.slice(), dtype };
  }

  /** A new float32 tensor whose data are computed when somebody asks for them. */
  outputLater(shape: readonly number[], pending: PendingData): TensorInfo {
    const length = util.sizeFromShape([...shape]);
    const dataId = this.data.add(TensorRecord.computedLater(this.#heap, length, pending));
    return { dataId, shape: [...shape], dtype: "float32" };
  }

  /** A tensor of another shape over the same data. */
  share(tensor: TensorInfo, shape: readonly number[] = tensor.shape): TensorInfo {
    this.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: shape.slice(), dtype: tensor.dtype };
  }

  /** Computes what was put off of these tensors' data. */
  settle(tensors: readonly TensorInfo[]): void {
    for (const { dataId } of tensors) this.data.get(dataId).settle();
  }

  /** Runs the plan of an operation; see PlanRunner.run. */
  run<Given extends Operands>(
    key: Key,
    operands: Given,
    write: (plan: PlanWriter, places: PlacesOf<Given>) => void,
    kept?: Kept,
  ): void {
    this.#plans.run(key, operands, write, kept);
  }

  /** What was prepared from a tensor's data; `run` keeps it there. */
  prepared(tensor: TensorInfo): PreparedData {
    return this.data.get(tensor.dataId).prepared;
  }

  /** Whether this may be worth preparing from a tensor's data, which were there before. */
  comesAgain(tensor: TensorInfo, name: string): boolean {
    // Two recordings of the same step see the same.
    return this.prepared(tensor).isAskedAgain(name, this.#plans.recording === null);
  }

  /** Throws unless all of a tensor's integers are from 0 to below a limit. */
  checkRange(tensor: TensorInfo, limit: number, wrong: (value: number) => Error): void {
    const length = util.sizeFromShape(tensor.shape);
    this.#plans.checkRange(this.pointer(tensor), { length, limit, wrong });
  }

  // ---- for the training loops

  /** How many times something was replayed, and computed anew, for which reason. */
  readonly replays: Replays = { replayed: 0, eager: {} };

  /** What records a computation, and repeats it. */
  recorder(): Recorder {
    const parts = { backend: this, heap: this.#heap, pool: this.#pool, plans: this.#plans };
    const recorder = new Recorder(parts, () => this.#recorders.delete(recorder));
    this.#recorders.add(recorder);
    return recorder;
  }

  // ---- for tfjs and the kernels of the cpu backend

  override write(values: backend_util.BackendValues, _shape: number[], dtype: DataType): DataId {
    return this.data.add(TensorRecord.fromValues(this.#heap, dtype, values));
  }

  override move(
    dataId: DataId,
    values: backend_util.BackendValues,
    _shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const record = TensorRecord.fromValues(
      this.#heap,
      dtype,
      dtype === "complex64" ? null : values,
    );
    if (dtype === "complex64") {
      const { real, imag } = backend_util.splitRealAndImagArrays(values as Float32Array);
      const part = (array: Float32Array): TensorInfo =>
        this.makeTensorInfo([array.length], "float32", array);
      record.complexTensorInfos = { real: part(real), imag: part(imag) };
    }
    record.refCount = refCount;
    this.data.set(dataId, record);
  }

  makeTensorInfo(
    shape: number[],
    dtype: DataType,
    values?: backend_util.BackendValues | string[],
  ): TensorInfo {
    const encoded =
      dtype === "string" && values != null && values.length > 0 && util.isString(values[0])
        ? (values as string[]).map((text) => util.encodeString(text))
        : values;
    const dataId = this.write(encoded as backend_util.BackendValues, shape, dtype);
    return { dataId, shape, dtype };
  }

  makeOutput(values: backend_util.BackendValues, shape: number[], dtype: DataType): Tensor {
    return engine().makeTensorFromTensorInfo(this.makeTensorInfo(shape, dtype, values), this);
  }

  override refCount(dataId: DataId): number {
    return this.data.has(dataId) ? this.data.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.data.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.data.has(dataId)) this.data.get(dataId).refCount--;
  }

  override numDataIds(): number {
    return this.data.numDataIds();
  }

  override read(dataId: DataId): Promise<backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override readSync(dataId: DataId): backend_util.BackendValues {
    const record = this.data.get(dataId);
    if (record.complexTensorInfos !== undefined) {
      const { real, imag } = record.complexTensorInfos;
      return backend_util.mergeRealAndImagArrays(
        this.readSync(real.dataId) as Float32Array,
        this.readSync(imag.dataId) as Float32Array,
      );
    }
    return util.convertBackendValuesAndArrayBuffer(record.copy(), record.dtype);
  }

  bufferSync<R extends Rank, D extends DataType>(tensor: TensorInfo): TensorBuffer<R, D> {
    const data = this.readSync(tensor.dataId);
    const values =
      tensor.dtype === "string"
        ? (data as Uint8Array[]).map((text) => util.decodeString(text))
        : data;
    return buffer(tensor.shape, tensor.dtype, values as never) as unknown as TensorBuffer<R, D>;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const record = this.data.get(dataId);
    // By force only tfjs disposes, to move a tensor; until then all is as it was.
    if (force && record.complexTensorInfos !== undefined) {
      throw new SimdBackendError(
        "simd backend",
        "a complex64 tensor on the backend that made it, since others take none over",
        "an operation on another backend",
        "go on there with its tf.real and tf.imag, and tf.complex of them",
      );
    }
    record.refCount--;
    if (!force && record.refCount > 0) return false;
    if (record.complexTensorInfos !== undefined) {
      this.disposeData(record.complexTensorInfos.real.dataId, true);
      this.disposeData(record.complexTensorInfos.imag.dataId, true);
    }
    record.release();
    this.data.delete(dataId);
    return true;
  }

  /** Gives up a share; where it was the last one of a tensor of the engine's, the engine hears of it. */
  disposeIntermediateTensorInfo(tensor: TensorInfo): void {
    if (this.disposeData(tensor.dataId)) engine().removeDataId(tensor.dataId, this);
  }

  where(condition: Tensor): Tensor {
    return kernel_impls.whereImpl(condition.shape, this.readSync(condition.dataId) as Uint8Array);
  }

  override time(f: () => void): Promise<{ kernelMs: number }> {
    const start = util.now();
    f();
    return Promise.resolve({ kernelMs: util.now() - start });
  }

  override timerAvailable(): boolean {
    return true;
  }

  override memory(): SimdMemoryInfo {
    return {
      unreliable: false,
      numBytesInLinearMemory: this.#heap.bytesInUse,
      numBytesReserved: this.#heap.bytesReserved,
    };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  /** Ends the worker threads. */
  override dispose(): void {
    this.#pool.stop();
  }
}

/**
 * The number of elements of a shape. tfjs computes a negative size where a window is larger than what it
 * slides over.
 */
function lengthOf(shape: readonly number[]): number {
  let length = 1;
  let smallest = 0;
  for (const size of shape) {
    length *= size;
    smallest = Math.min(smallest, size);
  }
  if (smallest >= 0) return length;
  throw new SimdBackendError(
    "simd backend",
    "a result whose sizes are 0 or more",
    `[${shape.join()}]`,
    "make the input at least as large as the window that slides over it",
  );
}
