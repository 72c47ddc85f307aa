import {
  type DataId,
  engine,
  env,
  type KernelBackend,
  type Tensor,
  type TensorInfo,
  util,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { LinearMemory } from "../runtime/linear-memory.ts";
import type { PlanRunner } from "../runtime/plan-runner.ts";
import { Program } from "../runtime/program.ts";
import { Recording } from "../runtime/recording.ts";
import type { ThreadPool } from "../runtime/thread-pool.ts";
import { TensorRecord } from "./tensor-record.ts";

/** How often something was replayed, and how often computed by tfjs, by the reason. */
export interface Replays {
  replayed: number;
  readonly eager: Record<string, number>;
}

/** Something that is computed again and again. */
export interface Computation {
  /** All tensors that it may read, and variables that it may assign to, always in one order. */
  readonly inputs: readonly Tensor[];
  /** Computes it: the results, each a tensor of its own, and the numbers that were drawn for it. */
  compute(): { readonly outputs: Tensor[]; readonly drawn: readonly number[] };
  /** Draws the numbers of a run, as `compute` does, without computing. */
  draw(): readonly number[];
}

/** What is asked of the backend. */
interface Backend extends KernelBackend {
  readonly replays: Replays;
  readonly data: {
    get(dataId: DataId): TensorRecord;
    /** Stores the data of a new tensor and returns its id. */
    add(record: TensorRecord): DataId;
  };
  pointer(tensor: TensorInfo): number;
}

interface Parts {
  readonly backend: Backend;
  readonly heap: LinearMemory;
  readonly pool: ThreadPool;
  readonly plans: PlanRunner;
}

/** What is to be known of a tensor to make another like it. */
type Kind = Pick<TensorInfo, "shape" | "dtype">;

/** A recording with what tfjs knows of it. */
interface Recorded {
  readonly recording: Recording;
  readonly inputs: readonly Kind[];
  /** The outputs, and behind them what variables were assigned. */
  readonly results: readonly Kind[];
  /** Which inputs those variables are. */
  readonly assigned: readonly number[];
}

/** Failures in a row after which attempts become rare. */
const PATIENCE = 4;
/** Bytes of a program that gives way to one computation of other shapes. */
const LARGE = 2 ** 29;
const FIRST = "the first steps are recorded";
const OTHER_SHAPES = "the shapes are not those of the steps before";

/**
 * Records a computation and repeats it without tfjs: by a program, once two recordings have done the
 * same. Between two runs of a program data, weights and drawn numbers may differ; who asks answers for
 * it that nothing else makes the computation another one. The results have the same bits.
 */
export class Recorder {
  readonly #parts: Parts;
  readonly #forget: () => void;
  #last: Recorded | null = null;
  #program: Program | null = null;
  /** Data of results that lie in the program's memory. */
  #lent: TensorRecord[] = [];
  /** Shapes for which there is no program, of the last run. */
  #stray: readonly Kind[] | null = null;
  #failures = 0;
  #failure = "";
  #pause = 0;
  #isBusy = false;

  /** @param forget called in the end. */
  constructor(parts: Parts, forget: () => void) {
    this.#parts = parts;
    this.#forget = forget;
  }

  /** The results of a computation, by a program or computed anew. The caller disposes them. */
  run(computation: Computation): Tensor[] {
    const reason = this.#whyEager(computation);
    if (reason !== "") return this.eager(computation, reason);
    this.#isBusy = true;
    try {
      return this.#program ? this.#replay(this.#program, computation) : this.#record(computation);
    } finally {
      this.#isBusy = false;
    }
  }

  /** The results of a computation that must not be repeated, because of this. */
  eager(computation: Computation, reason: string): Tensor[] {
    const { eager } = this.#parts.backend.replays;
    eager[reason] = (eager[reason] ?? 0) + 1;
    return computation.compute().outputs;
  }

  /** Gives up the program, of which there may be another later; says whether there was one. */
  giveUp(): boolean {
    if (this.#program === null || this.#isBusy) return false;
    // What is still in use of its results stays where it is.
    this.#program.dispose(new Set(this.#lent.map((record) => record.takeOver())));
    this.#lent = [];
    this.#program = this.#last = this.#stray = null;
    return true;
  }

  /** Gives up the program for ever. */
  dispose(): void {
    this.giveUp();
    this.#forget();
  }

  /** Why this one is neither replayed nor recorded; empty if it is one of both. */
  #whyEager({ inputs }: Computation): string {
    const { backend, heap } = this.#parts;
    const { state } = engine();
    if (this.#isBusy || heap.observer !== null) return "it is part of what is recorded";
    if (engine().backend !== backend) return "another backend is active";
    if (state.profiling || env().getBool("DEBUG")) return "tfjs is profiling or debugging";
    if (state.gradientDepth > 0) return "it is part of a gradient";
    if (this.#program !== null) {
      if (areLike(inputs, this.#last!.inputs)) {
        this.#stray = null;
        return "";
      }
      const isFirst = this.#stray === null || !areLike(inputs, this.#stray);
      this.#stray = inputs.map(kindOf);
      // What was recorded stays for when its shapes come back, unless that takes much memory.
      if (!isFirst || this.#program.bytes > LARGE) this.giveUp();
      if (isFirst) return OTHER_SHAPES;
    }
    if (this.#pause === 0) return "";
    this.#pause--;
    return this.#failure;
  }

  #replay(program: Program, computation: Computation): Tensor[] {
    const { inputs } = computation;
    const { backend } = this.#parts;
    const { recording, results, assigned } = this.#last!;
    // Before the next results take their place.
    for (const record of this.#lent) record.moveOut();
    const drawn = computation.draw();
    const addresses = inputs.map((input) => backend.pointer(input));
    const versions = inputs.map(({ dataId }) => backend.data.get(dataId).version);
    program.run(addresses, versions, drawn);
    this.#lent = program.results.map((ptr, i) => {
      const { dtype, shape } = results[recording.outputs.indexOf(i)];
      return TensorRecord.lent(this.#parts.heap, dtype, util.sizeFromShape(shape), ptr);
    });
    const dataIds = this.#lent.map((record) => backend.data.add(record));
    const tensors = results.map(({ shape, dtype }, i) => {
      const result = recording.outputs[i];
      // Of several tensors over the same data all but the first share them.
      if (recording.outputs.indexOf(result) < i) backend.incRef(dataIds[result]);
      const info = { dataId: dataIds[result], shape: [...shape], dtype };
      return engine().makeTensorFromTensorInfo(info, backend);
    });
    const values = tensors.splice(results.length - assigned.length);
    for (const [i, value] of values.entries()) {
      (inputs[assigned[i]] as Variable).assign(value);
      value.dispose();
    }
    backend.replays.replayed++;
    return tensors;
  }

  #record(computation: Computation): Tensor[] {
    const { backend, heap, plans } = this.#parts;
    const { inputs } = computation;
    const before = inputs.map(({ dataId }) => dataId);
    const kinds = inputs.map(kindOf);
    const recording = new Recording(
      inputs.map((input) => backend.pointer(input)),
      (ptr, bytes) => new Uint8Array(heap.memory.buffer, ptr, bytes).slice(),
    );
    heap.observer = plans.recording = recording;
    try {
      const { outputs, drawn } = computation.compute();
      const assigned = inputs.flatMap(({ dataId }, i) => (dataId === before[i] ? [] : [i]));
      const results = [...outputs, ...assigned.map((i) => inputs[i])];
      const places = results.map((result) => backend.pointer(result));
      recording.end(places, drawn);
      heap.observer = plans.recording = null;
      this.#judge({ recording, assigned, inputs: kinds, results: results.map(kindOf) });
      if (this.#program !== null) {
        this.#lent = results.map(({ dataId }) => backend.data.get(dataId));
        for (const record of this.#lent) record.lend();
      }
      return outputs;
    } finally {
      heap.observer = plans.recording = null;
    }
  }

  /** Makes a program of a recording if it is the second of its kind. */
  #judge(recorded: Recorded): void {
    const { backend, heap, pool } = this.#parts;
    const last = this.#last;
    this.#last = recorded;
    const { eager } = backend.replays;
    const { recording, inputs } = recorded;
    let failure = recording.reason;
    if (failure === "" && last !== null) {
      failure = areLike(inputs, last.inputs)
        ? recording.differenceFrom(last.recording)
        : OTHER_SHAPES;
      if (failure === "") {
        try {
          this.#program = new Program(heap, pool, recording);
        } catch {
          failure = "there is no memory for it beside what is in use";
        }
      }
    }
    const reason = failure || FIRST;
    eager[reason] = (eager[reason] ?? 0) + 1;
    if (failure === "") {
      if (this.#program !== null) this.#failures = 0;
      return;
    }
    if (recording.reason !== "") this.#last = null;
    this.#failure = failure;
    this.#failures++;
    if (this.#failures >= PATIENCE) this.#pause = 2 ** Math.min(this.#failures, 12);
  }
}

function kindOf({ shape, dtype }: Kind): Kind {
  return { shape: [...shape], dtype };
}

function areLike(tensors: readonly Kind[], others: readonly Kind[]): boolean {
  return (
    tensors.length === others.length &&
    tensors.every(
      ({ shape, dtype }, i) =>
        dtype === others[i].dtype && util.arraysEqual(shape, others[i].shape),
    )
  );
}
