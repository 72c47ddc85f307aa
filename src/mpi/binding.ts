/** MPI's functions as they are called, whoever has made the library: what differs are the handles. */
import type { LibraryHandle } from "koffi";
import { SourceError } from "../errors.ts";

/** How a library names the communicator of all processes and the type of bytes. */
interface Handles {
  readonly type: "void *" | "int" | "int64_t";
  readonly world: unknown;
  readonly byte: unknown;
}

/** The functions that a group needs, with the handles filled in. */
export interface Binding {
  /** What the library says it is. */
  readonly version: string;
  readonly isInitialized: () => boolean;
  /** Begins, for calls by any thread, one at a time. */
  readonly init: () => void;
  readonly rank: () => number;
  readonly size: () => number;
  readonly gather: (mine: Uint8Array, all: Uint8Array) => Promise<void>;
  readonly exchange: (parts: Uint8Array, received: Uint8Array, each: number) => Promise<void>;
  readonly broadcast: (bytes: Uint8Array) => Promise<void>;
  readonly finalize: () => void;
  readonly abort: (code: number) => void;
}

/** MPI_THREAD_SERIALIZED, by which threads call one after the other. */
const SERIALIZED = 2;

/** Binds the functions of a library. @param name of its file. */
export function bind(subject: string, library: LibraryHandle, name: string): Binding {
  const version = versionOf(library);
  const { type, world, byte } = handlesOf(subject, library, version, name);
  const declared = (fn: string, ...types: string[]): ReturnType<LibraryHandle["func"]> =>
    library.func(fn, "int", types);
  const checked = (fn: string, code: number): void => {
    if (code === 0) return;
    throw new SourceError({
      subject,
      expected: `${fn} to succeed`,
      got: `error ${code} of ${version}`,
      remedy: "look at what it has printed, and start all processes again",
    });
  };
  const calling = (fn: string, ...types: string[]): ((...args: unknown[]) => void) => {
    const call = declared(fn, ...types);
    return (...args) => {
      checked(fn, call(...args) as number);
    };
  };
  /** In a thread of its own: the event loop goes on. */
  const waiting = (fn: string, ...types: string[]): ((...args: unknown[]) => Promise<void>) => {
    const call = declared(fn, ...types);
    return async (...args) => {
      const code = await new Promise<number>((resolve, reject) => {
        call.async(...args, (error: Error | null, result: number) => {
          if (error) reject(error);
          else resolve(result);
        });
      });
      checked(fn, code);
    };
  };
  const numberFrom = (call: (...args: unknown[]) => void, ...args: unknown[]): number => {
    const number = new Int32Array(1);
    call(...args, number);
    return number[0];
  };
  const initialized = calling("MPI_Initialized", "void *");
  const init = calling("MPI_Init_thread", "void *", "void *", "int", "void *");
  const rank = calling("MPI_Comm_rank", type, "void *");
  const size = calling("MPI_Comm_size", type, "void *");
  const buffer = ["void *", "int", type];
  const gather = waiting("MPI_Allgather", ...buffer, ...buffer, type);
  const exchange = waiting("MPI_Alltoall", ...buffer, ...buffer, type);
  const broadcast = waiting("MPI_Bcast", ...buffer, "int", type);
  const finalize = calling("MPI_Finalize");
  const abort = calling("MPI_Abort", type, "int");
  return {
    version,
    isInitialized: () => numberFrom(initialized) !== 0,
    init: () => {
      init(null, null, SERIALIZED, new Int32Array(1));
    },
    rank: () => numberFrom(rank, world),
    size: () => numberFrom(size, world),
    gather: (mine, all) => gather(mine, mine.length, byte, all, mine.length, byte, world),
    exchange: (parts, received, each) => exchange(parts, each, byte, received, each, byte, world),
    broadcast: (bytes) => broadcast(bytes, bytes.length, byte, 0, world),
    finalize: () => {
      finalize();
    },
    abort: (code) => {
      abort(world, code);
    },
  };
}

/** MPI_MAX_LIBRARY_VERSION_STRING of all of them. */
const LONGEST_VERSION = 8192;

function versionOf(library: LibraryHandle): string {
  const text = new Uint8Array(LONGEST_VERSION);
  library.func("MPI_Get_library_version", "int", ["void *", "void *"])(text, new Int32Array(1));
  const [line] = new TextDecoder().decode(text.subarray(0, text.indexOf(0))).split("\n");
  return line.trim();
}

/** The three kinds of handles that there are: addresses of globals, MPICH's numbers, those of the MPI 5.0 ABI. */
function handlesOf(
  subject: string,
  library: LibraryHandle,
  version: string,
  name: string,
): Handles {
  if (/libmpi_abi/.test(name)) return { type: "int64_t", world: 0x101, byte: 0x247 };
  if (version.startsWith("Open MPI")) {
    const symbol = (of: string): unknown => library.symbol(of) as unknown;
    return { type: "void *", world: symbol("ompi_mpi_comm_world"), byte: symbol("ompi_mpi_byte") };
  }
  if (/MPICH|Intel|MVAPICH|CRAY/i.test(version)) {
    return { type: "int", world: 0x44000000, byte: 0x4c00010d };
  }
  throw new SourceError({
    subject,
    expected: "Open MPI, MPICH or a library of its kind, or one with the ABI of MPI 5.0",
    got: version,
    remedy: "install one of these, or pass its path as library",
  });
}
