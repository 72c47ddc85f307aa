import { check } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import type { Group } from "../train/group.ts";
import { bind, type Binding } from "./binding.ts";
import { loadLibrary } from "./load-library.ts";

/** Options of {@link mpiGroup}. */
export interface MpiGroupOptions {
  /** Path or name of MPI's shared library; default that of the launcher, where the system looks for it. */
  readonly library?: string;
}

const SUBJECT = "mpiGroup";
/** What launchers tell the processes that they start. */
const LAUNCHED = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD"];
/** Bytes of the largest call: counts are ints. */
const LARGEST = 2 ** 30;

let group: Promise<Group> | undefined;

/**
 * The processes that `mpirun` or `srun` has started with this program, to train one model together: pass it
 * as `group` to `train` and its siblings. Needs the package koffi, and an MPI library: Open MPI, MPICH
 * or one of its kind, or one with the ABI of MPI 5.0. In a program that nobody has started so it is a
 * group of one, which needs neither.
 *
 * A process that exits with another code than 0 ends all of them.
 *
 * @example
 * const group = await mpiGroup();
 * await trainPhase(model, { train: set, epochs: 10, batchSize: 1024, group });
 * if (group.rank === 0) await model.save(fileSystemIO("model"));
 * @throws {SourceError} if koffi or the library is missing, or the library is of no known kind.
 * @throws {ArgumentError} if an option is unknown, or `srun` has started several processes without MPI.
 */
export async function mpiGroup(options: MpiGroupOptions = {}): Promise<Group> {
  const { library } = readOptions(SUBJECT, options, { library: text({ optional: true }) });
  // MPI begins once in a process.
  group ??= open(library).catch((error: unknown) => {
    group = undefined;
    throw error;
  });
  return group;
}

async function open(library: string | undefined): Promise<Group> {
  const isLaunched = LAUNCHED.some((name) => process.env[name] !== undefined);
  if (library === undefined && !isLaunched) {
    const tasks = Number(process.env.SLURM_STEP_NUM_TASKS ?? 1);
    check(
      tasks === 1,
      SUBJECT,
      "processes that know of each other",
      `${tasks} that srun has started without MPI`,
      "start them with srun --mpi=pmix, or with mpirun",
    );
    return groupOf(undefined, 0, 1);
  }
  const { name, library: loaded } = await loadLibrary(SUBJECT, library);
  const mpi = bind(SUBJECT, loaded, name);
  if (!mpi.isInitialized()) {
    mpi.init();
    // MPI waits for all at the end; a process that has failed must not be waited for.
    process.on("uncaughtExceptionMonitor", (error) => {
      // Node would print it after the exit's hooks, of which the last ends the process.
      console.error(`process ${mpi.rank()} of ${mpi.size()}:`, error);
    });
    process.once("exit", (code) => {
      if (code === 0) mpi.finalize();
      else mpi.abort(code);
    });
  }
  return groupOf(mpi, mpi.rank(), mpi.size());
}

/** @param mpi undefined of a process alone. */
function groupOf(mpi: Binding | undefined, rank: number, size: number): Group {
  return {
    rank,
    size,
    gather: async (mine) => {
      if (!mpi) return mine;
      const all = new Uint8Array(mine.length * size);
      await mpi.gather(mine, all);
      return all;
    },
    exchange: async (parts) => {
      if (!mpi) return parts;
      const received = new Uint8Array(parts.length);
      await mpi.exchange(parts, received, parts.length / size);
      return received;
    },
    broadcast: async (bytes) => {
      for (let from = 0; mpi && from < bytes.length; from += LARGEST) {
        await mpi.broadcast(bytes.subarray(from, from + LARGEST));
      }
    },
  };
}
