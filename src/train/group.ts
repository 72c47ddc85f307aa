/**
 * Processes that train one model together, each with the same program: what a run needs to know of them,
 * and to have them do. `mpiGroup()` of `cifar-kit/mpi` gives one; any other that moves bytes will do.
 *
 * Every method is called by all processes, in the same order; the promise settles when the process has
 * what it waits for. One call is under way at a time.
 */
export interface Group {
  /** Number of this process, from 0 to `size - 1`. */
  readonly rank: number;
  /** How many processes there are, at least 1. */
  readonly size: number;
  /**
   * Gives every process what all have given.
   * @param mine as many bytes as the others give.
   * @returns `size` times as many, in the order of the ranks.
   */
  gather(mine: Uint8Array): Promise<Uint8Array>;
  /**
   * Gives every process its part of what each has given.
   * @param parts one for each process, in the order of the ranks, all of the same length everywhere.
   * @returns those that are for this process, in the order of the ranks that gave them.
   */
  exchange(parts: Uint8Array): Promise<Uint8Array>;
  /**
   * Gives every process what process 0 has.
   * @param bytes of process 0; for all others, of the same length, where they are written to.
   */
  broadcast(bytes: Uint8Array): Promise<void>;
}
